//! From the ids of a plan to those that the PSA has given meanwhile.

use journal::Store;
use model::{Action, Change, Contact, ContactId, NoteId, PrivateValue, TypeAssociationId};
use serde_json::json;

use super::Executor;
use crate::error::Error;

impl<J: Store> Executor<'_, J> {
    /// Whether a change is about a contact that was to be brought back and is not.
    pub(crate) fn lacks_its_contact(&self, change: &Change) -> bool {
        let contacts = change.action.contacts().into_iter();
        contacts
            .filter(|id| id.is_provisional())
            .any(|id| !self.returned.contains_key(&id))
    }

    /// The change with the ids that the PSA has given for those that the plan made up.
    pub(super) async fn real(&self, change: &Change) -> Result<Change, Error> {
        let id = |contact| self.returned.get(&contact).copied().unwrap_or(contact);
        let mut action = change.action.clone().renamed(id);
        match &mut action {
            Action::SetPortal {
                contact, before, ..
            } => {
                if let Some(new) = self.just_returned(*contact) {
                    *before = new.portal;
                }
            }
            Action::SetFields { contact, fields } => {
                if let Some(new) = self.just_returned(*contact) {
                    for change in fields.iter_mut() {
                        change.before = new.value(&change.field).cloned();
                    }
                }
                let values = fields
                    .iter_mut()
                    .flat_map(|change| change.before.iter_mut().chain([&mut change.after]));
                for value in values {
                    if let Some(real) = self.real_reference(value) {
                        *value = real;
                    }
                }
            }
            Action::SetDefaultCommunication { before, after, .. } => {
                for item in before.iter_mut().chain(after) {
                    if let Some(real) = self.added.get(item) {
                        *item = *real;
                    }
                }
            }
            Action::RemoveCommunication { item, .. } => {
                if let Some(real) = self.added.get(&item.id) {
                    item.id = *real;
                }
            }
            Action::RemoveType {
                contact,
                label,
                association,
            } if *association == TypeAssociationId::UNKNOWN => {
                let link = self.reconciler.reader.type_association(*contact, label.id);
                if let Some(real) = link.await? {
                    *association = real;
                }
            }
            Action::RemoveNote { contact, note } if note.id == NoteId::UNKNOWN => {
                let notes = self.reconciler.reader.notes(*contact).await?;
                let real = notes.into_iter().find(|held| held.says(note.text.reveal()));
                if let Some(real) = real {
                    *note = real;
                }
            }
            _ => {}
        }
        Ok(Change {
            action,
            ..change.clone()
        })
    }

    /// A contact that this has brought back: what a new record holds is for the PSA to say.
    fn just_returned(&self, contact: ContactId) -> Option<&Contact> {
        let is_new = self.returned.values().any(|new| *new == contact);
        self.current.contacts.get(&contact).filter(|_| is_new)
    }

    /// Whether a contact is one that this has brought back.
    pub(crate) fn has_returned(&self, contact: ContactId) -> bool {
        self.returned.values().any(|new| *new == contact) || self.returned.contains_key(&contact)
    }

    /// A reference to a contact that has been brought back meanwhile.
    fn real_reference(&self, value: &PrivateValue) -> Option<PrivateValue> {
        let id = ContactId::new(value.reference()?);
        let real = self.returned.get(&id).filter(|_| id.is_provisional())?;
        Some(json!({ "id": real }).into())
    }
}
