//! Time in the sandbox: it stands still until somebody moves it.

use jiff::{SignedDuration, Timestamp};

/// The first moment of everything: 2026-03-04T15:20:11Z.
pub(crate) const START: Timestamp = Timestamp::constant(1_772_637_611, 0);

/// Moves a clock forward.
pub(crate) fn advance(now: &mut Timestamp, seconds: u32) {
    *now = now
        .saturating_add(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(*now);
}
