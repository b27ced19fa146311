//! What waits for a person.
//!
//! All that is known about one proposal is in one item, its state: the proposal while it waits, and when it
//! was last decided. Each step is taken on the state that was read, or not at all. So what a person says while
//! a visit is under way is neither lost nor asked again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{CompanyId, ContactId, Pair, Proposal, ProposalId};

use super::failure::Failure;
use super::item::{Item, Key};
use super::pieces::{self, Drafts, Texts};
use super::table::{CALL, Commit, Condition, Range, Write};
use super::{Dynamo, TRIES, keys, people};
use crate::Error;
use crate::stored::{decode, instant, renewed};

/// The word of places and of the index.
const WAITING: &str = "waiting";

/// How many steps are taken at once. Each is three writes at most, of which one may be large.
const AT_ONCE: usize = 10;

/// When a proposal was last decided.
const DECIDED_AT: &str = "decided_at";
/// The id of a proposal.
pub(super) const PROPOSAL: &str = "proposal";
/// The contacts that it concerns.
const CONCERNS: &str = "concerns";

/// What is known about a proposal.
#[derive(Default)]
pub(super) struct State {
    item: Option<Item>,
    /// The proposal, while it waits.
    waits: Option<Proposal>,
    /// Where it waits, which is known even if it can't be read.
    company: Option<CompanyId>,
    decided_at: Option<String>,
}

/// What is to be written about one proposal.
struct Step {
    writes: Vec<Write>,
    /// The pieces that are written for it, and when.
    drafts: Option<(Drafts, Timestamp)>,
    /// The pieces that it makes superfluous.
    superseded: Vec<Key>,
}

/// Makes these what waits at a company, as far as it was looked at.
pub(super) async fn set_waiting(
    journal: &Dynamo,
    company: CompanyId,
    about: Option<&BTreeSet<ContactId>>,
    proposals: &[Proposal],
) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let range = Range::of(keys::company(company), WAITING);
        let mut looked_at = BTreeSet::new();
        for item in journal.table.all(range).await? {
            let concerns = item.needed_numbers(CONCERNS)?;
            let mut concerns = concerns.into_iter().map(ContactId::new);
            if about.is_none_or(|about| concerns.any(|id| about.contains(&id))) {
                looked_at.insert(id(&item)?);
            }
        }
        let ids = proposals.iter().map(|found| &found.id).chain(&looked_at);
        let mut states = State::of_all(journal, ids).await?;
        let mut found: BTreeMap<&ProposalId, &Proposal> = BTreeMap::new();
        for proposal in proposals {
            let state = states.get(&proposal.id);
            if !state.is_some_and(|state| state.is_decided_since(proposal)) {
                found.entry(&proposal.id).or_insert(proposal);
            }
        }
        let mut steps = Vec::new();
        for id in looked_at.iter().filter(|id| !found.contains_key(id)) {
            let state = states.remove(id).unwrap_or_default();
            steps.extend(remove(company, id, &state)?);
        }
        for (id, proposal) in found {
            let state = states.remove(id).unwrap_or_default();
            steps.extend(put(journal, proposal, &state).await?);
        }
        let mut is_done = true;
        for some in steps.chunks(AT_ONCE) {
            is_done &= take(journal, some).await?;
        }
        // Where somebody was faster, all is looked at anew. What was written already then says the same.
        if is_done {
            return Ok(());
        }
    }
    Err(Failure::contended())
}

/// What waits, at one company or everywhere.
pub(super) async fn waiting(
    journal: &Dynamo,
    company: Option<CompanyId>,
) -> Result<Vec<Proposal>, Failure> {
    let ranges = match company {
        Some(company) => vec![Range::of(keys::company(company), WAITING)],
        None => {
            let months = journal.months(WAITING, None, None).await?;
            let listed = |listing| Range::listed(listing, WAITING);
            months.into_iter().map(listed).collect()
        }
    };
    let mut ids = BTreeSet::new();
    for range in ranges {
        for item in journal.table.all(range).await? {
            ids.insert(id(&item)?);
        }
    }
    let states = State::of_all(journal, &ids).await?;
    let waiting = states.into_values().filter_map(|state| state.waits);
    // The index follows with some delay, so it may name what waits elsewhere by now.
    let mut waiting: Vec<Proposal> = waiting
        .filter(|proposal| company.is_none_or(|company| proposal.company == company))
        .collect();
    waiting.sort_by(|a, b| (a.company, &a.id).cmp(&(b.company, &b.id)));
    Ok(waiting)
}

