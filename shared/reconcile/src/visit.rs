//! One visit to one company.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connectwise::{Reader, Writer};
use jiff::Timestamp;
use journal::{Keep, Store};
use model::mirror::System;
use model::{
    Cause, CompanyId, ContactId, Entry, Finding, Image, Outcome, Past, Plan, Proposal, RunId,
    Scope, Snapshot,
};
use policy::Rules;
use policy::mirror::Visited;
use sha2::{Digest, Sha256};

use crate::apply::{Executor, Progress};
use crate::clock::Clock;
use crate::drill::Drill;
use crate::error::Error;
use crate::findings::{about, keep_findings};
use crate::gather::portal_addresses;
use crate::known::Known;
use crate::record::Record;

/// How often a visit plans anew after a refusal or a record that changed under it.
const ROUNDS: usize = 5;

/// Brings companies in line with the rules.
pub struct Reconciler<J> {
    pub(crate) reader: Reader,
    pub(crate) writer: Option<Writer>,
    pub(crate) journal: J,
    pub(crate) rules: Rules,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) known: Known,
    pub(crate) drill: Drill,
    mirrors: BTreeSet<System>,
}

/// What to visit, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The company.
    pub company: CompanyId,
    /// The contacts that changed. A company too large to read whole is read around them.
    pub contacts: BTreeSet<ContactId>,
    /// What the visit is called in the journal.
    pub run: RunId,
    /// What set it off.
    pub cause: Cause,
}

impl Request {
    /// Names a visit after the delivery of the message that asked for it, and the moment. A message
    /// delivered again has a higher receive count, so its visit gets another name; the date is for
    /// people.
    #[must_use]
    pub fn run_id(now: Timestamp, message: &str, receive_count: u32) -> RunId {
        let digest = Sha256::digest(format!("{now} {message} {receive_count}"));
        let short: String = digest
            .iter()
            .take(5)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        RunId::new(format!("{}-{short}", now.strftime("%Y%m%d")))
    }
}

/// What a visit did.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a visit tells what was found"]
pub struct Visit {
    /// What it is called in the journal.
    pub run: RunId,
    /// The company.
    pub company: CompanyId,
    /// How much of the company was read; absent when it is gone.
    pub scope: Option<Scope>,
    /// Every write that was attempted, with its outcome, in order.
    pub entries: Vec<Entry>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
    /// The contacts that each mirror has to look at, as something about them is new.
    pub mirrors: BTreeMap<System, BTreeSet<ContactId>>,
}

/// What a visit would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What was read.
    pub snapshot: Snapshot,
    /// What was decided.
    pub plan: Plan,
}

impl Visit {
    /// One that has done nothing yet.
    pub(crate) fn new(request: &Request) -> Self {
        Self {
            run: request.run.clone(),
            company: request.company,
            scope: None,
            entries: Vec::new(),
            findings: Vec::new(),
            mirrors: BTreeMap::new(),
        }
    }

    /// Logs how it ended, under these words.
    pub(crate) fn log(&self, words: &'static str, complete: bool) {
        let outcomes = self
            .entries
            .iter()
            .filter_map(|entry| entry.outcome.as_ref());
        let made = outcomes.filter(|outcome| outcome.took_effect()).count();
        tracing::info!(
            run.id = %self.run,
            company.id = %self.company,
            changes = made,
            findings = self.findings.len(),
            complete,
            "{words}"
        );
    }
}

