//! The body of a callback.

use std::fmt;

use jiff::Timestamp;
use model::{CompanyId, Private};
use secrecy::SecretString;
use serde_json::{Map, Value};

/// What a callback says, and whom it claims to speak for. The record itself is left out: it is read again.
#[derive(Clone, Debug)]
pub struct CallbackBody {
    /// The type of the record.
    pub record_type: RecordType,
    /// What happened to it.
    pub action: CallbackAction,
    /// The record's id.
    pub id: u32,
    /// The PSA's id for the message. Whether a retry repeats it is not known.
    pub message_id: Option<String>,
    /// The company of the record, where the body carries one. It never does for a delete.
    pub company: Option<CompanyId>,
    /// The record's change stamp.
    pub last_updated: Option<Timestamp>,
    /// The member who made the change.
    pub updated_by: Option<Private>,
    pub(super) claim: Claim,
}

/// Whom a body claims to speak for: to be believed only after binding and verifying.
#[derive(Clone)]
pub(super) struct Claim {
    pub(super) login_company: String,
    pub(super) product_instance: Option<String>,
    pub(super) callback_entry: Option<u32>,
    pub(super) key_url: SecretString,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("callback_entry", &self.callback_entry)
            .finish_non_exhaustive()
    }
}

/// The types of record that callbacks are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// A contact.
    Contact,
    /// A company.
    Company,
    /// Another, by the PSA's name for it.
    Other(String),
}

impl RecordType {
    /// The PSA's name for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Contact => "contact",
            Self::Company => "company",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for RecordType {
    fn from(name: String) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "contact" => Self::Contact,
            "company" => Self::Company,
            _ => Self::Other(name),
        }
    }
}

/// What happened to a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallbackAction {
    /// It was made.
    Added,
    /// It was changed.
    Updated,
    /// It was deleted, or merged away.
    Deleted,
    /// Something else, by the PSA's name for it.
    Other(String),
}

impl CallbackAction {
    /// The PSA's name for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for CallbackAction {
    fn from(name: String) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "added" => Self::Added,
            "updated" => Self::Updated,
            "deleted" => Self::Deleted,
            _ => Self::Other(name),
        }
    }
}

/// A body that is not a callback. Names the key, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It is not JSON, or no JSON object.
    #[error("read a callback: it is not a JSON object")]
    NotAnObject,
    /// A key is absent or null.
    #[error("read a callback: `{key}` is missing")]
    Missing {
        /// Which key.
        key: &'static str,
    },
    /// A key has a value of no use.
    #[error("read a callback: `{key}` is not {expected}")]
    Malformed {
        /// Which key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl CallbackBody {
    /// Reads a body as it was received.
    ///
    /// What the PSA was seen to vary is tolerated: unknown keys, ids as text, an entity as text, as an object or
    /// absent. Keys are case-sensitive.
    pub fn parse(raw_body: &[u8]) -> Result<Self, PayloadError> {
        let Ok(Value::Object(body)) = serde_json::from_slice(raw_body) else {
            return Err(PayloadError::NotAnObject);
        };
        let entity = entity(body.get("Entity"));
        Ok(Self {
            record_type: required(&body, "Type", "a plain name", plain_name)?.into(),
            action: required(&body, "Action", "a plain name", plain_name)?.into(),
            id: required(&body, "ID", "a record id", id)?,
            message_id: body.get("MessageId").and_then(plain_name),
            company: at(&entity, ["company", "id"])
                .and_then(id)
                .map(CompanyId::new),
            last_updated: at(&entity, ["_info", "lastUpdated"])
                .and_then(Value::as_str)
                .and_then(|stamp| stamp.parse().ok()),
            updated_by: at(&entity, ["_info", "updatedBy"])
                .and_then(Value::as_str)
                .map(Private::from),
            claim: Claim {
                login_company: required(&body, "CompanyId", "a text", text)?,
                product_instance: body.get("ProductInstanceId").and_then(text),
                callback_entry: body.get("CallbackObjectRecId").and_then(id),
                key_url: key_url(&body)?.into(),
            },
        })
    }
}

