//! What a person must settle.

use std::collections::BTreeSet;

use model::{ContactId, FindingEntry};

use super::failure::Failure;
use super::item::{Item, Key};
use super::pieces::{self, Drafts, Texts};
use super::pointers::{Listed, Pointer, contacts, with_contacts};
use super::table::{Commit, Condition, TRANSACTION, Write};
use super::{Dynamo, keys};
use crate::stored::{decode, encode};

/// The word of places and of the index.
pub(super) const FINDING: &str = "finding";

/// Records a finding, unless it is there.
pub(super) async fn note(journal: &Dynamo, entry: &FindingEntry) -> Result<(), Failure> {
    let table = &journal.table;
    let text = encode(entry)?;
    let pointer = Pointer::to_finding(entry, keys::hash(&text));
    // A finding ends when it is noted.
    let expires = journal.expires(entry.at);
    let mut drafts = Drafts::new();
    let listing = journal.listing(FINDING, entry.at).await?;
    let contacts: BTreeSet<ContactId> = entry.finding.contacts.iter().copied().collect();
    let record = with_contacts(pointer.item(&record(&pointer)), &contacts)
        .listed(listing, pointer.place(FINDING))
        .until(expires);
    let record = drafts.hold(record, text);
    drafts.write(table, entry.at, expires).await?;
    let mut writes = vec![Write::Put(record, Some(Condition::New))];
    let pointers = hanging(&pointer, contacts).into_iter();
    writes.extend(pointers.map(|item| Write::put(item.until(expires))));
    let rest = writes.split_off(writes.len().min(TRANSACTION));
    table.write_all(rest).await?;
    match table.commit(writes).await? {
        Commit::Done if expires.is_none() => drafts.adopt(table).await,
        Commit::Done => Ok(()),
        Commit::Unmet(_) => drafts.discard(table).await,
    }
}

impl Listed for FindingEntry {
    const WORD: &'static str = FINDING;

    async fn read(journal: &Dynamo, pointers: &[Pointer]) -> Result<Vec<Self>, Failure> {
        let items = journal.table.get_all(pointers.iter().map(record)).await?;
        let texts = Texts::of(&journal.table, items.values()).await?;
        let owner = |run| move || format!("run {run}");
        let found = pointers.iter().filter_map(|pointer| {
            let text = texts.at(&record(pointer))?;
            Some(decode(text, owner(&pointer.run)).map_err(Failure::from))
        });
        found.collect()
    }
}

/// All that is to go with findings: first what hangs on them, then they themselves.
pub(super) async fn to_forget(
    journal: &Dynamo,
    pointers: &[Pointer],
) -> Result<(Vec<Key>, Vec<Key>), Failure> {
    let items = journal.table.get_all(pointers.iter().map(record)).await?;
    let mut parts = Vec::new();
    for item in items.values() {
        parts.extend(pieces::keys(item)?);
        for item in hanging(&Pointer::read(item)?, contacts(item)?) {
            parts.push(item.key()?);
        }
    }
    Ok((parts, items.into_keys().collect()))
}

/// Where the finding itself lies.
fn record(pointer: &Pointer) -> Key {
    let place = format!("{FINDING}#{}#{}", pointer.at, pointer.place);
    Key::new(keys::run(&pointer.run), place)
}

/// The pointers to it: one at its company, and one at each contact.
fn hanging(pointer: &Pointer, contacts: impl IntoIterator<Item = ContactId>) -> Vec<Item> {
    let mut items = pointer.at_contacts(FINDING, contacts);
    if let Some(company) = pointer.company {
        let key = Key::new(keys::company(company), pointer.place(FINDING));
        items.push(pointer.item(&key));
    }
    items
}
