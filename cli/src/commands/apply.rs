//! `rollcall apply`: a saved plan, carried out.

use model::{Action, CompanyPlan, Outcome, ProposalId, SavedPlan};
use policy::Rules;
use reconcile::{Applied, Refusal, Store};
use serde_json::{Value, json};

use crate::args::{Apply, Profile};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::follow::Followed;
use crate::plan_file;
use crate::print::{self, Out, Progress};
use crate::profile::Opened;
use crate::units::{Standing, units};

/// What became of the plan of one company.
pub(crate) struct Company<'p> {
    pub(crate) saved: &'p CompanyPlan,
    /// What the plan leaves to a person's word on each.
    pub(crate) waiting: Vec<(ProposalId, &'p Action)>,
    pub(crate) applied: Applied,
    /// What followed in the mirrors.
    pub(crate) followed: Followed,
}

/// What it came to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Changes that were made.
    pub(crate) made: usize,
    /// Decisions of which nothing was written.
    pub(crate) refused: usize,
    /// Decisions that were made in part, or not reached.
    pub(crate) unfinished: usize,
    /// Decisions that wait for a person's word on each.
    pub(crate) waiting: usize,
    /// Companies where it ended early.
    pub(crate) failed: usize,
}

pub(crate) async fn run(profile: &Profile, command: &Apply) -> anyhow::Result<Exit> {
    let place = profile.place().await?;
    let plan = plan_file::read(&command.file, place.rules())?;
    match place.open().await? {
        Opened::Local(local) => carry_out(&local.desk(), &plan, command).await,
        Opened::Stack(stack) => carry_out(&stack.desk(), &plan, command).await,
    }
}

async fn carry_out<J: Store>(
    desk: &Desk<'_, J>,
    plan: &SavedPlan,
    command: &Apply,
) -> anyhow::Result<Exit> {
    let elsewhere = desk.how_to_name_another();
    plan_file::check_tenant(&command.file, plan, &desk.tenant, elsewhere)?;
    desk.look_out().await;
    let companies = desk.write(apply(desk, plan)).await?;
    let mut out = Out::new();
    if command.json {
        let data: Vec<Value> = companies.iter().map(data).collect();
        out.json(&data)?;
    } else {
        for company in &companies {
            print::apply::company(&mut out, company)?;
        }
        print::apply::total(&mut out, counts(&companies))?;
    }
    Ok(match counts(&companies) {
        Counts { failed: 1.., .. } => Exit::Failed,
        _ if companies.iter().any(|company| company.followed.is_untold()) => Exit::Failed,
        Counts {
            refused: 0,
            unfinished: 0,
            waiting: 0,
            ..
        } => Exit::Done,
        _ => Exit::Found,
    })
}

async fn apply<'p, J: Store>(
    desk: &Desk<'_, J>,
    plan: &'p SavedPlan,
) -> anyhow::Result<Vec<Company<'p>>> {
    let progress = Progress::new("applying the plans of companies", plan.companies.len());
    let mut companies = Vec::new();
    for saved in &plan.companies {
        let request = desk.request("apply", saved.company.id, saved.around.clone());
        // One company's trouble is not the next one's.
        let applied = desk.reconciler.apply(saved, &request).await;
        let followed = Box::pin(desk.follow(&applied.visit, "apply")).await?;
        companies.push(Company {
            saved,
            waiting: waiting(saved, desk.rules),
            applied,
            followed,
        });
        progress.step();
    }
    progress.end();
    Ok(companies)
}

fn waiting<'p>(saved: &'p CompanyPlan, rules: &Rules) -> Vec<(ProposalId, &'p Action)> {
    let units = units(&saved.plan, saved.company.id, rules).into_iter();
    let waiting = units.filter_map(|unit| match (&unit.standing, unit.decisive()) {
        (Standing::Waiting(id), Some(change)) => Some((id.clone(), &change.action)),
        _ => None,
    });
    waiting.collect()
}

fn counts(companies: &[Company<'_>]) -> Counts {
    let mut counts = Counts::default();
    for Company {
        waiting, applied, ..
    } in companies
    {
        let entries = applied.visit.entries.iter();
        let outcomes = entries.filter_map(|entry| entry.outcome.as_ref());
        counts.made += outcomes.filter(|o| Outcome::took_effect(o)).count();
        counts.refused += applied.refused.len();
        counts.unfinished += applied.unfinished.len();
        counts.waiting += waiting.len();
        counts.failed += usize::from(applied.error.is_some());
    }
    counts
}

fn data(company: &Company<'_>) -> Value {
    let Company {
        saved,
        waiting,
        applied,
        followed,
    } = company;
    let Applied {
        visit,
        refused,
        unfinished,
        error,
    } = applied;
    json!({
        "company": saved.company.id,
        "run": visit.run,
        "changes": visit.entries,
        "findings": visit.findings,
        "refused": refused.iter().map(not_made).collect::<Vec<_>>(),
        "unfinished": unfinished.iter().map(not_made).collect::<Vec<_>>(),
        "waiting": waiting.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        "mirrors": followed.data(),
        "error": error.as_ref().map(ToString::to_string),
    })
}

fn not_made(refusal: &Refusal) -> Value {
    let Refusal {
        changes,
        words,
        differences,
    } = refusal;
    let differences = differences.iter().map(|(contact, difference)| {
        json!({
            "contact": contact,
            "field": difference.field,
            "was": difference.was,
            "is": difference.is,
        })
    });
    json!({
        "changes": changes,
        "words": words,
        "differences": differences.collect::<Vec<_>>(),
    })
}
