//! The fields of each kind, as far as contacts have to do with them.

use super::{Field, Shape, Writer};
use crate::kind::Kind;

const fn field(name: &'static str, shape: Shape, writer: Writer) -> Field {
    Field {
        name,
        shape,
        writer,
    }
}

const fn text(name: &'static str, longest: usize) -> Field {
    field(name, Shape::Text(longest), Writer::Client)
}

const fn int(name: &'static str) -> Field {
    field(name, Shape::Int, Writer::Client)
}

const fn flag(name: &'static str) -> Field {
    field(name, Shape::Flag, Writer::Client)
}

const fn label(name: &'static str) -> Field {
    field(name, Shape::Label, Writer::Client)
}

const fn to(name: &'static str, kind: Kind) -> Field {
    field(name, Shape::To(kind), Writer::Client)
}

const fn contact(name: &'static str) -> Field {
    to(name, Kind::Contact)
}

const fn server(name: &'static str, shape: Shape) -> Field {
    field(name, shape, Writer::Server)
}

const ID: Field = server("id", Shape::Int);
const COMPANY: Field = to("company", Kind::Company);
const CONTACT_ID: Field = server("contactId", Shape::Int);

pub(super) const CONTACT: &[Field] = &[
    ID,
    text("firstName", 30),
    text("lastName", 30),
    COMPANY,
    label("site"),
    text("addressLine1", 50),
    text("addressLine2", 50),
    text("city", 50),
    text("state", 50),
    text("zip", 12),
    label("country"),
    to("relationship", Kind::Relationship),
    text("relationshipOverride", 0),
    to("department", Kind::Department),
    flag("inactiveFlag"),
    int("defaultMergeContactId"),
    text("securityIdentifier", 184),
    contact("managerContact"),
    contact("assistantContact"),
    text("title", 100),
    text("school", 50),
    text("nickName", 30),
    text("significantOther", 30),
    text("children", 0),
    flag("marriedFlag"),
    flag("childrenFlag"),
    int("portalSecurityLevel"),
    flag("disablePortalLoginFlag"),
    flag("unsubscribeFlag"),
    text("gender", 0),
    text("birthDay", 0),
    text("anniversary", 0),
    text("presence", 0),
    server("mobileGuid", Shape::Text(0)),
    text("facebookUrl", 0),
    text("twitterUrl", 0),
    text("linkedInUrl", 0),
    server("defaultPhoneType", Shape::Text(0)),
    server("defaultPhoneNbr", Shape::Text(0)),
    server("defaultPhoneExtension", Shape::Text(0)),
    flag("defaultBillingFlag"),
    flag("defaultFlag"),
    text("userDefinedField1", 50),
    text("userDefinedField2", 50),
    text("userDefinedField3", 50),
    text("userDefinedField4", 50),
    text("userDefinedField5", 50),
    text("userDefinedField6", 50),
    text("userDefinedField7", 50),
    text("userDefinedField8", 50),
    text("userDefinedField9", 50),
    text("userDefinedField10", 50),
    label("companyLocation"),
    field("communicationItems", Shape::Items, Writer::Client),
    server("types", Shape::Labels),
    field("typeIds", Shape::Any, Writer::Creator),
    field("integratorTags", Shape::Any, Writer::Client),
    field("customFields", Shape::CustomFields, Writer::Client),
    label("photo"),
    flag("ignoreDuplicates"),
    server("_info", Shape::Any),
];

pub(super) const COMPANY_FIELDS: &[Field] = &[
    ID,
    text("identifier", 30),
    text("name", 50),
    label("status"),
    text("addressLine1", 50),
    text("addressLine2", 50),
    text("city", 50),
    text("state", 50),
    text("zip", 12),
    label("country"),
    text("phoneNumber", 30),
    text("faxNumber", 30),
    text("website", 255),
    label("territory"),
    label("market"),
    contact("defaultContact"),
    contact("billingContact"),
    to("billToCompany", Kind::Company),
    label("site"),
    field("types", Shape::Labels, Writer::Client),
    flag("deletedFlag"),
    field("customFields", Shape::CustomFields, Writer::Client),
    server("_info", Shape::Any),
];

pub(super) const COMMUNICATION: &[Field] = &[
    ID,
    CONTACT_ID,
    to("type", Kind::CommunicationType),
    text("value", 250),
    text("extension", 15),
    flag("defaultFlag"),
    text("communicationType", 0),
    server("domain", Shape::Text(0)),
    server("mobileGuid", Shape::Text(0)),
    server("_info", Shape::Any),
];

pub(super) const NOTE: &[Field] = &[
    ID,
    CONTACT_ID,
    text("text", 0),
    to("type", Kind::NoteType),
    flag("flagged"),
    server("enteredBy", Shape::Text(0)),
    server("_info", Shape::Any),
];

pub(super) const GROUP_MEMBERSHIP: &[Field] = &[
    ID,
    to("group", Kind::MarketingGroup),
    contact("contact"),
    text("description", 0),
    flag("unsubscribeFlag"),
    server("_info", Shape::Any),
];

