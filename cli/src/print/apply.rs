//! What became of a saved plan, as a person reads it.

use model::CompanyPlan;
use reconcile::{Applied, Refusal};

use super::{Out, lines, named, plural, visit, wrap};
use crate::units::decisive;
use crate::values;

/// Prints what was done at one company, and what was refused and why.
pub(crate) fn company(out: &mut Out, saved: &CompanyPlan, applied: &Applied) -> anyhow::Result<()> {
    heading(out, saved)?;
    let Applied { visit, refused } = applied;
    if !visit.entries.is_empty() {
        named(out, "run", visit.run.as_str())?;
    }
    for entry in &visit.entries {
        visit::change(out, entry)?;
    }
    for refusal in refused {
        self::refusal(out, refusal)?;
    }
    for finding in &visit.findings {
        visit::finding(out, finding)?;
    }
    if visit.entries.is_empty() && refused.is_empty() {
        out.line("  the plan has nothing to write here")?;
    }
    out.line("")
}

/// Prints why a company's plan ended early.
pub(crate) fn failed(
    out: &mut Out,
    saved: &CompanyPlan,
    error: &reconcile::Error,
) -> anyhow::Result<()> {
    heading(out, saved)?;
    named(out, "failed", &error.to_string())?;
    let words = "what it had done by then is in the journal (`rollcall history`); apply the plan again \
                 to go on";
    lines(out, words, "             ")?;
    out.line("")
}

/// Prints what it all came to.
pub(crate) fn total(
    out: &mut Out,
    (made, refused, failed): (usize, usize, usize),
) -> anyhow::Result<()> {
    let mut parts = vec![
        format!("{} made", plural(made, "change")),
        format!("{} refused", plural(refused, "decision")),
    ];
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

fn heading(out: &mut Out, saved: &CompanyPlan) -> anyhow::Result<()> {
    let (id, name) = (saved.company.id, saved.company.name.reveal());
    out.line(&format!("company {id} {name}"))
}

fn refusal(out: &mut Out, refusal: &Refusal) -> anyhow::Result<()> {
    let Refusal {
        changes,
        words,
        differences,
    } = refusal;
    let what =
        decisive(changes.iter()).map_or_else(String::new, |change| values::words(&change.action));
    named(out, "refused", &what)?;
    for words in words {
        lines(out, words, "             because ")?;
    }
    for (contact, difference) in differences {
        let field = &difference.field;
        let words = format!("{field} of contact {contact} changed since");
        lines(out, &words, "             because ")?;
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
