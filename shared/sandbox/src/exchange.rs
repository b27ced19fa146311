//! A request on its way in and an answer on its way out, whoever the vendor is.

use http::HeaderMap;
use serde_json::Value;
use url::form_urlencoded;

use crate::server::Arrival;

/// An HTTP request, before anything is known about it.
pub struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Scheme, host and port under which the server is known.
    pub(crate) origin: String,
}

impl Incoming {
    /// A header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body is declared to be of that media type, whatever its parameters.
    pub(crate) fn is_declared(&self, media_type: &str) -> bool {
        let declared = self.header("content-type").unwrap_or_default();
        let declared = declared.split(';').next().unwrap_or_default().trim();
        declared.eq_ignore_ascii_case(media_type)
    }

    pub(crate) fn arrival(&self) -> Arrival<'_> {
        Arrival {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            body: &self.body,
        }
    }
}

/// An answer, before it becomes bytes on a wire.
#[derive(Clone)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        Answer::text(status, "application/json; charset=utf-8", &body.to_string())
    }

    /// An answer with a body of any type.
    pub(crate) fn text(status: u16, content_type: &'static str, body: &str) -> Answer {
        Answer {
            status,
            content_type,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// 204, without a body.
    pub(crate) fn nothing() -> Answer {
        Answer::text(204, "", "")
    }

    pub(crate) fn header(mut self, name: &'static str, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }
}

/// What a request that didn't come over HTTP is answered with.
#[derive(Clone, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body; null when there is none, or when it isn't JSON.
    pub body: Value,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Reply {
        Reply {
            status: answer.status,
            body: serde_json::from_slice(&answer.body).unwrap_or_default(),
        }
    }
}

/// The segments of a path; doubled slashes count as one.
pub(crate) fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The parameters of a query string or a form.
pub(crate) fn parameters(query: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(query).into_owned().collect()
}
