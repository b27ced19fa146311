//! The registry of identifiers, in alphabetical order. Ids of different records are different types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {what}: expected {expected}")]
pub struct IdError {
    what: &'static str,
    expected: &'static str,
}

impl IdError {
    pub(crate) const fn new(what: &'static str, expected: &'static str) -> Self {
        Self { what, expected }
    }
}

/// Identifiers that are numbers of a vendor, of the given width. How they are shown is said by `numbers!`.
macro_rules! ids {
    ($number:ident: $($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name($number);

        impl $name {
            /// Wraps the number the vendor gave.
            #[must_use]
            pub const fn new(id: $number) -> Self {
                Self(id)
            }

            /// The number, for the vendor's API.
            #[must_use]
            pub const fn get(self) -> $number {
                self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim()
                    .parse()
                    .map(Self)
                    .map_err(|_| $crate::IdError::new($what, "a whole number"))
            }
        }
    )*};
}

/// Shows identifiers as the numbers they are.
macro_rules! numbers {
    ($($name:ident)*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

pub(crate) use {ids, numbers};

ids! {
    u32:
    /// A communication item (an email, phone or fax) of a contact in the PSA.
    CommunicationId, "a communication id";
    /// A kind of communication item as the instance defines it ("Direct", "Mobile").
    CommunicationTypeId, "a communication type id";
    /// A company in the PSA: the customer whose contacts are kept in line.
    CompanyId, "a company id";
    /// A contact in the PSA.
    ContactId, "a contact id";
    /// A label for contacts as the instance defines it ("Decision Maker").
    ContactTypeId, "a contact type id";
    /// A marketing group in the PSA.
    GroupId, "a marketing group id";
    /// A note of a contact in the PSA.
    NoteId, "a note id";
    /// A record that points at a contact, such as a ticket; its kind says which.
    RecordId, "a record id";
    /// The link between a contact and one of its type labels.
    TypeAssociationId, "a type association id";
}

numbers! {
    CommunicationId CommunicationTypeId CompanyId ContactTypeId GroupId NoteId RecordId
    TypeAssociationId
}

impl ContactId {
    /// Stands for the new id of a contact that a plan brings back. Vendors count up from 1 in 31 bits, so it
    /// cannot be a real one.
    #[must_use]
    pub fn provisional_for(original: Self) -> Self {
        Self::new(u32::MAX - original.get())
    }

    /// Whether it stands for an id that the PSA has not given yet.
    #[must_use]
    pub fn is_provisional(self) -> bool {
        self.get() > i32::MAX.unsigned_abs()
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_provisional() {
            // The stand-in of an id is made from it, and of the stand-in, the id.
            write!(f, "{} (new id)", Self::provisional_for(*self).get())
        } else {
            self.0.fmt(f)
        }
    }
}

impl NoteId {
    /// A note that has no id yet.
    pub const UNKNOWN: Self = Self::new(u32::MAX);
}

impl TypeAssociationId {
    /// A link that has no id yet.
    pub const UNKNOWN: Self = Self::new(u32::MAX);
}

/// One visit, from gathering to the last write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Wraps a run's name. It must be unique and hold no person's data.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One change within a run, written `RUN.NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ChangeId {
    /// The run the change belongs to.
    pub run: RunId,
    /// Its place in the run, from 1.
    pub number: u32,
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.run, self.number)
    }
}

impl FromStr for ChangeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.rsplit_once('.')
            .and_then(|(run, number)| {
                Some(Self {
                    run: RunId::new(run),
                    number: number.parse().ok()?,
                })
            })
            .ok_or(IdError {
                what: "a change id",
                expected: "RUN.NUMBER",
            })
    }
}

impl From<ChangeId> for String {
    fn from(id: ChangeId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ChangeId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

/// Two different contacts, the lower id first, so that a pair has one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "(ContactId, ContactId)", from = "(ContactId, ContactId)")]
pub struct Pair {
    low: ContactId,
    high: ContactId,
}

impl Pair {
    /// The pair of these two, in either order.
    #[must_use]
    pub fn new(a: ContactId, b: ContactId) -> Self {
        Self {
            low: a.min(b),
            high: a.max(b),
        }
    }

    /// The lower id.
    #[must_use]
    pub fn low(self) -> ContactId {
        self.low
    }

    /// The higher id.
    #[must_use]
    pub fn high(self) -> ContactId {
        self.high
    }
}

impl From<Pair> for (ContactId, ContactId) {
    fn from(pair: Pair) -> Self {
        (pair.low, pair.high)
    }
}

impl From<(ContactId, ContactId)> for Pair {
    fn from((a, b): (ContactId, ContactId)) -> Self {
        Self::new(a, b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_id_is_read_back_as_it_was_written() {
        let id = ChangeId {
            run: RunId::new("r-2.x"),
            number: 12,
        };
        assert_eq!(id.to_string(), "r-2.x.12");
        assert_eq!(id.to_string().parse::<ChangeId>().unwrap(), id);
        assert_eq!(
            "nonsense".parse::<ChangeId>().unwrap_err().to_string(),
            "read a change id: expected RUN.NUMBER"
        );
    }

    #[test]
    fn who_has_no_id_yet_goes_by_the_one_it_had() {
        let provisional = ContactId::provisional_for(ContactId::new(83020));
        assert!(provisional.is_provisional());
        assert_eq!(provisional.to_string(), "83020 (new id)");
    }

    #[test]
    fn a_pair_has_one_spelling() {
        let (a, b) = (ContactId::new(7), ContactId::new(3));
        assert_eq!(Pair::new(a, b), Pair::new(b, a));
        assert_eq!(Pair::new(a, b).low(), b);
    }
}
