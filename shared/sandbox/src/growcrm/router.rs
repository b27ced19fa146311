//! From method and path to what is done.

use super::{account::Account, clients, contacts, gate::Call, problem::Problem};
use crate::exchange::Answer;

/// Carries out a call.
pub(crate) fn route(account: &mut Account, call: &Call) -> Result<Answer, Problem> {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let method = call.method.as_str();
    match segments.as_slice() {
        ["contacts"] => match method {
            "GET" => Ok(contacts::list(account, call)),
            "POST" => contacts::create(account, call),
            _ => Err(Problem::Method),
        },
        ["contacts", id] => match method {
            "GET" => contacts::show(account, contacts::find(account, id)?),
            "PATCH" => contacts::update(account, call, contacts::find(account, id)?),
            "DELETE" => contacts::delete(account, contacts::find(account, id)?),
            _ => Err(Problem::Method),
        },
        ["contacts", id, "account-owner"] => match method {
            "PUT" => contacts::make_owner(account, contacts::find(account, id)?),
            _ => Err(Problem::Method),
        },
        ["clients"] => match method {
            "GET" => Ok(clients::list(account, call)),
            "POST" => clients::create(account, call),
            _ => Err(Problem::Method),
        },
        ["clients", id] => match method {
            "GET" => clients::show(account, clients::find(account, id)?),
            "PATCH" => clients::update(account, call, clients::find(account, id)?),
            "DELETE" => clients::delete(account, clients::find(account, id)?),
            _ => Err(Problem::Method),
        },
        ["clients", id, what @ ("tags" | "status" | "owner")] => match (method, *what) {
            ("PUT", "tags") => clients::set_tags(account, call, clients::find(account, id)?),
            ("PUT", "status") => clients::set_status(account, call, clients::find(account, id)?),
            ("PUT", _) => clients::set_owner(account, call, clients::find(account, id)?),
            _ => Err(Problem::Method),
        },
        _ => Err(Problem::NoRoute),
    }
}
