//! What becomes of a message: the one place where an error is turned into a fate.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::mirror::Failure;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its work is done.
    Done,
    /// Its work is done, and a person has something to look at.
    Finding,
    /// It comes back later: at the earliest after this long, if the other side said so.
    Retry {
        /// How long to stay away.
        after: Option<Duration>,
    },
    /// Trying again will not help. It is given back at once until the queue has had enough of it and
    /// moves it to the dead letters, where somebody is told.
    Dead,
}

/// The fate of the message whose visit ended in this error.
#[must_use]
pub fn fate(error: &Error) -> Fate {
    match error {
        Error::Psa(psa) if psa.is_transient() => Fate::Retry {
            after: psa.retry_after(),
        },
        // Somebody deleted what was about to be read or written; the next visit sees it gone.
        Error::Psa(psa) if psa.is_not_found() => Fate::Retry { after: None },
        // Keys can be changed while the message waits, and an upgrade of the PSA ends.
        Error::Psa(psa)
            if matches!(
                psa.kind(),
                connectwise::ErrorKind::Unauthorized | connectwise::ErrorKind::EndpointMissing
            ) =>
        {
            Fate::Retry { after: None }
        }
        Error::ItGlue(mirror) => of_mirror(mirror),
        Error::GrowCrm(mirror) => of_mirror(mirror),
        Error::Journal(journal) if journal.is_transient() => Fate::Retry { after: None },
        Error::Queue(queue) if queue.is_transient() => Fate::Retry { after: None },
        Error::Unsettled => Fate::Retry { after: None },
        Error::Psa(_)
        | Error::Journal(_)
        | Error::Queue(_)
        | Error::PlanRefused(_)
        | Error::MirrorRefused(_)
        | Error::UndoRefused(_)
        | Error::Outdated
        | Error::Misdirected
        | Error::NoWriter => Fate::Dead,
    }
}

/// As with the PSA.
fn of_mirror(error: &impl Failure) -> Fate {
    if error.is_transient() {
        Fate::Retry {
            after: error.retry_after(),
        }
    } else if error.is_not_found() || error.is_unauthorized() || error.is_endpoint_missing() {
        Fate::Retry { after: None }
    } else {
        Fate::Dead
    }
}

/// How long a message stays away that has failed this often, when the other side did not say: twice as
/// long each time, from half a minute to a quarter of an hour.
#[must_use]
pub fn backoff(receive_count: u32) -> Duration {
    let doubled = 2u64.saturating_pow(receive_count.clamp(1, 10));
    Duration::from_secs(doubled.saturating_mul(15).min(900))
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Finding => "finding",
            Self::Retry { .. } => "retry",
            Self::Dead => "dead-letter",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits = [0, 1, 2, 3, 6, 7, 60].map(|count| backoff(count).as_secs());
        assert_eq!(waits, [30, 30, 60, 120, 900, 900, 900]);
    }

    #[test]
    fn a_plan_the_checker_refuses_is_dead_and_told() {
        let error = Error::PlanRefused(vec![policy::Objection {
            change: 1,
            words: "contact 7 is gone by then".to_owned(),
        }]);
        assert_eq!(fate(&error), Fate::Dead);
        assert_eq!(
            error.to_string(),
            "carry out a plan: change 1: contact 7 is gone by then"
        );
    }

    #[test]
    fn records_that_keep_changing_are_visited_again() {
        assert_eq!(fate(&Error::Unsettled), Fate::Retry { after: None });
    }
}
