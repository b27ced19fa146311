//! What Grow CRM answers when it refuses.

use std::collections::BTreeMap;

use serde_json::json;

use crate::exchange::Answer;

/// A refusal. Its `Debug` names fields only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Problem {
    /// The key is missing or wrong.
    Unauthorized,
    /// There is no such route.
    NoRoute,
    /// The route is there, but not for this method.
    Method,
    /// There is no such record, or it was deleted.
    NotFound(&'static str),
    /// The body is of another type than the documented one.
    MediaType,
    /// The contact has no client to own.
    NoClient,
    /// Fields are wrong: all of them, each with what is wrong.
    Invalid(BTreeMap<String, Vec<String>>),
    /// The mail could not be sent.
    Mail,
}

impl Problem {
    pub(crate) fn answer(&self) -> Answer {
        let (status, message) = match self {
            Problem::Unauthorized => (401, "Unauthorized. A valid API key is required.".to_owned()),
            Problem::NoRoute => (404, "The route could not be found.".to_owned()),
            Problem::Method => (
                405,
                "The method is not supported for this route.".to_owned(),
            ),
            Problem::NotFound(what) => (404, format!("{what} not found.")),
            Problem::MediaType => (415, "Unsupported Media Type".to_owned()),
            Problem::NoClient => (
                409,
                "The contact does not belong to a client account.".to_owned(),
            ),
            Problem::Mail => (500, "Server Error".to_owned()),
            Problem::Invalid(errors) => {
                let body = json!({ "message": "The given data was invalid.", "errors": errors });
                return Answer::json(422, &body);
            }
        };
        Answer::json(status, &json!({ "message": message }))
    }
}
