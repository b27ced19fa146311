//! What can be written about a contact in Grow CRM.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Phone, Private};

use super::Contact;

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

impl Field {
    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Position => "position",
        }
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

pub(super) fn text(text: Option<&Private>) -> &str {
    text.map_or("", |text| text.reveal().trim())
}

pub(super) fn lower(text: &str) -> String {
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
    use crate::growcrm::{ClientId, ContactId};

    fn priya() -> Contact {
        Contact {
            email: Some("priya@northwinddental.example".into()),
            phone: Some("+1 312 555 0142 x7".into()),
            position: Some("Practice Manager".into()),
            ..Contact::new(ContactId::new(45), ClientId::new(12), "Priya", "Raman")
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
        let words: Vec<String> = found.iter().map(Field::to_string).collect();
        assert_eq!(
            words,
            ["first name", "last name", "email", "phone", "position"]
        );
        let names: Vec<&str> = found.iter().map(|field| field.name()).collect();
        assert_eq!(
            names,
            ["first_name", "last_name", "email", "phone", "position"]
        );
    }

    #[test]
    fn what_is_no_number_is_compared_as_it_stands() {
        assert!(same_number("ask Ann", "ask Ann"));
        assert!(!same_number("ask Ann", "ask Bo"));
        assert!(!same_number("", "312 555 0142"));
    }
}
