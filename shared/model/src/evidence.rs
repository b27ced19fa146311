//! Why two records are held to be the same person, or not.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One field that speaks for or against two records being the same person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// What was compared, such as `email`.
    pub field: String,
    /// Which way it points.
    pub stance: Stance,
    /// How much it counts, in points; the sum decides.
    pub weight: i32,
    /// What was seen, in words that hold no person's data.
    pub words: String,
}

/// Which way a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// For the same person.
    Agrees,
    /// For two different people.
    Conflicts,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:+})", self.words, self.weight)
    }
}
