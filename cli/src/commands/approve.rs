//! `rollcall approve`: what waits may be done, and is done at once.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store as _;
use model::{
    Change, CompanyId, ContactId, Entry, Mode, Outcome, Pair, Proposal, ProposalId, Verdict,
};

use super::decision;
use crate::args::{Decide, Profile};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::print::{self, Out};
use crate::replay::VisitReport;

pub(crate) async fn run(profile: &Profile, command: &Decide) -> anyhow::Result<Exit> {
    let rules = local::rules(profile.rules.as_deref())?;
    let local = Local::open(&profile.folder, rules).await?;
    let mut out = Out::new();
    let verdict = Verdict::Approved;
    let Some(proposals) = decision::find(&local, &mut out, &command.ids, verdict).await? else {
        return Ok(Exit::Found);
    };
    let mode = |proposal: &Proposal| local.rules().mode(proposal.rule, proposal.company);
    let observed = proposals.iter().filter(|p| mode(p) == Mode::Observe);
    let observed: Vec<&Proposal> = observed.collect();
    for proposal in &observed {
        print::review::only_observed(&mut out, proposal)?;
    }
    if !observed.is_empty() {
        return Ok(Exit::Found);
    }
    local.world().advance(1);
    let work = async {
        decision::record(&local, &mut out, &proposals, verdict, &command.by).await?;
        carry_out(&local, &mut out, &proposals).await
    };
    local.keep(work).await
}

/// Visits the companies, and tells what was approved and is not done all the same.
async fn carry_out(local: &Local, out: &mut Out, proposals: &[Proposal]) -> anyhow::Result<Exit> {
    let mut companies: BTreeMap<CompanyId, BTreeSet<ContactId>> = BTreeMap::new();
    for proposal in proposals {
        let contacts = companies.entry(proposal.company).or_default();
        contacts.extend(proposal.concerns());
    }
    let mut exit = Exit::Done;
    let mut made: Vec<Entry> = Vec::new();
    for (company, contacts) in companies {
        let request = local.request("approve", company, contacts);
        match local.reconciler().visit(&request).await {
            Ok(visit) => {
                let visit = VisitReport::from(visit);
                print::visit::visit(out, &visit)?;
                for finding in &visit.findings {
                    print::visit::finding(out, finding)?;
                }
                made.extend(visit.changes);
            }
            // One company's trouble is not the next one's.
            Err(error) => {
                let written = local.written(&request.run).await?;
                print::visit::ended_early(out, &request, &written, &error)?;
                made.extend(written);
                exit = Exit::Failed;
            }
        }
    }
    for proposal in proposals
        .iter()
        .filter(|proposal| !is_done(proposal, &made))
    {
        let waits = local.journal().proposal(&proposal.id).await?.is_some();
        print::review::not_done(out, &proposal.id, waits)?;
        exit = exit.max(Exit::Found);
    }
    Ok(exit)
}

/// Whether what was approved is among what was written.
fn is_done(proposal: &Proposal, written: &[Entry]) -> bool {
    let here = |entry: &&Entry| {
        let outcome = entry.outcome.as_ref();
        entry.company == proposal.company && outcome.is_some_and(Outcome::may_have_happened)
    };
    let mut units: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
    for entry in written.iter().filter(here) {
        units.entry(entry.unit).or_default().push(entry.change());
    }
    let unites = |change: &Change| {
        let merged = change.action.merges(&change.purpose);
        merged.is_some_and(|(loser, survivor)| proposal.pair == Some(Pair::new(loser, survivor)))
    };
    units.values().any(|unit| {
        ProposalId::of_changes(unit).as_ref() == Some(&proposal.id) || unit.iter().any(unites)
    })
}
