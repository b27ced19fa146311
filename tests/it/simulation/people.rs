//! People who work in the PSA at the same time.

use std::collections::BTreeSet;

use sandbox::{Kind, PERSON, WorldHandle};
use serde_json::{Value, json};

use super::facts::{Carried, list};
use super::ledger::Ledger;
use super::seed::Dice;
use crate::stack::id;
use crate::stack::worlds::REFERENCES;

const EDITS: [Edit; 19] = [
    Edit::AddsEmail,
    Edit::AddsEmail,
    Edit::ChangesEmail,
    Edit::DeletesItem,
    Edit::AddsPhone,
    Edit::SetsField,
    Edit::SetsField,
    Edit::WritesNote,
    Edit::WritesNote,
    Edit::SwitchesLogin,
    Edit::ChoosesDefault,
    Edit::MakesDuplicate,
    Edit::DeletesContact,
    Edit::MovesWork,
    Edit::OpensWork,
    Edit::SwitchesActive,
    Edit::JoinsGroup,
    Edit::AddsLabel,
    Edit::MovesContact,
];

#[derive(Clone, Copy, Debug)]
enum Edit {
    AddsEmail,
    ChangesEmail,
    DeletesItem,
    AddsPhone,
    SetsField,
    WritesNote,
    SwitchesLogin,
    ChoosesDefault,
    MakesDuplicate,
    DeletesContact,
    MovesWork,
    OpensWork,
    SwitchesActive,
    JoinsGroup,
    AddsLabel,
    MovesContact,
}

/// Somebody with hands on the PSA.
pub(crate) struct People<'s> {
    pub(crate) dice: &'s mut Dice,
    pub(crate) world: &'s WorldHandle,
    pub(crate) ledger: &'s mut Ledger,
    pub(crate) companies: &'s [u32],
    /// Contacts and companies that nobody touches just now.
    pub(crate) untouched: &'s BTreeSet<u32>,
    /// Records that a worker has looked at and is about to point elsewhere.
    pub(crate) in_work: &'s BTreeSet<String>,
    /// Contacts whose login we may or may not have switched.
    pub(crate) unseen: &'s BTreeSet<u32>,
    /// For values that are told apart.
    pub(crate) number: usize,
}

