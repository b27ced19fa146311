//! Identity for groups, not only for pairs.

use std::collections::{BTreeMap, BTreeSet};

use model::{Contact, ContactId, Evidence, Pair};

use crate::blocking::candidates;
use crate::company::Company;
use crate::compare::{Comparison, Detail, Verdict};
use crate::evidence::evidence;

/// Nobody has more records than this. What hangs together in larger numbers does so by mistake.
const MOST_RECORDS: usize = 60;
/// A contact that is near more others by name alone is near none of them in particular.
const MOST_BY_NAME: usize = 6;

/// What [`find`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// Records of one person, ordered by their lowest id.
    pub groups: Vec<Group>,
    /// Pairs that a person should look at, in order.
    pub reviews: Vec<Likely>,
    /// Pairs that look alike and are two people, in order: the evidence says what tells them apart.
    pub refused: Vec<Likely>,
}

/// Two or more records that are one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The records.
    pub members: BTreeSet<ContactId>,
    /// What holds each compared pair together.
    pub evidence: BTreeMap<Pair, Vec<Evidence>>,
}

/// Two records that may be one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likely {
    /// The records.
    pub pair: Pair,
    /// What speaks for it and against it.
    pub evidence: Vec<Evidence>,
}

/// Finds the contacts of one company that are, or may be, the same person. Pairs in `distinct` were
/// told apart by a person: they are never proposed, nor joined through a third record.
pub fn find<'a>(
    contacts: impl IntoIterator<Item = &'a Contact>,
    distinct: &BTreeSet<Pair>,
) -> Matches {
    Company::of(contacts).matches(distinct)
}

impl Company {
    /// Finds the contacts that are, or may be, the same person. Pairs in `distinct` were told apart by
    /// a person: they are never proposed, nor joined through a third record.
    #[must_use]
    pub fn matches(&self, distinct: &BTreeSet<Pair>) -> Matches {
        let mut certain: BTreeMap<Pair, Vec<Evidence>> = BTreeMap::new();
        let mut reviews: BTreeMap<Pair, Vec<Evidence>> = BTreeMap::new();
        let mut refused: BTreeMap<Pair, Vec<Evidence>> = BTreeMap::new();
        for (low, high) in candidates(&self.profiles) {
            let (low, high) = (&self.profiles[low as usize], &self.profiles[high as usize]);
            let pair = Pair::new(low.id, high.id);
            if distinct.contains(&pair) {
                continue;
            }
            let Comparison { verdict, evidence } = self.judge(low, high, Detail::IfNear);
            match verdict {
                Verdict::Merge => certain.insert(pair, evidence),
                Verdict::Review => reviews.insert(pair, evidence),
                Verdict::Distinct if is_near_match(&evidence) => refused.insert(pair, evidence),
                Verdict::Distinct => None,
            };
        }
        let (groups, torn) = self.groups(certain, distinct);
        reviews.extend(torn);
        let group_of = positions(&groups);
        let within = |pair: &Pair| {
            let low = group_of.get(&pair.low());
            low.is_some() && low == group_of.get(&pair.high())
        };
        reviews.retain(|pair, _| !within(pair));
        refused.retain(|pair, _| !within(pair));
        crowded(&mut reviews, &mut refused);
        let list = |pairs: BTreeMap<Pair, Vec<Evidence>>| {
            pairs
                .into_iter()
                .map(|(pair, evidence)| Likely { pair, evidence })
                .collect()
        };
        Matches {
            groups,
            reviews: list(reviews),
            refused: list(refused),
        }
    }

    /// Joins certain pairs into groups in which no two records conflict. A record that is certainly
    /// one with each of two that are two people is certainly neither: its pairs go to a person.
    fn groups(
        &self,
        mut certain: BTreeMap<Pair, Vec<Evidence>>,
        distinct: &BTreeSet<Pair>,
    ) -> (Vec<Group>, BTreeMap<Pair, Vec<Evidence>>) {
        let mut torn: BTreeMap<Pair, Vec<Evidence>> = BTreeMap::new();
        loop {
            let components = closure(certain.keys().copied());
            let doubtful: BTreeSet<Pair> = components
                .iter()
                .flat_map(|members| self.doubtful(members, &certain, distinct))
                .collect();
            if doubtful.is_empty() {
                return (grouped(components, certain), torn);
            }
            for pair in doubtful {
                if let Some(mut found) = certain.remove(&pair) {
                    found.push(evidence(
                        "group",
                        -20,
                        "would join records that are two people",
                    ));
                    torn.insert(pair, found);
                }
            }
        }
    }

