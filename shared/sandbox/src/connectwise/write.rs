//! Creating, changing and deleting records of any kind: what all kinds have in common, and the order in
//! which the peculiarities of each kind come in.

use serde_json::{Value, json};

use super::{
    answer::{ApiError, Problem},
    call::Call,
    callbacks, check, companies,
    contacts::{self, Extras},
    event::Action,
    patch,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    schema::{Parent, Shape, Writer},
    world::World,
};

/// POST: answers with the new record's id.
pub(crate) fn create(
    world: &mut World,
    call: &Call,
    kind: Kind,
    parent: Option<(Parent, u32)>,
) -> Result<u32, ApiError> {
    let mut body = call.object()?;
    if let Some((parent, _)) = parent {
        // The parent is told by the path; a body may repeat it.
        body.remove(parent.field);
    }
    let mut record = check::body(world, kind, body, check::Purpose::Create)?;
    if let Some((parent, id)) = parent {
        let link = if parent.field.ends_with("Id") {
            Value::from(id)
        } else {
            record::to(id)
        };
        record.insert(parent.field.to_owned(), link);
    }
    check::required(kind, &record)?;
    let extras = Extras::take(kind, &mut record);
    extras.check(world)?;
    defaults(world, kind, &mut record, &call.member);
    settle(world, kind, None, &mut record)?;
    let id = world.next_id(kind);
    if kind == Kind::Contact {
        super::communications::number(world, &mut record);
    }
    world.put_stamped(kind, id, record, &call.member);
    extras.apply(world, id, &call.member);
    world.announce(kind, id, Action::Added, &call.member);
    after(world, kind, None, id, &call.member);
    Ok(id)
}

/// PATCH and PUT.
pub(crate) fn change(world: &mut World, call: &Call, kind: Kind, id: u32) -> Result<(), ApiError> {
    let before = world
        .record(kind, id)
        .ok_or_else(|| ApiError::not_found(kind, id))?
        .clone();
    let mut record = before.clone();
    if call.method == "PUT" {
        let given = call.object()?;
        if kind == Kind::Contact && given.contains_key("communicationItems") {
            // Seen in the field: correct items in a PUT fail all the same.
            let problem = Problem::object(
                "communicationItems",
                "The communicationItems field is invalid.",
            );
            return Err(ApiError::invalid(kind, [problem]));
        }
        record = replaced(world, kind, &before, given)?;
    } else {
        patch::apply(world, kind, &mut record, patch::read(&call.body)?)?;
    }
    check::required(kind, &record)?;
    let extras = Extras::take(kind, &mut record);
    settle(world, kind, Some(id), &mut record)?;
    contacts::check_change(world, kind, id, &record)?;
    world.put_stamped(kind, id, record, &call.member);
    extras.apply(world, id, &call.member);
    world.announce(kind, id, Action::Updated, &call.member);
    after(world, kind, Some(&before), id, &call.member);
    Ok(())
}

/// DELETE, without anything being transferred.
pub(crate) fn delete(world: &mut World, kind: Kind, id: u32, member: &str) -> Result<(), ApiError> {
    let before = world
        .record(kind, id)
        .ok_or_else(|| ApiError::not_found(kind, id))?
        .clone();
    match kind {
        Kind::Contact => contacts::prepare_deletion(world, id, member)?,
        Kind::Company => companies::prepare_deletion(world, id)?,
        _ => {}
    }
    world.announce(kind, id, Action::Deleted, member);
    world.take(kind, id);
    after(world, kind, Some(&before), id, member);
    Ok(())
}

/// Points a field of a record somewhere else, as a merge does. The record is stamped and announced.
pub(crate) fn point(
    world: &mut World,
    kind: Kind,
    id: u32,
    field: &str,
    to: Option<u32>,
    member: &str,
) {
    world.edit(kind, id, member, |record| {
        record::set(record, field, to.map_or(Value::Null, record::to))
    });
    world.announce(kind, id, Action::Updated, member);
}

