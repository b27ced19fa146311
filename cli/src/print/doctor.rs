//! What was looked at, as a person reads it.

use super::{Out, lines, more};
use crate::commands::doctor::{Check, State};

/// Prints how something is.
pub(crate) fn check(out: &mut Out, check: &Check) -> anyhow::Result<()> {
    let Check {
        name,
        state,
        words,
        remedy,
    } = check;
    let mark = match state {
        State::Ok => "ok",
        State::Wrong => "wrong",
        State::Unchecked => "?",
    };
    lines(out, &format!("{name}: {words}"), &format!("  {mark:<10} "))?;
    match remedy {
        Some(remedy) => more(out, &format!("likely: {remedy}")),
        None => Ok(()),
    }
}

/// Prints what it all came to.
pub(crate) fn total(out: &mut Out, checks: &[Check]) -> anyhow::Result<()> {
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let (ok, wrong) = (count(State::Ok), count(State::Wrong));
    match (wrong, count(State::Unchecked)) {
        (0, 0) => out.line(&format!("all {ok} are well")),
        (wrong, 0) => out.line(&format!("{ok} are well, {wrong} wrong")),
        (wrong, unchecked) => out.line(&format!(
            "{ok} are well, {wrong} wrong, {unchecked} could not be looked at"
        )),
    }
}
