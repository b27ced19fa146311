//! Contacts that are no more, and what becomes of their records.

use std::collections::BTreeMap;

use model::itglue::{
    self, Contact as Record, ContactTypeId, Draft as Fields, Location, OrganizationId,
};
use model::mirror::{ItGlueCall, Link, Place, System};
use model::{ContactId, FindingKind, Private, Purpose};

use super::Need;
use super::draft::{Access, Draft, Proposal, Step, of_itglue, type_named};
use super::find::{self, Placed, is_anothers_by_map, is_marked_as, is_ours};
use super::items::fold;
use super::lost;
use super::notes::{Notes, State};
use super::target::{Target, allowed, difference, retire};
use crate::mirror::{Line, homeless, too_many_gone};
use crate::rules::{OnMerge, Rules};

/// Who is who among those to look at.
#[derive(Default)]
pub(crate) struct Cast {
    /// Those whose record is to be theirs, in the order in which they may choose.
    pub(crate) subjects: Vec<Subject>,
    /// Those whose record is nobody's from now on.
    pub(crate) partings: Vec<(ContactId, Parting)>,
}

/// A contact that is mirrored.
pub(crate) struct Subject {
    pub(crate) contact: ContactId,
    /// Those who were merged into it.
    pub(crate) losers: Vec<ContactId>,
}

/// Why a contact is no more, where nobody here takes over its record.
pub(crate) enum Parting {
    /// Somebody deleted it.
    Deleted,
    /// It was merged into this one, which is at another company by now.
    Merged(ContactId),
}

/// A contact that was merged away, and its record if it has one.
pub(crate) struct Loser<'s> {
    pub(crate) contact: ContactId,
    pub(crate) link: Option<&'s Link>,
    pub(crate) record: Option<&'s Record>,
}

impl Loser<'_> {
    /// Whether this is its record.
    pub(crate) fn has(&self, record: itglue::ContactId) -> bool {
        self.record.is_some_and(|own| own.id == record)
    }

    fn given(&self) -> Option<&Fields> {
        let (_, given) = self.link.and_then(of_itglue)?;
        given
    }
}

/// Tells those who are mirrored from those who are no more. Who moved to another company is seen to there.
pub(crate) fn cast(draft: &mut Draft<'_>) -> Cast {
    let now = draft.now;
    let mut subjects: BTreeMap<(bool, ContactId), Vec<ContactId>> = BTreeMap::new();
    let mut partings = Vec::new();
    for id in &now.asked {
        let contact = now.of_company(*id);
        if contact.is_none() && !now.is_gone(*id) {
            tell_homeless(draft, *id);
            continue;
        }
        let is_active = contact.is_some_and(|contact| contact.active);
        // Whoever is active again is no longer part of anybody.
        let survivor = draft.merged.get(id).filter(|_| !is_active);
        match (survivor, contact) {
            (Some(survivor), _) => match now.of_company(*survivor) {
                Some(contact) => subjects
                    .entry((!contact.active, *survivor))
                    .or_default()
                    .push(*id),
                None if now.is_gone(*survivor) && contact.is_none() => {
                    partings.push((*id, Parting::Deleted));
                }
                None if now.is_gone(*survivor) => {
                    subjects.entry((true, *id)).or_default();
                }
                None if now.contacts.contains_key(survivor) => {
                    partings.push((*id, Parting::Merged(*survivor)));
                }
                None => {
                    draft.needs.insert(Need::Contact(*survivor));
                }
            },
            (None, Some(_)) => {
                subjects.entry((!is_active, *id)).or_default();
            }
            (None, None) => partings.push((*id, Parting::Deleted)),
        }
    }
    let subjects = subjects.into_iter();
    Cast {
        subjects: subjects
            .map(|((_, contact), losers)| Subject { contact, losers })
            .collect(),
        partings,
    }
}

