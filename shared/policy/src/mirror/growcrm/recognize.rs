//! Recognizing a record that the map does not know: by its address, by its name, or by both.
//!
//! Both together are certain. One alone is not: a mailbox is handed on, and two people have one name. So before a
//! record is taken for a contact's for one of them, everybody of the company is looked at, and where the other one
//! speaks for somebody else, a person decides. Nothing is renamed while there is somebody of that name whose it may
//! be.

use std::collections::BTreeSet;

use model::growcrm;
use model::mirror::Link;
use model::{Contact, ContactId, Email};

use super::draft::{Draft, unless_needed};
use super::people::{Goal, Held, Person, State};
use super::wanted::Wanted;
use super::{Need, target};
use crate::rules::Deactivated;

/// Whose a record is.
pub(super) enum Whose {
    /// That of a contact that is looked at; or it is another client's.
    Known,
    /// By the map, that of this contact, which is not looked at yet.
    Of(ContactId),
    /// Not to be told before all lines of the map were read.
    Unread,
    /// No contact's.
    Nobodys,
}

/// Records that may be those of a contact that has none.
struct Traces<'s> {
    /// The one with its address, if it is nobody's.
    address: Option<&'s growcrm::Contact>,
    /// Whether that has its name, too.
    is_sure: bool,
    /// Others that have its name and are nobody's.
    names: Vec<&'s growcrm::Contact>,
}

/// What becomes of a contact that was looked for.
enum Verdict<'s> {
    /// What the address alone decides.
    Open,
    /// This record is its.
    Is(&'s growcrm::Contact),
    /// A person must decide, for this reason, in words that go on from "contact N".
    Unclear(String),
}

impl<'s> Draft<'s> {
    /// Whose a record is.
    pub(super) fn whose(&self, record: &growcrm::Contact) -> Whose {
        if Some(record.client) != self.client() {
            return Whose::Known;
        }
        if let Some(holder) = self.holder(record.id) {
            return if self.is_left_behind(holder) {
                Whose::Nobodys
            } else {
                Whose::Known
            };
        }
        let leads_there = |link: &&Link| target(link).is_some_and(|(id, _)| id == record.id);
        // Whose line does not count any more has been looked at.
        let whose = self.snapshot.own_links().filter(leads_there);
        let mut whose = whose.filter(|link| !self.people.contains_key(&link.contact));
        match whose.next() {
            Some(link) => Whose::Of(link.contact),
            None if self.snapshot.all_links.is_none() => Whose::Unread,
            None => Whose::Nobodys,
        }
    }

    /// Who else must be looked at: those whose a record is for certain that may be somebody's.
    pub(super) fn kin(&self) -> Result<BTreeSet<ContactId>, BTreeSet<Need>> {
        let mut needs = BTreeSet::new();
        let mut kin = BTreeSet::new();
        for person in self.unrecognized() {
            let traces = match self.traces(person) {
                Ok(traces) => traces,
                Err(need) => {
                    needs.insert(need);
                    continue;
                }
            };
            let address = traces
                .address
                .filter(|record| self.rightful(record).is_none());
            if address.is_none() && traces.names.is_empty() {
                continue;
            }
            if self.snapshot.all_links.is_none() {
                needs.insert(Need::Lines);
            }
            if self.snapshot.whole.is_none() {
                needs.insert(Need::Company);
                continue;
            }
            for record in address.into_iter().chain(traces.names) {
                let owners = self.colleagues(person.id).filter(|contact| {
                    let wanted = Wanted::of(contact, &self.rules.growcrm);
                    let address = wanted.email.as_ref().ok();
                    let is_its = address.is_some_and(|own| record.has_address(own.reveal()));
                    contact.active && is_its && wanted.is_name_of(record)
                });
                kin.extend(owners.map(|contact| contact.id));
            }
        }
        unless_needed(needs)?;
        Ok(kin)
    }

    /// Takes records for those of contacts for their names, and leaves to a person what nobody else can tell.
    pub(super) fn recognize(&mut self) {
        let verdicts = self.unrecognized().map(|person| {
            let traces = self.traces(person).ok();
            let verdict = traces.map(|traces| self.verdict(person.id, &traces));
            (person.id, verdict.unwrap_or(Verdict::Open))
        });
        let verdicts: Vec<_> = verdicts.collect();
        for (id, verdict) in verdicts {
            match verdict {
                Verdict::Open => {}
                Verdict::Is(record) => self.take(id, record),
                Verdict::Unclear(words) => self.block(id, words),
            }
        }
    }

