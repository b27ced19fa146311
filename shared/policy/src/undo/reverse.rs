//! The reverse of each single write.

use model::{
    Action, Communication, CommunicationId, ContactId, Entry, FieldChange, NewCommunication, Note,
    Outcome, PrivateValue, TypeAssociationId,
};
use serde_json::Value;

use super::restore::elsewhere;
use super::{Planner, Steps};

impl Planner<'_> {
    /// What takes one write back that is neither a merge nor a restoration.
    pub(super) fn reverse(&self, entry: &Entry) -> Steps {
        let action = entry.action.clone().renamed(|id| self.id(id));
        if let Some(words) = self.nowhere(&action) {
            return Steps::conflict(words);
        }
        match action {
            Action::SetDefaultContact {
                company,
                before,
                after,
            } => self.role(
                ("default", self.now.company.default_contact),
                (before, after),
                |before, after| Action::SetDefaultContact {
                    company,
                    before,
                    after,
                },
            ),
            Action::SetBillingContact {
                company,
                before,
                after,
            } => self.role(
                ("billing", self.now.company.billing_contact),
                (before, after),
                |before, after| Action::SetBillingContact {
                    company,
                    before,
                    after,
                },
            ),
            Action::SetFields { contact, fields } => self.fields(contact, &fields),
            Action::AddCommunication { contact, item } => self.remove_item(entry, contact, &item),
            Action::RemoveCommunication { contact, item } => self.add_item(contact, &item),
            Action::SetDefaultCommunication {
                contact,
                kind,
                before,
                after,
            } => {
                let after = after.map(|id| self.real_item(entry, contact, id));
                let items = self.items(contact).iter();
                let now = items
                    .filter(|item| item.kind == kind)
                    .find(|item| item.is_default);
                let now = now.map(|item| item.id);
                if now == before {
                    Steps::default()
                } else if now != after {
                    Steps::conflict(format!(
                        "somebody has made another item the default of contact {contact} since"
                    ))
                } else if before.is_some_and(|id| !self.has_item(contact, id)) {
                    Steps::conflict(format!(
                        "what was the default of contact {contact} before is gone"
                    ))
                } else {
                    Steps::of(Action::SetDefaultCommunication {
                        contact,
                        kind,
                        before: now,
                        after: before,
                    })
                }
            }
            Action::AddType { contact, label } => {
                if !self.now.contacts[&contact].has_type(label.id) {
                    return Steps::default();
                }
                let association = self.now.links.get(&(contact, label.id)).copied();
                Steps::of(Action::RemoveType {
                    contact,
                    label,
                    association: association.unwrap_or(TypeAssociationId::UNKNOWN),
                })
            }
            Action::RemoveType { contact, label, .. } => {
                if self.now.contacts[&contact].has_type(label.id) {
                    Steps::default()
                } else {
                    Steps::of(Action::AddType { contact, label })
                }
            }
            Action::JoinGroup {
                contact,
                membership,
            } => match self.membership(contact, &membership) {
                None => Steps::default(),
                Some(held) if *held == membership => Steps::of(Action::LeaveGroup {
                    contact,
                    membership,
                }),
                Some(_) => Steps::conflict(format!(
                    "somebody has changed the place of contact {contact} in marketing group {} since",
                    membership.group
                )),
            },
            Action::LeaveGroup {
                contact,
                membership,
            } => match self.membership(contact, &membership) {
                None => Steps::of(Action::JoinGroup {
                    contact,
                    membership,
                }),
                Some(_) => Steps::default(),
            },
            Action::AddNote { contact, text, .. } => {
                let notes = self.now.details.get(&contact).map(|details| &details.notes);
                match notes
                    .into_iter()
                    .flatten()
                    .find(|note| note.says(text.reveal()))
                {
                    Some(note) => Steps::of(Action::RemoveNote {
                        contact,
                        note: note.clone(),
                    }),
                    None => Steps::conflict(format!(
                        "the note on contact {contact} is not there as it was written"
                    )),
                }
            }
            Action::RemoveNote { contact, note } => {
                let Note {
                    text,
                    type_id,
                    flagged,
                    ..
                } = note;
                Steps::of(Action::AddNote {
                    contact,
                    text,
                    type_id,
                    flagged,
                })
            }
            Action::SetPortal {
                contact,
                before,
                after,
            } => {
                let now = self.now.contacts[&contact].portal;
                if now == before {
                    Steps::default()
                } else if entry.outcome == Some(Outcome::Unknown) {
                    Steps::conflict(format!(
                        "nobody can tell who changed the portal access of contact {contact}"
                    ))
                } else if now.login != after.login
                    || after.level.is_some_and(|l| now.level != Some(l))
                {
                    Steps::conflict(format!(
                        "somebody has changed the portal access of contact {contact} since"
                    ))
                } else {
                    Steps::of(Action::SetPortal {
                        contact,
                        before: now,
                        after: before,
                    })
                }
            }
            Action::Retire { contact } => self.unretire(entry, contact),
            Action::Reactivate { contact } if self.now.contacts[&contact].active => Steps {
                last: vec![Action::Retire { contact }],
                ..Steps::default()
            },
            Action::Reactivate { .. } => Steps::default(),
            Action::Repoint {
                reference,
                before,
                after,
            } => {
                let after = self.heir(after);
                match self.now.target(&reference) {
                    Some(now) if now == before => Steps::default(),
                    Some(now) if now == after => Steps::of(Action::Repoint {
                        reference,
                        before: after,
                        after: before,
                    }),
                    _ => Steps::conflict(elsewhere(&reference)),
                }
            }
            Action::RequestPassword { contact, .. } => Steps {
                is_final: true,
                lost: vec![format!(
                    "a mail to contact {contact} that was sent cannot be called back"
                )],
                ..Steps::default()
            },
            Action::Mirror { .. } => Steps::conflict(
                "a mirror follows the PSA: take back the change that was made there, or change the record in the \
                 PSA, and the mirror comes along",
            ),
            // These have ways of their own.
            Action::Merge { .. } | Action::Restore { .. } => Steps::default(),
        }
    }

    /// Why a write has no record to be taken back on.
    fn nowhere(&self, action: &Action) -> Option<String> {
        match action {
            Action::SetDefaultContact { before, .. } | Action::SetBillingContact { before, .. } => {
                before.and_then(|contact| self.absent(contact))
            }
            Action::Repoint { before, .. } => self.absent(*before),
            Action::RequestPassword { .. } => None,
            _ => action
                .contacts()
                .into_iter()
                .find_map(|contact| self.absent(contact)),
        }
    }

    fn role(
        &self,
        (name, now): (&str, Option<ContactId>),
        (before, after): (Option<ContactId>, Option<ContactId>),
        action: impl Fn(Option<ContactId>, Option<ContactId>) -> Action,
    ) -> Steps {
        if now == before {
            Steps::default()
        } else if now == after || now == after.map(|contact| self.heir(contact)) {
            Steps::of(action(now, before))
        } else {
            Steps::conflict(format!("somebody has chosen another {name} contact since"))
        }
    }

    fn fields(&self, contact: ContactId, fields: &[FieldChange]) -> Steps {
        let mut steps = Steps::default();
        let mut back = Vec::new();
        for change in fields {
            let now = self.value(contact, &change.field);
            let before = change.before.clone().unwrap_or_default();
            let before = self.present_reference(&change.field, &before);
            let after = self.present_reference(&change.field, &change.after);
            let same = |a: &PrivateValue, b: &PrivateValue| {
                key(a) == key(b) || (a.is_blank() && b.is_blank())
            };
            if same(&now, &before) {
                continue;
            }
            if same(&now, &after) {
                back.push(FieldChange {
                    field: change.field.clone(),
                    before: Some(now),
                    after: before,
                });
            } else {
                let words = format!(
                    "somebody has changed {} of contact {contact} since",
                    change.field
                );
                steps.conflicts.push(words);
            }
        }
        if !back.is_empty() {
            let fields = back;
            steps.actions.push(Action::SetFields { contact, fields });
        }
        steps
    }

    fn value(&self, contact: ContactId, field: &str) -> PrivateValue {
        let value = self.now.contacts[&contact].value(field);
        value.cloned().unwrap_or_default()
    }

    fn remove_item(&self, entry: &Entry, contact: ContactId, added: &NewCommunication) -> Steps {
        let id = self.real_item(entry, contact, added.provisional);
        let held = if NewCommunication::is_provisional(id) {
            // Its answer was lost, so that its id is not known.
            self.same_item(contact, added)
        } else {
            self.items(contact).iter().find(|item| item.id == id)
        };
        let Some(held) = held else {
            return Steps::default();
        };
        let as_added = held.value == added.value && held.extension == added.extension;
        if !as_added || (held.is_default && !added.is_default) {
            return Steps::conflict(format!(
                "somebody has changed item {} of contact {contact} since",
                held.id
            ));
        }
        let item = held.clone();
        Steps::of(Action::RemoveCommunication { contact, item })
    }

    fn add_item(&self, contact: ContactId, item: &Communication) -> Steps {
        if self.items(contact).iter().any(|held| held.same_as(item)) {
            return Steps::default();
        }
        let item = NewCommunication::like(item);
        Steps::of(Action::AddCommunication { contact, item })
    }

    /// The id that an item has which a plan knew under a provisional one.
    fn real_item(&self, entry: &Entry, contact: ContactId, id: CommunicationId) -> CommunicationId {
        if !NewCommunication::is_provisional(id) {
            return id;
        }
        let after = entry.after.iter().flat_map(|image| &image.contacts);
        let items = after
            .filter(|held| self.id(held.id) == contact)
            .flat_map(|held| &held.communications);
        let found = match &entry.action {
            Action::AddCommunication { item, .. } => items
                .filter(|held| held.kind == item.kind && held.value == item.value)
                .map(|held| held.id)
                .next_back(),
            Action::SetDefaultCommunication { kind, .. } => items
                .filter(|held| held.kind == *kind && held.is_default)
                .map(|held| held.id)
                .next_back(),
            _ => None,
        };
        found.unwrap_or(id)
    }

    fn same_item(&self, contact: ContactId, added: &NewCommunication) -> Option<&Communication> {
        let mut items = self.items(contact).iter();
        items.find(|item| {
            item.kind == added.kind
                && item.value == added.value
                && item.extension == added.extension
        })
    }

    fn items(&self, contact: ContactId) -> &[Communication] {
        &self.now.contacts[&contact].communications
    }

    fn has_item(&self, contact: ContactId, id: CommunicationId) -> bool {
        self.items(contact).iter().any(|item| item.id == id)
    }

    fn membership(
        &self,
        contact: ContactId,
        membership: &model::Membership,
    ) -> Option<&model::Membership> {
        let details = self.now.details.get(&contact)?;
        details
            .groups
            .iter()
            .find(|held| held.group == membership.group)
    }

    /// Makes a contact active again that a careful merge retired. It may have been inactive before, too.
    fn unretire(&self, entry: &Entry, contact: ContactId) -> Steps {
        let before = entry
            .before
            .contacts
            .iter()
            .find(|one| self.id(one.id) == contact);
        let Some(before) = before else {
            return Steps::stuck(format!(
                "the journal no longer holds what was copied from contact {contact}"
            ));
        };
        match (before.active, self.now.contacts[&contact].active) {
            (true, false) => Steps::of(Action::Reactivate { contact }),
            (false, true) => {
                Steps::conflict(format!("somebody has made contact {contact} active since"))
            }
            _ => Steps::default(),
        }
    }
}

/// A value as far as a person sets it: of a reference, its id.
fn key(value: &PrivateValue) -> &Value {
    let value = value.reveal();
    value.get("id").unwrap_or(value)
}
