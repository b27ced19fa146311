//! Finding what is there: the company's organization, and a contact's record. Where several fit, nobody guesses.

use std::collections::BTreeSet;

use model::itglue::{self, Contact as Record, Draft as Fields, Organization, OrganizationId};
use model::mirror::{Link, Place};
use model::{Contact, ContactId, FindingKind, Private};

use super::draft::{Draft, Proposal, of_itglue};
use super::notes::Notes;
use super::part::Loser;
use super::{Need, Snapshot};
use crate::mirror::Line;

/// What was found of a contact.
pub(crate) enum Found<'s> {
    /// Its record.
    Record(Box<Known<'s>>),
    /// It has none, wherever one looks.
    Nobody {
        /// The record it has elsewhere and that IT Glue does not move here.
        elsewhere: Option<Elsewhere<'s>>,
    },
    /// Nobody can say.
    Unclear {
        /// Why, in words.
        words: String,
        /// The records that may be it.
        candidates: Vec<itglue::ContactId>,
    },
}

/// A contact's record.
pub(crate) struct Known<'s> {
    pub(crate) record: &'s Record,
    /// What it was given, if that is known.
    pub(crate) given: Option<&'s Fields>,
    /// Whether we created it.
    pub(crate) ours: bool,
    /// The record it has elsewhere and that IT Glue does not move here.
    pub(crate) elsewhere: Option<Elsewhere<'s>>,
}

/// A record that stays in another organization.
#[derive(Clone, Copy)]
pub(crate) struct Elsewhere<'s> {
    pub(crate) record: &'s Record,
    pub(crate) given: Option<&'s Fields>,
}

/// What is known of a company's organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// The map has it.
    Known(OrganizationId),
    /// It was found.
    Found(OrganizationId),
    /// It must be looked for in this way first.
    Unknown(Need),
    /// There are several. How they were found, in words.
    Several(&'static str),
    /// There is none.
    Nowhere,
}

/// The company's organization: by the map, by the native sync, by its short name, by its name.
pub(crate) fn placed(now: &Snapshot) -> Placed {
    if let Some(place) = now.standing_place() {
        return if now.is_place_doubted && now.is_place_there.is_none() {
            Placed::Unknown(Need::Organization(place))
        } else {
            Placed::Known(place)
        };
    }
    let is_there = |text: Option<&Private>| text.is_some_and(|text| !text.is_blank());
    let ways = [
        (Need::OrganizationByPsa, true, "by its id in the PSA"),
        (
            Need::OrganizationByShortName,
            is_there(now.identifier.as_ref()),
            "by its short name",
        ),
        (
            Need::OrganizationByName,
            is_there(Some(&now.company.name)),
            "by its name",
        ),
    ];
    for (need, _, how) in ways.into_iter().filter(|(_, is_possible, _)| *is_possible) {
        let Some(found) = now.organizations.get(&need) else {
            return Placed::Unknown(need);
        };
        let is_free = |found: &&Organization| {
            now.place != Some(found.id)
                && (need == Need::OrganizationByPsa
                    || !(found.psa_linked && is_anothers(&found.remote_ids, now.company.id.get())))
        };
        let mut found = found.iter().filter(is_free);
        match (found.next(), found.next()) {
            (Some(found), None) => return Placed::Found(found.id),
            (Some(_), Some(_)) => return Placed::Several(how),
            (None, _) => {}
        }
    }
    Placed::Nowhere
}

