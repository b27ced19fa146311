//! Pages of records.

use serde_json::{Value, json};

use super::{gate::Call, switches::Switches};
use crate::exchange::Answer;

const LARGEST_PAGE: usize = 100;

/// Which end of a list comes first when the request doesn't say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// The answer with a page of the rows, which come in order of their ids. A sort that isn't known is none.
pub(crate) fn list<T>(
    switches: &Switches,
    call: &Call,
    message: &str,
    usual: Order,
    mut rows: Vec<(u64, &T)>,
    key: impl Fn(&str, &T) -> Option<String>,
    show: impl Fn(u64, &T) -> Value,
) -> Answer {
    if let Some(by) = call.parameter("sort") {
        rows.sort_by_cached_key(|(_, row)| key(by, row));
    }
    let order = match call.parameter("order") {
        Some("asc") => Order::Ascending,
        Some("desc") => Order::Descending,
        _ => usual,
    };
    if order == Order::Descending {
        rows.reverse();
    }
    let size = call.number("limit").unwrap_or(switches.page_size);
    let size = size.clamp(1, LARGEST_PAGE);
    let page = call.number("page").unwrap_or(1);
    let total = rows.len();
    let data: Value = rows
        .into_iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .map(|(id, row)| show(id, row))
        .collect();
    let meta = json!({
        "current_page": page, "per_page": size, "total": total, "last_page": total.div_ceil(size).max(1),
    });
    let body = json!({ "data": data, "meta": meta, "message": message });
    Answer::json(200, &body)
}

/// The answer with one record.
pub(crate) fn one(status: u16, data: Value, message: &str) -> Answer {
    Answer::json(status, &json!({ "data": data, "message": message }))
}
