//! A PSA company, its map and a CRM that refuses what the real one refuses.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test world that is not as it should be fails its test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::Timestamp;
use model::growcrm::{self, Client, ClientId, Fields};
use model::mirror::{Call, Digest, GrowCrmCall, Link, Mirrored, Place, System};
use model::{
    Action, ChangeId, Company, CompanyId, Contact, ContactId, Email, Memory, Mode, Outcome, Past,
    Purpose, Rule, RunId,
};
use policy::Rules;
use policy::mirror::growcrm::{Need, Snapshot, check, needs, plan};
use policy::mirror::{Given, Line, MapChange, Plan, Visited, stale};

use crate::world::{COMPANY, company, contact, id_of};

pub(crate) const CLIENT: ClientId = ClientId::new(12);
pub(crate) const ADA: ContactId = ContactId::new(20);
pub(crate) const BEN: ContactId = ContactId::new(21);
pub(crate) const CIA: ContactId = ContactId::new(22);
/// Where contacts move in from.
const ELSEWHERE: CompanyId = CompanyId::new(9);

pub(crate) fn ada() -> Contact {
    contact(20, "Ada", "Byron").with_email(1, "ada@x.example")
}

pub(crate) fn ben() -> Contact {
    contact(21, "Ben", "Hall").with_email(1, "ben@x.example")
}

pub(crate) fn cia() -> Contact {
    contact(22, "Cia", "Sun").with_email(1, "cia@x.example")
}

/// All there is.
#[derive(Clone, Debug)]
pub(crate) struct Crm {
    pub(crate) rules: Rules,
    pub(crate) company: Company,
    pub(crate) contacts: BTreeMap<ContactId, Contact>,
    pub(crate) place: Option<ClientId>,
    pub(crate) links: BTreeMap<ContactId, (CompanyId, Link)>,
    pub(crate) past: Vec<Past>,
    /// Whom the journal still has as they were before a merge.
    pub(crate) former: BTreeMap<ContactId, Contact>,
    pub(crate) clients: Vec<Client>,
    /// What a list of clients that is some minutes old has.
    pub(crate) old_clients: Option<Vec<Client>>,
    /// Whether the company has more contacts than are read at once.
    pub(crate) is_large: bool,
    pub(crate) records: BTreeMap<growcrm::ContactId, growcrm::Contact>,
    /// Addresses of users who are no contacts.
    pub(crate) staff: BTreeSet<String>,
    /// First names that the CRM does not accept.
    pub(crate) invalid: BTreeSet<String>,
    /// How many writes it did not accept for that.
    pub(crate) rejected: usize,
    pub(crate) mails: usize,
    /// How often an address was refused.
    pub(crate) refused: usize,
    next: u64,
}

/// Why the CRM refused a write.
enum No {
    /// Somebody has the address.
    Taken(Email),
    /// A field is not as the CRM wants it.
    Invalid,
    /// There is no such client.
    MissingClient(ClientId),
}

/// What a visit learned so far.
#[derive(Default)]
struct Learned {
    taken: BTreeSet<Email>,
    doubted: BTreeSet<ClientId>,
    /// Contacts of whom a write was refused for good.
    barred: BTreeSet<ContactId>,
}

impl Crm {
    /// A company with these contacts, the first its default, and a CRM that knows nothing of it.
    pub(crate) fn new(contacts: impl IntoIterator<Item = Contact>) -> Self {
        let snapshot = company(contacts);
        Self {
            rules: Rules::default().in_mode(Mode::Enforce),
            company: snapshot.company,
            contacts: snapshot.contacts,
            place: None,
            links: BTreeMap::new(),
            past: Vec::new(),
            former: BTreeMap::new(),
            clients: Vec::new(),
            old_clients: None,
            is_large: false,
            records: BTreeMap::new(),
            staff: BTreeSet::new(),
            invalid: BTreeSet::new(),
            rejected: 0,
            mails: 0,
            refused: 0,
            next: 100,
        }
    }

