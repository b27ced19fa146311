//! The executor: one match over the action, one journal entry around each call.

use std::collections::{BTreeMap, BTreeSet};

use connectwise::Writer;
use journal::Store;
use model::{
    Action, Change, ChangeId, CommunicationId, Company, Contact, ContactId, Image, Outcome, Plan,
    Snapshot,
};

use crate::error::Error;
use crate::precondition::merge_is_stale;
use crate::record::Record;
use crate::visit::Reconciler;

/// How far a plan was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All of it.
    Complete,
    /// But for changes that the PSA refused, or whose records had changed, and what rests on them.
    Interrupted,
}

/// Carries out the plans of one visit.
pub(crate) struct Executor<'v, J> {
    reconciler: &'v Reconciler<J>,
    writer: &'v Writer,
    /// The records as they stand: as read, then as each write left them.
    current: Snapshot,
    /// The real ids of items that this visit added.
    added: BTreeMap<CommunicationId, CommunicationId>,
    record: Record<'v, J>,
}

/// What the PSA returned for a write.
enum Returned {
    Contact(Box<Contact>),
    Company(Box<Company>),
    Item(CommunicationId),
    Nothing,
}

impl<'v, J: Store> Executor<'v, J> {
    pub(crate) fn new(
        reconciler: &'v Reconciler<J>,
        writer: &'v Writer,
        current: Snapshot,
        record: Record<'v, J>,
    ) -> Self {
        Self {
            reconciler,
            writer,
            current,
            added: BTreeMap::new(),
            record,
        }
    }

    /// The records as the writes left them.
    pub(crate) fn into_current(self) -> Snapshot {
        self.current
    }

    /// Carries out a plan, in order. It decides nothing: a change that is refused, or whose record has
    /// changed, takes the rest of its unit with it, and whatever else touches the same contacts. What
    /// was left out is planned anew, from what is really there.
    pub(crate) async fn apply(&mut self, plan: &Plan) -> Result<Progress, Error> {
        let mut failed: BTreeSet<u32> = BTreeSet::new();
        let mut touched: BTreeSet<ContactId> = BTreeSet::new();
        for change in &plan.changes {
            let contacts = change.action.contacts();
            let rests_on_failed = contacts.iter().any(|contact| touched.contains(contact));
            if failed.contains(&change.unit) || rests_on_failed {
                failed.insert(change.unit);
                touched.extend(contacts);
                continue;
            }
            let outcome = self.make(change).await?;
            if !outcome.took_effect() && outcome != Outcome::Unknown {
                failed.insert(change.unit);
                touched.extend(contacts);
            }
        }
        Ok(if failed.is_empty() {
            Progress::Complete
        } else {
            Progress::Interrupted
        })
    }

    async fn make(&mut self, change: &Change) -> Result<Outcome, Error> {
        if let Action::Merge {
            loser, survivor, ..
        } = change.action
        {
            // The one write that destroys a record is checked against a fresh reading, which is also
            // its journalled image.
            let gone = self.reconciler.reader.contact(loser).await?;
            let kept = self.reconciler.reader.contact(survivor).await?;
            let stale = merge_is_stale(
                &self.current,
                loser,
                survivor,
                (gone.as_ref(), kept.as_ref()),
            );
            for contact in [gone, kept].into_iter().flatten() {
                self.current.contacts.insert(contact.id, contact);
            }
            if stale {
                let id = self
                    .record
                    .intend(change, self.image(&change.action))
                    .await?;
                return self.record.conclude(&id, Outcome::Stale, None).await;
            }
        }
        let id = self
            .record
            .intend(change, self.image(&change.action))
            .await?;
        match self.write(&change.action).await {
            Ok(returned) => {
                let after = self.take_over(&change.action, returned);
                // A merge is done when nothing points at the loser any more; until then its intent
                // stays open.
                self.reconciler
                    .mend(self.writer, &mut self.record, &change.action)
                    .await?;
                self.record.conclude(&id, Outcome::Done, Some(after)).await
            }
            Err(error) => failed(&mut self.record, &change.action, &id, error).await,
        }
    }

