//! A plan in the making.

use std::collections::BTreeSet;

use model::{
    Action, Change, ContactId, Evidence, Finding, FindingKind, Mode, Plan, ProposalId, Purpose,
    Rule, Snapshot, Verdict, Withheld,
};

use crate::decided::Decided;
use crate::needs::Need;
use crate::restraint::restrain;
use crate::rules::Rules;

/// The plan so far, and the snapshot as it will be once the plan so far has been carried out.
pub(crate) struct Draft<'r> {
    pub(crate) now: Snapshot,
    pub(crate) rules: &'r Rules,
    /// What people decided before the plan.
    pub(crate) decided: Decided,
    pub(crate) plan: Plan,
    pub(crate) needs: BTreeSet<Need>,
    unit: u32,
}

/// One write of a unit, before it has a place in the plan.
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<Evidence>,
}

/// What became of proposed steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proposal {
    /// They are in the plan, to be made.
    Made,
    /// They are in the plan, and the mode withholds them.
    Withheld,
    /// The past forbids them; a finding says why.
    Restrained,
}

impl Step {
    pub(crate) fn new(action: Action, reason: impl Into<String>) -> Self {
        Self {
            action,
            reason: reason.into(),
            evidence: Vec::new(),
        }
    }
}

impl<'r> Draft<'r> {
    pub(crate) fn new(snapshot: Snapshot, rules: &'r Rules) -> Self {
        Self {
            decided: Decided::of(&snapshot),
            now: snapshot,
            rules,
            plan: Plan::default(),
            needs: BTreeSet::new(),
            unit: 0,
        }
    }

    /// Takes steps that stand and fall together into the plan, as far as the policy's mode, the past and
    /// people allow. Only what will really be written changes what the next policy sees.
    pub(crate) fn propose(&mut self, rule: Rule, steps: Vec<Step>) -> Proposal {
        self.propose_in(self.mode(rule), rule, &Purpose::Policy, steps)
    }

    /// The same, at most in the given mode, and for a purpose.
    pub(crate) fn propose_in(
        &mut self,
        mode: Mode,
        rule: Rule,
        purpose: &Purpose,
        steps: Vec<Step>,
    ) -> Proposal {
        let restrained = steps
            .iter()
            .find_map(|step| restrain(&self.now, self.rules, &step.action));
        if let Some(restrained) = restrained {
            let contacts = last_contacts(&steps);
            self.find(
                rule,
                restrained.kind,
                contacts,
                restrained.words,
                restrained.evidence,
            );
            return Proposal::Restrained;
        }
        self.unit += 1;
        let changes: Vec<Change> = steps
            .into_iter()
            .map(|step| Change {
                unit: self.unit,
                rule,
                purpose: purpose.clone(),
                action: step.action,
                reason: step.reason,
                evidence: step.evidence,
            })
            .collect();
        let mode = match self.decided.on(&changes) {
            Some(Verdict::Rejected) => {
                self.find_rejected(rule, &changes);
                return Proposal::Restrained;
            }
            Some(Verdict::Approved) if mode == Mode::Review => Mode::Enforce,
            Some(Verdict::Approved) | None => mode,
        };
        for change in changes {
            if mode == Mode::Enforce {
                self.now.project(&change.action);
                self.plan.changes.push(change);
            } else {
                self.plan.withheld.push(Withheld { mode, change });
            }
        }
        match mode {
            Mode::Enforce => Proposal::Made,
            Mode::Review | Mode::Observe => Proposal::Withheld,
        }
    }

    fn find_rejected(&mut self, rule: Rule, changes: &[Change]) {
        let Some(Change {
            action, purpose, ..
        }) = Change::decisive(changes)
        else {
            return;
        };
        let id = ProposalId::of(action, purpose);
        let words = format!(
            "a person rejected this ({id}), so it is not done; approve it to have it done: {action}"
        );
        let contacts = action.contacts();
        self.find(rule, FindingKind::Rejected, contacts, words, Vec::new());
    }

    pub(crate) fn mode(&self, rule: Rule) -> Mode {
        self.rules.mode(rule, self.now.company.id)
    }

    pub(crate) fn find(
        &mut self,
        rule: Rule,
        kind: FindingKind,
        contacts: Vec<ContactId>,
        words: impl Into<String>,
        evidence: Vec<Evidence>,
    ) {
        self.plan.findings.push(Finding {
            rule,
            kind,
            company: Some(self.now.company.id),
            contacts,
            words: words.into(),
            evidence,
        });
    }
}

fn last_contacts(steps: &[Step]) -> Vec<ContactId> {
    steps
        .last()
        .map(|step| step.action.contacts())
        .unwrap_or_default()
}
