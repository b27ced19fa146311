//! What a journal's store can do.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use model::{
    ChangeId, CompanyId, ContactId, Email, Entry, FindingEntry, Image, Memory, Outcome, Pair,
};

use crate::{Error, Query};

/// Keeps the journal. What a method has returned `Ok` for survives the end of the process.
///
/// "Oldest first" is by time, then by run, and for the changes of one run by their number.
pub trait Store: Send + Sync {
    /// Records the intent of a change, before the call is made.
    ///
    /// It is never overwritten: an id that the journal knows is a [`Error::Conflict`], whatever the
    /// rest of the entry says.
    fn intend(&self, entry: &Entry) -> impl Future<Output = Result<(), Error>> + Send;

    /// Records how a change ended, and the records as the vendor returned them. Only once per change.
    fn conclude(
        &self,
        id: &ChangeId,
        outcome: &Outcome,
        after: Option<&Image>,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// The intents at a company whose end nobody knows, oldest first.
    fn open_intents(
        &self,
        company: CompanyId,
    ) -> impl Future<Output = Result<Vec<Entry>, Error>> + Send;

    /// What binds the next plan for a company: all changes of ours at it, oldest first, and the
    /// pairs that are two people.
    ///
    /// The pairs are those of every company. A contact can move to another one, and what a person
    /// said once must hold there too. People say it pair by pair, so there are never many.
    fn memory(&self, company: CompanyId) -> impl Future<Output = Result<Memory, Error>> + Send;

    /// Records what a person must settle. Recording the very same again changes nothing.
    fn note_finding(&self, entry: &FindingEntry) -> impl Future<Output = Result<(), Error>> + Send;

    /// The findings that were asked for, oldest first.
    fn findings(
        &self,
        query: &Query,
    ) -> impl Future<Output = Result<Vec<FindingEntry>, Error>> + Send;

    /// The changes that were asked for, oldest first.
    fn entries(&self, query: &Query) -> impl Future<Output = Result<Vec<Entry>, Error>> + Send;

    /// One change.
    fn entry(&self, id: &ChangeId) -> impl Future<Output = Result<Option<Entry>, Error>> + Send;

    /// Where the journal has seen a contact, the latest first: how a deleted contact is located.
    /// Companies known only from the register of portal addresses or as those of a default contact,
    /// which have no times, come last.
    fn companies_of(
        &self,
        contact: ContactId,
    ) -> impl Future<Output = Result<Vec<CompanyId>, Error>> + Send;

    /// Remembers who a company's default contact is, so that its deletion can be told from the event,
    /// which names nothing but the contact.
    fn remember_default(
        &self,
        company: CompanyId,
        contact: Option<ContactId>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Records for ever that a person said these are two people. The first to say so is remembered;
    /// saying it again changes nothing.
    fn keep_apart(
        &self,
        pair: Pair,
        company: CompanyId,
        at: Timestamp,
        by: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Compares the addresses that let a company's contacts into the portal with the register, and,
    /// with [`Keep::Record`], makes them this company's part of it.
    ///
    /// It is one step: of two companies that record the same address at once, at least one is told
    /// about the other. [`Keep::Peek`] answers the same and writes nothing.
    ///
    /// A contact is at one company at a time: what a second company records for the same contact is
    /// no longer the first one's.
    fn portal_addresses(
        &self,
        company: CompanyId,
        current: &BTreeSet<(Email, ContactId)>,
        keep: Keep,
    ) -> impl Future<Output = Result<Register, Error>> + Send;
}

/// Whether the register is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is.
    Record,
    /// It isn't.
    Peek,
}

/// What the register says about a company's portal addresses. One address can be in both sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an address that is fresh or registered elsewhere may belong to somebody else"]
pub struct Register {
    /// Addresses that were not registered for the contact that carries them now.
    pub fresh: BTreeSet<Email>,
    /// Addresses that another company has registered, for another contact.
    pub elsewhere: BTreeSet<Email>,
}

macro_rules! delegate {
    ($($holder:ty),*) => {$(
        impl<S: Store> Store for $holder {
            async fn intend(&self, entry: &Entry) -> Result<(), Error> {
                (**self).intend(entry).await
            }

            async fn conclude(
                &self,
                id: &ChangeId,
                outcome: &Outcome,
                after: Option<&Image>,
                at: Timestamp,
            ) -> Result<(), Error> {
                (**self).conclude(id, outcome, after, at).await
            }

            async fn open_intents(&self, company: CompanyId) -> Result<Vec<Entry>, Error> {
                (**self).open_intents(company).await
            }

            async fn memory(&self, company: CompanyId) -> Result<Memory, Error> {
                (**self).memory(company).await
            }

            async fn note_finding(&self, entry: &FindingEntry) -> Result<(), Error> {
                (**self).note_finding(entry).await
            }

            async fn findings(&self, query: &Query) -> Result<Vec<FindingEntry>, Error> {
                (**self).findings(query).await
            }

            async fn entries(&self, query: &Query) -> Result<Vec<Entry>, Error> {
                (**self).entries(query).await
            }

            async fn entry(&self, id: &ChangeId) -> Result<Option<Entry>, Error> {
                (**self).entry(id).await
            }

            async fn companies_of(&self, contact: ContactId) -> Result<Vec<CompanyId>, Error> {
                (**self).companies_of(contact).await
            }

            async fn remember_default(
                &self,
                company: CompanyId,
                contact: Option<ContactId>,
            ) -> Result<(), Error> {
                (**self).remember_default(company, contact).await
            }

            async fn keep_apart(
                &self,
                pair: Pair,
                company: CompanyId,
                at: Timestamp,
                by: &str,
            ) -> Result<(), Error> {
                (**self).keep_apart(pair, company, at, by).await
            }

            async fn portal_addresses(
                &self,
                company: CompanyId,
                current: &BTreeSet<(Email, ContactId)>,
                keep: Keep,
            ) -> Result<Register, Error> {
                (**self).portal_addresses(company, current, keep).await
            }
        }
    )*};
}

delegate!(&S, Arc<S>);
