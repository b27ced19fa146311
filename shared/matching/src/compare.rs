//! The verdict about one pair.

use std::fmt;

use model::{Contact, Evidence};

use crate::evidence::{PART_OF_NAME, gather};
use crate::sharing::Sharing;

/// From here on, with names that agree and nothing that rules it out, two records are the same person.
const CERTAIN: i32 = 80;
/// From here on, a person should look.
const POSSIBLE: i32 = 30;
/// A single conflict this strong rules the same person out.
const CONTRADICTION: i32 = -60;

/// What a pair is held to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Two people.
    Distinct,
    /// Perhaps one: a person decides.
    Review,
    /// One person.
    Merge,
}

/// A verdict with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What the pair is held to be.
    pub verdict: Verdict,
    /// Each agreeing and each conflicting field.
    pub evidence: Vec<Evidence>,
}

/// Compares two contacts of one company, in the light of what its contacts share.
#[must_use]
pub fn compare(a: &Contact, b: &Contact, sharing: &Sharing) -> Comparison {
    let evidence = gather(a, b, sharing);
    let score: i32 = evidence.iter().map(|item| item.weight).sum();
    let named = evidence
        .iter()
        .any(|item| item.field == "name" && item.weight >= PART_OF_NAME);
    let verdict = if contradicts(&evidence) {
        Verdict::Distinct
    } else if score >= CERTAIN && named {
        Verdict::Merge
    } else if score >= POSSIBLE {
        Verdict::Review
    } else {
        Verdict::Distinct
    };
    Comparison { verdict, evidence }
}

