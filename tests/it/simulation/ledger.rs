//! What is owed: everything that was ever there and that nobody but a person may take away.
//!
//! It is kept from the raw world after every write, ours and those of people, and knows nothing of plans and
//! policies. So a loss is seen at the call that caused it.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{API_MEMBER, Kind, World};

use super::call::Call;
use super::facts::{Carried, Fact, Pointer, pointers, repeated_items};
use crate::stack::id;

pub(crate) struct Ledger {
    companies: Vec<u32>,
    /// Who the contacts really are.
    people: BTreeMap<u32, u32>,
    owed: BTreeMap<u32, Owed>,
    pointers: BTreeMap<Pointer, u32>,
    /// Which contact another one was merged into.
    merged: BTreeMap<u32, u32>,
    /// The default contact of each company as it was seen last, and the one that a person chose.
    defaults: BTreeMap<u32, (Option<u32>, Option<u32>)>,
}

/// What is owed to one contact.
struct Owed {
    company: u32,
    facts: BTreeSet<Fact>,
    login: bool,
    switched_by: Hand,
    /// How often we switched it off.
    holds: usize,
    /// Items that it carries twice because people wrote them twice.
    repeated: BTreeSet<Fact>,
}

/// Who switched a login last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    Person,
    Ours,
    /// A person, after we did.
    PersonAfterUs,
}

impl Ledger {
    pub(crate) fn open(world: &World, companies: &[u32], people: &BTreeMap<u32, u32>) -> Ledger {
        let mut ledger = Ledger {
            companies: companies.to_vec(),
            people: people.clone(),
            owed: BTreeMap::new(),
            pointers: BTreeMap::new(),
            merged: BTreeMap::new(),
            defaults: BTreeMap::new(),
        };
        ledger.person_did(world, &BTreeSet::new());
        ledger
    }

    /// Takes over what a person did. Nothing of it can be wrong.
    ///
    /// Of the logins that are `unseen` we were about to switch, and did not live to see whether it worked. If a
    /// person switches one of them, nobody can tell whether we ever had.
    pub(crate) fn person_did(&mut self, world: &World, unseen: &BTreeSet<u32>) {
        let mut living = BTreeSet::new();
        for company in self.companies.clone() {
            for contact in world.contacts_of(company) {
                if let Some(carried) = Carried::by(world, contact) {
                    living.insert(contact);
                    let repeated = repeated_items(world, contact);
                    self.take_over(contact, company, carried, repeated, unseen);
                }
            }
        }
        self.owed.retain(|contact, _| living.contains(contact));
        self.pointers = pointers(world)
            .into_iter()
            .map(|(pointer, contact)| (pointer, self.survivor_of(contact)))
            .filter(|(pointer, contact)| !is_own(pointer, *contact))
            .collect();
        for company in self.companies.clone() {
            let now = default_of(world, company);
            let (seen, chosen) = self.defaults.entry(company).or_insert((None, None));
            if *seen != now {
                *chosen = now;
            }
            *seen = now;
            // Who is inactive may be succeeded, and stays so even if it becomes active again.
            let is_active = |contact: u32| Carried::by(world, contact).is_some_and(|c| c.active);
            *chosen = chosen.filter(|contact| is_active(*contact));
        }
    }

    fn take_over(
        &mut self,
        contact: u32,
        company: u32,
        carried: Carried,
        repeated: BTreeSet<Fact>,
        unseen: &BTreeSet<u32>,
    ) {
        let owed = self.owed.entry(contact).or_insert_with(|| Owed {
            company,
            facts: BTreeSet::new(),
            login: carried.login,
            switched_by: Hand::Person,
            holds: 0,
            repeated: BTreeSet::new(),
        });
        owed.facts.retain(|fact| carried.holds(fact));
        owed.facts.extend(carried.facts);
        owed.repeated = repeated;
        if owed.login != carried.login {
            let is_ours = owed.switched_by != Hand::Person && !unseen.contains(&contact);
            owed.switched_by = if is_ours {
                Hand::PersonAfterUs
            } else {
                Hand::Person
            };
        }
        owed.login = carried.login;
        // What we did to a contact is not remembered at another company.
        if owed.company != company {
            owed.switched_by = Hand::Person;
        }
        owed.company = company;
    }

