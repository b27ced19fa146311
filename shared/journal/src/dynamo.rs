//! The journal in a table of DynamoDB.

mod changes;
mod decisions;
mod failure;
mod findings;
mod item;
mod keys;
mod map;
mod people;
mod pieces;
mod pointers;
mod proposals;
mod register;
mod retention;
mod table;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use futures_util::future::try_join4;
use jiff::Timestamp;
use model::mirror::{Link, Place, System};
use model::{
    ChangeId, CompanyId, ContactId, Decision, Email, Entry, FindingEntry, Image, Memory, Outcome,
    Pair, Proposal, ProposalId,
};

use self::failure::Failure;
use self::item::{Item, Key};
use self::table::{Range, Table, Write};
use crate::stored::instant;
use crate::{Error, Forgotten, Keep, Query, Register, Store};

/// How often a step is taken anew when somebody else changed what it rests on.
const TRIES: usize = 5;

/// A journal in a table of DynamoDB. Any number of processes may have the same one.
///
/// The table has the key `pk` (text) and `sk` (text), and an index `listing` on `listing` (text) and
/// `listed_at` (text) with all attributes. Its items expire by `expires_at`.
///
/// What binds the next plan is always read as it is at that moment. What an operator asks for without
/// naming a contact, company or run, all that waits, and what is to be forgotten, is found by the index,
/// which may be a moment behind.
///
/// What has expired is there until the table has removed it, which it does within some days, item by item.
/// A change of which a part is gone reads as a forgotten one.
#[derive(Debug)]
pub struct Dynamo {
    table: Table,
    keep_days: Option<u32>,
    /// The partitions of the index that are known to be registered.
    listings: Mutex<BTreeSet<String>>,
}

impl Dynamo {
    /// The journal in this table. What [`Store::forget`] would forget is forgotten by the table so many
    /// days after it ended; without a number, or with 0, it is kept until somebody forgets it.
    ///
    /// The number holds for what ends from now on: what has ended keeps the day that it was given.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>, keep_days: Option<u32>) -> Self {
        Self {
            table: Table::new(client, table.into()),
            keep_days: keep_days.filter(|days| *days > 0),
            listings: Mutex::default(),
        }
    }

    /// Until when what ended then is kept, if not for ever.
    fn expires(&self, at: Timestamp) -> Option<i64> {
        self.keep_days.map(|days| pieces::expiry(at, days))
    }

    /// The partition of the index for what was recorded then, which is registered from now on.
    async fn listing(&self, word: &str, at: Timestamp) -> Result<String, Failure> {
        let listing = keys::listing(word, at);
        let known = || self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if !known().contains(&listing) {
            let item = Item::at(&Key::new(keys::MONTHS, &listing));
            self.table.write_all([Write::put(item)]).await?;
            known().insert(listing.clone());
        }
        Ok(listing)
    }

    /// The partitions of the index for this word that may have something of this time, oldest first.
    async fn months(
        &self,
        word: &str,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Vec<String>, Failure> {
        let month = |at| format!("{word}#{}", keys::month(&instant(at)));
        let range = Range::of(keys::MONTHS, word)
            .since(since.map(month))
            .until(until.map(month));
        let mut listings = Vec::new();
        for item in self.table.all(range).await? {
            listings.push(item.key()?.place);
        }
        Ok(listings)
    }
}

/// Does this as part of an operation, by whose name it fails.
///
/// The SDK's futures are large. On the heap they don't grow those of everybody who calls us.
fn during<T>(
    operation: &'static str,
    work: impl Future<Output = Result<T, Failure>> + Send,
) -> impl Future<Output = Result<T, Error>> + Send {
    let work = Box::pin(work);
    async move { work.await.map_err(|failure| failure.during(operation)) }
}

impl Store for Dynamo {
    async fn intend(&self, entry: &Entry) -> Result<(), Error> {
        during("record an intent", changes::intend(self, entry)).await
    }

    async fn conclude(
        &self,
        id: &ChangeId,
        outcome: &Outcome,
        after: Option<&Image>,
        at: Timestamp,
    ) -> Result<(), Error> {
        during(
            "record an outcome",
            changes::conclude(self, id, outcome, after, at),
        )
        .await
    }

    async fn open_intents(&self, company: CompanyId) -> Result<Vec<Entry>, Error> {
        during("list open intents", changes::open_intents(self, company)).await
    }

