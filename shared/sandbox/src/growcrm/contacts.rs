//! `/contacts`.

use serde_json::json;

use super::{
    account::Account,
    form::{Check, Free},
    gate::Call,
    paging::{self, Order},
    problem::Problem,
    records::{Status, User},
    render,
    switches::Profile,
};
use crate::exchange::Answer;

/// The id of a contact that is there.
pub(crate) fn find(account: &Account, id: &str) -> Result<u64, Problem> {
    let id: Option<u64> = id.parse().ok();
    let user = id.and_then(|id| account.users.get(&id));
    id.filter(|_| user.is_some_and(User::is_seen))
        .ok_or(Problem::NotFound("Contact"))
}

pub(crate) fn list(account: &Account, call: &Call) -> Answer {
    let client = call.parameter("client_id");
    let search = call.parameter("search").map(str::to_lowercase);
    let rows = account.users.iter().filter(|(id, user)| {
        let is_owner = user
            .client
            .and_then(|client| account.clients.get(&client))
            .is_some_and(|client| client.owner == Some(**id));
        user.is_seen()
            && client.is_none_or(|client| client.parse().ok() == user.client)
            && call
                .parameter("status")
                .is_none_or(|status| status == word(user.status))
            && call
                .parameter("account_owner")
                .is_none_or(|wanted| wanted == if is_owner { "yes" } else { "no" })
            && search.as_ref().is_none_or(|search| has(user, search))
    });
    paging::list(
        &account.switches,
        call,
        "Contacts retrieved successfully.",
        Order::Ascending,
        rows.map(|(id, user)| (*id, user)).collect(),
        key,
        |id, user: &User| render::contact(account, id, user),
    )
}

pub(crate) fn show(account: &Account, id: u64) -> Result<Answer, Problem> {
    shown(account, id, 200, "Contact retrieved successfully.")
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Answer, Problem> {
    let mut check = Check::new(&call.form);
    let mut user = User::contact(
        check.id("clientid", |id| account.clients.contains_key(&id)),
        &check.required("first_name"),
        &check.required("last_name"),
        &check.email(account, Free::Nobodys),
    );
    user.phone = check.optional("phone");
    user.position = position(account, &check);
    let send = check.one_of("send_email", &["yes", "no"]);
    check.finish()?;
    let id = account.add_user(user);
    welcome(account, id, send.as_deref())?;
    shown(account, id, 201, "Contact created successfully.")
}

/// The client isn't among what it takes.
pub(crate) fn update(account: &mut Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    let mut check = Check::new(&call.form);
    let first_name = check.required("first_name");
    let last_name = check.required("last_name");
    let email = check.email(account, Free::Own(id));
    let (phone, position) = (check.optional("phone"), position(account, &check));
    check.finish()?;
    let (profile, now) = (account.switches.profile, account.now);
    if let Some(user) = account.users.get_mut(&id) {
        user.first_name = first_name;
        user.last_name = last_name;
        user.email = Some(email);
        match profile {
            Profile::Strict => {
                user.phone = phone;
                user.position = position;
                user.social = super::Social::default();
            }
            Profile::Lenient => {
                // What was sent empty is blank here, too.
                if call.form.names("phone") {
                    user.phone = phone;
                }
                if call.form.names("position") {
                    user.position = position;
                }
            }
        }
        user.updated = now;
    }
    shown(account, id, 200, "Contact updated successfully.")
}

/// The position that is sent, as far as it is stored.
fn position(account: &Account, check: &Check<'_>) -> Option<String> {
    let position = check.optional("position")?;
    let longest = account.switches.longest_position.unwrap_or(usize::MAX);
    Some(position.chars().take(longest).collect())
}

/// Nothing protects an account owner: the client has none afterwards.
pub(crate) fn delete(account: &mut Account, id: u64) -> Result<Answer, Problem> {
    account.delete_user(id);
    Ok(paging::one(
        200,
        json!({ "id": id }),
        "Contact deleted successfully.",
    ))
}

pub(crate) fn make_owner(account: &mut Account, id: u64) -> Result<Answer, Problem> {
    let client = account.users.get(&id).and_then(|user| user.client);
    let known = client.filter(|client| account.clients.contains_key(client));
    known.ok_or(Problem::NoClient)?;
    account.set_owner(id);
    shown(
        account,
        id,
        200,
        "Contact set as account owner successfully.",
    )
}

/// Sends the mail that was asked for. The record is there already when that fails.
pub(crate) fn welcome(account: &mut Account, user: u64, send: Option<&str>) -> Result<(), Problem> {
    if send != Some("yes") {
        return Ok(());
    }
    if account.switches.mail_is_broken {
        return Err(Problem::Mail);
    }
    account.welcome(user);
    Ok(())
}

fn shown(account: &Account, id: u64, status: u16, message: &str) -> Result<Answer, Problem> {
    let contact = account.contact(id).ok_or(Problem::NotFound("Contact"))?;
    Ok(paging::one(status, contact, message))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Deleted => "deleted",
    }
}

/// Whether a name, the address or the phone has that text in it.
fn has(user: &User, search: &str) -> bool {
    let texts = [
        Some(&user.first_name),
        Some(&user.last_name),
        user.email.as_ref(),
        user.phone.as_ref(),
    ];
    let mut texts = texts.into_iter().flatten();
    texts.any(|text| text.to_lowercase().contains(search))
}

fn key(by: &str, user: &User) -> Option<String> {
    match by {
        "first_name" => Some(user.first_name.to_lowercase()),
        "last_name" => Some(user.last_name.to_lowercase()),
        "email" => Some(user.email.as_ref()?.to_lowercase()),
        "created" => Some(render::moment(user.created)),
        "updated" => Some(render::moment(user.updated)),
        _ => None,
    }
}
