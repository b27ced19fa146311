//! Every write the product can make, in the PSA and in its mirrors: a closed list.

mod renamed;
mod same;
mod words;

use serde::{Deserialize, Serialize};

use crate::{
    Communication, CommunicationId, CommunicationKind, CommunicationTypeId, CompanyId, ContactId,
    Email, Membership, Note, Portal, Private, PrivateValue, Reference, TypeAssociationId,
    TypeLabel,
    mirror::{Call, GrowCrmCall, ItGlueCall},
};

/// One write. Each is exactly one request, and each names what is expected before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "kebab-case")]
pub enum Action {
    /// Make a contact its company's primary contact, or leave the company without one.
    SetDefaultContact {
        /// Whose.
        company: CompanyId,
        /// Who it was.
        before: Option<ContactId>,
        /// Who it is to be.
        after: Option<ContactId>,
    },
    /// Make a contact its company's billing contact, or leave the company without one.
    SetBillingContact {
        /// Whose.
        company: CompanyId,
        /// Who it was.
        before: Option<ContactId>,
        /// Who it is to be.
        after: Option<ContactId>,
    },
    /// Fill plain fields of a contact, or put back what they held.
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
    /// Take away an email, phone or fax.
    RemoveCommunication {
        /// From whom.
        contact: ContactId,
        /// What.
        item: Communication,
    },
    /// Make an email, phone or fax the default of its kind, or take the mark off the one that is.
    SetDefaultCommunication {
        /// Whose.
        contact: ContactId,
        /// Which kind.
        kind: CommunicationKind,
        /// The default before.
        before: Option<CommunicationId>,
        /// The default after; it may be the provisional id of an item the same plan adds.
        after: Option<CommunicationId>,
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
    /// Take a contact out of a marketing group.
    LeaveGroup {
        /// Whom.
        contact: ContactId,
        /// Which group, and how it was in it.
        membership: Membership,
    },
    /// Write a note on a contact.
    AddNote {
        /// On whom.
        contact: ContactId,
        /// The note.
        text: Private,
        /// The instance's type of note; its default when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        type_id: Option<u32>,
        /// Whether it is flagged.
        #[serde(default)]
        flagged: bool,
    },
    /// Take a note off a contact.
    RemoveNote {
        /// Off whom.
        contact: ContactId,
        /// Which, and what it says.
        note: Note,
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
    /// Make a contact active again.
    Reactivate {
        /// Whom.
        contact: ContactId,
    },
    /// Bring back a contact that was merged away, as a new record with its names alone. What else it had
    /// is written by the changes that follow.
    Restore {
        /// Who was merged away. That id is gone for good.
        original: ContactId,
        /// Who stayed.
        survivor: ContactId,
        /// Stands for the new id until the PSA has given one. Never sent.
        provisional: ContactId,
        /// Its first name.
        first_name: Private,
        /// Its last name.
        last_name: Private,
        /// The company's site that it belonged to, as the PSA numbers them.
        site: Option<u32>,
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
    /// Write to a system that mirrors the PSA.
    Mirror {
        /// The contact that is mirrored, by its id in the PSA.
        contact: ContactId,
        /// What is written.
        call: Call,
    },
}

/// One field of a contact, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name on the wire, or `customFields/ID`.
    pub field: String,
    /// What it held.
    pub before: Option<PrivateValue>,
    /// What it is to hold; null to leave it blank.
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
    /// The contacts it writes to, deletes or brings back, the one that changes first.
    #[must_use]
    pub fn contacts(&self) -> Vec<ContactId> {
        match self {
            Self::SetDefaultContact { before, after, .. }
            | Self::SetBillingContact { before, after, .. } => {
                after.iter().chain(before).copied().collect()
            }
            Self::Merge {
                loser, survivor, ..
            } => vec![*loser, *survivor],
            Self::Restore {
                original, survivor, ..
            } => vec![*original, *survivor],
            Self::Repoint { before, after, .. } => vec![*before, *after],
            Self::SetFields { contact, .. }
            | Self::AddCommunication { contact, .. }
            | Self::RemoveCommunication { contact, .. }
            | Self::SetDefaultCommunication { contact, .. }
            | Self::AddType { contact, .. }
            | Self::RemoveType { contact, .. }
            | Self::JoinGroup { contact, .. }
            | Self::LeaveGroup { contact, .. }
            | Self::AddNote { contact, .. }
            | Self::RemoveNote { contact, .. }
            | Self::SetPortal { contact, .. }
            | Self::RequestPassword { contact, .. }
            | Self::Retire { contact }
            | Self::Reactivate { contact }
            | Self::Mirror { contact, .. } => vec![*contact],
        }
    }

    /// How far it can be taken back.
    #[must_use]
    pub fn reversibility(&self) -> Reversibility {
        match self {
            Self::RequestPassword { .. } => Reversibility::Final,
            Self::Merge { .. } => Reversibility::Compensable,
            Self::Mirror { call, .. } => match call {
                Call::GrowCrm(GrowCrmCall::CreateClient { .. }) => Reversibility::Final,
                Call::GrowCrm(
                    GrowCrmCall::Remove { .. }
                    | GrowCrmCall::Create {
                        send_email: true, ..
                    },
                )
                | Call::ItGlue(ItGlueCall::Remove { .. }) => Reversibility::Compensable,
                _ => Reversibility::Reversible,
            },
            _ => Reversibility::Reversible,
        }
    }
}

impl NewCommunication {
    /// The same item once more.
    #[must_use]
    pub fn like(item: &Communication) -> Self {
        Self {
            provisional: Self::provisional_id(item.id.get()),
            kind: item.kind.clone(),
            type_id: item.type_id,
            type_name: item.type_name.clone(),
            value: item.value.clone(),
            extension: item.extension.clone(),
            is_default: item.is_default,
        }
    }

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
