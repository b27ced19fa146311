//! What an unwelcome answer means. Bodies come in every shape: a list of errors, the message of a gateway, HTML,
//! or none.

use http_client::{Response, Silence, StatusCode};
use serde_json::Value;

use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// The longest field name passed on; anything longer is not one.
const LONGEST_WORD: usize = 60;

/// What is worth keeping of an error body. Messages are not: they may quote values.
#[derive(Debug, Default, PartialEq, Eq)]
struct Complaint {
    /// Whether it lists errors. What stands before IT Glue has another shape.
    lists_errors: bool,
    /// The fields it complains about.
    fields: Vec<String>,
    /// Of each error about a synced record, whether it is about the email addresses.
    synced: Vec<bool>,
}

/// The error for an answer that is no success.
pub(crate) fn from_answer(call: &Call, response: &Response) -> Error {
    Error::of(call, kind(&call.path, response))
}

/// The error for an answer that did not come, or cannot be read.
pub(crate) fn from_silence(call: &Call, error: http_client::Error) -> Error {
    let kind = match error.silence(call.idempotency) {
        Silence::Unsendable => ErrorKind::InvalidValue {
            what: "the request",
        },
        Silence::Unreadable { path } => ErrorKind::Decode { path },
        Silence::Lost => ErrorKind::AnswerLost,
        Silence::Unreachable => ErrorKind::Unavailable {
            status: None,
            retry_after: None,
        },
    };
    Error::of(call, kind).caused_by(error)
}

fn kind(path: &str, response: &Response) -> ErrorKind {
    let status = response.status;
    let Complaint {
        lists_errors,
        fields,
        synced,
    } = Complaint::read(&response.body);
    match status {
        // Whoever knows the key lists errors; the gateway that turns away a wrong one does not.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if lists_errors => ErrorKind::Forbidden,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Unauthorized,
        StatusCode::NOT_FOUND if lists_errors => ErrorKind::NotFound {
            what: path.to_owned(),
        },
        StatusCode::NOT_FOUND => ErrorKind::EndpointMissing,
        StatusCode::UNPROCESSABLE_ENTITY if !synced.is_empty() => ErrorKind::SyncedRecord {
            emails_only: synced.iter().all(|is_about_emails| *is_about_emails),
        },
        StatusCode::UNPROCESSABLE_ENTITY => ErrorKind::Validation { fields },
        StatusCode::BAD_REQUEST if !fields.is_empty() => ErrorKind::Validation { fields },
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited {
            retry_after: response.retry_after(),
        },
        status if status.is_server_error() => ErrorKind::Unavailable {
            status: Some(status.as_u16()),
            retry_after: response.retry_after(),
        },
        status => ErrorKind::Unexpected {
            status: status.as_u16(),
        },
    }
}

impl Complaint {
    /// Reads field by field, so that one odd property does not hide the others.
    fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let errors = body.get("errors").and_then(Value::as_array);
        let mut complaint = Self {
            lists_errors: errors.is_some(),
            ..Self::default()
        };
        for error in errors.into_iter().flatten() {
            let field = field(error);
            if is_about_sync(error) {
                let is_about_emails = field
                    .as_ref()
                    .is_some_and(|field| field.starts_with("contact-emails"));
                complaint.synced.push(is_about_emails);
            }
            complaint.fields.extend(field);
        }
        complaint
    }
}

/// The name of the field that an error points at: pointers come with and without the way there, and in either
/// spelling.
fn field(error: &Value) -> Option<String> {
    let pointer = error.get("source")?.get("pointer")?.as_str()?;
    let name = pointer
        .rsplit_once("attributes/")
        .map_or(pointer, |(_, name)| name)
        .trim_start_matches('/')
        .replace('_', "-");
    is_name(&name).then_some(name)
}

/// IT Glue says "Cannot update a synced resource"; what it says when it will not delete one is not documented.
fn is_about_sync(error: &Value) -> bool {
    let is_word_of_it = |word: &str| {
        ["synced", "syncing"]
            .into_iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    };
    ["title", "detail"].into_iter().any(|name| {
        let text = error.get(name).and_then(Value::as_str).unwrap_or_default();
        text.split(|c: char| !c.is_alphanumeric())
            .any(is_word_of_it)
    })
}

