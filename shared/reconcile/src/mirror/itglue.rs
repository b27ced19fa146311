//! IT Glue as a mirror.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::itglue::{Contact, ContactType, Link as Sync, OrganizationId};
use model::mirror::{Call, ItGlueCall, Link, Mirrored, Place, Record, System};
use model::{Action, CompanyId, Entry, Outcome, Past};
use policy::Rules;
use policy::mirror::drift::Difference;
use policy::mirror::itglue::{self as policy_of, Lock, Need, Snapshot};
use policy::mirror::{Given, Line, MapChange, Plan};

use super::vendor::{Learned, Made, Refusal, Shared, Start, Vendor, failure};
use crate::error::Error;

/// The types of an account are looked up again after this long.
const TYPES_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// IT Glue. Without a writer nothing can be written, whatever the rules say.
pub struct ItGlue {
    reader: itglue::Reader,
    writer: Option<itglue::Writer>,
    types: Mutex<Option<(Timestamp, Vec<ContactType>)>>,
}

impl ItGlue {
    /// The account that these clients reach.
    #[must_use]
    pub fn new(reader: itglue::Reader, writer: Option<itglue::Writer>) -> Self {
        Self {
            reader,
            writer,
            types: Mutex::default(),
        }
    }

    /// What reads it.
    #[must_use]
    pub fn reader(&self) -> &itglue::Reader {
        &self.reader
    }

    /// All types of contacts, looked up once an hour.
    async fn types(&self, now: Timestamp) -> Result<Vec<ContactType>, itglue::Error> {
        let lock = || self.types.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().clone();
        match known {
            Some((at, types)) if now.duration_since(at) < TYPES_LIFETIME => Ok(types),
            _ => {
                let types = self.reader.contact_types().await?;
                *lock() = Some((now, types.clone()));
                Ok(types)
            }
        }
    }

