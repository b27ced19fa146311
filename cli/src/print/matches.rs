//! What came of comparing a file of contacts, as a person reads it.

use super::{Out, aside};
use crate::matches::{BadLines, Tally};

/// Says which lines could not be used. Never shows anything of a line.
pub(crate) fn bad_lines(name: &str, bad: &BadLines) {
    for (line, problem) in &bad.told {
        aside(&format!("{name}:{line}: {problem}"));
    }
    let more = bad.count - bad.told.len();
    if more > 0 {
        aside(&format!("{name}: {more} more could not be used"));
    }
}

/// Prints how many pairs there are of what.
pub(crate) fn summary(out: &mut Out, tally: &Tally) -> anyhow::Result<()> {
    let Tally {
        contacts,
        companies,
        merges,
        reviews,
        refused,
        bad_lines,
    } = tally;
    out.line(&format!(
        "{contacts} contacts of {companies} companies; pairs to merge: {merges}, to review: {reviews}, \
         refused: {refused}; bad lines: {bad_lines}"
    ))
}
