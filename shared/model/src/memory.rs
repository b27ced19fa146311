//! What the journal remembers and a policy must know.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Action, ChangeId, Outcome, Pair, Rule};

/// The past of one company's contacts, as far as it binds the present.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Changes of ours, oldest first.
    pub past: Vec<Past>,
    /// Pairs that a person said are two people. Never merged, whatever the evidence.
    pub distinct: BTreeSet<Pair>,
}

/// One change of ours, without its images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Which one.
    pub id: ChangeId,
    /// When its intent was recorded.
    pub at: Timestamp,
    /// The policy that asked for it.
    pub rule: Rule,
    /// What was written.
    pub action: Action,
    /// How it ended; absent while nobody knows.
    pub outcome: Option<Outcome>,
}

impl Past {
    /// Whether it tells how things stood afterwards: it took effect, or somebody else did it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.took_effect() || self.outcome == Some(Outcome::ByPerson)
    }

    /// Whether the change took effect.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        self.outcome.as_ref().is_some_and(Outcome::took_effect)
    }
}
