//! A contact as IT Glue has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Private;

use super::{ContactId, ContactTypeId, Draft, LocationId, OrganizationId};

/// A contact in IT Glue, with all that can be written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The one organization it belongs to.
    pub organization: OrganizationId,
    /// First name; blank when there is none.
    pub first_name: Private,
    /// Last name; blank when there is none.
    pub last_name: Private,
    /// Job title.
    pub title: Option<Private>,
    /// Its type.
    pub contact_type: Option<ContactTypeId>,
    /// Its place.
    pub location: Option<LocationId>,
    /// The mark of a VIP. Until somebody sets it, it is neither true nor false.
    pub important: Option<bool>,
    /// Notes, as HTML; compare them with [`reads_alike`](super::reads_alike).
    pub notes: Option<Private>,
    /// Its email addresses. They have no ids and are written all at once.
    pub emails: Vec<Email>,
    /// Its phone and fax numbers. They have no ids and are written all at once.
    pub phones: Vec<Phone>,
    /// What is known of the native sync with the PSA.
    pub link: Link,
    /// The ids of the records of other systems that it is tied to, its id in the PSA among them. They are numbers:
    /// others may be anything, even an address. The answer to a write does not tell them.
    pub remote_ids: Vec<String>,
    /// Where people look at it.
    pub resource_url: Option<String>,
    /// When it was last changed, by IT Glue's clock.
    pub updated_at: Option<Timestamp>,
}

/// An email address of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The address as it was typed.
    pub value: Private,
    /// Which one it is, such as "Work".
    pub label: String,
    /// Whether it is the one that the contact is found by.
    pub primary: bool,
}

/// A phone or fax number of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// The number. IT Glue keeps its digits only.
    pub value: Private,
    /// The extension, digits only as well.
    pub extension: Option<Private>,
    /// Which one it is, such as "Work".
    pub label: String,
    /// Whether it is the first one to call.
    pub primary: bool,
    /// Phone or fax.
    pub kind: PhoneKind,
}

/// What answers a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhoneKind {
    /// A phone.
    Phone,
    /// A fax.
    Fax,
    /// Something newer. It is written back as it was read, because the numbers are written all at once.
    Other(String),
}

/// What the native sync with the PSA has to do with a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// Nothing.
    None,
    /// It owns the record: of a contact only the VIP mark and the notes can be written.
    Synced,
    /// It owned the record, whose other half in the PSA is gone.
    Orphaned,
    /// It knows the record and was told not to sync it.
    Disabled,
    /// Something newer, in IT Glue's word.
    Other(String),
}

impl Contact {
    /// What it would take to create this contact again.
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            title: self.title.clone(),
            contact_type: self.contact_type,
            location: self.location,
            important: self.important,
            notes: self.notes.clone(),
            emails: self.emails.clone(),
            phones: self.phones.clone(),
        }
    }
}

/// A name in which neither the case nor the width of spaces counts: somebody typed it.
#[must_use]
pub fn folded(name: &Private) -> String {
    let words: Vec<&str> = name.reveal().split_whitespace().collect();
    words.join(" ").to_lowercase()
}

impl Email {
    /// The address, if it is a valid one.
    #[must_use]
    pub fn address(&self) -> Option<crate::Email> {
        self.value.reveal().parse().ok()
    }

    /// Whether both are the same address, however it is spelled and labelled.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let spelled = |email: &Self| email.value.reveal().trim().to_lowercase();
        spelled(self) == spelled(other)
    }
}

impl Phone {
    /// The digits of the number: a plus sign and separators do not count.
    #[must_use]
    pub fn reveal_digits(&self) -> String {
        digits(Some(&self.value))
    }

    /// The digits of the extension; empty when there is none.
    #[must_use]
    pub fn reveal_extension_digits(&self) -> String {
        digits(self.extension.as_ref())
    }

    /// Whether both are the same number of the same kind, however it is spelled and labelled.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.reveal_digits() == other.reveal_digits()
            && self.reveal_extension_digits() == other.reveal_extension_digits()
    }
}

fn digits(text: Option<&Private>) -> String {
    let text = text.map_or("", Private::reveal);
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(value: &str, extension: Option<&str>, kind: PhoneKind) -> Phone {
        Phone {
            value: value.into(),
            extension: extension.map(Private::from),
            label: "Work".to_owned(),
            primary: false,
            kind,
        }
    }

    #[test]
    fn a_number_is_the_same_in_every_spelling() {
        let stored = phone("13125550142", Some("204"), PhoneKind::Phone);
        let typed = phone("+1 (312) 555-0142", Some("x 204"), PhoneKind::Phone);
        assert!(stored.same_as(&typed));
        let fax = phone("13125550142", Some("204"), PhoneKind::Fax);
        assert!(!stored.same_as(&fax));
        let bare = phone("13125550142", None, PhoneKind::Phone);
        assert!(!stored.same_as(&bare));
        assert!(bare.same_as(&phone("13125550142", Some(" "), PhoneKind::Phone)));
    }

    #[test]
    fn a_name_is_the_same_in_every_case_and_with_every_space() {
        let same = |one: &str, other: &str| folded(&one.into()) == folded(&other.into());
        assert!(same("", " "));
        assert!(same(" Mary  Ann", "mary ann "));
        assert!(!same("Mary Ann", "Maryann"));
    }

    #[test]
    fn an_address_is_the_same_in_every_case_and_under_every_label() {
        let email = |value: &str, label: &str| Email {
            value: value.into(),
            label: label.to_owned(),
            primary: false,
        };
        let (a, b) = (
            email("Priya@Dental.example ", "Work"),
            email("priya@dental.example", "Home"),
        );
        assert!(a.same_as(&b));
        assert_eq!(a.address(), b.address());
        assert!(!a.same_as(&email("p@dental.example", "Work")));
        assert_eq!(email("call me", "Work").address(), None);
    }

    #[test]
    fn what_belongs_to_a_person_does_not_show_in_debug_output() {
        let shown = format!("{:?}", phone("3125550142", Some("204"), PhoneKind::Phone));
        assert!(!shown.contains("3125550142"), "{shown}");
        assert!(!shown.contains("204"), "{shown}");
    }
}
