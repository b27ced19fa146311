//! What the journal remembers and a policy must know.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, ChangeId, ContactId, Decision, Outcome, Pair, ProposalId, Purpose, Rule, Verdict,
};

/// The past of one company's contacts, as far as it binds the present.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Changes of ours, oldest first.
    pub past: Vec<Past>,
    /// Pairs that a person said are two people. Never merged, whatever the evidence.
    pub distinct: BTreeSet<Pair>,
    /// What people decided about proposals at this company, oldest first.
    pub decisions: Vec<Decision>,
}

/// One change of ours, without its images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Which one.
    pub id: ChangeId,
    /// When its intent was recorded.
    pub at: Timestamp,
    /// The policy that asked for it.
    pub rule: Rule,
    /// What it was made for.
    #[serde(default, skip_serializing_if = "Purpose::is_policy")]
    pub purpose: Purpose,
    /// What was written.
    pub action: Action,
    /// How it ended; absent while nobody knows.
    pub outcome: Option<Outcome>,
}

impl Past {
    /// Whether it tells how things stood afterwards: it took effect, or somebody else did it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.took_effect() || self.outcome == Some(Outcome::ByPerson)
    }

    /// Whether the change took effect.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        self.outcome.as_ref().is_some_and(Outcome::took_effect)
    }

    /// The contact that was brought back, under its old id and its new one.
    #[must_use]
    pub fn returned(&self) -> Option<(ContactId, ContactId)> {
        match (&self.action, &self.outcome) {
            (Action::Restore { original, .. }, Some(Outcome::Returned { contact })) => {
                Some((*original, *contact))
            }
            _ => None,
        }
    }
}

impl Memory {
    /// The contacts that were brought back: each old id with the newest one.
    #[must_use]
    pub fn returned(&self) -> BTreeMap<ContactId, ContactId> {
        let mut newest = BTreeMap::new();
        for (old, new) in self.past.iter().rev().filter_map(Past::returned) {
            let id = newest.get(&new).copied().unwrap_or(new);
            newest.entry(old).or_insert(id);
        }
        newest
    }

    /// The same past, told of the ids that contacts have now: what was done to a contact before it was
    /// merged away was done to the one that was brought back.
    #[must_use]
    pub fn in_present_ids(mut self) -> Self {
        let newest = self.returned();
        if !newest.is_empty() {
            for past in &mut self.past {
                let action = past.action.clone();
                past.action = action.renamed(|id| newest.get(&id).copied().unwrap_or(id));
            }
        }
        self
    }

    /// Whether a change speaks for a person: somebody else made it, or somebody had us take back a change of
    /// ours. Taking that back in turn makes it ours again.
    #[must_use]
    pub fn is_persons(&self, past: &Past) -> bool {
        let mut undos = 0;
        let mut at = past;
        while let Some(undone) = at.purpose.undone() {
            undos += 1;
            match self.past.iter().find(|other| other.id == *undone) {
                Some(other) => at = other,
                None => break,
            }
        }
        past.outcome == Some(Outcome::ByPerson) || undos % 2 == 1
    }

    /// The change that took this one back, if that was not taken back in turn.
    #[must_use]
    pub fn taken_back_by(&self, change: &ChangeId) -> Option<&Past> {
        let of = |past: &&Past| past.purpose.undone() == Some(change) && past.took_effect();
        let mut undos = self.past.iter().rev().filter(of);
        undos.find(|undo| self.taken_back_by(&undo.id).is_none())
    }

    /// The last thing a person decided about a proposal.
    #[must_use]
    pub fn decision(&self, proposal: &ProposalId) -> Option<&Decision> {
        let of = |decision: &&Decision| decision.proposal == *proposal;
        self.decisions.iter().rev().find(of)
    }

    /// The pairs that a person said are one person, and that nobody told apart.
    #[must_use]
    pub fn united(&self) -> BTreeSet<Pair> {
        let approved = self.decisions.iter().filter(|decision| {
            let last = self.decision(&decision.proposal);
            last.is_some_and(|last| last.verdict == Verdict::Approved)
        });
        approved
            .filter_map(|decision| decision.pair)
            .filter(|pair| !self.distinct.contains(pair))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunId;

    const LOSER: ContactId = ContactId::new(1);
    const SURVIVOR: ContactId = ContactId::new(2);

    fn past(number: u32, action: Action, outcome: Outcome) -> Past {
        Past {
            id: ChangeId {
                run: RunId::new("r"),
                number,
            },
            at: Timestamp::UNIX_EPOCH,
            rule: Rule::MergeDuplicates,
            purpose: Purpose::Policy,
            action,
            outcome: Some(outcome),
        }
    }

    fn restore(number: u32, original: u32, contact: u32) -> Past {
        let original = ContactId::new(original);
        let action = Action::Restore {
            original,
            survivor: SURVIVOR,
            provisional: ContactId::provisional_for(original),
            first_name: "Ada".into(),
            last_name: "Byron".into(),
            site: None,
        };
        let contact = ContactId::new(contact);
        past(number, action, Outcome::Returned { contact })
    }

    #[test]
    fn nothing_past_is_nothing_to_rename() {
        assert_eq!(Memory::default().in_present_ids(), Memory::default());
    }

    #[test]
    fn who_was_brought_back_twice_has_the_newest_id() {
        let retired = |contact| Action::Retire { contact };
        let memory = Memory {
            past: vec![
                past(1, retired(LOSER), Outcome::Done),
                restore(2, 1, 11),
                restore(3, 11, 21),
            ],
            ..Memory::default()
        };
        let now = memory.in_present_ids();
        assert_eq!(now.past[0].action, retired(ContactId::new(21)));
        assert_eq!(now.returned()[&LOSER], ContactId::new(21));
    }

    #[test]
    fn what_a_person_took_back_is_theirs_until_that_is_taken_back() {
        let retire = || Action::Retire { contact: SURVIVOR };
        let undoing = |number, undone: u32| Past {
            purpose: Purpose::Undo {
                change: ChangeId {
                    run: RunId::new("r"),
                    number: undone,
                },
            },
            ..past(number, retire(), Outcome::Done)
        };
        let memory = Memory {
            past: vec![
                past(1, retire(), Outcome::Done),
                undoing(2, 1),
                undoing(3, 2),
                past(4, retire(), Outcome::ByPerson),
            ],
            ..Memory::default()
        };
        let persons: Vec<bool> = memory.past.iter().map(|p| memory.is_persons(p)).collect();
        assert_eq!(persons, [false, true, false, true]);
        let taken_back = |number: usize| memory.taken_back_by(&memory.past[number].id).is_some();
        assert_eq!([0, 1, 2, 3].map(taken_back), [false, true, false, false]);
    }
}
