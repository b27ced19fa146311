//! What can be written to a contact in IT Glue.

use serde::{Deserialize, Serialize};

use crate::Private;

use super::{Contact, ContactTypeId, Email, LocationId, OrganizationId, Phone};

/// A contact to create. What is absent or blank is not sent, and stays as IT Glue makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// First name.
    pub first_name: Private,
    /// Last name.
    pub last_name: Private,
    /// Job title.
    pub title: Option<Private>,
    /// Its type.
    pub contact_type: Option<ContactTypeId>,
    /// Its place.
    pub location: Option<LocationId>,
    /// The mark of a VIP.
    pub important: Option<bool>,
    /// Notes, as HTML.
    pub notes: Option<Private>,
    /// Its email addresses.
    pub emails: Vec<Email>,
    /// Its phone and fax numbers.
    pub phones: Vec<Phone>,
}

/// What is to change about a known contact. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// The organization to move to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrganizationId>,
    /// First name.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub first_name: Edit<Private>,
    /// Last name.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub last_name: Edit<Private>,
    /// Job title.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub title: Edit<Private>,
    /// Its type.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub contact_type: Edit<ContactTypeId>,
    /// Its place.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub location: Edit<LocationId>,
    /// The mark of a VIP.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub important: Edit<bool>,
    /// Notes, as HTML.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub notes: Edit<Private>,
    /// All email addresses it is to have; what is not among them is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<Email>>,
    /// All phone and fax numbers it is to have; what is not among them is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phones: Option<Vec<Phone>>,
}

/// What is to become of one property.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is emptied.
    Clear,
    /// It gets this value.
    Set(T),
}

