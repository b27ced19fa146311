//! What there is to carry to a mirror.

use policy::Rules;
use policy::rules::{Deactivated, MergeMethod};
use sandbox::itglue::{Contact, LabelType, Organization, Phone, PsaLink};
use sandbox::{World, growcrm, itglue};
use serde_json::{Value, json};

use crate::stack::mirrored::Mirrored;
use crate::stack::worlds::{DIRECT, MOBILE, QUARRY_DEFAULT, QUARRY_LANE, add_people, office};
use crate::stack::{enforced, id};

const BRUNO: u32 = 50_020;
const ZELDA: u32 = 50_021;
/// Zelda once more, under another address.
const ZELDA_AGAIN: u32 = 50_022;

/// A tenant in order, and what happens then.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    world: fn() -> World,
    rules: fn() -> Rules,
    growcrm: fn() -> growcrm::Account,
    /// Whether the mirror has everybody already.
    pub(super) known: bool,
    /// What people do then, there and in the mirrors. Answers with the contacts that the PSA tells of.
    pub(super) then: fn(&Mirrored) -> Vec<u32>,
}

/// Everybody is in the mirrors, and nothing happens.
const KNOWN: Scenario = Scenario {
    name: "",
    world: two_colleagues,
    rules: enforced,
    growcrm: one_client,
    known: true,
    then: |_| Vec::new(),
};

pub(super) const CREATION: Scenario = Scenario {
    name: "creation",
    then: |tenant| {
        let new = tenant.stack.person(
            "POST",
            "/company/contacts",
            json!({
                "firstName": "Imogen", "lastName": "Varga", "company": { "id": QUARRY_LANE }, "title": "Clerk",
                "communicationItems": [
                    { "type": { "id": 1 }, "value": "imogen.varga@quarrylane.example", "defaultFlag": true },
                    { "type": { "id": DIRECT }, "value": "2185550164", "defaultFlag": true },
                ],
            }),
        );
        vec![id(&new["id"]).unwrap()]
    },
    ..KNOWN
};

pub(super) const UPDATE: Scenario = Scenario {
    name: "update",
    then: |tenant| {
        noted_by_hand(tenant, "Bruno");
        let changes = [
            ("title", json!("Controller")),
            ("lastName", json!("Paz-Moreau")),
        ];
        tenant.stack.person_sets(BRUNO, &changes);
        vec![BRUNO]
    },
    ..KNOWN
};

pub(super) const ADDRESS: Scenario = Scenario {
    name: "change of address",
    then: |tenant| {
        noted_by_hand(tenant, "Bruno");
        address(tenant, BRUNO, "b.paz@quarrylane.example");
        vec![BRUNO]
    },
    ..KNOWN
};

pub(super) const SWAP: Scenario = Scenario {
    name: "swap of addresses",
    then: |tenant| {
        noted_by_hand(tenant, "Bruno");
        address(tenant, BRUNO, "zelda.quist@quarrylane.example");
        address(tenant, ZELDA, "bruno.paz@quarrylane.example");
        vec![BRUNO, ZELDA]
    },
    ..KNOWN
};

pub(super) const MERGE: Scenario = Scenario {
    name: "merge",
    world: one_of_them_twice,
    then: |tenant| {
        noted_by_hand(tenant, "Zelda");
        vec![ZELDA_AGAIN]
    },
    ..KNOWN
};

pub(super) const CAREFUL_MERGE: Scenario = Scenario {
    name: "careful merge",
    rules: || {
        let mut rules = enforced();
        rules.merge.method = MergeMethod::Retire;
        rules
    },
    ..MERGE
};

pub(super) const DEACTIVATION: Scenario = Scenario {
    name: "deactivation",
    then: |tenant| {
        noted_by_hand(tenant, "Bruno");
        let inactive = [("inactiveFlag", json!(true))];
        tenant.stack.person_sets(BRUNO, &inactive);
        vec![BRUNO]
    },
    ..KNOWN
};

/// One leaves, of which a person is told once, and another one is written to.
pub(super) const FAREWELL: Scenario = Scenario {
    name: "farewell",
    rules: || {
        let mut rules = enforced();
        rules.growcrm.deactivated = Deactivated::Report;
        rules
    },
    then: |tenant| {
        let inactive = [("inactiveFlag", json!(true))];
        tenant.stack.person_sets(BRUNO, &inactive);
        let changes = [("title", json!("Controller"))];
        tenant.stack.person_sets(ZELDA, &changes);
        vec![BRUNO, ZELDA]
    },
    ..KNOWN
};

pub(super) const OWNER: Scenario = Scenario {
    name: "another account owner",
    then: |tenant| {
        let path = format!("/company/companies/{QUARRY_LANE}");
        let default =
            json!([{ "op": "replace", "path": "defaultContact", "value": { "id": BRUNO } }]);
        tenant.stack.person("PATCH", &path, default);
        Vec::new()
    },
    ..KNOWN
};

