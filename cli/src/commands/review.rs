//! `rollcall review`: what waits for a person.

use journal::Store as _;

use crate::args::{Profile, Review};
use crate::exit::Exit;
use crate::local;
use crate::print::{self, Out};

pub(crate) async fn run(profile: &Profile, command: &Review) -> anyhow::Result<Exit> {
    let waiting = match local::journal(&profile.folder)? {
        Some(journal) => journal.waiting(command.company).await?,
        None => Vec::new(),
    };
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
