//! The imperative shell: gather, plan, check, apply, record.
//!
//! A [`Reconciler`] visits one company at a time ([`Reconciler::visit`]): it settles what an earlier
//! visit left open, reads the company into a snapshot, lets `policy` decide, has the decision checked,
//! carries it out one change at a time with a journal entry before and after each call, and returns a
//! [`Visit`] that tells all of it. [`Reconciler::plan`] stops before the first write.
//!
//! This crate deliberately holds no rules and reads no configuration, and it decides nothing: what to
//! read and what to write both come from `policy`. Without a writer it cannot write.

mod apply;
mod clock;
mod drill;
mod error;
mod fate;
mod findings;
mod focus;
mod gather;
mod known;
mod locate;
mod mend;
mod mirror;
mod record;
mod saved;
mod settle;
mod undo;
mod visit;

pub use clock::{Clock, SystemClock};
#[cfg(feature = "drill")]
pub use drill::Safeguard;
pub use error::Error;
pub use fate::{Fate, backoff, fate};
pub use journal::Store;
pub use locate::Located;
pub use mirror::{Drift, GrowCrm, ItGlue, Listed, Mirror, Owner, Roster, Vendor, Whereabouts};
pub use saved::{Applied, Refusal};
pub use undo::{End, Reversed, Target, UndoPlan, Undone};
pub use visit::{Planned, Reconciler, Request, Visit};
