//! `rollcall reject`: what waits must not be done.

use model::Verdict;
use reconcile::Store;

use super::decision;
use crate::args::{Decide, Profile};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::print::Out;
use crate::profile::Opened;

pub(crate) async fn run(profile: &Profile, command: &Decide) -> anyhow::Result<Exit> {
    match profile.place().await?.open().await? {
        Opened::Local(local) => reject(&local.desk(), command).await,
        Opened::Stack(stack) => Box::pin(reject(&stack.desk(), command)).await,
    }
}

async fn reject<J: Store>(desk: &Desk<'_, J>, command: &Decide) -> anyhow::Result<Exit> {
    let mut out = Out::new();
    let verdict = Verdict::Rejected;
    let Some(proposals) = decision::find(desk, &mut out, &command.ids, verdict).await? else {
        return Ok(Exit::Found);
    };
    let work = decision::record(desk, &mut out, &proposals, verdict, &command.by);
    desk.write(work).await?;
    Ok(Exit::Done)
}
