//! Reading and writing items, whatever they mean.
//!
//! What the SDK does not do by itself is done here: going on where an answer was cut off, asking again for
//! what was left undone, and telling a condition that failed from everything else.

mod pages;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::failure::{Failure, Reason, may_pass};
use super::item::{EXPIRES_AT, Item, Key, PARTITION};

pub(super) use self::pages::{Pages, Range};
pub(super) use self::write::{Condition, Write};

/// The most writes in one transaction.
pub(super) const TRANSACTION: usize = 100;
/// The most items in one read and in one write that is no transaction.
const READ_BATCH: usize = 100;
const WRITE_BATCH: usize = 25;

/// How often a thing is asked for that the table keeps putting off, and the first of the waits between,
/// each twice the one before. Together they stay below the time that a call may take.
const TRIES: u32 = 7;
const FIRST_WAIT: Duration = Duration::from_millis(25);

/// Which call wrote an item. It is how a call that lost its answer knows its own work, and how another one
/// sees that an item is no longer what it read.
pub(super) const CALL: &str = "call";

/// A table of DynamoDB.
#[derive(Clone, Debug)]
pub(super) struct Table {
    client: Client,
    name: String,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "nothing was written if a condition failed"]
pub(super) enum Commit {
    /// All of it was written.
    Done,
    /// Nothing was written, as the condition of the write at this place failed.
    Unmet(usize),
}

/// Counts the tries of something that is put off, and waits between them.
struct Patience {
    left: u32,
    wait: Duration,
}