    /// The certain pairs of some records that hang together, if there are two people among them: those
    /// through which these two are one step apart; all of them, when there is more between.
    fn doubtful(
        &self,
        members: &BTreeSet<ContactId>,
        certain: &BTreeMap<Pair, Vec<Evidence>>,
        distinct: &BTreeSet<Pair>,
    ) -> Vec<Pair> {
        let all = || {
            let own = certain.keys().filter(|pair| members.contains(&pair.low()));
            own.copied().collect()
        };
        if members.len() > MOST_RECORDS {
            return all();
        }
        let conflicts: Vec<Pair> = pairs(members)
            .filter(|pair| !certain.contains_key(pair) && self.conflict(*pair, distinct))
            .collect();
        let between: Vec<Pair> = conflicts
            .iter()
            .flat_map(|conflict| {
                let (low, high) = (conflict.low(), conflict.high());
                let others = members.iter().filter(move |id| **id != low && **id != high);
                others.map(move |middle| [Pair::new(low, *middle), Pair::new(high, *middle)])
            })
            .filter(|ends| ends.iter().all(|end| certain.contains_key(end)))
            .flatten()
            .collect();
        if between.is_empty() && !conflicts.is_empty() {
            all()
        } else {
            between
        }
    }

    /// Whether two records that hang together through others are two people.
    fn conflict(&self, pair: Pair, distinct: &BTreeSet<Pair>) -> bool {
        distinct.contains(&pair)
            || match (self.position(pair.low()), self.position(pair.high())) {
                (Some(low), Some(high)) => {
                    self.is_conflict(&self.profiles[low], &self.profiles[high])
                }
                _ => true,
            }
    }
}

/// Each component with its evidence.
fn grouped(
    components: Vec<BTreeSet<ContactId>>,
    certain: BTreeMap<Pair, Vec<Evidence>>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = components
        .into_iter()
        .map(|members| Group {
            members,
            evidence: BTreeMap::new(),
        })
        .collect();
    let group_of = positions(&groups);
    for (pair, evidence) in certain {
        if let Some(group) = group_of.get(&pair.low()).and_then(|at| groups.get_mut(*at)) {
            group.evidence.insert(pair, evidence);
        }
    }
    groups
}

/// In which group each record is.
fn positions(groups: &[Group]) -> BTreeMap<ContactId, usize> {
    groups
        .iter()
        .enumerate()
        .flat_map(|(number, group)| group.members.iter().map(move |id| (*id, number)))
        .collect()
}

/// Whether two people's records look so much alike that somebody may ask why they were kept apart.
fn is_near_match(evidence: &[Evidence]) -> bool {
    evidence
        .iter()
        .filter(|item| item.weight > 0)
        .map(|item| item.weight)
        .sum::<i32>()
        >= 30
}

/// Where many names are near each other, nearness alone says nothing: a list that nobody could work
/// through is no help.
fn crowded(
    reviews: &mut BTreeMap<Pair, Vec<Evidence>>,
    refused: &mut BTreeMap<Pair, Vec<Evidence>>,
) {
    let by_name = |evidence: &[Evidence]| {
        !evidence.iter().any(|item| {
            item.weight >= 20 && matches!(item.field.as_str(), "email" | "phone" | "birthDay")
        })
    };
    let mut near: BTreeMap<ContactId, usize> = BTreeMap::new();
    for (pair, _) in reviews.iter().filter(|(_, evidence)| by_name(evidence)) {
        for id in [pair.low(), pair.high()] {
            *near.entry(id).or_default() += 1;
        }
    }
    let crowd = |pair: &Pair| {
        [pair.low(), pair.high()]
            .into_iter()
            .filter_map(|id| near.get(&id).copied())
            .max()
            .filter(|count| *count > MOST_BY_NAME)
    };
    let dropped: Vec<Pair> = reviews
        .iter()
        .filter(|(pair, evidence)| by_name(evidence) && crowd(pair).is_some())
        .map(|(pair, _)| *pair)
        .collect();
    for pair in dropped {
        if let (Some(mut found), Some(count)) = (reviews.remove(&pair), crowd(&pair)) {
            found.push(evidence(
                "name",
                -30,
                format!("{count} contacts here have a name as near as this"),
            ));
            refused.insert(pair, found);
        }
    }
}

