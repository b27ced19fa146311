//! Bringing back a contact that was merged away.

use model::{
    Action, Contact, ContactId, Details, Entry, FieldChange, Login, NewCommunication, Outcome,
    Portal, PrivateValue, Reference,
};
use serde_json::json;

use super::{Planner, Steps, mends_own};
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
        if let Some(words) = self.cannot_come_back(entry, *loser) {
            return Steps::stuck(words);
        }
        let record = entry.before.contacts.iter().find(|one| one.id == *loser);
        let Some(record) = record else {
            return Steps::default();
        };
        let none = Details::default();
        let details = entry.before.details.as_ref().unwrap_or(&none);
        let back = self.id(*loser);
        let is_back = back != *loser;
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
            steps.lost.extend(details.tracks.iter().map(|_| {
                format!(
                    "a marketing track of contact {loser} cannot be brought back; enroll it by hand"
                )
            }));
        }
        let fields = to_restore(record);
        steps.lost.extend(fields.unknown.iter().map(|field| {
            format!("this release does not know how to write {field} of contact {loser}")
        }));
        self.fields_back(&mut steps, id, fields);
        steps.actions.extend(self.belongings(id, record, details));
        let mended = self.mended(*loser);
        let references: Vec<Reference> = references.iter().chain(&mended).cloned().collect();
        self.point_back(&mut steps, id, *survivor, &references);
        self.own_manager_back(&mut steps, id, *loser, *survivor);
        steps
            .actions
            .extend(self.carried_along(restoration, record, details));
        if !record.active {
            steps.last.push(Action::Retire { contact: id });
        }
        // An earlier try may have got so far.
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
        steps
    }

    /// Why a contact cannot be brought back at all.
    fn cannot_come_back(&self, entry: &Entry, loser: ContactId) -> Option<String> {
        let pictured = entry.before.contacts.iter().any(|one| one.id == loser);
        if !pictured {
            return Some(format!(
                "the journal no longer holds the record of contact {loser}"
            ));
        }
        let back = self.id(loser);
        if back != loser && !self.now.contacts.contains_key(&back) {
            return Some(match self.now.merged_into(back) {
                Some(into) => format!(
                    "contact {loser} was brought back as {back} and merged into {into} again; take that \
                     back"
                ),
                None => format!("contact {loser} was brought back as {back}, which is gone"),
            });
        }
        let nobody_knows = self.now.memory.past.iter().any(|past| {
            matches!(past.action, Action::Restore { original, .. } if original == loser)
                && past.outcome == Some(Outcome::Unknown)
        });
        (back == loser && nobody_knows).then(|| {
            format!(
                "contact {loser} may have been brought back by a call whose answer was lost, and several \
                 new contacts have its name; look for it by hand"
            )
        })
    }

    fn fields_back(&self, steps: &mut Steps, contact: ContactId, fields: FieldsToRestore) {
        for mut fields in fields.writes {
            for change in &mut fields {
                change.after = self.present_reference(&change.field, &change.after);
            }
            // On a contact that an earlier try brought back, somebody may have been at work.
            if let Some(now) = self.now.contacts.get(&contact) {
                fields.retain(|change| match now.value(&change.field) {
                    Some(held) if !held.is_blank() => {
                        if *held != change.after {
                            let field = &change.field;
                            let words =
                                format!("somebody has filled {field} of contact {contact} since");
                            steps.conflicts.push(words);
                        }
                        false
                    }
                    _ => true,
                });
            }
            if !fields.is_empty() {
                steps.actions.push(Action::SetFields { contact, fields });
            }
        }
    }

    /// What gives a bare record what hung on the old one, and it has not yet.
    fn belongings(&self, id: ContactId, record: &Contact, details: &Details) -> Vec<Action> {
        let now = self.now.contacts.get(&id);
        let hangs = self.now.details.get(&id);
        let mut actions = belongings(id, record, details, now.map(|now| now.portal));
        actions.retain(|action| match action {
            Action::AddCommunication { item, .. } => !now.is_some_and(|now| {
                let mut held = now.communications.iter();
                held.any(|held| {
                    held.kind == item.kind
                        && held.value == item.value
                        && held.extension == item.extension
                })
            }),
            Action::AddType { label, .. } => !now.is_some_and(|now| now.has_type(label.id)),
            Action::JoinGroup { membership, .. } => !hangs.is_some_and(|hangs| {
                hangs
                    .groups
                    .iter()
                    .any(|held| held.group == membership.group)
            }),
            Action::AddNote { text, .. } => {
                !hangs.is_some_and(|hangs| hangs.notes.iter().any(|note| note.says(text.reveal())))
            }
            _ => true,
        });
        actions
    }

    /// Makes the contact the survivor's manager or assistant again, if it was: the merge left nobody there.
    fn own_manager_back(
        &self,
        steps: &mut Steps,
        id: ContactId,
        loser: ContactId,
        survivor: ContactId,
    ) {
        let survivor = self.id(survivor);
        let mending = self.entries.iter().filter_map(|entry| match &entry.action {
            Action::SetFields { fields, .. } if mends_own(&entry.action, loser) => Some(fields),
            _ => None,
        });
        for field in mending.flatten().map(|change| &change.field) {
            let now = self
                .now
                .contacts
                .get(&survivor)
                .and_then(|now| now.value(field));
            if now.is_some_and(|value| !value.is_blank()) {
                let words = format!("somebody has filled {field} of contact {survivor} since");
                steps.conflicts.push(words);
                continue;
            }
            steps.actions.push(Action::SetFields {
                contact: survivor,
                fields: vec![FieldChange {
                    field: field.clone(),
                    before: None,
                    after: json!({ "id": id }).into(),
                }],
            });
        }
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
                // The survivor's own manager, which comes back by another way.
                None if reference.owner() == Some(self.id(survivor)) => {}
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
}

/// The writes that give a bare record what hung on the old one. Its portal access is `now`; a new one's is that
/// of the fact sheet, 2.5, until the PSA has said otherwise.
fn belongings(
    id: ContactId,
    record: &Contact,
    details: &Details,
    now: Option<Portal>,
) -> Vec<Action> {
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
    let fresh = now.unwrap_or(Portal {
        login: Login::Disabled,
        level: Some(1),
    });
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
