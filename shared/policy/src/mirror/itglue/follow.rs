//! A contact whose record is to follow it.

use model::itglue::{Change, Contact as Record, Draft as Fields, Link as Sync, OrganizationId};
use model::mirror::{Digest, ItGlueCall, Link, Mirrored};
use model::{Contact, ContactId, FindingKind, Purpose};

use super::draft::{Access, Draft, Proposal, Step};
use super::drift::Seen;
use super::fields::Carried;
use super::find::{self, Elsewhere, Found, Known};
use super::notes::State;
use super::part::{Loser, Subject, dismiss, losers, retired, take_over};
use super::target::{allowed, difference, new_record, target};
use super::unfold;
use crate::mirror::{Given, Line};

/// Sees to the record of a contact, and to those of the contacts that were merged into it.
pub(crate) fn plan(draft: &mut Draft<'_>, place: OrganizationId, subject: &Subject) {
    let Some(contact) = draft.now.contacts.get(&subject.contact) else {
        return;
    };
    let Some(losers) = losers(draft, place, subject) else {
        return;
    };
    match find::record(draft, place, contact, &losers) {
        None => {}
        Some(Found::Unclear { words, candidates }) => {
            draft.contested.extend(candidates);
            draft.find(FindingKind::NotMirrored, vec![contact.id], words);
        }
        Some(Found::Record(known)) => {
            update(draft, place, contact, &known, &losers);
        }
        Some(Found::Nobody { elsewhere }) => {
            create(draft, place, contact, elsewhere, &losers);
        }
    }
}

/// Brings a record in line with its contact.
fn update<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    contact: &Contact,
    known: &Known<'s>,
    losers: &[Loser<'_>],
) -> Option<()> {
    let id = contact.id;
    let record = known.record;
    draft.taken.insert(record.id);
    let mut target = target(draft, place, contact, record, known.given)?;
    let others: Vec<&Loser<'_>> = losers
        .iter()
        .filter(|loser| !loser.has(record.id))
        .collect();
    for loser in &others {
        take_over(draft, &mut target, loser)?;
    }
    let taken_back = if contact.active {
        unfold::unfold(draft, contact, record, &mut target)?
    } else {
        None
    };
    target.after.notes = Some(target.notes.write());
    let access = draft.access(record);
    let (change, left_out) = allowed(difference(record, &target.after), access);
    let mut steps = Vec::new();
    if !change.is_empty() {
        steps.push(Step {
            contact: id,
            call: ItGlueCall::Update {
                record: record.id,
                change,
            },
            reason: if taken_back.is_some() {
                format!("what was merged into contact {id} is a contact of its own again")
            } else {
                reason(contact, losers)
            },
        });
    }
    for loser in &others {
        steps.extend(dismiss(draft, place, loser, id, record)?);
        draft.taken.extend(loser.record.map(|record| record.id));
    }
    steps.extend(leave(draft, id, known.elsewhere)?);
    tell_left_out(draft, contact, record.id, access, &left_out);
    draft.seen.push(Seen {
        contact: id,
        record,
        after: target.after,
        access,
        left_out,
    });
    let line = Link {
        contact: id,
        record: Mirrored::ItGlue {
            id: record.id,
            given: Some(target.given),
        },
        ours: known.ours,
        digest: digest(draft, contact),
    };
    let purpose = match taken_back {
        Some(change) => Purpose::Undo {
            change: change.clone(),
        },
        None => purpose(id, losers),
    };
    let proposal = draft.propose(&purpose, steps);
    if draft.link(id) != Some(&line) {
        draft.record(proposal, id, Line::Is(line));
    }
    forget(draft, proposal, losers);
    Some(())
}

