//! An answer, whatever its status.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::error::Error;
use crate::redact;

/// The answer to a request. Any status is an answer; what it means is for the caller to say.
///
/// Its `Debug` output holds no header values and no body.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) follows_uncertain_attempt: bool,
}

impl Response {
    /// How long the server asked to be left alone, counted from the arrival of this answer.
    ///
    /// A short wait was already kept to inside [`Client::send`](crate::Client::send); what is still here was
    /// too long for that, or came with the last attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether an earlier attempt of this very request may have been applied without us hearing of it.
    ///
    /// If so, a 404 to a removal or a 409 to a write may be the effect of the request itself.
    #[must_use]
    pub fn follows_uncertain_attempt(&self) -> bool {
        self.follows_uncertain_attempt
    }

    /// Whether this answer, a refusal, leaves open what became of the request: an earlier attempt may have been
    /// applied all the same, and a refusal of the repetition does not undo it. That a record is gone, though, is as
    /// true as ever.
    #[must_use]
    pub fn leaves_open(&self, says_gone: bool) -> bool {
        self.follows_uncertain_attempt && !says_gone
    }

    /// Decodes the body as JSON.
    ///
    /// The error names the field and the type wanted, never what was found there.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode(&self.body)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| decode_error::<T>(error.path().iter(), error.inner()))?;
    json.end()
        .map_err(|error| decode_error::<T>(std::iter::empty(), &error))?;
    Ok(value)
}

/// The parser's own message is dropped, because it quotes values.
fn decode_error<'a, T>(
    path: impl Iterator<Item = &'a Segment>,
    error: &serde_json::Error,
) -> Error {
    let problem = match error.classify() {
        Category::Data => "it is missing a field or has another shape",
        Category::Syntax => "it is not JSON",
        Category::Eof => "it ends too early",
        Category::Io => "it could not be read",
    };
    Error::Decode {
        wanted: std::any::type_name::<T>(),
        path: describe_path(path),
        problem,
    }
}

/// The keys of a JSON map are content too, so only those that look like field names are shown.
fn describe_path<'a>(path: impl Iterator<Item = &'a Segment>) -> String {
    let mut text = "$".to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                text.push('.');
                text.push_str(redact::plain(name));
            }
            Segment::Unknown => text.push_str(".*"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Contact {
        id: u32,
        #[serde(default)]
        phones: BTreeMap<String, u32>,
    }

    fn check_error(body: &str, expected_path: &str, expected_problem: &str) {
        let error = decode::<Vec<Contact>>(body.as_bytes()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Ann"), "{shown}");
        let Error::Decode {
            wanted,
            path,
            problem,
        } = error
        else {
            panic!("{error:?}");
        };
        assert!(wanted.ends_with("Contact>"), "{wanted}");
        assert_eq!(path, expected_path);
        assert_eq!(problem, expected_problem);
    }

    const OTHER_SHAPE: &str = "it is missing a field or has another shape";

    #[test]
    fn an_empty_list_is_decoded() {
        assert_eq!(decode::<Vec<Contact>>(b"[]").unwrap(), []);
    }

    #[test]
    fn unknown_fields_are_passed_over() {
        let contacts: Vec<Contact> = decode(br#"[{"id": 1, "name": "Ann"}]"#).unwrap();
        assert_eq!(contacts[0].id, 1);
    }

    #[test]
    fn a_wrong_value_is_located_but_not_quoted() {
        check_error(r#"[{"id": 1}, {"id": "Ann"}]"#, "$[1].id", OTHER_SHAPE);
        check_error(r#"[{"name": "Ann"}]"#, "$[0]", OTHER_SHAPE);
        check_error(
            r#"[{"id": 1, "phones": {"home": "Ann"}}]"#,
            "$[0].phones.home",
            OTHER_SHAPE,
        );
    }

    #[test]
    fn a_key_that_is_content_is_not_quoted_either() {
        check_error(
            r#"[{"id": 1, "phones": {"Ann@example.com": -1}}]"#,
            "$[0].phones.*",
            OTHER_SHAPE,
        );
    }

    #[test]
    fn what_is_not_json_is_told_from_what_ends_too_early() {
        check_error("<html>Ann</html>", "$", "it is not JSON");
        check_error("[] Ann", "$", "it is not JSON");
        check_error("", "$", "it ends too early");
        check_error(
            r#"[{"id": 1}, {"name": "Ann""#,
            "$[1].*",
            "it ends too early",
        );
    }

    fn response(follows_uncertain_attempt: bool) -> Response {
        Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: b"Ann".to_vec(),
            retry_after: None,
            follows_uncertain_attempt,
        }
    }

    #[test]
    fn only_a_refusal_after_an_uncertain_attempt_leaves_something_open() {
        assert!(!response(false).leaves_open(false));
        assert!(response(true).leaves_open(false));
        assert!(!response(true).leaves_open(true));
    }

    #[test]
    fn debug_output_keeps_the_body() {
        let response = response(false);
        assert_eq!(
            format!("{response:?}"),
            "Response { status: 200, body_bytes: 3, retry_after: None, .. }"
        );
    }
}