fn key_url(body: &Map<String, Value>) -> Result<String, PayloadError> {
    const KEY: &str = "Metadata.key_url";
    let metadata = body.get("Metadata").and_then(Value::as_object);
    let value = metadata.and_then(|metadata| metadata.get("key_url"));
    checked(value, KEY, "a text", text)
}

fn required<T>(
    body: &Map<String, Value>,
    key: &'static str,
    expected: &'static str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, PayloadError> {
    checked(body.get(key), key, expected, read)
}

fn checked<T>(
    value: Option<&Value>,
    key: &'static str,
    expected: &'static str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, PayloadError> {
    match value {
        None | Some(Value::Null) => Err(PayloadError::Missing { key }),
        Some(value) => read(value).ok_or(PayloadError::Malformed { key, expected }),
    }
}

/// The entity is a hint, so one that cannot be read is as good as none.
fn entity(value: Option<&Value>) -> Value {
    match value {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(value) => value.clone(),
        None => Value::Null,
    }
}

fn at<'a>(entity: &'a Value, [outer, inner]: [&str; 2]) -> Option<&'a Value> {
    entity.get(outer)?.get(inner)
}

/// A name of one short word, such as a record type or a message's UUID: it will stand in logs, so nothing else may
/// come in by this way.
fn plain_name(value: &Value) -> Option<String> {
    let name = value.as_str()?.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=64).contains(&name.len()) && name.bytes().all(plain)).then(|| name.to_owned())
}

