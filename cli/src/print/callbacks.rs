//! Callback entries as a person reads them. Of the token in their addresses, only the beginning is shown.

use connectwise::{CallbackEntry, Registry, Standing};

use super::{Out, because};
use crate::commands::callbacks::{Done, Office};

/// Prints our entries, what is wrong with each, and what is missing.
pub(crate) fn check(out: &mut Out, office: &Office, registry: &Registry) -> anyhow::Result<()> {
    entries(out, office, registry)?;
    for wanted in &registry.missing {
        out.line(&format!(
            "  {:<10} there is no entry for it",
            wanted.to_string()
        ))?;
    }
    out.line(if office.is_right(registry) {
        "the PSA tells the stack of every contact and company"
    } else {
        "`rollcall callbacks register` sets right what can be set right from here"
    })
}

/// Prints our entries, and what is wrong with each.
pub(crate) fn entries(out: &mut Out, office: &Office, registry: &Registry) -> anyhow::Result<()> {
    if registry.entries.is_empty() {
        out.line("no entry of the PSA sends to this stack")?;
    }
    for (entry, standing) in &registry.entries {
        let (id, kind) = (entry.id, entry.callback_type.to_string());
        let url = office.target.address.shown(&entry.url);
        let wrong = wrong(office, entry, standing);
        let end = if wrong.is_empty() { "right" } else { "wrong" };
        out.line(&format!("  {kind:<10} entry {id}, {end}, to {url}"))?;
        for words in wrong {
            because(out, &words)?;
        }
    }
    Ok(())
}

/// What is wrong with an entry, in words.
pub(crate) fn wrong(office: &Office, entry: &CallbackEntry, standing: &Standing) -> Vec<String> {
    let mut wrong: Vec<String> = match standing {
        Standing::Right => Vec::new(),
        Standing::Flawed(flaws) => flaws.iter().map(ToString::to_string).collect(),
        Standing::Stray(stray) => vec![stray.to_string()],
    };
    if !matches!(standing, Standing::Stray(_)) && office.is_locked_out(entry) {
        wrong.push(format!(
            "the receiver refuses what it sends, as callback_id in the tenant's secret names other entries: add {} \
             there, or take callback_id out",
            entry.id
        ));
    }
    wrong
}

/// Prints what was done to entries.
pub(crate) fn done(out: &mut Out, done: &[Done]) -> anyhow::Result<()> {
    for Done { what, entry } in done {
        let (id, kind) = (entry.id, entry.callback_type.to_string());
        out.line(&format!("  {kind:<10} entry {id} {what}"))?;
    }
    if done.is_empty() {
        out.line("nothing had to be done")?;
    }
    Ok(())
}