/// The connected components of a graph of pairs, ordered by their lowest member.
fn closure(pairs: impl Iterator<Item = Pair>) -> Vec<BTreeSet<ContactId>> {
    let mut leaders: BTreeMap<ContactId, ContactId> = BTreeMap::new();
    let leader = |leaders: &BTreeMap<ContactId, ContactId>, mut id: ContactId| {
        while let Some(up) = leaders.get(&id).filter(|up| **up != id) {
            id = *up;
        }
        id
    };
    for pair in pairs {
        leaders.entry(pair.low()).or_insert_with(|| pair.low());
        leaders.entry(pair.high()).or_insert_with(|| pair.high());
        let (a, b) = (leader(&leaders, pair.low()), leader(&leaders, pair.high()));
        // The lowest id leads, so the components come in the order of their lowest members.
        leaders.insert(a.max(b), a.min(b));
    }
    let mut components: BTreeMap<ContactId, BTreeSet<ContactId>> = BTreeMap::new();
    for id in leaders.keys() {
        components
            .entry(leader(&leaders, *id))
            .or_default()
            .insert(*id);
    }
    components.into_values().collect()
}

fn pairs(members: &BTreeSet<ContactId>) -> impl Iterator<Item = Pair> {
    members
        .iter()
        .flat_map(|&a| members.range(a..).skip(1).map(move |&b| Pair::new(a, b)))
}

#[cfg(test)]
mod tests {
    use model::CompanyId;

    use super::*;

    fn contact(id: u32, first: &str, last: &str, email: &str) -> Contact {
        Contact::new(ContactId::new(id), CompanyId::new(1), first, last).with_email(id, email)
    }

    fn ids(numbers: &[u32]) -> BTreeSet<ContactId> {
        numbers.iter().copied().map(ContactId::new).collect()
    }

    #[test]
    fn nobody_matches_nobody() {
        assert_eq!(find([], &BTreeSet::new()), Matches::default());
    }

    #[test]
    fn three_records_of_one_person_are_one_group() {
        let copies = [
            contact(3, "Smith, John", "", "js@x.example"),
            contact(1, "John", "Smith", "js@x.example"),
            contact(2, "john.smith", "", "JS@x.example"),
        ];
        let matches = find(&copies, &BTreeSet::new());
        assert_eq!(matches.groups.len(), 1);
        assert_eq!(matches.groups[0].members, ids(&[1, 2, 3]));
        assert!(matches.reviews.is_empty());
    }

    #[test]
    fn a_third_record_cannot_join_two_that_conflict() {
        let copies = [
            contact(1, "Tom", "Hall", "th@x.example").with_field("birthDay", "1950-03-01"),
            contact(2, "Tom", "Hall", "th@x.example"),
            contact(3, "Tom", "Hall", "th@x.example").with_field("birthDay", "1980-05-02"),
        ];
        let matches = find(&copies, &BTreeSet::new());
        assert!(matches.groups.is_empty());
        let pairs: Vec<Pair> = matches.reviews.iter().map(|likely| likely.pair).collect();
        let pair = |a, b| Pair::new(ContactId::new(a), ContactId::new(b));
        assert_eq!(pairs, [pair(1, 2), pair(2, 3)]);
    }

    #[test]
    fn what_a_person_told_apart_is_not_joined_through_a_third_record() {
        let copies = [1, 2, 3].map(|id| contact(id, "Tom", "Hall", "th@x.example"));
        let apart = BTreeSet::from([Pair::new(ContactId::new(1), ContactId::new(3))]);
        let matches = find(&copies, &apart);
        assert!(matches.groups.is_empty());
        assert!(
            matches
                .reviews
                .iter()
                .all(|likely| !apart.contains(&likely.pair))
        );
        assert_eq!(matches.reviews.len(), 2);
    }
}
