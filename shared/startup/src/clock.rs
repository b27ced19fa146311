//! The clock that functions are given.

use http_client::{SystemTimer, Timer};
use jiff::Timestamp;

/// The present, by the clock of the machine. For whoever must be given a clock, and for nobody else.
#[must_use]
pub fn now() -> Timestamp {
    SystemTimer.now()
}
