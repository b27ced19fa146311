//! Grow CRM follows the PSA: whose portal user is whose, and what is written there.
//!
//! An address is a portal user's login, and no two users of the whole CRM have the same. Most of what is decided
//! here follows from that: who may have an address, who must give it up first, and which record is a contact's.
//! Clients are created where the rules say so, and never deleted.
//!
//! A client that the plan creates has no id before that. The contacts that belong into it, other than its owner,
//! are planned once it is there: whoever creates a client plans anew.

mod addresses;
mod check;
mod client;
mod draft;
mod drift;
mod former;
mod goals;
mod index;
mod lines;
mod owner;
mod people;
mod recognize;
mod wanted;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::growcrm::{Client, ClientId};
use model::mirror::{Digest, Link, Mirrored, System};
use model::{Company, CompanyId, Contact, ContactId, Email, Past, growcrm};

use super::{Fingerprint, Plan, abandoned};
use crate::rules::{Deactivated, Rules};

pub use check::check;
pub use drift::drift;

use client::Place;
use draft::Draft;
use wanted::Wanted;

/// Everything a plan may look at. What was not read is not there, and [`needs`] asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When the reading began.
    pub taken_at: Timestamp,
    /// The company, as the PSA has it.
    pub company: Company,
    /// The contacts that are to be looked at.
    pub asked: BTreeSet<ContactId>,
    /// Those that the PSA has, and others that were asked for. They say themselves whether they moved.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// Others that were asked for and that the PSA does not have.
    pub gone: BTreeSet<ContactId>,
    /// Whether `contacts` has everybody of the company, inactive contacts too; absent until that was asked for.
    pub whole: Option<bool>,
    /// Contacts as they were before we merged them away, as far as the journal still has that.
    pub former: BTreeMap<ContactId, Option<Contact>>,
    /// The company's lines of the map: all that the contacts that are to be looked at have there.
    pub links: Vec<Link>,
    /// All lines that the company has.
    pub all_links: Option<Vec<Link>>,
    /// The lines of single contacts, wherever they are.
    pub lines: BTreeMap<ContactId, Option<(CompanyId, Link)>>,
    /// What was done at the company, in present ids. A refusal with the code `EmailTaken` is remembered for a day.
    pub past: Vec<Past>,
    /// The company's client, as the map has it.
    pub place: Option<ClientId>,
    /// All clients of the CRM.
    pub clients: Option<Vec<Client>>,
    /// Whether that list was read in this visit. One that is some minutes old does not prove that there is no client.
    pub clients_are_new: bool,
    /// Single clients.
    pub client: BTreeMap<ClientId, Option<Client>>,
    /// Single records.
    pub records: BTreeMap<growcrm::ContactId, Option<growcrm::Contact>>,
    /// Who has an address, in the whole CRM.
    pub by_email: BTreeMap<Email, Option<growcrm::Contact>>,
    /// All records of a client.
    pub users: BTreeMap<ClientId, Vec<growcrm::Contact>>,
    /// The records of the company's client that may have a contact's name.
    pub named: BTreeMap<ContactId, Vec<growcrm::Contact>>,
    /// Addresses that the CRM refused as taken.
    pub taken: BTreeSet<Email>,
    /// Clients in which the CRM would not create anybody, so that they may be gone.
    pub doubted: BTreeSet<ClientId>,
}

/// Something a plan depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A contact's line of the map, at whatever company it is.
    Line(ContactId),
    /// All lines of the map that the company has, to see whose a record is.
    Lines,
    /// A contact, in the PSA.
    Contact(ContactId),
    /// Everybody of the company, in the PSA.
    Company,
    /// A contact as it was before we merged it away.
    Former(ContactId),
    /// All clients, to find the company's. The list may be some minutes old.
    Clients,
    /// All clients as they are now.
    ClientsAnew,
    /// A client.
    Client(ClientId),
    /// A record.
    Record(growcrm::ContactId),
    /// The contact that has an address, of whatever client it is.
    ByEmail(Email),
    /// All records of a client.
    Users(ClientId),
    /// The records of a client that may have a contact's name.
    Named(ClientId, ContactId),
}

impl Snapshot {
    /// A company of which nothing has been read and nothing is asked.
    #[must_use]
    pub fn new(taken_at: Timestamp, company: Company) -> Self {
        Self {
            taken_at,
            company,
            asked: BTreeSet::new(),
            contacts: BTreeMap::new(),
            gone: BTreeSet::new(),
            whole: None,
            former: BTreeMap::new(),
            links: Vec::new(),
            all_links: None,
            lines: BTreeMap::new(),
            past: Vec::new(),
            place: None,
            clients: None,
            clients_are_new: false,
            client: BTreeMap::new(),
            records: BTreeMap::new(),
            by_email: BTreeMap::new(),
            users: BTreeMap::new(),
            named: BTreeMap::new(),
            taken: BTreeSet::new(),
            doubted: BTreeSet::new(),
        }
    }

