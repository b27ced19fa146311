//! Contacts: what the server fills in, and how they hang together with their company.

use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError, Problem},
    event::Action,
    references, render, write,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    schema::Tie,
    world::World,
};

/// The two fields of a company that name a contact, and how the contact tells the same.
const ROLES: [(&str, &str); 2] = [
    ("defaultContact", "defaultFlag"),
    ("billingContact", "defaultBillingFlag"),
];

/// The records that are part of a contact, and the field that names it.
pub(crate) const CHILDREN: [(Kind, &str); 5] = [
    (Kind::Note, "contactId"),
    (Kind::GroupMembership, "contact"),
    (Kind::TrackEnrollment, "contact"),
    (Kind::TypeAssociation, "contact"),
    (Kind::Document, "recordId"),
];

/// What a body says about a contact that isn't stored in its record.
pub(crate) struct Extras {
    flags: [Option<bool>; 2],
    type_ids: Vec<Option<u32>>,
}

impl Extras {
    /// Takes the extras out of the record.
    pub(crate) fn take(kind: Kind, record: &mut Record) -> Extras {
        if kind != Kind::Contact {
            return Extras {
                flags: [None; 2],
                type_ids: Vec::new(),
            };
        }
        let flags = ROLES.map(|(_, flag)| record.remove(flag).and_then(|value| value.as_bool()));
        let type_ids = record.remove("typeIds");
        let type_ids = type_ids
            .as_ref()
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        Extras {
            flags,
            type_ids: type_ids.iter().map(record::id_in).collect(),
        }
    }

    /// Whether all types exist.
    pub(crate) fn check(&self, world: &World) -> Result<(), ApiError> {
        let known =
            |id: &Option<u32>| id.is_some_and(|id| world.record(Kind::ContactType, id).is_some());
        if self.type_ids.iter().all(known) {
            return Ok(());
        }
        Err(ApiError::invalid(
            Kind::Contact,
            [Problem::field(
                "typeIds",
                "The typeIds field names an unknown type.",
            )],
        ))
    }

    /// Makes true what the extras say.
    pub(crate) fn apply(self, world: &mut World, id: u32, member: &str) {
        for contact_type in self.type_ids.iter().flatten() {
            let association = world.next_id(Kind::TypeAssociation);
            let record = json!({ "type": { "id": contact_type }, "contact": { "id": id } });
            let record = record.as_object().cloned().unwrap_or_default();
            world.put_stamped(Kind::TypeAssociation, association, record, member);
        }
        for (company, field, to) in self.roles(world, id) {
            write::point(world, Kind::Company, company, field, to, member);
        }
    }

    /// The same for a world under construction: nobody changed anything.
    pub(crate) fn set_flags(self, world: &mut World, id: u32) {
        for (company, field, to) in self.roles(world, id) {
            if let Some(record) = world.table_mut(Kind::Company).get_mut(&company) {
                record::set(record, field, to.map_or(Value::Null, record::to));
            }
        }
    }

    /// The fields of the company that the flags change.
    fn roles(&self, world: &World, id: u32) -> Vec<(u32, &'static str, Option<u32>)> {
        let company = world
            .record(Kind::Contact, id)
            .and_then(|contact| record::reference(contact, "company"));
        let Some(company) = company else {
            return Vec::new();
        };
        let Some(stored) = world.record(Kind::Company, company) else {
            return Vec::new();
        };
        let roles = ROLES.iter().zip(self.flags);
        let changed = roles.filter_map(|((field, _), flag)| {
            let is = record::reference(stored, field) == Some(id);
            match flag? {
                true if !is => Some((company, *field, Some(id))),
                false if is => Some((company, *field, None)),
                _ => None,
            }
        });
        changed.collect()
    }
}

/// What the server fills in on a new contact beside flags.
pub(crate) fn defaults(world: &mut World, record: &mut Record) {
    record
        .entry("disablePortalLoginFlag")
        .or_insert_with(|| json!(true));
    let serial = world.next_serial();
    let guid = record::uuid(&format!("contact {serial}"));
    record
        .entry("mobileGuid")
        .or_insert_with(|| Value::from(guid));
    record
        .entry("portalSecurityLevel")
        .or_insert_with(|| json!(1));
    if !record.contains_key("site") {
        let company =
            record::reference(record, "company").and_then(|id| world.record(Kind::Company, id));
        let site = company.and_then(|company| company.get("site")).cloned();
        record::set(record, "site", site.unwrap_or_default());
    }
}

