//! What `approve` and `reject` have in common: finding what is meant, and recording what was said.

use std::collections::BTreeSet;

use model::{Decision, Mode, Proposal, ProposalId, Verdict};
use reconcile::{Planned, Store};

use crate::desk::Desk;
use crate::print::{self, Out};

/// What an id means to somebody who decides.
enum Meaning {
    /// It can be decided.
    Open(Proposal),
    /// It cannot: nobody ever decided about it, or this was the last thing that somebody said.
    Closed(Option<Decision>),
}

/// Finds what the ids mean. `None`, and it is told why, when one of them cannot be decided: then nothing at
/// all is.
pub(super) async fn find<J: Store>(
    desk: &Desk<'_, J>,
    out: &mut Out,
    ids: &[ProposalId],
    verdict: Verdict,
) -> anyhow::Result<Option<Vec<Proposal>>> {
    let mut found = Vec::new();
    let ids: BTreeSet<&ProposalId> = ids.iter().collect();
    for id in &ids {
        match meaning(desk, id, verdict).await? {
            Meaning::Open(proposal) => found.push(proposal),
            Meaning::Closed(said) => print::review::closed(out, id, said.as_ref())?,
        }
    }
    Ok((found.len() == ids.len()).then_some(found))
}

async fn meaning<J: Store>(
    desk: &Desk<'_, J>,
    id: &ProposalId,
    verdict: Verdict,
) -> anyhow::Result<Meaning> {
    if let Some(proposal) = desk.journal.proposal(id).await? {
        return Ok(Meaning::Open(proposal));
    }
    let Some(said) = desk.journal.decision(id).await? else {
        return Ok(Meaning::Closed(None));
    };
    // Who was told apart stays apart; anything else may be decided otherwise.
    let is_final = said.verdict == Verdict::Rejected && said.pair.is_some();
    let reopened = if is_final || said.verdict == verdict {
        None
    } else {
        undecided(desk, &said).await?
    };
    Ok(reopened.map_or(Meaning::Closed(Some(said)), Meaning::Open))
}

/// What a decision is about, as it stands now and would wait if nobody had decided. `None` when nothing asks
/// for it any more.
async fn undecided<J: Store>(
    desk: &Desk<'_, J>,
    said: &Decision,
) -> anyhow::Result<Option<Proposal>> {
    let request = desk.request("review", said.company, BTreeSet::new());
    let Some(Planned { mut snapshot, .. }) = desk.observer().plan(&request).await? else {
        return Ok(None);
    };
    // A contact that was brought back since has another id by now.
    let returned = snapshot.memory.returned();
    let id = said
        .proposal
        .renamed(|old| returned.get(&old).copied().unwrap_or(old));
    let decisions = &mut snapshot.memory.decisions;
    decisions.retain(|decision| decision.proposal != id);
    let rules = desk.rules.clone().in_mode(Mode::Review);
    let plan = policy::plan(&snapshot, &rules);
    let all = policy::proposals(&snapshot, &rules, &plan, &request.run);
    Ok(all.into_iter().find(|found| found.id == id))
}

/// Records what was said.
pub(super) async fn record<J: Store>(
    desk: &Desk<'_, J>,
    out: &mut Out,
    proposals: &[Proposal],
    verdict: Verdict,
    by: &str,
) -> anyhow::Result<()> {
    for proposal in proposals {
        let decision = Decision::on(proposal, verdict, desk.now(), by);
        desk.journal.decide(&decision).await?;
        print::review::recorded(out, proposal, verdict)?;
    }
    Ok(())
}
