//! What became of a saved plan, as a person reads it.

use model::Change;
use reconcile::{Applied, Refusal};

use super::{Out, because, mirrors, more, named, plural, visit, wrap};
use crate::commands::apply::{Company, Counts};
use crate::values;

/// Prints what was done at one company, and what was not and why.
pub(crate) fn company(out: &mut Out, company: &Company<'_>) -> anyhow::Result<()> {
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
    let (id, name) = (saved.company.id, saved.company.name.reveal());
    out.line(&format!("company {id} {name}"))?;
    if !visit.entries.is_empty() {
        named(out, "run", visit.run.as_str())?;
    }
    for entry in &visit.entries {
        visit::change(out, entry)?;
    }
    for refusal in refused {
        not_made(out, "refused", refusal)?;
    }
    for refusal in unfinished {
        not_made(out, "unfinished", refusal)?;
    }
    for (id, action) in waiting {
        named(out, "waits", &action.to_string())?;
        more(out, &format!("`rollcall approve {id}` has it done"))?;
    }
    for finding in &visit.findings {
        visit::finding(out, finding)?;
    }
    if let Some(error) = error {
        visit::failed(out, &visit.run, error, "`rollcall plan` plans what is left")?;
    } else if saved.plan.changes.is_empty() {
        out.line("  the plan has nothing to write here")?;
    }
    mirrors::followed(out, followed)?;
    out.line("")
}

/// Prints what it all came to.
pub(crate) fn total(out: &mut Out, counts: Counts) -> anyhow::Result<()> {
    let Counts {
        made,
        refused,
        unfinished,
        waiting,
        failed,
    } = counts;
    let mut parts = vec![
        format!("{} made", plural(made, "change")),
        format!("{} refused", plural(refused, "decision")),
    ];
    let more = [(unfinished, "unfinished"), (waiting, "waiting for review")];
    let more = more.into_iter().filter(|(count, _)| *count > 0);
    parts.extend(more.map(|(count, words)| format!("{count} {words}")));
    if failed > 0 {
        let companies = if failed == 1 { "company" } else { "companies" };
        parts.push(format!("{failed} {companies} failed"));
    }
    out.line(&parts.join(", "))?;
    if refused > 0 {
        out.line("Nothing was written of what was refused. `rollcall plan` plans it anew.")?;
    }
    Ok(())
}

fn not_made(out: &mut Out, name: &str, refusal: &Refusal) -> anyhow::Result<()> {
    let Refusal {
        changes,
        words,
        differences,
    } = refusal;
    let what =
        Change::decisive(changes).map_or_else(String::new, |change| change.action.to_string());
    named(out, name, &what)?;
    for words in words {
        because(out, words)?;
    }
    for (contact, difference) in differences {
        let field = &difference.field;
        because(out, &format!("{field} of contact {contact} changed since"))?;
        for (when, value) in [("was", &difference.was), ("is", &difference.is)] {
            let first = format!("{:15}{when:<4}", "");
            let rest = " ".repeat(first.len());
            for line in wrap(&values::shown(value), &first, &rest) {
                out.line(&line)?;
            }
        }
    }
    Ok(())
}
