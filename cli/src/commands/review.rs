//! `rollcall review`: what waits for a person.

use journal::Store;

use crate::args::{Profile, Review};
use crate::exit::Exit;
use crate::print::{self, Out};
use crate::profile::Journal;

pub(crate) async fn run(profile: &Profile, command: &Review) -> anyhow::Result<Exit> {
    match profile.journal().await? {
        Journal::Local(journal) => list(&journal, command).await,
        Journal::Stack(journal) => list(&journal, command).await,
    }
}

async fn list<J: Store>(journal: &J, command: &Review) -> anyhow::Result<Exit> {
    let waiting = journal.waiting(command.company).await?;
    let mut out = Out::new();
    if command.json {
        out.json(&waiting)?;
    } else {
        print::review::list(&mut out, &waiting)?;
    }
    Ok(if waiting.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}