/// Creates a record for a contact that has none. For one that is inactive, none is missing.
fn create(
    draft: &mut Draft<'_>,
    place: OrganizationId,
    contact: &Contact,
    elsewhere: Option<Elsewhere<'_>>,
    losers: &[Loser<'_>],
) -> Option<()> {
    let id = contact.id;
    let carried = Carried::of(contact, draft.rules);
    let mut steps = Vec::new();
    let mut given = None;
    if contact.active && carried.is_nameless() {
        let words =
            format!("contact {id} has no name, and IT Glue wants one; give it a name in the PSA");
        draft.find(FindingKind::NotMirrored, vec![id], words);
    } else if contact.active {
        let (fields, by_us) = match unfold::lost(draft, id)? {
            Some(lost) if lost.organization == place => as_before(draft, place, contact, lost)?,
            _ => {
                let fields = new_record(draft, contact, &carried)?;
                (fields.clone(), fields)
            }
        };
        steps.push(Step {
            contact: id,
            call: ItGlueCall::Create {
                organization: place,
                draft: fields,
            },
            reason: format!("contact {id} has no record in organization {place}"),
        });
        given = Some(Fields {
            notes: None,
            ..by_us
        });
    }
    if given.is_some() || !contact.active {
        steps.extend(leave(draft, id, elsewhere)?);
    }
    let proposal = draft.propose(&Purpose::Policy, steps);
    if let Some(given) = given {
        let line = Line::IsCreated {
            given: Given::ItGlue(given),
            digest: digest(draft, contact),
        };
        draft.record(proposal, id, line);
    } else if elsewhere.is_some() && !contact.active {
        draft.record(proposal, id, Line::Gone);
    }
    let lost = losers.iter().filter(|loser| loser.record.is_none());
    forget(draft, Proposal::Nothing, lost);
    Some(())
}

/// The record of a contact that is back, as it was before the merge and brought in line, and what of that it is given
/// by the PSA.
fn as_before(
    draft: &mut Draft<'_>,
    place: OrganizationId,
    contact: &Contact,
    lost: &Record,
) -> Option<(Fields, Fields)> {
    let lost = Record {
        link: Sync::None,
        remote_ids: Vec::new(),
        ..lost.clone()
    };
    let target = target(draft, place, contact, &lost, None)?;
    let given = target.given.clone();
    Some((unfold::fields_of(target), given))
}

/// Retires the record that a contact has in another organization, and that IT Glue does not move.
fn leave(
    draft: &mut Draft<'_>,
    contact: ContactId,
    elsewhere: Option<Elsewhere<'_>>,
) -> Option<Option<Step>> {
    let Some(Elsewhere { record, given }) = elsewhere else {
        return Some(None);
    };
    let step = retired(draft, contact, record, given, State::Moved)?;
    draft.taken.insert(record.id);
    let words = format!(
        "IT Glue did not move record {} of contact {contact} out of organization {}, so it is kept there as an \
         inactive one; somebody should look at it and remove it there",
        record.id, record.organization
    );
    draft.find(FindingKind::Orphan, vec![contact], words);
    Some(step)
}

/// Takes the contacts that were merged away off the map.
fn forget<'l, 's: 'l>(
    draft: &mut Draft<'_>,
    proposal: Proposal,
    losers: impl IntoIterator<Item = &'l Loser<'s>>,
) {
    let losers = losers.into_iter();
    for loser in losers.filter(|loser| loser.link.is_some()) {
        draft.record(proposal, loser.contact, Line::Gone);
    }
}

fn tell_left_out(
    draft: &mut Draft<'_>,
    contact: &Contact,
    record: model::itglue::ContactId,
    access: Access,
    left_out: &Change,
) {
    if left_out.is_empty() {
        return;
    }
    let id = contact.id;
    let fields = left_out.fields().join(", ");
    let words = if access == Access::AllButEmails {
        format!(
            "something else owns the addresses of IT Glue contact {record}, so this is not as contact {id} has it in \
             the PSA: {fields}; set it where it comes from"
        )
    } else {
        format!(
            "the native sync owns IT Glue contact {record}, and this is not as contact {id} has it in the PSA: \
             {fields}; see why the sync does not carry it over"
        )
    };
    draft.find(FindingKind::NativeSync, vec![id], words);
}

fn digest(draft: &Draft<'_>, contact: &Contact) -> Digest {
    Carried::of(contact, draft.rules).digest(contact.active, draft.rules)
}

fn purpose(survivor: ContactId, losers: &[Loser<'_>]) -> Purpose {
    let merged = losers.iter().find(|loser| loser.record.is_some());
    merged.map_or(Purpose::Policy, |loser| Purpose::Merge {
        loser: loser.contact,
        survivor,
    })
}

fn reason(contact: &Contact, losers: &[Loser<'_>]) -> String {
    let id = contact.id;
    let merged: Vec<String> = losers
        .iter()
        .filter(|loser| loser.record.is_some())
        .map(|loser| loser.contact.to_string())
        .collect();
    if let [merged] = &merged[..] {
        format!("contact {merged} was merged into {id}")
    } else if !merged.is_empty() {
        format!("contacts {} were merged into {id}", merged.join(" and "))
    } else if contact.active {
        format!("the PSA leads, and has contact {id} otherwise")
    } else {
        format!("contact {id} is inactive in the PSA")
    }
}
