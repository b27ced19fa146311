//! Forgetting what is older than it may get.
//!
//! The index lists, by month, what can be forgotten and when it ended. What hangs on a record goes first and
//! the record last, as it is by the record that the rest is found, should this be interrupted.

use jiff::Timestamp;

use super::failure::Failure;
use super::item::{Item, Key};
use super::pointers::Pointer;
use super::table::{Range, Write};
use super::{Dynamo, changes, decisions, findings, pieces};
use crate::Forgotten;
use crate::stored::instant;

/// How many records are forgotten at once.
const AT_ONCE: usize = 100;

/// Forgets what is older.
pub(super) async fn forget(journal: &Dynamo, before: Timestamp) -> Result<Forgotten, Failure> {
    let mut forgotten = Forgotten::default();
    for some in due(journal, changes::ENDED, before).await?.chunks(AT_ONCE) {
        let (parts, wholes) = changes::to_forget(journal, &pointers(some)?).await?;
        remove(journal, parts).await?;
        let stay = wholes.iter().filter(|(_, stays)| *stays).count();
        forgotten.images += stay;
        forgotten.changes += wholes.len() - stay;
        remove(journal, wholes.into_iter().map(|(key, _)| key)).await?;
    }
    for some in due(journal, findings::FINDING, before)
        .await?
        .chunks(AT_ONCE)
    {
        let (parts, records) = findings::to_forget(journal, &pointers(some)?).await?;
        remove(journal, parts).await?;
        forgotten.findings += records.len();
        remove(journal, records).await?;
    }
    for some in due(journal, decisions::SHOWN, before)
        .await?
        .chunks(AT_ONCE)
    {
        let listed = some.iter().map(Item::key).collect::<Result<Vec<_>, _>>()?;
        // The index follows with some delay, so it may name what is gone.
        let shown = journal.table.get_all(listed).await?;
        for item in shown.values() {
            remove(journal, pieces::keys(item)?).await?;
        }
        forgotten.decisions += shown.len();
        remove(journal, shown.into_keys()).await?;
    }
    Ok(forgotten)
}

/// What is listed under this word and is older.
async fn due(journal: &Dynamo, word: &str, before: Timestamp) -> Result<Vec<Item>, Failure> {
    let mut due = Vec::new();
    for month in journal.months(word, None, Some(before)).await? {
        let end = format!("{word}#{}", instant(before));
        let range = Range::listed(month, word).until(Some(end));
        due.extend(journal.table.all(range).await?);
    }
    Ok(due)
}

fn pointers(items: &[Item]) -> Result<Vec<Pointer>, Failure> {
    Ok(items.iter().map(Pointer::read).collect::<Result<_, _>>()?)
}

async fn remove(journal: &Dynamo, keys: impl IntoIterator<Item = Key>) -> Result<(), Failure> {
    journal
        .table
        .write_all(keys.into_iter().map(Write::delete))
        .await
}
