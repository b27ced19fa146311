//! `/contacts`, and the same below an organization.

use serde_json::Value;

use super::{
    account::Account,
    attributes::{self, Attributes},
    gate::Call,
    others,
    paging::{self, Shown},
    problem::Problem,
    query::{CONNECTWISE, Query, Understood},
    records::Contact,
    render,
};
use crate::exchange::Answer;

/// Whose contacts a route is about.
#[derive(Clone, Copy)]
pub(crate) enum Nest {
    /// Everybody's.
    None,
    /// Those of one organization.
    In(u64),
}

const LIST: Understood = Understood {
    filters: &[
        "id",
        "first_name",
        "last_name",
        "title",
        "contact_type_id",
        "important",
        "primary_email",
        "organization_id",
        "psa_id",
        "psa_integration_type",
    ],
    sorts: &["first_name", "last_name", "id", "created_at", "updated_at"],
    includes: &[
        "adapters_resources",
        "location",
        "passwords",
        "attachments",
        "tickets",
        "distinct_remote_contacts",
        "resource_fields",
        "user_resource_accesses",
        "group_resource_accesses",
    ],
};

/// Filters don't work below an organization.
const NESTED: Understood = Understood {
    filters: &[],
    ..LIST
};

const ONE: Understood = Understood {
    includes: &[
        "adapters_resources",
        "location",
        "passwords",
        "attachments",
        "tickets",
        "distinct_remote_contacts",
        "resource_fields",
        "user_resource_accesses",
        "group_resource_accesses",
        "recent_versions",
        "related_items",
        "authorized_users",
    ],
    ..NESTED
};

pub(crate) fn list(account: &Account, call: &Call, nest: Nest) -> Result<Answer, Problem> {
    let understood = match nest {
        Nest::None => &LIST,
        Nest::In(_) => &NESTED,
    };
    let query = Query::of_list(&call.parameters, understood)?;
    let rows = account.contacts.iter().filter(|(id, contact)| {
        let is_mine = match nest {
            Nest::None => others::visible(account, contact.organization).is_ok(),
            Nest::In(organization) => contact.organization == organization,
        };
        is_mine && passes(&query, **id, contact)
    });
    let rows = rows.map(|(id, contact)| (*id, contact)).collect();
    paging::list(
        &account.switches,
        call,
        &query,
        rows,
        key,
        |id, contact: &Contact| render::contact_with(account, id, contact, &query.includes),
    )
}

pub(crate) fn show(account: &Account, call: &Call, nest: Nest, id: u64) -> Result<Answer, Problem> {
    let includes = Query::of_one(&call.parameters, &ONE)?;
    let contact = find(account, nest, id)?;
    Ok(paging::one(
        200,
        render::contact_with(account, id, contact, &includes),
    ))
}

/// One, or below an organization many: all of them or none.
pub(crate) fn create(account: &mut Account, call: &Call, nest: Nest) -> Result<Answer, Problem> {
    Query::none(&call.parameters)?;
    let status = account.switches.created();
    match (call.data()?, nest) {
        (Value::Array(resources), Nest::In(_)) => {
            let drafts: Result<Vec<Contact>, Problem> = resources
                .iter()
                .map(|resource| draft(account, resource, nest))
                .collect();
            let ids: Vec<u64> = drafts?
                .into_iter()
                .map(|draft| account.add_contact(draft))
                .collect();
            Ok(paging::together(status, shown(account, &ids)))
        }
        (resource, _) => {
            let draft = draft(account, &resource, nest)?;
            let id = account.add_contact(draft);
            show_written(account, id, status)
        }
    }
}

pub(crate) fn update(
    account: &mut Account,
    call: &Call,
    nest: Nest,
    id: u64,
) -> Result<Answer, Problem> {
    Query::none(&call.parameters)?;
    find(account, nest, id)?;
    let attributes = attributes::of(&call.data()?, "contacts")?;
    let changed = changed(account, id, &attributes)?;
    account.contacts.insert(id, changed);
    show_written(account, id, 200)
}

/// Many at once: all of them or none. The arrays aren't among what it takes.
pub(crate) fn update_many(account: &mut Account, call: &Call) -> Result<Answer, Problem> {
    let mut changes = Vec::new();
    for (id, attributes) in bulk(account, call, Nest::None)? {
        let arrays = ["contact-emails", "contact-phones"];
        if let Some(array) = arrays.iter().find(|name| attributes.contains_key(**name)) {
            return Err(Problem::bad(format!("{array} is not supported here")));
        }
        changes.push((id, changed(account, id, &attributes)?));
    }
    let ids: Vec<u64> = changes.iter().map(|(id, _)| *id).collect();
    account.contacts.extend(changes);
    Ok(paging::together(200, shown(account, &ids)))
}

