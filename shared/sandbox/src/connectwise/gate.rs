//! The way in: which door a path leads to, and who may go through it.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{answer::ApiError, call::Call, router};
use crate::{
    exchange::{self, Answer, Incoming, Reply},
    fault::Fault,
    record,
    request_log::RequestKind,
    vendor::Vendor,
    world::World,
};

/// The codebase that works whatever the release.
const ANY_RELEASE: &str = "v4_6_release";

/// What a path is about.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Door {
    /// The REST API: its codebase, and the path below it.
    Api(String, Vec<String>),
    /// The keys that callbacks are signed with.
    Key(String),
    /// Where a login company lives.
    CompanyInfo(String),
    /// Nothing the PSA knows.
    None,
}

impl Vendor for World {
    fn kind_of(path: &str) -> RequestKind {
        match door(path) {
            Door::Api(..) => RequestKind::Api,
            Door::Key(_) => RequestKind::Key,
            Door::CompanyInfo(_) => RequestKind::CompanyInfo,
            Door::None => RequestKind::Other,
        }
    }

    fn answer(&mut self, incoming: &Incoming) -> Answer {
        knock(self, incoming)
    }

    /// The one error whose body calls its code `error`.
    fn too_many_requests(retry_after: u32) -> Answer {
        let message = format!("Too many requests. Please try again in {retry_after} seconds.");
        let body = json!({ "error": "ConnectWiseAPI", "message": message });
        Answer::json(429, &body).header("Retry-After", retry_after.to_string())
    }

    fn stamp(answer: Answer, serial: u64) -> Answer {
        let id = record::uuid(&format!("request {serial}"));
        answer
            .header("api-current-version", "2025.1".to_owned())
            .header("x-cw-request-id", id)
    }

    fn faults_mut(&mut self) -> &mut Vec<Fault> {
        &mut self.faults
    }

    fn now_mut(&mut self) -> &mut Timestamp {
        &mut self.now
    }

    fn has_news(&self) -> bool {
        !self.outbox.is_empty()
    }
}

/// The door that a path leads to.
fn door(path: &str) -> Door {
    let segments = exchange::segments(path);
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["login", "companyinfo", company] => Door::CompanyInfo((*company).to_owned()),
        [codebase, "system", "callbackkey", "index.rails"] => Door::Key((*codebase).to_owned()),
        [codebase, "apis", "3.0", ..] => Door::Api((*codebase).to_owned(), segments[3..].to_vec()),
        _ => Door::None,
    }
}

/// Answers a request.
fn knock(world: &mut World, incoming: &Incoming) -> Answer {
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
    let member = member(world, incoming.header("authorization").unwrap_or_default())
        .ok_or_else(ApiError::unauthorized)?;
    if incoming.header("clientid") != Some(world.tenant.client_id.as_str()) {
        return Err(ApiError::no_client_id());
    }
    let json = incoming
        .header("content-type")
        .is_some_and(|of| of.starts_with("application/json"));
    if !incoming.body.is_empty() && !json {
        return Err(ApiError::media_type());
    }
    Ok(Call {
        method: incoming.method.clone(),
        segments,
        query: exchange::parameters(incoming.query.as_bytes()),
        forward_only: incoming.header("pagination-type") == Some("forward-only"),
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
            segments: exchange::segments(path),
            query: exchange::parameters(query.as_bytes()),
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
        answer.unwrap_or_else(|error| error.answer()).into()
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
    let query = exchange::parameters(incoming.query.as_bytes());
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
