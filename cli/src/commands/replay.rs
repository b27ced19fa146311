//! `rollcall replay`: sample events through everything.

use crate::args::{Profile, Replay};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::print::{self, Out};
use crate::replay::{collect, replay};

pub(crate) async fn run(profile: &Profile, command: Replay) -> anyhow::Result<Exit> {
    let samples = collect(&command.paths)?;
    let rules = local::rules(profile.rules.as_deref())?;
    let local = Local::open(&profile.folder, rules).await?;
    let mut out = Out::new();
    let work = async {
        let mut all = Vec::new();
        for sample in &samples {
            let replayed = replay(&local, sample).await?;
            if !command.json {
                print::replay::event(&mut out, &replayed)?;
            }
            all.push(replayed);
        }
        Ok(all)
    };
    let all = local.keep(work).await?;
    if command.json {
        out.json(&all)?;
    } else {
        print::replay::total(&mut out, &all, &profile.folder)?;
    }
    Ok(Exit::Done)
}
