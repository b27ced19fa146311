//! Where contacts are referred to: usages, and the pointing elsewhere that a merge does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, ApiError};
use crate::{kind::Kind, record, schema::Tie, world::World};

/// A reference to a contact: the kind and id of the record that holds it, and the field.
pub(crate) type Reference = (Kind, u32, &'static str);

/// Every reference to a contact, but for the records that are part of it.
pub(crate) fn to_contact(world: &World, contact: u32) -> Vec<Reference> {
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| kind.spec().tie != Tie::None);
    let fields = kinds.flat_map(|kind| {
        kind.spec()
            .fields_to(Kind::Contact)
            .map(move |field| (kind, field))
    });
    fields
        .flat_map(|(kind, field)| {
            world
                .referring(kind, field, contact)
                .into_iter()
                .map(move |id| (kind, id, field))
        })
        .collect()
}

/// `GET /company/contacts/{id}/usages` and `/usages/list`.
pub(crate) fn usages(world: &World, contact: u32, each: bool) -> Result<Answer, ApiError> {
    if world.record(Kind::Contact, contact).is_none() {
        return Err(ApiError::not_found(Kind::Contact, contact));
    }
    // A record that names the contact in two fields is one usage.
    let mut by_kind: BTreeMap<Kind, Vec<u32>> = BTreeMap::new();
    for (kind, id, _) in to_contact(world, contact) {
        let ids = by_kind.entry(kind).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let usages: Vec<Value> = if each {
        let all = by_kind
            .iter()
            .flat_map(|(kind, ids)| ids.iter().map(move |id| usage(world, *kind, *id)));
        all.collect()
    } else {
        let counts = by_kind.iter().map(|(kind, ids)| {
            json!({ "type": kind.spec().title, "typeKey": kind.spec().resource, "count": ids.len() })
        });
        counts.collect()
    };
    Ok(Answer::json(200, &Value::Array(usages)))
}

fn usage(world: &World, kind: Kind, id: u32) -> Value {
    json!({
        "type": kind.spec().title,
        "typeKey": kind.spec().resource,
        "id": id,
        "count": 1,
        "description": world.name_of(kind, id).unwrap_or_default(),
    })
}

/// `GET /company/companies/{id}/usages` and `/usages/list`: the records that belong to a company.
pub(crate) fn company_usages(world: &World, company: u32, each: bool) -> Result<Answer, ApiError> {
    if world.record(Kind::Company, company).is_none() {
        return Err(ApiError::not_found(Kind::Company, company));
    }
    let kinds = Kind::ALL.into_iter().filter(|kind| {
        kind.spec()
            .fields_to(Kind::Company)
            .any(|field| field == "company")
    });
    let mut usages = Vec::new();
    for kind in kinds {
        let ids = world.referring(kind, "company", company);
        if each {
            usages.extend(ids.iter().map(|id| usage(world, kind, *id)));
        } else if !ids.is_empty() {
            let spec = kind.spec();
            usages
                .push(json!({ "type": spec.title, "typeKey": spec.resource, "count": ids.len() }));
        }
    }
    Ok(Answer::json(200, &Value::Array(usages)))
}

/// Whether a merge takes this reference along.
pub(crate) fn carried(world: &World, kind: Kind, field: &str) -> bool {
    let switches = &world.switches;
    let usual = field == "contact" || kind == Kind::Company;
    !switches.merge_leaves.contains(&kind) && (usual || switches.merge_carries_every_field)
}

/// The company of a contact.
pub(crate) fn company_of(world: &World, contact: u32) -> Option<u32> {
    record::reference(world.record(Kind::Contact, contact)?, "company")
}
