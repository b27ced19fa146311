//! The stage of a scenario: a small PSA, one of its mirrors, and what is left there in the end.

use std::collections::BTreeSet;
use std::sync::Arc;

use journal::{Sqlite, Store};
use model::mirror::{Place, System};
use model::{CompanyId, ContactId, Entry, Outcome};
use reconcile::{Error, GrowCrm, ItGlue, Mirror, Request, Visit};
use sandbox::{Fault, World, growcrm, itglue};
use serde_json::{Value, json};

use super::scenarios::Scenario;
use crate::stack::mirrored::Mirrored;
use crate::stack::worlds::QUARRY_LANE;
use crate::stack::{enforced, finding_in_words, within_patience};

const COMPANY: CompanyId = CompanyId::new(QUARRY_LANE);

/// A tenant in which a mirror has something to look at.
pub(super) struct Stage {
    tenant: Mirrored,
    system: System,
    stale: BTreeSet<ContactId>,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Psa,
    Mirror,
}

/// A process that carries contacts to the mirror.
pub(super) enum Process<J> {
    ItGlue(Mirror<J, ItGlue>),
    GrowCrm(Mirror<J, GrowCrm>),
}

/// What is left when all is done.
pub(super) struct End {
    /// Every record of the mirror, without its id and stamps; those that were deleted, too.
    records: Vec<String>,
    /// Every effect that the journal knows of, as often as it is there.
    effects: Vec<String>,
    /// The lines of the map, with names instead of the ids of records.
    map: Vec<String>,
    /// Where the company is mirrored to.
    place: Option<Place>,
    /// What a person was told.
    findings: BTreeSet<String>,
    /// What a further visit to the PSA has the mirror look at.
    stale: BTreeSet<ContactId>,
}

impl Side {
    pub(super) const BOTH: [Side; 2] = [Side::Psa, Side::Mirror];
}

impl<J: Store> Process<J> {
    pub(super) async fn visit(&self, request: &Request) -> Result<Visit, Error> {
        match self {
            Process::ItGlue(mirror) => mirror.visit(request).await,
            Process::GrowCrm(mirror) => mirror.visit(request).await,
        }
    }
}

impl Stage {
    /// An empty one.
    pub(super) async fn build(system: System) -> Stage {
        let (itglue, growcrm) = (itglue::Account::empty(), growcrm::Account::empty());
        Stage {
            tenant: Mirrored::with(World::empty(), enforced(), itglue, growcrm).await,
            system,
            stale: BTreeSet::new(),
        }
    }

    /// Sets it: right after the change, and the visit to the PSA that followed.
    pub(super) async fn set(&mut self, scenario: &Scenario) {
        scenario.set(&mut self.tenant);
        if scenario.known {
            let all = self.tenant.stack.world.lock().contacts_of(QUARRY_LANE);
            self.stale = all.into_iter().map(ContactId::new).collect();
            let process = self.process();
            let visit = within_patience(process.visit(&self.request())).await;
            assert_eq!(visit.unwrap().findings, [], "{}", scenario.name);
        }
        let named = (scenario.then)(&self.tenant);
        self.stale = self.seen_in_psa(&named).await;
        let name = scenario.name;
        assert!(!self.stale.is_empty(), "{name}: nothing to look at");
    }

    pub(super) fn journal(&self) -> Arc<Sqlite> {
        self.tenant.stack.journal.clone()
    }

    pub(super) fn process(&self) -> Process<Arc<Sqlite>> {
        self.process_on(self.journal())
    }

    pub(super) fn process_on<J: Store>(&self, journal: J) -> Process<J> {
        match self.system {
            System::ItGlue => Process::ItGlue(self.tenant.to_itglue_on(journal)),
            System::GrowCrm => Process::GrowCrm(self.tenant.to_growcrm_on(journal)),
        }
    }

    /// What the queue asks of the mirror's worker.
    pub(super) fn request(&self) -> Request {
        Request {
            contacts: self.stale.clone(),
            ..self.tenant.stack.request(QUARRY_LANE, &[])
        }
    }

