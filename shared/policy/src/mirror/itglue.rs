//! What IT Glue is to be told.
//!
//! The PSA leads, and what IT Glue alone knows stays: an address, a number, a title, notes, a type or a location
//! that it was never given is not taken away. One draft gives both what must be read and what is written, so
//! the two cannot disagree. Nothing is created before all ways to find it were tried, and where several records
//! fit, a person decides.

mod check;
mod draft;
mod drift;
mod fields;
mod find;
mod follow;
mod index;
mod items;
mod lost;
mod notes;
mod owner;
mod part;
mod reading;
mod target;
mod unfold;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::itglue::{self, Attached, ContactType, Location, Organization, OrganizationId};
use model::mirror::{Digest, Link, System};
use model::{Company, CompanyId, Contact, ContactId, Entry, Past, Private};

use super::{Plan, abandoned};
use crate::rules::Rules;

pub use check::check;
pub use draft::type_named;
pub use drift::{drift, drift_needs};
pub use find::Placed;
pub use owner::{KnownBy, Owners, is_vip, owners};
pub use unfold::of_last_merge;

use draft::Draft;
use fields::Carried;

/// Everything that planning for IT Glue may look at: what was read so far, each piece such that what was not
/// read differs from what is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When the reading began; the only "now" there is.
    pub taken_at: Timestamp,
    /// The company in the PSA.
    pub company: Company,
    /// Its identifier in the PSA, which may be the short name of its organization.
    pub identifier: Option<Private>,
    /// The contacts to look at.
    pub asked: BTreeSet<ContactId>,
    /// Contacts as the PSA has them now, wherever they belong. Whoever was asked and is not among them is gone.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// Further contacts that the PSA does not have.
    pub gone: BTreeSet<ContactId>,
    /// Contacts as they were before we merged them away, as far as the journal still has that.
    pub former: BTreeMap<ContactId, Option<Contact>>,
    /// What merges did in IT Glue to the records of contacts that are back, as [`of_last_merge`] names it.
    pub folded: BTreeMap<ContactId, Vec<Entry>>,
    /// The company's lines of the map: those of the asked contacts, and of as many others as are known.
    pub links: Vec<Link>,
    /// What we did to the company's contacts, in present ids.
    pub past: Vec<Past>,
    /// The company's organization, by the map.
    pub place: Option<OrganizationId>,
    /// Whether IT Glue refused in this visit to write to that organization, so that it may be gone.
    pub is_place_doubted: bool,
    /// Whether that organization is there; absent until that was asked for.
    pub is_place_there: Option<bool>,
    /// All lines of the map that the company has.
    pub all_links: Option<Vec<Link>>,
    /// The line of a contact wherever it is, with the company.
    pub lines: BTreeMap<ContactId, Option<(CompanyId, Link)>>,
    /// The organizations that each way to look for the company's has found.
    pub organizations: BTreeMap<Need, Vec<Organization>>,
    /// Records by their ids; absent where there is none.
    pub records: BTreeMap<itglue::ContactId, Option<itglue::Contact>>,
    /// The records that the native sync ties to a contact.
    pub by_psa: BTreeMap<ContactId, Vec<itglue::Contact>>,
    /// All records of the organization.
    pub everybody: Option<Vec<itglue::Contact>>,
    /// All types of contact of the account.
    pub types: Option<Vec<ContactType>>,
    /// All locations of the organization.
    pub locations: Option<Vec<Location>>,
    /// How much hangs on a record.
    pub attached: BTreeMap<itglue::ContactId, Attached>,
    /// What IT Glue refused in this visit to have written.
    pub locked: BTreeMap<itglue::ContactId, Lock>,
    /// Records that IT Glue, in this visit, did not move to another organization though it was asked to.
    pub immovable: BTreeSet<itglue::ContactId>,
    /// Whether IT Glue refused in this visit to create a type.
    pub no_new_types: bool,
}

/// Something that must be read before a plan is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The line of the map of a contact, wherever it is.
    Line(ContactId),
    /// All lines of the map that the company has.
    Lines,
    /// A contact, from the PSA.
    Contact(ContactId),
    /// A contact as it was before we merged it away.
    Former(ContactId),
    /// What the last merge of a contact did in IT Glue, as the journal has it.
    Folded(ContactId),
    /// Whether the organization of the map is there.
    Organization(OrganizationId),
    /// The organizations that the native sync ties to the company.
    OrganizationByPsa,
    /// The organizations whose short name is the company's identifier.
    OrganizationByShortName,
    /// The organizations with the company's name.
    OrganizationByName,
    /// A record.
    Record(itglue::ContactId),
    /// The records that the native sync ties to a contact.
    ByPsa(ContactId),
    /// All records of [`Snapshot::organization`].
    Everybody,
    /// All types of contact.
    Types,
    /// All locations of [`Snapshot::organization`].
    Locations,
    /// How much hangs on a record.
    Attached(itglue::ContactId),
}

/// What of a record cannot be written, as its refusal showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Its email addresses.
    Emails,
    /// All but what is ours: the mark of a VIP, and the notes.
    AllButOurs,
}

