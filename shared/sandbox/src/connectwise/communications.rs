//! Emails, phones and faxes of contacts: the list within the contact, and the sub-resource.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError, Problem},
    call::Call,
    check, contacts,
    paging::Rows,
    patch, render, values,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    world::World,
};

const ITEMS: &str = "communicationItems";

/// What a path below `communicationItems` leads to.
pub(crate) struct Place {
    index: usize,
    member: Option<String>,
}

impl Place {
    /// Reads `3` or `3/value`.
    pub(crate) fn read(names: &[&str]) -> Option<Place> {
        let index = names.first()?.parse().ok()?;
        match names {
            [_] => Some(Place {
                index,
                member: None,
            }),
            [_, member] => Some(Place {
                index,
                member: Some((*member).to_owned()),
            }),
            _ => None,
        }
    }
}

/// The items of a contact as they are stored: checked, with their kind and domain, one default of a kind.
pub(crate) fn checked_items(world: &World, items: Vec<Value>) -> Result<Value, Problem> {
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        let Value::Object(item) = item else {
            return Err(Problem::field(ITEMS, "An item must be an object."));
        };
        let item = checked(world, item).map_err(|error| {
            error
                .problems
                .into_iter()
                .next()
                .unwrap_or_else(|| Problem::field(ITEMS, "An item is invalid."))
        })?;
        append(&mut kept, item);
    }
    Ok(Value::Array(kept))
}

/// Gives ids to the items that have none.
pub(crate) fn number(world: &mut World, record: &mut Record) {
    let Some(Value::Array(items)) = record.get_mut(ITEMS) else {
        return;
    };
    for item in items {
        match item.get("id").and_then(record::id_in) {
            Some(id) => world.reserve(Kind::Communication, id),
            None => item["id"] = Value::from(world.next_id(Kind::Communication)),
        }
    }
}

/// Changes the item at an index; without a value it is removed.
pub(crate) fn patch_item(
    world: &mut World,
    record: &mut Record,
    place: Place,
    adds: bool,
    value: Option<Value>,
) -> Result<(), ApiError> {
    let mut items = record::array(record, ITEMS).to_vec();
    let known = place.index < items.len();
    let out_of_range = || ApiError::patch("The path leads to an item that does not exist.");
    match (place.member, value) {
        (None, None) if known => {
            remove_at(world, &mut items, place.index);
        }
        (Some(member), Some(value)) if known => {
            let mut item = items[place.index].as_object().cloned().unwrap_or_default();
            item.insert(member, value);
            replace_at(world, &mut items, place.index, item)?;
        }
        (None, Some(Value::Object(item))) if known && !adds => {
            replace_at(world, &mut items, place.index, item)?
        }
        (None, Some(Value::Object(item))) if adds => {
            let mut item = checked(world, item)?;
            // An item added anywhere but at the end is appended all the same, and never becomes the default.
            if place.index != items.len() {
                item.insert("defaultFlag".to_owned(), Value::from(false));
            }
            item.insert(
                "id".to_owned(),
                Value::from(world.next_id(Kind::Communication)),
            );
            append(&mut items, item);
        }
        (None, Some(_)) => return Err(ApiError::patch("An item must be an object.")),
        _ => return Err(out_of_range()),
    }
    record::set(record, ITEMS, Value::Array(items));
    Ok(())
}

/// The items of a contact as records of their own.
pub(crate) fn rows(world: &World, contact: u32) -> Rows<'_> {
    let Some(record) = world.record(Kind::Contact, contact) else {
        return Rows::new();
    };
    let stamps = record.get("_info");
    let mut rows: Rows<'_> = record::array(record, ITEMS)
        .iter()
        .map(|item| {
            let row = values::communication(world, contact, stamps, item);
            (
                item["id"]
                    .as_u64()
                    .and_then(|id| u32::try_from(id).ok())
                    .unwrap_or_default(),
                Cow::Owned(row),
            )
        })
        .collect();
    rows.sort_by_key(|(id, _)| *id);
    rows
}

/// POST to the sub-resource.
pub(crate) fn create(world: &mut World, call: &Call, contact: u32) -> Result<Answer, ApiError> {
    let body = check::body(
        world,
        Kind::Communication,
        call.object()?,
        check::Purpose::Create,
    )?;
    let mut item = checked(world, body)?;
    let id = world.next_id(Kind::Communication);
    item.insert("id".to_owned(), Value::from(id));
    edit(world, contact, &call.member, |_, items| {
        append(items, item);
        Ok(())
    })?;
    shown(world, contact, id, 201)
}

/// GET, PUT, PATCH and DELETE of an item.
pub(crate) fn item(
    world: &mut World,
    call: &Call,
    contact: u32,
    id: u32,
) -> Result<Answer, ApiError> {
    let missing = || ApiError::not_found(Kind::Communication, id);
    let rows = rows(world, contact);
    let (_, row) = rows.iter().find(|(of, _)| *of == id).ok_or_else(missing)?;
    let mut row = row.clone().into_owned();
    match call.method.as_str() {
        "GET" => {}
        "DELETE" => {
            edit(world, contact, &call.member, |world, items| {
                let index = items
                    .iter()
                    .position(|item| item["id"] == id)
                    .ok_or_else(missing)?;
                remove_at(world, items, index);
                Ok(())
            })?;
            return Ok(Answer::nothing());
        }
        "PATCH" | "PUT" => {
            if call.method == "PUT" {
                row = check::body(
                    world,
                    Kind::Communication,
                    call.object()?,
                    check::Purpose::Replace,
                )?;
                row.insert("id".to_owned(), Value::from(id));
            } else {
                patch::apply(
                    world,
                    Kind::Communication,
                    &mut row,
                    patch::read(&call.body)?,
                )?;
            }
            edit(world, contact, &call.member, |world, items| {
                let index = items
                    .iter()
                    .position(|item| item["id"] == id)
                    .ok_or_else(missing)?;
                replace_at(world, items, index, row)
            })?;
        }
        _ => return Err(ApiError::method()),
    }
    shown(world, contact, id, 200)
}

