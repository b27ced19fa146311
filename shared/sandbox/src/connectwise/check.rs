//! Whether values fit their fields.

use serde_json::Value;

use super::{
    answer::{ApiError, Problem},
    communications,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    schema::{Field, Shape, Writer},
    world::World,
};

/// What a body is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// A POST: fields only the server writes are ignored.
    Create,
    /// A PUT: the same, and fields for creation are ignored too.
    Replace,
    /// A world under construction: every field may be given.
    Build,
}

/// Makes a record of a body. Values are in the form in which they are stored.
pub(crate) fn body(
    world: &World,
    kind: Kind,
    body: Record,
    purpose: Purpose,
) -> Result<Record, ApiError> {
    let mut record = Record::new();
    let mut problems = Vec::new();
    for (name, given) in body {
        let Some(field) = kind.spec().field(&name) else {
            problems.push(Problem::field(
                &name,
                format!("{name} is not a recognized name."),
            ));
            continue;
        };
        let ignored = match field.writer {
            Writer::Client => false,
            Writer::Creator => purpose == Purpose::Replace,
            Writer::Server => purpose != Purpose::Build,
        };
        if ignored {
            continue;
        }
        // A world under construction may refer to what comes later, or never.
        let referred = given
            .get("id")
            .and_then(record::id_in)
            .filter(|_| purpose == Purpose::Build);
        let checked = match (field.shape, referred) {
            (Shape::To(_), Some(id)) => Ok(record::to(id)),
            _ => value(world, kind, field, given),
        };
        match checked {
            Ok(value) => record::set(&mut record, &name, value),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(record)
    } else {
        Err(ApiError::invalid(kind, problems))
    }
}

/// The value as it is stored in `field`; null clears the field.
pub(crate) fn value(
    world: &World,
    kind: Kind,
    field: &Field,
    given: Value,
) -> Result<Value, Problem> {
    let wrong = |wanted: &str| {
        Err(Problem::field(
            field.name,
            format!("The {} field must be {wanted}.", field.name),
        ))
    };
    if given.is_null() {
        return Ok(given);
    }
    match field.shape {
        Shape::Int => match given.as_i64() {
            Some(int) if i32::try_from(int).is_ok() => Ok(given),
            _ => wrong("an integer"),
        },
        Shape::Flag => {
            if given.is_boolean() {
                Ok(given)
            } else {
                wrong("true or false")
            }
        }
        Shape::Text(longest) => match &given {
            Value::String(text)
                if world.switches.checks_lengths
                    && longest > 0
                    && text.chars().count() > longest =>
            {
                wrong(&format!("at most {longest} characters long"))
            }
            Value::String(_) => Ok(given),
            _ => wrong("text"),
        },
        Shape::To(target) => match given.get("id").and_then(record::id_in) {
            Some(id) if world.record(target, id).is_some() => Ok(record::to(id)),
            Some(_) => wrong(&format!("the id of a {} that exists", target.spec().title)),
            None => wrong("a reference with an id"),
        },
        Shape::Label => {
            if given.is_object() {
                Ok(named(world, kind, field, label(given)))
            } else {
                wrong("a reference with an id")
            }
        }
        Shape::Labels => match given {
            Value::Array(labels) if labels.iter().all(Value::is_object) => {
                Ok(Value::Array(labels.into_iter().map(label).collect()))
            }
            _ => wrong("an array of references"),
        },
        Shape::Items => match given {
            Value::Array(items) => communications::checked_items(world, items),
            _ => wrong("an array"),
        },
        Shape::CustomFields => match given {
            Value::Array(fields) => custom_fields(world, kind, field, fields),
            _ => wrong("an array"),
        },
        Shape::Any => Ok(given),
    }
}

/// The required fields that a record lacks.
pub(crate) fn required(kind: Kind, record: &Record) -> Result<(), ApiError> {
    let missing: Vec<Problem> = kind
        .spec()
        .required
        .iter()
        .filter(|name| match record.get(**name) {
            None => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        })
        .map(|name| Problem::missing(name))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(kind, missing))
    }
}

/// A label as it is stored: links are made when it is shown.
fn label(mut label: Value) -> Value {
    if let Value::Object(members) = &mut label {
        members.remove("_info");
    }
    label
}

/// A label that was given by its id alone, with the name that it has elsewhere: in the same field of a record
/// of the same kind, or of a company, whose sites and countries are those of its contacts.
fn named(world: &World, kind: Kind, field: &Field, label: Value) -> Value {
    let Some(id) = label.get("id").and_then(record::id_in) else {
        return label;
    };
    if label.get("name").is_some() {
        return label;
    }
    let kinds = [Some(kind), (kind == Kind::Contact).then_some(Kind::Company)];
    let records = kinds
        .into_iter()
        .flatten()
        .flat_map(|kind| world.table(kind).values());
    let mut labels = records.filter_map(|record| record.get(field.name));
    labels
        .find(|other| {
            other.get("id").and_then(record::id_in) == Some(id) && other.get("name").is_some()
        })
        .cloned()
        .unwrap_or(label)
}

/// The values of custom fields, by the ids of their definitions.
fn custom_fields(
    world: &World,
    kind: Kind,
    field: &Field,
    given: Vec<Value>,
) -> Result<Value, Problem> {
    let mut kept = Vec::with_capacity(given.len());
    for each in given {
        let id = each.get("id").and_then(record::id_in);
        let known = world
            .custom_fields(kind)
            .iter()
            .any(|of| of.get("id").and_then(record::id_in) == id);
        match id {
            Some(id) if known => {
                let value = each.get("value").cloned().unwrap_or_default();
                kept.push(serde_json::json!({ "id": id, "value": value }));
            }
            _ => {
                return Err(Problem::field(
                    field.name,
                    "The customFields field names a field that is not defined.",
                ));
            }
        }
    }
    Ok(Value::Array(kept))
}
