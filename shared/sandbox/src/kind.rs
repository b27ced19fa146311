//! The kinds of record the PSA keeps.

use serde::{Deserialize, Serialize};

/// A kind of record. Each has a table in the [`World`](crate::World), except
/// [`Kind::Communication`], whose records live inside their contact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names say it; paths and fields are in the schema"
)]
pub enum Kind {
    Contact,
    Company,
    Communication,
    Note,
    GroupMembership,
    TrackEnrollment,
    TypeAssociation,
    ContactType,
    Department,
    Relationship,
    CommunicationType,
    NoteType,
    PortalSecurityLevel,
    PortalSecuritySetting,
    MarketingGroup,
    CompanyTeam,
    ServiceTicket,
    ProjectTicket,
    Activity,
    Opportunity,
    OpportunityContact,
    Project,
    ProjectContact,
    Configuration,
    Agreement,
    SalesOrder,
    PurchaseOrder,
    RmaTag,
    Document,
    Callback,
}

impl Kind {
    /// Every kind, in a fixed order.
    pub const ALL: [Kind; 30] = [
        Kind::Contact,
        Kind::Company,
        Kind::Communication,
        Kind::Note,
        Kind::GroupMembership,
        Kind::TrackEnrollment,
        Kind::TypeAssociation,
        Kind::ContactType,
        Kind::Department,
        Kind::Relationship,
        Kind::CommunicationType,
        Kind::NoteType,
        Kind::PortalSecurityLevel,
        Kind::PortalSecuritySetting,
        Kind::MarketingGroup,
        Kind::CompanyTeam,
        Kind::ServiceTicket,
        Kind::ProjectTicket,
        Kind::Activity,
        Kind::Opportunity,
        Kind::OpportunityContact,
        Kind::Project,
        Kind::ProjectContact,
        Kind::Configuration,
        Kind::Agreement,
        Kind::SalesOrder,
        Kind::PurchaseOrder,
        Kind::RmaTag,
        Kind::Document,
        Kind::Callback,
    ];
}