/// Whether the field is one of the flags that the company's record tells.
pub(crate) fn is_role(kind: Kind, field: &str) -> bool {
    kind == Kind::Contact && ROLES.iter().any(|(_, flag)| *flag == field)
}

/// Whether the instance lets the default contact be deactivated.
pub(crate) fn check_change(
    world: &World,
    kind: Kind,
    id: u32,
    record: &Record,
) -> Result<(), ApiError> {
    let default =
        kind == Kind::Contact && record::flag(record, "inactiveFlag") && protected(world, id);
    if !default {
        return Ok(());
    }
    let message = "The default contact of a company cannot be made inactive.";
    Err(ApiError::invalid(
        kind,
        [Problem::field("inactiveFlag", message)],
    ))
}

/// A contact can be deleted when no work and no money refers to it. Companies and colleagues let go of it.
pub(crate) fn prepare_deletion(world: &mut World, id: u32, member: &str) -> Result<(), ApiError> {
    if protected(world, id) {
        return Err(ApiError::in_use(
            Kind::Contact,
            "The default contact of a company cannot be deleted.",
        ));
    }
    let referring = references::to_contact(world, id);
    if referring
        .iter()
        .any(|(kind, ..)| kind.spec().tie == Tie::Firm)
    {
        return Err(ApiError::in_use(
            Kind::Contact,
            "The contact is in use and cannot be deleted.",
        ));
    }
    for (kind, of, field) in referring {
        write::point(world, kind, of, field, None, member);
    }
    drop_children(world, id);
    Ok(())
}

/// Removes what is part of a contact.
pub(crate) fn drop_children(world: &mut World, contact: u32) {
    for (kind, of) in children(world, contact) {
        world.take(kind, of);
    }
}

/// The records that are part of a contact.
pub(crate) fn children(world: &World, contact: u32) -> Vec<(Kind, u32)> {
    let all = CHILDREN.iter().flat_map(|(kind, field)| {
        world
            .table(*kind)
            .iter()
            .filter(move |(_, record)| is_child(record, *kind, field, contact))
            .map(|(id, _)| (*kind, *id))
    });
    all.collect()
}

fn is_child(record: &Record, kind: Kind, field: &str, contact: u32) -> bool {
    let of_contacts = kind != Kind::Document || record::text(record, "recordType") == "Contact";
    let named = record
        .get(field)
        .and_then(|value| record::id_in(value).or_else(|| value.get("id").and_then(record::id_in)));
    of_contacts && named == Some(contact)
}

/// A contact that moved to another company is no longer the old one's default or billing contact.
pub(crate) fn after(world: &mut World, before: Option<&Record>, id: u32, member: &str) {
    let company = |record: &Record| record::reference(record, "company");
    let then = before.and_then(company);
    let now = world.record(Kind::Contact, id).and_then(company);
    let Some(then) = then.filter(|then| Some(*then) != now) else {
        return;
    };
    for (field, _) in ROLES {
        if world
            .record(Kind::Company, then)
            .is_some_and(|company| record::reference(company, field) == Some(id))
        {
            write::point(world, Kind::Company, then, field, None, member);
        }
    }
}

/// Something that is part of the contact changed.
pub(crate) fn touch_for_child(world: &mut World, id: u32, member: &str) {
    if world.switches.children_touch_contact {
        touch(world, id, member);
    }
}

/// Stamps the contact and announces it as updated.
pub(crate) fn touch(world: &mut World, id: u32, member: &str) {
    if world.record(Kind::Contact, id).is_some() {
        world.edit(Kind::Contact, id, member, |_| {});
        world.announce(Kind::Contact, id, Action::Updated, member);
    }
}

/// `GET /company/contacts/default`.
pub(crate) fn default_of(world: &World, company: Option<usize>) -> Result<Answer, ApiError> {
    let company = company.and_then(|id| u32::try_from(id).ok());
    let company = company.and_then(|id| world.record(Kind::Company, id));
    let id = company.and_then(|company| record::reference(company, "defaultContact"));
    let found = id.and_then(|id| Some((id, world.record(Kind::Contact, id)?)));
    let (id, record) = found.ok_or_else(|| ApiError::none_found(Kind::Contact))?;
    Ok(Answer::json(
        200,
        &Value::Object(render::whole(world, Kind::Contact, id, record)),
    ))
}

fn protected(world: &World, id: u32) -> bool {
    world.switches.protects_default_contact
        && !world
            .referring(Kind::Company, "defaultContact", id)
            .is_empty()
}

#[cfg(test)]
mod tests;