/// Whether the text can only be the name of a field.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_WORD
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-./[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answer, answered, json};

    async fn kind_of(answer: Answer) -> ErrorKind {
        let call = Call::patch("change contact 72", "contacts/72", Value::Null);
        let response = answered(answer).await;
        from_answer(&call, &response).kind().clone()
    }

    fn errors(errors: &str) -> String {
        format!(r#"{{"errors": [{errors}]}}"#)
    }

    #[tokio::test]
    async fn a_key_that_is_unknown_is_told_from_one_without_rights_by_the_body() {
        let gateway = r#"{"message":"Forbidden"}"#;
        let own = errors(
            r#"{"status": 401, "title": "Unauthorized", "detail": "Unauthorized resource access",
                "source": {"pointer": "id"}}"#,
        );
        for status in [401, 403] {
            for body in [gateway, "", "<html>"] {
                let kind = kind_of(json(status, body)).await;
                assert_eq!(kind, ErrorKind::Unauthorized, "{status} {body}");
            }
            assert_eq!(kind_of(json(status, &own)).await, ErrorKind::Forbidden);
        }
    }

    #[tokio::test]
    async fn a_missing_record_is_told_from_a_wrong_address_by_its_list_of_errors() {
        let missing = errors(r#"{"status": "404", "title": "Not Found"}"#);
        for body in [&*missing, r#"{"errors": []}"#] {
            assert_eq!(
                kind_of(json(404, body)).await,
                ErrorKind::NotFound {
                    what: "contacts/72".to_owned()
                }
            );
        }
        for body in [
            "<html>Not Found</html>",
            "",
            "null",
            "{}",
            r#"{"message": "no Route matched with those values"}"#,
            r#"{"errors": "not found"}"#,
        ] {
            let kind = kind_of(json(404, body)).await;
            assert_eq!(kind, ErrorKind::EndpointMissing, "{body}");
        }
    }

    #[tokio::test]
    async fn a_validation_error_keeps_the_names_of_fields_and_no_words() {
        let body = errors(
            r#"{"status": 422, "detail": "must exist", "source": {"pointer": "/data/attributes/contact-type"}},
               {"status": "422", "title": "Valid organization_id is required",
                "source": {"pointer": "data/attributes/organization_id"}},
               {"source": {"pointer": "/data/attributes/contact_emails/0/value"}},
               {"source": {"pointer": "/data/attributes/priya@dental.example"}},
               {"source": null}, 7"#,
        );
        assert_eq!(
            kind_of(json(422, &body)).await,
            ErrorKind::Validation {
                fields: ["contact-type", "organization-id", "contact-emails/0/value"]
                    .map(str::to_owned)
                    .to_vec()
            }
        );
        let none = ErrorKind::Validation { fields: Vec::new() };
        assert_eq!(kind_of(json(422, "<html>")).await, none);
    }

    #[tokio::test]
    async fn a_synced_record_says_whether_it_is_the_addresses_alone() {
        let synced = |pointer: &str| {
            format!(
                r#"{{"status": 422, "title": "Unprocessable Entity",
                "detail": "Cannot update a synced resource", "source": {{"pointer": "{pointer}"}}}}"#
            )
        };
        for (pointers, emails_only) in [
            (vec!["/data/attributes/contact-emails.base"], true),
            (vec!["data/attributes/contact_emails.base"], true),
            (vec!["contact-emails.base"], true),
            (vec!["/data/attributes/base"], false),
            (vec!["/data/attributes/contact-emails.base", "/data"], false),
        ] {
            let list: Vec<String> = pointers.iter().map(|pointer| synced(pointer)).collect();
            assert_eq!(
                kind_of(json(422, &errors(&list.join(",")))).await,
                ErrorKind::SyncedRecord { emails_only },
                "{pointers:?}"
            );
        }
        let synced = ErrorKind::SyncedRecord { emails_only: false };
        for title in [
            "Cannot update a synced resource",
            "Externally-Synced",
            "Cannot delete a resource while it is syncing.",
        ] {
            let bare = errors(&format!(r#"{{"title": "{title}"}}"#));
            assert_eq!(kind_of(json(422, &bare)).await, synced, "{title}");
        }
    }

    #[tokio::test]
    async fn a_word_that_only_sounds_like_it_is_not_about_a_sync() {
        for title in ["Photosync Ltd is invalid", "resync later", "asynchronous"] {
            let body = errors(&format!(r#"{{"title": "{title}"}}"#));
            let fields = Vec::new();
            let kind = kind_of(json(422, &body)).await;
            assert_eq!(kind, ErrorKind::Validation { fields }, "{title}");
        }
    }

    #[tokio::test]
    async fn other_statuses_mean_what_they_say_without_any_body() {
        let limited = json(429, "").insert_header("Retry-After", "30");
        assert_eq!(
            kind_of(limited).await,
            ErrorKind::RateLimited {
                retry_after: Some(std::time::Duration::from_secs(30))
            }
        );
        let unavailable = ErrorKind::Unavailable {
            status: Some(504),
            retry_after: None,
        };
        assert_eq!(kind_of(json(504, "<html>oops</html>")).await, unavailable);
        for status in [400, 409, 415] {
            let unexpected = ErrorKind::Unexpected { status };
            assert_eq!(kind_of(json(status, "<html>")).await, unexpected);
        }
        let field = errors(r#"{"source": {"pointer": "/data/attributes/notes"}}"#);
        assert_eq!(
            kind_of(json(400, &field)).await,
            ErrorKind::Validation {
                fields: vec!["notes".to_owned()]
            }
        );
    }
}
