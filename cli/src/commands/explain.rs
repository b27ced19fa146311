//! `rollcall explain`: one change or visit, whole.

use std::collections::{BTreeMap, BTreeSet};

use journal::{Query, Store};
use model::{ChangeId, CompanyId, Entry, RunId};

use crate::args::{Explain, Profile};
use crate::exit::Exit;
use crate::print::{self, Out};
use crate::profile::Journal;

pub(crate) async fn run(profile: &Profile, command: &Explain) -> anyhow::Result<Exit> {
    match profile.journal().await? {
        Journal::Local(journal) => explain(&journal, command).await,
        Journal::Stack(journal) => explain(&journal, command).await,
    }
}

async fn explain<J: Store>(journal: &J, command: &Explain) -> anyhow::Result<Exit> {
    let mut entries = Vec::new();
    let mut findings = Vec::new();
    if let Ok(id) = command.id.parse::<ChangeId>() {
        entries.extend(journal.entry(&id).await?);
    }
    if entries.is_empty() {
        let query = Query::of_run(RunId::new(command.id.as_str()));
        entries = journal.entries(&query).await?;
        findings = journal.findings(&query).await?;
    }
    let undone_by = undone(journal, &entries).await?;
    let mut out = Out::new();
    if command.json {
        out.json(&serde_json::json!({ "changes": entries, "findings": findings, "taken_back_by": undone_by }))?;
    } else if entries.is_empty() && findings.is_empty() {
        out.line(&format!(
            "the journal knows no change or visit {}; `rollcall history` lists them",
            command.id
        ))?;
    } else {
        print::explain::whole(&mut out, &entries, &findings, &undone_by)?;
    }
    let found = !entries.is_empty() || !findings.is_empty();
    Ok(if found { Exit::Done } else { Exit::Found })
}

/// By which changes each of these was taken back.
async fn undone<J: Store>(
    journal: &J,
    entries: &[Entry],
) -> anyhow::Result<BTreeMap<ChangeId, Vec<ChangeId>>> {
    let mut undone: BTreeMap<ChangeId, Vec<ChangeId>> = BTreeMap::new();
    let companies: BTreeSet<CompanyId> = entries.iter().map(|entry| entry.company).collect();
    for company in companies {
        let query = Query {
            limit: usize::MAX,
            ..Query::of_company(company)
        };
        for later in journal.entries(&query).await? {
            if let Some(id) = later.purpose.undone() {
                undone.entry(id.clone()).or_default().push(later.id);
            }
        }
    }
    undone.retain(|id, _| entries.iter().any(|entry| entry.id == *id));
    Ok(undone)
}
