//! Companies: their default and billing contacts, and the merging of companies.

use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError, Problem},
    call::Call,
    contacts,
    event::Action,
    references, write,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    world::World,
};

/// The rules for new and changed companies.
pub(crate) fn settle(world: &World, id: Option<u32>, record: &Record) -> Result<(), ApiError> {
    let mut problems = Vec::new();
    if id.is_none()
        && !["addressLine1", "city", "state", "zip"]
            .iter()
            .any(|field| record.contains_key(*field))
    {
        problems.push(Problem::missing("addressLine1"));
    }
    for field in ["defaultContact", "billingContact"] {
        let Some(contact) = record::reference(record, field) else {
            continue;
        };
        // A reference that dangles since a merge may stay; a new one must be to a contact of this company.
        let same = id
            .and_then(|id| world.record(Kind::Company, id))
            .and_then(|old| record::reference(old, field));
        if same != Some(contact) && references::company_of(world, contact) != id {
            problems.push(Problem::field(
                field,
                format!("The {field} field must name a contact of the company."),
            ));
        }
    }
    let identifier = record::text(record, "identifier");
    let taken = |(of, other): (&u32, &Record)| {
        Some(*of) != id && record::text(other, "identifier").eq_ignore_ascii_case(identifier)
    };
    if world.table(Kind::Company).iter().any(taken) {
        problems.push(Problem::exists(
            "identifier",
            "A company with this identifier exists already.",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(Kind::Company, problems))
    }
}

/// A company can be deleted when nothing belongs to it any more.
pub(crate) fn prepare_deletion(world: &World, id: u32) -> Result<(), ApiError> {
    if world.contacts_of(id).is_empty() {
        return Ok(());
    }
    Err(ApiError::in_use(
        Kind::Company,
        "The company has contacts and cannot be deleted.",
    ))
}

/// The contacts on both sides of a change of the default contact, if the instance tells them.
pub(crate) fn after(world: &mut World, before: Option<&Record>, id: u32, member: &str) {
    if !world.switches.default_contact_touches_contacts {
        return;
    }
    let default = |record: &Record| record::reference(record, "defaultContact");
    let (then, now) = (
        before.and_then(default),
        world.record(Kind::Company, id).and_then(default),
    );
    if then != now {
        for contact in [then, now].into_iter().flatten() {
            contacts::touch(world, contact, member);
        }
    }
}

/// `POST /company/companies/{from}/merge`: contacts move or are discarded; everything else moves.
pub(crate) fn merge(world: &mut World, call: &Call, from: u32) -> Result<Answer, ApiError> {
    let body = call.object()?;
    if world.record(Kind::Company, from).is_none() {
        return Err(ApiError::not_found(Kind::Company, from));
    }
    let to = body.get("toCompanyId").and_then(record::id_in);
    let to = to.filter(|to| *to != from && world.record(Kind::Company, *to).is_some());
    let to = to.ok_or_else(|| {
        ApiError::invalid(
            Kind::Company,
            [Problem::field(
                "toCompanyId",
                "The toCompanyId field names no other company.",
            )],
        )
    })?;
    let primary = world
        .record(Kind::Company, from)
        .and_then(|company| record::reference(company, "defaultContact"));
    let merges_contacts = body.get("contacts").and_then(Value::as_str) == Some("Merge");
    for kind in Kind::ALL {
        if !kind
            .spec()
            .fields_to(Kind::Company)
            .any(|field| field == "company")
        {
            continue;
        }
        for id in world.referring(kind, "company", from) {
            if kind == Kind::Contact && !merges_contacts {
                contacts::drop_children(world, id);
                world.announce(kind, id, Action::Deleted, &call.member);
                world.take(kind, id);
            } else {
                write::point(world, kind, id, "company", Some(to), &call.member);
            }
        }
    }
    if merges_contacts && body.get("primaryContact").and_then(Value::as_str) == Some("From") {
        write::point(
            world,
            Kind::Company,
            to,
            "defaultContact",
            primary,
            &call.member,
        );
    }
    world.announce(Kind::Company, from, Action::Deleted, &call.member);
    world.take(Kind::Company, from);
    Ok(Answer::json(
        200,
        &json!({ "success": true, "message": "The companies were merged." }),
    ))
}
