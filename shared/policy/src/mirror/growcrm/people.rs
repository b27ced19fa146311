//! Who is concerned: how a contact stands in the PSA, and what the map says of it.

use std::collections::{BTreeMap, BTreeSet};

use model::growcrm::{self, Fields};
use model::mirror::Link;
use model::{CompanyId, Contact, ContactId, Email, FindingKind};

use super::draft::unless_needed;
use super::lines::unsettled;
use super::wanted::Wanted;
use super::{Need, Snapshot};
use crate::mirror::{merged_into, returned};
use crate::rules::Rules;

/// A contact and what becomes of it.
pub(super) struct Person<'s> {
    pub(super) id: ContactId,
    pub(super) state: State<'s>,
    /// What it is to be; only of those that are here.
    pub(super) wanted: Option<Wanted>,
    /// Its line of the map, and at which company that is.
    pub(super) line: Option<(CompanyId, &'s Link)>,
    /// The record in the company's client that is to be its from now on.
    pub(super) held: Option<Held<'s>>,
    /// The record in another client that is to go.
    pub(super) former: Option<&'s growcrm::Contact>,
    /// Who it was merged into, or what it came back as.
    pub(super) heir: Option<ContactId>,
    pub(super) goal: Goal,
    /// Why it cannot have the address it should, in words that go on from "contact N".
    pub(super) blocked: Option<String>,
}

/// How a contact stands in the PSA.
#[derive(Clone, Copy)]
pub(super) enum State<'s> {
    /// An active contact of the company.
    Here(&'s Contact),
    /// An inactive contact.
    Left,
    /// No contact any more.
    Gone,
    /// An active contact of another company, or of none.
    Elsewhere(Option<CompanyId>),
}

/// A record in the company's client.
#[derive(Clone, Copy)]
pub(super) struct Held<'s> {
    pub(super) record: &'s growcrm::Contact,
    pub(super) given: Option<&'s Fields>,
    pub(super) ours: bool,
}

/// What is to become of a contact's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// It is brought in line.
    Settle,
    /// There is to be one.
    Create,
    /// It is removed.
    Remove,
    /// Nothing.
    Rest,
}

/// A line of the map, as far as it was read.
enum Known<'s> {
    Unread,
    Read(Option<(CompanyId, &'s Link)>),
}

/// Finds out how everybody stands in the PSA, and what the map says of them.
pub(super) fn look<'s>(
    snapshot: &'s Snapshot,
    rules: &Rules,
    concerned: &BTreeSet<ContactId>,
) -> Result<BTreeMap<ContactId, Person<'s>>, BTreeSet<Need>> {
    let mut needs = BTreeSet::new();
    let mut people = BTreeMap::new();
    let merged = merged_into(&snapshot.past);
    let returned = returned(&snapshot.past);
    for id in concerned.iter().copied() {
        let Some(state) = snapshot.state(id) else {
            needs.insert(Need::Contact(id));
            continue;
        };
        let wanted = match state {
            State::Here(contact) => Some(Wanted::of(contact, &rules.growcrm)),
            State::Left | State::Gone | State::Elsewhere(_) => None,
        };
        // Whoever cannot be mirrored needs no line, and all of those that are looked at are there if they have one.
        let is_complete = wanted
            .as_ref()
            .is_some_and(|wanted| wanted.lacks().is_empty());
        let is_wanted = is_complete || !snapshot.asked.contains(&id);
        let line = match snapshot.line(id) {
            Known::Read(line) => line,
            Known::Unread if is_wanted => {
                needs.insert(Need::Line(id));
                None
            }
            Known::Unread => None,
        };
        let is_dead = matches!(state, State::Left | State::Gone);
        let heir = returned.get(&id).or_else(|| merged.get(&id));
        let heir = heir.map(|heir| *merged.get(heir).unwrap_or(heir));
        let person = Person {
            id,
            state,
            wanted,
            line,
            held: None,
            former: None,
            heir: heir.filter(|heir| {
                let is_told = line.is_some() || merged.contains_key(&id);
                is_dead && is_told && *heir != id
            }),
            goal: Goal::Rest,
            blocked: None,
        };
        people.insert(id, person);
    }
    unless_needed(needs)?;
    Ok(people)
}

impl Snapshot {
    /// How a contact stands in the PSA, if that was read.
    fn state(&self, id: ContactId) -> Option<State<'_>> {
        match self.contacts.get(&id) {
            Some(contact) if !contact.active => Some(State::Left),
            Some(contact) if contact.company == Some(self.company.id) => Some(State::Here(contact)),
            Some(contact) => Some(State::Elsewhere(contact.company)),
            None => {
                let is_gone = self.asked.contains(&id) || self.gone.contains(&id);
                is_gone.then_some(State::Gone)
            }
        }
    }

    fn line(&self, id: ContactId) -> Known<'_> {
        if let Some(link) = self.own_links().find(|link| link.contact == id) {
            return Known::Read(Some((self.company.id, link)));
        }
        match self.lines.get(&id) {
            None => Known::Unread,
            Some(line) => Known::Read(line.as_ref().map(|(company, link)| (*company, link))),
        }
    }
}

impl State<'_> {
    /// In words that go on from "contact N".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Here(_) => "is active",
            Self::Left => "is inactive in the PSA",
            Self::Gone => "is gone from the PSA",
            Self::Elsewhere(_) => "is no longer one of the company",
        }
    }

    /// What it is when a record is left behind.
    pub(super) fn orphans(self) -> FindingKind {
        match self {
            Self::Gone => FindingKind::Orphan,
            Self::Here(_) | Self::Left | Self::Elsewhere(_) => FindingKind::NotMirrored,
        }
    }
}

impl<'s> Person<'s> {
    /// Its records: the one that is to be its, and the one that is to go.
    pub(super) fn records(&self) -> impl Iterator<Item = &'s growcrm::Contact> + use<'s> {
        let held = self.held.map(|held| held.record);
        held.into_iter().chain(self.former)
    }

    /// The record in another client that is to go, though there is one in this client already: nothing is created
    /// in its place, and so its removal waits for nothing.
    pub(super) fn surplus(&self) -> Option<&'s growcrm::Contact> {
        self.former.filter(|_| self.held.is_some())
    }

    /// Whether it is here and nothing is lacking.
    pub(super) fn can_be_created(&self) -> bool {
        let wanted = self.wanted.as_ref();
        wanted.is_some_and(|wanted| wanted.lacks().is_empty())
    }

    /// Whether it could not be brought in line the last time.
    pub(super) fn is_unsettled(&self) -> bool {
        self.line
            .is_some_and(|(_, link)| link.digest == unsettled())
    }

    /// The address that it is to have, if it is to be in the CRM.
    pub(super) fn claim(&self) -> Option<&Email> {
        let is_to_be = matches!(self.goal, Goal::Settle | Goal::Create);
        self.address().filter(|_| is_to_be)
    }

    /// The address that it has in the PSA.
    pub(super) fn address(&self) -> Option<&Email> {
        self.wanted.as_ref()?.email.as_ref().ok()
    }

    /// Whether its record has the address that it is to have.
    pub(super) fn has_its_address(&self) -> bool {
        let held = self.held.zip(self.address());
        held.is_some_and(|(held, address)| held.record.has_address(address.reveal()))
    }
}
