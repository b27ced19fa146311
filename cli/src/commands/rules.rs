//! `rollcall rules`: checking, showing and replacing the rules.

use std::path::Path;

use policy::Rules;

use crate::args::{Profile, Rules as Command};
use crate::exit::{Exit, UsageError};
use crate::plan_file::differing;
use crate::print::{Out, agreed};

pub(crate) async fn run(profile: &Profile, command: &Command) -> anyhow::Result<Exit> {
    let mut out = Out::new();
    match command {
        Command::Check { file } => {
            let rules = check(&mut out, file, &read(file)?)?;
            let Some(_) = rules else {
                return Ok(Exit::Found);
            };
            out.line(&format!("{}: every rule is understood", file.display()))?;
            Ok(Exit::Done)
        }
        Command::Show { json } => {
            let rules = profile.rules().await?;
            if *json {
                out.json(&rules)?;
            } else {
                out.text(&rules.to_string())?;
            }
            Ok(Exit::Done)
        }
        Command::Push { file, yes } => push(profile, &mut out, file, *yes).await,
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| UsageError::raise(format!("read {}: {error}", file.display())))
}

/// The rules in a text, or nothing and every mistake told.
fn check(out: &mut Out, file: &Path, text: &str) -> anyhow::Result<Option<Rules>> {
    let shown = file.display();
    match Rules::parse(text) {
        Ok(rules) => Ok(Some(rules)),
        Err(error) => {
            for problem in error.problems {
                let place = format!("{shown}:{}:{}", problem.line, problem.column);
                out.line(&format!("{place}: {}", problem.words))?;
            }
            Ok(None)
        }
    }
}

async fn push(profile: &Profile, out: &mut Out, file: &Path, yes: bool) -> anyhow::Result<Exit> {
    profile.stack_name()?;
    let text = read(file)?;
    let Some(rules) = check(out, file, &text)? else {
        return Ok(Exit::Found);
    };
    let stack = profile.deployed_stack().await?;
    let name = stack.name();
    let in_force = stack.rules_text().await?;
    if in_force == text {
        out.line(&format!("the stack {name} goes by these rules already"))?;
        return Ok(Exit::Done);
    }
    // What is in force may be broken. Then everything becomes another rule, and pushing is the way out.
    match Rules::parse(&in_force) {
        Ok(old) => {
            let mut others = Vec::new();
            let (old, new) = (serde_json::to_value(&old)?, serde_json::to_value(&rules)?);
            differing(&old, &new, "", &mut others);
            for name in &others {
                let of = |rules: &serde_json::Value| value_at(rules, name);
                out.line(&format!("{name}: {} → {}", of(&old), of(&new)))?;
            }
            if others.is_empty() {
                out.line("no rule becomes another one; the text does")?;
            }
        }
        Err(_) => out.line("the rules in force cannot be understood; all of them are replaced")?,
    }
    if !yes && !agreed(out, "Put these rules into force?", "Nothing was changed.")? {
        return Ok(Exit::Found);
    }
    stack.put_rules(&text).await?;
    out.line(&format!(
        "the stack {name} goes by these rules; its workers see them within five minutes"
    ))?;
    Ok(Exit::Done)
}

/// The value of a rule by its dotted name, as it would stand in a file.
fn value_at(rules: &serde_json::Value, name: &str) -> String {
    let value = name.split('.').try_fold(rules, |value, key| value.get(key));
    value.map_or_else(|| "not set".to_owned(), ToString::to_string)
}
