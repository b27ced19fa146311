//! From the arguments to what a command works on.

use std::path::{Path, PathBuf};

use journal::Sqlite;
use model::Mode;
use policy::Rules;
use startup::Stack;

use crate::args::{Kind, Profile};
use crate::deployed::{Deployed, Table};
use crate::exit::UsageError;
use crate::local::{self, Local};

/// Where a command works, with the rules it goes by. Nothing was opened yet.
pub(crate) enum Place {
    /// A sandbox in this folder.
    Local(PathBuf, Box<Rules>),
    /// A stack.
    Stack(Box<Deployed>),
}

/// What a command works on: each has a desk.
pub(crate) enum Opened {
    /// A sandbox.
    Local(Box<Local>),
    /// A stack.
    Stack(Box<Deployed>),
}

/// The journal alone.
pub(crate) enum Journal {
    /// That of a sandbox.
    Local(Sqlite),
    /// That of a stack.
    Stack(Table),
}

impl Profile {
    /// Refuses what does not go together.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        match (self.kind, &self.stack) {
            (Kind::Local, Some(_)) => Err(UsageError::raise(
                "a stack is worked on with --profile aws; the local profile has none",
            )),
            (Kind::Aws, None) => Err(UsageError::raise(
                "name the stack to work on: --profile aws --stack NAME",
            )),
            _ => Ok(()),
        }
    }

    /// The stack, if the profile works on one.
    pub(crate) async fn stack(&self) -> anyhow::Result<Option<Stack>> {
        match &self.stack {
            Some(name) => Ok(Some(Stack::find(name).await?)),
            None => Ok(None),
        }
    }

    /// The name of the stack, for what there is nowhere else.
    pub(crate) fn stack_name(&self) -> anyhow::Result<&str> {
        self.stack.as_deref().ok_or_else(|| {
            UsageError::raise("this is about a deployed stack: add --profile aws --stack NAME")
        })
    }

    /// The same as the stack itself.
    pub(crate) async fn deployed_stack(&self) -> anyhow::Result<Stack> {
        Stack::find(self.stack_name()?).await
    }

    /// Where to work.
    pub(crate) async fn place(&self) -> anyhow::Result<Place> {
        let rules = self.rules.as_deref().map(rules_of).transpose()?;
        Ok(match self.stack().await? {
            Some(stack) => Place::Stack(Box::new(Deployed::open(stack, rules).await?)),
            None => {
                let rules = rules.unwrap_or_else(all_enforced);
                Place::Local(self.folder.clone(), Box::new(rules))
            }
        })
    }

    /// The rules in force.
    pub(crate) async fn rules(&self) -> anyhow::Result<Rules> {
        if let Some(file) = &self.rules {
            return rules_of(file);
        }
        Ok(match self.stack().await? {
            Some(stack) => stack.rules().await?,
            None => all_enforced(),
        })
    }

    /// The journal, without starting anything else.
    pub(crate) async fn journal(&self) -> anyhow::Result<Journal> {
        Ok(match self.stack().await? {
            Some(stack) => Journal::Stack(stack.journal()?),
            None => Journal::Local(local::journal(&self.folder)?),
        })
    }
}

impl Place {
    /// The rules to go by.
    pub(crate) fn rules(&self) -> &Rules {
        match self {
            Self::Local(_, rules) => rules,
            Self::Stack(deployed) => deployed.rules(),
        }
    }

    /// Starts what there is to start.
    pub(crate) async fn open(self) -> anyhow::Result<Opened> {
        Ok(match self {
            Self::Local(folder, rules) => {
                Opened::Local(Box::new(Local::open(&folder, *rules).await?))
            }
            Self::Stack(deployed) => Opened::Stack(deployed),
        })
    }
}

/// The rules of a file, or every mistake in it.
fn rules_of(file: &Path) -> anyhow::Result<Rules> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| UsageError::raise(format!("read {shown}: {error}")))?;
    Rules::parse(&text).map_err(|error| UsageError::raise(format!("{shown}: {error}")))
}

/// The local profile's own.
fn all_enforced() -> Rules {
    Rules::default().in_mode(Mode::Enforce)
}
