//! The account owner follows the company's default contact.

use model::growcrm::{self, ClientId};
use model::{ContactId, FindingKind};

use super::Need;
use super::draft::Draft;
use super::people::{Goal, Person, State};

/// The account owner is to be somebody else.
pub(super) struct Handover {
    pub(super) to: ContactId,
    pub(super) before: Option<growcrm::ContactId>,
    /// Whose record was the owner's, and is removed afterwards.
    pub(super) leaver: Option<ContactId>,
}

impl<'s> Draft<'s> {
    /// Who becomes the account owner, one after the other. The owner is never removed before somebody else is: where
    /// the default contact has to wait for that very removal, the contact that the owner was merged into is the owner
    /// in between.
    pub(super) fn handovers(&mut self) -> Result<Vec<Handover>, Need> {
        let Some(client) = self.client() else {
            return Ok(Vec::new());
        };
        let leaver = self.leaver();
        let mut tos = Vec::new();
        if let Some(leaver) = leaver {
            match self.successor(leaver) {
                Some(to) => tos.push((to, Some(leaver))),
                None => {
                    self.keep_owner(leaver);
                    return Ok(Vec::new());
                }
            }
        }
        if let Some(to) = self.default_contact().map(|person| person.id)
            && tos.iter().all(|(first, _)| *first != to)
        {
            tos.push((to, None));
        }
        let record = |id: &ContactId| self.people.get(id)?.held.map(|held| held.record);
        tos.retain(|(to, _)| !record(to).is_some_and(|record| record.account_owner));
        if tos.is_empty() {
            return Ok(Vec::new());
        }
        let mut before = self.owner(client)?;
        let handovers = tos.into_iter().map(|(to, leaver)| {
            let handover = Handover { to, before, leaver };
            before = record(&to).map(|record| record.id);
            handover
        });
        Ok(handovers.collect())
    }

    /// The contact whose record is the account owner's and is to be removed.
    fn leaver(&self) -> Option<ContactId> {
        let mut people = self.people.values();
        let leaver = people.find(|person| {
            let is_owner = person.held.is_some_and(|held| held.record.account_owner);
            person.goal == Goal::Remove && is_owner
        });
        leaver.map(|person| person.id)
    }

    /// Who is the account owner now.
    fn owner(&self, client: ClientId) -> Result<Option<growcrm::ContactId>, Need> {
        let known = self.snapshot.all_records().into_values();
        let mut known = known.filter(|record| record.client == client && record.account_owner);
        if let Some(owner) = known.next() {
            return Ok(Some(owner.id));
        }
        let read = self.snapshot.client.get(&client);
        let read = read.ok_or(Need::Client(client))?;
        Ok(read.as_ref().and_then(|client| client.owner))
    }

    /// Who becomes the account owner in place of somebody who leaves: the default contact, unless that waits for
    /// the address; else the contact that it was merged into.
    fn successor(&self, leaver: ContactId) -> Option<ContactId> {
        let default = self.default_contact();
        let default = default.filter(|person| !self.waits_for(person.id, leaver));
        let successor = default.or_else(|| self.survivor(leaver));
        successor.map(|person| person.id)
    }

    /// Whether a contact that is to be created has its address only once the other one was removed.
    fn waits_for(&self, id: ContactId, leaver: ContactId) -> bool {
        let is_created = self.people.get(&id).is_some_and(|p| p.goal == Goal::Create);
        let mut next = self.after.get(&id);
        for _ in 0..self.after.len() {
            match next {
                Some(other) if *other == leaver => return is_created,
                Some(other) => next = self.after.get(other),
                None => return false,
            }
        }
        false
    }

    /// The default contact, if it can be the account owner: it is active, has an address, and is in the CRM or will be.
    pub(super) fn default_contact(&self) -> Option<&Person<'s>> {
        let person = self.people.get(&self.company().default_contact?)?;
        let has_address = person
            .wanted
            .as_ref()
            .is_some_and(|wanted| wanted.email.is_ok());
        let is_there = match person.goal {
            Goal::Settle => true,
            Goal::Create => person.blocked.is_none(),
            Goal::Remove | Goal::Rest => false,
        };
        let is_here = matches!(person.state, State::Here(_));
        (is_here && has_address && is_there).then_some(person)
    }

    fn keep_owner(&mut self, leaver: ContactId) {
        let Some(person) = self.people.get_mut(&leaver) else {
            return;
        };
        person.goal = Goal::Rest;
        let state = person.state.words();
        let record = person
            .held
            .map(|held| held.record.id.to_string())
            .unwrap_or_default();
        let words = format!(
            "contact {leaver} {state}, but Grow CRM contact {record} is the account owner, and the default contact \
             cannot take its place; a person should make somebody else the owner, and then it is removed"
        );
        self.find(FindingKind::NotMirrored, [leaver], words);
    }
}
