//! Lists: filters, order, and both kinds of paging.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;
use url::form_urlencoded;

use super::{
    answer::{Answer, ApiError},
    call::Call,
    conditions::{Filter, Scope, sortable},
    render,
    values::Of,
};
use crate::{kind::Kind, record::Record, switches::LastPageLink, world::World};

const USUAL_PAGE: usize = 25;
const LARGEST_PAGE: usize = 1000;

/// Records to list, by id.
pub(crate) type Rows<'w> = Vec<(u32, Cow<'w, Record>)>;

/// The answer to a GET of a collection.
pub(crate) fn list(
    world: &World,
    call: &Call,
    kind: Kind,
    rows: Rows<'_>,
) -> Result<Answer, ApiError> {
    let mut rows = filtered(world, call, kind, rows)?;
    let (rows, link) = if call.forward_only {
        if call.parameter("orderBy").is_some() {
            return Err(ApiError::paging(
                "orderBy is not supported with forward-only pagination.",
            ));
        }
        forward(world, call, rows)
    } else {
        order(world, call, kind, &mut rows)?;
        navigable(call, rows)
    };
    let shown = rows.iter().map(|(id, record)| {
        let whole = render::whole(world, kind, *id, record);
        Value::Object(match call.parameter("fields") {
            Some(fields) => render::selection(&whole, fields),
            None => whole,
        })
    });
    let answer = Answer::json(200, &Value::Array(shown.collect()));
    Ok(match link {
        Some(link) => answer.header("Link", link),
        None => answer,
    })
}

/// The answer to a GET of `count`.
pub(crate) fn count(
    world: &World,
    call: &Call,
    kind: Kind,
    rows: Rows<'_>,
) -> Result<Answer, ApiError> {
    let count = filtered(world, call, kind, rows)?.len();
    Ok(Answer::json(200, &serde_json::json!({ "count": count })))
}

fn filtered<'w>(
    world: &World,
    call: &Call,
    kind: Kind,
    mut rows: Rows<'w>,
) -> Result<Rows<'w>, ApiError> {
    let scopes = [
        ("conditions", Scope::Record(kind)),
        ("childConditions", Scope::Children(kind)),
        ("customFieldConditions", Scope::CustomFields),
    ];
    for (parameter, scope) in scopes {
        if let Some(text) = call
            .parameter(parameter)
            .filter(|text| !text.trim().is_empty())
        {
            let filter = Filter::read(text, scope)?;
            rows.retain(|(id, record)| {
                filter.passes(Of {
                    world,
                    kind,
                    id: *id,
                    record,
                })
            });
        }
    }
    Ok(rows)
}

/// Sorts by `orderBy`: `lastName asc, id desc`.
fn order(world: &World, call: &Call, kind: Kind, rows: &mut Rows<'_>) -> Result<(), ApiError> {
    let Some(text) = call
        .parameter("orderBy")
        .filter(|text| !text.trim().is_empty())
    else {
        return Ok(());
    };
    // The last criterion first: sorting is stable.
    for criterion in text.split(',').rev() {
        let mut words = criterion.split_whitespace();
        let path: Vec<String> = words
            .next()
            .unwrap_or_default()
            .split('/')
            .map(str::to_owned)
            .collect();
        let path = sortable(&path, kind)?;
        let descending = match words.next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("asc") => false,
            Some(word) if word.eq_ignore_ascii_case("desc") => true,
            Some(_) => return Err(ApiError::condition("The order could not be read.")),
        };
        rows.sort_by_cached_key(|(id, record)| {
            let value = Of {
                world,
                kind,
                id: *id,
                record,
            }
            .path(&path)
            .into_owned();
            let key = Key(value);
            if descending {
                Directed::Down(std::cmp::Reverse(key))
            } else {
                Directed::Up(key)
            }
        });
    }
    Ok(())
}

fn navigable<'w>(call: &Call, rows: Rows<'w>) -> (Rows<'w>, Option<String>) {
    let size = page_size(call);
    let page = call.number("page").unwrap_or(1).max(1);
    let last = rows.len().div_ceil(size).max(1);
    let link = |page: usize, relation: &str| {
        format!("<{}>; rel=\"{relation}\"", address(call, "page", page))
    };
    let mut links = Vec::new();
    if page < last {
        links.push(link(page + 1, "next"));
        links.push(link(last, "last"));
    }
    if page > 1 {
        links.push(link(1, "first"));
        links.push(link(page - 1, "prev"));
    }
    let rows = rows
        .into_iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .collect();
    (rows, (!links.is_empty()).then(|| links.join(", ")))
}

fn forward<'w>(world: &World, call: &Call, mut rows: Rows<'w>) -> (Rows<'w>, Option<String>) {
    let size = page_size(call);
    let seen = call.number("pageId").unwrap_or(0);
    rows.retain(|(id, _)| usize::try_from(*id).is_ok_and(|id| id > seen));
    let more = rows.len() > size;
    rows.truncate(size);
    let last = rows
        .last()
        .and_then(|(id, _)| usize::try_from(*id).ok())
        .unwrap_or(seen);
    let next = || Some(format!("<{}>; rel=\"next\"", address(call, "pageId", last)));
    let link = match world.switches.last_page_link {
        _ if more => next(),
        LastPageLink::Missing => None,
        LastPageLink::Empty => Some(String::new()),
        LastPageLink::Present => next(),
    };
    (rows, link)
}

fn page_size(call: &Call) -> usize {
    call.number("pageSize")
        .unwrap_or(USUAL_PAGE)
        .clamp(1, LARGEST_PAGE)
}

/// This request's address with another page.
fn address(call: &Call, parameter: &str, page: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &call.query {
        if !name.eq_ignore_ascii_case("page") && !name.eq_ignore_ascii_case("pageId") {
            query.append_pair(name, value);
        }
    }
    query.append_pair(parameter, &page.to_string());
    format!("{}?{}", call.address, query.finish())
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Directed {
    Up(Key),
    Down(std::cmp::Reverse<Key>),
}

/// A value to sort by: nothing first, then flags, numbers, texts without regard to case.
#[derive(PartialEq, Eq)]
struct Key(Value);

impl Key {
    fn rank(&self) -> (u8, i64, String) {
        match &self.0 {
            Value::Null => (0, 0, String::new()),
            Value::Bool(flag) => (1, i64::from(*flag), String::new()),
            Value::Number(number) => (2, number.as_i64().unwrap_or_default(), String::new()),
            Value::String(text) => (3, 0, text.to_lowercase()),
            other => (
                4,
                other.get("id").and_then(Value::as_i64).unwrap_or_default(),
                String::new(),
            ),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}
