//! Exit codes, and what is said when a command fails.

use std::fmt;
use std::process::ExitCode;

use crate::print;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: something was found or refused, as each command says.
    Found,
    /// 2: the arguments or the configuration are wrong.
    Usage,
    /// 3: the other side failed.
    Failed,
    /// 130: Ctrl-C, as shells have it.
    Stopped,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
            Exit::Stopped => 130,
        })
    }
}

/// A mistake of the caller, with what to do about it.
#[derive(Debug)]
pub(crate) struct UsageError(String);

impl UsageError {
    pub(crate) fn raise(words: impl Into<String>) -> anyhow::Error {
        Self(words.into()).into()
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Somebody pressed Ctrl-C while something was written.
#[derive(Debug)]
pub(crate) struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped; what was done by then is in the journal (`rollcall history`)")
    }
}

impl std::error::Error for Stopped {}

/// Does something that may write. Ctrl-C ends it between two steps, and not the process.
pub(crate) async fn unless_stopped<T>(
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        result = work => result,
        Ok(()) = tokio::signal::ctrl_c() => Err(Stopped.into()),
    }
}

/// Says what went wrong and finds the exit code for it.
pub(crate) fn explain_failure(error: &anyhow::Error) -> Exit {
    print::failure(error);
    let is_configuration = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<UsageError>() || cause.is::<startup::Problems>()
    };
    if error.chain().any(is_configuration) {
        Exit::Usage
    } else if error.is::<Stopped>() {
        Exit::Stopped
    } else {
        Exit::Failed
    }
}
