//! What an unwelcome answer means. Messages are never read: they come in any language and quote values.

use http_client::{Response, Silence, StatusCode};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// The longest name of a field passed on; anything longer is not one.
const LONGEST_WORD: usize = 60;

/// The error for an answer that is no success.
pub(crate) fn from_answer(call: &Call, response: &Response) -> Error {
    Error::of(call, kind(call, response))
}

/// The error for an answer that did not come, or that cannot be read.
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

fn kind(call: &Call, response: &Response) -> ErrorKind {
    let body = serde_json::from_slice(&response.body).unwrap_or_default();
    match response.status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        // The CRM words every refusal; a proxy does not.
        StatusCode::NOT_FOUND if call.names_a_record() && is_worded(&body) => ErrorKind::NotFound {
            what: call.path.clone(),
        },
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ErrorKind::EndpointMissing,
        status if status.is_redirection() => ErrorKind::EndpointMissing,
        StatusCode::CONFLICT => ErrorKind::Conflict,
        StatusCode::UNPROCESSABLE_ENTITY => ErrorKind::Validation {
            fields: fields(&body),
        },
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

fn is_worded(body: &Map<String, Value>) -> bool {
    body.get("message").is_some_and(Value::is_string)
}

/// The names of the fields complained about, as far as they can only be names.
fn fields(body: &Map<String, Value>) -> Vec<String> {
    let is_name = |name: &&String| {
        !name.is_empty()
            && name.len() <= LONGEST_WORD
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    body.get("errors")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .filter(is_name)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{Answer, answered, json, refusal};

    const GONE: &str = r#"{"message":"Contact not found."}"#;

    async fn kind_of(path: &str, answer: Answer) -> ErrorKind {
        let call = Call::get("read contact 45", path);
        let response = answered(answer).await;
        from_answer(&call, &response).kind().clone()
    }

    #[tokio::test]
    async fn a_missing_record_is_told_from_a_wrong_address() {
        assert_eq!(
            kind_of("contacts/45", json(404, GONE)).await,
            ErrorKind::NotFound {
                what: "contacts/45".to_owned()
            }
        );
        assert_eq!(
            kind_of("contacts", json(404, GONE)).await,
            ErrorKind::EndpointMissing
        );
        for body in ["<html>Not Found</html>", "", "{}", "[]"] {
            let kind = kind_of("contacts/45", json(404, body)).await;
            assert_eq!(kind, ErrorKind::EndpointMissing, "{body}");
        }
        for status in [301, 302, 405] {
            let kind = kind_of("contacts/45", json(status, GONE)).await;
            assert_eq!(kind, ErrorKind::EndpointMissing, "{status}");
        }
    }

    #[tokio::test]
    async fn a_validation_error_keeps_the_fields_but_no_words() {
        let body = r#"{"message":"Priya is to blame.","errors":{
            "last_name":["The last name field is required."],
            "email":["priya@northwinddental.example is taken."],
            "priya@northwinddental.example":["x"], "":["x"]}}"#;
        let kind = kind_of("contacts", json(422, body)).await;
        let fields = ["email", "last_name"].map(str::to_owned).to_vec();
        assert_eq!(kind, ErrorKind::Validation { fields });
    }

    #[tokio::test]
    async fn a_validation_error_in_another_shape_is_one_all_the_same() {
        for body in [
            "",
            "<html>",
            r#"{"errors":["email"]}"#,
            r#"{"errors":null}"#,
        ] {
            let kind = kind_of("contacts", json(422, body)).await;
            assert_eq!(kind, ErrorKind::Validation { fields: Vec::new() });
        }
        let one = refusal(&["email"]);
        let fields = vec!["email".to_owned()];
        let kind = kind_of("contacts", json(422, &one)).await;
        assert_eq!(kind, ErrorKind::Validation { fields });
    }

    #[tokio::test]
    async fn the_wait_that_a_throttled_or_broken_server_asks_for_is_kept() {
        let wait = Some(Duration::from_secs(30));
        let answer = |status| {
            json(status, r#"{"message":"Too Many Attempts."}"#).insert_header("Retry-After", "30")
        };
        assert_eq!(
            kind_of("contacts", answer(429)).await,
            ErrorKind::RateLimited { retry_after: wait }
        );
        assert_eq!(
            kind_of("contacts", answer(503)).await,
            ErrorKind::Unavailable {
                status: Some(503),
                retry_after: wait
            }
        );
    }

    #[tokio::test]
    async fn other_statuses_mean_what_they_say_without_any_body() {
        for (status, kind) in [
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (409, ErrorKind::Conflict),
            (418, ErrorKind::Unexpected { status: 418 }),
            (
                502,
                ErrorKind::Unavailable {
                    status: Some(502),
                    retry_after: None,
                },
            ),
        ] {
            let found = kind_of("contacts/45", json(status, "<html>oops</html>")).await;
            assert_eq!(found, kind);
        }
    }
}