    fn forget_types(&self) {
        *self.types.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Vendor for ItGlue {
    const SYSTEM: System = System::ItGlue;

    type Snapshot = Snapshot;
    type Need = Need;
    type Error = itglue::Error;

    fn snapshot(start: Start) -> Snapshot {
        let Start {
            company,
            asked,
            links,
            place,
            past,
            taken_at,
        } = start;
        let mut snapshot = Snapshot {
            identifier: company.identifier.clone(),
            asked,
            links,
            past,
            ..Snapshot::new(taken_at, company)
        };
        snapshot.place = place.and_then(organization);
        snapshot
    }

    fn company(snapshot: &Snapshot) -> CompanyId {
        snapshot.company.id
    }

    fn lines(snapshot: &Snapshot) -> &[Link] {
        &snapshot.links
    }

    fn place(snapshot: &Snapshot) -> Option<Place> {
        snapshot.place.map(Place::ItGlue)
    }

    fn past(snapshot: &Snapshot) -> &[Past] {
        &snapshot.past
    }

    fn needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
        policy_of::needs(snapshot, rules)
    }

    fn plan(snapshot: &Snapshot, rules: &Rules) -> Plan {
        policy_of::plan(snapshot, rules)
    }

    fn check(snapshot: &Snapshot, rules: &Rules, plan: &Plan) -> Vec<String> {
        policy_of::check(snapshot, rules, plan)
    }

    fn shared(need: &Need) -> Option<Shared> {
        match need {
            Need::Line(contact) => Some(Shared::Line(*contact)),
            Need::Lines => Some(Shared::Lines),
            Need::Contact(contact) => Some(Shared::Contact(*contact)),
            Need::Former(contact) => Some(Shared::Former(*contact)),
            Need::Folded(contact) => Some(Shared::Folded(*contact)),
            _ => None,
        }
    }

    fn learn(snapshot: &mut Snapshot, learned: Learned) {
        match learned {
            Learned::Contact(id, Some(contact)) => {
                snapshot.contacts.insert(id, *contact);
            }
            Learned::Contact(id, None) => {
                snapshot.gone.insert(id);
            }
            Learned::Former(id, contact) => {
                snapshot.former.insert(id, contact.map(|contact| *contact));
            }
            Learned::Folded(id, entries) => {
                snapshot.folded.insert(id, entries);
            }
            Learned::Line(contact, line) => {
                let here = snapshot.company.id;
                let all = snapshot.all_links.iter_mut();
                for links in std::iter::once(&mut snapshot.links).chain(all) {
                    links.retain(|link| link.contact != contact);
                    if let Some((company, link)) = line.as_deref()
                        && *company == here
                    {
                        links.push(link.clone());
                        links.sort_by_key(|link| link.contact);
                    }
                }
                snapshot.lines.insert(contact, line.map(|line| *line));
            }
            Learned::Lines(links) => snapshot.all_links = Some(links),
            Learned::Company(contacts, _) => {
                let contacts = contacts.into_iter().map(|contact| (contact.id, contact));
                snapshot.contacts.extend(contacts);
            }
            Learned::Place(place) => {
                let place = place.and_then(organization);
                if place != snapshot.place {
                    leave_place(snapshot);
                    (snapshot.is_place_doubted, snapshot.is_place_there) = (false, None);
                }
                snapshot.place = place;
            }
        }
    }

    async fn read(
        &self,
        need: &Need,
        snapshot: &mut Snapshot,
        now: Timestamp,
    ) -> Result<(), Error> {
        let reader = &self.reader;
        match need {
            // These are in the PSA and in the journal.
            Need::Line(_) | Need::Lines | Need::Contact(_) | Need::Former(_) | Need::Folded(_) => {}
            Need::Organization(id) => {
                let is_there = reader.organization(*id).await?.is_some();
                snapshot.is_place_there = Some(is_there);
                if !is_there {
                    leave_place(snapshot);
                }
            }
            Need::OrganizationByPsa => {
                let found = reader.organizations_by_psa(snapshot.company.id).await?;
                snapshot.organizations.insert(*need, found);
            }
            Need::OrganizationByShortName => {
                let found = match &snapshot.identifier {
                    Some(identifier) => {
                        let found = reader.organizations_by_short_name(identifier.reveal());
                        found.await?
                    }
                    None => Vec::new(),
                };
                snapshot.organizations.insert(*need, found);
            }
            Need::OrganizationByName => {
                let name = snapshot.company.name.reveal();
                let found = reader.organizations_by_name(name).await?;
                snapshot.organizations.insert(*need, found);
            }
            Need::Record(id) => {
                let found = reader.contact(*id).await?;
                snapshot.records.insert(*id, found);
            }
            Need::ByPsa(contact) => {
                let found = reader.contacts_by_psa(*contact).await?;
                snapshot.by_psa.insert(*contact, found);
            }
            Need::Everybody => {
                if let Some(place) = snapshot.organization() {
                    snapshot.everybody = Some(reader.contacts_of(place).await?);
                }
            }
            Need::Types => snapshot.types = Some(self.types(now).await?),
            Need::Locations => {
                if let Some(place) = snapshot.organization() {
                    snapshot.locations = Some(reader.locations(place).await?);
                }
            }
            Need::Attached(id) => {
                // What is gone by now has nothing that could get lost.
                let found = reader.attached(*id).await?.unwrap_or_default();
                snapshot.attached.insert(*id, found);
            }
        }
        Ok(())
    }

    fn drift_needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
        policy_of::drift_needs(snapshot, rules)
    }

    fn drift(snapshot: &Snapshot, rules: &Rules) -> Vec<Difference> {
        policy_of::drift(snapshot, rules)
    }

    fn home(snapshot: &Snapshot, _: &Rules) -> Option<Place> {
        snapshot.organization().map(Place::ItGlue)
    }

