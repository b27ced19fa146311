//! Undo as a person reads it: the plan before, the outcomes after.

use std::collections::BTreeMap;

use model::{Action, ContactId, Entry, Outcome};
use policy::undo::{Prospect, Reversal};
use reconcile::{Reversed, UndoPlan, Undone};

use super::{Out, lines, named, visit};
use crate::commands::undo::Company;
use crate::values;

/// Prints what would be taken back, and what would be written for it.
pub(crate) fn plans(out: &mut Out, plans: &[UndoPlan]) -> anyhow::Result<()> {
    if plans.is_empty() {
        let words = "the journal knows nothing of that name that took effect, or its company is gone; \
                     `rollcall history` lists runs and changes";
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
            &format!("{}  ({change})", values::words(action)),
        )?;
        let meaning = match prospect {
            Prospect::Revert => None,
            Prospect::Already => Some("the record is as it was before; nothing is written for it"),
            Prospect::Conflict => Some("left alone, as somebody has changed the record since:"),
            Prospect::Final => Some("cannot be taken back by anybody:"),
        };
        for words in meaning.into_iter().chain(words.iter().map(String::as_str)) {
            lines(out, words, "             ")?;
        }
    }
    if plan.undo.changes.is_empty() {
        return named(out, "writes", values::NOTHING);
    }
    for (place, change) in plan.undo.changes.iter().enumerate() {
        let name = if place == 0 { "writes" } else { "" };
        let values = values::written(&change.action, &BTreeMap::new());
        let words = values::words(&change.action);
        let text = if values.is_empty() {
            words
        } else {
            format!("{words}: {}", values.join("; "))
        };
        named(out, name, &text)?;
    }
    Ok(())
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
    for Company { plan, result } in results {
        out.line("")?;
        match result {
            Ok(undone) => done(out, undone)?,
            Err(error) => {
                out.line(&format!("company {}", plan.company))?;
                named(out, "failed", &error.to_string())?;
                let words = "what it had done by then is in the journal (`rollcall history`); ask for the \
                             same undo again to go on";
                lines(out, words, "             ")?;
            }
        }
    }
    Ok(())
}

fn done(out: &mut Out, undone: &Undone) -> anyhow::Result<()> {
    let Undone { visit, reversals } = undone;
    out.line(&format!("company {}", visit.company))?;
    for Reversed {
        change,
        action,
        end,
        words,
    } in reversals
    {
        let what = format!("{}  ({change})", values::words(action));
        named(out, &end.to_string(), &what)?;
        for words in words {
            lines(out, words, "             ")?;
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
    entries
        .iter()
        .filter_map(|entry| match (&entry.action, &entry.outcome) {
            (Action::Restore { original, .. }, Some(Outcome::Returned { contact })) => {
                Some((*original, *contact))
            }
            _ => None,
        })
}
