//! Records elsewhere in the PSA that point at a contact.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ContactId, RecordId};

/// One pointer from a record to a contact: it moves with a merge and is pointed back by undo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// What kind of record points.
    pub kind: RecordKind,
    /// Which one.
    pub record: RecordId,
    /// Under which property, such as `contact` or `billToContact`.
    pub field: String,
}

impl Reference {
    /// The contact that points, where it is one: at its manager or assistant.
    #[must_use]
    pub fn owner(&self) -> Option<ContactId> {
        (self.kind == RecordKind::Contact).then(|| ContactId::new(self.record.get()))
    }

    /// The same, where the contact that points has another id.
    #[must_use]
    pub fn renamed(mut self, id: impl Fn(ContactId) -> ContactId) -> Self {
        if let Some(owner) = self.owner() {
            self.record = RecordId::new(id(owner).get());
        }
        self
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.kind, self.record, self.field)
    }
}

/// The kinds of record that point at contacts and can be pointed elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// A service ticket.
    ServiceTicket,
    /// A project ticket.
    ProjectTicket,
    /// A sales activity.
    Activity,
    /// A sales opportunity.
    Opportunity,
    /// A project.
    Project,
    /// A configuration (a device, a license).
    Configuration,
    /// An agreement.
    Agreement,
    /// A sales order.
    SalesOrder,
    /// A purchase order.
    PurchaseOrder,
    /// Another contact, whose manager or assistant this is.
    Contact,
}

impl RecordKind {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 10] = [
        Self::ServiceTicket,
        Self::ProjectTicket,
        Self::Activity,
        Self::Opportunity,
        Self::Project,
        Self::Configuration,
        Self::Agreement,
        Self::SalesOrder,
        Self::PurchaseOrder,
        Self::Contact,
    ];

    /// Several of them.
    #[must_use]
    pub fn plural(self) -> String {
        let one = self.to_string();
        match one.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{one}s"),
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServiceTicket => "service ticket",
            Self::ProjectTicket => "project ticket",
            Self::Activity => "activity",
            Self::Opportunity => "opportunity",
            Self::Project => "project",
            Self::Configuration => "configuration",
            Self::Agreement => "agreement",
            Self::SalesOrder => "sales order",
            Self::PurchaseOrder => "purchase order",
            Self::Contact => "contact",
        })
    }
}
