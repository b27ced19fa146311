//! Records to keep, with all that could be lost on the way.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::*;
use serde_json::json;

/// A moment: so many seconds into the tests' day.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + seconds).unwrap()
}

/// The id of a change.
pub(crate) fn id(run: &str, number: u32) -> ChangeId {
    ChangeId {
        run: RunId::new(run),
        number,
    }
}

/// A company.
pub(crate) fn company(id: u32) -> CompanyId {
    CompanyId::new(id)
}

/// A contact.
pub(crate) fn contact(id: u32) -> ContactId {
    ContactId::new(id)
}

/// An intent that makes a contact inactive.
pub(crate) fn intent(run: &str, number: u32, at_company: u32, whom: u32, seconds: i64) -> Entry {
    let action = Action::Retire {
        contact: contact(whom),
    };
    Entry {
        intended_at: at(seconds),
        company: company(at_company),
        before: Image::default(),
        ..entry(id(run, number), action)
    }
}

/// An intent for every kind of write, each number once, all in one run at company 19.
pub(crate) fn intents() -> Vec<Entry> {
    let entry = |(number, action)| entry(id("r-1.x", number), action);
    (1..).zip(actions()).map(entry).collect()
}

/// Every way to end.
pub(crate) fn outcomes() -> Vec<Outcome> {
    vec![
        Outcome::Done,
        Outcome::FoundDone,
        Outcome::FoundUndone,
        Outcome::Refused {
            code: "InvalidObject".to_owned(),
        },
        Outcome::Stale,
        Outcome::Deferred,
    ]
}

/// Records with everything a vendor may have sent.
pub(crate) fn image() -> Image {
    Image {
        company: Some(Company {
            id: company(19),
            name: "Harbor Line \"Freight\"".into(),
            default_contact: Some(contact(41)),
            billing_contact: None,
            deleted: false,
            updated_at: Some("2026-01-31T23:59:59.123456789Z".parse().unwrap()),
        }),
        contacts: vec![person(41), Contact::new(contact(42), company(19), "", "")],
        details: Some(Details {
            notes: vec![Note {
                id: NoteId::new(5),
                text: "Line one\r\nline\ttwo \u{1F600} \u{0} ‹private›".into(),
            }],
            groups: vec![membership()],
            references: references(),
            usages: vec![
                json!({"tickets": 3, "ratio": 0.1}).into(),
                json!(null).into(),
            ],
            tracks: vec![json!([1, [2, {"deep": [null]}]]).into()],
        }),
    }
}

/// A finding.
pub(crate) fn finding(run: &str, at_company: Option<u32>, about: &[u32], s: i64) -> FindingEntry {
    FindingEntry {
        run: RunId::new(run),
        cause: cause(),
        finding: Finding {
            rule: Rule::MergeDuplicates,
            kind: FindingKind::PossibleDuplicate,
            company: at_company.map(company),
            contacts: about.iter().copied().map(contact).collect(),
            words: "a person should compare the two".to_owned(),
            evidence: vec![evidence()],
        },
        at: at(s),
    }
}

fn entry(id: ChangeId, action: Action) -> Entry {
    Entry {
        id,
        company: company(19),
        cause: cause(),
        rule: Rule::MergeDuplicates,
        action,
        reason: "both carry the same address".to_owned(),
        evidence: vec![evidence()],
        intended_at: at(0),
        before: image(),
        outcome: None,
        after: None,
        ended_at: None,
    }
}

