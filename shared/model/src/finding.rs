//! What a person must settle.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CompanyId, ContactId, Evidence, Rule};

/// Something the product saw and will not, or must not, settle by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The policy that saw it.
    pub rule: Rule,
    /// What it is.
    pub kind: FindingKind,
    /// Where, if a company is known.
    pub company: Option<CompanyId>,
    /// Who it is about.
    pub contacts: Vec<ContactId>,
    /// Who should look and why, in words that hold no person's data.
    pub words: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// The kinds of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Two contacts may be one person: a person decides.
    PossibleDuplicate,
    /// A portal login is held back because the contact has no usable address of its own.
    PortalHeld,
    /// A company has no active contact that could be its primary contact.
    NoActiveContact,
    /// A contact without a company, or whose company cannot be seen.
    NoCompany,
    /// A person took back a change of ours; it is not made again.
    PersonReverted,
    /// A contact was changed by us so often that something must be fighting us.
    WriteBudget,
    /// The plan is larger than a single visit may carry out.
    BlastRadius,
    /// The PSA refused a write for good.
    Refused,
    /// A change that the mode of its policy withholds.
    Proposed,
    /// A person rejected what the policy asks for; it is not done.
    Rejected,
    /// We and somebody else change the same place in turn.
    Contested,
    /// A change of ours could not be taken back, as somebody has changed the record since, or for good.
    NotTakenBack,
    /// A company has no place in a mirror, so its contacts are not mirrored there.
    NoMirror,
    /// A contact cannot be mirrored, or not until a person has looked.
    NotMirrored,
    /// A mirror's own sync with the PSA owns a record, so that we may not write what differs.
    NativeSync,
    /// A mirror has a record whose contact is gone.
    Orphan,
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PossibleDuplicate => "possible-duplicate",
            Self::PortalHeld => "portal-held",
            Self::NoActiveContact => "no-active-contact",
            Self::NoCompany => "no-company",
            Self::PersonReverted => "person-reverted",
            Self::WriteBudget => "write-budget",
            Self::BlastRadius => "blast-radius",
            Self::Refused => "refused",
            Self::Proposed => "proposed",
            Self::Rejected => "rejected",
            Self::Contested => "contested",
            Self::NotTakenBack => "not-taken-back",
            Self::NoMirror => "no-mirror",
            Self::NotMirrored => "not-mirrored",
            Self::NativeSync => "native-sync",
            Self::Orphan => "orphan",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            kind,
            company,
            contacts,
            words,
            evidence,
        } = self;
        write!(f, "{rule}: {kind}")?;
        if let Some(company) = company {
            write!(f, ", company {company}")?;
        }
        for (i, contact) in contacts.iter().enumerate() {
            f.write_str(if i == 0 { ", contact " } else { " and " })?;
            contact.fmt(f)?;
        }
        write!(f, ": {words}")?;
        for item in evidence {
            write!(f, "\n      - {item}")?;
        }
        Ok(())
    }
}
