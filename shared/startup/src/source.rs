//! Configuration that others may change while a process lives: secrets and rules.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::future::join_all;
use jiff::Timestamp;
use policy::Rules;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use crate::clock::now;
use crate::env::{Env, Variable};
use crate::problems::Problems;
use crate::secrets::Secret;
use crate::{rules, secrets};

/// How long a secret or the rules are taken to be what they were. A change of them is felt within this time.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// Even who asks for it in haste is not heard more often: keys that are wrong stay wrong for a while.
const AT_MOST_EVERY: Duration = Duration::from_secs(20);

/// For looking again, in the middle of an event: less than the receiver leaves of the PSA's five seconds.
const PATIENCE: Duration = Duration::from_millis(400);

/// Where the parts of a function come from, and come from again once they are others.
pub struct Source<P> {
    env: Env,
    aws: SdkConfig,
    wanted: Wanted,
    build: Build<P>,
    texts: Texts,
    age: Age,
}

/// Makes a function's parts.
pub(crate) type Build<P> = fn(&Env, &SdkConfig, &Texts) -> Result<P, Problems>;

/// The variables that name what is to be read.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) secrets: &'static [Variable],
    pub(crate) rules: Option<Variable>,
}

/// What was read, or in words why it cannot be. What no variable names is nothing.
pub(crate) struct Texts {
    secrets: BTreeMap<&'static str, Result<Option<SecretString>, String>>,
    rules: Result<Option<String>, String>,
}

impl<P> Source<P> {
    /// Reads everything for the first time.
    pub(crate) async fn open(
        env: Env,
        aws: SdkConfig,
        wanted: Wanted,
        build: Build<P>,
    ) -> Result<(P, Self), Problems> {
        let texts = Texts::fetch(&env, &aws, wanted).await;
        let parts = build(&env, &aws, &texts)?;
        let source = Self {
            env,
            aws,
            wanted,
            build,
            texts,
            age: Age::new(now()),
        };
        Ok((parts, source))
    }

    /// New parts, if what they were made from is different by now. It is looked at every five minutes.
    ///
    /// What cannot be read, or is malformed, is logged and changes nothing: a mistake in the rules is no reason to
    /// stop working by those before.
    pub async fn changed(&mut self) -> Option<P> {
        if !self.age.is_due(now()) {
            return None;
        }
        timeout(PATIENCE, self.look()).await.unwrap_or_else(|_| {
            tracing::warn!("the configuration could not be looked at in time");
            None
        })
    }

    async fn look(&mut self) -> Option<P> {
        let texts = Texts::fetch(&self.env, &self.aws, self.wanted).await;
        if texts == self.texts {
            return None;
        }
        match (self.build)(&self.env, &self.aws, &texts) {
            Ok(parts) => {
                tracing::info!("the configuration has changed");
                self.texts = texts;
                Some(parts)
            }
            Err(problems) => {
                tracing::error!(error = %problems, "the configuration has changed and cannot be used");
                None
            }
        }
    }

    /// Something suggests that it has been changed: has it looked at soon.
    pub fn doubt(&mut self) {
        self.age.doubt();
    }
}

impl Texts {
    async fn fetch(env: &Env, aws: &SdkConfig, wanted: Wanted) -> Self {
        let secrets = wanted.secrets.iter().map(|variable| async move {
            let text = secrets::fetch(aws, env.optional(variable.name)).await;
            (variable.name, text)
        });
        let rules = wanted
            .rules
            .and_then(|variable| env.optional(variable.name));
        let (secrets, rules) = tokio::join!(join_all(secrets), rules::fetch(aws, rules));
        Self {
            secrets: secrets.into_iter().collect(),
            rules,
        }
    }

    /// The secret that a variable names; nothing and a problem if there is none.
    pub(crate) fn secret(
        &self,
        env: &Env,
        variable: Variable,
        problems: &mut Problems,
    ) -> Option<Secret> {
        let Variable { name, .. } = variable;
        env.required(variable, problems)?;
        let text = problems.note(name, self.secrets.get(name)?.as_ref())?;
        Secret::parse(name, text.as_ref()?.expose_secret(), problems)
    }

    /// The rules that a variable names; nothing and a problem if there are none, and one for each mistake in them.
    pub(crate) fn rules(
        &self,
        env: &Env,
        variable: Variable,
        problems: &mut Problems,
    ) -> Option<Rules> {
        env.required(variable, problems)?;
        let text = problems.note(variable.name, self.rules.as_ref())?;
        rules::parse(text.as_ref()?, problems)
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        fn shown(texts: &Texts) -> impl Iterator<Item = Result<Option<&str>, &str>> {
            texts.secrets.values().map(|secret| match secret {
                Ok(text) => Ok(text.as_ref().map(ExposeSecret::expose_secret)),
                Err(words) => Err(words.as_str()),
            })
        }
        self.rules == other.rules && shown(self).eq(shown(other))
    }
}

