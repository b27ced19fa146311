//! Reading a company into a snapshot.

use std::collections::BTreeSet;

use connectwise::{Batch, ChildConditions, Conditions};
use journal::{Keep, Store};
use model::{CompanyId, Contact, ContactId, Details, Email, Memory, Snapshot};
use policy::Need;

use crate::error::Error;
use crate::visit::{Reconciler, Request};

/// One page of the PSA.
pub(crate) const PAGE: u16 = 1000;

impl<J: Store> Reconciler<J> {
    /// Reads all that a plan for the company depends on. `None` when the company is gone.
    ///
    /// The first step is the same for every visit: the company and its contacts. A company too large
    /// for one page is read around the contacts the visit is about. What more to read is for the
    /// policies to say.
    pub(crate) async fn gather(&self, request: &Request) -> Result<Option<Snapshot>, Error> {
        let now = self.clock.now();
        let primary_label = self.primary_label().await?;
        let memory = self.memory(request.company).await?;
        let Some(company) = self.reader.company(request.company).await? else {
            return Ok(None);
        };
        let mut snapshot = Snapshot::new(now, company);
        snapshot.primary_label = primary_label;
        snapshot.memory = memory.in_present_ids();

        let page = self.first_page(request).await?;
        match page {
            Some(contacts) if !self.known.is_large(request.company) => {
                // They were listed as this company's, so a missing company is one that is not shown.
                let hidden = contacts.iter().filter(|contact| contact.company.is_none());
                snapshot.hidden = hidden.map(|contact| contact.id).collect();
                add(&mut snapshot, contacts);
                self.verify_portal_addresses(&mut snapshot, request).await?;
                self.fill(&mut snapshot, Vec::new()).await?;
            }
            page => {
                self.focus(&mut snapshot, request).await?;
                self.fill(&mut snapshot, page.unwrap_or_default()).await?;
            }
        }
        Ok(Some(snapshot))
    }

    /// What the journal remembers of a company, without what was written to its mirrors.
    pub(crate) async fn memory(&self, company: CompanyId) -> Result<Memory, Error> {
        let mut memory = self.journal.memory(company).await?;
        memory.past.retain(|past| past.rule.is_policy());
        Ok(memory)
    }

    /// The label that mirrors the primary contact, looked up once an hour.
    pub(crate) async fn primary_label(&self) -> Result<Option<model::TypeLabel>, Error> {
        let name = &self.rules.primary.label;
        if name.is_empty() {
            return Ok(None);
        }
        let now = self.clock.now();
        match self.known.label(now) {
            Some(label) => Ok(label),
            None => {
                let label = self.reader.contact_type_named(name).await?;
                self.known.learn_label(now, label.clone());
                Ok(label)
            }
        }
    }

    /// The first page of the company's contacts, unless it is known that there are more.
    async fn first_page(&self, request: &Request) -> Result<Option<Vec<Contact>>, Error> {
        if self.known.is_large(request.company) {
            return Ok(None);
        }
        let limit = self.rules.limits.contacts_read_whole;
        let batch = self.reader.contacts_of(request.company, limit).await?;
        if !batch.complete {
            self.known.learn_large(request.company);
        }
        Ok(Some(batch.contacts))
    }

    /// Asks the register which portal addresses of this company it cannot vouch for: those that the
    /// visit's own contacts bring for the first time, and those known at another company. A policy
    /// that relies on one asks the tenant once; after that the register knows it.
    async fn verify_portal_addresses(
        &self,
        snapshot: &mut Snapshot,
        request: &Request,
    ) -> Result<(), Error> {
        let current = portal_addresses(snapshot);
        if current.is_empty() {
            return Ok(());
        }
        let register = self
            .journal
            .portal_addresses(request.company, &current, Keep::Peek)
            .await?;
        let brought = current
            .into_iter()
            .filter(|(email, contact)| {
                request.contacts.contains(contact) && register.fresh.contains(email)
            })
            .map(|(email, _)| email);
        snapshot.unverified = brought.chain(register.elsewhere).collect();
        Ok(())
    }

