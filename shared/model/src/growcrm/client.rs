//! A client as Grow CRM has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Private;

use super::fields::lower;
use super::{ClientId, ContactId, Status};

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// Its name. A company may be one person.
    pub company_name: Private,
    /// Whether its users may log in.
    pub status: Status,
    /// The contact whose name and address stand on proposals and contracts.
    pub owner: Option<ContactId>,
    /// Labels.
    pub tags: Vec<String>,
    /// When the record was last changed, by the CRM's clock.
    pub updated_at: Option<Timestamp>,
}

impl Client {
    /// An active client with nothing but an id and a name.
    #[must_use]
    pub fn new(id: ClientId, company_name: &str) -> Self {
        Self {
            id,
            company_name: company_name.into(),
            status: Status::Active,
            owner: None,
            tags: Vec::new(),
            updated_at: None,
        }
    }

    /// Whether it has this label. Case and white space around do not count.
    #[must_use]
    pub fn is_tagged(&self, tag: &str) -> bool {
        self.tags.iter().any(|found| lower(found) == lower(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_recognized_in_any_case() {
        let mut client = Client::new(ClientId::new(12), "Northwind Dental Group");
        assert!(!client.is_tagged("cw-company-250"));
        client.tags.push("CW-Company-250".to_owned());
        assert!(client.is_tagged("cw-company-250"));
        assert!(!client.is_tagged("cw-company-25"));
    }

    #[test]
    fn debug_output_does_not_show_the_name() {
        let shown = format!("{:?}", Client::new(ClientId::new(12), "Raman"));
        assert!(!shown.contains("Raman"), "{shown}");
    }
}
