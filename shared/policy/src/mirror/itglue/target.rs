//! What a record is to be, from what it is, what it was given and what the PSA has.

use jiff::tz::Offset;
use model::itglue::{
    Change, Contact as Record, ContactTypeId, Draft as Fields, Edit, LocationId, OrganizationId,
    reads_alike,
};
use model::{Contact, ContactId, Private};

use super::Need;
use super::draft::{Access, Draft, type_named};
use super::fields::Carried;
use super::items::{alike, three_way};
use super::notes::{Notes, State};

/// A record as it is to be.
pub(crate) struct Target {
    /// All of it.
    pub(crate) after: Record,
    /// Its notes, taken apart.
    pub(crate) notes: Notes,
    /// What it will have been given.
    pub(crate) given: Fields,
}

/// What a new record of a contact is made of. Nothing until all that it takes is known.
pub(crate) fn new_record(
    draft: &mut Draft<'_>,
    contact: &Contact,
    carried: &Carried,
) -> Option<Fields> {
    let fields = given(draft, carried)?;
    Some(Fields {
        important: Some(carried.is_vip),
        notes: Some(Notes::of(contact.id).write()),
        ..fields
    })
}

/// What the record of a contact is to be. Nothing until all that it takes is known.
pub(crate) fn target(
    draft: &mut Draft<'_>,
    place: OrganizationId,
    contact: &Contact,
    record: &Record,
    was: Option<&Fields>,
) -> Option<Target> {
    let carried = Carried::of(contact, draft.rules);
    let mut given = given(draft, &carried)?;
    let mut after = record.clone();
    let mut notes = Notes::read(record.notes.as_ref());
    after.organization = place;
    let name = |name: &mut Private, want: &Private, was: Option<&Private>| {
        let kept = text(Some(name), Some(want), was);
        *name = kept.unwrap_or_default();
    };
    name(
        &mut after.first_name,
        &carried.first_name,
        was.map(|was| &was.first_name),
    );
    name(
        &mut after.last_name,
        &carried.last_name,
        was.map(|was| &was.last_name),
    );
    let given_title = was.and_then(|was| was.title.as_ref());
    after.title = text(record.title.as_ref(), carried.title.as_ref(), given_title);
    let given_location = was.and_then(|was| was.location);
    after.location = match given.location {
        None if draft.rules.locations && given_location == record.location => None,
        None => record.location,
        found => found,
    };
    after.emails = three_way(
        &record.emails,
        was.map(|was| &was.emails[..]),
        &carried.emails,
    );
    after.phones = three_way(
        &record.phones,
        was.map(|was| &was.phones[..]),
        &carried.phones,
    );
    notes.mirrored = vec![contact.id];
    if contact.active {
        restore(draft, &mut after, &mut notes)?;
        after.contact_type = given.contact_type.or(after.contact_type);
        given.important = important(&mut after, carried.is_vip, was);
    } else {
        let since = Offset::UTC.to_datetime(draft.now.taken_at).date();
        retire(
            draft,
            contact.id,
            &mut after,
            &mut notes,
            State::Inactive(since),
            was,
        )?;
        given.contact_type = None;
        given.important = Some(false);
    }
    if draft.access(record) != Access::Whole {
        // What cannot be written was not given.
        given.emails = was.map(|was| was.emails.clone()).unwrap_or_default();
    }
    if draft.access(record) == Access::Ours {
        given = Fields {
            important: given.important,
            ..was.cloned().unwrap_or_default()
        };
    }
    Some(Target {
        after,
        notes,
        given,
    })
}

/// Retires a record: it gets the type of inactive contacts, it is no longer a VIP's, and its notes say why. What
/// it was before is noted, too. Nothing until all that it takes is known.
pub(crate) fn retire(
    draft: &mut Draft<'_>,
    contact: ContactId,
    after: &mut Record,
    notes: &mut Notes,
    state: State,
    was: Option<&Fields>,
) -> Option<()> {
    let by_us = was.is_some_and(|was| was.important == Some(true));
    notes.before.important |= after.important == Some(true) && !by_us;
    after.important = Some(false);
    if draft.access(after) != Access::Ours
        && let Some(inactive) = draft.inactive_type(contact)?
        && after.contact_type != Some(inactive)
    {
        let types = draft.types()?.iter();
        let mut former = types.filter(|each| Some(each.id) == after.contact_type);
        if let Some(former) = former.next() {
            notes.before.kind = Some(former.name.trim().to_owned());
        }
        after.contact_type = Some(inactive);
    }
    notes.state = match (notes.state.take(), state) {
        // The day when it was first seen stays.
        (Some(State::Inactive(since)), State::Inactive(_)) => Some(State::Inactive(since)),
        (_, state) => Some(state),
    };
    Some(())
}

/// Makes a retired record a living one again: with the type and the mark that it had.
fn restore(draft: &mut Draft<'_>, after: &mut Record, notes: &mut Notes) -> Option<()> {
    if notes.state.is_none() {
        return Some(());
    }
    let before = std::mem::take(&mut notes.before);
    let name = &draft.rules.inactive_type;
    if !name.is_empty() && draft.access(after) != Access::Ours {
        let types = draft.types()?;
        let inactive = type_named(types, name);
        if inactive.is_some() && after.contact_type == inactive {
            after.contact_type = before.kind.and_then(|kind| type_named(types, &kind));
        }
    }
    if before.important {
        after.important = Some(true);
    }
    notes.state = None;
    Some(())
}

