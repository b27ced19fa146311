//! A Grow CRM installation: plain data, which a test or the embedder may build, edit, save and load.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    records::{Client, Role, Status, User, WelcomeMail},
    render,
    switches::Switches,
};
use crate::{clock, error::Error, exchange::Reply, fault::Fault, saved};

/// The main administrator has id 1.
const FIRST_USER: u64 = 2;

/// A whole installation.
///
/// It has no `Debug`: it is full of people's data, real people's when somebody loads their own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What time it is. Nothing but the embedder moves it.
    pub now: Timestamp,
    /// The key that opens it.
    pub api_key: String,
    /// How it behaves where the vendor's documentation is silent, and how it was set up.
    #[serde(default)]
    pub switches: Switches,
    /// What goes wrong over HTTP, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// The clients, by id.
    #[serde(default)]
    pub clients: BTreeMap<u64, Client>,
    /// All users, by id: contacts, staff, leads, and those who were deleted.
    #[serde(default)]
    pub users: BTreeMap<u64, User>,
    /// The welcome mails that were sent, oldest first.
    #[serde(default)]
    pub outbox: Vec<WelcomeMail>,
    next_client: u64,
    next_user: u64,
}

impl Account {
    /// An installation with nobody in it.
    pub fn empty() -> Account {
        Account {
            now: clock::START,
            api_key: "gcrm_2b9e4f7a1d6c8035".to_owned(),
            switches: Switches::default(),
            faults: Vec::new(),
            clients: BTreeMap::new(),
            users: BTreeMap::new(),
            outbox: Vec::new(),
            next_client: 1,
            next_user: FIRST_USER,
        }
    }

    /// Adds a client and answers with its id.
    pub fn add_client(&mut self, client: Client) -> u64 {
        let id = self.next_client;
        self.put_client(id, client);
        id
    }

    /// Adds a user and answers with the id.
    pub fn add_user(&mut self, user: User) -> u64 {
        let id = self.next_user;
        self.put_user(id, user);
        id
    }

    /// Puts a client in under that id.
    pub fn put_client(&mut self, id: u64, mut client: Client) {
        self.date(&mut client.created, &mut client.updated);
        self.next_client = self.next_client.max(id + 1);
        self.clients.insert(id, client);
    }

    /// Puts a user in under that id.
    pub fn put_user(&mut self, id: u64, mut user: User) {
        self.date(&mut user.created, &mut user.updated);
        self.next_user = self.next_user.max(id + 1);
        self.users.insert(id, user);
    }

    /// Makes a contact the owner of its client, if it has one.
    pub fn set_owner(&mut self, contact: u64) {
        let client = self.users.get(&contact).and_then(|user| user.client);
        if let Some(client) = client.and_then(|client| self.clients.get_mut(&client)) {
            client.owner = Some(contact);
        }
    }

    /// A contact, in the shape the API answers with; none after a deletion.
    pub fn contact(&self, id: u64) -> Option<Value> {
        let user = self.users.get(&id).filter(|user| user.is_seen())?;
        Some(render::contact(self, id, user))
    }

    /// A client, in the shape the API answers with.
    pub fn client(&self, id: u64) -> Option<Value> {
        let client = self.clients.get(&id)?;
        Some(render::client(self, id, client))
    }

    /// The contacts of a client, ascending.
    pub fn contacts_of(&self, client: u64) -> Vec<u64> {
        let mine = self
            .users
            .iter()
            .filter(|(_, user)| user.is_seen() && user.client == Some(client));
        mine.map(|(id, _)| *id).collect()
    }

    /// The user who has that address, in whatever case: a contact, or somebody whom the API doesn't show.
    pub fn user_by_email(&self, email: &str) -> Option<u64> {
        let wanted = email.to_lowercase();
        let mut users = self.users.iter();
        let found = users.find(|(_, user)| {
            let has = user.email.as_ref().map(|email| email.to_lowercase());
            has.is_some_and(|has| has == wanted)
        });
        found.map(|(id, _)| *id)
    }

    /// Carries out a request as somebody to whom neither key nor fault applies. `path` begins below `/api` and
    /// may have a query; `fields` are those of the form: `("tags[]", "vip")`.
    pub fn request(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        super::gate::request(self, method, path, fields).into()
    }

    /// Moves the account's clock forward.
    pub fn advance(&mut self, seconds: u32) {
        clock::advance(&mut self.now, seconds);
    }

    /// The account as JSON.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON, which would be a defect of the sandbox.
    pub fn to_json(&self) -> Result<String, Error> {
        saved::to_json(self)
    }

    /// The account that [`Account::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// When the text isn't such an account.
    pub fn from_json(text: &str) -> Result<Account, Error> {
        saved::from_json(text)
    }

    /// Ends a user's life: the address is free again, a client that the user owned has no owner.
    pub(crate) fn delete_user(&mut self, id: u64) {
        let now = self.now;
        if let Some(user) = self.users.get_mut(&id) {
            user.status = Status::Deleted;
            user.email = None;
            user.updated = now;
        }
        for client in self.clients.values_mut() {
            client.owner = client.owner.filter(|owner| *owner != id);
        }
    }

    /// Welcomes a user to the portal.
    pub(crate) fn welcome(&mut self, user: u64) {
        let email = self.users.get(&user).and_then(|user| user.email.clone());
        if let Some(email) = email {
            self.outbox.push(WelcomeMail {
                at: self.now,
                user,
                email,
            });
        }
    }

    /// The lead who has that address.
    pub(crate) fn lead_by_email(&self, email: &str) -> Option<u64> {
        let user = self.user_by_email(email)?;
        (self.users.get(&user)?.role == Role::Lead).then_some(user)
    }

    /// Dates a record that has no dates of its own.
    fn date(&self, created: &mut Timestamp, updated: &mut Timestamp) {
        for date in [created, updated] {
            if *date == Timestamp::default() {
                *date = self.now;
            }
        }
    }
}
