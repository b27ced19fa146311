//! What a mirror refused lately. The same write would be refused again, so it is told and not tried.

use jiff::{SignedDuration, Timestamp};
use model::{Action, Change, Finding, FindingKind, Outcome, Past};

/// For so long a refusal is taken to stand.
const STANDS: SignedDuration = SignedDuration::from_hours(24);

/// Refusals that blame the setup or the place, or of which the plan itself knows what to make. What mends them does
/// not show in the write.
const NOT_OF_THE_WRITE: [&str; 4] = ["EmailTaken", "EndpointMissing", "Forbidden", "NotFound"];

/// The refusals of the last day.
#[derive(Clone, Copy)]
pub(crate) struct Refusals<'p> {
    past: &'p [Past],
    now: Timestamp,
}

/// A write that a mirror refused for good.
#[derive(Clone, Copy)]
pub(crate) struct Refusal<'p> {
    pub(crate) at: Timestamp,
    pub(crate) code: &'p str,
}

impl<'p> Refusals<'p> {
    /// Of this past.
    pub(crate) fn new(past: &'p [Past], now: Timestamp) -> Self {
        Self { past, now }
    }

    /// All of such writes.
    pub(crate) fn all(
        self,
        is_such: impl Fn(&Action) -> bool,
    ) -> impl Iterator<Item = Refusal<'p>> {
        let such = self.past.iter().filter(move |past| is_such(&past.action));
        such.filter_map(move |past| self.refusal(past))
    }

    /// How the last of such writes ended, if it was refused.
    pub(crate) fn last(self, is_such: impl Fn(&Action) -> bool) -> Option<Refusal<'p>> {
        let last = self.past.iter().rev().find(|past| is_such(&past.action))?;
        self.refusal(last)
    }

    /// Why the very same write is not tried again: the finding that says so.
    pub(crate) fn standing(self, change: &Change, company: model::CompanyId) -> Option<Finding> {
        let refusal = self.last(|action| *action == change.action)?;
        if NOT_OF_THE_WRITE.contains(&refusal.code) {
            return None;
        }
        let Refusal { at, code } = refusal;
        Some(Finding {
            rule: change.rule,
            kind: FindingKind::NotMirrored,
            company: Some(company),
            contacts: change.action.contacts(),
            words: format!(
                "this was refused on {at} ({code}), and would be again: {}; see what is wrong with it; it is tried \
                 again after a day, or once it is another write",
                change.action
            ),
            evidence: Vec::new(),
        })
    }

    fn refusal(self, past: &'p Past) -> Option<Refusal<'p>> {
        let is_recent = self.now.duration_since(past.at) < STANDS;
        match &past.outcome {
            Some(Outcome::Refused { code }) if is_recent => Some(Refusal { at: past.at, code }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::growcrm::ContactId;
    use model::mirror::{Call, GrowCrmCall};
    use model::{ChangeId, CompanyId, Purpose, Rule, RunId};

    use super::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn remove(record: u64) -> Change {
        Change {
            unit: 1,
            rule: Rule::MirrorGrowCrm,
            purpose: Purpose::Policy,
            action: Action::Mirror {
                contact: model::ContactId::new(7),
                call: Call::GrowCrm(GrowCrmCall::Remove {
                    record: ContactId::new(record),
                }),
            },
            reason: String::new(),
            evidence: Vec::new(),
        }
    }

    fn past(hours: i64, record: u64, outcome: Outcome) -> Past {
        Past {
            id: ChangeId {
                run: RunId::new("r"),
                number: 1,
            },
            at: Timestamp::UNIX_EPOCH + HOUR * i32::try_from(hours).unwrap(),
            rule: Rule::MirrorGrowCrm,
            purpose: Purpose::Policy,
            action: remove(record).action,
            outcome: Some(outcome),
        }
    }

    fn refused(code: &str) -> Outcome {
        Outcome::Refused {
            code: code.to_owned(),
        }
    }

    fn stands(past: &[Past], hours: i64) -> bool {
        let now = Timestamp::UNIX_EPOCH + HOUR * i32::try_from(hours).unwrap();
        let refusals = Refusals::new(past, now);
        refusals.standing(&remove(45), CompanyId::new(1)).is_some()
    }

    #[test]
    fn without_a_past_nothing_was_refused() {
        assert!(!stands(&[], 0));
    }

    #[test]
    fn a_refusal_of_the_very_same_write_stands_for_a_day() {
        let refused = [past(0, 45, refused("Validation"))];
        assert!(stands(&refused, 23));
        assert!(!stands(&refused, 24));
        let other = [past(0, 46, refused[0].outcome.clone().unwrap())];
        assert!(!stands(&other, 1));
    }

    #[test]
    fn what_came_of_the_last_try_counts() {
        let first = past(0, 45, refused("Validation"));
        assert!(!stands(&[first, past(1, 45, Outcome::Done)], 2));
        assert!(stands(
            &[past(0, 45, Outcome::Done), past(1, 45, refused("Conflict"))],
            2
        ));
    }

    #[test]
    fn a_refusal_for_which_the_write_cannot_help_does_not_stand() {
        for code in NOT_OF_THE_WRITE {
            assert!(!stands(&[past(0, 45, refused(code))], 1), "{code}");
        }
    }

    #[test]
    fn the_finding_says_when_and_why_and_what() {
        let past = [past(0, 45, refused("Validation"))];
        let refusals = Refusals::new(&past, Timestamp::UNIX_EPOCH);
        let found = refusals.standing(&remove(45), CompanyId::new(1)).unwrap();
        insta::assert_snapshot!(found.words, @"this was refused on 1970-01-01T00:00:00Z (Validation), and would be again: remove Grow CRM contact 45, for contact 7; see what is wrong with it; it is tried again after a day, or once it is another write");
    }
}
