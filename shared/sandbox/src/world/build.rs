//! Building a world record by record, for tests and the seed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::World;
use crate::{
    clock,
    connectwise::{SigningKeys, check, communications, contacts, write},
    deliver::DeliveryModes,
    kind::Kind,
    record::{self, Record},
    switches::Switches,
    tenant::{Member, PERSON, Tenant},
};

impl World {
    /// A PSA with nobody in it: only the catalogs that every instance has (types of communication, contact
    /// types, portal levels and so on).
    pub fn empty() -> World {
        let mut world = World {
            now: clock::START,
            tenant: Tenant::default(),
            members: Member::usual(),
            switches: Switches::default(),
            faults: Vec::new(),
            refusals: Vec::new(),
            delivery: DeliveryModes::default(),
            mails: Vec::new(),
            outbox: Vec::new(),
            scenes_played: BTreeSet::new(),
            signing: SigningKeys::default(),
            deliveries: 0,
            health: BTreeMap::new(),
            custom_fields: BTreeMap::new(),
            tables: BTreeMap::new(),
            last_ids: BTreeMap::new(),
            serial: 0,
        };
        crate::seed::catalogs(&mut world);
        world
    }

    /// Adds a company and answers with its id, given or new.
    ///
    /// # Panics
    ///
    /// When the object has a field that companies don't have, or a value of the wrong type.
    pub fn add_company(&mut self, company: Value) -> u32 {
        self.add(Kind::Company, company)
    }

    /// Adds a contact and answers with its id, given or new.
    ///
    /// Beside the fields that the API takes on a POST, `types` may be given as the API shows it, and
    /// `_info`. Communication items get ids where they have none.
    ///
    /// # Panics
    ///
    /// When the object has a field that contacts don't have, or a value of the wrong type.
    pub fn add_contact(&mut self, contact: Value) -> u32 {
        self.add(Kind::Contact, contact)
    }

    /// Adds a record of any kind, without a callback, and answers with its id, given or new.
    ///
    /// Fields that only the server writes may be given too: `id`, `contactId`, `_info` and so on.
    ///
    /// # Panics
    ///
    /// When the object has a field that the kind doesn't have, or a value of the wrong type.
    pub fn add(&mut self, kind: Kind, value: Value) -> u32 {
        let Value::Object(mut given) = value else {
            panic!("a {} is a JSON object", kind.spec().title)
        };
        let types = given.remove("types").filter(|_| kind == Kind::Contact);
        let info = given.remove("_info");
        let mut record = match check::body(self, kind, given, check::Purpose::Build) {
            Ok(record) => record,
            Err(error) => panic!("cannot add a {}: {error}", kind.spec().title),
        };
        let id = record
            .remove("id")
            .as_ref()
            .and_then(record::id_in)
            .unwrap_or_else(|| self.next_id(kind));
        let extras = contacts::Extras::take(kind, &mut record);
        write::defaults(self, kind, &mut record, PERSON);
        if kind == Kind::Contact {
            communications::number(self, &mut record);
        }
        record.insert(
            "_info".to_owned(),
            info.unwrap_or_else(|| self.stamp(PERSON)),
        );
        self.put(kind, id, record);
        extras.set_flags(self, id);
        for each in types
            .as_ref()
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
        {
            let of = each.get("id").cloned().unwrap_or_default();
            self.add(
                Kind::TypeAssociation,
                json!({ "type": { "id": of }, "contact": { "id": id } }),
            );
        }
        id
    }

    /// Declares a custom field of a kind; `definition` is an item of `customFields` without a value.
    ///
    /// # Panics
    ///
    /// When the definition isn't an object with an `id`.
    pub fn add_custom_field(&mut self, kind: Kind, definition: Value) {
        let definition: Record = match definition {
            Value::Object(definition) if definition.contains_key("id") => definition,
            _ => panic!("a custom field is a JSON object with an id"),
        };
        self.custom_fields.entry(kind).or_default().push(definition);
    }

    /// Adds a callback entry for `type`, level `owner`, of the product's member, and answers with its id.
    pub fn add_callback(&mut self, url: &str, r#type: &str) -> u32 {
        let member = self
            .member(crate::tenant::API_MEMBER)
            .map_or(0, |member| member.id);
        let callback = json!({
            "url": url, "type": r#type, "level": "owner", "objectId": 1, "memberId": member,
            "description": "contact policy",
        });
        self.add(Kind::Callback, callback)
    }
}
