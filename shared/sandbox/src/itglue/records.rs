//! Organizations, contacts, contact types and locations, as plain data.
//!
//! None of it has a `Debug`: it is people's data, real people's when somebody loads their own.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A company of the documentation.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Organization {
    /// Its name. Two may have the same.
    pub name: String,
    /// Its short name: the PSA's company identifier, where the PSA's integration runs.
    pub short_name: Option<String>,
    /// Its counterpart in the PSA.
    pub psa_link: Option<PsaLink>,
    /// Whether the key may not see it.
    pub hidden: bool,
    /// When it was created; when it was added, where absent.
    pub created_at: Timestamp,
    /// When it was changed last; when it was added, where absent.
    pub updated_at: Timestamp,
}

impl Organization {
    /// An organization that isn't linked to the PSA.
    pub fn new(name: &str) -> Organization {
        Organization {
            name: name.to_owned(),
            ..Organization::default()
        }
    }

    /// With a short name.
    pub fn with_short_name(self, short_name: &str) -> Organization {
        Organization {
            short_name: Some(short_name.to_owned()),
            ..self
        }
    }

    /// Linked to the PSA's company of that id, and synced with it.
    pub fn linked_to(self, company: impl Display) -> Organization {
        Organization {
            psa_link: Some(PsaLink::synced(company)),
            ..self
        }
    }

    /// Out of the key's sight.
    pub fn hidden(self) -> Organization {
        Organization {
            hidden: true,
            ..self
        }
    }
}

/// Somebody who belongs to one organization.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The organization's id.
    pub organization: u64,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The contact type's id.
    pub contact_type: Option<u64>,
    /// The location's id.
    pub location: Option<u64>,
    /// Whether the contact is important; neither until somebody says so.
    pub important: Option<bool>,
    /// Notes: text or HTML.
    pub notes: Option<String>,
    /// Whether access is restricted.
    pub restricted: Option<bool>,
    /// All addresses.
    pub emails: Vec<Email>,
    /// All phones and faxes.
    pub phones: Vec<Phone>,
    /// Its counterpart in the PSA, as the native integration knows it.
    pub psa_link: Option<PsaLink>,
    /// Whether the addresses cannot be changed: a directory sync owns them.
    pub email_lock: bool,
    /// What hangs on it.
    pub attached: Attached,
    /// When it was created; when it was added, where absent.
    pub created_at: Timestamp,
    /// When it was changed last; when it was added, where absent.
    pub updated_at: Timestamp,
}

impl Contact {
    /// A contact about whom nothing but the name is known. An empty name is none.
    pub fn new(organization: u64, first_name: &str, last_name: &str) -> Contact {
        let name = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        Contact {
            organization,
            first_name: name(first_name),
            last_name: name(last_name),
            ..Contact::default()
        }
    }

    /// With a title.
    pub fn with_title(self, title: &str) -> Contact {
        Contact {
            title: Some(title.to_owned()),
            ..self
        }
    }

    /// With a contact type.
    pub fn with_type(self, contact_type: u64) -> Contact {
        Contact {
            contact_type: Some(contact_type),
            ..self
        }
    }

    /// At a location.
    pub fn with_location(self, location: u64) -> Contact {
        Contact {
            location: Some(location),
            ..self
        }
    }

    /// Important, or expressly not.
    pub fn with_important(self, important: bool) -> Contact {
        Contact {
            important: Some(important),
            ..self
        }
    }

    /// With notes.
    pub fn with_notes(self, notes: &str) -> Contact {
        Contact {
            notes: Some(notes.to_owned()),
            ..self
        }
    }

    /// With another address, labeled `Work`. The first is primary.
    pub fn with_email(mut self, address: &str) -> Contact {
        self.emails.push(Email {
            value: address.to_owned(),
            label_name: "Work".to_owned(),
            primary: self.emails.is_empty(),
        });
        self
    }

    /// With another phone, labeled `Work`. The first is primary.
    pub fn with_phone(self, number: &str) -> Contact {
        self.with_number(number, "Work", LabelType::Phone)
    }

