//! How far a change reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Action, Change, Contact, ContactId, Login, RecordKind, Reference};

/// What changes move besides the fields they write: the sum of their consequences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// Contacts that are merged away.
    pub merged: BTreeSet<ContactId>,
    /// Records that point at another contact afterwards, by kind.
    pub references: BTreeMap<RecordKind, usize>,
    /// Contacts that could log in to the portal and no longer can.
    pub logins_lost: BTreeSet<ContactId>,
    /// Contacts that can log in to the portal afterwards.
    pub logins_gained: BTreeSet<ContactId>,
    /// Companies' default contacts that change.
    pub defaults: usize,
    /// Companies' billing contacts that change.
    pub billing: usize,
    /// Default emails, phones and faxes that change.
    pub default_items: usize,
    /// Mails that people get.
    pub mails: usize,
}

impl BlastRadius {
    /// Of these changes to these contacts.
    #[must_use]
    pub fn of<'c>(
        changes: impl IntoIterator<Item = &'c Change>,
        contacts: &BTreeMap<ContactId, Contact>,
    ) -> Self {
        let mut radius = Self::default();
        let mut moved: BTreeSet<&Reference> = BTreeSet::new();
        let may_log_in = |id: &ContactId| contacts.get(id).is_some_and(Contact::is_invited);
        for change in changes {
            match &change.action {
                Action::Merge {
                    loser, references, ..
                } => {
                    radius.merged.insert(*loser);
                    moved.extend(references);
                    if may_log_in(loser) {
                        radius.logins_lost.insert(*loser);
                    }
                }
                Action::Repoint { reference, .. } => {
                    moved.insert(reference);
                }
                Action::Retire { contact } => {
                    radius.merged.insert(*contact);
                    if may_log_in(contact) {
                        radius.logins_lost.insert(*contact);
                    }
                }
                Action::SetPortal { contact, after, .. } => {
                    match after.login {
                        Login::Enabled => radius.logins_gained.insert(*contact),
                        Login::Disabled => radius.logins_lost.insert(*contact),
                    };
                }
                Action::SetDefaultContact { .. } => radius.defaults += 1,
                Action::SetBillingContact { .. } => radius.billing += 1,
                Action::SetDefaultCommunication { .. } => radius.default_items += 1,
                Action::AddCommunication { item, .. } if item.is_default => {
                    radius.default_items += 1;
                }
                Action::RequestPassword { .. } => radius.mails += 1,
                _ => {}
            }
        }
        for reference in moved {
            *radius.references.entry(reference.kind).or_default() += 1;
        }
        radius
    }
}

impl fmt::Display for BlastRadius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut count = |n: usize, one: &str, many: &str| match n {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            n => parts.push(format!("{n} {many}")),
        };
        count(
            self.merged.len(),
            "contact merged away",
            "contacts merged away",
        );
        for (kind, n) in &self.references {
            count(
                *n,
                &format!("{kind} moves"),
                &format!("{} move", kind.plural()),
            );
        }
        let lost = self.logins_lost.len();
        count(lost, "portal login lost", "portal logins lost");
        let gained = self.logins_gained.len();
        count(gained, "portal login given", "portal logins given");
        count(
            self.defaults,
            "default contact changes",
            "default contacts change",
        );
        count(
            self.billing,
            "billing contact changes",
            "billing contacts change",
        );
        let items = self.default_items;
        count(
            items,
            "default email or number changes",
            "default emails or numbers change",
        );
        count(self.mails, "mail sent", "mails sent");
        if parts.is_empty() {
            f.write_str("nothing but the fields written")
        } else {
            f.write_str(&parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Portal, Purpose, RecordId, Rule};

    fn change(action: Action) -> Change {
        Change {
            unit: 1,
            rule: Rule::MergeDuplicates,
            purpose: Purpose::Policy,
            action,
            reason: String::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn no_change_reaches_nothing() {
        let none = BlastRadius::of([], &BTreeMap::new());
        assert_eq!(none, BlastRadius::default());
        assert_eq!(none.to_string(), "nothing but the fields written");
    }

    #[test]
    fn a_merge_moves_what_points_at_the_loser_and_ends_its_login() {
        let (loser, survivor) = (ContactId::new(11), ContactId::new(10));
        let mut gone = Contact::new(loser, crate::CompanyId::new(1), "Ada", "Byron");
        gone.portal = Portal {
            login: Login::Enabled,
            level: Some(1),
        };
        let ticket = |id| Reference {
            kind: RecordKind::ServiceTicket,
            record: RecordId::new(id),
            field: "contact".to_owned(),
        };
        let agreement = Reference {
            kind: RecordKind::Agreement,
            ..ticket(7)
        };
        let changes = [
            change(Action::SetDefaultContact {
                company: crate::CompanyId::new(1),
                before: Some(loser),
                after: Some(survivor),
            }),
            change(Action::Merge {
                loser,
                survivor,
                references: vec![ticket(5), ticket(6), agreement.clone()],
            }),
            // What the merge left behind is the same reference.
            change(Action::Repoint {
                reference: agreement,
                before: loser,
                after: survivor,
            }),
        ];
        let radius = BlastRadius::of(&changes, &BTreeMap::from([(loser, gone)]));
        assert_eq!(
            radius.to_string(),
            "1 contact merged away, 2 service tickets move, 1 agreement moves, 1 portal login lost, \
             1 default contact changes"
        );
    }
}
