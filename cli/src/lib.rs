//! The operator's tool.
//!
//! [`run`] is the whole program: it reads the arguments, works on the local profile (an embedded
//! sandbox with an example tenant and an embedded journal, see [`local`]) or on a deployed stack, prints
//! what a person likes to read or, with `--json`, the same as data, and returns an exit code. `rollcall
//! match` alone needs no profile: it runs the matching engine on a file.
//!
//! Commands work on a desk: a PSA, a journal and rules. The profiles differ in how that is made, and in
//! who else works there; each command is one generic function.
//!
//! What it deliberately does not do: it decides nothing. The receiver, the worker, the client and the
//! journal that it drives are the ones that are deployed; here they are put together and their
//! reports are printed.

mod args;
mod commands;
mod deployed;
mod desk;
mod draft;
mod drifts;
mod exit;
mod follow;
mod listed;
pub mod local;
mod matches;
mod mirrored;
mod mirrors;
mod plan_file;
mod post;
mod print;
mod profile;
pub mod replay;
mod report;
mod sheet;
mod units;
mod values;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::exit::{Exit, explain_failure};

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(args)),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => explain_failure(&error).into(),
    }
}

async fn dispatch(args: Args) -> anyhow::Result<Exit> {
    let profile = &args.profile;
    profile.check()?;
    match args.command {
        Command::Replay(command) => commands::replay::run(profile, command).await,
        Command::Plan(command) => commands::plan::run(profile, &command).await,
        Command::Apply(command) => commands::apply::run(profile, &command).await,
        Command::Review(command) => commands::review::run(profile, &command).await,
        Command::Approve(command) => commands::approve::run(profile, &command).await,
        Command::Reject(command) => commands::reject::run(profile, &command).await,
        Command::Undo(command) => commands::undo::run(profile, &command).await,
        Command::Drift(command) => commands::drift::run(profile, &command).await,
        Command::History(command) => commands::history::run(profile, &command).await,
        Command::Explain(command) => commands::explain::run(profile, &command).await,
        Command::Forget(command) => commands::forget::run(profile, &command).await,
        Command::Directory(command) => commands::directory::run(profile, &command).await,
        Command::Vips(command) => commands::vips::run(profile, &command).await,
        Command::Match(command) => commands::match_contacts::run(&command),
        Command::Sandbox(command) => commands::sandbox::run(command).await,
        Command::Rules(command) => commands::rules::run(profile, &command).await,
        Command::Dlq(command) => commands::dlq::run(profile, &command).await,
        Command::Callbacks(command) => commands::callbacks::run(profile, &command).await,
        Command::Doctor(command) => commands::doctor::run(profile, &command).await,
    }
}
