//! One match over the action: the call itself.

use std::collections::BTreeSet;

use connectwise::{ErrorKind, NewContact, NewNote};
use journal::Store;
use model::{Action, Communication, Company, Contact, Image};

use super::Executor;

/// What the PSA returned for a write.
pub(super) enum Returned {
    Contact(Box<Contact>),
    /// A contact that was brought back.
    New(Box<Contact>),
    Company(Box<Company>),
    Item(Communication),
    Nothing,
}

impl<J: Store> Executor<'_, J> {
    /// Makes the call. `before` is what was journalled.
    pub(super) async fn call(
        &self,
        action: &Action,
        before: &Image,
    ) -> Result<Returned, connectwise::Error> {
        let writer = self.writer;
        let contact = |contact| Returned::Contact(Box::new(contact));
        let company = |company| Returned::Company(Box::new(company));
        match action {
            Action::SetDefaultContact {
                company: of, after, ..
            } => Ok(company(writer.set_default_contact(*of, *after).await?)),
            Action::SetBillingContact {
                company: of, after, ..
            } => Ok(company(writer.set_billing_contact(*of, *after).await?)),
            Action::SetFields {
                contact: whose,
                fields,
            } => Ok(contact(writer.set_fields(*whose, fields).await?)),
            Action::AddCommunication { contact, item } => Ok(Returned::Item(
                writer.add_communication(*contact, item).await?,
            )),
            Action::RemoveCommunication { contact, item } => {
                writer.remove_communication(*contact, item.id).await?;
                Ok(Returned::Nothing)
            }
            Action::SetDefaultCommunication {
                contact,
                before,
                after,
                ..
            } => {
                match (before, after) {
                    (_, Some(item)) => {
                        writer.set_default_communication(*contact, *item).await?;
                    }
                    (Some(item), None) => {
                        writer.unset_default_communication(*contact, *item).await?;
                    }
                    (None, None) => {}
                }
                Ok(Returned::Nothing)
            }
            Action::AddType { contact, label } => {
                writer.add_type(*contact, label.id).await?;
                Ok(Returned::Nothing)
            }
            Action::RemoveType {
                contact,
                association,
                ..
            } => {
                writer.remove_type(*contact, *association).await?;
                Ok(Returned::Nothing)
            }
            Action::JoinGroup {
                contact,
                membership,
            } => {
                writer.join_group(*contact, membership).await?;
                Ok(Returned::Nothing)
            }
            Action::LeaveGroup {
                contact,
                membership,
            } => {
                writer.leave_group(*contact, membership.group).await?;
                Ok(Returned::Nothing)
            }
            Action::AddNote {
                contact,
                text,
                type_id,
                flagged,
            } => {
                let note = NewNote {
                    text: text.reveal(),
                    type_id: *type_id,
                    flagged: *flagged,
                };
                writer.add_note(*contact, note).await?;
                Ok(Returned::Nothing)
            }
            Action::RemoveNote { contact, note } => {
                writer.remove_note(*contact, note.id).await?;
                Ok(Returned::Nothing)
            }
            Action::SetPortal {
                contact: whose,
                after,
                ..
            } => Ok(contact(writer.set_portal(*whose, *after).await?)),
            Action::RequestPassword { email, .. } => {
                writer.request_password(email).await?;
                Ok(Returned::Nothing)
            }
            Action::Retire { contact: whom } => Ok(contact(writer.retire(*whom).await?)),
            Action::Reactivate { contact: whom } => Ok(contact(writer.activate(*whom).await?)),
            Action::Restore {
                first_name,
                last_name,
                site,
                ..
            } => {
                let new = NewContact {
                    company: self.record.request.company,
                    first_name,
                    last_name,
                    site: *site,
                };
                let known: BTreeSet<_> =
                    before.contacts.iter().map(|namesake| namesake.id).collect();
                let created = match writer.create_contact(&new, &known).await {
                    // There is a new contact, though at another site, say. It is the one.
                    Err(error) if matches!(error.kind(), ErrorKind::Unchanged { .. }) => {
                        let reader = &self.reconciler.reader;
                        let namesakes = reader.contacts_named(new.company, first_name, last_name);
                        let mut created = namesakes.await?;
                        created.retain(|one| !known.contains(&one.id));
                        created.pop().ok_or(error)?
                    }
                    created => created?,
                };
                Ok(Returned::New(Box::new(created)))
            }
            Action::Merge {
                loser, survivor, ..
            } => {
                writer.merge(*loser, *survivor).await?;
                Ok(Returned::Nothing)
            }
            Action::Repoint {
                reference, after, ..
            } => {
                writer.repoint(reference, *after).await?;
                Ok(Returned::Nothing)
            }
            // None of the PSA's: the checker objects to it before anything is written.
            Action::Mirror { .. } => Ok(Returned::Nothing),
        }
    }
}
