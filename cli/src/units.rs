//! What a plan decides: changes that stand and fall together.

use std::collections::BTreeMap;

use model::{BlastRadius, Change, CompanyId, Contact, ContactId, Mode, Plan, ProposalId, Rule};
use policy::Rules;

/// Changes that stand and fall together.
pub(crate) struct Unit<'p> {
    /// Its number in the plan.
    pub(crate) number: u32,
    /// The policy that asks for it.
    pub(crate) rule: Rule,
    /// Its changes, in order.
    pub(crate) changes: Vec<&'p Change>,
    /// What becomes of it.
    pub(crate) standing: Standing,
}

/// What becomes of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The policy enforces it: a visit would make it.
    Enforced,
    /// The policy leaves it to a person, and applying the plan is that person's word.
    InReview,
    /// It waits for a person's word on this very thing; applying the plan is not enough.
    Waiting(ProposalId),
    /// The policy only observes. Nothing of it is written.
    Observed,
}

/// The units of a plan, in order.
pub(crate) fn units<'p>(plan: &'p Plan, company: CompanyId, rules: &Rules) -> Vec<Unit<'p>> {
    let mut units: BTreeMap<u32, Unit<'p>> = BTreeMap::new();
    let mut take = |change: &'p Change, standing: &dyn Fn() -> Standing| {
        let unit = units.entry(change.unit).or_insert_with(|| Unit {
            number: change.unit,
            rule: change.rule,
            changes: Vec::new(),
            standing: standing(),
        });
        unit.changes.push(change);
    };
    for change in &plan.changes {
        take(change, &|| match rules.mode(change.rule, company) {
            Mode::Enforce => Standing::Enforced,
            Mode::Observe | Mode::Review => Standing::InReview,
        });
    }
    for withheld in &plan.withheld {
        let of_unit = || {
            let all = plan.withheld.iter().map(|withheld| withheld.change.clone());
            let unit: Vec<Change> = all.filter(|c| c.unit == withheld.change.unit).collect();
            ProposalId::of_changes(&unit)
        };
        take(&withheld.change, &|| match (withheld.mode, of_unit()) {
            (Mode::Review, Some(id)) => Standing::Waiting(id),
            _ => Standing::Observed,
        });
    }
    units.into_values().collect()
}

impl<'p> Unit<'p> {
    /// The change that it is about. What comes before it prepares it.
    pub(crate) fn decisive(&self) -> Option<&'p Change> {
        Change::decisive(self.changes.iter().copied())
    }

    /// All others.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &'p Change> {
        let decisive = self.decisive();
        let is_other = move |change: &&'p Change| {
            decisive.is_none_or(|decisive| !std::ptr::eq(*change, decisive))
        };
        self.changes.iter().copied().filter(is_other)
    }

    /// How far it reaches.
    pub(crate) fn radius(&self, contacts: &BTreeMap<ContactId, Contact>) -> BlastRadius {
        BlastRadius::of(self.changes.iter().copied(), contacts)
    }

    /// The contacts that it is about, each once, in order.
    pub(crate) fn contacts(&self) -> Vec<ContactId> {
        let all = self.changes.iter();
        let mut ids: Vec<_> = all.flat_map(|change| change.action.contacts()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Whether applying the plan makes it.
    pub(crate) fn is_made(&self) -> bool {
        matches!(self.standing, Standing::Enforced | Standing::InReview)
    }
}

impl Standing {
    /// In words, after the name of the policy.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Enforced => "enforced: a visit would do it, too".to_owned(),
            Self::InReview => "in review: whoever applies this plan approves it".to_owned(),
            Self::Waiting(id) => {
                format!("more than one visit may do: apply this plan, then `rollcall approve {id}`")
            }
            Self::Observed => "only observed: it is not done".to_owned(),
        }
    }
}