impl<J: Store> Reconciler<J> {
    /// A reconciler. Without a writer it cannot write, whatever the rules say.
    pub fn new(
        reader: Reader,
        writer: Option<Writer>,
        journal: J,
        rules: Rules,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            reader,
            writer,
            journal,
            rules,
            clock,
            known: Known::default(),
            drill: Drill::default(),
            mirrors: BTreeSet::new(),
        }
    }

    /// The same, telling after each visit what these mirrors have to look at.
    #[must_use]
    pub fn with_mirrors(mut self, systems: impl IntoIterator<Item = System>) -> Self {
        self.mirrors = systems.into_iter().collect();
        self
    }

    /// The same without one of its safeguards: only for tests, which prove with it that they would notice.
    #[cfg(feature = "drill")]
    #[must_use]
    pub fn without(mut self, safeguard: crate::Safeguard) -> Self {
        self.drill.without = Some(safeguard);
        self
    }

    /// The mirrors that it tells something.
    pub fn mirrors(&self) -> &BTreeSet<System> {
        &self.mirrors
    }

    /// The journal.
    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Looks up what visits share, so that the first one is as quick as the others.
    ///
    /// # Errors
    /// When the PSA cannot be read; a visit then looks it up itself.
    pub async fn warm_up(&self) -> Result<(), Error> {
        self.primary_label().await.map(|_| ())
    }

    /// What would be done at a company. Writes nothing, neither to the PSA nor to the journal. `None`
    /// when the company is gone.
    ///
    /// # Errors
    /// When the PSA or the journal cannot be read, or the checker objects.
    pub async fn plan(&self, request: &Request) -> Result<Option<Planned>, Error> {
        let Some(snapshot) = Box::pin(self.gather(request)).await? else {
            return Ok(None);
        };
        let plan = decide(&snapshot, &self.rules)?;
        Ok(Some(Planned { snapshot, plan }))
    }

    /// Visits a company: settles, gathers, plans, checks, applies and records.
    ///
    /// # Errors
    /// When the visit ended early; see [`fate`](crate::fate()). What it had done is in the journal.
    pub async fn visit(&self, request: &Request) -> Result<Visit, Error> {
        let mut visit = Visit::new(request);
        // Every call of every write is a state of this future; on the heap it burdens nobody's stack.
        let result = Box::pin(self.rounds(request, &mut visit)).await;
        visit.log("visited a company", result.is_ok());
        // What somebody else did is in the journal; it is nothing that this visit attempted.
        visit
            .entries
            .retain(|entry| entry.outcome != Some(Outcome::ByPerson));
        result.map(|()| visit)
    }

    async fn rounds(&self, request: &Request, visit: &mut Visit) -> Result<(), Error> {
        let mut left = Vec::new();
        let mut record = self.recorder(request, &mut visit.entries, &mut left);
        let writer = self.writer_at(request.company);
        let settled = self.settle(writer, &mut record).await?;
        for _ in 0..ROUNDS {
            let Some(mut snapshot) = self.gather(request).await? else {
                visit.mirrors = self.left_behind(request.company).await?;
                return Ok(());
            };
            let mut record = self.recorder(request, &mut visit.entries, &mut left);
            record_taken_over(&mut record, &mut snapshot).await?;
            visit.scope = Some(snapshot.scope.clone());
            let plan = decide(&snapshot, &self.rules)?;
            let proposals = policy::proposals(&snapshot, &self.rules, &plan, &request.run);
            let (progress, current) = match self.writer_at(request.company) {
                Some(writer) if !plan.changes.is_empty() => {
                    let mut executor = Executor::new(self, writer, snapshot, record);
                    match executor.apply(&plan).await {
                        Ok(progress) => (progress, executor.into_current()),
                        Err(error) => {
                            drop(executor);
                            self.note_what_was_done(request, visit, &plan).await?;
                            return Err(error);
                        }
                    }
                }
                _ => (Progress::Complete, snapshot),
            };
            keep_findings(visit, &plan);
            if progress == Progress::Complete {
                let record = self.recorder(request, &mut visit.entries, &mut left);
                for finding in &visit.findings {
                    record.note(finding).await?;
                }
                visit.findings.append(&mut left);
                self.have_wait(&current, &proposals).await?;
                self.remember(request, &current).await?;
                let done = [&settled, &visit.entries];
                visit.mirrors = self.stale(request, &current, done).await?;
                return Ok(());
            }
        }
        Err(Error::Unsettled)
    }

    /// Journals the findings about what a visit did before it ended early: the next one finds it done
    /// and would not tell.
    async fn note_what_was_done(
        &self,
        request: &Request,
        visit: &mut Visit,
        plan: &Plan,
    ) -> Result<(), Error> {
        let told = about(&plan.findings, &visit.entries);
        let mut none = Vec::new();
        let record = self.recorder(request, &mut visit.entries, &mut none);
        for finding in &told {
            record.note(finding).await?;
        }
        Ok(())
    }

    pub(crate) fn recorder<'v>(
        &'v self,
        request: &'v Request,
        entries: &'v mut Vec<Entry>,
        findings: &'v mut Vec<Finding>,
    ) -> Record<'v, J> {
        Record {
            journal: &self.journal,
            clock: &self.clock,
            request,
            entries,
            findings,
        }
    }

    /// The writer, if any policy may write at a company. Where all observe, there is none.
    pub(crate) fn writer_at(&self, company: CompanyId) -> Option<&Writer> {
        let writer = self.writer.as_ref()?;
        self.rules.may_write_at(company).then_some(writer)
    }

    /// Has the journal keep what waits for a person.
    async fn have_wait(&self, snapshot: &Snapshot, proposals: &[Proposal]) -> Result<(), Error> {
        let about = match &snapshot.scope {
            Scope::Whole => None,
            Scope::Focused { on } => Some(on),
        };
        let company = snapshot.company.id;
        Ok(self.journal.set_waiting(company, about, proposals).await?)
    }

    /// Plans once more and has the journal keep what waits, after a person had something done. Answers with what is
    /// there by then.
    pub(crate) async fn see_what_waits(
        &self,
        request: &Request,
    ) -> Result<Option<Snapshot>, Error> {
        let Some(Planned { snapshot, plan }) = self.plan(request).await? else {
            return Ok(None);
        };
        let proposals = policy::proposals(&snapshot, &self.rules, &plan, &request.run);
        self.have_wait(&snapshot, &proposals).await?;
        Ok(Some(snapshot))
    }

    /// What each mirror has to look at after this was done. Where none is on, nothing is read.
    pub(crate) async fn stale(
        &self,
        request: &Request,
        current: &Snapshot,
        done: [&Vec<Entry>; 2],
    ) -> Result<BTreeMap<System, BTreeSet<ContactId>>, Error> {
        let mut stale = BTreeMap::new();
        if self.mirrors.is_empty() {
            return Ok(stale);
        }
        let done: Vec<Entry> = done.into_iter().flatten().cloned().collect();
        let whole = current.scope == Scope::Whole;
        for system in &self.mirrors {
            let read: BTreeSet<ContactId> = current.contacts.keys().copied().collect();
            let only = read.union(&request.contacts).copied().collect();
            let only = (!whole).then_some(&only);
            let links = self.journal.links(request.company, *system, only).await?;
            let place = self.journal.place(request.company, *system).await?;
            let visited = Visited {
                company: &current.company,
                contacts: &current.contacts,
                whole,
                named: &request.contacts,
                links: &links,
                placed: place.is_some(),
                done: &done,
                past: &current.memory.past,
            };
            let contacts = policy::mirror::stale(*system, &visited, &self.rules);
            if !contacts.is_empty() {
                stale.insert(*system, contacts);
            }
        }
        Ok(stale)
    }

    /// What each mirror has to look at of a company that is gone.
    async fn left_behind(
        &self,
        company: CompanyId,
    ) -> Result<BTreeMap<System, BTreeSet<ContactId>>, Error> {
        let mut left = BTreeMap::new();
        for system in &self.mirrors {
            let links = self.journal.links(company, *system, None).await?;
            let contacts = policy::mirror::left_behind(&links);
            if !contacts.is_empty() {
                left.insert(*system, contacts);
            }
        }
        Ok(left)
    }

    /// Has the journal remember what spares the next visit a read, or lets a deletion be located.
    async fn remember(&self, request: &Request, snapshot: &Snapshot) -> Result<(), Error> {
        // A focused visit has not seen everybody, so it must not replace what the register knows.
        if snapshot.scope == Scope::Whole {
            let current = portal_addresses(snapshot);
            let _ = self
                .journal
                .portal_addresses(request.company, &current, Keep::Record)
                .await?;
        }
        let default = snapshot.company.default_contact;
        Ok(self
            .journal
            .remember_default(request.company, default)
            .await?)
    }
}

/// The plan for a company, judged twice.
pub(crate) fn decide(snapshot: &Snapshot, rules: &Rules) -> Result<Plan, Error> {
    let plan = policy::plan(snapshot, rules);
    let objections = policy::check(snapshot, rules, &plan);
    if objections.is_empty() {
        Ok(plan)
    } else {
        Err(Error::PlanRefused(objections))
    }
}

/// Records what somebody else did to changes of ours, in the journal and in the snapshot's memory.
async fn record_taken_over<J: Store>(
    record: &mut Record<'_, J>,
    snapshot: &mut Snapshot,
) -> Result<(), Error> {
    for change in policy::taken_over(snapshot) {
        let id = record.intend(&change, Image::default()).await?;
        let outcome = record.conclude(&id, Outcome::ByPerson, None).await?;
        snapshot.memory.past.push(Past {
            id,
            at: record.clock.now(),
            rule: change.rule,
            purpose: change.purpose,
            action: change.action,
            outcome: Some(outcome),
        });
    }
    Ok(())
}
