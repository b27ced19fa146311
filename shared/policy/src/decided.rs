//! What people decided, as far as it binds a plan.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, Contact, ContactId, Decision, Pair, Past, ProposalId, Snapshot, Verdict};

use crate::differences::differences;

/// What people decided, as far as it binds a plan for what was read.
pub(crate) struct Decided {
    verdicts: BTreeMap<ProposalId, Verdict>,
    /// Pairs of which a person said that they are one.
    pub(crate) united: BTreeSet<Pair>,
    /// Pairs that are two people.
    pub(crate) apart: BTreeSet<Pair>,
}

impl Decided {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let is_active = |id| snapshot.contacts.get(&id).is_some_and(|c| c.active);
        let apart = snapshot.memory.apart(is_active);
        let decisions = snapshot.memory.decisions.iter();
        let mut last: BTreeMap<&ProposalId, &Decision> =
            decisions.map(|said| (&said.proposal, said)).collect();
        // A rejection holds for ever; but an approval that holds no longer does not bring back the rejection
        // that it had replaced.
        last.retain(|_, said| match said.verdict {
            Verdict::Rejected => true,
            Verdict::Approved => holds(snapshot, said),
        });
        let approved = last.values().filter(|s| s.verdict == Verdict::Approved);
        let united = approved.filter_map(|said| said.pair);
        Self {
            united: united.filter(|pair| !apart.contains(pair)).collect(),
            apart,
            verdicts: last
                .into_iter()
                .map(|(id, said)| (id.clone(), said.verdict))
                .collect(),
        }
    }

    /// What a person said about changes that stand and fall together.
    pub(crate) fn on(&self, changes: &[Change]) -> Option<Verdict> {
        self.verdicts
            .get(&ProposalId::of_changes(changes)?)
            .copied()
    }
}

/// Whether an approval is still for what is there: it has not been made use of, and the contacts are what was
/// shown, but for what we have done since.
fn holds(snapshot: &Snapshot, approval: &Decision) -> bool {
    let since: Vec<&Past> = snapshot
        .memory
        .past
        .iter()
        .rev()
        .take_while(|past| past.at >= approval.at)
        .filter(|past| past.outcome.as_ref().is_some_and(|o| o.may_have_happened()))
        .collect();
    let is_as_shown = |shown: &Contact| {
        let mut expected = shown.clone();
        for past in since.iter().rev() {
            expected.project(&past.action);
        }
        let now = snapshot.contacts.get(&shown.id);
        now.is_some_and(|now| differences(&expected, now).is_empty())
    };
    let is_it = |past: &&Past| {
        let pair = past
            .merged()
            .map(|(loser, survivor)| Pair::new(loser, survivor));
        ProposalId::of(&past.action, &past.purpose) == approval.proposal
            || (pair.is_some() && pair == approval.pair)
    };
    !approval.contacts.is_empty()
        && approval.contacts.iter().all(is_as_shown)
        && !since.iter().any(is_it)
}

/// Whom each contact has become one with by these changes.
#[derive(Default)]
pub(crate) struct Heirs(BTreeMap<ContactId, ContactId>);

impl Heirs {
    pub(crate) fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut heirs = Self::default();
        for change in changes {
            heirs.note(change);
        }
        heirs
    }

    pub(crate) fn note(&mut self, change: &Change) {
        if let Some((loser, survivor)) = change.action.merges(&change.purpose) {
            self.0.insert(loser, survivor);
        }
    }

    /// The two records that two contacts are by now; `None` if that is one.
    pub(crate) fn pair(&self, pair: Pair) -> Option<Pair> {
        let (one, other) = (self.heir(pair.low()), self.heir(pair.high()));
        (one != other).then(|| Pair::new(one, other))
    }

    fn heir(&self, contact: ContactId) -> ContactId {
        let mut heir = contact;
        for _ in 0..self.0.len() {
            let Some(next) = self.0.get(&heir) else { break };
            heir = *next;
        }
        heir
    }
}