/// The company's organization. Nothing until it is known, or where there is none, or more than one; a finding says
/// so then.
pub(crate) fn place(draft: &mut Draft<'_>) -> Option<OrganizationId> {
    let company = draft.now.company.id;
    let gone = draft
        .now
        .place
        .filter(|_| draft.now.standing_place().is_none());
    draft.plan.misplaced = gone.is_some();
    let words = match placed(draft.now) {
        Placed::Known(place) => return Some(place),
        Placed::Found(place) => {
            draft.plan.place = Some(Place::ItGlue(place));
            draft.plan.misplaced = false;
            return Some(place);
        }
        Placed::Unknown(need) => {
            draft.needs.insert(need);
            return None;
        }
        Placed::Several(how) => format!(
            "several organizations in IT Glue are that of company {company} {how}, so its contacts are not \
             mirrored; make it one in IT Glue; it is looked for again at the next change"
        ),
        Placed::Nowhere => format!(
            "company {company} has no organization in IT Glue, so its contacts are not mirrored; create or link it \
             in IT Glue; it is looked for again at the next change"
        ),
    };
    let gone = gone
        .map(|id| format!("organization {id}, which was the company's, is gone from IT Glue; "));
    let words = format!("{}{words}", gone.unwrap_or_default());
    draft.find(FindingKind::NoMirror, Vec::new(), words);
    None
}

/// The record of a contact: by the map, by the native sync, by our line in its notes, by name and address, and
/// last the record of somebody who was merged into it. Nothing until enough is known.
pub(crate) fn record<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    contact: &Contact,
    losers: &[Loser<'s>],
) -> Option<Found<'s>> {
    let now = draft.now;
    let id = contact.id;
    let mut elsewhere = None;
    if let Some((_, link)) = draft.line(id)?
        && let Some((record, given)) = of_itglue(link)
    {
        match draft.read(record)? {
            Some(record) if draft.taken.contains(&record.id) => {
                let words = format!(
                    "the map has IT Glue contact {} for contact {id} and for another one, too; give it one of its \
                     own in IT Glue",
                    record.id
                );
                let candidates = vec![record.id];
                return Some(Found::Unclear { words, candidates });
            }
            Some(record) if draft.is_immovable(record, place) => {
                elsewhere = Some(Elsewhere { record, given });
            }
            Some(record) => return Some(found(record, given, link.ours, elsewhere)),
            // Somebody deleted it there.
            None => draft.record(Proposal::Nothing, id, Line::Gone),
        }
    }
    // Whose a record is that is found here, all lines of the map tell: those of the contacts that are asked about
    // do not say that it is another's.
    let (everybody, lines) = (now.everybody.is_none(), now.all_links.is_none());
    draft.needs.extend(everybody.then_some(Need::Everybody));
    draft.needs.extend(lines.then_some(Need::Lines));
    if everybody || lines {
        return None;
    }
    let tied = now.by_psa.get(&id);
    if tied.is_none() && now.has_native_sync()? {
        draft.needs.insert(Need::ByPsa(id));
        return None;
    }
    let tied = tied
        .into_iter()
        .flatten()
        .filter(|record| record.organization == place);
    let tied: Vec<&Record> = tied.collect();
    if let Some(taken) = tied.iter().find(|tied| draft.taken.contains(&tied.id)) {
        let words = format!(
            "the native sync ties IT Glue contact {} to contact {id} and to another one, too; see to it in IT Glue",
            taken.id
        );
        let candidates = vec![taken.id];
        return Some(Found::Unclear { words, candidates });
    }
    for tied in &tied {
        if is_anothers_by_map(draft, tied, id)? {
            let words = format!(
                "the native sync ties IT Glue contact {} to contact {id}, and the map has it for another one that is \
                 there, too; see to it in IT Glue",
                tied.id
            );
            let candidates = vec![tied.id];
            return Some(Found::Unclear { words, candidates });
        }
    }
    if let Some(found) = only(
        draft,
        &tied,
        id,
        "the native sync ties them to it",
        elsewhere,
    ) {
        return Some(found);
    }
    let marked = draft.index.marked_as(own_ids(draft, id));
    let marked = free(draft, place, losers, marked, id)?;
    if let Some(found) = only(draft, &marked, id, "they have our line for it", elsewhere) {
        return Some(found);
    }
    // Whoever is inactive and was never mirrored is not looked for by name: the record may be a successor's.
    if contact.active {
        let namesakes = draft.index.named(contact);
        let is_candidate = |record: &&Record| {
            let tied = record.link == itglue::Link::Synced;
            !(tied && is_anothers(&record.remote_ids, id.get()))
        };
        let namesakes = namesakes.into_iter().filter(is_candidate).collect();
        let namesakes = free(draft, place, losers, namesakes, id)?;
        let (sure, likely) = by_address(&namesakes, contact);
        if let Some(found) = only(
            draft,
            &sure,
            id,
            "they have its name and address",
            elsewhere,
        ) {
            return Some(found);
        }
        if !likely.is_empty()
            && let Some(found) = only(draft, &namesakes, id, "they have its name", elsewhere)
        {
            return Some(found);
        }
    }
    inherited(draft, place, id, losers, elsewhere)
}

