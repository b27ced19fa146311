//! Who may have which address, and in which order addresses change hands.

use std::collections::BTreeMap;

use model::growcrm;
use model::{ContactId, Email};

use super::draft::Draft;
use super::people::{Goal, Held, Person};

/// How an address that a contact is to have becomes free.
enum Way {
    /// It is, as far as is known.
    Free,
    /// Once the contact that has it was settled or removed.
    After(ContactId),
    /// Never in place: these contacts have each other's.
    Exchange,
}

impl<'s> Draft<'s> {
    /// Decides about every address that a contact does not have yet.
    ///
    /// Whoever turns out not to get its address makes way for the next who is to have the same.
    pub(super) fn resolve_addresses(&mut self) {
        let mut yielding = Vec::new();
        loop {
            yielding.extend(self.block_those_who_share());
            let changing = self.changing();
            for (id, address) in &changing {
                self.adopt(*id, address);
            }
            let ways = changing.iter().map(|(id, _)| {
                let mut path = Vec::new();
                (*id, self.way(*id, &mut path), path)
            });
            let ways: Vec<_> = ways.collect();
            let refused = ways.iter().filter_map(|(id, way, _)| {
                let words = way.as_ref().err()?;
                Some((*id, words.clone()))
            });
            let mut refused: Vec<(ContactId, String)> = refused.collect();
            let makes_way = |id: ContactId| yielding.iter().any(|(_, best)| *best == id);
            let is_final = !refused.iter().any(|(id, _)| makes_way(*id));
            // Whoever comes after them may in turn give up an address that others are refused now.
            refused.retain(|(id, _)| is_final || makes_way(*id));
            for (id, words) in &refused {
                self.block(*id, words.clone());
            }
            if is_final {
                return self.arrange(ways);
            }
            yielding.retain(|(other, best)| {
                let is_next = refused.iter().any(|(id, _)| id == best);
                if let Some(other) = self.people.get_mut(other).filter(|_| is_next) {
                    other.blocked = None;
                }
                !is_next
            });
        }
    }

    /// Notes in which order addresses change hands.
    fn arrange(&mut self, ways: Vec<(ContactId, Result<Way, String>, Vec<ContactId>)>) {
        for (id, way, path) in ways {
            match way {
                Ok(Way::After(other)) => {
                    self.after.insert(id, other);
                }
                Ok(Way::Exchange) if !self.exchanges.iter().flatten().any(|known| *known == id) => {
                    self.exchanges.push(path);
                }
                _ => {}
            }
        }
        for members in self.exchanges.clone() {
            self.exchange(&members);
        }
    }

    /// Who is to have another address than it has, and which.
    fn changing(&self) -> Vec<(ContactId, Email)> {
        let people = self.people.values();
        let changing = people.filter(|p| p.blocked.is_none() && !p.has_its_address());
        let changing = changing.filter_map(|person| Some((person.id, person.claim()?.clone())));
        changing.collect()
    }

    /// Of several contacts with one address, only one can be a portal user. Answers with those who cannot, each with
    /// the one who can.
    fn block_those_who_share(&mut self) -> Vec<(ContactId, ContactId)> {
        let mut claims: BTreeMap<&Email, Vec<ContactId>> = BTreeMap::new();
        for person in self.people.values().filter(|p| p.blocked.is_none()) {
            if let Some(address) = person.claim() {
                claims.entry(address).or_default().push(person.id);
            }
        }
        let mut yielding = Vec::new();
        for claimants in claims.into_values() {
            let best = claimants.iter().max_by_key(|id| self.entitlement(**id));
            let Some(best) = best.copied() else { continue };
            let others = claimants.into_iter().filter(|id| *id != best);
            yielding.extend(others.map(|id| (id, best)));
        }
        for (id, best) in &yielding {
            let words = format!(
                "has the same address as contact {best}, and no two portal users can have the same"
            );
            self.block(*id, words);
        }
        yielding
    }

    pub(super) fn block(&mut self, id: ContactId, words: String) {
        if let Some(person) = self.people.get_mut(&id) {
            person.blocked = Some(words);
        }
    }

    /// Takes the record that has the address for the contact's, if it is nobody else's. That of somebody who has
    /// left is, too, if it bears the contact's name: then the person has a new record in the PSA.
    fn adopt(&mut self, id: ContactId, address: &Email) {
        let Some(record) = self.record_with(address) else {
            return;
        };
        let Some(person) = self.people.get(&id) else {
            return;
        };
        let may_adopt = person.goal == Goal::Create && Some(record.client) == self.client();
        if may_adopt && (self.is_named_on_record(person) || self.may_be_renamed(record, id)) {
            self.take(id, record);
        }
    }

