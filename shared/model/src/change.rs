//! One planned change.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Action, Evidence, Rule};

/// A write the product means to make, with everything a person needs to judge it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Changes of one unit stand and fall together: when one is refused, the later ones are not made.
    pub unit: u32,
    /// The policy that asks for it.
    pub rule: Rule,
    /// What is written.
    pub action: Action,
    /// Why, in words that hold ids and field names but no person's data.
    pub reason: String,
    /// What the decision rests on.
    pub evidence: Vec<Evidence>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            unit,
            rule,
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
