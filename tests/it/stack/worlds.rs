//! Worlds smaller than the example tenant.

use std::sync::LazyLock;

use sandbox::seed::CATCH_ALL;
use sandbox::{Kind, World};
use serde_json::{Value, json};

/// Quarry Lane: the only company of the small worlds.
pub(crate) const QUARRY_LANE: u32 = 500;
/// Its default contact, with nothing remarkable about it.
pub(crate) const QUARRY_DEFAULT: u32 = 50_001;
/// A contact with a portal login of level 3, and no email.
pub(crate) const QUARRY_LOGIN: u32 = 50_002;
/// The one whom a merge deletes, after it was default and billing contact.
pub(crate) const LOSER: u32 = 50_010;
/// The one whom a merge keeps.
pub(crate) const SURVIVOR: u32 = 50_011;
/// A colleague whose manager and assistant is the loser.
pub(crate) const COLLEAGUE: u32 = 50_012;
/// The label that the small worlds keep on the default contact.
pub(crate) const PRIMARY: u32 = 9;

/// The example tenant without the thousands of its catch-all company, which take their time.
pub(crate) fn tenant() -> World {
    static TENANT: LazyLock<World> = LazyLock::new(|| {
        let saved = World::example().to_json().unwrap();
        let mut saved: Value = serde_json::from_str(&saved).unwrap();
        let contacts = saved["tables"]["contact"].as_object_mut().unwrap();
        contacts.retain(|_, contact| contact["company"]["id"] != CATCH_ALL);
        World::from_json(&saved.to_string()).unwrap()
    });
    TENANT.clone()
}

/// Quarry Lane with its default contact: all in order.
pub(crate) fn office() -> World {
    let mut world = World::empty();
    world.add_company(
        json!({ "id": QUARRY_LANE, "identifier": "QuarryLane", "name": "Quarry Lane" }),
    );
    world.add_contact(json!({
        "id": QUARRY_DEFAULT, "firstName": "Ottilie", "lastName": "Marsh", "company": { "id": QUARRY_LANE },
        "defaultFlag": true, "types": [{ "id": PRIMARY }],
        "communicationItems": [email("ottilie.marsh@quarrylane.example", true)],
    }));
    world
}

/// Quarry Lane with a portal login that has a phone and no email.
pub(crate) fn office_with_login() -> World {
    let mut world = office();
    world.add_contact(json!({
        "id": QUARRY_LOGIN, "firstName": "Bruno", "lastName": "Paz", "company": { "id": QUARRY_LANE },
        "disablePortalLoginFlag": false, "portalSecurityLevel": 3,
        "communicationItems": [phone("2185550160", None)],
    }));
    world
}

/// Quarry Lane with its default contact, and a colleague with a login and an email who could succeed it.
pub(crate) fn office_to_succeed() -> World {
    let mut world = office();
    world.add_contact(json!({
        "id": COLLEAGUE, "firstName": "Bruno", "lastName": "Paz", "company": { "id": QUARRY_LANE },
        "disablePortalLoginFlag": false, "portalSecurityLevel": 3,
        "communicationItems": [email("bruno.paz@quarrylane.example", true)],
    }));
    world
}

/// Quarry Lane with one person in two records, of which the one to go has everything that a contact can have:
/// it is inactive, and the default and billing contact.
pub(crate) fn everything_to_merge() -> World {
    let mut world = World::empty();
    let company = json!({ "id": QUARRY_LANE });
    world.add_company(
        json!({ "id": QUARRY_LANE, "identifier": "QuarryLane", "name": "Quarry Lane" }),
    );
    world.add_custom_field(Kind::Contact, custom_field(15, "crm_id"));
    world.add_custom_field(Kind::Contact, custom_field(16, "badge"));
    world.add_contact(json!({
        "id": LOSER, "firstName": "Zelda", "lastName": "Quist", "company": company, "inactiveFlag": true,
        "defaultFlag": true, "defaultBillingFlag": true, "types": [{ "id": PRIMARY }, { "id": 2 }],
        "title": "Buyer", "nickName": "Zee", "addressLine1": "3 Mill Row", "city": "Duluth", "state": "MN", "zip": "55802",
        "userDefinedField3": "desk 12",
        "customFields": [{ "id": 15, "value": 77 }, { "id": 16, "value": 1 }],
        "communicationItems": [
            email("zelda.quist@quarrylane.example", true),
            email("zelda@home.example", false),
            phone("2185550161", Some("7")),
            { "type": { "id": 3 }, "value": "2185550162", "defaultFlag": true },
        ],
    }));
    world.add_contact(json!({
        "id": SURVIVOR, "firstName": "Zelda", "lastName": "Quist", "company": company, "types": [{ "id": 3 }],
        "title": "Head of Purchasing", "customFields": [{ "id": 16, "value": 2 }],
        "communicationItems": [email("zelda.quist@quarrylane.example", true), phone("2185550163", None)],
    }));
    world.add_contact(json!({
        "id": COLLEAGUE, "firstName": "Bruno", "lastName": "Paz", "company": company,
        "managerContact": { "id": LOSER }, "assistantContact": { "id": LOSER },
        "communicationItems": [email("bruno.paz@quarrylane.example", true)],
    }));
    for (contact, text) in [
        (LOSER, "Call after ten."),
        (LOSER, "Asked for a quote."),
        (SURVIVOR, "Pays on time."),
    ] {
        let note = json!({ "contactId": contact, "text": text, "type": { "id": 1 } });
        world.add(Kind::Note, note);
    }
    for (group, contact) in [(1, LOSER), (2, LOSER), (2, SURVIVOR)] {
        let membership = json!({
            "group": { "id": group }, "contact": { "id": contact },
            "description": "by request", "unsubscribeFlag": group == 1,
        });
        world.add(Kind::GroupMembership, membership);
    }
    for (kind, words, fields) in REFERENCES {
        let mut record = json!({ "company": company });
        record[words] = json!("Work of Quarry Lane");
        for field in fields {
            record[field] = json!({ "id": LOSER });
        }
        world.add(kind, record);
    }
    world
}

