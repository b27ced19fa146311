//! A journal that fails when it is told to.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use journal::{Error, Forgotten, Keep, Query, Register, Sqlite, Store};
use model::mirror::{Link, Place, System};
use model::{
    ChangeId, CompanyId, ContactId, Decision, Email, Entry, FindingEntry, Image, Memory, Outcome,
    Pair, Proposal, ProposalId,
};

/// The journal below, which fails at chosen moments. Clones share the plan.
#[derive(Clone)]
pub(crate) struct Flaky {
    inner: Arc<Sqlite>,
    plan: Arc<Mutex<Plan>>,
}

/// When it can fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Moment {
    /// Before an intent is recorded.
    Intend,
    /// Before an outcome is recorded.
    Conclude,
    /// Before anything else is read or recorded.
    Other,
}

#[derive(Default)]
struct Plan {
    /// How many more calls of that kind until one fails.
    next: Option<(Moment, usize)>,
    damaged: bool,
}

impl Flaky {
    pub(crate) fn new(inner: Arc<Sqlite>) -> Flaky {
        Flaky {
            inner,
            plan: Arc::default(),
        }
    }

    /// The `nth` call of that kind from now on fails, counted from 1, as when the store is out of reach.
    pub(crate) fn fail(&self, moment: Moment, nth: usize) {
        self.plan.lock().unwrap().next = Some((moment, nth));
    }

    /// From now on its records cannot be read.
    pub(crate) fn damage(&self) {
        self.plan.lock().unwrap().damaged = true;
    }

    /// Whether the failure that was asked for has happened.
    pub(crate) fn has_failed(&self) -> bool {
        self.plan.lock().unwrap().next.is_none()
    }

    fn call(&self, moment: Moment) -> Result<&Sqlite, Error> {
        let mut plan = self.plan.lock().unwrap();
        if plan.damaged {
            return Err(Error::Damaged {
                what: "a change".to_owned(),
                path: "action".to_owned(),
            });
        }
        match &mut plan.next {
            Some((at, left)) if *at == moment && *left == 1 => {
                plan.next = None;
                Err(Error::Unavailable {
                    operation: "use the journal",
                    source: "the test says so".into(),
                })
            }
            Some((at, left)) if *at == moment => {
                *left -= 1;
                Ok(&self.inner)
            }
            _ => Ok(&self.inner),
        }
    }
}

impl Store for Flaky {
    async fn intend(&self, entry: &Entry) -> Result<(), Error> {
        self.call(Moment::Intend)?.intend(entry).await
    }

    async fn conclude(
        &self,
        id: &ChangeId,
        outcome: &Outcome,
        after: Option<&Image>,
        at: Timestamp,
    ) -> Result<(), Error> {
        let inner = self.call(Moment::Conclude)?;
        inner.conclude(id, outcome, after, at).await
    }

    async fn open_intents(&self, company: CompanyId) -> Result<Vec<Entry>, Error> {
        self.call(Moment::Other)?.open_intents(company).await
    }

    async fn memory(&self, company: CompanyId) -> Result<Memory, Error> {
        self.call(Moment::Other)?.memory(company).await
    }

    async fn note_finding(&self, entry: &FindingEntry) -> Result<(), Error> {
        self.call(Moment::Other)?.note_finding(entry).await
    }

    async fn findings(&self, query: &Query) -> Result<Vec<FindingEntry>, Error> {
        self.call(Moment::Other)?.findings(query).await
    }

    async fn entries(&self, query: &Query) -> Result<Vec<Entry>, Error> {
        self.call(Moment::Other)?.entries(query).await
    }

    async fn entry(&self, id: &ChangeId) -> Result<Option<Entry>, Error> {
        self.call(Moment::Other)?.entry(id).await
    }

    async fn companies_of(&self, contact: ContactId) -> Result<Vec<CompanyId>, Error> {
        self.call(Moment::Other)?.companies_of(contact).await
    }

    async fn remember_default(
        &self,
        company: CompanyId,
        contact: Option<ContactId>,
    ) -> Result<(), Error> {
        let inner = self.call(Moment::Other)?;
        inner.remember_default(company, contact).await
    }

    async fn keep_apart(
        &self,
        pair: Pair,
        company: CompanyId,
        at: Timestamp,
        by: &str,
    ) -> Result<(), Error> {
        let inner = self.call(Moment::Other)?;
        inner.keep_apart(pair, company, at, by).await
    }

    async fn set_waiting(
        &self,
        company: CompanyId,
        about: Option<&BTreeSet<ContactId>>,
        proposals: &[Proposal],
    ) -> Result<(), Error> {
        let inner = self.call(Moment::Other)?;
        inner.set_waiting(company, about, proposals).await
    }

    async fn waiting(&self, company: Option<CompanyId>) -> Result<Vec<Proposal>, Error> {
        self.call(Moment::Other)?.waiting(company).await
    }

    async fn proposal(&self, id: &ProposalId) -> Result<Option<Proposal>, Error> {
        self.call(Moment::Other)?.proposal(id).await
    }

    async fn decide(&self, decision: &Decision) -> Result<(), Error> {
        self.call(Moment::Other)?.decide(decision).await
    }

    async fn decision(&self, proposal: &ProposalId) -> Result<Option<Decision>, Error> {
        self.call(Moment::Other)?.decision(proposal).await
    }

    async fn forget(&self, before: Timestamp) -> Result<Forgotten, Error> {
        self.call(Moment::Other)?.forget(before).await
    }

    async fn portal_addresses(
        &self,
        company: CompanyId,
        current: &BTreeSet<(Email, ContactId)>,
        keep: Keep,
    ) -> Result<Register, Error> {
        let inner = self.call(Moment::Other)?;
        inner.portal_addresses(company, current, keep).await
    }

    async fn links(
        &self,
        company: CompanyId,
        system: System,
        contacts: Option<&BTreeSet<ContactId>>,
    ) -> Result<Vec<Link>, Error> {
        let inner = self.call(Moment::Other)?;
        inner.links(company, system, contacts).await
    }

    async fn link_of(
        &self,
        system: System,
        contact: ContactId,
    ) -> Result<Option<(CompanyId, Link)>, Error> {
        self.call(Moment::Other)?.link_of(system, contact).await
    }

    async fn link(&self, company: CompanyId, link: &Link) -> Result<(), Error> {
        self.call(Moment::Other)?.link(company, link).await
    }

    async fn unlink(&self, system: System, contact: ContactId) -> Result<(), Error> {
        self.call(Moment::Other)?.unlink(system, contact).await
    }

    async fn place(&self, company: CompanyId, system: System) -> Result<Option<Place>, Error> {
        self.call(Moment::Other)?.place(company, system).await
    }

    async fn set_place(
        &self,
        company: CompanyId,
        system: System,
        place: Option<Place>,
    ) -> Result<(), Error> {
        let inner = self.call(Moment::Other)?;
        inner.set_place(company, system, place).await
    }
}
