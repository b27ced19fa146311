//! `rollcall forget`: the journal's retention.

use journal::{Forgotten, Store as _};
use serde_json::json;

use crate::args::{Forget, Profile};
use crate::exit::Exit;
use crate::local;
use crate::print::{self, Out, agreed};

pub(crate) async fn run(profile: &Profile, command: &Forget) -> anyhow::Result<Exit> {
    let mut out = Out::new();
    if !command.yes {
        out.line("What is forgotten can be taken back no more. The PSA is not changed by it.")?;
        if !agreed(&mut out, "Forget it?", "Nothing was forgotten.")? {
            return Ok(Exit::Found);
        }
    }
    let forgotten = match local::journal(&profile.folder)? {
        Some(journal) => journal.forget(command.before).await?,
        None => Forgotten::default(),
    };
    if command.json {
        out.json(&json!({
            "emptied": forgotten.images,
            "changes": forgotten.changes,
            "findings": forgotten.findings,
            "approvals": forgotten.decisions,
        }))?;
    } else {
        print::forget::result(&mut out, forgotten)?;
    }
    Ok(Exit::Done)
}
