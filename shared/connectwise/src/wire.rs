//! Bodies as documented, as far as they are read. Every property may be missing: the PSA leaves out nulls, and
//! a role without rights leaves references blank.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A record of which every property matters, by name.
pub(crate) type Record = BTreeMap<String, Value>;

/// What the site tells without credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CompanyInfo {
    pub(crate) codebase: Option<String>,
}

/// A reference to another record. `{}` is one that cannot be seen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reference {
    pub(crate) id: Option<u32>,
    pub(crate) name: Option<String>,
}

/// When a record was last changed, and by which member.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Info {
    pub(crate) last_updated: Option<String>,
    pub(crate) updated_by: Option<String>,
}

/// An item of a contact's `communicationItems`, or of its sub-resource.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CommunicationItem {
    pub(crate) id: Option<u32>,
    #[serde(rename = "type")]
    pub(crate) item_type: Option<Reference>,
    pub(crate) value: Option<String>,
    pub(crate) extension: Option<String>,
    pub(crate) default_flag: Option<bool>,
    pub(crate) communication_type: Option<String>,
}

/// A custom field, whose value is of any type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CustomField {
    pub(crate) id: Option<u32>,
    pub(crate) caption: Option<String>,
    pub(crate) value: Option<Value>,
}

/// A company.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Company {
    pub(crate) id: Option<u32>,
    pub(crate) name: Option<String>,
    pub(crate) identifier: Option<String>,
    pub(crate) default_contact: Option<Reference>,
    pub(crate) billing_contact: Option<Reference>,
    pub(crate) deleted_flag: Option<bool>,
    #[serde(rename = "_info")]
    pub(crate) info: Option<Info>,
}

/// A note on a contact.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Note {
    pub(crate) id: Option<u32>,
    pub(crate) text: Option<String>,
    #[serde(rename = "type")]
    pub(crate) note_type: Option<Reference>,
    pub(crate) flagged: Option<bool>,
}

/// A contact's place in a marketing group.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ContactGroup {
    pub(crate) id: Option<u32>,
    pub(crate) group: Option<Reference>,
    pub(crate) description: Option<String>,
    pub(crate) unsubscribe_flag: Option<bool>,
}

/// The link between a contact and a label.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TypeAssociation {
    pub(crate) id: Option<u32>,
    #[serde(rename = "type")]
    pub(crate) label: Option<Reference>,
}

/// A label. References to it call its description a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ContactType {
    pub(crate) id: Option<u32>,
    pub(crate) description: Option<String>,
}

/// An entry of the callback registry.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Callback {
    pub(crate) id: Option<u32>,
    pub(crate) description: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) object_id: Option<i64>,
    #[serde(rename = "type")]
    pub(crate) callback_type: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) member_id: Option<u32>,
    pub(crate) payload_version: Option<String>,
    pub(crate) inactive_flag: Option<bool>,
    pub(crate) is_self_suppressed_flag: Option<bool>,
}