/// One proposal that waits.
pub(super) async fn find(journal: &Dynamo, id: &ProposalId) -> Result<Option<Proposal>, Failure> {
    Ok(State::of(journal, id).await?.waits)
}

/// The pairs whose merge waits at a company, as it was found with more than a visit may make.
pub(super) async fn over_limit(
    journal: &Dynamo,
    company: CompanyId,
) -> Result<BTreeSet<Pair>, Failure> {
    let range = Range::of(keys::company(company), WAITING);
    let mut pairs = BTreeSet::new();
    for item in journal.table.all(range).await? {
        if item.has("low") {
            pairs.insert(people::pair(&item)?);
        }
    }
    Ok(pairs)
}

/// Has a proposal wait. What waits already, and says the same, is left alone.
async fn put(journal: &Dynamo, found: &Proposal, state: &State) -> Result<Option<Step>, Failure> {
    let Some((proposal, text)) = renewed(found, state.waits.as_ref())? else {
        return Ok(None);
    };
    let Proposal { id, company, .. } = &proposal;
    let mut item = Item::at(&keys::state(id)).number("company", company.get());
    if let Some(at) = &state.decided_at {
        item = item.text(DECIDED_AT, at);
    }
    let mut drafts = Drafts::new();
    let item = drafts.hold(item, text);
    let listing = journal.listing(WAITING, proposal.seen_at).await?;
    let mut writes = vec![
        Write::Put(item, Some(state.unchanged())),
        Write::put(pointer(&proposal, listing)),
    ];
    if state.company != Some(*company) {
        writes.extend(state.waits_no_longer(id));
    }
    Ok(Some(Step {
        writes,
        drafts: Some((drafts, found.seen_at)),
        superseded: state.pieces()?,
    }))
}

/// Has a proposal wait no longer at a company, if it is there that it waits.
fn remove(company: CompanyId, id: &ProposalId, state: &State) -> Result<Option<Step>, Failure> {
    if state.company != Some(company) {
        return Ok(None);
    }
    let key = keys::state(id);
    let unchanged = Some(state.unchanged());
    let mut writes = vec![match &state.decided_at {
        Some(at) => Write::Put(Item::at(&key).text(DECIDED_AT, at), unchanged),
        None => Write::Delete(key, unchanged),
    }];
    writes.extend(state.waits_no_longer(id));
    Ok(Some(Step {
        writes,
        drafts: None,
        superseded: state.pieces()?,
    }))
}

/// Takes some steps, or none of them if somebody was faster.
async fn take(journal: &Dynamo, steps: &[Step]) -> Result<bool, Failure> {
    let table = &journal.table;
    for step in steps {
        if let Some((drafts, at)) = &step.drafts {
            drafts.write(table, *at, None).await?;
        }
        drop_pieces(journal, step.superseded.iter().cloned()).await?;
    }
    let writes = steps.iter().flat_map(|step| step.writes.iter().cloned());
    let is_done = table.commit(writes.collect()).await? == Commit::Done;
    for (drafts, _) in steps.iter().filter_map(|step| step.drafts.as_ref()) {
        match is_done {
            true => drafts.adopt(table).await?,
            false => drafts.discard(table).await?,
        }
    }
    Ok(is_done)
}

/// Takes pieces of proposals away. That comes before the step that makes them superfluous, so that none is
/// left behind. Should that step fail, the proposal was not to wait as it was anyway.
pub(super) async fn drop_pieces(
    journal: &Dynamo,
    pieces: impl IntoIterator<Item = Key>,
) -> Result<(), Failure> {
    let gone = pieces.into_iter().map(Write::delete);
    journal.table.write_all(gone).await
}

