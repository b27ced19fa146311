//! Plans that a person looks at before they are carried out.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store;
use model::{
    Action, Change, CompanyPlan, Contact, ContactId, Entry, Mode, Plan, ProposalId, Snapshot,
    Withheld,
};
use policy::{Difference, differences};

use crate::apply::Executor;
use crate::error::Error;
use crate::findings::{about, happened};
use crate::visit::{Reconciler, Request, Visit, decide};

/// Why nothing was written of what comes after an early end.
const UNREACHED: &str = "it was not reached";

/// What became of a saved plan. Each of its decisions is made, refused or unfinished.
#[derive(Debug)]
#[must_use = "changes may have been refused, and it may have ended early"]
pub struct Applied {
    /// What was done.
    pub visit: Visit,
    /// What was refused before anything of it was written.
    pub refused: Vec<Refusal>,
    /// What was agreed to or never reached, and is made in part or not at all.
    pub unfinished: Vec<Refusal>,
    /// Why it ended early, if it did.
    pub error: Option<Error>,
}

/// Changes of a saved plan that stand and fall together, and are not made.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The changes.
    pub changes: Vec<Change>,
    /// Why, in words that hold no person's data.
    pub words: Vec<String>,
    /// What somebody has changed in their records since the plan was made.
    pub differences: Vec<(ContactId, Difference)>,
}

impl<J: Store> Reconciler<J> {
    /// A plan for a company, to be looked at and saved: as if a person had approved what waits for review.
    /// Writes nothing. `None` when the company is gone.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn propose(&self, request: &Request) -> Result<Option<CompanyPlan>, Error> {
        let Some(snapshot) = Box::pin(self.gather(request)).await? else {
            return Ok(None);
        };
        let plan = decide(&snapshot, &self.rules.clone().approved())?;
        let about = mentioned(&plan);
        let details = about
            .iter()
            .copied()
            .filter_map(|id| Some((id, snapshot.details.get(&id)?.clone())))
            .collect();
        Ok(Some(CompanyPlan {
            contacts: standing(&snapshot, &about),
            details,
            company: snapshot.company,
            scope: snapshot.scope,
            around: request.contacts.clone(),
            plan,
        }))
    }

    /// Carries out a saved plan: exactly its changes, and of these only those whose records are as they were.
    ///
    /// The company is read and planned anew. What this does not ask for in the same words is refused, so
    /// whatever has happened meanwhile counts: an edit, a rejection, other rules.
    ///
    /// It may end early, as a visit may: what it had done by then is told beside the error.
    pub async fn apply(&self, saved: &CompanyPlan, request: &Request) -> Applied {
        let all = units(&saved.plan.changes).into_iter();
        let mut applied = Applied {
            visit: Visit::new(request),
            refused: Vec::new(),
            unfinished: all.map(|changes| refusal(changes, UNREACHED)).collect(),
            error: None,
        };
        let result = Box::pin(self.apply_to(saved, request, &mut applied)).await;
        applied.error = result.err();
        applied
    }

    async fn apply_to(
        &self,
        saved: &CompanyPlan,
        request: &Request,
        applied: &mut Applied,
    ) -> Result<(), Error> {
        let mut left = Vec::new();
        let mut record = self.recorder(request, &mut applied.visit.entries, &mut left);
        let writer = self.writer_at(request.company);
        let settled = self.settle(writer, &mut record).await?;
        let Some(writer) = writer else {
            applied.refuse_all("every policy only observes at this company");
            return Ok(());
        };
        let Some(snapshot) = self.gather(request).await? else {
            applied.refuse_all("the company is gone");
            return Ok(());
        };
        applied.visit.scope = Some(snapshot.scope.clone());
        let fresh = decide(&snapshot, &self.rules.clone().approved())?;
        let asked = units(&fresh.changes);
        let mut agreed = Vec::new();
        for changes in units(&saved.plan.changes) {
            match judge(saved, &snapshot, &fresh, &asked, &changes) {
                Ok(unit) => agreed.push(unit),
                Err(refusal) => applied.refused.push(refusal),
            }
        }
        // Before these come the writes that finish what an earlier run left open.
        let finished = applied.visit.entries.len();
        let record = self.recorder(request, &mut applied.visit.entries, &mut left);
        let mut executor = Executor::new(self, writer, snapshot, record);
        let plan = Plan {
            changes: agreed.concat(),
            ..Plan::default()
        };
        let result = executor.apply(&plan).await;
        let current = executor.into_current();

        let written = applied.visit.entries.get(finished..).unwrap_or_default();
        let told = about(&fresh.findings, written);
        let unmade = agreed.into_iter().filter(|unit| !is_made(written, unit));
        let unfinished = |changes: Vec<Change>| Refusal {
            words: why_not(written, &changes, result.is_err()),
            changes,
            differences: Vec::new(),
        };
        applied.unfinished = unmade.map(unfinished).collect();
        // What was left to a person while writing is journalled already.
        applied.visit.findings = left;
        applied.visit.findings.extend(told.iter().cloned());
        let mut none = Vec::new();
        let record = self.recorder(request, &mut applied.visit.entries, &mut none);
        for finding in &told {
            record.note(finding).await?;
        }
        // The mirrors are told of what was made, also where it ended early: no later visit would name whoever is gone.
        let done = [&settled, &applied.visit.entries];
        if done.into_iter().flatten().any(happened) {
            applied.visit.mirrors = self.stale(request, &current, done).await?;
        }
        result?;
        self.see_what_waits(request).await?;
        Ok(())
    }
}

