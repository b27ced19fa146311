//! Names as they are really typed, brought to one form.

use std::collections::BTreeSet;

use model::Contact;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::mailbox::ROLES;

/// A person's name as comparable parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// Given names in order.
    pub(crate) given: Vec<String>,
    /// Family names in order.
    pub(crate) family: Vec<String>,
    /// Jr, Sr, II and the like: two different ones are two people.
    pub(crate) generation: Option<&'static str>,
}

/// Forms of address that are typed into name fields and tell nobody apart.
const HONORIFICS: [&str; 13] = [
    "dr", "mr", "mrs", "ms", "miss", "prof", "herr", "frau", "mme", "mlle", "sra", "dott", "ing",
];

impl Name {
    /// Reads the name of a contact, seeing through the ways in which imports and email connectors
    /// mistreat it: "Smith, John" in one field, the comma left in a first name, the local part of an
    /// address in place of a first name.
    pub(crate) fn of(contact: &Contact) -> Self {
        let first = contact.first_name.reveal().trim();
        let last = contact.last_name.reveal().trim();
        let (given, family) = match (first.split_once(','), last.split_once(',')) {
            // "Smith, John" as first name, or "Smith," with John as last name.
            (Some((family, given)), None) if given.trim().is_empty() => (last, family),
            (Some((family, given)), None) => (given, family),
            (None, Some((family, given))) if first.is_empty() => (given, family),
            _ => (first, last),
        };
        let mut name = Self::default();
        if family.is_empty() {
            // A lone field may be a whole name, or what stands before the @ of an address.
            let whole = given.split('@').next().unwrap_or_default();
            let mut parts = name.parts(whole);
            if parts.len() > 1 {
                name.family = parts.split_off(parts.len() - 1);
            }
            name.given = parts;
        } else {
            name.given = name.parts(given.split('@').next().unwrap_or_default());
            name.family = name.parts(family);
            // The local part "john.smith" beside the last name "Smith".
            if name.given.len() > 1 && name.given.ends_with(&name.family) {
                name.given.truncate(name.given.len() - name.family.len());
            }
        }
        name
    }

    /// All parts, without order: the key under which swapped names meet.
    pub(crate) fn key(&self) -> BTreeSet<&str> {
        self.given
            .iter()
            .chain(&self.family)
            .map(String::as_str)
            .collect()
    }

    /// Whether it names several people, or a job beside a person: "John & Mary", "Reception Mary".
    pub(crate) fn is_mixed(&self, text: &str) -> bool {
        let joined = text.contains('&') || text.contains('/') || text.contains('+');
        let parts = self.key();
        let roles = parts.iter().filter(|part| ROLES.contains(**part)).count();
        joined
            || parts
                .iter()
                .any(|part| matches!(*part, "and" | "und" | "et" | "or"))
            || (roles > 0 && roles < parts.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty() && self.family.is_empty()
    }

    fn parts(&mut self, text: &str) -> Vec<String> {
        let mut parts = fold(text);
        parts.retain(|part| match generation(part) {
            Some(found) => {
                self.generation = Some(found);
                false
            }
            None => !HONORIFICS.contains(&part.as_str()),
        });
        parts
    }
}

/// Whether a contact is named for a job and not for a person ("Reception", "Accounts Payable").
#[must_use]
pub fn is_role_name(contact: &Contact) -> bool {
    let name = Name::of(contact);
    let parts = name.key();
    !parts.is_empty() && parts.iter().all(|part| ROLES.contains(part))
}

/// Whether two contacts spell one name, whatever the order, case or punctuation.
#[must_use]
pub fn same_name(a: &Contact, b: &Contact) -> bool {
    let (a, b) = (Name::of(a), Name::of(b));
    a.key() == b.key() && a.generation == b.generation
}

/// Lower case, split at everything that is neither letter nor digit. Diacritics are dropped from
/// Latin, Greek and Cyrillic letters, where people leave them out; elsewhere a mark is a vowel or a
/// voicing, and part of the name.
pub(crate) fn fold(text: &str) -> Vec<String> {
    let mut bare_base = false;
    let plain: String = text
        .nfkd()
        .filter(|c| {
            if is_combining_mark(*c) {
                return !bare_base;
            }
            bare_base = matches!(*c, '\u{41}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}');
            !matches!(c, '\'' | '’')
        })
        .flat_map(char::to_lowercase)
        .nfc()
        .collect();
    let plain = plain
        .replace('ß', "ss")
        .replace('ø', "o")
        .replace('æ', "ae")
        .replace('ł', "l")
        .replace('đ', "d");
    plain
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn generation(part: &str) -> Option<&'static str> {
    match part {
        "jr" | "jnr" | "junior" | "filho" => Some("jr"),
        "sr" | "snr" | "senior" => Some("sr"),
        "neto" | "nieto" => Some("grandson"),
        "ii" => Some("ii"),
        "iii" => Some("iii"),
        "iv" => Some("iv"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    fn name(first: &str, last: &str) -> Name {
        Name::of(&Contact::new(
            ContactId::new(1),
            CompanyId::new(1),
            first,
            last,
        ))
    }

    #[test]
    fn all_the_ways_to_type_one_name_read_the_same() {
        let john = name("John", "Smith");
        for (first, last) in [
            ("JOHN", "smith"),
            ("Smith, John", ""),
            ("", "Smith, John"),
            ("Smith,", "John"),
            ("John Smith", ""),
            ("john.smith", ""),
            ("john.smith", "Smith"),
            ("john.smith@example.com", ""),
        ] {
            assert_eq!(name(first, last), john, "{first:?} {last:?}");
        }
    }

    #[test]
    fn diacritics_and_apostrophes_do_not_matter() {
        assert_eq!(name("Renée", "O’Neil"), name("Renee", "ONeil"));
        assert_eq!(name("Łukasz", "Weiß"), name("Lukasz", "Weiss"));
    }

    #[test]
    fn a_generation_is_not_part_of_the_name() {
        assert_eq!(name("Frank", "Hall Jr.").generation, Some("jr"));
        assert_eq!(name("Frank", "Hall Jr.").family, ["hall"]);
    }

    #[test]
    fn a_job_is_no_person() {
        let contact = |first, last| Contact::new(ContactId::new(1), CompanyId::new(1), first, last);
        assert!(is_role_name(&contact("Accounts", "Payable")));
        assert!(is_role_name(&contact("Reception", "")));
        assert!(!is_role_name(&contact("Frank", "Office")));
        assert!(!is_role_name(&contact("", "")));
    }
}
