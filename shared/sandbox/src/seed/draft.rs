//! Writing down the people of the example tenant in few words.

use serde_json::{Value, json};

use super::names;
use crate::{kind::Kind, world::World};

/// The type label that this tenant keeps on primary contacts.
pub(super) const PRIMARY: u32 = 9;

/// A company under construction: who works there, and how they are reached.
pub(super) struct Company {
    pub(super) id: u32,
    domain: &'static str,
}

impl Company {
    /// Adds a company. Its mail domain is `domain`, and the id of its first contact is a hundred times its own
    /// plus one.
    pub(super) fn new(
        world: &mut World,
        id: u32,
        identifier: &str,
        name: &str,
        domain: &'static str,
    ) -> Company {
        let (city, state, zip) = match id % 3 {
            0 => ("Chicago", "IL", "60601"),
            1 => ("Duluth", "MN", "55802"),
            _ => ("Toledo", "OH", "43604"),
        };
        world.add_company(json!({
            "id": id, "identifier": identifier, "name": name, "status": { "id": 1, "name": "Active" },
            "addressLine1": format!("{} Main Street", id % 90 + 1), "city": city, "state": state, "zip": zip,
            "phoneNumber": format!("312555{id:04}"), "territory": { "id": 38, "name": "Midwest" },
            "site": { "id": id + 400, "name": "Main" }, "types": [{ "id": 1, "name": "Client" }],
            "website": format!("https://www.{domain}"),
            "_info": { "lastUpdated": "2026-02-02T09:00:00Z", "updatedBy": "jharper" },
        }));
        Company { id, domain }
    }

    /// A company that is there already.
    pub(super) fn existing(id: u32, domain: &'static str) -> Company {
        Company { id, domain }
    }

    /// Somebody who works there. Without further words: active, no portal login, not reachable.
    pub(super) fn person(&self, id: u32, first: &str, last: &str) -> Person {
        let day = id % 27 + 1;
        Person {
            domain: self.domain,
            contact: json!({
                "id": id, "firstName": first, "company": { "id": self.id }, "communicationItems": [], "types": [],
                "relationship": { "id": 1 },
                "_info": { "lastUpdated": format!("2026-02-{day:02}T10:30:00Z"), "updatedBy": "jharper" },
            }),
        }
        .with("lastName", if last.is_empty() { Value::Null } else { json!(last) })
    }

    /// So many colleagues about whom nothing is remarkable, with the ids from `from` on.
    pub(super) fn colleagues(&self, world: &mut World, from: u32, count: u32) {
        for (id, at) in (from..from + count).zip(0_usize..) {
            let turn = usize::try_from(self.id).unwrap_or_default();
            let first = names::FIRST[(turn * 7 + at) % names::FIRST.len()];
            let last = names::LAST[(turn * 11 + at) % names::LAST.len()];
            let title = names::TITLES[(turn + at) % names::TITLES.len()];
            let person = self
                .person(id, first, last)
                .title(title)
                .own_email()
                .phone(&names::phone(id % 5000));
            let person = if at % 3 == 0 {
                person.portal(1)
            } else {
                person
            };
            person.add(world);
        }
    }
}

/// Somebody under construction.
pub(super) struct Person {
    domain: &'static str,
    contact: Value,
}

impl Person {
    /// With a field of the contact.
    pub(super) fn with(mut self, field: &str, value: Value) -> Person {
        self.contact[field] = value;
        self
    }

    pub(super) fn title(self, title: &str) -> Person {
        self.with("title", json!(title))
    }

    /// With a portal login of that level.
    pub(super) fn portal(self, level: u32) -> Person {
        self.with("disablePortalLoginFlag", json!(false))
            .with("portalSecurityLevel", json!(level))
    }

    pub(super) fn inactive(self) -> Person {
        self.with("inactiveFlag", json!(true))
    }

    /// As the company's default contact, with the tenant's label for it.
    pub(super) fn primary(self) -> Person {
        self.with("defaultFlag", json!(true)).label(PRIMARY)
    }

    /// With a type label.
    pub(super) fn label(self, id: u32) -> Person {
        self.push("types", json!({ "id": id }))
    }

    /// With `first.last` at the company's domain.
    pub(super) fn own_email(self) -> Person {
        let word = |field: &str| {
            self.contact[field]
                .as_str()
                .unwrap_or_default()
                .to_lowercase()
                .replace(['\'', ' '], "")
        };
        let address = format!("{}.{}@{}", word("firstName"), word("lastName"), self.domain);
        self.email(&address)
    }

    /// With an address, which is the default.
    pub(super) fn email(self, address: &str) -> Person {
        self.item(1, address, true)
    }

    /// With an address that isn't the default.
    pub(super) fn other_email(self, address: &str) -> Person {
        self.item(1, address, false)
    }

    /// With a direct line, which is the default phone.
    pub(super) fn phone(self, number: &str) -> Person {
        self.item(2, number, true)
    }

    /// With a mobile phone that isn't the default phone.
    pub(super) fn mobile(self, number: &str) -> Person {
        self.item(4, number, false)
    }

    /// As the email connector makes contacts: later than everybody else.
    pub(super) fn made_by_connector(self) -> Person {
        self.with(
            "_info",
            json!({ "lastUpdated": "2026-03-02T07:45:00Z", "updatedBy": "emailconnector" }),
        )
    }

    pub(super) fn add(self, world: &mut World) {
        world.add_contact(self.contact);
    }

    fn item(self, of: u32, value: &str, default: bool) -> Person {
        self.push(
            "communicationItems",
            json!({ "type": { "id": of }, "value": value, "defaultFlag": default }),
        )
    }

    fn push(mut self, field: &str, value: Value) -> Person {
        if let Value::Array(all) = &mut self.contact[field] {
            all.push(value);
        }
        self
    }
}

/// Adds a record that refers to a contact and its company.
pub(super) fn record_of(world: &mut World, kind: Kind, contact: u32, words: &str) -> u32 {
    let company = world
        .contact(contact)
        .map(|contact| contact["company"]["id"].clone())
        .unwrap_or_default();
    let mut record = json!({ "company": { "id": company }, "contact": { "id": contact } });
    record[kind.spec().label] = json!(words);
    if kind.spec().field("status").is_some() {
        record["status"] = json!({ "id": 1, "name": "Open" });
    }
    world.add(kind, record)
}
