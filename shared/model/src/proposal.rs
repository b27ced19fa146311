//! What waits for a person, and what the person said.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Change, CompanyId, Contact, ContactId, Evidence, IdError, Login, Pair, Private,
    Purpose, Rule, RunId, mirror::System,
};

/// What a proposal is called. It says what is proposed, so the same proposal has the same id at every
/// visit: `pair-10-11`, `merge-11-10`, `retire-11-10`, `default-830-83005`, `hold-82103`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProposalId(String);

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// What it is called.
    pub id: ProposalId,
    /// At which company.
    pub company: CompanyId,
    /// The policy.
    pub rule: Rule,
    /// The pair that it is about, where it is about one: two records that are, or may be, one person.
    pub pair: Option<Pair>,
    /// What it is about, in words that hold no person's data.
    pub words: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What would be written; empty for a pair of which that is only known once it is approved.
    pub changes: Vec<Change>,
    /// The contacts it is about, as they stood.
    pub contacts: Vec<Contact>,
    /// Whether it waits only because a visit found more of them than it may make.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_limit: bool,
    /// The run that saw it first, since it waits.
    pub run: RunId,
    /// Since when it waits: finding it again does not change it.
    pub seen_at: Timestamp,
}

impl Proposal {
    /// The contacts it concerns: those it shows, those its changes write to, and its pair.
    #[must_use]
    pub fn concerns(&self) -> BTreeSet<ContactId> {
        let shown = self.contacts.iter().map(|contact| contact.id);
        let written = self
            .changes
            .iter()
            .flat_map(|change| change.action.contacts());
        let pair = self.pair.iter().flat_map(|pair| [pair.low(), pair.high()]);
        shown.chain(written).chain(pair).collect()
    }
}

/// What a person said about a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Which proposal.
    pub proposal: ProposalId,
    /// At which company.
    pub company: CompanyId,
    /// What was said.
    pub verdict: Verdict,
    /// The pair that it was about. Rejecting it says that these are two people.
    pub pair: Option<Pair>,
    /// What was approved, as it was shown: the approval is for these contacts as they stood, and none without
    /// them. Empty where it was rejected, which holds whatever becomes of them, and once it is forgotten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// When.
    pub at: Timestamp,
    /// Who said so.
    pub by: Private,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It may be done, once, and as long as its contacts are what they were.
    Approved,
    /// It must not be done, now or later.
    Rejected,
}

impl Decision {
    /// What a person says about a proposal.
    #[must_use]
    pub fn on(
        proposal: &Proposal,
        verdict: Verdict,
        at: Timestamp,
        by: impl Into<Private>,
    ) -> Self {
        let contacts = match verdict {
            Verdict::Approved => proposal.contacts.clone(),
            Verdict::Rejected => Vec::new(),
        };
        Self {
            proposal: proposal.id.clone(),
            company: proposal.company,
            verdict,
            pair: proposal.pair,
            contacts,
            at,
            by: by.into(),
        }
    }
}

impl ProposalId {
    /// Of two records that may be one person.
    #[must_use]
    pub fn of_pair(pair: Pair) -> Self {
        Self(format!("pair-{}-{}", pair.low(), pair.high()))
    }

    /// Of changes that stand and fall together, after the one that they are about. `None` of no changes.
    #[must_use]
    pub fn of_changes(changes: &[Change]) -> Option<Self> {
        let Change {
            action, purpose, ..
        } = Change::decisive(changes)?;
        Some(Self::of(action, purpose))
    }

    /// Of a single write, for its purpose.
    #[must_use]
    pub fn of(action: &Action, purpose: &Purpose) -> Self {
        let of = |word: &str, contact: &ContactId| format!("{word}-{contact}");
        Self(match action {
            Action::Merge {
                loser, survivor, ..
            } => format!("merge-{loser}-{survivor}"),
            Action::Retire { contact } => match purpose {
                Purpose::Merge { survivor, .. } => format!("retire-{contact}-{survivor}"),
                Purpose::Policy | Purpose::Undo { .. } => of("retire", contact),
            },
            Action::Reactivate { contact } => of("reactivate", contact),
            Action::SetPortal { contact, after, .. } => match after.login {
                Login::Disabled => of("hold", contact),
                Login::Enabled => of("release", contact),
            },
            Action::SetDefaultContact { company, after, .. } => role("default", *company, *after),
            Action::SetBillingContact { company, after, .. } => role("billing", *company, *after),
            Action::SetDefaultCommunication { contact, after, .. } => match after {
                Some(item) => format!("default-item-{contact}-{item}"),
                None => of("no-default-item", contact),
            },
            Action::AddType { contact, label } => format!("label-{contact}-{}", label.id),
            Action::RemoveType { contact, label, .. } => format!("unlabel-{contact}-{}", label.id),
            Action::JoinGroup {
                contact,
                membership,
            } => format!("join-{contact}-{}", membership.group),
            Action::LeaveGroup {
                contact,
                membership,
            } => format!("leave-{contact}-{}", membership.group),
            Action::SetFields { contact, .. } => of("fields", contact),
            Action::AddCommunication { contact, .. } => of("add-item", contact),
            Action::RemoveCommunication { contact, item } => {
                format!("remove-item-{contact}-{}", item.id)
            }
            Action::AddNote { contact, .. } => of("note", contact),
            Action::RemoveNote { contact, note } => format!("remove-note-{contact}-{}", note.id),
            Action::RequestPassword { contact, .. } => of("invite", contact),
            Action::Restore { original, .. } => of("restore", original),
            Action::Repoint {
                reference, after, ..
            } => format!("repoint-{}-{after}", reference.record),
            Action::Mirror { contact, call } => match call.system() {
                System::ItGlue => of("itglue", contact),
                System::GrowCrm => of("growcrm", contact),
            },
        })
    }

