//! A second, independent judgment of a plan, before anything is written.
//!
//! It does not ask how the plan came about. It plays the writes through on the records that were read.

use std::collections::{BTreeMap, BTreeSet};

use model::growcrm::{self, ClientId, Fields};
use model::mirror::{Call, GrowCrmCall, Link};
use model::{Action, ContactId, Mode, Private, Rule};

use super::former::has_name_of;
use super::{Snapshot, target};
use crate::mirror::{Line, Plan, merged_into, returned};
use crate::rules::{Moved, Rules};

/// Everything that must keep a plan from being carried out, in words without anybody's data. Empty for every plan
/// that [`plan`](super::plan) makes.
#[must_use]
pub fn check(snapshot: &Snapshot, rules: &Rules, plan: &Plan) -> Vec<String> {
    let mut judge = Judge::new(snapshot, rules, plan);
    let mut objections = Vec::new();
    for (number, change) in (1..).zip(&plan.plan.changes) {
        let mut words = Vec::new();
        if change.rule != Rule::MirrorGrowCrm {
            words.push(format!("{} does not write to Grow CRM", change.rule));
        }
        if rules.mode(Rule::MirrorGrowCrm, snapshot.company.id) != Mode::Enforce {
            words.push("nothing may be written here".to_owned());
        }
        if snapshot.company.deleted {
            words.push("the company was deleted".to_owned());
        }
        match &change.action {
            Action::Mirror {
                contact,
                call: Call::GrowCrm(call),
            } => words.extend(judge.objections(*contact, call)),
            _ => words.push("this is no write to Grow CRM".to_owned()),
        }
        objections.extend(
            words
                .into_iter()
                .map(|words| format!("change {number}: {words}")),
        );
    }
    objections.extend(judge.removals());
    objections
}

struct Judge<'s> {
    snapshot: &'s Snapshot,
    rules: &'s Rules,
    plan: &'s Plan,
    /// The company's client, as the map or the plan has it.
    client: Option<ClientId>,
    /// The records as they are after the writes so far.
    records: BTreeMap<growcrm::ContactId, Standing>,
    /// Whom a record was created for so far, and the addresses these have.
    created: BTreeMap<ContactId, String>,
    updated: BTreeSet<growcrm::ContactId>,
}

#[derive(Clone)]
struct Standing {
    client: ClientId,
    address: String,
    is_owner: bool,
}

impl<'s> Judge<'s> {
    fn new(snapshot: &'s Snapshot, rules: &'s Rules, plan: &'s Plan) -> Self {
        let found = match plan.place {
            Some(model::mirror::Place::GrowCrm(client)) => Some(client),
            Some(model::mirror::Place::ItGlue(_)) | None => None,
        };
        let standing = |record: &growcrm::Contact| Standing {
            client: record.client,
            address: record.email.as_ref().map(key).unwrap_or_default(),
            is_owner: record.account_owner,
        };
        let records = snapshot.all_records().into_values();
        Self {
            snapshot,
            rules,
            plan,
            client: found.or(snapshot.place),
            records: records
                .map(|record| (record.id, standing(record)))
                .collect(),
            created: BTreeMap::new(),
            updated: BTreeSet::new(),
        }
    }

    fn objections(&mut self, contact: ContactId, call: &GrowCrmCall) -> Vec<String> {
        match call {
            GrowCrmCall::Create {
                client,
                fields,
                send_email,
            } => {
                let mut words = self.of_creation(contact, fields);
                if self.client != Some(*client) {
                    words.push(format!("client {client} is not the company's"));
                }
                if *send_email && !self.rules.growcrm.welcome_mails {
                    words.push("nobody is to be mailed a welcome".to_owned());
                }
                words
            }
            GrowCrmCall::CreateClient { fields, tags, .. } => {
                let mut words = self.of_creation(contact, fields);
                if !self.rules.growcrm.create_clients {
                    words.push("no clients are to be created".to_owned());
                }
                let tag = format!("cw-company-{}", self.snapshot.company.id);
                let clients = self.snapshot.clients.as_ref();
                let is_there = clients.is_none_or(|all| all.iter().any(|c| c.is_tagged(&tag)));
                if self.client_is_there() || is_there {
                    words.push("the company may have a client".to_owned());
                }
                if *tags != [tag] {
                    words.push("the client would not be labeled as the company's".to_owned());
                }
                words
            }
            GrowCrmCall::Update { record, fields } => self.of_update(contact, *record, fields),
            GrowCrmCall::Remove { record } => self.of_removal(contact, *record),
            GrowCrmCall::MakeOwner { client, record, .. } => {
                self.of_owner(contact, *client, *record)
            }
            GrowCrmCall::SetTags { .. } => vec!["no labels are to be changed".to_owned()],
        }
    }

