//! A contact as the policies see it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CommunicationId, CommunicationTypeId, CompanyId, ContactId, ContactTypeId, Email, Phone,
    Private, PrivateValue,
};

/// A contact: one record about one person at one company, with everything the vendor sent, so that
/// a journalled image can bring it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id in the PSA.
    pub id: ContactId,
    /// The company it belongs to; absent for a stray contact or when rights hide it.
    pub company: Option<CompanyId>,
    /// First name; the only field the PSA insists on, so imports put anything there.
    pub first_name: Private,
    /// Last name; blank when there is none.
    pub last_name: Private,
    /// False for a contact that was retired.
    pub active: bool,
    /// The PSA's own mark that this is its company's primary contact.
    pub is_default: bool,
    /// The PSA's own mark that this is its company's billing contact.
    pub is_billing: bool,
    /// Access to the client portal.
    pub portal: Portal,
    /// Emails, phones and faxes.
    pub communications: Vec<Communication>,
    /// Labels.
    pub types: Vec<TypeLabel>,
    /// Custom fields with a value.
    pub custom_fields: Vec<CustomField>,
    /// Every other property under its name on the wire, such as `title`.
    pub fields: BTreeMap<String, PrivateValue>,
    /// When the record was last changed, by the PSA's clock.
    pub updated_at: Option<Timestamp>,
    /// The member identifier of who changed it last.
    pub updated_by: Option<Private>,
}

/// A contact's access to the client portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portal {
    /// Whether it may log in.
    pub login: Login,
    /// Security level 1 to 6; what each means is set per instance. Absent on some releases.
    pub level: Option<u8>,
}

/// Whether a contact may log in to the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Login {
    /// It may.
    Enabled,
    /// It may not.
    Disabled,
}

/// An email, phone or fax of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Communication {
    /// Its id in the PSA.
    pub id: CommunicationId,
    /// Email, phone or fax.
    pub kind: CommunicationKind,
    /// The instance's own type of item.
    pub type_id: CommunicationTypeId,
    /// That type's name, such as "Direct".
    pub type_name: String,
    /// The address or number as it was typed.
    pub value: Private,
    /// A phone's extension.
    pub extension: Option<Private>,
    /// Whether it is the default of its kind.
    pub is_default: bool,
}

/// What a communication item is. The PSA knows exactly three.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommunicationKind {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// A fax number.
    Fax,
    /// Something a newer release brought; read, never written.
    Other(String),
}

/// A label on a contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TypeLabel {
    /// The label's id, which differs per instance.
    pub id: ContactTypeId,
    /// The label's text.
    pub name: String,
}

/// A custom field that has a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// The field's id in the instance.
    pub id: u32,
    /// Its caption.
    pub caption: String,
    /// Its value, of whatever type the field has.
    pub value: PrivateValue,
}

impl Contact {
    /// The fields that point at other contacts, by their names on the wire.
    pub const REFERENCES: [&'static str; 2] = ["managerContact", "assistantContact"];

    /// A contact with nothing but an id, a company and a name: active, without portal login.
    #[must_use]
    pub fn new(id: ContactId, company: CompanyId, first: &str, last: &str) -> Self {
        Self {
            id,
            company: Some(company),
            first_name: first.into(),
            last_name: last.into(),
            active: true,
            is_default: false,
            is_billing: false,
            portal: Portal {
                login: Login::Disabled,
                level: None,
            },
            communications: Vec::new(),
            types: Vec::new(),
            custom_fields: Vec::new(),
            fields: BTreeMap::new(),
            updated_at: None,
            updated_by: None,
        }
    }

    /// The same contact with one more email item, the default if it is the first. For test worlds.
    #[must_use]
    pub fn with_email(self, id: u32, address: &str) -> Self {
        self.with_communication(CommunicationKind::Email, (1, "Email"), id, address)
    }

    /// The same contact with one more phone item, the default if it is the first. For test worlds.
    #[must_use]
    pub fn with_phone(self, id: u32, number: &str) -> Self {
        self.with_communication(CommunicationKind::Phone, (2, "Direct"), id, number)
    }

    /// The same contact with one more plain field. For test worlds.
    #[must_use]
    pub fn with_field(mut self, name: &str, value: &str) -> Self {
        let value = serde_json::Value::from(value).into();
        self.fields.insert(name.to_owned(), value);
        self
    }

    fn with_communication(
        mut self,
        kind: CommunicationKind,
        (type_id, type_name): (u32, &str),
        id: u32,
        value: &str,
    ) -> Self {
        let is_default = self.communications.iter().all(|item| item.kind != kind);
        self.communications.push(Communication {
            id: CommunicationId::new(id),
            kind,
            type_id: CommunicationTypeId::new(type_id),
            type_name: type_name.to_owned(),
            value: value.into(),
            extension: None,
            is_default,
        });
        self
    }

    /// The valid addresses among the email items, each with its item, the default first.
    #[must_use]
    pub fn emails(&self) -> Vec<(Email, &Communication)> {
        let mut emails: Vec<_> = self
            .communications
            .iter()
            .filter_map(|item| Some((item.email()?, item)))
            .collect();
        emails.sort_by_key(|(_, item)| !item.is_default);
        emails
    }

    /// The readable numbers among the phone items.
    #[must_use]
    pub fn phones(&self) -> Vec<Phone> {
        self.communications
            .iter()
            .filter(|item| item.kind == CommunicationKind::Phone)
            .filter_map(Communication::number)
            .collect()
    }

    /// What a plain or custom field holds, by its name on the wire or as `customFields/ID`.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&PrivateValue> {
        match field.strip_prefix("customFields/") {
            None => self.fields.get(field),
            Some(id) => {
                let mut fields = self.custom_fields.iter();
                let held = fields.find(|held| held.id.to_string() == id);
                held.map(|held| &held.value)
            }
        }
    }

    /// Whether the contact has been let into the portal: active, login on, level absent or above 0.
    #[must_use]
    pub fn is_invited(&self) -> bool {
        self.active && self.portal.login == Login::Enabled && self.portal.level != Some(0)
    }

    /// Whether it carries this label.
    #[must_use]
    pub fn has_type(&self, label: ContactTypeId) -> bool {
        self.types.iter().any(|t| t.id == label)
    }
}

impl Communication {
    /// The address, if this is an email item and its value is valid.
    #[must_use]
    pub fn email(&self) -> Option<Email> {
        (self.kind == CommunicationKind::Email)
            .then(|| self.value.reveal().parse().ok())
            .flatten()
    }

    /// The number of a phone or fax, if it is readable.
    #[must_use]
    pub fn number(&self) -> Option<Phone> {
        matches!(self.kind, CommunicationKind::Phone | CommunicationKind::Fax)
            .then(|| {
                Phone::read(
                    self.value.reveal(),
                    self.extension.as_ref().map(Private::reveal),
                )
            })
            .flatten()
    }

    /// Whether two items say the same, however they are spelled.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        if self.kind != other.kind {
            return false;
        }
        let spelled = |item: &Self| item.value.reveal().trim().to_lowercase();
        match (self.email(), other.email(), self.number(), other.number()) {
            (Some(a), Some(b), _, _) => a == b,
            (_, _, Some(a), Some(b)) => a == b,
            _ => spelled(self) == spelled(other) && self.extension == other.extension,
        }
    }
}
