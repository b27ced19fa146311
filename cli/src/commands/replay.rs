//! `rollcall replay`: sample events through everything.

use startup::Stack;

use crate::args::{Profile, Replay};
use crate::exit::Exit;
use crate::local::Local;
use crate::post::{Letterbox, Post};
use crate::print::{self, Out};
use crate::replay::{Sample, collect, replay};

pub(crate) async fn run(profile: &Profile, command: Replay) -> anyhow::Result<Exit> {
    let samples = collect(&command.paths)?;
    if profile.stack.is_some() {
        let posts = samples.iter().map(Post::of).collect::<Result<_, _>>()?;
        return to_stack(&profile.deployed_stack().await?, posts, command.json).await;
    }
    let local = Local::open(&profile.folder, profile.rules().await?).await?;
    Box::pin(in_sandbox(&local, profile, &samples, command.json)).await
}

async fn in_sandbox(
    local: &Local,
    profile: &Profile,
    samples: &[Sample],
    json: bool,
) -> anyhow::Result<Exit> {
    let mut out = Out::new();
    let work = async {
        let mut all = Vec::new();
        for sample in samples {
            let replayed = replay(local, sample).await?;
            if !json {
                print::replay::event(&mut out, &replayed)?;
            }
            all.push(replayed);
        }
        Ok(all)
    };
    let all = local.keep(work).await?;
    if json {
        out.json(&all)?;
    } else {
        print::replay::total(&mut out, &all, &profile.folder)?;
    }
    Ok(Exit::Done)
}

async fn to_stack(stack: &Stack, posts: Vec<Post>, json: bool) -> anyhow::Result<Exit> {
    let letterbox = Letterbox::new(stack.callbacks().await?.address.endpoint());
    let mut out = Out::new();
    let mut all = Vec::new();
    for post in posts {
        let posted = letterbox.post(post).await;
        if !json {
            print::replay::posted(&mut out, &posted)?;
            out.flush()?;
        }
        all.push(posted);
    }
    if json {
        out.json(&all)?;
    }
    let failed = all.iter().any(|posted| posted.is_failure());
    Ok(if failed { Exit::Failed } else { Exit::Done })
}
