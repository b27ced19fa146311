//! The three policies by name, and how far each may go.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// One person, one contact, within one company.
    MergeDuplicates,
    /// A company with an active contact has exactly one primary contact, and it is active.
    PrimaryContact,
    /// Nobody is let into the portal without a usable address of their own.
    PortalInvite,
}

impl Rule {
    /// All of them, in the order in which they are enforced.
    pub const ALL: [Self; 3] = [
        Self::MergeDuplicates,
        Self::PrimaryContact,
        Self::PortalInvite,
    ];
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MergeDuplicates => "merge-duplicates",
            Self::PrimaryContact => "primary-contact",
            Self::PortalInvite => "portal-invite",
        })
    }
}

/// How far a policy may go on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Plan and record; write nothing.
    #[default]
    Observe,
    /// Plan; write only what a person approved.
    Review,
    /// Write.
    Enforce,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Observe => "observe",
            Self::Review => "review",
            Self::Enforce => "enforce",
        })
    }
}
