//! Identity for groups, not only for pairs.

use std::collections::{BTreeMap, BTreeSet};

use model::{Contact, ContactId, Evidence, Pair};

use crate::blocking::candidates;
use crate::compare::{Comparison, Verdict, compare};
use crate::sharing::Sharing;

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
    let contacts: BTreeMap<ContactId, &Contact> = contacts
        .into_iter()
        .map(|contact| (contact.id, contact))
        .collect();
    let sharing = Sharing::of(contacts.values().copied());
    let judge = |pair: Pair| compare(contacts[&pair.low()], contacts[&pair.high()], &sharing);

    let mut certain: BTreeMap<Pair, Vec<Evidence>> = BTreeMap::new();
    let mut reviews: BTreeMap<Pair, Vec<Evidence>> = BTreeMap::new();
    let mut refused = Vec::new();
    for pair in candidates(&contacts).difference(distinct) {
        match judge(*pair) {
            Comparison {
                verdict: Verdict::Merge,
                evidence,
            } => certain.insert(*pair, evidence),
            Comparison {
                verdict: Verdict::Review,
                evidence,
            } => reviews.insert(*pair, evidence),
            Comparison {
                verdict: Verdict::Distinct,
                evidence,
            } => {
                refused.push(Likely {
                    pair: *pair,
                    evidence,
                });
                None
            }
        };
    }

    let mut groups = Vec::new();
    for members in closure(certain.keys().copied()) {
        let evidence: BTreeMap<Pair, Vec<Evidence>> = certain
            .iter()
            .filter(|(pair, _)| members.contains(&pair.low()))
            .map(|(pair, evidence)| (*pair, evidence.clone()))
            .collect();
        let torn = pairs(&members)
            .any(|pair| distinct.contains(&pair) || judge(pair).verdict == Verdict::Distinct);
        if torn {
            reviews.extend(evidence);
        } else {
            reviews.retain(|pair, _| {
                !(members.contains(&pair.low()) && members.contains(&pair.high()))
            });
            groups.push(Group { members, evidence });
        }
    }
    Matches {
        groups,
        reviews: reviews
            .into_iter()
            .map(|(pair, evidence)| Likely { pair, evidence })
            .collect(),
        refused,
    }
}

/// The connected components of a graph of pairs, ordered by their lowest member.
fn closure(pairs: impl Iterator<Item = Pair>) -> Vec<BTreeSet<ContactId>> {
    let mut components: Vec<BTreeSet<ContactId>> = Vec::new();
    for pair in pairs {
        let (touching, mut rest): (Vec<_>, Vec<_>) = components
            .into_iter()
            .partition(|c| c.contains(&pair.low()) || c.contains(&pair.high()));
        let mut joined: BTreeSet<ContactId> = touching.into_iter().flatten().collect();
        joined.extend([pair.low(), pair.high()]);
        rest.push(joined);
        components = rest;
    }
    components.sort();
    components
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
            contact(1, "Tom", "Hall", "th@x.example").with_field("birthDay", "1950-01-01"),
            contact(2, "Tom", "Hall", "th@x.example"),
            contact(3, "Tom", "Hall", "th@x.example").with_field("birthDay", "1980-01-01"),
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