/// What must be read before [`plan`] is complete. A plan made without it is safe, but leaves out what could not
/// be decided.
#[must_use]
pub fn needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
    draft(snapshot, rules).needs
}

/// What is to be written so that IT Glue follows the PSA.
///
/// A plan that creates a type leaves out those who are to get it: once it is created, add it to
/// [`Snapshot::types`] and plan again.
pub fn plan(snapshot: &Snapshot, rules: &Rules) -> Plan {
    draft(snapshot, rules).plan
}

/// Stands for all of a contact that is mirrored to IT Glue. The company has no part in it.
#[must_use]
pub fn digest(_company: &Company, contact: &Contact, rules: &Rules) -> Digest {
    Carried::of(contact, &rules.itglue).digest(contact.active, &rules.itglue)
}

impl Snapshot {
    /// A snapshot with nothing but a company in it.
    #[must_use]
    pub fn new(taken_at: Timestamp, company: Company) -> Self {
        Self {
            taken_at,
            company,
            identifier: None,
            asked: BTreeSet::new(),
            contacts: BTreeMap::new(),
            gone: BTreeSet::new(),
            former: BTreeMap::new(),
            folded: BTreeMap::new(),
            links: Vec::new(),
            past: Vec::new(),
            place: None,
            is_place_doubted: false,
            is_place_there: None,
            all_links: None,
            lines: BTreeMap::new(),
            organizations: BTreeMap::new(),
            records: BTreeMap::new(),
            by_psa: BTreeMap::new(),
            everybody: None,
            types: None,
            locations: None,
            attached: BTreeMap::new(),
            locked: BTreeMap::new(),
            immovable: BTreeSet::new(),
            no_new_types: false,
        }
    }

    /// What is known of the company's organization.
    #[must_use]
    pub fn placed(&self) -> Placed {
        find::placed(self)
    }

    /// The company's organization, as far as what was read tells it: where to read everybody and the locations.
    #[must_use]
    pub fn organization(&self) -> Option<OrganizationId> {
        match self.placed() {
            Placed::Known(place) | Placed::Found(place) => Some(place),
            Placed::Unknown(_) | Placed::Several(_) | Placed::Nowhere => None,
        }
    }

    /// The organization of the map, unless it is known to be gone.
    fn standing_place(&self) -> Option<OrganizationId> {
        self.place.filter(|_| self.is_place_there != Some(false))
    }

    /// All records that were read, by whatever way. What was read by its id is the newest.
    fn every_record(&self) -> BTreeMap<itglue::ContactId, &itglue::Contact> {
        let listed = self.by_psa.values().chain(&self.everybody).flatten();
        let mut records: BTreeMap<_, _> = listed.map(|record| (record.id, record)).collect();
        for (id, record) in &self.records {
            match record {
                Some(record) => records.insert(*id, record),
                None => records.remove(id),
            };
        }
        records
    }

    /// Whether the native sync may know a contact of the organization. It finds its records by their ids in the PSA,
    /// and those of other organizations are none of the contact's here; so where it knows none of this one, it need
    /// not be asked about anybody. Nothing until everybody was read.
    fn has_native_sync(&self) -> Option<bool> {
        let is_known = |record: &itglue::Contact| {
            record.link != itglue::Link::None || !record.remote_ids.is_empty()
        };
        Some(self.everybody.as_ref()?.iter().any(is_known))
    }

    /// All lines of the map that were read, by whatever way.
    fn every_line(&self) -> impl Iterator<Item = &Link> {
        let all = self.all_links.iter().flatten();
        let elsewhere = self.lines.values().flatten().map(|(_, link)| link);
        self.links.iter().chain(all).chain(elsewhere)
    }

    /// Whether the PSA no longer has a contact.
    fn is_gone(&self, contact: ContactId) -> bool {
        let is_missing = self.asked.contains(&contact) && !self.contacts.contains_key(&contact);
        is_missing || self.gone.contains(&contact)
    }

    /// A contact, if it belongs to this company.
    fn of_company(&self, contact: ContactId) -> Option<&Contact> {
        let contact = self.contacts.get(&contact)?;
        (contact.company == Some(self.company.id)).then_some(contact)
    }
}

fn draft<'s>(snapshot: &'s Snapshot, rules: &'s Rules) -> Draft<'s> {
    let mut draft = Draft::new(snapshot, rules);
    if snapshot.company.deleted {
        let links = snapshot.links.iter();
        let links = links.filter(|link| snapshot.asked.contains(&link.contact));
        let links: Vec<Link> = links.cloned().collect();
        draft.plan = abandoned(System::ItGlue, snapshot.company.id, &links);
        return draft;
    }
    let mut cast = part::cast(&mut draft);
    part::keep_too_many(&mut draft, &mut cast, rules);
    if !cast.subjects.is_empty() {
        match find::place(&mut draft) {
            Some(place) => {
                for subject in &cast.subjects {
                    follow::plan(&mut draft, place, subject);
                }
            }
            None => return draft,
        }
    }
    for (contact, parting) in &cast.partings {
        part::plan(&mut draft, *contact, parting);
    }
    draft.tell_withheld();
    draft
}
