//! A plan that was saved: to be read by a person, and carried out later.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Company, Contact, ContactId, Details, Plan, Scope};

/// The plans of one or more companies, with the records they were made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// When they were made.
    pub made_at: Timestamp,
    /// The tenant they were made for, by its login company.
    pub tenant: String,
    /// The plans of the companies where something would be changed or was found, by company.
    pub companies: Vec<CompanyPlan>,
}

/// The plan of one company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompanyPlan {
    /// The company as it stood.
    pub company: Company,
    /// How much of it was read.
    pub scope: Scope,
    /// The contacts that the reading was about.
    pub around: BTreeSet<ContactId>,
    /// What is to be written.
    pub plan: Plan,
    /// The contacts that the plan speaks of, as they stood.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// What hung on them, as far as it was read.
    pub details: BTreeMap<ContactId, Details>,
}
