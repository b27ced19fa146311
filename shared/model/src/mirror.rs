//! Carrying contacts to the systems that mirror the PSA: which record is whose, and every write there.
//!
//! The PSA leads. A mirror is written to, and what it alone knows stays as it is.

mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ContactId, Private, Rule, growcrm, itglue};

/// A system that mirrors the PSA's contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// IT Glue, the documentation.
    ItGlue,
    /// Grow CRM, the client portal.
    GrowCrm,
}

/// Which record of a mirror is a contact's: one line of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The contact in the PSA.
    pub contact: ContactId,
    /// Its record in the mirror.
    pub record: Mirrored,
    /// Whether we created that record. In IT Glue, what others created is never removed.
    pub ours: bool,
    /// What was to be mirrored when both last agreed. While it is to be the same, nothing has to be read.
    pub digest: Digest,
}

/// A record in a mirror, with what it was last given.
///
/// What it was given tells what a mirror alone knows: an address that it has and was never given stays, and
/// one that it was given and that the PSA no longer has goes. Where nothing is known to have been given,
/// because the map was lost, all stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "system", rename_all = "kebab-case")]
pub enum Mirrored {
    /// A contact in IT Glue.
    ItGlue {
        /// Which.
        id: itglue::ContactId,
        /// What it was last given.
        given: Option<itglue::Draft>,
    },
    /// A contact in Grow CRM.
    GrowCrm {
        /// Which.
        id: growcrm::ContactId,
        /// What it was last given.
        given: Option<growcrm::Fields>,
    },
}

/// Where a company's contacts are mirrored to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "system", content = "id", rename_all = "kebab-case")]
pub enum Place {
    /// An organization in IT Glue.
    ItGlue(itglue::OrganizationId),
    /// A client in Grow CRM.
    GrowCrm(growcrm::ClientId),
}

/// Stands for all of a contact that is mirrored. Equal digests need no look at the mirror.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

/// One write to a mirror. Each is exactly one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// To IT Glue.
    ItGlue(ItGlueCall),
    /// To Grow CRM.
    GrowCrm(GrowCrmCall),
}

/// A write to IT Glue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum ItGlueCall {
    /// Create a contact.
    Create {
        /// Where.
        organization: itglue::OrganizationId,
        /// As what.
        draft: itglue::Draft,
    },
    /// Change a contact.
    Update {
        /// Which.
        record: itglue::ContactId,
        /// What, and what stays.
        change: itglue::Change,
    },
    /// Delete a contact, which cannot be undone but by creating it anew.
    Remove {
        /// Which.
        record: itglue::ContactId,
    },
    /// Create a type of contact.
    CreateType {
        /// Its name, which is nobody's.
        name: String,
    },
}

/// A write to Grow CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum GrowCrmCall {
    /// Create a contact: a portal user.
    Create {
        /// Of which client.
        client: growcrm::ClientId,
        /// As what.
        fields: growcrm::Fields,
        /// Whether it is mailed a welcome.
        send_email: bool,
    },
    /// Change a contact.
    Update {
        /// Which.
        record: growcrm::ContactId,
        /// All that it is to be.
        fields: growcrm::Fields,
    },
    /// Delete a contact: it can no longer log in, and its address is free again.
    Remove {
        /// Which.
        record: growcrm::ContactId,
    },
    /// Make a contact its client's account owner.
    MakeOwner {
        /// Of which client.
        client: growcrm::ClientId,
        /// Whom; absent for the contact that an earlier change of the plan creates.
        record: Option<growcrm::ContactId>,
        /// Who it was.
        before: Option<growcrm::ContactId>,
    },
    /// Create a client, with a contact as its account owner.
    CreateClient {
        /// The company's name.
        company_name: Private,
        /// The owner, without phone and position: the CRM takes neither with a new client.
        fields: growcrm::Fields,
        /// Labels.
        tags: Vec<String>,
    },
    /// Label a client.
    SetTags {
        /// Which.
        client: growcrm::ClientId,
        /// All labels it had.
        before: Vec<String>,
        /// All labels it is to have.
        after: Vec<String>,
    },
}

