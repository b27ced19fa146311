//! Which pairs are worth comparing.

use std::collections::{BTreeMap, BTreeSet};

use model::{Contact, ContactId, Pair};

use crate::name::Name;

/// A block with more members than this is a switchboard, a shared mailbox or a very common name:
/// what it has in common says nothing, and comparing all its pairs would not scale.
const LARGEST_BLOCK: usize = 50;

/// All pairs that share an address, a number or a name.
pub(crate) fn candidates(contacts: &BTreeMap<ContactId, &Contact>) -> BTreeSet<Pair> {
    let mut blocks: BTreeMap<String, BTreeSet<ContactId>> = BTreeMap::new();
    for (&id, contact) in contacts {
        for key in keys(contact) {
            blocks.entry(key).or_default().insert(id);
        }
    }
    blocks
        .values()
        .filter(|members| members.len() <= LARGEST_BLOCK)
        .flat_map(|members| {
            members
                .iter()
                .flat_map(move |&a| members.range(a..).skip(1).map(move |&b| Pair::new(a, b)))
        })
        .collect()
}

fn keys(contact: &Contact) -> BTreeSet<String> {
    let emails = contact
        .emails()
        .into_iter()
        .map(|(email, _)| format!("email {}", email.mailbox().reveal()));
    let phones = contact
        .phones()
        .into_iter()
        .map(|phone| format!("phone {}", phone.reveal_digits()));
    let name = Name::of(contact);
    let parts: Vec<&str> = name.key().into_iter().collect();
    let name = (!parts.is_empty()).then(|| format!("name {}", parts.join(" ")));
    emails.chain(phones).chain(name).collect()
}
