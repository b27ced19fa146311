//! Plans that a person looks at before they are carried out.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store;
use model::{Action, Change, CompanyPlan, Contact, ContactId, Entry, Plan, ProposalId, Snapshot};
use policy::{Difference, differences};

use crate::apply::Executor;
use crate::error::Error;
use crate::visit::{Reconciler, Request, Visit, decide};

/// What became of a saved plan.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "changes may have been refused"]
pub struct Applied {
    /// What was done.
    pub visit: Visit,
    /// What was not.
    pub refused: Vec<Refusal>,
}

/// Changes of a saved plan that stand and fall together, and were not made.
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
    /// # Errors
    /// When it ended early; what it had done is in the journal.
    pub async fn apply(&self, saved: &CompanyPlan, request: &Request) -> Result<Applied, Error> {
        let mut applied = Applied {
            visit: Visit::new(request),
            refused: Vec::new(),
        };
        Box::pin(self.apply_to(saved, request, &mut applied)).await?;
        Ok(applied)
    }

    async fn apply_to(
        &self,
        saved: &CompanyPlan,
        request: &Request,
        applied: &mut Applied,
    ) -> Result<(), Error> {
        let units = units(&saved.plan.changes);
        let mut left = Vec::new();
        let mut record = self.recorder(request, &mut applied.visit.entries, &mut left);
        self.settle(&mut record).await?;
        let refuse = |words: &str| {
            let all = units.iter().cloned();
            all.map(|changes| refusal(changes, words)).collect()
        };
        let Some(writer) = self.writer_at(request.company) else {
            applied.refused = refuse("every policy only observes at this company");
            return Ok(());
        };
        let Some(snapshot) = self.gather(request).await? else {
            applied.refused = refuse("the company is gone");
            return Ok(());
        };
        applied.visit.scope = Some(snapshot.scope.clone());
        let fresh = decide(&snapshot, &self.rules.clone().approved())?;
        let asked = self::units(&fresh.changes);
        let mut agreed = Vec::new();
        for changes in units {
            match judge(saved, &snapshot, &fresh, &asked, &changes) {
                Ok(unit) => agreed.extend(unit),
                Err(refusal) => applied.refused.push(refusal),
            }
        }
        let record = self.recorder(request, &mut applied.visit.entries, &mut left);
        let mut executor = Executor::new(self, writer, snapshot, record);
        let plan = Plan {
            changes: agreed,
            ..Plan::default()
        };
        let result = executor.apply(&plan).await;
        drop(executor);
        applied.visit.findings = left;
        result?;
        let made = &applied.visit.entries;
        for changes in self::units(&plan.changes) {
            if !changes.iter().all(|change| was_made(made, change)) {
                applied.refused.push(Refusal {
                    words: why_not(made, &changes),
                    changes,
                    differences: Vec::new(),
                });
            }
        }
        self.see_what_waits(request).await
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
            let told = fresh.findings.iter().filter(|finding| {
                let mut contacts = finding.contacts.iter();
                contacts.any(|contact| about.contains(contact))
            });
            refusal.words = told.map(|finding| finding.words.clone()).collect();
            let withheld = fresh.withheld.iter().filter(|withheld| {
                let mut contacts = withheld.change.action.contacts().into_iter();
                contacts.any(|contact| about.contains(&contact))
            });
            refusal.words.extend(withheld.map(|withheld| {
                format!(
                    "{} is in {} mode at this company",
                    withheld.change.rule, withheld.mode
                )
            }));
            refusal.words.dedup();
            if refusal.words.is_empty() {
                let words =
                    "the rules no longer ask for it: it has been done, or is no longer needed";
                refusal.words.push(words.to_owned());
            }
            Err(refusal)
        }
    }
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

fn was_made(entries: &[Entry], change: &Change) -> bool {
    entries.iter().any(|entry| {
        let took_effect = entry
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.may_have_happened());
        took_effect && entry.unit == change.unit && entry.action.same_place(&change.action)
    })
}

fn why_not(entries: &[Entry], changes: &[Change]) -> Vec<String> {
    let units: BTreeSet<u32> = changes.iter().map(|change| change.unit).collect();
    let failed = entries
        .iter()
        .filter(|entry| units.contains(&entry.unit))
        .filter_map(|entry| {
            let outcome = entry
                .outcome
                .as_ref()
                .filter(|outcome| !outcome.may_have_happened())?;
            Some(format!("{}: {outcome}", entry.action))
        });
    let words: Vec<String> = failed.collect();
    if words.is_empty() {
        vec!["a change of the same contacts before it was not made".to_owned()]
    } else {
        words
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
