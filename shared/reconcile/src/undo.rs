//! Taking changes back: gather what is there, have `policy` plan it, carry it out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use journal::{Query, Store};
use model::{
    Action, Change, ChangeId, CompanyId, ContactId, Details, Entry, Finding, FindingKind, IdError,
    Memory, Outcome, Purpose, RunId, Snapshot,
};
use policy::undo::{
    Group, Present, Prospect, Reversal, Undo, Wanted, check, nowhere, undo, wanted,
};

use crate::apply::Executor;
use crate::error::Error;
use crate::visit::{Reconciler, Request, Visit};

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All that a run did.
    Run(RunId),
    /// One change, with those that it stands and falls with.
    Change(ChangeId),
}

/// How changes at one company are to be taken back.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "show it, then carry it out"]
pub struct UndoPlan {
    /// The company.
    pub company: CompanyId,
    /// The changes, oldest first.
    pub entries: Vec<Entry>,
    /// What is to be done.
    pub undo: Undo,
}

/// What was taken back at one company.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "something may have been left alone"]
pub struct Undone {
    /// The writes.
    pub visit: Visit,
    /// What became of each change, the latest first.
    pub reversals: Vec<Reversed>,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversed {
    /// Which one.
    pub change: ChangeId,
    /// What it had written.
    pub action: Action,
    /// Its end.
    pub end: End,
    /// What is not as it was before, in words that hold no person's data.
    pub words: Vec<String>,
}

/// How the taking back of a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The record is as it was before.
    Reverted,
    /// Somebody has changed the record since; their change stays.
    Conflict,
    /// It cannot be taken back by anybody.
    Final,
    /// The PSA refused.
    Failed,
}

impl<J: Store> Reconciler<J> {
    /// How a run or a change would be taken back: one plan for each company, none when the journal knows
    /// nothing of it that took effect. Writes nothing.
    ///
    /// # Errors
    /// When the PSA or the journal cannot be read.
    pub async fn plan_undo(&self, target: &Target) -> Result<Vec<UndoPlan>, Error> {
        let mut by_company: BTreeMap<CompanyId, Vec<Entry>> = BTreeMap::new();
        for mut entry in self.entries_of(target).await? {
            if entry.outcome.is_none() {
                entry.outcome = Some(self.find_out(&entry).await?);
            }
            let happened = entry
                .outcome
                .as_ref()
                .is_some_and(Outcome::may_have_happened);
            if happened {
                by_company.entry(entry.company).or_default().push(entry);
            }
        }
        let mut plans = Vec::new();
        for (company, entries) in by_company {
            plans.push(Box::pin(self.plan_undo_at(company, entries)).await?);
        }
        Ok(plans)
    }

    /// Carries out what [`plan_undo`](Self::plan_undo) planned, if that is still what is to be done.
    ///
    /// # Errors
    /// [`Error::Outdated`] when something has changed since, and nothing was written; others when it ended
    /// early. Asked for again, it goes on.
    pub async fn undo(&self, plan: &UndoPlan, request: &Request) -> Result<Undone, Error> {
        let mut undone = Undone {
            visit: Visit::new(request),
            reversals: Vec::new(),
        };
        Box::pin(self.take_back(plan, request, &mut undone)).await?;
        Ok(undone)
    }

