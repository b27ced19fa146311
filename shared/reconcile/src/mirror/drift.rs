//! Comparing a company with a mirror: everybody is read, nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use connectwise::Reader;
use journal::Store;
use model::mirror::{Place, System};
use model::{Company, CompanyId, Contact, ContactId, Mode};
use policy::mirror::drift::Difference;

use super::Mirror;
use super::vendor::{Learned, Start, Vendor};
use crate::error::Error;

/// A company and all its contacts as the PSA has them: what mirrors are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster {
    /// The company.
    pub company: Company,
    /// Its contacts, inactive ones too.
    pub contacts: BTreeMap<ContactId, Contact>,
}

/// How a mirror stands to the PSA at one company.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Which mirror.
    pub system: System,
    /// How far it may be written to at the company. It bears on what is written, and not on what differs.
    pub mode: Mode,
    /// Where the company is mirrored to, if that is known.
    pub place: Option<Place>,
    /// What differs, in the order of the contacts.
    pub differences: Vec<Difference>,
}

impl Roster {
    /// Reads a company whole. `None` when it is gone.
    ///
    /// # Errors
    /// When the PSA cannot be read.
    pub async fn read(psa: &Reader, company: CompanyId) -> Result<Option<Self>, Error> {
        let Some(company) = psa.company(company).await? else {
            return Ok(None);
        };
        let contacts = psa.all_contacts_of(company.id).await?;
        let contacts = contacts.into_iter().map(|contact| (contact.id, contact));
        Ok(Some(Self {
            company,
            contacts: contacts.collect(),
        }))
    }
}

impl Drift {
    /// The contacts that a visit would do something about.
    #[must_use]
    pub fn fixable(&self) -> BTreeSet<ContactId> {
        let fixable = self.differences.iter().filter(|d| d.fate.is_fixable());
        fixable
            .filter_map(|difference| difference.contact)
            .collect()
    }
}

impl<J: Store, V: Vendor> Mirror<J, V> {
    /// Reads a company whole, to be compared. `None` when it is gone.
    ///
    /// # Errors
    /// When the PSA cannot be read.
    pub async fn roster(&self, company: CompanyId) -> Result<Option<Roster>, Error> {
        Roster::read(&self.reader, company).await
    }

    /// Compares a company with the mirror: all its contacts, all its lines of the map, and all records of its place,
    /// read as lists. Writes nothing, neither to the mirror nor to the journal.
    ///
    /// # Errors
    /// When the PSA, the mirror or the journal cannot be read.
    pub async fn drift(&self, roster: &Roster) -> Result<Drift, Error> {
        let mut snapshot = self.read_whole(roster).await?;
        let mut asked: BTreeSet<V::Need> = BTreeSet::new();
        let mut is_listed = false;
        loop {
            if let Some(place) = V::home(&snapshot, &self.rules).filter(|_| !is_listed) {
                self.vendor.read_all(place, &mut snapshot).await?;
                V::learn(&mut snapshot, Learned::Place(Some(place)));
                is_listed = true;
            }
            let needs = V::drift_needs(&snapshot, &self.rules);
            let new: Vec<V::Need> = needs.difference(&asked).cloned().collect();
            if new.is_empty() {
                break;
            }
            for need in new {
                self.answer(&mut snapshot, &need).await?;
                asked.insert(need);
            }
        }
        Ok(Drift {
            system: V::SYSTEM,
            mode: self.rules.mode(V::SYSTEM.rule(), roster.company.id),
            place: V::home(&snapshot, &self.rules),
            differences: V::drift(&snapshot, &self.rules),
        })
    }

    /// What the PSA and the journal know of a company, with everybody asked about.
    async fn read_whole(&self, roster: &Roster) -> Result<V::Snapshot, Error> {
        let Roster { company, contacts } = roster;
        let links = self.journal.links(company.id, V::SYSTEM, None).await?;
        let place = self.journal.place(company.id, V::SYSTEM).await?;
        let memory = self.journal.memory(company.id).await?.in_present_ids();
        let linked = links.iter().map(|link| link.contact);
        let merged = policy::mirror::merged_away(&memory.past);
        let elsewhere: BTreeSet<ContactId> = linked
            .chain(merged)
            .filter(|id| !contacts.contains_key(id))
            .collect();
        // Whoever is known and not listed is gone, or is at another company. Nobody can tell of whom may not be read.
        let elsewhere = self.contacts(&elsewhere, &links).await?;
        let mut snapshot = V::snapshot(Start {
            company: company.clone(),
            asked: contacts.keys().chain(elsewhere.keys()).copied().collect(),
            links: links.clone(),
            place,
            past: memory.past,
            taken_at: self.clock.now(),
        });
        V::learn(&mut snapshot, Learned::Lines(links));
        for (id, contact) in contacts {
            V::learn(&mut snapshot, here(*id, contact.clone()));
        }
        for (id, contact) in elsewhere {
            V::learn(&mut snapshot, Learned::Contact(id, contact.map(Box::new)));
        }
        Ok(snapshot)
    }
}

fn here(id: ContactId, contact: Contact) -> Learned {
    Learned::Contact(id, Some(Box::new(contact)))
}
