//! A second, independent judgment of a plan for IT Glue, before anything is written.
//!
//! It does not ask how the plan came about. It objects to whatever must never happen: a record that is removed
//! though something hangs on it, an address lost that IT Glue alone knew, a second record of one person.

use std::collections::{BTreeMap, BTreeSet};

use model::itglue::{
    Change, Contact as Record, ContactId as RecordId, Draft as Fields, Edit, Link as Sync,
    OrganizationId,
};
use model::mirror::{Call, ItGlueCall, Link, Mirrored, Place};
use model::{Action, Contact, ContactId, Mode, Past, Private};

use super::draft::RULE;
use super::items::Item;
use super::notes::Notes;
use super::reading::Reading;
use super::{Lock, Snapshot};
use crate::mirror::{Line, MapChange, Plan, merged_into, returned};
use crate::rules::{OnMerge, Rules};

/// Everything that must keep a plan from being carried out, in words without a person's data. Empty for every
/// plan that [`plan`](super::plan) makes.
#[must_use]
pub fn check(snapshot: &Snapshot, rules: &Rules, plan: &Plan) -> Vec<String> {
    let mut judge = Judge {
        now: snapshot,
        rules,
        plan,
        merged: merged_into(&snapshot.past),
        newest: returned(&snapshot.past),
        records: snapshot.every_record(),
        objections: Vec::new(),
    };
    judge.judge();
    judge.objections
}

struct Judge<'s> {
    now: &'s Snapshot,
    rules: &'s Rules,
    plan: &'s Plan,
    merged: BTreeMap<ContactId, ContactId>,
    newest: BTreeMap<ContactId, ContactId>,
    records: BTreeMap<RecordId, &'s Record>,
    objections: Vec<String>,
}

impl<'s> Judge<'s> {
    fn judge(&mut self) {
        let changes = &self.plan.plan.changes;
        let mode = self.rules.mode(RULE, self.now.company.id);
        if !changes.is_empty() && mode != Mode::Enforce {
            self.object(format!("{RULE} may not write here"));
        }
        if !changes.is_empty() && self.now.company.deleted {
            self.object("the company is deleted".to_owned());
        }
        let mut written = BTreeSet::new();
        let mut created = BTreeSet::new();
        for change in changes {
            let (contact, call) = match &change.action {
                Action::Mirror {
                    contact,
                    call: Call::ItGlue(call),
                } if change.rule == RULE => (*contact, call),
                _ => {
                    self.object("a mirror writes nowhere but to its own system".to_owned());
                    continue;
                }
            };
            match call {
                ItGlueCall::Create {
                    organization,
                    draft,
                } => {
                    if !created.insert(contact) {
                        self.object(format!("contact {contact} would be created twice"));
                    }
                    self.create(contact, *organization, draft);
                }
                ItGlueCall::Update { record, change } => {
                    if !written.insert(*record) {
                        self.object(format!("record {record} would be written to twice"));
                    }
                    self.update(contact, *record, change);
                }
                ItGlueCall::Remove { record } => {
                    if !written.insert(*record) {
                        self.object(format!("record {record} would be written to twice"));
                    }
                    self.remove(contact, *record, change.unit);
                }
                ItGlueCall::CreateType { name } => self.create_type(name),
            }
        }
        let parted = changes.iter().filter_map(|change| match &change.action {
            Action::Mirror {
                contact,
                call: Call::ItGlue(ItGlueCall::Update { .. } | ItGlueCall::Remove { .. }),
            } => Some(contact),
            _ => None,
        });
        // Whom the map does not know, an event has named.
        let is_lost = |id: &&ContactId| {
            let is_known = !self.links_of(**id).is_empty();
            is_known && self.now.is_gone(**id) && !self.merged.contains_key(id)
        };
        let lost: BTreeSet<_> = parted.filter(is_lost).collect();
        if lost.len() > self.rules.limits.removals_per_visit as usize {
            self.object("more contacts that are gone would be retired than allowed".to_owned());
        }
        for MapChange { after, contact, .. } in &self.plan.map {
            let is_there = |unit: &u32| changes.iter().any(|change| change.unit == *unit);
            if !after.as_ref().is_none_or(is_there) {
                self.object(format!(
                    "the map would learn of contact {contact} after what is not done"
                ));
            }
        }
    }

