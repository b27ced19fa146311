//! What a tenant holds, told without what can never be the same again.

use std::collections::BTreeMap;

use sandbox::{Kind, World};
use serde_json::{Value, json};

/// Every record, in words: without the ids of items, notes, memberships and links, without stamps, and each
/// contact under the id by which it was known first.
pub(crate) fn likeness(world: &World, known_as: &BTreeMap<u32, u32>) -> Vec<String> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        for id in world.ids(kind) {
            let mut record = world.get(kind, id).unwrap();
            tell("", &mut record, known_as);
            let own = match kind {
                Kind::Contact => json!(first_id(id, known_as)),
                Kind::Note | Kind::GroupMembership | Kind::TypeAssociation => json!(null),
                _ => json!(id),
            };
            records.push(format!("{kind:?} {own} {record}"));
        }
    }
    records.sort();
    records
}

fn first_id(id: u32, known_as: &BTreeMap<u32, u32>) -> u32 {
    known_as.get(&id).copied().unwrap_or(id)
}

/// Takes out what differs by nature, wherever it is.
fn tell(name: &str, value: &mut Value, known_as: &BTreeMap<u32, u32>) {
    let contact = |id: &Value| {
        let id = id.as_u64().and_then(|id| u32::try_from(id).ok());
        json!(id.map(|id| first_id(id, known_as)))
    };
    match value {
        Value::Object(fields) if name.to_lowercase().ends_with("contact") => {
            *value = contact(&fields.get("id").cloned().unwrap_or_default());
        }
        Value::Number(_) if name == "contactId" => *value = contact(value),
        Value::Object(fields) => {
            for stamp in ["_info", "id", "mobileGuid", "enteredBy"] {
                // A reference to anything else keeps its id.
                if stamp != "id"
                    || fields.contains_key("firstName")
                    || fields.contains_key("value")
                    || name.is_empty()
                {
                    fields.remove(stamp);
                }
            }
            for (name, value) in fields.iter_mut() {
                tell(name, value, known_as);
            }
            // What is blank may be there or not.
            fields
                .retain(|_, value| !value.is_null() && *value != json!("") && *value != json!([]));
        }
        Value::Array(items) => {
            for item in items.iter_mut() {
                tell("", item, known_as);
            }
            items.sort_by_key(Value::to_string);
        }
        _ => {}
    }
}