pub(super) const SUCCESSION: Scenario = Scenario {
    name: "an account owner leaves",
    then: |tenant| {
        let inactive = [("inactiveFlag", json!(true))];
        tenant.stack.person_sets(QUARRY_DEFAULT, &inactive);
        vec![QUARRY_DEFAULT]
    },
    ..KNOWN
};

pub(super) const POPULATION: Scenario = Scenario {
    name: "first population",
    rules: || {
        let mut rules = enforced();
        rules.growcrm.create_clients = true;
        rules
    },
    growcrm: growcrm::Account::empty,
    known: false,
    ..KNOWN
};

/// All that differs is kept from us, but for our line in the notes, which somebody took out.
pub(super) const SYNCED: Scenario = Scenario {
    name: "a record of the native sync",
    then: |tenant| {
        edit(tenant, "Bruno", |record| {
            record.psa_link = Some(PsaLink::synced(BRUNO));
            record.notes = Some("Has the key to the server room.".to_owned());
        });
        let changes = [("title", json!("Controller"))];
        tenant.stack.person_sets(BRUNO, &changes);
        vec![BRUNO]
    },
    ..KNOWN
};

pub(super) const LOCKED: Scenario = Scenario {
    name: "locked addresses",
    then: |tenant| {
        edit(tenant, "Bruno", |record| record.email_lock = true);
        let changes = [("title", json!("Controller"))];
        tenant.stack.person_sets(BRUNO, &changes);
        address(tenant, BRUNO, "b.paz@quarrylane.example");
        vec![BRUNO]
    },
    ..KNOWN
};

impl Scenario {
    /// Makes a tenant what it was before anything happened.
    pub(super) fn set(&self, tenant: &mut Mirrored) {
        let mut itglue = itglue::Account::empty();
        itglue.add_organization(Organization::new("Quarry Lane").with_short_name("QuarryLane"));
        tenant.renew((self.world)(), (self.rules)(), itglue, (self.growcrm)());
    }
}

fn one_client() -> growcrm::Account {
    let mut account = growcrm::Account::empty();
    let tag = format!("cw-company-{QUARRY_LANE}");
    account.add_client(growcrm::Client::new("Quarry Lane").with_tag(&tag));
    account
}

fn two_colleagues() -> World {
    let mut world = office();
    let people = [
        (
            "Bruno",
            "Paz",
            &["bruno.paz@quarrylane.example"][..],
            &[(DIRECT, "2185550160")][..],
        ),
        (
            "Zelda",
            "Quist",
            &["zelda.quist@quarrylane.example"],
            &[(MOBILE, "2185550163")],
        ),
    ];
    add_people(&mut world, BRUNO, &people);
    world
}

fn one_of_them_twice() -> World {
    let mut world = two_colleagues();
    let email = |address: &str, default: bool| json!({ "type": { "id": 1 }, "value": address, "defaultFlag": default });
    world.add_contact(json!({
        "id": ZELDA_AGAIN, "firstName": "Zelda", "lastName": "Quist", "company": { "id": QUARRY_LANE },
        "title": "Buyer",
        "communicationItems": [
            email("zelda@home.example", true), email("zelda.quist@quarrylane.example", false),
            { "type": { "id": DIRECT }, "value": "2185550162", "defaultFlag": true },
        ],
    }));
    world
}

/// A person changes the default address of a contact.
fn address(tenant: &Mirrored, contact: u32, address: &str) {
    let record = tenant.stack.contact(contact);
    let items = record["communicationItems"].as_array().unwrap().iter();
    let is_default =
        |item: &&Value| item["communicationType"] == "Email" && item["defaultFlag"] == true;
    let item = items.clone().find(is_default).unwrap();
    let path = format!("/company/contacts/{contact}/communications/{}", item["id"]);
    let change = json!([{ "op": "replace", "path": "value", "value": address }]);
    tenant.stack.person("PATCH", &path, change);
}

/// Somebody adds to the records of this first name in IT Glue what nobody else knows.
fn noted_by_hand(tenant: &Mirrored, first: &str) {
    let mut number = 0;
    edit(tenant, first, |record| {
        number += 1;
        record.phones.push(Phone {
            value: format!("320555010{number}"),
            extension: None,
            label_name: "Garage".to_owned(),
            label_type: LabelType::Phone,
            primary: false,
        });
        record.emails.push(itglue::Email {
            value: format!("{first}.{number}@known.example"),
            label_name: "Private".to_owned(),
            primary: false,
        });
        let notes = record.notes.take().unwrap_or_default();
        record.notes = Some(format!("Prefers the side door {number}.\n{notes}"));
    });
}

fn edit(tenant: &Mirrored, first: &str, mut edit: impl FnMut(&mut Contact)) {
    let account = tenant.itglue.world();
    let mut account = account.lock();
    let of_that_name = |record: &&mut Contact| record.first_name.as_deref() == Some(first);
    for record in account.contacts.values_mut().filter(of_that_name) {
        edit(record);
    }
}
