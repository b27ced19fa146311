//! The state of the PSA: plain data, which a test or the embedder may build, edit, save and load.

mod build;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    clock,
    connectwise::{Event, Mail, SigningKeys},
    deliver::{DeliveryModes, Health},
    error::Error,
    fault::{Fault, Refusal},
    kind::Kind,
    record::{self, Record, Table},
    saved,
    switches::Switches,
    tenant::{Credentials, Member, Tenant},
};

/// A whole PSA.
///
/// It has no `Debug`: it is full of people's data, real people's when somebody loads their own.
#[derive(Clone, Serialize, Deserialize)]
pub struct World {
    /// What time it is in the world. Nothing but the embedder moves it.
    pub now: Timestamp,
    /// Whose PSA it is.
    pub tenant: Tenant,
    /// Who can work in it.
    pub members: Vec<Member>,
    /// How it behaves where the vendor's documentation is silent.
    #[serde(default)]
    pub switches: Switches,
    /// What goes wrong over HTTP, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Writes that are refused for good.
    #[serde(default)]
    pub refusals: Vec<Refusal>,
    /// How deliveries of callbacks misbehave.
    #[serde(default)]
    pub delivery: DeliveryModes,
    /// Mails that the portal sent.
    #[serde(default)]
    pub mails: Vec<Mail>,
    /// What happened to records and hasn't been delivered as callbacks yet.
    #[serde(default)]
    pub outbox: Vec<Event>,
    /// The scenes that were played.
    #[serde(default)]
    pub scenes_played: BTreeSet<String>,
    /// The keys that callbacks are signed with.
    pub signing: SigningKeys,
    /// How many deliveries there were, for the mode that drops some.
    #[serde(default)]
    pub(crate) deliveries: u64,
    /// The days on which deliveries to a callback entry failed.
    #[serde(default)]
    pub(crate) health: BTreeMap<u32, Health>,
    /// The custom fields that each kind has.
    custom_fields: BTreeMap<Kind, Vec<Record>>,
    tables: BTreeMap<Kind, Table>,
    /// The greatest id each kind ever had: ids of deleted records don't come back.
    last_ids: BTreeMap<Kind, u32>,
    serial: u64,
}

impl World {
    /// Moves the world's clock forward.
    pub fn advance(&mut self, seconds: u32) {
        clock::advance(&mut self.now, seconds);
    }

    /// What the product needs to call this PSA.
    pub fn credentials(&self) -> Credentials {
        self.credentials_of(crate::tenant::API_MEMBER)
    }

    /// What the member needs to call this PSA; keys that open nothing when there is no such member.
    pub fn credentials_of(&self, identifier: &str) -> Credentials {
        let (public_key, private_key) = self
            .member(identifier)
            .map(|member| (member.public_key.clone(), member.private_key.clone()))
            .unwrap_or_default();
        Credentials {
            company: self.tenant.login_company.clone(),
            public_key,
            private_key,
            client_id: self.tenant.client_id.clone(),
            member: identifier.to_owned(),
        }
    }

    /// Moves the PSA to another release: addresses with the old codebase answer 404 from now on.
    pub fn upgrade(&mut self, codebase: &str) {
        self.tenant.codebase = codebase.to_owned();
    }

    /// Starts signing callbacks with a new key; the old ones can still be fetched.
    pub fn rotate_key(&mut self) {
        self.signing.rotate();
    }

    /// The world as JSON.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON, which would be a defect of the sandbox.
    pub fn to_json(&self) -> Result<String, Error> {
        saved::to_json(self)
    }

    /// The world that [`World::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// When the text isn't such a world.
    pub fn from_json(text: &str) -> Result<World, Error> {
        saved::from_json(text)
    }

    /// Takes what happened since the last call, oldest first.
    pub fn take_outbox(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.outbox)
    }

    pub(crate) fn member(&self, identifier: &str) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.identifier == identifier)
    }

    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn next_id(&mut self, kind: Kind) -> u32 {
        let last = self.last_ids.entry(kind).or_default();
        *last += 1;
        *last
    }

    /// Puts a record into its table as it is.
    pub(crate) fn put(&mut self, kind: Kind, id: u32, record: Record) {
        self.reserve(kind, id);
        self.tables.entry(kind).or_default().insert(id, record);
    }

    /// Sees to it that `id` is never given to another record of that kind.
    pub(crate) fn reserve(&mut self, kind: Kind, id: u32) {
        let last = self.last_ids.entry(kind).or_default();
        *last = (*last).max(id);
    }

    /// Puts a record into its table, stamped with who changed it and when.
    pub(crate) fn put_stamped(&mut self, kind: Kind, id: u32, mut record: Record, member: &str) {
        record.insert("_info".to_owned(), self.stamp(member));
        self.put(kind, id, record);
    }

    /// The change stamps of a record.
    pub(crate) fn stamp(&self, member: &str) -> serde_json::Value {
        json!({ "lastUpdated": stamp_text(self.now), "updatedBy": member })
    }

    pub(crate) fn take(&mut self, kind: Kind, id: u32) -> Option<Record> {
        self.tables.get_mut(&kind)?.remove(&id)
    }

    pub(crate) fn table_mut(&mut self, kind: Kind) -> &mut Table {
        self.tables.entry(kind).or_default()
    }

    /// Changes a stored record in place, if there is one, and stamps it.
    pub(crate) fn edit(
        &mut self,
        kind: Kind,
        id: u32,
        member: &str,
        edit: impl FnOnce(&mut Record),
    ) {
        let stamp = self.stamp(member);
        if let Some(record) = self.table_mut(kind).get_mut(&id) {
            edit(record);
            record::set(record, "_info", stamp);
        }
    }
}

/// A moment in the spelling of `_info.lastUpdated`: whole seconds.
pub(crate) fn stamp_text(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empty_world_survives_saving_and_loading() {
        let world = World::empty();
        let text = world.to_json().unwrap();
        assert_eq!(World::from_json(&text).unwrap().to_json().unwrap(), text);
    }

    #[test]
    fn a_world_with_records_survives_saving_and_loading() {
        let mut world = World::empty();
        let company = world.add_company(json!({ "identifier": "Acme", "name": "Acme" }));
        world.add_contact(json!({ "firstName": "Ada", "company": { "id": company } }));
        world.faults.push(Fault::too_many_requests(30));
        world.rotate_key();
        let text = world.to_json().unwrap();
        let loaded = World::from_json(&text).unwrap();
        assert_eq!(loaded.to_json().unwrap(), text);
        assert_eq!(loaded.ids(Kind::Contact), world.ids(Kind::Contact));
    }

    #[test]
    fn what_is_no_world_is_refused_without_quoting_it() {
        let error = World::from_json("\n{\"now\":\"ada@example.com\"}")
            .err()
            .unwrap();
        let words = "read or write the saved world (line 2, column 24)";
        assert_eq!(error.to_string(), words);
        assert!(std::error::Error::source(&error).is_none());
    }

    #[test]
    fn the_clock_moves_only_when_told() {
        let mut world = World::empty();
        let before = world.now;
        world.advance(90);
        assert_eq!(world.now.as_second() - before.as_second(), 90);
    }

    #[test]
    fn an_id_is_never_given_twice() {
        let mut world = World::empty();
        let first = world.add_contact(json!({ "firstName": "Ada" }));
        world.take(Kind::Contact, first);
        assert!(world.add_contact(json!({ "firstName": "Bo" })) > first);
    }
}