/// Ids count from 1; some senders write them as text.
fn id(value: &Value) -> Option<u32> {
    let id = match value {
        Value::Number(number) => u32::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (id > 0).then_some(id)
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::super::signature::vectors;
    use super::*;

    fn body() -> Value {
        json!({
            "MessageId": "m-1", "CompanyId": "northwindmsp", "Action": "updated", "Type": "contact", "ID": 4711,
            "Entity": null, "Metadata": {"key_url": "https://na.myconnectwise.net/"},
        })
    }

    fn parse(body: &Value) -> Result<CallbackBody, PayloadError> {
        CallbackBody::parse(body.to_string().as_bytes())
    }

    fn with(key: &str, value: Value) -> CallbackBody {
        let mut body = body();
        body[key] = value;
        parse(&body).unwrap()
    }

    #[test]
    fn nothing_is_not_a_callback() {
        for raw in [&b""[..], b"null", b"[]", b"42", b"\"x\"", b"{", b"\xff\xfe"] {
            assert_eq!(
                CallbackBody::parse(raw).unwrap_err(),
                PayloadError::NotAnObject
            );
        }
    }

    #[test]
    fn a_whole_delivery_is_read() {
        let body = CallbackBody::parse(vectors::B.as_bytes()).unwrap();
        assert_eq!(body.record_type, RecordType::Contact);
        assert_eq!(body.action, CallbackAction::Updated);
        assert_eq!(body.id, 4711);
        let message = body.message_id.unwrap();
        assert_eq!(message, "5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31");
        assert_eq!(body.company, Some(CompanyId::new(812)));
        assert_eq!(
            body.last_updated,
            Some("2026-03-04T15:20:11Z".parse().unwrap())
        );
        assert_eq!(body.updated_by.unwrap().reveal(), "jharper");
        assert_eq!(body.claim.login_company, "northwindmsp");
        assert_eq!(
            body.claim.product_instance.unwrap(),
            "64b0c2d1e5f60700018a9b3c"
        );
        assert_eq!(body.claim.callback_entry, Some(318));
        assert!(
            body.claim
                .key_url
                .expose_secret()
                .starts_with("https://na.")
        );
    }

    #[test]
    fn a_delete_has_no_entity() {
        let body = CallbackBody::parse(vectors::C.as_bytes()).unwrap();
        assert_eq!(body.action, CallbackAction::Deleted);
        assert_eq!((body.company, body.last_updated), (None, None));
    }

    #[test]
    fn nothing_about_a_person_is_shown() {
        let shown = format!("{:?}", CallbackBody::parse(vectors::B.as_bytes()).unwrap());
        for hidden in [
            "Ren",
            "Okafor",
            "jharper",
            "northwind",
            "callbackkey",
            "Harbor",
        ] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
    }

    #[test]
    fn an_entity_may_be_an_object_and_an_unreadable_one_is_none() {
        let entity =
            json!({"company": {"id": 812}, "_info": {"lastUpdated": "2026-03-04T15:20:11Z"}});
        let read = |entity| with("Entity", entity);
        assert_eq!(read(entity.clone()).company, Some(CompanyId::new(812)));
        assert!(read(entity).last_updated.is_some());
        for entity in [
            json!("not JSON"),
            json!(""),
            json!([]),
            json!(7),
            json!({}),
            json!({"company": {}}),
            json!({"company": null}),
            json!({"company": {"id": 0}}),
            json!({"company": {"id": -1}}),
            json!({"company": {"id": 4_294_967_296_u64}}),
            json!({"_info": {"lastUpdated": "yesterday"}}),
        ] {
            let body = read(entity.clone());
            assert_eq!((body.company, body.last_updated), (None, None), "{entity}");
        }
    }

    #[test]
    fn an_id_may_be_text() {
        assert_eq!(with("ID", json!("4711")).id, 4711);
        let entity = json!({"company": {"id": "812"}});
        assert_eq!(with("Entity", entity).company, Some(CompanyId::new(812)));
        let claim = with("CallbackObjectRecId", json!("318")).claim;
        assert_eq!(claim.callback_entry, Some(318));
    }

    #[test]
    fn unknown_keys_types_and_actions_are_tolerated() {
        with("Something", json!([{"new": true}]));
        let ticket = RecordType::Other("ticket".to_owned());
        assert_eq!(with("Type", json!("ticket")).record_type, ticket);
        let moved = CallbackAction::Other("moved".to_owned());
        assert_eq!(with("Action", json!("moved")).action, moved);
    }

    #[test]
    fn names_of_types_and_actions_may_be_capitalized() {
        let contact = with("Type", json!("Contact")).record_type;
        assert_eq!(contact, RecordType::Contact);
        let deleted = with("Action", json!("DELETED")).action;
        assert_eq!(deleted, CallbackAction::Deleted);
    }

    #[test]
    fn a_missing_key_is_named() {
        for (key, named) in [
            ("Type", "Type"),
            ("Action", "Action"),
            ("ID", "ID"),
            ("CompanyId", "CompanyId"),
            ("Metadata", "Metadata.key_url"),
        ] {
            let mut absent = body();
            absent.as_object_mut().unwrap().remove(key);
            let mut null = body();
            null[key] = Value::Null;
            for body in [absent, null] {
                let error = parse(&body).unwrap_err().to_string();
                assert_eq!(error, format!("read a callback: `{named}` is missing"));
            }
        }
        let lower_case = json!({"type": "contact"});
        assert_eq!(
            parse(&lower_case).unwrap_err(),
            PayloadError::Missing { key: "Type" }
        );
    }

    #[test]
    fn a_useless_value_is_refused_without_repeating_it() {
        for (key, value, expected) in [
            ("ID", json!(0), "a record id"),
            ("ID", json!(-4711), "a record id"),
            ("ID", json!(47.5), "a record id"),
            ("ID", json!("Okafor"), "a record id"),
            ("ID", json!(4_294_967_296_u64), "a record id"),
            ("Type", json!("Renee Okafor"), "a plain name"),
            ("Type", json!("a\nb"), "a plain name"),
            ("Type", json!("x".repeat(65)), "a plain name"),
            ("Action", json!(["updated"]), "a plain name"),
            ("CompanyId", json!(7), "a text"),
            ("CompanyId", json!(""), "a text"),
        ] {
            let mut body = body();
            body[key] = value;
            let error = parse(&body).unwrap_err().to_string();
            assert_eq!(error, format!("read a callback: `{key}` is not {expected}"));
        }
    }

    #[test]
    fn a_message_id_that_is_none_is_left_out() {
        for id in [
            json!(null),
            json!(7),
            json!(""),
            json!("Renee Okafor <r@example.com>"),
        ] {
            assert_eq!(with("MessageId", id).message_id, None);
        }
    }
}
