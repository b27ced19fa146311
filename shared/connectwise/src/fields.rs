//! Which fields of a contact can be written, and which cannot, and why.

/// The fields of a contact that are written by naming them in a PATCH.
///
/// It names what may be written, not what may not, so that nothing a newer release brings is written without
/// being known. What it leaves out, and why:
///
/// * `id`, `_info`, `mobileGuid`, `defaultPhoneType`, `defaultPhoneNbr`, `defaultPhoneExtension`: the PSA makes
///   them, the phone from the communication items.
/// * `communicationItems`, `types`, `typeIds`, `customFields`: items and labels are written one by one through
///   resources of their own, custom fields as `customFields/ID`.
/// * `defaultFlag`, `defaultBillingFlag`: the company's record says who has these roles.
/// * `disablePortalLoginFlag`, `portalSecurityLevel`: written together, with care; `portalPassword`: a secret,
///   which is never read.
/// * `company`: moving a contact is no matter of its fields.
/// * `defaultMergeContactId`: nobody knows what writing it does.
/// * `photo`: a document; `presence`: the state of a chat program just now; `ignoreDuplicates`: an instruction
///   for a write and no property.
/// * `integratorTags`: marks of another integration, for which no way to write them is documented.
const WRITABLE: [&str; 41] = [
    "addressLine1",
    "addressLine2",
    "anniversary",
    "assistantContact",
    "birthDay",
    "children",
    "childrenFlag",
    "city",
    "companyLocation",
    "country",
    "department",
    "facebookUrl",
    "firstName",
    "gender",
    "inactiveFlag",
    "lastName",
    "linkedInUrl",
    "managerContact",
    "marriedFlag",
    "nickName",
    "relationship",
    "relationshipOverride",
    "school",
    "securityIdentifier",
    "significantOther",
    "site",
    "state",
    "title",
    "twitterUrl",
    "unsubscribeFlag",
    "userDefinedField1",
    "userDefinedField10",
    "userDefinedField2",
    "userDefinedField3",
    "userDefinedField4",
    "userDefinedField5",
    "userDefinedField6",
    "userDefinedField7",
    "userDefinedField8",
    "userDefinedField9",
    "zip",
];

/// Whether a field of a contact, under its name on the wire, can be written with
/// [`Writer::set_fields`](crate::Writer::set_fields).
///
/// It is about plain fields, as a contact's record holds them. What the PSA makes or derives cannot be written,
/// nor what is secret, unknown or written in another way (labels, items, roles, portal access). Custom fields
/// are written as `customFields/ID`, and each of them can be.
#[must_use]
pub fn is_writable(field: &str) -> bool {
    WRITABLE.contains(&field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_field_is_written_here_or_in_another_way_or_not_at_all() {
        let elsewhere_or_never = [
            "id",
            "company",
            "defaultMergeContactId",
            "portalPassword",
            "portalSecurityLevel",
            "disablePortalLoginFlag",
            "presence",
            "mobileGuid",
            "defaultPhoneType",
            "defaultPhoneNbr",
            "defaultPhoneExtension",
            "defaultBillingFlag",
            "defaultFlag",
            "communicationItems",
            "types",
            "typeIds",
            "integratorTags",
            "customFields",
            "photo",
            "ignoreDuplicates",
            "_info",
        ];
        for field in elsewhere_or_never {
            assert!(!is_writable(field), "{field}");
        }
        for field in WRITABLE {
            assert!(is_writable(field), "{field}");
        }
        // The documentation has 62 fields.
        assert_eq!(elsewhere_or_never.len() + WRITABLE.len(), 62);
    }
}
