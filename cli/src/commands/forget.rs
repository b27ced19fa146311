//! `rollcall forget`: the journal's retention.

use journal::Store;
use serde_json::json;

use crate::args::{Forget, Profile};
use crate::exit::Exit;
use crate::print::{self, Out, agreed};
use crate::profile::Journal;

pub(crate) async fn run(profile: &Profile, command: &Forget) -> anyhow::Result<Exit> {
    let mut out = Out::new();
    if !command.yes {
        out.line(
            "What is forgotten can be taken back no more. Neither the PSA nor a mirror is changed by it.",
        )?;
        if !agreed(&mut out, "Forget it?", "Nothing was forgotten.")? {
            return Ok(Exit::Found);
        }
    }
    match profile.journal().await? {
        Journal::Local(journal) => forget(&journal, &mut out, command).await,
        Journal::Stack(journal) => forget(&journal, &mut out, command).await,
    }
}

async fn forget<J: Store>(journal: &J, out: &mut Out, command: &Forget) -> anyhow::Result<Exit> {
    let forgotten = journal.forget(command.before).await?;
    if command.json {
        out.json(&json!({
            "emptied": forgotten.images,
            "changes": forgotten.changes,
            "findings": forgotten.findings,
            "approvals": forgotten.decisions,
        }))?;
    } else {
        print::forget::result(out, forgotten)?;
    }
    Ok(Exit::Done)
}