/// Adds an item unless the contact has its value already: what a merge does with the loser's items.
pub(crate) fn carry(items: &mut Vec<Value>, mut item: Value) {
    let same = |other: &Value| {
        other["communicationType"] == item["communicationType"]
            && other["value"].as_str().map(str::to_lowercase)
                == item["value"].as_str().map(str::to_lowercase)
    };
    if !items.iter().any(same) {
        item["defaultFlag"] = Value::from(false);
        items.push(item);
    }
}

fn shown(world: &World, contact: u32, id: u32, status: u16) -> Result<Answer, ApiError> {
    let rows = rows(world, contact);
    let found = rows.iter().find(|(of, _)| *of == id);
    let (_, row) = found.ok_or_else(|| ApiError::not_found(Kind::Communication, id))?;
    Ok(Answer::json(
        status,
        &Value::Object(render::whole(world, Kind::Communication, id, row)),
    ))
}

/// Changes the items of a contact and lets the contact know.
fn edit(
    world: &mut World,
    contact: u32,
    member: &str,
    change: impl FnOnce(&World, &mut Vec<Value>) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let record = world
        .record(Kind::Contact, contact)
        .ok_or_else(|| ApiError::not_found(Kind::Contact, contact))?;
    let mut items = record::array(record, ITEMS).to_vec();
    change(world, &mut items)?;
    if let Some(record) = world.table_mut(Kind::Contact).get_mut(&contact) {
        record::set(record, ITEMS, Value::Array(items));
    }
    contacts::touch_for_child(world, contact, member);
    Ok(())
}

/// An item as it is stored: its type must exist and agree with its kind; its domain is made here.
fn checked(world: &World, item: Record) -> Result<Record, ApiError> {
    let kind = Kind::Communication;
    let id = item.get("id").and_then(record::id_in);
    let mut kept = check::body(world, kind, item, check::Purpose::Create)?;
    check::required(kind, &kept)?;
    let of = record::reference(&kept, "type")
        .or_else(|| default_type(world, record::text(&kept, "communicationType")));
    let catalog = of.and_then(|id| Some((id, world.record(Kind::CommunicationType, id)?)));
    let (of, catalog) =
        catalog.ok_or_else(|| ApiError::invalid(kind, [Problem::missing("type")]))?;
    let means = [
        ("emailFlag", "Email"),
        ("phoneFlag", "Phone"),
        ("faxFlag", "Fax"),
    ];
    let mut allowed = means
        .iter()
        .filter(|(flag, _)| record::flag(catalog, flag))
        .map(|(_, name)| *name);
    let given = record::text(&kept, "communicationType");
    let means = if given.is_empty() {
        allowed.next()
    } else {
        allowed.find(|name| *name == given)
    };
    let means = means.ok_or_else(|| {
        let message = "The communicationType field does not agree with the type.";
        ApiError::invalid(kind, [Problem::field("communicationType", message)])
    })?;
    kept.insert("communicationType".to_owned(), Value::from(means));
    kept.insert("type".to_owned(), record::to(of));
    kept.entry("defaultFlag")
        .or_insert_with(|| Value::from(false));
    let domain = record::text(&kept, "value")
        .rsplit_once('@')
        .map(|(_, domain)| format!("@{domain}"));
    record::set(
        &mut kept,
        "domain",
        domain.filter(|_| means == "Email").into(),
    );
    if let Some(id) = id {
        kept.insert("id".to_owned(), Value::from(id));
    }
    Ok(kept)
}

/// The default type of a kind of communication.
fn default_type(world: &World, means: &str) -> Option<u32> {
    let flag = match means {
        "Email" => "emailFlag",
        "Phone" => "phoneFlag",
        "Fax" => "faxFlag",
        _ => return None,
    };
    let mut types = world.table(Kind::CommunicationType).iter();
    types
        .find(|(_, of)| record::flag(of, flag) && record::flag(of, "defaultFlag"))
        .map(|(id, _)| *id)
}

fn append(items: &mut Vec<Value>, item: Record) {
    let index = items.len();
    items.push(Value::Object(item));
    keep_one_default(items, index);
}

fn replace_at(
    world: &World,
    items: &mut [Value],
    index: usize,
    item: Record,
) -> Result<(), ApiError> {
    let id = items[index]["id"].clone();
    let mut item = checked(world, item)?;
    item.insert("id".to_owned(), id);
    items[index] = Value::Object(item);
    keep_one_default(items, index);
    Ok(())
}

/// One default of a kind: the item at `index` takes it from the others, if it is one.
fn keep_one_default(items: &mut [Value], index: usize) {
    if items[index]["defaultFlag"] != true {
        return;
    }
    let means = items[index]["communicationType"].clone();
    for (at, item) in items.iter_mut().enumerate() {
        if at != index && item["communicationType"] == means {
            item["defaultFlag"] = json!(false);
        }
    }
}

fn remove_at(world: &World, items: &mut Vec<Value>, index: usize) {
    let removed = items.remove(index);
    if world.switches.promotes_next_communication && removed["defaultFlag"] == true {
        let next = items
            .iter_mut()
            .find(|item| item["communicationType"] == removed["communicationType"]);
        if let Some(next) = next {
            next["defaultFlag"] = json!(true);
        }
    }
}

#[cfg(test)]
mod tests;
