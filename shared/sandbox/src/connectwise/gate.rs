//! The way in: which door a path leads to, and who may go through it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError},
    call::{self, Call},
    router,
};
use crate::world::World;

/// The codebase that works whatever the release.
const ANY_RELEASE: &str = "v4_6_release";

/// An HTTP request, before anything is known about it.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) authorization: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) pagination: Option<String>,
    pub(crate) body: Vec<u8>,
    /// Scheme, host and port under which the server is known.
    pub(crate) origin: String,
}

/// What a path is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    /// The REST API: its codebase, and the path below it.
    Api(String, Vec<String>),
    /// The keys that callbacks are signed with.
    Key(String),
    /// Where a login company lives.
    CompanyInfo(String),
    /// Nothing the PSA knows.
    None,
}

/// What a request that didn't come over HTTP is answered with.
#[derive(Clone, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body; null when there is none.
    pub body: Value,
}

/// The door that a path leads to.
pub(crate) fn door(path: &str) -> Door {
    let segments = call::segments(path);
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["login", "companyinfo", company] => Door::CompanyInfo((*company).to_owned()),
        [codebase, "system", "callbackkey", "index.rails"] => Door::Key((*codebase).to_owned()),
        [codebase, "apis", "3.0", ..] => Door::Api((*codebase).to_owned(), segments[3..].to_vec()),
        _ => Door::None,
    }
}

/// Answers a request.
pub(crate) fn knock(world: &mut World, incoming: &Incoming) -> Answer {
    let answered = match door(&incoming.path) {
        Door::CompanyInfo(company) => Ok(company_info(world, incoming, &company)),
        Door::Key(codebase) if is_current(world, &codebase) => Ok(key(world, incoming)),
        Door::Api(codebase, _) if is_current(world, &codebase) => {
            admit(world, incoming).and_then(|call| router::route(world, &call))
        }
        _ => Err(ApiError::no_endpoint()),
    };
    answered.unwrap_or_else(|error| error.answer())
}

/// Who asks, if it is somebody.
fn admit(world: &World, incoming: &Incoming) -> Result<Call, ApiError> {
    let Door::Api(_, segments) = door(&incoming.path) else {
        return Err(ApiError::no_endpoint());
    };
    let member = member(world, incoming.authorization.as_deref().unwrap_or_default())
        .ok_or_else(ApiError::unauthorized)?;
    if incoming.client_id.as_deref() != Some(world.tenant.client_id.as_str()) {
        return Err(ApiError::no_client_id());
    }
    let json = incoming
        .content_type
        .as_deref()
        .is_some_and(|of| of.starts_with("application/json"));
    if !incoming.body.is_empty() && !json {
        return Err(ApiError::media_type());
    }
    Ok(Call {
        method: incoming.method.clone(),
        segments,
        query: call::parameters(&incoming.query),
        forward_only: incoming.pagination.as_deref() == Some("forward-only"),
        body: incoming.body.clone(),
        member,
        address: format!("{}{}", incoming.origin, incoming.path),
    })
}

impl World {
    /// Carries out a request as a member, without HTTP: no faults, and nothing in the request log. `path`
    /// begins below `apis/3.0` and may have a query: `/company/contacts/4711?transferContactId=2`.
    ///
    /// A member who doesn't exist is answered with 401.
    pub fn request(
        &mut self,
        member: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method: method.to_owned(),
            segments: call::segments(path),
            query: call::parameters(query),
            forward_only: false,
            body: body
                .map(|body| body.to_string().into_bytes())
                .unwrap_or_default(),
            member: member.to_owned(),
            address: path.to_owned(),
        };
        let answer = match self.member(member) {
            Some(_) => router::route(self, &call),
            None => Err(ApiError::unauthorized()),
        };
        let answer = answer.unwrap_or_else(|error| error.answer());
        Reply {
            status: answer.status,
            body: serde_json::from_slice(&answer.body).unwrap_or_default(),
        }
    }
}

fn is_current(world: &World, codebase: &str) -> bool {
    codebase == world.tenant.codebase.trim_end_matches('/') || codebase == ANY_RELEASE
}

/// The member whose keys these are: `Basic base64(company+public:private)`.
fn member(world: &World, authorization: &str) -> Option<String> {
    let decoded = STANDARD
        .decode(authorization.strip_prefix("Basic ")?.trim())
        .ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (user, private_key) = decoded.split_once(':')?;
    let (company, public_key) = user.split_once('+')?;
    let mut members = world.members.iter();
    let known = members
        .find(|member| member.public_key == public_key && member.private_key == private_key)?;
    company
        .eq_ignore_ascii_case(&world.tenant.login_company)
        .then(|| known.identifier.clone())
}

/// Where a login company lives. No credentials are needed; an unknown company is `null`.
fn company_info(world: &World, incoming: &Incoming, company: &str) -> Answer {
    let tenant = &world.tenant;
    if !company.eq_ignore_ascii_case(&tenant.login_company) {
        return Answer::json(200, &Value::Null);
    }
    let release = tenant.codebase.trim_end_matches('/').replace('_', ".");
    let host = incoming.origin.rsplit("//").next().unwrap_or_default();
    Answer::json(
        200,
        &json!({
            "CompanyName": tenant.company_name,
            "Codebase": tenant.codebase,
            "VersionCode": release,
            "VersionNumber": "v4.6.99999",
            "CompanyID": tenant.login_company,
            "IsCloud": true,
            "SiteUrl": host,
        }),
    )
}

/// The signing key that a callback names. It is JSON that isn't declared as such, as was seen in the field.
fn key(world: &World, incoming: &Incoming) -> Answer {
    let query = call::parameters(&incoming.query);
    let parameter = |name: &str| {
        query
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    };
    match world.key_answer(parameter("companyName"), parameter("id")) {
        Some(body) => Answer {
            content_type: "text/html; charset=utf-8",
            ..Answer::json(200, &body)
        },
        None => Answer {
            content_type: "text/html; charset=utf-8",
            ..Answer::json(404, &Value::Null)
        },
    }
}
