//! A second look right before a write: what it overwrites or destroys must be what was planned on. People edit
//! while a visit is under way, and people win.

use std::collections::BTreeSet;

use journal::Store;
use model::{
    Action, Contact, ContactId, ContactTypeId, FieldChange, Image, PrivateValue, TypeLabel,
};
use policy::differences;

use super::Executor;
use crate::error::Error;

/// What a second look showed.
pub(super) struct Look {
    /// The records before the write.
    pub(super) before: Image,
    /// Whether somebody has changed them, so that the write must not be made.
    pub(super) is_stale: bool,
}

impl<J: Store> Executor<'_, J> {
    /// Reads again what a write would overwrite or destroy. What only adds is not looked at again.
    pub(super) async fn look_again(&mut self, action: &Action) -> Result<Look, Error> {
        let before = self.image(action);
        if !self.reconciler.drill.checks_preconditions() {
            return Ok(Look {
                before,
                is_stale: false,
            });
        }
        let reader = &self.reconciler.reader;
        match action {
            Action::SetDefaultContact {
                company,
                before: expected,
                ..
            }
            | Action::SetBillingContact {
                company,
                before: expected,
                ..
            } => {
                let company = reader.company(*company).await?;
                let now = company.as_ref().map(|company| match action {
                    Action::SetDefaultContact { .. } => company.default_contact,
                    _ => company.billing_contact,
                });
                Ok(Look {
                    before: Image { company, ..before },
                    is_stale: now != Some(*expected),
                })
            }
            Action::SetFields { contact, .. }
            | Action::RemoveCommunication { contact, .. }
            | Action::SetDefaultCommunication { contact, .. }
            | Action::SetPortal { contact, .. }
            | Action::RequestPassword { contact, .. }
            | Action::Retire { contact }
            | Action::Reactivate { contact } => {
                let now = reader.contact(*contact).await?;
                let expected = self.current.contacts.get(contact);
                let retires = matches!(action, Action::Retire { .. });
                let is_stale = now.as_ref().is_none_or(|now| {
                    let has_new_role = retires && !expected.is_some_and(|e| same_roles(e, now));
                    has_new_role || !stands(now, action, expected)
                });
                Ok(Look {
                    before: Image {
                        contacts: now.into_iter().collect(),
                        ..before
                    },
                    is_stale,
                })
            }
            Action::Repoint {
                reference,
                before: expected,
                ..
            } => {
                let there = reader
                    .still_at(std::slice::from_ref(reference), *expected)
                    .await?;
                Ok(Look {
                    before,
                    is_stale: there.is_empty(),
                })
            }
            Action::Merge {
                loser, survivor, ..
            } => self.look_before_merge(*loser, *survivor, before).await,
            Action::Restore {
                first_name,
                last_name,
                ..
            } => {
                // Whoever has the name already is not the one who is about to come back.
                let company = self.record.request.company;
                let contacts = reader
                    .contacts_named(company, first_name, last_name)
                    .await?;
                let before = Image {
                    contacts,
                    ..Image::default()
                };
                Ok(Look {
                    before,
                    is_stale: false,
                })
            }
            Action::AddCommunication { .. }
            | Action::AddType { .. }
            | Action::RemoveType { .. }
            | Action::JoinGroup { .. }
            | Action::LeaveGroup { .. }
            | Action::AddNote { .. }
            | Action::RemoveNote { .. }
            | Action::Mirror { .. } => Ok(Look {
                before,
                is_stale: false,
            }),
        }
    }

    /// The one write that destroys a record: both contacts must be as they were, and what hangs on the one
    /// that goes.
    async fn look_before_merge(
        &self,
        loser: ContactId,
        survivor: ContactId,
        before: Image,
    ) -> Result<Look, Error> {
        let reader = &self.reconciler.reader;
        let (gone, kept) = (
            reader.contact(loser).await?,
            reader.contact(survivor).await?,
        );
        let expected = self.current.contacts.get(&loser);
        let has_same_roles = gone
            .as_ref()
            .is_some_and(|gone| expected.is_some_and(|expected| same_roles(expected, gone)));
        let is_same = has_same_roles
            && self.is_as_expected(gone.as_ref())
            && self.is_as_expected(kept.as_ref())
            && kept.as_ref().is_some_and(|kept| kept.active);
        let is_stale = !is_same || !self.hangs_the_same(loser).await?;
        let mut contacts: Vec<Contact> = [gone, kept].into_iter().flatten().collect();
        contacts.sort_by_key(|contact| contact.id);
        Ok(Look {
            before: Image { contacts, ..before },
            is_stale,
        })
    }

    fn is_as_expected(&self, now: Option<&Contact>) -> bool {
        now.is_some_and(|now| {
            let Some(expected) = self.current.contacts.get(&now.id).cloned() else {
                return false;
            };
            let expected = with_carried(expected, now, self.carried.get(&now.id));
            differences(&expected, now).is_empty()
        })
    }

    /// Whether the notes and groups of a contact are those that were planned on.
    async fn hangs_the_same(&self, contact: ContactId) -> Result<bool, Error> {
        let reader = &self.reconciler.reader;
        let Some(expected) = self.current.details.get(&contact) else {
            return Ok(false);
        };
        Ok(reader.notes(contact).await? == expected.notes
            && reader.groups(contact).await? == expected.groups)
    }
}