fn actions() -> Vec<Action> {
    let contact_41 = contact(41);
    let label = || TypeLabel {
        id: ContactTypeId::new(3),
        name: "Decision Maker".to_owned(),
    };
    let login = |login, level| Portal { login, level };
    vec![
        Action::SetDefaultContact {
            company: company(19),
            before: None,
            after: contact_41,
        },
        Action::SetBillingContact {
            company: company(19),
            before: Some(contact(42)),
            after: contact_41,
        },
        Action::SetFields {
            contact: contact_41,
            fields: fields(),
        },
        Action::AddCommunication {
            contact: contact_41,
            item: NewCommunication {
                provisional: NewCommunication::provisional_id(1),
                kind: CommunicationKind::Phone,
                type_id: CommunicationTypeId::new(2),
                type_name: "Direct".to_owned(),
                value: "(312) 555-0142".into(),
                extension: Some("12".into()),
                is_default: true,
            },
        },
        Action::SetDefaultCommunication {
            contact: contact_41,
            kind: CommunicationKind::Other("Pager".to_owned()),
            before: Some(CommunicationId::new(7)),
            after: NewCommunication::provisional_id(1),
        },
        Action::AddType {
            contact: contact_41,
            label: label(),
        },
        Action::RemoveType {
            contact: contact_41,
            label: label(),
            association: TypeAssociationId::new(8),
        },
        Action::JoinGroup {
            contact: contact_41,
            membership: membership(),
        },
        Action::AddNote {
            contact: contact_41,
            text: "merged from 42".into(),
        },
        Action::SetPortal {
            contact: contact_41,
            before: login(Login::Enabled, Some(6)),
            after: login(Login::Disabled, None),
        },
        Action::RequestPassword {
            contact: contact_41,
            email: "renee.okafor@harborline.example".parse().unwrap(),
        },
        Action::Retire {
            contact: contact_41,
        },
        Action::Merge {
            loser: contact(42),
            survivor: contact_41,
            references: references(),
        },
        Action::Repoint {
            reference: references().remove(0),
            before: contact(42),
            after: contact_41,
        },
    ]
}

fn fields() -> Vec<FieldChange> {
    vec![
        FieldChange {
            field: "title".to_owned(),
            before: None,
            after: json!("Dispatch \u{2013} night").into(),
        },
        FieldChange {
            field: "customFields/7".to_owned(),
            before: Some(json!(0.1).into()),
            // A parser that rounds carelessly loses the last bit of this one.
            after: json!(42.215_889_504_792_884).into(),
        },
    ]
}

fn person(id: u32) -> Contact {
    let mut person = Contact::new(contact(id), company(19), "Ren\u{e9}e", "O\u{2019}Kafor");
    person.portal = Portal {
        login: Login::Enabled,
        level: Some(1),
    };
    person.communications = vec![Communication {
        id: CommunicationId::new(70),
        kind: CommunicationKind::Email,
        type_id: CommunicationTypeId::new(1),
        type_name: "Email".to_owned(),
        value: " Renee.Okafor@HarborLine.example".into(),
        extension: None,
        is_default: true,
    }];
    person.types = vec![TypeLabel {
        id: ContactTypeId::new(3),
        name: "Primary".to_owned(),
    }];
    person.custom_fields = [
        json!(true),
        json!(2.5e-300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
    ]
    .into_iter()
    .zip(1..)
    .map(|(value, id)| CustomField {
        id,
        caption: format!("Field {id}"),
        value: value.into(),
    })
    .collect();
    person.fields = BTreeMap::from([
        ("managerContact".to_owned(), json!({"id": 40}).into()),
        ("nickName".to_owned(), json!(null).into()),
        ("title".to_owned(), json!("Dispatch").into()),
    ]);
    person.updated_at = Some(at(-60));
    person.updated_by = Some("jdoe".into());
    person
}

fn references() -> Vec<Reference> {
    RecordKind::ALL
        .into_iter()
        .zip(100..)
        .map(|(kind, record)| Reference {
            kind,
            record: RecordId::new(record),
            field: "contact".to_owned(),
        })
        .collect()
}

fn membership() -> Membership {
    Membership {
        group: GroupId::new(9),
        description: Some("asked at the fair".into()),
        unsubscribed: true,
    }
}

fn evidence() -> Evidence {
    Evidence {
        field: "email".to_owned(),
        stance: Stance::Conflicts,
        weight: -12,
        words: "the addresses differ".to_owned(),
        named: None,
    }
}

fn cause() -> Cause {
    Cause {
        source: Source::Callback {
            record: "contact".to_owned(),
            action: "updated".to_owned(),
        },
        message: Some("m-1".to_owned()),
    }
}
