//! What must be so in the mirrors at rest: they agree with the PSA, or somebody is told.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store as _;
use model::mirror::{Call as Asked, GrowCrmCall, ItGlueCall, Link, Mirrored, Record, System};
use model::{Action, CompanyId, Finding, FindingKind, Outcome};
use sandbox::World;
use serde_json::Value;

use super::call::Call;
use super::facts::list;
use super::known::contacts_of;
use super::ledger::default_of;
use super::run::Play;

/// What our lines say of a record whose contact is elsewhere or no more.
const RETIRED: [&str; 4] = [
    "Inactive in ConnectWise since ",
    "Merged into ConnectWise contact ",
    "Deleted in ConnectWise",
    "Moved to another company in ConnectWise",
];

/// The line of each contact in a mirror, and the company that it is at.
type Map = BTreeMap<u32, (u32, Link)>;

impl Play<'_> {
    /// Looks at the mirrors once all is quiet and everybody was looked at.
    pub(super) async fn mirrors_agree(&mut self) -> Result<(), String> {
        for system in System::ALL {
            let mut told = Vec::new();
            for company in self.companies.clone() {
                told.extend(self.visit_mirror_in_vain(company, system).await?);
            }
            self.story.told.findings += told.len();
            let map = self.map(system).await;
            for company in self.companies.clone() {
                let agreed = self.everybody_is_mirrored(company, system, &map, &told);
                let agreed = agreed.await?;
                self.story.told.in_mirrors += agreed;
            }
            // Of who is left there on purpose a person is told once.
            let ever = self.told_of(system).await;
            match system {
                System::ItGlue => self.nobody_is_in_it_glue_twice(&map, &ever)?,
                System::GrowCrm => {
                    let owners = self.contacts_in_images().await;
                    self.nobody_is_in_grow_crm_twice(&map, &owners, &ever)?;
                }
            }
        }
        let world = self.lab.world.lock();
        if let Some(known) = &mut self.known {
            known.we_did(&self.lab.itglue.lock(), &world, &self.ledger)?;
        }
        super::mirrors::judge(&self.lab.growcrm.lock())
    }

    /// Whoever the map knows is as the PSA has them, without anybody having been told to look.
    pub(super) async fn known_agree(&self) -> Result<(), String> {
        for system in System::ALL {
            let findings = self.told_of(system).await;
            for (contact, (company, link)) in self.map(system).await {
                let world = self.lab.world.lock();
                let record = world.contact(contact).unwrap_or_default();
                let is_here = record["company"]["id"] == company && record["inactiveFlag"] != true;
                if is_here && !is_told(&findings, contact, company) {
                    self.agrees(&world, contact, &link)
                        .map_err(|words| format!("{words}, and nobody looked"))?;
                }
            }
        }
        Ok(())
    }

    /// A further visit about everybody: it writes nothing, and tells what a person should look at.
    async fn visit_mirror_in_vain(
        &self,
        company: u32,
        system: System,
    ) -> Result<Vec<Finding>, String> {
        let visit = self.visit_mirror(company, system, "rest").await;
        let visit = visit.map_err(|error| format!("a visit to {system} at rest fails: {error}"))?;
        // What is refused may be tried again by whoever asks for it.
        let refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused { .. });
        let mut entries = visit.entries.iter();
        let wrote = entries.find(|entry| !entry.outcome.as_ref().is_some_and(refused));
        if let Some(entry) = wrote {
            return Err(format!("a further visit writes: {}", entry.action));
        }
        let mut written = self.lab.gate.take_written().into_iter();
        let took_effect = |status: u16| status < 300;
        match written.find(|written| written.status.is_some_and(took_effect)) {
            Some(written) => Err(format!("a further visit writes: {}", written.call)),
            None => Ok(visit.findings),
        }
    }

    async fn map(&self, system: System) -> Map {
        let mut map = Map::new();
        for company in &self.companies {
            let links = self
                .journal
                .links(CompanyId::new(*company), system, None)
                .await;
            let links = links.unwrap().into_iter();
            map.extend(links.map(|link| (link.contact.get(), (*company, link))));
        }
        map
    }

    /// What anybody was ever told about a mirror.
    async fn told_of(&self, system: System) -> Vec<Finding> {
        let mut told = Vec::new();
        for company in &self.companies {
            let query = journal::Query::of_company(CompanyId::new(*company));
            let findings = self.journal.findings(&query).await.unwrap().into_iter();
            let findings = findings.map(|entry| entry.finding);
            told.extend(findings.filter(|finding| finding.rule == system.rule()));
        }
        told
    }

    /// Each active contact of a company that has a place has one record there, with what the PSA has, or a person
    /// is told. Answers with how many have.
    async fn everybody_is_mirrored(
        &self,
        company: u32,
        system: System,
        map: &Map,
        told: &[Finding],
    ) -> Result<usize, String> {
        let mut agreed = 0;
        let place = self.journal.place(CompanyId::new(company), system).await;
        let placed = place.unwrap().is_some();
        let world = self.lab.world.lock();
        for contact in world.contacts_of(company) {
            let record = world.contact(contact).unwrap_or_default();
            if record["inactiveFlag"] == true || is_told(told, contact, company) {
                continue;
            }
            match map.get(&contact).filter(|_| placed) {
                Some((at, link)) if *at == company => self.agrees(&world, contact, link)?,
                _ => {
                    return Err(format!(
                        "contact {contact} is not in {system}, and nobody is told"
                    ));
                }
            }
            agreed += 1;
        }
        if let (System::GrowCrm, Some(default)) = (system, default_of(&world, company)) {
            let is_here = |(at, _): &&(u32, Link)| *at == company;
            let link = map
                .get(&default)
                .filter(is_here)
                .map(|(_, link)| &link.record);
            let account = self.lab.growcrm.lock();
            if let Some(Mirrored::GrowCrm { id, .. }) = link
                && account
                    .contact(id.get())
                    .is_some_and(|record| record["account_owner"] != "yes")
                && !is_told(told, default, company)
                && world
                    .contact(default)
                    .is_some_and(|record| record["inactiveFlag"] != true)
            {
                return Err(format!(
                    "contact {default} is the default contact, and does not own its client"
                ));
            }
        }
        Ok(agreed)
    }

    /// Whether a record has what the PSA has of its contact.
    fn agrees(&self, world: &World, contact: u32, link: &Link) -> Result<(), String> {
        let record = world.contact(contact).unwrap_or_default();
        let system = link.system();
        let differs = match &link.record {
            Mirrored::ItGlue { id, .. } => self.differs_in_it_glue(&record, id.get()),
            Mirrored::GrowCrm { id, .. } => self.differs_in_grow_crm(&record, id.get()),
        };
        match differs {
            Some(field) => Err(format!(
                "contact {contact} has another {field} in {system} than in the PSA"
            )),
            None => Ok(()),
        }
    }

    fn differs_in_it_glue(&self, record: &Value, id: u64) -> Option<&'static str> {
        let account = self.lab.itglue.lock();
        let Some(there) = account.contacts.get(&id) else {
            return Some("life");
        };
        let is = |there: &Option<String>, field: &str| {
            there.as_deref().unwrap_or_default().trim() == text(record, field)
        };
        let has_email = |address: &String| there.emails.iter().any(|email| email.value == *address);
        let has_number = |number: &String| there.phones.iter().any(|phone| phone.value == *number);
        let primary = there.emails.iter().find(|email| email.primary);
        let default = default_email(record);
        if !is(&there.first_name, "firstName") {
            Some("first name")
        } else if !is(&there.last_name, "lastName") {
            Some("last name")
        } else if !text(record, "title").is_empty() && !is(&there.title, "title") {
            Some("title")
        } else if !emails(record).iter().all(has_email) {
            Some("address")
        } else if !phones(record).iter().all(has_number) {
            Some("number")
        } else if default.is_some_and(|default| primary.map(|email| &email.value) != Some(&default))
        {
            Some("primary address")
        } else {
            None
        }
    }

    fn differs_in_grow_crm(&self, record: &Value, id: u64) -> Option<&'static str> {
        let account = self.lab.growcrm.lock();
        let there = account.contact(id).unwrap_or_default();
        let is = |there: &Value, field: &str| {
            let wanted = text(record, field);
            wanted.is_empty() || there.as_str().unwrap_or_default() == wanted
        };
        let default = default_email(record);
        if there.is_null() {
            Some("life")
        } else if !is(&there["first_name"], "firstName") {
            Some("first name")
        } else if !is(&there["last_name"], "lastName") {
            Some("last name")
        } else if !is(&there["job_position"], "title") {
            Some("position")
        } else if default.is_some_and(|default| there["email"] != default) {
            Some("address")
        } else if !phones(record).is_empty() && !has_one_of(&there["phone"], &phones(record)) {
            Some("number")
        } else {
            None
        }
    }

    /// No two records of one contact, and none of nobody, or a person is told.
    fn nobody_is_in_it_glue_twice(&self, map: &Map, told: &[Finding]) -> Result<(), String> {
        let account = self.lab.itglue.lock();
        let mut linked = BTreeMap::new();
        for (contact, (_, link)) in map {
            let Mirrored::ItGlue { id, .. } = link.record else {
                continue;
            };
            if let Some(other) = linked.insert(id.get(), *contact) {
                return Err(format!(
                    "contacts {other} and {contact} have one record in IT Glue"
                ));
            }
        }
        for (id, record) in &account.contacts {
            let notes = record.notes.as_deref().unwrap_or_default();
            let is_retired = RETIRED.iter().any(|line| notes.contains(line));
            let told_of = |contact: &u32| told.iter().any(|finding| is_about(finding, *contact));
            let is_known = contacts_of(record).iter().any(told_of);
            if !is_retired && !linked.contains_key(id) && !is_known {
                return Err(format!(
                    "contact {id} in IT Glue is nobody's, and nobody is told"
                ));
            }
        }
        Ok(())
    }

    fn nobody_is_in_grow_crm_twice(
        &self,
        map: &Map,
        owners: &BTreeSet<(u64, u32)>,
        told: &[Finding],
    ) -> Result<(), String> {
        let account = self.lab.growcrm.lock();
        let mut linked = BTreeSet::new();
        for (contact, (_, link)) in map {
            let Mirrored::GrowCrm { id, .. } = link.record else {
                continue;
            };
            if !linked.insert(id.get()) {
                return Err(format!("contact {contact} shares its record in Grow CRM"));
            }
        }
        for client in account.clients.keys() {
            for user in account.contacts_of(*client) {
                let mut contacts = owners.iter().filter(|(record, _)| *record == user);
                let told_of = |contact: u32| told.iter().any(|finding| is_about(finding, contact));
                if !linked.contains(&user) && !contacts.any(|(_, contact)| told_of(*contact)) {
                    return Err(format!(
                        "contact {user} in Grow CRM is nobody's, and nobody is told"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The records of Grow CRM in the images of the journal, with the contacts that they were written for.
    async fn contacts_in_images(&self) -> BTreeSet<(u64, u32)> {
        let mut found = BTreeSet::new();
        for company in &self.companies {
            let query = journal::Query::of_company(CompanyId::new(*company));
            for entry in self.journal.entries(&query).await.unwrap() {
                let Action::Mirror { contact, .. } = entry.action else {
                    continue;
                };
                let after = entry.after.iter().flat_map(|image| &image.mirrored);
                for record in entry.before.mirrored.iter().chain(after) {
                    if let Record::GrowCrm(record) = record {
                        found.insert((record.id.get(), contact.get()));
                    }
                }
            }
        }
        found
    }
}

/// Whether a finding is about a contact, or about all of its company.
fn is_told(findings: &[Finding], contact: u32, company: u32) -> bool {
    findings.iter().any(|finding| {
        let of_all = finding.kind == FindingKind::NoMirror
            && finding.company == Some(CompanyId::new(company));
        of_all || is_about(finding, contact)
    })
}

fn is_about(finding: &Finding, contact: u32) -> bool {
    finding.contacts.iter().any(|about| about.get() == contact)
}

fn text<'r>(record: &'r Value, field: &str) -> &'r str {
    record[field].as_str().unwrap_or_default().trim()
}

fn items<'r>(record: &'r Value, kind: &'r str) -> impl Iterator<Item = &'r Value> {
    list(&record["communicationItems"]).filter(move |item| item["communicationType"] == kind)
}

/// The addresses of a contact in the PSA. All in these stories are valid.
fn emails(record: &Value) -> Vec<String> {
    let values = items(record, "Email").filter_map(|item| item["value"].as_str());
    values.map(str::to_lowercase).collect()
}

fn default_email(record: &Value) -> Option<String> {
    let default = items(record, "Email").find(|item| item["defaultFlag"] == true)?;
    default["value"].as_str().map(str::to_lowercase)
}

/// Whether a number of the CRM's is one of these.
fn has_one_of(there: &Value, phones: &[String]) -> bool {
    let there = there.as_str().unwrap_or_default();
    phones.iter().any(|phone| there.starts_with(phone))
}

fn phones(record: &Value) -> Vec<String> {
    let values = items(record, "Phone").filter_map(|item| item["value"].as_str());
    values.map(str::to_owned).collect()
}

/// Whether a call is what a write to a mirror asks for.
pub(super) fn is_of_mirror(call: &Call, asked: &Asked) -> bool {
    let is = |method: &str, path: &str| {
        call.to == Some(asked.system()) && call.method == method && call.path == path
    };
    let says = |words: &str| call.body.contains(words);
    match asked {
        Asked::ItGlue(asked) => match asked {
            ItGlueCall::Create { draft, .. } => {
                is("POST", "contacts") && says(draft.first_name.reveal())
            }
            ItGlueCall::Update { record, .. } => is("PATCH", &format!("contacts/{record}")),
            ItGlueCall::Remove { record } => is("DELETE", "contacts") && says(&record.to_string()),
            ItGlueCall::CreateType { name } => is("POST", "contact_types") && says(name),
        },
        Asked::GrowCrm(asked) => match asked {
            GrowCrmCall::Create { fields, .. } => {
                let mailbox = fields.email.reveal().split('@').next();
                is("POST", "api/contacts") && says(mailbox.unwrap_or_default())
            }
            GrowCrmCall::Update { record, .. } => is("PATCH", &format!("api/contacts/{record}")),
            GrowCrmCall::Remove { record } => is("DELETE", &format!("api/contacts/{record}")),
            GrowCrmCall::MakeOwner { record, .. } => {
                call.method == "PUT"
                    && call.path.ends_with("/account-owner")
                    && record.is_none_or(|record| call.path.contains(&format!("/{record}/")))
            }
            GrowCrmCall::CreateClient { .. } => is("POST", "api/clients"),
            GrowCrmCall::SetTags { client, .. } => is("PUT", &format!("api/clients/{client}/tags")),
        },
    }
}
