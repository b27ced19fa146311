//! Taking changes back: a plan from the journal and the present.
//!
//! The latest change is taken back first. Each is taken back only as far as the record still shows it: what a
//! person has changed since is left alone and told.

mod again;
mod carried;
mod present;
mod restore;
mod reverse;

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, Change, ChangeId, Contact, ContactId, Entry, Purpose, RunId};

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

/// Changes that are taken back together or not at all. What a merge copied to its survivor is taken off it
/// only when the contact comes back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// All that was done to merge this contact, by whichever run.
    Merge(ContactId),
    /// A unit of a run.
    Unit(RunId, u32),
    /// One change that stands alone.
    Alone(ChangeId),
}

impl Group {
    /// That of a change.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        match entry.purpose {
            Purpose::Merge { loser, .. } => Self::Merge(loser),
            _ if entry.unit != 0 => Self::Unit(entry.id.run.clone(), entry.unit),
            _ => Self::Alone(entry.id.clone()),
        }
    }
}

/// Plans how to take these changes of one company back.
pub fn undo(entries: &[Entry], present: &Present) -> Undo {
    let mut stuck = BTreeMap::new();
    loop {
        let planner = plan(entries, present, &stuck);
        // What cannot be taken back holds up the rest of its group, which was planned before it.
        let found = planner.found_stuck;
        if found.keys().all(|group| stuck.contains_key(group)) {
            let mut changes = planner.changes;
            changes.extend(planner.last);
            let reversals = planner.reversals;
            return Undo { changes, reversals };
        }
        stuck.extend(found);
    }
}

/// What becomes of changes at a company that is gone.
pub fn nowhere(entries: &[Entry], words: &str) -> Undo {
    let reversal = |entry: &Entry| Reversal {
        change: entry.id.clone(),
        action: entry.action.clone(),
        prospect: Prospect::Conflict,
        words: vec![words.to_owned()],
    };
    let latest_first = entries.iter().rev().filter(|entry| happened(entry));
    Undo {
        changes: Vec::new(),
        reversals: latest_first.map(reversal).collect(),
    }
}

fn plan<'e>(
    entries: &'e [Entry],
    present: &Present,
    stuck: &'e BTreeMap<Group, String>,
) -> Planner<'e> {
    let mut planner = Planner::new(entries, present, stuck);
    let mut latest_first: Vec<&Entry> = entries.iter().filter(|e| happened(e)).collect();
    latest_first.sort_by_key(|entry| std::cmp::Reverse((entry.intended_at, entry.id.clone())));
    for entry in latest_first {
        planner.take_back(entry);
    }
    planner
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
            Action::RequestPassword { .. } | Action::Mirror { .. } => false,
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
    /// Groups that cannot be taken back, and why.
    stuck: &'e BTreeMap<Group, String>,
    /// The same, as this plan has found them.
    found_stuck: BTreeMap<Group, String>,
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
    /// Why the rest of the group must stay as it is.
    stuck: Option<String>,
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

    /// A conflict that holds up whatever was done together with the change.
    fn stuck(words: impl Into<String>) -> Self {
        let words = words.into();
        Self {
            stuck: Some(words.clone()),
            ..Self::conflict(words)
        }
    }
}

impl<'e> Planner<'e> {
    fn new(entries: &'e [Entry], present: &Present, stuck: &'e BTreeMap<Group, String>) -> Self {
        Self {
            entries,
            stuck,
            found_stuck: BTreeMap::new(),
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
        let group = Group::of(entry);
        let is_decisive = matches!(entry.action, Action::Merge { .. } | Action::Restore { .. });
        let steps = match &entry.action {
            _ if !is_decisive && self.stuck.contains_key(&group) => {
                Steps::conflict(format!("it stays, because {}", self.stuck[&group]))
            }
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
        if let Some(words) = &steps.stuck {
            self.found_stuck.insert(group, words.clone());
        }
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
            (_, Action::Repoint { before, .. }) if self.merged_here().any(|l| l == *before) => true,
            (_, action) if self.merged_here().any(|loser| mends_own(action, loser)) => true,
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

    /// Whom the changes merged away.
    fn merged_here(&self) -> impl Iterator<Item = ContactId> {
        let happened = self.entries.iter().filter(|entry| happened(entry));
        happened.filter_map(|entry| match entry.action {
            Action::Merge { loser, .. } => Some(loser),
            _ => None,
        })
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

/// Whether this kept a survivor from being its own manager, who had been the loser.
fn mends_own(action: &Action, loser: ContactId) -> bool {
    let points_at_loser = |change: &model::FieldChange| {
        let before = change
            .before
            .as_ref()
            .and_then(model::PrivateValue::reference);
        Contact::REFERENCES.contains(&change.field.as_str()) && before == Some(loser.get())
    };
    matches!(action, Action::SetFields { fields, .. } if fields.iter().all(points_at_loser))
}
