//! Values as an operator may read them.

use std::collections::BTreeMap;

use model::{
    Action, CommunicationId, Contact, ContactId, FieldChange, Login, Portal, Private, PrivateValue,
    RecordKind, Reference,
};
use serde_json::Value;

use crate::mirrored;

/// What stands where there is nothing.
pub(crate) const NOTHING: &str = "nothing";

/// A write in words, with the values that it puts in place.
pub(crate) fn in_full(action: &Action, contacts: &BTreeMap<ContactId, Contact>) -> String {
    let values = written(action, contacts);
    if values.is_empty() {
        action.to_string()
    } else {
        format!("{action}: {}", values.join("; "))
    }
}

/// The values that a write puts in place, which its own words leave out.
pub(crate) fn written(action: &Action, contacts: &BTreeMap<ContactId, Contact>) -> Vec<String> {
    let item = |contact: &ContactId, id: &CommunicationId| {
        let mut items = contacts.get(contact)?.communications.iter();
        let found = items.find(|item| item.id == *id)?;
        Some(number(&found.value, found.extension.as_ref()))
    };
    match action {
        Action::SetFields { fields, .. } => fields.iter().map(field).collect(),
        Action::AddCommunication { item, .. } => {
            vec![number(&item.value, item.extension.as_ref())]
        }
        Action::RemoveCommunication { item, .. } => {
            vec![number(&item.value, item.extension.as_ref())]
        }
        Action::SetDefaultCommunication {
            contact,
            before,
            after,
            ..
        } => {
            let of = |id: &Option<CommunicationId>| id.and_then(|id| item(contact, &id));
            match (of(before), of(after)) {
                (Some(before), Some(after)) => vec![format!("{before} → {after}")],
                (None, Some(after)) => vec![after],
                (Some(before), None) => vec![format!("{before} is it now")],
                (None, None) => Vec::new(),
            }
        }
        Action::AddNote { text, .. } => vec![line(text.reveal())],
        Action::RemoveNote { note, .. } => vec![line(note.text.reveal())],
        Action::SetPortal { before, after, .. } => {
            vec![format!("{} → {}", portal(*before), portal(*after))]
        }
        Action::RequestPassword { email, .. } => vec![email.reveal().to_owned()],
        Action::Restore {
            first_name,
            last_name,
            ..
        } => vec![full_name(first_name, last_name)],
        Action::Merge { references, .. } => records(references),
        Action::Mirror { call, .. } => mirrored::written(call),
        Action::JoinGroup { membership, .. } | Action::LeaveGroup { membership, .. } => {
            let description = membership.description.iter();
            let description = description.filter(|text| !text.is_blank());
            description.map(|text| text.reveal().to_owned()).collect()
        }
        Action::SetDefaultContact { .. }
        | Action::SetBillingContact { .. }
        | Action::AddType { .. }
        | Action::RemoveType { .. }
        | Action::Retire { .. }
        | Action::Reactivate { .. }
        | Action::Repoint { .. } => Vec::new(),
    }
}

/// A value of a record in one line.
pub(crate) fn shown(value: &PrivateValue) -> String {
    if value.is_blank() {
        return NOTHING.to_owned();
    }
    match value.reveal() {
        Value::Bool(flag) => yes(*flag).to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(element).collect();
            items.join(", ")
        }
        Value::Object(fields) if fields.contains_key("login") => {
            match serde_json::from_value(value.reveal().clone()) {
                Ok(access) => portal(access),
                Err(_) => value.reveal_line(),
            }
        }
        _ => value.reveal_line(),
    }
}

/// An element of a list: an email, phone or fax as kind, value and extension, or anything else.
fn element(value: &Value) -> String {
    let line = |value: &Value| PrivateValue::from(value.clone()).reveal_line();
    match value.as_array().map(Vec::as_slice) {
        Some([_, number, extension]) => {
            let extension = match extension {
                Value::Null => String::new(),
                extension => format!(" x{}", line(extension)),
            };
            format!("{}{extension}", line(number))
        }
        _ => line(value),
    }
}

/// An address or number with its extension.
pub(crate) fn number(value: &Private, extension: Option<&Private>) -> String {
    let value = value.reveal().trim();
    match extension.filter(|extension| !extension.is_blank()) {
        Some(extension) => format!("{value} x{}", extension.reveal().trim()),
        None => value.to_owned(),
    }
}

/// The mark of the default email, phone or fax.
pub(crate) fn star(is_default: bool) -> &'static str {
    if is_default { " *" } else { "" }
}

/// A contact's name.
pub(crate) fn name(contact: &Contact) -> String {
    full_name(&contact.first_name, &contact.last_name)
}

fn full_name(first: &Private, last: &Private) -> String {
    format!("{} {}", first.reveal().trim(), last.reveal().trim())
        .trim()
        .to_owned()
}

/// Access to the portal.
pub(crate) fn portal(portal: Portal) -> String {
    let login = match portal.login {
        Login::Enabled => "login on",
        Login::Disabled => "login off",
    };
    match portal.level {
        Some(level) => format!("{login}, level {level}"),
        None => login.to_owned(),
    }
}

/// A flag.
pub(crate) fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn field(change: &FieldChange) -> String {
    let before = change.before.as_ref().filter(|before| !before.is_blank());
    let after = shown(&change.after);
    match before {
        Some(before) => format!("{}: {} → {after}", change.field, shown(before)),
        None => format!("{}: {after}", change.field),
    }
}

/// Records by kind and property: `service tickets 5, 6`.
fn records(references: &[Reference]) -> Vec<String> {
    let mut kinds: BTreeMap<(RecordKind, &str), Vec<String>> = BTreeMap::new();
    for reference in references {
        let kind = (reference.kind, reference.field.as_str());
        let records = kinds.entry(kind).or_default();
        records.push(reference.record.to_string());
    }
    let line = |((kind, field), records): ((RecordKind, &str), Vec<String>)| {
        let kind = match records.len() {
            1 => kind.to_string(),
            _ => kind.plural(),
        };
        let property = match field {
            "contact" => String::new(),
            field => format!(" ({field})"),
        };
        format!("{kind} {}{property}", records.join(", "))
    };
    kinds.into_iter().map(line).collect()
}

fn line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join(" / ")
}
