//! Contact types, organizations and locations.

use super::{
    account::Account,
    attributes::{self, Attributes},
    gate::Call,
    paging::{self, Shown},
    problem::{Flaw, Problem},
    query::{CONNECTWISE, Query, Understood},
    records::{ContactType, Location, Organization},
    render,
};
use crate::exchange::Answer;

const CONTACT_TYPES: Understood = Understood {
    filters: &["name"],
    sorts: &["name", "id", "created_at", "updated_at"],
    includes: &[],
};

const ORGANIZATIONS: Understood = Understood {
    filters: &[
        "id",
        "name",
        "organization_type_id",
        "organization_status_id",
        "primary",
        "psa_id",
        "psa_integration_type",
    ],
    sorts: &["name", "id", "updated_at", "created_at", "short_name"],
    includes: &["adapters_resources", "attachments", "rmm_companies"],
};

/// The documentation of locations wasn't at hand: this much is certain.
const LOCATIONS: Understood = Understood {
    filters: &["id", "name", "organization_id"],
    sorts: &["name", "id", "created_at", "updated_at"],
    includes: &[],
};

/// Whether the key may see that organization.
pub(crate) fn visible(account: &Account, id: u64) -> Result<(), Problem> {
    match account.organizations.get(&id) {
        None => Err(Problem::NotFound),
        Some(Organization { hidden: true, .. }) => Err(Problem::Unauthorized),
        Some(_) => Ok(()),
    }
}

pub(crate) fn contact_types(account: &Account, call: &Call) -> Result<Answer, Problem> {
    let query = Query::of_list(&call.parameters, &CONTACT_TYPES)?;
    let rows = account.contact_types.iter();
    let rows = rows.filter(|(_, each)| query.passes("name", Some(&each.name)));
    paging::list(
        &account.switches,
        call,
        &query,
        rows.map(|(id, each)| (*id, each)).collect(),
        |by, id, each: &ContactType| match by {
            "name" => each.name.clone(),
            "created_at" => render::moment(each.created_at),
            "updated_at" => render::moment(each.updated_at),
            _ => paging::id_key(id),
        },
        |id, each| Shown::from(render::contact_type(id, each)),
    )
}

pub(crate) fn contact_type(account: &Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    Query::of_one(&call.parameters, &CONTACT_TYPES)?;
    show_contact_type(account, id, 200)
}

/// Nothing keeps two types from having the same name.
pub(crate) fn create_contact_type(account: &mut Account, call: &Call) -> Result<Answer, Problem> {
    Query::none(&call.parameters)?;
    let attributes = attributes::of(&call.data()?, "contact-types")?;
    let name = type_name(&attributes)?.ok_or_else(blank_name)?;
    let id = account.add_contact_type(&name);
    let status = account.switches.created();
    show_contact_type(account, id, status)
}

pub(crate) fn update_contact_type(
    account: &mut Account,
    call: &Call,
    id: u64,
) -> Result<Answer, Problem> {
    Query::none(&call.parameters)?;
    let attributes = attributes::of(&call.data()?, "contact-types")?;
    let name = type_name(&attributes)?;
    let now = account.now;
    let contact_type = account
        .contact_types
        .get_mut(&id)
        .ok_or(Problem::NotFound)?;
    if contact_type.synced {
        return Err(Problem::Synced("/data/attributes/base"));
    }
    if let Some(name) = name.filter(|name| *name != contact_type.name) {
        contact_type.name = name;
        contact_type.updated_at = now;
    }
    show_contact_type(account, id, 200)
}

pub(crate) fn organizations(account: &Account, call: &Call) -> Result<Answer, Problem> {
    let query = Query::of_list(&call.parameters, &ORGANIZATIONS)?;
    let rows = account.organizations.iter().filter(|(id, each)| {
        let link = each.psa_link.as_ref();
        !each.hidden
            && query.passes_id("id", Some(**id))
            && query.passes("name", Some(&each.name))
            && query.passes_id("organization_type_id", Some(render::ORGANIZATION_TYPE.0))
            && query.passes_id(
                "organization_status_id",
                Some(render::ORGANIZATION_STATUS.0),
            )
            && query.passes_flag("primary", Some(false))
            && query.passes("psa_id", link.map(|link| link.remote_id.as_str()))
            && query.passes("psa_integration_type", link.map(|_| CONNECTWISE))
    });
    paging::list(
        &account.switches,
        call,
        &query,
        rows.map(|(id, each)| (*id, each)).collect(),
        |by, id, each: &Organization| match by {
            "name" => each.name.clone(),
            "short_name" => each.short_name.clone().unwrap_or_default(),
            "created_at" => render::moment(each.created_at),
            "updated_at" => render::moment(each.updated_at),
            _ => paging::id_key(id),
        },
        |id, each| render::organization(account, id, each, &query.includes),
    )
}

pub(crate) fn organization(account: &Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    let includes = Query::of_one(&call.parameters, &ORGANIZATIONS)?;
    visible(account, id)?;
    let organization = account.organizations.get(&id).ok_or(Problem::NotFound)?;
    Ok(paging::one(
        200,
        render::organization(account, id, organization, &includes),
    ))
}

pub(crate) fn locations(account: &Account, call: &Call) -> Result<Answer, Problem> {
    let query = Query::of_list(&call.parameters, &LOCATIONS)?;
    let rows = account.locations.iter().filter(|(id, each)| {
        visible(account, each.organization).is_ok()
            && query.passes_id("id", Some(**id))
            && query.passes("name", Some(&each.name))
            && query.passes_id("organization_id", Some(each.organization))
    });
    paging::list(
        &account.switches,
        call,
        &query,
        rows.map(|(id, each)| (*id, each)).collect(),
        |by, id, each: &Location| match by {
            "name" => each.name.clone(),
            "created_at" => render::moment(each.created_at),
            "updated_at" => render::moment(each.updated_at),
            _ => paging::id_key(id),
        },
        |id, each| Shown::from(render::location(account, id, each)),
    )
}

fn show_contact_type(account: &Account, id: u64, status: u16) -> Result<Answer, Problem> {
    let contact_type = account.contact_types.get(&id).ok_or(Problem::NotFound)?;
    let shown = Shown::from(render::contact_type(id, contact_type));
    Ok(paging::one(status, shown))
}

/// The name that was sent, if one was.
fn type_name(attributes: &Attributes) -> Result<Option<String>, Problem> {
    let Some(given) = attributes.get("name") else {
        return Ok(None);
    };
    let name = given.as_str().map(str::trim).unwrap_or_default();
    if name.is_empty() {
        return Err(blank_name());
    }
    Ok(Some(name.to_owned()))
}

fn blank_name() -> Problem {
    Problem::Invalid(vec![Flaw::new("name", "can't be blank")])
}
