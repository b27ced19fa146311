//! The decision about one company.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Change, Finding, Mode};

/// What is to be written, what would be, and what a person must settle. It leaves no choices to
/// whoever carries it out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use = "a plan is a decision; apply it, print it or store it"]
pub struct Plan {
    /// Changes to make, in order.
    pub changes: Vec<Change>,
    /// Changes that the mode of their policy keeps from being made.
    pub withheld: Vec<Withheld>,
    /// What could not be settled, and who should look.
    pub findings: Vec<Finding>,
}

/// A change that is not made because of its policy's mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withheld {
    /// The mode that holds it back.
    pub mode: Mode,
    /// What would be written.
    pub change: Change,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            changes,
            withheld,
            findings,
        } = self;
        if changes.is_empty() && withheld.is_empty() && findings.is_empty() {
            return writeln!(f, "nothing to do");
        }
        for change in changes {
            writeln!(f, "change {change}")?;
        }
        for Withheld { mode, change } in withheld {
            writeln!(f, "withheld ({mode}) {change}")?;
        }
        for finding in findings {
            writeln!(f, "finding {finding}")?;
        }
        Ok(())
    }
}
