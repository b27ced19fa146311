//! Settings that cannot be used, and what to say about them.

use std::fmt;

/// Settings that cannot be used, with all that is wrong. No value is quoted: some of them are secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("configure {system}: {}", list(.problems))]
pub struct ConfigError {
    system: &'static str,
    problems: Vec<Problem>,
}

/// One setting that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Which, by its name among the settings.
    pub setting: &'static str,
    /// What it must be.
    pub expected: &'static str,
}

impl ConfigError {
    /// The settings for `system`, by its name for people, have these problems.
    #[must_use]
    pub fn new(system: &'static str, problems: Vec<Problem>) -> Self {
        Self { system, problems }
    }

    /// What is wrong, in the order of the settings.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl Problem {
    /// A problem, unless the condition holds.
    #[must_use]
    pub fn unless(holds: bool, setting: &'static str, expected: &'static str) -> Option<Self> {
        (!holds).then_some(Self { setting, expected })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}", self.setting, self.expected)
    }
}

fn list(problems: &[Problem]) -> String {
    let words: Vec<String> = problems.iter().map(Problem::to_string).collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_no_problem() {
        assert_eq!(Problem::unless(true, "api_key", "a key"), None);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let problems = [
            Problem::unless(false, "base_url", "an address"),
            Problem::unless(false, "api_key", "a key"),
        ];
        let error = ConfigError::new("Example", problems.into_iter().flatten().collect());
        assert_eq!(
            error.to_string(),
            "configure Example: base_url must be an address; api_key must be a key"
        );
        assert_eq!(error.problems().len(), 2);
    }
}
