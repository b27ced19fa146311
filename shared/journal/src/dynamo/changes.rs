//! Intents and outcomes.
//!
//! A change lies in the partition of its company as it was recorded: whole. When it ends, what is kept of it
//! for ever is written beside that. So nothing is ever rewritten to be forgotten. What goes is removed, by
//! [`forget`](super::retention) or by the table, and what is left reads the same either way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{ChangeId, CompanyId, Entry, Image, Outcome, Past};

use super::failure::Failure;
use super::item::{Item, Key};
use super::pieces::{self, Drafts, Texts};
use super::pointers::{Listed, Pointer, contacts, with_contacts};
use super::table::{Commit, Condition, Range, TRANSACTION, Write};
use super::{Dynamo, keys};
use crate::Error;
use crate::stored::{
    Conclusion, Intent, contacts_of_end, contacts_of_intent, decode, encode, instant,
};

/// The words of places.
const CHANGE: &str = "change";
const OPEN: &str = "open";
/// What the index lists changes under that have ended and are held whole.
pub(super) const ENDED: &str = "ended";

/// How a change ended. While nobody knows, there is none.
const CONCLUSION: &str = "conclusion";
/// Whether there is an image of the records afterwards.
const PICTURED: &str = "pictured";

/// The items of a change.
#[derive(Clone, Copy)]
enum Part {
    Whole,
    Kept,
    Before,
    After,
}

const PARTS: [Part; 4] = [Part::Whole, Part::Kept, Part::Before, Part::After];

/// Changes as they lie in the table.
struct Held {
    items: BTreeMap<Key, Item>,
    texts: Texts,
}

/// Records an intent.
pub(super) async fn intend(journal: &Dynamo, entry: &Entry) -> Result<(), Failure> {
    let table = &journal.table;
    let intent = Intent::of(entry)?;
    let pointer = Pointer::to_change(entry);
    let contacts = contacts_of_intent(entry);
    let mut drafts = Drafts::new();
    let whole = with_contacts(pointer.item(&part(&pointer, Part::Whole)?), &contacts);
    let whole = drafts.hold(whole, encode(&intent)?);
    let before = Item::at(&part(&pointer, Part::Before)?);
    let before = drafts.hold(before, encode(&entry.before)?);
    let by_run = pointer.item(&keys::change(&entry.id));

    let listing = journal.listing(CHANGE, entry.intended_at).await?;
    drafts.write(table, entry.intended_at, None).await?;
    let mut writes = vec![
        Write::Put(
            by_run.listed(listing, pointer.place(CHANGE)),
            Some(Condition::New),
        ),
        Write::put(whole),
        Write::put(before),
        Write::put(pointer.item(&open(&pointer)?)),
    ];
    writes.extend(
        pointer
            .at_contacts(CHANGE, contacts)
            .into_iter()
            .map(Write::put),
    );
    let rest = writes.split_off(writes.len().min(TRANSACTION));
    match table.commit(writes).await? {
        Commit::Done => {}
        Commit::Unmet(_) => {
            drafts.discard(table).await?;
            let id = entry.id.clone();
            return Err(Error::Conflict { id }.into());
        }
    }
    // Whoever dies here has made no call yet. The intent is found unfinished all the same.
    drafts.adopt(table).await?;
    table.write_all(rest).await
}