    /// How the address that a contact is to have becomes free, or why it cannot, in words that go on from "contact
    /// N". Each address has one holder and one who is to have it, and nobody is waited for because of more than one,
    /// so the path either ends or returns to where it began.
    fn way(&self, id: ContactId, path: &mut Vec<ContactId>) -> Result<Way, String> {
        path.push(id);
        let Some(person) = self.people.get(&id) else {
            return Ok(Way::Free);
        };
        let Some(address) = person.claim().filter(|_| !person.has_its_address()) else {
            return Ok(Way::Free);
        };
        let is_its_own =
            |record: &&growcrm::Contact| person.former.is_none_or(|former| former.id != record.id);
        let Some(record) = self.record_with(address).filter(is_its_own) else {
            return if self.is_refused(address) {
                Err(
                    "has an address that is taken outside contacts: Grow CRM refuses it, and no contact there has \
                     it, so a member of staff or a lead may; somebody should look there"
                        .to_owned(),
                )
            } else {
                Ok(Way::Free)
            };
        };
        let holder = self.holder(record.id);
        let surplus = holder.and_then(Person::surplus);
        if surplus.is_some_and(|surplus| surplus.id == record.id) {
            // It is removed before anything else is done, whatever becomes of its contact's address.
            return Ok(Way::Free);
        }
        let is_given_up = holder.is_some_and(|holder| holder.claim().is_some());
        if Some(record.client) != self.client() && !is_given_up {
            return Err(format!(
                "has the address of Grow CRM contact {}, which belongs to another client ({}); a portal user \
                 belongs to one only",
                record.id, record.client
            ));
        }
        let Some(holder) = holder else {
            return Err(format!(
                "has the address of Grow CRM contact {}, and nobody here is known to be that; a person should \
                 remove one of the two",
                record.id
            ));
        };
        let other = holder.id;
        let creates = |id: &ContactId| self.people.get(id).is_some_and(|p| p.goal == Goal::Create);
        if path.contains(&other) && !path.iter().any(creates) {
            return Ok(Way::Exchange);
        }
        let gives_it_up = match holder.goal {
            _ if path.contains(&other) => false,
            Goal::Remove => self.is_removable(holder, path),
            Goal::Settle | Goal::Create => {
                let moves_on = holder.blocked.is_none()
                    && holder.claim().is_some_and(|claim| claim != address);
                match moves_on.then(|| self.way(other, path)) {
                    Some(Ok(Way::Exchange)) => return Ok(Way::Exchange),
                    Some(Ok(Way::Free | Way::After(_))) => true,
                    Some(Err(_)) | None => false,
                }
            }
            Goal::Rest => false,
        };
        if gives_it_up {
            return Ok(Way::After(other));
        }
        Err(format!(
            "has the address that Grow CRM contact {} has, which is that of contact {other} and keeps it",
            record.id
        ))
    }

    /// Whether somebody's record can be removed: an account owner's only when somebody succeeds, who may have to
    /// be created first and then must not wait for that very removal.
    fn is_removable(&self, leaver: &Person<'s>, path: &[ContactId]) -> bool {
        if !leaver.held.is_some_and(|held| held.record.account_owner) {
            return true;
        }
        let can_succeed = |default: &Person<'_>| {
            let way = || self.way(default.id, &mut path.to_vec());
            default.goal == Goal::Settle
                || (!path.contains(&default.id) && matches!(way(), Ok(Way::Free | Way::After(_))))
        };
        self.default_contact().is_some_and(can_succeed) || self.survivor(leaver.id).is_some()
    }

    /// Contacts have each other's address. An address is a login: each gets the record that has its address, and
    /// nobody's login changes. In place it could not be done without an address that is nobody's.
    fn exchange(&mut self, members: &[ContactId]) {
        let having = |id: &ContactId| {
            let address = self.people.get(id)?.claim()?;
            let record = self.record_with(address)?;
            self.holder(record.id)?.held
        };
        let records: Vec<Option<Held<'s>>> = members.iter().map(having).collect();
        for (id, held) in members.iter().zip(records) {
            if let Some(person) = self.people.get_mut(id)
                && held.is_some()
            {
                person.held = held;
            }
        }
    }
}
