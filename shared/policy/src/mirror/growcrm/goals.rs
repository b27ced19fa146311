//! What is to become of everybody's record.

use model::mirror::System;
use model::{CompanyId, ContactId, FindingKind};

use super::client::Place;
use super::draft::Draft;
use super::people::{Goal, Person, State};
use super::target;
use super::wanted::Wanted;
use crate::mirror::{homeless, too_many_gone};
use crate::rules::{Deactivated, Moved};

/// A finding, if there is one.
type Told = Option<(FindingKind, String)>;

impl Draft<'_> {
    pub(super) fn set_goals(&mut self) {
        let is_first = matches!(self.place, Place::ToCreate);
        let default = self.company().default_contact;
        let ids: Vec<ContactId> = self.people.keys().copied().collect();
        for id in ids {
            let heir = self.survivor(id).is_some();
            let Some(person) = self.people.get(&id) else {
                continue;
            };
            let (goal, finding) = match person.state {
                // The client's first contact is its owner, and the others wait for it.
                State::Here(_) if is_first && default != Some(id) => (Goal::Rest, None),
                State::Here(_) => self.goal_of_active(person),
                State::Left | State::Gone => self.goal_of_inactive(person, heir),
                State::Elsewhere(Some(company)) => (Goal::Rest, self.moved_away(person, company)),
                State::Elsewhere(None) => (Goal::Rest, self.homeless(id)),
            };
            if let Some((kind, words)) = finding {
                self.find(kind, [id], words);
            }
            if let Some(person) = self.people.get_mut(&id) {
                person.goal = goal;
            }
        }
        self.keep_too_many();
    }

    /// Leaves the users of those who are gone as they are, if they are more than a visit may remove.
    fn keep_too_many(&mut self) {
        let is_lost = |person: &&Person<'_>| {
            let is_gone = matches!(person.state, State::Gone) && person.heir.is_none();
            is_gone && person.goal == Goal::Remove
        };
        let gone = self.people.values().filter(is_lost);
        let gone: Vec<ContactId> = gone.map(|person| person.id).collect();
        let Some(words) = too_many_gone(&gone, self.rules) else {
            return;
        };
        for id in &gone {
            if let Some(person) = self.people.get_mut(id) {
                person.goal = Goal::Rest;
            }
        }
        self.find(FindingKind::BlastRadius, gone, words);
    }

    fn goal_of_active(&self, person: &Person<'_>) -> (Goal, Told) {
        let id = person.id;
        let lacks = person
            .wanted
            .as_ref()
            .map(Wanted::lacks)
            .unwrap_or_default();
        if let Some(held) = person.held {
            let words = (!lacks.is_empty()).then(|| {
                let record = held.record.id;
                let lacks = lacks.join(" and ");
                format!(
                    "contact {id} {lacks}, which Grow CRM insists on; its record {record} keeps what it has, and a \
                     person should complete the contact"
                )
            });
            return (
                Goal::Settle,
                words.map(|words| (FindingKind::NotMirrored, words)),
            );
        }
        if !lacks.is_empty() {
            let lacks = lacks.join(" and ");
            let words = format!(
                "contact {id} {lacks}, which Grow CRM insists on; it is mirrored once somebody has completed it"
            );
            return (Goal::Rest, Some((FindingKind::NotMirrored, words)));
        }
        let Some(former) = person.former else {
            return (Goal::Create, None);
        };
        let (record, client) = (former.id, former.client);
        let cannot = format!(
            "contact {id} is Grow CRM contact {record}, which belongs to client {client} and cannot be moved"
        );
        let words = match self.rules.growcrm.moved {
            _ if self.may_recreate(former) => return (Goal::Create, None),
            Moved::Recreate => format!(
                "{cannot}, nor removed as long as it is the account owner there; make somebody else the owner"
            ),
            Moved::Report => format!(
                "{cannot}; a person should remove it, and then it is created anew, or have that done (moved)"
            ),
        };
        (Goal::Rest, Some((FindingKind::NotMirrored, words)))
    }

    fn goal_of_inactive(&self, person: &Person<'_>, has_heir: bool) -> (Goal, Told) {
        let id = person.id;
        if let Some(former) = person.former {
            let words = format!(
                "contact {id} {}, and Grow CRM contact {} is one of client {}, which is not the company's; a person \
                 should look at it",
                person.state.words(),
                former.id,
                former.client
            );
            return (Goal::Rest, Some((person.state.orphans(), words)));
        }
        let Some(held) = person.held else {
            return (Goal::Rest, None);
        };
        if has_heir || self.rules.growcrm.deactivated == Deactivated::Remove {
            return (Goal::Remove, None);
        }
        let (record, kind) = (held.record.id, person.state.orphans());
        let words = format!(
            "contact {id} {}, and Grow CRM contact {record} can still log in; a person should remove it there, or \
             have that done (deactivated)",
            person.state.words()
        );
        (Goal::Rest, Some((kind, words)))
    }

    fn homeless(&self, id: ContactId) -> Told {
        let is_asked = self.snapshot.asked.contains(&id);
        is_asked.then(|| (FindingKind::NoCompany, homeless(System::GrowCrm, id)))
    }

    fn moved_away(&self, person: &Person<'_>, company: CompanyId) -> Told {
        let (record, _) = person.line.and_then(|(_, link)| target(link))?;
        if self.rules.growcrm.moved == Moved::Recreate {
            // That is done where it is now.
            return None;
        }
        let id = person.id;
        let words = format!(
            "contact {id} is one of company {company} now, and Grow CRM contact {record} cannot be moved to another client; a \
             person should remove it there"
        );
        Some((FindingKind::NotMirrored, words))
    }
}
