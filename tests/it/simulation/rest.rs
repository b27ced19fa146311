//! What must be so at rest, whatever happened on the way.

use std::collections::{BTreeMap, BTreeSet};

use journal::{Query, Store};
use model::{Action, CompanyId, Entry, Finding, FindingKind, Outcome, Rule, RunId};
use reconcile::{Request, Visit};
use sandbox::World;
use serde_json::Value;

use super::agreement::is_of_mirror;
use super::call::Call;
use super::facts::list;
use super::ledger::{default_of, follow};
use super::people::somebody_is_active;
use super::run::{Play, sweeping};
use super::tenant::ROLE;
use crate::stack::id;

impl Play<'_> {
    /// Looks at everything once all is quiet.
    pub(crate) async fn rest(&mut self) -> Result<(), String> {
        self.story.told.calls = self.lab.gate.calls();
        self.lab.gate.reset(true);
        if self.is_mirrored() {
            self.mirrors_agree().await?;
        }
        let mut findings = Vec::new();
        for company in self.companies.clone() {
            findings.extend(self.visit_in_vain(company).await?);
        }
        self.story.told.findings = findings.len();
        let world = self.lab.world.snapshot();
        let told = self.told_of_refusals().await;
        self.ledger.settle(&world, &told)?;
        for company in self.companies.clone() {
            default_is_active(&world, company, &findings)?;
            let doubtful = self.told_of_doubtful_holds(company).await;
            for contact in world.contacts_of(company) {
                invited_has_an_address(&world, contact, &findings)?;
                if !doubtful.contains(&contact) {
                    self.held_for_a_reason(&world, contact, &findings)?;
                }
            }
            self.no_certain_duplicates(&world, company, &findings)?;
            self.journal_agrees(company).await?;
        }
        self.writes_are_explained().await
    }

    /// A further visit: it writes nothing, and tells what a person should look at.
    async fn visit_in_vain(&self, company: u32) -> Result<Vec<Finding>, String> {
        let request = Request {
            company: CompanyId::new(company),
            contacts: BTreeSet::new(),
            run: RunId::new(format!("rest-{company}")),
            cause: sweeping(),
        };
        let visit = self.reconciler(0).visit(&request).await;
        let Visit {
            entries, findings, ..
        } = visit.map_err(|error| format!("a visit at rest fails: {error}"))?;
        if let Some(entry) = entries.first() {
            return Err(format!("a further visit writes: {}", entry.action));
        }
        match self.lab.gate.take_written().first() {
            Some(written) => Err(format!("a further visit writes: {}", written.call)),
            None => Ok(findings),
        }
    }

    /// Contacts of which somebody was told, at any time, that a write of their merge was refused.
    async fn told_of_refusals(&self) -> BTreeSet<u32> {
        let mut told = BTreeSet::new();
        for company in &self.companies {
            let query = Query::of_company(CompanyId::new(*company));
            for entry in self.journal.findings(&query).await.unwrap() {
                let finding = entry.finding;
                if finding.kind == FindingKind::Refused && finding.rule == Rule::MergeDuplicates {
                    told.extend(finding.contacts.iter().map(|contact| contact.get()));
                }
            }
        }
        told
    }

    /// Contacts whose login was last changed by a write of ours or by a person, nobody can tell, and of which a person
    /// was told.
    async fn told_of_doubtful_holds(&self, company: u32) -> BTreeSet<u32> {
        let query = Query::of_company(CompanyId::new(company));
        let findings = self.journal.findings(&query).await.unwrap();
        let mut last = BTreeMap::new();
        for entry in self.journal.entries(&query).await.unwrap() {
            if let Action::SetPortal { contact, .. } = entry.action {
                last.insert(contact, entry);
            }
        }
        last.retain(|contact, entry| {
            let told = findings.iter().any(|noted| {
                noted.finding.kind == FindingKind::PortalHeld
                    && noted.finding.contacts == [*contact]
                    && noted
                        .finding
                        .words
                        .contains(&format!("change {} ", entry.id))
            });
            entry.outcome == Some(Outcome::Unknown) && told
        });
        last.keys().map(|contact| contact.get()).collect()
    }

    /// Whoever we hold has no address of their own, or a person is told.
    fn held_for_a_reason(
        &self,
        world: &World,
        contact: u32,
        findings: &[Finding],
    ) -> Result<(), String> {
        let record = world.contact(contact).unwrap_or_default();
        let is_person = record["firstName"] != ROLE;
        let is_held = is_person && record["inactiveFlag"] != true && self.ledger.is_held(contact);
        let others: BTreeSet<String> = self
            .companies
            .iter()
            .flat_map(|company| world.contacts_of(*company))
            .filter(|other| *other != contact)
            .flat_map(|other| addresses(&world.contact(other).unwrap_or_default()))
            .collect();
        let mut own = addresses(&record).into_iter();
        if is_held && own.any(|own| !others.contains(&own)) && !is_told(findings, &[contact]) {
            return Err(format!(
                "contact {contact} has an address of its own and is still held, and nobody is told"
            ));
        }
        Ok(())
    }

    /// Records with one name and one address are merged, or somebody is told.
    fn no_certain_duplicates(
        &self,
        world: &World,
        company: u32,
        findings: &[Finding],
    ) -> Result<(), String> {
        let contacts = world.contacts_of(company);
        let likeness = |contact: u32| {
            let record = world.contact(contact).unwrap_or_default();
            let email = list(&record["communicationItems"])
                .find(|item| item["communicationType"] == "Email")?["value"]
                .as_str()?
                .to_lowercase();
            // The mailbox of a role is nobody's own.
            let active = record["inactiveFlag"] != true && !is_of_role(&email);
            let name = (record["firstName"].clone(), record["lastName"].clone());
            active.then_some((name, email))
        };
        for (at, one) in contacts.iter().enumerate() {
            for other in &contacts[at + 1..] {
                let told = is_told(findings, &[*one, *other])
                    || findings.iter().any(|finding| {
                        let about = |contact: &u32| is_about(finding, *contact);
                        // What one of the writes of a merge must not do again is told of that one; more merges
                        // than a visit may make are told of all together.
                        let of_one = about(one) || about(other);
                        let of_all = finding.kind == FindingKind::BlastRadius;
                        finding.rule == Rule::MergeDuplicates
                            && (of_one || of_all)
                            && finding.company == Some(CompanyId::new(company))
                    });
                let alike = likeness(*one).is_some() && likeness(*one) == likeness(*other);
                let settled = told || self.were_parted(*one, *other);
                if alike && self.ledger.are_one(*one, *other) && !settled {
                    return Err(format!(
                        "contacts {one} and {other} are one person, and nobody is told"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether a person made active again what we had retired for the other's sake, or for the sake of one whom both
    /// were.
    fn were_parted(&self, one: u32, other: u32) -> bool {
        let calls = || self.effects.iter().map(|(call, _)| call);
        let was_retired = |contact| calls().any(|call| call.retires() == Some(contact));
        let farewells = calls().filter_map(Call::farewell);
        let mut heirs: BTreeMap<u32, u32> = farewells.filter(|(c, _)| was_retired(*c)).collect();
        heirs.extend(calls().filter_map(Call::merge));
        let are_one = follow(&heirs, one) == follow(&heirs, other);
        are_one && (was_retired(one) || was_retired(other))
    }

    /// Nothing is open, and what is said to be done took effect.
    async fn journal_agrees(&self, company: u32) -> Result<(), String> {
        let company = CompanyId::new(company);
        let open = self.journal.open_intents(company).await.unwrap();
        if let Some(entry) = open.first() {
            return Err(format!("an intent is open: {}", entry.action));
        }
        for entry in self.entries(company).await {
            // What somebody else had done before us is done as well.
            let calls = self
                .effects
                .iter()
                .map(|(call, _)| call)
                .chain(&self.attempts);
            let done = entry.outcome == Some(Outcome::Done);
            if done && !calls.into_iter().any(|call| is_of(call, &entry.action)) {
                return Err(format!(
                    "the journal says done, and it was never written: {}",
                    entry.action
                ));
            }
        }
        Ok(())
    }

    /// Every write that took effect is in the journal as such. Where nobody lived to see it, and a person was
    /// there before the next visit, nobody can tell.
    async fn writes_are_explained(&self) -> Result<(), String> {
        let mut entries = Vec::new();
        for company in &self.companies {
            entries.extend(self.entries(CompanyId::new(*company)).await);
        }
        for (call, edits) in &self.effects {
            let people_came = self.story.told.edits > *edits;
            let explained = entries.iter().any(|entry| {
                let happened = entry.outcome.as_ref().is_some_and(|outcome| {
                    outcome.may_have_happened() || *outcome == Outcome::FoundUndone && people_came
                });
                happened && is_of(call, &entry.action)
            });
            if !explained {
                return Err(format!("a write that the journal does not know: {call}"));
            }
        }
        Ok(())
    }

    async fn entries(&self, company: CompanyId) -> Vec<Entry> {
        let query = Query::of_company(company);
        self.journal.entries(&query).await.unwrap()
    }
}

/// A company with somebody active has an active default contact, or a person is told.
fn default_is_active(world: &World, company: u32, findings: &[Finding]) -> Result<(), String> {
    let default = default_of(world, company).and_then(|contact| world.contact(contact));
    let is_active = default.is_some_and(|contact| {
        contact["inactiveFlag"] != true && id(&contact["company"]["id"]) == Some(company)
    });
    let told = findings.iter().any(|finding| {
        finding.rule == Rule::PrimaryContact && finding.company == Some(CompanyId::new(company))
    });
    if is_active || told || !somebody_is_active(world, company) {
        return Ok(());
    }
    Err(format!(
        "company {company} has no active default contact, and nobody is told"
    ))
}

/// Who may log in has an address, or a person is told.
fn invited_has_an_address(world: &World, contact: u32, findings: &[Finding]) -> Result<(), String> {
    let record = world.contact(contact).unwrap_or_default();
    let invited = record["inactiveFlag"] != true
        && record["disablePortalLoginFlag"] == false
        && record["portalSecurityLevel"].as_u64() != Some(0);
    if !invited || !addresses(&record).is_empty() || is_told(findings, &[contact]) {
        return Ok(());
    }
    Err(format!(
        "contact {contact} may log in without an address, and nobody is told"
    ))
}

fn is_of_role(address: &str) -> bool {
    let mailbox = address.split('@').next().unwrap_or_default();
    mailbox.eq_ignore_ascii_case(ROLE)
}

/// The addresses of a contact at which a person may be reached.
fn addresses(record: &Value) -> Vec<String> {
    list(&record["communicationItems"])
        .filter(|item| item["communicationType"] == "Email")
        .filter_map(|item| item["value"].as_str())
        .map(str::to_lowercase)
        .filter(|address| address.contains('@') && !is_of_role(address))
        .collect()
}

/// Whether a finding is about all of these contacts.
fn is_told(findings: &[Finding], contacts: &[u32]) -> bool {
    findings.iter().any(|finding| {
        let mut contacts = contacts.iter();
        contacts.all(|contact| is_about(finding, *contact))
    })
}

fn is_about(finding: &Finding, contact: u32) -> bool {
    finding.contacts.iter().any(|about| about.get() == contact)
}

/// Whether a call is what an action asks for.
fn is_of(call: &Call, action: &Action) -> bool {
    if call.to.is_some() != matches!(action, Action::Mirror { .. }) {
        return false;
    }
    let is = |method: &str, path: String| call.method == method && call.path == path;
    let below = |method: &str, path: String| call.method == method && call.path.starts_with(&path);
    let says = |words: &str| call.body.contains(words);
    let names = |contact: &Option<model::ContactId>| contact.is_none_or(|id| says(&id.to_string()));
    let contacts = |contact: &model::ContactId| format!("company/contacts/{contact}");
    match action {
        Action::SetDefaultContact { company, after, .. } => {
            is("PATCH", format!("company/companies/{company}"))
                && says("defaultContact")
                && names(after)
        }
        Action::SetBillingContact { company, after, .. } => {
            is("PATCH", format!("company/companies/{company}"))
                && says("billingContact")
                && names(after)
        }
        Action::SetFields { contact, .. } => is("PATCH", contacts(contact)),
        Action::AddCommunication { contact, item } => {
            is("POST", format!("{}/communications", contacts(contact))) && says(item.value.reveal())
        }
        Action::SetDefaultCommunication { contact, .. } => {
            below("PATCH", format!("{}/communications/", contacts(contact)))
        }
        Action::AddType { contact, label } => {
            is("POST", format!("{}/typeAssociations", contacts(contact)))
                && says(&label.id.to_string())
        }
        Action::RemoveType {
            contact,
            association,
            ..
        } => is(
            "DELETE",
            format!("{}/typeAssociations/{association}", contacts(contact)),
        ),
        Action::JoinGroup {
            contact,
            membership,
        } => {
            is("POST", format!("{}/groups", contacts(contact)))
                && says(&membership.group.to_string())
        }
        Action::AddNote { contact, text, .. } => {
            let text = serde_json::to_string(text.reveal()).unwrap();
            is("POST", format!("{}/notes", contacts(contact))) && says(&text)
        }
        Action::SetPortal { contact, .. } => {
            is("PATCH", contacts(contact)) && says("disablePortalLoginFlag")
        }
        Action::RequestPassword { email, .. } => {
            is("POST", "company/contacts/requestPassword".to_owned()) && says(email.reveal())
        }
        Action::Retire { contact } => is("PATCH", contacts(contact)) && says("inactiveFlag"),
        Action::Merge {
            loser, survivor, ..
        } => call.merge() == Some((loser.get(), survivor.get())),
        Action::Mirror { call: asked, .. } => is_of_mirror(call, asked),
        Action::Repoint {
            reference, after, ..
        } => {
            call.method == "PATCH"
                && call.path.ends_with(&format!("/{}", reference.record))
                && says(&reference.field)
                && says(&after.to_string())
        }
        // Nobody undoes anything in a story.
        Action::RemoveCommunication { .. }
        | Action::LeaveGroup { .. }
        | Action::RemoveNote { .. }
        | Action::Reactivate { .. }
        | Action::Restore { .. } => false,
    }
}
