//! What is written.

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, DeleteRequest, Put, PutRequest, TransactWriteItem, WriteRequest,
};

use super::CALL;
use crate::dynamo::failure::Failure;
use crate::dynamo::item::{Item, Key, PARTITION};

/// A write that is made under a condition, if there is one. The SDK has a type for each sort of write.
macro_rules! only_if {
    ($write:expr, $condition:expr) => {
        match $condition.as_ref().map(Condition::parts) {
            None => $write,
            Some((expression, name, value)) => $write
                .condition_expression(expression)
                .expression_attribute_names("#name", name)
                .set_expression_attribute_values(
                    value.map(|value| [(":value".to_owned(), value)].into()),
                ),
        }
    };
}

/// What an item must be for a write to happen.
#[derive(Clone, Debug)]
pub(in crate::dynamo) enum Condition {
    /// None: nothing lies there.
    New,
    /// It has this text in this attribute, or hasn't the attribute.
    Same(&'static str, Option<String>),
}

/// One write.
#[derive(Clone)]
pub(in crate::dynamo) enum Write {
    /// Puts an item where it belongs, over whatever is there.
    Put(Item, Option<Condition>),
    /// Removes what is there.
    Delete(Key, Option<Condition>),
}

impl Write {
    /// Without a condition.
    pub(in crate::dynamo) fn put(item: Item) -> Self {
        Self::Put(item, None)
    }

    /// Without a condition.
    pub(in crate::dynamo) fn delete(key: Key) -> Self {
        Self::Delete(key, None)
    }

    /// The same, with the name of the call in what has a condition.
    pub(super) fn by(self, call: &str) -> Self {
        match self {
            Self::Put(item, Some(condition)) => Self::Put(item.text(CALL, call), Some(condition)),
            other => other,
        }
    }

    pub(super) fn in_transaction(&self, table: &str) -> Result<TransactWriteItem, Failure> {
        let item = TransactWriteItem::builder();
        let item = match self {
            Self::Put(new, condition) => {
                let put = Put::builder()
                    .table_name(table)
                    .set_item(Some(new.attributes().collect()));
                let put = only_if!(put, condition);
                item.put(put.build().map_err(Failure::unsendable)?)
            }
            Self::Delete(key, condition) => {
                let delete = Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes().collect()));
                let delete = only_if!(delete, condition);
                item.delete(delete.build().map_err(Failure::unsendable)?)
            }
        };
        Ok(item.build())
    }

    pub(super) fn into_request(self) -> Result<WriteRequest, Failure> {
        let request = WriteRequest::builder();
        let request = match self {
            Self::Put(item, _) => request.put_request(
                PutRequest::builder()
                    .set_item(Some(item.attributes().collect()))
                    .build()
                    .map_err(Failure::unsendable)?,
            ),
            Self::Delete(key, _) => request.delete_request(
                DeleteRequest::builder()
                    .set_key(Some(key.attributes().collect()))
                    .build()
                    .map_err(Failure::unsendable)?,
            ),
        };
        Ok(request.build())
    }
}

impl Condition {
    /// The expression, the attribute that it names, and the value that it compares with.
    fn parts(&self) -> (&'static str, &'static str, Option<AttributeValue>) {
        match self {
            Self::New => ("attribute_not_exists(#name)", PARTITION, None),
            Self::Same(name, None) => ("attribute_not_exists(#name)", name, None),
            Self::Same(name, Some(text)) => (
                "#name = :value",
                name,
                Some(AttributeValue::S(text.clone())),
            ),
        }
    }
}
