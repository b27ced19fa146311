//! Records as they are stored: JSON objects without nulls, whose references hold nothing but the id.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// A record, keyed by field name.
pub(crate) type Record = Map<String, Value>;

/// The records of a kind, by id.
pub(crate) type Table = BTreeMap<u32, Record>;

/// What a field that isn't there is worth.
pub(crate) static NULL: Value = Value::Null;

/// The id in a JSON value: a number, or the digits of one, which the PSA takes as well.
pub(crate) fn id_in(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|id| u32::try_from(id).ok()),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// The id that the reference in `field` holds.
pub(crate) fn reference(record: &Record, field: &str) -> Option<u32> {
    record.get(field)?.get("id").and_then(id_in)
}

/// A stored reference to `id`.
pub(crate) fn to(id: u32) -> Value {
    json!({ "id": id })
}

/// The text in `field`, or nothing.
pub(crate) fn text<'r>(record: &'r Record, field: &str) -> &'r str {
    record
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether the flag in `field` is set.
pub(crate) fn flag(record: &Record, field: &str) -> bool {
    record
        .get(field)
        .and_then(Value::as_bool)
        .unwrap_or_default()
}

/// The array in `field`, empty when it isn't there.
pub(crate) fn array<'r>(record: &'r Record, field: &str) -> &'r [Value] {
    record
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Sets `field`, or takes it away when the value is null.
pub(crate) fn set(record: &mut Record, field: &str, value: Value) {
    if value.is_null() {
        record.remove(field);
    } else {
        record.insert(field.to_owned(), value);
    }
}

/// A UUID that is always the same for the same words: the world has no randomness.
pub(crate) fn uuid(words: &str) -> String {
    let digest = Sha256::digest(words.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_depends_on_its_words_alone() {
        assert_eq!(uuid("a"), uuid("a"));
        assert_ne!(uuid("a"), uuid("b"));
        let uuid = uuid("a");
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
    }

    #[test]
    fn ids_are_read_from_numbers_and_digits_alone() {
        assert_eq!(id_in(&json!(26)), Some(26));
        assert_eq!(id_in(&json!("26")), Some(26));
        assert_eq!(id_in(&json!(-1)), None);
        assert_eq!(id_in(&json!("x")), None);
        assert_eq!(id_in(&json!(null)), None);
    }
}