    /// The call itself.
    async fn write(&self, action: &Action) -> Result<Returned, connectwise::Error> {
        let writer = self.writer;
        Ok(match action {
            Action::SetDefaultContact { company, after, .. } => Returned::Company(Box::new(
                writer.set_default_contact(*company, *after).await?,
            )),
            Action::SetBillingContact { company, after, .. } => Returned::Company(Box::new(
                writer.set_billing_contact(*company, *after).await?,
            )),
            Action::SetFields { contact, fields } => {
                Returned::Contact(Box::new(writer.set_fields(*contact, fields).await?))
            }
            Action::AddCommunication { contact, item } => {
                Returned::Item(writer.add_communication(*contact, item).await?.id)
            }
            Action::SetDefaultCommunication { contact, after, .. } => {
                let item = self.added.get(after).unwrap_or(after);
                writer.set_default_communication(*contact, *item).await?;
                Returned::Nothing
            }
            Action::AddType { contact, label } => {
                writer.add_type(*contact, label.id).await?;
                Returned::Nothing
            }
            Action::RemoveType {
                contact,
                association,
                ..
            } => {
                writer.remove_type(*contact, *association).await?;
                Returned::Nothing
            }
            Action::JoinGroup {
                contact,
                membership,
            } => {
                writer.join_group(*contact, membership).await?;
                Returned::Nothing
            }
            Action::AddNote { contact, text } => {
                writer.add_note(*contact, text.reveal()).await?;
                Returned::Nothing
            }
            Action::SetPortal { contact, after, .. } => {
                Returned::Contact(Box::new(writer.set_portal(*contact, *after).await?))
            }
            Action::RequestPassword { email, .. } => {
                writer.request_password(email).await?;
                Returned::Nothing
            }
            Action::Retire { contact } => {
                Returned::Contact(Box::new(writer.retire(*contact).await?))
            }
            Action::Merge {
                loser, survivor, ..
            } => {
                writer.merge(*loser, *survivor).await?;
                Returned::Nothing
            }
            Action::Repoint {
                reference, after, ..
            } => {
                writer.repoint(reference, *after).await?;
                Returned::Nothing
            }
        })
    }

    /// Brings the current records up to date with a write that succeeded, and images them.
    fn take_over(&mut self, action: &Action, returned: Returned) -> Image {
        self.current.project(action);
        match returned {
            Returned::Contact(contact) => {
                self.current.contacts.insert(contact.id, *contact);
            }
            Returned::Company(company) => self.current.company = *company,
            Returned::Item(real) => {
                if let Action::AddCommunication { contact, item } = action {
                    self.added.insert(item.provisional, real);
                    let items = self
                        .current
                        .contacts
                        .get_mut(contact)
                        .map(|contact| contact.communications.as_mut_slice());
                    for held in items.unwrap_or_default() {
                        if held.id == item.provisional {
                            held.id = real;
                        }
                    }
                }
            }
            Returned::Nothing => {}
        }
        if let Action::SetDefaultCommunication {
            contact,
            kind,
            after,
            ..
        } = action
            && let Some(real) = self.added.get(after)
            && let Some(contact) = self.current.contacts.get_mut(contact)
        {
            for held in contact
                .communications
                .iter_mut()
                .filter(|held| held.kind == *kind)
            {
                held.is_default = held.id == *real;
            }
        }
        self.image(action)
    }

    /// The records an action touches, as they stand.
    fn image(&self, action: &Action) -> Image {
        let mut touched: Vec<ContactId> = action.contacts();
        touched.sort();
        let contacts = touched
            .iter()
            .filter_map(|id| self.current.contacts.get(id).cloned());
        let of_company = matches!(
            action,
            Action::SetDefaultContact { .. } | Action::SetBillingContact { .. }
        );
        let details = match action {
            Action::Merge { loser, .. } | Action::Retire { contact: loser } => {
                self.current.details.get(loser).cloned()
            }
            _ => None,
        };
        Image {
            company: of_company.then(|| self.current.company.clone()),
            contacts: contacts.collect(),
            details,
        }
    }
}

/// Records the end of a write that did not succeed, as far as it is known.
pub(crate) async fn failed<J: Store>(
    record: &mut Record<'_, J>,
    action: &Action,
    id: &ChangeId,
    error: connectwise::Error,
) -> Result<Outcome, Error> {
    if error.may_have_been_applied() {
        if matches!(action, Action::RequestPassword { .. }) {
            return record.conclude(id, Outcome::Unknown, None).await;
        }
        // The intent stays open; the next visit settles it by reading.
        return Err(error.into());
    }
    if error.is_transient() || matches!(error.kind(), connectwise::ErrorKind::Unauthorized) {
        record.conclude(id, Outcome::Deferred, None).await?;
        return Err(error.into());
    }
    tracing::warn!(change.id = %id, error = %error, "the PSA refused a write");
    let code = error.code().to_owned();
    record.conclude(id, Outcome::Refused { code }, None).await
}
