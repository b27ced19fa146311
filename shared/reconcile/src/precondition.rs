//! Whether records are still as the plan expects them.

use model::{Contact, ContactId, Snapshot};
use policy::differences;

/// Why a merge must not be made now, although it was right when it was planned. The two records were
/// read again a moment ago.
pub(crate) fn merge_is_stale(
    expected: &Snapshot,
    loser: ContactId,
    survivor: ContactId,
    now: (Option<&Contact>, Option<&Contact>),
) -> bool {
    let (Some(loser_now), Some(survivor_now)) = now else {
        return true;
    };
    let same = |id: ContactId, now: &Contact| {
        expected
            .contacts
            .get(&id)
            .is_some_and(|expected| differences(expected, now).is_empty())
    };
    !same(loser, loser_now) || !same(survivor, survivor_now) || !survivor_now.active
}

#[cfg(test)]
mod tests {
    use model::{Company, CompanyId, PrivateValue};
    use serde_json::{Value, json};

    use super::*;

    const LOSER: ContactId = ContactId::new(11);
    const SURVIVOR: ContactId = ContactId::new(10);

    fn expected() -> Snapshot {
        let company = CompanyId::new(1);
        let mut snapshot = Snapshot::new(
            jiff::Timestamp::constant(1_772_637_611, 0),
            Company {
                id: company,
                name: "Harbor Line".into(),
                default_contact: None,
                billing_contact: None,
                deleted: false,
                updated_at: None,
            },
        );
        for id in [LOSER, SURVIVOR] {
            let contact = Contact::new(id, company, "John", "Smith")
                .with_email(id.get(), "john.smith@x.example")
                .with_field("title", "Owner");
            snapshot.contacts.insert(id, contact);
        }
        snapshot
    }

    /// Whether the merge is stale once the loser was changed so.
    fn stale_after(change: impl FnOnce(&mut Contact)) -> bool {
        let expected = expected();
        let mut loser = expected.contacts[&LOSER].clone();
        change(&mut loser);
        let survivor = expected.contacts.get(&SURVIVOR);
        merge_is_stale(&expected, LOSER, SURVIVOR, (Some(&loser), survivor))
    }

    #[test]
    fn records_that_are_as_they_were_may_be_merged() {
        assert!(!stale_after(|_| {}));
    }

    #[test]
    fn stamps_and_what_the_server_spells_otherwise_do_not_count() {
        assert!(!stale_after(|loser| {
            loser.updated_at = Some(jiff::Timestamp::UNIX_EPOCH);
            loser.updated_by = Some("rollcall-api".into());
            loser.is_billing = true;
            loser.fields.insert("zip".to_owned(), json!(" ").into());
            loser
                .fields
                .insert("presence".to_owned(), json!("Away").into());
        }));
    }

    #[test]
    fn whatever_a_person_changed_meanwhile_stops_the_merge() {
        let set = |field: &'static str, value: Value| {
            move |loser: &mut Contact| {
                loser
                    .fields
                    .insert(field.to_owned(), PrivateValue::from(value));
            }
        };
        assert!(stale_after(set("title", json!("CEO"))));
        assert!(stale_after(set("city", json!("Chicago"))));
        assert!(stale_after(set(
            "department",
            json!({"id": 7, "name": "Sales"})
        )));
        assert!(stale_after(|loser| loser.first_name = "Jon".into()));
        assert!(stale_after(|loser| loser.active = false));
        assert!(stale_after(|loser| loser.company = None));
        assert!(stale_after(|loser| loser.communications.clear()));
        assert!(stale_after(|loser| {
            loser.custom_fields.push(model::CustomField {
                id: 15,
                caption: "Floor".to_owned(),
                value: json!("3").into(),
            });
        }));
    }

    #[test]
    fn a_record_that_is_gone_stops_the_merge() {
        let expected = expected();
        let survivor = expected.contacts.get(&SURVIVOR);
        assert!(merge_is_stale(&expected, LOSER, SURVIVOR, (None, survivor)));
        assert!(merge_is_stale(&expected, LOSER, SURVIVOR, (survivor, None)));
    }
}
