//! What waits for a person, as a person reads it.

use std::collections::BTreeMap;

use model::{Change, Contact, Proposal, ProposalId, Verdict};

use super::{Out, columns, in_full, named, plural, wrap};
use crate::commands::decision::Subject;
use crate::sheet::Sheet;
use crate::values;

/// As many contacts stand side by side.
const COLUMNS: usize = 3;

/// Prints all that waits.
pub(crate) fn list(out: &mut Out, waiting: &[Proposal]) -> anyhow::Result<()> {
    if waiting.is_empty() {
        return out.line("nothing waits for a person");
    }
    for proposal in waiting {
        print(out, proposal)?;
    }
    let verb = if waiting.len() == 1 { "waits" } else { "wait" };
    out.line(&format!(
        "{} {verb} for a person (≠ marks what differs)",
        plural(waiting.len(), "decision")
    ))
}

fn print(out: &mut Out, proposal: &Proposal) -> anyhow::Result<()> {
    let Proposal {
        id,
        company,
        rule,
        pair,
        words,
        evidence,
        changes,
        contacts,
        run: _,
        seen_at,
    } = proposal;
    let since = seen_at.strftime("%Y-%m-%d %H:%M:%S");
    out.line(&format!("{id}  company {company}  {rule}  since {since}"))?;
    for line in wrap(words, "  ", "  ") {
        out.line(&line)?;
    }
    let contacts: Vec<&Contact> = contacts.iter().collect();
    for some in contacts.chunks(COLUMNS) {
        columns::print(out, &Sheet::of(some, &BTreeMap::new()))?;
    }
    for (place, evidence) in evidence.iter().enumerate() {
        let name = if place == 0 { "evidence" } else { "" };
        named(out, name, &in_full(evidence))?;
    }
    for (place, Change { action, .. }) in changes.iter().enumerate() {
        let name = if place == 0 { "would" } else { "" };
        named(out, name, &values::words(action))?;
    }
    let no = match pair {
        Some(_) => ", which says for ever that these are two people",
        None => "",
    };
    named(
        out,
        "answer",
        &format!("`rollcall approve {id}` or `rollcall reject {id}`{no}"),
    )?;
    out.line("")
}

/// Says that a decision was recorded, and what it means.
pub(crate) fn recorded(out: &mut Out, subject: &Subject, verdict: Verdict) -> anyhow::Result<()> {
    let id = &subject.id;
    let meaning = match (verdict, subject.pair) {
        (Verdict::Rejected, Some(pair)) => format!(
            "contacts {} and {} are two people, for ever: they are never merged or proposed again",
            pair.low(),
            pair.high()
        ),
        (Verdict::Rejected, None) => {
            format!("it is not done, now or later, unless somebody says `rollcall approve {id}`")
        }
        (Verdict::Approved, Some(pair)) => {
            format!("contacts {} and {} are one person", pair.low(), pair.high())
        }
        (Verdict::Approved, None) => "it may be done, once".to_owned(),
    };
    statement(out, &format!("{verdict} {id}: {meaning}"))
}

/// Says that nothing is known under an id.
pub(crate) fn unknown(out: &mut Out, id: &ProposalId) -> anyhow::Result<()> {
    statement(
        out,
        &format!("nothing waits under the id {id}; `rollcall review` lists what does"),
    )
}

/// Says that an approval would come to nothing.
pub(crate) fn only_observed(out: &mut Out, subject: &Subject) -> anyhow::Result<()> {
    let Subject {
        id, rule, company, ..
    } = subject;
    statement(
        out,
        &format!(
            "{id} is not approved: {rule} is in observe mode at company {company}, so nothing would be \
             written; set it to review or enforce in the rules first"
        ),
    )
}

/// Says that what was approved was not done all the same.
pub(crate) fn not_done(out: &mut Out, subject: &Subject) -> anyhow::Result<()> {
    let id = &subject.id;
    statement(
        out,
        &format!(
            "{id} is approved and not done yet: what stands in the way is told above; a later visit does \
             it once that is settled"
        ),
    )
}

fn statement(out: &mut Out, text: &str) -> anyhow::Result<()> {
    wrap(text, "", "  ")
        .iter()
        .try_for_each(|line| out.line(line))
}