    /// The mark after the latest request.
    pub(super) fn mark(&self, side: Side) -> u64 {
        match (side, self.system) {
            (Side::Psa, _) => self.tenant.stack.mark(),
            (Side::Mirror, System::ItGlue) => self.tenant.itglue.requests().mark(),
            (Side::Mirror, System::GrowCrm) => self.tenant.growcrm.requests().mark(),
        }
    }

    /// The methods of the requests after a mark.
    pub(super) fn methods(&self, side: Side, mark: u64) -> Vec<String> {
        let requests = match (side, self.system) {
            (Side::Psa, _) => return self.tenant.stack.methods_since(mark),
            (Side::Mirror, System::ItGlue) => self.tenant.itglue.requests().since(mark),
            (Side::Mirror, System::GrowCrm) => self.tenant.growcrm.requests().since(mark),
        };
        requests.into_iter().map(|request| request.method).collect()
    }

    pub(super) fn strike(&self, side: Side, fault: Fault) {
        self.faults(side, |faults| faults.push(fault));
    }

    /// Waits until the last fault has struck.
    pub(super) async fn struck(&self, side: Side) {
        while !self.faults(side, |faults| faults.is_empty()) {
            tokio::task::yield_now().await;
        }
    }

    /// Nothing goes wrong any more.
    pub(super) fn calm(&self) {
        for side in Side::BOTH {
            self.faults(side, Vec::clear);
        }
    }

    fn faults<T>(&self, side: Side, with: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        match (side, self.system) {
            (Side::Psa, _) => with(&mut self.tenant.stack.world.lock().faults),
            (Side::Mirror, System::ItGlue) => with(&mut self.tenant.itglue.world().lock().faults),
            (Side::Mirror, System::GrowCrm) => with(&mut self.tenant.growcrm.world().lock().faults),
        }
    }

    /// Visits again, as a queue delivers again, until a visit succeeds.
    pub(super) async fn recover<J: Store>(&self, process: &Process<J>, done: bool, story: &str) {
        let mut errors = Vec::new();
        let mut done = done;
        while !done {
            assert!(errors.len() < 3, "{story}: no end: {errors:?}");
            self.tenant.stack.world.advance(600);
            match within_patience(process.visit(&self.request())).await {
                Ok(_) => done = true,
                Err(error) => errors.push(error.to_string()),
            }
        }
    }

    pub(super) async fn judge(&self, clean: &End, story: &str) {
        let open = self.journal().open_intents(COMPANY).await.unwrap();
        assert!(open.is_empty(), "{story}: an intent is open");
        let end = self.end().await;
        for (clean, end) in [
            (&clean.records, &end.records),
            (&clean.effects, &end.effects),
            (&clean.map, &end.map),
        ] {
            let (lost, gained) = (difference(clean, end), difference(end, clean));
            assert!(
                lost.is_empty() && gained.is_empty(),
                "{story}: another end: lost {lost:#?}, gained {gained:#?}"
            );
        }
        assert_eq!(clean.place, end.place, "{story}");
        assert_eq!(clean.findings, end.findings, "{story}: not told the same");
        assert_eq!(clean.stale, end.stale, "{story}: something else is stale");
        assert_eq!(
            self.tenant.stack.mails(),
            [] as [Vec<u32>; 0],
            "{story}: a mail"
        );
        let welcomed = self.tenant.growcrm.world().lock().outbox.len();
        assert_eq!(welcomed, 0, "{story}: somebody was welcomed");
        self.visit_in_vain(story).await;
    }

    /// Visits the mirror again about the same contacts, and expects that nothing is written. What was refused may be
    /// tried again by a visit that is asked for.
    pub(super) async fn visit_in_vain(&self, story: &str) {
        let (before, mark) = (self.records(), self.mark(Side::Mirror));
        let visit = within_patience(self.process().visit(&self.request())).await;
        let entries = visit.unwrap().entries;
        let refused = |entry: &Entry| matches!(entry.outcome, Some(Outcome::Refused { .. }));
        assert!(
            entries.iter().all(refused),
            "{story}: a further visit writes"
        );
        let methods = self.methods(Side::Mirror, mark).into_iter();
        let writes = methods.filter(|method| method != "GET").count();
        assert_eq!(writes, entries.len(), "{story}: a further visit writes");
        assert!(self.records() == before, "{story}: a further visit writes");
    }

