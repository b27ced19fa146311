//! The records as the writes leave them.

use journal::Store;
use model::{Action, Communication, CommunicationId, Contact, ContactId, Details, Image};

use super::Executor;
use super::call::Returned;

impl<J: Store> Executor<'_, J> {
    /// Brings the current records up to date with a write that succeeded, and images them.
    pub(super) fn take_over(&mut self, action: &Action, returned: Returned) -> Image {
        if let Action::Merge {
            loser, survivor, ..
        } = action
            && let Some(gone) = self.current.contacts.get(loser)
        {
            let carried = self.carried.entry(*survivor).or_default();
            carried.extend(gone.types.iter().map(|label| label.id));
        }
        if !matches!(action, Action::Restore { .. }) {
            self.current.project(action);
        }
        match returned {
            Returned::Contact(contact) => {
                self.adopt_fields(action, &contact);
                return self.image_with(action, vec![*contact]);
            }
            Returned::New(contact) => {
                if let Action::Restore { provisional, .. } = action {
                    self.returned.insert(*provisional, contact.id);
                }
                self.current.contacts.insert(contact.id, (*contact).clone());
                self.current.details.insert(contact.id, Details::default());
                return self.image_with(action, vec![*contact]);
            }
            Returned::Company(company) => self.current.company = *company,
            Returned::Item(real) => {
                if let Action::AddCommunication { contact, item } = action {
                    self.added.insert(item.provisional, real.id);
                    self.adopt(*contact, item.provisional, real);
                }
            }
            Returned::Nothing => {}
        }
        self.image(action)
    }

    /// Takes over how the PSA spells what was written. All else stays as expected: what the record shows
    /// beyond it is somebody's edit, and the next look must notice it.
    fn adopt_fields(&mut self, action: &Action, returned: &Contact) {
        let Some(contact) = self.current.contacts.get_mut(&returned.id) else {
            return;
        };
        let Action::SetFields { fields, .. } = action else {
            return;
        };
        for field in fields.iter().map(|change| &change.field) {
            if let (Some(held), Some(real)) =
                (contact.fields.get_mut(field), returned.fields.get(field))
            {
                *held = real.clone();
            }
        }
    }

    /// Puts an item in the place of the one that was expected. The PSA makes the first of its kind the default
    /// by itself.
    fn adopt(&mut self, contact: ContactId, provisional: CommunicationId, real: Communication) {
        let Some(contact) = self.current.contacts.get_mut(&contact) else {
            return;
        };
        for held in &mut contact.communications {
            if held.id == provisional {
                *held = real.clone();
            } else if real.is_default && held.kind == real.kind {
                held.is_default = false;
            }
        }
    }

    /// The records that an action touches, as they stand.
    pub(super) fn image(&self, action: &Action) -> Image {
        let mut touched = action.contacts();
        touched.sort();
        let contacts = touched
            .iter()
            .filter_map(|id| self.current.contacts.get(id).cloned());
        self.image_with(action, contacts.collect())
    }

    fn image_with(&self, action: &Action, contacts: Vec<Contact>) -> Image {
        let of_company = matches!(
            action,
            Action::SetDefaultContact { .. } | Action::SetBillingContact { .. }
        );
        let details = match action {
            Action::Merge { loser, .. } | Action::Retire { contact: loser } => {
                self.current.details.get(loser).cloned()
            }
            _ => None,
        };
        let kept = match action {
            Action::Merge { survivor, .. } => self.current.details.get(survivor).cloned(),
            _ => None,
        };
        Image {
            company: of_company.then(|| self.current.company.clone()),
            contacts,
            details,
            kept,
            mirrored: Vec::new(),
        }
    }
}