/// Records an outcome.
pub(super) async fn conclude(
    journal: &Dynamo,
    id: &ChangeId,
    outcome: &Outcome,
    after: Option<&Image>,
    at: Timestamp,
) -> Result<(), Failure> {
    let table = &journal.table;
    let unknown = || Failure::from(Error::Unknown { id: id.clone() });
    let concluded = || Failure::from(Error::Concluded { id: id.clone() });
    let by_run = table.get(&keys::change(id)).await?.ok_or_else(unknown)?;
    let pointer = Pointer::read(&by_run)?;
    let held = Held::read(journal, std::slice::from_ref(&pointer)).await?;
    let Some(whole) = held.item(&pointer, Part::Whole)? else {
        let is_kept = held.item(&pointer, Part::Kept)?.is_some();
        return Err(if is_kept { concluded() } else { unknown() });
    };
    if whole.has(CONCLUSION) {
        return Err(concluded());
    }
    let before = held.item(&pointer, Part::Before)?;
    let kept = held.intent(&pointer)?.retained();
    let conclusion = encode(&Conclusion {
        outcome: outcome.clone(),
        at,
    })?;
    let expires = journal.expires(at);
    // Of a person's text nothing is kept, so its pointers go as well.
    let pointers_until = expires.filter(|_| kept.is_none());
    let known = contacts(whole)?;
    let mut concerned = contacts_of_end(outcome, after);
    concerned.extend(&known);
    let to_point = match pointers_until {
        Some(_) => concerned.clone(),
        None => concerned.difference(&known).copied().collect(),
    };

    // What is kept for ever and what may be forgotten are not written with the same pieces.
    let (mut lasting, mut drafts) = (Drafts::new(), Drafts::new());
    let listing = journal.listing(ENDED, at).await?;
    let mut ended = with_contacts(whole.clone(), &concerned)
        .text(CONCLUSION, &conclusion)
        .listed(listing, place_of_end(at, &pointer))
        .until(expires);
    let mut writes = vec![Write::delete(open(&pointer)?)];
    if let Some(after) = after {
        let item = Item::at(&part(&pointer, Part::After)?).until(expires);
        writes.push(Write::put(drafts.hold(item, encode(after)?)));
        ended = ended.number(PICTURED, 1);
    }
    if let Some(kept) = &kept {
        let item = pointer.item(&part(&pointer, Part::Kept)?);
        let item = item.text(CONCLUSION, &conclusion);
        writes.push(Write::put(lasting.hold(item, encode(kept)?)));
    }
    if expires.is_some() {
        writes.extend(before.map(|item| Write::put(item.clone().until(expires))));
    }
    if pointers_until.is_some() {
        writes.push(Write::put(by_run.until(pointers_until)));
    }
    let is_open = Condition::Same(CONCLUSION, None);
    writes.insert(0, Write::Put(ended, Some(is_open)));
    let pointers = pointer.at_contacts(CHANGE, to_point).into_iter();
    writes.extend(pointers.map(|item| Write::put(item.until(pointers_until))));

    // What doesn't fit into the transaction comes before it, so that nothing is missing once it is done. If
    // it fails, the change is concluded by a later visit, which says anew until when its pieces are kept.
    let rest = writes.split_off(writes.len().min(TRANSACTION));
    table.write_all(rest).await?;
    // What is kept names nobody, so it may stay whatever happens next. It must never go.
    lasting.write(table, at, None).await?;
    lasting.adopt(table).await?;
    drafts.write(table, at, expires).await?;
    for item in [Some(whole), before].into_iter().flatten() {
        table.keep(pieces::keys(item)?, expires).await?;
    }
    match table.commit(writes).await? {
        Commit::Done if expires.is_none() => drafts.adopt(table).await,
        Commit::Done => Ok(()),
        Commit::Unmet(_) => {
            lasting.discard(table).await?;
            drafts.discard(table).await?;
            Err(concluded())
        }
    }
}

/// The intents of a company without an outcome.
pub(super) async fn open_intents(
    journal: &Dynamo,
    company: CompanyId,
) -> Result<Vec<Entry>, Failure> {
    let range = Range::of(keys::company(company), OPEN);
    let mut pointers = Vec::new();
    for item in journal.table.all(range).await? {
        pointers.push(Pointer::read(&item)?);
    }
    Entry::read(journal, &pointers).await
}

/// One change.
pub(super) async fn find(journal: &Dynamo, id: &ChangeId) -> Result<Option<Entry>, Failure> {
    let Some(item) = journal.table.get(&keys::change(id)).await? else {
        return Ok(None);
    };
    let pointer = Pointer::read(&item)?;
    Ok(Entry::read(journal, &[pointer]).await?.pop())
}