    fn of_creation(&mut self, contact: ContactId, fields: &Fields) -> Vec<String> {
        let mut words = self.of_fields(fields, None);
        if !self.is_active_here(contact) {
            words.push(format!(
                "contact {contact} is not an active one of the company"
            ));
        }
        let lines = self.lines_of(contact);
        let mut standing = lines.filter_map(|link| self.records.get(&target(link)?.0));
        let has_one = standing.any(|record| Some(record.client) == self.client);
        if has_one && !self.is_given_up(contact) {
            words.push(format!("contact {contact} has a record already"));
        }
        if self.created.insert(contact, key(&fields.email)).is_some() {
            words.push(format!("contact {contact} would be created twice"));
        }
        words
    }

    fn of_update(
        &mut self,
        contact: ContactId,
        record: growcrm::ContactId,
        fields: &Fields,
    ) -> Vec<String> {
        let mut words = self.of_fields(fields, Some(record));
        if !self.is_active_here(contact) {
            words.push(format!(
                "contact {contact} is not an active one of the company"
            ));
        }
        if !self.updated.insert(record) {
            words.push(format!("Grow CRM contact {record} would be updated twice"));
        }
        if let Some(other) = self.somebody_else(contact, record) {
            words.push(format!(
                "Grow CRM contact {record} is that of contact {other}"
            ));
        }
        let client = self.client;
        match self.records.get_mut(&record) {
            Some(standing) => {
                if Some(standing.client) != client {
                    words.push(format!("Grow CRM contact {record} is another client's"));
                }
                standing.address = key(&fields.email);
            }
            None => words.push(format!(
                "Grow CRM contact {record} was never read, or is gone"
            )),
        }
        words
    }

    fn of_removal(&mut self, contact: ContactId, record: growcrm::ContactId) -> Vec<String> {
        let mut words = Vec::new();
        let mut lines = self.lines_of(contact);
        let is_its = lines.any(|link| target(link).is_some_and(|(id, _)| id == record));
        if !is_its && !self.was_that_of(contact, record) {
            words.push(format!(
                "Grow CRM contact {record} is not that of contact {contact}"
            ));
        }
        drop(lines);
        if let Some(other) = self.somebody_else(contact, record) {
            words.push(format!(
                "Grow CRM contact {record} is that of contact {other}"
            ));
        }
        let Some(standing) = self.records.remove(&record) else {
            words.push(format!(
                "Grow CRM contact {record} was never read, or is gone"
            ));
            return words;
        };
        if standing.is_owner {
            words.push(format!("Grow CRM contact {record} is the account owner"));
        }
        let is_here = Some(standing.client) == self.client;
        let is_active = self.is_active_here(contact);
        if is_here && is_active {
            words.push(format!("contact {contact} is an active one of the company"));
        }
        let may_be_moved = is_active && self.rules.growcrm.moved == Moved::Recreate;
        if !is_here && !may_be_moved {
            words.push(format!("Grow CRM contact {record} is another client's"));
        }
        words
    }

    /// No more is removed, only because the PSA does not have somebody, than the rules allow.
    fn removals(&self) -> Option<String> {
        let merged = merged_into(&self.snapshot.past);
        let returned = returned(&self.snapshot.past);
        let is_removed = |contact: &&ContactId| {
            let is_somebody_else = merged.contains_key(contact) || returned.contains_key(contact);
            !self.snapshot.contacts.contains_key(contact) && !is_somebody_else
        };
        let changes = self.plan.plan.changes.iter();
        let removed = changes.filter_map(|change| match &change.action {
            Action::Mirror {
                contact,
                call: Call::GrowCrm(GrowCrmCall::Remove { .. }),
            } => Some(contact),
            _ => None,
        });
        let removed: BTreeSet<_> = removed.filter(is_removed).collect();
        let is_too_many = removed.len() > self.rules.limits.removals_per_visit as usize;
        is_too_many.then(|| "more contacts that are gone would be removed than allowed".to_owned())
    }

    /// Whether a record that the map does not know has the address and the name of somebody who was merged away, or
    /// that address and the name of whom it is part of now.
    fn was_that_of(&self, contact: ContactId, record: growcrm::ContactId) -> bool {
        let snapshot = self.snapshot;
        let Some(heir) = merged_into(&snapshot.past).remove(&contact) else {
            return false;
        };
        let was = snapshot.contacts.get(&contact).filter(|was| !was.active);
        let Some(was) = was.or_else(|| snapshot.former.get(&contact)?.as_ref()) else {
            return false;
        };
        let found = snapshot.record(record);
        found.is_some_and(|found| {
            let mut addresses = was.emails().into_iter();
            let has_address = addresses.any(|(address, _)| found.has_address(address.reveal()));
            let mut names = std::iter::once(was).chain(snapshot.contacts.get(&heir));
            has_address && names.any(|contact| has_name_of(found, contact))
        })
    }

