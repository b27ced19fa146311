//! What is known about contacts: who was seen where, and who are two people.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{CompanyId, ContactId, Pair};

use super::failure::Failure;
use super::item::Item;
use super::table::{CALL, Commit, Condition, Range, Write};
use super::{Dynamo, TRIES, keys};
use crate::stored::instant;

/// The contact of an item.
const CONTACT: &str = "contact";

/// The companies at which a contact was seen.
pub(super) async fn companies_of(
    journal: &Dynamo,
    contact: ContactId,
) -> Result<Vec<CompanyId>, Failure> {
    let everywhere = Range::all_of(keys::contact(contact));
    let mut seen: BTreeMap<CompanyId, String> = BTreeMap::new();
    for item in journal.table.all(everywhere).await? {
        let Some(company) = item.number_of("company")? else {
            continue;
        };
        // The register has no times.
        let at = item.text_of("at").unwrap_or_default();
        let latest = seen.entry(CompanyId::new(company)).or_default();
        if latest.as_str() < at {
            *latest = at.to_owned();
        }
    }
    let mut companies: Vec<(CompanyId, String)> = seen.into_iter().collect();
    companies.sort_by_key(|(company, at)| (Reverse(at.clone()), *company));
    Ok(companies.into_iter().map(|(company, _)| company).collect())
}

/// Remembers who a company's default contact is.
pub(super) async fn remember_default(
    journal: &Dynamo,
    company: CompanyId,
    contact: Option<ContactId>,
) -> Result<(), Failure> {
    let key = keys::default(company);
    for _ in 0..TRIES {
        let held = journal.table.get(&key).await?;
        let was = held.as_ref().map(|item| item.needed_number(CONTACT));
        let was = was.transpose()?.map(ContactId::new);
        if was == contact {
            return Ok(());
        }
        let call = held.and_then(|item| item.text_of(CALL).map(str::to_owned));
        let unchanged = Condition::Same(CALL, call);
        let mut writes = vec![match contact {
            Some(contact) => {
                let item = Item::at(&key).number(CONTACT, contact.get());
                Write::Put(item, Some(unchanged))
            }
            None => Write::Delete(key.clone(), Some(unchanged)),
        }];
        writes.extend(contact.map(|contact| {
            let item = Item::at(&keys::default_of(contact, company));
            Write::put(item.number("company", company.get()))
        }));
        writes.extend(was.map(|was| Write::delete(keys::default_of(was, company))));
        if journal.table.commit(writes).await? == Commit::Done {
            return Ok(());
        }
    }
    Err(Failure::contended())
}

/// Records that two contacts are two people.
pub(super) async fn keep_apart(
    journal: &Dynamo,
    pair: Pair,
    company: CompanyId,
    at: Timestamp,
    by: &str,
) -> Result<(), Failure> {
    match journal.table.commit(apart(pair, company, at, by)).await? {
        // Whoever said so first is remembered.
        Commit::Done | Commit::Unmet(_) => Ok(()),
    }
}

/// The writes that record a pair. They can't be made where it is recorded already.
pub(super) fn apart(pair: Pair, company: CompanyId, at: Timestamp, by: &str) -> Vec<Write> {
    let said = |key| {
        Item::at(&key)
            .number("company", company.get())
            .text("at", instant(at))
    };
    let record = said(keys::apart(pair))
        .number("low", pair.low().get())
        .number("high", pair.high().get())
        .text("said_by", by);
    let mut writes = vec![Write::Put(record, Some(Condition::New))];
    // A contact is no pair with itself, but nothing forbids to say so.
    let both = BTreeSet::from([pair.low(), pair.high()]);
    writes.extend(
        both.into_iter()
            .map(|contact| Write::put(said(keys::apart_of(contact, pair)))),
    );
    writes
}

/// All pairs that are two people.
pub(super) async fn distinct(journal: &Dynamo) -> Result<BTreeSet<Pair>, Failure> {
    let everything = Range::all_of(keys::APART);
    let mut pairs = BTreeSet::new();
    for item in journal.table.all(everything).await? {
        pairs.insert(pair(&item)?);
    }
    Ok(pairs)
}

/// The pair that an item is about.
pub(super) fn pair(item: &Item) -> Result<Pair, Failure> {
    let (low, high) = (item.needed_number("low")?, item.needed_number("high")?);
    Ok(Pair::new(ContactId::new(low), ContactId::new(high)))
}
