//! What people wrote down in IT Glue and nobody else knows: it must never get lost.
//!
//! It is kept from the raw account, and looked for after every write of ours, so a loss is seen at the call that
//! caused it.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::World;
use sandbox::itglue::{Account, Contact};

use super::ledger::Ledger;

/// What people wrote down, by the record that must have it.
#[derive(Default)]
pub(crate) struct Known(BTreeMap<u64, BTreeSet<Extra>>);

/// One thing that somebody wrote down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extra {
    Email(String),
    Phone(String),
    Note(String),
    Title(String),
}

impl Extra {
    fn is_on(&self, record: &Contact) -> bool {
        let noted = |text: &str| {
            record
                .notes
                .as_ref()
                .is_some_and(|notes| notes.contains(text))
        };
        match self {
            Extra::Email(value) => record.emails.iter().any(|email| email.value == *value),
            Extra::Phone(value) => record.phones.iter().any(|phone| phone.value == *value),
            Extra::Note(text) => noted(text),
            Extra::Title(title) => record.title.as_ref() == Some(title) || noted(title),
        }
    }

    /// Whether the PSA has something to say here, and leads.
    fn is_overruled(&self, record: &Contact, world: &World) -> bool {
        let Extra::Title(_) = self else { return false };
        contacts_of(record).into_iter().any(|contact| {
            let contact = world.contact(contact).unwrap_or_default();
            let title = contact["title"].as_str().unwrap_or_default().trim();
            !title.is_empty() && record.title.as_deref() == Some(title)
        })
    }
}

impl Known {
    /// A person wrote this on a record.
    pub(crate) fn add(&mut self, record: u64, extra: Extra) {
        self.0.entry(record).or_default().insert(extra);
    }

    /// Judges what is there after a write of ours.
    pub(crate) fn we_did(
        &mut self,
        account: &Account,
        world: &World,
        ledger: &Ledger,
    ) -> Result<(), String> {
        for (id, extras) in &mut self.0 {
            let Some(record) = account.contacts.get(id) else {
                continue;
            };
            extras.retain(|extra| extra.is_on(record) || !extra.is_overruled(record, world));
            if let Some(lost) = extras.iter().find(|extra| !extra.is_on(record)) {
                return Err(format!("contact {id} in IT Glue lost {lost:?}"));
            }
        }
        let is_gone = |id: &&u64| !account.contacts.contains_key(id);
        for id in self.0.keys().filter(is_gone).copied().collect::<Vec<_>>() {
            let extras = self.0.remove(&id).unwrap_or_default();
            let heirs = heirs(account, ledger, id);
            for extra in extras {
                let has_it = |heir: &&u64| extra.is_on(&account.contacts[*heir]);
                let Some(heir) = heirs.iter().find(has_it).copied() else {
                    return Err(format!(
                        "contact {id} was removed from IT Glue, and nobody has its {extra:?}"
                    ));
                };
                self.add(heir, extra);
            }
        }
        Ok(())
    }
}

/// The records of whoever a removed record was of.
fn heirs(account: &Account, ledger: &Ledger, removed: u64) -> Vec<u64> {
    let people = |record: &Contact| -> BTreeSet<u32> {
        let contacts = contacts_of(record).into_iter();
        contacts
            .filter_map(|contact| ledger.person(contact))
            .collect()
    };
    let was = account
        .deleted
        .get(&removed)
        .map(people)
        .unwrap_or_default();
    let records = account.contacts.iter();
    let heirs = records.filter(|(_, record)| !people(record).is_disjoint(&was));
    heirs.map(|(id, _)| *id).collect()
}

/// The contacts whose record it is, as our line in its notes says.
pub(crate) fn contacts_of(record: &Contact) -> Vec<u32> {
    let notes = record.notes.as_deref().unwrap_or_default();
    let lines = notes.split("Mirrored from ConnectWise contact ").skip(1);
    let digits = lines.map(|line| line.split(|c: char| !c.is_ascii_digit()).next());
    digits.filter_map(|digits| digits?.parse().ok()).collect()
}
