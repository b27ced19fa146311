//! Who was merged into whom, and stayed so.

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, ChangeId, ContactId, Memory, Past};

/// The contacts that we merged away or retired as somebody's duplicate, each with the one that it is part of
/// by now. Whoever was brought back since is not among them.
///
/// The past is told in present ids. Whether a person made a retired contact active again since is not in it:
/// look at the contact.
pub(crate) fn merged_into(past: &[Past]) -> BTreeMap<ContactId, ContactId> {
    let memory = memory(past);
    let newest = memory.returned();
    let retired = memory.retired();
    let mut into = BTreeMap::new();
    for past in past {
        if let Some((loser, survivor)) = past.merged() {
            let stands = match past.action {
                Action::Retire { contact } => retired.contains_key(&contact),
                _ => true,
            };
            if stands {
                into.insert(loser, survivor);
            }
        }
        if let Some((original, contact)) = past.returned() {
            for back in [Some(&original), Some(&contact), newest.get(&contact)] {
                back.map(|back| into.remove(back));
            }
        }
    }
    let last = |survivor: ContactId| {
        let mut seen = BTreeSet::new();
        let mut last = survivor;
        while seen.insert(last)
            && let Some(next) = into.get(&last)
        {
            last = *next;
        }
        last
    };
    let ends = into
        .iter()
        .map(|(loser, survivor)| (*loser, last(*survivor)));
    ends.collect()
}

/// The change that merged a contact away last: its image in the journal has the contact as it was.
#[must_use]
pub fn merge_of(past: &[Past], contact: ContactId) -> Option<&ChangeId> {
    let is_it = |past: &&Past| past.merged().is_some_and(|(loser, _)| loser == contact);
    past.iter().rev().find(is_it).map(|past| &past.id)
}

/// The contacts that were brought back: each old id with the newest one.
pub(crate) fn returned(past: &[Past]) -> BTreeMap<ContactId, ContactId> {
    memory(past).returned()
}

fn memory(past: &[Past]) -> Memory {
    Memory {
        past: past.to_vec(),
        ..Memory::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::{ChangeId, Outcome, Purpose, Rule, RunId};

    use super::*;

    const fn id(number: u32) -> ContactId {
        ContactId::new(number)
    }

    fn past(action: Action, purpose: Purpose, outcome: Outcome) -> Past {
        Past {
            id: ChangeId {
                run: RunId::new("r"),
                number: 1,
            },
            at: Timestamp::UNIX_EPOCH,
            rule: Rule::MergeDuplicates,
            purpose,
            action,
            outcome: Some(outcome),
        }
    }

    fn merge(loser: u32, survivor: u32) -> Past {
        let action = Action::Merge {
            loser: id(loser),
            survivor: id(survivor),
            references: Vec::new(),
        };
        past(action, Purpose::Policy, Outcome::Done)
    }

    fn retire(loser: u32, survivor: u32) -> Past {
        let purpose = Purpose::Merge {
            loser: id(loser),
            survivor: id(survivor),
        };
        past(
            Action::Retire { contact: id(loser) },
            purpose,
            Outcome::Done,
        )
    }

    fn restore(original: u32, contact: u32) -> Past {
        let action = Action::Restore {
            original: id(original),
            survivor: id(2),
            provisional: ContactId::provisional_for(id(original)),
            first_name: "Ada".into(),
            last_name: "Byron".into(),
            site: None,
        };
        let contact = id(contact);
        past(action, Purpose::Policy, Outcome::Returned { contact })
    }

    fn into(past: Vec<Past>) -> Vec<(u32, u32)> {
        let memory = Memory {
            past,
            ..Memory::default()
        };
        let into = merged_into(&memory.in_present_ids().past);
        into.iter().map(|(a, b)| (a.get(), b.get())).collect()
    }

    #[test]
    fn without_a_past_nobody_was_merged() {
        assert_eq!(into(Vec::new()), []);
    }

    #[test]
    fn a_merge_leads_to_the_last_of_a_chain() {
        assert_eq!(into(vec![merge(1, 2), retire(2, 3)]), [(1, 3), (2, 3)]);
        // No past can be like this one, and it must not hang a visit.
        assert_eq!(into(vec![merge(1, 2), merge(2, 1)]).len(), 2);
    }

    #[test]
    fn what_was_not_done_counts_for_nothing() {
        let mut refused = merge(1, 2);
        refused.outcome = Some(Outcome::Stale);
        assert_eq!(into(vec![refused]), []);
    }

    #[test]
    fn whoever_was_brought_back_is_a_contact_of_its_own_until_it_is_merged_again() {
        assert_eq!(into(vec![merge(1, 2), restore(1, 11)]), []);
        assert_eq!(
            into(vec![merge(1, 2), restore(1, 11), merge(11, 2)]),
            [(11, 2)]
        );
        let twice = vec![merge(1, 2), restore(1, 11), merge(11, 2), restore(11, 21)];
        assert_eq!(into(twice), []);
    }

    #[test]
    fn whoever_is_active_again_is_a_contact_of_its_own() {
        let back = |outcome| {
            let action = Action::Reactivate { contact: id(1) };
            past(action, Purpose::Policy, outcome)
        };
        assert_eq!(into(vec![retire(1, 2), back(Outcome::Done)]), []);
        assert_eq!(into(vec![retire(1, 2), back(Outcome::ByPerson)]), []);
        assert_eq!(
            into(vec![retire(1, 2), back(Outcome::FoundUndone)]),
            [(1, 2)]
        );
    }
}
