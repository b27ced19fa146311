//! Why two records are held to be the same person, or not.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Private;

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
    /// The same with the names in it, for an operator: "Bob is short for Robert". Absent where the
    /// words say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<Private>,
}

impl Evidence {
    /// What was seen, as fully as an operator may read it, names included.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.named.as_ref().map_or(&self.words, Private::reveal)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_for_an_operator_only() {
        let evidence = Evidence {
            field: "name".to_owned(),
            stance: Stance::Agrees,
            weight: 30,
            words: "a short form of the same first name".to_owned(),
            named: Some("Bob is short for Robert".into()),
        };
        assert_eq!(evidence.reveal(), "Bob is short for Robert");
        assert_eq!(
            evidence.to_string(),
            "a short form of the same first name (+30)"
        );
        assert!(!format!("{evidence:?}").contains("Bob"));
    }

    #[test]
    fn what_was_kept_before_there_were_names_is_still_read() {
        let kept = r#"{"field":"email","stance":"agrees","weight":60,"words":"same address"}"#;
        let evidence: Evidence = serde_json::from_str(kept).unwrap();
        assert_eq!(evidence.reveal(), "same address");
        assert_eq!(serde_json::to_string(&evidence).unwrap(), kept);
    }
}