/// Leaves the records of those who are gone as they are, if they are more than a visit may part with.
pub(crate) fn keep_too_many(draft: &mut Draft<'_>, cast: &mut Cast, rules: &Rules) {
    let is_deleted = |parting: &Parting| matches!(parting, Parting::Deleted);
    let partings = cast.partings.iter();
    let gone = partings.filter(|(id, why)| is_deleted(why) && draft.link(*id).is_some());
    let gone: Vec<ContactId> = gone.map(|(id, _)| *id).collect();
    if let Some(words) = too_many_gone(&gone, rules) {
        cast.partings.retain(|(_, why)| !is_deleted(why));
        draft.find(FindingKind::BlastRadius, gone, words);
    }
}

/// Says that a contact is at no company, which may be no more than a right that is missing. Who is at another one is
/// seen to there.
fn tell_homeless(draft: &mut Draft<'_>, id: ContactId) {
    let contact = draft.now.contacts.get(&id);
    if contact.is_some_and(|contact| contact.company.is_none()) {
        let words = homeless(System::ItGlue, id);
        draft.find(FindingKind::NoCompany, vec![id], words);
    }
}

/// Those who were merged into a contact, with their records. Nothing until these are known.
pub(crate) fn losers<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    subject: &Subject,
) -> Option<Vec<Loser<'s>>> {
    let mut read: Option<Vec<Loser<'s>>> = Some(Vec::new());
    for id in &subject.losers {
        let link = draft.link(*id);
        let record = match link.and_then(of_itglue) {
            Some((record, _)) => draft
                .read(record)
                .map(|record| record.filter(|record| may_be_of(draft, record, *id)))
                .map(|record| record.filter(|record| !draft.taken.contains(&record.id))),
            None => lost::record(draft, place, *id, Some(subject.contact)).map(|found| {
                let known = read.iter().flatten();
                let is_known = |record: &Record| known.clone().any(|loser| loser.has(record.id));
                found.filter(|record| !is_known(record))
            }),
        };
        // What the map has for somebody else who is there is not the loser's.
        let record = match record {
            Some(Some(found)) => {
                is_anothers_by_map(draft, found, *id).map(|is_it| (!is_it).then_some(found))
            }
            known => known,
        };
        let loser = record.map(|record| Loser {
            contact: *id,
            link,
            record,
        });
        read = read.zip(loser).map(|(mut read, loser)| {
            read.push(loser);
            read
        });
    }
    read
}

/// Whether a record may still be that of a contact that is no more: it is not, if our line in its notes names
/// somebody else, who was given it since.
fn may_be_of(draft: &Draft<'_>, record: &Record, contact: ContactId) -> bool {
    let mirrored = Notes::read(record.notes.as_ref()).mirrored;
    mirrored.is_empty() || is_marked_as(draft, record, contact)
}

/// Takes what the record of a loser alone knows over into that of the survivor. Nothing until all that it takes
/// is known.
pub(crate) fn take_over(
    draft: &mut Draft<'_>,
    target: &mut Target,
    loser: &Loser<'_>,
) -> Option<()> {
    let Some(record) = loser.record else {
        return Some(());
    };
    let given = loser.given();
    let Target { after, notes, .. } = target;
    fold(
        &mut after.emails,
        &record.emails,
        given.map(|given| &given.emails[..]),
    );
    fold(
        &mut after.phones,
        &record.phones,
        given.map(|given| &given.phones[..]),
    );
    let theirs = Notes::read(record.notes.as_ref());
    notes.fold(&theirs);
    let by_us = given.is_some_and(|given| given.important == Some(true));
    if (record.important == Some(true) && !by_us) || theirs.before.important {
        // Of a retired record it is put back with the rest.
        if notes.state.is_some() {
            notes.before.important = true;
        } else {
            after.important = Some(true);
        }
    }
    let mut conflicts = Vec::new();
    let title =
        |title: &Option<Private>| title.as_ref().map_or("", Private::reveal).trim().to_owned();
    let (ours, theirs_title) = (title(&after.title), title(&record.title));
    if ours.is_empty() && !theirs_title.is_empty() {
        after.title = Some(theirs_title.into());
    } else if !theirs_title.is_empty() && ours != theirs_title {
        conflicts.push(format!("title {theirs_title}"));
    }
    conflicts.extend(other_type(draft, target, record, &theirs)?);
    conflicts.extend(other_location(draft, &mut target.after, record)?);
    if !conflicts.is_empty() {
        let contact = loser.contact;
        target.notes.add(&format!(
            "ConnectWise contact {contact} had, before it became part of this one: {}",
            conflicts.join(", ")
        ));
    }
    Some(())
}

