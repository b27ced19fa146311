//! Records as the PSA shows them: references with names and links, derived fields, change stamps, no nulls.

use serde_json::{Map, Value, json};

use super::values::Of;
use crate::{
    kind::Kind,
    record::{self, Record},
    schema::{Field, Shape},
    world::World,
};

/// The whole record, as GET answers it.
pub(crate) fn whole(world: &World, kind: Kind, id: u32, record: &Record) -> Record {
    let of = Of {
        world,
        kind,
        id,
        record,
    };
    let mut shown = Record::new();
    for field in kind.spec().fields {
        let value = show(of, field);
        let left_out = value.is_null() || (field.shape == Shape::Items && value == json!([]));
        if !left_out {
            shown.insert(field.name.to_owned(), value);
        }
    }
    shown
}

/// The fields of a record that `fields=` names: `id,company/id,_info`.
pub(crate) fn selection(whole: &Record, fields: &str) -> Record {
    let mut shown = Record::new();
    for path in fields.split(',').map(str::trim) {
        let (name, member) = path
            .split_once('/')
            .map_or((path, None), |(name, member)| (name, Some(member)));
        let Some(value) = whole.get(name) else {
            continue;
        };
        let Some(member) = member else {
            shown.insert(name.to_owned(), value.clone());
            continue;
        };
        if let (Some(value), Some(object)) = (
            value.get(member),
            shown
                .entry(name)
                .or_insert_with(|| Value::Object(Map::new()))
                .as_object_mut(),
        ) {
            object.insert(member.to_owned(), value.clone());
        }
    }
    shown
}

/// The summary that callbacks carry: no communication items, no types, no custom fields, in the order that
/// was seen in the field.
pub(crate) fn summary(world: &World, kind: Kind, id: u32, record: &Record) -> String {
    let of = Of {
        world,
        kind,
        id,
        record,
    };
    let mut members = Vec::new();
    for field in kind.spec().fields {
        let derived = matches!(
            field.name,
            "defaultPhoneType" | "defaultPhoneNbr" | "defaultPhoneExtension"
        );
        if field.shape.is_array() || derived || field.name == "ignoreDuplicates" {
            continue;
        }
        let value = match (field.name, field.shape) {
            ("_info", _) => record
                .get("_info")
                .map_or_else(String::new, Value::to_string),
            (_, Shape::To(target)) => summary_reference(world, target, &of.field(field)),
            (_, Shape::Label) => in_order(&of.field(field)),
            _ => Some(of.field(field))
                .filter(|value| !value.is_null())
                .map_or_else(String::new, |v| v.to_string()),
        };
        if !value.is_empty() {
            members.push(format!("{}:{value}", Value::from(field.name)));
        }
    }
    format!("{{{}}}", members.join(","))
}

fn show(of: Of<'_>, field: &Field) -> Value {
    let blank = of.world.switches.blank_company_references && of.kind == Kind::Contact;
    if blank && matches!(field.name, "company" | "site") {
        return json!({});
    }
    let value = of.field(field);
    match field.shape {
        Shape::To(target) => reference(of.world, target, &value),
        Shape::Label => label(&value),
        Shape::Labels if of.kind == Kind::Contact => {
            let types = value.as_array().map_or(&[][..], Vec::as_slice);
            Value::Array(
                types
                    .iter()
                    .map(|each| reference(of.world, Kind::ContactType, each))
                    .collect(),
            )
        }
        Shape::Labels => Value::Array(
            value
                .as_array()
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .map(label)
                .collect(),
        ),
        Shape::Items => {
            let items = value.as_array().map_or(&[][..], Vec::as_slice);
            Value::Array(items.iter().map(|each| item(of.world, each)).collect())
        }
        _ if field.name == "_info" => info(of, value.into_owned()),
        _ => value.into_owned(),
    }
}

fn reference(world: &World, kind: Kind, value: &Value) -> Value {
    let Some(id) = value.get("id").and_then(record::id_in) else {
        return Value::Null;
    };
    let (spec, path) = (kind.spec(), path_of(kind));
    let href = format!(
        "{}/v4_6_release/apis/3.0//{path}/{id}",
        world.tenant.api_origin
    );
    let mut shown = Record::new();
    shown.insert("id".to_owned(), Value::from(id));
    if kind == Kind::Company
        && let Some(identifier) = world
            .record(kind, id)
            .and_then(|company| company.get("identifier"))
    {
        shown.insert("identifier".to_owned(), identifier.clone());
    }
    if let Some(name) = world.name_of(kind, id) {
        shown.insert("name".to_owned(), Value::from(name));
    }
    shown.insert(
        "_info".to_owned(),
        json!({ format!("{}_href", spec.resource): href }),
    );
    Value::Object(shown)
}

fn label(value: &Value) -> Value {
    let Value::Object(members) = value else {
        return Value::Null;
    };
    let mut shown = members.clone();
    shown.insert("_info".to_owned(), json!({}));
    Value::Object(shown)
}

fn item(world: &World, item: &Value) -> Value {
    let Value::Object(members) = item else {
        return Value::Null;
    };
    let mut shown = members.clone();
    let kind = reference(world, Kind::CommunicationType, &item["type"]);
    record::set(&mut shown, "type", kind);
    Value::Object(shown)
}

fn info(of: Of<'_>, mut info: Value) -> Value {
    if let (Kind::Contact, Value::Object(members)) = (of.kind, &mut info) {
        let contact = format!(
            "{}/v4_6_release/apis/3.0//company/contacts/{}",
            of.world.tenant.api_origin, of.id
        );
        members.insert(
            "communications_href".to_owned(),
            Value::from(format!("{contact}/communications")),
        );
        members.insert(
            "notes_href".to_owned(),
            Value::from(format!("{contact}/notes")),
        );
    }
    info
}

fn path_of(kind: Kind) -> &'static str {
    let collections = crate::schema::COLLECTIONS.iter();
    collections
        .filter(|(_, of, parent)| *of == kind && parent.is_none())
        .map(|(path, ..)| *path)
        .next()
        .unwrap_or("")
}

fn summary_reference(world: &World, kind: Kind, value: &Value) -> String {
    let Value::Object(mut shown) = reference(world, kind, value) else {
        return String::new();
    };
    let (id, resource, path) = (&shown["id"], kind.spec().resource, path_of(kind));
    let tenant = &world.tenant;
    let href = format!(
        "{}/{}/apis/3.0/{path}/{id}",
        tenant.site_origin, tenant.codebase
    );
    let info = json!({ format!("{resource}_href"): href });
    shown.insert("_info".to_owned(), info);
    in_order(&Value::Object(shown))
}

/// A reference as text: id, identifier, name, the rest.
fn in_order(value: &Value) -> String {
    let Value::Object(members) = value else {
        return String::new();
    };
    let rank = |name: &str| {
        ["id", "identifier", "name"]
            .iter()
            .position(|each| *each == name)
            .unwrap_or(3)
    };
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_by_key(|name| (rank(name), name.as_str()));
    let members: Vec<String> = names
        .iter()
        .map(|name| format!("{}:{}", Value::from(name.as_str()), members[*name]))
        .collect();
    format!("{{{}}}", members.join(","))
}
