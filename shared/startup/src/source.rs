//! Configuration that others may change while a process lives: secrets and rules.

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use crate::clock::now;
use crate::env::Env;
use crate::problems::Problems;
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
    pub(crate) secret: &'static str,
    pub(crate) rules: Option<&'static str>,
}

/// What was read, or in words why it cannot be. What no variable names is nothing.
pub(crate) struct Texts {
    pub(crate) secret: Result<Option<SecretString>, String>,
    pub(crate) rules: Result<Option<String>, String>,
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
        let rules = wanted.rules.and_then(|name| env.optional(name));
        let (secret, rules) = tokio::join!(
            secrets::fetch(aws, env.optional(wanted.secret)),
            rules::fetch(aws, rules)
        );
        Self { secret, rules }
    }

    fn shown(&self) -> Result<Option<&str>, &str> {
        let secret = self.secret.as_ref().map_err(String::as_str)?;
        Ok(secret.as_ref().map(ExposeSecret::expose_secret))
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules && self.shown() == other.shown()
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

    const NAMES: Wanted = Wanted {
        secret: "ROLLCALL_SECRET_ID",
        rules: Some("ROLLCALL_RULES_PARAMETER"),
    };

    /// Parts that are the rules, as long as those are no mistake.
    fn build(_: &Env, _: &SdkConfig, texts: &Texts) -> Result<String, Problems> {
        let mut problems = Problems::default();
        let rules = problems.note("rules", texts.rules.clone()).flatten();
        if rules.as_deref() == Some("mistake") {
            problems.add("rules", "are a mistake");
        }
        problems.unless_any(rules)
    }

    /// What comes of a process that read these rules at first, when they and the secret are others.
    async fn after(secret: &str, rules: &str) -> (Option<String>, Option<String>) {
        let names = [(NAMES.secret, "s"), ("ROLLCALL_RULES_PARAMETER", "r")];
        let first = Aws::start("a", "first").await;
        let opened = Source::open(Env::from_pairs(names), first.config(), NAMES, build).await;
        let (parts, mut source) = opened.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(parts, "first");
        assert_eq!(source.changed().await, None);

        let later = Aws::start(secret, rules).await;
        source.aws = later.config();
        (source.look().await, source.look().await)
    }

    #[tokio::test]
    async fn what_is_as_it_was_makes_nothing_new() {
        assert_eq!(after("a", "first").await, (None, None));
    }

    #[tokio::test]
    async fn what_is_different_makes_new_parts_once() {
        for (secret, rules) in [("a", "second"), ("b", "first")] {
            let expected = (Some(rules.to_owned()), None);
            assert_eq!(after(secret, rules).await, expected);
        }
    }

    #[tokio::test]
    async fn a_mistake_changes_nothing() {
        assert_eq!(after("a", "mistake").await, (None, None));
    }

    #[tokio::test]
    async fn what_cannot_be_read_changes_nothing() {
        let names = [(NAMES.secret, "s"), ("ROLLCALL_RULES_PARAMETER", "r")];
        let first = Aws::start("a", "first").await;
        let opened = Source::open(Env::from_pairs(names), first.config(), NAMES, build).await;
        let (_, mut source) = opened.unwrap_or_else(|problems| panic!("{problems}"));
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
