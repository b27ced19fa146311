//! What a journal's store can do.

use std::collections::BTreeSet;
use std::ops::AddAssign;
use std::sync::Arc;

use jiff::Timestamp;
use model::mirror::{Link, Place, System};
use model::{
    ChangeId, CompanyId, ContactId, Decision, Email, Entry, FindingEntry, Image, Memory, Outcome,
    Pair, Proposal, ProposalId,
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

    /// What binds the next plan for a company: all changes of ours at it, oldest first, what people
    /// decided about proposals at it, oldest first, the pairs that wait as they were more than a visit may
    /// merge, and the pairs that are two people.
    ///
    /// The pairs that are two people are those of every company. A contact can move to another one, and what a person
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
    /// Companies known only from the register of portal addresses, from the map or as those of a default
    /// contact, which have no times, come last.
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

    /// Makes these what waits for a person at a company. Where only some of its contacts were looked at
    /// (`about`), what concerns none of them keeps waiting.
    ///
    /// A proposal concerns the contacts it shows, those its changes write to, and its pair. What was
    /// waiting already keeps its `run` and `seen_at`: they say since when it waits. What a person decided
    /// after it was seen does not wait again. Of two with one id, the first counts; one that waited at
    /// another company waits at this one from now on.
    fn set_waiting(
        &self,
        company: CompanyId,
        about: Option<&BTreeSet<ContactId>>,
        proposals: &[Proposal],
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// What waits for a person, at one company or everywhere, ordered by company, then by id.
    fn waiting(
        &self,
        company: Option<CompanyId>,
    ) -> impl Future<Output = Result<Vec<Proposal>, Error>> + Send;

    /// One proposal that waits.
    fn proposal(
        &self,
        id: &ProposalId,
    ) -> impl Future<Output = Result<Option<Proposal>, Error>> + Send;

    /// Records for ever what a person decided about a proposal; it waits no longer. Rejecting a pair
    /// also keeps the two apart (as [`keep_apart`](Self::keep_apart)), in one step.
    ///
    /// A later decision is recorded beside the earlier one, and is the one that counts. Recording the
    /// very same again changes nothing.
    fn decide(&self, decision: &Decision) -> impl Future<Output = Result<(), Error>> + Send;

    /// The last thing that a person decided about a proposal, under the id that it had then.
    fn decision(
        &self,
        proposal: &ProposalId,
    ) -> impl Future<Output = Result<Option<Decision>, Error>> + Send;

    /// Forgets what is older.
    ///
    /// Of changes that ended before, the images go, and every name and address in what stays: the
    /// names in their evidence, those of a contact brought back, what a group membership said, and
    /// where a mail went. Such a change has empty images, although it has ended; of a merge no
    /// contact is left to bring back. What stays binds the future. A change whose action is a person's
    /// text (fields, items, notes) goes as a whole. So does a finding that was noted before. Of what was
    /// approved before, the contacts go that were shown: such an approval has none, and approves nothing.
    ///
    /// An intent whose end nobody knows stays as it is, whatever its age. So do rejections, pairs, the
    /// register and the map. What waits for a person stays until a visit finds it no longer.
    ///
    /// It is done in steps. If one fails, what was forgotten before stays so, and another call goes on.
    fn forget(&self, before: Timestamp) -> impl Future<Output = Result<Forgotten, Error>> + Send;

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

    /// The lines of the map at a company, of one system, ordered by contact. Where only some contacts are
    /// asked about, theirs, as far as they are at this company.
    fn links(
        &self,
        company: CompanyId,
        system: System,
        contacts: Option<&BTreeSet<ContactId>>,
    ) -> impl Future<Output = Result<Vec<Link>, Error>> + Send;

    /// The line of a contact in one system, and the company it is at.
    fn link_of(
        &self,
        system: System,
        contact: ContactId,
    ) -> impl Future<Output = Result<Option<(CompanyId, Link)>, Error>> + Send;

    /// Records a line of the map.
    ///
    /// A contact has one line in each system, so this one takes the place of what was recorded before, at
    /// whatever company that was. What the record was given may be left out of a line that is too large for
    /// the store; it then reads as not known.
    fn link(
        &self,
        company: CompanyId,
        link: &Link,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Takes a contact's line off the map. Where there is none, this changes nothing.
    fn unlink(
        &self,
        system: System,
        contact: ContactId,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Where a company's contacts are mirrored to in one system, as far as it is known.
    fn place(
        &self,
        company: CompanyId,
        system: System,
    ) -> impl Future<Output = Result<Option<Place>, Error>> + Send;

    /// Records where a company's contacts are mirrored to, which forgets where that was. Without a place,
    /// nothing is known about this system any more; a place says itself which system it is in.
    fn set_place(
        &self,
        company: CompanyId,
        system: System,
        place: Option<Place>,
    ) -> impl Future<Output = Result<(), Error>> + Send;
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

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Changes that stay, without their images and without the names in them.
    pub images: usize,
    /// Changes that are gone, as their action was a person's text.
    pub changes: usize,
    /// Findings that are gone.
    pub findings: usize,
    /// Approvals that stay, without the contacts that were shown.
    pub decisions: usize,
}

impl AddAssign for Forgotten {
    fn add_assign(&mut self, other: Self) {
        let Self {
            images,
            changes,
            findings,
            decisions,
        } = other;
        self.images += images;
        self.changes += changes;
        self.findings += findings;
        self.decisions += decisions;
    }
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

            async fn set_waiting(
                &self,
                company: CompanyId,
                about: Option<&BTreeSet<ContactId>>,
                proposals: &[Proposal],
            ) -> Result<(), Error> {
                (**self).set_waiting(company, about, proposals).await
            }

            async fn waiting(&self, company: Option<CompanyId>) -> Result<Vec<Proposal>, Error> {
                (**self).waiting(company).await
            }

            async fn proposal(&self, id: &ProposalId) -> Result<Option<Proposal>, Error> {
                (**self).proposal(id).await
            }

            async fn decide(&self, decision: &Decision) -> Result<(), Error> {
                (**self).decide(decision).await
            }

            async fn decision(&self, proposal: &ProposalId) -> Result<Option<Decision>, Error> {
                (**self).decision(proposal).await
            }

            async fn forget(&self, before: Timestamp) -> Result<Forgotten, Error> {
                (**self).forget(before).await
            }

            async fn portal_addresses(
                &self,
                company: CompanyId,
                current: &BTreeSet<(Email, ContactId)>,
                keep: Keep,
            ) -> Result<Register, Error> {
                (**self).portal_addresses(company, current, keep).await
            }

            async fn links(
                &self,
                company: CompanyId,
                system: System,
                contacts: Option<&BTreeSet<ContactId>>,
            ) -> Result<Vec<Link>, Error> {
                (**self).links(company, system, contacts).await
            }

            async fn link_of(
                &self,
                system: System,
                contact: ContactId,
            ) -> Result<Option<(CompanyId, Link)>, Error> {
                (**self).link_of(system, contact).await
            }

            async fn link(&self, company: CompanyId, link: &Link) -> Result<(), Error> {
                (**self).link(company, link).await
            }

            async fn unlink(&self, system: System, contact: ContactId) -> Result<(), Error> {
                (**self).unlink(system, contact).await
            }

            async fn place(
                &self,
                company: CompanyId,
                system: System,
            ) -> Result<Option<Place>, Error> {
                (**self).place(company, system).await
            }

            async fn set_place(
                &self,
                company: CompanyId,
                system: System,
                place: Option<Place>,
            ) -> Result<(), Error> {
                (**self).set_place(company, system, place).await
            }
        }
    )*};
}

delegate!(&S, Arc<S>);