    /// A person made another record of somebody.
    pub(crate) fn is_the_same(&mut self, new: u32, known: u32) {
        if let Some(person) = self.people.get(&known).copied() {
            self.people.insert(new, person);
        }
    }

    /// Judges a write of ours that took effect just now.
    pub(crate) fn we_did(&mut self, world: &World, call: &Call) -> Result<(), String> {
        if let Some((loser, survivor)) = call.merge() {
            self.judge_merge(world, loser, survivor)?;
        } else if let Some(contact) = call.contact() {
            self.judge_contact(world, contact)?;
            if call.writes_note() {
                self.judge_notes(world, contact)?;
            }
        }
        if call.touches_company() || call.merge().is_some() {
            self.judge_defaults(world)?;
        }
        if call.touches_pointers() {
            self.judge_pointers(world)?;
        }
        Ok(())
    }

    fn judge_merge(&mut self, world: &World, loser: u32, survivor: u32) -> Result<(), String> {
        if self.people.get(&loser) != self.people.get(&survivor) {
            return Err(format!(
                "contact {loser} was merged into {survivor}, somebody else"
            ));
        }
        let Some(owed) = self.owed.remove(&loser) else {
            return Err(format!("contact {loser} was merged away twice"));
        };
        self.merged.insert(loser, survivor);
        for contact in self
            .pointers
            .values_mut()
            .filter(|contact| **contact == loser)
        {
            *contact = survivor;
        }
        // What the loser pointed at went with it, as far as it is not a fact.
        let is_of_loser = |(kind, record, _): &Pointer| *kind == Kind::Contact && *record == loser;
        self.pointers
            .retain(|pointer, contact| !is_of_loser(pointer) && !is_own(pointer, *contact));
        for (_, chosen) in self.defaults.values_mut() {
            *chosen = chosen.map(|contact| if contact == loser { survivor } else { contact });
        }
        let kept = self
            .owed
            .get_mut(&survivor)
            .ok_or_else(|| format!("contact {loser} was merged into {survivor}, which is gone"))?;
        kept.facts.extend(owed.facts);
        self.judge_contact(world, survivor)
            .map_err(|words| format!("after the merge of {loser} into {survivor}: {words}"))
    }

    fn judge_contact(&mut self, world: &World, contact: u32) -> Result<(), String> {
        let Some(owed) = self.owed.get_mut(&contact) else {
            return Err(format!(
                "contact {contact} was written to, and is not there"
            ));
        };
        let Some(carried) = Carried::by(world, contact) else {
            return Err(format!("contact {contact} is gone"));
        };
        if let Some(lost) = owed.facts.iter().find(|fact| !carried.holds(fact)) {
            return Err(format!("contact {contact} lost {lost:?}"));
        }
        let repeated = repeated_items(world, contact);
        if let Some(item) = repeated.difference(&owed.repeated).next() {
            return Err(format!("contact {contact} has {item:?} twice"));
        }
        if owed.login != carried.login {
            match (carried.login, owed.switched_by) {
                (true, Hand::Person | Hand::PersonAfterUs) => {
                    return Err(format!(
                        "the login of contact {contact} was switched on, and a person had switched it off"
                    ));
                }
                (false, Hand::PersonAfterUs) => {
                    return Err(format!(
                        "the login of contact {contact} was switched off again after a person had switched it on"
                    ));
                }
                _ => {}
            }
            owed.login = carried.login;
            owed.switched_by = Hand::Ours;
            owed.holds += usize::from(!carried.login);
        }
        let mails = world
            .mails
            .iter()
            .filter(|mail| mail.requested_by == API_MEMBER && mail.matched.contains(&contact));
        if mails.count() > 1 {
            return Err(format!("contact {contact} was mailed twice"));
        }
        Ok(())
    }

    /// The PSA itself may carry a note to a contact that has the same. We never write one twice.
    fn judge_notes(&self, world: &World, contact: u32) -> Result<(), String> {
        let holds = self.owed.get(&contact).map_or(0, |owed| owed.holds);
        let carried = Carried::by(world, contact).unwrap_or_default();
        match carried.repeated_note(holds) {
            Some(text) => Err(format!(
                "contact {contact} has a note of ours twice: {text}"
            )),
            None => Ok(()),
        }
    }

