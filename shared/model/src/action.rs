//! Every write the product can make in the PSA: a closed list.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    CommunicationId, CommunicationKind, CommunicationTypeId, CompanyId, ContactId, Email, Login,
    Membership, Portal, Private, PrivateValue, Reference, TypeAssociationId, TypeLabel,
};

/// One write. Each is exactly one request, and each names what is expected before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "kebab-case")]
pub enum Action {
    /// Make a contact its company's primary contact.
    SetDefaultContact {
        /// Whose.
        company: CompanyId,
        /// Who it was.
        before: Option<ContactId>,
        /// Who it is to be.
        after: ContactId,
    },
    /// Make a contact its company's billing contact.
    SetBillingContact {
        /// Whose.
        company: CompanyId,
        /// Who it was.
        before: Option<ContactId>,
        /// Who it is to be.
        after: ContactId,
    },
    /// Fill plain fields of a contact.
    SetFields {
        /// Whose.
        contact: ContactId,
        /// Which, from what, to what.
        fields: Vec<FieldChange>,
    },
    /// Add an email, phone or fax.
    AddCommunication {
        /// To whom.
        contact: ContactId,
        /// What.
        item: NewCommunication,
    },
    /// Make an email, phone or fax the default of its kind.
    SetDefaultCommunication {
        /// Whose.
        contact: ContactId,
        /// Which kind.
        kind: CommunicationKind,
        /// The default before.
        before: Option<CommunicationId>,
        /// The default after; it may be the provisional id of an item the same plan adds.
        after: CommunicationId,
    },
    /// Put a label on a contact.
    AddType {
        /// On whom.
        contact: ContactId,
        /// Which label.
        label: TypeLabel,
    },
    /// Take a label off a contact.
    RemoveType {
        /// Off whom.
        contact: ContactId,
        /// Which label.
        label: TypeLabel,
        /// The link that is deleted.
        association: TypeAssociationId,
    },
    /// Put a contact into a marketing group.
    JoinGroup {
        /// Whom.
        contact: ContactId,
        /// Which group, and how.
        membership: Membership,
    },
    /// Write a note on a contact.
    AddNote {
        /// On whom.
        contact: ContactId,
        /// The note.
        text: Private,
    },
    /// Change a contact's access to the portal.
    SetPortal {
        /// Whose.
        contact: ContactId,
        /// What it was.
        before: Portal,
        /// What it is to be.
        after: Portal,
    },
    /// Have the PSA mail a contact a link to set its password.
    RequestPassword {
        /// Whom.
        contact: ContactId,
        /// Where the mail goes.
        email: Email,
    },
    /// Make a contact inactive.
    Retire {
        /// Whom.
        contact: ContactId,
    },
    /// Merge a contact into another; the PSA deletes it and moves what points at it.
    Merge {
        /// Who goes.
        loser: ContactId,
        /// Who stays.
        survivor: ContactId,
        /// What pointed at the loser and must point at the survivor afterwards.
        references: Vec<Reference>,
    },
    /// Point one record at another contact.
    Repoint {
        /// Which record and property.
        reference: Reference,
        /// The contact it pointed at.
        before: ContactId,
        /// The contact it is to point at.
        after: ContactId,
    },
}

/// One field of a contact, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name on the wire, or `customFields/ID`.
    pub field: String,
    /// What it held.
    pub before: Option<PrivateValue>,
    /// What it is to hold.
    pub after: PrivateValue,
}

/// A communication item that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCommunication {
    /// Stands for the id until the PSA has given one. Never sent.
    pub provisional: CommunicationId,
    /// Email, phone or fax.
    pub kind: CommunicationKind,
    /// The instance's own type of item.
    pub type_id: CommunicationTypeId,
    /// That type's name.
    pub type_name: String,
    /// The address or number.
    pub value: Private,
    /// A phone's extension.
    pub extension: Option<Private>,
    /// Whether it becomes the default of its kind.
    pub is_default: bool,
}

/// How far a write can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reversibility {
    /// Completely: the state before it can be written again.
    Reversible,
    /// In effect, though not in every trace: a deleted contact returns under a new id.
    Compensable,
    /// Not at all: a mail that was sent.
    Final,
}

impl Action {
    /// The contacts it writes to or deletes, the one that changes first.
    #[must_use]
    pub fn contacts(&self) -> Vec<ContactId> {
        match self {
            Self::SetDefaultContact { before, after, .. }
            | Self::SetBillingContact { before, after, .. } => {
                std::iter::once(*after).chain(*before).collect()
            }
            Self::Merge {
                loser, survivor, ..
            } => vec![*loser, *survivor],
            Self::Repoint { before, after, .. } => vec![*before, *after],
            Self::SetFields { contact, .. }
            | Self::AddCommunication { contact, .. }
            | Self::SetDefaultCommunication { contact, .. }
            | Self::AddType { contact, .. }
            | Self::RemoveType { contact, .. }
            | Self::JoinGroup { contact, .. }
            | Self::AddNote { contact, .. }
            | Self::SetPortal { contact, .. }
            | Self::RequestPassword { contact, .. }
            | Self::Retire { contact } => vec![*contact],
        }
    }

