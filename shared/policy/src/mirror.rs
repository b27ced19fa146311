//! What the mirrors are to be told: the PSA's contacts on one side, a mirror's records on the other, a plan out.
//!
//! [`stale`] says after a visit to the PSA which contacts a mirror has to look at. [`itglue`] and [`growcrm`]
//! then plan, each for its own system: `needs` says what must be read, `plan` what is written and what the map
//! of records says from then on, `check` judges the plan a second time. They are pure, as the policies are.

pub mod drift;
mod merges;
mod refusals;

pub mod growcrm;
pub mod itglue;

use std::collections::{BTreeMap, BTreeSet};

use model::mirror::{Digest, Link, Place, System};
use model::{Company, CompanyId, Contact, ContactId, Entry, Finding, FindingKind, Outcome, Past};
use sha2::Digest as _;

use crate::rules::Rules;

pub use merges::merge_of;
pub(crate) use merges::{merged_into, returned};
pub(crate) use refusals::Refusals;

/// What a mirror's plan says.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a plan is a decision; apply it, print it or store it"]
pub struct Plan {
    /// What is to be written to the mirror, what would be, and what a person must settle.
    pub plan: model::Plan,
    /// What the map of records is to say, in order.
    pub map: Vec<MapChange>,
    /// Where the company is mirrored to, if that was found out and is to be recorded. It is true whatever
    /// becomes of the changes.
    pub place: Option<Place>,
    /// Whether the place that the map has is gone, and is to be forgotten. That is true whatever becomes of the
    /// changes, too.
    pub misplaced: bool,
}

/// What the map says of a contact from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapChange {
    /// Once all changes of this unit have been made; at once where there is none.
    pub after: Option<u32>,
    /// The contact.
    pub contact: ContactId,
    /// What the map says.
    pub line: Line,
}

/// What the map says of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// This record is its.
    Is(Link),
    /// The record that the unit created is its, and we created it.
    IsCreated {
        /// What it was given.
        given: Given,
        /// What was to be mirrored.
        digest: Digest,
    },
    /// It has no record.
    Gone,
}

/// What a record was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// In IT Glue.
    ItGlue(model::itglue::Draft),
    /// In Grow CRM.
    GrowCrm(model::growcrm::Fields),
}

/// What a visit to the PSA saw of a company, as far as a mirror cares.
#[derive(Clone, Copy, Debug)]
pub struct Visited<'v> {
    /// The company.
    pub company: &'v Company,
    /// Its contacts that were read.
    pub contacts: &'v BTreeMap<ContactId, Contact>,
    /// Whether these are all of them.
    pub whole: bool,
    /// The contacts that the event names.
    pub named: &'v BTreeSet<ContactId>,
    /// The company's lines of the map, those of one system.
    pub links: &'v [Link],
    /// Whether the map has a place for the company: then everybody was looked at once, and what could be written was.
    pub placed: bool,
    /// What was written to the PSA: whom it merged away no visit will find there again.
    pub done: &'v [Entry],
    /// What we did to the company's contacts before, in present ids.
    pub past: &'v [Past],
}

/// The contacts that we merged away, and that nobody brought back: a mirror may still have their records.
#[must_use]
pub fn merged_away(past: &[Past]) -> BTreeSet<ContactId> {
    merged_into(past).into_keys().collect()
}

/// The contacts that a mirror has to look at after a visit to the PSA.
#[must_use]
pub fn stale(system: System, visited: &Visited<'_>, rules: &Rules) -> BTreeSet<ContactId> {
    let Visited {
        company,
        contacts,
        whole,
        named,
        links,
        placed,
        done,
        past,
    } = *visited;
    if company.deleted {
        return left_behind(links);
    }
    let is_stale = |link: &&Link| match contacts.get(&link.contact) {
        Some(contact) => link.digest != digest(system, company, contact, rules),
        // Of a company that was not read whole, only the event can tell that somebody is gone.
        None => whole || named.contains(&link.contact),
    };
    let linked: BTreeSet<ContactId> = links.iter().map(|link| link.contact).collect();
    let everybody = whole && !placed;
    let present = contacts.keys().filter(|_| everybody).copied();
    let past = if everybody { past } else { &[] };
    let parted = done.iter().filter_map(loser_of).chain(merged_away(past));
    let unlinked = named.iter().copied().chain(present).chain(parted);
    let unlinked = unlinked.filter(|id| !linked.contains(id));
    let stale = links.iter().filter(is_stale).map(|link| link.contact);
    let mut stale: BTreeSet<ContactId> = stale.chain(unlinked).collect();
    // Whoever was the default contact no longer looks as it did, and the account owner follows to the next one, be it
    // in the mirror or not.
    if system == System::GrowCrm && !stale.is_empty() {
        let default = company.default_contact;
        stale.extend(default.filter(|id| contacts.contains_key(id) && !linked.contains(id)));
    }
    stale
}

/// The contact that a write merged away, or retired as somebody's duplicate.
fn loser_of(entry: &Entry) -> Option<ContactId> {
    let took_effect = entry.outcome.as_ref().is_some_and(Outcome::took_effect);
    let (loser, _) = entry.action.merges(&entry.purpose)?;
    took_effect.then_some(loser)
}

