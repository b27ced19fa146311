//! The three policies, one situation a test, through the crate's public door.

mod decisions;
mod duplicates;
mod portal_invite;
mod primary_contact;
mod properties;
mod restraint;
mod world;
