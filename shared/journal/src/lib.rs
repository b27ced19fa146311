//! The change journal: what was done, why, and how to undo it.
//!
//! A [`Store`] keeps each change twice: the intent before the call, with the records as they stood,
//! and the outcome after it. An intent without an outcome tells the next visit that somebody died in
//! between. The store also keeps what a person must settle (findings, and proposals while they wait),
//! what a person has settled for ever (decisions, and pairs that are two people), the register of the
//! addresses that let somebody into the portal, and the map: which record of a mirror is whose.
//!
//! Nothing that was recorded is ever changed or removed, but for two things: what follows the present
//! (the proposals that wait, the register, the map), and [`Store::forget`], which takes people's data out
//! of what is older than somebody wants it kept, and leaves what binds the future.
//!
//! [`Sqlite`] is the store of the local profile: one file, which several processes may have open. `Dynamo`,
//! with the feature `dynamodb`, is the store in AWS: one table.
//!
//! This crate deliberately decides nothing: it doesn't judge whether a write took effect, doesn't
//! plan an undo, has no clock (each record brings its time) and calls no vendor.
//!
//! **Invariant:** no [`Error`] holds anything out of a record; they name changes, runs and fields.
//!
//! ```
//! use journal::{Error, Query, Sqlite, Store};
//! use model::{Entry, Outcome};
//!
//! async fn record(journal: &impl Store, entry: &Entry) -> Result<(), Error> {
//!     journal.intend(entry).await?;
//!     // Here the call is made.
//!     journal.conclude(&entry.id, &Outcome::Done, None, entry.intended_at).await?;
//!     let entries = journal.entries(&Query::of_run(entry.id.run.clone())).await?;
//!     assert!(entries.iter().any(|entry| entry.outcome == Some(Outcome::Done)));
//!     Ok(())
//! }
//! # let _ = |entry: &'static Entry| async { record(&Sqlite::in_memory()?, entry).await };
//! ```

#[cfg(test)]
mod contract;
#[cfg(feature = "dynamodb")]
mod dynamo;
mod error;
mod query;
mod sqlite;
mod store;
mod stored;

#[cfg(feature = "dynamodb")]
pub use dynamo::Dynamo;
pub use error::{Cause, Error};
pub use query::Query;
pub use sqlite::Sqlite;
pub use store::{Forgotten, Keep, Register, Store};
