//! Taking changes back: a plan from the journal and the present.
//!
//! The latest change is taken back first. Each is taken back only as far as the record still shows it: what a
//! person has changed since is left alone and told.

mod present;
mod restore;
mod reverse;

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, Change, ChangeId, ContactId, Entry, Purpose};

pub use present::{Present, Wanted, wanted};

use restore::Restoration;

/// What is to be done to take changes back.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "it is a decision; show it, then carry it out"]
pub struct Undo {
    /// What is to be written, in order. Each names the change that it takes back.
    pub changes: Vec<Change>,
    /// Each change that took effect, the latest first, and what becomes of it.
    pub reversals: Vec<Reversal>,
}

/// What becomes of one change of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    /// Which one.
    pub change: ChangeId,
    /// What it had written.
    pub action: Action,
    /// Whether it can be taken back.
    pub prospect: Prospect,
    /// What is not or cannot be taken back, in words that hold no person's data.
    pub words: Vec<String>,
}

/// Whether a change can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// Yes.
    Revert,
    /// It need not be: the record is as it was before.
    Already,
    /// Not, or not all of it: somebody has changed the record since.
    Conflict,
    /// Never: a mail that was sent.
    Final,
}

/// Plans how to take these changes of one company back.
pub fn undo(entries: &[Entry], present: &Present) -> Undo {
    let mut planner = Planner::new(entries, present);
    let mut latest_first: Vec<&Entry> = entries.iter().filter(|e| happened(e)).collect();
    latest_first.sort_by_key(|entry| std::cmp::Reverse((entry.intended_at, entry.id.clone())));
    for entry in latest_first {
        planner.take_back(entry);
    }
    let Planner {
        mut changes,
        last,
        reversals,
        ..
    } = planner;
    changes.extend(last);
    Undo { changes, reversals }
}

/// A second judgment of what is to be written, by other means: nothing but the reverse of what is taken back.
#[must_use]
pub fn check(entries: &[Entry], undo: &Undo) -> Vec<String> {
    let mut objections = Vec::new();
    let undoable: BTreeMap<&ChangeId, &Entry> = entries.iter().map(|e| (&e.id, e)).collect();
    for change in &undo.changes {
        let undone = change.purpose.undone().and_then(|id| undoable.get(id));
        let Some(entry) = undone else {
            objections.push(format!("nothing asks for this: {}", change.action));
            continue;
        };
        let allowed = match &change.action {
            Action::RequestPassword { .. } => false,
            Action::Merge { .. } => matches!(entry.action, Action::Restore { .. }),
            Action::Restore { .. } => matches!(entry.action, Action::Merge { .. }),
            Action::Retire { .. } => {
                matches!(
                    entry.action,
                    Action::Merge { .. } | Action::Reactivate { .. }
                )
            }
            _ => true,
        };
        if !allowed {
            objections.push(format!(
                "change {} is not taken back by this: {}",
                entry.id, change.action
            ));
        }
    }
    objections
}

fn happened(entry: &Entry) -> bool {
    let outcome = entry.outcome.as_ref();
    outcome.is_some_and(|outcome| outcome.may_have_happened())
}

/// An undo in the making.
struct Planner<'e> {
    entries: &'e [Entry],
    /// The records as they will be once the plan so far has been carried out.
    now: Present,
    /// Contacts that this plan brings back: the id they had, and the one that stands for the new one.
    restored: BTreeMap<ContactId, ContactId>,
    changes: Vec<Change>,
    /// What comes at the very end, as the PSA may refuse it before.
    last: Vec<Change>,
    reversals: Vec<Reversal>,
}

/// What taking one change back comes to.
#[derive(Default)]
struct Steps {
    actions: Vec<Action>,
    /// What comes at the very end.
    last: Vec<Action>,
    /// What somebody has changed since.
    conflicts: Vec<String>,
    /// What cannot be brought back by anybody.
    lost: Vec<String>,
    is_final: bool,
}

impl Steps {
    fn of(action: Action) -> Self {
        Self {
            actions: vec![action],
            ..Self::default()
        }
    }

    fn conflict(words: impl Into<String>) -> Self {
        Self {
            conflicts: vec![words.into()],
            ..Self::default()
        }
    }
}

