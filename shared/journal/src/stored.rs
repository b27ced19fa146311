//! Records as they are kept: JSON that carries its version and kind.
//!
//! A store keeps images apart from the change they belong to. They are large, and most questions are
//! about the past without them.

use jiff::Timestamp;
use model::{
    Action, Cause, ChangeId, CompanyId, Entry, Evidence, FindingEntry, Image, Outcome, Past, Rule,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The version that is written, and the newest that can be read. A shape that older programs would
/// misread gets a new one.
const VERSION: u32 = 1;

/// Something that is kept as JSON.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// What it is, so that one is never taken for another.
    const KIND: &'static str;
}

/// A change before its call, without the image.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Intent {
    id: ChangeId,
    company: CompanyId,
    cause: Cause,
    rule: Rule,
    action: Action,
    reason: String,
    evidence: Vec<Evidence>,
    intended_at: Timestamp,
}

/// How a change ended, without the image.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Conclusion {
    /// How.
    pub(crate) outcome: Outcome,
    /// When.
    pub(crate) at: Timestamp,
}

impl Record for Intent {
    const KIND: &'static str = "intent";
}

impl Record for Conclusion {
    const KIND: &'static str = "conclusion";
}

impl Record for Image {
    const KIND: &'static str = "image";
}

impl Record for FindingEntry {
    const KIND: &'static str = "finding";
}

#[derive(Serialize)]
struct Outgoing<'a, T> {
    version: u32,
    kind: &'static str,
    record: &'a T,
}

#[derive(Deserialize)]
struct Header {
    version: u32,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Incoming<T> {
    record: T,
}

impl Intent {
    /// What is kept of an entry before its call, besides the image.
    pub(crate) fn of(entry: &Entry) -> Result<Self, Error> {
        let Entry {
            id,
            company,
            cause,
            rule,
            action,
            reason,
            evidence,
            intended_at,
            before: _,
            outcome: None,
            after: None,
            ended_at: None,
        } = entry.clone()
        else {
            return Err(Error::NotAnIntent {
                id: entry.id.clone(),
            });
        };
        Ok(Self {
            id,
            company,
            cause,
            rule,
            action,
            reason,
            evidence,
            intended_at,
        })
    }

    /// The whole entry.
    pub(crate) fn entry(
        self,
        before: Image,
        conclusion: Option<Conclusion>,
        after: Option<Image>,
    ) -> Entry {
        let (outcome, ended_at) = conclusion.map(|c| (c.outcome, c.at)).unzip();
        Entry {
            id: self.id,
            company: self.company,
            cause: self.cause,
            rule: self.rule,
            action: self.action,
            reason: self.reason,
            evidence: self.evidence,
            intended_at: self.intended_at,
            before,
            outcome,
            after,
            ended_at,
        }
    }

    /// What a policy needs to know of it.
    pub(crate) fn past(self, conclusion: Option<Conclusion>) -> Past {
        Past {
            id: self.id,
            at: self.intended_at,
            rule: self.rule,
            action: self.action,
            outcome: conclusion.map(|c| c.outcome),
        }
    }
}

/// The text that is kept.
pub(crate) fn encode<T: Record>(record: &T) -> Result<String, Error> {
    let outgoing = Outgoing {
        version: VERSION,
        kind: T::KIND,
        record,
    };
    serde_json::to_string(&outgoing).map_err(|error| Error::Failed {
        operation: "encode a record of the journal",
        source: error.into(),
    })
}

/// What a kept text says; `owner` names the change or finding it belongs to.
pub(crate) fn decode<T: Record>(text: &str, owner: impl Fn() -> String) -> Result<T, Error> {
    // The version is read first and alone, since a newer record need not have the shape of ours.
    let Header { version, kind } = read(text, T::KIND, &owner)?;
    if version > VERSION {
        return Err(Error::Newer {
            what: what(T::KIND, &owner),
            found: version,
            known: VERSION,
        });
    }
    if kind.as_deref() != Some(T::KIND) {
        return Err(Error::Damaged {
            what: what(T::KIND, &owner),
            path: "kind".to_owned(),
        });
    }
    Ok(read::<Incoming<T>>(text, T::KIND, &owner)?.record)
}

fn read<T: DeserializeOwned>(
    text: &str,
    kind: &str,
    owner: &impl Fn() -> String,
) -> Result<T, Error> {
    // The parser's own message may quote what it read, so only the place goes into the error.
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(
        |error| Error::Damaged {
            what: what(kind, owner),
            path: error.path().to_string(),
        },
    )
}

fn what(kind: &str, owner: &impl Fn() -> String) -> String {
    format!("the {kind} of {}", owner())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::contract::samples;

    /// Records as the first version wrote them. The file is never edited.
    const OLDEST: &str = include_str!("stored/1.json");

    #[test]
    fn the_oldest_samples_are_read_as_what_they_meant() {
        let stored: Vec<Value> = serde_json::from_str(OLDEST).unwrap();
        let mut texts = stored.iter().map(Value::to_string);
        let mut next = || texts.next().unwrap();
        for intent in samples::intents() {
            assert_eq!(old::<Intent>(&next()), Intent::of(&intent).unwrap());
        }
        for outcome in samples::outcomes() {
            let at = samples::at(1);
            assert_eq!(old::<Conclusion>(&next()), Conclusion { outcome, at });
        }
        assert_eq!(old::<Image>(&next()), samples::image());
        assert_eq!(old::<Image>(&next()), Image::default());
        let finding = samples::finding("r", Some(19), &[41, 42], 0);
        assert_eq!(old::<FindingEntry>(&next()), finding);
        assert_eq!(texts.next(), None);
    }

    #[test]
    fn a_record_says_its_version_and_kind_first() {
        let text = encode(&Image::default()).unwrap();
        assert!(text.starts_with(r#"{"version":1,"kind":"image","record":{"#));
    }

    #[test]
    fn a_newer_record_is_refused_whatever_its_shape() {
        let error = decode::<Image>(r#"{"version":7,"body":"ada"}"#, owner).unwrap_err();
        assert!(matches!(error, Error::Newer { found: 7, .. }));
        assert_eq!(
            error.to_string(),
            "read the image of change r.1: it has version 7, and this program knows versions up to 1"
        );
    }

    #[test]
    fn a_damaged_record_is_named_by_the_place_and_not_quoted() {
        for (text, path) in [
            ("ada@example.com", "."),
            (r#"{"version":"ada@example.com"}"#, "version"),
            (r#"{"version":1,"kind":"finding","record":{}}"#, "kind"),
            (r#"{"version":1,"record":{}}"#, "kind"),
            (r#"{"version":1,"kind":"image"}"#, "."),
            (
                r#"{"version":1,"kind":"image","record":{"contacts":["ada@example.com"]}}"#,
                "record.contacts[0]",
            ),
        ] {
            assert_eq!(
                decode::<Image>(text, owner).unwrap_err().to_string(),
                format!("read the image of change r.1: it is damaged at {path}")
            );
        }
    }

    fn old<T: Record>(text: &str) -> T {
        decode(text, owner).unwrap()
    }

    fn owner() -> String {
        "change r.1".to_owned()
    }
}