    /// The company has a client with nobody in it.
    pub(crate) fn with_client(mut self) -> Self {
        let mut client = Client::new(CLIENT, "Harbor Line");
        client.tags.push("cw-company-1".to_owned());
        self.clients.push(client);
        self.place = Some(CLIENT);
        self
    }

    /// Everybody active is in the CRM, found there and in line; the default contact is the owner.
    pub(crate) fn mirrored(self) -> Self {
        let mut crm = self.with_client();
        let asked: Vec<ContactId> = crm.contacts.keys().copied().collect();
        crm.visit(&asked);
        for (_, link) in crm.links.values_mut() {
            link.ours = false;
        }
        crm.past.clear();
        (crm.mails, crm.refused) = (0, 0);
        crm
    }

    pub(crate) fn with(mut self, contact: Contact) -> Self {
        self.contacts.insert(contact.id, contact);
        self
    }

    pub(crate) fn edited(mut self, id: u32, edit: impl FnOnce(&mut Contact)) -> Self {
        self.edit(id_of(id), edit);
        self
    }

    pub(crate) fn edit(&mut self, id: ContactId, edit: impl FnOnce(&mut Contact)) {
        edit(self.contacts.get_mut(&id).unwrap());
    }

    pub(crate) fn set_email(&mut self, id: ContactId, address: &str) {
        self.edit(id, |contact| {
            contact.communications[0].value = address.into()
        });
    }

    pub(crate) fn add_record(
        &mut self,
        client: ClientId,
        first: &str,
        last: &str,
        address: &str,
    ) -> growcrm::ContactId {
        self.next += 1;
        let id = growcrm::ContactId::new(self.next);
        let mut record = growcrm::Contact::new(id, client, first, last);
        record.email = Some(address.into());
        self.records.insert(id, record);
        id
    }

    /// A contact of another company, mirrored there, moves here.
    pub(crate) fn move_in(&mut self, contact: Contact, address: &str) -> growcrm::ContactId {
        let record = self.add_record(ClientId::new(99), "Cia", "Sun", address);
        let link = Link {
            contact: contact.id,
            record: Mirrored::GrowCrm {
                id: record,
                given: None,
            },
            ours: true,
            digest: Digest::new("elsewhere"),
        };
        self.links.insert(contact.id, (ELSEWHERE, link));
        self.contacts.insert(contact.id, contact);
        record
    }

    pub(crate) fn done(&mut self, rule: Rule, purpose: Purpose, action: Action, outcome: Outcome) {
        self.past.push(Past {
            id: ChangeId {
                run: RunId::new(format!("r{}", self.past.len() + 1)),
                number: 1,
            },
            at: Timestamp::UNIX_EPOCH,
            rule,
            purpose,
            action,
            outcome: Some(outcome),
        });
    }

    /// The PSA deletes the loser, as our merge asked for.
    pub(crate) fn merge(&mut self, loser: ContactId, survivor: ContactId) {
        let action = Action::Merge {
            loser,
            survivor,
            references: Vec::new(),
        };
        self.done(
            Rule::MergeDuplicates,
            Purpose::Policy,
            action,
            Outcome::Done,
        );
        self.former.extend(self.contacts.remove_entry(&loser));
    }

    /// The loser is back, as this contact.
    pub(crate) fn undo_merge(&mut self, original: ContactId, survivor: ContactId, back: Contact) {
        let action = Action::Restore {
            original,
            survivor,
            provisional: ContactId::provisional_for(original),
            first_name: back.first_name.clone(),
            last_name: back.last_name.clone(),
            site: None,
        };
        let outcome = Outcome::Returned { contact: back.id };
        self.done(Rule::MergeDuplicates, Purpose::Policy, action, outcome);
        self.contacts.insert(back.id, back);
    }

    pub(crate) fn forget_digests(&mut self) {
        for (_, link) in self.links.values_mut() {
            link.digest = Digest::new("forgotten");
        }
    }

    pub(crate) fn link_of(&self, id: ContactId) -> &Link {
        &self.links[&id].1
    }

