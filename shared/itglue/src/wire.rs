//! Bodies as documented, as far as they are read. Every property may be missing.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An answer: one record or a page of them, with what was asked to be included.
#[derive(Deserialize)]
pub(crate) struct Document<D, I = Value> {
    pub(crate) data: Option<D>,
    pub(crate) included: Option<Vec<Included<I>>>,
    pub(crate) meta: Option<Meta>,
}

/// A record.
#[derive(Deserialize)]
pub(crate) struct Resource<A, I = Value> {
    #[serde(default, deserialize_with = "id")]
    pub(crate) id: Option<u64>,
    pub(crate) attributes: Option<A>,
    pub(crate) relationships: Option<BTreeMap<String, Value>>,
    /// The reference prints it here once, live accounts have it beside the data.
    pub(crate) included: Option<Vec<Included<I>>>,
}

/// A record of which nothing is kept but what it is and where it points.
pub(crate) type Bare = Resource<IgnoredAny, IgnoredAny>;

/// A record that belongs to another one. Only what says of what kind it is can be relied on; its id may be any word.
#[derive(Clone, Deserialize)]
pub(crate) struct Included<A = Value> {
    #[serde(default, deserialize_with = "any_id")]
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) attributes: Option<A>,
}

/// Where in a list a page stands.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Meta {
    /// `null` marks the end, which is more than saying nothing.
    #[serde(deserialize_with = "said")]
    pub(crate) next_page: Option<Option<Value>>,
    pub(crate) total_pages: Option<u32>,
    pub(crate) total_count: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Contact {
    #[serde(deserialize_with = "id")]
    pub(crate) organization_id: Option<u64>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) title: Option<String>,
    #[serde(deserialize_with = "id")]
    pub(crate) contact_type_id: Option<u64>,
    #[serde(deserialize_with = "id")]
    pub(crate) location_id: Option<u64>,
    pub(crate) important: Option<bool>,
    pub(crate) notes: Option<String>,
    pub(crate) contact_emails: Option<Vec<Email>>,
    pub(crate) contact_phones: Option<Vec<Phone>>,
    /// `null` says that there is none, which is more than saying nothing.
    #[serde(deserialize_with = "said")]
    pub(crate) psa_integration: Option<Option<String>>,
    pub(crate) resource_url: Option<String>,
    pub(crate) updated_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Email {
    pub(crate) value: Option<String>,
    pub(crate) primary: Option<bool>,
    pub(crate) label_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Phone {
    pub(crate) value: Option<String>,
    pub(crate) extension: Option<String>,
    pub(crate) primary: Option<bool>,
    pub(crate) label_name: Option<String>,
    pub(crate) label_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Organization {
    pub(crate) name: Option<String>,
    pub(crate) short_name: Option<String>,
    #[serde(deserialize_with = "said")]
    pub(crate) psa_integration: Option<Option<String>>,
}

/// A record of which only the name matters.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Named {
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "id")]
    pub(crate) organization_id: Option<u64>,
}

/// A number or a text as text: records have their ids as text, and others refer to them by number.
pub(crate) fn word(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?.unwrap_or_default();
    match word(&value).and_then(|word| word.parse().ok()) {
        None if !value.is_null() => Err(serde::de::Error::custom("it is no id")),
        id => Ok(id),
    }
}

fn any_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(word(&Value::deserialize(deserializer)?))
}

/// Tells what is `null` from what is absent.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_be_text_a_number_or_missing() {
        for (json, expected) in [
            (r#"{"id": "4503599627370497"}"#, Some(4_503_599_627_370_497)),
            (r#"{"id": 7}"#, Some(7)),
            (r#"{"id": null}"#, None),
            ("{}", None),
        ] {
            let record: Resource<Named> = serde_json::from_str(json).unwrap();
            assert_eq!(record.id, expected, "{json}");
        }
        for json in [r#"{"id": "Priya"}"#, r#"{"id": -7}"#, r#"{"id": 1.5}"#] {
            assert!(serde_json::from_str::<Resource<Named>>(json).is_err());
        }
    }

    #[test]
    fn the_id_of_what_is_included_may_be_any_word() {
        for (json, expected) in [
            (r#"{"id": "a-guid"}"#, Some("a-guid")),
            (r#"{"id": 7}"#, Some("7")),
            (r#"{"id": null}"#, None),
            ("{}", None),
        ] {
            let included: Included = serde_json::from_str(json).unwrap();
            assert_eq!(included.id.as_deref(), expected, "{json}");
        }
    }
}
