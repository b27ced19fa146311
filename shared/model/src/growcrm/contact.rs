//! A contact as Grow CRM has it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Private;

use super::fields::{lower, text};
use super::{ClientId, ContactId, Fields};

/// A portal user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Whose user it is. That cannot be changed.
    pub client: ClientId,
    /// First name.
    pub first_name: Private,
    /// Last name.
    pub last_name: Private,
    /// The address it logs in with, which no other user of the whole CRM can have.
    pub email: Option<Private>,
    /// Its phone number, with its extension if there is one.
    pub phone: Option<Private>,
    /// What it does at the company.
    pub position: Option<Private>,
    /// Whether it is its client's account owner.
    pub account_owner: bool,
    /// Whether it may log in.
    pub status: Status,
    /// Handles in social networks, by network. They are read to notice when they get lost, never written.
    #[serde(default)]
    pub social: BTreeMap<String, Private>,
    /// When the record was last changed, by the CRM's clock.
    pub updated_at: Option<Timestamp>,
}

/// The state of a client or a contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// In use.
    Active,
    /// Kept out of the portal.
    Suspended,
    /// Something a newer release brought; read, never written.
    Other(String),
}

impl Contact {
    /// An active contact with nothing but an id, a client and a name.
    #[must_use]
    pub fn new(id: ContactId, client: ClientId, first: &str, last: &str) -> Self {
        Self {
            id,
            client,
            first_name: first.into(),
            last_name: last.into(),
            email: None,
            phone: None,
            position: None,
            account_owner: false,
            status: Status::Active,
            social: BTreeMap::new(),
            updated_at: None,
        }
    }

    /// What to write to keep the contact as it is; none without an address, because then nothing can be written.
    #[must_use]
    pub fn fields(&self) -> Option<Fields> {
        Some(Fields {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone()?,
            phone: self.phone.clone(),
            position: self.position.clone(),
        })
    }

    /// Whether it logs in with this address. Case and white space around do not count.
    #[must_use]
    pub fn has_address(&self, address: &str) -> bool {
        !address.trim().is_empty() && lower(text(self.email.as_ref())) == lower(address)
    }

    /// The networks whose handles it had and `after` no longer has.
    #[must_use]
    pub fn lost_handles(&self, after: &Self) -> Vec<&str> {
        self.social
            .keys()
            .filter(|network| !after.social.contains_key(*network))
            .map(String::as_str)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priya() -> Contact {
        Contact {
            email: Some("priya@northwinddental.example".into()),
            phone: Some("+1 312 555 0142 x7".into()),
            position: Some("Practice Manager".into()),
            social: BTreeMap::from([("linkedin".to_owned(), "priya-raman".into())]),
            ..Contact::new(ContactId::new(45), ClientId::new(12), "Priya", "Raman")
        }
    }

    #[test]
    fn an_address_is_recognized_in_any_case_and_none_belongs_to_nobody() {
        assert!(priya().has_address(" PRIYA@northwinddental.example"));
        assert!(!priya().has_address("raman@northwinddental.example"));
        let nobody = Contact::new(ContactId::new(1), ClientId::new(12), "", "");
        assert!(!nobody.has_address(" "));
        assert_eq!(nobody.fields(), None);
    }

    #[test]
    fn handles_that_vanish_are_named() {
        let mut after = priya();
        assert!(priya().lost_handles(&after).is_empty());
        after.social.clear();
        assert_eq!(priya().lost_handles(&after), ["linkedin"]);
        assert!(after.lost_handles(&priya()).is_empty());
    }

    #[test]
    fn an_image_from_before_there_were_handles_is_still_read() {
        let text = r#"{"id":45,"client":12,"first_name":"Priya","last_name":"Raman","email":null,
            "phone":null,"position":null,"account_owner":true,"status":{"other":"paused"},
            "updated_at":"2026-07-15T09:30:00Z"}"#;
        let contact: Contact = serde_json::from_str(text).unwrap();
        assert!(contact.account_owner && contact.social.is_empty());
        assert_eq!(contact.status, Status::Other("paused".to_owned()));
        let again = serde_json::to_value(&contact).unwrap();
        assert_eq!(serde_json::from_value::<Contact>(again).unwrap(), contact);
    }

    #[test]
    fn debug_output_shows_nobody() {
        let shown = format!("{:?} {:?}", priya(), priya().fields());
        for private in ["Priya", "Raman", "priya", "312", "Practice"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }
}
