//! Which pairs are worth comparing: those that share an address, a number or the sound of a name.

use std::hash::Hasher;

use crate::hash::Fnv;
use crate::name::{Kind, Name};
use crate::profile::Profile;
use crate::spelling::skeleton;
use crate::words::{NICKNAMES, VARIANTS};

/// A block with more members than this is a switchboard or a shared mailbox: what it has in common
/// says nothing, and comparing all its pairs would not scale. Whoever shares something rarer besides
/// meets in another block.
const LARGEST_BLOCK: usize = 50;
/// The same for what is shared by the look of a name alone.
const LARGEST_NAME_BLOCK: usize = 24;

/// All pairs, as positions in the list, the lower one first; in order and without repeats.
pub(crate) fn candidates(profiles: &[Profile]) -> Vec<(u32, u32)> {
    let mut keys: Vec<(u64, u32)> = Vec::with_capacity(profiles.len() * 10);
    for (at, profile) in (0u32..).zip(profiles) {
        for_each_key(profile, |key| keys.push((key, at)));
    }
    keys.sort_unstable();
    keys.dedup();
    let mut pairs = Vec::new();
    for block in keys.chunk_by(|x, y| x.0 == y.0) {
        let largest = if is_of_name(block[0].0) {
            LARGEST_NAME_BLOCK
        } else {
            LARGEST_BLOCK
        };
        if block.len() <= largest {
            for (at, (_, low)) in block.iter().enumerate() {
                pairs.extend(block[at + 1..].iter().map(|(_, high)| (*low, *high)));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Calls back with each key of a profile.
fn for_each_key(profile: &Profile, mut emit: impl FnMut(u64)) {
    let name = &profile.name;
    let full: Vec<String> = name.bag().iter().map(|word| skeleton(word)).collect();
    let full: Vec<&str> = full.iter().map(String::as_str).collect();
    for (mailbox, _) in &profile.mailboxes {
        emit(key(1, &[&mailbox.key]));
        // The same name at another domain, or written into a name field.
        if !mailbox.is_shared {
            let local = mailbox.squash();
            if local.len() > 3 {
                emit(key(2, &[&local]));
            }
        }
        emit(key(8, &[&mailbox.key, &full.concat()]));
    }
    for number in &profile.numbers {
        let digits = number.key().to_string();
        emit(key(3, &[&digits]));
        // What a switchboard's callers share besides.
        if let Some(extension) = number.extension {
            emit(key(4, &[&digits, &extension.to_string()]));
        }
        if let Some(first) = full.first() {
            emit(key(4, &[&digits, first]));
        }
    }
    if !matches!(name.kind, Kind::Person | Kind::Role | Kind::Several) {
        return;
    }
    if full.len() > 1 {
        emit(key(5, &full));
    }
    if let Some(local) = &name.local {
        emit(key(2, &[local]));
    }
    name_keys(name, &mut emit);
}

/// Keys that survive a slip of the pen in either name, a short form, an initial and an exchange of
/// first and last name.
fn name_keys(name: &Name, emit: &mut impl FnMut(u64)) {
    let (Some(given), Some(family)) = (name.given.first(), name.family.first()) else {
        // "johnsmith" as a lone name.
        if let [lone] = name.given.as_slice() {
            emit(key(2, &[lone]));
        }
        return;
    };
    emit(key(2, &[&[given.as_str(), &name.family_joined].concat()]));
    let last = name.family.last().filter(|last| *last != family);
    let families: Vec<String> = std::iter::once(family)
        .chain(last)
        .map(|word| skeleton(word))
        .collect();
    for root in roots(name) {
        let given = skeleton(root);
        for family in &families {
            // The whole of one and the beginning of the other, in any order.
            emit(both(6, &given, head(family, 1)));
            emit(both(6, family, head(&given, 1)));
            emit(both(7, head(&given, 2), head(family, 3)));
        }
    }
}

/// The first name, what the person is called, and the long forms of both.
pub(crate) fn roots(name: &Name) -> Vec<&str> {
    let mut roots: Vec<&str> = name
        .given
        .first()
        .into_iter()
        .chain(&name.called)
        .map(String::as_str)
        .collect();
    for list in [&NICKNAMES, &VARIANTS] {
        for at in 0..roots.len() {
            for head in list.heads(roots[at]) {
                roots.push(head);
            }
        }
    }
    roots.sort_unstable();
    roots.dedup();
    roots
}

/// The short forms of the first name, and of what it is short for.
pub(crate) fn forms(name: &Name) -> Vec<&'static str> {
    let mut forms: Vec<&str> = name
        .given
        .first()
        .into_iter()
        .flat_map(|given| NICKNAMES.with(given))
        .collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn head(word: &str, length: usize) -> &str {
    word.get(..length).unwrap_or(word)
}

fn both(kind: u8, a: &str, b: &str) -> u64 {
    if a <= b {
        key(kind, &[a, b])
    } else {
        key(kind, &[b, a])
    }
}

/// Keys are compared as numbers: two texts with one number would only be compared in vain.
fn key(kind: u8, parts: &[&str]) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write_u8(kind);
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write_u8(0);
    }
    // The lowest bit tells names from what is carried.
    (hasher.finish() & !1) | u64::from(matches!(kind, 5..=7))
}

fn is_of_name(key: u64) -> bool {
    key & 1 == 1
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, Contact, ContactId};

    use super::*;

    fn contact(first: &str, last: &str) -> Contact {
        Contact::new(ContactId::new(1), CompanyId::new(1), first, last)
    }

    fn pairs(contacts: &[Contact]) -> Vec<(u32, u32)> {
        let profiles: Vec<Profile> = contacts.iter().map(Profile::of).collect();
        candidates(&profiles)
    }

    #[test]
    fn nobody_and_whoever_says_nothing_are_compared_with_nobody() {
        assert!(pairs(&[]).is_empty());
        assert!(pairs(&[contact("", ""), contact("", "")]).is_empty());
        assert!(pairs(&[contact("Ada", "Byron")]).is_empty());
        assert!(pairs(&[contact("Test", "Test"), contact("Test", "Test")]).is_empty());
    }

    #[test]
    fn whoever_shares_an_address_or_a_number_is_compared_whatever_the_name() {
        let ada = contact("Ada", "Byron")
            .with_email(1, "ada.b@acme.example")
            .with_phone(2, "312 555 0142");
        for other in [
            contact("Li", "Wei").with_email(1, "Ada.B+psa@acme.example"),
            // The same before the @ at another domain, and in place of a name.
            contact("Li", "Wei").with_email(1, "ada.b@other.example"),
            contact("ada.b", ""),
            contact("Li", "Wei").with_phone(1, "+1 (312) 555-0142 x7"),
            contact("", "").with_phone(1, "3125550142"),
        ] {
            assert_eq!(pairs(&[ada.clone(), other.clone()]), [(0, 1)], "{other:?}");
        }
        let info = |first, last| contact(first, last).with_email(1, "info@other.example");
        let elsewhere = contact("Ada", "Byron").with_email(1, "info@acme.example");
        assert!(pairs(&[elsewhere, info("Li", "Wei")]).is_empty());
    }

    #[test]
    fn whoever_has_a_name_that_looks_or_sounds_alike_is_compared() {
        for ((first, last), (other_first, other_last)) in [
            (("John", "Smith"), ("Smith", "John")),
            (("John", "Smith"), ("Smith, John", "")),
            (("John", "Smith"), ("J", "Smith")),
            (("John", "Smith"), ("John", "S")),
            (("John", "Smith"), ("John", "Smyth")),
            (("John", "Smith"), ("John", "Smihth")),
            (("John", "Smith"), ("john.smith", "")),
            (("Bob", "Marsh"), ("Robert", "Marsh")),
            (("Bob", "Marsh"), ("Rob", "Marsh")),
            (("Jürgen", "Müller"), ("Juergen", "Mueller")),
            (("Maria", "Garcia Lopez"), ("Maria", "Lopez")),
            (("Сергей", "Иванов"), ("Sergey", "Ivanov")),
        ] {
            let found = pairs(&[contact(first, last), contact(other_first, other_last)]);
            assert_eq!(
                found,
                [(0, 1)],
                "{first} {last} and {other_first} {other_last}"
            );
        }
        for (other_first, other_last) in [("Mary", "Hall"), ("Ada", "Byron"), ("", "")] {
            let found = pairs(&[contact("John", "Smith"), contact(other_first, other_last)]);
            assert!(found.is_empty(), "{other_first} {other_last}");
        }
    }

    #[test]
    fn pairs_come_in_order_and_once_whatever_they_share() {
        let john = contact("John", "Smith")
            .with_email(1, "john@acme.example")
            .with_phone(2, "312 555 0142");
        let three = [john.clone(), john.clone(), john];
        assert_eq!(pairs(&three), [(0, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn a_switchboard_or_a_common_name_makes_no_pairs_but_what_is_rarer_besides_does() {
        const LETTERS: &[u8] = b"bcdfgklmnprstvz";
        // Names of which no two look alike.
        let name = |at: usize| {
            let letter = |at: usize| char::from(LETTERS[at % LETTERS.len()]);
            let (x, y) = (letter(at), letter(at / LETTERS.len() + at));
            (format!("{x}u{y}om"), format!("{y}o{x}ut"))
        };
        let board = |count: usize| -> Vec<Contact> {
            let each = (0..count).map(|at| {
                let (first, last) = name(at);
                contact(&first, &last).with_phone(1, "312 555 0142")
            });
            each.collect()
        };
        let all = |count: usize| count * (count - 1) / 2;
        assert_eq!(pairs(&board(LARGEST_BLOCK)).len(), all(LARGEST_BLOCK));
        let mut many = board(LARGEST_BLOCK);
        many.push(contact("Ada", "Byron").with_phone(1, "312 555 0142"));
        let ada = u32::try_from(LARGEST_BLOCK).unwrap();
        assert!(pairs(&many).iter().all(|(_, high)| *high != ada));
        many.push(contact("Ada", "Byron").with_phone(1, "312 555 0142"));
        assert!(pairs(&many).contains(&(ada, ada + 1)));

        let common = |count: usize| vec![contact("John", "Smith"); count];
        assert_eq!(
            pairs(&common(LARGEST_NAME_BLOCK)).len(),
            all(LARGEST_NAME_BLOCK)
        );
        assert!(pairs(&common(LARGEST_BLOCK + 1)).is_empty());
    }

    #[test]
    fn a_name_has_the_long_forms_as_roots_and_the_short_ones_as_forms() {
        let bob = Name::read("Bob", "Marsh", "Bobby");
        let found = roots(&bob);
        for root in ["bob", "bobby", "robert"] {
            assert!(found.contains(&root), "{root}");
        }
        let found = forms(&Name::read("Robert", "Marsh", ""));
        for form in ["bob", "rob", "robert"] {
            assert!(found.contains(&form), "{form}");
        }
        assert!(roots(&Name::default()).is_empty() && forms(&Name::default()).is_empty());
    }
}
