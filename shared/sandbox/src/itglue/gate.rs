//! The way in: who may ask, and how often.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    account::Account,
    problem::{JSON_API, Problem},
    router,
};
use crate::{
    exchange::{self, Answer, Incoming},
    fault::Fault,
    request_log::RequestKind,
    vendor::Vendor,
};

/// A request that was let in.
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Scheme, host and port under which the server is known.
    pub(crate) origin: String,
}

impl Call {
    /// The body's `data`.
    pub(crate) fn data(&self) -> Result<Value, Problem> {
        let document: Option<Value> = serde_json::from_slice(&self.body).ok();
        match document.as_ref().and_then(|document| document.get("data")) {
            Some(data) => Ok(data.clone()),
            None => Err(Problem::bad("the body is no JSON:API document")),
        }
    }
}

impl Vendor for Account {
    /// There is nothing beside the API.
    fn kind_of(_path: &str) -> RequestKind {
        RequestKind::Api
    }

    fn answer(&mut self, incoming: &Incoming) -> Answer {
        if incoming.header("x-api-key") != Some(self.api_key.as_str()) {
            return Problem::Forbidden.answer();
        }
        let now = self.now;
        if let Some(limit) = &mut self.rate_limit
            && let Some(wait) = limit.take(now)
        {
            return too_many_requests(limit.says_when.then_some(wait));
        }
        if !incoming.body.is_empty() && !incoming.is_declared(JSON_API) {
            return Problem::MediaType.answer();
        }
        carried_out(
            self,
            &Call {
                method: incoming.method.clone(),
                path: incoming.path.clone(),
                parameters: exchange::parameters(incoming.query.as_bytes()),
                body: incoming.body.clone(),
                origin: incoming.origin.clone(),
            },
        )
    }

    fn too_many_requests(retry_after: u32) -> Answer {
        too_many_requests(Some(retry_after))
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
    body: Option<&Value>,
) -> Answer {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let body = body.map(|body| body.to_string().into_bytes());
    carried_out(
        account,
        &Call {
            method: method.to_owned(),
            path: path.to_owned(),
            parameters: exchange::parameters(query.as_bytes()),
            body: body.unwrap_or_default(),
            origin: String::new(),
        },
    )
}

fn carried_out(account: &mut Account, call: &Call) -> Answer {
    router::route(account, call).unwrap_or_else(|problem| problem.answer())
}

/// What the body of a 429 says isn't documented.
fn too_many_requests(retry_after: Option<u32>) -> Answer {
    let answer = Answer::text(429, "text/plain", "Retry later\n");
    match retry_after {
        Some(seconds) => answer.header("Retry-After", seconds.to_string()),
        None => answer,
    }
}