/// A record of a mirror at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "system", rename_all = "kebab-case")]
pub enum Record {
    /// A contact in IT Glue.
    ItGlue(itglue::Contact),
    /// A contact in Grow CRM.
    GrowCrm(growcrm::Contact),
}

impl System {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ItGlue, Self::GrowCrm];

    /// The rule that says how far we may go there.
    #[must_use]
    pub fn rule(self) -> Rule {
        match self {
            Self::ItGlue => Rule::MirrorItGlue,
            Self::GrowCrm => Rule::MirrorGrowCrm,
        }
    }
}

impl Link {
    /// In which system.
    #[must_use]
    pub fn system(&self) -> System {
        match self.record {
            Mirrored::ItGlue { .. } => System::ItGlue,
            Mirrored::GrowCrm { .. } => System::GrowCrm,
        }
    }
}

impl Record {
    /// The record for a line of the map, as one that was given all that it has.
    #[must_use]
    pub fn as_given(&self) -> Mirrored {
        match self {
            Self::ItGlue(contact) => Mirrored::ItGlue {
                id: contact.id,
                given: Some(contact.into()),
            },
            Self::GrowCrm(contact) => Mirrored::GrowCrm {
                id: contact.id,
                given: contact.fields(),
            },
        }
    }
}

impl Place {
    /// In which system.
    #[must_use]
    pub fn system(self) -> System {
        match self {
            Self::ItGlue(_) => System::ItGlue,
            Self::GrowCrm(_) => System::GrowCrm,
        }
    }
}

impl Digest {
    /// The digest of what is not in line yet: it is looked at again whenever the company is.
    #[must_use]
    pub fn unsettled() -> Self {
        Self::new("unsettled")
    }

    /// Wraps a digest. It must not tell anything about a person.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Call {
    /// Whether it creates a record for its contact.
    #[must_use]
    pub fn creates(&self) -> bool {
        matches!(
            self,
            Self::ItGlue(ItGlueCall::Create { .. })
                | Self::GrowCrm(GrowCrmCall::Create { .. } | GrowCrmCall::CreateClient { .. })
        )
    }

    /// In which system.
    #[must_use]
    pub fn system(&self) -> System {
        match self {
            Self::ItGlue(_) => System::ItGlue,
            Self::GrowCrm(_) => System::GrowCrm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored<T: Serialize + for<'d> Deserialize<'d> + PartialEq + fmt::Debug>(
        value: &T,
    ) -> String {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value);
        text
    }

    #[test]
    fn a_line_of_the_map_is_read_back_as_it_was_written() {
        let link = Link {
            contact: ContactId::new(4711),
            record: Mirrored::ItGlue {
                id: itglue::ContactId::new(72),
                given: None,
            },
            ours: true,
            digest: Digest::new("a1"),
        };
        assert_eq!(
            stored(&link),
            r#"{"contact":4711,"record":{"system":"it-glue","id":72,"given":null},"ours":true,"digest":"a1"}"#
        );
        assert_eq!(link.system(), System::ItGlue);
        let place = Place::GrowCrm(growcrm::ClientId::new(12));
        assert_eq!(stored(&place), r#"{"system":"grow-crm","id":12}"#);
        assert_eq!(place.system(), System::GrowCrm);
    }

    #[test]
    fn writes_are_read_back_as_they_were_written() {
        let remove = Call::ItGlue(ItGlueCall::Remove {
            record: itglue::ContactId::new(72),
        });
        assert_eq!(
            stored(&remove),
            r#"{"it-glue":{"call":"remove","record":72}}"#
        );
        let owner = Call::GrowCrm(GrowCrmCall::MakeOwner {
            client: growcrm::ClientId::new(12),
            record: None,
            before: Some(growcrm::ContactId::new(45)),
        });
        assert_eq!(
            stored(&owner),
            r#"{"grow-crm":{"call":"make-owner","client":12,"record":null,"before":45}}"#
        );
        assert_eq!(
            [remove.system(), owner.system()],
            [System::ItGlue, System::GrowCrm]
        );
    }
}
