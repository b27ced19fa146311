//! PATCH bodies: an array of operations, which also knows what the record must look like afterwards.

use std::collections::BTreeMap;

use model::{FieldChange, PrivateValue};
use serde_json::{Map, Value, json};

use crate::error::{Error, ErrorKind};
use crate::fields::is_writable;
use crate::wire::Record;

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

    /// Empties a property.
    pub(crate) fn clear(self, field: &str) -> Self {
        self.set(field, Value::Null)
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
            if !is_writable(field) {
                return None;
            }
            patch = match after.reveal() {
                value if is_empty(value) => patch.clear(field),
                // A reference is replaced as a whole, and its id is all that counts.
                Value::Object(reference) => patch.point(field, id_of(reference)?),
                value => patch.set(field, value.clone()),
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

/// The id that a reference holds.
fn id_of(reference: &Map<String, Value>) -> Option<u32> {
    reference.get("id")?.as_u64()?.try_into().ok()
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
/// fills up references, and may trim texts. A flag that was emptied is not set.
fn holds(asked: &Value, found: Option<&Value>) -> bool {
    let found = found.unwrap_or(&Value::Null);
    match (asked, found) {
        (Value::String(asked), Value::String(found)) => same_text(asked, found),
        (Value::Number(asked), Value::Number(found)) => asked.as_f64() == found.as_f64(),
        (Value::Object(asked), Value::Object(found)) if asked.contains_key("id") => {
            asked.get("id") == found.get("id")
        }
        (Value::Null, Value::Bool(found)) => !found,
        (asked, found) => asked == found || (is_empty(asked) && is_empty(found)),
    }
}

/// Whether a value says nothing: also a reference that has links at most.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.keys().all(|name| name == "_info"),
        Value::Bool(_) | Value::Number(_) => false,
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
            "Title",
            "/title",
            "company/id",
            "customFields/x",
            "brandNew",
        ] {
            assert_eq!(Patch::of(&[change(field, json!(1))]), None, "{field}");
        }
        let reference = json!({"name": "Sales"});
        assert_eq!(Patch::of(&[change("department", reference)]), None);
    }

    #[test]
    fn a_reference_that_points_nowhere_is_taken_away() {
        for nowhere in [
            Value::Null,
            json!({}),
            json!({"_info": {"relationship_href": "https://psa.example.com/"}}),
        ] {
            let patch = Patch::of(&[change("relationship", nowhere.clone())]).unwrap();
            let body = json!([{"op": "remove", "path": "relationship"}]);
            assert_eq!(patch.body(), body);
            assert_eq!(patch.unmet(&record(json!({}))), None);
            assert_eq!(patch.unmet(&record(json!({"relationship": nowhere}))), None);
            let kept = record(json!({"relationship": {"id": 2, "_info": {}}}));
            assert_eq!(patch.unmet(&kept).as_deref(), Some("relationship"));
        }
    }

    #[test]
    fn what_was_emptied_may_come_back_as_nothing_of_its_kind() {
        let patch = Patch::of(&[change("customFields/16", Value::Null)]).unwrap();
        for (value, expected) in [
            (Value::Null, None),
            (json!(""), None),
            (json!(false), None),
            (json!(true), Some("customFields/16")),
            (json!(0), Some("customFields/16")),
            (json!("x"), Some("customFields/16")),
        ] {
            let answer = record(json!({"customFields": [{"id": 16, "value": value}]}));
            assert_eq!(patch.unmet(&answer).as_deref(), expected, "{value}");
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
            ("site", json!({"id": 1}), json!({"site": {}})),
            ("site", Value::Null, json!({"site": {"id": 2}})),
            ("marriedFlag", json!(true), json!({"marriedFlag": false})),
            ("marriedFlag", json!(false), json!({"marriedFlag": true})),
            ("marriedFlag", json!(false), json!({})),
            ("marriedFlag", Value::Null, json!({"marriedFlag": true})),
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
