//! What IT Glue answers when it refuses.

use serde_json::{Value, json};

use crate::exchange::Answer;

/// The media type of everything that is JSON:API.
pub(crate) const JSON_API: &str = "application/vnd.api+json";

/// A refusal. Its `Debug` names fields only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Problem {
    /// The key is missing, revoked, or of another region.
    Forbidden,
    /// The key is good, but not for this.
    Unauthorized,
    /// There is no such route.
    NoRoute,
    /// There is no such record.
    NotFound,
    /// The body's type isn't JSON:API.
    MediaType,
    /// A parameter or the body cannot be understood.
    Bad(String),
    /// The record owns itself no longer; the pointer says how much of it.
    Synced(&'static str),
    /// Attributes are wrong.
    Invalid(Vec<Flaw>),
    /// The page was too large to be made in time.
    TimedOut,
}

/// What is wrong with an attribute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Flaw {
    pub(crate) detail: &'static str,
    pub(crate) pointer: String,
}

impl Flaw {
    pub(crate) fn new(attribute: &str, detail: &'static str) -> Flaw {
        Flaw {
            detail,
            pointer: format!("/data/attributes/{attribute}"),
        }
    }
}

impl Problem {
    pub(crate) fn bad(words: impl Into<String>) -> Problem {
        Problem::Bad(words.into())
    }

    /// The organization is missing or unknown.
    pub(crate) fn no_organization() -> Problem {
        Problem::Invalid(vec![Flaw {
            detail: NO_ORGANIZATION,
            pointer: "data/attributes/organization_id".to_owned(),
        }])
    }

    pub(crate) fn answer(&self) -> Answer {
        match self {
            Problem::Forbidden => Answer::json(403, &json!({ "message": "Forbidden" })),
            Problem::NoRoute => Answer::text(404, "text/html; charset=utf-8", NO_ROUTE),
            Problem::TimedOut => Answer::text(504, "text/html", TIMED_OUT),
            Problem::Unauthorized => errors(
                401,
                json!([{
                    "status": 401, "title": "Unauthorized", "detail": "Unauthorized resource access",
                    "source": { "pointer": "id" },
                }]),
            ),
            // Statuses are numbers or texts: clients have to take both.
            Problem::NotFound => errors(
                404,
                json!([{ "title": "Not Found", "status": "404", "detail": "Record not found" }]),
            ),
            Problem::MediaType => errors(
                415,
                json!([{ "title": "Unsupported Media Type", "status": "415" }]),
            ),
            Problem::Bad(detail) => errors(
                400,
                json!([{ "status": 400, "title": "Bad Request", "detail": detail }]),
            ),
            Problem::Synced(pointer) => errors(
                422,
                json!([{
                    "status": 422, "title": "Unprocessable Entity", "detail": "Cannot update a synced resource",
                    "source": { "pointer": pointer },
                }]),
            ),
            Problem::Invalid(flaws) => errors(422, flaws.iter().map(flaw).collect()),
        }
    }
}

const NO_ORGANIZATION: &str = "Valid organization_id is required";
const NO_ROUTE: &str = "<!DOCTYPE html><html><head><title>The page you were looking for doesn't exist (404)</title></head><body></body></html>";
const TIMED_OUT: &str =
    "<html><head><title>504 Gateway Time-out</title></head><body></body></html>";

fn errors(status: u16, errors: Value) -> Answer {
    Answer::text(status, JSON_API, &json!({ "errors": errors }).to_string())
}

/// The error about the organization has its words in the title, and no detail.
fn flaw(flaw: &Flaw) -> Value {
    let source = json!({ "pointer": flaw.pointer });
    if flaw.detail == NO_ORGANIZATION {
        return json!({ "status": 422, "title": flaw.detail, "source": source });
    }
    json!({
        "status": 422, "title": "Unprocessable Entity", "detail": flaw.detail, "source": source,
    })
}
