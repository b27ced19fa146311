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