    pub(crate) fn record_of(&self, id: ContactId) -> growcrm::ContactId {
        match self.link_of(id).record {
            Mirrored::GrowCrm { id, .. } => id,
            Mirrored::ItGlue { .. } => unreachable!("no other system is mirrored to"),
        }
    }

    pub(crate) fn record_mut(&mut self, id: ContactId) -> &mut growcrm::Contact {
        self.records.get_mut(&self.record_of(id)).unwrap()
    }

    pub(crate) fn address_of(&self, id: ContactId) -> String {
        let record = &self.records[&self.record_of(id)];
        record.email.as_ref().unwrap().reveal().to_owned()
    }

    /// Whom a visit to the PSA would send to the mirror.
    pub(crate) fn stale(&self) -> Vec<ContactId> {
        let is_here = |contact: &&Contact| contact.company == Some(COMPANY);
        let contacts = self.contacts.values().filter(is_here).cloned();
        let visited = Visited {
            company: &self.company,
            contacts: &contacts.map(|contact| (contact.id, contact)).collect(),
            whole: true,
            named: &BTreeSet::new(),
            links: &self.links_here(None),
            placed: self.place.is_some(),
            done: &[],
            past: &self.past,
        };
        stale(System::GrowCrm, &visited, &self.rules)
            .into_iter()
            .collect()
    }

    fn links_here(&self, of: Option<&BTreeSet<ContactId>>) -> Vec<Link> {
        let here = self
            .links
            .values()
            .filter(|(company, _)| *company == COMPANY);
        let links = here.map(|(_, link)| link.clone());
        links
            .filter(|link| of.is_none_or(|of| of.contains(&link.contact)))
            .collect()
    }

    fn fresh(&self, asked: &[ContactId]) -> Snapshot {
        let mut snapshot = Snapshot::new(Timestamp::UNIX_EPOCH, self.company.clone());
        snapshot.asked = asked.iter().copied().collect();
        let contacts = self
            .contacts
            .values()
            .filter(|c| snapshot.asked.contains(&c.id));
        snapshot.contacts = contacts
            .map(|contact| (contact.id, contact.clone()))
            .collect();
        snapshot.links = self.links_here(Some(&snapshot.asked));
        let memory = Memory {
            past: self.past.clone(),
            ..Memory::default()
        };
        snapshot.past = memory.in_present_ids().past;
        snapshot.place = self.place;
        snapshot
    }

    fn answer(&self, snapshot: &mut Snapshot, need: &Need) {
        let record = |id| self.records.get(id).cloned();
        match need {
            Need::Line(id) => {
                snapshot.lines.insert(*id, self.links.get(id).cloned());
            }
            Need::Lines => snapshot.all_links = Some(self.links_here(None)),
            Need::Contact(id) => match self.contacts.get(id) {
                Some(contact) => {
                    snapshot.contacts.insert(*id, contact.clone());
                }
                None => {
                    snapshot.gone.insert(*id);
                }
            },
            Need::Former(id) => {
                snapshot.former.insert(*id, self.former.get(id).cloned());
            }
            Need::Company => {
                let here = self.contacts.values();
                let here = here.filter(|contact| contact.company == Some(COMPANY));
                let here = here.map(|contact| (contact.id, contact.clone()));
                snapshot.contacts.extend(here);
                snapshot.whole = Some(!self.is_large);
            }
            Need::Clients if self.old_clients.is_some() => {
                snapshot.clients.clone_from(&self.old_clients);
            }
            Need::Clients | Need::ClientsAnew => {
                snapshot.clients = Some(self.clients.clone());
                snapshot.clients_are_new = true;
            }
            Need::Users(id) => {
                let users = self.records.values();
                let users = users.filter(|record| record.client == *id).cloned();
                snapshot.users.insert(*id, users.collect());
            }
            Need::Named(client, id) => {
                // As the search does: whatever has the text somewhere.
                let contact = &snapshot.contacts[id];
                let text = contact.last_name.reveal().trim().to_lowercase();
                let records = self.records.values();
                let found = records.filter(|record| {
                    let last = record.last_name.reveal().to_lowercase();
                    record.client == *client && last.contains(&text)
                });
                snapshot.named.insert(*id, found.cloned().collect());
            }
            Need::Client(id) => {
                let mut client = self.clients.iter().find(|client| client.id == *id).cloned();
                if let Some(client) = &mut client {
                    client.owner = self.owner(*id);
                }
                snapshot.client.insert(*id, client);
            }
            Need::Record(id) => {
                snapshot.records.insert(*id, record(id));
            }
            Need::ByEmail(email) => {
                let mut records = self.records.values();
                let found = records.find(|record| record.has_address(email.reveal()));
                snapshot.by_email.insert(email.clone(), found.cloned());
            }
        }
    }

