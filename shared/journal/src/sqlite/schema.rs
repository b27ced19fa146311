//! The tables, and how an older file is brought up to date.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::{Failure, is_busy};
use crate::Error;

/// The steps from one version of the schema to the next; a file's `user_version` counts those taken.
/// A step that has been released is never edited: a change is a new step.
pub(super) const STEPS: [&str; 3] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
];

const NEWEST: u32 = STEPS.len() as u32;

/// How often the switch to a write-ahead log is tried. It can fail only while others open the same new
/// file, and each of them is in the way but a few times.
const SWITCH_TRIES: usize = 100;

/// Sets the connection up and brings the file to the newest schema.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Failure> {
    connection.pragma_update(None, "foreign_keys", true)?;
    // An intent must be on the disk before its call is made, so each commit waits for the disk.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is removed is written over with zeros, so that it is gone from the file and not only from its
    // tables. The file doesn't shrink by it: what is recorded next takes the room.
    connection.pragma_update(None, "secure_delete", true)?;
    migrate(connection)?;
    log_ahead(connection)
}

/// Has readers and a writer not wait for each other. A database in memory stays as it is.
fn log_ahead(connection: &Connection) -> Result<(), Failure> {
    let mut tries = 1..=SWITCH_TRIES;
    loop {
        let switched = connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
        match switched {
            Err(error) if is_busy(&error) && tries.next().is_some() => {
                // Unlike everything else, the switch doesn't wait while another process has the file
                // locked. A transaction does.
                connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
            }
            done => return Ok(done?),
        }
    }
}

fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    // Another process may be opening the same new file; the second one finds the work done.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if taken > NEWEST {
        return Err(Failure::Known(Error::Newer {
            what: "the journal's file".to_owned(),
            found: taken,
            known: NEWEST,
        }));
    }
    for (step, version) in STEPS.iter().zip(1..).skip(taken as usize) {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", version)?;
    }
    tx.commit()?;
    Ok(())
}
