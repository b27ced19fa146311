//! The policies and the mirrors by name, and how far each may go.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A policy, or the care of a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// One person, one contact, within one company.
    MergeDuplicates,
    /// A company with an active contact has exactly one primary contact, and it is active.
    PrimaryContact,
    /// Nobody is let into the portal without a usable address of their own.
    PortalInvite,
    /// IT Glue follows the PSA.
    #[serde(rename = "mirror-itglue")]
    MirrorItGlue,
    /// Grow CRM follows the PSA.
    #[serde(rename = "mirror-growcrm")]
    MirrorGrowCrm,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::MergeDuplicates,
        Self::PrimaryContact,
        Self::PortalInvite,
        Self::MirrorItGlue,
        Self::MirrorGrowCrm,
    ];

    /// The policies, which are enforced in the PSA, in this order.
    pub const POLICIES: [Self; 3] = [
        Self::MergeDuplicates,
        Self::PrimaryContact,
        Self::PortalInvite,
    ];

    /// Whether it is a policy, so that what it writes goes to the PSA.
    #[must_use]
    pub fn is_policy(self) -> bool {
        Self::POLICIES.contains(&self)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MergeDuplicates => "merge-duplicates",
            Self::PrimaryContact => "primary-contact",
            Self::PortalInvite => "portal-invite",
            Self::MirrorItGlue => "mirror-itglue",
            Self::MirrorGrowCrm => "mirror-growcrm",
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
