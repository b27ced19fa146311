//! The description of each kind.

use super::{Access, Field, Spec, Tie, fields::*};
use crate::kind::Kind;

/// A kind with the usual properties; the calls below change what is unusual.
const fn plain(title: &'static str, resource: &'static str, fields: &'static [Field]) -> Spec {
    Spec {
        title,
        resource,
        label: "name",
        required: &[],
        callback: None,
        tie: Tie::None,
        access: Access::Full,
        fields,
    }
}

impl Spec {
    const fn required(self, required: &'static [&'static str]) -> Spec {
        Spec { required, ..self }
    }

    const fn label(self, label: &'static str) -> Spec {
        Spec { label, ..self }
    }

    const fn callback(self, callback: &'static str) -> Spec {
        Spec {
            callback: Some(callback),
            ..self
        }
    }

    const fn tie(self, tie: Tie) -> Spec {
        Spec { tie, ..self }
    }

    const fn access(self, access: Access) -> Spec {
        Spec { access, ..self }
    }
}

/// A record of work or money.
const fn work(
    title: &'static str,
    resource: &'static str,
    callback: &'static str,
    fields: &'static [Field],
) -> Spec {
    plain(title, resource, fields)
        .callback(callback)
        .tie(Tie::Firm)
}

/// The description of `kind`.
pub(super) fn spec(kind: Kind) -> &'static Spec {
    match kind {
        Kind::Contact => {
            const {
                &plain("Contact", "contact", CONTACT)
                    .required(&["firstName"])
                    .callback("contact")
                    .tie(Tie::Loose)
            }
        }
        Kind::Company => {
            const {
                &plain("Company", "company", COMPANY_FIELDS)
                    .required(&["identifier", "name"])
                    .callback("company")
                    .tie(Tie::Loose)
            }
        }
        Kind::Communication => {
            const {
                &plain(
                    "ContactCommunication",
                    "contactCommunication",
                    COMMUNICATION,
                )
                .required(&["value"])
            }
        }
        Kind::Note => const { &plain("ContactNote", "contactNote", NOTE).required(&["text"]) },
        Kind::GroupMembership => {
            const {
                &plain("ContactGroup", "contactGroup", GROUP_MEMBERSHIP)
                    .required(&["group", "contact"])
            }
        }
        Kind::TrackEnrollment => {
            const {
                &plain("ContactTrack", "contactTrack", TRACK_ENROLLMENT)
                    .required(&["track", "contact"])
                    .access(Access::NoUpdate)
            }
        }
        Kind::TypeAssociation => {
            const {
                &plain(
                    "ContactTypeAssociation",
                    "contactTypeAssociation",
                    TYPE_ASSOCIATION,
                )
                .required(&["type", "contact"])
            }
        }
        Kind::ContactType => {
            const {
                &plain("ContactType", "contactType", CONTACT_TYPE)
                    .required(&["description"])
                    .label("description")
            }
        }
        Kind::Department => {
            const { &plain("ContactDepartment", "contactDepartment", NAMED).required(&["name"]) }
        }
        Kind::Relationship => {
            const { &plain("ContactRelationship", "contactRelationship", NAMED).required(&["name"]) }
        }
        Kind::CommunicationType => {
            const {
                &plain("CommunicationType", "communicationType", COMMUNICATION_TYPE)
                    .required(&["description"])
                    .label("description")
            }
        }
        Kind::NoteType => const { &plain("NoteType", "noteType", NAMED).required(&["name"]) },
        Kind::PortalSecurityLevel => {
            const {
                &plain("PortalSecurityLevel", "portalSecurityLevel", SECURITY_LEVEL)
                    .label("caption")
                    .access(Access::Settings)
            }
        }
        Kind::PortalSecuritySetting => {
            const {
                &plain(
                    "PortalSecuritySetting",
                    "portalSecuritySetting",
                    SECURITY_SETTING,
                )
                .label("functionDescription")
                .access(Access::Settings)
            }
        }
        Kind::MarketingGroup => {
            const { &plain("MarketingGroup", "marketingGroup", NAMED).required(&["name"]) }
        }
        Kind::CompanyTeam => {
            const { &plain("CompanyTeam", "companyTeam", COMPANY_TEAM).tie(Tie::Loose) }
        }
        Kind::ServiceTicket => {
            const {
                &work("Ticket", "ticket", "ticket", TICKET)
                    .required(&["summary"])
                    .label("summary")
            }
        }
        Kind::ProjectTicket => {
            const {
                &work("ProjectTicket", "projectTicket", "ticket", TICKET)
                    .required(&["summary"])
                    .label("summary")
            }
        }
        Kind::Activity => {
            const { &work("Activity", "activity", "activity", WORK).required(&["name"]) }
        }
        Kind::Opportunity => {
            const { &work("Opportunity", "opportunity", "opportunity", OPPORTUNITY).required(&["name"]) }
        }
        Kind::OpportunityContact => {
            const {
                &plain(
                    "OpportunityContact",
                    "opportunityContact",
                    OPPORTUNITY_CONTACT,
                )
                .tie(Tie::Loose)
            }
        }
        Kind::Project => {
            const { &work("Project", "project", "project", PROJECT).required(&["name"]) }
        }
        Kind::ProjectContact => {
            const {
                &plain("ProjectContact", "projectContact", PROJECT_CONTACT)
                    .tie(Tie::Loose)
                    .access(Access::NoUpdate)
            }
        }
        Kind::Configuration => {
            const { &work("Configuration", "configuration", "configuration", WORK).required(&["name"]) }
        }
        Kind::Agreement => {
            const { &work("Agreement", "agreement", "agreement", AGREEMENT).required(&["name"]) }
        }
        Kind::SalesOrder => const { &work("Order", "order", "order", SALES_ORDER) },
        Kind::PurchaseOrder => {
            const {
                &work(
                    "PurchaseOrder",
                    "purchaseOrder",
                    "purchaseorder",
                    PURCHASE_ORDER,
                )
            }
        }
        Kind::RmaTag => const { &plain("RmaTag", "rmaTag", RMA_TAG).tie(Tie::Firm) },
        Kind::Document => {
            const {
                &plain("Document", "document", DOCUMENT)
                    .label("title")
                    .access(Access::Read)
            }
        }
        Kind::Callback => {
            const {
                &plain("CallbackEntry", "callbackEntry", CALLBACK)
                    .required(&["url", "objectId", "type", "level"])
                    .label("description")
            }
        }
    }
}
