//! All that is wrong with the configuration, told at once.

use std::fmt;

use http_client::ConfigError;

/// A configuration that cannot be used, with everything that is missing or malformed.
///
/// No value of a secret is in it, only the names of variables and keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    list: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which variable, or which key of the secret that a variable names.
    pub place: String,
    /// What is wrong and what to do about it, completing a sentence that begins with the place.
    pub words: String,
}

impl Problems {
    /// The problems, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    pub(crate) fn add(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.list.push(Problem {
            place: place.into(),
            words: words.into(),
        });
    }

    pub(crate) fn mention(&self, place: &str) -> bool {
        self.list.iter().any(|problem| problem.place == place)
    }

    /// The value, or nothing and a problem more.
    pub(crate) fn note<T>(
        &mut self,
        place: impl Into<String>,
        result: Result<T, impl Into<String>>,
    ) -> Option<T> {
        result.map_err(|words| self.add(place, words)).ok()
    }

    /// What a client makes of its settings, or nothing and a problem for each that it cannot use. `place` says where a
    /// setting is written; nothing for what was missed already. A place that has a problem is not told of twice.
    pub(crate) fn note_settings<T>(
        &mut self,
        config: Result<T, ConfigError>,
        place: impl Fn(&str) -> Option<String>,
    ) -> Option<T> {
        let error = match config {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        for problem in error.problems() {
            let Some(place) = place(problem.setting) else {
                continue;
            };
            if !self.mention(&place) {
                self.add(place, format!("must be {}", problem.expected));
            }
        }
        None
    }

    /// The whole, if all its parts are there and nothing at all is wrong.
    pub(crate) fn unless_any<T>(self, whole: Option<T>) -> Result<T, Self> {
        match whole {
            Some(whole) if self.list.is_empty() => Ok(whole),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("read the configuration")?;
        for Problem { place, words } in &self.list {
            write!(f, "\n  {place} {words}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_problem_the_whole_comes_through() {
        assert_eq!(Problems::default().unless_any(Some(7)), Ok(7));
    }

    #[test]
    fn one_problem_withholds_even_what_is_whole() {
        let mut problems = Problems::default();
        assert_eq!(problems.note("A", Ok::<_, String>(1)), Some(1));
        assert_eq!(problems.note("B", Err::<u8, _>("is not set")), None);
        let error = problems.unless_any(Some(7)).unwrap_err();
        assert_eq!(error.to_string(), "read the configuration\n  B is not set");
        assert_eq!(error.iter().count(), 1);
    }
}
