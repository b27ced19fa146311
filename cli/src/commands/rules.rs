//! `rollcall rules`: checking and showing the rules.

use std::path::Path;

use policy::Rules;

use crate::args::{Profile, Rules as Command};
use crate::exit::{Exit, UsageError};
use crate::local;
use crate::print::Out;

pub(crate) fn run(profile: &Profile, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check { file } => check(file),
        Command::Show { json } => {
            let rules = local::rules(profile.rules.as_deref())?;
            let mut out = Out::new();
            if *json {
                out.json(&rules)?;
            } else {
                out.text(&rules.to_string())?;
            }
            Ok(Exit::Done)
        }
    }
}

fn check(file: &Path) -> anyhow::Result<Exit> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| UsageError::raise(format!("read {shown}: {error}")))?;
    let mut out = Out::new();
    match Rules::parse(&text) {
        Ok(_) => {
            out.line(&format!("{shown}: every rule is understood"))?;
            Ok(Exit::Done)
        }
        Err(error) => {
            for problem in error.problems {
                let place = format!("{shown}:{}:{}", problem.line, problem.column);
                out.line(&format!("{place}: {}", problem.words))?;
            }
            Ok(Exit::Found)
        }
    }
}
