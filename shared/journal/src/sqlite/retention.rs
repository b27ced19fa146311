//! Forgetting what is older than it may get.

use jiff::Timestamp;
use model::Image;
use rusqlite::{Connection, OptionalExtension, params};

use super::changes;
use super::failure::Failure;
use crate::stored::{Conclusion, Intent, decode, encode, instant};
use crate::{Error, Forgotten};

/// How many records are forgotten in one transaction: others that want to write wait for no more.
pub(super) const AT_ONCE: usize = 500;

/// The changes that ended before and are still held whole.
pub(super) fn due(tx: &Connection, before: Timestamp) -> Result<Vec<i64>, Failure> {
    // No change ends before it is intended, so the index finds all that can be due.
    tx.prepare(
        "SELECT intent.run, intent.number, conclusion.record, intent.seq \
         FROM intent JOIN conclusion ON conclusion.intent = intent.seq \
         WHERE intent.forgotten = 0 AND intent.at < ?1 ORDER BY intent.at, intent.seq",
    )?
    .query_and_then([instant(before)], |row| {
        let conclusion: String = row.get(2)?;
        let conclusion: Conclusion = decode(&conclusion, changes::owner(row)?)?;
        Ok((conclusion.at < before).then_some(row.get(3)?))
    })?
    .filter_map(Result::transpose)
    .collect()
}

/// Forgets what is not kept for ever of these changes.
pub(super) fn forget_changes(
    tx: &Connection,
    before: Timestamp,
    due: &[i64],
) -> Result<Forgotten, Failure> {
    permit(tx, before)?;
    let mut forgotten = Forgotten::default();
    for seq in due {
        // Another process may have been here since.
        let Some(intent) = held(tx, *seq)? else {
            continue;
        };
        match intent.retained() {
            Some(intent) => {
                strip(tx, *seq, &intent)?;
                forgotten.images += 1;
            }
            None => {
                remove(tx, *seq)?;
                forgotten.changes += 1;
            }
        }
    }
    forbid(tx)?;
    Ok(forgotten)
}

/// Forgets some findings that are older, and says how many.
pub(super) fn forget_findings(tx: &Connection, before: Timestamp) -> Result<usize, Failure> {
    permit(tx, before)?;
    let some = format!("SELECT seq FROM finding WHERE at < ?1 ORDER BY at, seq LIMIT {AT_ONCE}");
    let links = format!("DELETE FROM finding_contact WHERE owner IN ({some})");
    let records = format!("DELETE FROM finding WHERE seq IN ({some})");
    let before = instant(before);
    tx.execute(&links, [&before])?;
    let findings = tx.execute(&records, [&before])?;
    forbid(tx)?;
    Ok(findings)
}

/// Forgets what was shown for older approvals, and says how many they are.
pub(super) fn forget_what_was_shown(tx: &Connection, before: Timestamp) -> Result<usize, Failure> {
    permit(tx, before)?;
    let decisions = tx.execute(
        "UPDATE decision SET image = NULL WHERE at < ?1 AND image IS NOT NULL",
        [instant(before)],
    )?;
    forbid(tx)?;
    Ok(decisions)
}

/// Takes what was forgotten out of the write-ahead log as well, which holds older states of the file's
/// pages until they are written over.
pub(super) fn empty_log(connection: &Connection) -> Result<(), Failure> {
    let in_the_way: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if in_the_way {
        return Err(Failure::Known(Error::Unavailable {
            operation: super::FORGET,
            source: "somebody reads an older state of the journal".into(),
        }));
    }
    Ok(())
}

fn held(tx: &Connection, seq: i64) -> Result<Option<Intent>, Failure> {
    tx.prepare("SELECT run, number, record FROM intent WHERE seq = ?1 AND forgotten = 0")?
        .query_row([seq], |row| {
            let record: String = row.get(2)?;
            Ok(changes::owner(row).and_then(|owner| Ok(decode(&record, owner)?)))
        })
        .optional()?
        .transpose()
}

fn strip(tx: &Connection, seq: i64, intent: &Intent) -> Result<(), Failure> {
    let nothing = encode(&Image::default())?;
    tx.prepare("UPDATE intent SET record = ?2, image = ?3, forgotten = 1 WHERE seq = ?1")?
        .execute(params![seq, encode(intent)?, nothing])?;
    tx.prepare("UPDATE conclusion SET image = NULL WHERE intent = ?1")?
        .execute([seq])?;
    Ok(())
}

fn remove(tx: &Connection, seq: i64) -> Result<(), Failure> {
    for statement in [
        "DELETE FROM intent_contact WHERE owner = ?1",
        "DELETE FROM conclusion WHERE intent = ?1",
        "DELETE FROM intent WHERE seq = ?1",
    ] {
        tx.prepare(statement)?.execute([seq])?;
    }
    Ok(())
}

/// Lets this transaction change and remove what is older. Otherwise the tables allow neither.
fn permit(tx: &Connection, before: Timestamp) -> Result<(), Failure> {
    tx.execute(
        "INSERT INTO forgetting (older_than) VALUES (?1)",
        [instant(before)],
    )?;
    Ok(())
}

fn forbid(tx: &Connection) -> Result<(), Failure> {
    tx.execute("DELETE FROM forgetting", [])?;
    Ok(())
}
