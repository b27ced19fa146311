//! Companies and people as Grow CRM, the client portal, holds them.
//!
//! There, a *client* is a company, and a *contact* is a portal user of exactly one client. Ids are numbers of
//! that system alone and say nothing about the PSA's.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{IdError, Phone, Private};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// Wraps the number the vendor gave.
            #[must_use]
            pub const fn new(id: u64) -> Self {
                Self(id)
            }

            /// The number, for the vendor's API.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.trim()
                    .parse()
                    .map(Self)
                    .map_err(|_| IdError::new($what, "a whole number"))
            }
        }
    )*};
}

ids! {
    /// A client in Grow CRM: a company.
    ClientId, "a Grow CRM client id";
    /// A contact in Grow CRM: a portal user of one client.
    ContactId, "a Grow CRM contact id";
}

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

/// All that can be written about a contact, and always all of it: what is left out of a change may be blanked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// First name, which must not be blank.
    pub first_name: Private,
    /// Last name, which must not be blank.
    pub last_name: Private,
    /// The address, which must not be blank.
    pub email: Private,
    /// The phone number. Without one, the contact has none afterwards.
    pub phone: Option<Private>,
    /// The position. Without one, the contact has none afterwards.
    pub position: Option<Private>,
}

/// The name of one of the [`Fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// The address.
    Email,
    /// The phone number.
    Phone,
    /// The position.
    Position,
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

impl Fields {
    /// The fields in which a contact differs.
    ///
    /// White space around a text, the case of the address and the punctuation of the number do not count.
    #[must_use]
    pub fn differences(&self, contact: &Contact) -> Vec<Field> {
        let Self {
            first_name,
            last_name,
            email,
            phone,
            position,
        } = self;
        let (address, found) = (email.reveal(), text(contact.email.as_ref()));
        let same = [
            (Field::FirstName, same_text(first_name, &contact.first_name)),
            (Field::LastName, same_text(last_name, &contact.last_name)),
            (Field::Email, lower(address) == lower(found)),
            (
                Field::Phone,
                same_number(text(phone.as_ref()), text(contact.phone.as_ref())),
            ),
            (
                Field::Position,
                text(position.as_ref()) == text(contact.position.as_ref()),
            ),
        ];
        same.into_iter()
            .filter(|(_, is_same)| !is_same)
            .map(|(field, _)| field)
            .collect()
    }

    /// Whether a contact has the same first and last name.
    #[must_use]
    pub fn names_same(&self, contact: &Contact) -> bool {
        same_text(&self.first_name, &contact.first_name)
            && same_text(&self.last_name, &contact.last_name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Position => "position",
        })
    }
}

fn text(text: Option<&Private>) -> &str {
    text.map_or("", |text| text.reveal().trim())
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

fn same_text(a: &Private, b: &Private) -> bool {
    text(Some(a)) == text(Some(b))
}

fn same_number(a: &str, b: &str) -> bool {
    a == b
        || Phone::read(a, None).is_some_and(|number| Phone::read(b, None).as_ref() == Some(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: ClientId = ClientId::new(12);

    fn priya() -> Contact {
        Contact {
            email: Some("priya@northwinddental.example".into()),
            phone: Some("+1 312 555 0142 x7".into()),
            position: Some("Practice Manager".into()),
            social: BTreeMap::from([("linkedin".to_owned(), "priya-raman".into())]),
            ..Contact::new(ContactId::new(45), CLIENT, "Priya", "Raman")
        }
    }

    /// What differs after a change to the fields that would keep Priya as she is.
    fn differences(change: impl FnOnce(&mut Fields)) -> Vec<Field> {
        let mut fields = priya().fields().unwrap();
        change(&mut fields);
        fields.differences(&priya())
    }

    #[test]
    fn a_contact_does_not_differ_from_its_own_fields() {
        assert_eq!(differences(|_| ()), []);
    }

    #[test]
    fn spelling_that_says_the_same_is_no_difference() {
        let found = differences(|fields| {
            fields.first_name = " Priya ".into();
            fields.email = "Priya@NorthwindDental.example".into();
            fields.phone = Some("(312) 555-0142 ext. 7".into());
            fields.position = Some("Practice Manager ".into());
        });
        assert_eq!(found, []);
    }

    #[test]
    fn blank_and_absent_are_the_same() {
        let bare = Contact {
            phone: None,
            position: Some(" ".into()),
            ..priya()
        };
        let fields = Fields {
            phone: Some("".into()),
            position: None,
            ..priya().fields().unwrap()
        };
        assert_eq!(fields.differences(&bare), []);
    }

    #[test]
    fn every_field_that_differs_is_named() {
        let found = differences(|fields| {
            fields.first_name = "priya".into();
            fields.last_name = "Raman-Cole".into();
            fields.email = "p.raman@northwinddental.example".into();
            fields.phone = Some("+1 312 555 0142 x8".into());
            fields.position = None;
        });
        let names: Vec<String> = found.iter().map(Field::to_string).collect();
        assert_eq!(
            names,
            ["first name", "last name", "email", "phone", "position"]
        );
    }

    #[test]
    fn what_is_no_number_is_compared_as_it_stands() {
        assert!(same_number("ask Ann", "ask Ann"));
        assert!(!same_number("ask Ann", "ask Bo"));
        assert!(!same_number("", "312 555 0142"));
    }

    #[test]
    fn an_address_is_recognized_in_any_case_and_none_belongs_to_nobody() {
        assert!(priya().has_address(" PRIYA@northwinddental.example"));
        assert!(!priya().has_address("raman@northwinddental.example"));
        let nobody = Contact::new(ContactId::new(1), CLIENT, "", "");
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
    fn a_label_is_recognized_in_any_case() {
        let mut client = Client::new(CLIENT, "Northwind Dental Group");
        assert!(!client.is_tagged("cw-company-250"));
        client.tags.push("CW-Company-250".to_owned());
        assert!(client.is_tagged("cw-company-250"));
        assert!(!client.is_tagged("cw-company-25"));
    }

    #[test]
    fn debug_output_shows_nobody() {
        let client = Client::new(CLIENT, "Raman");
        let shown = format!("{:?} {:?} {client:?}", priya(), priya().fields());
        for private in ["Priya", "Raman", "priya", "312", "Practice"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }

    #[test]
    fn ids_are_read_back_as_they_were_written() {
        let id: ContactId = "6000000000".parse().unwrap();
        assert_eq!(
            (id.get(), id.to_string().as_str()),
            (6_000_000_000, "6000000000")
        );
        let error = "x".parse::<ClientId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "read a Grow CRM client id: expected a whole number"
        );
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
}
