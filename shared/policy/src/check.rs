//! A second, independent judgment of a plan, before anything is written.
//!
//! It does not ask how the plan came about. It plays the changes through and objects to whatever must
//! never happen, so that a mistake in a policy stops a visit instead of reaching a customer.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;

use matching::Group;
use model::{
    Action, Change, CommunicationKind, ContactId, Login, Mode, Pair, Plan, Purpose, Rule, Snapshot,
    Verdict,
};

use crate::decided::{Decided, Heirs};
use crate::duplicates;
use crate::portal_invite::usable_email;
use crate::rules::Rules;

/// Something a plan must never do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// Which change, counted from 1; 0 for the plan as a whole.
    pub change: usize,
    /// What is wrong with it.
    pub words: String,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "change {}: {}", self.change, self.words)
    }
}

/// Everything that must keep a plan from being carried out. Empty for every plan that `plan` makes.
#[must_use]
pub fn check(snapshot: &Snapshot, rules: &Rules, plan: &Plan) -> Vec<Objection> {
    let mut judge = Judge::new(snapshot, rules);
    let mut objections = Vec::new();
    let mut gone: BTreeSet<ContactId> = BTreeSet::new();
    let mut unasked = 0;
    for (number, change) in (1..).zip(&plan.changes) {
        let mut object = |words: String| {
            objections.push(Objection {
                change: number,
                words,
            });
        };
        let may_write = match rules.mode(change.rule, snapshot.company.id) {
            Mode::Observe => false,
            Mode::Review => judge.is_approved(plan, change),
            Mode::Enforce => true,
        };
        if !may_write {
            object(format!("{} may not write here", change.rule));
        }
        for contact in touched(&change.action) {
            if gone.contains(&contact) {
                object(format!("contact {contact} is gone by then"));
            } else if !judge.now.contacts.contains_key(&contact) {
                object(format!(
                    "contact {contact} is not among the company's contacts"
                ));
            }
        }
        for words in judge.forbidden(change) {
            object(words);
        }
        if change.action.merges(&change.purpose).is_some() {
            unasked += usize::from(!judge.is_approved(plan, change));
        }
        if let Action::Merge { loser, .. } = change.action {
            gone.insert(loser);
        }
        judge.now.project(&change.action);
        judge.heirs.note(change);
    }
    let now = judge.now;
    let mut object = |words: &str| {
        objections.push(Objection {
            change: 0,
            words: words.to_owned(),
        });
    };
    if unasked > rules.limits.merges_per_visit as usize {
        object("more merges than a visit may make");
    }
    if now
        .contacts
        .values()
        .filter(|contact| contact.is_default)
        .count()
        > 1
        && snapshot
            .contacts
            .values()
            .filter(|contact| contact.is_default)
            .count()
            <= 1
    {
        object("two default contacts would be left");
    }
    let default_lost = snapshot
        .default_contact()
        .is_some_and(|contact| contact.active)
        && !now.default_contact().is_some_and(|contact| contact.active);
    if default_lost {
        object("the company would lose its default contact");
    }
    objections
}

/// A plan as it is played through.
struct Judge<'s> {
    snapshot: &'s Snapshot,
    rules: &'s Rules,
    decided: Decided,
    /// Who are certainly one person. It is found out when it is first asked for.
    groups: OnceCell<Vec<Group>>,
    /// The snapshot after the changes so far.
    now: Snapshot,
    heirs: Heirs,
}

impl<'s> Judge<'s> {
    fn new(snapshot: &'s Snapshot, rules: &'s Rules) -> Self {
        Self {
            snapshot,
            rules,
            decided: Decided::of(snapshot),
            groups: OnceCell::new(),
            now: snapshot.clone(),
            heirs: Heirs::default(),
        }
    }

    /// Whether a person approved the changes that this one stands and falls with.
    fn is_approved(&self, plan: &Plan, change: &Change) -> bool {
        let of_unit = plan
            .changes
            .iter()
            .filter(|other| other.unit == change.unit);
        let unit: Vec<Change> = of_unit.cloned().collect();
        let merges = Change::decisive(&unit).and_then(|c| c.action.merges(&c.purpose));
        let as_pair = merges.is_some_and(|(loser, survivor)| self.is_united(loser, survivor));
        as_pair || self.decided.on(&unit) == Some(Verdict::Approved)
    }

    /// Whether a person said that these are one person, or are so with others that have become one with them.
    fn is_united(&self, a: ContactId, b: ContactId) -> bool {
        let pair = Some(Pair::new(a, b));
        let mut united = self.decided.united.iter();
        united.any(|said| self.heirs.pair(*said) == pair)
    }

    fn is_certain(&self, a: ContactId, b: ContactId) -> bool {
        let groups = self.groups.get_or_init(|| {
            matching::find(duplicates::living(self.snapshot), &self.decided.apart).groups
        });
        // A group may hang together through its middle, and a third record may put a pair in doubt.
        groups
            .iter()
            .any(|group| group.members.contains(&a) && group.members.contains(&b))
    }

