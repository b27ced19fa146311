//! The way in: who may ask, and in which form.

use jiff::Timestamp;
use serde_json::json;

use super::{account::Account, form::Form, problem::Problem, router};
use crate::{
    exchange::{self, Answer, Incoming},
    fault::Fault,
    request_log::RequestKind,
    vendor::Vendor,
};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A request that was let in.
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path below `/api`.
    pub(crate) segments: Vec<String>,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) form: Form,
}

impl Call {
    /// A parameter of the query; an empty one counts as absent.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut mine = self.parameters.iter().filter(|(given, _)| given == name);
        let value = mine.next_back().map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }

    /// A parameter of the query that is a number from 1 on.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        let number = self.parameter(name)?.parse().ok();
        number.filter(|number| *number > 0)
    }
}

impl Vendor for Account {
    fn kind_of(path: &str) -> RequestKind {
        if below_api(path).is_some() {
            RequestKind::Api
        } else {
            RequestKind::Other
        }
    }

    fn answer(&mut self, incoming: &Incoming) -> Answer {
        match admit(self, incoming) {
            Ok(call) => carried_out(self, &call),
            Err(problem) => problem.answer(),
        }
    }

    fn too_many_requests(retry_after: u32) -> Answer {
        Answer::json(429, &json!({ "message": "Too Many Attempts." }))
            .header("Retry-After", retry_after.to_string())
            .header("X-RateLimit-Limit", "60".to_owned())
            .header("X-RateLimit-Remaining", "0".to_owned())
    }

    fn faults_mut(&mut self) -> &mut Vec<Fault> {
        &mut self.faults
    }

    fn now_mut(&mut self) -> &mut Timestamp {
        &mut self.now
    }
}

/// Carries out a request that didn't come over HTTP.
pub(crate) fn request(
    account: &mut Account,
    method: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let fields = fields.iter();
    let call = Call {
        method: method.to_owned(),
        segments: exchange::segments(path),
        parameters: exchange::parameters(query.as_bytes()),
        form: Form::of_fields(
            fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        ),
    };
    carried_out(account, &call)
}

fn admit(account: &Account, incoming: &Incoming) -> Result<Call, Problem> {
    let segments = below_api(&incoming.path).ok_or(Problem::NoRoute)?;
    let key = incoming.header("authorization").unwrap_or_default();
    if key.strip_prefix("Bearer ") != Some(account.api_key.as_str()) {
        return Err(Problem::Unauthorized);
    }
    let form = if incoming.body.is_empty() {
        Form::default()
    } else if incoming.is_declared(FORM) {
        Form::of_body(&incoming.body)
    } else if incoming.is_declared(JSON) && account.switches.accepts_json {
        Form::of_json(&incoming.body)
    } else {
        return Err(Problem::MediaType);
    };
    Ok(Call {
        method: incoming.method.clone(),
        segments,
        parameters: exchange::parameters(incoming.query.as_bytes()),
        form,
    })
}

fn below_api(path: &str) -> Option<Vec<String>> {
    let mut segments = exchange::segments(path);
    (segments.first()? == "api").then(|| segments.split_off(1))
}

fn carried_out(account: &mut Account, call: &Call) -> Answer {
    router::route(account, call).unwrap_or_else(|problem| problem.answer())
}
