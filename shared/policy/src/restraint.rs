//! What the past forbids: people win, refusals are remembered, and nothing is fought over.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::{Action, ContactId, FindingKind, Outcome, Past, RunId, Snapshot};

use crate::rules::Rules;

/// Why a write must not be made now, in words for a finding. `None`: nothing forbids it.
pub(crate) fn restrain(
    snapshot: &Snapshot,
    rules: &Rules,
    action: &Action,
) -> Option<(FindingKind, String)> {
    let past = &snapshot.memory.past;
    if let Some(change) = reverted(past, action) {
        return Some((
            FindingKind::PersonReverted,
            format!(
                "somebody put back what we did (change {}), so it is not done again; \
                 a person should decide which is right ({action})",
                change.id
            ),
        ));
    }
    if let Some((change, code)) = refused(snapshot, action) {
        return Some((
            FindingKind::Refused,
            format!(
                "the PSA refused this in change {} ({code}) and the record is unchanged since; \
                 a person should look at what the PSA asks for ({action})",
                change.id
            ),
        ));
    }
    let limit = rules.limits.writes_per_contact_and_hour;
    action
        .contacts()
        .into_iter()
        .find(|contact| runs_within_hour(past, *contact, snapshot.taken_at).len() >= limit as usize)
        .map(|contact| {
            (
                FindingKind::WriteBudget,
                format!(
                    "contact {contact} was written to by {limit} visits within an hour; something \
                     changes it as often as we do, so nothing more is written until a person has \
                     looked ({action})"
                ),
            )
        })
}

/// The change that a person took back: the last one to this place is theirs, or it is ours and has the
/// effect that is planned again, while the record shows what stood there before it.
fn reverted<'a>(past: &'a [Past], action: &Action) -> Option<&'a Past> {
    // A note says what happened at its time; the same may happen again.
    if matches!(action, Action::AddNote { .. }) {
        return None;
    }
    let last = past
        .iter()
        .rev()
        .find(|past| past.counts() && past.action.same_place(action))?;
    if last.outcome == Some(Outcome::ByPerson) {
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
    let of_company = matches!(
        action,
        Action::SetDefaultContact { .. } | Action::SetBillingContact { .. }
    );
    let company = snapshot.company.updated_at.filter(|_| of_company);
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
