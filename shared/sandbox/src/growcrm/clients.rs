//! `/clients`.

use serde_json::{Value, json};

use super::{
    account::Account,
    contacts,
    form::{Check, Form, Free},
    gate::Call,
    paging::{self, Order},
    problem::Problem,
    records::{Client, ClientStatus, Role, User},
    render,
    switches::Profile,
};
use crate::exchange::Answer;

/// The id of a client that is there.
pub(crate) fn find(account: &Account, id: &str) -> Result<u64, Problem> {
    let id = id.parse().ok();
    id.filter(|id| account.clients.contains_key(id))
        .ok_or(Problem::NotFound("Client"))
}

pub(crate) fn list(account: &Account, call: &Call) -> Answer {
    let search = call.parameter("search").map(str::to_lowercase);
    let rows = account.clients.iter().filter(|(_, client)| {
        let name = client.company_name.to_lowercase();
        call.parameter("status")
            .is_none_or(|status| status == word(client.status))
            && call
                .parameter("category_id")
                .is_none_or(|id| id.parse() == Ok(client.category))
            && search.as_ref().is_none_or(|search| name.contains(search))
    });
    paging::list(
        &account.switches,
        call,
        "Clients retrieved successfully.",
        Order::Descending,
        rows.map(|(id, client)| (*id, client)).collect(),
        key,
        |id, client: &Client| render::client(account, id, client),
    )
}

pub(crate) fn show(account: &Account, id: u64) -> Result<Answer, Problem> {
    shown(account, id, "Client retrieved successfully.")
}

/// A client and its account owner. A lead who has the address becomes the owner.
pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Answer, Problem> {
    let mut check = Check::new(&call.form);
    let first_name = check.required("first_name");
    let last_name = check.required("last_name");
    let email = check.email(account, Free::Leads);
    check.not_a_text("tags");
    for field in &account.switches.required_client_fields {
        check.required(field);
    }
    let send = check.one_of("send_email", &["yes", "no"]);
    let usual = format!("{first_name} {last_name}");
    let name = check.optional("client_company_name").unwrap_or(usual);
    check.finish()?;

    let mut client = Client::new(&name);
    describe(&mut client, &call.form, Profile::Strict);
    if let Some(category) = call.form.get("client_categoryid") {
        client.category = category.parse().unwrap_or(client.category);
    }
    if !account.switches.forgets_new_tags {
        client.tags = call.form.array("tags").to_vec();
    }
    let id = account.add_client(client);
    let owner = match account.lead_by_email(&email) {
        Some(lead) => {
            promote(account, lead, id, first_name, last_name);
            lead
        }
        None => account.add_user(User::contact(id, &first_name, &last_name, &email)),
    };
    account.set_owner(owner);
    contacts::welcome(account, owner, send.as_deref())?;
    let whole = account.client(id).ok_or(Problem::NotFound("Client"))?;
    let shown = if account.switches.short_client_answers {
        json!({ "id": whole["id"], "company_name": whole["company_name"] })
    } else {
        whole
    };
    Ok(paging::one(201, shown, "Client created successfully."))
}

pub(crate) fn update(account: &mut Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    let mut check = Check::new(&call.form);
    let name = check.required("client_company_name");
    check.finish()?;
    let profile = account.switches.profile;
    edit(account, id, |client| {
        client.company_name = name;
        describe(client, &call.form, profile);
    });
    shown(account, id, "Client updated successfully.")
}

/// All that belongs to the client goes with it.
pub(crate) fn delete(account: &mut Account, id: u64) -> Result<Answer, Problem> {
    for contact in account.contacts_of(id) {
        account.delete_user(contact);
    }
    account.clients.remove(&id);
    Ok(paging::one(
        200,
        json!({ "id": id }),
        "Client deleted successfully.",
    ))
}

/// The full set: what isn't sent is taken away.
pub(crate) fn set_tags(account: &mut Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    let mut check = Check::new(&call.form);
    check.not_a_text("tags");
    check.finish()?;
    edit(account, id, |client| {
        client.tags = call.form.array("tags").to_vec();
    });
    shown(account, id, "Client tags updated successfully.")
}

pub(crate) fn set_status(account: &mut Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    let mut check = Check::new(&call.form);
    check.required("status");
    let status = check.one_of("status", &["active", "suspended"]);
    check.finish()?;
    edit(account, id, |client| {
        client.status = match status.as_deref() {
            Some("suspended") => ClientStatus::Suspended,
            _ => ClientStatus::Active,
        };
    });
    shown(account, id, "Client status updated successfully.")
}

pub(crate) fn set_owner(account: &mut Account, call: &Call, id: u64) -> Result<Answer, Problem> {
    let mine = account.contacts_of(id);
    let mut check = Check::new(&call.form);
    let owner = check.id("owner", |owner| mine.contains(&owner));
    check.finish()?;
    edit(account, id, |client| client.owner = Some(owner));
    shown(account, id, "Client account owner updated successfully.")
}

/// Makes a contact of a lead.
fn promote(account: &mut Account, lead: u64, client: u64, first_name: String, last_name: String) {
    let now = account.now;
    if let Some(user) = account.users.get_mut(&lead) {
        user.role = Role::Contact;
        user.client = Some(client);
        user.first_name = first_name;
        user.last_name = last_name;
        user.updated = now;
    }
}

/// The fields that are nothing but text.
fn describe(client: &mut Client, form: &Form, profile: Profile) {
    let fields = [
        ("client_description", &mut client.description),
        ("client_phone", &mut client.phone),
        ("client_website", &mut client.website),
        ("client_vat", &mut client.vat),
    ];
    for (name, field) in fields {
        if profile == Profile::Strict || form.names(name) {
            *field = form.get(name).map(str::to_owned);
        }
    }
}

fn edit(account: &mut Account, id: u64, edit: impl FnOnce(&mut Client)) {
    let now = account.now;
    if let Some(client) = account.clients.get_mut(&id) {
        edit(client);
        client.updated = now;
    }
}

fn shown(account: &Account, id: u64, message: &str) -> Result<Answer, Problem> {
    let client: Value = account.client(id).ok_or(Problem::NotFound("Client"))?;
    Ok(paging::one(200, client, message))
}

fn word(status: ClientStatus) -> &'static str {
    match status {
        ClientStatus::Active => "active",
        ClientStatus::Suspended => "suspended",
    }
}

fn key(by: &str, client: &Client) -> Option<String> {
    match by {
        "client_company_name" => Some(client.company_name.to_lowercase()),
        "client_status" => Some(word(client.status).to_owned()),
        "client_created" => Some(render::moment(client.created)),
        "client_updated" => Some(render::moment(client.updated)),
        _ => None,
    }
}