    /// With another phone, labeled `Cell`. The first phone is primary.
    pub fn with_cell(self, number: &str) -> Contact {
        self.with_number(number, "Cell", LabelType::Phone)
    }

    /// With a fax, which isn't primary.
    pub fn with_fax(self, number: &str) -> Contact {
        self.with_number(number, "Work", LabelType::Fax)
    }

    /// Linked to the PSA's contact of that id, and synced with it: only the flag and the notes can be written.
    pub fn synced_with(self, contact: impl Display) -> Contact {
        Contact {
            psa_link: Some(PsaLink::synced(contact)),
            ..self
        }
    }

    /// Whose counterpart in the PSA is gone. Without a link it stays without.
    pub fn orphaned(mut self) -> Contact {
        if let Some(link) = &mut self.psa_link {
            link.orphaned = true;
        }
        self
    }

    /// With addresses that cannot be changed.
    pub fn with_email_lock(self) -> Contact {
        Contact {
            email_lock: true,
            ..self
        }
    }

    /// With so many passwords, attachments and related items on it.
    pub fn with_attached(self, attached: Attached) -> Contact {
        Contact { attached, ..self }
    }

    fn with_number(mut self, number: &str, label: &str, label_type: LabelType) -> Contact {
        self.phones.push(Phone {
            value: digits(number),
            extension: None,
            label_name: label.to_owned(),
            label_type,
            primary: label_type == LabelType::Phone && !self.phones.iter().any(|all| all.primary),
        });
        self
    }
}

/// An address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The address.
    pub value: String,
    /// Its label.
    pub label_name: String,
    /// Whether it is the first choice.
    pub primary: bool,
}

/// A phone or a fax.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Its digits.
    pub value: String,
    /// The digits of its extension.
    pub extension: Option<String>,
    /// Its label.
    pub label_name: String,
    /// What answers.
    pub label_type: LabelType,
    /// Whether it is the first choice.
    pub primary: bool,
}

/// What answers when a number is dialed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LabelType {
    /// A person.
    Phone,
    /// A machine.
    Fax,
}

/// A record's counterpart in the PSA.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PsaLink {
    /// The PSA's id.
    pub remote_id: String,
    /// Whether the two are kept in line.
    pub sync: bool,
    /// Whether the counterpart is gone.
    pub orphaned: bool,
}

impl PsaLink {
    /// A link that is kept in line.
    pub fn synced(remote_id: impl Display) -> PsaLink {
        PsaLink {
            remote_id: remote_id.to_string(),
            sync: true,
            orphaned: false,
        }
    }

    /// The value of `psa-integration`.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            PsaLink { orphaned: true, .. } => "orphaned",
            PsaLink { sync: true, .. } => "enabled",
            PsaLink { .. } => "disabled",
        }
    }

    /// Whether the PSA owns the record.
    pub(crate) fn locks(&self) -> bool {
        self.sync && !self.orphaned
    }
}

/// How much hangs on a contact, and goes with it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Attached {
    /// Embedded passwords.
    pub passwords: u32,
    /// Attached files.
    pub attachments: u32,
    /// Links to other items.
    pub related_items: u32,
}

/// A type of contact. Types are free: each account has its own.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactType {
    /// Its name.
    pub name: String,
    /// Whether it came from the PSA, which then owns it.
    pub synced: bool,
    /// When it was created; when it was added, where absent.
    pub created_at: Timestamp,
    /// When it was changed last; when it was added, where absent.
    pub updated_at: Timestamp,
}

/// A place where an organization is.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// The organization's id.
    pub organization: u64,
    /// Its name.
    pub name: String,
    /// When it was created; when it was added, where absent.
    pub created_at: Timestamp,
    /// When it was changed last; when it was added, where absent.
    pub updated_at: Timestamp,
}

/// What is stored of a number.
pub(crate) fn digits(number: &str) -> String {
    number
        .chars()
        .filter(|each| each.is_ascii_digit())
        .collect()
}
