//! What two readings of a contact differ in.

use std::collections::BTreeMap;
use std::fmt;

use model::{Communication, Contact, PrivateValue};
use serde_json::{Value, json};

use crate::fields::carried_fields;

/// One thing that somebody changed between two readings of a contact. `Display` names it without saying what it
/// holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What differs: a field under its name on the wire, or a word such as `emails`.
    pub field: String,
    /// What it held.
    pub was: PrivateValue,
    /// What it holds now.
    pub is: PrivateValue,
}

/// Everything that a person could have changed and that is not the same. Flags that follow the company, which
/// item is the default, and the stamps of our own writes do not count; nor does what merely is spelled
/// otherwise.
#[must_use]
pub fn differences(expected: &Contact, now: &Contact) -> Vec<Difference> {
    let (was, is) = (told(expected), told(now));
    let names = was
        .keys()
        .chain(is.keys().filter(|name| !was.contains_key(*name)));
    let blank = || PrivateValue::from(Value::Null);
    let held = |of: &BTreeMap<String, Value>, name: &String| {
        of.get(name).cloned().map_or_else(blank, PrivateValue::from)
    };
    let mut found: Vec<Difference> = names
        .filter(|name| was.get(*name) != is.get(*name))
        .map(|name| Difference {
            field: name.clone(),
            was: held(&was, name),
            is: held(&is, name),
        })
        .collect();
    found.sort_by(|a, b| a.field.cmp(&b.field));
    found
}

/// All that counts of a contact, under its names. What is blank is left out.
fn told(contact: &Contact) -> BTreeMap<String, Value> {
    let mut told = BTreeMap::new();
    let mut tell = |name: &str, value: Value| {
        // A flag that is off is as good as none.
        if value != false && !PrivateValue::from(value.clone()).is_blank() {
            told.insert(name.to_owned(), value);
        }
    };
    tell("company", json!(contact.company));
    tell("firstName", json!(contact.first_name));
    tell("lastName", json!(contact.last_name));
    tell("inactive", json!(!contact.active));
    tell("portal access", json!(contact.portal));
    let mut items: Vec<Value> = contact.communications.iter().map(item).collect();
    items.sort_by_key(Value::to_string);
    tell("emails, phones and faxes", json!(items));
    let mut labels: Vec<&str> = contact
        .types
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    labels.sort_unstable();
    tell("types", json!(labels));
    for field in carried_fields() {
        if let Some(value) = contact.fields.get(field) {
            // Of a reference, its id counts.
            let value = value.reveal();
            tell(field, value.get("id").unwrap_or(value).clone());
        }
    }
    for field in &contact.custom_fields {
        tell(
            &format!("customFields/{}", field.id),
            field.value.reveal().clone(),
        );
    }
    told
}

fn item(item: &Communication) -> Value {
    json!([item.kind, item.value, item.extension])
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, was, is } = self;
        let what = match (was.is_blank(), is.is_blank()) {
            (true, false) => "was blank and is filled",
            (false, true) => "was filled and is blank",
            _ => "is not what it was",
        };
        write!(f, "{field} {what}")
    }
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    fn contact() -> Contact {
        Contact::new(ContactId::new(1), CompanyId::new(1), "Ada", "Byron")
            .with_email(5, "ada@x.example")
            .with_field("title", "Owner")
    }

    #[test]
    fn a_contact_does_not_differ_from_itself() {
        assert_eq!(differences(&contact(), &contact()), []);
    }

    #[test]
    fn stamps_and_what_is_spelled_otherwise_do_not_count() {
        let mut now = contact();
        now.updated_at = Some(jiff::Timestamp::UNIX_EPOCH);
        now.updated_by = Some("rollcall-api".into());
        now.is_billing = true;
        now.fields.insert("zip".to_owned(), json!(" ").into());
        now.fields
            .insert("presence".to_owned(), json!("Away").into());
        assert_eq!(differences(&contact(), &now), []);
    }

    #[test]
    fn what_a_person_changed_is_named_and_not_told() {
        let mut now = contact().with_email(6, "ada@y.example");
        now.last_name = "King".into();
        now.fields.remove("title");
        now.fields.insert("city".to_owned(), json!("Duluth").into());
        let words: Vec<String> = differences(&contact(), &now)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            words,
            [
                "city was blank and is filled",
                "emails, phones and faxes is not what it was",
                "lastName is not what it was",
                "title was filled and is blank",
            ]
        );
        assert!(!format!("{:?}", differences(&contact(), &now)).contains("King"));
    }
}
