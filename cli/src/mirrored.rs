//! Records of the mirrors, and writes to them, as an operator may read them.

use model::mirror::{Call, GrowCrmCall, ItGlueCall, Record};
use model::{Private, growcrm, itglue};

use crate::values::{NOTHING, number, star};

/// A record in one line.
pub(crate) fn described(record: &Record) -> String {
    match record {
        Record::ItGlue(contact) => {
            let link = match &contact.link {
                itglue::Link::None => None,
                itglue::Link::Synced => Some("owned by the native sync"),
                itglue::Link::Orphaned => Some("orphaned by the native sync"),
                itglue::Link::Disabled => Some("known to the native sync"),
                itglue::Link::Other(_) => Some("tied to the native sync"),
            };
            let organization = format!("organization {}", contact.organization);
            let mut parts = vec![organization];
            parts.extend(values(&itglue::Change::from(&contact.draft())));
            parts.extend(link.map(str::to_owned));
            format!("IT Glue contact {}: {}", contact.id, parts.join(", "))
        }
        Record::GrowCrm(contact) => {
            let growcrm::Contact {
                id,
                client,
                first_name,
                last_name,
                email,
                phone,
                position,
                account_owner,
                status,
                social: _,
                updated_at: _,
            } = contact;
            let status = match status {
                growcrm::Status::Active => None,
                growcrm::Status::Suspended => Some("suspended".to_owned()),
                growcrm::Status::Other(status) => Some(status.clone()),
            };
            let mut parts = vec![format!("client {client}")];
            let texts = [first_name, last_name].into_iter();
            let texts = texts.chain(email).chain(phone).chain(position);
            parts.extend(joined(texts));
            parts.extend(account_owner.then(|| "account owner".to_owned()));
            parts.extend(status);
            format!("Grow CRM contact {id}: {}", parts.join(", "))
        }
    }
}

/// The values that a write puts in place, which its own words leave out.
pub(crate) fn written(call: &Call) -> Vec<String> {
    match call {
        Call::ItGlue(ItGlueCall::Create { draft, .. }) => values(&itglue::Change::from(draft)),
        Call::ItGlue(ItGlueCall::Update { change, .. }) => {
            let organization = change.organization;
            let organization = organization.map(|id| format!("organization {id}"));
            organization.into_iter().chain(values(change)).collect()
        }
        Call::GrowCrm(
            GrowCrmCall::Create { fields, .. }
            | GrowCrmCall::Update { fields, .. }
            | GrowCrmCall::CreateClient { fields, .. },
        ) => {
            let growcrm::Fields {
                first_name,
                last_name,
                email,
                phone,
                position,
            } = fields;
            let texts = [first_name, last_name, email].into_iter();
            joined(texts.chain(phone).chain(position))
                .into_iter()
                .collect()
        }
        Call::ItGlue(ItGlueCall::Remove { .. } | ItGlueCall::CreateType { .. })
        | Call::GrowCrm(
            GrowCrmCall::Remove { .. }
            | GrowCrmCall::MakeOwner { .. }
            | GrowCrmCall::SetTags { .. },
        ) => Vec::new(),
    }
}

/// What of a contact in IT Glue gets which value.
fn values(change: &itglue::Change) -> Vec<String> {
    let itglue::Change {
        organization: _,
        first_name,
        last_name,
        title,
        contact_type,
        location,
        important,
        notes,
        emails,
        phones,
    } = change;
    let mut values = Vec::new();
    for (name, edit) in [
        ("first name", first_name),
        ("last name", last_name),
        ("title", title),
    ] {
        values.extend(edit.asked().map(|text| named(name, text.map(shown))));
    }
    let kind = contact_type.asked();
    values.extend(kind.map(|kind| named("type", kind.map(ToString::to_string))));
    let location = location.asked();
    values.extend(location.map(|location| named("location", location.map(ToString::to_string))));
    values.extend(important.asked().map(|important| {
        let is_important = important == Some(&true);
        if is_important {
            "important"
        } else {
            "not important"
        }
        .to_owned()
    }));
    let emails = emails.as_ref().map(|emails| {
        let emails = emails.iter();
        let emails = emails.map(|email| labeled(&shown(&email.value), &email.label, email.primary));
        named("emails", some(emails.collect()))
    });
    let phones = phones.as_ref().map(|phones| {
        let phones = phones.iter().map(|phone| {
            let number = number(&phone.value, phone.extension.as_ref());
            labeled(&number, &phone.label, phone.primary)
        });
        named("phones", some(phones.collect()))
    });
    values.extend(emails.into_iter().chain(phones));
    values.extend(notes.asked().map(|notes| named("notes", notes.map(shown))));
    values
}

fn named(name: &str, value: Option<String>) -> String {
    format!("{name} {}", value.as_deref().unwrap_or(NOTHING))
}

fn labeled(value: &str, label: &str, primary: bool) -> String {
    format!("{value} ({label}){}", star(primary))
}

fn some(items: Vec<String>) -> Option<String> {
    (!items.is_empty()).then(|| items.join(" and "))
}

/// Text in one line.
fn shown(text: &Private) -> String {
    let words: Vec<&str> = text.reveal().split_whitespace().collect();
    words.join(" ")
}

fn joined<'t>(texts: impl Iterator<Item = &'t Private>) -> Option<String> {
    let texts: Vec<String> = texts.filter(|text| !text.is_blank()).map(shown).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> itglue::Draft {
        itglue::Draft {
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            important: Some(true),
            emails: vec![itglue::Email {
                value: "priya@dental.example".into(),
                label: "Work".to_owned(),
                primary: true,
            }],
            ..itglue::Draft::default()
        }
    }

    #[test]
    fn nothing_written_is_no_value() {
        let update = Call::ItGlue(ItGlueCall::Update {
            record: itglue::ContactId::new(72),
            change: itglue::Change::default(),
        });
        assert!(written(&update).is_empty());
    }

    #[test]
    fn a_write_is_shown_with_its_values() {
        let create = Call::ItGlue(ItGlueCall::Create {
            organization: itglue::OrganizationId::new(5),
            draft: draft(),
        });
        let values = [
            "first name Priya",
            "last name Raman",
            "important",
            "emails priya@dental.example (Work) *",
        ];
        assert_eq!(written(&create), values);
        let update = Call::ItGlue(ItGlueCall::Update {
            record: itglue::ContactId::new(72),
            change: itglue::Change {
                organization: Some(itglue::OrganizationId::new(6)),
                title: itglue::Edit::Clear,
                phones: Some(Vec::new()),
                ..itglue::Change::default()
            },
        });
        let values = ["organization 6", "title nothing", "phones nothing"];
        assert_eq!(written(&update), values);
    }

    #[test]
    fn a_record_is_described_in_one_line() {
        let (id, client) = (growcrm::ContactId::new(45), growcrm::ClientId::new(12));
        let contact = growcrm::Contact {
            email: Some("priya@dental.example".into()),
            account_owner: true,
            ..growcrm::Contact::new(id, client, "Priya", "Raman")
        };
        assert_eq!(
            described(&Record::GrowCrm(contact)),
            "Grow CRM contact 45: client 12, Priya, Raman, priya@dental.example, account owner"
        );
    }
}
