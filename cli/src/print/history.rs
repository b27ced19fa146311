//! The journal as a person reads it.

use jiff::Timestamp;
use model::{Decision, Entry, FindingEntry};

use super::{Out, time, visit, wrap};

/// Prints changes, findings and decisions in one line of time, a line or two each, oldest first.
pub(crate) fn list(
    out: &mut Out,
    entries: &[Entry],
    findings: &[FindingEntry],
    decisions: &[Decision],
) -> anyhow::Result<()> {
    let entries = entries.iter().map(Told::Change);
    let findings = findings.iter().map(Told::Finding);
    let decisions = decisions.iter().map(Told::Decision);
    // At one moment, the word comes before the deed.
    let mut all: Vec<Told<'_>> = decisions.chain(entries).chain(findings).collect();
    if all.is_empty() {
        return out.line("nothing was done yet");
    }
    all.sort_by_key(Told::at);
    for told in all {
        let when = time(told.at());
        match told {
            Told::Change(entry) => {
                let Entry {
                    id, rule, company, ..
                } = entry;
                out.line(&format!("{when}  {id}  {rule}  company {company}"))?;
                let words = entry.action.to_string();
                under(out, &format!("{words} [{}]", ended(entry)))?;
                if let Some(undone) = entry.purpose.undone() {
                    under(out, &format!("takes back {undone}"))?;
                }
            }
            Told::Finding(noted) => {
                out.line(&format!("{when}  {}  {}", noted.run, noted.finding.rule))?;
                visit::finding(out, &noted.finding)?;
            }
            Told::Decision(decision) => {
                let Decision {
                    proposal,
                    company,
                    verdict,
                    by,
                    ..
                } = decision;
                let by = by.reveal();
                out.line(&format!(
                    "{when}  {proposal}  {verdict} by {by}  company {company}"
                ))?;
            }
        }
    }
    Ok(())
}

/// Something that the journal tells.
enum Told<'j> {
    Change(&'j Entry),
    Finding(&'j FindingEntry),
    Decision(&'j Decision),
}

impl Told<'_> {
    fn at(&self) -> Timestamp {
        match self {
            Self::Change(entry) => entry.intended_at,
            Self::Finding(noted) => noted.at,
            Self::Decision(decision) => decision.at,
        }
    }
}

/// How a change ended, in words.
pub(super) fn ended(entry: &Entry) -> String {
    entry.outcome.as_ref().map_or_else(
        || "nobody knows yet how it ended; the next visit will look".to_owned(),
        ToString::to_string,
    )
}

fn under(out: &mut Out, text: &str) -> anyhow::Result<()> {
    wrap(text, "    ", "    ")
        .iter()
        .try_for_each(|line| out.line(line))
}
