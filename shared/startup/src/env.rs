//! The one reader of environment variables.

use std::collections::BTreeMap;
use std::fmt;

use crate::problems::Problems;

/// Set by Lambda: the function's name.
const LAMBDA: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// The names of our variables begin so.
const PREFIX: &str = "ROLLCALL_";

/// The environment variables that are ours. All others, credentials among them, are not even copied.
#[derive(Clone)]
pub struct Env {
    values: BTreeMap<String, String>,
}

/// A variable that must be set.
#[derive(Clone, Copy)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    /// What to set it to, for whoever forgot.
    pub(crate) remedy: &'static str,
}

impl Env {
    /// The variables of this process. One that is not Unicode counts as not set.
    #[must_use]
    pub fn from_process() -> Self {
        let pairs = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::from_pairs(pairs)
    }

    /// These variables, for tests.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let values = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, _)| name.starts_with(PREFIX) || name == LAMBDA)
            .collect();
        Self { values }
    }

    /// The value; an empty one counts as not set.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        let value = self.values.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The value; nothing and a problem if it is not set.
    pub(crate) fn required(&self, variable: Variable, problems: &mut Problems) -> Option<&str> {
        let Variable { name, remedy } = variable;
        let found = self.optional(name);
        problems.note(name, found.ok_or_else(|| format!("is not set: {remedy}")))
    }

    /// The value as what it means; nothing and a problem if it is not set or means nothing.
    pub(crate) fn parsed<T>(
        &self,
        variable: Variable,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let Variable { name, remedy } = variable;
        let parsed = parse(self.required(variable, problems)?);
        problems.note(name, parsed.map_err(|wrong| format!("{wrong}: {remedy}")))
    }

    /// The name under which Lambda runs us, if it does.
    pub(crate) fn function_name(&self) -> Option<&str> {
        self.optional(LAMBDA)
    }
}

impl fmt::Debug for Env {
    /// The names alone: somebody may have put a secret where none belongs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: Variable = Variable {
        name: "ROLLCALL_COUNT",
        remedy: "set it to a number",
    };

    fn count(env: &Env) -> Result<u8, String> {
        let mut problems = Problems::default();
        let count = env.parsed(COUNT, &mut problems, |text| {
            text.parse().map_err(|_| "is no number")
        });
        problems
            .unless_any(count)
            .map_err(|problems| problems.iter().map(|p| p.words.clone()).collect())
    }

    #[test]
    fn in_an_empty_environment_nothing_is_set() {
        let env = Env::from_pairs::<&str, &str>([]);
        assert_eq!(env.optional("ROLLCALL_LOG"), None);
        assert_eq!(count(&env), Err("is not set: set it to a number".into()));
        assert_eq!(env.function_name(), None);
    }

    #[test]
    fn a_blank_value_is_not_set_and_a_padded_one_is() {
        let of = |value| count(&Env::from_pairs([("ROLLCALL_COUNT", value)]));
        assert_eq!(of(" "), Err("is not set: set it to a number".into()));
        assert_eq!(of("7\n"), Ok(7));
    }

    #[test]
    fn a_malformed_value_is_named_and_not_quoted() {
        let env = Env::from_pairs([("ROLLCALL_COUNT", "hunter2")]);
        assert_eq!(count(&env), Err("is no number: set it to a number".into()));
    }

    #[test]
    fn other_peoples_variables_are_not_kept_and_no_value_is_shown() {
        let env = Env::from_pairs([
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("AWS_LAMBDA_FUNCTION_NAME", "contact-policy"),
            ("ROLLCALL_LOG", "hunter2"),
        ]);
        assert_eq!(env.function_name(), Some("contact-policy"));
        assert_eq!(env.optional("AWS_SECRET_ACCESS_KEY"), None);
        assert_eq!(
            format!("{env:?}"),
            r#"{"AWS_LAMBDA_FUNCTION_NAME", "ROLLCALL_LOG"}"#
        );
    }
}
