//! Grow CRM follows the PSA: one situation a test, on a small CRM that refuses what the real one refuses.

mod addresses;
mod companies;
mod crm;
mod drift;
mod finding;
mod judged;
mod leaving;
mod merges;
mod properties;
mod reading;
mod recognizing;
mod refused;