    /// Whether the record with its address bears its name, and is nobody else's any more.
    pub(super) fn is_named_on_record(&self, person: &Person<'_>) -> bool {
        let record = person
            .claim()
            .and_then(|address| self.record_with(address))
            .filter(|record| person.goal == Goal::Create && Some(record.client) == self.client());
        let (Some(record), Some(wanted)) = (record, &person.wanted) else {
            return false;
        };
        wanted.is_name_of(record)
            && match self.whose(record) {
                Whose::Nobodys => true,
                Whose::Known => self.holder(record.id).is_some_and(|holder| {
                    let has_left = matches!(holder.state, State::Left | State::Gone);
                    has_left && self.survivor(holder.id).is_none()
                }),
                Whose::Of(_) | Whose::Unread => false,
            }
    }

    /// Whether a record that bears another name may be given to a contact that has its address: it is nobody's, and
    /// nobody of its name is there whose it may be.
    pub(super) fn may_be_renamed(&self, record: &growcrm::Contact, id: ContactId) -> bool {
        matches!(self.whose(record), Whose::Nobodys)
            && self.snapshot.whole == Some(true)
            && self.namesake(record, id).is_none()
    }

    /// Gives a record to a contact. Whoever had it has left.
    pub(super) fn take(&mut self, id: ContactId, record: &'s growcrm::Contact) {
        let mut held = Held {
            record,
            given: None,
            ours: self.is_ours(id),
        };
        if let Some(holder) = self.holder(record.id) {
            held = holder.held.unwrap_or(held);
            let left = holder.id;
            self.findings
                .retain(|finding| !finding.contacts.contains(&left));
            if let Some(holder) = self.people.get_mut(&left) {
                (holder.held, holder.goal) = (None, Goal::Rest);
            }
        }
        if let Some(person) = self.people.get_mut(&id) {
            (person.held, person.goal) = (Some(held), Goal::Settle);
        }
    }

    /// Whoever is gone leaves a record that is told as nobody's, and found as such the next time.
    pub(super) fn is_left_behind(&self, holder: &Person<'_>) -> bool {
        matches!(holder.state, State::Gone)
            && holder.held.is_some()
            && self.rules.growcrm.deactivated == Deactivated::Report
            && self.survivor(holder.id).is_none()
    }

