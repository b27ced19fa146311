//! What a person must settle.

use std::collections::BTreeSet;

use model::FindingEntry;
use rusqlite::{Connection, params, params_from_iter};

use super::failure::Failure;
use super::select;
use crate::Query;
use crate::stored::{decode, encode, instant};

/// Records a finding, unless it is there.
pub(super) fn note(tx: &Connection, entry: &FindingEntry) -> Result<(), Failure> {
    let finding = &entry.finding;
    let added = tx.execute(
        "INSERT INTO finding (run, company, rule, at, record) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (run, at, record) DO NOTHING",
        params![
            entry.run.as_str(),
            finding.company.map(|company| company.get()),
            finding.rule.to_string(),
            instant(entry.at),
            encode(entry)?,
        ],
    )?;
    if added == 0 {
        return Ok(());
    }
    let seq = tx.last_insert_rowid();
    let mut link = tx.prepare("INSERT INTO finding_contact (contact, owner) VALUES (?1, ?2)")?;
    for contact in finding.contacts.iter().collect::<BTreeSet<_>>() {
        link.execute(params![contact.get(), seq])?;
    }
    Ok(())
}

/// The findings that a query asks for.
pub(super) fn list(tx: &Connection, query: &Query) -> Result<Vec<FindingEntry>, Failure> {
    let (filter, values) = select::latest("finding", "seq", query);
    let mut findings = tx
        .prepare(&format!("SELECT run, record FROM finding {filter}"))?
        .query_and_then(params_from_iter(values), |row| {
            let (run, record): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(decode(&record, || format!("run {run}"))?)
        })?
        .collect::<Result<Vec<_>, Failure>>()?;
    findings.reverse();
    Ok(findings)
}