impl<T> Edit<T> {
    /// Gives a property the value, or empties it.
    #[must_use]
    pub fn to(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// Whether the property stays as it is.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value to get, if the property is not to stay as it is.
    #[must_use]
    pub fn asked(&self) -> Option<Option<&T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    fn unless_absent(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

impl<T: Clone> Edit<T> {
    fn apply(&self, to: &mut Option<T>) {
        if let Some(asked) = self.asked() {
            *to = asked.cloned();
        }
    }
}

impl Change {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// What it changes, by the names that IT Glue has for it.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        let Self {
            organization,
            first_name,
            last_name,
            title,
            contact_type,
            location,
            important,
            notes,
            emails,
            phones,
        } = self;
        [
            ("organization-id", organization.is_some()),
            ("first-name", !first_name.is_keep()),
            ("last-name", !last_name.is_keep()),
            ("title", !title.is_keep()),
            ("contact-type-id", !contact_type.is_keep()),
            ("location-id", !location.is_keep()),
            ("important", !important.is_keep()),
            ("notes", !notes.is_keep()),
            ("contact-emails", emails.is_some()),
            ("contact-phones", phones.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_changed)| is_changed.then_some(name))
        .collect()
    }

    /// The contact as it will be afterwards, but for what IT Glue does by itself.
    #[must_use]
    pub fn applied_to(&self, contact: &Contact) -> Contact {
        let Self {
            organization,
            first_name,
            last_name,
            title,
            contact_type,
            location,
            important,
            notes,
            emails,
            phones,
        } = self;
        let mut after = contact.clone();
        if let Some(organization) = organization {
            after.organization = *organization;
        }
        for (edit, name) in [
            (first_name, &mut after.first_name),
            (last_name, &mut after.last_name),
        ] {
            if let Some(asked) = edit.asked() {
                *name = asked.cloned().unwrap_or_default();
            }
        }
        title.apply(&mut after.title);
        contact_type.apply(&mut after.contact_type);
        location.apply(&mut after.location);
        important.apply(&mut after.important);
        notes.apply(&mut after.notes);
        if let Some(emails) = emails {
            after.emails.clone_from(emails);
        }
        if let Some(phones) = phones {
            after.phones.clone_from(phones);
        }
        after
    }
}

/// What would create a contact as it is, but for its notes, which are never what it was given alone.
impl From<&Contact> for Draft {
    fn from(contact: &Contact) -> Self {
        Self {
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            title: contact.title.clone(),
            contact_type: contact.contact_type,
            location: contact.location,
            important: contact.important,
            notes: None,
            emails: contact.emails.clone(),
            phones: contact.phones.clone(),
        }
    }
}

/// What a draft asks of a contact that has nothing yet.
impl From<&Draft> for Change {
    fn from(draft: &Draft) -> Self {
        let Draft {
            first_name,
            last_name,
            title,
            contact_type,
            location,
            important,
            notes,
            emails,
            phones,
        } = draft;
        let text = |text: Option<&Private>| {
            Edit::unless_absent(text.filter(|text| !text.is_blank()).cloned())
        };
        Self {
            organization: None,
            first_name: text(Some(first_name)),
            last_name: text(Some(last_name)),
            title: text(title.as_ref()),
            contact_type: Edit::unless_absent(*contact_type),
            location: Edit::unless_absent(*location),
            important: Edit::unless_absent(*important),
            notes: text(notes.as_ref()),
            emails: (!emails.is_empty()).then(|| emails.clone()),
            phones: (!phones.is_empty()).then(|| phones.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::itglue::{ContactId, Link};

    fn contact() -> Contact {
        Contact {
            id: ContactId::new(72),
            organization: OrganizationId::new(5),
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            title: Some("Practice Manager".into()),
            contact_type: None,
            location: Some(LocationId::new(3)),
            important: None,
            notes: None,
            emails: vec![email("priya@dental.example")],
            phones: Vec::new(),
            link: Link::None,
            remote_ids: Vec::new(),
            resource_url: None,
            updated_at: None,
        }
    }

    fn email(value: &str) -> Email {
        Email {
            value: value.into(),
            label: "Work".to_owned(),
            primary: true,
        }
    }

    #[test]
    fn the_default_changes_nothing() {
        let change = Change::default();
        assert!(change.is_empty());
        assert_eq!(change.applied_to(&contact()), contact());
        assert_eq!(serde_json::to_string(&change).unwrap(), "{}");
        assert!(Change::from(&Draft::default()).is_empty());
    }

    #[test]
    fn what_is_kept_emptied_and_set_stays_told_apart_when_stored() {
        let change = Change {
            title: Edit::Clear,
            important: Edit::Set(true),
            first_name: Edit::to(Some("Pria".into())),
            emails: Some(Vec::new()),
            ..Change::default()
        };
        assert_eq!(
            change.fields(),
            ["first-name", "title", "important", "contact-emails"]
        );
        let stored = serde_json::to_string(&change).unwrap();
        assert_eq!(
            stored,
            r#"{"first_name":{"set":"Pria"},"title":"clear","important":{"set":true},"emails":[]}"#
        );
        assert_eq!(serde_json::from_str::<Change>(&stored).unwrap(), change);
    }

    #[test]
    fn a_change_is_seen_in_the_contact_afterwards() {
        let change = Change {
            organization: Some(OrganizationId::new(6)),
            last_name: Edit::Clear,
            title: Edit::Clear,
            contact_type: Edit::Set(ContactTypeId::new(9)),
            important: Edit::Set(false),
            notes: Edit::Set("Hi".into()),
            emails: Some(Vec::new()),
            ..Change::default()
        };
        let after = change.applied_to(&contact());
        let expected = Contact {
            organization: OrganizationId::new(6),
            last_name: Private::default(),
            title: None,
            contact_type: Some(ContactTypeId::new(9)),
            important: Some(false),
            notes: Some("Hi".into()),
            emails: Vec::new(),
            ..contact()
        };
        assert_eq!(after, expected);
        assert_eq!(change.applied_to(&after), after);
    }

    #[test]
    fn a_contact_can_be_drafted_again() {
        let change = Change::from(&contact().draft());
        assert_eq!(
            change.fields(),
            [
                "first-name",
                "last-name",
                "title",
                "location-id",
                "contact-emails"
            ]
        );
        assert_eq!(change.applied_to(&contact()), contact());
    }
}
