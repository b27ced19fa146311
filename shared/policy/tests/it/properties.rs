//! What holds for any company.

use std::collections::BTreeSet;

use model::{
    Contact, ContactId, Details, RecordId, RecordKind, Reference, Snapshot, TypeAssociationId,
};
use policy::rules::MergeMethod;
use policy::{Need, Rules};
use proptest::prelude::*;

use crate::world::{carried_out, company, contact, enforce, primary_label};

fn arbitrary_contact() -> impl Strategy<Value = Contact> {
    let name = prop::sample::select(vec![
        ("John", "Smith"),
        ("Smith, John", ""),
        ("john.smith", ""),
        ("Mary", "Smith"),
        ("Tom", "Hall Jr"),
        ("Reception", ""),
    ]);
    let email = || {
        prop::sample::select(vec![
            "john.smith@x.example",
            "mary@x.example",
            "info@x.example",
            "broken",
            "",
        ])
    };
    let phone = prop::sample::select(vec!["3125550101", "3125550102", ""]);
    let title = prop::sample::select(vec!["CEO", "Owner", ""]);
    (
        name,
        email(),
        email(),
        phone,
        title,
        any::<(bool, bool, bool)>(),
    )
        .prop_map(
            |((first, last), email, second, phone, title, (active, login, label))| {
                let mut contact = contact(0, first, last);
                for (id, address) in [(1, email), (2, second)] {
                    if !address.is_empty() {
                        contact = contact.with_email(id, address);
                    }
                }
                if !phone.is_empty() {
                    contact = contact.with_phone(3, phone);
                }
                contact = contact.with_field("title", title);
                contact.active = active;
                if login {
                    contact.portal.login = model::Login::Enabled;
                }
                if label {
                    contact.types.push(primary_label());
                }
                contact
            },
        )
}

fn arbitrary_company() -> impl Strategy<Value = Snapshot> {
    (
        prop::collection::vec(arbitrary_contact(), 0..7),
        0u32..9,
        0u32..9,
        any::<bool>(),
    )
        .prop_map(|(mut contacts, default, billing, label)| {
            for (number, contact) in (1..).zip(&mut contacts) {
                contact.id = ContactId::new(number);
                for item in &mut contact.communications {
                    item.id = model::CommunicationId::new(number * 10 + item.id.get());
                }
            }
            let mut now = company(contacts);
            now.company.default_contact = (default > 0).then(|| ContactId::new(default));
            now.company.billing_contact = (billing > 0).then(|| ContactId::new(billing));
            for contact in now.contacts.values_mut() {
                contact.is_default = now.company.default_contact == Some(contact.id);
                let references = vec![Reference {
                    kind: RecordKind::ServiceTicket,
                    record: RecordId::new(contact.id.get() * 100),
                    field: "contact".to_owned(),
                }];
                let details = Details {
                    references,
                    ..Details::default()
                };
                now.details.insert(contact.id, details);
                if label {
                    now.label_links
                        .insert(contact.id, TypeAssociationId::new(contact.id.get()));
                }
            }
            now.primary_label = label.then(primary_label);
            now
        })
}

fn rules() -> impl Strategy<Value = Rules> {
    any::<(bool, bool)>().prop_map(|(retire, note)| {
        let mut rules = enforce();
        if retire {
            rules.merge.method = MergeMethod::Retire;
        }
        rules.portal.note_on_hold = note;
        rules
    })
}

/// Every address and number that some active record, or one of our notes, can still tell.
fn reachable(now: &Snapshot) -> BTreeSet<String> {
    now.contacts
        .values()
        .flat_map(|contact| &contact.communications)
        .map(|item| item.value.reveal().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn the_checker_agrees_with_every_plan(now in arbitrary_company(), rules in rules()) {
        let plan = policy::plan(&now, &rules);
        prop_assert_eq!(policy::check(&now, &rules, &plan), []);
    }

    #[test]
    fn the_same_snapshot_gives_the_same_plan(now in arbitrary_company(), rules in rules()) {
        let stored = serde_json::to_string(&now).unwrap();
        let read: Snapshot = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(policy::plan(&now, &rules), policy::plan(&read, &rules));
    }

    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_plan(now in arbitrary_company(), rules in rules()) {
        let plan = policy::plan(&now, &rules);
        let after = carried_out(&now, &plan);
        let again = policy::plan(&after, &rules);
        prop_assert!(again.changes.is_empty(), "{plan}\nthen\n{again}");
    }

    #[test]
    fn afterwards_a_company_with_an_active_contact_has_one_active_default(now in arbitrary_company(), rules in rules()) {
        let plan = policy::plan(&now, &rules);
        let after = carried_out(&now, &plan);
        if after.contacts.values().any(|contact| contact.active) {
            prop_assert!(after.default_contact().is_some_and(|contact| contact.active), "{plan}");
        } else if !now.contacts.is_empty() {
            prop_assert!(!plan.findings.is_empty());
        }
    }

    #[test]
    fn afterwards_everybody_who_is_let_in_has_an_address_nobody_else_logs_in_with(now in arbitrary_company(), rules in rules()) {
        let plan = policy::plan(&now, &rules);
        let after = carried_out(&now, &plan);
        let mut logins = BTreeSet::new();
        for contact in after.contacts.values().filter(|contact| contact.is_invited()) {
            let default = contact.emails().into_iter().find(|(_, item)| item.is_default);
            let (email, _) = default.expect("a default email");
            prop_assert!(!matching::is_shared_mailbox(&email));
            prop_assert!(logins.insert(email), "{plan}");
        }
    }

    #[test]
    fn a_merge_loses_no_address_and_no_reference(now in arbitrary_company(), rules in rules()) {
        let plan = policy::plan(&now, &rules);
        let after = carried_out(&now, &plan);
        let lost: Vec<_> = reachable(&now).difference(&reachable(&after)).cloned().collect();
        prop_assert_eq!(lost, [""; 0], "{}", plan);
        let count = |now: &Snapshot| now.details.values().map(|d| d.references.len()).sum::<usize>();
        prop_assert_eq!(count(&now), count(&after));
    }

    #[test]
    fn what_is_not_known_is_asked_for_and_never_guessed(mut now in arbitrary_company(), rules in rules()) {
        let whole = policy::plan(&now, &rules);
        now.details.clear();
        let blind = policy::plan(&now, &rules);
        let merges = |plan: &model::Plan| plan.changes.iter().filter(|c| matches!(c.action, model::Action::Merge { .. })).count();
        prop_assert_eq!(merges(&blind), 0);
        let asked = policy::needs(&now, &rules).iter().any(|need| matches!(need, Need::Details(_)));
        prop_assert!(asked || merges(&whole) == 0);
    }
}
