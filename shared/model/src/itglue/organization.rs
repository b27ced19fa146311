//! What surrounds a contact in IT Glue.

use serde::{Deserialize, Serialize};

use crate::Private;

use super::{ContactTypeId, LocationId, OrganizationId};

/// An organization: what a company is in the PSA. It is only ever read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name. A company may be one person.
    pub name: Private,
    /// Its short name. Where the native sync runs, it is the identifier of the company in the PSA.
    pub short_name: Option<Private>,
    /// Whether the native sync ties it to a company of the PSA.
    pub psa_linked: bool,
    /// The ids of the records of other systems that it is tied to, as far as they are numbers, the company's id in the
    /// PSA among them.
    pub remote_ids: Vec<String>,
}

/// A type of contact, as the account defines it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactType {
    /// Its id.
    pub id: ContactTypeId,
    /// Its name.
    pub name: String,
}

/// A place of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its name, which may be an address.
    pub name: Private,
}

/// How much hangs on a contact and would be lost with it. What IT Glue did not say is absent, which is not none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Passwords.
    pub passwords: Option<usize>,
    /// Attached files.
    pub attachments: Option<usize>,
    /// Links to and from other records.
    pub related_items: Option<usize>,
}

impl Attached {
    /// Whether it is certain that nothing hangs on the contact.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let Self {
            passwords,
            attachments,
            related_items,
        } = self;
        [passwords, attachments, related_items]
            .into_iter()
            .all(|count| *count == Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hangs_on_a_contact_only_if_all_was_said() {
        let none = Attached {
            passwords: Some(0),
            attachments: Some(0),
            related_items: Some(0),
        };
        assert!(none.is_nothing());
        for doubt in [None, Some(1)] {
            let attached = Attached {
                related_items: doubt,
                ..none
            };
            assert!(!attached.is_nothing());
        }
        assert!(!Attached::default().is_nothing());
    }
}
