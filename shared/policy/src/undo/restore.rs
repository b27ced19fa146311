//! Bringing back a contact that was merged away, and merging it again.

use std::collections::BTreeSet;

use model::{
    Action, Communication, Contact, ContactId, Details, Entry, Login, Membership, NewCommunication,
    Note, Portal, PrivateValue, Reference, TypeAssociationId,
};
use serde_json::json;

use super::{Planner, Steps};
use crate::differences::differences;
use crate::fields::{FieldsToRestore, to_restore};

/// A merge that is to be taken back.
pub(super) struct Restoration<'e> {
    pub(super) entry: &'e Entry,
    pub(super) loser: ContactId,
    pub(super) survivor: ContactId,
    /// What pointed at the loser before it.
    pub(super) references: &'e [Reference],
}

impl Planner<'_> {
    /// Brings the loser of a merge back with everything it had. What an earlier try has done is not done again.
    pub(super) fn restore(&mut self, restoration: &Restoration<'_>) -> Steps {
        let Restoration {
            entry,
            loser,
            survivor,
            references,
        } = restoration;
        if self.now.contacts.contains_key(loser) {
            return Steps::default();
        }
        let record = entry
            .before
            .contacts
            .iter()
            .find(|contact| contact.id == *loser);
        let Some(record) = record else {
            return Steps::conflict(format!(
                "the journal no longer holds the record of contact {loser}"
            ));
        };
        let none = Details::default();
        let details = entry.before.details.as_ref().unwrap_or(&none);
        let back = self.id(*loser);
        let is_back = back != *loser;
        if is_back && !self.now.contacts.contains_key(&back) {
            return Steps::conflict(match self.now.merged_into(back) {
                Some(into) => format!(
                    "contact {loser} was brought back as {back} and merged into {into} again; take that back"
                ),
                None => format!("contact {loser} was brought back as {back}, which is gone"),
            });
        }
        let id = if is_back {
            back
        } else {
            ContactId::provisional_for(*loser)
        };
        let mut steps = Steps::default();
        if !is_back {
            steps.actions.push(Action::Restore {
                original: *loser,
                survivor: *survivor,
                provisional: id,
                first_name: record.first_name.clone(),
                last_name: record.last_name.clone(),
                site: record.fields.get("site").and_then(PrivateValue::reference),
            });
            self.restored.insert(*loser, id);
        }
        let fields = to_restore(record);
        steps.lost.extend(fields.unknown.iter().map(|field| {
            format!("this release does not know how to write {field} of contact {loser}")
        }));
        steps.actions.extend(self.fields_back(id, fields));
        steps.actions.extend(belongings(id, record, details));
        let mended = self.mended(*loser);
        let references: Vec<Reference> = references.iter().chain(&mended).cloned().collect();
        self.point_back(&mut steps, id, *survivor, &references);
        if !is_back {
            steps
                .actions
                .extend(self.carried_along(restoration, record, details));
        }
        if !record.active {
            steps.last.push(Action::Retire { contact: id });
        }
        if is_back {
            // An earlier try got so far.
            let past = &self.now.memory.past;
            let done = |action: &Action| {
                past.iter().any(|past| {
                    past.purpose.undone() == Some(&entry.id)
                        && past.took_effect()
                        && past.action.same_effect(action)
                })
            };
            steps.actions.retain(|action| !done(action));
            steps.last.retain(|action| !done(action));
        } else {
            steps.lost.extend(details.tracks.iter().map(|_| {
                format!(
                    "a marketing track of contact {loser} cannot be brought back; enroll it by hand"
                )
            }));
        }
        steps
    }

    fn fields_back(&self, contact: ContactId, fields: FieldsToRestore) -> Vec<Action> {
        let mut writes = fields.writes;
        for change in writes.iter_mut().flatten() {
            change.after = self.present_reference(&change.field, &change.after);
        }
        let all = writes.into_iter();
        all.map(|fields| Action::SetFields { contact, fields })
            .collect()
    }

    /// Takes off the survivor what the PSA's merge carried over by itself. Whether it does, and with what, is
    /// not documented: it is what the loser had, what the survivor had not, and has now.
    fn carried_along(
        &self,
        restoration: &Restoration<'_>,
        record: &Contact,
        details: &Details,
    ) -> Vec<Action> {
        let image = &restoration.entry.before;
        let contact = self.heir(restoration.survivor);
        let had = image
            .contacts
            .iter()
            .find(|one| one.id == restoration.survivor);
        let (Some(had), Some(has)) = (had, self.now.contacts.get(&contact)) else {
            return Vec::new();
        };
        let mut actions = Vec::new();
        for item in &has.communications {
            let same = |other: &Communication| other.same_as(item);
            if record.communications.iter().any(same) && !had.communications.iter().any(same) {
                let item = item.clone();
                actions.push(Action::RemoveCommunication { contact, item });
            }
        }
        for label in has.types.iter().filter(|label| record.has_type(label.id)) {
            if !had.has_type(label.id) {
                actions.push(Action::RemoveType {
                    contact,
                    label: label.clone(),
                    association: TypeAssociationId::UNKNOWN,
                });
            }
        }
        let (Some(kept), Some(hangs)) = (&image.kept, self.now.details.get(&contact)) else {
            return actions;
        };
        for membership in &hangs.groups {
            let same = |other: &Membership| other.group == membership.group;
            let ours = self.entries.iter().any(|entry| {
                matches!(&entry.action, Action::JoinGroup { membership, .. } if same(membership))
            });
            if details.groups.iter().any(same) && !kept.groups.iter().any(same) && !ours {
                let membership = membership.clone();
                actions.push(Action::LeaveGroup {
                    contact,
                    membership,
                });
            }
        }
        let count =
            |notes: &[Note], text: &str| notes.iter().filter(|note| note.says(text)).count();
        for (place, note) in hangs.notes.iter().enumerate() {
            let text = note.text.reveal();
            let (own, its) = (count(&kept.notes, text), count(&details.notes, text));
            // The survivor may have said the same, and keeps its own.
            let so_far = count(&hangs.notes[..place], text);
            if so_far >= own && so_far < own + its {
                let note = note.clone();
                actions.push(Action::RemoveNote { contact, note });
            }
        }
        actions
    }

    /// Points back what moved with the merge and still points to where it moved.
    fn point_back(
        &self,
        steps: &mut Steps,
        id: ContactId,
        survivor: ContactId,
        references: &[Reference],
    ) {
        let heir = self.heir(survivor);
        for reference in references {
            let reference = reference.clone().renamed(|id| self.id(id));
            match self.now.target(&reference) {
                Some(now) if now == id => {}
                Some(now) if now == heir => steps.actions.push(Action::Repoint {
                    reference,
                    before: heir,
                    after: id,
                }),
                // Whoever pointed was merged away, too, and returns as it was, if at all.
                None if self.is_merged_away(&reference) => {}
                _ => steps.conflicts.push(elsewhere(&reference)),
            }
        }
    }

    /// What pointed at the loser, was not listed before the merge, and was pointed at the survivor after it.
    fn mended(&self, loser: ContactId) -> Vec<Reference> {
        let listed = |reference: &Reference| {
            self.entries.iter().any(|entry| {
                matches!(&entry.action, Action::Merge { loser: gone, references, .. }
                    if *gone == loser && references.contains(reference))
            })
        };
        let pointed = self.entries.iter().filter_map(|entry| match &entry.action {
            Action::Repoint {
                reference, before, ..
            } if *before == loser => Some(reference.clone()),
            _ => None,
        });
        pointed.filter(|reference| !listed(reference)).collect()
    }

    fn is_merged_away(&self, reference: &Reference) -> bool {
        let owner = reference.owner();
        owner.is_some_and(|owner| self.now.merged_into(owner).is_some())
    }

    /// A reference to a contact that has another id by now.
    pub(super) fn present_reference(&self, field: &str, value: &PrivateValue) -> PrivateValue {
        if !Contact::REFERENCES.contains(&field) {
            return value.clone();
        }
        let id = value.reference().map(ContactId::new);
        match id.map(|old| (old, self.id(old))) {
            Some((old, new)) if old != new => PrivateValue::from(json!({ "id": new })),
            _ => value.clone(),
        }
    }

    /// A record that was kept, with the ids that other contacts have by now.
    fn in_present_ids(&self, record: &Contact) -> Contact {
        let mut record = record.clone();
        for (field, value) in &mut record.fields {
            *value = self.present_reference(field, value);
        }
        record
    }

    /// Merges a contact again that was brought back, unless somebody has changed it since.
    pub(super) fn merge_again(&self, entry: &Entry) -> Steps {
        let Some(back) = entry.returned().map(|id| self.id(id)) else {
            return Steps::default();
        };
        if !self.now.contacts.contains_key(&back) {
            return Steps::default();
        }
        let original = entry
            .purpose
            .undone()
            .and_then(|id| self.now.originals.get(id));
        let Some(original) = original else {
            return Steps::conflict("the journal no longer holds the merge that was taken back");
        };
        let Action::Merge {
            loser, survivor, ..
        } = &original.action
        else {
            return Steps::default();
        };
        let survivor = self.id(*survivor);
        if let Some(words) = self.absent(survivor) {
            return Steps::conflict(words);
        }
        let as_it_was = original
            .before
            .contacts
            .iter()
            .find(|contact| contact.id == *loser);
        let now = &self.now.contacts[&back];
        let changed: BTreeSet<String> = match as_it_was {
            Some(then) => differences(&self.in_present_ids(then), now)
                .iter()
                .map(ToString::to_string)
                .collect(),
            None => BTreeSet::from(["the journal no longer holds what it was".to_owned()]),
        };
        if !changed.is_empty() {
            let changed: Vec<String> = changed.into_iter().collect();
            return Steps::conflict(format!(
                "contact {back} has been changed since it was brought back ({}), so it is not merged again",
                changed.join(", ")
            ));
        }
        let details = self.now.details.get(&back);
        Steps::of(Action::Merge {
            loser: back,
            survivor,
            references: details
                .map(|details| details.references.clone())
                .unwrap_or_default(),
        })
    }
}

