//! `rollcall history`: what was done.

use journal::{Query, Store as _};

use crate::args::{History, Profile};
use crate::exit::Exit;
use crate::local;
use crate::print::{self, Out};

/// How many changes and findings are listed: the latest.
const LISTED: usize = 1000;

pub(crate) async fn run(profile: &Profile, command: &History) -> anyhow::Result<Exit> {
    let query = Query {
        contact: command.contact,
        company: command.company,
        limit: LISTED,
        ..Query::default()
    };
    let (entries, findings) = match local::journal(&profile.folder)? {
        Some(journal) => (
            journal.entries(&query).await?,
            journal.findings(&query).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let mut out = Out::new();
    if command.json {
        out.json(&serde_json::json!({ "changes": entries, "findings": findings }))?;
    } else {
        print::history::list(&mut out, &entries, &findings)?;
    }
    Ok(Exit::Done)
}