/// The type that a loser's record has, or had before we retired it, if the survivor's has another one. Where the
/// survivor's has none, it gets that one.
fn other_type(
    draft: &mut Draft<'_>,
    target: &mut Target,
    record: &Record,
    theirs: &Notes,
) -> Option<Option<String>> {
    let Target { after, notes, .. } = target;
    let kind = if theirs.state.is_some() {
        theirs.before.kind.clone()
    } else {
        named(draft, record.contact_type)?
    };
    let Some(kind) = kind else {
        return Some(None);
    };
    // A retired record gets its type back from its notes.
    let is_retired = notes.state.is_some();
    let ours = if is_retired {
        notes.before.kind.clone()
    } else {
        named(draft, after.contact_type)?
    };
    match ours {
        Some(ours) => return Some((ours != kind).then(|| format!("type {kind}"))),
        None if is_retired => notes.before.kind = Some(kind),
        None => after.contact_type = type_named(draft.types()?, &kind),
    }
    Some(None)
}

/// The name of a type. Nothing until it is known.
fn named(draft: &mut Draft<'_>, kind: Option<ContactTypeId>) -> Option<Option<String>> {
    let Some(kind) = kind else { return Some(None) };
    let mut types = draft.types()?.iter();
    let found = types.find(|each| each.id == kind);
    Some(found.map(|each| each.name.trim().to_owned()))
}

/// The location that a loser's record has, if the survivor's has another one.
fn other_location(
    draft: &mut Draft<'_>,
    after: &mut Record,
    record: &Record,
) -> Option<Option<String>> {
    if record.location.is_none()
        || record.location == after.location
        || record.organization != after.organization
    {
        return Some(None);
    }
    if after.location.is_none() {
        after.location = record.location;
        return Some(None);
    }
    let Some(locations) = &draft.now.locations else {
        draft.needs.insert(Need::Locations);
        return None;
    };
    let is_it = |location: &&Location| Some(location.id) == record.location;
    let found = locations.iter().find(is_it);
    Some(found.map(|location| format!("location {}", location.name.reveal().trim())))
}

/// What is done with the record of a loser, once all is taken over: it is removed if that is safe, and retired
/// otherwise. Nothing until that is known.
pub(crate) fn dismiss(
    draft: &mut Draft<'_>,
    place: OrganizationId,
    loser: &Loser<'_>,
    survivor: ContactId,
    kept: &Record,
) -> Option<Vec<Step>> {
    let Some(record) = loser.record else {
        return Some(Vec::new());
    };
    let why_not = if draft.rules.on_merge == OnMerge::Retire {
        Some("the rules say so")
    } else if !is_ours(record, loser.link) {
        Some("we did not create it")
    } else if record.link != itglue::Link::None || !record.remote_ids.is_empty() {
        Some("the native sync knows it")
    } else if draft.access(record) != Access::Whole {
        Some("IT Glue keeps it from us")
    } else if draft.access(kept) != Access::Whole || record.organization != place {
        Some("not all of it can be taken over")
    } else if Notes::read(record.notes.as_ref()).show_files() {
        Some("its notes show a picture or another file that may go with it")
    } else {
        let attached = draft.now.attached.get(&record.id);
        if attached.is_none() {
            draft.needs.insert(Need::Attached(record.id));
        }
        // What is removed must be nobody else's by any line of the map.
        if draft.now.all_links.is_none() {
            draft.needs.insert(Need::Lines);
            return None;
        }
        if attached?.is_nothing() {
            None
        } else {
            Some("passwords, files or other records may hang on it")
        }
    };
    let contact = loser.contact;
    let Some(why_not) = why_not else {
        return Some(vec![Step {
            contact,
            call: ItGlueCall::Remove { record: record.id },
            reason: format!(
                "contact {contact} was merged into {survivor}, whose record has all of it; we created it, and \
                 nothing hangs on it"
            ),
        }]);
    };
    let state = State::Merged {
        into: survivor,
        url: kept.resource_url.clone(),
    };
    let step = retired(draft, contact, record, loser.given(), state)?;
    let words = format!(
        "contact {contact} was merged into {survivor}, and its record in IT Glue, {}, is kept as an inactive one, \
         as {why_not}; somebody should look at it and remove it there",
        record.id
    );
    draft.find(FindingKind::Orphan, vec![contact, survivor], words);
    Some(step.into_iter().collect())
}

