//! Visits as a person reads them: each change, and what a person should look at.

use model::{Entry, Finding, Outcome, RunId, Scope};
use reconcile::{Error, Request};

use super::{Out, because, lines, more, named};
use crate::replay::VisitReport;

/// Prints what a person should look at.
pub(crate) fn finding(out: &mut Out, finding: &Finding) -> anyhow::Result<()> {
    let Finding {
        kind,
        contacts,
        words,
        evidence,
        ..
    } = finding;
    let who: Vec<String> = contacts.iter().map(|id| format!("contact {id}")).collect();
    let who = if who.is_empty() {
        String::new()
    } else {
        format!(", {}", who.join(" and "))
    };
    lines(out, &format!("{kind}{who}: {words}"), "  finding    ")?;
    super::evidence(out, evidence)
}

/// Prints a visit to the PSA: each change, and how it ended.
pub(crate) fn visit(out: &mut Out, visit: &VisitReport) -> anyhow::Result<()> {
    told(
        out,
        visit,
        match &visit.scope {
            None => ", which is gone",
            Some(Scope::Whole) => "",
            Some(Scope::Focused { .. }) => ", focused",
        },
    )
}

/// Prints a visit to a mirror, which has no scope.
pub(crate) fn to_mirror(out: &mut Out, visit: &VisitReport) -> anyhow::Result<()> {
    told(out, visit, "")
}

fn told(out: &mut Out, visit: &VisitReport, scope: &str) -> anyhow::Result<()> {
    let end = if visit.changes.is_empty() {
        ": nothing to do"
    } else {
        ""
    };
    out.line(&format!(
        "  visit      {} of company {}{scope}{end}",
        visit.run, visit.company
    ))?;
    visit
        .changes
        .iter()
        .try_for_each(|entry| change(out, entry))
}

/// Prints a visit that ended early: what it had written by then, and why it ended.
pub(crate) fn ended_early(
    out: &mut Out,
    request: &Request,
    written: &[Entry],
    error: &Error,
) -> anyhow::Result<()> {
    let Request { run, company, .. } = request;
    out.line(&format!("  visit      {run} of company {company}"))?;
    written.iter().try_for_each(|entry| change(out, entry))?;
    failed(out, run, error, "a later visit goes on from there")
}

/// Prints why a run ended early, where to find what it had done, and what goes on.
pub(super) fn failed(out: &mut Out, run: &RunId, error: &Error, go_on: &str) -> anyhow::Result<()> {
    named(out, "failed", &error.to_string())?;
    more(out, &format!("it ended early; {go_on}"))?;
    more(
        out,
        &format!("`rollcall history --run {run}` tells what it had done"),
    )
}

/// Prints a change that was attempted, and how it ended.
pub(super) fn change(out: &mut Out, entry: &Entry) -> anyhow::Result<()> {
    let outcome = match &entry.outcome {
        Some(Outcome::Returned { contact }) => format!(" [it is contact {contact} now]"),
        Some(outcome) if outcome.took_effect() => String::new(),
        Some(outcome) => format!(" [{outcome}]"),
        None => " [nobody knows yet how it ended]".to_owned(),
    };
    let number = format!("change {}", entry.id.number);
    named(out, &number, &format!("{}{outcome}", entry.action))?;
    because(out, &entry.reason)?;
    super::evidence(out, &entry.evidence)
}
