//! A plan in the making: which record is whose, before anything is decided about addresses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::growcrm::{self, ClientId};
use model::mirror::{Call, GrowCrmCall};
use model::{Action, Company, ContactId, Email, Finding, FindingKind, Rule};

use super::client::{self, Place};
use super::index::Index;
use super::people::{Goal, Held, Person, State, look};
use super::recognize::Whose;
use super::{Need, Snapshot, target};
use crate::mirror::{Line, MapChange, Refusals};
use crate::rules::{Moved, Rules};

/// As many contacts are looked for one by one. For more, all records of the client are read.
const FEW: usize = 3;

/// How many records come with one request.
const RECORDS_PER_READ: usize = 100;

/// The code of a refusal in the journal that says that an address is taken.
const TAKEN: &str = "EmailTaken";

/// A plan in the making.
pub(super) struct Draft<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) rules: &'s Rules,
    pub(super) place: Place,
    /// The records that were read, by what one is found by.
    pub(super) index: Index<'s>,
    pub(super) people: BTreeMap<ContactId, Person<'s>>,
    /// Who must be settled after whom, because of an address that the other one gives up.
    pub(super) after: BTreeMap<ContactId, ContactId>,
    /// Contacts that have each other's address.
    pub(super) exchanges: Vec<Vec<ContactId>>,
    pub(super) findings: Vec<Finding>,
    /// What the map says at once.
    pub(super) map: Vec<MapChange>,
}