    /// What a visit to the PSA has the mirror look at.
    async fn seen_in_psa(&self, named: &[u32]) -> BTreeSet<ContactId> {
        let request = self.tenant.stack.request(QUARRY_LANE, named);
        let visit = within_patience(self.tenant.process().visit(&request)).await;
        let mut mirrors = visit.unwrap().mirrors;
        mirrors.remove(&self.system).unwrap_or_default()
    }

    /// The end, as far as it must be the same.
    pub(super) async fn end(&self) -> End {
        let stack = &self.tenant.stack;
        let happened = |entry: &&Entry| {
            let outcome = entry.outcome.as_ref();
            outcome.is_some_and(Outcome::may_have_happened)
        };
        let entries = stack.entries(QUARRY_LANE).await;
        let effects = entries.iter().filter(happened);
        let effects = effects.map(|entry| entry.action.to_string()).collect();
        let findings = stack.findings(QUARRY_LANE).await;
        let findings = findings
            .iter()
            .map(|entry| finding_in_words(&entry.finding));
        let journal = self.journal();
        let place = journal.place(COMPANY, self.system);
        End {
            records: self.records(),
            effects,
            map: self.map().await,
            place: place.await.unwrap(),
            findings: findings.collect(),
            stale: self.seen_in_psa(&[]).await,
        }
    }

    fn records(&self) -> Vec<String> {
        let mut records = Vec::new();
        let mut take = |kind: &str, record: Value| {
            let mut record = record;
            forget_stamps(&mut record);
            records.push(format!("{kind} {record}"));
        };
        match self.system {
            System::ItGlue => {
                let account = self.tenant.itglue.world().snapshot();
                let of = |record: &_| serde_json::to_value(record).unwrap();
                account
                    .contacts
                    .values()
                    .for_each(|contact| take("contact", of(contact)));
                account
                    .deleted
                    .values()
                    .for_each(|contact| take("deleted", of(contact)));
                for kind in account.contact_types.values() {
                    take("type", serde_json::to_value(kind).unwrap());
                }
            }
            System::GrowCrm => {
                let account = self.tenant.growcrm.world().snapshot();
                for user in account.users.values() {
                    take("user", serde_json::to_value(user).unwrap());
                }
                for client in account.clients.values() {
                    let owner = client.owner.and_then(|owner| account.users.get(&owner));
                    let mut record = serde_json::to_value(client).unwrap();
                    record["owner"] = json!(owner.map(|owner| &owner.email));
                    take("client", record);
                }
            }
        }
        records.sort();
        records
    }

    async fn map(&self) -> Vec<String> {
        let links = self.journal().links(COMPANY, self.system, None).await;
        let links = links.unwrap().into_iter().map(|link| {
            let mut link = serde_json::to_value(link).unwrap();
            let id = link["record"]["id"].as_u64().unwrap();
            // What was never marked and what was given no mark is the same.
            let important = &mut link["record"]["given"]["important"];
            if *important == json!(false) {
                *important = json!(null);
            }
            link["record"]["id"] = match self.system {
                System::ItGlue => self.tenant.itglue.world().lock().contact(id),
                System::GrowCrm => self.tenant.growcrm.world().lock().contact(id),
            }
            .map(|record| name_of(&record))
            .into();
            link.to_string()
        });
        links.collect()
    }
}

fn name_of(record: &Value) -> String {
    let name = record
        .pointer("/attributes/name")
        .unwrap_or_else(|| &record["name"]);
    name.as_str().unwrap_or_default().to_owned()
}

fn forget_stamps(record: &mut Value) {
    if let Value::Object(fields) = record {
        for stamp in ["created", "updated", "created_at", "updated_at"] {
            fields.remove(stamp);
        }
    }
}

/// What is in one list and not in the other, however often.
fn difference(of: &[String], from: &[String]) -> Vec<String> {
    let mut rest = from.to_vec();
    let mut missing = Vec::new();
    for record in of {
        match rest.iter().position(|other| other == record) {
            Some(at) => drop(rest.swap_remove(at)),
            None => missing.push(record.clone()),
        }
    }
    missing
}