impl People<'_> {
    /// Somebody does something, told in words; nothing when there was nobody to do it to.
    pub(crate) fn edit(&mut self) -> Option<String> {
        let company = *self.dice.pick(self.companies);
        let contacts = self.world.lock().contacts_of(company);
        let free: Vec<u32> = contacts
            .into_iter()
            .filter(|contact| !self.untouched.contains(contact))
            .collect();
        if free.is_empty() {
            return None;
        }
        let contact = *self.dice.pick(&free);
        let edit = *self.dice.pick(&EDITS);
        let told = self.make(edit, company, contact, &free)?;
        let world = self.world.lock();
        self.ledger.person_did(&world, self.unseen);
        Some(format!("somebody {edit:?}: {told}"))
    }

    fn make(&mut self, edit: Edit, company: u32, contact: u32, free: &[u32]) -> Option<String> {
        let number = self.number;
        let contacts = format!("/company/contacts/{contact}");
        let record = self.world.lock().contact(contact)?;
        match edit {
            Edit::AddsEmail => {
                let first = record["firstName"].as_str().unwrap_or("x").to_lowercase();
                let first = first.trim_matches(',');
                let domain = if self.dice.chance(60) {
                    format!("quarry{company}.example")
                } else {
                    "home.example".to_owned()
                };
                let address = format!("{first}.{number}@{domain}");
                let default = self.dice.chance(40);
                let item = json!({ "type": { "id": 1 }, "value": address, "defaultFlag": default, "communicationType": "Email" });
                self.post(&format!("{contacts}/communications"), item)
            }
            Edit::ChangesEmail => {
                let items: Vec<u32> = list(&record["communicationItems"])
                    .filter(|item| item["communicationType"] == "Email")
                    .filter_map(|item| id(&item["id"]))
                    .collect();
                let item = (!items.is_empty()).then(|| *self.dice.pick(&items))?;
                let address = format!("changed.{number}@quarry{company}.example");
                self.patch(
                    &format!("{contacts}/communications/{item}"),
                    "value",
                    json!(address),
                )
            }
            Edit::DeletesItem => {
                let items: Vec<u32> = list(&record["communicationItems"])
                    .filter_map(|item| id(&item["id"]))
                    .collect();
                let item = (!items.is_empty()).then(|| *self.dice.pick(&items))?;
                self.call("DELETE", &format!("{contacts}/communications/{item}"), None)
            }
            Edit::AddsPhone => {
                let phone = format!("3205550{}", 100 + number % 100);
                let item = json!({ "type": { "id": 4 }, "value": phone, "defaultFlag": false, "communicationType": "Phone" });
                self.post(&format!("{contacts}/communications"), item)
            }
            Edit::SetsField => {
                let fields = ["title", "nickName", "userDefinedField3", "city"];
                let field = *self.dice.pick(&fields);
                self.patch(&contacts, field, json!(format!("{field} {number}")))
            }
            Edit::WritesNote => {
                let note = json!({ "text": format!("Somebody said {number}.") });
                self.post(&format!("{contacts}/notes"), note)
            }
            Edit::SwitchesLogin => {
                let on = record["disablePortalLoginFlag"] == false;
                // On and off again between two visits leaves no trace that anybody could read.
                if on && self.ledger.was_taken_back(contact) {
                    return None;
                }
                self.patch(&contacts, "disablePortalLoginFlag", json!(on))
            }
            Edit::ChoosesDefault => {
                let active = record["inactiveFlag"] != true;
                if !active || self.untouched.contains(&company) {
                    return None;
                }
                let path = format!("/company/companies/{company}");
                self.patch(&path, "defaultContact", json!({ "id": contact }))
            }
            Edit::MakesDuplicate => self.duplicate(company, contact, &record),
            Edit::DeletesContact => {
                if self.untouched.contains(&company) {
                    return None;
                }
                self.call("DELETE", &contacts, None)
            }
            Edit::MovesWork => {
                let world = self.world.lock();
                let of_contact: Vec<(&str, u32)> = REFERENCES
                    .iter()
                    .filter_map(|(kind, ..)| Some((path_of(*kind)?, *kind)))
                    .flat_map(|(path, kind)| {
                        let found = world.referring(kind, "contact", contact);
                        found.into_iter().map(move |record| (path, record))
                    })
                    .collect();
                drop(world);
                let (path, record) = *of_contact.first()?;
                let other = *self.dice.pick(free);
                let path = format!("{path}/{record}");
                if self.in_work.contains(&path) {
                    return None;
                }
                self.patch(&path, "contact", json!({ "id": other }))
            }
            Edit::OpensWork => {
                let (kind, words, fields) = REFERENCES[self.dice.below(REFERENCES.len())];
                let path = path_of(kind)?;
                let field = *self.dice.pick(fields);
                let mut record = json!({ "company": { "id": company } });
                record[words] = json!(format!("Work {number}"));
                record[field] = json!({ "id": contact });
                self.post(path, record)
            }
            Edit::SwitchesActive => {
                if self.untouched.contains(&company) {
                    return None;
                }
                let active = record["inactiveFlag"] != true;
                self.patch(&contacts, "inactiveFlag", json!(active))
            }
            Edit::JoinsGroup => {
                let group = self.dice.within(1, 3);
                let body = json!({ "group": { "id": group }, "contact": { "id": contact }, "unsubscribeFlag": false });
                self.post(&format!("{contacts}/groups"), body)
            }
            Edit::AddsLabel => {
                let label = *self.dice.pick(&[1, 2, 3, 5]);
                let body = json!({ "type": { "id": label }, "contact": { "id": contact } });
                self.post(&format!("{contacts}/typeAssociations"), body)
            }
            Edit::MovesContact => {
                let other = *self.dice.pick(self.companies);
                let touched = |company: &u32| self.untouched.contains(company);
                if other == company || [company, other].iter().any(touched) {
                    return None;
                }
                self.patch(&contacts, "company", json!({ "id": other }))
            }
        }
    }

    /// The email connector, or somebody in a hurry, makes a person once more.
    fn duplicate(&mut self, company: u32, contact: u32, record: &Value) -> Option<String> {
        let number = self.number;
        let email = list(&record["communicationItems"])
            .find(|item| item["communicationType"] == "Email")?["value"]
            .clone();
        let phone = format!("3205550{}", 100 + number % 100);
        let body = json!({
            "firstName": record["firstName"], "lastName": record["lastName"].as_str().unwrap_or_default(),
            "company": { "id": company }, "title": format!("Title {number}"),
            "communicationItems": [
                { "type": { "id": 1 }, "value": email, "defaultFlag": true },
                { "type": { "id": 2 }, "value": phone, "defaultFlag": true },
            ],
        });
        let reply = self
            .world
            .request(PERSON, "POST", "/company/contacts", Some(&body));
        let new = id(&reply.body["id"]).filter(|_| reply.status == 201)?;
        self.ledger.is_the_same(new, contact);
        Some(format!("{new} is {contact} again"))
    }

    fn post(&self, path: &str, body: Value) -> Option<String> {
        self.call("POST", path, Some(body))
    }

    fn patch(&self, path: &str, field: &str, value: Value) -> Option<String> {
        let body = json!([{ "op": "replace", "path": field, "value": value }]);
        self.call("PATCH", path, Some(body))
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Option<String> {
        let reply = self.world.request(PERSON, method, path, body.as_ref());
        // What the PSA does not let people do has not happened.
        (reply.status < 300).then(|| match body {
            Some(body) => format!("{method} {path} {body}"),
            None => format!("{method} {path}"),
        })
    }
}

fn path_of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::ServiceTicket => "/service/tickets",
        Kind::ProjectTicket => "/project/tickets",
        Kind::Activity => "/sales/activities",
        Kind::Opportunity => "/sales/opportunities",
        Kind::Project => "/project/projects",
        Kind::Configuration => "/company/configurations",
        Kind::Agreement => "/finance/agreements",
        Kind::SalesOrder => "/sales/orders",
        Kind::PurchaseOrder => "/procurement/purchaseorders",
        _ => return None,
    })
}

/// Whether there is somebody at the company who is active.
pub(crate) fn somebody_is_active(world: &sandbox::World, company: u32) -> bool {
    let contacts = world.contacts_of(company);
    contacts
        .into_iter()
        .any(|contact| Carried::by(world, contact).is_some_and(|carried| carried.active))
}