/// A contact as it is expected, with the labels that the PSA may have carried over to it, if it has.
fn with_carried(
    mut expected: Contact,
    now: &Contact,
    carried: Option<&BTreeSet<ContactTypeId>>,
) -> Contact {
    let is_carried = |label: &&TypeLabel| {
        carried.is_some_and(|carried| carried.contains(&label.id)) && !expected.has_type(label.id)
    };
    let carried: Vec<TypeLabel> = now.types.iter().filter(is_carried).cloned().collect();
    expected.types.extend(carried);
    expected
}

/// Whether nobody has made a contact the default or billing contact since, or another one in its place.
fn same_roles(expected: &Contact, now: &Contact) -> bool {
    expected.is_default == now.is_default && expected.is_billing == now.is_billing
}

/// Whether a contact shows what a write expects to overwrite.
fn stands(now: &Contact, action: &Action, expected: Option<&Contact>) -> bool {
    // At another company it is that company's visit that writes, and it may be under way.
    if expected.is_some_and(|expected| expected.company != now.company) {
        return false;
    }
    match action {
        Action::SetFields { fields, .. } => fields.iter().all(|change| holds(now, change)),
        Action::RemoveCommunication { item, .. } => {
            now.communications.iter().any(|held| held == item)
        }
        Action::SetDefaultCommunication {
            kind,
            before,
            after,
            ..
        } => {
            let mut of_kind = now.communications.iter().filter(|item| item.kind == *kind);
            let has = |id| now.communications.iter().any(|item| Some(item.id) == id);
            let default = of_kind.find(|item| item.is_default).map(|item| item.id);
            default == *before && (after.is_none() || has(*after))
        }
        Action::SetPortal { before, .. } => now.portal == *before,
        Action::RequestPassword { email, .. } => {
            now.is_invited() && now.emails().iter().any(|(held, _)| held == email)
        }
        Action::Retire { .. } | Action::Reactivate { .. } => {
            expected.is_some_and(|expected| expected.active == now.active)
        }
        _ => true,
    }
}

/// Whether a field holds what it held when its change was planned. Of a reference its id counts, and a flag
/// that is off is as good as none.
fn holds(now: &Contact, change: &FieldChange) -> bool {
    let plain = |value: Option<&PrivateValue>| {
        let value = value
            .filter(|value| !value.is_blank())
            .map(PrivateValue::reveal);
        let value = value.map(|value| value.get("id").unwrap_or(value).clone());
        value.filter(|value| *value != false)
    };
    plain(now.value(&change.field)) == plain(change.before.as_ref())
}

#[cfg(test)]
mod tests;