    fn create(&mut self, contact: ContactId, organization: OrganizationId, draft: &Fields) {
        self.in_place(organization);
        let Some(living) = self.here(contact).filter(|living| living.active) else {
            return self.object(format!(
                "contact {contact} is not an active one of this company"
            ));
        };
        if draft.first_name.is_blank() && draft.last_name.is_blank() {
            self.object(format!("contact {contact} would be created without a name"));
        }
        let links = self.links_of(contact);
        let lost = |link: &&Link| match &link.record {
            Mirrored::ItGlue { id, .. } => {
                matches!(self.now.records.get(id), Some(None)) || self.now.immovable.contains(id)
            }
            Mirrored::GrowCrm { .. } => true,
        };
        if !links.iter().all(lost) {
            self.object(format!("contact {contact} has a record by the map"));
        }
        let here = |record: &&Record| record.organization == organization;
        let knows = |record: &&Record| record.link != Sync::None || !record.remote_ids.is_empty();
        let everybody = self.now.everybody.iter().flatten();
        match self.now.by_psa.get(&contact) {
            None if self.now.everybody.is_some()
                && !everybody.into_iter().any(|each| knows(&each)) => {}
            None => self.object(format!(
                "contact {contact} was not looked for by its id in the PSA"
            )),
            Some(tied) if tied.iter().any(|record| here(&record)) => {
                self.object(format!("the native sync has a record of contact {contact}"));
            }
            Some(_) => {}
        }
        if self.now.everybody.is_none() || self.now.all_links.is_none() {
            return self.object(format!(
                "contact {contact} was not looked for among everybody"
            ));
        }
        let mine = |record: &&Record| {
            let marks = Notes::read(record.notes.as_ref()).mirrored;
            let claims = self.claimants(record.id).into_iter().chain(marks);
            let claims = claims.chain(self.planned_for(record.id));
            let claims: BTreeSet<ContactId> = claims.map(|id| self.present(id)).collect();
            let free = !claims
                .iter()
                .any(|id| *id != contact && (self.is_there(*id) || self.merged.contains_key(id)));
            let tied = record.link == Sync::Synced && !record.remote_ids.is_empty();
            free && (claims.contains(&contact) || (is_same_person(record, living) && !tied))
        };
        let found = self.records.values().copied().filter(here).find(mine);
        if let Some(found) = found {
            self.object(format!(
                "record {} may be that of contact {contact}",
                found.id
            ));
        }
    }

    fn update(&mut self, contact: ContactId, id: RecordId, change: &Change) {
        let Some(record) = self.record(id) else {
            return self.object(format!("record {id} was not read"));
        };
        if change.is_empty() {
            self.object(format!("nothing would be written to record {id}"));
        }
        let owned: &[&str] = match (&record.link, self.now.locked.get(&id)) {
            (Sync::Synced, _) | (_, Some(Lock::AllButOurs)) => &["important", "notes"],
            _ => &[],
        };
        let fields = change.fields();
        if !owned.is_empty() && fields.iter().any(|field| !owned.contains(field)) {
            self.object(format!("the native sync owns record {id}"));
        }
        if change.emails.is_some() && self.now.locked.get(&id) == Some(&Lock::Emails) {
            self.object(format!("the addresses of record {id} are locked"));
        }
        if let Some(organization) = change.organization {
            self.in_place(organization);
        }
        for other in self.claimants(id) {
            let other = self.present(other);
            let links = self.links_of(contact);
            let is_its = links.iter().any(|link| is_link_to(link, id));
            if other != contact && !is_its && self.may_be_owner(other) {
                self.object(format!("record {id} is that of contact {other}"));
            }
        }
        self.still_theirs(contact, record);
        let given = self.given_to(id);
        let addresses: Vec<_> = given.iter().flat_map(|given| &given.emails).collect();
        let numbers: Vec<_> = given.iter().flat_map(|given| &given.phones).collect();
        let back = self.came_back(contact);
        if let Some(emails) = &change.emails {
            let there: Vec<_> = back.iter().flat_map(|own| own.emails.clone()).collect();
            self.items(id, "address", &record.emails, &addresses, &there, emails);
        }
        if let Some(phones) = &change.phones {
            let there: Vec<_> = back.iter().flat_map(|own| own.phones.clone()).collect();
            self.items(id, "number", &record.phones, &numbers, &there, phones);
        }
        self.cleared(id, record, change, &given, &back);
        if let Some(after) = change.notes.asked() {
            let is_kept = Reading::of(after).has_all_of(&Reading::of(record.notes.as_ref()));
            let after = Notes::read(after);
            if !is_kept && !self.was_folded_in(contact, id, &after) {
                self.object(format!("what others noted on record {id} would be lost"));
            }
            if after.mirrored.is_empty() {
                self.object(format!("record {id} would not say whose it is"));
            }
        }
        let was_ours = given.iter().any(|given| given.important == Some(true));
        let is_active = self.here(contact).is_some_and(|living| living.active);
        let stays = self.now.immovable.contains(&id);
        let is_there = back.iter().any(|own| own.important == Some(true));
        if change.important == Edit::Set(false) && is_active && !was_ours && !stays && !is_there {
            self.object(format!("record {id} was not marked as important by us"));
        }
    }

