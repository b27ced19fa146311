//! Everything a plan may look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Company, Contact, ContactId, ContactTypeId, Email, GroupId, Memory, NoteId, Private,
    PrivateValue, Reference, TypeAssociationId, TypeLabel,
};

/// What was read about one company. The truth at `taken_at`, and the only thing policies see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When the reading began; the only "now" a policy knows.
    pub taken_at: Timestamp,
    /// The company.
    pub company: Company,
    /// Its contacts, or those that were read.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// Whether these are all of them.
    pub scope: Scope,
    /// Where these are not all: the contacts for which everybody at the company was read who may be
    /// the same person.
    pub read_around: BTreeSet<ContactId>,
    /// Everybody in the tenant who carries an address, for the addresses that were asked about.
    pub carriers: BTreeMap<Email, Vec<Contact>>,
    /// Portal addresses that nobody vouches for: the visit's contacts bring them for the first time,
    /// or another company is known to log in with them, too.
    pub unverified: BTreeSet<Email>,
    /// Contacts of the company whose own company property the API member's role does not see.
    pub hidden: BTreeSet<ContactId>,
    /// Contacts of which the API member's role may not read what a merge needs to know.
    pub unreadable: BTreeSet<ContactId>,
    /// What only a merge needs to know, for the contacts that may take part in one.
    pub details: BTreeMap<ContactId, Details>,
    /// The label that mirrors the primary contact, where the instance has one.
    pub primary_label: Option<TypeLabel>,
    /// The link between a contact and that label, for contacts that carry it without being primary.
    pub label_links: BTreeMap<ContactId, TypeAssociationId>,
    /// What the journal remembers.
    pub memory: Memory,
}

/// How much of a company was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Scope {
    /// All its contacts.
    Whole,
    /// A company too large for that: these contacts, their possible duplicates, and the default.
    Focused {
        /// The contacts the visit is about.
        on: BTreeSet<ContactId>,
    },
}

/// What hangs on a contact and is not part of its record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Its notes.
    pub notes: Vec<Note>,
    /// Its marketing groups.
    pub groups: Vec<Membership>,
    /// The records that point at it.
    pub references: Vec<Reference>,
    /// The vendor's own count of what uses it, as sent: the audit trail of a merge.
    pub usages: Vec<PrivateValue>,
    /// Its marketing tracks, as sent; they cannot be written back.
    pub tracks: Vec<PrivateValue>,
}

/// A note on a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id in the PSA.
    pub id: NoteId,
    /// What it says.
    pub text: Private,
    /// The instance's type of note, as the PSA numbers them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_id: Option<u32>,
    /// Whether it is flagged.
    #[serde(default)]
    pub flagged: bool,
}

/// A contact's place in a marketing group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// What the membership says about itself.
    pub description: Option<Private>,
    /// Whether the contact unsubscribed.
    pub unsubscribed: bool,
}

impl Note {
    /// Whether it says this, however its lines end.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        plain(self.text.reveal()) == plain(text)
    }
}

fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

impl Scope {
    /// Whether a policy may act on this contact during the visit.
    #[must_use]
    pub fn covers(&self, contact: ContactId) -> bool {
        match self {
            Self::Whole => true,
            Self::Focused { on } => on.contains(&contact),
        }
    }
}

impl Snapshot {
    /// A snapshot with nothing but a company in it.
    #[must_use]
    pub fn new(taken_at: Timestamp, company: Company) -> Self {
        Self {
            taken_at,
            company,
            contacts: BTreeMap::new(),
            scope: Scope::Whole,
            read_around: BTreeSet::new(),
            carriers: BTreeMap::new(),
            unverified: BTreeSet::new(),
            hidden: BTreeSet::new(),
            unreadable: BTreeSet::new(),
            details: BTreeMap::new(),
            primary_label: None,
            label_links: BTreeMap::new(),
            memory: Memory::default(),
        }
    }

    /// Whether everybody at the company was read who may be the same person as this contact. Until
    /// then, nobody can say whether its address, its number and its name are its own.
    #[must_use]
    pub fn is_read_around(&self, contact: ContactId) -> bool {
        self.scope == Scope::Whole || self.read_around.contains(&contact)
    }

    /// The primary contact, if it was read and belongs to the company.
    #[must_use]
    pub fn default_contact(&self) -> Option<&Contact> {
        self.company
            .default_contact
            .and_then(|id| self.contacts.get(&id))
    }

    /// The contacts that carry this label.
    pub fn labeled(&self, label: ContactTypeId) -> impl Iterator<Item = &Contact> {
        self.contacts.values().filter(move |c| c.has_type(label))
    }
}