/// The mark of a VIP: set with the label, taken away only if we had set it. Answers with what it was given.
fn important(after: &mut Record, is_vip: bool, was: Option<&Fields>) -> Option<bool> {
    let was = was.and_then(|was| was.important);
    let is_ours = was == Some(true);
    if is_vip {
        let sets = after.important != Some(true);
        after.important = Some(true);
        // A mark that was there before us is not ours.
        return if sets || is_ours { Some(true) } else { was };
    }
    if is_ours && after.important == Some(true) {
        after.important = Some(false);
    }
    was.map(|_| false)
}

/// What the PSA has of a contact, in IT Glue's ids, but for the mark of a VIP and the notes.
fn given(draft: &mut Draft<'_>, carried: &Carried) -> Option<Fields> {
    let Carried {
        first_name,
        last_name,
        title,
        kind,
        site,
        is_vip: _,
        emails,
        phones,
    } = carried;
    Some(Fields {
        first_name: first_name.clone(),
        last_name: last_name.clone(),
        title: title.clone(),
        contact_type: contact_type(draft, kind.as_deref())?,
        location: location(draft, site.as_ref())?,
        important: None,
        notes: None,
        emails: emails.clone(),
        phones: phones.clone(),
    })
}

/// The type of that name, if there is one.
fn contact_type(draft: &mut Draft<'_>, kind: Option<&str>) -> Option<Option<ContactTypeId>> {
    match kind {
        Some(kind) => Some(type_named(draft.types()?, kind)),
        None => Some(None),
    }
}

/// The location of that name, if there is exactly one.
fn location(draft: &mut Draft<'_>, site: Option<&Private>) -> Option<Option<LocationId>> {
    let Some(site) = site else { return Some(None) };
    let Some(locations) = &draft.now.locations else {
        draft.needs.insert(Need::Locations);
        return None;
    };
    let is_it = |name: &Private| name.reveal().trim() == site.reveal();
    let mut found = locations.iter().filter(|location| is_it(&location.name));
    Some(match (found.next(), found.next()) {
        (Some(location), None) => Some(location.id),
        _ => None,
    })
}

/// What a text is to be: what the PSA has; and if it has none, what it is, unless that is what it was given.
fn text(have: Option<&Private>, want: Option<&Private>, was: Option<&Private>) -> Option<Private> {
    let want = want.filter(|text| !text.is_blank());
    if want.is_some() {
        return want.cloned();
    }
    have.filter(|_| !was.is_some_and(|was| !was.is_blank() && same_text(have, Some(was))))
        .cloned()
}

fn same_text(one: Option<&Private>, other: Option<&Private>) -> bool {
    let trimmed = |text: Option<&Private>| text.map_or("", Private::reveal).trim().to_owned();
    trimmed(one) == trimmed(other)
}

/// What must be written so that a record is what it is to be. What only looks different is not.
pub(crate) fn difference(before: &Record, after: &Record) -> Change {
    let text = |before: Option<&Private>, after: Option<&Private>| {
        if same_text(before, after) {
            Edit::Keep
        } else {
            Edit::to(after.filter(|text| !text.is_blank()).cloned())
        }
    };
    let notes = |notes: &Option<Private>| notes.as_ref().map_or("", Private::reveal).to_owned();
    // What was taken over may have no letters: a sign, a picture, where a link leads.
    let is_all_there =
        Notes::read(before.notes.as_ref()).have_text_of(&Notes::read(after.notes.as_ref()));
    let have_notes = is_all_there && reads_alike(&notes(&before.notes), &notes(&after.notes));
    Change {
        organization: (before.organization != after.organization).then_some(after.organization),
        first_name: text(Some(&before.first_name), Some(&after.first_name)),
        last_name: text(Some(&before.last_name), Some(&after.last_name)),
        title: text(before.title.as_ref(), after.title.as_ref()),
        contact_type: edit(before.contact_type, after.contact_type),
        location: edit(before.location, after.location),
        important: edit(before.important, after.important),
        notes: if have_notes {
            Edit::Keep
        } else {
            Edit::to(after.notes.clone())
        },
        emails: (!alike(&before.emails, &after.emails)).then(|| after.emails.clone()),
        phones: (!alike(&before.phones, &after.phones)).then(|| after.phones.clone()),
    }
}

fn edit<T: PartialEq>(before: Option<T>, after: Option<T>) -> Edit<T> {
    if before == after {
        Edit::Keep
    } else {
        Edit::to(after)
    }
}

/// What of a change can be written, and what is left out.
pub(crate) fn allowed(change: Change, access: Access) -> (Change, Change) {
    match access {
        Access::Whole => (change, Change::default()),
        Access::AllButEmails => {
            let left_out = Change {
                emails: change.emails.clone(),
                ..Change::default()
            };
            let allowed = Change {
                emails: None,
                ..change
            };
            (allowed, left_out)
        }
        Access::Ours => {
            let allowed = Change {
                important: change.important,
                notes: change.notes.clone(),
                ..Change::default()
            };
            let left_out = Change {
                important: Edit::Keep,
                notes: Edit::Keep,
                ..change
            };
            (allowed, left_out)
        }
    }
}
