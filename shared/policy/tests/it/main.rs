//! The three policies and the mirrors, one situation a test, through the crate's public door.

mod decisions;
mod duplicates;
mod mirror_growcrm;
mod mirror_itglue;
mod portal_invite;
mod primary_contact;
mod properties;
mod restraint;
mod world;
