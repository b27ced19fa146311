//! What is on the queue.

use std::collections::BTreeSet;

use model::{Cause, CompanyId, ContactId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;

use crate::Error;

/// One piece of work.
///
/// Names carry a version, so that a message that is in flight during a deployment is still understood after it:
/// a new shape is a new variant, and the old one stays until no queue can hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Bring one company's contacts in line with the rules.
    VisitCompanyV1 {
        /// Which company.
        company: CompanyId,
        /// The contact that changed, if one did: a very large company is visited around it.
        contact: Option<ContactId>,
        /// What set it off.
        cause: Cause,
    },
    /// Find the company of a contact, and send a visit for it. Nothing is enforced on the way.
    LocateContactV1 {
        /// Which contact. It may be gone.
        contact: ContactId,
        /// What set it off.
        cause: Cause,
    },
    /// Carry contacts of one company over to a mirror: to the one whose queue this is.
    MirrorContactsV1 {
        /// Which company.
        company: CompanyId,
        /// Which contacts. They may be gone.
        contacts: BTreeSet<ContactId>,
        /// What set it off.
        cause: Cause,
    },
}

impl Message {
    const NAMES: [&str; 3] = ["VisitCompanyV1", "LocateContactV1", "MirrorContactsV1"];

    /// The body to queue.
    pub fn encode(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|source| Error::Encode { source })
    }

    /// Reads a queued body. The error names the place and never the content.
    pub fn decode(body: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(body).map_err(|error| Error::Decode {
            place: format!("line {}, column {}", error.line(), error.column()),
            problem: match error.classify() {
                Category::Eof => "the text ends too early",
                _ => "this is not JSON",
            },
        })?;
        // An unknown name would be repeated in the path of the error below.
        let known = value.as_object().is_some_and(|message| {
            message.len() == 1
                && message
                    .keys()
                    .all(|name| Self::NAMES.contains(&name.as_str()))
        });
        if !known {
            return Err(Error::Decode {
                place: "the name of the message".to_owned(),
                problem: "none of the types and versions that are known here",
            });
        }
        serde_path_to_error::deserialize(value).map_err(|error| Error::Decode {
            place: error.path().to_string(),
            problem: "missing, or not of the type it should be",
        })
    }

    /// What set it off.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        match self {
            Self::VisitCompanyV1 { cause, .. }
            | Self::LocateContactV1 { cause, .. }
            | Self::MirrorContactsV1 { cause, .. } => cause,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Source;

    use super::*;

    /// As the first release queued it. Never change these; add to them.
    const OLDEST_VISIT: &str = r#"{"VisitCompanyV1":{"company":812,"contact":4711,"cause":{"source":{"kind":"callback","record":"contact","action":"updated"},"message":"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31"}}}"#;
    const OLDEST_LOCATE: &str = r#"{"LocateContactV1":{"contact":4711,"cause":{"source":{"kind":"callback","record":"contact","action":"deleted"},"message":null}}}"#;
    const OLDEST_MIRROR: &str = r#"{"MirrorContactsV1":{"company":812,"contacts":[4711,4712],"cause":{"source":{"kind":"callback","record":"contact","action":"updated"},"message":"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31"}}}"#;

    fn callback(action: &str, message: Option<&str>) -> Cause {
        Cause {
            source: Source::Callback {
                record: "contact".to_owned(),
                action: action.to_owned(),
            },
            message: message.map(str::to_owned),
        }
    }

    fn refusal(body: &str) -> String {
        Message::decode(body).unwrap_err().to_string()
    }

    #[test]
    fn nothing_is_not_a_message() {
        assert_eq!(
            refusal(""),
            "decode a message, at line 1, column 0: the text ends too early"
        );
    }

    #[test]
    fn the_oldest_messages_are_still_understood_and_written_the_same() {
        let visit = Message::VisitCompanyV1 {
            company: CompanyId::new(812),
            contact: Some(ContactId::new(4711)),
            cause: callback("updated", Some("5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31")),
        };
        let locate = Message::LocateContactV1 {
            contact: ContactId::new(4711),
            cause: callback("deleted", None),
        };
        let mirror = Message::MirrorContactsV1 {
            company: CompanyId::new(812),
            contacts: [4711, 4712].map(ContactId::new).into(),
            cause: callback("updated", Some("5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31")),
        };
        for (body, message) in [
            (OLDEST_VISIT, visit),
            (OLDEST_LOCATE, locate),
            (OLDEST_MIRROR, mirror),
        ] {
            assert_eq!(Message::decode(body).unwrap(), message);
            assert_eq!(message.encode().unwrap(), body);
        }
    }

    #[test]
    fn fields_that_a_later_release_adds_are_tolerated() {
        let body = OLDEST_LOCATE.replace(r#""contact":4711,"#, r#""contact":4711,"urgent":true,"#);
        assert_eq!(
            Message::decode(&body).unwrap(),
            Message::decode(OLDEST_LOCATE).unwrap()
        );
    }

    #[test]
    fn an_unknown_version_is_refused_without_repeating_it() {
        let expected = "decode a message, at the name of the message: \
                        none of the types and versions that are known here";
        for body in [
            r#"{"VisitCompanyV2":{"company":812}}"#,
            r#"{"Renee Okafor":1}"#,
            r#"{"VisitCompanyV1":{},"LocateContactV1":{}}"#,
            r#""VisitCompanyV1""#,
            "{}",
            "[]",
            "null",
        ] {
            assert_eq!(refusal(body), expected, "{body}");
        }
    }

    #[test]
    fn an_error_names_the_place_and_not_the_content() {
        let wrong_type = OLDEST_VISIT.replace("812", "\"Renee Okafor\"");
        assert_eq!(
            refusal(&wrong_type),
            "decode a message, at VisitCompanyV1.company: missing, or not of the type it should be"
        );
        let missing = OLDEST_LOCATE.replace("contact\":4711", "person\":4711");
        assert_eq!(
            refusal(&missing),
            "decode a message, at LocateContactV1: missing, or not of the type it should be"
        );
        assert_eq!(
            refusal("Renee Okafor"),
            "decode a message, at line 1, column 1: this is not JSON"
        );
    }
}
