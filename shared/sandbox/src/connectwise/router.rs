//! From method and path to what is done.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError},
    call::Call,
    communications, companies, contacts, merge,
    paging::{self, Rows},
    portal, references, render, write,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    schema::{Access, COLLECTIONS, Parent},
    world::World,
};

/// The fields of the slim read model.
const INFO: &str = "id,firstName,lastName,company,inactiveFlag,defaultFlag,_info";

/// What a path below a collection leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    All,
    Count,
    One(u32),
}

/// A collection or a record, and whose it is.
struct Place {
    kind: Kind,
    parent: Option<(Parent, u32)>,
    target: Target,
}

/// Carries out a call.
pub(crate) fn route(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let place = place(&segments);
    if let Some(refusal) = world.refusal(&call.method, &call.path()) {
        return Err(ApiError::refused(
            place.as_ref().map_or(Kind::Contact, |place| place.kind),
            refusal,
        ));
    }
    if let Some(answered) = special(world, call, &segments) {
        return answered;
    }
    let place = place.ok_or_else(ApiError::no_endpoint)?;
    if let Some((parent, id)) = place.parent
        && world.record(parent.kind, id).is_none()
    {
        return Err(ApiError::not_found(parent.kind, id));
    }
    let allowed = match call.method.as_str() {
        "GET" => true,
        "POST" | "DELETE" => matches!(place.kind.spec().access, Access::Full | Access::NoUpdate),
        "PUT" | "PATCH" => matches!(place.kind.spec().access, Access::Full | Access::Settings),
        _ => false,
    };
    if !allowed {
        return Err(ApiError::method());
    }
    match (call.method.as_str(), place.target) {
        ("GET", Target::All) => paging::list(world, call, place.kind, rows(world, call, &place)),
        ("GET", Target::Count) => paging::count(world, call, place.kind, rows(world, call, &place)),
        ("POST", Target::All) => create(world, call, &place),
        (_, Target::One(id)) => one(world, call, &place, id),
        _ => Err(ApiError::method()),
    }
}

/// The endpoints that are no collection.
fn special(world: &mut World, call: &Call, segments: &[&str]) -> Option<Result<Answer, ApiError>> {
    let id = |text: &str| text.parse::<u32>().ok();
    Some(match (call.method.as_str(), segments) {
        ("GET", ["system", "info"]) => Ok(Answer::json(
            200,
            &json!({ "version": "v2025.1.99999", "isCloud": true, "serverTimeZone": "UTC", "cloudRegion": "NA" }),
        )),
        ("GET", ["company", "contacts", "default"]) => {
            contacts::default_of(world, call.number("companyId"))
        }
        ("POST", ["company", "contacts", "requestPassword"]) => {
            portal::request_password(world, call)
        }
        ("GET", ["company", "contacts", "info", rest @ ..]) if matches!(rest, [] | ["count"]) => {
            let all = Place {
                kind: Kind::Contact,
                parent: None,
                target: Target::All,
            };
            let rows = rows(world, call, &all);
            if rest.is_empty() {
                info(world, call, rows)
            } else {
                paging::count(world, call, Kind::Contact, rows)
            }
        }
        ("GET", ["company", "contacts", contact, "info"]) => {
            show(world, Kind::Contact, id(contact)?, 200, Some(INFO))
        }
        ("GET", ["company", "contacts", contact, "usages"]) => {
            references::usages(world, id(contact)?, false)
        }
        ("GET", ["company", "contacts", contact, "usages", "list"]) => {
            references::usages(world, id(contact)?, true)
        }
        ("GET", ["company", "contacts", contact, "portalSecurity"]) => {
            portal::security_of(world, id(contact)?)
        }
        ("GET", ["company", "companies", company, "usages"]) => {
            references::company_usages(world, id(company)?, false)
        }
        ("GET", ["company", "companies", company, "usages", "list"]) => {
            references::company_usages(world, id(company)?, true)
        }
        ("POST", ["company", "companies", company, "merge"]) => {
            companies::merge(world, call, id(company)?)
        }
        _ => return None,
    })
}

