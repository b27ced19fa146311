//! Clients and contacts in the shape the API answers with.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    account::Account,
    records::{Client, User},
};

/// A contact.
pub(crate) fn contact(account: &Account, id: u64, user: &User) -> Value {
    let client = user
        .client
        .and_then(|id| Some((id, account.clients.get(&id)?)));
    let is_owner = client.is_some_and(|(_, client)| client.owner == Some(id));
    json!({
        "id": id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "name": user.name(),
        "email": user.email,
        "phone": user.phone,
        "job_position": user.position,
        "account_owner": if is_owner { "yes" } else { "no" },
        "status": user.status,
        "client": client.map(|(id, client)| json!({ "id": id, "company_name": client.company_name })),
        "role": { "id": 2, "name": "Client" },
        "social": user.social,
        "dates": dates(user.created, user.updated),
    })
}

/// A client.
pub(crate) fn client(account: &Account, id: u64, client: &Client) -> Value {
    let owner = client
        .owner
        .and_then(|id| Some((id, account.users.get(&id)?)));
    json!({
        "id": id,
        "company_name": client.company_name,
        "description": client.description,
        "status": client.status,
        "phone": client.phone,
        "website": client.website,
        "vat": client.vat,
        "category": { "id": client.category, "name": "Default" },
        "owner": owner.map(|(id, owner)| json!({ "id": id, "name": owner.name() })),
        "billing": {
            "street": null, "city": null, "state": null, "zip": null, "country": null, "invoice_due_days": "7",
        },
        "shipping": { "street": null, "city": null, "state": null, "zip": null, "country": null },
        "dates": dates(client.created, client.updated),
        "tags": client.tags,
    })
}

/// A moment: UTC, with microseconds.
pub(crate) fn moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

fn dates(created: Timestamp, updated: Timestamp) -> Value {
    json!({ "created": moment(created), "updated": moment(updated) })
}
