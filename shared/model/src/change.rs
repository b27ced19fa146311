//! One planned change.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Action, ChangeId, ContactId, Evidence, Rule};

/// A write the product means to make, with everything a person needs to judge it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Changes of one unit stand and fall together: when one is refused, the later ones are not made.
    pub unit: u32,
    /// The policy that asks for it.
    pub rule: Rule,
    /// What it is made for.
    #[serde(default, skip_serializing_if = "Purpose::is_policy")]
    pub purpose: Purpose,
    /// What is written.
    pub action: Action,
    /// Why, in words that hold ids and field names but no person's data.
    pub reason: String,
    /// What the decision rests on.
    pub evidence: Vec<Evidence>,
}

/// What a change is made for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Purpose {
    /// What its policy asks for.
    #[default]
    Policy,
    /// A merge: a step that prepares it, the merge itself, or the mending of what it left behind.
    Merge {
        /// Who is merged away.
        loser: ContactId,
        /// Who stays.
        survivor: ContactId,
    },
    /// Taking back an earlier change.
    Undo {
        /// Which.
        change: ChangeId,
    },
}

impl Change {
    /// The change that changes of one unit are about. What comes before it prepares it.
    #[must_use]
    pub fn decisive<'c>(unit: impl IntoIterator<Item = &'c Self>) -> Option<&'c Self> {
        let mut last = None;
        for change in unit {
            if let Action::Merge { .. } | Action::Retire { .. } | Action::SetPortal { .. } =
                change.action
            {
                return Some(change);
            }
            last = Some(change);
        }
        last
    }
}

impl Purpose {
    /// Whether it is nothing but the policy's.
    #[must_use]
    pub fn is_policy(&self) -> bool {
        *self == Self::Policy
    }

    /// The change that is taken back.
    #[must_use]
    pub fn undone(&self) -> Option<&ChangeId> {
        match self {
            Self::Undo { change } => Some(change),
            Self::Policy | Self::Merge { .. } => None,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            unit,
            rule,
            purpose: _,
            action,
            reason,
            evidence,
        } = self;
        write!(f, "[{unit}] {rule}: {action}\n      because {reason}")?;
        for item in evidence {
            write!(f, "\n      - {item}")?;
        }
        Ok(())
    }
}
