//! What people decided.

use model::{CompanyId, Decision, Image, ProposalId, Verdict};

use super::failure::Failure;
use super::item::{Item, Key};
use super::pieces::{Drafts, TEXT, Texts};
use super::proposals::{PROPOSAL, State, drop_pieces, id, owner};
use super::table::{Commit, Condition, Range, Write};
use super::{Dynamo, TRIES, keys, people};
use crate::stored::{apart, decode, encode, instant};

/// The words of places and of the index.
const DECISION: &str = "decision";
pub(super) const SHOWN: &str = "shown";

/// Where a decision lies at its company.
const PLACE_OF: &str = "place_of";

/// Records a decision, and all that follows from it.
pub(super) async fn decide(journal: &Dynamo, decision: &Decision) -> Result<(), Failure> {
    let Decision {
        proposal,
        company,
        verdict,
        pair,
        contacts: _,
        at,
        by,
    } = decision;
    let table = &journal.table;
    let (record, shown) = apart(decision);
    let record = encode(&record)?;
    let (time, hash) = (instant(*at), keys::hash(&record));
    let pointer = Key::new(
        keys::proposal(proposal),
        format!("{DECISION}#{time}#{hash}"),
    );
    if table.get(&pointer).await?.is_some() {
        return Ok(());
    }
    let expires = journal.expires(*at);
    let place = format!("{DECISION}#{time}#{proposal}#{hash}");
    let at_company = |place: &str| {
        let item = Item::at(&Key::new(keys::company(*company), place));
        item.text(PROPOSAL, proposal.as_str())
    };
    // Without the contacts, a decision is small.
    let mut records = vec![Write::put(at_company(&place).text(TEXT, record))];
    let mut drafts = Drafts::new();
    if let Some(shown) = shown {
        let listing = journal.listing(SHOWN, *at).await?;
        let item = at_company(&format!("{place}#{SHOWN}"))
            .listed(listing, format!("{SHOWN}#{time}#{proposal}#{hash}"))
            .until(expires);
        records.push(Write::put(drafts.hold(item, encode(&shown)?)));
    }
    drafts.write(table, *at, expires).await?;
    let pointer = Item::at(&pointer)
        .number("company", company.get())
        .text(PLACE_OF, &place);
    for _ in 0..TRIES {
        let state = State::of(journal, proposal).await?;
        drop_pieces(journal, state.pieces()?).await?;
        let mut writes = vec![
            Write::Put(pointer.clone(), Some(Condition::New)),
            state.decided(proposal, &time),
        ];
        writes.extend(records.iter().cloned());
        writes.extend(state.waits_no_longer(proposal));
        if let (Verdict::Rejected, Some(pair)) = (verdict, pair)
            && table.get(&keys::apart(*pair)).await?.is_none()
        {
            writes.extend(people::apart(*pair, *company, *at, by.reveal()));
        }
        match table.commit(writes).await? {
            Commit::Done => {
                return match expires {
                    Some(_) => Ok(()),
                    None => drafts.adopt(table).await,
                };
            }
            // Somebody recorded the very same in between.
            Commit::Unmet(0) => break,
            Commit::Unmet(_) => {}
        }
    }
    drafts.discard(table).await?;
    match table.get(&pointer.key()?).await? {
        Some(_) => Ok(()),
        None => Err(Failure::contended()),
    }
}

/// What was decided at a company.
pub(super) async fn at_company(
    journal: &Dynamo,
    company: CompanyId,
) -> Result<Vec<Decision>, Failure> {
    let range = Range::of(keys::company(company), DECISION);
    decided(journal, journal.table.all(range).await?).await
}

/// The last thing that was decided about a proposal.
pub(super) async fn last(journal: &Dynamo, id: &ProposalId) -> Result<Option<Decision>, Failure> {
    let range = Range::of(keys::proposal(id), DECISION).latest_first();
    let mut pages = journal.table.pages(range);
    while let Some(page) = pages.next().await? {
        let Some(pointer) = page.first() else {
            continue;
        };
        let company = keys::company(CompanyId::new(pointer.needed_number("company")?));
        let place = pointer.needed(PLACE_OF)?;
        let record = Key::new(&company, place);
        let shown = Key::new(&company, format!("{place}#{SHOWN}"));
        let items = journal.table.get_all([record, shown]).await?;
        return Ok(decided(journal, items.into_values().collect()).await?.pop());
    }
    Ok(None)
}

/// The decisions of these items, in their order.
async fn decided(journal: &Dynamo, items: Vec<Item>) -> Result<Vec<Decision>, Failure> {
    let texts = Texts::of(&journal.table, &items).await?;
    let mut decisions = Vec::new();
    for item in &items {
        let key = item.key()?;
        if key.place.ends_with(&format!("#{SHOWN}")) {
            continue;
        }
        let id = id(item)?;
        let owner = || owner(&id);
        let text = texts.at(&key).ok_or_else(|| item.damaged(TEXT))?;
        let mut decision: Decision = decode(text, owner)?;
        let shown = Key::new(key.partition, format!("{}#{SHOWN}", key.place));
        if let Some(text) = texts.at(&shown) {
            decision.contacts = decode::<Image>(text, owner)?.contacts;
        }
        decisions.push(decision);
    }
    Ok(decisions)
}