    fn gather(&self, asked: &[ContactId], learned: &Learned) -> (Snapshot, Vec<Need>) {
        let mut snapshot = self.fresh(asked);
        snapshot.taken.clone_from(&learned.taken);
        snapshot.doubted.clone_from(&learned.doubted);
        let mut all = Vec::new();
        loop {
            let needs: Vec<Need> = needs(&snapshot, &self.rules).into_iter().collect();
            if needs.is_empty() {
                return (snapshot, all);
            }
            for need in needs {
                assert!(!all.contains(&need), "{need:?} was answered before");
                self.answer(&mut snapshot, &need);
                all.push(need);
            }
        }
    }

    /// Reads everybody of the client and all else that a comparison needs.
    pub(crate) fn whole(&self, asked: &[ContactId]) -> Snapshot {
        let mut snapshot = self.fresh(asked);
        loop {
            if let Some(client) = snapshot.home(&self.rules) {
                for record in self.records.values().filter(|r| r.client == client) {
                    snapshot.records.insert(record.id, Some(record.clone()));
                }
            }
            let needs = needs(&snapshot, &self.rules);
            if needs.is_empty() {
                return snapshot;
            }
            for need in needs {
                self.answer(&mut snapshot, &need);
            }
        }
    }

    pub(crate) fn read(&self, asked: &[ContactId]) -> Snapshot {
        self.gather(asked, &Learned::default()).0
    }

    pub(crate) fn needs(&self, asked: &[ContactId]) -> Vec<Need> {
        self.gather(asked, &Learned::default()).1
    }

    /// The plan, after the checker has agreed to it.
    pub(crate) fn plan_of(&self, snapshot: &Snapshot) -> Plan {
        let plan = plan(snapshot, &self.rules);
        assert_eq!(
            check(snapshot, &self.rules, &plan),
            [""; 0],
            "{}",
            plan.plan
        );
        plan
    }

    /// What is read, planned and written down, as a person reads it.
    pub(crate) fn told(&self, asked: &[ContactId]) -> String {
        let (snapshot, needs) = self.gather(asked, &Learned::default());
        tell(&needs, &self.plan_of(&snapshot))
    }

    /// Plans and carries out, again after a refusal and after a client was created, and tells the last plan.
    pub(crate) fn visit(&mut self, asked: &[ContactId]) -> String {
        let mut learned = Learned::default();
        let past = self.past.len();
        for _ in 0..5 {
            let (mut snapshot, needs) = self.gather(asked, &learned);
            // What the past was is read when a visit begins.
            snapshot.past.truncate(past);
            let plan = self.plan_of(&snapshot);
            if !self.carry_out(&plan, &mut learned, usize::MAX) {
                return tell(&needs, &plan);
            }
        }
        unreachable!("a visit comes to an end")
    }

    /// Dies after so many lines of the map.
    pub(crate) fn visit_and_die(&mut self, asked: &[ContactId], lines: usize) {
        let plan = self.plan_of(&self.read(asked));
        self.carry_out(&plan, &mut Learned::default(), lines);
    }

