//! The same write, told of contacts under other ids.

use crate::{Action, ContactId};

impl Action {
    /// The same write, each contact under the id it is to have.
    ///
    /// A contact that was merged away and brought back has a new id; what was done to it under the old one
    /// concerns the new one. Whom a [`Action::Restore`] brings back keeps the id it had.
    #[must_use]
    pub fn renamed(mut self, id: impl Fn(ContactId) -> ContactId) -> Self {
        let rename = |contact: &mut ContactId| *contact = id(*contact);
        match &mut self {
            Self::SetDefaultContact { before, after, .. }
            | Self::SetBillingContact { before, after, .. } => {
                before.iter_mut().chain(after).for_each(rename);
            }
            Self::Merge {
                loser,
                survivor,
                references,
            } => {
                rename(loser);
                rename(survivor);
                for reference in references {
                    *reference = reference.clone().renamed(&id);
                }
            }
            Self::Restore { survivor, .. } => rename(survivor),
            Self::Repoint {
                reference,
                before,
                after,
            } => {
                rename(before);
                rename(after);
                *reference = reference.clone().renamed(&id);
            }
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
            | Self::Mirror { contact, .. } => rename(contact),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RecordId, RecordKind, Reference};

    #[test]
    fn every_contact_of_a_write_is_renamed_also_the_owner_of_a_reference() {
        let managed = |owner| Reference {
            kind: RecordKind::Contact,
            record: RecordId::new(owner),
            field: "managerContact".to_owned(),
        };
        let merge = |loser, survivor, owner| Action::Merge {
            loser: ContactId::new(loser),
            survivor: ContactId::new(survivor),
            references: vec![managed(owner)],
        };
        let plus_ten = |id: ContactId| ContactId::new(id.get() + 10);
        assert_eq!(merge(1, 2, 3).renamed(plus_ten), merge(11, 12, 13));
    }

    #[test]
    fn a_company_without_a_default_contact_has_nobody_to_rename() {
        let none = Action::SetDefaultContact {
            company: crate::CompanyId::new(1),
            before: None,
            after: None,
        };
        assert_eq!(none.clone().renamed(|_| ContactId::new(9)), none);
    }
}
