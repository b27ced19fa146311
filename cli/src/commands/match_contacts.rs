//! `rollcall match`: the matching engine alone, on a file of contacts.

use crate::args::Match;
use crate::exit::Exit;
use crate::matches::{Destination, Loaded, Source, find, load};
use crate::print::{self, Out, Progress};

pub(crate) fn run(command: &Match) -> anyhow::Result<Exit> {
    let (mut source, progress) = Source::open(&command.contacts, "reading contacts")?;
    let destination = Destination::check(&command.out, &command.contacts)?;
    let loaded = load(&mut source, command.company);
    progress.end();
    let Loaded { contacts, bad } = loaded.map_err(|error| source.explain(&error))?;
    print::matches::bad_lines(source.name(), &bad);

    let progress = Progress::new("comparing contacts", contacts.len());
    let found = find(&contacts, &progress);
    progress.end();
    let mut pairs = found?;
    drop(contacts);
    pairs.tally.bad_lines = bad.count;
    destination.write(&pairs)?;

    let mut out = if destination.is_standard() {
        Out::to_stderr()
    } else {
        Out::new()
    };
    if command.json {
        out.json(&pairs.tally)?;
    } else {
        print::matches::summary(&mut out, &pairs.tally)?;
    }
    Ok(if bad.count == 0 {
        Exit::Done
    } else {
        Exit::Found
    })
}
