//! PATCH: an array of operations on one record.

use serde::Deserialize;
use serde_json::Value;

use super::{
    answer::ApiError,
    check,
    communications::{self, Place},
};
use crate::{
    kind::Kind,
    record::{self, Record},
    schema::{Shape, Writer},
    world::World,
};

/// One operation.
#[derive(Deserialize)]
pub(crate) struct Operation {
    op: Op,
    path: String,
    #[serde(default)]
    value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Add,
    Replace,
    Remove,
}

/// Reads the body of a PATCH.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Operation>, ApiError> {
    serde_json::from_slice(body)
        .map_err(|_| ApiError::patch("The body must be an array of patch operations."))
}

/// Applies all operations, in their order, to a copy of the record that the caller keeps if all goes well.
pub(crate) fn apply(
    world: &mut World,
    kind: Kind,
    record: &mut Record,
    operations: Vec<Operation>,
) -> Result<(), ApiError> {
    let names_custom_fields = operations
        .iter()
        .any(|operation| operation.path.trim_start_matches('/') == "customFields");
    if kind == Kind::Contact && world.switches.custom_fields_required && !names_custom_fields {
        return Err(ApiError::invalid(
            kind,
            [super::answer::Problem::field(
                "customFields",
                "Custom fields are required.",
            )],
        ));
    }
    operations
        .into_iter()
        .try_for_each(|operation| step(world, kind, record, operation))
}

fn step(
    world: &mut World,
    kind: Kind,
    record: &mut Record,
    operation: Operation,
) -> Result<(), ApiError> {
    let Operation { op, path, value } = operation;
    let unknown = || ApiError::patch(format!("The path {path} is not valid."));
    let names: Vec<&str> = path.strip_prefix('/').unwrap_or(&path).split('/').collect();
    let field = kind.spec().field(names[0]).ok_or_else(unknown)?;
    match (field.shape, &names[1..]) {
        _ if field.writer != Writer::Client => Err(unknown()),
        (Shape::Items, below @ [_, ..]) => {
            let place = Place::read(below).ok_or_else(unknown)?;
            let value = (op != Op::Remove).then_some(value);
            communications::patch_item(world, record, place, op == Op::Add, value)
        }
        // What leads into a reference may be swallowed; the vendor warns of it.
        (Shape::To(_) | Shape::Label, [_, ..]) if world.switches.false_success_into_references => {
            Ok(())
        }
        (_, [_, ..]) => Err(unknown()),
        (_, []) => {
            let value = if op == Op::Remove { Value::Null } else { value };
            let value =
                check::value(world, kind, field, value).map_err(|problem| match field.shape {
                    // Too long a text is a rule of the object; the wrong type is a defect of the patch.
                    Shape::Text(_) | Shape::To(_) => ApiError::invalid(kind, [problem]),
                    _ => ApiError::patch(problem.message),
                })?;
            replace(world, record, field.name, field.shape, value);
            Ok(())
        }
    }
}

fn replace(world: &mut World, record: &mut Record, name: &str, shape: Shape, value: Value) {
    match shape {
        Shape::CustomFields => merge_custom_fields(record, name, value),
        Shape::Items => {
            record::set(record, name, value);
            communications::number(world, record);
        }
        // A flag that is taken away is a flag that isn't set.
        Shape::Flag if value.is_null() => record::set(record, name, Value::from(false)),
        _ => record::set(record, name, value),
    }
}

/// Fields that are named change; the others stay, as was seen in the field. An empty array changes nothing.
pub(crate) fn merge_custom_fields(record: &mut Record, name: &str, value: Value) {
    let Value::Array(given) = value else { return };
    let mut fields = record::array(record, name).to_vec();
    for each in given {
        fields.retain(|field| field["id"] != each["id"]);
        fields.push(each);
    }
    record::set(record, name, Value::Array(fields));
}

#[cfg(test)]
mod tests;