    async fn take_back(
        &self,
        plan: &UndoPlan,
        request: &Request,
        undone: &mut Undone,
    ) -> Result<(), Error> {
        let writer = self.writer.as_ref().ok_or(Error::NoWriter)?;
        let mut left = Vec::new();
        let mut record = self.recorder(request, &mut undone.visit.entries, &mut left);
        let settled = self.settle(Some(writer), &mut record).await?;
        let Some((now, present)) = self.undo_now(plan.company, &plan.entries).await? else {
            let reversals = plan.undo.reversals.iter().cloned();
            undone.reversals = reversals
                .map(|reversal| ended(reversal, Vec::new()))
                .collect();
            return Ok(());
        };
        if now.changes != plan.undo.changes {
            return Err(Error::Outdated);
        }
        let objections = check(&plan.entries, &now);
        if !objections.is_empty() {
            return Err(Error::UndoRefused(objections));
        }
        let record = self.recorder(request, &mut undone.visit.entries, &mut left);
        let mut executor = Executor::new(self, writer, self.standing(present), record);
        let groups: BTreeMap<&ChangeId, Group> = plan
            .entries
            .iter()
            .map(|entry| (&entry.id, Group::of(entry)))
            .collect();
        let mut broken: BTreeSet<&Group> = BTreeSet::new();
        let mut failures: BTreeMap<ChangeId, Vec<String>> = BTreeMap::new();
        for change in &now.changes {
            let Some(undone) = change.purpose.undone() else {
                continue;
            };
            let group = groups.get(undone);
            let is_broken = group.is_some_and(|group| broken.contains(group));
            let words = if executor.lacks_its_contact(change) {
                Some("the contact could not be brought back".to_owned())
            } else if is_broken && takes_away(change, &executor) {
                Some(format!(
                    "not done, as what it goes with failed: {}",
                    change.action
                ))
            } else {
                let outcome = executor.make(change).await?;
                (!outcome.took_effect()).then(|| format!("{}: {outcome}", change.action))
            };
            if let Some(words) = words {
                broken.extend(group);
                failures.entry(undone.clone()).or_default().push(words);
            }
        }
        drop(executor);
        undone.reversals = now
            .reversals
            .into_iter()
            .map(|reversal| {
                let failed = failures.remove(&reversal.change);
                ended(reversal, failed.unwrap_or_default())
            })
            .collect();
        for reversed in undone.reversals.iter().filter(|r| r.end != End::Reverted) {
            left.push(not_taken_back(plan, reversed));
        }
        let mut none = Vec::new();
        let record = self.recorder(request, &mut undone.visit.entries, &mut none);
        for finding in &left {
            record.note(finding).await?;
        }
        undone.visit.findings = left;
        // A company too large to read whole is read around those whom it was about.
        let request = Request {
            contacts: concerned(&plan.entries, &undone.visit.entries),
            ..request.clone()
        };
        if let Some(current) = self.see_what_waits(&request).await? {
            let done = [&settled, &undone.visit.entries];
            undone.visit.mirrors = self.stale(&request, &current, done).await?;
        }
        Ok(())
    }

    /// The changes that are to be taken back, oldest first: with those of their units, and with all that was
    /// done for the same merge, though by another run.
    async fn entries_of(&self, target: &Target) -> Result<Vec<Entry>, Error> {
        let mut found: BTreeMap<ChangeId, Entry> = BTreeMap::new();
        let asked = match target {
            Target::Run(run) => self.journal.entries(&Query::of_run(run.clone())).await?,
            Target::Change(id) => match self.journal.entry(id).await? {
                None => Vec::new(),
                Some(entry) => {
                    let run = Query::of_run(entry.id.run.clone());
                    let mut run = self.journal.entries(&run).await?;
                    run.retain(|other| {
                        other.id == entry.id || (entry.unit != 0 && other.unit == entry.unit)
                    });
                    run
                }
            },
        };
        // What a mirror did for a merge follows when the merge is taken back, and does not take it back.
        let merged: BTreeSet<_> = asked
            .iter()
            .filter(|entry| entry.rule.is_policy())
            .filter_map(|entry| match entry.purpose {
                Purpose::Merge { loser, .. } => Some((entry.company, loser)),
                Purpose::Policy | Purpose::Undo { .. } => None,
            })
            .collect();
        found.extend(asked.into_iter().map(|entry| (entry.id.clone(), entry)));
        for (company, loser) in merged {
            let query = Query {
                limit: usize::MAX,
                ..Query::of_company(company)
            };
            let mut related = self.journal.entries(&query).await?;
            related.retain(|entry| {
                let is_of_merge =
                    matches!(entry.purpose, Purpose::Merge { loser: of, .. } if of == loser);
                is_of_merge && entry.rule.is_policy()
            });
            found.extend(related.into_iter().map(|entry| (entry.id.clone(), entry)));
        }
        let mut entries: Vec<Entry> = found.into_values().collect();
        entries.sort_by_key(|entry| (entry.intended_at, entry.id.clone()));
        Ok(entries)
    }

    async fn plan_undo_at(
        &self,
        company: CompanyId,
        entries: Vec<Entry>,
    ) -> Result<UndoPlan, Error> {
        let undo = match self.undo_now(company, &entries).await? {
            Some((undo, _)) => undo,
            None => nowhere(&entries, &format!("company {company} is gone")),
        };
        Ok(UndoPlan {
            company,
            entries,
            undo,
        })
    }

    async fn undo_now(
        &self,
        company: CompanyId,
        entries: &[Entry],
    ) -> Result<Option<(Undo, Present)>, Error> {
        let memory = self.memory(company).await?;
        let wanted = wanted(entries, &memory);
        let Some(present) = self.present(company, wanted, memory).await? else {
            return Ok(None);
        };
        Ok(Some((undo(entries, &present), present)))
    }