/// What the server fills in when a record is created.
pub(crate) fn defaults(world: &mut World, kind: Kind, record: &mut Record, member: &str) {
    match kind {
        Kind::Contact => contacts::defaults(world, record),
        Kind::Note => {
            record
                .entry("enteredBy")
                .or_insert_with(|| Value::from(member));
        }
        Kind::Callback => callbacks::defaults(world, record, member),
        _ => {}
    }
    for field in kind.spec().fields {
        if field.shape == Shape::Flag
            && !record.contains_key(field.name)
            && !contacts::is_role(kind, field.name)
        {
            record.insert(field.name.to_owned(), Value::from(false));
        }
    }
}

/// A record whose fields are those of the body, and the server's own of the old record.
fn replaced(world: &World, kind: Kind, before: &Record, body: Record) -> Result<Record, ApiError> {
    let mut record = check::body(world, kind, body, check::Purpose::Replace)?;
    for field in kind.spec().fields {
        let kept = field.writer == Writer::Server
            || matches!(field.shape, Shape::Items | Shape::CustomFields);
        match before.get(field.name) {
            Some(value) if field.shape == Shape::CustomFields => {
                let given = record.remove(field.name).unwrap_or_default();
                record.insert(field.name.to_owned(), value.clone());
                patch::merge_custom_fields(&mut record, field.name, given);
            }
            Some(value) if kept => {
                record.insert(field.name.to_owned(), value.clone());
            }
            _ if field.shape == Shape::Flag && !contacts::is_role(kind, field.name) => {
                record.entry(field.name).or_insert_with(|| json!(false));
            }
            _ => {}
        }
    }
    Ok(record)
}

/// Rules of a kind that hold for new and for changed records.
fn settle(world: &World, kind: Kind, id: Option<u32>, record: &mut Record) -> Result<(), ApiError> {
    match kind {
        Kind::Callback => callbacks::settle(world, id, record),
        Kind::Company => companies::settle(world, id, record),
        Kind::TypeAssociation => only_once(world, kind, id, record, "type"),
        Kind::GroupMembership => only_once(world, kind, id, record, "group"),
        Kind::TrackEnrollment => only_once(world, kind, id, record, "track"),
        Kind::CommunicationType
            if !["emailFlag", "phoneFlag", "faxFlag"]
                .iter()
                .any(|flag| record::flag(record, flag)) =>
        {
            let message = "One of emailFlag, phoneFlag and faxFlag must be true.";
            Err(ApiError::invalid(
                kind,
                [Problem::field("emailFlag", message)],
            ))
        }
        _ => Ok(()),
    }
}

/// A contact is in a group, on a track, or of a type once or not at all.
fn only_once(
    world: &World,
    kind: Kind,
    id: Option<u32>,
    record: &Record,
    field: &str,
) -> Result<(), ApiError> {
    let same = |other: &Record| {
        ["contact", field]
            .iter()
            .all(|name| record::reference(other, name) == record::reference(record, name))
    };
    if world
        .table(kind)
        .iter()
        .any(|(of, other)| Some(*of) != id && same(other))
    {
        return Err(ApiError::invalid(
            kind,
            [Problem::exists(field, "The record exists already.")],
        ));
    }
    Ok(())
}

/// What other records have to do when one was written.
fn after(world: &mut World, kind: Kind, before: Option<&Record>, id: u32, member: &str) {
    match kind {
        Kind::Contact => contacts::after(world, before, id, member),
        Kind::Company => companies::after(world, before, id, member),
        Kind::TypeAssociation => {
            let now = world
                .record(kind, id)
                .and_then(|record| record::reference(record, "contact"));
            let then = before.and_then(|record| record::reference(record, "contact"));
            for contact in [now, then.filter(|then| Some(*then) != now)]
                .into_iter()
                .flatten()
            {
                contacts::touch_for_child(world, contact, member);
            }
        }
        _ => {}
    }
}