/// How old what was read is.
#[derive(Debug)]
struct Age {
    read_at: Timestamp,
    doubted: bool,
}

impl Age {
    fn new(now: Timestamp) -> Self {
        Self {
            read_at: now,
            doubted: false,
        }
    }

    fn doubt(&mut self) {
        self.doubted = true;
    }

    /// Whether to look again. Whoever is told so looks, so it counts as read from then on.
    fn is_due(&mut self, now: Timestamp) -> bool {
        let limit = if self.doubted {
            AT_MOST_EVERY
        } else {
            FRESH_FOR
        };
        let age = now.duration_since(self.read_at);
        // A clock that was set back makes nothing fresh for ever.
        let is_due = age.is_negative() || age >= limit.try_into().unwrap_or_default();
        if is_due {
            *self = Self::new(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Aws;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_772_637_611 + second).unwrap()
    }

    const SECRETS: [Variable; 2] = [variable("ROLLCALL_A_ID"), variable("ROLLCALL_B_ID")];
    const RULES: Variable = variable("ROLLCALL_RULES_PARAMETER");
    const WANTED: Wanted = Wanted {
        secrets: &SECRETS,
        rules: Some(RULES),
    };

    const fn variable(name: &'static str) -> Variable {
        Variable { name, remedy: "" }
    }

    fn names() -> Env {
        Env::from_pairs([
            (SECRETS[0].name, "a"),
            (SECRETS[1].name, "b"),
            (RULES.name, "r"),
        ])
    }

    /// An AWS with both secrets and the rules.
    async fn aws(a: &str, b: &str, rules: &str) -> Aws {
        Aws::with(&[("a", a), ("b", b)], rules).await
    }

    /// Parts that are the text of the rules, as long as those are no mistake.
    fn build(_: &Env, _: &SdkConfig, texts: &Texts) -> Result<String, Problems> {
        let mut problems = Problems::default();
        let rules = problems.note("rules", texts.rules.clone()).flatten();
        if rules.as_deref() == Some("mistake") {
            problems.add("rules", "are a mistake");
        }
        problems.unless_any(rules)
    }

    /// A process that read its configuration at first.
    async fn opened() -> Source<String> {
        let first = aws("a", "b", "first").await;
        let opened = Source::open(names(), first.config(), WANTED, build).await;
        let (parts, mut source) = opened.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(parts, "first");
        assert_eq!(source.changed().await, None);
        source
    }

    /// What comes of it when secrets and rules are these.
    async fn after(a: &str, b: &str, rules: &str) -> (Option<String>, Option<String>) {
        let mut source = opened().await;
        let later = aws(a, b, rules).await;
        source.aws = later.config();
        (source.look().await, source.look().await)
    }

    #[tokio::test]
    async fn what_is_as_it_was_makes_nothing_new() {
        assert_eq!(after("a", "b", "first").await, (None, None));
    }

    #[tokio::test]
    async fn what_is_different_makes_new_parts_once() {
        for (a, b, rules) in [
            ("a", "b", "second"),
            ("x", "b", "first"),
            ("a", "x", "first"),
            ("b", "a", "first"),
        ] {
            let expected = (Some(rules.to_owned()), None);
            assert_eq!(after(a, b, rules).await, expected, "{a} {b} {rules}");
        }
    }

    #[tokio::test]
    async fn a_mistake_changes_nothing() {
        assert_eq!(after("a", "b", "mistake").await, (None, None));
    }

    #[tokio::test]
    async fn what_cannot_be_read_changes_nothing() {
        let mut source = opened().await;
        let refusing = Aws::refusing().await;
        source.aws = refusing.config();
        assert_eq!(source.look().await, None);
    }

    #[test]
    fn what_was_just_read_is_not_read_again() {
        let mut age = Age::new(at(0));
        assert!(!age.is_due(at(0)));
        assert!(!age.is_due(at(299)));
    }

    #[test]
    fn it_is_read_again_every_five_minutes() {
        let mut age = Age::new(at(0));
        assert!(age.is_due(at(300)));
        assert!(!age.is_due(at(599)));
        assert!(age.is_due(at(600)));
    }

    #[test]
    fn in_doubt_it_is_read_soon_and_not_in_a_rush() {
        let mut age = Age::new(at(0));
        age.doubt();
        assert!(!age.is_due(at(19)));
        assert!(age.is_due(at(20)));
        assert!(!age.is_due(at(40)));
    }

    #[test]
    fn a_clock_that_was_set_back_is_no_reason_to_wait() {
        assert!(Age::new(at(0)).is_due(at(-1)));
    }
}
