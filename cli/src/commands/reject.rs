//! `rollcall reject`: what waits must not be done.

use model::Verdict;

use super::decision;
use crate::args::{Decide, Profile};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::print::{self, Out};

pub(crate) async fn run(profile: &Profile, command: &Decide) -> anyhow::Result<Exit> {
    let rules = local::rules(profile.rules.as_deref())?;
    let local = Local::open(&profile.folder, rules).await?;
    let mut out = Out::new();
    let Some(subjects) = decision::find(&local, &mut out, &command.ids).await? else {
        return Ok(Exit::Found);
    };
    local.world().advance(1);
    for subject in &subjects {
        decision::record(&local, subject, Verdict::Rejected, &command.by).await?;
        print::review::recorded(&mut out, subject, Verdict::Rejected)?;
    }
    local.save()?;
    Ok(Exit::Done)
}
