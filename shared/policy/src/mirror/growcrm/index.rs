//! The records that were read, by what one is found by.

use std::collections::BTreeMap;

use model::growcrm::{Contact, ContactId};
use model::{Email, Private};

use super::Snapshot;

/// Records by id, by address and by name.
pub(super) struct Index<'s> {
    records: BTreeMap<ContactId, &'s Contact>,
    by_address: BTreeMap<String, &'s Contact>,
    by_name: BTreeMap<[String; 2], Vec<&'s Contact>>,
}

impl<'s> Index<'s> {
    /// Of all that were read.
    pub(super) fn of(snapshot: &'s Snapshot) -> Self {
        let records = snapshot.all_records();
        let mut by_address = BTreeMap::new();
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for record in records.values().copied() {
            if let Some(address) = record.email.as_ref().filter(|address| !address.is_blank()) {
                let address = address.reveal().trim().to_lowercase();
                by_address.entry(address).or_insert(record);
            }
            let name = name(&record.first_name, &record.last_name);
            by_name.entry(name).or_default().push(record);
        }
        Self {
            records,
            by_address,
            by_name,
        }
    }

    /// The record of that id, if it was read in one way or the other and is there.
    pub(super) fn record(&self, id: ContactId) -> Option<&'s Contact> {
        self.records.get(&id).copied()
    }

    /// The record that is known to have an address.
    pub(super) fn with_address(&self, address: &Email) -> Option<&'s Contact> {
        self.by_address.get(address.reveal()).copied()
    }

    /// The records with exactly this name.
    pub(super) fn named(&self, first: &Private, last: &Private) -> &[&'s Contact] {
        let found = self.by_name.get(&name(first, last));
        found.map_or(&[], Vec::as_slice)
    }
}

fn name(first: &Private, last: &Private) -> [String; 2] {
    [first, last].map(|name| name.reveal().trim().to_owned())
}
