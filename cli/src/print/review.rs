//! What waits for a person, as a person reads it.

use std::collections::BTreeMap;

use model::{CompanyId, Contact, Decision, Proposal, ProposalId, Verdict};

use super::{Out, columns, in_full, named, plural, stacked, time, wrap};
use crate::sheet::Sheet;

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
        over_limit,
        run: _,
        seen_at,
    } = proposal;
    let since = time(*seen_at);
    out.line(&format!("{id}  company {company}  {rule}  since {since}"))?;
    for line in wrap(words, "  ", "  ") {
        out.line(&line)?;
    }
    if *over_limit {
        let words =
            "it waits as it is one of more merges than a visit may make (limits.merges-per-visit)";
        out.line(&format!("  {words}"))?;
    }
    let contacts: Vec<&Contact> = contacts.iter().collect();
    for some in contacts.chunks(COLUMNS) {
        columns::print(out, &Sheet::of(some, &BTreeMap::new()))?;
    }
    stacked(out, "evidence", evidence.iter().map(in_full))?;
    stacked(
        out,
        "would",
        changes.iter().map(|change| change.action.to_string()),
    )?;
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
pub(crate) fn recorded(out: &mut Out, proposal: &Proposal, verdict: Verdict) -> anyhow::Result<()> {
    let id = &proposal.id;
    let meaning = match (verdict, proposal.pair) {
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

/// Says that an id cannot be decided, and what was said about it before.
pub(crate) fn closed(
    out: &mut Out,
    id: &ProposalId,
    said: Option<&Decision>,
) -> anyhow::Result<()> {
    let Some(Decision {
        company,
        verdict,
        pair,
        at,
        by,
        ..
    }) = said
    else {
        let words = format!("nothing waits under the id {id}; `rollcall review` lists what does");
        return statement(out, &words);
    };
    let meaning = match (verdict, pair) {
        (Verdict::Rejected, Some(pair)) => format!(
            "contacts {} and {} are two people, for ever",
            pair.low(),
            pair.high()
        ),
        _ => format!("`rollcall history --company {company}` tells what came of it"),
    };
    let (at, by) = (time(*at), by.reveal());
    statement(
        out,
        &format!("nothing waits under the id {id}: it was {verdict} by {by} at {at}; {meaning}"),
    )
}

/// Says that an approval would come to nothing.
pub(crate) fn only_observed(out: &mut Out, proposal: &Proposal) -> anyhow::Result<()> {
    let Proposal {
        id, rule, company, ..
    } = proposal;
    statement(
        out,
        &format!(
            "{id} is not approved: {rule} is in observe mode at company {company}, so nothing would be \
             written; set it to review or enforce in the rules first"
        ),
    )
}

/// Says that the workers were told of a company, or why not.
pub(crate) fn handed_over(
    out: &mut Out,
    company: CompanyId,
    error: Option<&queue::Error>,
) -> anyhow::Result<()> {
    let words = match error {
        None => format!(
            "the workers visit company {company} next; `rollcall history --company {company}` tells what they did"
        ),
        Some(error) => format!(
            "company {company}: what was said is recorded, but the workers could not be told ({error}); the next \
             visit of the company does it"
        ),
    };
    statement(out, &words)
}

/// Says that what was approved was not done all the same.
pub(crate) fn not_done(out: &mut Out, id: &ProposalId, waits_again: bool) -> anyhow::Result<()> {
    let words = if waits_again {
        "waits again, as its records have changed since they were shown: look at it with `rollcall review`"
    } else {
        "is approved and not done yet: what stands in the way is told above; a later visit does it once that \
         is settled, unless the records have changed by then"
    };
    statement(out, &format!("{id} {words}"))
}

fn statement(out: &mut Out, text: &str) -> anyhow::Result<()> {
    wrap(text, "", "  ")
        .iter()
        .try_for_each(|line| out.line(line))
}
