//! `rollcall approve`: what waits may be done, and is done at once, here or by the workers.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Change, CompanyId, ContactId, Entry, Mode, Outcome, Pair, Proposal, ProposalId, Verdict,
};
use queue::{DeduplicationId, Message, Sender as _, SqsQueue};
use reconcile::Store;

use super::decision;
use crate::args::{Decide, Profile};
use crate::desk::{Desk, cause};
use crate::exit::{Exit, UsageError};
use crate::print::{self, Out};
use crate::profile::Opened;
use crate::replay::VisitReport;

/// The companies that what was approved is about, with the contacts that it concerns there.
type Companies = BTreeMap<CompanyId, BTreeSet<ContactId>>;

pub(crate) async fn run(profile: &Profile, command: &Decide) -> anyhow::Result<Exit> {
    if profile.stack.is_some() && profile.rules.is_some() {
        return Err(UsageError::raise(
            "the workers do it, by the rules of the stack: leave out --rules",
        ));
    }
    match profile.place().await?.open().await? {
        Opened::Local(local) => Box::pin(approve(&local.desk(), command)).await,
        Opened::Stack(stack) => Box::pin(approve(&stack.desk(), command)).await,
    }
}

async fn approve<J: Store>(desk: &Desk<'_, J>, command: &Decide) -> anyhow::Result<Exit> {
    let mut out = Out::new();
    let verdict = Verdict::Approved;
    let Some(proposals) = decision::find(desk, &mut out, &command.ids, verdict).await? else {
        return Ok(Exit::Found);
    };
    let mode = |proposal: &Proposal| desk.rules.mode(proposal.rule, proposal.company);
    let observed = proposals.iter().filter(|p| mode(p) == Mode::Observe);
    let observed: Vec<&Proposal> = observed.collect();
    for proposal in &observed {
        print::review::only_observed(&mut out, proposal)?;
    }
    if !observed.is_empty() {
        return Ok(Exit::Found);
    }
    let work = async {
        decision::record(desk, &mut out, &proposals, verdict, &command.by).await?;
        match desk.workers() {
            None => carry_out(desk, &mut out, &proposals).await,
            Some(queue) => hand_over(desk, queue, &mut out, &proposals).await,
        }
    };
    desk.write(work).await
}

/// Visits the companies, and tells what was approved and is not done all the same.
async fn carry_out<J: Store>(
    desk: &Desk<'_, J>,
    out: &mut Out,
    proposals: &[Proposal],
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    let mut made: Vec<Entry> = Vec::new();
    for (company, contacts) in companies(proposals) {
        let request = desk.request("approve", company, contacts);
        match desk.reconciler.visit(&request).await {
            Ok(visit) => {
                let followed = desk.follow(&visit, "approve").await?;
                let visit = VisitReport::from(visit);
                print::visit::visit(out, &visit)?;
                for finding in &visit.findings {
                    print::visit::finding(out, finding)?;
                }
                print::mirrors::followed(out, &followed)?;
                made.extend(visit.changes);
            }
            // One company's trouble is not the next one's.
            Err(error) => {
                let written = desk.written(&request.run).await?;
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
        let waits = desk.journal.proposal(&proposal.id).await?.is_some();
        print::review::not_done(out, &proposal.id, waits)?;
        exit = exit.max(Exit::Found);
    }
    Ok(exit)
}

/// Has the workers visit the companies. They alone know who else is at a company at the moment.
async fn hand_over<J: Store>(
    desk: &Desk<'_, J>,
    queue: &SqsQueue,
    out: &mut Out,
    proposals: &[Proposal],
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    let now = desk.now().to_string();
    for (company, contacts) in companies(proposals) {
        let sent = send_visits(queue, company, &contacts, &now).await;
        if sent.is_err() {
            exit = Exit::Failed;
        }
        print::review::handed_over(out, company, sent.err().as_ref())?;
    }
    Ok(exit)
}

/// A company too large to read whole is visited around the contact that a message names, so each is named. Messages
/// that come to a worker together are one visit.
async fn send_visits(
    queue: &SqsQueue,
    company: CompanyId,
    contacts: &BTreeSet<ContactId>,
    now: &str,
) -> Result<(), queue::Error> {
    let named = contacts.iter().copied().map(Some);
    let nobody = contacts.is_empty().then_some(None);
    for contact in named.chain(nobody) {
        let message = Message::VisitCompanyV1 {
            company,
            contact,
            cause: cause("approve"),
        };
        let who = contact
            .map(|contact| contact.to_string())
            .unwrap_or_default();
        let id = DeduplicationId::of(&["approve", &company.to_string(), &who, now]);
        queue.send(&message, &id).await?;
    }
    Ok(())
}

fn companies(proposals: &[Proposal]) -> Companies {
    let mut companies = Companies::new();
    for proposal in proposals {
        let contacts = companies.entry(proposal.company).or_default();
        contacts.extend(proposal.concerns());
    }
    companies
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
