//! The journal in one file on this machine.

mod changes;
mod failure;
mod findings;
mod map;
mod people;
mod proposals;
mod register;
mod retention;
mod schema;
mod select;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use model::mirror::{Link, Place, System};
use model::{
    ChangeId, CompanyId, ContactId, Decision, Email, Entry, FindingEntry, Image, Memory, Outcome,
    Pair, Proposal, ProposalId,
};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use self::failure::Failure;
use crate::{Error, Forgotten, Keep, Query, Register, Store};

/// How long a process waits for another one that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(10);

const FORGET: &str = "forget what is older";

/// A journal in a SQLite database. Several processes may have the same file open.
///
/// Calls block the thread for as long as the disk takes, which suits a tool on one machine.
#[derive(Debug)]
pub struct Sqlite {
    connection: Mutex<Connection>,
}

impl Sqlite {
    /// Opens the journal in a file, which is made if it isn't there; its folder must be. A new file
    /// can be read by its owner only, as it will hold people's data.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let open = || -> Result<Connection, Failure> {
            let is_new = !path.exists();
            let connection = Connection::open(path)?;
            if is_new {
                // By its name: closing any other handle of the file would drop SQLite's locks on it.
                owner_only(path)?;
            }
            Ok(connection)
        };
        Self::prepare(open())
    }

    /// A journal that is gone with this value.
    pub fn in_memory() -> Result<Self, Error> {
        Self::prepare(Connection::open_in_memory().map_err(Failure::from))
    }

    fn prepare(connection: Result<Connection, Failure>) -> Result<Self, Error> {
        connection
            .and_then(|mut connection| {
                connection.busy_timeout(PATIENCE)?;
                schema::prepare(&mut connection)?;
                Ok(Self {
                    connection: Mutex::new(connection),
                })
            })
            .map_err(|failure| failure.during("open the journal"))
    }

    /// Answers a question from one state of the database.
    fn read<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        self.within(TransactionBehavior::Deferred, operation, work)
    }

    /// Makes all of a change to the database, or nothing of it.
    fn write<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        // The write lock is taken at once. A transaction that read first and then found another
        // process writing could not wait for it.
        self.within(TransactionBehavior::Immediate, operation, work)
    }

    fn within<T>(
        &self,
        behavior: TransactionBehavior,
        operation: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        self.connected(|connection| {
            let transaction = connection.transaction_with_behavior(behavior)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })
        .map_err(|failure| failure.during(operation))
    }

    fn connected<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        // A panic while the lock was held rolled its transaction back, so the connection is sound.
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&mut connection)
    }
}

impl Store for Sqlite {
    async fn intend(&self, entry: &Entry) -> Result<(), Error> {
        self.write("record an intent", |tx| changes::intend(tx, entry))
    }

    async fn conclude(
        &self,
        id: &ChangeId,
        outcome: &Outcome,
        after: Option<&Image>,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.write("record an outcome", |tx| {
            changes::conclude(tx, id, outcome, after, at)
        })
    }

    async fn open_intents(&self, company: CompanyId) -> Result<Vec<Entry>, Error> {
        self.read("list open intents", |tx| changes::open_intents(tx, company))
    }

    async fn memory(&self, company: CompanyId) -> Result<Memory, Error> {
        self.read("recall the past of a company", |tx| {
            Ok(Memory {
                past: changes::past(tx, company)?,
                distinct: people::distinct(tx)?,
                decisions: proposals::decisions(tx, company)?,
                over_limit: proposals::over_limit(tx, company)?,
            })
        })
    }

    async fn note_finding(&self, entry: &FindingEntry) -> Result<(), Error> {
        self.write("record a finding", |tx| findings::note(tx, entry))
    }

    async fn findings(&self, query: &Query) -> Result<Vec<FindingEntry>, Error> {
        self.read("list findings", |tx| findings::list(tx, query))
    }

    async fn entries(&self, query: &Query) -> Result<Vec<Entry>, Error> {
        self.read("list changes", |tx| changes::list(tx, query))
    }

    async fn entry(&self, id: &ChangeId) -> Result<Option<Entry>, Error> {
        self.read("look up a change", |tx| changes::find(tx, id))
    }

    async fn companies_of(&self, contact: ContactId) -> Result<Vec<CompanyId>, Error> {
        self.read("look up the companies of a contact", |tx| {
            people::companies_of(tx, contact)
        })
    }

