//! A replayed event: a timeline, then each touched record before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Out, lines, plural, visit};
use crate::post::Posted;
use crate::replay::{Answer, Card, EventFate, Record, Replayed};

/// Prints one event.
pub(crate) fn event(out: &mut Out, replayed: &Replayed) -> anyhow::Result<()> {
    let Replayed {
        event,
        scene,
        at,
        answer,
        fate,
        messages,
        visits,
        findings,
        requests,
        records,
    } = replayed;
    let head = format!("── {} ", event.display());
    out.line(&format!("{head:─<86} {}", name(*fate)))?;
    if let Some(scene) = scene {
        out.line(&format!("  before     {scene}"))?;
    }
    let time = at.strftime("%H:%M:%S");
    match answer {
        Some(Answer {
            status,
            outcome,
            reason,
        }) => {
            let reason = reason
                .as_ref()
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default();
            out.line(&format!("  {time}   callback: {status} {outcome}{reason}"))?;
        }
        None => out.line(&format!("  {time}   {}", plural(messages.len(), "message")))?,
    }
    for message in messages {
        let errors: BTreeSet<&String> = message.errors.iter().collect();
        for error in errors {
            lines(
                out,
                &format!("{}: {error}", message.group),
                "             came back: ",
            )?;
        }
        if message.deliveries > 1 || message.fate == EventFate::DeadLetter {
            let end = if message.fate == EventFate::DeadLetter {
                ", then moved to the dead letters"
            } else {
                ""
            };
            let times = plural(message.deliveries as usize, "time");
            out.line(&format!(
                "             {}: delivered {times}{end}",
                message.group
            ))?;
        }
    }
    for visit in visits {
        visit::visit(out, visit)?;
    }
    for finding in findings {
        visit::finding(out, finding)?;
    }
    for record in records {
        self::record(out, record)?;
    }
    if !requests.is_empty() {
        out.line(&format!("  PSA        {}", counts(requests)))?;
    }
    out.line("")
}

/// Prints what all events came to.
pub(crate) fn total(out: &mut Out, all: &[Replayed], folder: &Path) -> anyhow::Result<()> {
    let mut fates: BTreeMap<&str, usize> = BTreeMap::new();
    let mut requests: BTreeMap<String, usize> = BTreeMap::new();
    let mut changes = 0;
    for replayed in all {
        *fates.entry(name(replayed.fate)).or_default() += 1;
        for (method, count) in &replayed.requests {
            *requests.entry(method.clone()).or_default() += count;
        }
        changes += replayed
            .visits
            .iter()
            .flat_map(|visit| &visit.changes)
            .filter(|entry| {
                entry
                    .outcome
                    .as_ref()
                    .is_some_and(model::Outcome::took_effect)
            })
            .count();
    }
    let fates: Vec<String> = fates
        .iter()
        .map(|(fate, count)| format!("{count} {fate}"))
        .collect();
    let events = plural(all.len(), "event");
    out.line(&format!("{events}: {}", fates.join(", ")))?;
    let requests = if requests.is_empty() {
        "none".to_owned()
    } else {
        counts(&requests)
    };
    out.line(&format!(
        "{} made, PSA requests: {requests}",
        plural(changes, "change")
    ))?;
    out.line(&format!(
        "The tenant, the journal and the log are kept in {}; `rollcall history` tells what was done.",
        folder.display()
    ))
}

/// Prints what a stack answered to an event.
pub(crate) fn posted(out: &mut Out, posted: &Posted) -> anyhow::Result<()> {
    let Posted {
        event,
        status,
        answer,
    } = posted;
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    out.line(&format!("{}: {status}", event.display()))?;
    if answer.is_empty() {
        return Ok(());
    }
    lines(out, answer, "  ")
}

/// A record: what stayed the same by its name alone, what changed line by line.
fn record(out: &mut Out, record: &Record) -> anyhow::Result<()> {
    let empty = BTreeMap::new();
    let lines_of = |card: &Option<Card>| {
        card.as_ref()
            .map_or_else(|| empty.clone(), |card| card.0.clone())
    };
    let (before, after) = (lines_of(&record.before), lines_of(&record.after));
    let called = before
        .get("name")
        .or_else(|| after.get("name"))
        .cloned()
        .unwrap_or_default();
    let end = if record.after.is_none() { ", gone" } else { "" };
    out.line(&format!(
        "  {:<10} {} {called}{end}",
        record.kind, record.id
    ))?;
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        if was != is {
            if let Some(was) = was {
                out.line(&format!("           - {name}: {was}"))?;
            }
            if let Some(is) = is {
                out.line(&format!("           + {name}: {is}"))?;
            }
        }
    }
    Ok(())
}

fn name(fate: EventFate) -> &'static str {
    match fate {
        EventFate::Done => "done",
        EventFate::Finding => "finding",
        EventFate::DeadLetter => "dead-letter",
        EventFate::Refused => "refused",
        EventFate::Ignored => "ignored",
    }
}

fn counts(requests: &BTreeMap<String, usize>) -> String {
    let counts: Vec<String> = requests
        .iter()
        .map(|(method, count)| format!("{count} {method}"))
        .collect();
    counts.join(", ")
}
