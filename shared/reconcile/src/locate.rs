//! Finding the company of a contact.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store;
use model::mirror::System;
use model::{Cause, CompanyId, ContactId, Finding, FindingEntry, FindingKind, Rule, RunId};

use crate::error::Error;
use crate::visit::Reconciler;

/// Where a contact belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// To this company.
    At(CompanyId),
    /// Nowhere: the contact exists, but has no company that could be seen.
    NoCompany(Box<Finding>),
    /// The contact is gone.
    Gone {
        /// The companies that had it, as far as the PSA and the journal know.
        companies: BTreeSet<CompanyId>,
        /// The mirrors that have a record of it, each with the company of that record. Of a contact that we merged away
        /// they are told by the visit that did it.
        mirrors: BTreeMap<System, CompanyId>,
    },
}

impl<J: Store> Reconciler<J> {
    /// Finds the company of a contact, which may be gone. Writes nothing to the PSA.
    ///
    /// # Errors
    /// When the PSA or the journal cannot be read.
    pub async fn locate(
        &self,
        run: RunId,
        contact: ContactId,
        cause: &Cause,
    ) -> Result<Located, Error> {
        match self.reader.contact(contact).await? {
            Some(found) => match found.company {
                Some(company) => Ok(Located::At(company)),
                None => {
                    let finding = Finding {
                        rule: Rule::PrimaryContact,
                        kind: FindingKind::NoCompany,
                        company: None,
                        contacts: vec![contact],
                        words: "the contact has no company, or the API member's role does not see \
                                it; a person should give it one or check the rights"
                            .to_owned(),
                        evidence: Vec::new(),
                    };
                    let entry = FindingEntry {
                        run,
                        cause: cause.clone(),
                        finding: finding.clone(),
                        at: self.clock.now(),
                    };
                    self.journal.note_finding(&entry).await?;
                    Ok(Located::NoCompany(Box::new(finding)))
                }
            },
            None => {
                let mut companies: BTreeSet<CompanyId> = self
                    .reader
                    .companies_with_default(contact)
                    .await?
                    .into_iter()
                    .collect();
                companies.extend(self.journal.companies_of(contact).await?);
                let mut mirrors = BTreeMap::new();
                for system in self.mirrors() {
                    let line = self.journal.link_of(*system, contact).await?;
                    if let Some((company, _)) = line
                        && !self.merges_away(company, contact).await?
                    {
                        mirrors.insert(*system, company);
                    }
                }
                Ok(Located::Gone { companies, mirrors })
            }
        }
    }

    /// Whether we merged a contact away, or are about to. The PSA tells of its deletion before the visit that merges it
    /// has ended, and that visit tells the mirrors once the survivor has all of it.
    async fn merges_away(&self, company: CompanyId, contact: ContactId) -> Result<bool, Error> {
        let open = self.journal.open_intents(company).await?;
        let mut losers = open
            .iter()
            .filter_map(|entry| entry.action.merges(&entry.purpose));
        if losers.any(|(loser, _)| loser == contact) {
            return Ok(true);
        }
        let past = self.journal.memory(company).await?.in_present_ids().past;
        Ok(policy::mirror::merged_away(&past).contains(&contact))
    }
}