    /// Answers whether it is planned anew: something was refused, or a client was created. A unit ends with what is
    /// refused.
    fn carry_out(&mut self, plan: &Plan, learned: &mut Learned, mut lines: usize) -> bool {
        if plan.misplaced {
            self.place = None;
        }
        if let Some(Place::GrowCrm(client)) = plan.place {
            self.place = Some(client);
        }
        self.write_down(plan, None, None, &mut lines);
        let mut again = false;
        let mut units: Vec<u32> = plan.plan.changes.iter().map(|change| change.unit).collect();
        units.dedup();
        for unit in units {
            let (mut created, mut is_done) = (None, true);
            let changes = plan.plan.changes.iter();
            for change in changes.filter(|change| change.unit == unit) {
                let Action::Mirror {
                    contact,
                    call: Call::GrowCrm(call),
                } = &change.action
                else {
                    unreachable!("a mirror writes to its own system")
                };
                if learned.barred.contains(contact) {
                    is_done = false;
                    break;
                }
                let (rule, purpose) = (change.rule, change.purpose.clone());
                let Err(no) = self.call(call, &mut created) else {
                    again |= matches!(call, GrowCrmCall::CreateClient { .. });
                    self.done(rule, purpose, change.action.clone(), Outcome::Done);
                    continue;
                };
                let code = match no {
                    No::Taken(address) => {
                        self.refused += 1;
                        again |= learned.taken.insert(address);
                        "EmailTaken"
                    }
                    No::Invalid => {
                        self.rejected += 1;
                        again |= learned.barred.insert(*contact);
                        "Validation"
                    }
                    No::MissingClient(client) => {
                        self.rejected += 1;
                        again |= learned.doubted.insert(client);
                        "Validation"
                    }
                };
                let outcome = Outcome::Refused {
                    code: code.to_owned(),
                };
                self.done(rule, purpose, change.action.clone(), outcome);
                is_done = false;
                break;
            }
            if is_done {
                self.write_down(plan, Some(unit), created, &mut lines);
            }
        }
        again
    }

    fn write_down(
        &mut self,
        plan: &Plan,
        unit: Option<u32>,
        created: Option<growcrm::ContactId>,
        lines: &mut usize,
    ) {
        for change in plan.map.iter().filter(|change| change.after == unit) {
            if *lines == 0 {
                return;
            }
            *lines -= 1;
            let MapChange { contact, line, .. } = change;
            let link = match line {
                Line::Gone => {
                    self.links.remove(contact);
                    continue;
                }
                Line::Is(link) => link.clone(),
                Line::IsCreated {
                    given: Given::GrowCrm(given),
                    digest,
                } => Link {
                    contact: *contact,
                    record: Mirrored::GrowCrm {
                        id: created.expect("the unit created it"),
                        given: Some(given.clone()),
                    },
                    ours: true,
                    digest: digest.clone(),
                },
                Line::IsCreated { .. } => unreachable!("a mirror maps its own system"),
            };
            self.links.insert(*contact, (COMPANY, link));
        }
    }

    fn call(
        &mut self,
        call: &GrowCrmCall,
        created: &mut Option<growcrm::ContactId>,
    ) -> Result<(), No> {
        match call {
            GrowCrmCall::Create {
                client,
                fields,
                send_email,
            } => {
                if self.clients.iter().all(|known| known.id != *client) {
                    return Err(No::MissingClient(*client));
                }
                self.mails += usize::from(*send_email);
                *created = Some(self.create(*client, fields)?);
            }
            GrowCrmCall::CreateClient {
                company_name,
                fields,
                tags,
            } => {
                let id = ClientId::new(500);
                // More of the owner than that is not taken.
                let taken = Fields {
                    phone: None,
                    position: None,
                    ..fields.clone()
                };
                let owner = self.create(id, &taken)?;
                let mut client = Client::new(id, company_name.reveal());
                client.tags.clone_from(tags);
                self.clients.push(client);
                self.place = Some(id);
                self.make_owner(id, owner);
                *created = Some(owner);
            }
            GrowCrmCall::Update { record, fields } => {
                self.is_free(fields, Some(*record))?;
                let found = self
                    .records
                    .get_mut(record)
                    .expect("a record that is there");
                write(found, fields);
            }
            GrowCrmCall::Remove { record } => {
                let gone = self.records.remove(record).expect("a record that is there");
                assert!(!gone.account_owner, "an account owner was removed");
            }
            GrowCrmCall::MakeOwner {
                client,
                record,
                before,
            } => {
                assert_eq!(*before, self.owner(*client));
                let owner = record.or(*created).expect("somebody to be the owner");
                self.make_owner(*client, owner);
            }
            GrowCrmCall::SetTags { .. } => unreachable!("nobody changes labels"),
        }
        Ok(())
    }