    /// Reads what is there. `None` when the company is gone.
    async fn present(
        &self,
        company: CompanyId,
        wanted: Wanted,
        memory: Memory,
    ) -> Result<Option<Present>, Error> {
        let Some(company) = self.reader.company(company).await? else {
            return Ok(None);
        };
        let mut present = Present {
            company,
            contacts: BTreeMap::new(),
            details: BTreeMap::new(),
            pointing: BTreeMap::new(),
            links: BTreeMap::new(),
            originals: BTreeMap::new(),
            memory,
        };
        for id in wanted.contacts {
            if let Some(contact) = self.reader.contact(id).await? {
                present.contacts.insert(id, contact);
            }
        }
        let here = |id| present.contacts.contains_key(id);
        for id in wanted.details.iter().filter(|id| here(id)) {
            present.details.insert(*id, self.reader.details(*id).await?);
        }
        for id in wanted.belongings.iter().filter(|id| here(id)) {
            if !present.details.contains_key(id) {
                let details = Details {
                    notes: self.reader.notes(*id).await?,
                    groups: self.reader.groups(*id).await?,
                    ..Details::default()
                };
                present.details.insert(*id, details);
            }
        }
        let references: Vec<_> = wanted.references.into_iter().collect();
        for id in present.contacts.keys() {
            for reference in self.reader.still_at(&references, *id).await? {
                present.pointing.insert(reference, *id);
            }
        }
        for (contact, label) in wanted.links {
            let has_it = |contact: &model::Contact| contact.has_type(label);
            if present.contacts.get(&contact).is_some_and(has_it)
                && let Some(link) = self.reader.type_association(contact, label).await?
            {
                present.links.insert((contact, label), link);
            }
        }
        for id in wanted.originals {
            if let Some(entry) = self.journal.entry(&id).await? {
                present.originals.insert(id, entry);
            }
        }
        Ok(Some(present))
    }

    /// The records as the executor starts from them.
    fn standing(&self, present: Present) -> Snapshot {
        let mut snapshot = Snapshot::new(self.clock.now(), present.company);
        snapshot.contacts = present.contacts;
        snapshot.details = present.details;
        snapshot.memory = present.memory;
        snapshot
    }
}

/// Whom changes and their reversals are about: also those who are back, under the ids that they have now.
fn concerned(taken_back: &[Entry], written: &[Entry]) -> BTreeSet<ContactId> {
    let all = || taken_back.iter().chain(written);
    let touched = all().flat_map(|entry| entry.action.contacts());
    let merged = all().filter_map(|entry| entry.action.merges(&entry.purpose));
    let merged = merged.flat_map(|(loser, survivor)| [loser, survivor]);
    let returned = written.iter().filter_map(Entry::returned);
    let all = touched.chain(merged).chain(returned);
    all.filter(|contact| !contact.is_provisional()).collect()
}

/// Whether a write destroys something that may be the last of its kind: what a survivor got from a contact that
/// did not come back whole, or a contact that others were to get something from.
fn takes_away<J: Store>(change: &Change, executor: &Executor<'_, J>) -> bool {
    match &change.action {
        Action::Merge { .. } => true,
        Action::RemoveCommunication { contact, .. }
        | Action::RemoveNote { contact, .. }
        | Action::RemoveType { contact, .. }
        | Action::LeaveGroup { contact, .. }
        | Action::SetFields { contact, .. } => !executor.has_returned(*contact),
        _ => false,
    }
}

fn ended(reversal: Reversal, failures: Vec<String>) -> Reversed {
    let Reversal {
        change,
        action,
        prospect,
        mut words,
    } = reversal;
    let end = match prospect {
        Prospect::Final => End::Final,
        Prospect::Conflict => End::Conflict,
        Prospect::Already | Prospect::Revert if failures.is_empty() => End::Reverted,
        Prospect::Already | Prospect::Revert => End::Failed,
    };
    words.extend(failures);
    Reversed {
        change,
        action,
        end,
        words,
    }
}

fn not_taken_back(plan: &UndoPlan, reversed: &Reversed) -> Finding {
    let entry = plan
        .entries
        .iter()
        .find(|entry| entry.id == reversed.change);
    Finding {
        rule: entry.map_or(model::Rule::MergeDuplicates, |entry| entry.rule),
        kind: FindingKind::NotTakenBack,
        company: Some(plan.company),
        contacts: reversed.action.contacts(),
        words: format!(
            "change {} was not taken back whole ({}): {}; a person should look",
            reversed.change,
            reversed.end,
            reversed.words.join("; ")
        ),
        evidence: Vec::new(),
    }
}

impl FromStr for Target {
    type Err = IdError;

    /// `RUN.NUMBER` is a change, anything else a run.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        Ok(match text.parse() {
            Ok(change) => Self::Change(change),
            Err(_) => Self::Run(RunId::new(text)),
        })
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reverted => "reverted",
            Self::Conflict => "conflict",
            Self::Final => "final",
            Self::Failed => "failed",
        })
    }
}