/// Whether the evidence holds something that rules the same person out.
fn contradicts(evidence: &[Evidence]) -> bool {
    evidence.iter().any(|item| item.weight <= CONTRADICTION)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Distinct => "distinct",
            Self::Review => "review",
            Self::Merge => "merge",
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    fn contact(id: u32, first: &str, last: &str) -> Contact {
        Contact::new(ContactId::new(id), CompanyId::new(1), first, last)
    }

    /// Both orders must agree; returns the verdict and the words of the evidence.
    fn check(a: &Contact, b: &Contact) -> (Verdict, Vec<String>) {
        let sharing = Sharing::of([a, b]);
        let there = compare(a, b, &sharing);
        let back = compare(b, a, &sharing);
        assert_eq!(there, back);
        let words = there.evidence.iter().map(ToString::to_string).collect();
        (there.verdict, words)
    }

    #[test]
    fn two_strangers_share_nothing() {
        let (verdict, words) = check(&contact(1, "Ada", "Byron"), &contact(2, "Li", "Wei"));
        assert_eq!(verdict, Verdict::Distinct);
        assert_eq!(words, ["different names (-70)"]);
    }

    #[test]
    fn the_copy_an_email_connector_made_is_the_same_person() {
        let john = contact(1, "John", "Smith").with_email(1, "john.smith@x.example");
        for (first, last) in [
            ("Smith, John", ""),
            ("john.smith", ""),
            ("Smith,", "John"),
            ("john.smith@x.example", "Smith"),
        ] {
            let copy = contact(2, first, last).with_email(2, "John.Smith+psa@X.example");
            let (verdict, words) = check(&john, &copy);
            assert_eq!(verdict, Verdict::Merge, "{first:?} {last:?}");
            assert_eq!(words, ["same email address (+60)", "same name (+40)"]);
        }
    }

    #[test]
    fn a_name_alone_is_for_a_person_to_judge() {
        let full = contact(1, "Priya", "Raman").with_email(1, "priya@x.example");
        let (verdict, words) = check(&full, &contact(2, "Priya", "Raman"));
        assert_eq!(verdict, Verdict::Review);
        assert_eq!(words, ["same name (+40)"]);
    }

    #[test]
    fn namesakes_with_their_own_addresses_and_numbers_are_two_people() {
        let sales = contact(1, "Maria", "Lopez")
            .with_email(1, "maria.lopez@x.example")
            .with_phone(2, "312 555 0101");
        let legal = contact(2, "Maria", "Lopez")
            .with_email(3, "maria.lopez2@x.example")
            .with_phone(4, "312 555 0102");
        assert_eq!(check(&sales, &legal).0, Verdict::Distinct);
    }

    #[test]
    fn a_first_name_alone_is_enough_beside_an_address_but_a_last_name_is_not() {
        let john = contact(1, "John", "Smith").with_email(1, "js@x.example");
        let first = contact(2, "John", "").with_email(2, "js@x.example");
        let last = contact(3, "Smith", "").with_email(3, "js@x.example");
        assert_eq!(check(&john, &first).0, Verdict::Merge);
        assert_eq!(check(&john, &last).0, Verdict::Review);
    }

    #[test]
    fn names_that_are_only_near_are_for_a_person_to_judge_whatever_else_agrees() {
        for ((first, last), (other_first, other_last)) in [
            (("John", "Smith"), ("J", "Smith")),
            (("Daniel", "Smith"), ("Daniela", "Smith")),
            (("John", "Smith"), ("Smith", "")),
            (("Mary Ann", "Hall"), ("Ann", "Hall")),
            (("John", "Smith"), ("John & Mary", "Smith")),
            (("Mary", ""), ("Reception", "Mary")),
            (("Anna", "Berg"), ("Dr", "")),
            (("Anna", "Berg"), (".", "")),
            (("민수", "김"), ("민서", "김")),
            (("राम", ""), ("रमा", "")),
        ] {
            let one = contact(1, first, last)
                .with_email(1, "home1@x.example")
                .with_phone(2, "312 555 0101");
            let other = contact(2, other_first, other_last)
                .with_email(3, "home1@x.example")
                .with_phone(4, "312 555 0101");
            assert_ne!(
                check(&one, &other).0,
                Verdict::Merge,
                "{first} and {other_first}"
            );
        }
    }

    #[test]
    fn another_generation_is_another_person_in_any_language() {
        for suffix in ["Snr", "Jnr", "IV", "Neto", "Filho"] {
            let one = contact(1, "Tom", "Hall").with_email(1, "th@x.example");
            let other = contact(2, "Tom", &format!("Hall {suffix}")).with_email(2, "th@x.example");
            assert_eq!(check(&one, &other).0, Verdict::Distinct, "{suffix}");
        }
    }

    #[test]
    fn a_family_at_one_address_is_several_people() {
        let father = contact(1, "Tom", "Hall").with_email(1, "hall@x.example");
        let son = contact(2, "Ben", "Hall").with_email(2, "hall@x.example");
        assert_eq!(check(&father, &son).0, Verdict::Distinct);
    }

    #[test]
    fn senior_and_junior_are_two_people_even_at_one_address_and_number() {
        let senior = contact(1, "Tom", "Hall Sr.")
            .with_email(1, "hall@x.example")
            .with_phone(2, "312 555 0101");
        let junior = contact(2, "Tom", "Hall Jr.")
            .with_email(3, "hall@x.example")
            .with_phone(4, "312 555 0101");
        assert_eq!(check(&senior, &junior).0, Verdict::Distinct);
        assert_eq!(
            check(&senior, &contact(3, "Tom", "Hall")).0,
            Verdict::Distinct
        );
    }

    #[test]
    fn two_birth_dates_are_two_people() {
        let born = |id, date| {
            contact(id, "Ada", "Byron")
                .with_email(id, "ada@x.example")
                .with_field("birthDay", date)
        };
        let (a, b) = (born(1, "1990-01-02T00:00:00Z"), born(2, "1991-01-02"));
        assert_eq!(check(&a, &b).0, Verdict::Distinct);
        assert_eq!(check(&a, &born(3, "1990-01-02")).0, Verdict::Merge);
    }

    #[test]
    fn whoever_inherits_a_mailbox_is_not_their_predecessor() {
        let gone = contact(1, "Ada", "Byron").with_email(1, "cfo.desk@x.example");
        let next = contact(2, "Li", "Wei").with_email(2, "cfo.desk@x.example");
        assert_eq!(check(&gone, &next).0, Verdict::Distinct);
    }

    #[test]
    fn a_role_mailbox_does_not_make_one_person_of_a_name() {
        let a = contact(1, "Ada", "Byron").with_email(1, "info@x.example");
        let b = contact(2, "Ada", "Byron").with_email(2, "info@x.example");
        assert_eq!(check(&a, &b).0, Verdict::Review);
    }

    #[test]
    fn a_number_and_a_name_are_not_enough() {
        let a = contact(1, "Ada", "Byron").with_phone(1, "312 555 0101");
        let b = contact(2, "Ada", "Byron").with_phone(2, "+1 (312) 555-0101");
        assert_eq!(check(&a, &b).0, Verdict::Review);
    }
}