    /// What must never be written, whoever asks for it.
    fn forbidden(&self, change: &Change) -> Vec<String> {
        let Self {
            snapshot,
            now,
            rules,
            ..
        } = self;
        let mut words = Vec::new();
        match &change.action {
            Action::Merge {
                loser, survivor, ..
            } => {
                words.extend(self.forbidden_merge(*loser, *survivor));
                if now.company.default_contact == Some(*loser)
                    || now.company.billing_contact == Some(*loser)
                {
                    words.push(format!(
                        "contact {loser} is still default or billing contact"
                    ));
                }
                let listed = snapshot.details.get(loser).map(|d| d.references.len());
                if listed.is_none() {
                    words.push(format!("what points at contact {loser} was never listed"));
                }
            }
            Action::Retire { contact } => match change.action.merges(&change.purpose) {
                Some((loser, survivor)) => words.extend(self.forbidden_merge(loser, survivor)),
                None => words.push(format!("contact {contact} is nobody's certain duplicate")),
            },
            Action::Mirror { .. } => words.push("a policy writes to no mirror".to_owned()),
            Action::Repoint { before, after, .. } => {
                let allowed = Purpose::Merge {
                    loser: *before,
                    survivor: *after,
                };
                if change.purpose != allowed {
                    words.push(format!(
                        "{before} is not merged into {after}, to which this is to be pointed"
                    ));
                }
            }
            Action::SetDefaultContact { company, after, .. }
            | Action::SetBillingContact { company, after, .. } => {
                if *company != snapshot.company.id {
                    words.push(format!("company {company} is not the one visited"));
                }
                let Some(after) = after else {
                    words.push(format!("company {company} would be left without one"));
                    return words;
                };
                let active = now
                    .contacts
                    .get(after)
                    .is_some_and(|contact| contact.active);
                if !active && matches!(change.action, Action::SetDefaultContact { .. }) {
                    words.push(format!("contact {after} is inactive"));
                }
                let replaced = now.default_contact().filter(|contact| contact.active);
                if let (Rule::PrimaryContact, Some(active)) = (change.rule, replaced) {
                    words.push(format!("default contact {} is active and stays", active.id));
                }
            }
            Action::SetPortal { contact, after, .. } if after.login == Login::Enabled => {
                let by_us = snapshot.memory.past.iter().rev().find(|past| {
                past.counts()
                    && matches!(past.action, Action::SetPortal { contact: c, .. } if c == *contact)
            });
                let held = by_us.is_some_and(|past| {
                past.took_effect() && matches!(past.action, Action::SetPortal { after, .. } if after.login == Login::Disabled)
            });
                if !held {
                    words.push(format!(
                        "the login of contact {contact} was not switched off by us"
                    ));
                }
                let usable = now
                    .contacts
                    .get(contact)
                    .is_some_and(|contact| usable_email(now, rules, contact).is_ok());
                if !usable {
                    words.push(format!("contact {contact} has no usable email"));
                }
            }
            Action::RequestPassword { contact, email } => {
                let theirs = now
                    .contacts
                    .get(contact)
                    .is_some_and(|c| c.is_invited() && c.emails().iter().any(|(e, _)| e == email));
                if !rules.portal.send_invites || !theirs {
                    words.push(format!("contact {contact} must not be mailed"));
                }
            }
            Action::AddCommunication { contact, item } if item.is_default => {
                let has_default = now.contacts.get(contact).is_some_and(|c| {
                    c.communications
                        .iter()
                        .any(|held| held.kind == item.kind && held.is_default)
                });
                if has_default {
                    words.push(format!("contact {contact} would lose a default item"));
                }
            }
            Action::Restore { .. }
            | Action::Reactivate { .. }
            | Action::RemoveCommunication { .. }
            | Action::LeaveGroup { .. }
            | Action::RemoveNote { .. } => {
                words.push("no policy takes anything back".to_owned());
            }
            Action::AddCommunication { item, .. }
                if matches!(item.kind, CommunicationKind::Other(_)) =>
            {
                words.push("an unknown kind of communication is never written".to_owned());
            }
            Action::SetFields { contact, fields }
                if fields.iter().any(|field| field.after.is_blank()) =>
            {
                words.push(format!(
                    "a blank would overwrite a field of contact {contact}"
                ));
            }
            _ => {}
        }
        words
    }

    /// What speaks against two contacts becoming one, looked at anew.
    fn forbidden_merge(&self, loser: ContactId, survivor: ContactId) -> Vec<String> {
        let mut words = Vec::new();
        if loser == survivor {
            words.push(format!("contact {loser} would be merged into itself"));
        }
        if self.decided.apart.contains(&Pair::new(loser, survivor)) {
            words.push(format!("a person told {loser} and {survivor} apart"));
        }
        let company = Some(self.snapshot.company.id);
        let (a, b) = (
            self.snapshot.contacts.get(&loser),
            self.now.contacts.get(&survivor),
        );
        let (Some(a), Some(b)) = (a, b) else {
            return words;
        };
        if !b.active {
            words.push(format!("survivor {survivor} is inactive"));
        }
        if a.company != company || b.company != company {
            words.push(format!(
                "{loser} and {survivor} are not both of this company"
            ));
        }
        if self.is_united(loser, survivor) {
            return words;
        }
        for contact in [loser, survivor] {
            if !self.snapshot.is_read_around(contact) {
                words.push(format!(
                    "not everybody was read who may be the same person as {contact}"
                ));
            }
        }
        if !self.is_certain(loser, survivor) {
            words.push(format!(
                "{loser} and {survivor} are not certainly one person"
            ));
        }
        words
    }
}

/// Contacts that must exist in the company when the change is made.
fn touched(action: &Action) -> Vec<ContactId> {
    match action {
        // The contact before may be gone: that is why there is a new one.
        Action::SetDefaultContact { after, .. } | Action::SetBillingContact { after, .. } => {
            after.iter().copied().collect()
        }
        other => other.contacts(),
    }
}
