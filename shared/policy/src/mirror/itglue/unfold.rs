//! A merge that was taken back: what IT Glue alone knew of the contact that is back goes from the survivor's record
//! to its own again.
//!
//! The journal tells what it was: the image of the contact's record before that was removed or retired, and those of
//! the survivor's record before and after all of it was folded in. What somebody has changed since stays, and
//! nothing leaves the survivor's record before it is in the other one.

use std::collections::BTreeSet;

use model::itglue::{Contact as Record, Draft as Fields};
use model::mirror::{Call, ItGlueCall, Record as Image};
use model::{Action, ChangeId, Contact, ContactId, Entry, Past, Purpose};

use super::Need;
use super::draft::{Draft, RULE, of_itglue};
use super::items::unfolded;
use super::notes::Notes;
use super::target::Target;

/// What the last merge of a contact did in IT Glue.
pub(crate) struct Fold<'s> {
    /// The contact's record before.
    pub(crate) lost: &'s Record,
    /// The change to the survivor's record, if anything was folded into it.
    pub(crate) kept: Option<Kept<'s>>,
}

/// How the record of a survivor was changed.
pub(crate) struct Kept<'s> {
    change: &'s ChangeId,
    pub(crate) before: &'s Record,
    pub(crate) after: Record,
}

/// The changes that the last merge of a contact made in IT Glue: to its record, and to that of the survivor.
pub fn of_last_merge(past: &[Past], contact: ContactId) -> Vec<&ChangeId> {
    let ours = past.iter().filter_map(|past| {
        let Purpose::Merge { survivor, .. } = past.purpose else {
            return None;
        };
        let (of, call) = call_of(&past.action)?;
        let is_ours = past.rule == RULE && past.took_effect();
        is_ours.then_some((past, survivor, of, call))
    });
    let ours: Vec<_> = ours.collect();
    let dismissed = ours
        .iter()
        .rev()
        .find(|(_, survivor, of, _)| *of == contact && of != survivor);
    let Some((last, survivor, ..)) = dismissed else {
        return Vec::new();
    };
    let of_it = ours.iter().filter(|(past, other, of, _)| {
        past.id.run == last.id.run && other == survivor && (*of == contact || of == survivor)
    });
    of_it.map(|(past, ..)| &past.id).collect()
}

/// What the last merge of a contact did, if it was made by us and the journal still has it. Nothing until that is
/// known.
pub(crate) fn fold<'s>(draft: &mut Draft<'s>, contact: ContactId) -> Option<Option<Fold<'s>>> {
    let now = draft.now;
    if of_last_merge(&now.past, contact).is_empty() {
        return Some(None);
    }
    let Some(entries) = now.folded.get(&contact) else {
        draft.needs.insert(Need::Folded(contact));
        return None;
    };
    Some(read(entries))
}

fn read(entries: &[Entry]) -> Option<Fold<'_>> {
    let is_survivors = |entry: &&Entry| match (&entry.purpose, call_of(&entry.action)) {
        (Purpose::Merge { survivor, .. }, Some((of, _))) => of == *survivor,
        _ => false,
    };
    let own = entries.iter().rev().find(|entry| !is_survivors(entry))?;
    let of_unit = entries.iter().filter(|entry| entry.unit == own.unit);
    let kept = of_unit.filter(is_survivors).find_map(|entry| {
        let before = record(entry.before.mirrored.first()?)?;
        let (_, ItGlueCall::Update { change, .. }) = call_of(&entry.action)? else {
            return None;
        };
        let stored = entry
            .after
            .as_ref()
            .and_then(|after| after.mirrored.first());
        let stored = stored.and_then(record).cloned();
        Some(Kept {
            change: &entry.id,
            before,
            after: stored.unwrap_or_else(|| change.applied_to(before)),
        })
    });
    let lost = record(own.before.mirrored.first()?)?;
    Some(Fold { lost, kept })
}

fn call_of(action: &Action) -> Option<(ContactId, &ItGlueCall)> {
    match action {
        Action::Mirror {
            contact,
            call: Call::ItGlue(call),
        } => Some((*contact, call)),
        _ => None,
    }
}

fn record(image: &Image) -> Option<&Record> {
    match image {
        Image::ItGlue(record) => Some(record),
        Image::GrowCrm(_) => None,
    }
}

/// The record that a contact had before it was merged away and that was removed, if it is not the contact's own doing
/// that it has none. Nothing until that is known.
pub(crate) fn lost<'s>(draft: &mut Draft<'s>, contact: ContactId) -> Option<Option<&'s Record>> {
    let now = draft.now;
    let ids: BTreeSet<&ChangeId> = of_last_merge(&now.past, contact).into_iter().collect();
    let after = now.past.iter().skip_while(|past| !ids.contains(&past.id));
    let mut created = after.filter(|past| past.rule == RULE && past.took_effect());
    let is_creation = |past: &Past| matches!(call_of(&past.action), Some((of, ItGlueCall::Create { .. })) if of == contact);
    if created.any(is_creation) {
        return Some(None);
    }
    let fold = fold(draft, contact)?;
    Some(fold.map(|fold| fold.lost))
}

