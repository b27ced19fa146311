//! `rollcall approve`: what waits may be done, and is done at once.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Action, Change, CompanyId, ContactId, Entry, Mode, Outcome, Pair, ProposalId, Verdict,
};

use super::decision::{self, Subject};
use crate::args::{Decide, Profile};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::print::{self, Out};
use crate::replay::VisitReport;

pub(crate) async fn run(profile: &Profile, command: &Decide) -> anyhow::Result<Exit> {
    let rules = local::rules(profile.rules.as_deref())?;
    let local = Local::open(&profile.folder, rules).await?;
    let mut out = Out::new();
    let Some(subjects) = decision::find(&local, &mut out, &command.ids).await? else {
        return Ok(Exit::Found);
    };
    let is_observed =
        |subject: &&Subject| local.rules().mode(subject.rule, subject.company) == Mode::Observe;
    let observed: Vec<&Subject> = subjects.iter().filter(is_observed).collect();
    for subject in &observed {
        print::review::only_observed(&mut out, subject)?;
    }
    if !observed.is_empty() {
        return Ok(Exit::Found);
    }

    local.world().advance(1);
    let mut companies: BTreeMap<CompanyId, BTreeSet<ContactId>> = BTreeMap::new();
    for subject in &subjects {
        decision::record(&local, subject, Verdict::Approved, &command.by).await?;
        print::review::recorded(&mut out, subject, Verdict::Approved)?;
        let contacts = companies.entry(subject.company).or_default();
        contacts.extend(&subject.contacts);
    }
    let mut made: Vec<Entry> = Vec::new();
    for (company, contacts) in companies {
        let request = local.request("approve", company, contacts);
        let visit = local.reconciler().visit(&request).await;
        local.save()?;
        let visit = VisitReport::from(visit?);
        print::visit::visit(&mut out, &visit)?;
        for finding in &visit.findings {
            print::visit::finding(&mut out, finding)?;
        }
        made.extend(visit.changes);
    }
    made.retain(|entry| {
        entry
            .outcome
            .as_ref()
            .is_some_and(Outcome::may_have_happened)
    });
    let mut exit = Exit::Done;
    for subject in subjects.iter().filter(|subject| !is_done(subject, &made)) {
        print::review::not_done(&mut out, subject)?;
        exit = Exit::Found;
    }
    Ok(exit)
}

/// Whether what was approved is among what was written.
fn is_done(subject: &Subject, made: &[Entry]) -> bool {
    let mut units: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
    for entry in made.iter().filter(|entry| entry.company == subject.company) {
        units.entry(entry.unit).or_default().push(Change {
            unit: entry.unit,
            rule: entry.rule,
            purpose: entry.purpose.clone(),
            action: entry.action.clone(),
            reason: entry.reason.clone(),
            evidence: Vec::new(),
        });
    }
    let unites = |change: &Change| match change.action {
        Action::Merge {
            loser, survivor, ..
        } => subject.pair == Some(Pair::new(loser, survivor)),
        Action::Retire { contact } => subject
            .pair
            .is_some_and(|pair| [pair.low(), pair.high()].contains(&contact)),
        _ => false,
    };
    units.values().any(|unit| {
        ProposalId::of_changes(unit).as_ref() == Some(&subject.id) || unit.iter().any(unites)
    })
}