    /// Whether it would have the same effect on the same place as `other`, whatever stood there
    /// before: how a change that somebody reverted is recognized when it is planned again.
    #[must_use]
    pub fn same_effect(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::SetDefaultContact { company, after, .. },
                Self::SetDefaultContact {
                    company: there,
                    after: then,
                    ..
                },
            )
            | (
                Self::SetBillingContact { company, after, .. },
                Self::SetBillingContact {
                    company: there,
                    after: then,
                    ..
                },
            ) => company == there && after == then,
            (
                Self::SetPortal { contact, after, .. },
                Self::SetPortal {
                    contact: whose,
                    after: then,
                    ..
                },
            ) => contact == whose && after == then,
            (
                Self::SetFields { contact, fields },
                Self::SetFields {
                    contact: whose,
                    fields: then,
                },
            ) => {
                contact == whose
                    && fields.iter().any(|field| {
                        then.iter()
                            .any(|past| past.field == field.field && past.after == field.after)
                    })
            }
            (
                Self::AddCommunication { contact, item },
                Self::AddCommunication {
                    contact: whose,
                    item: then,
                },
            ) => contact == whose && item.kind == then.kind && item.value == then.value,
            (
                Self::Merge {
                    loser, survivor, ..
                },
                Self::Merge {
                    loser: gone,
                    survivor: kept,
                    ..
                },
            ) => loser == gone && survivor == kept,
            _ => self == other,
        }
    }

    /// Whether it writes to the same place as `other`, so that the later one supersedes the earlier.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::SetDefaultContact { company, .. },
                Self::SetDefaultContact { company: b, .. },
            )
            | (
                Self::SetBillingContact { company, .. },
                Self::SetBillingContact { company: b, .. },
            ) => company == b,
            (Self::SetPortal { contact, .. }, Self::SetPortal { contact: b, .. }) => contact == b,
            (
                Self::SetDefaultCommunication { contact, kind, .. },
                Self::SetDefaultCommunication {
                    contact: b,
                    kind: of,
                    ..
                },
            ) => contact == b && kind == of,
            (
                Self::AddType { contact, label } | Self::RemoveType { contact, label, .. },
                Self::AddType {
                    contact: b,
                    label: l,
                }
                | Self::RemoveType {
                    contact: b,
                    label: l,
                    ..
                },
            ) => contact == b && label.id == l.id,
            _ => self.same_effect(other),
        }
    }

    /// How far it can be taken back.
    #[must_use]
    pub fn reversibility(&self) -> Reversibility {
        match self {
            Self::RequestPassword { .. } => Reversibility::Final,
            Self::Merge { .. } => Reversibility::Compensable,
            _ => Reversibility::Reversible,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetDefaultContact {
                company,
                before,
                after,
            } => write!(
                f,
                "make {after} the default contact of company {company}, in place of {}",
                or_nobody(*before)
            ),
            Self::SetBillingContact {
                company,
                before,
                after,
            } => write!(
                f,
                "make {after} the billing contact of company {company}, in place of {}",
                or_nobody(*before)
            ),
            Self::SetFields { contact, fields } => {
                let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
                write!(f, "fill {} of contact {contact}", names.join(", "))
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
            Self::SetDefaultCommunication {
                contact,
                kind,
                before,
                after,
            } => {
                write!(f, "make {} item ", kind_name(kind))?;
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
            Self::AddNote { contact, .. } => write!(f, "write a note on contact {contact}"),
            Self::SetPortal { contact, after, .. } => match after.login {
                Login::Disabled => write!(f, "switch off the portal login of contact {contact}"),
                Login::Enabled => write!(f, "switch on the portal login of contact {contact}"),
            },
            Self::RequestPassword { contact, .. } => {
                write!(f, "have the PSA mail contact {contact} a password link")
            }
            Self::Retire { contact } => write!(f, "make contact {contact} inactive"),
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
        }
    }
}

impl NewCommunication {
    /// The provisional id of the `n`th item a plan adds. Vendors count up from 1 in 31 bits, so it
    /// cannot be a real one.
    #[must_use]
    pub fn provisional_id(n: u32) -> CommunicationId {
        CommunicationId::new(u32::MAX - n)
    }

    /// Whether an id is provisional.
    #[must_use]
    pub fn is_provisional(id: CommunicationId) -> bool {
        id.get() > i32::MAX.unsigned_abs()
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
