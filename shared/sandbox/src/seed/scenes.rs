//! Things that happen in the example tenant when asked for.

use serde_json::json;

use super::{DEFAULT_TO_DEACTIVATE, DEFAULT_TO_DELETE};
use crate::{
    scene::{Scene, Step},
    tenant::PERSON,
};

/// A person deletes the default contact of Copperfield Logistics.
pub fn default_deleted() -> Scene {
    scene("default contact deleted", "DELETE", DEFAULT_TO_DELETE, None)
}

/// A person deactivates the default contact of Juniper Health.
pub fn default_deactivated() -> Scene {
    let body = json!([{ "op": "replace", "path": "inactiveFlag", "value": true }]);
    scene(
        "default contact deactivated",
        "PATCH",
        DEFAULT_TO_DEACTIVATE,
        Some(body),
    )
}

fn scene(name: &str, method: &str, contact: u32, body: Option<serde_json::Value>) -> Scene {
    let request = Step::Request {
        member: PERSON.to_owned(),
        method: method.to_owned(),
        path: format!("/company/contacts/{contact}"),
        body,
    };
    Scene {
        name: name.to_owned(),
        steps: vec![Step::Advance { seconds: 60 }, request],
    }
}
