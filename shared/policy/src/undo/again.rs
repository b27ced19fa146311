//! Merging a contact again that was brought back: the undo of an undo.

use model::{Action, Contact, ContactId, Details, Entry};

use super::{Planner, Steps};
use crate::differences::differences;

impl Planner<'_> {
    /// Merges a contact again that was brought back, unless somebody has changed it since.
    pub(super) fn merge_again(&self, entry: &Entry) -> Steps {
        let Some(back) = entry.returned().map(|id| self.id(id)) else {
            return Steps::default();
        };
        let Some(now) = self.now.contacts.get(&back) else {
            return Steps::default();
        };
        let original = entry
            .purpose
            .undone()
            .and_then(|id| self.now.originals.get(id));
        let Some(original) = original else {
            return Steps::stuck("the journal no longer holds the merge that was taken back");
        };
        let Action::Merge {
            loser, survivor, ..
        } = &original.action
        else {
            return Steps::default();
        };
        let survivor = self.id(*survivor);
        if let Some(words) = self.absent(survivor) {
            return Steps::stuck(words);
        }
        let changed = self.changed_since(original, *loser, now);
        if !changed.is_empty() {
            return Steps::stuck(format!(
                "contact {back} has been changed since it was brought back ({}), so it is not merged again",
                changed.join(", ")
            ));
        }
        let details = self.now.details.get(&back);
        Steps::of(Action::Merge {
            loser: back,
            survivor,
            references: details
                .map(|details| details.references.clone())
                .unwrap_or_default(),
        })
    }

    /// What somebody has changed on a contact since it was brought back.
    fn changed_since(&self, original: &Entry, loser: ContactId, now: &Contact) -> Vec<String> {
        let then = original.before.contacts.iter().find(|one| one.id == loser);
        let Some(then) = then else {
            return vec!["the journal no longer holds what it was".to_owned()];
        };
        let then = self.in_present_ids(then);
        let mut changed: Vec<String> = differences(&then, now)
            .iter()
            .map(ToString::to_string)
            .collect();
        let none = Details::default();
        let hung = original.before.details.as_ref().unwrap_or(&none);
        let hangs = self.now.details.get(&now.id).unwrap_or(&none);
        let texts = |details: &Details| {
            let mut texts: Vec<String> = details
                .notes
                .iter()
                .map(|n| n.text.reveal().trim().replace("\r\n", "\n"))
                .collect();
            texts.sort();
            texts
        };
        if texts(hung) != texts(hangs) {
            changed.push("its notes are not what they were".to_owned());
        }
        let groups = |details: &Details| {
            let mut groups: Vec<_> = details
                .groups
                .iter()
                .map(|m| (m.group, m.unsubscribed))
                .collect();
            groups.sort();
            groups
        };
        if groups(hung) != groups(hangs) {
            changed.push("its marketing groups are not what they were".to_owned());
        }
        let company = &self.now.company;
        if company.default_contact == Some(now.id) {
            changed.push("it is the default contact".to_owned());
        }
        if company.billing_contact == Some(now.id) {
            changed.push("it is the billing contact".to_owned());
        }
        changed
    }

    /// A record that was kept, with the ids that other contacts have by now.
    fn in_present_ids(&self, record: &Contact) -> Contact {
        let mut record = record.clone();
        for (field, value) in &mut record.fields {
            *value = self.present_reference(field, value);
        }
        record
    }
}
