//! Stories over the real pieces: the world before, a visit, the world and the journal after.

mod focused;
mod in_order;
mod merge;
mod merge_leftovers;
mod modes;
mod portal;
mod portal_address;
mod refused;
mod succession;
mod worker;