impl<'s> Draft<'s> {
    /// Looks at everybody concerned, or says what must be read for that.
    pub(super) fn new(
        snapshot: &'s Snapshot,
        rules: &'s Rules,
        concerned: &BTreeSet<ContactId>,
    ) -> Result<Self, BTreeSet<Need>> {
        let mut draft = Self {
            snapshot,
            rules,
            place: Place::Unneeded,
            index: Index::of(snapshot),
            people: look(snapshot, rules, concerned)?,
            after: BTreeMap::new(),
            exchanges: Vec::new(),
            findings: Vec::new(),
            map: Vec::new(),
        };
        let is_concerned = |person: &Person<'_>| {
            person.line.is_some() || person.heir.is_some() || person.can_be_created()
        };
        if draft.people.values().any(is_concerned) {
            draft.place = client::place(snapshot, rules).map_err(|need| BTreeSet::from([need]))?;
        }
        if let Place::Nowhere(finding) = &draft.place {
            draft.findings.push(finding.clone());
            draft.people.clear();
        }
        let losers = draft.unknown_losers();
        draft.read_records()?;
        draft.part_those_who_share();
        draft.find_losers(losers)?;
        draft.inherit();
        draft.set_goals();
        draft.read_addresses()?;
        Ok(draft)
    }

    pub(super) fn company(&self) -> &'s Company {
        &self.snapshot.company
    }

    pub(super) fn client(&self) -> Option<ClientId> {
        match self.place {
            Place::At(client) => Some(client),
            Place::Unneeded | Place::ToCreate | Place::Nowhere(_) => None,
        }
    }

    pub(super) fn find(
        &mut self,
        kind: FindingKind,
        contacts: impl IntoIterator<Item = ContactId>,
        words: String,
    ) {
        self.findings.push(Finding {
            rule: Rule::MirrorGrowCrm,
            kind,
            company: Some(self.company().id),
            contacts: contacts.into_iter().collect(),
            words,
            evidence: Vec::new(),
        });
    }

    /// Finds the record that each line leads to. A line to a record that is gone is taken off the map.
    fn read_records(&mut self) -> Result<(), BTreeSet<Need>> {
        let (snapshot, client) = (self.snapshot, self.client());
        let mut needs = BTreeSet::new();
        for person in self.people.values_mut() {
            let is_elsewhere = matches!(person.state, State::Elsewhere(_));
            let Some((_, link)) = person.line.filter(|_| !is_elsewhere) else {
                continue;
            };
            let Some((id, given)) = target(link) else {
                person.line = None;
                continue;
            };
            match self.index.record(id) {
                None if snapshot.records.contains_key(&id) => {
                    person.line = None;
                    self.map.push(gone(person.id));
                }
                None => {
                    needs.insert(Need::Record(id));
                }
                Some(record) if Some(record.client) == client => {
                    let ours = link.ours;
                    person.held = Some(Held {
                        record,
                        given,
                        ours,
                    });
                }
                Some(record) => person.former = Some(record),
            }
        }
        unless_needed(needs)
    }

    /// A record is one contact's. When the map was cut short and says that it is two's, it is that of the one
    /// whose address it has; the other one has none.
    fn part_those_who_share(&mut self) {
        let mut holders: BTreeMap<growcrm::ContactId, Vec<ContactId>> = BTreeMap::new();
        for person in self.people.values() {
            if let Some(held) = person.held {
                holders.entry(held.record.id).or_default().push(person.id);
            }
        }
        for sharing in holders.into_values().filter(|sharing| sharing.len() > 1) {
            let best = sharing
                .iter()
                .max_by_key(|id| self.entitlement(**id))
                .copied();
            for id in sharing.into_iter().filter(|id| Some(*id) != best) {
                if let Some(person) = self.people.get_mut(&id) {
                    (person.held, person.line) = (None, None);
                    self.map.push(gone(id));
                }
            }
        }
    }

    /// Who is more entitled to an address or a record: whoever has it, then whose name the record with the address
    /// bears, then who is in the CRM, then the default contact, then the oldest.
    pub(super) fn entitlement(&self, id: ContactId) -> impl Ord + use<> {
        let person = self.people.get(&id);
        let address = person.and_then(Person::address);
        let mut records = person.into_iter().flat_map(Person::records);
        let has_address = address
            .is_some_and(|address| records.any(|record| record.has_address(address.reveal())));
        let is_here = person.is_some_and(|person| matches!(person.state, State::Here(_)));
        let is_named = person.is_some_and(|person| self.is_named_on_record(person));
        let is_there = person.is_some_and(|person| person.held.is_some());
        let is_default = self.company().default_contact == Some(id);
        let rank = (is_here, has_address, is_named, is_there, is_default);
        (rank, Reverse(id))
    }

    /// Whoever was merged leaves its record to the survivor, if that has none.
    fn inherit(&mut self) {
        let mut losers: BTreeMap<ContactId, Vec<ContactId>> = BTreeMap::new();
        for person in self.people.values() {
            if let (Some(heir), Some(_)) = (person.heir, person.held) {
                losers.entry(heir).or_default().push(person.id);
            }
        }
        for (heir, losers) in losers {
            let Some(survivor) = self.people.get(&heir) else {
                continue;
            };
            let may_inherit = matches!(survivor.state, State::Here(_))
                && survivor.held.is_none()
                && survivor
                    .former
                    .is_none_or(|former| self.may_recreate(former));
            if !may_inherit {
                continue;
            }
            let address = survivor.address();
            let left = losers
                .iter()
                .filter_map(|id| Some((*id, self.people.get(id)?.held?)));
            let best = left.max_by_key(|(id, Held { record, .. })| {
                let has_address =
                    address.is_some_and(|address| record.has_address(address.reveal()));
                (has_address, record.account_owner, Reverse(*id))
            });
            let Some((loser, held)) = best else { continue };
            if let Some(survivor) = self.people.get_mut(&heir) {
                survivor.held = Some(held);
            }
            if let Some(loser) = self.people.get_mut(&loser) {
                loser.held = None;
            }
        }
    }

    /// Whether the record of somebody who moved here may be removed.
    pub(super) fn may_recreate(&self, former: &growcrm::Contact) -> bool {
        self.rules.growcrm.moved == Moved::Recreate && !former.account_owner
    }

    /// Looks who has the addresses of those that are to be created, those that the CRM refused, and those that could
    /// not be had the last time. All others are tried without a look.
    ///
    /// For more than a few that are to be created, all records of the client are read first: that tells at once who
    /// is there. How many these are is not known before; it is taken to be about as many as the map has.
    fn read_addresses(&self) -> Result<(), BTreeSet<Need>> {
        let snapshot = self.snapshot;
        let mut needed = BTreeSet::new();
        let mut unknown = BTreeSet::new();
        for person in self.people.values() {
            let Some(address) = person.claim().filter(|_| !person.has_its_address()) else {
                continue;
            };
            if snapshot.by_email.contains_key(address) || self.record_with(address).is_some() {
                continue;
            }
            if person.goal == Goal::Create {
                unknown.insert(address);
            } else if self.is_refused(address) || person.is_unsettled() {
                needed.insert(Need::ByEmail(address.clone()));
            }
        }
        if let Some(client) = self.client().filter(|_| unknown.len() > FEW)
            && !snapshot.users.contains_key(&client)
        {
            let Some(links) = &snapshot.all_links else {
                return Err(BTreeSet::from([Need::Lines]));
            };
            if unknown.len() > links.len() / RECORDS_PER_READ {
                return Err(BTreeSet::from([Need::Users(client)]));
            }
        }
        needed.extend(unknown.into_iter().cloned().map(Need::ByEmail));
        unless_needed(needed)
    }

    /// The others that must be looked at: who was merged into whom, whose addresses are wanted, and who would be
    /// the account owner.
    pub(super) fn others(&self) -> Result<BTreeSet<ContactId>, BTreeSet<Need>> {
        let mut others = BTreeSet::new();
        let mut needs = BTreeSet::new();
        for person in self.people.values() {
            others.extend(person.heir);
            let Some(address) = person.claim().filter(|_| !person.has_its_address()) else {
                continue;
            };
            match self.record_with(address).map(|record| self.whose(record)) {
                Some(Whose::Of(contact)) => {
                    others.insert(contact);
                }
                Some(Whose::Unread) => {
                    needs.insert(Need::Lines);
                }
                Some(Whose::Known | Whose::Nobodys) | None => {}
            }
        }
        let owner_goes = |person: &Person<'_>| {
            person.goal == Goal::Remove && person.held.is_some_and(|held| held.record.account_owner)
        };
        let is_first = matches!(self.place, Place::ToCreate);
        let anybody_is_active = || self.people.values().any(Person::can_be_created);
        if self.people.values().any(owner_goes) || (is_first && anybody_is_active()) {
            others.extend(self.company().default_contact);
        }
        unless_needed(needs)?;
        others.extend(self.kin()?);
        Ok(others)
    }

    /// Whether the CRM refused an address as taken: in this visit, or within a day when it was last to be written.
    pub(super) fn is_refused(&self, address: &Email) -> bool {
        if self.snapshot.taken.contains(address) {
            return true;
        }
        let last = self
            .refusals()
            .last(|action| written_address(action).is_some_and(|a| a == *address));
        last.is_some_and(|refusal| refusal.code == TAKEN)
    }

    /// What the CRM refused lately.
    pub(super) fn refusals(&self) -> Refusals<'s> {
        Refusals::new(&self.snapshot.past, self.snapshot.taken_at)
    }

    /// The record that is known to have an address.
    pub(super) fn record_with(&self, address: &Email) -> Option<&'s growcrm::Contact> {
        self.index.with_address(address)
    }

    /// The contact whose record this is.
    pub(super) fn holder(&self, record: growcrm::ContactId) -> Option<&Person<'s>> {
        let mut people = self.people.values();
        people.find(|person| match person.state {
            // Its record was not read, as nothing is done to it.
            State::Elsewhere(_) => {
                let left = person.line.and_then(|(_, link)| target(link));
                left.is_some_and(|(id, _)| id == record)
            }
            State::Here(_) | State::Left | State::Gone => {
                let mut records = person.records();
                records.any(|held| held.id == record)
            }
        })
    }

    /// The contact that a merged one is now, if that is active here and stays in the CRM.
    pub(super) fn survivor(&self, id: ContactId) -> Option<&Person<'s>> {
        let heir = self.people.get(&id)?.heir?;
        let heir = self.people.get(&heir)?;
        (matches!(heir.state, State::Here(_)) && heir.held.is_some()).then_some(heir)
    }

    /// Whether the record that a contact has was created by us, as far as the past tells.
    pub(super) fn is_ours(&self, id: ContactId) -> bool {
        let past = self.snapshot.past.iter().rev();
        let mut calls =
            past.filter(|past| past.took_effect())
                .filter_map(|past| match &past.action {
                    Action::Mirror {
                        contact,
                        call: Call::GrowCrm(call),
                    } if *contact == id => Some(call),
                    _ => None,
                });
        let last = calls.find_map(|call| match call {
            GrowCrmCall::Create { .. } | GrowCrmCall::CreateClient { .. } => Some(true),
            GrowCrmCall::Remove { .. } => Some(false),
            GrowCrmCall::Update { .. }
            | GrowCrmCall::MakeOwner { .. }
            | GrowCrmCall::SetTags { .. } => None,
        });
        last.unwrap_or(false)
    }
}

fn gone(contact: ContactId) -> MapChange {
    MapChange {
        after: None,
        contact,
        line: Line::Gone,
    }
}

/// The address that a write gives to a record.
fn written_address(action: &Action) -> Option<Email> {
    let Action::Mirror {
        call: Call::GrowCrm(call),
        ..
    } = action
    else {
        return None;
    };
    match call {
        GrowCrmCall::Create { fields, .. }
        | GrowCrmCall::Update { fields, .. }
        | GrowCrmCall::CreateClient { fields, .. } => fields.email.reveal().parse().ok(),
        GrowCrmCall::Remove { .. }
        | GrowCrmCall::MakeOwner { .. }
        | GrowCrmCall::SetTags { .. } => None,
    }
}

pub(super) fn unless_needed(needs: BTreeSet<Need>) -> Result<(), BTreeSet<Need>> {
    if needs.is_empty() { Ok(()) } else { Err(needs) }
}