/// The writes that give a bare record what hung on the old one.
fn belongings(id: ContactId, record: &Contact, details: &Details) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut items: Vec<_> = record.communications.iter().collect();
    items.sort_by_key(|item| !item.is_default);
    for item in items {
        if !matches!(item.kind, model::CommunicationKind::Other(_)) {
            actions.push(Action::AddCommunication {
                contact: id,
                item: NewCommunication::like(item),
            });
        }
    }
    for label in &record.types {
        actions.push(Action::AddType {
            contact: id,
            label: label.clone(),
        });
    }
    for membership in &details.groups {
        actions.push(Action::JoinGroup {
            contact: id,
            membership: membership.clone(),
        });
    }
    for note in &details.notes {
        actions.push(Action::AddNote {
            contact: id,
            text: note.text.clone(),
            type_id: note.type_id,
            flagged: note.flagged,
        });
    }
    let fresh = Portal {
        login: Login::Disabled,
        level: Some(1),
    };
    let portal = record.portal;
    if portal.login != fresh.login || portal.level.is_some_and(|level| Some(level) != fresh.level) {
        actions.push(Action::SetPortal {
            contact: id,
            before: fresh,
            after: portal,
        });
    }
    actions
}

/// A record that does not point where we left it.
pub(super) fn elsewhere(reference: &Reference) -> String {
    format!("{reference} is gone, or somebody has pointed it elsewhere since")
}
