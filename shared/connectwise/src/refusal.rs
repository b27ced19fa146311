//! What an unwelcome answer means. Bodies come in every shape: the usual one, the odd one of 429, HTML of a
//! proxy, or none.

use http_client::{Idempotency, Response, Silence, StatusCode};
use serde_json::Value;

use crate::error::{Error, ErrorKind};

/// The longest code or field name passed on; anything longer is not one.
const LONGEST_WORD: usize = 60;

/// What is worth keeping of an error body. Messages are not: they quote values.
#[derive(Debug, Default, PartialEq, Eq)]
struct Complaint {
    code: Option<String>,
    fields: Vec<String>,
}

/// The error for an answer that is no success. `path` is that of the record asked for.
pub(crate) fn from_answer(operation: &str, path: &str, response: &Response) -> Error {
    let complaint = Complaint::read(&response.body);
    Error::new(operation, kind(path, response, complaint))
}

/// The error for an answer that did not come.
pub(crate) fn from_silence(
    operation: &str,
    idempotency: Idempotency,
    error: http_client::Error,
) -> Error {
    let kind = match error.silence(idempotency) {
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
    Error::caused(operation, kind, error)
}

/// The error for a success whose body is not what it should be. A body that says what is wrong is believed
/// more than its status.
pub(crate) fn from_body(
    operation: &str,
    path: &str,
    response: &Response,
    error: http_client::Error,
) -> Error {
    match Complaint::read(&response.body) {
        complaint if complaint.code.is_some() => {
            Error::new(operation, kind(path, response, complaint))
        }
        _ => from_silence(operation, Idempotency::Safe, error),
    }
}

fn kind(path: &str, response: &Response, complaint: Complaint) -> ErrorKind {
    let status = response.status;
    let Complaint { code, fields } = complaint;
    // Not encrypted, or the site's host in place of the API's: a mistake in the configuration,
    // whatever status it comes with.
    if code.as_deref() == Some("Security") {
        return ErrorKind::Rejected {
            status: status.as_u16(),
            code: "Security".to_owned(),
            fields,
        };
    }
    match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND if code.as_deref() == Some("NotFound") => ErrorKind::NotFound {
            what: path.to_owned(),
        },
        StatusCode::NOT_FOUND => ErrorKind::EndpointMissing,
        StatusCode::CONFLICT => ErrorKind::Conflict {
            code: code.unwrap_or_else(|| "Conflict".to_owned()),
        },
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited {
            retry_after: response.retry_after(),
        },
        status if status.is_server_error() => ErrorKind::Unavailable {
            status: Some(status.as_u16()),
            retry_after: response.retry_after(),
        },
        status => ErrorKind::Rejected {
            status: status.as_u16(),
            code: code.unwrap_or_else(|| "Unknown".to_owned()),
            fields,
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
        Self {
            code: word(body.get("code")).map(str::to_owned),
            fields: errors.into_iter().flatten().filter_map(field).collect(),
        }
    }
}

/// `resource.field Code`, of which any part may be missing.
fn field(error: &Value) -> Option<String> {
    let place: Vec<&str> = ["resource", "field"]
        .into_iter()
        .filter_map(|name| word(error.get(name)))
        .collect();
    let parts = [
        (!place.is_empty()).then(|| place.join(".")),
        word(error.get("code")).map(str::to_owned),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The text, if it can only be a code or the name of a field.
fn word(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| {
        !text.is_empty()
            && text.len() <= LONGEST_WORD
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_./[]".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answer, answered};

    async fn kind_of(answer: Answer) -> ErrorKind {
        let response = answered(answer).await;
        from_answer("read contact 4711", "company/contacts/4711", &response)
            .kind()
            .clone()
    }

    fn json(status: u16, body: &str) -> Answer {
        Answer::new(status).set_body_raw(body, "application/json")
    }

    #[tokio::test]
    async fn a_missing_record_is_told_from_a_wrong_address_by_its_code() {
        let missing = r#"{"code":"NotFound","message":"Contact 4711 not found"}"#;
        assert_eq!(
            kind_of(json(404, missing)).await,
            ErrorKind::NotFound {
                what: "company/contacts/4711".to_owned()
            }
        );
        for body in [
            r#"{"code":"ConnectWiseApi","message":"The endpoint does not exist."}"#,
            r#"{"message":"no code at all"}"#,
            "<html>Not Found</html>",
            "",
        ] {
            assert_eq!(kind_of(json(404, body)).await, ErrorKind::EndpointMissing);
        }
    }

    #[tokio::test]
    async fn a_validation_error_keeps_fields_and_codes_but_no_words() {
        let body = r#"{"code":"InvalidObject","message":"contact object is invalid","errors":[
            {"code":"MissingRequiredField","message":"Renee has no name","resource":"contact","field":"firstName"},
            {"code":"InvalidField","message":null,"resource":"contact","field":"renee@harborline.example"},
            {"code":"Odd","details":{}}, 7]}"#;
        assert_eq!(
            kind_of(json(400, body)).await,
            ErrorKind::Rejected {
                status: 400,
                code: "InvalidObject".to_owned(),
                fields: [
                    "contact.firstName MissingRequiredField",
                    "contact InvalidField",
                    "Odd"
                ]
                .map(str::to_owned)
                .to_vec(),
            }
        );
    }

    #[tokio::test]
    async fn the_security_body_is_a_rejection_whatever_its_status() {
        let body = r#"{"code":"Security","message":"SSL is required.","errors":null}"#;
        for status in [401, 403] {
            assert_eq!(
                kind_of(json(status, body)).await,
                ErrorKind::Rejected {
                    status,
                    code: "Security".to_owned(),
                    fields: Vec::new()
                }
            );
        }
    }

    #[tokio::test]
    async fn too_many_requests_have_a_body_of_their_own() {
        let body = r#"{"error":"ConnectWiseAPI","message":"Too many requests. Please try again in 30 seconds."}"#;
        let answer = json(429, body).insert_header("Retry-After", "30");
        assert_eq!(
            kind_of(answer).await,
            ErrorKind::RateLimited {
                retry_after: Some(std::time::Duration::from_secs(30))
            }
        );
    }

    #[tokio::test]
    async fn other_statuses_mean_what_they_say_without_any_body() {
        assert_eq!(kind_of(json(401, "")).await, ErrorKind::Unauthorized);
        assert_eq!(kind_of(json(403, "null")).await, ErrorKind::Forbidden);
        let conflict = ErrorKind::Conflict {
            code: "Conflict".to_owned(),
        };
        assert_eq!(kind_of(json(409, "<html>")).await, conflict);
        let unavailable = ErrorKind::Unavailable {
            status: Some(500),
            retry_after: None,
        };
        assert_eq!(kind_of(json(500, "<html>oops</html>")).await, unavailable);
    }
}
