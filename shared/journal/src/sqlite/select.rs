//! From a [`Query`] to SQL.

use jiff::Timestamp;
use rusqlite::types::Value;

use crate::Query;

/// What follows `FROM` in a query over `intent` or `finding`: both have the same columns for it, and
/// the contacts in a table beside them. The latest come first, so that a limit keeps them; `place`
/// orders those of one run and instant.
pub(super) fn latest(table: &str, place: &str, query: &Query) -> (String, Vec<Value>) {
    let Query {
        contact,
        company,
        run,
        rule,
        since,
        until,
        limit,
    } = query;
    let conditions: Vec<(String, Value)> = [
        contact.map(|contact| {
            (
                format!("{table}.seq IN (SELECT owner FROM {table}_contact WHERE contact = ?)"),
                contact.get().into(),
            )
        }),
        company.map(|company| (format!("{table}.company = ?"), company.get().into())),
        run.as_ref()
            .map(|run| (format!("{table}.run = ?"), run.to_string().into())),
        rule.map(|rule| (format!("{table}.rule = ?"), rule.to_string().into())),
        since.map(|since| (format!("{table}.at >= ?"), instant(since).into())),
        until.map(|until| (format!("{table}.at < ?"), instant(until).into())),
    ]
    .into_iter()
    .flatten()
    .collect();

    let mut sql = String::new();
    let mut values = Vec::new();
    for (i, (condition, value)) in conditions.into_iter().enumerate() {
        sql.push_str(if i == 0 { " WHERE " } else { " AND " });
        sql.push_str(&condition);
        values.push(value);
    }
    sql.push_str(&format!(
        " ORDER BY {table}.at DESC, {table}.run DESC, {table}.{place} DESC LIMIT ?"
    ));
    values.push(i64::try_from(*limit).unwrap_or(i64::MAX).into());
    (sql, values)
}

/// A time as text that sorts.
pub(super) fn instant(at: Timestamp) -> String {
    format!("{at:.9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text() {
        let times = ["1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z"]
            .into_iter()
            .chain(["2026-02-03T04:05:06Z", "2026-02-03T04:05:06.000000001Z"])
            .map(|text| text.parse::<Timestamp>().unwrap());
        let texts: Vec<String> = times.map(instant).collect();
        assert_eq!(texts[1], "1970-01-01T00:00:00.000000000Z");
        assert!(texts.is_sorted(), "{texts:?}");
    }
}