    fn create(&mut self, client: ClientId, fields: &Fields) -> Result<growcrm::ContactId, No> {
        self.is_free(fields, None)?;
        let id = self.add_record(client, "", "", "");
        write(self.records.get_mut(&id).unwrap(), fields);
        Ok(id)
    }

    fn is_free(&self, fields: &Fields, own: Option<growcrm::ContactId>) -> Result<(), No> {
        if self.invalid.contains(fields.first_name.reveal()) {
            return Err(No::Invalid);
        }
        let address = fields.email.reveal();
        let mut others = self
            .records
            .values()
            .filter(|record| Some(record.id) != own);
        let is_taken =
            others.any(|record| record.has_address(address)) || self.staff.contains(address);
        if is_taken {
            Err(No::Taken(address.parse().unwrap()))
        } else {
            Ok(())
        }
    }

    fn owner(&self, client: ClientId) -> Option<growcrm::ContactId> {
        let mut records = self.records.values();
        let owner = records.find(|record| record.client == client && record.account_owner);
        owner.map(|record| record.id)
    }

    fn make_owner(&mut self, client: ClientId, owner: growcrm::ContactId) {
        let records = self.records.values_mut();
        for record in records.filter(|record| record.client == client) {
            record.account_owner = record.id == owner;
        }
    }
}

fn write(record: &mut growcrm::Contact, fields: &Fields) {
    let Fields {
        first_name,
        last_name,
        email,
        phone,
        position,
    } = fields.clone();
    record.first_name = first_name;
    record.last_name = last_name;
    record.email = Some(email);
    record.phone = phone;
    record.position = position;
}

fn tell(needs: &[Need], plan: &Plan) -> String {
    let mut told = String::new();
    for need in needs {
        let need = match need {
            Need::Line(id) => format!("the line of contact {id}"),
            Need::Lines => "all lines".to_owned(),
            Need::Contact(id) => format!("contact {id} in the PSA"),
            Need::Company => "everybody in the PSA".to_owned(),
            Need::Former(id) => format!("contact {id} as it was"),
            Need::Clients => "all clients".to_owned(),
            Need::ClientsAnew => "all clients anew".to_owned(),
            Need::Users(id) => format!("all records of client {id}"),
            Need::Named(_, id) => format!("who has the name of contact {id}"),
            Need::Client(id) => format!("client {id}"),
            Need::Record(id) => format!("record {id}"),
            Need::ByEmail(_) => "who has an address".to_owned(),
        };
        writeln!(told, "read {need}").unwrap();
    }
    write!(told, "{}", plan.plan).unwrap();
    for MapChange {
        after,
        contact,
        line,
    } in &plan.map
    {
        let line = match line {
            Line::Gone => "is gone".to_owned(),
            Line::IsCreated { .. } => "is the one created".to_owned(),
            Line::Is(link) => match link.record {
                Mirrored::GrowCrm { id, .. } => format!("is {id}"),
                Mirrored::ItGlue { .. } => unreachable!("a mirror maps its own system"),
            },
        };
        let after = after
            .map(|unit| format!(" after [{unit}]"))
            .unwrap_or_default();
        writeln!(told, "map{after}: the record of {contact} {line}").unwrap();
    }
    told
}