    /// The same proposal, told of contacts under the ids that they are to have.
    #[must_use]
    pub fn renamed(&self, id: impl Fn(ContactId) -> ContactId) -> Self {
        let is_number = |part: &&str| part.parse::<u32>().is_ok();
        let (numbers, words): (Vec<&str>, Vec<&str>) = self.0.split('-').partition(is_number);
        let word = words.join("-");
        let mut renamed: Vec<u32> = numbers
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        // Which of the numbers are contacts.
        let contacts = match word.as_str() {
            "pair" | "merge" | "retire" => 0..renamed.len(),
            "default" | "billing" | "repoint" => 1..2,
            "no-default" | "no-billing" | "restore" => 0..0,
            _ => 0..1,
        };
        for number in renamed.get_mut(contacts).into_iter().flatten() {
            *number = id(ContactId::new(*number)).get();
        }
        if word == "pair" {
            renamed.sort_unstable();
        }
        let parts = words.iter().map(ToString::to_string);
        let numbers = renamed.iter().map(ToString::to_string);
        Self(parts.chain(numbers).collect::<Vec<_>>().join("-"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn role(word: &str, company: CompanyId, contact: Option<ContactId>) -> String {
    match contact {
        Some(contact) => format!("{word}-{company}-{contact}"),
        None => format!("no-{word}-{company}"),
    }
}

impl fmt::Display for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProposalId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        let of_words = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if !text.is_empty() && text.chars().all(of_words) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::new("a proposal id", "a name as review prints it"))
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_is_called_after_what_it_is_about() {
        let (low, high) = (ContactId::new(10), ContactId::new(11));
        let change = |action| Change {
            unit: 1,
            rule: Rule::MergeDuplicates,
            purpose: Purpose::Policy,
            action,
            reason: String::new(),
            evidence: Vec::new(),
        };
        let id = |changes: &[Change]| ProposalId::of_changes(changes).map(|id| id.to_string());
        assert_eq!(id(&[]), None);
        let default = change(Action::SetDefaultContact {
            company: CompanyId::new(830),
            before: Some(high),
            after: Some(low),
        });
        assert_eq!(
            id(std::slice::from_ref(&default)).unwrap(),
            "default-830-10"
        );
        let merge = change(Action::Merge {
            loser: high,
            survivor: low,
            references: Vec::new(),
        });
        assert_eq!(id(&[default, merge]).unwrap(), "merge-11-10");
        let pair = ProposalId::of_pair(Pair::new(high, low));
        assert_eq!(pair.to_string(), "pair-10-11");
        assert_eq!(" pair-10-11 ".parse::<ProposalId>().unwrap(), pair);
        assert!("no such / thing".parse::<ProposalId>().is_err());
    }

    #[test]
    fn a_contact_that_is_retired_for_another_one_is_named_with_it() {
        let (low, high) = (ContactId::new(10), ContactId::new(11));
        let retire = Action::Retire { contact: high };
        let purpose = Purpose::Merge {
            loser: high,
            survivor: low,
        };
        let id = ProposalId::of(&retire, &purpose);
        assert_eq!(id.to_string(), "retire-11-10");
        let id = ProposalId::of(&retire, &Purpose::Policy);
        assert_eq!(id.to_string(), "retire-11");
    }

    #[test]
    fn a_proposal_follows_its_contacts_to_their_new_ids() {
        let id = |old: ContactId| match old.get() {
            11 => ContactId::new(21),
            _ => old,
        };
        for (old, new) in [
            ("pair-11-12", "pair-12-21"),
            ("merge-11-10", "merge-21-10"),
            ("retire-10-11", "retire-10-21"),
            ("retire-11", "retire-21"),
            ("hold-11", "hold-21"),
            ("default-11-11", "default-11-21"),
            ("billing-11-10", "billing-11-10"),
            ("no-default-11", "no-default-11"),
            ("default-item-11-11", "default-item-21-11"),
            ("no-default-item-11", "no-default-item-21"),
            ("label-11-11", "label-21-11"),
            ("remove-note-11-11", "remove-note-21-11"),
            ("repoint-11-11", "repoint-11-21"),
            ("restore-11", "restore-11"),
            ("anything", "anything"),
        ] {
            let old: ProposalId = old.parse().unwrap();
            assert_eq!(old.renamed(id).to_string(), new);
        }
    }
}
