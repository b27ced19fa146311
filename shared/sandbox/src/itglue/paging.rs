//! Documents: one record, or a page of many.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{gate::Call, problem::JSON_API, problem::Problem, query::Query, switches::Switches};
use crate::exchange::Answer;

/// A record as an answer shows it, and what it brings along.
pub(crate) struct Shown {
    pub(crate) resource: Value,
    pub(crate) included: Vec<Value>,
}

impl From<Value> for Shown {
    fn from(resource: Value) -> Shown {
        Shown {
            resource,
            included: Vec::new(),
        }
    }
}

/// The answer with one record.
pub(crate) fn one(status: u16, shown: Shown) -> Answer {
    let mut document = json!({ "data": shown.resource });
    if !shown.included.is_empty() {
        document["included"] = Value::Array(shown.included);
    }
    answer(status, &document)
}

/// The answer with several records that were written together.
pub(crate) fn together(status: u16, resources: Vec<Value>) -> Answer {
    answer(status, &json!({ "data": resources }))
}

/// The answer with a page of the rows, which come in order of their ids.
pub(crate) fn list<T>(
    switches: &Switches,
    call: &Call,
    query: &Query,
    mut rows: Vec<(u64, &T)>,
    key: impl Fn(&str, u64, &T) -> String,
    show: impl Fn(u64, &T) -> Shown,
) -> Result<Answer, Problem> {
    if switches
        .page_that_times_out
        .is_some_and(|size| query.size > size)
    {
        return Err(Problem::TimedOut);
    }
    if let Some((by, descending)) = &query.sort {
        rows.sort_by_cached_key(|(id, row)| key(by, *id, row));
        if *descending {
            rows.reverse();
        }
    }
    let total = rows.len();
    let last = total.div_ceil(query.size).max(1);
    let page = rows
        .into_iter()
        .skip((query.number - 1).saturating_mul(query.size))
        .take(query.size)
        .map(|(id, row)| show(id, row));
    let (mut data, mut included) = (Vec::new(), Vec::new());
    for shown in page {
        data.push(shown.resource);
        included.extend(shown.included);
    }
    let next = (query.number < last).then(|| query.number + 1);
    let prev = (query.number > 1).then(|| (query.number - 1).min(last));
    let mut document = json!({
        "data": data,
        "links": links(call, query, last, prev, next),
        "meta": {
            "current-page": query.number, "next-page": next, "prev-page": prev, "total-pages": last,
            "total-count": total, "filters": {},
        },
    });
    if !query.includes.is_empty() {
        document["included"] = Value::Array(included);
    }
    Ok(answer(200, &document))
}

/// A text to sort ids by.
pub(crate) fn id_key(id: u64) -> String {
    format!("{id:020}")
}

fn answer(status: u16, document: &Value) -> Answer {
    Answer::text(status, JSON_API, &document.to_string())
}

/// There are none on a single page.
fn links(
    call: &Call,
    query: &Query,
    last: usize,
    prev: Option<usize>,
    next: Option<usize>,
) -> Value {
    if last == 1 {
        return json!({});
    }
    let to = |page: usize| {
        let mut parameters = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &call.parameters {
            if name != "page[number]" {
                parameters.append_pair(name, value);
            }
        }
        parameters.append_pair("page[number]", &page.to_string());
        format!("{}{}?{}", call.origin, call.path, parameters.finish())
    };
    json!({
        "self": to(query.number), "first": to(1), "prev": prev.map(to), "next": next.map(to), "last": to(last),
    })
}