    async fn read_all(&self, place: Place, snapshot: &mut Snapshot) -> Result<(), Error> {
        let Some(organization) = organization(place) else {
            return Ok(());
        };
        let everybody = self.reader.contacts_of(organization).await?;
        // The list tells what the native sync ties a record to, if IT Glue tells it at all.
        let is_told =
            |record: &Contact| record.link != Sync::Synced || !record.remote_ids.is_empty();
        if everybody.iter().all(is_told) {
            for contact in snapshot.asked.clone() {
                let psa_id = contact.to_string();
                let tied = everybody
                    .iter()
                    .filter(|record| record.remote_ids.contains(&psa_id));
                snapshot.by_psa.insert(contact, tied.cloned().collect());
            }
        }
        snapshot.everybody = Some(everybody);
        Ok(())
    }

    fn may_write(&self) -> bool {
        self.writer.is_some()
    }

    fn before(snapshot: &Snapshot, call: &Call) -> Vec<Record> {
        let changed = match call {
            Call::ItGlue(ItGlueCall::Update { record, .. } | ItGlueCall::Remove { record }) => {
                let read = snapshot.records.get(record).cloned().flatten();
                let found = snapshot.by_psa.values().flatten();
                let mut found = found.chain(snapshot.everybody.iter().flatten());
                read.or_else(|| found.find(|found| found.id == *record).cloned())
            }
            _ => None,
        };
        changed.map(Record::ItGlue).into_iter().collect()
    }

    async fn call(&self, call: &Call, _: Option<&Record>) -> Result<Made, Refusal<itglue::Error>> {
        let (Some(writer), Call::ItGlue(call)) = (&self.writer, call) else {
            return Ok(Made::default());
        };
        match call {
            ItGlueCall::Create {
                organization,
                draft,
            } => stored(writer.create(*organization, draft).await?),
            ItGlueCall::Update { record, change } => stored(writer.update(*record, change).await?),
            ItGlueCall::Remove { record } => {
                writer.delete(*record).await?;
                Ok(Made::default())
            }
            ItGlueCall::CreateType { name } => {
                // What was looked up may be an hour old, and a type cannot be deleted: another process may have made it.
                let types = self.reader.contact_types().await?;
                let kind = match policy_of::type_named(&types, name) {
                    Some(found) => types.into_iter().find(|kind| kind.id == found),
                    None => Some(writer.create_contact_type(name).await?.record),
                };
                self.forget_types();
                Ok(Made {
                    kind,
                    ..Made::default()
                })
            }
        }
    }

    fn made(snapshot: &mut Snapshot, call: &Call, made: &Made) {
        if let Some(kind) = &made.kind {
            snapshot.types.get_or_insert_default().push(kind.clone());
        }
        if let Some(Record::ItGlue(record)) = &made.record {
            forget(snapshot, record.id);
            snapshot.records.insert(record.id, Some(record.clone()));
        }
        if let Call::ItGlue(ItGlueCall::Remove { record }) = call {
            forget(snapshot, *record);
            snapshot.records.insert(*record, None);
        }
    }

    fn refused(snapshot: &mut Snapshot, call: &Call, refusal: &Refusal<itglue::Error>) -> bool {
        match (call, refusal) {
            (Call::ItGlue(call), Refusal::Error(error))
                if may_blame_the_place(call, error.kind()) && snapshot.is_place_there.is_none() =>
            {
                !std::mem::replace(&mut snapshot.is_place_doubted, true)
            }
            (Call::ItGlue(ItGlueCall::Update { record, .. }), Refusal::Error(error)) => {
                let itglue::ErrorKind::SyncedRecord { emails_only } = *error.kind() else {
                    return false;
                };
                let lock = if emails_only {
                    Lock::Emails
                } else {
                    Lock::AllButOurs
                };
                // What is refused once more although it was left out is refused for another reason.
                snapshot.locked.insert(*record, lock) != Some(Lock::AllButOurs)
            }
            // A removal that is refused is learned from in the same way; then the record is retired.
            (Call::ItGlue(ItGlueCall::Remove { record }), Refusal::Error(error)) => {
                let is_kept = matches!(error.kind(), itglue::ErrorKind::SyncedRecord { .. });
                is_kept
                    && snapshot.locked.insert(*record, Lock::AllButOurs) != Some(Lock::AllButOurs)
            }
            (
                Call::ItGlue(ItGlueCall::Update { record, .. }),
                Refusal::Otherwise { made, fields },
            ) => {
                Self::made(snapshot, call, made);
                *fields == ["organization-id"] && snapshot.immovable.insert(*record)
            }
            (Call::ItGlue(ItGlueCall::CreateType { .. }), _) => {
                !std::mem::replace(&mut snapshot.no_new_types, true)
            }
            _ => false,
        }
    }