/// The record of a contact that was merged into this one, which has none. Nothing until enough is known.
fn inherited<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    contact: ContactId,
    losers: &[Loser<'s>],
    elsewhere: Option<Elsewhere<'s>>,
) -> Option<Found<'s>> {
    let is_there = |draft: &Draft<'_>, record: &Record| {
        !draft.taken.contains(&record.id) && !draft.is_immovable(record, place)
    };
    let mut heritage = losers
        .iter()
        .filter_map(|loser| Some((loser, loser.record?)));
    if let Some((loser, record)) = heritage.find(|(_, record)| is_there(draft, record)) {
        let given = loser.link.and_then(of_itglue).and_then(|(_, given)| given);
        let ours = is_ours(record, loser.link);
        return Some(found(record, given, ours, elsewhere));
    }
    let merged = draft
        .merged
        .iter()
        .filter(|(_, survivor)| **survivor == contact);
    let mut marked = draft.index.marked_as(merged.map(|(loser, _)| *loser));
    marked.retain(|record| record.organization == place && is_there(draft, record));
    let mut free = Vec::new();
    for record in marked {
        if !is_anothers_by_map(draft, record, contact)? {
            free.push(record);
        }
    }
    Some(match &free[..] {
        [] => Found::Nobody { elsewhere },
        [record] => found(record, None, is_ours(record, None), elsewhere),
        several => {
            let why = "they have our line for somebody who was merged into it";
            unclear(several, contact, why)
        }
    })
}

/// Whether we created a record. If the map does not say so, it is ours if nobody but us wrote in its notes.
pub(crate) fn is_ours(record: &Record, link: Option<&Link>) -> bool {
    match link {
        Some(link) => link.ours,
        None => Notes::read(record.notes.as_ref()).are_ours(),
    }
}

fn found<'s>(
    record: &'s Record,
    given: Option<&'s Fields>,
    ours: bool,
    elsewhere: Option<Elsewhere<'s>>,
) -> Found<'s> {
    Found::Record(Box::new(Known {
        record,
        given,
        ours,
        elsewhere,
    }))
}

/// The one record that was found, or that there are several.
fn only<'s>(
    draft: &Draft<'_>,
    records: &[&'s Record],
    contact: ContactId,
    why: &str,
    elsewhere: Option<Elsewhere<'s>>,
) -> Option<Found<'s>> {
    match records {
        [] => None,
        [record] => {
            let is_marked = is_marked_as(draft, record, contact);
            let ours = is_marked && is_ours(record, None);
            Some(found(record, None, ours, elsewhere))
        }
        several => Some(unclear(several, contact, why)),
    }
}

fn unclear<'s>(records: &[&Record], contact: ContactId, why: &str) -> Found<'s> {
    let ids: Vec<String> = records.iter().map(|record| record.id.to_string()).collect();
    let words = format!(
        "several records in IT Glue may be that of contact {contact}, as {why}: {}; keep one of them there, and the \
         contact is mirrored at its next change",
        ids.join(" and ")
    );
    let candidates = records.iter().map(|record| record.id).collect();
    Found::Unclear { words, candidates }
}