    /// The record of who is no more may have been given to somebody since.
    fn still_theirs(&mut self, contact: ContactId, record: &Record) {
        let marks = Notes::read(record.notes.as_ref()).mirrored;
        let is_its = marks
            .iter()
            .any(|mark| *mark == contact || self.present(*mark) == contact);
        if !self.is_there(contact) && !marks.is_empty() && !is_its {
            self.object(format!(
                "record {} is no longer that of contact {contact}",
                record.id
            ));
        }
    }

    /// What IT Glue alone knows must still be there.
    fn items<I: Item>(
        &mut self,
        id: RecordId,
        what: &str,
        have: &[I],
        given: &[&I],
        there: &[I],
        after: &[I],
    ) {
        let is_lost = |item: &&I| {
            let is_known = after.iter().chain(given.iter().copied()).chain(there);
            !is_known.into_iter().any(|known| known.is(item))
        };
        if have.iter().any(|item| is_lost(&item)) {
            self.object(format!(
                "record {id} would lose an {what} that we did not give it"
            ));
        }
        let primary = |items: &[I]| items.iter().filter(|item| item.is_primary()).count();
        if primary(after) > primary(have).max(1) {
            self.object(format!(
                "record {id} would have two primary ones of a kind: {what}"
            ));
        }
    }

    /// A blank must not take away what we did not give.
    fn cleared(
        &mut self,
        id: RecordId,
        record: &Record,
        change: &Change,
        given: &[&Fields],
        back: &[&Record],
    ) {
        let same = |one: Option<&Private>, other: Option<&Private>| {
            let trimmed =
                |text: Option<&Private>| text.map_or("", Private::reveal).trim().to_owned();
            trimmed(one) == trimmed(other)
        };
        let mut lost = Vec::new();
        let first = |given: &&&Fields| same(Some(&given.first_name), Some(&record.first_name));
        if change.first_name == Edit::Clear && !given.iter().any(|given| first(&given)) {
            lost.push("first-name");
        }
        let last = |given: &&&Fields| same(Some(&given.last_name), Some(&record.last_name));
        if change.last_name == Edit::Clear && !given.iter().any(|given| last(&given)) {
            lost.push("last-name");
        }
        let title = |given: &&&Fields| same(given.title.as_ref(), record.title.as_ref());
        let mut titles = back.iter().map(|own| own.title.as_ref());
        let is_there = titles.any(|title| same(title, record.title.as_ref()));
        if change.title == Edit::Clear && !is_there && !given.iter().any(|given| title(&given)) {
            lost.push("title");
        }
        let location = |given: &&&Fields| given.location == record.location;
        let is_there = back.iter().any(|own| own.location == record.location);
        if change.location == Edit::Clear
            && !is_there
            && !given.iter().any(|given| location(&given))
        {
            lost.push("location-id");
        }
        if change.notes == Edit::Clear {
            lost.push("notes");
        }
        if !lost.is_empty() {
            self.object(format!(
                "a blank would overwrite {} of record {id}",
                lost.join(", ")
            ));
        }
    }

