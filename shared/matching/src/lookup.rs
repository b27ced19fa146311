//! What to ask a system of record for, to be given the contacts that blocking would compare with one.

use std::collections::BTreeSet;

use model::{Contact, Private};

use crate::blocking::{forms, roots};
use crate::mailbox::is_shared_mailbox;
use crate::number::Number;
use crate::profile::Profile;
use crate::text::{clean, fold};

/// How many digits at the end of a number are asked for. More would be broken by punctuation, fewer
/// would find half of a large company.
const LAST_DIGITS: usize = 4;

/// What to look for among a company's contacts, to find whoever may be the same person as one contact.
/// It finds more than blocking compares, so what it finds is compared as always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookups {
    /// Parts of addresses and numbers as they may be typed: a contact with one of them inside any
    /// communication item may be the same person.
    pub parts: BTreeSet<Private>,
    /// Beginnings of names: a contact whose first and last name begin so may be the same person.
    pub names: BTreeSet<NameStart>,
}

/// How a name may begin. An empty text is any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameStart {
    /// The beginning of the first name.
    pub first: Private,
    /// The beginning of the last name.
    pub last: Private,
}

impl Lookups {
    /// What to look for to find whoever may be the same person as this contact.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        let profile = Profile::of(contact);
        let mut found = Self::default();
        for (mailbox, _) in &profile.mailboxes {
            // Its own local part at any domain, and with a tag; a shared one at its own domain only.
            let local = mailbox.key.split('@').next().unwrap_or_default();
            let at = if mailbox.is_shared {
                mailbox.key.clone()
            } else {
                format!("{local}@")
            };
            found.parts.insert(at.into());
            found.parts.insert(format!("{local}+").into());
        }
        // The dots of Gmail are not in its key; and an address may stand in the place of a name.
        for (email, _) in contact.emails() {
            let mailbox = email.mailbox();
            let at = if is_shared_mailbox(&email) {
                mailbox.reveal().to_owned()
            } else {
                format!("{}@", mailbox.local())
            };
            found.parts.insert(at.into());
            found.parts.insert(format!("{}+", mailbox.local()).into());
            found.ask(mailbox.reveal(), "");
            found.ask("", mailbox.reveal());
        }
        for item in contact.communications.iter().flat_map(Number::all) {
            found.parts.extend(endings(item.key()).map(Private::from));
        }
        found.note_names(contact, &profile);
        found
    }

    fn note_names(&mut self, contact: &Contact, profile: &Profile) {
        let name = &profile.name;
        let typed = [contact.first_name.reveal(), contact.last_name.reveal()];
        if let Some(local) = &name.local {
            self.ask(local, "");
        }
        let (Some(given), Some(family)) = (name.given.first(), name.family.first()) else {
            // A lone name may be a beginning of a whole one.
            for word in name.given.iter().chain(&name.family) {
                self.ask(word, "");
                self.ask("", word);
            }
            return;
        };
        let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
        for given in roots(name) {
            for family in std::iter::once(family).chain(name.family.last()) {
                pairs.insert((given.to_owned(), family.clone()));
            }
        }
        // As typed, diacritics and all, where that reads as the same two words.
        let [first, last] = typed.map(|text| clean(text).to_lowercase());
        if fold(&first).first() == Some(given) && !last.is_empty() {
            pairs.insert((first, last));
        }
        for (given, family) in &pairs {
            let starts = [
                (given.as_str(), start(family, 1)),
                (start(given, 1), family.as_str()),
                (start(given, 2), start(family, 3)),
            ];
            for (first, last) in starts {
                self.ask(first, last);
                self.ask(last, first);
            }
            // The whole name in the first field, in either order.
            for whole in [
                format!("{given} {family}"),
                format!("{family} {given}"),
                format!("{family}, {given}"),
                format!("{given}.{family}"),
            ] {
                self.ask(&whole, "");
                self.ask("", &whole);
            }
        }
        // A double or particled family name, as one word.
        self.ask(start(given, 1), &name.family_joined);
        self.ask(&name.family_joined, start(given, 1));
        // What a long name is short for others as: Robert asks for Bob.
        for short in forms(name) {
            self.ask(start(short, 2), start(family, 3));
            self.ask(start(family, 3), start(short, 2));
        }
    }

    fn ask(&mut self, first: &str, last: &str) {
        self.names.insert(NameStart {
            first: first.into(),
            last: last.into(),
        });
    }
}

/// The end of a number as it may be typed: together, or in two groups.
fn endings(number: u64) -> impl Iterator<Item = String> {
    let digits = format!("{number:04}");
    let end = digits[digits.len() - LAST_DIGITS..].to_owned();
    let groups = [2, 1]
        .into_iter()
        .flat_map(|at| [" ", "-", "."].map(|between| (at, between)));
    let grouped = groups.map({
        let end = end.clone();
        move |(at, between)| format!("{}{between}{}", &end[..at], &end[at..])
    });
    std::iter::once(end).chain(grouped)
}

fn start(word: &str, letters: usize) -> &str {
    word.char_indices()
        .nth(letters)
        .map_or(word, |(end, _)| &word[..end])
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    #[test]
    fn a_contact_that_says_nothing_asks_for_nothing() {
        let nobody = Contact::new(ContactId::new(1), CompanyId::new(1), "", "");
        assert_eq!(Lookups::of(&nobody), Lookups::default());
    }

    #[test]
    fn a_short_form_asks_for_the_long_one_and_a_number_for_its_end() {
        let bob = Contact::new(ContactId::new(1), CompanyId::new(1), "Bob", "Marsh")
            .with_email(1, "bob.marsh+psa@acme.example")
            .with_phone(2, "+1 (312) 555-0142");
        let found = Lookups::of(&bob);
        for part in ["bob.marsh@", "bob.marsh+", "0142", "01 42", "0 142"] {
            assert!(found.parts.contains(&Private::from(part)), "{part}");
        }
        for (first, last) in [
            ("robert", "m"),
            ("marsh", "b"),
            ("ro", "mar"),
            ("marsh, bob", ""),
        ] {
            let start = NameStart {
                first: first.into(),
                last: last.into(),
            };
            assert!(found.names.contains(&start), "{first} {last}");
        }
    }
}