/// The list of the slim read model: the usual list, with the model's fields.
fn info(world: &World, call: &Call, rows: Rows<'_>) -> Result<Answer, ApiError> {
    let mut call = call.clone();
    call.query
        .retain(|(name, _)| !name.eq_ignore_ascii_case("fields"));
    call.query.push(("fields".to_owned(), INFO.to_owned()));
    paging::list(world, &call, Kind::Contact, rows)
}

fn create(world: &mut World, call: &Call, place: &Place) -> Result<Answer, ApiError> {
    if let (Kind::Communication, Some((_, contact))) = (place.kind, place.parent) {
        return communications::create(world, call, contact);
    }
    let id = write::create(world, call, place.kind, place.parent)?;
    show(world, place.kind, id, 201, None)
}

fn one(world: &mut World, call: &Call, place: &Place, id: u32) -> Result<Answer, ApiError> {
    if let (Kind::Communication, Some((_, contact))) = (place.kind, place.parent) {
        return communications::item(world, call, contact, id);
    }
    let record = world
        .record(place.kind, id)
        .ok_or_else(|| ApiError::not_found(place.kind, id))?;
    if !belongs(record, place) {
        return Err(ApiError::not_found(place.kind, id));
    }
    match call.method.as_str() {
        "GET" => show(world, place.kind, id, 200, call.parameter("fields")),
        "PUT" | "PATCH" => {
            write::change(world, call, place.kind, id)?;
            show(world, place.kind, id, 200, None)
        }
        "DELETE" => {
            match call
                .parameter("transferContactId")
                .filter(|_| place.kind == Kind::Contact)
            {
                Some(winner) => merge::merge(world, id, winner, &call.member)?,
                None => write::delete(world, place.kind, id, &call.member)?,
            }
            Ok(Answer::nothing())
        }
        _ => Err(ApiError::method()),
    }
}

fn show(
    world: &World,
    kind: Kind,
    id: u32,
    status: u16,
    fields: Option<&str>,
) -> Result<Answer, ApiError> {
    let record = world
        .record(kind, id)
        .ok_or_else(|| ApiError::not_found(kind, id))?;
    let whole = render::whole(world, kind, id, record);
    let shown = match fields {
        Some(fields) => render::selection(&whole, fields),
        None => whole,
    };
    Ok(Answer::json(status, &Value::Object(shown)))
}

/// The records of a collection.
fn rows<'w>(world: &'w World, call: &Call, place: &Place) -> Rows<'w> {
    if let (Kind::Communication, Some((_, contact))) = (place.kind, place.parent) {
        return communications::rows(world, contact);
    }
    let of = |record: &Record| {
        // Documents are asked for by what they are attached to.
        let asked = |name: &str, value: String| {
            call.parameter(name)
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(&value))
        };
        let number = record
            .get("recordId")
            .map_or_else(String::new, Value::to_string);
        place.kind != Kind::Document
            || asked("recordType", record::text(record, "recordType").to_owned())
                && asked("recordId", number)
    };
    let all = world.table(place.kind).iter();
    all.filter(|(_, record)| belongs(record, place) && of(record))
        .map(|(id, record)| (*id, Cow::Borrowed(record)))
        .collect()
}

fn belongs(record: &Record, place: &Place) -> bool {
    let Some((parent, id)) = place.parent else {
        return true;
    };
    let named = if parent.field.ends_with("Id") {
        record.get(parent.field).and_then(record::id_in)
    } else {
        record::reference(record, parent.field)
    };
    named == Some(id)
}

fn place(segments: &[&str]) -> Option<Place> {
    COLLECTIONS.iter().find_map(|(pattern, kind, parent)| {
        let mut rest = segments.iter();
        let mut owner = None;
        for word in pattern.split('/') {
            let given = rest.next()?;
            if word == "*" {
                owner = Some(given.parse::<u32>().ok()?);
            } else if word != *given {
                return None;
            }
        }
        let target = match rest.as_slice() {
            [] => Target::All,
            ["count"] => Target::Count,
            [id] => Target::One(id.parse().ok()?),
            _ => return None,
        };
        Some(Place {
            kind: *kind,
            parent: parent.zip(owner),
            target,
        })
    })
}
