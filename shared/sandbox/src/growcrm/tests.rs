//! Grow CRM through its API.

use serde_json::{Value, json};

use super::*;
use crate::Reply;

mod clients;
mod contacts;
mod http;

/// Two clients; at the first, which Ada owns, Ada and Bo; a member of the staff and a lead.
struct Cast {
    account: Account,
    acme: u64,
    bolt: u64,
    ada: u64,
    bo: u64,
}

fn cast() -> Cast {
    let mut account = Account::empty();
    let acme = account.add_client(Client::new("Acme").with_tag("cw-company-812"));
    let bolt = account.add_client(Client::new("Bolt"));
    account.add_user(User::staff("Sam", "Staff", "sam@msp.example"));
    account.add_user(User::lead("Lee", "Lead", "lee@lead.example"));
    let ada = account.add_user(
        User::contact(acme, "Ada", "Byron", "Ada@acme.example")
            .with_phone("+1 312 555 0142")
            .with_position("Engineer"),
    );
    let bo = account.add_user(User::contact(acme, "Bo", "Lund", "bo@acme.example"));
    account.set_owner(ada);
    Cast {
        account,
        acme,
        bolt,
        ada,
        bo,
    }
}

impl Cast {
    fn get(&mut self, path: &str) -> Reply {
        self.account.request("GET", path, &[])
    }

    fn create(&mut self, email: &str, client: u64, more: &[(&str, &str)]) -> Reply {
        let client = client.to_string();
        let mut fields = vec![
            ("first_name", "Cy"),
            ("last_name", "Dorn"),
            ("email", email),
            ("clientid", &client),
        ];
        fields.extend(more);
        self.account.request("POST", "/contacts", &fields)
    }

    /// The ids that a list answers with.
    fn ids(&mut self, path: &str) -> Vec<u64> {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}");
        let data = reply.body["data"].as_array().unwrap();
        data.iter().filter_map(|each| each["id"].as_u64()).collect()
    }
}

#[test]
fn an_account_survives_saving_and_loading() {
    let Cast { mut account, .. } = cast();
    account.faults.push(crate::Fault::html_bad_gateway());
    let text = account.to_json().unwrap();
    assert!(Account::from_json(&text).unwrap() == account);
    let error = Account::from_json("{\"now\":\"ada@acme.example\"}").err();
    let words = "read or write the saved world (line 1, column 25)";
    assert_eq!(error.unwrap().to_string(), words);
}

#[test]
fn unknown_routes_and_wrong_verbs_are_told_apart() {
    let mut cast = cast();
    for (method, path, status) in [
        ("GET", "/team", 404),
        ("GET", "/contacts/5/notes", 404),
        ("GET", "/", 404),
        ("PUT", "/contacts", 405),
        ("POST", "/contacts/4", 405),
        ("GET", "/contacts/4/account-owner", 405),
        ("POST", "/clients/1/tags", 405),
    ] {
        let reply = cast.account.request(method, path, &[]);
        assert_eq!(reply.status, status, "{method} {path}");
        assert!(reply.body["message"].is_string());
    }
}
