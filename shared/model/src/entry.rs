//! What the journal keeps.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Change, ChangeId, Company, CompanyId, Contact, ContactId, Details, Evidence, Finding,
    Purpose, Rule, RunId, mirror,
};

/// One change of ours: the intent before the call, the outcome after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which change.
    pub id: ChangeId,
    /// At which company.
    pub company: CompanyId,
    /// What set off the run.
    pub cause: Cause,
    /// The policy.
    pub rule: Rule,
    /// Its unit in the run: changes of one unit stand and fall together. 0 where it stands alone.
    #[serde(default)]
    pub unit: u32,
    /// What it was made for.
    #[serde(default, skip_serializing_if = "Purpose::is_policy")]
    pub purpose: Purpose,
    /// What was to be written.
    pub action: Action,
    /// Why, in words.
    pub reason: String,
    /// What the decision rested on.
    pub evidence: Vec<Evidence>,
    /// When the intent was recorded.
    pub intended_at: Timestamp,
    /// The records as they stood before.
    pub before: Image,
    /// How it ended; absent while nobody knows.
    pub outcome: Option<Outcome>,
    /// The records as the vendor returned them.
    pub after: Option<Image>,
    /// When the outcome was recorded.
    pub ended_at: Option<Timestamp>,
}

/// Records at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The company, if the change touched it.
    pub company: Option<Company>,
    /// The contacts the change touched.
    pub contacts: Vec<Contact>,
    /// What hung on a contact that a merge deleted.
    pub details: Option<Details>,
    /// What hung on the contact that a merge kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Details>,
    /// The records in a mirror that the change touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrored: Vec<mirror::Record>,
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// The vendor answered, and the record says what was asked.
    Done,
    /// A contact that was merged away is back.
    Returned {
        /// Its new id.
        contact: ContactId,
    },
    /// The answer was lost; reading showed that the write had taken effect.
    FoundDone,
    /// The answer was lost; reading showed that nothing had been written.
    FoundUndone,
    /// The vendor refused for good.
    Refused {
        /// Its code, such as `InvalidObject`.
        code: String,
    },
    /// The record was no longer as the plan expected; nothing was written.
    Stale,
    /// The vendor is out of reach or busy and did nothing; the visit is repeated later.
    Deferred,
    /// Somebody else did it. It is recorded because it ends a change of ours: what a person put back is
    /// theirs from then on.
    ByPerson,
    /// Nobody can tell whether it took effect, and no reading shows it: a mail that may have been
    /// sent. It counts as done, so that it is not done twice.
    Unknown,
}

/// What set off a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Where it came from.
    pub source: Source,
    /// The message or callback, so that an entry can be traced to the event.
    pub message: Option<String>,
}

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Source {
    /// A callback of the PSA.
    Callback {
        /// The record type it was about.
        record: String,
        /// What happened to the record.
        action: String,
    },
    /// An operator's command.
    Command {
        /// Which.
        name: String,
    },
}

/// A finding as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingEntry {
    /// The run that saw it.
    pub run: RunId,
    /// What set off the run.
    pub cause: Cause,
    /// What was seen.
    pub finding: Finding,
    /// When.
    pub at: Timestamp,
}

impl Entry {
    /// The change, as it was planned.
    #[must_use]
    pub fn change(&self) -> Change {
        Change {
            unit: self.unit,
            rule: self.rule,
            purpose: self.purpose.clone(),
            action: self.action.clone(),
            reason: self.reason.clone(),
            evidence: self.evidence.clone(),
        }
    }

    /// The new id of the contact that it brought back.
    #[must_use]
    pub fn returned(&self) -> Option<ContactId> {
        match (&self.action, &self.outcome) {
            (Action::Restore { .. }, Some(Outcome::Returned { contact })) => Some(*contact),
            _ => None,
        }
    }
}

impl Outcome {
    /// Whether the write took effect.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        matches!(self, Self::Done | Self::Returned { .. } | Self::FoundDone)
    }

    /// Whether the write took effect or, for all anybody knows, may have.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        self.took_effect() || *self == Self::Unknown
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Returned { contact } => write!(f, "done: it is contact {contact} now"),
            Self::FoundDone => f.write_str("done (found by reading)"),
            Self::FoundUndone => f.write_str("not done (found by reading)"),
            Self::Refused { code } => write!(f, "refused ({code})"),
            Self::Stale => f.write_str("not done: the record had changed"),
            Self::Deferred => f.write_str("put off: the other side was out of reach or busy"),
            Self::ByPerson => f.write_str("done by somebody else"),
            Self::Unknown => f.write_str("unknown: the answer was lost, and nothing shows it"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback { record, action } => write!(f, "callback: {record} {action}"),
            Self::Command { name } => write!(f, "command: {name}"),
        }
    }
}