impl<'e> Planner<'e> {
    fn new(entries: &'e [Entry], present: &Present) -> Self {
        Self {
            entries,
            now: present.clone(),
            restored: BTreeMap::new(),
            changes: Vec::new(),
            last: Vec::new(),
            reversals: Vec::new(),
        }
    }

    fn take_back(&mut self, entry: &Entry) {
        if self.goes_with_another(entry) {
            return;
        }
        let steps = match &entry.action {
            // What was done in several steps may have been taken back in part.
            action
                if !matches!(action, Action::Merge { .. })
                    && self.now.memory.taken_back_by(&entry.id).is_some() =>
            {
                Steps::default()
            }
            Action::Merge {
                loser,
                survivor,
                references,
            } => self.restore(&Restoration {
                entry,
                loser: *loser,
                survivor: *survivor,
                references,
            }),
            Action::Restore { .. } => self.merge_again(entry),
            _ => self.reverse(entry),
        };
        let prospect = if steps.is_final {
            Prospect::Final
        } else if !steps.conflicts.is_empty() {
            Prospect::Conflict
        } else if steps.actions.is_empty() && steps.last.is_empty() {
            Prospect::Already
        } else {
            Prospect::Revert
        };
        let change = |action| Change {
            unit: entry.unit,
            rule: entry.rule,
            purpose: Purpose::Undo {
                change: entry.id.clone(),
            },
            action,
            reason: format!("it takes back change {}", entry.id),
            evidence: Vec::new(),
        };
        for action in &steps.actions {
            self.now.project(action);
        }
        self.changes.extend(steps.actions.into_iter().map(change));
        self.last.extend(steps.last.into_iter().map(change));
        self.reversals.push(Reversal {
            change: entry.id.clone(),
            action: entry.action.clone(),
            prospect,
            words: steps.conflicts.into_iter().chain(steps.lost).collect(),
        });
    }

    /// Whether a change is taken back by taking back another one: what mended a merge, when the merge is taken
    /// back; what filled a restored contact, when that is merged again.
    fn goes_with_another(&self, entry: &Entry) -> bool {
        let happened = |other: &&Entry| happened(other);
        match (&entry.purpose, &entry.action) {
            // What a merge left behind, and was pointed at the survivor after it.
            (_, Action::Repoint { before, .. }) if self.is_merged_here(*before) => true,
            // All that was written to bring a contact back.
            (Purpose::Undo { change }, action) => {
                let of_the_same = |other: &&Entry| other.purpose.undone() == Some(change);
                let is_return = |other: &Entry| matches!(other.action, Action::Restore { .. });
                !matches!(action, Action::Restore { .. })
                    && self
                        .entries
                        .iter()
                        .filter(happened)
                        .filter(of_the_same)
                        .any(is_return)
            }
            _ => false,
        }
    }

    /// Whether one of the changes merged a contact away.
    fn is_merged_here(&self, contact: ContactId) -> bool {
        self.entries
            .iter()
            .filter(|entry| happened(entry))
            .any(|entry| matches!(entry.action, Action::Merge { loser, .. } if loser == contact))
    }

    /// The id that a contact has now, or will have.
    fn id(&self, contact: ContactId) -> ContactId {
        let newest = self
            .now
            .returned()
            .get(&contact)
            .copied()
            .unwrap_or(contact);
        self.restored.get(&newest).copied().unwrap_or(newest)
    }

    /// Who has what was a contact's: the contact itself, or whom it was merged into since.
    fn heir(&self, contact: ContactId) -> ContactId {
        let mut heir = self.id(contact);
        let mut seen = BTreeSet::new();
        while !self.now.contacts.contains_key(&heir) && seen.insert(heir) {
            match self.now.merged_into(heir) {
                Some(next) => heir = self.id(next),
                None => break,
            }
        }
        heir
    }

    /// Why nothing can be written to a contact, if that is so.
    fn absent(&self, contact: ContactId) -> Option<String> {
        let id = self.id(contact);
        if self.now.contacts.contains_key(&id) {
            return None;
        }
        Some(match self.now.merged_into(id) {
            Some(into) => format!("contact {id} was merged into {into} since; take that back, too"),
            None => format!("contact {id} is gone"),
        })
    }
}
