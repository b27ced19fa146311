//! What people decided, as far as it binds a plan.

use model::{Change, Memory, Past, ProposalId, Verdict};

/// What a person said about changes that stand and fall together. An approval is for once: what has been
/// done since needs another one.
pub(crate) fn decided(memory: &Memory, changes: &[Change]) -> Option<Verdict> {
    let decision = memory.decision(&ProposalId::of_changes(changes)?)?;
    let is_done = |past: &Past| {
        let is_it = |change: &Change| past.action.same_effect(&change.action);
        past.at >= decision.at && past.took_effect() && changes.last().is_some_and(is_it)
    };
    match decision.verdict {
        Verdict::Approved if memory.past.iter().any(is_done) => None,
        verdict => Some(verdict),
    }
}
