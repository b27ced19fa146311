//! An account at IT Glue: plain data, which a test or the embedder may build, edit, save and load.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    rate_limit::RateLimit,
    records::{Contact, ContactType, Location, Organization},
    render,
    switches::Switches,
};
use crate::{clock, error::Error, exchange::Reply, fault::Fault, saved};

/// Ids that the account gives are beyond 32 bits, as they are in the field.
const FIRST_ID: u64 = 4_600_000_001;

/// A whole account.
///
/// It has no `Debug`: it is full of people's data, real people's when somebody loads their own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What time it is. Nothing but the embedder moves it.
    pub now: Timestamp,
    /// The key that opens it.
    pub api_key: String,
    /// The account's name in web addresses.
    pub subdomain: String,
    /// How it behaves where the vendor's documentation is silent.
    #[serde(default)]
    pub switches: Switches,
    /// What goes wrong over HTTP, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// How many requests over HTTP are let through; any number when `None`.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
    /// The organizations, by id.
    #[serde(default)]
    pub organizations: BTreeMap<u64, Organization>,
    /// The contacts, by id.
    #[serde(default)]
    pub contacts: BTreeMap<u64, Contact>,
    /// The types of contact, by id.
    #[serde(default)]
    pub contact_types: BTreeMap<u64, ContactType>,
    /// The locations, by id.
    #[serde(default)]
    pub locations: BTreeMap<u64, Location>,
    /// Contacts that were deleted, and all that was lost with them. Nobody gets them back over the API.
    #[serde(default)]
    pub deleted: BTreeMap<u64, Contact>,
    next_id: u64,
}

impl Account {
    /// An account with nothing in it, and the documented limit on requests.
    pub fn empty() -> Account {
        Account {
            now: clock::START,
            api_key: "ITG.5c8e1f0a7b3d4962".to_owned(),
            subdomain: "northwindmsp".to_owned(),
            switches: Switches::default(),
            faults: Vec::new(),
            rate_limit: Some(RateLimit::default()),
            organizations: BTreeMap::new(),
            contacts: BTreeMap::new(),
            contact_types: BTreeMap::new(),
            locations: BTreeMap::new(),
            deleted: BTreeMap::new(),
            next_id: FIRST_ID,
        }
    }

    /// Adds an organization and answers with its id.
    pub fn add_organization(&mut self, organization: Organization) -> u64 {
        let id = self.next_id();
        self.put_organization(id, organization);
        id
    }

    /// Adds a contact and answers with its id.
    pub fn add_contact(&mut self, contact: Contact) -> u64 {
        let id = self.next_id();
        self.put_contact(id, contact);
        id
    }

    /// Adds a type of contact and answers with its id.
    pub fn add_contact_type(&mut self, name: &str) -> u64 {
        let id = self.next_id();
        self.put_contact_type(id, name);
        id
    }

    /// Adds a location of an organization and answers with its id.
    pub fn add_location(&mut self, organization: u64, name: &str) -> u64 {
        let id = self.next_id();
        self.put_location(id, organization, name);
        id
    }

    /// Puts an organization in under that id.
    pub fn put_organization(&mut self, id: u64, mut organization: Organization) {
        self.date(&mut organization.created_at, &mut organization.updated_at);
        self.organizations.insert(id, organization);
    }

    /// Puts a contact in under that id.
    pub fn put_contact(&mut self, id: u64, mut contact: Contact) {
        self.date(&mut contact.created_at, &mut contact.updated_at);
        self.contacts.insert(id, contact);
    }

    /// Puts a type of contact in under that id.
    pub fn put_contact_type(&mut self, id: u64, name: &str) {
        let contact_type = ContactType {
            name: name.to_owned(),
            synced: false,
            created_at: self.now,
            updated_at: self.now,
        };
        self.contact_types.insert(id, contact_type);
    }

    /// Puts a location in under that id.
    pub fn put_location(&mut self, id: u64, organization: u64, name: &str) {
        let location = Location {
            organization,
            name: name.to_owned(),
            created_at: self.now,
            updated_at: self.now,
        };
        self.locations.insert(id, location);
    }

    /// A contact, in the shape the API answers with: `id`, `type`, `attributes`, `relationships`.
    pub fn contact(&self, id: u64) -> Option<Value> {
        let contact = self.contacts.get(&id)?;
        Some(render::contact(self, id, contact))
    }

    /// The contacts of an organization, ascending.
    pub fn contacts_of(&self, organization: u64) -> Vec<u64> {
        let mine = self
            .contacts
            .iter()
            .filter(|(_, contact)| contact.organization == organization);
        mine.map(|(id, _)| *id).collect()
    }

    /// The contacts whose counterpart in the PSA has that id, ascending.
    pub fn contacts_linked_to(&self, psa_contact: u32) -> Vec<u64> {
        let wanted = psa_contact.to_string();
        let linked = self.contacts.iter().filter(|(_, contact)| {
            contact
                .psa_link
                .as_ref()
                .is_some_and(|link| link.remote_id == wanted)
        });
        linked.map(|(id, _)| *id).collect()
    }

    /// The native integration meets a contact of the PSA, and answers with the contact here that is owned by the
    /// PSA from now on: the one linked to it, or one of the organization with exactly these names that isn't
    /// linked to anybody, or a new one.
    pub fn sync_from_psa(
        &mut self,
        organization: u64,
        psa_contact: u32,
        first_name: &str,
        last_name: &str,
    ) -> u64 {
        let met = Contact::new(organization, first_name, last_name).synced_with(psa_contact);
        let linked = self.contacts_linked_to(psa_contact).first().copied();
        let namesake = || {
            let mut unlinked = self
                .contacts
                .iter()
                .filter(|(_, each)| each.organization == organization && each.psa_link.is_none());
            let namesake = unlinked.find(|(_, each)| {
                each.first_name == met.first_name && each.last_name == met.last_name
            });
            namesake.map(|(id, _)| *id)
        };
        let Some(id) = linked.or_else(namesake) else {
            return self.add_contact(met);
        };
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.psa_link = met.psa_link;
        }
        id
    }

    /// The native integration misses a contact of the PSA: whoever is linked to it stays, as an orphan.
    pub fn psa_contact_gone(&mut self, psa_contact: u32) {
        for id in self.contacts_linked_to(psa_contact) {
            if let Some(contact) = self.contacts.get_mut(&id) {
                *contact = contact.clone().orphaned();
            }
        }
    }

    /// Carries out a request as somebody to whom neither key nor limit nor fault applies. `path` may have a
    /// query: `/contacts?filter[id]=7`.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        super::gate::request(self, method, path, body).into()
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

    /// An id that no record has or ever had.
    pub(crate) fn next_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Dates a record that has no dates of its own.
    fn date(&self, created_at: &mut Timestamp, updated_at: &mut Timestamp) {
        for date in [created_at, updated_at] {
            if *date == Timestamp::default() {
                *date = self.now;
            }
        }
    }
}