/// What a company knows about a proposal that waits at it.
fn pointer(proposal: &Proposal, listing: String) -> Item {
    let Proposal {
        id,
        company,
        pair,
        over_limit,
        seen_at,
        ..
    } = proposal;
    let concerns = proposal.concerns();
    let item = Item::at(&keys::waiting(*company, id))
        .text(PROPOSAL, id.as_str())
        .numbers(CONCERNS, concerns.iter().map(|contact| contact.get()))
        .listed(listing, format!("{WAITING}#{}#{id}", instant(*seen_at)));
    match pair.filter(|_| *over_limit) {
        Some(pair) => item
            .number("low", pair.low().get())
            .number("high", pair.high().get()),
        None => item,
    }
}

impl State {
    /// The state of one proposal.
    pub(super) async fn of(journal: &Dynamo, id: &ProposalId) -> Result<Self, Failure> {
        let mut states = Self::of_all(journal, [id]).await?;
        Ok(states.remove(id).unwrap_or_default())
    }

    /// What is to be written once it was decided at this time.
    pub(super) fn decided(&self, id: &ProposalId, at: &str) -> Write {
        let before = self.decided_at.as_deref().unwrap_or_default();
        let decided = Item::at(&keys::state(id)).text(DECIDED_AT, before.max(at));
        Write::Put(decided, Some(self.unchanged()))
    }

    /// The states of those of these proposals that have one.
    async fn of_all<'a>(
        journal: &Dynamo,
        ids: impl IntoIterator<Item = &'a ProposalId>,
    ) -> Result<BTreeMap<ProposalId, Self>, Failure> {
        let ids: BTreeSet<&ProposalId> = ids.into_iter().collect();
        let wanted = ids.iter().map(|id| keys::state(id));
        let mut items = journal.table.get_all(wanted).await?;
        let texts = Texts::of(&journal.table, items.values()).await?;
        let mut states = BTreeMap::new();
        for id in ids {
            let key = keys::state(id);
            let Some(item) = items.remove(&key) else {
                continue;
            };
            // What lost a piece on the way doesn't wait. The next visit finds it anew.
            let waits = texts.at(&key).map(|text| decode(text, || owner(id)));
            let state = Self {
                waits: waits.transpose()?,
                company: item.number_of("company")?.map(CompanyId::new),
                decided_at: item.text_of(DECIDED_AT).map(str::to_owned),
                item: Some(item),
            };
            states.insert(id.clone(), state);
        }
        Ok(states)
    }

    /// Whether a person answered while the visit that found it was still under way.
    fn is_decided_since(&self, proposal: &Proposal) -> bool {
        let decided_at = self.decided_at.as_ref();
        decided_at.is_some_and(|at| *at > instant(proposal.seen_at))
    }

    /// That nobody has written it since.
    fn unchanged(&self) -> Condition {
        let item = self.item.as_ref();
        let call = item.and_then(|item| item.text_of(CALL));
        Condition::Same(CALL, call.map(str::to_owned))
    }

    /// What is to be written for it to wait nowhere.
    pub(super) fn waits_no_longer(&self, id: &ProposalId) -> Option<Write> {
        let company = self.company?;
        Some(Write::delete(keys::waiting(company, id)))
    }

    /// Where the pieces of its proposal lie.
    pub(super) fn pieces(&self) -> Result<Vec<Key>, Failure> {
        let pieces = self.item.as_ref().map(pieces::keys).transpose()?;
        Ok(pieces.unwrap_or_default())
    }
}

pub(super) fn id(item: &Item) -> Result<ProposalId, Error> {
    item.needed(PROPOSAL)?
        .parse()
        .map_err(|_| item.damaged(PROPOSAL))
}

pub(super) fn owner(id: &ProposalId) -> String {
    format!("proposal {id}")
}
