//! What taking changes back depends on.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Action, ChangeId, Company, Contact, ContactId, ContactTypeId, Details, Entry, Memory, Note,
    NoteId, Purpose, Reference, Snapshot, TypeAssociationId,
};

/// What is there now, of everything that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Present {
    /// The company.
    pub company: Company,
    /// The contacts that exist.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// What hangs on them.
    pub details: BTreeMap<ContactId, Details>,
    /// Whom these references point at, as far as it is one of the contacts that was asked about.
    pub pointing: BTreeMap<Reference, ContactId>,
    /// The links between contacts and labels.
    pub links: BTreeMap<(ContactId, ContactTypeId), TypeAssociationId>,
    /// The changes that were taken back before, where one of the entries takes one back.
    pub originals: BTreeMap<ChangeId, Entry>,
    /// What the journal remembers of the company.
    pub memory: Memory,
}

/// What must be read before changes can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// These contacts.
    pub contacts: BTreeSet<ContactId>,
    /// The notes and groups of these.
    pub belongings: BTreeSet<ContactId>,
    /// All that hangs on these.
    pub details: BTreeSet<ContactId>,
    /// Which of these references point at one of these contacts.
    pub references: BTreeSet<Reference>,
    /// The links between these contacts and labels.
    pub links: BTreeSet<(ContactId, ContactTypeId)>,
    /// These changes of the past.
    pub originals: BTreeSet<ChangeId>,
}

/// What must be read to take these changes back.
#[must_use]
pub fn wanted(entries: &[Entry], memory: &Memory) -> Wanted {
    let newest = memory.returned();
    let id = |contact: ContactId| newest.get(&contact).copied().unwrap_or(contact);
    let heirs = merged(memory);
    let mut wanted = Wanted::default();
    for entry in entries {
        let action = entry.action.clone().renamed(id);
        let mut contacts = action.contacts();
        contacts.extend(entry.returned());
        // What was a contact's may be another one's by now.
        for contact in contacts.clone() {
            let mut at = contact;
            while let Some(next) = heirs.get(&at).map(|next| id(*next))
                && !contacts.contains(&next)
            {
                contacts.push(next);
                at = next;
            }
        }
        wanted.contacts.extend(contacts);
        match &action {
            Action::JoinGroup { contact, .. }
            | Action::LeaveGroup { contact, .. }
            | Action::AddNote { contact, .. }
            | Action::RemoveNote { contact, .. } => {
                wanted.belongings.insert(*contact);
            }
            Action::AddType { contact, label } => {
                wanted.links.insert((*contact, label.id));
            }
            Action::Merge {
                loser,
                survivor,
                references,
            } => {
                wanted.belongings.insert(*loser);
                wanted.references.extend(references.iter().cloned());
                wanted
                    .contacts
                    .extend(references.iter().filter_map(Reference::owner));
                wanted.belongings.insert(*survivor);
            }
            Action::Repoint { reference, .. } => {
                wanted.references.insert(reference.clone());
                wanted.contacts.extend(reference.owner());
            }
            Action::Restore { survivor, .. } => {
                wanted.details.extend(entry.returned());
                wanted.belongings.insert(*survivor);
            }
            _ => {}
        }
        if let Purpose::Undo { change } = &entry.purpose {
            wanted.originals.insert(change.clone());
        }
    }
    wanted
}

/// Whom each contact was merged into, by us, as far as nobody brought it back.
fn merged(memory: &Memory) -> BTreeMap<ContactId, ContactId> {
    let back = memory.returned();
    memory
        .past
        .iter()
        .filter(|past| past.took_effect())
        .filter_map(|past| match past.action {
            Action::Merge {
                loser, survivor, ..
            } if !back.contains_key(&loser) => Some((loser, survivor)),
            _ => None,
        })
        .collect()
}

impl Present {
    /// The newest ids of contacts that were brought back.
    pub(super) fn returned(&self) -> BTreeMap<ContactId, ContactId> {
        self.memory.returned()
    }

    /// Whom we merged a contact into, if nobody brought it back.
    pub(super) fn merged_into(&self, contact: ContactId) -> Option<ContactId> {
        merged(&self.memory).get(&contact).copied()
    }

    /// Whom a reference points at.
    pub(super) fn target(&self, reference: &Reference) -> Option<ContactId> {
        match reference.owner() {
            Some(owner) => {
                let value = self.contacts.get(&owner)?.fields.get(&reference.field)?;
                value.reference().map(ContactId::new)
            }
            None => self.pointing.get(reference).copied(),
        }
    }

    /// Applies the expected effect of a write.
    pub(super) fn project(&mut self, action: &Action) {
        let mut snapshot = Snapshot::new(jiff::Timestamp::UNIX_EPOCH, self.company.clone());
        std::mem::swap(&mut snapshot.contacts, &mut self.contacts);
        std::mem::swap(&mut snapshot.details, &mut self.details);
        snapshot.project(action);
        self.company = snapshot.company;
        self.contacts = snapshot.contacts;
        self.details = snapshot.details;
        match action {
            Action::Repoint {
                reference, after, ..
            } => match reference
                .owner()
                .and_then(|owner| self.contacts.get_mut(&owner))
            {
                Some(owner) => {
                    let value = serde_json::json!({ "id": after }).into();
                    owner.fields.insert(reference.field.clone(), value);
                }
                None => {
                    self.pointing.insert(reference.clone(), *after);
                }
            },
            Action::Merge {
                loser, survivor, ..
            } => {
                for target in self.pointing.values_mut().filter(|target| *target == loser) {
                    *target = *survivor;
                }
            }
            Action::AddNote {
                contact,
                text,
                type_id,
                flagged,
            } => {
                if let Some(details) = self.details.get_mut(contact) {
                    details.notes.push(Note {
                        id: NoteId::UNKNOWN,
                        text: text.clone(),
                        type_id: *type_id,
                        flagged: *flagged,
                    });
                }
            }
            _ => {}
        }
    }
}