impl Applied {
    fn refuse_all(&mut self, words: &str) {
        let all = self.unfinished.drain(..);
        self.refused
            .extend(all.map(|unfinished| refusal(unfinished.changes, words)));
    }
}

/// The changes to make for a unit of a saved plan, if the present asks for the same ones; else why not.
fn judge(
    saved: &CompanyPlan,
    snapshot: &Snapshot,
    fresh: &Plan,
    asked: &[Vec<Change>],
    changes: &[Change],
) -> Result<Vec<Change>, Refusal> {
    let about: BTreeSet<ContactId> = changes.iter().flat_map(|c| c.action.contacts()).collect();
    let mut refusal = refusal(changes.to_vec(), "");
    refusal.words.clear();
    for id in &about {
        match (saved.contacts.get(id), snapshot.contacts.get(id)) {
            (Some(then), Some(now)) => {
                let differences = differences(then, now).into_iter();
                refusal
                    .differences
                    .extend(differences.map(|difference| (*id, difference)));
            }
            (Some(_), None) => refusal.words.push(format!("contact {id} is gone")),
            (None, _) => {}
        }
    }
    let roles = |company: &model::Company| (company.default_contact, company.billing_contact);
    if roles(&saved.company) != roles(&snapshot.company) && moves_a_role(changes) {
        let words = "the company's default or billing contact is another one";
        refusal.words.push(words.to_owned());
    }
    let id = ProposalId::of_changes(changes);
    let unit = asked.iter().find(|unit| ProposalId::of_changes(unit) == id);
    match unit {
        _ if !refusal.words.is_empty() || !refusal.differences.is_empty() => Err(refusal),
        Some(unit) if same_steps(unit, changes) => Ok(unit.clone()),
        Some(_) => {
            let words = "what hangs on these contacts has changed, so that other steps are needed";
            refusal.words.push(words.to_owned());
            Err(refusal)
        }
        None => {
            refusal.words = why_not_asked(fresh, id.as_ref(), &about);
            Err(refusal)
        }
    }
}

