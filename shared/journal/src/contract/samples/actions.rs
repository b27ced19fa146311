//! Every write there is.

use model::*;
use serde_json::json;

use super::{company, contact, membership, mirrors, references};

/// The writes that hold a person's text and no more.
pub(crate) const TEXTS: usize = 11;

/// The writes of the first version.
pub(super) fn oldest() -> Vec<Action> {
    let contact_41 = contact(41);
    let login = |login, level| Portal { login, level };
    vec![
        Action::SetDefaultContact {
            company: company(19),
            before: None,
            after: Some(contact_41),
        },
        Action::SetBillingContact {
            company: company(19),
            before: Some(contact(42)),
            after: Some(contact_41),
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
            after: Some(NewCommunication::provisional_id(1)),
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
            type_id: None,
            flagged: false,
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

/// The writes that came with the second version, and what the older ones could not say before.
pub(super) fn newer() -> Vec<Action> {
    let contact_41 = contact(41);
    vec![
        Action::SetDefaultContact {
            company: company(19),
            before: Some(contact_41),
            after: None,
        },
        Action::SetBillingContact {
            company: company(19),
            before: None,
            after: None,
        },
        Action::SetDefaultCommunication {
            contact: contact_41,
            kind: CommunicationKind::Email,
            before: Some(CommunicationId::new(7)),
            after: None,
        },
        Action::RemoveCommunication {
            contact: contact_41,
            item: Communication {
                id: CommunicationId::new(71),
                kind: CommunicationKind::Fax,
                type_id: CommunicationTypeId::new(4),
                type_name: "Fax".to_owned(),
                value: "312.555.0143".into(),
                extension: None,
                is_default: false,
            },
        },
        Action::LeaveGroup {
            contact: contact_41,
            membership: membership(),
        },
        Action::AddNote {
            contact: contact_41,
            text: "likes to be called Nan".into(),
            type_id: Some(2),
            flagged: true,
        },
        Action::RemoveNote {
            contact: contact_41,
            note: Note {
                id: NoteId::new(6),
                text: "likes to be called Nan".into(),
                type_id: None,
                flagged: false,
            },
        },
        Action::Reactivate {
            contact: contact_41,
        },
        Action::Restore {
            original: contact(42),
            survivor: contact_41,
            provisional: ContactId::provisional_for(contact(42)),
            first_name: "Nanette".into(),
            last_name: "O\u{2019}Kafor".into(),
            site: Some(3),
        },
    ]
}

/// The writes that came with the third version: those to mirrors.
pub(super) fn newest() -> Vec<Action> {
    let mirror = |call| Action::Mirror {
        contact: contact(41),
        call,
    };
    mirrors::calls().into_iter().map(mirror).collect()
}

/// By what rule a write is made.
pub(super) fn rule_of(action: &Action) -> Rule {
    match action {
        Action::Mirror { call, .. } => call.system().rule(),
        _ => Rule::MergeDuplicates,
    }
}

fn label() -> TypeLabel {
    TypeLabel {
        id: ContactTypeId::new(3),
        name: "Decision Maker".to_owned(),
    }
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
