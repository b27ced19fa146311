//! Why a visit could not be finished.

use policy::Objection;

use crate::mirror::Failure as _;

/// A visit that ended early. What it had written is in the journal, and the next visit goes on from
/// what is really there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The PSA did not do what was asked.
    #[error(transparent)]
    Psa(#[from] connectwise::Error),
    /// IT Glue did not do what was asked.
    #[error(transparent)]
    ItGlue(#[from] itglue::Error),
    /// Grow CRM did not do what was asked.
    #[error(transparent)]
    GrowCrm(#[from] growcrm::Error),
    /// The journal could not be written or read, so nothing more may be written to the PSA either.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A message could not be sent on.
    #[error(transparent)]
    Queue(#[from] queue::Error),
    /// The checker objects to the plan. Nothing of it was written: this is a mistake of ours.
    #[error("carry out a plan: {}", list(.0))]
    PlanRefused(Vec<Objection>),
    /// The checker objects to the plan for a mirror. Nothing of it was written: this is a mistake of ours.
    #[error("carry out a plan for a mirror: {}", .0.join("; "))]
    MirrorRefused(Vec<String>),
    /// The checker objects to an undo. Nothing of it was written: this is a mistake of ours.
    #[error("take changes back: {}", .0.join("; "))]
    UndoRefused(Vec<String>),
    /// What is to be taken back, or what is there, is not what it was when the plan was shown.
    #[error("carry out a plan: the records have changed since it was shown; look at it again")]
    Outdated,
    /// There is no writer, and what was asked for needs one.
    #[error("carry out a plan: this process may not write")]
    NoWriter,
    /// The message is on a queue whose worker has nothing to do with it.
    #[error("work on a message: it belongs on another queue")]
    Misdirected,
    /// The records kept changing under the visit; the next one starts from what is there then.
    #[error("finish the visit of a company: its records kept changing while it was visited")]
    Unsettled,
}

impl Error {
    /// Whether the PSA, or a mirror, does not accept our keys.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        match self {
            Self::Psa(psa) => *psa.kind() == connectwise::ErrorKind::Unauthorized,
            Self::ItGlue(mirror) => mirror.is_unauthorized(),
            Self::GrowCrm(mirror) => mirror.is_unauthorized(),
            _ => false,
        }
    }
}

fn list(objections: &[Objection]) -> String {
    let words: Vec<String> = objections.iter().map(ToString::to_string).collect();
    words.join("; ")
}
