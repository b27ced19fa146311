//! Looking from IT Glue: where a company is there, and who its records are in the PSA. Nothing is written.

use std::collections::BTreeSet;

use journal::Store;
use model::itglue::{Organization, OrganizationId};
use model::mirror::{Link, System};
use model::{Company, CompanyId, Contact, ContactId, itglue};
use policy::mirror::itglue::{KnownBy, Placed, Snapshot, owners};

use super::itglue::organization;
use super::{ItGlue, Mirror, Vendor as _};
use crate::error::Error;

/// Where a company is in IT Glue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// In this organization.
    Organization(Box<Organization>),
    /// The map has this one, and IT Glue no longer does.
    Gone(OrganizationId),
    /// Several could be it. How they were found, in words.
    Several(&'static str),
    /// None is it.
    Nowhere,
}

/// A record, and who it is in the PSA.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The record.
    pub record: itglue::Contact,
    /// Who. There should be one; nobody if nothing says whose record it is.
    pub owners: Vec<Owner>,
}

/// Who a record is in the PSA.
#[derive(Clone, Debug, PartialEq)]
pub struct Owner {
    /// The contact.
    pub contact: ContactId,
    /// What says so.
    pub known_by: KnownBy,
    /// The contact as the PSA has it; nothing if it is gone there.
    pub psa: Option<Contact>,
}

impl Whereabouts {
    fn of(id: OrganizationId, organization: Option<Organization>) -> Self {
        organization.map_or(Self::Gone(id), |organization| {
            Self::Organization(Box::new(organization))
        })
    }
}

impl<J: Store> Mirror<J, ItGlue> {
    /// Where a company is in IT Glue, as a visit would find it. `None` when the PSA has no such company.
    ///
    /// # Errors
    /// When the PSA, IT Glue or the journal cannot be read.
    pub async fn whereabouts(&self, company: CompanyId) -> Result<Option<Whereabouts>, Error> {
        let Some(company) = self.reader.company(company).await? else {
            return Ok(None);
        };
        let Company { id, identifier, .. } = &company;
        let place = self.journal.place(*id, System::ItGlue).await?;
        let now = self.clock.now();
        let mut snapshot = Snapshot {
            identifier: identifier.clone(),
            place: place.and_then(organization),
            ..Snapshot::new(now, company)
        };
        let found = loop {
            match snapshot.placed() {
                Placed::Unknown(need) => self.vendor.read(&need, &mut snapshot, now).await?,
                Placed::Known(id) => {
                    let organization = self.vendor.reader().organization(id).await?;
                    break Whereabouts::of(id, organization);
                }
                Placed::Found(id) => {
                    let mut found = snapshot.organizations.into_values().flatten();
                    break Whereabouts::of(id, found.find(|found| found.id == id));
                }
                Placed::Several(how) => break Whereabouts::Several(how),
                Placed::Nowhere => break Whereabouts::Nowhere,
            }
        };
        Ok(Some(found))
    }

    /// The lines of the map at a company, if its contacts are mirrored to one of these organizations.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn lines(
        &self,
        company: CompanyId,
        organizations: &BTreeSet<OrganizationId>,
    ) -> Result<Vec<Link>, Error> {
        let place = self.journal.place(company, System::ItGlue).await?;
        match place.and_then(organization) {
            Some(place) if organizations.contains(&place) => {
                Ok(self.journal.links(company, System::ItGlue, None).await?)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// These records with who they are in the PSA, which is asked about all of them in as few requests as possible.
    ///
    /// # Errors
    /// When the PSA cannot be read.
    pub async fn listed(
        &self,
        records: Vec<itglue::Contact>,
        lines: &[Link],
    ) -> Result<Vec<Listed>, Error> {
        let owned: Vec<_> = records
            .into_iter()
            .map(|record| {
                let owners = owners(&record, lines);
                (record, owners)
            })
            .collect();
        let ids = owned.iter().flat_map(|(_, owners)| owners);
        let ids: BTreeSet<ContactId> = ids.flat_map(|owners| owners.contacts.clone()).collect();
        let contacts = self.contacts(&ids, &[]).await?;
        let listed = owned.into_iter().map(|(record, owners)| {
            let owners = owners.into_iter().flat_map(|owners| {
                let known_by = owners.known_by;
                owners.contacts.into_iter().map(move |id| (id, known_by))
            });
            let owners = owners.map(|(contact, known_by)| Owner {
                contact,
                known_by,
                psa: contacts.get(&contact).cloned().flatten(),
            });
            Listed {
                record,
                owners: owners.collect(),
            }
        });
        Ok(listed.collect())
    }
}
