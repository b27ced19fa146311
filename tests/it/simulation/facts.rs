//! What contacts carry and what points at them, read from the raw world and by nobody else's code.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{API_MEMBER, Kind, World};
use serde_json::Value;

use crate::stack::id;
use crate::stack::worlds::{PRIMARY, REFERENCES};

/// One thing that a contact carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    /// An email, phone or fax: its kind, its value as it is compared, and the extension.
    Item(String, String, String),
    Label(u32),
    /// A group, and whether the contact has unsubscribed from it.
    Group(u32, bool),
    Note(String),
    /// A field of the record, with its value in words.
    Field(String, String),
    /// Marketing mail is not wanted.
    OptOut,
}

/// A contact as the PSA shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) facts: BTreeSet<Fact>,
    /// What we wrote down about others in notes.
    notes: Vec<String>,
    pub(crate) active: bool,
    pub(crate) login: bool,
}

/// A field of a record that names a contact.
pub(crate) type Pointer = (Kind, u32, &'static str);

/// Fields that say something about a person.
const FIELDS: [&str; 18] = [
    "title",
    "department",
    "relationship",
    "nickName",
    "school",
    "significantOther",
    "children",
    "gender",
    "addressLine1",
    "addressLine2",
    "city",
    "state",
    "zip",
    "userDefinedField1",
    "userDefinedField2",
    "userDefinedField3",
    "facebookUrl",
    "linkedInUrl",
];

impl Fact {
    /// What a note must say so that nothing is lost.
    fn words(&self) -> String {
        match self {
            Fact::Item(_, value, _) => value.clone(),
            Fact::Label(id) => format!("label {id}"),
            Fact::Group(id, _) => format!("unsubscribed from marketing group {id}"),
            Fact::Note(text) => text.clone(),
            Fact::Field(_, value) => value.clone(),
            Fact::OptOut => "unsubscribed".to_owned(),
        }
    }
}

impl Carried {
    /// A contact with all that hangs on it; nothing when it is gone.
    pub(crate) fn by(world: &World, contact: u32) -> Option<Carried> {
        let record = world.contact(contact)?;
        let mut carried = Carried {
            active: record["inactiveFlag"] != true,
            login: record["disablePortalLoginFlag"] == false,
            ..Carried::default()
        };
        let facts = &mut carried.facts;
        facts.extend(list(&record["communicationItems"]).map(item));
        facts.extend(
            list(&record["types"])
                .filter_map(|label| id(&label["id"]))
                // The Primary label follows the default contact.
                .filter(|label| *label != PRIMARY)
                .map(Fact::Label),
        );
        for field in FIELDS {
            if let Some(words) = words(&record[field]) {
                facts.insert(Fact::Field(field.to_owned(), words));
            }
        }
        for custom in list(&record["customFields"]) {
            if let Some(words) = words(&custom["value"]) {
                let caption = custom["caption"].as_str().unwrap_or_default();
                // Beside its caption, as a number may stand anywhere.
                facts.insert(Fact::Field(
                    caption.to_owned(),
                    format!("{caption}: {words}"),
                ));
            }
        }
        if record["unsubscribeFlag"] == true {
            facts.insert(Fact::OptOut);
        }
        for group in world.referring(Kind::GroupMembership, "contact", contact) {
            let membership = world.get(Kind::GroupMembership, group).unwrap_or_default();
            let unsubscribed = membership["unsubscribeFlag"] == true;
            facts.extend(id(&membership["group"]["id"]).map(|id| Fact::Group(id, unsubscribed)));
        }
        for note in world.ids(Kind::Note) {
            let note = world.get(Kind::Note, note).unwrap_or_default();
            if id(&note["contactId"]) != Some(contact) {
                continue;
            }
            let text = note["text"].as_str().unwrap_or_default().to_owned();
            if note["enteredBy"] == API_MEMBER {
                carried.notes.push(text);
            } else {
                carried.facts.insert(Fact::Note(text));
            }
        }
        Some(carried)
    }

    /// Whether this is here: in its place, or in a note of ours.
    pub(crate) fn holds(&self, fact: &Fact) -> bool {
        self.facts.contains(fact)
            // Who is unsubscribed from a group is in it.
            || matches!(fact, Fact::Group(id, false) if self.facts.contains(&Fact::Group(*id, true)))
            || self.notes.iter().any(|note| note.contains(&fact.words()))
    }

    /// A note of ours that is here more often than there was reason for it: a hold is told of as often as there
    /// was one.
    pub(crate) fn repeated_note(&self, holds: usize) -> Option<&String> {
        let often = |text: &String| self.notes.iter().filter(|other| *other == text).count();
        let of_hold = |text: &String| text.starts_with("Portal login switched off");
        let reasons = |text: &String| if of_hold(text) { holds.max(1) } else { 1 };
        self.notes.iter().find(|text| often(text) > reasons(text))
    }
}

/// Everything that points at a contact, and at which.
pub(crate) fn pointers(world: &World) -> BTreeMap<Pointer, u32> {
    let mut found = BTreeMap::new();
    let others: [(Kind, &str, &[&str]); 2] = [
        (Kind::Contact, "", &["managerContact", "assistantContact"]),
        (Kind::Company, "", &["billingContact"]),
    ];
    for (kind, _, fields) in REFERENCES.iter().chain(&others) {
        for record in world.ids(*kind) {
            let shown = world.get(*kind, record).unwrap_or_default();
            for field in *fields {
                if let Some(contact) = id(&shown[field]["id"]) {
                    found.insert((*kind, record, *field), contact);
                }
            }
        }
    }
    found
}

/// Items that a contact carries more than once, as they are compared.
pub(crate) fn repeated_items(world: &World, contact: u32) -> BTreeSet<Fact> {
    let record = world.contact(contact).unwrap_or_default();
    let mut seen = BTreeSet::new();
    list(&record["communicationItems"])
        .map(item)
        .filter(|item| !seen.insert(item.clone()))
        .collect()
}

fn item(item: &Value) -> Fact {
    let text = |field: &str| item[field].as_str().unwrap_or_default().trim().to_owned();
    let kind = text("communicationType");
    let value = if kind == "Email" {
        text("value").to_lowercase()
    } else {
        text("value").chars().filter(char::is_ascii_digit).collect()
    };
    Fact::Item(kind, value, text("extension"))
}

/// A value in words; nothing when it is blank.
fn words(value: &Value) -> Option<String> {
    let words = match value {
        Value::Null | Value::Bool(_) | Value::Array(_) => return None,
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Object(reference) => reference.get("name")?.as_str()?.to_owned(),
    };
    (!words.is_empty()).then_some(words)
}

pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
