//! One file for each command.

pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod match_contacts;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod rules;
pub(crate) mod sandbox;
