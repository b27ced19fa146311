//! Bodies as documented, as far as they are read.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde_json::Value;

/// A record, by the names of its properties: an answer may hold only some of them.
pub(crate) type Record = BTreeMap<String, Value>;

/// What every answer is wrapped in. Its message is for people.
#[derive(serde::Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) data: T,
}

/// One page of a list.
#[derive(serde::Deserialize)]
pub(crate) struct Page {
    pub(crate) data: Vec<Record>,
    pub(crate) meta: Meta,
}

/// Where in the list a page is.
#[derive(serde::Deserialize)]
pub(crate) struct Meta {
    pub(crate) current_page: Number,
    pub(crate) last_page: Number,
    pub(crate) total: Number,
}

/// A reference to another record.
#[derive(serde::Deserialize)]
pub(crate) struct Reference {
    pub(crate) id: Option<Number>,
}

/// When a record was changed.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Dates {
    pub(crate) updated: Option<String>,
}

/// A number. The documentation speaks of integers in one place and of texts in another, and the framework is
/// known to pass on what came in the query as a text.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) u64);

/// `yes` or `no`. Anything else is not guessed at.
#[derive(Clone, Copy)]
pub(crate) struct YesNo(pub(crate) bool);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                text.parse()
                    .map(Number)
                    .map_err(|_| E::custom("not a whole number"))
            }
        }
        deserializer.deserialize_any(Digits)
    }
}

impl<'de> Deserialize<'de> for YesNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "yes" => Ok(Self(true)),
            "no" => Ok(Self(false)),
            _ => Err(D::Error::custom("neither yes nor no")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<u64> {
        serde_json::from_str(text).ok().map(|Number(number)| number)
    }

    fn yes_no(text: &str) -> Option<bool> {
        serde_json::from_str(text).ok().map(|YesNo(flag)| flag)
    }

    #[test]
    fn a_number_may_be_written_as_a_text() {
        assert_eq!(number("45"), Some(45));
        assert_eq!(number(r#""45""#), Some(45));
        for text in ["-1", "1.5", "null", "true", r#""""#, r#""4 5""#, "[45]"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn yes_and_no_are_words() {
        assert_eq!(yes_no(r#""yes""#), Some(true));
        assert_eq!(yes_no(r#""no""#), Some(false));
        for text in [r#""""#, r#""maybe""#, "1", "null"] {
            assert_eq!(yes_no(text), None, "{text}");
        }
    }
}