/// The changes at a company, without images.
pub(super) async fn past(journal: &Dynamo, company: CompanyId) -> Result<Vec<Past>, Failure> {
    let range = Range::of(keys::company(company), CHANGE);
    let items = journal.table.all(range).await?;
    let pointers = items.iter().map(Pointer::read);
    let pointers: BTreeSet<Pointer> = pointers.collect::<Result<_, _>>()?;
    let held = Held::of(journal, items).await?;
    let mut past = Vec::new();
    for pointer in &pointers {
        if held.text(pointer, Part::Whole)?.is_some() {
            let conclusion = held.conclusion(pointer, Part::Whole)?;
            past.push(held.intent(pointer)?.past(conclusion));
        } else if let Some((intent, conclusion)) = held.kept(pointer)? {
            past.push(intent.past(conclusion));
        } else {
            held.must_have_ended(pointer)?;
        }
    }
    Ok(past)
}

impl Listed for Entry {
    const WORD: &'static str = CHANGE;

    async fn read(journal: &Dynamo, pointers: &[Pointer]) -> Result<Vec<Self>, Failure> {
        let held = Held::read(journal, pointers).await?;
        let entries = pointers.iter().map(|pointer| held.entry(pointer));
        entries.filter_map(Result::transpose).collect()
    }
}

impl Held {
    async fn read(journal: &Dynamo, pointers: &[Pointer]) -> Result<Self, Failure> {
        let mut wanted = Vec::new();
        for pointer in pointers {
            for which in PARTS {
                wanted.push(part(pointer, which)?);
            }
        }
        let items = journal.table.get_all(wanted).await?;
        Self::of(journal, items.into_values()).await
    }

    async fn of(journal: &Dynamo, items: impl IntoIterator<Item = Item>) -> Result<Self, Failure> {
        let mut by_key = BTreeMap::new();
        for item in items {
            by_key.insert(item.key()?, item);
        }
        let texts = Texts::of(&journal.table, by_key.values()).await?;
        let items = by_key;
        Ok(Self { items, texts })
    }

    /// A change, if it is there.
    ///
    /// The table forgets items one by one, some days late. Until the last one is gone, a change that has
    /// ended is held whole only if nothing of it is missing. Otherwise it is forgotten.
    fn entry(&self, pointer: &Pointer) -> Result<Option<Entry>, Failure> {
        let is_pictured = self
            .item(pointer, Part::Whole)?
            .is_some_and(|item| item.has(PICTURED));
        let whole = self.text(pointer, Part::Whole)?;
        let before = self.text(pointer, Part::Before)?;
        let after = self.text(pointer, Part::After)?;
        let (Some(_), Some(before), true) = (whole, before, after.is_some() == is_pictured) else {
            if let Some((intent, conclusion)) = self.kept(pointer)? {
                return Ok(Some(intent.entry(Image::default(), conclusion, None)));
            }
            self.must_have_ended(pointer)?;
            return Ok(None);
        };
        let owner = || owner(pointer);
        let before = decode(before, owner)?;
        let after = after.map(|text| decode(text, owner)).transpose()?;
        let conclusion = self.conclusion(pointer, Part::Whole)?;
        Ok(Some(self.intent(pointer)?.entry(before, conclusion, after)))
    }

    /// The intent as it was recorded.
    fn intent(&self, pointer: &Pointer) -> Result<Intent, Failure> {
        let text = self.text(pointer, Part::Whole)?;
        let text = text.ok_or_else(|| incomplete(pointer))?;
        Ok(decode(text, || owner(pointer))?)
    }

    /// What is kept for ever, if it has come to that.
    fn kept(&self, pointer: &Pointer) -> Result<Option<(Intent, Option<Conclusion>)>, Failure> {
        let Some(text) = self.text(pointer, Part::Kept)? else {
            return Ok(None);
        };
        let intent = decode(text, || owner(pointer))?;
        Ok(Some((intent, self.conclusion(pointer, Part::Kept)?)))
    }

