//! Stories of the mirrors: a change in the PSA, a visit there, and what follows in IT Glue and Grow CRM.

mod absent;
mod clients;
mod cost;
mod drift;
mod faults;
mod gone;
mod handles;
mod modes;
mod place;
mod refusals;
mod types;
mod undo;
