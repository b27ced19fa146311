//! Are these two records the same person?
//!
//! [`find`] answers for the contacts of one company: which are one person ([`Group`]), which may be
//! ([`Likely`]), which only look alike, and on what evidence. It compares only contacts that share
//! something (an address, a number, the look of a name), never all pairs.
//!
//! A contact is read once (`profile`): its name as typed or mistreated (`name`), its mailboxes
//! (`mailbox`), its phone numbers (`number`). Two are compared by how well their names fit (`fit`, from
//! `given` and `family`) and by what they share, in the light of all who carry it (`company`). They are
//! one person when the names fit, something of the person's own agrees, and nothing conflicts; the rule
//! is `is_own` in `compare`. Everything else is for a person to look at, or nothing. Groups are checked
//! as a whole (`group`): a third record cannot join two that conflict.
//!
//! Pure and ordered: the same contacts in any order give the same answer. This crate deliberately
//! knows no vendor, no rules file and no clock, and writes nothing; what becomes of a match is for
//! `policy` to say. How well it does, and how to measure that: `docs/matching.md`.

mod blocking;
mod company;
mod compare;
mod evidence;
mod family;
mod fit;
mod given;
mod group;
mod hash;
mod job;
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
