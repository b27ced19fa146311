//! Writes in words: ids and labels, but nothing of a person.

use std::fmt;

use crate::{Action, CommunicationId, CommunicationKind, ContactId, Login, NewCommunication};

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetDefaultContact {
                company,
                before,
                after,
            } => write!(
                f,
                "make {} the default contact of company {company}, in place of {}",
                or_nobody(*after),
                or_nobody(*before)
            ),
            Self::SetBillingContact {
                company,
                before,
                after,
            } => write!(
                f,
                "make {} the billing contact of company {company}, in place of {}",
                or_nobody(*after),
                or_nobody(*before)
            ),
            Self::SetFields { contact, fields } => {
                let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
                let verb = if fields.iter().all(|field| field.after.is_blank()) {
                    "clear"
                } else if fields.iter().all(|field| field.before.is_none()) {
                    "fill"
                } else {
                    "set"
                };
                write!(f, "{verb} {} of contact {contact}", names.join(", "))
            }
            Self::AddCommunication { contact, item } => write!(
                f,
                "add {} {} to contact {contact}",
                if item.is_default {
                    "a default"
                } else {
                    "another"
                },
                kind_name(&item.kind)
            ),
            Self::RemoveCommunication { contact, item } => write!(
                f,
                "remove {} item {} from contact {contact}",
                kind_name(&item.kind),
                item.id
            ),
            Self::SetDefaultCommunication {
                contact,
                kind,
                before,
                after,
            } => {
                let kind = kind_name(kind);
                let Some(after) = after else {
                    return write!(f, "leave contact {contact} without a default {kind}");
                };
                write!(f, "make {kind} item ")?;
                write_item(f, *after)?;
                write!(f, " the default of contact {contact}")?;
                match before {
                    Some(before) => {
                        f.write_str(", in place of ")?;
                        write_item(f, *before)
                    }
                    None => Ok(()),
                }
            }
            Self::AddType { contact, label } => {
                write!(f, "label contact {contact} \"{}\"", label.name)
            }
            Self::RemoveType { contact, label, .. } => {
                write!(f, "take the label \"{}\" off contact {contact}", label.name)
            }
            Self::JoinGroup {
                contact,
                membership,
            } => write!(
                f,
                "put contact {contact} into marketing group {}",
                membership.group
            ),
            Self::LeaveGroup {
                contact,
                membership,
            } => write!(
                f,
                "take contact {contact} out of marketing group {}",
                membership.group
            ),
            Self::AddNote { contact, .. } => write!(f, "write a note on contact {contact}"),
            Self::RemoveNote { contact, note } => {
                write!(f, "remove note {} from contact {contact}", note.id)
            }
            Self::SetPortal { contact, after, .. } => match after.login {
                Login::Disabled => write!(f, "switch off the portal login of contact {contact}"),
                Login::Enabled => write!(f, "switch on the portal login of contact {contact}"),
            },
            Self::RequestPassword { contact, .. } => {
                write!(f, "have the PSA mail contact {contact} a password link")
            }
            Self::Retire { contact } => write!(f, "make contact {contact} inactive"),
            Self::Reactivate { contact } => write!(f, "make contact {contact} active again"),
            Self::Restore {
                original, survivor, ..
            } => write!(
                f,
                "bring back contact {original}, which was merged into {survivor}, under a new id"
            ),
            Self::Merge {
                loser,
                survivor,
                references,
            } => write!(
                f,
                "merge contact {loser} into {survivor}; {} with it",
                match references.len() {
                    0 => "no reference moves".to_owned(),
                    1 => "1 reference moves".to_owned(),
                    n => format!("{n} references move"),
                }
            ),
            Self::Repoint {
                reference,
                before,
                after,
            } => write!(
                f,
                "point {reference} at contact {after}, in place of {before}"
            ),
            Self::Mirror { contact, call } => write!(f, "{call}, for contact {contact}"),
        }
    }
}

fn or_nobody(contact: Option<ContactId>) -> String {
    contact.map_or_else(|| "nobody".to_owned(), |id| id.to_string())
}

fn kind_name(kind: &CommunicationKind) -> &'static str {
    match kind {
        CommunicationKind::Email => "email",
        CommunicationKind::Phone => "phone",
        CommunicationKind::Fax => "fax",
        CommunicationKind::Other(_) => "communication",
    }
}

fn write_item(f: &mut fmt::Formatter<'_>, id: CommunicationId) -> fmt::Result {
    if NewCommunication::is_provisional(id) {
        f.write_str("(just added)")
    } else {
        fmt::Display::fmt(&id, f)
    }
}
