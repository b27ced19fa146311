//! The mirrors, as a command comes to them. Nothing is opened before a command asks for it, so that none needs rights
//! that it does not use.

use std::sync::Arc;

use journal::Store;
use model::CompanyId;
use model::itglue::Organization;
use model::mirror::System;
use reconcile::{GrowCrm, ItGlue, Mirror, Vendor, Whereabouts};
use startup::Problems;

use crate::desk::{Desk, Keeper};
use crate::exit::UsageError;

impl<J: Store> Desk<'_, J> {
    /// Reads IT Glue; nothing where that mirror is off.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub(crate) async fn itglue_reader(&self) -> Result<Option<itglue::Reader>, Problems> {
        match self.keeper {
            Keeper::Sandbox(local) => {
                let mirror = local.itglue.worker.mirror();
                Ok(Some(mirror.vendor().reader().clone()))
            }
            Keeper::Workers(deployed) => deployed.stack().itglue().await,
        }
    }

    /// Reads Grow CRM; nothing where that mirror is off.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub(crate) async fn growcrm_reader(&self) -> Result<Option<growcrm::Reader>, Problems> {
        match self.keeper {
            Keeper::Sandbox(local) => {
                let mirror = local.growcrm.worker.mirror();
                Ok(Some(mirror.vendor().reader().clone()))
            }
            Keeper::Workers(deployed) => deployed.stack().growcrm().await,
        }
    }

    /// The mirror in IT Glue; nothing where it is off.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub(crate) async fn itglue(&self) -> Result<Option<Mirror<Arc<J>, ItGlue>>, Problems> {
        let reader = self.itglue_reader().await?;
        Ok(reader.map(|reader| {
            let may_write = self.may_mirror(System::ItGlue);
            let writer = may_write.then(|| itglue::Writer::new(reader.clone()));
            self.mirror(ItGlue::new(reader, writer))
        }))
    }

    /// The mirror in IT Glue, for a command that is about nothing else.
    pub(crate) async fn itglue_itself(&self) -> anyhow::Result<Mirror<Arc<J>, ItGlue>> {
        self.itglue().await?.ok_or_else(|| {
            UsageError::raise(
                "the mirror in IT Glue is off: switch it on with the parameter MirrorItGlue of the stack",
            )
        })
    }

    /// The organization of a company in IT Glue, or in words why there is none to look at.
    pub(crate) async fn organization(
        &self,
        mirror: &Mirror<Arc<J>, ItGlue>,
        company: CompanyId,
    ) -> anyhow::Result<Result<Organization, String>> {
        let found = mirror.whereabouts(company).await?;
        Ok(match found {
            None => {
                let tenant = &self.tenant;
                let words = format!("company {company} does not exist in the tenant {tenant}");
                return Err(UsageError::raise(words));
            }
            Some(Whereabouts::Organization(organization)) => Ok(*organization),
            Some(Whereabouts::Gone(id)) => Err(format!(
                "company {company} was mirrored to organization {id}, which is gone from IT Glue, or not shown to \
                 this key"
            )),
            Some(Whereabouts::Several(how)) => Err(format!(
                "several organizations in IT Glue are that of company {company} {how}; make it one in IT Glue"
            )),
            Some(Whereabouts::Nowhere) => Err(format!(
                "company {company} has no organization in IT Glue; create or link it there"
            )),
        })
    }

    /// The mirror in Grow CRM; nothing where it is off.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub(crate) async fn growcrm(&self) -> Result<Option<Mirror<Arc<J>, GrowCrm>>, Problems> {
        let reader = self.growcrm_reader().await?;
        Ok(reader.map(|reader| {
            let may_write = self.may_mirror(System::GrowCrm);
            let writer = may_write.then(|| growcrm::Writer::new(reader.clone()));
            self.mirror(GrowCrm::new(reader, writer))
        }))
    }

    /// Whether this process writes to a mirror. Where there are workers they alone do, each company in its turn.
    fn may_mirror(&self, system: System) -> bool {
        matches!(self.keeper, Keeper::Sandbox(_)) && self.rules.may_mirror(system)
    }

    fn mirror<V: Vendor>(&self, vendor: V) -> Mirror<Arc<J>, V> {
        let (reader, rules) = (self.reader.clone(), self.rules.clone());
        let journal = Arc::clone(self.journal);
        Mirror::new(reader, vendor, journal, rules, Arc::clone(&self.clock))
    }
}
