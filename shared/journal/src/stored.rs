//! Records as they are kept: JSON that carries its version and kind.
//!
//! A store keeps images apart from the change they belong to. They are large, and most questions are
//! about the past without them.

mod retained;

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::mirror::{Link, Place, System};
use model::{
    Action, Cause, ChangeId, CompanyId, ContactId, Decision, Entry, Evidence, FindingEntry, Image,
    Outcome, Past, Proposal, Purpose, Rule,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The version that is written, and the newest that can be read. A shape that older programs would
/// misread gets a new one.
const VERSION: u32 = 3;

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
    #[serde(default)]
    unit: u32,
    #[serde(default, skip_serializing_if = "Purpose::is_policy")]
    purpose: Purpose,
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

impl Record for Proposal {
    const KIND: &'static str = "proposal";
}

impl Record for Decision {
    const KIND: &'static str = "decision";
}

impl Record for Link {
    const KIND: &'static str = "link";
}

impl Record for Place {
    const KIND: &'static str = "place";
}

/// A decision without the contacts that were shown, and those, if there are any.
pub(crate) fn apart(decision: &Decision) -> (Decision, Option<Image>) {
    let mut record = decision.clone();
    let contacts = std::mem::take(&mut record.contacts);
    let image = Image {
        contacts,
        ..Image::default()
    };
    (record, (!image.contacts.is_empty()).then_some(image))
}

/// The text that is kept of a proposal that was found, where one of this id may wait already. `None` if
/// nothing new is said.
pub(crate) fn renewed(
    found: &Proposal,
    held: Option<&Proposal>,
) -> Result<Option<(Proposal, String)>, Error> {
    let mut found = found.clone();
    let Some(held) = held else {
        let text = encode(&found)?;
        return Ok(Some((found, text)));
    };
    // It waits since it was first seen, whatever else is known about it by now.
    found.run = held.run.clone();
    found.seen_at = held.seen_at;
    let text = encode(&found)?;
    // Texts are compared, as a value that is kept does not always come back equal: a null in an optional
    // value comes back as its absence.
    Ok((encode(held)? != text).then_some((found, text)))
}

/// The contacts by which a change is found once it is intended.
pub(crate) fn contacts_of_intent(entry: &Entry) -> BTreeSet<ContactId> {
    let written = entry.action.contacts().into_iter();
    written.chain(pictured(&entry.before)).collect()
}

/// The contacts by which a change is found as well once it has ended.
pub(crate) fn contacts_of_end(outcome: &Outcome, after: Option<&Image>) -> BTreeSet<ContactId> {
    let returned = match outcome {
        Outcome::Returned { contact } => Some(*contact),
        _ => None,
    };
    let pictured = after.into_iter().flat_map(pictured);
    pictured.chain(returned).collect()
}

fn pictured(image: &Image) -> impl Iterator<Item = ContactId> {
    image.contacts.iter().map(|contact| contact.id)
}

/// A time as text that sorts.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// What a mirror is called where a store looks for it.
pub(crate) fn system(system: System) -> &'static str {
    match system {
        System::ItGlue => "it-glue",
        System::GrowCrm => "grow-crm",
    }
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
            unit,
            purpose,
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
            unit,
            purpose,
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
            unit: self.unit,
            purpose: self.purpose,
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
            purpose: self.purpose,
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

/// What a kept text says; `owner` names what it belongs to, such as a change or a run.
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
    use model::mirror;
    use serde_json::Value;

    use super::*;
    use crate::contract::samples;

    /// Records as the first version wrote them. A file of a version that was released is never edited.
    const OLDEST: &str = include_str!("stored/1.json");
    /// Records as the second version wrote them.
    const SECOND: &str = include_str!("stored/2.json");
    /// Records as they are written today, one of each sort.
    const NEWEST: &str = include_str!("stored/3.json");

    #[test]
    fn the_oldest_samples_are_read_as_what_they_meant() {
        let stored = texts(OLDEST);
        let mut texts = stored.iter();
        let mut next = || texts.next().unwrap();
        for intent in samples::oldest_intents() {
            assert_eq!(old::<Intent>(next()), Intent::of(&intent).unwrap());
        }
        for outcome in samples::oldest_outcomes() {
            let at = samples::at(1);
            assert_eq!(old::<Conclusion>(next()), Conclusion { outcome, at });
        }
        assert_eq!(old::<Image>(next()), samples::oldest_image());
        assert_eq!(old::<Image>(next()), Image::default());
        let finding = samples::finding("r", Some(19), &[41, 42], 0);
        assert_eq!(old::<FindingEntry>(next()), finding);
        assert_eq!(texts.next(), None);
    }

    #[test]
    fn the_samples_of_the_second_version_are_read_as_what_they_meant() {
        let stored = texts(SECOND);
        let mut texts = stored.iter();
        let mut next = || texts.next().unwrap();
        for intent in samples::second_intents() {
            assert_eq!(old::<Intent>(next()), Intent::of(&intent).unwrap());
        }
        for outcome in samples::outcomes() {
            let at = samples::at(1);
            assert_eq!(old::<Conclusion>(next()), Conclusion { outcome, at });
        }
        assert_eq!(old::<Image>(next()), samples::second_image());
        assert_eq!(old::<Image>(next()), Image::default());
        for finding in samples::second_findings() {
            assert_eq!(old::<FindingEntry>(next()), finding);
        }
        for proposal in samples::proposals() {
            assert_eq!(old::<Proposal>(next()), proposal);
        }
        for decision in samples::decisions() {
            assert_eq!(old::<Decision>(next()), apart(&decision).0);
        }
        assert_eq!(texts.next(), None);
    }

    #[test]
    fn the_newest_samples_are_what_is_written_today() {
        let written = format!("[\n{}\n]\n", today().join(",\n"));
        assert!(
            NEWEST == written,
            "a shape has changed. If version {VERSION} was released, this is version {}, with a file \
             of its own and the older one read as ever. If not, its file is to be:\n{written}",
            VERSION + 1
        );
        assert!(written.contains(&format!(r#"{{"version":{VERSION},"#)));
    }

    #[test]
    fn the_newest_samples_are_read_as_what_they_mean() {
        let stored = texts(NEWEST);
        let mut texts = stored.iter();
        let mut next = || texts.next().unwrap();
        for intent in samples::intents() {
            assert_eq!(old::<Intent>(next()), Intent::of(&intent).unwrap());
        }
        for outcome in samples::outcomes() {
            let at = samples::at(1);
            assert_eq!(old::<Conclusion>(next()), Conclusion { outcome, at });
        }
        assert_eq!(old::<Image>(next()), samples::image());
        assert_eq!(old::<Image>(next()), Image::default());
        for finding in samples::findings() {
            assert_eq!(old::<FindingEntry>(next()), finding);
        }
        for proposal in samples::proposals() {
            assert_eq!(old::<Proposal>(next()), proposal);
        }
        for decision in samples::decisions() {
            assert_eq!(old::<Decision>(next()), apart(&decision).0);
        }
        for link in samples::links() {
            assert_eq!(old::<Link>(next()), link);
        }
        for place in samples::places() {
            assert_eq!(old::<Place>(next()), place);
        }
        assert_eq!(texts.next(), None);
    }

    #[test]
    fn the_newest_samples_have_one_of_everything() {
        let written = today().concat();
        for names in [
            names::<Action>(r#"{"write":"?"}"#),
            names::<Outcome>(r#"{"kind":"?"}"#),
            names::<Purpose>(r#"{"for":"?"}"#),
            names::<model::Source>(r#"{"kind":"?"}"#),
            names::<model::FindingKind>(r#""?""#),
            names::<model::CommunicationKind>(r#""?""#),
            names::<model::Login>(r#""?""#),
            names::<model::RecordKind>(r#""?""#),
            names::<model::Stance>(r#""?""#),
            names::<model::Verdict>(r#""?""#),
            names::<Rule>(r#""?""#),
            names::<mirror::Call>(r#""?""#),
            names::<mirror::ItGlueCall>(r#"{"call":"?"}"#),
            names::<mirror::GrowCrmCall>(r#"{"call":"?"}"#),
            names::<mirror::Mirrored>(r#"{"system":"?"}"#),
            names::<mirror::Record>(r#"{"system":"?"}"#),
            names::<Place>(r#"{"system":"?"}"#),
            names::<model::itglue::Link>(r#""?""#),
            names::<model::itglue::PhoneKind>(r#""?""#),
            names::<model::growcrm::Status>(r#""?""#),
        ] {
            assert!(names.len() > 1);
            // The purpose of a policy is said by leaving it out.
            for name in names.iter().filter(|name| *name != "policy") {
                assert!(written.contains(&format!("\"{name}\"")), "no {name}");
            }
        }
    }

    #[test]
    fn a_record_says_its_version_and_kind_first() {
        let text = encode(&Image::default()).unwrap();
        assert!(text.starts_with(r#"{"version":3,"kind":"image","record":{"#));
    }

    #[test]
    fn a_newer_record_is_refused_whatever_its_shape() {
        let error = decode::<Image>(r#"{"version":7,"body":"ada"}"#, owner).unwrap_err();
        assert!(matches!(error, Error::Newer { found: 7, .. }));
        assert_eq!(
            error.to_string(),
            "read the image of change r.1: it has version 7, and this program knows versions up to 3"
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

    /// All samples, as they are written today.
    fn today() -> Vec<String> {
        let at = samples::at(1);
        let conclude = |outcome| encode(&Conclusion { outcome, at });
        let images = [samples::image(), Image::default()];
        let intents = samples::intents();
        let intents = intents.iter().map(|entry| encode(&Intent::of(entry)?));
        intents
            .chain(samples::outcomes().into_iter().map(conclude))
            .chain(images.iter().map(encode))
            .chain(samples::findings().iter().map(encode))
            .chain(samples::proposals().iter().map(encode))
            .chain(
                samples::decisions()
                    .iter()
                    .map(|said| encode(&apart(said).0)),
            )
            .chain(samples::links().iter().map(encode))
            .chain(samples::places().iter().map(encode))
            .collect::<Result<_, _>>()
            .unwrap()
    }

    fn texts(file: &str) -> Vec<String> {
        let stored: Vec<Value> = serde_json::from_str(file).unwrap();
        stored.iter().map(Value::to_string).collect()
    }

    /// The names that a type can have in a record, as its reader lists them when it meets another.
    fn names<T: DeserializeOwned>(unknown: &str) -> Vec<String> {
        let error = serde_json::from_str::<T>(unknown)
            .err()
            .unwrap()
            .to_string();
        let (_, expected) = error.split_once("expected").unwrap();
        let quoted = expected.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    }

    fn old<T: Record>(text: &str) -> T {
        decode(text, owner).unwrap()
    }

    #[test]
    fn a_system_has_one_name_everywhere() {
        for which in System::ALL {
            let name = serde_json::to_value(which).unwrap();
            assert_eq!(name, system(which));
        }
    }

    #[test]
    fn times_sort_as_text() {
        let times = ["1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z"]
            .into_iter()
            .chain(["2026-02-03T04:05:06Z", "2026-02-03T04:05:06.000000001Z"])
            .map(|text| text.parse::<Timestamp>().unwrap());
        let texts: Vec<String> = times.map(instant).collect();
        assert_eq!(texts[1], "1970-01-01T00:00:00.000000000Z");
        assert!(texts.is_sorted(), "{texts:?}");
    }

    fn owner() -> String {
        "change r.1".to_owned()
    }
}