    fn of_owner(
        &mut self,
        contact: ContactId,
        client: ClientId,
        record: Option<growcrm::ContactId>,
    ) -> Vec<String> {
        let mut words = Vec::new();
        if self.client != Some(client) {
            words.push(format!("client {client} is not the company's"));
        }
        if !self.is_active_here(contact) {
            words.push(format!(
                "contact {contact} is not an active one of the company"
            ));
        }
        match record {
            Some(record) => {
                if let Some(other) = self.somebody_else(contact, record) {
                    words.push(format!(
                        "Grow CRM contact {record} is that of contact {other}"
                    ));
                }
                if self.records.get(&record).map(|standing| standing.client) != Some(client) {
                    words.push(format!(
                        "Grow CRM contact {record} is not one of client {client}"
                    ));
                }
            }
            None if self.created.contains_key(&contact) => {}
            None => words.push(format!("contact {contact} was not created before")),
        }
        for (id, standing) in &mut self.records {
            if standing.client == client {
                standing.is_owner = Some(*id) == record;
            }
        }
        words
    }

    /// No field that must be there is blank, and the address is nobody else's.
    fn of_fields(&self, fields: &Fields, own: Option<growcrm::ContactId>) -> Vec<String> {
        let Fields {
            first_name,
            last_name,
            email,
            phone: _,
            position: _,
        } = fields;
        let mut words = Vec::new();
        if [first_name, last_name, email]
            .into_iter()
            .any(Private::is_blank)
        {
            words.push("a field that must be there is blank".to_owned());
        }
        let address = key(email);
        let mut others = self.records.iter().filter(|(id, _)| Some(**id) != own);
        let is_held = others.any(|(_, standing)| standing.address == address);
        if is_held || self.created.values().any(|created| *created == address) {
            words.push("the address is somebody else's by then".to_owned());
        }
        words
    }

    fn client_is_there(&self) -> bool {
        let read = self
            .client
            .and_then(|client| self.snapshot.client.get(&client));
        self.client.is_some() && read.is_none_or(Option::is_some)
    }

    fn is_active_here(&self, contact: ContactId) -> bool {
        let contact = self.snapshot.contacts.get(&contact);
        contact.is_some_and(|contact| {
            contact.active && contact.company == Some(self.snapshot.company.id)
        })
    }

    fn lines_of(&self, contact: ContactId) -> impl Iterator<Item = &'s Link> + use<'s> {
        let snapshot = self.snapshot;
        let elsewhere = snapshot.lines.get(&contact).into_iter().flatten();
        let lines = snapshot.own_links().chain(elsewhere.map(|(_, link)| link));
        lines.filter(move |link| link.contact == contact)
    }

    /// Another contact, not known to have left, whose record this is and stays.
    fn somebody_else(&self, contact: ContactId, record: growcrm::ContactId) -> Option<ContactId> {
        let leads_there = |link: &&Link| target(link).is_some_and(|(id, _)| id == record);
        let mut others = self
            .snapshot
            .own_links()
            .filter(leads_there)
            .map(|link| link.contact);
        others.find(|other| {
            let is_known_to_have_left = match self.snapshot.contacts.get(other) {
                Some(contact) => !contact.active,
                None => self.snapshot.gone.contains(other) || self.snapshot.asked.contains(other),
            };
            *other != contact && !is_known_to_have_left && !self.gets_another(*other, record)
        })
    }

    /// Whether a contact's line is taken off the map at once.
    fn is_given_up(&self, contact: ContactId) -> bool {
        let mut map = self
            .plan
            .map
            .iter()
            .filter(|change| change.contact == contact);
        map.any(|change| change.after.is_none() && change.line == Line::Gone)
    }

    /// Whether the plan gives a contact another record, or takes this one off it.
    fn gets_another(&self, contact: ContactId, record: growcrm::ContactId) -> bool {
        let mut map = self
            .plan
            .map
            .iter()
            .filter(|change| change.contact == contact);
        map.any(|change| match &change.line {
            Line::Is(link) => target(link).is_some_and(|(id, _)| id != record),
            Line::IsCreated { .. } | Line::Gone => true,
        })
    }
}

fn key(address: &Private) -> String {
    address.reveal().trim().to_lowercase()
}
