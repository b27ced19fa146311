//! A company as the policies see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CompanyId, ContactId, Private};

/// A customer of the MSP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its id in the PSA.
    pub id: CompanyId,
    /// Its name, for people to read. A company may be one person.
    pub name: Private,
    /// Its identifier in the PSA, which people choose and other systems know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Private>,
    /// The primary contact.
    pub default_contact: Option<ContactId>,
    /// Who gets the invoices.
    pub billing_contact: Option<ContactId>,
    /// Whether the company was deleted.
    pub deleted: bool,
    /// When the record was last changed, by the PSA's clock.
    pub updated_at: Option<Timestamp>,
}
