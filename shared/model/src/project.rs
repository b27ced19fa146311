//! What a snapshot looks like once a change has taken effect.

use serde_json::Value;

use crate::{
    Action, Communication, Contact, ContactId, CustomField, Details, FieldChange, RecordId,
    RecordKind, Reference, Snapshot,
};

impl Snapshot {
    /// Applies the expected effect of a write, so that the next policy plans on the result of the
    /// one before it, and so that an answer can be compared with what was asked.
    pub fn project(&mut self, action: &Action) {
        match action {
            Action::SetDefaultContact { after, .. } => {
                self.company.default_contact = *after;
                for contact in self.contacts.values_mut() {
                    contact.is_default = Some(contact.id) == *after;
                }
            }
            Action::SetBillingContact { after, .. } => {
                self.company.billing_contact = *after;
                for contact in self.contacts.values_mut() {
                    contact.is_billing = Some(contact.id) == *after;
                }
            }
            Action::JoinGroup {
                contact,
                membership,
            } => {
                if let Some(details) = self.details.get_mut(contact) {
                    details.groups.push(membership.clone());
                }
            }
            Action::LeaveGroup {
                contact,
                membership,
            } => {
                if let Some(details) = self.details.get_mut(contact) {
                    details.groups.retain(|held| held.group != membership.group);
                }
            }
            Action::RemoveNote { contact, note } => {
                if let Some(details) = self.details.get_mut(contact) {
                    details.notes.retain(|held| held.id != note.id);
                }
            }
            Action::Restore {
                provisional,
                first_name,
                last_name,
                ..
            } => {
                let (first, last) = (first_name.reveal(), last_name.reveal());
                let restored = Contact::new(*provisional, self.company.id, first, last);
                self.contacts.insert(*provisional, restored);
                self.details.insert(*provisional, Details::default());
            }
            Action::AddNote { .. } | Action::RequestPassword { .. } => {}
            Action::Merge {
                loser, survivor, ..
            } => {
                self.contacts.remove(loser);
                self.label_links.remove(loser);
                let moved = self.details.remove(loser).unwrap_or_default().references;
                if let Some(kept) = self.details.get_mut(survivor) {
                    kept.references.extend(moved);
                }
                for carriers in self.carriers.values_mut() {
                    carriers.retain(|carrier| carrier.id != *loser);
                }
            }
            Action::Repoint {
                reference,
                before,
                after,
            } => {
                if let Some(details) = self.details.get_mut(before) {
                    details.references.retain(|held| held != reference);
                }
                if let Some(kept) = self.details.get_mut(after) {
                    kept.references.push(reference.clone());
                }
            }
            Action::RemoveType { contact, .. } => {
                self.label_links.remove(contact);
                self.project_contact(action);
            }
            Action::SetFields { contact, fields } => {
                for change in fields {
                    self.project_reference(*contact, change);
                }
                self.project_contact(action);
            }
            _ => self.project_contact(action),
        }
    }

    /// A field may make a contact point at another one, as its manager.
    fn project_reference(&mut self, contact: ContactId, change: &FieldChange) {
        if !Contact::REFERENCES.contains(&change.field.as_str()) {
            return;
        }
        let target = change.after.reference().map(ContactId::new);
        if let Some(details) = target.and_then(|target| self.details.get_mut(&target)) {
            details.references.push(Reference {
                kind: RecordKind::Contact,
                record: RecordId::new(contact.get()),
                field: change.field.clone(),
            });
        }
    }

    fn project_contact(&mut self, action: &Action) {
        if let Some(id) = action.contacts().first()
            && let Some(contact) = self.contacts.get_mut(id)
        {
            contact.project(action);
        }
    }
}

