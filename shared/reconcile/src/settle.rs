//! Settling what an earlier visit left open: by reading, never by guessing.

use journal::Store;
use model::{Action, Contact, Entry, Outcome};

use crate::error::Error;
use crate::record::Record;
use crate::visit::Reconciler;

impl<J: Store> Reconciler<J> {
    /// Gives every intent without an outcome the outcome that reading shows. Usually there is none,
    /// and nothing is read.
    pub(crate) async fn settle(&self, record: &mut Record<'_, J>) -> Result<(), Error> {
        // The latest first: what mended a merge is settled before the merge is mended again.
        let open = self.journal.open_intents(record.request.company).await?;
        for entry in open.into_iter().rev() {
            let outcome = self.find_out(&entry).await?;
            if outcome.took_effect() {
                match &self.writer {
                    Some(writer) => self.mend(writer, record, &entry.action).await?,
                    // Without a writer a merge cannot be finished; it stays open for one that can.
                    None if matches!(entry.action, Action::Merge { .. }) => continue,
                    None => {}
                }
            }
            tracing::info!(change.id = %entry.id, outcome = %outcome, "settled an open intent");
            let at = self.clock.now();
            self.journal.conclude(&entry.id, &outcome, None, at).await?;
        }
        Ok(())
    }

    /// How an intent ended, as far as the PSA can tell.
    async fn find_out(&self, entry: &Entry) -> Result<Outcome, Error> {
        let took_effect = match &entry.action {
            Action::SetDefaultContact { company, after, .. } => {
                let company = self.reader.company(*company).await?;
                company.is_some_and(|company| company.default_contact == Some(*after))
            }
            Action::SetBillingContact { company, after, .. } => {
                let company = self.reader.company(*company).await?;
                company.is_some_and(|company| company.billing_contact == Some(*after))
            }
            Action::RequestPassword { .. } => return Ok(Outcome::Unknown),
            Action::Merge { loser, .. } => self.reader.contact(*loser).await?.is_none(),
            Action::Repoint {
                reference, after, ..
            } => {
                let there = self
                    .reader
                    .still_at(std::slice::from_ref(reference), *after)
                    .await?;
                !there.is_empty()
            }
            Action::JoinGroup {
                contact,
                membership,
            } => {
                let groups = self.reader.groups(*contact).await?;
                groups.iter().any(|held| held.group == membership.group)
            }
            Action::AddNote { contact, text } => {
                let notes = self.reader.notes(*contact).await?;
                notes.iter().any(|note| note.text == *text)
            }
            Action::SetFields { contact, .. }
            | Action::AddCommunication { contact, .. }
            | Action::SetDefaultCommunication { contact, .. }
            | Action::AddType { contact, .. }
            | Action::RemoveType { contact, .. }
            | Action::SetPortal { contact, .. }
            | Action::Retire { contact } => match self.reader.contact(*contact).await? {
                Some(contact) => shows(&contact, &entry.action),
                None => false,
            },
        };
        Ok(if took_effect {
            Outcome::FoundDone
        } else {
            Outcome::FoundUndone
        })
    }
}

/// Whether a contact shows the effect of a write.
fn shows(contact: &Contact, action: &Action) -> bool {
    match action {
        Action::SetFields { fields, .. } => {
            fields
                .iter()
                .all(|change| match change.field.strip_prefix("customFields/") {
                    None => contact.fields.get(&change.field) == Some(&change.after),
                    Some(id) => contact
                        .custom_fields
                        .iter()
                        .any(|field| field.id.to_string() == id && field.value == change.after),
                })
        }
        Action::AddCommunication { item, .. } => contact.communications.iter().any(|held| {
            held.kind == item.kind && held.value == item.value && held.extension == item.extension
        }),
        Action::SetDefaultCommunication { after, .. } => contact
            .communications
            .iter()
            .any(|held| held.id == *after && held.is_default),
        Action::AddType { label, .. } => contact.has_type(label.id),
        Action::RemoveType { label, .. } => !contact.has_type(label.id),
        Action::SetPortal { after, .. } => contact.portal == *after,
        Action::Retire { .. } => !contact.active,
        Action::SetDefaultContact { .. }
        | Action::SetBillingContact { .. }
        | Action::JoinGroup { .. }
        | Action::AddNote { .. }
        | Action::RequestPassword { .. }
        | Action::Merge { .. }
        | Action::Repoint { .. } => false,
    }
}
