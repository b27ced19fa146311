//! From a [`Query`] to SQL.

use rusqlite::types::Value;

use crate::Query;
use crate::stored::instant;

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