/// The contacts with a record whose company is deleted or gone, and of whom that was not told yet.
#[must_use]
pub fn left_behind(links: &[Link]) -> BTreeSet<ContactId> {
    let untold = links.iter().filter(|link| link.digest != told_of_company());
    untold.map(|link| link.contact).collect()
}

/// What a mirror is told of contacts whose company is deleted or gone: nothing is written there, a person is told, and
/// the map remembers that.
pub fn abandoned(system: System, company: CompanyId, links: &[Link]) -> Plan {
    let contacts: Vec<ContactId> = links.iter().map(|link| link.contact).collect();
    let (kind, contacts, words) = match system {
        System::ItGlue => (
            FindingKind::Orphan,
            contacts,
            "the company is deleted in the PSA; its contacts in IT Glue are left as they are, and somebody should \
             decide what becomes of them",
        ),
        System::GrowCrm => (
            FindingKind::NoMirror,
            Vec::new(),
            "the company was deleted in the PSA; its client in Grow CRM stays as it is, and a person should decide what \
             becomes of it",
        ),
    };
    let mut plan = Plan::default();
    plan.plan.findings.push(Finding {
        rule: system.rule(),
        kind,
        company: Some(company),
        contacts,
        words: words.to_owned(),
        evidence: Vec::new(),
    });
    let told = links.iter().map(|link| MapChange {
        after: None,
        contact: link.contact,
        line: Line::Is(Link {
            digest: told_of_company(),
            ..link.clone()
        }),
    });
    plan.map.extend(told);
    plan
}

/// The digest of contacts of whose company it was told that it is no more. Should it come back, they differ.
fn told_of_company() -> Digest {
    Digest::new("company-gone")
}

/// Why none of these contacts, which are gone from the PSA, is taken out of a mirror: there are more than a visit may
/// take out of it. A role of the API member that sees less, or an answer that was cut short, looks the same as many
/// deletions, and what is taken out does not come back.
pub(crate) fn too_many_gone(gone: &[ContactId], rules: &Rules) -> Option<String> {
    let limit = rules.limits.removals_per_visit;
    (gone.len() > limit as usize).then(|| {
        format!(
            "{} contacts are gone from the PSA in one visit, and the rules allow {limit} (limits.removals-per-visit), so \
             the records of all of them stay as they are; see whether the API member still sees them, and if they are \
             gone, raise the limit until the company was visited again",
            gone.len()
        )
    })
}

/// Why nothing is done about a contact that is at no company: that may be no more than a right that is missing.
pub(crate) fn homeless(system: System, contact: ContactId) -> String {
    format!(
        "contact {contact} has no company, or the API member's role does not see it, so its record in {system} is left \
         as it is; a person should give it one or check the rights"
    )
}

fn digest(system: System, company: &Company, contact: &Contact, rules: &Rules) -> Digest {
    match system {
        System::ItGlue => itglue::digest(company, contact, rules),
        System::GrowCrm => growcrm::digest(company, contact, rules),
    }
}

/// A digest in the making, of parts in a fixed order.
pub(crate) struct Fingerprint(sha2::Sha256);

impl Fingerprint {
    /// Begins one. Another mapping must have another name, so that all is looked at again.
    pub(crate) fn new(mapping: &str) -> Self {
        let mut fingerprint = Self(sha2::Sha256::new());
        fingerprint.part(mapping);
        fingerprint
    }

    /// Adds a part. Its length goes with it, so that no two lists of parts look the same.
    pub(crate) fn part(&mut self, part: &str) {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.0.update(length.to_be_bytes());
        self.0.update(part);
    }

    /// Adds parts of which there may be any number.
    pub(crate) fn parts(&mut self, parts: impl IntoIterator<Item = impl AsRef<str>>) {
        let parts: Vec<_> = parts.into_iter().collect();
        self.part(&parts.len().to_string());
        for part in &parts {
            self.part(part.as_ref());
        }
    }

    /// The digest: half of the hash, which is plenty to tell apart what one contact ever was.
    pub(crate) fn end(self) -> Digest {
        let hash = self.0.finalize();
        let half = hash.iter().take(hash.len() / 2);
        Digest::new(half.map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&str]) -> String {
        let mut fingerprint = Fingerprint::new("test-1");
        for part in parts {
            fingerprint.part(part);
        }
        fingerprint.end().to_string()
    }

    #[test]
    fn the_fingerprint_of_nothing_is_always_the_same() {
        assert_eq!(of(&[]), of(&[]));
        assert_eq!(of(&[]).len(), 32);
    }

    #[test]
    fn parts_are_told_apart_from_their_neighbors() {
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["", "a"]), of(&["a", ""]));
        let lists = |one: &[&str], other: &[&str]| {
            let mut fingerprint = Fingerprint::new("test-1");
            fingerprint.parts(one);
            fingerprint.parts(other);
            fingerprint.end()
        };
        assert_ne!(lists(&["a"], &[]), lists(&[], &["a"]));
    }
}
