//! Whatever was done can be taken back.
//!
//! Over tenants made from seeds: each company is visited, then every run is taken back, the latest first. The PSA
//! must hold what it held before, but for ids and stamps; nothing may be done again; and taking the taking back
//! back must end where the visits ended.

mod faults;
mod likeness;
mod stories;

use std::collections::BTreeMap;

use model::{CompanyId, Entry, RunId};
use reconcile::{End, Target};

use crate::setting::setting;
use crate::simulation::seed::Dice;
use crate::simulation::tenant::Tenant;
use crate::stack::Stack;
use likeness::likeness;

/// How many tenants the normal run tries.
const TENANTS: u64 = 150;

/// A tenant, and the contacts that came back to it: the new id of each with its old one.
pub(crate) struct Trial {
    pub(crate) stack: Stack,
    companies: Vec<u32>,
    known_as: BTreeMap<u32, u32>,
}

impl Trial {
    async fn of(seed: u64) -> Trial {
        let tenant = Tenant::of(&mut Dice::new(seed));
        Trial {
            companies: tenant.companies,
            stack: Stack::with_rules(tenant.world, tenant.rules).await,
            known_as: BTreeMap::new(),
        }
    }

    pub(crate) fn on(stack: Stack, companies: &[u32]) -> Trial {
        Trial {
            stack,
            companies: companies.to_vec(),
            known_as: BTreeMap::new(),
        }
    }

    /// All that the PSA holds, each contact under the id it had first.
    pub(crate) fn likeness(&self) -> Vec<String> {
        likeness(&self.stack.world.snapshot(), &self.known_as)
    }

    async fn visit_all(&self) {
        for company in &self.companies {
            self.stack.visit(*company, &[]).await;
        }
    }

    pub(crate) async fn entries(&self) -> Vec<Entry> {
        let mut all = Vec::new();
        for company in &self.companies {
            all.extend(self.stack.entries(*company).await);
        }
        all.sort_by_key(|entry| (entry.intended_at, entry.id.clone()));
        all
    }

    /// The runs that wrote something after the first so many entries, the latest first.
    async fn runs_since(&self, entries: usize) -> Vec<RunId> {
        let mut runs: Vec<RunId> = Vec::new();
        for entry in self.entries().await.into_iter().skip(entries) {
            if !runs.contains(&entry.id.run) {
                runs.push(entry.id.run);
            }
        }
        runs.reverse();
        runs
    }

    /// Takes a run or a change back, and says what became of each change of it.
    pub(crate) async fn take_back(&mut self, target: &Target) -> Vec<(End, Vec<String>)> {
        // Nobody takes anything back in the very second in which it was done.
        self.stack.world.advance(60);
        let mut ends = Vec::new();
        for plan in self.stack.reconciler.plan_undo(target).await.unwrap() {
            let request = self.stack.request(plan.company.get(), &[]);
            let undone = self.stack.reconciler.undo(&plan, &request).await.unwrap();
            ends.extend(undone.reversals.into_iter().map(|r| (r.end, r.words)));
            for entry in &undone.visit.entries {
                if let (Some(new), model::Action::Restore { original, .. }) =
                    (entry.returned(), &entry.action)
                {
                    let first = self.known_as.get(&original.get()).copied();
                    self.known_as
                        .insert(new.get(), first.unwrap_or_else(|| original.get()));
                }
            }
        }
        ends
    }

    /// Takes back all that was done since, and expects that all of it could be.
    async fn take_all_back(&mut self, since: usize, story: &str) {
        for run in self.runs_since(since).await {
            let ends = self.take_back(&Target::Run(run)).await;
            let left: Vec<_> = ends
                .iter()
                .filter(|(end, _)| *end != End::Reverted)
                .collect();
            assert!(left.is_empty(), "{story}: not taken back: {left:#?}");
        }
    }
}

impl Trial {
    /// Expects that nothing is planned that was taken back, and that nobody is merged who was brought back.
    async fn does_nothing_again(&self, story: &str) {
        for company in &self.companies {
            let planned = self.stack.plan(*company, &[]).await;
            let past = &planned.snapshot.memory.past;
            for change in &planned.plan.changes {
                let was_done = past
                    .iter()
                    .any(|past| past.action.same_effect(&change.action));
                let is_merge = matches!(change.action, model::Action::Merge { .. });
                assert!(!was_done && !is_merge, "{story}: done again: {change}");
            }
        }
    }
}

/// One seed: there, back, there again, and back again.
async fn there_and_back(seed: u64) {
    let story = format!("seed {seed}");
    let mut trial = Trial::of(seed).await;
    let before = trial.likeness();
    trial.visit_all().await;
    let after = trial.likeness();
    let done = trial.entries().await.len();

    trial.take_all_back(0, &format!("{story}, back")).await;
    same(&before, &trial.likeness(), &format!("{story}, back"));
    trial.does_nothing_again(&story).await;

    let undone = trial.entries().await.len();
    trial
        .take_all_back(done, &format!("{story}, there again"))
        .await;
    same(&after, &trial.likeness(), &format!("{story}, there again"));

    trial
        .take_all_back(undone, &format!("{story}, back again"))
        .await;
    same(&before, &trial.likeness(), &format!("{story}, back again"));
    for company in &trial.companies {
        let open =
            journal::Store::open_intents(&trial.stack.journal, CompanyId::new(*company)).await;
        assert!(open.unwrap().is_empty(), "{story}: an intent is open");
    }
}

/// Compares two states, and shows only what differs.
pub(crate) fn same(expected: &[String], found: &[String], story: &str) {
    let lost = without(expected, found);
    let gained = without(found, expected);
    assert!(
        lost.is_empty() && gained.is_empty(),
        "{story}: not the same: lost {lost:#?}, gained {gained:#?}"
    );
}

/// What is in one list and not in the other, however often.
fn without<'l>(of: &'l [String], from: &[String]) -> Vec<&'l String> {
    let mut rest: Vec<&String> = from.iter().collect();
    let is_missing = |record: &&String| match rest.iter().position(|other| other == record) {
        Some(at) => {
            rest.swap_remove(at);
            false
        }
        None => true,
    };
    of.iter().filter(is_missing).collect()
}

/// Tries every `step`th seed from the first, or only the one that `ROLLCALL_SEED` names.
async fn try_every(step: u64, first: u64) {
    if let Some(seed) = setting("ROLLCALL_SEED") {
        return there_and_back(seed).await;
    }
    let mut seed = first;
    while seed < setting("ROLLCALL_SEEDS").unwrap_or(TENANTS) {
        there_and_back(seed).await;
        seed += step;
    }
}

#[tokio::test]
async fn what_was_done_and_taken_back_leaves_the_tenant_as_it_was() {
    try_every(2, 0).await;
}

#[tokio::test]
async fn what_was_done_and_taken_back_leaves_other_tenants_as_they_were() {
    try_every(2, 1).await;
}
