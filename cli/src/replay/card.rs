//! A record as a person reads it.

use std::collections::BTreeMap;

use sandbox::{Kind, World};
use serde::Serialize;
use serde_json::Value;

/// The lines of a record: what it is called, and what it says. Lines that say nothing are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Card(pub BTreeMap<String, String>);

/// Records that point at a contact, as the card names them.
const POINTING: [(Kind, &str); 8] = [
    (Kind::ServiceTicket, "service tickets"),
    (Kind::ProjectTicket, "project tickets"),
    (Kind::Activity, "activities"),
    (Kind::Opportunity, "opportunities"),
    (Kind::Project, "projects"),
    (Kind::Configuration, "configurations"),
    (Kind::Agreement, "agreements"),
    (Kind::SalesOrder, "sales orders"),
];

/// Properties that say nothing to a person, or are shown in another way.
const LEFT_OUT: [&str; 22] = [
    "_info",
    "id",
    "firstName",
    "lastName",
    "communicationItems",
    "types",
    "customFields",
    "disablePortalLoginFlag",
    "portalSecurityLevel",
    "inactiveFlag",
    "mobileGuid",
    "company",
    "site",
    "ignoreDuplicates",
    "marriedFlag",
    "childrenFlag",
    "unsubscribeFlag",
    "defaultPhoneType",
    "defaultPhoneNbr",
    "defaultPhoneExtension",
    "companyLocation",
    "relationship",
];

impl Card {
    /// The card of a contact or company, if it exists.
    pub(super) fn of(world: &World, kind: Kind, id: u32) -> Option<Self> {
        let record = world.get(kind, id)?;
        Some(Self(match kind {
            Kind::Company => company(&record),
            _ => contact(world, id, &record),
        }))
    }
}

fn company(record: &Value) -> BTreeMap<String, String> {
    let person = |field: &str| match &record[field] {
        Value::Null => "nobody".to_owned(),
        contact => format!("{} {}", contact["id"], text(&contact["name"])),
    };
    BTreeMap::from([
        ("name".to_owned(), text(&record["name"])),
        ("default contact".to_owned(), person("defaultContact")),
        ("billing contact".to_owned(), person("billingContact")),
    ])
}

fn contact(world: &World, id: u32, record: &Value) -> BTreeMap<String, String> {
    let mut card = BTreeMap::new();
    let name = format!(
        "{} {}",
        text(&record["firstName"]),
        text(&record["lastName"])
    );
    card.insert("name".to_owned(), name.trim().to_owned());
    let yes = |flag: &Value| flag.as_bool() == Some(true);
    let active = if yes(&record["inactiveFlag"]) {
        "no"
    } else {
        "yes"
    };
    card.insert("active".to_owned(), active.to_owned());
    let login = if yes(&record["disablePortalLoginFlag"]) {
        "off"
    } else {
        "on"
    };
    card.insert("portal login".to_owned(), login.to_owned());
    if let Some(level) = record["portalSecurityLevel"].as_i64() {
        card.insert("portal level".to_owned(), level.to_string());
    }
    for (kind, name) in [("Email", "emails"), ("Phone", "phones"), ("Fax", "faxes")] {
        let items: Vec<String> = list(&record["communicationItems"])
            .filter(|item| item["communicationType"] == kind)
            .map(|item| {
                let extension = text(&item["extension"]);
                let extension = if extension.is_empty() {
                    extension
                } else {
                    format!(" x{extension}")
                };
                let star = if yes(&item["defaultFlag"]) { " *" } else { "" };
                format!("{}{extension}{star}", text(&item["value"]))
            })
            .collect();
        card.insert(name.to_owned(), items.join(", "));
    }
    let types: Vec<String> = list(&record["types"])
        .map(|label| text(&label["name"]))
        .collect();
    card.insert("types".to_owned(), types.join(", "));
    for field in list(&record["customFields"]) {
        card.insert(text(&field["caption"]), text(&field["value"]));
    }
    for (field, value) in record.as_object().into_iter().flatten() {
        if !LEFT_OUT.contains(&field.as_str()) && !matches!(value, Value::Bool(false)) {
            card.insert(field.clone(), text(value));
        }
    }
    let of_contact = |kind, field: &'static str| {
        world
            .ids(kind)
            .into_iter()
            .filter_map(move |record| world.get(kind, record))
            .filter(move |record| record[field] == id || record[field]["id"] == id)
    };
    let notes: Vec<String> = of_contact(Kind::Note, "contactId")
        .map(|note| text(&note["text"]).replace('\n', " / "))
        .collect();
    let groups: Vec<String> = of_contact(Kind::GroupMembership, "contact")
        .map(|membership| text(&membership["group"]))
        .collect();
    card.insert("groups".to_owned(), groups.join(", "));
    card.insert("notes".to_owned(), notes.join(" | "));
    for (kind, name) in POINTING {
        let ids: Vec<String> = world
            .referring(kind, "contact", id)
            .into_iter()
            .map(|id| id.to_string())
            .collect();
        card.insert(name.to_owned(), ids.join(", "));
    }
    card.retain(|_, value| !value.is_empty());
    card
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Object(fields) => text(
            fields
                .get("name")
                .or_else(|| fields.get("id"))
                .unwrap_or(&Value::Null),
        ),
        other => other.to_string(),
    }
}
