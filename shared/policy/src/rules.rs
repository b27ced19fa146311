//! The knobs: what an MSP may set, all with defaults.

mod mirrors;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::{fmt, iter};

use model::mirror::System;
use model::{CompanyId, Mode, Rule};
use serde::Serialize;

pub use mirrors::{Deactivated, GrowCrmRules, ItGlueRules, Moved, OnMerge, Pairing};
pub use read::{Problem, RulesError};

/// The rules file. Its defaults are those of a new deployment: observe everything, write nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rules {
    /// How far each policy may go.
    pub modes: BTreeMap<Rule, Mode>,
    /// Exceptions for single companies.
    pub companies: BTreeMap<CompanyId, BTreeMap<Rule, Mode>>,
    /// Merging duplicates.
    pub merge: MergeRules,
    /// The default primary contact.
    pub primary: PrimaryRules,
    /// Email before portal invite.
    pub portal: PortalRules,
    /// Carrying contacts to IT Glue.
    pub itglue: ItGlueRules,
    /// Carrying contacts to Grow CRM.
    pub growcrm: GrowCrmRules,
    /// What keeps a mistake small.
    pub limits: Limits,
}

/// How duplicates are merged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MergeRules {
    /// Who survives: the first preference that tells two contacts apart decides.
    pub survivor: Vec<Preference>,
    /// What becomes of the others.
    pub method: MergeMethod,
}

/// What makes a contact the survivor of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// It is the company's primary contact.
    Default,
    /// It is active.
    Active,
    /// It may log in to the portal.
    Portal,
    /// It has more fields, addresses and numbers.
    Complete,
    /// Its id is lower, so it was created earlier.
    Oldest,
}

/// What becomes of the loser of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergeMethod {
    /// The PSA's own merge: it deletes the loser.
    Merge,
    /// The careful way: references are moved one by one, and the loser stays as an inactive record.
    Retire,
}

/// Rules for the primary contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PrimaryRules {
    /// The type label that is kept on the primary contact, and only there, where the instance has a
    /// label of this name. Empty: labels are left alone.
    pub label: String,
}

/// Rules for portal access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PortalRules {
    /// Whether a released contact is mailed a password link, once in its life.
    pub send_invites: bool,
    /// Whether a hold is explained in a note on the contact, too.
    pub note_on_hold: bool,
    /// Further mailboxes that belong to nobody in particular: what stands before the `@`.
    pub shared_mailboxes: BTreeSet<String>,
}

/// Limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// Visits that may write to one contact within an hour before something must be fighting us.
    pub writes_per_contact_and_hour: u32,
    /// How often the same change is made within a week, when somebody else undoes it each time.
    pub same_change_per_week: u32,
    /// Merges in one visit; a plan with more waits for a person.
    pub merges_per_visit: u32,
    /// Contacts that are gone from the PSA and whose records one visit takes out of a mirror; of more, none is.
    pub removals_per_visit: u32,
    /// A company with more contacts than this, at most 1000, is visited focused.
    pub contacts_read_whole: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            modes: Rule::ALL.map(|rule| (rule, Mode::Observe)).into(),
            companies: BTreeMap::new(),
            merge: MergeRules {
                survivor: vec![
                    Preference::Default,
                    Preference::Active,
                    Preference::Portal,
                    Preference::Complete,
                    Preference::Oldest,
                ],
                method: MergeMethod::Merge,
            },
            primary: PrimaryRules {
                label: "Primary".to_owned(),
            },
            portal: PortalRules {
                send_invites: false,
                note_on_hold: false,
                shared_mailboxes: BTreeSet::new(),
            },
            itglue: ItGlueRules::default(),
            growcrm: GrowCrmRules::default(),
            limits: Limits {
                writes_per_contact_and_hour: 5,
                same_change_per_week: 3,
                merges_per_visit: 5,
                removals_per_visit: 5,
                contacts_read_whole: 1000,
            },
        }
    }
}

impl Rules {
    /// How far a policy may go at a company.
    #[must_use]
    pub fn mode(&self, rule: Rule, company: CompanyId) -> Mode {
        self.companies
            .get(&company)
            .and_then(|modes| modes.get(&rule))
            .or_else(|| self.modes.get(&rule))
            .copied()
            .unwrap_or_default()
    }

    /// Whether any policy may write anywhere in the PSA, be it after review. Where all observe, no writer exists.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.may_write_by(Rule::is_policy)
    }

    /// Whether a mirror may be written to at any company. Where it is observed, no writer exists.
    #[must_use]
    pub fn may_mirror(&self, system: System) -> bool {
        self.may_write_by(|rule| rule == system.rule())
    }

    fn may_write_by(&self, is_asked: impl Fn(Rule) -> bool) -> bool {
        let all = iter::once(&self.modes).chain(self.companies.values());
        all.flatten()
            .any(|(rule, mode)| is_asked(*rule) && *mode != Mode::Observe)
    }

    /// Whether any policy may write to the PSA at a company, be it after review.
    #[must_use]
    pub fn may_write_at(&self, company: CompanyId) -> bool {
        Rule::POLICIES
            .iter()
            .any(|rule| self.mode(*rule, company) != Mode::Observe)
    }

    /// These rules for somebody who has looked at the plan: what waits for review is done.
    #[must_use]
    pub fn approved(mut self) -> Self {
        let all = self.companies.values_mut().flat_map(BTreeMap::values_mut);
        for mode in self.modes.values_mut().chain(all) {
            if *mode == Mode::Review {
                *mode = Mode::Enforce;
            }
        }
        self
    }

    /// These rules with one mode for every policy.
    #[must_use]
    pub fn in_mode(mut self, mode: Mode) -> Self {
        self.modes = Rule::ALL.map(|rule| (rule, mode)).into();
        self
    }
}

impl fmt::Display for Rules {
    /// The effective rules as a rules file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&toml::to_string(self).map_err(|_| fmt::Error)?)
    }
}