/// Many at once: all of them or none.
pub(crate) fn delete(account: &mut Account, call: &Call, nest: Nest) -> Result<Answer, Problem> {
    let mut ids = Vec::new();
    for (id, _) in bulk(account, call, nest)? {
        let link = find(account, nest, id)?.psa_link.as_ref();
        if link.is_some_and(|link| link.locks()) && !account.switches.deletes_synced {
            return Err(Problem::Synced("/data/attributes/base"));
        }
        ids.push(id);
    }
    let deleted = shown(account, &ids);
    for id in ids {
        if let Some(contact) = account.contacts.remove(&id) {
            account.deleted.insert(id, contact);
        }
    }
    Ok(paging::together(200, deleted))
}

/// The contact, if the route leads to it and the key may see it.
fn find(account: &Account, nest: Nest, id: u64) -> Result<&Contact, Problem> {
    let contact = account.contacts.get(&id).ok_or(Problem::NotFound)?;
    match nest {
        Nest::None => others::visible(account, contact.organization)?,
        Nest::In(organization) if organization == contact.organization => {}
        Nest::In(_) => return Err(Problem::NotFound),
    }
    Ok(contact)
}

fn draft(account: &Account, resource: &Value, nest: Nest) -> Result<Contact, Problem> {
    let attributes = attributes::of(resource, "contacts")?;
    let organization = match nest {
        Nest::In(organization) => organization,
        Nest::None => {
            attributes::organization(account, &attributes)?.ok_or_else(Problem::no_organization)?
        }
    };
    others::visible(account, organization)?;
    let mut contact = Contact {
        organization,
        ..Contact::default()
    };
    attributes::write(account, &mut contact, &attributes)?;
    Ok(contact)
}

/// The contact as it would be with these attributes; its date moves only when anything else does.
fn changed(account: &Account, id: u64, attributes: &Attributes) -> Result<Contact, Problem> {
    let stored = find(account, Nest::None, id)?;
    attributes::unlocked(stored, attributes)?;
    let mut contact = stored.clone();
    if let Some(organization) = attributes::organization(account, attributes)?
        && account.switches.moves_contacts
        && organization != contact.organization
    {
        others::visible(account, organization)?;
        contact.organization = organization;
        // A location stays with its organization.
        contact.location = None;
    }
    attributes::write(account, &mut contact, attributes)?;
    if contact != *stored {
        contact.updated_at = account.now;
    }
    Ok(contact)
}

/// The ids and attributes of a bulk request. A filter could take their place, and would hit every match.
fn bulk(account: &Account, call: &Call, nest: Nest) -> Result<Vec<(u64, Attributes)>, Problem> {
    Query::none(&call.parameters)?;
    let Value::Array(resources) = call.data()? else {
        return Err(Problem::bad("data is no array"));
    };
    let mut all = Vec::new();
    for resource in &resources {
        let attributes = attributes::of(resource, "contacts")?;
        let id = attributes::id(&attributes)?;
        find(account, nest, id)?;
        all.push((id, attributes));
    }
    Ok(all)
}

fn shown(account: &Account, ids: &[u64]) -> Vec<Value> {
    ids.iter().filter_map(|id| account.contact(*id)).collect()
}

fn show_written(account: &Account, id: u64, status: u16) -> Result<Answer, Problem> {
    let contact = account.contact(id).ok_or(Problem::NotFound)?;
    Ok(paging::one(status, Shown::from(contact)))
}

fn passes(query: &Query, id: u64, contact: &Contact) -> bool {
    let mut primary = contact.emails.iter().filter(|email| email.primary);
    let link = contact.psa_link.as_ref();
    query.passes_id("id", Some(id))
        && query.passes_id("organization_id", Some(contact.organization))
        && query.passes_id("contact_type_id", contact.contact_type)
        && query.passes("first_name", contact.first_name.as_deref())
        && query.passes("last_name", contact.last_name.as_deref())
        && query.passes("title", contact.title.as_deref())
        && query.passes(
            "primary_email",
            primary.next().map(|email| email.value.as_str()),
        )
        && query.passes_flag("important", contact.important)
        && query.passes("psa_id", link.map(|link| link.remote_id.as_str()))
        && query.passes("psa_integration_type", link.map(|_| CONNECTWISE))
}

fn key(by: &str, id: u64, contact: &Contact) -> String {
    match by {
        "first_name" => contact.first_name.clone().unwrap_or_default(),
        "last_name" => contact.last_name.clone().unwrap_or_default(),
        "created_at" => render::moment(contact.created_at),
        "updated_at" => render::moment(contact.updated_at),
        _ => paging::id_key(id),
    }
}