    /// Those that are to be created.
    fn unrecognized(&self) -> impl Iterator<Item = &Person<'s>> {
        let people = self.people.values();
        people.filter(|person| person.goal == Goal::Create && person.blocked.is_none())
    }

    /// The records that may be a contact's, or what must be read to know them. Somebody whose address cannot be had
    /// is not looked for by name.
    fn traces(&self, person: &Person<'s>) -> Result<Traces<'s>, Need> {
        let mut traces = Traces {
            address: None,
            is_sure: false,
            names: Vec::new(),
        };
        let (Some(client), Some(wanted)) = (self.client(), &person.wanted) else {
            return Ok(traces);
        };
        let Some(address) = person.claim() else {
            return Ok(traces);
        };
        let is_own = |record: &growcrm::Contact| {
            let former = person.former;
            former.is_some_and(|former| former.id == record.id)
        };
        match self.record_with(address) {
            // It is removed before the new one is created.
            Some(record) if is_own(record) => {}
            Some(record) if record.client != client => return Ok(traces),
            Some(record) => match self.whose(record) {
                Whose::Nobodys if wanted.is_name_of(record) => {
                    (traces.address, traces.is_sure) = (Some(record), true);
                    return Ok(traces);
                }
                Whose::Nobodys => traces.address = Some(record),
                Whose::Unread => return Err(Need::Lines),
                // Whether it keeps the address is known once it was looked at.
                Whose::Of(_) => return Ok(traces),
                Whose::Known if self.is_named_on_record(person) => return Ok(traces),
                Whose::Known if self.is_kept(record, address) => return Ok(traces),
                Whose::Known => {}
            },
            None if self.is_refused(address) => return Ok(traces),
            None => {}
        }
        let is_read = self.snapshot.users.contains_key(&client)
            || self.snapshot.named.contains_key(&person.id);
        if !is_read {
            return Err(Need::Named(client, person.id));
        }
        let (first, last) = wanted.name();
        for record in self.index.named(first, last).iter().copied() {
            let is_other = traces.address.is_none_or(|found| found.id != record.id);
            if !is_other || record.client != client {
                continue;
            }
            match self.whose(record) {
                Whose::Nobodys => traces.names.push(record),
                Whose::Unread => return Err(Need::Lines),
                Whose::Known | Whose::Of(_) => {}
            }
        }
        Ok(traces)
    }

    /// Whether the contact that has a record keeps the address of it.
    fn is_kept(&self, record: &growcrm::Contact, address: &Email) -> bool {
        self.holder(record.id).is_some_and(|holder| {
            let moves_on = holder.claim().is_some_and(|claim| claim != address);
            !moves_on && holder.goal != Goal::Remove
        })
    }

    fn verdict(&self, id: ContactId, traces: &Traces<'s>) -> Verdict<'s> {
        if traces.is_sure {
            return Verdict::Open;
        }
        // What is somebody's for both is not a question any more.
        let is_open = |record: &&'s growcrm::Contact| self.rightful(record).is_none();
        let address = traces.address.filter(is_open);
        let names: Vec<_> = traces.names.iter().copied().filter(is_open).collect();
        if address.is_none() && names.is_empty() {
            return Verdict::Open;
        }
        let ids: Vec<String> = names.iter().map(|record| record.id.to_string()).collect();
        let ids = ids.join(" and ");
        let unclear = |words: String| {
            Verdict::Unclear(format!(
                "{words}; a person should give it both name and address of whoever it is"
            ))
        };
        if self.snapshot.whole != Some(true) {
            let records = names.iter().copied().chain(address);
            let ids: Vec<String> = records.map(|record| record.id.to_string()).collect();
            return unclear(format!(
                "may be Grow CRM contact {}, which has either its name or its address, and the company has more \
                 contacts than are looked at for that",
                ids.join(" or ")
            ));
        }
        match (address, &names[..]) {
            (Some(record), []) => match self.namesake(record, id) {
                Some(other) => unclear(format!(
                    "has the address of Grow CRM contact {}, which has the name of contact {other}",
                    record.id
                )),
                None => Verdict::Open,
            },
            (Some(record), _) => unclear(format!(
                "has the address of Grow CRM contact {} and the name of {ids}",
                record.id
            )),
            (None, [record]) => {
                if let Some(other) = self.addressee(record, id) {
                    unclear(format!(
                        "has the name of Grow CRM contact {ids}, which has an address of contact {other}"
                    ))
                } else if let Some(other) = self.namesake(record, id) {
                    unclear(format!(
                        "has the name of Grow CRM contact {ids}, and so has contact {other}"
                    ))
                } else {
                    Verdict::Is(record)
                }
            }
            (None, _) => Verdict::Unclear(format!(
                "has the name of Grow CRM contacts {ids}; a person should give its address to the one that it is"
            )),
        }
    }

    /// The contact that is to be created and has both name and address of a record.
    fn rightful(&self, record: &growcrm::Contact) -> Option<ContactId> {
        let people = self.people.values();
        let both = people.filter(|person| {
            let claims = person
                .claim()
                .is_some_and(|address| record.has_address(address.reveal()));
            claims && self.is_named_on_record(person)
        });
        let best = both.max_by_key(|person| self.entitlement(person.id));
        best.map(|person| person.id)
    }

    /// Whether a contact of the company, active or not and other than these, has its name and one of its addresses.
    pub(super) fn is_anothers(
        &self,
        record: &growcrm::Contact,
        others_than: [ContactId; 2],
    ) -> bool {
        let [id, kin] = others_than;
        let mut others = self.colleagues(id).filter(|contact| contact.id != kin);
        others.any(|contact| {
            let wanted = Wanted::of(contact, &self.rules.growcrm);
            has_address(contact, record) && wanted.is_name_of(record)
        })
    }

    /// Somebody else of the company who has one of its addresses, active or not.
    fn addressee(&self, record: &growcrm::Contact, id: ContactId) -> Option<ContactId> {
        let mut colleagues = self.colleagues(id);
        let found = colleagues.find(|contact| has_address(contact, record));
        found.map(|contact| contact.id)
    }

    /// Somebody else of the company who has its name, and whose it may be: for its address, too, or because no other
    /// record is.
    fn namesake(&self, record: &growcrm::Contact, id: ContactId) -> Option<ContactId> {
        let mut namesakes = self
            .colleagues(id)
            .filter(|contact| Wanted::of(contact, &self.rules.growcrm).is_name_of(record));
        let found =
            namesakes.find(|contact| has_address(contact, record) || self.is_without(contact));
        found.map(|contact| contact.id)
    }

    /// Whether an active contact has no record, and none is certainly its.
    fn is_without(&self, contact: &Contact) -> bool {
        let is_unknown = match self.people.get(&contact.id) {
            Some(person) => person.held.is_none() && !self.is_named_on_record(person),
            None => {
                let mut links = self.snapshot.own_links();
                !links.any(|link| link.contact == contact.id)
            }
        };
        contact.active && is_unknown
    }

    /// The other contacts of the company, as far as they were read.
    fn colleagues(&self, id: ContactId) -> impl Iterator<Item = &'s Contact> {
        let here = self.snapshot.company.id;
        let contacts = self.snapshot.contacts.values();
        contacts.filter(move |contact| contact.company == Some(here) && contact.id != id)
    }
}

fn has_address(contact: &Contact, record: &growcrm::Contact) -> bool {
    let emails = contact.emails();
    emails
        .iter()
        .any(|(address, _)| record.has_address(address.reveal()))
}