    /// The records of those who were merged into a contact and are active contacts of their own again.
    fn came_back(&self, contact: ContactId) -> Vec<&'s Record> {
        let merged = self.now.past.iter().filter_map(Past::merged);
        let losers = merged.filter(|(_, survivor)| *survivor == contact);
        let losers: BTreeSet<ContactId> = losers.map(|(loser, _)| loser).collect();
        let back = losers.into_iter().filter(|id| {
            let living = self.here(*id);
            *id != contact && living.is_some_and(|living| living.active)
        });
        let links = back.flat_map(|id| self.links_of(id));
        let records = links.filter_map(|link| match &link.record {
            Mirrored::ItGlue { id, .. } => self.record(*id),
            Mirrored::GrowCrm { .. } => None,
        });
        records.collect()
    }

    /// Whether notes have all that was in those of a record before a merge that was taken back, and the records of who
    /// is back have what was folded in by it.
    fn was_folded_in(&self, contact: ContactId, id: RecordId, after: &Notes) -> bool {
        let back = self.came_back(contact);
        let images = self.now.folded.values().flatten();
        let images = images.flat_map(|entry| &entry.before.mirrored);
        let images: Vec<&Record> = images
            .filter_map(|image| match image {
                model::mirror::Record::ItGlue(record) => Some(record),
                model::mirror::Record::GrowCrm(_) => None,
            })
            .collect();
        let notes = |record: &Record| Notes::read(record.notes.as_ref());
        let mut before = images.iter().filter(|image| image.id == id);
        let lost = images.iter().filter(|image| image.id != id);
        let is_there = |lost: &&&Record| {
            let mut back = back.iter();
            back.any(|own| notes(own).have_text_of(&notes(lost)))
        };
        !back.is_empty()
            && before.any(|before| after.have_text_of(&notes(before)))
            && lost.clone().any(|image| is_there(&image))
    }

    fn remove(&mut self, contact: ContactId, id: RecordId, unit: u32) {
        let Some(record) = self.record(id) else {
            return self.object(format!("record {id} was not read"));
        };
        if self.rules.itglue.on_merge != OnMerge::Remove {
            self.object(format!("the rules do not want record {id} removed"));
        }
        let is_tied = record.link != Sync::None || !record.remote_ids.is_empty();
        if is_tied || self.now.locked.contains_key(&id) {
            self.object(format!("record {id} is not ours to remove"));
        }
        self.still_theirs(contact, record);
        if self.now.all_links.is_none() {
            self.object(format!("record {id} may be somebody's by the map"));
        }
        let attached = self.now.attached.get(&id);
        if !attached.is_some_and(|attached| attached.is_nothing()) {
            self.object(format!("something may hang on record {id}"));
        }
        let links: Vec<&Link> = self.links_of(contact);
        let of_it = |link: &&&Link| is_link_to(link, id);
        let ours = match links.iter().find(of_it) {
            Some(link) => link.ours,
            None => Notes::read(record.notes.as_ref()).are_ours(),
        };
        if !ours {
            self.object(format!("record {id} was not created by us"));
        }
        for owner in self.claimants(id).into_iter().chain([contact]) {
            let owner = self.present(owner);
            let is_active = self
                .now
                .contacts
                .get(&owner)
                .is_some_and(|owner| owner.active);
            if is_active || self.may_be_owner(owner) {
                self.object(format!("record {id} is still that of contact {owner}"));
            }
        }
        let kept = self
            .merged
            .get(&contact)
            .and_then(|survivor| self.afterwards(*survivor, unit));
        match kept {
            None => self.object(format!("nobody takes over record {id}")),
            Some((survivor, kept)) => self.taken_over(record, contact, survivor, &kept),
        }
    }

    /// All that a removed record alone knew must be in the one that stays.
    fn taken_over(
        &mut self,
        record: &Record,
        contact: ContactId,
        survivor: RecordId,
        kept: &Record,
    ) {
        let id = record.id;
        if survivor == id {
            return self.object(format!("record {id} would be removed in favor of itself"));
        }
        let given = self.given_of(contact, id);
        let email = |email| given.is_some_and(|given| given.emails.iter().any(|one| one.is(email)));
        let phone = |phone| given.is_some_and(|given| given.phones.iter().any(|one| one.is(phone)));
        let mut lost = Vec::new();
        let emails = record.emails.iter().filter(|one| !email(one));
        if !emails
            .into_iter()
            .all(|one| kept.emails.iter().any(|kept| kept.is(one)))
        {
            lost.push("contact-emails");
        }
        let phones = record.phones.iter().filter(|one| !phone(one));
        if !phones
            .into_iter()
            .all(|one| kept.phones.iter().any(|kept| kept.is(one)))
        {
            lost.push("contact-phones");
        }
        let notes = Reading::of(kept.notes.as_ref());
        let theirs = Reading::of(record.notes.as_ref());
        if !notes.has_all_of(&theirs) || theirs.shows_files() {
            lost.push("notes");
        }
        let title = record.title.as_ref().map_or("", Private::reveal).trim();
        let kept_title = kept.title.as_ref().map_or("", Private::reveal).trim();
        if title != kept_title && !notes.says(title) {
            lost.push("title");
        }
        if !lost.is_empty() {
            self.object(format!(
                "{} of record {id} would be lost with it",
                lost.join(", ")
            ));
        }
    }

    fn create_type(&mut self, name: &str) {
        let rules = &self.rules.itglue;
        let is_known =
            |types: &Vec<model::itglue::ContactType>| types.iter().any(|each| each.name == name);
        let is_missing = self
            .now
            .types
            .as_ref()
            .is_some_and(|types| !is_known(types));
        if !rules.create_types || name != rules.inactive_type || !is_missing {
            self.object(format!("the type \"{name}\" is not to be created"));
        }
    }

    fn in_place(&mut self, organization: OrganizationId) {
        let place = self.now.standing_place().map(Place::ItGlue);
        let place = place.or(self.plan.place);
        if place != Some(Place::ItGlue(organization)) {
            self.object(format!("organization {organization} is not the company's"));
        }
    }

    /// The record of a contact as it will be after a unit of the plan.
    fn afterwards(&self, contact: ContactId, unit: u32) -> Option<(RecordId, Record)> {
        let planned = self
            .plan
            .map
            .iter()
            .rev()
            .find_map(|change| match &change.line {
                Line::Is(link) if change.contact == contact => Some(link),
                _ => None,
            });
        let link = planned.or_else(|| self.links_of(contact).first().copied())?;
        let Mirrored::ItGlue { id, .. } = link.record else {
            return None;
        };
        let mut record = self.record(id)?.clone();
        for change in &self.plan.plan.changes {
            if let Action::Mirror {
                call:
                    Call::ItGlue(ItGlueCall::Update {
                        record: of,
                        change: edits,
                    }),
                ..
            } = &change.action
                && *of == id
                && change.unit == unit
            {
                record = edits.applied_to(&record);
            }
        }
        Some((id, record))
    }

    fn record(&self, id: RecordId) -> Option<&'s Record> {
        self.records.get(&id).copied()
    }

    fn links(&self) -> impl Iterator<Item = &'s Link> {
        let now = self.now;
        now.every_line()
    }

    fn links_of(&self, contact: ContactId) -> Vec<&'s Link> {
        self.links()
            .filter(|link| link.contact == contact)
            .collect()
    }

    /// The contacts whose record it is by the map.
    fn claimants(&self, id: RecordId) -> BTreeSet<ContactId> {
        let links = self.links().filter(|link| is_link_to(link, id));
        links.map(|link| link.contact).collect()
    }

    /// The contacts whose record it is to be.
    fn planned_for(&self, id: RecordId) -> impl Iterator<Item = ContactId> {
        self.plan
            .map
            .iter()
            .filter_map(move |change| match &change.line {
                Line::Is(link) if is_link_to(link, id) => Some(change.contact),
                _ => None,
            })
    }

    fn given_to(&self, id: RecordId) -> Vec<&'s Fields> {
        let given = |link: &'s Link| match &link.record {
            Mirrored::ItGlue { id: of, given } if *of == id => given.as_ref(),
            _ => None,
        };
        self.links().filter_map(given).collect()
    }

    fn given_of(&self, contact: ContactId, id: RecordId) -> Option<&'s Fields> {
        let given = |link: &'s Link| match &link.record {
            Mirrored::ItGlue { id: of, given } if *of == id && link.contact == contact => {
                given.as_ref()
            }
            _ => None,
        };
        self.links().find_map(given)
    }

    /// The id that a contact has now.
    fn present(&self, contact: ContactId) -> ContactId {
        self.newest.get(&contact).copied().unwrap_or(contact)
    }

    fn is_there(&self, contact: ContactId) -> bool {
        self.now.contacts.contains_key(&contact)
    }

    /// Whether a contact may have a record of its own: it was not merged away, and is not known to be gone.
    fn may_be_owner(&self, contact: ContactId) -> bool {
        !self.merged.contains_key(&contact) && !self.now.is_gone(contact)
    }

    fn here(&self, contact: ContactId) -> Option<&'s Contact> {
        let living = self.now.contacts.get(&contact)?;
        (living.company == Some(self.now.company.id)).then_some(living)
    }

    fn object(&mut self, words: String) {
        self.objections.push(words);
    }
}

fn is_link_to(link: &Link, id: RecordId) -> bool {
    matches!(link.record, Mirrored::ItGlue { id: of, .. } if of == id)
}

/// Whether a record has the name of a contact, however it is typed, and an address of it.
fn is_same_person(record: &Record, contact: &Contact) -> bool {
    let name = |first: &Private, last: &Private| {
        let words = |name: &Private| {
            name.reveal()
                .to_lowercase()
                .replace(char::is_whitespace, " ")
        };
        [first, last].map(|one| {
            words(one)
                .split(' ')
                .filter(|word| !word.is_empty())
                .collect::<String>()
        })
    };
    let addresses = record.emails.iter().filter_map(|email| email.address());
    let theirs: Vec<model::Email> = contact
        .emails()
        .into_iter()
        .map(|(email, _)| email)
        .collect();
    let mut shared = addresses.filter(|address| theirs.contains(address));
    name(&record.first_name, &record.last_name) == name(&contact.first_name, &contact.last_name)
        && shared.next().is_some()
}
