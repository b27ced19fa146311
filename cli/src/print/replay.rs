//! A replayed event: a timeline, then each touched record before and after; and the same for each mirror.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::Finding;
use model::mirror::System;

use super::{Out, lines, plural, visit};
use crate::post::Posted;
use crate::replay::{Answer, Card, EventFate, InMirror, Message, Record, Replayed, VisitReport};

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
        mirrors,
    } = replayed;
    headed(out, &format!("── {} ", event.display()), *fate)?;
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
        None => {
            // A batch is for the PSA's worker or for that of a mirror.
            let of_mirrors = || mirrors.iter().map(|mirror| mirror.messages.len()).sum();
            let count = Some(messages.len()).filter(|count| *count > 0);
            let count = count.unwrap_or_else(of_mirrors);
            out.line(&format!("  {time}   {}", plural(count, "message")))?;
        }
    }
    deliveries(out, messages)?;
    for visit in visits {
        visit::visit(out, visit)?;
    }
    outcome(out, findings, records)?;
    if !requests.is_empty() {
        out.line(&format!("  PSA        {}", counts(requests)))?;
    }
    for mirror in mirrors {
        in_mirror(out, mirror)?;
    }
    out.line("")
}

/// Prints what an event came to in a mirror.
pub(crate) fn in_mirror(out: &mut Out, mirror: &InMirror) -> anyhow::Result<()> {
    let InMirror {
        system,
        fate,
        messages,
        visits,
        findings,
        requests,
        psa_requests,
        records,
    } = mirror;
    headed(out, &format!("  ── {system} "), *fate)?;
    deliveries(out, messages)?;
    for visit in visits {
        visit::to_mirror(out, visit)?;
    }
    outcome(out, findings, records)?;
    let systems = [
        (system.to_string(), requests),
        ("PSA".to_owned(), psa_requests),
    ];
    for (system, requests) in systems {
        if !requests.is_empty() {
            out.line(&format!("  {system:<10} {}", counts(requests)))?;
        }
    }
    Ok(())
}

fn headed(out: &mut Out, head: &str, fate: EventFate) -> anyhow::Result<()> {
    out.line(&format!("{head:─<86} {}", name(fate)))
}

/// Messages that were delivered more than once, and why they came back.
fn deliveries(out: &mut Out, messages: &[Message]) -> anyhow::Result<()> {
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
    Ok(())
}

fn outcome(out: &mut Out, findings: &[Finding], records: &[Record]) -> anyhow::Result<()> {
    for finding in findings {
        visit::finding(out, finding)?;
    }
    records
        .iter()
        .try_for_each(|record| self::record(out, record))
}

/// Prints what all events came to.
pub(crate) fn total(out: &mut Out, all: &[Replayed], folder: &Path) -> anyhow::Result<()> {
    let mut fates: BTreeMap<&str, usize> = BTreeMap::new();
    let mut psa = Total::default();
    let mut mirrors: BTreeMap<System, Total> = BTreeMap::new();
    for replayed in all {
        *fates.entry(name(replayed.fate)).or_default() += 1;
        psa.add(&replayed.visits, &replayed.requests);
        for mirror in &replayed.mirrors {
            psa.add(&[], &mirror.psa_requests);
            let total = mirrors.entry(mirror.system).or_default();
            total.add(&mirror.visits, &mirror.requests);
        }
    }
    let fates: Vec<String> = fates
        .iter()
        .map(|(fate, count)| format!("{count} {fate}"))
        .collect();
    let events = plural(all.len(), "event");
    out.line(&format!("{events}: {}", fates.join(", ")))?;
    out.line(&psa.told("PSA"))?;
    for (system, total) in mirrors {
        out.line(&total.told(&system.to_string()))?;
    }
    out.line(&format!(
        "The sandboxes, the journal and the log are kept in {}; `rollcall history` tells what was done.",
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

/// What happened in one system.
#[derive(Default)]
struct Total {
    changes: usize,
    requests: BTreeMap<String, usize>,
}

impl Total {
    fn add(&mut self, visits: &[VisitReport], requests: &BTreeMap<String, usize>) {
        let entries = visits.iter().flat_map(|visit| &visit.changes);
        let outcomes = entries.filter_map(|entry| entry.outcome.as_ref());
        self.changes += outcomes.filter(|outcome| outcome.took_effect()).count();
        for (method, count) in requests {
            *self.requests.entry(method.clone()).or_default() += count;
        }
    }

    fn told(&self, system: &str) -> String {
        let requests = if self.requests.is_empty() {
            "none".to_owned()
        } else {
            counts(&self.requests)
        };
        let changes = plural(self.changes, "change");
        format!("{system}: {changes} made, requests: {requests}")
    }
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