/// Those of the records that are here and nobody else's. Nothing until that is known.
fn free<'s>(
    draft: &mut Draft<'s>,
    place: OrganizationId,
    losers: &[Loser<'s>],
    mut records: Vec<&'s Record>,
    me: ContactId,
) -> Option<Vec<&'s Record>> {
    records.retain(|record| {
        record.organization == place
            && !draft.taken.contains(&record.id)
            && !losers.iter().any(|loser| loser.has(record.id))
    });
    let mut free = Vec::new();
    for record in records {
        if is_nobodys(draft, record, me)? {
            free.push(record);
        }
    }
    Some(free)
}

/// Whether a record is that of no other contact, by the map and by our lines in its notes. Nothing until that is
/// known.
pub(crate) fn is_nobodys(draft: &mut Draft<'_>, record: &Record, me: ContactId) -> Option<bool> {
    for claimant in draft.index.claimants(record.id) {
        let claimant = draft.newest.get(&claimant).copied().unwrap_or(claimant);
        if claimant == me || (!draft.merged.contains_key(&claimant) && draft.now.is_gone(claimant))
        {
            continue;
        }
        let is_known = draft.now.contacts.contains_key(&claimant);
        if is_known || draft.merged.contains_key(&claimant) {
            return Some(false);
        }
        draft.needs.insert(Need::Contact(claimant));
        return None;
    }
    Some(true)
}

/// Whether the map has a record for another contact that is there. Nothing until that is known.
pub(crate) fn is_anothers_by_map(
    draft: &mut Draft<'_>,
    record: &Record,
    me: ContactId,
) -> Option<bool> {
    for owner in draft.index.linked_to(record.id) {
        let owner = draft.newest.get(&owner).copied().unwrap_or(owner);
        if owner == me || draft.merged.contains_key(&owner) || draft.now.is_gone(owner) {
            continue;
        }
        if draft.now.contacts.contains_key(&owner) {
            return Some(true);
        }
        draft.needs.insert(Need::Contact(owner));
        return None;
    }
    Some(false)
}

/// The id of a contact, and those it had before it was brought back.
fn own_ids(draft: &Draft<'_>, contact: ContactId) -> Vec<ContactId> {
    let newest = draft.newest.iter();
    let before = newest.filter(|(_, newest)| **newest == contact);
    before.map(|(old, _)| *old).chain([contact]).collect()
}

/// Whether our line in the notes says that it is the record of this contact.
pub(crate) fn is_marked_as(draft: &Draft<'_>, record: &Record, contact: ContactId) -> bool {
    let own = own_ids(draft, contact);
    let mirrored = Notes::read(record.notes.as_ref()).mirrored;
    mirrored.iter().any(|id| own.contains(id))
}

/// Whether a record is tied to another record of the PSA, and not to this one. The ids of some systems are no
/// numbers, and say nothing about that.
pub(crate) fn is_anothers(remote_ids: &[String], of: u32) -> bool {
    let ids = remote_ids.iter().filter_map(|id| id.trim().parse().ok());
    let ids: Vec<u32> = ids.collect();
    !ids.is_empty() && !ids.contains(&of)
}

/// The namesakes that share an address with the contact, and those that may be it because one of the two has
/// none.
pub(crate) fn by_address<'s>(
    namesakes: &[&'s Record],
    contact: &Contact,
) -> (Vec<&'s Record>, Vec<&'s Record>) {
    let addresses: BTreeSet<model::Email> = contact.emails().into_iter().map(|(e, _)| e).collect();
    let shares = |record: &&&Record| {
        let mut emails = record.emails.iter().filter_map(|email| email.address());
        emails.any(|address| addresses.contains(&address))
    };
    let (sure, others): (Vec<&Record>, Vec<&Record>) = namesakes.iter().partition(shares);
    let may_be = |record: &&Record| addresses.is_empty() || record.emails.is_empty();
    (sure, others.into_iter().filter(may_be).collect())
}
