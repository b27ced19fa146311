//! Sample events through receiver, queues and workers, with a report of all that happened.

mod card;
mod event;
mod in_mirror;
mod pump;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use callback_receiver::Verdict;
use jiff::{SignedDuration, Timestamp};
use lambda_http::Request;
use model::mirror::System;
use model::{Action, ContactId, Entry, Finding, RunId, Scope};
use reconcile::Visit;
use sandbox::{Kind, World};
use serde::{Deserialize, Serialize};

use crate::local::Local;

pub use card::Card;
pub use event::{Sample, SampleKind, collect};
pub use in_mirror::InMirror;

/// What happened to one event.
#[derive(Debug, Serialize)]
pub struct Replayed {
    /// The event's file.
    pub event: PathBuf,
    /// What happened in the PSA just before it, the first time it was replayed.
    pub scene: Option<String>,
    /// When it was replayed, by the sandbox's clock.
    pub at: Timestamp,
    /// What the receiver answered; absent for an event that stands on the queue.
    pub answer: Option<Answer>,
    /// What became of it: in the PSA, unless it is one for a mirror.
    pub fate: EventFate,
    /// Each message it led to, and what became of that.
    pub messages: Vec<Message>,
    /// Each visit it led to.
    pub visits: Vec<VisitReport>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
    /// How many requests the PSA saw, by method, before the mirrors had their turn.
    pub requests: BTreeMap<String, usize>,
    /// Each record of the PSA that was written to, before and after.
    pub records: Vec<Record>,
    /// What it came to in each mirror that had to look at something.
    pub mirrors: Vec<InMirror>,
}

/// What the receiver answered.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The outcome: `queued`, `ignored` or `refused`.
    pub outcome: String,
    /// Why it is refused, if it is.
    pub reason: Option<String>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventFate {
    /// Its work is done.
    Done,
    /// Its work is done, and a person has something to look at.
    Finding,
    /// Its message could not be worked on and waits among the dead letters.
    DeadLetter,
    /// It was not taken.
    Refused,
    /// It was taken, and there was nothing to do about it.
    Ignored,
}

/// A message that an event led to.
#[derive(Debug, Serialize)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// Its group.
    pub group: String,
    /// What became of it.
    pub fate: EventFate,
    /// How often it was delivered.
    pub deliveries: u32,
    /// Why it came back, each time it did.
    pub errors: Vec<String>,
}

/// A visit that an event led to.
#[derive(Debug, Serialize)]
pub struct VisitReport {
    /// What it is called in the journal.
    pub run: RunId,
    /// The company.
    pub company: model::CompanyId,
    /// How much of the company was read; absent when it is gone.
    pub scope: Option<Scope>,
    /// Every write that was attempted, with its outcome.
    pub changes: Vec<Entry>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
    /// The contacts that each mirror has to look at afterwards.
    pub mirrors: BTreeMap<System, BTreeSet<ContactId>>,
}

impl From<Visit> for VisitReport {
    fn from(visit: Visit) -> Self {
        let Visit {
            run,
            company,
            scope,
            entries,
            findings,
            mirrors,
        } = visit;
        Self {
            run,
            company,
            scope,
            changes: entries,
            findings,
            mirrors,
        }
    }
}

/// A record that was written to.
#[derive(Debug, Serialize)]
pub struct Record {
    /// What it is called in its system: `contact`, `company`, `client` and so on.
    pub kind: &'static str,
    /// Its id there.
    pub id: u64,
    /// As it stood before the event; absent when it did not exist.
    pub before: Option<Card>,
    /// As it stands after it; absent when it is gone.
    pub after: Option<Card>,
}

