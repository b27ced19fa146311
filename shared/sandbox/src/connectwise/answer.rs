//! What the PSA answers: results, and errors in the shape of its documentation.

use std::fmt;

use serde_json::{Value, json};

pub(crate) use crate::exchange::Answer;
use crate::{fault::Refusal, kind::Kind};

/// An error of the API. Its `Display` names fields and ids only.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) problems: Vec<Problem>,
    resource: &'static str,
}

/// What is wrong with one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn missing(field: &str) -> Problem {
        Problem {
            code: "MissingRequiredField",
            field: field.to_owned(),
            message: format!("The {field} field is required."),
        }
    }

    pub(crate) fn field(field: &str, message: impl Into<String>) -> Problem {
        Problem {
            code: "InvalidField",
            field: field.to_owned(),
            message: message.into(),
        }
    }

    pub(crate) fn exists(field: &str, message: &str) -> Problem {
        Problem {
            code: "ObjectExists",
            field: field.to_owned(),
            message: message.to_owned(),
        }
    }

    pub(crate) fn object(field: &str, message: impl Into<String>) -> Problem {
        Problem {
            code: "InvalidObject",
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

impl ApiError {
    fn plain(status: u16, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError {
            status,
            code,
            message: message.into(),
            problems: Vec::new(),
            resource: "",
        }
    }

    /// The object breaks a rule.
    pub(crate) fn invalid(kind: Kind, problems: impl IntoIterator<Item = Problem>) -> ApiError {
        let resource = kind.spec().resource;
        ApiError {
            problems: problems.into_iter().collect(),
            resource,
            ..ApiError::plain(
                400,
                "InvalidObject",
                format!("{resource} object is invalid"),
            )
        }
    }

    /// The object is in use.
    pub(crate) fn in_use(kind: Kind, message: &str) -> ApiError {
        ApiError {
            status: 409,
            ..ApiError::invalid(kind, [Problem::object("id", message)])
        }
    }

    /// The body isn't JSON, or not of the right type.
    pub(crate) fn unreadable() -> ApiError {
        ApiError::plain(400, "InvalidObject", "The request body could not be read.")
    }

    pub(crate) fn patch(message: impl Into<String>) -> ApiError {
        ApiError::plain(400, "InvalidPatch", message)
    }

    pub(crate) fn condition(message: impl Into<String>) -> ApiError {
        ApiError::plain(400, "ApiFindCondition", message)
    }

    pub(crate) fn paging(message: &str) -> ApiError {
        ApiError::plain(400, "InvalidObject", message)
    }

    pub(crate) fn not_found(kind: Kind, id: u32) -> ApiError {
        ApiError::plain(
            404,
            "NotFound",
            format!("{} {id} not found", kind.spec().title),
        )
    }

    pub(crate) fn none_found(kind: Kind) -> ApiError {
        ApiError::plain(404, "NotFound", format!("{} not found", kind.spec().title))
    }

    pub(crate) fn no_endpoint() -> ApiError {
        ApiError::plain(404, "ConnectWiseApi", "The endpoint does not exist.")
    }

    pub(crate) fn method() -> ApiError {
        ApiError::plain(
            405,
            "ConnectWiseApi",
            "The requested resource does not support this method.",
        )
    }

    pub(crate) fn media_type() -> ApiError {
        ApiError::plain(
            415,
            "ConnectWiseApi",
            "The request entity's media type is not supported.",
        )
    }

    pub(crate) fn unauthorized() -> ApiError {
        ApiError::plain(
            401,
            "Unauthorized",
            "Provided user does not have access to this resource.",
        )
    }

    pub(crate) fn no_client_id() -> ApiError {
        ApiError::plain(403, "Forbidden", "A valid clientId is required.")
    }

    pub(crate) fn refused(kind: Kind, refusal: &Refusal) -> ApiError {
        match &refusal.field {
            Some(field) if refusal.status != 403 => ApiError {
                status: refusal.status,
                ..ApiError::invalid(kind, [Problem::field(field, refusal.message.clone())])
            },
            _ => ApiError::plain(refusal.status, "Forbidden", refusal.message.clone()),
        }
    }

    pub(crate) fn answer(&self) -> Answer {
        let errors: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "code": problem.code,
                    "message": problem.message,
                    "resource": self.resource,
                    "field": problem.field,
                })
            })
            .collect();
        let errors = if errors.is_empty() {
            Value::Null
        } else {
            Value::Array(errors)
        };
        Answer::json(
            self.status,
            &json!({ "code": self.code, "message": self.message, "errors": errors }),
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        for problem in &self.problems {
            write!(f, " ({} of {})", problem.code, problem.field)?;
        }
        Ok(())
    }
}
