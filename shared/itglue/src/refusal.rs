//! What an unwelcome answer means. Bodies come in every shape: a list of errors, the message of a gateway, HTML,
//! or none.

use http_client::{Idempotency, Response, StatusCode};
use serde_json::Value;

use crate::error::{Error, ErrorKind};

/// The longest field name passed on; anything longer is not one.
const LONGEST_WORD: usize = 60;

/// What is worth keeping of an error body. Messages are not: they may quote values.
#[derive(Debug, Default, PartialEq, Eq)]
struct Complaint {
    /// Whether the body is an object at all, as everything that IT Glue itself answers is.
    is_json: bool,
    /// Whether it lists errors. What stands before IT Glue has another shape.
    lists_errors: bool,
    /// The fields it complains about.
    fields: Vec<String>,
    /// Of each error about a synced record, whether it is about the email addresses.
    synced: Vec<bool>,
}

/// The error for an answer that is no success. `path` is that of the record asked for.
pub(crate) fn from_answer(operation: &str, path: &str, response: &Response) -> Error {
    Error::new(operation, kind(path, response))
}

/// The error for an answer that did not come, or cannot be read.
pub(crate) fn from_silence(
    operation: &str,
    idempotency: Idempotency,
    error: http_client::Error,
) -> Error {
    use http_client::Error as Http;
    let kind = match &error {
        Http::Unsendable { .. } | Http::Encode { .. } | Http::Forbidden { .. } => {
            ErrorKind::InvalidValue {
                what: "the request",
            }
        }
        Http::Decode { path, .. } => ErrorKind::Decode { path: path.clone() },
        Http::TooLarge { .. } if idempotency == Idempotency::Safe => ErrorKind::Decode {
            path: "$".to_owned(),
        },
        error if error.may_have_been_applied() && idempotency != Idempotency::Safe => {
            ErrorKind::AnswerLost
        }
        _ => ErrorKind::Unavailable {
            status: None,
            retry_after: None,
        },
    };
    Error::caused(operation, kind, error)
}

fn kind(path: &str, response: &Response) -> ErrorKind {
    let status = response.status;
    let Complaint {
        is_json,
        lists_errors,
        fields,
        synced,
    } = Complaint::read(&response.body);
    match status {
        // Whoever knows the key lists errors; the gateway that turns away a wrong one does not.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if lists_errors => ErrorKind::Forbidden,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Unauthorized,
        StatusCode::NOT_FOUND if is_json => ErrorKind::NotFound {
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
            is_json: true,
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
    ["title", "detail"].into_iter().any(|name| {
        let text = error.get(name).and_then(Value::as_str);
        text.is_some_and(|text| text.to_lowercase().contains("sync"))
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
        let response = answered(answer).await;
        from_answer("change contact 72", "contacts/72", &response)
            .kind()
            .clone()
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
    async fn a_missing_record_is_told_from_a_wrong_address_by_being_json() {
        let missing = errors(r#"{"status": "404", "title": "Not Found"}"#);
        for body in [&*missing, "{}"] {
            assert_eq!(
                kind_of(json(404, body)).await,
                ErrorKind::NotFound {
                    what: "contacts/72".to_owned()
                }
            );
        }
        for body in ["<html>Not Found</html>", "", "null"] {
            assert_eq!(kind_of(json(404, body)).await, ErrorKind::EndpointMissing);
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
        let bare = errors(r#"{"title": "Cannot update a synced resource"}"#);
        let synced = ErrorKind::SyncedRecord { emails_only: false };
        assert_eq!(kind_of(json(422, &bare)).await, synced);
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
