//! What the past forbids: people win, refusals are remembered, and nothing is fought over.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::{
    Action, ContactId, Evidence, FindingKind, Memory, Outcome, Past, RunId, Snapshot, Stance,
};

use crate::rules::Rules;

/// How long it may take from the moment a write of ours is recorded until the PSA stamps the record.
const WRITE_TAKES: SignedDuration = SignedDuration::from_secs(10);

/// Why a write must not be made now, for a finding.
pub(crate) struct Restraint {
    pub(crate) kind: FindingKind,
    pub(crate) words: String,
    /// Who else is at work there, for an operator.
    pub(crate) evidence: Vec<Evidence>,
}

/// Why a write must not be made now. `None`: nothing forbids it.
pub(crate) fn restrain(snapshot: &Snapshot, rules: &Rules, action: &Action) -> Option<Restraint> {
    let memory = &snapshot.memory;
    let past = &memory.past;
    if let Some(change) = reverted(memory, action) {
        let made = made_lately(snapshot, action);
        let (kind, words) = if made > 1 {
            (FindingKind::Contested, contested(made, action))
        } else {
            let words = format!(
                "somebody put back what we did (change {}), so it is not done again; \
                 a person should decide which is right ({action})",
                change.id
            );
            (FindingKind::PersonReverted, words)
        };
        return Some(Restraint {
            kind,
            words,
            evidence: others(snapshot, action),
        });
    }
    if let Some((change, code)) = refused(snapshot, action) {
        return Some(Restraint {
            kind: FindingKind::Refused,
            words: format!(
                "the PSA refused this in change {} ({code}) and the record is unchanged since; \
                 a person should look at what the PSA asks for ({action})",
                change.id
            ),
            evidence: Vec::new(),
        });
    }
    let made = made_lately(snapshot, action);
    if made >= rules.limits.same_change_per_week as usize {
        return Some(Restraint {
            kind: FindingKind::Contested,
            words: contested(made, action),
            evidence: others(snapshot, action),
        });
    }
    let limit = rules.limits.writes_per_contact_and_hour;
    action
        .contacts()
        .into_iter()
        .find(|contact| runs_within_hour(past, *contact, snapshot.taken_at).len() >= limit as usize)
        .map(|contact| Restraint {
            kind: FindingKind::WriteBudget,
            words: format!(
                "contact {contact} was written to by {limit} visits within an hour; something \
                 changes it as often as we do, so nothing more is written until a person has \
                 looked ({action})"
            ),
            evidence: others(snapshot, action),
        })
}

fn contested(made: usize, action: &Action) -> String {
    format!(
        "we made this change {made} times within a week, and each time it was undone; another tool or \
         person keeps this place otherwise, so it is not made again: find out who it is and let one of \
         the two do it ({action})"
    )
}

/// Who else is at work at the place of a write: who changed its contacts last, where that was not us. A company
/// does not tell who changed it, nor do its contacts.
fn others(snapshot: &Snapshot, action: &Action) -> Vec<Evidence> {
    if is_of_company(action) {
        return Vec::new();
    }
    let contacts = action.contacts().into_iter();
    contacts
        .filter_map(|id| snapshot.contacts.get(&id))
        .filter_map(|contact| {
            let (member, at) = (contact.updated_by.as_ref()?, contact.updated_at?);
            if is_our_stamp(&snapshot.memory, contact.id, at) {
                return None;
            }
            let words =
                |member: &str| format!("contact {} was last changed by {member}, {at}", contact.id);
            Some(Evidence {
                field: "updatedBy".to_owned(),
                stance: Stance::Conflicts,
                weight: 0,
                words: words("another member"),
                named: Some(words(member.reveal()).into()),
            })
        })
        .collect()
}

/// Whether a contact was last changed by us: not later than the last write of ours to it took.
fn is_our_stamp(memory: &Memory, contact: ContactId, updated_at: Timestamp) -> bool {
    let ours = memory.past.iter().rev().find(|past| {
        past.took_effect()
            && !is_of_company(&past.action)
            && past.action.contacts().contains(&contact)
    });
    ours.and_then(|past| past.at.checked_add(WRITE_TAKES).ok())
        .is_some_and(|written| updated_at <= written)
}

