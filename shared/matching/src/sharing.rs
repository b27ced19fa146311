//! Which addresses and numbers several people carry.

use std::collections::{BTreeMap, BTreeSet};

use model::{Contact, Email, Phone};

use crate::name::Name;

/// For every address and number of a company: how many different names carry it.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    emails: BTreeMap<Email, usize>,
    phones: BTreeMap<Phone, usize>,
}

impl Sharing {
    /// Counts over the contacts of one company. A contact without a name carries nothing: it cannot
    /// show that a second person uses an address.
    pub fn of<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> Self {
        let mut emails: BTreeMap<Email, BTreeSet<Vec<String>>> = BTreeMap::new();
        let mut phones: BTreeMap<Phone, BTreeSet<Vec<String>>> = BTreeMap::new();
        for contact in contacts {
            let name = Name::of(contact);
            if name.is_empty() {
                continue;
            }
            let key: Vec<String> = name.key().into_iter().map(str::to_owned).collect();
            for (email, _) in contact.emails() {
                emails
                    .entry(email.mailbox())
                    .or_default()
                    .insert(key.clone());
            }
            for phone in contact.phones() {
                phones.entry(phone).or_default().insert(key.clone());
            }
        }
        Self {
            emails: emails
                .into_iter()
                .map(|(k, names)| (k, names.len()))
                .collect(),
            phones: phones
                .into_iter()
                .map(|(k, names)| (k, names.len()))
                .collect(),
        }
    }

    /// How many different names carry this mailbox.
    #[must_use]
    pub fn names_at(&self, email: &Email) -> usize {
        self.emails.get(&email.mailbox()).copied().unwrap_or(0)
    }

    /// How many different names carry this number.
    #[must_use]
    pub fn names_on(&self, phone: &Phone) -> usize {
        self.phones.get(phone).copied().unwrap_or(0)
    }
}