impl Contact {
    /// Applies the expected effect of a write to this one record; a write to anything else leaves it
    /// as it is.
    pub fn project(&mut self, action: &Action) {
        if action.contacts().first() != Some(&self.id) {
            return;
        }
        match action {
            Action::SetFields { fields, .. } => {
                for change in fields {
                    match change.field.strip_prefix("customFields/") {
                        None if change.after.is_blank() => {
                            self.fields.remove(&change.field);
                        }
                        None => {
                            self.fields
                                .insert(change.field.clone(), change.after.clone());
                        }
                        Some(id) => {
                            self.custom_fields
                                .retain(|field| field.id.to_string() != id);
                            if !change.after.is_blank() {
                                self.custom_fields.push(CustomField {
                                    id: id.parse().unwrap_or_default(),
                                    caption: String::new(),
                                    value: change.after.clone(),
                                });
                            }
                        }
                    }
                }
            }
            Action::AddCommunication { item, .. } => {
                if item.is_default {
                    for other in &mut self.communications {
                        other.is_default &= other.kind != item.kind;
                    }
                }
                self.communications.push(Communication {
                    id: item.provisional,
                    kind: item.kind.clone(),
                    type_id: item.type_id,
                    type_name: item.type_name.clone(),
                    value: item.value.clone(),
                    extension: item.extension.clone(),
                    is_default: item.is_default,
                });
            }
            Action::RemoveCommunication { item, .. } => {
                self.communications.retain(|held| held.id != item.id);
            }
            Action::SetDefaultCommunication { kind, after, .. } => {
                for item in &mut self.communications {
                    if item.kind == *kind {
                        item.is_default = Some(item.id) == *after;
                    }
                }
            }
            Action::AddType { label, .. } => {
                if !self.has_type(label.id) {
                    self.types.push(label.clone());
                }
            }
            Action::RemoveType { label, .. } => self.types.retain(|t| t.id != label.id),
            Action::SetPortal { after, .. } => self.portal = *after,
            Action::Retire { .. } | Action::Reactivate { .. } => {
                self.active = matches!(action, Action::Reactivate { .. });
                self.fields
                    .insert("inactiveFlag".to_owned(), Value::Bool(!self.active).into());
            }
            Action::SetDefaultContact { .. }
            | Action::SetBillingContact { .. }
            | Action::JoinGroup { .. }
            | Action::LeaveGroup { .. }
            | Action::AddNote { .. }
            | Action::RemoveNote { .. }
            | Action::RequestPassword { .. }
            | Action::Restore { .. }
            | Action::Merge { .. }
            | Action::Repoint { .. }
            | Action::Mirror { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Action, Company, CompanyId, Contact, ContactId, FieldChange, RecordId, RecordKind,
        Reference, Snapshot,
    };

    fn world() -> Snapshot {
        let company = CompanyId::new(1);
        let mut snapshot = Snapshot::new(
            "2026-03-04T15:20:11Z".parse().unwrap(),
            Company {
                id: company,
                name: "Harbor Line".into(),
                identifier: None,
                default_contact: Some(ContactId::new(10)),
                billing_contact: None,
                deleted: false,
                updated_at: None,
            },
        );
        for id in [10, 11] {
            let id = ContactId::new(id);
            snapshot
                .contacts
                .insert(id, Contact::new(id, company, "Ada", "Byron"));
        }
        snapshot
    }

    #[test]
    fn a_company_has_one_default_contact_afterwards() {
        let mut after = world();
        after.project(&Action::SetDefaultContact {
            company: CompanyId::new(1),
            before: Some(ContactId::new(10)),
            after: Some(ContactId::new(11)),
        });
        assert_eq!(after.default_contact().unwrap().id, ContactId::new(11));
        assert_eq!(after.contacts.values().filter(|c| c.is_default).count(), 1);
    }

    #[test]
    fn a_merge_removes_the_loser_and_moves_what_pointed_at_it() {
        let mut after = world();
        let (loser, survivor) = (ContactId::new(11), ContactId::new(10));
        let ticket = Reference {
            kind: RecordKind::ServiceTicket,
            record: RecordId::new(5),
            field: "contact".to_owned(),
        };
        after.details.entry(loser).or_default().references = vec![ticket.clone()];
        after.details.entry(survivor).or_default();
        after.project(&Action::Merge {
            loser,
            survivor,
            references: vec![ticket.clone()],
        });
        assert_eq!(after.contacts.keys().collect::<Vec<_>>(), [&survivor]);
        assert_eq!(after.details[&survivor].references, [ticket]);
    }

    #[test]
    fn fields_are_set_by_name_and_custom_fields_by_id() {
        let mut after = world();
        let text = |t: &str| serde_json::Value::from(t).into();
        after.project(&Action::SetFields {
            contact: ContactId::new(10),
            fields: ["title", "customFields/15"]
                .map(|field| FieldChange {
                    field: field.to_owned(),
                    before: None,
                    after: text("Owner"),
                })
                .to_vec(),
        });
        let contact = &after.contacts[&ContactId::new(10)];
        assert_eq!(contact.fields["title"], text("Owner"));
        assert_eq!(contact.custom_fields[0].id, 15);
    }
}