/// Retires the record of a contact that is no more and whose record nobody takes over.
pub(crate) fn plan(draft: &mut Draft<'_>, contact: ContactId, parting: &Parting) {
    let (record, given) = match draft.link(contact).and_then(of_itglue) {
        Some((record, given)) => {
            let Some(read) = draft.read(record) else {
                return;
            };
            let is_its = |record: &&Record| {
                !draft.taken.contains(&record.id) && may_be_of(draft, record, contact)
            };
            let Some(record) = read.filter(is_its) else {
                return draft.record(Proposal::Nothing, contact, Line::Gone);
            };
            (record, given)
        }
        None => match left_behind(draft, contact, parting) {
            Some(record) => (record, None),
            None => return,
        },
    };
    let (state, purpose, why) = match parting {
        Parting::Deleted => (
            State::Deleted,
            Purpose::Policy,
            format!("contact {contact} was deleted in the PSA"),
        ),
        Parting::Merged(into) => (
            State::Merged {
                into: *into,
                url: None,
            },
            Purpose::Merge {
                loser: contact,
                survivor: *into,
            },
            format!("contact {contact} was merged into {into}, which is at another company"),
        ),
    };
    let Some(step) = retired(draft, contact, record, given, state) else {
        return;
    };
    draft.taken.insert(record.id);
    let words = format!(
        "{why}, and its record in IT Glue, {}, is kept as an inactive one; somebody should look at it and remove it \
         there",
        record.id
    );
    draft.find(FindingKind::Orphan, vec![contact], words);
    let proposal = draft.propose(&purpose, step.into_iter().collect());
    draft.record(proposal, contact, Line::Gone);
}

/// The record of a contact that is no more and that the map does not know, if the company has an organization.
fn left_behind<'s>(
    draft: &mut Draft<'s>,
    contact: ContactId,
    parting: &Parting,
) -> Option<&'s Record> {
    let heir = match parting {
        Parting::Deleted => None,
        Parting::Merged(into) => Some(*into),
    };
    let place = match find::placed(draft.now) {
        Placed::Known(place) => place,
        Placed::Found(place) => {
            draft.plan.place = Some(Place::ItGlue(place));
            place
        }
        Placed::Unknown(need) => {
            draft.needs.insert(need);
            return None;
        }
        // Whoever has contacts to be mirrored is told.
        Placed::Several(_) | Placed::Nowhere => return None,
    };
    lost::record(draft, place, contact, heir)?
}

/// The write that retires a record, if one is needed. Nothing until all that it takes is known.
pub(crate) fn retired(
    draft: &mut Draft<'_>,
    contact: ContactId,
    record: &Record,
    given: Option<&Fields>,
    state: State,
) -> Option<Option<Step>> {
    let reason = match &state {
        State::Inactive(_) => format!("contact {contact} is inactive in the PSA"),
        State::Merged { into, .. } => format!("contact {contact} was merged into {into}"),
        State::Deleted => format!("contact {contact} was deleted in the PSA"),
        State::Moved => format!("contact {contact} has another record, where it is now"),
    };
    let mut after = record.clone();
    let mut notes = Notes::read(record.notes.as_ref());
    retire(draft, contact, &mut after, &mut notes, state, given)?;
    if notes.mirrored.is_empty() {
        notes.mirrored.push(contact);
    }
    after.notes = Some(notes.write());
    let (change, _) = allowed(difference(record, &after), draft.access(record));
    Some((!change.is_empty()).then_some(Step {
        contact,
        call: ItGlueCall::Update {
            record: record.id,
            change,
        },
        reason,
    }))
}
