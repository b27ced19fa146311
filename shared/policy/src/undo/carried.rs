//! What the PSA's merge carried over to the survivor by itself.

use model::{Action, Contact, Details, Past, TypeAssociationId};

use super::Planner;
use super::restore::Restoration;

impl Planner<'_> {
    /// Takes off the survivor what the PSA carried over. Whether it does, and with what, is not documented;
    /// emails, numbers, labels and groups have been united before the merge, so what is left are the loser's
    /// notes, recognized by their ids, and the label that follows the default contact.
    pub(super) fn carried_along(
        &self,
        restoration: &Restoration<'_>,
        record: &Contact,
        details: &Details,
    ) -> Vec<Action> {
        let image = &restoration.entry.before;
        let contact = self.id(restoration.survivor);
        let had = image
            .contacts
            .iter()
            .find(|one| one.id == restoration.survivor);
        let (Some(had), Some(has)) = (had, self.now.contacts.get(&contact)) else {
            return Vec::new();
        };
        let explained = |label| {
            let is_it = |past: &Past| {
                matches!(&past.action, Action::AddType { contact: whose, label: l }
                    if *whose == contact && l.id == label)
            };
            self.now
                .memory
                .past
                .iter()
                .any(|past| past.took_effect() && is_it(past))
        };
        let labels = has.types.iter().filter(|label| {
            record.has_type(label.id) && !had.has_type(label.id) && !explained(label.id)
        });
        let labels = labels.map(|label| Action::RemoveType {
            contact,
            label: label.clone(),
            association: TypeAssociationId::UNKNOWN,
        });
        let hangs = self.now.details.get(&contact);
        let notes = hangs.into_iter().flat_map(|hangs| &hangs.notes);
        let moved = notes.filter(|note| details.notes.iter().any(|its| its.id == note.id));
        let notes = moved.map(|note| Action::RemoveNote {
            contact,
            note: note.clone(),
        });
        labels.chain(notes).collect()
    }
}
