//! IT Glue through its API.

use serde_json::{Value, json};

use super::*;
use crate::Reply;

mod http;
mod reading;
mod writing;

/// The organization that most tests are about.
const ACME: u64 = 71;
/// Another one.
const BOLT: u64 = 72;

/// Two organizations; at the first [`ADA`] and [`BO`], a contact type and a location.
fn account() -> Account {
    let mut account = Account::empty();
    account.put_organization(
        ACME,
        Organization::new("Acme")
            .with_short_name("AcmeInc")
            .linked_to(812),
    );
    account.put_organization(BOLT, Organization::new("Bolt"));
    account.put_contact_type(5, "Approver");
    account.put_location(6, ACME, "Main");
    account.put_location(7, BOLT, "Annex");
    let ada = Contact::new(ACME, "Ada", "Byron")
        .with_title("Engineer")
        .with_email("ada@acme.example")
        .with_phone("312-555-0142")
        .with_fax("312-555-0143")
        .with_type(5);
    account.put_contact(ADA, ada);
    account.put_contact(BO, Contact::new(ACME, "Bo", "").with_important(true));
    account
}

const ADA: u64 = 4_500_000_000_000_001;
const BO: u64 = 4_500_000_000_000_002;

fn get(account: &mut Account, path: &str) -> Reply {
    account.request("GET", path, None)
}

/// The ids that a list answers with.
fn ids(account: &mut Account, path: &str) -> Vec<String> {
    let reply = get(account, path);
    assert_eq!(reply.status, 200, "{path}");
    let data = reply.body["data"].as_array().unwrap();
    data.iter()
        .map(|each| each["id"].as_str().unwrap().to_owned())
        .collect()
}

fn contact(attributes: Value) -> Value {
    json!({ "data": { "type": "contacts", "attributes": attributes } })
}

fn contacts(attributes: &[Value]) -> Value {
    let resources = attributes.iter();
    let resources =
        resources.map(|attributes| json!({ "type": "contacts", "attributes": attributes }));
    json!({ "data": resources.collect::<Value>() })
}

fn patch(account: &mut Account, id: u64, attributes: Value) -> Reply {
    account.request(
        "PATCH",
        &format!("/contacts/{id}"),
        Some(&contact(attributes)),
    )
}

/// Where the errors point to.
fn pointers(reply: &Reply) -> Vec<&str> {
    let errors = reply.body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["source"]["pointer"].as_str().unwrap_or_default())
        .collect()
}

#[test]
fn an_account_survives_saving_and_loading() {
    let mut account = account();
    account.faults.push(crate::Fault::gateway_timeout());
    patch(&mut account, ADA, json!({ "notes": "x" }));
    let text = account.to_json().unwrap();
    let loaded = Account::from_json(&text).unwrap();
    assert!(loaded == account);
    let error = Account::from_json("{\"now\":\"ada@acme.example\"}").err();
    let words = "read or write the saved world (line 1, column 25)";
    assert_eq!(error.unwrap().to_string(), words);
}

#[test]
fn the_clock_moves_only_when_told() {
    let mut account = Account::empty();
    let before = account.now;
    account.advance(90);
    assert_eq!(account.now.as_second() - before.as_second(), 90);
}

#[test]
fn native_sync_adopts_a_namesake_and_creates_who_is_missing() {
    let mut account = account();
    assert_eq!(account.sync_from_psa(ACME, 4711, "Ada", "Byron"), ADA);
    assert_eq!(account.sync_from_psa(ACME, 4711, "Augusta", "King"), ADA);
    let elsewhere = account.sync_from_psa(BOLT, 4712, "Bo", "");
    assert_eq!(account.contacts_linked_to(4712), [elsewhere]);
    assert_eq!(account.contacts.len(), 3);
    assert_eq!(
        patch(&mut account, ADA, json!({ "title": "x" })).status,
        422
    );
    account.psa_contact_gone(4711);
    assert_eq!(
        patch(&mut account, ADA, json!({ "title": "x" })).status,
        200
    );
}
