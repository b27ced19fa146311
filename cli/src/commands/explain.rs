//! `rollcall explain`: one change or visit, whole.

use journal::{Query, Store as _};
use model::{ChangeId, RunId};

use crate::args::{Explain, Profile};
use crate::exit::Exit;
use crate::local;
use crate::print::{self, Out};

pub(crate) async fn run(profile: &Profile, command: &Explain) -> anyhow::Result<Exit> {
    let mut entries = Vec::new();
    let mut findings = Vec::new();
    if let Some(journal) = local::journal(&profile.folder)? {
        if let Ok(id) = command.id.parse::<ChangeId>() {
            entries.extend(journal.entry(&id).await?);
        }
        if entries.is_empty() {
            let query = Query::of_run(RunId::new(command.id.as_str()));
            entries = journal.entries(&query).await?;
            findings = journal.findings(&query).await?;
        }
    }
    let mut out = Out::new();
    if command.json {
        out.json(&serde_json::json!({ "changes": entries, "findings": findings }))?;
    } else if entries.is_empty() && findings.is_empty() {
        out.line(&format!(
            "the journal knows no change or visit {}; `rollcall history` lists them",
            command.id
        ))?;
    } else {
        print::history::explain(&mut out, &entries, &findings)?;
    }
    let found = !entries.is_empty() || !findings.is_empty();
    Ok(if found { Exit::Done } else { Exit::Found })
}
