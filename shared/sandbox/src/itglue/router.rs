//! From method and path to what is done. Whatever isn't listed here is a page of HTML.

use super::{
    account::Account,
    contacts::{self, Nest},
    gate::Call,
    others,
    problem::Problem,
};
use crate::exchange::{self, Answer};

/// Carries out a call.
pub(crate) fn route(account: &mut Account, call: &Call) -> Result<Answer, Problem> {
    let segments = exchange::segments(&call.path);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("PATCH", ["contacts"]) => contacts::update_many(account, call),
        (_, ["contacts", rest @ ..]) => of_contacts(account, call, Nest::None, rest),
        (
            _,
            [
                "organizations",
                organization,
                "relationships",
                "contacts",
                rest @ ..,
            ],
        ) => {
            let organization = number(organization)?;
            others::visible(account, organization)?;
            of_contacts(account, call, Nest::In(organization), rest)
        }
        ("GET", ["contact_types"]) => others::contact_types(account, call),
        ("POST", ["contact_types"]) => others::create_contact_type(account, call),
        ("GET", ["contact_types", id]) => others::contact_type(account, call, number(id)?),
        ("PATCH", ["contact_types", id]) => others::update_contact_type(account, call, number(id)?),
        ("GET", ["organizations"]) => others::organizations(account, call),
        ("GET", ["organizations", id]) => others::organization(account, call, number(id)?),
        ("GET", ["locations"]) => others::locations(account, call),
        _ => Err(Problem::NoRoute),
    }
}

/// What works on all contacts and on those of one organization alike. There is no way to delete a single one.
fn of_contacts(
    account: &mut Account,
    call: &Call,
    nest: Nest,
    rest: &[&str],
) -> Result<Answer, Problem> {
    match (call.method.as_str(), rest) {
        ("GET", []) => contacts::list(account, call, nest),
        ("POST", []) => contacts::create(account, call, nest),
        ("DELETE", []) => contacts::delete(account, call, nest),
        ("GET", [id]) => contacts::show(account, call, nest, number(id)?),
        ("PATCH", [id]) => contacts::update(account, call, nest, number(id)?),
        _ => Err(Problem::NoRoute),
    }
}

fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| Problem::NotFound)
}