    fn line(change: &MapChange, created: Option<&Record>) -> Option<Link> {
        match &change.line {
            Line::Is(link) => Some(link.clone()),
            Line::IsCreated {
                given: Given::ItGlue(given),
                digest,
            } => match created {
                Some(Record::ItGlue(record)) => Some(Link {
                    contact: change.contact,
                    record: Mirrored::ItGlue {
                        id: record.id,
                        given: Some(given.clone()),
                    },
                    ours: true,
                    digest: digest.clone(),
                }),
                _ => None,
            },
            Line::IsCreated { .. } | Line::Gone => None,
        }
    }

    async fn find_out(&self, entry: &Entry) -> Result<Outcome, Error> {
        let Action::Mirror {
            call: Call::ItGlue(call),
            ..
        } = &entry.action
        else {
            return Ok(Outcome::Unknown);
        };
        let reader = &self.reader;
        let took_effect = match call {
            ItGlueCall::Create {
                organization,
                draft,
            } => {
                let asked = draft.into();
                let contacts = reader.contacts_of(*organization).await?;
                contacts
                    .iter()
                    .any(|contact| itglue::differences(&asked, contact).is_empty())
            }
            ItGlueCall::Update { record, change } => {
                let contact = reader.contact(*record).await?;
                contact.is_some_and(|contact| itglue::differences(change, &contact).is_empty())
            }
            ItGlueCall::Remove { record } => reader.contact(*record).await?.is_none(),
            ItGlueCall::CreateType { name } => {
                let types = reader.contact_types().await?;
                types.iter().any(|kind| kind.name.trim() == name.trim())
            }
        };
        Ok(if took_effect {
            Outcome::FoundDone
        } else {
            Outcome::FoundUndone
        })
    }
}

failure!(itglue);

/// The organization, if it is one of IT Glue.
pub(super) fn organization(place: Place) -> Option<OrganizationId> {
    match place {
        Place::ItGlue(organization) => Some(organization),
        Place::GrowCrm(_) => None,
    }
}

fn stored(stored: itglue::Stored<Contact>) -> Result<Made, Refusal<itglue::Error>> {
    Refusal::unless_as_asked(stored.differences, Record::ItGlue(stored.record).into())
}

/// Whether it may not have been written because the organization is gone. It is not documented how IT Glue says so.
fn may_blame_the_place(call: &ItGlueCall, kind: &itglue::ErrorKind) -> bool {
    use itglue::ErrorKind;
    let is_into_it = match call {
        ItGlueCall::Create { .. } => true,
        ItGlueCall::Update { change, .. } => change.organization.is_some(),
        ItGlueCall::Remove { .. } | ItGlueCall::CreateType { .. } => false,
    };
    let may_be = match kind {
        ErrorKind::Validation { fields } => {
            fields.is_empty() || fields.iter().any(|field| field.starts_with("organization"))
        }
        ErrorKind::NotFound { .. } | ErrorKind::EndpointMissing | ErrorKind::Unexpected { .. } => {
            true
        }
        _ => false,
    };
    is_into_it && may_be
}

/// What was read of an organization says nothing about another one.
fn leave_place(snapshot: &mut Snapshot) {
    (snapshot.everybody, snapshot.locations) = (None, None);
}

/// Takes a record out of what was found before it was written to.
fn forget(snapshot: &mut Snapshot, record: model::itglue::ContactId) {
    for found in snapshot.by_psa.values_mut().chain(&mut snapshot.everybody) {
        found.retain(|found| found.id != record);
    }
}
