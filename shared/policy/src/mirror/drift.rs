//! Where a mirror is not as the PSA has it, who wins, and what becomes of it.
//!
//! Nothing is decided here: what is written is what the plan writes, what is for a person is what the plan finds, and
//! what is kept is what is left to tell the two systems apart once the plan was carried out.

use std::fmt;

use model::mirror::System;
use model::{CompanyId, ContactId, Mode, Private};
use serde::Serialize;

use crate::rules::Rules;

/// One thing in which a mirror is not as the PSA has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The contact in the PSA; absent for a record that nobody in the PSA is, and for the company as a whole.
    pub contact: Option<ContactId>,
    /// The record in the mirror, if there is one.
    pub record: Option<u64>,
    /// What differs.
    pub field: Field,
    /// What the PSA has, if anything.
    pub psa: Option<Private>,
    /// What the mirror has, if anything.
    pub mirror: Option<Private>,
    /// Whose word counts.
    pub winner: Winner,
    /// What becomes of it.
    pub fate: Fate,
    /// The rule behind that, in words that hold no person's data.
    pub why: String,
}

/// What can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The organization in IT Glue.
    Organization,
    /// The client in Grow CRM.
    Client,
    /// Whether there is a record.
    Record,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The title, which Grow CRM calls a position.
    Title,
    /// The type, in IT Glue.
    Type,
    /// The location, in IT Glue.
    Location,
    /// The mark of a VIP, in IT Glue.
    Important,
    /// An address.
    Email,
    /// A number.
    Phone,
    /// Our lines in the notes of IT Glue that tell why a record was retired.
    Notes,
    /// Our line in the notes of IT Glue that tells whose a record is.
    PsaLink,
    /// Whether it is its client's account owner, in Grow CRM.
    AccountOwner,
    /// Our own map of records.
    Map,
}

/// Whose word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Winner {
    /// The PSA's.
    Psa,
    /// The mirror's.
    Mirror,
    /// That of the mirror's own sync with the PSA.
    NativeSync,
    /// Nobody's until a person has decided.
    Nobody,
}

/// What becomes of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The mirror writes it.
    Written,
    /// The mirror writes it in the same visit, after something else was written.
    Later,
    /// It is left to a person.
    Person,
    /// It stays as it is, as the rules want it.
    Kept,
}

impl Fate {
    /// Whether it is as the rules want it. All else is for somebody to see to.
    #[must_use]
    pub fn is_settled(self) -> bool {
        self == Self::Kept
    }

    /// Whether a visit of the mirror would do something about it.
    #[must_use]
    pub fn is_fixable(self) -> bool {
        matches!(self, Self::Written | Self::Later)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Organization => "organization",
            Self::Client => "client",
            Self::Record => "record",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Title => "title",
            Self::Type => "type",
            Self::Location => "location",
            Self::Important => "important",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Notes => "notes",
            Self::PsaLink => "PSA link",
            Self::AccountOwner => "account owner",
            Self::Map => "map",
        })
    }
}

impl fmt::Display for Winner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Psa => "the PSA",
            Self::Mirror => "the mirror",
            Self::NativeSync => "the native sync",
            Self::Nobody => "nobody yet",
        })
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Written => "written",
            Self::Later => "written next",
            Self::Person => "for a person",
            Self::Kept => "kept",
        })
    }
}

/// Why the PSA's word counts, where nothing else is to be said.
pub const LEADS: &str = "the PSA leads";

/// Why what we gave a mirror goes.
pub(crate) const TAKEN_BACK: &str = "it was given by us and is gone from the PSA, so it goes";

/// Why what a mirror alone knows stays.
pub(crate) fn alone(system: System) -> String {
    format!("{system} alone knows it, and we never gave it")
}

/// What a line of the map becomes that is of no use any more.
pub(crate) fn unmapped(contact: ContactId, record: Option<u64>) -> Difference {
    Difference {
        contact: Some(contact),
        record,
        field: Field::Map,
        psa: None,
        mirror: None,
        winner: Winner::Psa,
        fate: Fate::Written,
        why: "our map leads to a record that is gone or is not its own any more, so the line is taken off"
            .to_owned(),
    }
}

/// The rules as they are where the mirror is enforced: what differs does not depend on whether it may be written.
pub(crate) fn enforced(rules: &Rules, system: System, company: CompanyId) -> Rules {
    let mut rules = rules.clone();
    let modes = rules.companies.entry(company).or_default();
    modes.insert(system.rule(), Mode::Enforce);
    rules
}

/// In the order in which people read them: by contact, then what is nobody's, then by field.
pub(crate) fn in_order(mut differences: Vec<Difference>) -> Vec<Difference> {
    differences.sort_by_key(|difference| {
        let Difference {
            contact,
            record,
            field,
            fate,
            ..
        } = difference;
        let is_company = contact.is_none() && record.is_none();
        (
            !is_company,
            contact.is_none(),
            *contact,
            *field,
            *fate,
            *record,
        )
    });
    differences
}