/// Why the present does not ask for a proposal that writes to these contacts.
fn why_not_asked(
    fresh: &Plan,
    proposal: Option<&ProposalId>,
    about: &BTreeSet<ContactId>,
) -> Vec<String> {
    let touches = |contacts: &[ContactId]| contacts.iter().any(|id| about.contains(id));
    let findings = fresh.findings.iter();
    let told = findings.filter(|finding| touches(&finding.contacts));
    let mut words: Vec<String> = told.map(|finding| finding.words.clone()).collect();

    let withheld: Vec<Change> = fresh.withheld.iter().map(|w| w.change.clone()).collect();
    let mut withheld = units(&withheld);
    withheld.retain(|unit| unit.iter().any(|change| touches(&change.action.contacts())));
    let is_it = |unit: &Vec<Change>| ProposalId::of_changes(unit).as_ref() == proposal;
    if withheld.iter().any(is_it) {
        withheld.retain(is_it);
    }
    for unit in &withheld {
        let of_unit = |withheld: &&Withheld| unit.first() == Some(&withheld.change);
        words.extend(fresh.withheld.iter().find(of_unit).map(|found| {
            match (found.mode, ProposalId::of_changes(unit)) {
                // Whoever applies a plan has looked at it, so only the limit leaves anything to review.
                (Mode::Review, Some(id)) => format!(
                    "it is one of more merges than a visit may make (limits.merges-per-visit), so it needs a \
                     word of its own: `rollcall approve {id}`"
                ),
                (mode, _) => format!("{} is in {mode} mode at this company", found.change.rule),
            }
        }));
    }
    words.dedup();
    if words.is_empty() {
        let done = "the rules no longer ask for it: it has been done, or is no longer needed";
        words.push(done.to_owned());
    }
    words
}

fn refusal(changes: Vec<Change>, words: &str) -> Refusal {
    Refusal {
        changes,
        words: vec![words.to_owned()],
        differences: Vec::new(),
    }
}

fn moves_a_role(changes: &[Change]) -> bool {
    changes.iter().any(|change| {
        matches!(
            change.action,
            Action::SetDefaultContact { .. } | Action::SetBillingContact { .. }
        )
    })
}

/// Whether two units write the same. What points at a contact that is merged away may have become more or
/// less: all of it moves.
fn same_steps(a: &[Change], b: &[Change]) -> bool {
    let without_references = |change: &Change| match change.action.clone() {
        Action::Merge {
            loser, survivor, ..
        } => Action::Merge {
            loser,
            survivor,
            references: Vec::new(),
        },
        action => action,
    };
    let steps = |unit: &[Change]| unit.iter().map(without_references).collect::<Vec<_>>();
    steps(a) == steps(b)
}

fn is_made(written: &[Entry], unit: &[Change]) -> bool {
    unit.iter().all(|change| {
        let is_it =
            |entry: &&Entry| entry.unit == change.unit && entry.action.same_place(&change.action);
        written.iter().filter(is_it).any(happened)
    })
}

/// Why changes that were agreed to are not made.
fn why_not(written: &[Entry], unit: &[Change], ended_early: bool) -> Vec<String> {
    let of_unit = |entry: &&Entry| unit.iter().any(|change| change.unit == entry.unit);
    let failed = written
        .iter()
        .filter(of_unit)
        .filter(|entry| !happened(entry));
    let words = failed.map(|entry| match &entry.outcome {
        Some(outcome) => format!("change {} is {outcome}", entry.id.number),
        None => format!("nobody knows yet how change {} ended", entry.id.number),
    });
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        words
    } else if ended_early {
        vec![UNREACHED.to_owned()]
    } else {
        vec!["a change of the same contacts before it was not made".to_owned()]
    }
}

/// Changes by their units, in order.
fn units(changes: &[Change]) -> Vec<Vec<Change>> {
    let mut units: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
    for change in changes {
        units.entry(change.unit).or_default().push(change.clone());
    }
    units.into_values().collect()
}

/// The contacts that a plan speaks of.
fn mentioned(plan: &Plan) -> BTreeSet<ContactId> {
    let withheld = plan.withheld.iter().map(|withheld| &withheld.change);
    let written = plan
        .changes
        .iter()
        .chain(withheld)
        .flat_map(|change| change.action.contacts());
    let found = plan
        .findings
        .iter()
        .flat_map(|finding| finding.contacts.iter().copied());
    written.chain(found).collect()
}

fn standing(snapshot: &Snapshot, about: &BTreeSet<ContactId>) -> BTreeMap<ContactId, Contact> {
    let contacts = snapshot
        .contacts
        .iter()
        .filter(|(id, _)| about.contains(id));
    contacts
        .map(|(id, contact)| (*id, contact.clone()))
        .collect()
}
