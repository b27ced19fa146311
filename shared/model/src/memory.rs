//! What the journal remembers and a policy must know.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Action, ChangeId, ContactId, Decision, Outcome, Pair, ProposalId, Purpose, Rule};

/// The past of one company's contacts, as far as it binds the present.
///
/// All but the pairs that people told apart is the company's own: of a contact that moved to another one,
/// nothing else is remembered there, be it a change or a decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Changes of ours, oldest first.
    pub past: Vec<Past>,
    /// Pairs that a person said are two people, or had us record as such. [`Memory::apart`] has all.
    pub distinct: BTreeSet<Pair>,
    /// What people decided about proposals at this company, oldest first.
    pub decisions: Vec<Decision>,
    /// Pairs whose merge waits for a person, as it was found with more than a visit may make.
    #[serde(default)]
    pub over_limit: BTreeSet<Pair>,
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

    /// Whether the change took effect or, for all anybody knows, may have.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        let outcome = self.outcome.as_ref();
        outcome.is_some_and(Outcome::may_have_happened)
    }

    /// The contact that it merged away or retired as somebody's duplicate, and the one that it kept.
    #[must_use]
    pub fn merged(&self) -> Option<(ContactId, ContactId)> {
        self.action
            .merges(&self.purpose)
            .filter(|_| self.took_effect())
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

    /// The same, told of the ids that contacts have now: what was done to a contact before it was merged
    /// away, and what a person said about it, concerns the one that was brought back.
    #[must_use]
    pub fn in_present_ids(mut self) -> Self {
        let newest = self.returned();
        if newest.is_empty() {
            return self;
        }
        let id = |old: ContactId| newest.get(&old).copied().unwrap_or(old);
        let renamed = |pair: Pair| Pair::new(id(pair.low()), id(pair.high()));
        for past in &mut self.past {
            past.action = past.action.clone().renamed(id);
            if let Purpose::Merge { loser, survivor } = &mut past.purpose {
                (*loser, *survivor) = (id(*loser), id(*survivor));
            }
        }
        for decision in &mut self.decisions {
            decision.proposal = decision.proposal.renamed(id);
            decision.pair = decision.pair.map(renamed);
            for contact in &mut decision.contacts {
                contact.id = id(contact.id);
            }
        }
        self.distinct = self.distinct.into_iter().map(renamed).collect();
        self.over_limit = self.over_limit.into_iter().map(renamed).collect();
        self
    }

    /// The pairs that are two people and are never merged, whatever the evidence.
    ///
    /// They are those that people told apart, and those that a merge made one and that are no longer: a
    /// person brought the contact back, or had us do so. It is then told apart from whoever else was merged
    /// into the same one, too. What holds for a contact holds for the one it was merged into.
    ///
    /// Whoever was retired as a duplicate and is active was brought back, be that recorded yet or not.
    #[must_use]
    pub fn apart(&self, is_active: impl Fn(ContactId) -> bool) -> BTreeSet<Pair> {
        let undos = self.past.iter().filter(|past| past.took_effect());
        let mut undone: BTreeSet<&ChangeId> = undos.filter_map(|p| p.purpose.undone()).collect();
        undone.retain(|change| self.taken_back_by(change).is_some());
        let retired = self.retired();
        let stands = |past: &Past| match past.action {
            Action::Retire { contact } => retired.contains_key(&contact) && !is_active(contact),
            _ => !undone.contains(&past.id),
        };
        let mut merges = Vec::new();
        let mut heirs = BTreeMap::new();
        let mut ended = BTreeSet::new();
        for past in &self.past {
            if let Some((loser, survivor)) = past.merged() {
                merges.push((loser, survivor));
                if stands(past) {
                    heirs.insert(loser, survivor);
                } else {
                    ended.insert((loser, survivor));
                }
            }
            // It may be that nothing but a step before the merge had to be taken back, or that the PSA had
            // refused the next one and the merge was never made.
            if let Purpose::Merge { loser, survivor } = past.purpose
                && undone.contains(&past.id)
            {
                merges.push((loser, survivor));
                ended.insert((loser, survivor));
            }
        }
        let mut apart = self.distinct.clone();
        for (contact, survivor) in ended {
            let others = merges.iter().filter(|(_, into)| *into == survivor);
            let others = others.map(|(other, _)| *other).chain([survivor]);
            let others = others.filter(|other| *other != contact);
            apart.extend(others.map(|other| Pair::new(contact, other)));
        }
        let heir = |contact| {
            let mut heir = contact;
            for _ in 0..heirs.len() {
                let Some(next) = heirs.get(&heir) else { break };
                heir = *next;
            }
            heir
        };
        let inherited = apart
            .iter()
            .map(|pair| (heir(pair.low()), heir(pair.high())));
        let inherited: Vec<Pair> = inherited
            .filter(|(one, other)| one != other)
            .map(Pair::from)
            .collect();
        apart.extend(inherited);
        apart
    }

    /// The contacts that we retired and that, as far as is recorded, nobody brought back, each with the
    /// change.
    #[must_use]
    pub fn retired(&self) -> BTreeMap<ContactId, &Past> {
        let mut retired = BTreeMap::new();
        for past in self.past.iter().filter(|past| past.counts()) {
            match past.action {
                Action::Retire { contact } if past.took_effect() => {
                    retired.insert(contact, past);
                }
                Action::Retire { contact } | Action::Reactivate { contact } => {
                    retired.remove(&contact);
                }
                _ => {}
            }
        }
        retired
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
}

impl Action {
    /// The contact that it merges away, or retires as somebody's duplicate, and the one that it keeps.
    #[must_use]
    pub fn merges(&self, purpose: &Purpose) -> Option<(ContactId, ContactId)> {
        match (self, purpose) {
            (
                Self::Merge {
                    loser, survivor, ..
                },
                _,
            ) => Some((*loser, *survivor)),
            (Self::Retire { contact }, Purpose::Merge { loser, survivor }) if contact == loser => {
                Some((*loser, *survivor))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContactTypeId, RunId, TypeLabel};

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
        let memory = Memory {
            past: vec![
                past(1, retire(), Outcome::Done),
                undoing(2, 1, retire()),
                undoing(3, 2, retire()),
                past(4, retire(), Outcome::ByPerson),
            ],
            ..Memory::default()
        };
        let persons: Vec<bool> = memory.past.iter().map(|p| memory.is_persons(p)).collect();
        assert_eq!(persons, [false, true, false, true]);
        let taken_back = |number: usize| memory.taken_back_by(&memory.past[number].id).is_some();
        assert_eq!([0, 1, 2, 3].map(taken_back), [false, true, false, false]);
    }
    fn merge_step(number: u32, action: Action, outcome: Outcome) -> Past {
        let purpose = Purpose::Merge {
            loser: LOSER,
            survivor: SURVIVOR,
        };
        Past {
            purpose,
            ..past(number, action, outcome)
        }
    }

    fn undoing(number: u32, undone: u32, action: Action) -> Past {
        let run = RunId::new("r");
        let change = ChangeId {
            run,
            number: undone,
        };
        Past {
            purpose: Purpose::Undo { change },
            ..past(number, action, Outcome::Done)
        }
    }

    fn memory(past: Vec<Past>) -> Memory {
        Memory {
            past,
            ..Memory::default()
        }
    }

    fn pair(a: u32, b: u32) -> Pair {
        Pair::new(ContactId::new(a), ContactId::new(b))
    }

    const THIRD: ContactId = ContactId::new(3);
    const RETIRE: Action = Action::Retire { contact: LOSER };
    const REACTIVATE: Action = Action::Reactivate { contact: LOSER };

    #[test]
    fn nobody_is_apart_by_a_merge_that_stands() {
        let memory = memory(vec![merge_step(1, RETIRE, Outcome::Done)]);
        assert_eq!(memory.apart(|_| false), BTreeSet::new());
        assert_eq!(memory.retired().into_keys().collect::<Vec<_>>(), [LOSER]);
    }

    #[test]
    fn whoever_was_retired_and_is_active_again_is_apart_recorded_or_not() {
        let mut memory = memory(vec![merge_step(1, RETIRE, Outcome::Done)]);
        let apart = BTreeSet::from([pair(1, 2)]);
        assert_eq!(memory.apart(|id| id == LOSER), apart);
        let by_person = past(2, REACTIVATE, Outcome::ByPerson);
        memory.past.push(by_person);
        assert_eq!(memory.apart(|_| false), apart);
        assert!(memory.retired().is_empty());
    }

    #[test]
    fn whoever_was_brought_back_is_apart_from_all_that_became_one_with_it() {
        let mut third = merge_step(2, Action::Retire { contact: THIRD }, Outcome::Done);
        third.purpose = Purpose::Merge {
            loser: THIRD,
            survivor: SURVIVOR,
        };
        let mut memory = memory(vec![
            merge_step(1, RETIRE, Outcome::Done),
            third,
            undoing(3, 1, REACTIVATE),
        ]);
        let apart = BTreeSet::from([pair(1, 2), pair(1, 3)]);
        assert_eq!(memory.apart(|_| false), apart);
        // The undo is taken back: they are one again.
        memory.past.push(undoing(4, 3, RETIRE));
        assert_eq!(memory.apart(|_| false), BTreeSet::new());
    }

    #[test]
    fn a_merge_is_taken_back_also_where_only_a_step_before_it_had_to_be() {
        let note = |text: &str| Action::AddNote {
            contact: SURVIVOR,
            text: text.into(),
            type_id: None,
            flagged: false,
        };
        let memory = memory(vec![
            merge_step(1, note("a"), Outcome::Done),
            merge_step(2, RETIRE, Outcome::Done),
            undoing(3, 1, note("b")),
        ]);
        assert_eq!(memory.apart(|_| false), BTreeSet::from([pair(1, 2)]));
    }

    #[test]
    fn merges_that_got_no_further_than_a_step_and_were_taken_back_are_not_made_among_the_losers() {
        let label = |id| Action::AddType {
            contact: SURVIVOR,
            label: TypeLabel {
                id: ContactTypeId::new(id),
                name: "Finance".into(),
            },
        };
        let mut third = merge_step(2, label(2), Outcome::Done);
        third.purpose = Purpose::Merge {
            loser: THIRD,
            survivor: SURVIVOR,
        };
        let memory = memory(vec![
            merge_step(1, label(1), Outcome::Done),
            third,
            undoing(3, 2, label(2)),
            undoing(4, 1, label(1)),
        ]);
        let apart = BTreeSet::from([pair(1, 2), pair(2, 3), pair(1, 3)]);
        assert_eq!(memory.apart(|_| true), apart);
    }

    #[test]
    fn a_contact_brought_back_under_a_new_id_is_apart_under_that() {
        let merge = Action::Merge {
            loser: LOSER,
            survivor: SURVIVOR,
            references: Vec::new(),
        };
        let mut back = restore(2, 1, 11);
        back.purpose = undoing(2, 1, RETIRE).purpose;
        let memory = memory(vec![merge_step(1, merge, Outcome::Done), back]).in_present_ids();
        assert_eq!(memory.apart(|_| true), BTreeSet::from([pair(11, 2)]));
    }

    #[test]
    fn whom_a_person_told_apart_stays_apart_through_a_merge() {
        let mut memory = memory(vec![merge_step(1, RETIRE, Outcome::Done)]);
        memory.distinct.insert(pair(1, 3));
        let apart = BTreeSet::from([pair(1, 3), pair(2, 3)]);
        assert_eq!(memory.apart(|_| false), apart);
    }

    #[test]
    fn what_people_said_follows_a_contact_to_its_new_id() {
        let decision = |pair: Pair| Decision {
            proposal: ProposalId::of_pair(pair),
            company: crate::CompanyId::new(1),
            verdict: crate::Verdict::Approved,
            pair: Some(pair),
            contacts: [pair.low(), pair.high()]
                .map(|id| crate::Contact::new(id, crate::CompanyId::new(1), "Ada", "Byron"))
                .into(),
            at: Timestamp::UNIX_EPOCH,
            by: "jdoe".into(),
        };
        let memory = Memory {
            past: vec![restore(1, 1, 11)],
            distinct: BTreeSet::from([pair(1, 7)]),
            decisions: vec![decision(pair(1, 3))],
            over_limit: BTreeSet::from([pair(1, 2)]),
        };
        let now = memory.in_present_ids();
        assert_eq!(now.distinct, BTreeSet::from([pair(7, 11)]));
        assert_eq!(now.over_limit, BTreeSet::from([pair(2, 11)]));
        let [said] = &now.decisions[..] else {
            panic!("one was made")
        };
        assert_eq!(said.proposal.to_string(), "pair-3-11");
        assert_eq!(said.pair, Some(pair(3, 11)));
        assert_eq!(said.contacts[0].id, ContactId::new(11));
    }
}
