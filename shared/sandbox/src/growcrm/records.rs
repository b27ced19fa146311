//! Clients and users, as plain data.
//!
//! None of it has a `Debug`: it is people's data, real people's when somebody loads their own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A company.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its name.
    pub company_name: String,
    /// Whether it is served.
    #[serde(default)]
    pub status: ClientStatus,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The account owner: the id of one of its contacts.
    #[serde(default)]
    pub owner: Option<u64>,
    /// A description.
    #[serde(default)]
    pub description: Option<String>,
    /// A phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// A web address.
    #[serde(default)]
    pub website: Option<String>,
    /// A tax number.
    #[serde(default)]
    pub vat: Option<String>,
    /// Its category.
    #[serde(default = "usual_category")]
    pub category: u64,
    /// When it was created; when it was added, where absent.
    #[serde(default)]
    pub created: Timestamp,
    /// When it was changed last; when it was added, where absent.
    #[serde(default)]
    pub updated: Timestamp,
}

fn usual_category() -> u64 {
    2
}

impl Client {
    /// An active client with nobody in it.
    pub fn new(company_name: &str) -> Client {
        Client {
            company_name: company_name.to_owned(),
            status: ClientStatus::Active,
            tags: Vec::new(),
            owner: None,
            description: None,
            phone: None,
            website: None,
            vat: None,
            category: usual_category(),
            created: Timestamp::default(),
            updated: Timestamp::default(),
        }
    }

    /// With another tag.
    pub fn with_tag(mut self, tag: &str) -> Client {
        self.tags.push(tag.to_owned());
        self
    }

    /// Suspended.
    pub fn suspended(self) -> Client {
        Client {
            status: ClientStatus::Suspended,
            ..self
        }
    }
}

/// Whether a client is served.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ClientStatus {
    #[default]
    Active,
    Suspended,
}

/// Somebody who has, or had, an address here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// What the user is.
    pub role: Role,
    /// Whether the user is there.
    #[serde(default)]
    pub status: Status,
    /// The client that a contact belongs to.
    #[serde(default)]
    pub client: Option<u64>,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The address; none any more after a deletion.
    #[serde(default)]
    pub email: Option<String>,
    /// A phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The position.
    #[serde(default)]
    pub position: Option<String>,
    /// Handles at social networks.
    #[serde(default)]
    pub social: Social,
    /// When the user was created; when added, where absent.
    #[serde(default)]
    pub created: Timestamp,
    /// When the user was changed last; when added, where absent.
    #[serde(default)]
    pub updated: Timestamp,
}

impl User {
    /// A contact of a client.
    pub fn contact(client: u64, first_name: &str, last_name: &str, email: &str) -> User {
        User {
            client: Some(client),
            ..User::of(Role::Contact, first_name, last_name, email)
        }
    }

    /// A member of the staff.
    pub fn staff(first_name: &str, last_name: &str, email: &str) -> User {
        User::of(Role::Staff, first_name, last_name, email)
    }

    /// Somebody on the side of a lead, who becomes a contact when a client is made of it.
    pub fn lead(first_name: &str, last_name: &str, email: &str) -> User {
        User::of(Role::Lead, first_name, last_name, email)
    }

    /// With a phone number.
    pub fn with_phone(self, phone: &str) -> User {
        User {
            phone: Some(phone.to_owned()),
            ..self
        }
    }

    /// With a position.
    pub fn with_position(self, position: &str) -> User {
        User {
            position: Some(position.to_owned()),
            ..self
        }
    }

    /// With handles at social networks.
    pub fn with_social(self, social: Social) -> User {
        User { social, ..self }
    }

    fn of(role: Role, first_name: &str, last_name: &str, email: &str) -> User {
        User {
            role,
            status: Status::Active,
            client: None,
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: Some(email.to_owned()),
            phone: None,
            position: None,
            social: Social::default(),
            created: Timestamp::default(),
            updated: Timestamp::default(),
        }
    }

    /// Whether the API shows the user as a contact.
    pub(crate) fn is_seen(&self) -> bool {
        self.role == Role::Contact && self.status != Status::Deleted
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// What a user is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A contact of a client.
    Contact,
    /// A member of the staff, whom the API's contacts never show.
    Staff,
    /// Somebody on the side of a lead, whom they don't show either.
    Lead,
}

/// Whether a user is there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Status {
    #[default]
    Active,
    Suspended,
    Deleted,
}

/// Handles at social networks. The API shows them, and has no parameters for them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Social {
    pub facebook: Option<String>,
    pub twitter: Option<String>,
    pub linkedin: Option<String>,
    pub github: Option<String>,
    pub dribbble: Option<String>,
}

/// A mail that welcomes somebody to the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WelcomeMail {
    /// When it was sent.
    pub at: Timestamp,
    /// To which user.
    pub user: u64,
    /// To which address.
    pub email: String,
}
