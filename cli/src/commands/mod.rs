//! One file for each command.

pub(crate) mod apply;
pub(crate) mod approve;
pub(crate) mod callbacks;
pub(crate) mod decision;
pub(crate) mod directory;
pub(crate) mod dlq;
pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod forget;
pub(crate) mod history;
pub(crate) mod match_contacts;
pub(crate) mod plan;
pub(crate) mod reject;
pub(crate) mod replay;
pub(crate) mod review;
pub(crate) mod rules;
pub(crate) mod sandbox;
pub(crate) mod undo;
pub(crate) mod vips;
