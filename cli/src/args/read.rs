//! Reading what an argument means.

use std::convert::Infallible;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use model::{Rule, RunId};

/// A moment: with an offset (`2026-03-04T15:20:12Z`), or a date or time in UTC, as `history` prints them.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let in_utc = || {
        let civil: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    };
    text.parse().ok().or_else(in_utc).ok_or_else(|| {
        "expected a date or a time, such as 2026-03-04 or '2026-03-04 15:20:12' (UTC)".to_owned()
    })
}

/// A run: any name may be one.
pub(super) fn run(text: &str) -> Result<RunId, Infallible> {
    Ok(RunId::new(text.trim()))
}

/// A policy, by its name.
pub(super) fn rule(text: &str) -> Result<Rule, String> {
    let named = |rule: &Rule| rule.to_string() == text.trim();
    Rule::ALL.into_iter().find(named).ok_or_else(|| {
        let names = Rule::ALL.map(|rule| rule.to_string());
        format!("expected one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_history_prints_them_and_with_an_offset() {
        let noon = "2026-03-04T12:00:00Z".parse::<Timestamp>().unwrap();
        for text in [
            "2026-03-04 12:00:00",
            "2026-03-04T12:00:00Z",
            " 2026-03-04T13:00:00+01:00 ",
        ] {
            assert_eq!(time(text).unwrap(), noon, "{text}");
        }
        let midnight = time("2026-03-04").unwrap();
        assert_eq!(midnight.to_string(), "2026-03-04T00:00:00Z");
        for text in ["", "yesterday", "12:00", "2026-13-01"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
