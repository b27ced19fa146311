//! PATCH bodies: an array of operations, which also knows what the record must look like afterwards.

use std::collections::BTreeMap;

use model::{FieldChange, PrivateValue};
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::wire::Record;

/// Properties that a PATCH of a contact must not name: the PSA refuses or derives them, they have calls of
/// their own, or they are secret.
const NOT_PATCHED: [&str; 10] = [
    "id",
    "_info",
    "types",
    "typeIds",
    "communicationItems",
    "portalPassword",
    "mobileGuid",
    "defaultPhoneType",
    "defaultPhoneNbr",
    "defaultPhoneExtension",
];

/// Values to set on one record. Its `Debug` output does not show them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Patch {
    fields: Vec<(String, PrivateValue)>,
    custom_fields: BTreeMap<u32, PrivateValue>,
    sends_no_custom_fields: bool,
}

impl Patch {
    /// Sets one property.
    pub(crate) fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields
            .push((field.to_owned(), PrivateValue::from(value.into())));
        self
    }

    /// Points a property at a record. The whole reference is replaced: the PSA may answer 200 to a path into
    /// one, and change nothing.
    pub(crate) fn point(self, field: &str, id: u32) -> Self {
        self.set(field, json!({ "id": id }))
    }

    /// Fields of a contact under their names on the wire, custom fields as `customFields/ID`. `None` when one
    /// of them cannot be written this way.
    pub(crate) fn of(changes: &[FieldChange]) -> Option<Self> {
        let mut patch = Self::default();
        for FieldChange { field, after, .. } in changes {
            if let Some(id) = field.strip_prefix("customFields/") {
                patch.custom_fields.insert(id.parse().ok()?, after.clone());
                continue;
            }
            let is_name = !field.is_empty() && field.bytes().all(|b| b.is_ascii_alphanumeric());
            if !is_name || field == "customFields" || NOT_PATCHED.contains(&field.as_str()) {
                return None;
            }
            patch = match after.reveal().get("id").and_then(Value::as_u64) {
                Some(id) => patch.set(field, json!({ "id": id })),
                None => patch.set(field, after.reveal().clone()),
            };
        }
        (patch != Self::default()).then_some(patch)
    }

    /// The same with an operation that names custom fields and changes none.
    ///
    /// The PSA was seen to refuse a PATCH of a contact without one (integrations have met this on instances
    /// with required custom fields), while an empty list clears nothing.
    pub(crate) fn naming_custom_fields(&self) -> Self {
        Self {
            sends_no_custom_fields: true,
            ..self.clone()
        }
    }

    /// Whether an operation names custom fields.
    pub(crate) fn names_custom_fields(&self) -> bool {
        self.sends_no_custom_fields || !self.custom_fields.is_empty()
    }

    /// Whether the PSA complains about a property that this sets: then it was not custom fields that it
    /// missed.
    pub(crate) fn is_blamed(&self, error: &Error) -> bool {
        let ErrorKind::Rejected {
            fields: complaints, ..
        } = error.kind()
        else {
            return false;
        };
        let names = |complaint: &str, field: &str| {
            complaint
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word == field)
        };
        self.fields
            .iter()
            .any(|(field, _)| complaints.iter().any(|complaint| names(complaint, field)))
    }

    /// The body.
    pub(crate) fn body(&self) -> Value {
        let mut operations: Vec<Value> = self
            .fields
            .iter()
            .map(|(field, value)| match value.reveal() {
                Value::Null => json!({"op": "remove", "path": field}),
                value => json!({"op": "replace", "path": field, "value": value}),
            })
            .collect();
        if self.names_custom_fields() {
            // They cannot be set one by one; naming some changes only those.
            let named: Vec<Value> = self
                .custom_fields
                .iter()
                .map(|(id, value)| json!({"id": id, "value": value}))
                .collect();
            operations.push(json!({"op": "replace", "path": "customFields", "value": named}));
        }
        Value::Array(operations)
    }

    /// The first field that is not as it was asked to be.
    pub(crate) fn unmet(&self, record: &Record) -> Option<String> {
        let field = self
            .fields
            .iter()
            .find(|(field, asked)| !holds(asked.reveal(), record.get(field)))
            .map(|(field, _)| field.clone());
        let custom = || {
            self.custom_fields
                .iter()
                .find(|(id, asked)| !holds(asked.reveal(), custom_value(record, **id)))
                .map(|(id, _)| format!("customFields/{id}"))
        };
        field.or_else(custom)
    }
}

fn custom_value(record: &Record, id: u32) -> Option<&Value> {
    record
        .get("customFields")?
        .as_array()?
        .iter()
        .find(|field| field["id"] == id)?
        .get("value")
}

