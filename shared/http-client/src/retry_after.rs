//! The `Retry-After` header: a number of seconds, or a date.

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::timer::elapsed;

static DATES: DateTimeParser = DateTimeParser::new();

/// The wait that the headers ask for, if they ask for one that can be understood.
pub(crate) fn read(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    parse(headers.get(header::RETRY_AFTER)?.to_str().ok()?, now)
}

/// A date in the past means that there is nothing left to wait for.
fn parse(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    let date = DATES.parse_timestamp(text).ok()?;
    Some(elapsed(now, date))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 01 Mar 2026 12:00:00 GMT.
    const NOON: Timestamp = Timestamp::constant(1_772_366_400, 0);

    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(
            parse(text, NOON),
            seconds.map(Duration::from_secs),
            "{text}"
        );
    }

    #[test]
    fn no_header_asks_for_no_wait() {
        assert_eq!(read(&HeaderMap::new(), NOON), None);
    }

    #[test]
    fn the_header_is_found_whatever_the_spelling_of_its_name() {
        let mut headers = HeaderMap::new();
        let name = http::HeaderName::from_bytes(b"retry-AFTER").unwrap();
        headers.insert(name, "7".parse().unwrap());
        assert_eq!(read(&headers, NOON), Some(Duration::from_secs(7)));
    }

    #[test]
    fn seconds_are_read_as_they_stand() {
        check("0", Some(0));
        check("30", Some(30));
        check(" 120 ", Some(120));
    }

    #[test]
    fn a_date_is_read_as_the_time_until_then() {
        check("Sun, 01 Mar 2026 12:00:30 GMT", Some(30));
        check("Mon, 02 Mar 2026 12:00:00 GMT", Some(86_400));
        check("Sun, 01 Mar 2026 13:00:30 +0100", Some(30));
    }

    #[test]
    fn a_date_in_the_past_asks_for_no_wait_at_all() {
        check("Sun, 01 Mar 2026 11:59:59 GMT", Some(0));
    }

    #[test]
    fn what_cannot_be_understood_asks_for_nothing() {
        check("", None);
        check("soon", None);
        check("-5", None);
        check("1.5", None);
        check("99999999999999999999", None);
        check("Sun, 31 Feb 2026 12:00:30 GMT", None);
    }
}
