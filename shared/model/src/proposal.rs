//! What waits for a person, and what the person said.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Change, CompanyId, Contact, ContactId, Evidence, IdError, Login, Pair, Private, Rule,
    RunId,
};

/// What a proposal is called. It says what is proposed, so the same proposal has the same id at every
/// visit: `pair-10-11`, `merge-11-10`, `default-830-83005`, `hold-82103`.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Which proposal.
    pub proposal: ProposalId,
    /// At which company.
    pub company: CompanyId,
    /// What was said.
    pub verdict: Verdict,
    /// The pair that it was about. Rejecting it says that these are two people.
    pub pair: Option<Pair>,
    /// When.
    pub at: Timestamp,
    /// Who said so.
    pub by: Private,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It may be done, once.
    Approved,
    /// It must not be done, now or later.
    Rejected,
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
        let of = |word: &str, contact: &ContactId| format!("{word}-{contact}");
        let action = &Change::decisive(changes)?.action;
        Some(Self(match action {
            Action::Merge {
                loser, survivor, ..
            } => format!("merge-{loser}-{survivor}"),
            Action::Retire { contact } => of("retire", contact),
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
        }))
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
            purpose: crate::Purpose::Policy,
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
}