/// Whether a record says what was asked, as far as the PSA's own spelling allows: it leaves out what is empty,
/// fills up references, and may trim texts.
fn holds(asked: &Value, found: Option<&Value>) -> bool {
    let found = found.unwrap_or(&Value::Null);
    match (asked, found) {
        (Value::String(asked), Value::String(found)) => same_text(asked, found),
        (Value::Number(asked), Value::Number(found)) => asked.as_f64() == found.as_f64(),
        (Value::Object(asked), Value::Object(found)) if asked.contains_key("id") => {
            asked.get("id") == found.get("id")
        }
        (asked, found) => {
            let is_blank = |value: &Value| PrivateValue::from(value.clone()).is_blank();
            asked == found || (is_blank(asked) && is_blank(found))
        }
    }
}

/// Whether two texts say the same, whatever the PSA did to line ends, margins and dates.
pub(crate) fn same_text(asked: &str, found: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    // A date may come back with a time that was not asked for.
    let day = |text: &str| text.strip_suffix("T00:00:00Z").unwrap_or(text).to_owned();
    day(&plain(asked)) == day(&plain(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str, after: Value) -> FieldChange {
        FieldChange {
            field: field.to_owned(),
            before: None,
            after: after.into(),
        }
    }

    fn record(value: Value) -> Record {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn nothing_to_change_is_no_patch() {
        assert_eq!(Patch::of(&[]), None);
    }

    #[test]
    fn a_patch_is_an_array_of_operations() {
        let patch = Patch::of(&[
            change("title", json!("Fleet Manager")),
            change("site", json!({"id": 1204, "name": "Main", "_info": {}})),
            change("nickName", Value::Null),
            change("customFields/15", json!(7)),
            change("customFields/16", Value::Null),
        ])
        .unwrap();
        assert_eq!(
            patch.body(),
            json!([
                {"op": "replace", "path": "title", "value": "Fleet Manager"},
                {"op": "replace", "path": "site", "value": {"id": 1204}},
                {"op": "remove", "path": "nickName"},
                {"op": "replace", "path": "customFields", "value": [{"id": 15, "value": 7}, {"id": 16, "value": null}]},
            ])
        );
    }

    #[test]
    fn an_operation_that_names_no_custom_field_can_be_added() {
        let patch = Patch::default().set("inactiveFlag", true);
        assert!(!patch.names_custom_fields());
        assert_eq!(
            patch.naming_custom_fields().body(),
            json!([
                {"op": "replace", "path": "inactiveFlag", "value": true},
                {"op": "replace", "path": "customFields", "value": []},
            ])
        );
    }

    #[test]
    fn what_cannot_be_patched_is_refused() {
        for field in [
            "",
            "id",
            "types",
            "communicationItems",
            "customFields",
            "customFields/x",
            "company/id",
            "/title",
            "portalPassword",
            "defaultPhoneNbr",
        ] {
            assert_eq!(Patch::of(&[change(field, json!(1))]), None, "{field}");
        }
    }

    #[test]
    fn an_answer_that_says_what_was_asked_is_met_in_any_spelling() {
        let patch = Patch::of(&[
            change("title", json!("Fleet Manager ")),
            change("site", json!({"id": 1204})),
            change("nickName", Value::Null),
            change("school", json!("")),
            change("birthDay", json!("1980-02-01")),
            change("marriedFlag", json!(false)),
            change("customFields/15", json!(7)),
            change("customFields/16", Value::Null),
        ])
        .unwrap();
        let answer = record(json!({
            "title": "Fleet Manager", "site": {"id": 1204, "name": "Main", "_info": {}},
            "birthDay": "1980-02-01T00:00:00Z", "marriedFlag": false,
            "customFields": [{"id": 15, "value": 7.0}, {"id": 16, "value": null}],
        }));
        assert_eq!(patch.unmet(&answer), None);
    }

    #[test]
    fn the_first_field_that_did_not_change_is_named() {
        let check =
            |asked: FieldChange, answer: Value| Patch::of(&[asked]).unwrap().unmet(&record(answer));
        for (field, asked, found) in [
            ("title", json!("a"), json!({"title": "b"})),
            ("title", json!("a"), json!({})),
            ("nickName", Value::Null, json!({"nickName": "b"})),
            ("site", json!({"id": 1}), json!({"site": {"id": 2}})),
            ("marriedFlag", json!(true), json!({"marriedFlag": false})),
            (
                "customFields/15",
                json!(7),
                json!({"customFields": [{"id": 15, "value": 8}]}),
            ),
            ("customFields/15", json!(7), json!({})),
        ] {
            let unmet = check(change(field, asked), found);
            assert_eq!(unmet.as_deref(), Some(field));
        }
    }
}
