//! Intents and outcomes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{ChangeId, CompanyId, ContactId, Entry, Image, Outcome, Past};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::failure::Failure;
use super::select;
use crate::stored::{
    Conclusion, Intent, contacts_of_end, contacts_of_intent, decode, encode, instant,
};
use crate::{Error, Query};

const ENTRIES: &str = "SELECT intent.run, intent.number, intent.record, conclusion.record, \
     intent.image, conclusion.image \
     FROM intent LEFT JOIN conclusion ON conclusion.intent = intent.seq";

/// Records an intent.
pub(super) fn intend(tx: &Connection, entry: &Entry) -> Result<(), Failure> {
    let intent = Intent::of(entry)?;
    let added = tx.execute(
        "INSERT INTO intent (run, number, company, rule, at, record, image) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (run, number) DO NOTHING",
        params![
            entry.id.run.as_str(),
            entry.id.number,
            entry.company.get(),
            entry.rule.to_string(),
            instant(entry.intended_at),
            encode(&intent)?,
            encode(&entry.before)?,
        ],
    )?;
    if added == 0 {
        return Err(Failure::Known(Error::Conflict {
            id: entry.id.clone(),
        }));
    }
    let seq = tx.last_insert_rowid();
    link(tx, seq, &contacts_of_intent(entry))
}

/// Records an outcome.
pub(super) fn conclude(
    tx: &Connection,
    id: &ChangeId,
    outcome: &Outcome,
    after: Option<&Image>,
    at: Timestamp,
) -> Result<(), Failure> {
    let seq: Option<i64> = tx
        .query_row(
            "SELECT seq FROM intent WHERE run = ?1 AND number = ?2",
            params![id.run.as_str(), id.number],
            |row| row.get(0),
        )
        .optional()?;
    let seq = seq.ok_or_else(|| Error::Unknown { id: id.clone() })?;
    let conclusion = Conclusion {
        outcome: outcome.clone(),
        at,
    };
    let added = tx.execute(
        "INSERT INTO conclusion (intent, record, image) VALUES (?1, ?2, ?3) \
         ON CONFLICT (intent) DO NOTHING",
        params![seq, encode(&conclusion)?, after.map(encode).transpose()?],
    )?;
    if added == 0 {
        return Err(Failure::Known(Error::Concluded { id: id.clone() }));
    }
    link(tx, seq, &contacts_of_end(outcome, after))
}

/// The intents of a company without an outcome.
pub(super) fn open_intents(tx: &Connection, company: CompanyId) -> Result<Vec<Entry>, Failure> {
    entries(
        tx,
        "WHERE intent.company = ? AND conclusion.intent IS NULL \
         ORDER BY intent.at, intent.run, intent.number",
        vec![company.get().into()],
    )
}

/// The changes that a query asks for.
pub(super) fn list(tx: &Connection, query: &Query) -> Result<Vec<Entry>, Failure> {
    let (filter, values) = select::latest("intent", "number", query);
    let mut entries = entries(tx, &filter, values)?;
    entries.reverse();
    Ok(entries)
}

/// One change.
pub(super) fn find(tx: &Connection, id: &ChangeId) -> Result<Option<Entry>, Failure> {
    let values = vec![id.run.to_string().into(), id.number.into()];
    let found = entries(tx, "WHERE intent.run = ? AND intent.number = ?", values)?;
    Ok(found.into_iter().next())
}

/// The changes at a company, without images.
pub(super) fn past(tx: &Connection, company: CompanyId) -> Result<Vec<Past>, Failure> {
    tx.prepare(
        "SELECT intent.run, intent.number, intent.record, conclusion.record \
         FROM intent LEFT JOIN conclusion ON conclusion.intent = intent.seq \
         WHERE intent.company = ? ORDER BY intent.at, intent.run, intent.number",
    )?
    .query_and_then([company.get()], |row| {
        let (intent, conclusion) = halves(row)?;
        Ok(intent.past(conclusion))
    })?
    .collect()
}

fn entries(tx: &Connection, filter: &str, values: Vec<Value>) -> Result<Vec<Entry>, Failure> {
    tx.prepare(&format!("{ENTRIES} {filter}"))?
        .query_and_then(params_from_iter(values), |row| {
            let (intent, conclusion) = halves(row)?;
            let before: String = row.get(4)?;
            let after: Option<String> = row.get(5)?;
            let owner = owner(row)?;
            let before = decode(&before, &owner)?;
            let after = after.map(|text| decode(&text, &owner)).transpose()?;
            Ok(intent.entry(before, conclusion, after))
        })?
        .collect()
}

/// The intent and the conclusion of a row that begins with run, number and these two.
fn halves(row: &Row<'_>) -> Result<(Intent, Option<Conclusion>), Failure> {
    let owner = owner(row)?;
    let intent: String = row.get(2)?;
    let conclusion: Option<String> = row.get(3)?;
    let intent = decode(&intent, &owner)?;
    let conclusion = conclusion.map(|text| decode(&text, &owner)).transpose()?;
    Ok((intent, conclusion))
}

/// What a row that begins with run and number belongs to.
pub(super) fn owner(row: &Row<'_>) -> Result<impl Fn() -> String + use<>, Failure> {
    let (run, number): (String, u32) = (row.get(0)?, row.get(1)?);
    Ok(move || format!("change {run}.{number}"))
}

fn link(tx: &Connection, seq: i64, contacts: &BTreeSet<ContactId>) -> Result<(), Failure> {
    let mut insert =
        tx.prepare("INSERT OR IGNORE INTO intent_contact (contact, owner) VALUES (?1, ?2)")?;
    for contact in contacts {
        insert.execute(params![contact.get(), seq])?;
    }
    Ok(())
}
