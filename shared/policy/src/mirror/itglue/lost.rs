//! The record of a contact that is no more and that the map does not know.

use model::itglue::{Contact as Record, OrganizationId};
use model::{Contact, ContactId, FindingKind};

use super::Need;
use super::draft::Draft;
use super::find::{by_address, is_anothers, is_nobodys};
use super::index::name;
use super::notes::{Notes, State};

/// The record of a contact that is no more, where the map has none: the one that the native sync ties to it, that
/// has our line for it, or that has exactly the name and one of the addresses that it had. What may be somebody
/// else's is left alone, and told. Nothing until enough is known.
pub(crate) fn record<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    contact: ContactId,
    heir: Option<ContactId>,
) -> Option<Option<&'s Record>> {
    let now = draft.now;
    // Whose line was taken off the map in this visit has been seen to.
    if now.lines.contains_key(&contact) {
        return Some(None);
    }
    let tied = now.by_psa.get(&contact);
    if tied.is_none() {
        draft.needs.insert(Need::ByPsa(contact));
    }
    if now.everybody.is_none() {
        draft.needs.insert(Need::Everybody);
    }
    if now.all_links.is_none() {
        draft.needs.insert(Need::Lines);
    }
    let (tied, _) = tied.zip(now.everybody.as_ref())?;
    now.all_links.as_ref()?;
    let tied = open(draft, place, tied.iter().collect(), contact)?;
    let marked = draft.index.marked_as([contact]);
    let marked = open(draft, place, marked, contact)?;
    for records in [tied, marked] {
        match &records[..] {
            [] => {}
            [record] => return Some(Some(record)),
            several => {
                tell(draft, contact, several, "are said to be its");
                return Some(None);
            }
        }
    }
    let Some(was) = as_it_was(draft, contact)? else {
        return Some(None);
    };
    let namesakes = draft.index.named(was);
    let is_candidate = |record: &&Record| !is_anothers(&record.remote_ids, contact.get());
    let namesakes = namesakes.into_iter().filter(is_candidate).collect();
    let namesakes = open(draft, place, namesakes, contact)?;
    // As long as nothing is known of who it is part of now, that one is looked for by the same name.
    let may_be_heirs = |heir| has_its_name(draft, heir, was) && !is_known(draft, place, heir);
    if namesakes.is_empty() || heir.is_some_and(may_be_heirs) {
        return Some(None);
    }
    let (sure, likely) = by_address(&namesakes, was);
    let mut others = now.contacts.keys().filter(|id| **id != contact);
    let has_namesake = others.any(|id| Some(*id) != heir && has_its_name(draft, *id, was));
    match &sure[..] {
        [record] if !has_namesake => return Some(Some(record)),
        [] if likely.is_empty() => {}
        [] => tell(draft, contact, &likely, "have its name"),
        several => tell(draft, contact, several, "have its name and address"),
    }
    Some(None)
}

/// The contact as it is, or as it was before it was merged away. Nothing until that is known.
fn as_it_was<'s>(draft: &mut Draft<'s>, contact: ContactId) -> Option<Option<&'s Contact>> {
    let now = draft.now;
    if let Some(still) = now.contacts.get(&contact) {
        return Some(Some(still));
    }
    if !draft.merged.contains_key(&contact) {
        return Some(None);
    }
    let was = now.former.get(&contact);
    if was.is_none() {
        draft.needs.insert(Need::Former(contact));
    }
    was.map(Option::as_ref)
}

/// Those of the records that are here, nobody else's, and not seen to yet. Nothing until that is known.
fn open<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    records: Vec<&'s Record>,
    contact: ContactId,
) -> Option<Vec<&'s Record>> {
    let mut open = Vec::new();
    for record in records {
        let state = Notes::read(record.notes.as_ref()).state;
        let is_seen_to = matches!(state, Some(State::Merged { .. } | State::Deleted));
        let is_here = record.organization == place && !draft.taken.contains(&record.id);
        if is_here && !is_seen_to && is_nobodys(draft, record, contact)? {
            open.push(record);
        }
    }
    Some(open)
}

/// Whether a contact's record is known without a look at its name.
fn is_known(draft: &Draft<'_>, place: OrganizationId, contact: ContactId) -> bool {
    let tied = draft.now.by_psa.get(&contact);
    let is_tied = tied.is_some_and(|tied| tied.iter().any(|record| record.organization == place));
    draft.link(contact).is_some() || is_tied || !draft.index.marked_as([contact]).is_empty()
}

/// Whether a contact that was read has the name of another one.
fn has_its_name(draft: &Draft<'_>, contact: ContactId, other: &Contact) -> bool {
    let of = |contact: &Contact| name(&contact.first_name, &contact.last_name);
    let read = draft.now.contacts.get(&contact);
    read.is_some_and(|read| of(read) == of(other))
}

fn tell(draft: &mut Draft<'_>, contact: ContactId, records: &[&Record], why: &str) {
    let ids: Vec<String> = records.iter().map(|record| record.id.to_string()).collect();
    let words = format!(
        "contact {contact} is no more, and nobody can say what in IT Glue was its record, as these {why}: {}; \
         somebody should look at them, and remove there what is left over",
        ids.join(" and ")
    );
    draft.find(FindingKind::Orphan, vec![contact], words);
}