    async fn memory(&self, company: CompanyId) -> Result<Memory, Error> {
        let all = try_join4(
            changes::past(self, company),
            people::distinct(self),
            decisions::at_company(self, company),
            proposals::over_limit(self, company),
        );
        let (past, distinct, decisions, over_limit) =
            during("recall the past of a company", all).await?;
        Ok(Memory {
            past,
            distinct,
            decisions,
            over_limit,
        })
    }

    async fn note_finding(&self, entry: &FindingEntry) -> Result<(), Error> {
        during("record a finding", findings::note(self, entry)).await
    }

    async fn findings(&self, query: &Query) -> Result<Vec<FindingEntry>, Error> {
        during("list findings", pointers::list(self, query)).await
    }

    async fn entries(&self, query: &Query) -> Result<Vec<Entry>, Error> {
        during("list changes", pointers::list(self, query)).await
    }

    async fn entry(&self, id: &ChangeId) -> Result<Option<Entry>, Error> {
        during("look up a change", changes::find(self, id)).await
    }

    async fn companies_of(&self, contact: ContactId) -> Result<Vec<CompanyId>, Error> {
        during(
            "look up the companies of a contact",
            people::companies_of(self, contact),
        )
        .await
    }

    async fn remember_default(
        &self,
        company: CompanyId,
        contact: Option<ContactId>,
    ) -> Result<(), Error> {
        during(
            "remember a default contact",
            people::remember_default(self, company, contact),
        )
        .await
    }

    async fn keep_apart(
        &self,
        pair: Pair,
        company: CompanyId,
        at: Timestamp,
        by: &str,
    ) -> Result<(), Error> {
        during(
            "record that two contacts are two people",
            people::keep_apart(self, pair, company, at, by),
        )
        .await
    }

    async fn set_waiting(
        &self,
        company: CompanyId,
        about: Option<&BTreeSet<ContactId>>,
        proposals: &[Proposal],
    ) -> Result<(), Error> {
        during(
            "record what waits for a person",
            proposals::set_waiting(self, company, about, proposals),
        )
        .await
    }

    async fn waiting(&self, company: Option<CompanyId>) -> Result<Vec<Proposal>, Error> {
        during(
            "list what waits for a person",
            proposals::waiting(self, company),
        )
        .await
    }

    async fn proposal(&self, id: &ProposalId) -> Result<Option<Proposal>, Error> {
        during("look up a proposal", proposals::find(self, id)).await
    }

    async fn decide(&self, decision: &Decision) -> Result<(), Error> {
        during("record a decision", decisions::decide(self, decision)).await
    }

    async fn decision(&self, proposal: &ProposalId) -> Result<Option<Decision>, Error> {
        during("look up a decision", decisions::last(self, proposal)).await
    }

    async fn forget(&self, before: Timestamp) -> Result<Forgotten, Error> {
        during("forget what is older", retention::forget(self, before)).await
    }

    async fn portal_addresses(
        &self,
        company: CompanyId,
        current: &BTreeSet<(Email, ContactId)>,
        keep: Keep,
    ) -> Result<Register, Error> {
        during(
            "compare portal addresses with the register",
            register::compare(self, company, current, keep),
        )
        .await
    }
    async fn links(
        &self,
        company: CompanyId,
        system: System,
        contacts: Option<&BTreeSet<ContactId>>,
    ) -> Result<Vec<Link>, Error> {
        during(
            "list lines of the map",
            map::links(self, company, system, contacts),
        )
        .await
    }

    async fn link_of(
        &self,
        system: System,
        contact: ContactId,
    ) -> Result<Option<(CompanyId, Link)>, Error> {
        during(
            "look up a line of the map",
            map::link_of(self, system, contact),
        )
        .await
    }

    async fn link(&self, company: CompanyId, link: &Link) -> Result<(), Error> {
        during("record a line of the map", map::link(self, company, link)).await
    }

    async fn unlink(&self, system: System, contact: ContactId) -> Result<(), Error> {
        during(
            "take a line off the map",
            map::unlink(self, system, contact),
        )
        .await
    }

    async fn place(&self, company: CompanyId, system: System) -> Result<Option<Place>, Error> {
        during(
            "look up where a company is mirrored to",
            map::place(self, company, system),
        )
        .await
    }

    async fn set_place(
        &self,
        company: CompanyId,
        system: System,
        place: Option<Place>,
    ) -> Result<(), Error> {
        during(
            "record where a company is mirrored to",
            map::set_place(self, company, system, place),
        )
        .await
    }
}

#[cfg(test)]
mod tests;