    /// Reads what the policies ask for, until they ask for nothing new.
    async fn fill(&self, snapshot: &mut Snapshot, mut page: Vec<Contact>) -> Result<(), Error> {
        let mut asked: BTreeSet<Need> = BTreeSet::new();
        loop {
            let needs = policy::needs(snapshot, &self.rules);
            let mut new: Vec<Need> = needs.difference(&asked).cloned().collect();
            if new.is_empty() {
                return Ok(());
            }
            // Who else is there may settle who is merged, and a merge what else is asked for, so what they
            // depend on is read first.
            let of_groups = |need: &Need| matches!(need, Need::Surroundings(_));
            let of_merges = |need: &Need| matches!(need, Need::Details(_) | Need::Belongings(_));
            if new.iter().any(of_groups) {
                new.retain(of_groups);
            } else if new.iter().any(of_merges) {
                new.retain(of_merges);
            }
            let mut emails = BTreeSet::new();
            let mut around = BTreeSet::new();
            for need in new {
                match &need {
                    Need::Surroundings(contact) => {
                        around.insert(*contact);
                    }
                    Need::Details(contact) => {
                        let details = self.reader.details(*contact).await;
                        readable(snapshot, *contact, details)?;
                    }
                    Need::Belongings(contact) => {
                        let belongings = self.belongings(*contact).await;
                        readable(snapshot, *contact, belongings)?;
                    }
                    Need::LabelLink(contact, label) => {
                        if let Some(link) = self.reader.type_association(*contact, *label).await? {
                            snapshot.label_links.insert(*contact, link);
                        }
                    }
                    Need::Carriers(email) => {
                        emails.insert(email.clone());
                    }
                    Need::Successors => {
                        // The page that showed the company to be large will do, if anybody on it is
                        // active.
                        if !page.iter().any(|contact| contact.active) {
                            let here = Conditions::company(snapshot.company.id);
                            let active = here.and(Conditions::active());
                            let any = ChildConditions::default();
                            page = self
                                .reader
                                .contacts_matching(&active, &any, PAGE)
                                .await?
                                .contacts;
                        }
                        add(snapshot, std::mem::take(&mut page));
                    }
                }
                asked.insert(need);
            }
            self.read_around(snapshot, &around).await?;
            self.look_up_carriers(snapshot, emails).await?;
        }
    }

    /// What a merge needs to know of the contact it keeps.
    async fn belongings(&self, contact: ContactId) -> Result<Details, connectwise::Error> {
        Ok(Details {
            notes: self.reader.notes(contact).await?,
            groups: self.reader.groups(contact).await?,
            ..Details::default()
        })
    }

    async fn look_up_carriers(
        &self,
        snapshot: &mut Snapshot,
        emails: BTreeSet<Email>,
    ) -> Result<(), Error> {
        let filters = emails
            .iter()
            .filter_map(|email| ChildConditions::email(email).ok());
        let mut batches = Vec::new();
        for filter in ChildConditions::any(filters) {
            let anywhere = Conditions::default();
            batches.push(
                self.reader
                    .contacts_matching(&anywhere, &filter, PAGE)
                    .await?,
            );
        }
        if is_whole(&batches) {
            note_carriers(snapshot, emails, &batches);
        }
        for batch in batches {
            add(snapshot, batch.contacts);
        }
        Ok(())
    }
}

/// Whether lists that were asked for together are all there. If one was cut off, nobody can say of any
/// address in them that nobody else carries it, nor of any contact that it is nobody else.
pub(crate) fn is_whole(batches: &[Batch]) -> bool {
    batches.iter().all(|batch| batch.complete)
}

/// The addresses that let this company's contacts into the portal.
pub(crate) fn portal_addresses(snapshot: &Snapshot) -> BTreeSet<(Email, ContactId)> {
    snapshot
        .contacts
        .values()
        .filter(|contact| contact.is_invited())
        .flat_map(|contact| {
            let emails = contact.emails().into_iter();
            emails
                .map(|(email, _)| (email, contact.id))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Keeps what was read of a contact that takes part in a merge. Where the API member's role may not
/// read it, that is noted: it is for a person, and no reason to leave the rest of the company undone.
fn readable(
    snapshot: &mut Snapshot,
    contact: ContactId,
    read: Result<Details, connectwise::Error>,
) -> Result<(), Error> {
    match read {
        Ok(details) => {
            snapshot.details.insert(contact, details);
        }
        Err(error) if *error.kind() == connectwise::ErrorKind::Forbidden => {
            tracing::warn!(contact.id = %contact, error = %error, "a contact cannot be read whole");
            snapshot.unreadable.insert(contact);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Adds contacts of the company; what a loose filter brought from elsewhere is left out.
pub(crate) fn add(snapshot: &mut Snapshot, contacts: Vec<Contact>) {
    let company = Some(snapshot.company.id);
    let own = contacts
        .into_iter()
        .filter(|contact| contact.company == company);
    snapshot
        .contacts
        .extend(own.map(|contact| (contact.id, contact)));
}

/// Notes who carries each address, also that nobody does. The PSA's matching is loose, so each
/// contact is compared again.
fn note_carriers(snapshot: &mut Snapshot, emails: BTreeSet<Email>, found: &[Batch]) {
    for email in emails {
        let carries = |contact: &&Contact| contact.emails().iter().any(|(e, _)| *e == email);
        let found = found.iter().flat_map(|batch| &batch.contacts);
        let carriers: Vec<Contact> = found.filter(carries).cloned().collect();
        let known = snapshot.carriers.entry(email).or_default();
        for contact in carriers {
            if known.iter().all(|held| held.id != contact.id) {
                known.push(contact);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_list_that_was_cut_off_makes_the_whole_look_up_worthless() {
        let batch = |complete| Batch {
            contacts: Vec::new(),
            complete,
        };
        assert!(is_whole(&[batch(true), batch(true)]));
        assert!(!is_whole(&[batch(true), batch(false)]));
        assert!(!is_whole(&[batch(false), batch(true)]));
    }
}
