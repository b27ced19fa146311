//! Waiting in the sandbox's time.

use std::fmt;
use std::time::Duration;

use http_client::{Sleep, Timer};
use jiff::{SignedDuration, Timestamp};
use sandbox::WorldHandle;

/// A timer whose waits move the sandbox's clock and are over at once.
pub(super) struct WorldTimer(WorldHandle);

impl WorldTimer {
    pub(super) fn new(world: WorldHandle) -> Self {
        Self(world)
    }
}

impl Timer for WorldTimer {
    fn now(&self) -> Timestamp {
        self.0.lock().now
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        let mut world = self.0.lock();
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        world.now = world.now.saturating_add(wait).unwrap_or(world.now);
        Box::pin(std::future::ready(()))
    }
}

impl fmt::Debug for WorldTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorldTimer")
    }
}
