//! The records that were read, by what a record is found by.

use std::collections::{BTreeMap, BTreeSet};

use model::itglue::{self, Contact as Record};
use model::{Contact, ContactId, Private};

use super::Snapshot;
use super::draft::of_itglue;
use super::notes::Notes;

/// Records by name and by our lines in their notes, and who is said to own each.
#[derive(Default)]
pub(crate) struct Index<'s> {
    records: BTreeMap<itglue::ContactId, &'s Record>,
    named: BTreeMap<[String; 2], Vec<&'s Record>>,
    marked: BTreeMap<ContactId, Vec<&'s Record>>,
    claimants: BTreeMap<itglue::ContactId, BTreeSet<ContactId>>,
    linked: BTreeMap<itglue::ContactId, BTreeSet<ContactId>>,
}

impl<'s> Index<'s> {
    /// Of all that were read.
    pub(crate) fn of(now: &'s Snapshot) -> Self {
        let mut index = Self::default();
        for record in now.every_record().into_values() {
            let name = name(&record.first_name, &record.last_name);
            index.named.entry(name).or_default().push(record);
            for contact in Notes::read(record.notes.as_ref()).mirrored {
                index.marked.entry(contact).or_default().push(record);
                index.claim(record.id, contact);
            }
            index.records.insert(record.id, record);
        }
        for link in now.every_line() {
            if let Some((record, _)) = of_itglue(link) {
                index.claim(record, link.contact);
                index.linked.entry(record).or_default().insert(link.contact);
            }
        }
        index
    }

    /// The record of that id, if it was read by whatever way.
    pub(crate) fn record(&self, id: itglue::ContactId) -> Option<&'s Record> {
        self.records.get(&id).copied()
    }

    /// The records with the name of a contact, in whatever case and with whatever spaces.
    pub(crate) fn named(&self, contact: &Contact) -> Vec<&'s Record> {
        let name = name(&contact.first_name, &contact.last_name);
        self.named.get(&name).cloned().unwrap_or_default()
    }

    /// The records with our line for one of these contacts.
    pub(crate) fn marked_as(
        &self,
        contacts: impl IntoIterator<Item = ContactId>,
    ) -> Vec<&'s Record> {
        let mut found: Vec<&Record> = Vec::new();
        for contact in contacts {
            for record in self.marked.get(&contact).into_iter().flatten() {
                if !found.iter().any(|other| other.id == record.id) {
                    found.push(record);
                }
            }
        }
        found
    }

    /// The contacts that a record is said to be that of.
    pub(crate) fn claimants(&self, record: itglue::ContactId) -> BTreeSet<ContactId> {
        self.claimants.get(&record).cloned().unwrap_or_default()
    }

    /// The contacts that the map has a record for.
    pub(crate) fn linked_to(&self, record: itglue::ContactId) -> BTreeSet<ContactId> {
        self.linked.get(&record).cloned().unwrap_or_default()
    }

    fn claim(&mut self, record: itglue::ContactId, contact: ContactId) {
        self.claimants.entry(record).or_default().insert(contact);
    }
}

/// The name that a record is found by.
pub(crate) fn name(first: &Private, last: &Private) -> [String; 2] {
    [first, last].map(itglue::folded)
}
