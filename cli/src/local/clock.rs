//! Time in the local profile: the clocks of the fake vendors, which show the same.

use std::fmt;
use std::time::Duration;

use http_client::{Sleep, Timer};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Handle, WorldHandle, growcrm, itglue};

/// The clocks of the three fake vendors. The PSA's leads, and waiting moves all of them at once.
#[derive(Clone)]
pub(crate) struct Clocks {
    pub(super) psa: WorldHandle,
    pub(super) itglue: Handle<itglue::Account>,
    pub(super) growcrm: Handle<growcrm::Account>,
}

impl Clocks {
    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.psa.lock().now
    }

    /// Sets all of them.
    pub(crate) fn set(&self, now: Timestamp) {
        self.psa.set_now(now);
        self.itglue.set_now(now);
        self.growcrm.set_now(now);
    }

    /// Moves all of them forward.
    pub(crate) fn advance(&self, wait: SignedDuration) {
        let now = self.now();
        self.set(now.saturating_add(wait).unwrap_or(now));
    }
}

impl Timer for Clocks {
    fn now(&self) -> Timestamp {
        Clocks::now(self)
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        self.advance(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX));
        Box::pin(std::future::ready(()))
    }
}

impl fmt::Debug for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clocks")
    }
}
