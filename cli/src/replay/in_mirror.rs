//! What an event comes to in a mirror.

use std::collections::{BTreeMap, BTreeSet};

use model::Finding;
use model::mirror::System;
use reconcile::Vendor;
use serde::Serialize;

use super::pump::pump;
use super::shown::{Cards, Shown};
use super::{EventFate, Message, Record, VisitReport, fate};
use crate::local::{Local, MirrorSide};

/// What an event came to in a mirror.
#[derive(Debug, Serialize)]
pub struct InMirror {
    /// Which one.
    pub system: System,
    /// What became of the event there.
    pub fate: EventFate,
    /// Each message to its worker, and what became of that.
    pub messages: Vec<Message>,
    /// Each visit it led to.
    pub visits: Vec<VisitReport>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
    /// How many requests the mirror saw, by method.
    pub requests: BTreeMap<String, usize>,
    /// How many requests the PSA saw on its behalf, by method.
    pub psa_requests: BTreeMap<String, usize>,
    /// Each record of the mirror that was written to, before and after.
    pub records: Vec<Record>,
}

/// Works through the queue of a mirror. `None` when there is nothing on it.
pub(super) async fn work<A: Shown, V: Vendor>(
    local: &Local,
    side: &MirrorSide<A, V>,
) -> anyhow::Result<Option<InMirror>> {
    if side.queue.next_visible_at().is_none() {
        return Ok(None);
    }
    let (mark, psa_mark) = (side.requests().mark(), local.requests().mark());
    let before = side.account().lock().cards();
    let prefix = format!("{}-", V::SYSTEM.rule());
    let pumped = pump(local.clocks(), &side.queue, &prefix, &side.worker).await?;
    let after = side.account().lock().cards();
    Ok(Some(InMirror {
        system: V::SYSTEM,
        fate: fate(None, &pumped.messages),
        findings: pumped.all_findings(),
        messages: pumped.messages,
        visits: pumped.visits,
        requests: side.requests().counts_since(mark),
        psa_requests: local.requests().counts_since(psa_mark),
        records: records(&before, &after),
    }))
}

/// Every record that is not as it was.
fn records(before: &Cards, after: &Cards) -> Vec<Record> {
    let all: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let records = all.into_iter().map(|place| Record {
        kind: place.0,
        id: place.1,
        before: before.get(place).cloned(),
        after: after.get(place).cloned(),
    });
    records
        .filter(|record| record.before != record.after)
        .collect()
}
