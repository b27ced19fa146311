//! The only clock, and the only place that waits.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The future of a wait.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Tells the time and waits.
///
/// It is used as `Arc<dyn Timer>`, which keeps type parameters out of every client built on this crate.
pub trait Timer: fmt::Debug + Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;

    /// Waits for the given time.
    fn sleep(&self, wait: Duration) -> Sleep<'_>;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimer;

impl Timer for SystemTimer {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that others are given"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the timer that others are given"
    )]
    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// Virtual time: a wait is over at once, moves the clock by its length, and is remembered.
///
/// Clones share one clock.
#[derive(Clone, Debug)]
pub struct ManualTimer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    waits: Vec<Duration>,
}

impl ManualTimer {
    /// A clock that stands at the given instant.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let state = State {
            now,
            waits: Vec::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Moves the clock without anybody waiting.
    pub fn advance(&self, by: Duration) {
        self.with(|state| state.advance(by));
    }

    /// The waits so far, in order.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.with(|state| state.waits.clone())
    }

    fn with<T>(&self, use_state: impl FnOnce(&mut State) -> T) -> T {
        use_state(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn advance(&mut self, by: Duration) {
        self.now = self.now.checked_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Timestamp {
        self.with(|state| state.now)
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        Box::pin(async move {
            self.with(|state| {
                state.waits.push(wait);
                state.advance(wait);
            });
        })
    }
}

/// The time from one instant to another; nothing if the clock went back in between.
pub(crate) fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_manual_timer_stands_still() {
        let timer = ManualTimer::new(Timestamp::UNIX_EPOCH);
        assert_eq!(timer.now(), Timestamp::UNIX_EPOCH);
        assert_eq!(timer.waits(), []);
    }

    #[tokio::test]
    async fn a_wait_moves_the_clock_of_every_clone_and_is_remembered() {
        let timer = ManualTimer::new(Timestamp::UNIX_EPOCH);
        let clone = timer.clone();
        clone.sleep(Duration::from_secs(2)).await;
        timer.advance(Duration::from_secs(3));
        timer.sleep(Duration::ZERO).await;
        assert_eq!(clone.now().as_second(), 5);
        assert_eq!(timer.waits(), [Duration::from_secs(2), Duration::ZERO]);
    }

    #[test]
    fn a_wait_that_nobody_awaits_does_not_happen() {
        let timer = ManualTimer::new(Timestamp::UNIX_EPOCH);
        drop(timer.sleep(Duration::from_secs(2)));
        assert_eq!(timer.waits(), []);
    }

    #[test]
    fn the_time_back_is_nothing() {
        let later = Timestamp::UNIX_EPOCH + Duration::from_secs(1);
        assert_eq!(
            elapsed(Timestamp::UNIX_EPOCH, later),
            Duration::from_secs(1)
        );
        assert_eq!(elapsed(later, Timestamp::UNIX_EPOCH), Duration::ZERO);
    }
}