pub(super) const TRACK_ENROLLMENT: &[Field] = &[
    ID,
    label("track"),
    contact("contact"),
    server("_info", Shape::Any),
];

pub(super) const TYPE_ASSOCIATION: &[Field] = &[
    ID,
    to("type", Kind::ContactType),
    contact("contact"),
    server("_info", Shape::Any),
];

pub(super) const CONTACT_TYPE: &[Field] = &[
    ID,
    text("description", 50),
    flag("defaultFlag"),
    flag("serviceAlertFlag"),
    text("serviceAlertMessage", 150),
    server("_info", Shape::Any),
];

pub(super) const NAMED: &[Field] = &[
    ID,
    text("name", 50),
    flag("defaultFlag"),
    server("_info", Shape::Any),
];

pub(super) const COMMUNICATION_TYPE: &[Field] = &[
    ID,
    text("description", 0),
    flag("phoneFlag"),
    flag("faxFlag"),
    flag("emailFlag"),
    flag("defaultFlag"),
    server("_info", Shape::Any),
];

pub(super) const SECURITY_LEVEL: &[Field] = &[
    ID,
    server("captionIdentifier", Shape::Text(0)),
    flag("isDefaultFlag"),
    text("caption", 0),
    server("_info", Shape::Any),
];

pub(super) const SECURITY_SETTING: &[Field] = &[
    ID,
    server("functionIdentifier", Shape::Text(0)),
    server("functionDescription", Shape::Text(0)),
    flag("levelOne"),
    flag("levelTwo"),
    flag("levelThree"),
    flag("levelFour"),
    flag("levelFive"),
    flag("levelSix"),
    server("_info", Shape::Any),
];

pub(super) const COMPANY_TEAM: &[Field] = &[
    ID,
    COMPANY,
    label("teamRole"),
    contact("contact"),
    server("_info", Shape::Any),
];

pub(super) const TICKET: &[Field] = &[
    ID,
    text("summary", 100),
    label("board"),
    label("status"),
    COMPANY,
    contact("contact"),
    flag("closedFlag"),
    server("_info", Shape::Any),
];

pub(super) const WORK: &[Field] = &[
    ID,
    text("name", 100),
    label("type"),
    label("status"),
    COMPANY,
    contact("contact"),
    server("_info", Shape::Any),
];

pub(super) const OPPORTUNITY: &[Field] = &[
    ID,
    text("name", 100),
    label("status"),
    COMPANY,
    contact("contact"),
    contact("shipToContact"),
    contact("billToContact"),
    contact("technicalContact"),
    server("_info", Shape::Any),
];

pub(super) const OPPORTUNITY_CONTACT: &[Field] = &[
    ID,
    server("opportunityId", Shape::Int),
    contact("contact"),
    label("role"),
    server("_info", Shape::Any),
];

pub(super) const PROJECT: &[Field] = &[
    ID,
    text("name", 100),
    label("status"),
    COMPANY,
    contact("contact"),
    contact("billToContact"),
    contact("shipToContact"),
    server("_info", Shape::Any),
];

pub(super) const PROJECT_CONTACT: &[Field] = &[
    ID,
    server("projectId", Shape::Int),
    contact("contact"),
    server("_info", Shape::Any),
];

pub(super) const AGREEMENT: &[Field] = &[
    ID,
    text("name", 100),
    label("type"),
    COMPANY,
    contact("contact"),
    contact("billToContact"),
    contact("subContractContact"),
    server("_info", Shape::Any),
];

pub(super) const SALES_ORDER: &[Field] = &[
    ID,
    text("name", 100),
    label("status"),
    COMPANY,
    contact("contact"),
    contact("shipToContact"),
    contact("billToContact"),
    server("_info", Shape::Any),
];

pub(super) const PURCHASE_ORDER: &[Field] = &[
    ID,
    text("name", 100),
    label("status"),
    COMPANY,
    contact("customerContact"),
    contact("vendorContact"),
    server("_info", Shape::Any),
];

pub(super) const RMA_TAG: &[Field] = &[
    ID,
    text("name", 100),
    label("status"),
    COMPANY,
    contact("returnedContact"),
    contact("purchasedContact"),
    contact("warrantyContact"),
    contact("repairContact"),
    server("_info", Shape::Any),
];

pub(super) const DOCUMENT: &[Field] = &[
    ID,
    text("title", 0),
    text("fileName", 0),
    text("recordType", 0),
    int("recordId"),
    server("_info", Shape::Any),
];

pub(super) const CALLBACK: &[Field] = &[
    ID,
    text("description", 100),
    text("url", 0),
    int("objectId"),
    text("type", 0),
    text("level", 0),
    server("memberId", Shape::Int),
    text("payloadVersion", 0),
    flag("inactiveFlag"),
    flag("isSoapCallbackFlag"),
    flag("isSelfSuppressedFlag"),
    server("connectWiseID", Shape::Text(0)),
    server("_info", Shape::Any),
];
