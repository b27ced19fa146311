//! What was forgotten.

use journal::Forgotten;

use super::{Out, plural};

pub(crate) fn result(out: &mut Out, forgotten: Forgotten) -> anyhow::Result<()> {
    if forgotten == Forgotten::default() {
        return out.line("nothing in the journal is older");
    }
    let Forgotten {
        images,
        changes,
        findings,
        decisions,
    } = forgotten;
    let lines = [
        (
            images,
            "change",
            "kept, without names and without the records before and after",
        ),
        (
            changes,
            "change",
            "gone: fields, items and notes, and what a mirror was given: a person's text",
        ),
        (findings, "finding", "gone"),
        (
            decisions,
            "approval",
            "kept, without the records that were shown",
        ),
    ];
    for (count, thing, what) in lines.into_iter().filter(|(count, ..)| *count > 0) {
        out.line(&format!("{:<12} {what}", plural(count, thing)))?;
    }
    Ok(())
}
