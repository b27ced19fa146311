//! Undo as a person reads it: the plan before, the outcomes after.

use std::collections::BTreeMap;

use model::{Action, ContactId, Entry, Outcome};
use policy::undo::{Prospect, Reversal};
use reconcile::{Error, Reversed, UndoPlan, Undone};

use super::{Out, mirrors, more, named, stacked, visit};
use crate::commands::undo::Company;
use crate::values;

/// Prints what would be taken back, and what would be written for it.
pub(crate) fn plans(out: &mut Out, plans: &[UndoPlan]) -> anyhow::Result<()> {
    if plans.is_empty() {
        let words = "the journal knows nothing of that name that took effect; `rollcall history` lists runs \
                     and changes";
        return out.line(words);
    }
    plans.iter().try_for_each(|plan| self::plan(out, plan))
}

fn plan(out: &mut Out, plan: &UndoPlan) -> anyhow::Result<()> {
    out.line(&format!("company {}", plan.company))?;
    for Reversal {
        change,
        action,
        prospect,
        words,
    } in &plan.undo.reversals
    {
        named(
            out,
            self::prospect(*prospect),
            &format!("{action}  ({change})"),
        )?;
        let meaning = match prospect {
            Prospect::Revert => None,
            Prospect::Already => Some("the record is as it was before; nothing is written for it"),
            Prospect::Conflict => Some("left alone:"),
            Prospect::Final => Some("cannot be taken back by anybody:"),
        };
        for words in meaning.into_iter().chain(words.iter().map(String::as_str)) {
            more(out, words)?;
        }
    }
    if plan.undo.changes.is_empty() {
        return named(out, "writes", values::NOTHING);
    }
    let writes = plan.undo.changes.iter();
    let writes = writes.map(|change| values::in_full(&change.action, &BTreeMap::new()));
    stacked(out, "writes", writes)
}

/// Whether a change can be taken back, in a word.
pub(crate) fn prospect(prospect: Prospect) -> &'static str {
    match prospect {
        Prospect::Revert => "revert",
        Prospect::Already => "already",
        Prospect::Conflict => "conflict",
        Prospect::Final => "final",
    }
}

/// Prints what came of it.
pub(crate) fn results(out: &mut Out, results: &[Company<'_>]) -> anyhow::Result<()> {
    for Company {
        plan,
        run,
        result,
        followed,
    } in results
    {
        out.line("")?;
        out.line(&format!("company {}", plan.company))?;
        match result {
            Ok(undone) => done(out, undone)?,
            Err(error @ Error::Outdated) => named(out, "refused", &error.to_string())?,
            Err(error) => visit::failed(out, run, error, "the same undo goes on where it stopped")?,
        }
        mirrors::followed(out, followed)?;
    }
    Ok(())
}

fn done(out: &mut Out, undone: &Undone) -> anyhow::Result<()> {
    let Undone { visit, reversals } = undone;
    for Reversed {
        change,
        action,
        end,
        words,
    } in reversals
    {
        let what = format!("{action}  ({change})");
        named(out, &end.to_string(), &what)?;
        for words in words {
            more(out, words)?;
        }
    }
    for (old, new) in returned(&visit.entries) {
        named(
            out,
            "new id",
            &format!("contact {old} is contact {new} now"),
        )?;
    }
    let failed = visit.entries.iter().filter(|entry| {
        let outcome = entry.outcome.as_ref();
        !outcome.is_some_and(Outcome::took_effect)
    });
    for entry in failed {
        visit::change(out, entry)?;
    }
    if visit.entries.is_empty() {
        return named(out, "writes", values::NOTHING);
    }
    let run = &visit.run;
    named(
        out,
        "run",
        &format!("{run}; `rollcall undo {run}` takes it back"),
    )
}

/// The contacts that are back: the id they had, and the one they have now.
pub(crate) fn returned(entries: &[Entry]) -> impl Iterator<Item = (ContactId, ContactId)> {
    entries.iter().filter_map(|entry| match entry.action {
        Action::Restore { original, .. } => Some((original, entry.returned()?)),
        _ => None,
    })
}