    fn conclusion(&self, pointer: &Pointer, which: Part) -> Result<Option<Conclusion>, Failure> {
        let item = self.item(pointer, which)?;
        let text = item.and_then(|item| item.text_of(CONCLUSION));
        let conclusion = text.map(|text| decode(text, || owner(pointer)));
        Ok(conclusion.transpose()?)
    }

    /// Of an intent whose end nobody knows, nothing is forgotten, so nothing may be missing.
    fn must_have_ended(&self, pointer: &Pointer) -> Result<(), Failure> {
        match self.item(pointer, Part::Whole)? {
            Some(item) if !item.has(CONCLUSION) => Err(incomplete(pointer).into()),
            _ => Ok(()),
        }
    }

    fn item(&self, pointer: &Pointer, which: Part) -> Result<Option<&Item>, Failure> {
        Ok(self.items.get(&part(pointer, which)?))
    }

    fn text(&self, pointer: &Pointer, which: Part) -> Result<Option<&str>, Failure> {
        Ok(self.texts.at(&part(pointer, which)?))
    }
}

/// All that is to go with changes that have ended: first what hangs on them, then they themselves. The
/// second part also says of each whether something stays of it.
pub(super) async fn to_forget(
    journal: &Dynamo,
    pointers: &[Pointer],
) -> Result<(Vec<Key>, Vec<(Key, bool)>), Failure> {
    let held = Held::read(journal, pointers).await?;
    let (mut parts, mut wholes) = (Vec::new(), Vec::new());
    for pointer in pointers {
        let Some(whole) = held.item(pointer, Part::Whole)? else {
            continue;
        };
        for which in [Part::Whole, Part::Before, Part::After] {
            if let Some(item) = held.item(pointer, which)? {
                parts.extend(pieces::keys(item)?);
            }
        }
        parts.push(part(pointer, Part::Before)?);
        parts.push(part(pointer, Part::After)?);
        let stays = held.item(pointer, Part::Kept)?.is_some();
        if !stays {
            let pointers = pointer.at_contacts(CHANGE, contacts(whole)?);
            for item in pointers {
                parts.push(item.key()?);
            }
            parts.push(keys::change(&pointer.change()?));
        }
        wholes.push((part(pointer, Part::Whole)?, stays));
    }
    Ok((parts, wholes))
}

fn part(pointer: &Pointer, which: Part) -> Result<Key, Failure> {
    let at_company = |suffix: &str| {
        let place = format!("{}#{suffix}", pointer.place(CHANGE));
        Ok(Key::new(company(pointer)?, place))
    };
    let in_run = |suffix: &str| {
        let place = format!("image#{}#{suffix}", pointer.place);
        Ok(Key::new(keys::run(&pointer.run), place))
    };
    match which {
        Part::Whole => at_company("whole"),
        Part::Kept => at_company("kept"),
        Part::Before => in_run("before"),
        Part::After => in_run("after"),
    }
}

fn open(pointer: &Pointer) -> Result<Key, Failure> {
    Ok(Key::new(company(pointer)?, pointer.place(OPEN)))
}

fn company(pointer: &Pointer) -> Result<String, Failure> {
    let company = pointer.company.ok_or_else(|| incomplete(pointer))?;
    Ok(keys::company(company))
}

/// Where the index has a change that ended then.
fn place_of_end(at: Timestamp, pointer: &Pointer) -> String {
    format!("{ENDED}#{}#{}#{}", instant(at), pointer.run, pointer.place)
}

fn owner(pointer: &Pointer) -> String {
    match pointer.change() {
        Ok(id) => format!("change {id}"),
        Err(_) => format!("a change of run {}", pointer.run),
    }
}

fn incomplete(pointer: &Pointer) -> Error {
    Error::Damaged {
        what: format!("the items of {}", owner(pointer)),
        path: ".".to_owned(),
    }
}