/// Whether a write is to the company and not to a contact.
fn is_of_company(action: &Action) -> bool {
    matches!(
        action,
        Action::SetDefaultContact { .. } | Action::SetBillingContact { .. }
    )
}

/// How often this same change was made within the last week, with nothing of ours in between that would
/// explain why it is needed again.
fn made_lately(snapshot: &Snapshot, action: &Action) -> usize {
    let week_ago = snapshot
        .taken_at
        .checked_sub(SignedDuration::from_hours(7 * 24))
        .unwrap_or(Timestamp::MIN);
    let past = snapshot.memory.past.iter().rev();
    past.take_while(|past| past.at > week_ago)
        .filter(|past| past.took_effect() && past.action.same_place(action))
        .take_while(|past| lands_the_same(&past.action, action))
        .filter(|past| !snapshot.memory.is_persons(past))
        .count()
}

/// Whether two writes leave the same place in the same state, whatever stood there before.
fn lands_the_same(then: &Action, now: &Action) -> bool {
    match (then, now) {
        (Action::AddNote { .. }, _) => false,
        (
            Action::SetDefaultCommunication {
                contact,
                kind,
                after,
                ..
            },
            Action::SetDefaultCommunication {
                contact: whose,
                kind: of,
                after: to,
                ..
            },
        ) => contact == whose && kind == of && after == to,
        _ => then.same_effect(now),
    }
}

/// The change that a person took back: the last one to this place is theirs, or it is ours and has the
/// effect that is planned again, while the record shows what stood there before it.
fn reverted<'a>(memory: &'a Memory, action: &Action) -> Option<&'a Past> {
    // A note says what happened at its time; the same may happen again.
    if matches!(action, Action::AddNote { .. }) {
        return None;
    }
    let last = memory
        .past
        .iter()
        .rev()
        .find(|past| past.counts() && past.action.same_place(action))?;
    if memory.is_persons(last) {
        return Some(last);
    }
    (last.action.same_effect(action) && stands_as_before(&last.action, action)).then_some(last)
}

fn stands_as_before(then: &Action, now: &Action) -> bool {
    match (then, now) {
        (
            Action::SetDefaultContact { before: then, .. },
            Action::SetDefaultContact { before: now, .. },
        )
        | (
            Action::SetBillingContact { before: then, .. },
            Action::SetBillingContact { before: now, .. },
        ) => then == now,
        (Action::SetPortal { before: then, .. }, Action::SetPortal { before: now, .. }) => {
            then.login == now.login
        }
        (
            Action::SetDefaultCommunication { before: then, .. },
            Action::SetDefaultCommunication { before: now, .. },
        ) => then == now,
        // An added item, label, field, group or note that is planned again is not there any more.
        _ => true,
    }
}

fn refused<'a>(snapshot: &'a Snapshot, action: &Action) -> Option<(&'a Past, &'a str)> {
    let last = snapshot
        .memory
        .past
        .iter()
        .rev()
        .find(|past| past.action.same_effect(action))?;
    let Some(Outcome::Refused { code }) = &last.outcome else {
        return None;
    };
    let company = snapshot.company.updated_at;
    let company = company.filter(|_| is_of_company(action));
    let changed_since = action
        .contacts()
        .iter()
        .filter_map(|id| snapshot.contacts.get(id)?.updated_at)
        .chain(company)
        .any(|updated| updated > last.at);
    (!changed_since).then_some((last, code))
}

/// The visits that wrote to a contact within the hour. One visit may write several times, as a merge
/// does; it is repeated visits that show a fight.
fn runs_within_hour(past: &[Past], contact: ContactId, now: Timestamp) -> BTreeSet<&RunId> {
    let hour_ago = now
        .checked_sub(SignedDuration::from_hours(1))
        .unwrap_or(Timestamp::MIN);
    past.iter()
        .filter(|past| past.took_effect() && past.at > hour_ago)
        .filter(|past| past.action.contacts().first() == Some(&contact))
        .map(|past| &past.id.run)
        .collect()
}
