//! ConnectWise PSA: its REST API over the [`World`](crate::World), its portal mails and its callbacks.
//!
//! The shapes are written down here a second time on purpose, so that a field that the product's client
//! misspells fails against the sandbox instead of cancelling out.

mod answer;
mod call;
mod callbacks;
pub(crate) mod check;
pub(crate) mod communications;
mod companies;
mod conditions;
pub(crate) mod contacts;
mod delivery;
mod event;
mod gate;
mod merge;
mod paging;
mod patch;
mod portal;
mod references;
pub(crate) mod render;
mod router;
mod signing;
mod values;
pub(crate) mod write;

pub use delivery::Delivery;
pub use event::{Action, Event};
pub use portal::Mail;
pub use signing::{SigningKeys, sign};

pub(crate) use callbacks::listening;

#[cfg(test)]
mod tests;
