//! Small items that say where a change or a finding lies, and how a [`Query`] finds them.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;
use model::{ChangeId, CompanyId, ContactId, Entry, FindingEntry, RunId};

use super::failure::Failure;
use super::item::{Item, Key};
use super::table::{Pages, Range};
use super::{Dynamo, keys};
use crate::stored::instant;
use crate::{Error, Query};

/// The contacts that have pointers to a record.
const CONTACTS: &str = "contacts";

/// How many records are read at once.
const AT_ONCE: usize = 100;

/// What a query can ask for.
pub(super) trait Listed: Sized + Send {
    /// The word before its places.
    const WORD: &'static str;

    /// Those that these pointers point to, as far as they are there.
    fn read(
        journal: &Dynamo,
        pointers: &[Pointer],
    ) -> impl Future<Output = Result<Vec<Self>, Failure>> + Send;
}

/// Where a change or a finding lies, and what a query can ask about it. The order is the journal's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pointer {
    pub(super) at: String,
    pub(super) run: RunId,
    /// Its number, or its hash, in the run.
    pub(super) place: String,
    pub(super) company: Option<CompanyId>,
    pub(super) rule: String,
}

/// What a query finds, the latest first.
struct Search {
    query: Query,
    journal_order: bool,
    ranges: VecDeque<Pages>,
    found: VecDeque<Pointer>,
    last: Option<Pointer>,
}

impl Pointer {
    pub(super) fn to_change(entry: &Entry) -> Self {
        Self {
            at: instant(entry.intended_at),
            run: entry.id.run.clone(),
            place: keys::number(entry.id.number),
            company: Some(entry.company),
            rule: entry.rule.to_string(),
        }
    }

    pub(super) fn to_finding(entry: &FindingEntry, hash: String) -> Self {
        Self {
            at: instant(entry.at),
            run: entry.run.clone(),
            place: hash,
            company: entry.finding.company,
            rule: entry.finding.rule.to_string(),
        }
    }

    pub(super) fn read(item: &Item) -> Result<Self, Error> {
        Ok(Self {
            at: item.needed("at")?.to_owned(),
            run: RunId::new(item.needed("run")?),
            place: item.needed("place")?.to_owned(),
            company: item.number_of("company")?.map(CompanyId::new),
            rule: item.needed("rule")?.to_owned(),
        })
    }

    /// An item that is a pointer, or more than that.
    pub(super) fn item(&self, key: &Key) -> Item {
        let item = Item::at(key)
            .text("at", &self.at)
            .text("run", self.run.as_str())
            .text("place", &self.place)
            .text("rule", &self.rule);
        match self.company {
            Some(company) => item.number("company", company.get()),
            None => item,
        }
    }

    /// What it is called after a word, where many are in order.
    pub(super) fn place(&self, word: &str) -> String {
        format!("{word}#{}#{}#{}", self.at, self.run, self.place)
    }

    /// The same pointer at each of these contacts.
    pub(super) fn at_contacts(
        &self,
        word: &str,
        contacts: impl IntoIterator<Item = ContactId>,
    ) -> Vec<Item> {
        let key = |contact| Key::new(keys::contact(contact), self.place(word));
        let contacts = contacts.into_iter();
        contacts.map(|contact| self.item(&key(contact))).collect()
    }

    /// The change that it points to.
    pub(super) fn change(&self) -> Result<ChangeId, Error> {
        let number = self.place.parse().map_err(|_| Error::Damaged {
            what: format!("a pointer of run {}", self.run),
            path: "place".to_owned(),
        })?;
        Ok(ChangeId {
            run: self.run.clone(),
            number,
        })
    }

    fn answers(&self, query: &Query) -> bool {
        let Query {
            // Each contact has pointers of its own.
            contact: _,
            company,
            run,
            rule,
            since,
            until,
            limit: _,
        } = query;
        company.is_none_or(|company| self.company == Some(company))
            && run.as_ref().is_none_or(|run| self.run == *run)
            && rule.is_none_or(|rule| self.rule == rule.to_string())
            && since.is_none_or(|since| self.at >= instant(since))
            && until.is_none_or(|until| self.at < instant(until))
    }
}

/// The item of a record, with the contacts that have pointers to it.
pub(super) fn with_contacts(item: Item, contacts: &BTreeSet<ContactId>) -> Item {
    item.numbers(CONTACTS, contacts.iter().map(|contact| contact.get()))
}

/// The contacts that have pointers to a record.
pub(super) fn contacts(record: &Item) -> Result<BTreeSet<ContactId>, Error> {
    let ids = record.needed_numbers(CONTACTS)?;
    Ok(ids.into_iter().map(ContactId::new).collect())
}

/// What a query asks for, oldest first.
pub(super) async fn list<T: Listed>(journal: &Dynamo, query: &Query) -> Result<Vec<T>, Failure> {
    let mut search = Search::new::<T>(journal, query).await?;
    let mut found = Vec::new();
    while found.len() < query.limit {
        let pointers = search.next(AT_ONCE.min(query.limit - found.len())).await?;
        if pointers.is_empty() {
            break;
        }
        found.extend(T::read(journal, &pointers).await?);
    }
    found.reverse();
    Ok(found)
}

impl Search {
    /// Looks where there is the least: at a contact, in a run, at a company, or else everywhere.
    async fn new<T: Listed>(journal: &Dynamo, query: &Query) -> Result<Self, Failure> {
        let word = T::WORD;
        let place = |at: Timestamp| format!("{word}#{}", instant(at));
        let between = |range: Range| {
            // No place is only a time, so the end is not part of it.
            let range = range.since(query.since.map(place));
            range.until(query.until.map(place)).latest_first()
        };
        let (ranges, journal_order) = match query {
            Query {
                contact: Some(contact),
                ..
            } => (
                vec![between(Range::of(keys::contact(*contact), word))],
                true,
            ),
            // A run is in the order of its numbers, and whoever asks for one mostly wants all of it.
            Query { run: Some(run), .. } => (vec![Range::of(keys::run(run), word)], false),
            Query {
                company: Some(company),
                ..
            } => (
                vec![between(Range::of(keys::company(*company), word))],
                true,
            ),
            _ => {
                let mut months = journal.months(word, query.since, query.until).await?;
                months.reverse();
                let listed = |listing| between(Range::listed(listing, word));
                (months.into_iter().map(listed).collect(), true)
            }
        };
        Ok(Self {
            query: query.clone(),
            journal_order,
            ranges: ranges
                .into_iter()
                .map(|range| journal.table.pages(range))
                .collect(),
            found: VecDeque::new(),
            last: None,
        })
    }

    /// The next pointers, at most so many. None if there are no more.
    async fn next(&mut self, most: usize) -> Result<Vec<Pointer>, Failure> {
        while self.found.is_empty() || !self.journal_order {
            let Some(pages) = self.ranges.front_mut() else {
                break;
            };
            let Some(items) = pages.next().await? else {
                self.ranges.pop_front();
                continue;
            };
            for item in items {
                let pointer = Pointer::read(&item)?;
                // At its company, a change is two items that say the same about it.
                if pointer.answers(&self.query) && self.last.as_ref() != Some(&pointer) {
                    self.last = Some(pointer.clone());
                    self.found.push_back(pointer);
                }
            }
        }
        if !self.journal_order {
            self.found.make_contiguous().sort_by(|a, b| b.cmp(a));
            self.journal_order = true;
        }
        let some = most.min(self.found.len());
        Ok(self.found.drain(..some).collect())
    }
}
