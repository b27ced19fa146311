//! What lies in the table: keys and items.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::Error;

/// The partition's name.
pub(super) const PARTITION: &str = "pk";
/// The place within the partition.
pub(super) const PLACE: &str = "sk";
/// The partition of the index that an item is in, if it is.
pub(super) const LISTING: &str = "listing";
/// The place within that partition.
pub(super) const LISTED_AT: &str = "listed_at";
/// From when on the table may forget an item by itself, in seconds since 1970.
pub(super) const EXPIRES_AT: &str = "expires_at";

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) partition: String,
    pub(super) place: String,
}

/// One item. It has no `Debug`, as it may hold people's data.
#[derive(Clone)]
pub(super) struct Item(BTreeMap<String, AttributeValue>);

impl Key {
    pub(super) fn new(partition: impl Into<String>, place: impl Into<String>) -> Self {
        Self {
            partition: partition.into(),
            place: place.into(),
        }
    }

    /// The key as attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (String, AttributeValue)> {
        let text = |name: &str, value: &String| (name.to_owned(), AttributeValue::S(value.clone()));
        [text(PARTITION, &self.partition), text(PLACE, &self.place)].into_iter()
    }
}

impl Item {
    /// An item that holds nothing yet.
    pub(super) fn at(key: &Key) -> Self {
        Self(key.attributes().collect())
    }

    /// What the SDK read.
    pub(super) fn read(attributes: impl IntoIterator<Item = (String, AttributeValue)>) -> Self {
        Self(attributes.into_iter().collect())
    }

    /// What the SDK is to write.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (String, AttributeValue)> + use<> {
        self.0.clone().into_iter()
    }

    /// With a text.
    pub(super) fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, AttributeValue::S(value.into()));
        self
    }

    /// With a number.
    pub(super) fn number(mut self, name: &'static str, value: impl Into<i64>) -> Self {
        self.set(name, AttributeValue::N(value.into().to_string()));
        self
    }

    /// With some numbers.
    pub(super) fn numbers(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = u32>,
    ) -> Self {
        let number = |value: u32| AttributeValue::N(value.to_string());
        let list = values.into_iter().map(number).collect();
        self.set(name, AttributeValue::L(list));
        self
    }

    /// In the index.
    pub(super) fn listed(self, listing: impl Into<String>, at: impl Into<String>) -> Self {
        self.text(LISTING, listing).text(LISTED_AT, at)
    }

    /// For as long as it is kept: for ever, or until then.
    pub(super) fn until(self, expires: Option<i64>) -> Self {
        match expires {
            Some(seconds) => self.number(EXPIRES_AT, seconds),
            None => self,
        }
    }

    /// Where it lies.
    pub(super) fn key(&self) -> Result<Key, Error> {
        Ok(Key::new(self.needed(PARTITION)?, self.needed(PLACE)?))
    }

    /// Whether it has this attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text that may not be there.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    /// A text that must be there.
    pub(super) fn needed(&self, name: &'static str) -> Result<&str, Error> {
        self.text_of(name).ok_or_else(|| self.damaged(name))
    }

    /// A number that may not be there.
    pub(super) fn number_of(&self, name: &'static str) -> Result<Option<u32>, Error> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let number = value.as_n().ok().and_then(|text| text.parse().ok());
        number.ok_or_else(|| self.damaged(name)).map(Some)
    }

    /// A number that must be there.
    pub(super) fn needed_number(&self, name: &'static str) -> Result<u32, Error> {
        self.number_of(name)?.ok_or_else(|| self.damaged(name))
    }

    /// Some numbers that must be there.
    pub(super) fn needed_numbers(&self, name: &'static str) -> Result<Vec<u32>, Error> {
        let list = self.0.get(name).and_then(|value| value.as_l().ok());
        let numbers = list.and_then(|values| {
            let numbers = values.iter().map(|value| value.as_n().ok()?.parse().ok());
            numbers.collect()
        });
        numbers.ok_or_else(|| self.damaged(name))
    }

    /// An item that nobody of ours wrote like this. Keys hold ids and hashes only, so they may be told.
    pub(super) fn damaged(&self, name: &'static str) -> Error {
        let part = |name| self.text_of(name).unwrap_or("?");
        Error::Damaged {
            what: format!("item {} of {}", part(PLACE), part(PARTITION)),
            path: name.to_owned(),
        }
    }

    fn set(&mut self, name: &'static str, value: AttributeValue) {
        self.0.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_read_back_as_it_was_made() {
        let key = Key::new("company#19", "default");
        let item = Item::at(&key)
            .text("text", "words")
            .number("number", 41_u32)
            .numbers("numbers", [1, u32::MAX])
            .listed("finding#2026-02", "x")
            .until(Some(-5));
        let item = Item::read(item.attributes());
        assert_eq!(item.key().unwrap(), key);
        assert_eq!(item.needed("text").unwrap(), "words");
        assert_eq!(item.needed_number("number").unwrap(), 41);
        assert_eq!(item.needed_numbers("numbers").unwrap(), [1, u32::MAX]);
        assert_eq!(item.text_of(LISTING), Some("finding#2026-02"));
        assert_eq!(item.number_of("none").unwrap(), None);
        assert!(item.has(EXPIRES_AT) && !Item::at(&key).until(None).has(EXPIRES_AT));
    }

    #[test]
    fn what_is_missing_is_named_and_what_is_there_is_not_shown() {
        let item = Item::at(&Key::new("company#19", "default")).text("number", "ada@example.com");
        for error in [
            item.needed_number("number").unwrap_err(),
            item.needed_numbers("number").unwrap_err(),
        ] {
            assert_eq!(
                error.to_string(),
                "read item default of company#19: it is damaged at number"
            );
        }
    }
}