/// Replays one sample: plays its scene if the tenant has not seen it, sends the event, and works
/// through all queues until nothing moves any more.
///
/// # Errors
/// When the sample cannot be replayed at all. An event that is refused or fails is no error.
pub async fn replay(local: &Local, sample: &Sample) -> anyhow::Result<Replayed> {
    let world = local.world();
    let clocks = local.clocks();
    clocks.advance(SignedDuration::from_secs(1));
    let scene = match &sample.scene {
        Some(scene) if world.play(scene)? => Some(scene.name.clone()),
        _ => None,
    };
    // In a scene, time goes by in the PSA.
    let at = clocks.now();
    clocks.set(at);
    let mark = local.requests().mark();
    let before = world.snapshot();

    let answer = match &sample.kind {
        SampleKind::Callback(text) => Some(receive(local, text, &sample.path).await?),
        SampleKind::Queue(system, event) => {
            event::put(local, *system, event);
            None
        }
    };
    let pumped = Box::pin(pump::pump(clocks, &local.queue, "", &local.worker)).await?;
    let requests = local.requests().counts_since(mark);
    let records = records(&before, &world.snapshot(), &pumped.visits);
    let mirrors = mirrors(local).await?;
    let is_written = !records.is_empty() || mirrors.iter().any(|mirror| !mirror.records.is_empty());
    if scene.is_some() || is_written || clocks.now() != at {
        local.save()?;
    }
    Ok(Replayed {
        event: sample.path.clone(),
        scene,
        at,
        fate: match &sample.kind {
            // The PSA has no part in it.
            SampleKind::Queue(Some(_), _) => worst(mirrors.iter().map(|mirror| mirror.fate)),
            _ => fate(answer.as_ref(), &pumped.messages),
        },
        answer,
        findings: pumped.all_findings(),
        messages: pumped.messages,
        visits: pumped.visits,
        requests,
        records,
        mirrors,
    })
}

/// Works through the queues of the mirrors. Nothing that a mirror does leads back to the PSA, so each has its turn once.
pub(crate) async fn mirrors(local: &Local) -> anyhow::Result<Vec<InMirror>> {
    let mirrors = [
        Box::pin(in_mirror::work(local, &local.itglue)).await?,
        Box::pin(in_mirror::work(local, &local.growcrm)).await?,
    ];
    Ok(mirrors.into_iter().flatten().collect())
}

async fn receive(local: &Local, event: &str, path: &Path) -> anyhow::Result<Answer> {
    let request: Request = lambda_http::request::from_str(event)
        .with_context(|| format!("failed to read {} as an HTTP event", path.display()))?;
    let receipt = local.receiver.receive(request).await;
    Ok(Answer {
        status: receipt.response.status().as_u16(),
        outcome: receipt.verdict.outcome().to_owned(),
        reason: match receipt.verdict {
            Verdict::Refused { reason } => Some(reason.code().to_owned()),
            Verdict::Ignored { record_type } => Some(record_type.as_str().to_owned()),
            Verdict::Queued { .. } => None,
        },
    })
}

/// The worst that became of its messages, or what the receiver decided.
fn fate(answer: Option<&Answer>, messages: &[Message]) -> EventFate {
    match answer.map(|answer| answer.outcome.as_str()) {
        Some("refused") => return EventFate::Refused,
        Some("ignored") => return EventFate::Ignored,
        _ => {}
    }
    worst(messages.iter().map(|message| message.fate))
}

fn worst(fates: impl Iterator<Item = EventFate> + Clone) -> EventFate {
    let any = |fate| fates.clone().any(|other| other == fate);
    if any(EventFate::DeadLetter) {
        EventFate::DeadLetter
    } else if any(EventFate::Finding) {
        EventFate::Finding
    } else {
        EventFate::Done
    }
}

/// Every record that the visits tried to write to, as it stood before and as it stands now.
fn records(before: &World, after: &World, visits: &[VisitReport]) -> Vec<Record> {
    let mut contacts = BTreeSet::new();
    let mut companies = BTreeSet::new();
    for entry in visits.iter().flat_map(|visit| &visit.changes) {
        contacts.extend(entry.action.contacts().into_iter().map(ContactId::get));
        if let Action::SetDefaultContact { company, .. }
        | Action::SetBillingContact { company, .. } = entry.action
        {
            companies.insert(company.get());
        }
    }
    let record = |kind, name, id: u32| Record {
        kind: name,
        id: id.into(),
        before: Card::of(before, kind, id),
        after: Card::of(after, kind, id),
    };
    let companies = companies
        .into_iter()
        .map(|id| record(Kind::Company, "company", id));
    let contacts = contacts
        .into_iter()
        .map(|id| record(Kind::Contact, "contact", id));
    companies
        .chain(contacts)
        .filter(|record| record.before != record.after)
        .collect()
}
