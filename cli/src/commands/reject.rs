//! `rollcall reject`: what waits must not be done.

use model::Verdict;

use super::decision;
use crate::args::{Decide, Profile};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::print::Out;

pub(crate) async fn run(profile: &Profile, command: &Decide) -> anyhow::Result<Exit> {
    let rules = local::rules(profile.rules.as_deref())?;
    let local = Local::open(&profile.folder, rules).await?;
    let mut out = Out::new();
    let verdict = Verdict::Rejected;
    let Some(proposals) = decision::find(&local, &mut out, &command.ids, verdict).await? else {
        return Ok(Exit::Found);
    };
    local.world().advance(1);
    let work = decision::record(&local, &mut out, &proposals, verdict, &command.by);
    local.keep(work).await?;
    Ok(Exit::Done)
}