    async fn remember_default(
        &self,
        company: CompanyId,
        contact: Option<ContactId>,
    ) -> Result<(), Error> {
        self.write("remember a default contact", |tx| {
            people::remember_default(tx, company, contact)
        })
    }

    async fn keep_apart(
        &self,
        pair: Pair,
        company: CompanyId,
        at: Timestamp,
        by: &str,
    ) -> Result<(), Error> {
        self.write("record that two contacts are two people", |tx| {
            people::keep_apart(tx, pair, company, at, by)
        })
    }

    async fn set_waiting(
        &self,
        company: CompanyId,
        about: Option<&BTreeSet<ContactId>>,
        proposals: &[Proposal],
    ) -> Result<(), Error> {
        self.write("record what waits for a person", |tx| {
            proposals::set_waiting(tx, company, about, proposals)
        })
    }

    async fn waiting(&self, company: Option<CompanyId>) -> Result<Vec<Proposal>, Error> {
        self.read("list what waits for a person", |tx| {
            proposals::waiting(tx, company)
        })
    }

    async fn proposal(&self, id: &ProposalId) -> Result<Option<Proposal>, Error> {
        self.read("look up a proposal", |tx| proposals::find(tx, id))
    }

    async fn decide(&self, decision: &Decision) -> Result<(), Error> {
        self.write("record a decision", |tx| proposals::decide(tx, decision))
    }

    async fn decision(&self, proposal: &ProposalId) -> Result<Option<Decision>, Error> {
        self.read("look up a decision", |tx| proposals::decision(tx, proposal))
    }

    async fn forget(&self, before: Timestamp) -> Result<Forgotten, Error> {
        let due = self.read(FORGET, |tx| retention::due(tx, before))?;
        let mut forgotten = Forgotten::default();
        for some in due.chunks(retention::AT_ONCE) {
            forgotten += self.write(FORGET, |tx| retention::forget_changes(tx, before, some))?;
        }
        loop {
            let some = self.write(FORGET, |tx| retention::forget_findings(tx, before))?;
            forgotten.findings += some;
            if some < retention::AT_ONCE {
                break;
            }
        }
        forgotten.decisions =
            self.write(FORGET, |tx| retention::forget_what_was_shown(tx, before))?;
        self.connected(|connection| retention::empty_log(connection))
            .map_err(|failure| failure.during(FORGET))?;
        Ok(forgotten)
    }

    async fn portal_addresses(
        &self,
        company: CompanyId,
        current: &BTreeSet<(Email, ContactId)>,
        keep: Keep,
    ) -> Result<Register, Error> {
        let operation = "compare portal addresses with the register";
        match keep {
            Keep::Record => self.write(operation, |tx| {
                let fresh = register::fresh(tx, current)?;
                register::replace(tx, company, current)?;
                let elsewhere = register::elsewhere(tx, company, current)?;
                Ok(Register { fresh, elsewhere })
            }),
            Keep::Peek => self.read(operation, |tx| {
                Ok(Register {
                    fresh: register::fresh(tx, current)?,
                    elsewhere: register::elsewhere(tx, company, current)?,
                })
            }),
        }
    }
    async fn links(
        &self,
        company: CompanyId,
        system: System,
        contacts: Option<&BTreeSet<ContactId>>,
    ) -> Result<Vec<Link>, Error> {
        self.read("list lines of the map", |tx| {
            map::links(tx, company, system, contacts)
        })
    }

    async fn link_of(
        &self,
        system: System,
        contact: ContactId,
    ) -> Result<Option<(CompanyId, Link)>, Error> {
        self.read("look up a line of the map", |tx| {
            map::link_of(tx, system, contact)
        })
    }

    async fn link(&self, company: CompanyId, link: &Link) -> Result<(), Error> {
        self.write("record a line of the map", |tx| {
            map::link(tx, company, link)
        })
    }

    async fn unlink(&self, system: System, contact: ContactId) -> Result<(), Error> {
        self.write("take a line off the map", |tx| {
            map::unlink(tx, system, contact)
        })
    }

    async fn place(&self, company: CompanyId, system: System) -> Result<Option<Place>, Error> {
        self.read("look up where a company is mirrored to", |tx| {
            map::place(tx, company, system)
        })
    }

    async fn set_place(
        &self,
        company: CompanyId,
        system: System,
        place: Option<Place>,
    ) -> Result<(), Error> {
        self.write("record where a company is mirrored to", |tx| {
            map::set_place(tx, company, system, place)
        })
    }
}

#[cfg(unix)]
fn owner_only(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
