//! What each kind of record looks like: its fields, their types and lengths, and its place in the API.
//!
//! Everything generic (conditions, validation, patching, references, merging) reads this table, so that a
//! field is described once.

mod fields;
mod specs;

use crate::kind::Kind;

/// The type of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// A 32-bit integer.
    Int,
    /// A boolean.
    Flag,
    /// Text with a greatest length; 0 stands for no limit.
    Text(usize),
    /// A reference to a record of a kind the world keeps.
    To(Kind),
    /// A reference to something the world doesn't keep: stored as `{id, name}`, as it was given.
    Label,
    /// An array of such labels, and the types of a contact.
    Labels,
    /// The communication items of a contact.
    Items,
    /// Custom field values.
    CustomFields,
    /// Any JSON value.
    Any,
}

impl Shape {
    /// Whether the field is an array, which `conditions` refuses and `childConditions` wants.
    pub(crate) fn is_array(self) -> bool {
        matches!(self, Shape::Labels | Shape::Items | Shape::CustomFields)
    }
}

/// Who may write a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Writer {
    /// Anybody.
    Client,
    /// A client, but only when the record is created.
    Creator,
    /// The server alone.
    Server,
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name, in the spelling of the API.
    pub(crate) name: &'static str,
    /// Its type.
    pub(crate) shape: Shape,
    /// Who may write it.
    pub(crate) writer: Writer,
}

/// What may be done with records of a kind, over HTTP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Everything.
    Full,
    /// No PUT and no PATCH.
    NoUpdate,
    /// GET only.
    Read,
    /// GET, PUT and PATCH, of a fixed set of records.
    Settings,
}

/// How a record that refers to a contact stands to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tie {
    /// It doesn't refer to contacts, or is part of one.
    None,
    /// It refers to a contact, whose deletion is no concern of it.
    Loose,
    /// It is work or money: a contact it refers to cannot simply be deleted.
    Firm,
}

/// The description of a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// What messages call it: `Contact` in "Contact 4711 not found".
    pub(crate) title: &'static str,
    /// What errors call it in `resource`.
    pub(crate) resource: &'static str,
    /// The field that references to it show as `name`.
    pub(crate) label: &'static str,
    /// Fields that must be given.
    pub(crate) required: &'static [&'static str],
    /// Its `type` in callbacks, if it has callbacks.
    pub(crate) callback: Option<&'static str>,
    /// How it stands to the contacts it refers to.
    pub(crate) tie: Tie,
    /// What may be done with it.
    pub(crate) access: Access,
    /// Its fields, in the order of a callback's summary.
    pub(crate) fields: &'static [Field],
}

impl Spec {
    /// The field of that exact name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field of that name in any case, as `conditions` and `orderBy` take it.
    pub(crate) fn field_in_any_case(&self, name: &str) -> Option<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The fields that refer to records of `kind`.
    pub(crate) fn fields_to(&self, kind: Kind) -> impl Iterator<Item = &'static str> + use<> {
        self.fields
            .iter()
            .filter(move |field| field.shape == Shape::To(kind))
            .map(|field| field.name)
    }
}

/// A collection that belongs to a record of another kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    /// The kind of the record it belongs to.
    pub(crate) kind: Kind,
    /// The field of the child that names it: a reference, or an integer when it ends in `Id`.
    pub(crate) field: &'static str,
}

/// A collection: a path, with `*` for the parent's id, and what is in it.
pub(crate) type Collection = (&'static str, Kind, Option<Parent>);

const OF_CONTACT: Option<Parent> = Some(Parent {
    kind: Kind::Contact,
    field: "contact",
});
const OF_CONTACT_ID: Option<Parent> = Some(Parent {
    kind: Kind::Contact,
    field: "contactId",
});

/// Every collection of the API. Fixed words come before `*` where both could match.
pub(crate) const COLLECTIONS: &[Collection] = &[
    ("company/contacts", Kind::Contact, None),
    ("company/contacts/types", Kind::ContactType, None),
    ("company/contacts/departments", Kind::Department, None),
    ("company/contacts/relationships", Kind::Relationship, None),
    (
        "company/contacts/*/communications",
        Kind::Communication,
        OF_CONTACT_ID,
    ),
    ("company/contacts/*/notes", Kind::Note, OF_CONTACT_ID),
    (
        "company/contacts/*/groups",
        Kind::GroupMembership,
        OF_CONTACT,
    ),
    (
        "company/contacts/*/tracks",
        Kind::TrackEnrollment,
        OF_CONTACT,
    ),
    (
        "company/contacts/*/typeAssociations",
        Kind::TypeAssociation,
        OF_CONTACT,
    ),
    (
        "company/contactTypeAssociations",
        Kind::TypeAssociation,
        None,
    ),
    ("company/communicationTypes", Kind::CommunicationType, None),
    ("company/noteTypes", Kind::NoteType, None),
    (
        "company/portalSecurityLevels",
        Kind::PortalSecurityLevel,
        None,
    ),
    (
        "company/portalSecuritySettings",
        Kind::PortalSecuritySetting,
        None,
    ),
    ("company/companies", Kind::Company, None),
    (
        "company/companies/*/teams",
        Kind::CompanyTeam,
        Some(Parent {
            kind: Kind::Company,
            field: "company",
        }),
    ),
    ("company/configurations", Kind::Configuration, None),
    ("marketing/groups", Kind::MarketingGroup, None),
    (
        "marketing/groups/*/contacts",
        Kind::GroupMembership,
        Some(Parent {
            kind: Kind::MarketingGroup,
            field: "group",
        }),
    ),
    ("service/tickets", Kind::ServiceTicket, None),
    ("project/tickets", Kind::ProjectTicket, None),
    ("project/projects", Kind::Project, None),
    (
        "project/projects/*/contacts",
        Kind::ProjectContact,
        Some(Parent {
            kind: Kind::Project,
            field: "projectId",
        }),
    ),
    ("sales/activities", Kind::Activity, None),
    ("sales/opportunities", Kind::Opportunity, None),
    (
        "sales/opportunities/*/contacts",
        Kind::OpportunityContact,
        Some(Parent {
            kind: Kind::Opportunity,
            field: "opportunityId",
        }),
    ),
    ("sales/orders", Kind::SalesOrder, None),
    ("finance/agreements", Kind::Agreement, None),
    ("procurement/purchaseorders", Kind::PurchaseOrder, None),
    ("procurement/rmaTags", Kind::RmaTag, None),
    ("system/documents", Kind::Document, None),
    ("system/callbacks", Kind::Callback, None),
];

impl Kind {
    /// The description of this kind.
    pub(crate) fn spec(self) -> &'static Spec {
        specs::spec(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_id_and_is_reachable() {
        for kind in Kind::ALL {
            assert!(kind.spec().field("id").is_some(), "{kind:?} has no id");
            assert!(
                COLLECTIONS.iter().any(|(_, of, _)| *of == kind),
                "{kind:?} has no path"
            );
        }
    }

    #[test]
    fn required_fields_labels_and_parents_are_fields() {
        for kind in Kind::ALL {
            let spec = kind.spec();
            for name in spec.required {
                assert!(spec.field(name).is_some(), "{kind:?} requires {name}");
            }
        }
        for (path, kind, parent) in COLLECTIONS {
            if let Some(parent) = parent {
                assert!(
                    kind.spec().field(parent.field).is_some(),
                    "{path} hangs on nothing"
                );
            }
        }
    }
}