/// The kinds of record that point at contacts and can be pointed elsewhere, with the field that names them, and
/// those that point.
pub(crate) const REFERENCES: [(Kind, &str, &[&str]); 9] = [
    (Kind::ServiceTicket, "summary", &["contact"]),
    (Kind::ProjectTicket, "summary", &["contact"]),
    (Kind::Activity, "name", &["contact"]),
    (
        Kind::Opportunity,
        "name",
        &[
            "contact",
            "shipToContact",
            "billToContact",
            "technicalContact",
        ],
    ),
    (
        Kind::Project,
        "name",
        &["contact", "billToContact", "shipToContact"],
    ),
    (Kind::Configuration, "name", &["contact"]),
    (
        Kind::Agreement,
        "name",
        &["contact", "billToContact", "subContractContact"],
    ),
    (
        Kind::SalesOrder,
        "name",
        &["contact", "shipToContact", "billToContact"],
    ),
    (
        Kind::PurchaseOrder,
        "name",
        &["customerContact", "vendorContact"],
    ),
];

/// A person of Quarry Lane with addresses and numbers: the name, emails, and the types and digits of phones.
pub(crate) type Person<'a> = (&'a str, &'a str, &'a [&'a str], &'a [(u32, &'a str)]);

/// The type of a phone on a desk, and of one in a pocket.
pub(crate) const DIRECT: u32 = 2;
pub(crate) const MOBILE: u32 = 4;

/// Adds people to Quarry Lane, with ids from this one on.
pub(crate) fn add_people(world: &mut World, first_id: u32, people: &[Person<'_>]) {
    for (id, (first, last, emails, phones)) in (first_id..).zip(people) {
        let emails = emails.iter().map(|address| email(address, true));
        let phones = phones.iter().map(|(kind, number)| {
            json!({ "type": { "id": kind }, "value": number, "defaultFlag": true })
        });
        world.add_contact(json!({
            "id": id, "firstName": first, "lastName": last, "company": { "id": QUARRY_LANE },
            "communicationItems": emails.chain(phones).collect::<Vec<_>>(),
        }));
    }
}

/// A company of so many people, too many to be read at once: nobody has a login, and the first is the default.
/// The last two are one person.
pub(crate) fn crowd(size: u32) -> World {
    let mut world = World::empty();
    world.add_company(
        json!({ "id": QUARRY_LANE, "identifier": "QuarryLane", "name": "Quarry Lane" }),
    );
    for at in 1..=size {
        let person = if at == size { at - 1 } else { at };
        let types = if at == 1 {
            json!([{ "id": PRIMARY }])
        } else {
            json!([])
        };
        let address = format!("{}@quarrylane.example", letters(person));
        world.add_contact(json!({
            "id": 50_000 + at, "firstName": "Person", "lastName": letters(person),
            "company": { "id": QUARRY_LANE }, "defaultFlag": at == 1, "types": types,
            "communicationItems": [email(&address, true)],
        }));
    }
    world
}

/// A number as a name: names of digits are no names.
pub(crate) fn letters(number: u32) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| {
            ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu"][usize::from(digit - b'0')]
        })
        .collect()
}

fn custom_field(id: u32, caption: &str) -> Value {
    json!({ "id": id, "caption": caption, "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0 })
}

pub(crate) fn email(address: &str, default: bool) -> Value {
    json!({ "type": { "id": 1 }, "value": address, "defaultFlag": default })
}

fn phone(number: &str, extension: Option<&str>) -> Value {
    let mut item = json!({ "type": { "id": 2 }, "value": number, "defaultFlag": true });
    if let Some(extension) = extension {
        item["extension"] = json!(extension);
    }
    item
}