impl Table {
    pub(super) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    #[cfg(test)]
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// One item as it is now.
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Item>, Failure> {
        let found = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes().collect()))
            .consistent_read(true)
            .send()
            .await?;
        Ok(found.item.map(Item::read))
    }

    /// Those of these items that are there now.
    pub(super) async fn get_all(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<BTreeMap<Key, Item>, Failure> {
        let keys: Vec<Key> = keys
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut items = BTreeMap::new();
        for some in keys.chunks(READ_BATCH) {
            let keys = some.iter().map(|key| key.attributes().collect()).collect();
            let mut asked = Some(
                KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .consistent_read(true)
                    .build()
                    .map_err(Failure::unsendable)?,
            );
            let mut patience = Patience::new();
            while let Some(keys) = asked {
                let answer = self
                    .client
                    .batch_get_item()
                    .request_items(&self.name, keys)
                    .send()
                    .await?;
                let found = answer.responses.into_iter().flatten();
                let found: Vec<Item> = found.flat_map(|(_, items)| items).map(Item::read).collect();
                let is_stuck = found.is_empty();
                for item in found {
                    items.insert(item.key()?, item);
                }
                // What is large comes in several answers. It is only put off if one brings nothing at all.
                let left = answer.unprocessed_keys.into_iter().flatten();
                asked = left.map(|(_, keys)| keys).next();
                if asked.is_some() && is_stuck {
                    patience.wait(&self.client).await?;
                }
            }
        }
        Ok(items)
    }

    /// The items of a range, page by page.
    pub(super) fn pages(&self, range: Range) -> Pages {
        Pages::new(self.clone(), range)
    }

    /// All items of a range.
    pub(super) async fn all(&self, range: Range) -> Result<Vec<Item>, Failure> {
        let mut pages = self.pages(range);
        let mut items = Vec::new();
        while let Some(page) = pages.next().await? {
            items.extend(page);
        }
        Ok(items)
    }

    /// Writes all of this, or nothing.
    ///
    /// A repetition of the SDK after a lost answer is harmless: the table knows the call by its token for
    /// ten minutes, and if it should have forgotten, what was written says which call did.
    pub(super) async fn commit(&self, writes: Vec<Write>) -> Result<Commit, Failure> {
        let call = token();
        let writes: Vec<Write> = writes.into_iter().map(|write| write.by(&call)).collect();
        let items = writes
            .iter()
            .map(|write| write.in_transaction(&self.name))
            .collect::<Result<Vec<_>, _>>()?;
        let mut patience = Patience::new();
        loop {
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .client_request_token(&call)
                .send()
                .await;
            let Err(error) = answer else {
                return Ok(Commit::Done);
            };
            let Some(codes) = error.as_service_error().and_then(cancelled) else {
                return Err(error.into());
            };
            let unmet = codes
                .iter()
                .position(|code| *code == "ConditionalCheckFailed");
            if let Some(place) = unmet {
                let is_ours = self.was_written_by(&call, &writes).await?;
                return Ok(if is_ours {
                    Commit::Done
                } else {
                    Commit::Unmet(place)
                });
            }
            // Somebody else is writing one of the items, or the table is busy. The SDK doesn't repeat that.
            match codes
                .iter()
                .find(|code| **code != "None" && !may_pass(code))
            {
                Some(code) => {
                    let words = format!("the table cancelled a transaction: {code}");
                    return Err(Failure::Refused(Reason::cause(words)));
                }
                None => patience.wait(&self.client).await?,
            }
        }
    }

    /// Writes all of this, in any order. Conditions cannot hold here.
    pub(super) async fn write_all(
        &self,
        writes: impl IntoIterator<Item = Write>,
    ) -> Result<(), Failure> {
        let requests = writes
            .into_iter()
            .map(Write::into_request)
            .collect::<Result<Vec<_>, _>>()?;
        for some in requests.chunks(WRITE_BATCH) {
            let mut left = some.to_vec();
            let mut patience = Patience::new();
            while !left.is_empty() {
                let asked = left.len();
                let answer = self
                    .client
                    .batch_write_item()
                    .request_items(&self.name, left)
                    .send()
                    .await?;
                let undone = answer.unprocessed_items.into_iter().flatten();
                left = undone.flat_map(|(_, requests)| requests).collect();
                if left.len() == asked {
                    patience.wait(&self.client).await?;
                }
            }
        }
        Ok(())
    }

    /// Has items kept until then, or for ever. Those that are gone stay so.
    pub(super) async fn keep(
        &self,
        keys: impl IntoIterator<Item = Key>,
        expires: Option<i64>,
    ) -> Result<(), Failure> {
        for key in keys {
            let update = self
                .client
                .update_item()
                .table_name(&self.name)
                .set_key(Some(key.attributes().collect()))
                .expression_attribute_names("#expires", EXPIRES_AT)
                .expression_attribute_names("#pk", PARTITION)
                .condition_expression("attribute_exists(#pk)");
            let update = match expires {
                Some(seconds) => update
                    .update_expression("SET #expires = :expires")
                    .expression_attribute_values(
                        ":expires",
                        AttributeValue::N(seconds.to_string()),
                    ),
                None => update.update_expression("REMOVE #expires"),
            };
            match update.send().await {
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(|error| error.is_conditional_check_failed_exception()) => {}
                done => {
                    done?;
                }
            }
        }
        Ok(())
    }

    /// Whether the first of these writes that has a condition was made by this call.
    async fn was_written_by(&self, call: &str, writes: &[Write]) -> Result<bool, Failure> {
        let conditional = writes.iter().find_map(|write| match write {
            Write::Put(item, Some(_)) => Some(item),
            Write::Put(_, None) | Write::Delete(..) => None,
        });
        let Some(item) = conditional else {
            return Ok(false);
        };
        let held = self.get(&item.key()?).await?;
        Ok(held.is_some_and(|held| held.text_of(CALL) == Some(call)))
    }
}

impl Patience {
    fn new() -> Self {
        Self {
            left: TRIES,
            wait: FIRST_WAIT,
        }
    }

    /// Waits, on the timer that the client was given, or gives up.
    async fn wait(&mut self, client: &Client) -> Result<(), Failure> {
        self.left -= 1;
        if self.left == 0 {
            return Err(Failure::Busy(Reason::cause(
                "the table keeps putting it off",
            )));
        }
        if let Some(timer) = client.config().sleep_impl() {
            timer.sleep(self.wait).await;
        }
        self.wait *= 2;
        Ok(())
    }
}

/// A name that no other call has, of at most 36 characters.
pub(super) fn token() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// What a cancelled transaction says about each of its writes.
fn cancelled(error: &TransactWriteItemsError) -> Option<Vec<&str>> {
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons().iter();
            Some(
                reasons
                    .map(|reason| reason.code().unwrap_or("None"))
                    .collect(),
            )
        }
        TransactWriteItemsError::TransactionInProgressException(_) => Some(Vec::new()),
        _ => None,
    }
}
