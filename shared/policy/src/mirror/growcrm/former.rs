//! Those who were merged away before the map knew their records.
//!
//! A login that nobody uses any more must not stay open. What it was is told by the journal, which has the contact
//! as it was before the merge.

use std::collections::BTreeSet;

use model::growcrm::{self, ClientId, Fields};
use model::mirror::{Call, GrowCrmCall};
use model::{Action, Contact, ContactId, Email, FindingKind, Private};

use super::draft::{Draft, unless_needed};
use super::people::{Held, Person, State};
use super::{Need, target};

/// A contact that was merged away.
pub(super) struct Unknown {
    id: ContactId,
    /// Whom it is part of now.
    heir: ContactId,
}

/// What became of the search for a record.
enum Found<'s> {
    /// It is this one.
    Its(&'s growcrm::Contact),
    /// It may be this one.
    Doubtful(&'s growcrm::Contact),
}

impl<'s> Draft<'s> {
    /// Those who were merged away and have no line of the map. Whose line was taken off in this visit, or whose record
    /// was removed before, has been seen to.
    pub(super) fn unknown_losers(&self) -> Vec<Unknown> {
        let unknown = |person: &Person<'_>| {
            let is_dead = matches!(person.state, State::Left | State::Gone);
            let id = person.id;
            let is_unread = !self.snapshot.lines.contains_key(&id);
            let is_unknown = is_dead && is_unread && person.line.is_none() && !self.was_removed(id);
            let heir = person.heir.filter(|_| is_unknown)?;
            Some(Unknown { id, heir })
        };
        self.people.values().filter_map(unknown).collect()
    }

    /// Whether a record of a contact was removed.
    fn was_removed(&self, id: ContactId) -> bool {
        self.snapshot.past.iter().any(|past| {
            let is_removal = matches!(
                past.action,
                Action::Mirror { contact, call: Call::GrowCrm(GrowCrmCall::Remove { .. }) } if contact == id
            );
            is_removal && past.took_effect()
        })
    }

    /// Finds their records: in the company's client, with one of the addresses that they had and with their name, or
    /// that of whom they are part of now. What has such an address under another name may be somebody else's: it is
    /// left alone, and told.
    pub(super) fn find_losers(&mut self, mut losers: Vec<Unknown>) -> Result<(), BTreeSet<Need>> {
        let Some(client) = self.client() else {
            return Ok(());
        };
        // Whom they are part of is looked at first.
        losers.retain(|loser| self.people.contains_key(&loser.heir));
        self.read_losers(client, &losers)?;
        for Unknown { id, heir } in losers {
            self.find_heir(client, id, heir);
            for found in self.records_of_loser(client, id, heir) {
                let is_free = |person: &&mut Person<'_>| person.held.is_none();
                let ours = self.is_ours(id);
                if let Found::Its(record) = found {
                    self.take_from_whoever_is_gone(record);
                }
                let loser = self.people.get_mut(&id).filter(is_free);
                match (found, loser) {
                    (Found::Its(record), Some(loser)) => {
                        loser.held = Some(Held {
                            record,
                            given: None,
                            ours,
                        });
                    }
                    (Found::Its(record) | Found::Doubtful(record), _) => {
                        let record = record.id;
                        let words = format!(
                            "contact {id} was merged into {heir}, and Grow CRM contact {record} has an address of it; \
                             nobody can say whether it was its, so a person should look whether it is to log in"
                        );
                        self.find(FindingKind::Orphan, [id], words);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads who has the addresses, and then, if anybody has, whose these are.
    fn read_losers(&self, client: ClientId, losers: &[Unknown]) -> Result<(), BTreeSet<Need>> {
        let snapshot = self.snapshot;
        let mut needs = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for Unknown { id, heir } in losers {
            let heir = self.people.get(heir);
            let heir = heir.filter(|heir| looks_for_address(heir));
            addresses.extend(heir.and_then(Person::address).cloned());
            if snapshot.contacts.contains_key(id) || snapshot.former.contains_key(id) {
                addresses.extend(self.addresses_of_loser(*id));
            } else {
                needs.insert(Need::Former(*id));
            }
        }
        let unread = addresses.iter();
        let unread = unread.filter(|address| !snapshot.by_email.contains_key(address));
        needs.extend(unread.cloned().map(Need::ByEmail));
        unless_needed(needs)?;
        let mut found = addresses.iter().filter_map(|one| self.record_with(one));
        let is_open = |record: &growcrm::Contact| {
            let holder = self.holder(record.id);
            record.client == client && holder.is_none_or(|holder| self.is_left_behind(holder))
        };
        if found.any(is_open) {
            let mut needs = BTreeSet::new();
            needs.extend(snapshot.all_links.is_none().then_some(Need::Lines));
            needs.extend(snapshot.whole.is_none().then_some(Need::Company));
            unless_needed(needs)?;
        }
        Ok(())
    }

    /// The addresses that a contact had, but those that somebody here has now.
    fn addresses_of_loser(&self, id: ContactId) -> Vec<Email> {
        let Some(was) = self.as_it_was(id) else {
            return Vec::new();
        };
        let is_used = |address: &Email| {
            let mut people = self.people.values();
            people.any(|person| person.address() == Some(address))
        };
        let addresses = was.emails().into_iter().map(|(address, _)| address);
        addresses.filter(|address| !is_used(address)).collect()
    }

    fn as_it_was(&self, id: ContactId) -> Option<&'s Contact> {
        let snapshot = self.snapshot;
        let still = snapshot.contacts.get(&id);
        still.or_else(|| snapshot.former.get(&id)?.as_ref())
    }

    /// A survivor that the map does not know either is whoever has its address, under its name or the loser's. Else it
    /// would take over what the loser had, beside its own.
    fn find_heir(&mut self, client: ClientId, id: ContactId, heir: ContactId) {
        let Some(person) = self.people.get(&heir) else {
            return;
        };
        let address = person.address().filter(|_| looks_for_address(person));
        let record = address.and_then(|address| self.record_with(address));
        let is_its = |record: &&growcrm::Contact| {
            self.has_name_of_either(record, id, heir) && self.is_nobodys(client, record, heir, id)
        };
        let Some(record) = record.filter(is_its) else {
            return;
        };
        let ours = self.is_ours(heir);
        self.take_from_whoever_is_gone(record);
        if let Some(person) = self.people.get_mut(&heir) {
            person.held = Some(Held {
                record,
                given: None,
                ours,
            });
        }
    }

    fn records_of_loser(&self, client: ClientId, id: ContactId, heir: ContactId) -> Vec<Found<'s>> {
        let found = self.addresses_of_loser(id).into_iter();
        let found = found.filter_map(|address| self.record_with(&address));
        let found = found.filter(|record| self.is_nobodys(client, record, id, heir));
        let found = found.map(|record| {
            if self.has_name_of_either(record, id, heir) {
                Found::Its(record)
            } else {
                Found::Doubtful(record)
            }
        });
        found.collect()
    }

    fn has_name_of_either(
        &self,
        record: &growcrm::Contact,
        id: ContactId,
        heir: ContactId,
    ) -> bool {
        let names = [self.as_it_was(id), self.snapshot.contacts.get(&heir)];
        let mut names = names.into_iter().flatten();
        names.any(|contact| has_name_of(record, contact))
    }

    /// Whether a record is one of the company's client, and no other contact's: not by the map, and not by its name and
    /// address together. Who was merged with a contact is not another one.
    fn is_nobodys(
        &self,
        client: ClientId,
        record: &growcrm::Contact,
        me: ContactId,
        kin: ContactId,
    ) -> bool {
        let mut links = self.snapshot.own_links();
        let is_linked = links.any(|link| {
            let leads_there = target(link).is_some_and(|(id, _)| id == record.id);
            leads_there && link.contact != me && !self.was_left_behind_by(link.contact)
        });
        let holder = self.holder(record.id);
        let is_free = holder.is_none_or(|holder| self.is_left_behind(holder));
        let is_anothers = self.is_anothers(record, [me, kin]);
        record.client == client && is_free && !is_linked && !is_anothers
    }

    /// Whether a contact, if it is concerned, has left what it had to nobody.
    fn was_left_behind_by(&self, contact: ContactId) -> bool {
        let person = self.people.get(&contact);
        person.is_some_and(|person| self.is_left_behind(person))
    }

    fn take_from_whoever_is_gone(&mut self, record: &growcrm::Contact) {
        let holder = self.holder(record.id).map(|holder| holder.id);
        if let Some(holder) = holder.and_then(|holder| self.people.get_mut(&holder)) {
            holder.held = None;
        }
    }
}

/// Whether a contact has no record yet, and could have one.
fn looks_for_address(person: &Person<'_>) -> bool {
    person.held.is_none() && person.former.is_none() && person.can_be_created()
}

/// Whether a record has the name of a contact.
pub(super) fn has_name_of(record: &growcrm::Contact, contact: &Contact) -> bool {
    let named = Fields {
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        email: Private::default(),
        phone: None,
        position: None,
    };
    named.names_same(record)
}