    fn judge_defaults(&mut self, world: &World) -> Result<(), String> {
        for (company, (seen, chosen)) in &mut self.defaults {
            let now = default_of(world, *company);
            if *seen == now {
                continue;
            }
            *seen = now;
            if let Some(before) = *chosen {
                let same = now.is_some_and(|now| self.people.get(&now) == self.people.get(&before));
                if !same {
                    return Err(format!(
                        "the default contact {before} of company {company} was replaced by {now:?}; a person \
                         had chosen it, and it was active"
                    ));
                }
                *chosen = now;
            }
        }
        Ok(())
    }

    fn judge_pointers(&mut self, world: &World) -> Result<(), String> {
        let now = pointers(world);
        for (pointer, owed) in &mut self.pointers {
            let (kind, record, field) = pointer;
            let Some(contact) = now.get(pointer) else {
                return Err(format!("{kind:?} {record} lost its {field} {owed}"));
            };
            let contact = follow(&self.merged, *contact);
            if contact == *owed {
                continue;
            }
            if self.people.get(&contact) != self.people.get(owed) {
                return Err(format!(
                    "{field} of {kind:?} {record} was pointed at {contact} instead of {owed}, somebody else"
                ));
            }
            *owed = contact;
        }
        Ok(())
    }

    /// Everything that is owed, at rest. Of what points at one of the `told` a person knows that it could not be
    /// moved.
    pub(crate) fn settle(&mut self, world: &World, told: &BTreeSet<u32>) -> Result<(), String> {
        for contact in self.owed.keys().copied().collect::<Vec<_>>() {
            self.judge_contact(world, contact)?;
        }
        self.judge_defaults(world)?;
        self.judge_pointers(world)?;
        for (pointer, contact) in pointers(world) {
            let (kind, record, field) = pointer;
            if is_own(&pointer, contact) {
                return Err(format!("contact {contact} is its own {field}"));
            }
            // What pointed at somebody whom a person deleted is theirs.
            let deleted = !self.owed.contains_key(&self.survivor_of(contact));
            let is_told = told.contains(&contact) || told.contains(&self.survivor_of(contact));
            if world.contact(contact).is_none() && !deleted && !is_told {
                return Err(format!(
                    "{field} of {kind:?} {record} points at {contact}, who is gone"
                ));
            }
        }
        for (company, (now, chosen)) in &self.defaults {
            if chosen.is_some() && now != chosen {
                return Err(format!(
                    "the default contact of company {company} is {now:?}, and a person chose {chosen:?}"
                ));
            }
        }
        Ok(())
    }

    /// Whether two contacts are records of one person.
    pub(crate) fn are_one(&self, one: u32, other: u32) -> bool {
        self.people.get(&one) == self.people.get(&other)
    }

    /// Who a contact really is.
    pub(crate) fn person(&self, contact: u32) -> Option<u32> {
        self.people.get(&contact).copied()
    }

    /// Whether a login is off because we hold it.
    pub(crate) fn is_held(&self, contact: u32) -> bool {
        let owed = self.owed.get(&contact);
        owed.is_some_and(|owed| !owed.login && owed.switched_by == Hand::Ours)
    }

    /// Whether a person switched a login on after we had held it.
    pub(crate) fn was_taken_back(&self, contact: u32) -> bool {
        let owed = self.owed.get(&contact);
        owed.is_some_and(|owed| owed.switched_by == Hand::PersonAfterUs)
    }

    fn survivor_of(&self, contact: u32) -> u32 {
        follow(&self.merged, contact)
    }
}

/// Whether a contact would be its own manager or assistant.
fn is_own((kind, record, _): &Pointer, contact: u32) -> bool {
    *kind == Kind::Contact && *record == contact
}

/// Who a contact is by now.
pub(crate) fn follow(merged: &BTreeMap<u32, u32>, mut contact: u32) -> u32 {
    for _ in 0..merged.len() {
        let Some(survivor) = merged.get(&contact) else {
            break;
        };
        contact = *survivor;
    }
    contact
}

pub(crate) fn default_of(world: &World, company: u32) -> Option<u32> {
    id(&world.company(company)?["defaultContact"]["id"])
}
