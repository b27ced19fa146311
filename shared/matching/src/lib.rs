//! Are these two records the same person?
//!
//! [`find`] answers for the contacts of one company: which are one person ([`Group`]), which may be
//! ([`Likely`]), and on what evidence. It compares only contacts that share something (an address, a
//! number, a name), never all pairs. A pair is called the same person only
//! when the points of its evidence reach a line that no single field reaches, and nothing conflicts: an
//! address of their own and a name, say. A shared mailbox, a switchboard or a name alone is never
//! enough. Groups are checked as a whole: a third record cannot join two that conflict.
//!
//! Pure and ordered: the same contacts in any order give the same answer. This crate deliberately
//! knows no vendor, no rules file and no clock, and writes nothing; what becomes of a match is for
//! `policy` to say.

mod blocking;
mod company;
mod compare;
mod evidence;
mod family;
mod fit;
mod given;
mod group;
mod hash;
mod lookup;
mod mailbox;
mod name;
mod number;
mod profile;
mod spelling;
mod text;
mod words;

pub use company::Company;
pub use compare::{Comparison, Verdict};
pub use group::{Group, Likely, Matches, find};
pub use lookup::{Lookups, NameStart};
pub use mailbox::{is_shared_mailbox, spells_name};
pub use name::{is_role_name, same_name};
