//! The customer portal as far as the API shows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError, Problem},
    call::Call,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    world::World,
};

const LEVELS: [&str; 6] = [
    "levelOne",
    "levelTwo",
    "levelThree",
    "levelFour",
    "levelFive",
    "levelSix",
];

/// A mail that `requestPassword` sent.
///
/// It has no `Debug`: it names a person's address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// When it was sent.
    pub at: Timestamp,
    /// To whom.
    pub email: String,
    /// The contacts with that address who could log in; none for the mail that says so.
    pub matched: Vec<u32>,
    /// The member who asked for it.
    pub requested_by: String,
}

/// `POST /company/contacts/requestPassword`: 204, whether or not anybody has that address.
pub(crate) fn request_password(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let body = call.object()?;
    let email = record::text(&body, "email").trim().to_owned();
    if email.is_empty() {
        return Err(ApiError::invalid(
            Kind::Contact,
            [Problem::missing("email")],
        ));
    }
    let contacts = world.table(Kind::Contact).iter();
    let matched = contacts
        .filter(|(_, record)| can_log_in(record) && has_email(record, &email))
        .map(|(id, _)| *id);
    let mail = Mail {
        at: world.now,
        matched: matched.collect(),
        email,
        requested_by: call.member.clone(),
    };
    world.mails.push(mail);
    Ok(Answer::nothing())
}

/// `GET /company/contacts/{id}/portalSecurity`: what the contact may do in the portal.
pub(crate) fn security_of(world: &World, id: u32) -> Result<Answer, ApiError> {
    let record = world
        .record(Kind::Contact, id)
        .ok_or_else(|| ApiError::not_found(Kind::Contact, id))?;
    let level = record
        .get("portalSecurityLevel")
        .and_then(Value::as_u64)
        .unwrap_or(1);
    let level = usize::try_from(level)
        .ok()
        .and_then(|level| LEVELS.get(level.checked_sub(1)?));
    let functions = world.table(Kind::PortalSecuritySetting).values().map(|setting| {
        json!({
            "identifier": setting["functionIdentifier"],
            "enabled": can_log_in(record) && level.is_some_and(|level| record::flag(setting, level)),
        })
    });
    Ok(Answer::json(200, &functions.collect()))
}

fn can_log_in(record: &Record) -> bool {
    !record::flag(record, "inactiveFlag") && !record::flag(record, "disablePortalLoginFlag")
}

fn has_email(record: &Record, email: &str) -> bool {
    record::array(record, "communicationItems")
        .iter()
        .any(|item| {
            let value = item["value"].as_str().unwrap_or_default();
            item["communicationType"] == "Email"
                && value.trim().to_lowercase() == email.to_lowercase()
        })
}