/// Takes what was folded into a record for contacts that are back out of it again. Answers with the change that is
/// taken back by that, if any is. Nothing until all that it takes is known.
pub(crate) fn unfold<'s>(
    draft: &mut Draft<'s>,
    contact: &Contact,
    record: &Record,
    target: &mut Target,
) -> Option<Option<&'s ChangeId>> {
    let mut taken_back = None;
    for back in came_back(draft, contact.id) {
        let Some(Fold { lost, kept }) = fold(draft, back)? else {
            continue;
        };
        let Some(kept) = kept.filter(|kept| kept.before.id == record.id) else {
            continue;
        };
        let is_undone = |past: &Past| past.purpose.undone() == Some(kept.change);
        if draft.now.past.iter().any(is_undone) {
            continue;
        }
        // It is not there yet, or not known to be its.
        let Some((id, _)) = draft.link(back).and_then(of_itglue) else {
            continue;
        };
        let Some(own) = draft.read(id)? else {
            continue;
        };
        if take_out(target, record, &kept, lost, own) {
            taken_back.get_or_insert(kept.change);
        }
    }
    Some(taken_back)
}

/// The contacts of those to look at that were merged into this one and are contacts of their own again.
pub(crate) fn came_back(draft: &Draft<'_>, survivor: ContactId) -> Vec<ContactId> {
    let now = draft.now;
    let asked = now.asked.iter().copied();
    let back = asked.filter(|id| {
        let is_active = now.of_company(*id).is_some_and(|contact| contact.active);
        let mut pairs = now.past.iter().filter_map(Past::merged);
        *id != survivor && is_active && pairs.any(|pair| pair == (*id, survivor))
    });
    back.collect()
}

/// Tells whether anything was taken out.
fn take_out(
    target: &mut Target,
    record: &Record,
    kept: &Kept<'_>,
    lost: &Record,
    own: &Record,
) -> bool {
    let Target {
        after,
        notes,
        given,
    } = target;
    let Kept {
        before,
        after: folded,
        ..
    } = kept;
    let was = after.clone();
    let had = notes.clone();
    after.emails = unfolded(
        &after.emails,
        [&before.emails, &folded.emails, &own.emails],
        &given.emails,
    );
    after.phones = unfolded(
        &after.phones,
        [&before.phones, &folded.phones, &own.phones],
        &given.phones,
    );
    // Whatever was filled in by the merge, is as it was then, and is in the other record.
    let by_merge = |was: bool, is: bool, there: bool| was && is && there;
    if by_merge(
        before.title != folded.title,
        record.title == folded.title && after.title == folded.title,
        own.title == lost.title,
    ) && given.title != folded.title
    {
        after.title.clone_from(&before.title);
    }
    if by_merge(
        before.contact_type != folded.contact_type,
        after.contact_type == folded.contact_type,
        own.contact_type == lost.contact_type,
    ) && given.contact_type.is_none()
    {
        after.contact_type = before.contact_type;
    }
    if by_merge(
        before.location != folded.location,
        after.location == folded.location,
        own.location == lost.location,
    ) && given.location.is_none()
    {
        after.location = before.location;
    }
    if by_merge(
        before.important != Some(true) && folded.important == Some(true),
        after.important == Some(true),
        own.important == Some(true),
    ) && given.important != Some(true)
    {
        after.important = Some(false);
    }
    let theirs = Notes::read(lost.notes.as_ref());
    if Notes::read(own.notes.as_ref()).have_text_of(&theirs) {
        let folded = Notes::read(folded.notes.as_ref());
        notes.unfold(&Notes::read(before.notes.as_ref()), &folded, &theirs);
    }
    after.notes = Some(notes.write());
    *notes != had
        || Record {
            notes: None,
            ..after.clone()
        } != Record { notes: None, ..was }
}

/// What a record that is created anew for a contact that is back is made of: what it was, brought in line.
pub(crate) fn fields_of(target: Target) -> Fields {
    let Record {
        id: _,
        organization: _,
        first_name,
        last_name,
        title,
        contact_type,
        location,
        important,
        notes: _,
        emails,
        phones,
        link: _,
        remote_ids: _,
        resource_url: _,
        updated_at: _,
    } = target.after;
    Fields {
        first_name,
        last_name,
        title: title.filter(|title| !title.is_blank()),
        contact_type,
        location,
        important: Some(important == Some(true)),
        notes: Some(target.notes.write()),
        emails,
        phones,
    }
}
