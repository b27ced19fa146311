//! Reading what lies in order.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Table;
use crate::dynamo::failure::Failure;
use crate::dynamo::item::{Item, LISTED_AT, LISTING, PARTITION, PLACE};

/// The items of a partition, from one place to another, both included.
#[derive(Clone, Debug)]
pub(in crate::dynamo) struct Range {
    source: Source,
    partition: String,
    from: String,
    to: String,
    latest_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Table,
    Index,
}

/// The pages of a range.
pub(in crate::dynamo) struct Pages {
    table: Table,
    range: Range,
    next: Next,
}

enum Next {
    First,
    After(Item),
    Nothing,
}

impl Range {
    /// What has this word in front of its place in a partition.
    pub(in crate::dynamo) fn of(partition: impl Into<String>, word: &str) -> Self {
        Self {
            source: Source::Table,
            partition: partition.into(),
            from: format!("{word}#"),
            // The character after `#`.
            to: format!("{word}$"),
            latest_first: false,
        }
    }

    /// All of a partition. Places begin with a letter or a digit.
    pub(in crate::dynamo) fn all_of(partition: impl Into<String>) -> Self {
        Self {
            from: "0".to_owned(),
            to: "~".to_owned(),
            ..Self::of(partition, "")
        }
    }

    /// What has this word in front of its place in a partition of the index.
    pub(in crate::dynamo) fn listed(listing: impl Into<String>, word: &str) -> Self {
        Self {
            source: Source::Index,
            ..Self::of(listing, word)
        }
    }

    /// Not before that place.
    pub(in crate::dynamo) fn since(self, place: Option<String>) -> Self {
        Self {
            from: place.unwrap_or(self.from),
            ..self
        }
    }

    /// Not after that place.
    pub(in crate::dynamo) fn until(self, place: Option<String>) -> Self {
        Self {
            to: place.unwrap_or(self.to),
            ..self
        }
    }

    /// From its end to its beginning.
    pub(in crate::dynamo) fn latest_first(self) -> Self {
        Self {
            latest_first: true,
            ..self
        }
    }
}

impl Pages {
    pub(super) fn new(table: Table, range: Range) -> Self {
        // A range that ends before it begins is nothing to us, and a mistake to the table.
        let next = match range.from <= range.to {
            true => Next::First,
            false => Next::Nothing,
        };
        Self { table, range, next }
    }

    /// The next page. One may be empty without being the last.
    pub(in crate::dynamo) async fn next(&mut self) -> Result<Option<Vec<Item>>, Failure> {
        let start = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::First => None,
            Next::After(item) => Some(item.attributes().collect()),
            Next::Nothing => return Ok(None),
        };
        let Range {
            source,
            partition,
            from,
            to,
            latest_first,
        } = &self.range;
        let text = |value: &String| AttributeValue::S(value.clone());
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#partition = :partition AND #place BETWEEN :from AND :to")
            .expression_attribute_values(":partition", text(partition))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .scan_index_forward(!latest_first)
            .set_exclusive_start_key(start);
        let query = match source {
            Source::Table => query
                .expression_attribute_names("#partition", PARTITION)
                .expression_attribute_names("#place", PLACE)
                .consistent_read(true),
            // An index follows its table with some delay, whatever one asks for.
            Source::Index => query
                .expression_attribute_names("#partition", LISTING)
                .expression_attribute_names("#place", LISTED_AT)
                .index_name(LISTING),
        };
        let answer = query.send().await?;
        if let Some(last) = answer.last_evaluated_key {
            self.next = Next::After(Item::read(last));
        }
        let items = answer.items.into_iter().flatten();
        Ok(Some(items.map(Item::read).collect()))
    }
}