    /// The company's client, as far as what was read tells it: where to read everybody.
    #[must_use]
    pub fn home(&self, rules: &Rules) -> Option<ClientId> {
        match client::place(self, rules) {
            Ok(Place::At(client)) => Some(client),
            _ => None,
        }
    }

    /// A record, if it was read in one way or the other and is there.
    #[must_use]
    pub fn record(&self, id: growcrm::ContactId) -> Option<&growcrm::Contact> {
        match self.records.get(&id) {
            Some(record) => record.as_ref(),
            None => self.found().find(|record| record.id == id),
        }
    }

    /// What was found by looking for something else than a record.
    fn found(&self) -> impl Iterator<Item = &growcrm::Contact> {
        let by_email = self.by_email.values().flatten();
        let named = self.named.values().flatten();
        by_email.chain(named).chain(self.users.values().flatten())
    }

    /// All records that were read, each once. What was read by its id is the newest.
    fn all_records(&self) -> BTreeMap<growcrm::ContactId, &growcrm::Contact> {
        let mut all: BTreeMap<_, _> = self.found().map(|record| (record.id, record)).collect();
        for (id, record) in &self.records {
            match record {
                Some(record) => all.insert(*id, record),
                None => all.remove(id),
            };
        }
        all
    }

    /// Whether it is known that a client is gone.
    fn is_gone(&self, client: ClientId) -> bool {
        self.client.get(&client) == Some(&None)
    }

    /// The lines of the company that were read.
    fn own_links(&self) -> impl Iterator<Item = &Link> {
        let here = self.company.id;
        let single = self.lines.values().flatten();
        let single = single.filter(move |(company, _)| *company == here);
        let all = self.all_links.iter().flatten();
        let all = self.links.iter().chain(all);
        all.chain(single.map(|(_, link)| link))
    }
}

/// What must be read before [`plan`] says anything.
#[must_use]
pub fn needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
    draft(snapshot, rules).err().unwrap_or_default()
}

/// What is to be written so that the CRM has the contacts as the PSA has them. Nothing, while something is needed.
pub fn plan(snapshot: &Snapshot, rules: &Rules) -> Plan {
    draft(snapshot, rules).unwrap_or_default()
}

/// Stands for all of a contact that is mirrored, and for the rules that bear on it.
#[must_use]
pub fn digest(company: &Company, contact: &Contact, rules: &Rules) -> Digest {
    let mut fingerprint = Fingerprint::new("growcrm-1");
    if contact.active {
        let is_default = company.default_contact == Some(contact.id);
        fingerprint.part(if is_default { "default" } else { "active" });
        Wanted::of(contact, &rules.growcrm).add_to(&mut fingerprint);
    } else {
        fingerprint.part("inactive");
        fingerprint.part(match rules.growcrm.deactivated {
            Deactivated::Remove => "remove",
            Deactivated::Report => "report",
        });
    }
    fingerprint.end()
}

/// One draft gives both, so that what is asked for is what is decided by.
fn draft(snapshot: &Snapshot, rules: &Rules) -> Result<Plan, BTreeSet<Need>> {
    if snapshot.company.deleted {
        let links = snapshot.links.iter();
        let links = links.filter(|link| snapshot.asked.contains(&link.contact));
        let links: Vec<Link> = links.cloned().collect();
        return Ok(abandoned(System::GrowCrm, snapshot.company.id, &links));
    }
    settled(snapshot, rules)?.written()
}

/// Who is to have which record and which address.
fn settled<'s>(snapshot: &'s Snapshot, rules: &'s Rules) -> Result<Draft<'s>, BTreeSet<Need>> {
    let mut concerned = snapshot.asked.clone();
    loop {
        let mut draft = Draft::new(snapshot, rules, &concerned)?;
        let others = draft.others()?;
        if others.is_subset(&concerned) {
            draft.recognize();
            draft.resolve_addresses();
            return Ok(draft);
        }
        concerned.extend(others);
    }
}

/// The record that a line leads to, and what it was given. Lines of other systems lead nowhere.
fn target(link: &Link) -> Option<(growcrm::ContactId, Option<&growcrm::Fields>)> {
    match &link.record {
        Mirrored::GrowCrm { id, given } => Some((*id, given.as_ref())),
        Mirrored::ItGlue { .. } => None,
    }
}
