//! What survives of the plain fields of a merged contact.

use model::{Contact, ContactId, FieldChange, PrivateValue};

/// Fields that a blank survivor takes over from the loser, by their names on the wire.
const FILLABLE: &[&str] = &[
    "title",
    "department",
    "relationship",
    "relationshipOverride",
    "nickName",
    "school",
    "significantOther",
    "children",
    "birthDay",
    "anniversary",
    "gender",
    "facebookUrl",
    "twitterUrl",
    "linkedInUrl",
    "managerContact",
    "assistantContact",
    "securityIdentifier",
    "userDefinedField1",
    "userDefinedField2",
    "userDefinedField3",
    "userDefinedField4",
    "userDefinedField5",
    "userDefinedField6",
    "userDefinedField7",
    "userDefinedField8",
    "userDefinedField9",
    "userDefinedField10",
];

/// Fields that only mean something together: half of one address and half of another is neither.
const ADDRESS: &[&str] = &[
    "addressLine1",
    "addressLine2",
    "city",
    "state",
    "zip",
    "country",
];

/// Marketing mail is not wanted.
const OPT_OUT: &str = "unsubscribeFlag";

/// The plain fields that a merge carries over, or keeps in a note, by their names on the wire.
pub(crate) fn carried_fields() -> impl Iterator<Item = &'static str> {
    FILLABLE.iter().chain(ADDRESS).chain([&OPT_OUT]).copied()
}

/// Further fields that a person fills, beside those that a merge carries.
const PERSONAL: &[&str] = &["childrenFlag", "companyLocation", "marriedFlag"];

/// What the PSA keeps by itself, or what other calls set: never restored as a field.
const KEPT_BY_THE_PSA: &[&str] = &[
    "defaultMergeContactId",
    "defaultPhoneExtension",
    "defaultPhoneNbr",
    "defaultPhoneType",
    "ignoreDuplicates",
    "inactiveFlag",
    "integratorTags",
    "mobileGuid",
    "photo",
    "presence",
    "site",
];

/// What gives a bare new record the fields that the old one had.
#[derive(Default)]
pub(crate) struct FieldsToRestore {
    /// Each list is one write: plain fields go together; what points at another record, which may be gone,
    /// goes alone.
    pub(crate) writes: Vec<Vec<FieldChange>>,
    /// Fields that this release does not know how to write.
    pub(crate) unknown: Vec<String>,
}

/// The fields of a contact that a new record lacks.
pub(crate) fn to_restore(record: &Contact) -> FieldsToRestore {
    let mut restore = FieldsToRestore::default();
    let mut together = Vec::new();
    for (name, value) in &record.fields {
        // A new record has every flag off.
        let is_off = *value.reveal() == false;
        if value.is_blank() || is_off || KEPT_BY_THE_PSA.contains(&name.as_str()) {
            continue;
        }
        let mut known = carried_fields().chain(PERSONAL.iter().copied());
        if !known.any(|field| field == name) {
            restore.unknown.push(name.clone());
        } else if value.reveal().is_object() {
            restore.writes.push(vec![filled(name, value)]);
        } else {
            together.push(filled(name, value));
        }
    }
    let custom = record
        .custom_fields
        .iter()
        .filter(|field| !field.value.is_blank())
        .map(|field| filled(&format!("customFields/{}", field.id), &field.value));
    restore.writes.splice(0..0, [together, custom.collect()]);
    restore.writes.retain(|fields| !fields.is_empty());
    restore
}

/// The fields the survivor lacks and the loser has. A blank never overwrites; the survivor's own
/// value wins.
pub(crate) fn to_carry(survivor: &Contact, loser: &Contact) -> Vec<FieldChange> {
    let lacks = |field: &&&str| value(survivor, field).is_none();
    let address_free = ADDRESS.iter().all(|field| value(survivor, field).is_none());
    // Nobody becomes their own manager or assistant.
    let same_person = |value: &PrivateValue| {
        let target = value.reference().map(ContactId::new);
        target == Some(survivor.id) || target == Some(loser.id)
    };
    let is_own = |field: &str, value: &PrivateValue| {
        Contact::REFERENCES.contains(&field) && same_person(value)
    };
    let plain = FILLABLE
        .iter()
        .filter(lacks)
        .chain(ADDRESS.iter().filter(|_| address_free))
        .filter_map(|field| Some((field, value(loser, field)?)))
        .filter(|(field, value)| !is_own(field, value))
        .map(|(field, value)| filled(field, value));
    let custom = loser
        .custom_fields
        .iter()
        .filter(|field| !field.value.is_blank())
        .filter(|field| custom_value(survivor, field.id).is_none())
        .map(|field| filled(&format!("customFields/{}", field.id), &field.value));
    // Whoever opted out of marketing mail in one record has opted out.
    let flag = |contact: &Contact| {
        contact
            .fields
            .get(OPT_OUT)
            .and_then(|flag| flag.reveal().as_bool())
            == Some(true)
    };
    let opt_out = (flag(loser) && !flag(survivor)).then(|| FieldChange {
        before: survivor.fields.get(OPT_OUT).cloned(),
        ..filled(OPT_OUT, &PrivateValue::from(true))
    });
    plain.chain(custom).chain(opt_out).collect()
}

/// What the loser has that the survivor says otherwise, one line each, for the note.
pub(crate) fn conflicting(survivor: &Contact, loser: &Contact) -> Vec<String> {
    let mut lines = Vec::new();
    let name = |c: &Contact| {
        format!("{} {}", c.first_name.reveal(), c.last_name.reveal())
            .trim()
            .to_owned()
    };
    if !matching::same_name(survivor, loser) {
        lines.push(format!("name: {}", name(loser)));
    }
    let address_differs = ADDRESS
        .iter()
        .any(|field| value(survivor, field).is_some() && value(loser, field).is_some())
        && ADDRESS
            .iter()
            .any(|field| value(survivor, field) != value(loser, field));
    for field in FILLABLE {
        if let (Some(kept), Some(lost)) = (value(survivor, field), value(loser, field))
            && kept != lost
            && !(Contact::REFERENCES.contains(field) && lost.reference() == Some(survivor.id.get()))
        {
            lines.push(format!("{field}: {}", lost.reveal_line()));
        }
    }
    if address_differs {
        for field in ADDRESS {
            if let Some(lost) = value(loser, field) {
                lines.push(format!("{field}: {}", lost.reveal_line()));
            }
        }
    }
    for field in loser.custom_fields.iter().filter(|f| !f.value.is_blank()) {
        if custom_value(survivor, field.id).is_some_and(|kept| *kept != field.value) {
            lines.push(format!("{}: {}", field.caption, field.value.reveal_line()));
        }
    }
    lines
}

fn value<'c>(contact: &'c Contact, field: &str) -> Option<&'c PrivateValue> {
    contact.fields.get(field).filter(|value| !value.is_blank())
}

fn custom_value(contact: &Contact, id: u32) -> Option<&PrivateValue> {
    contact
        .custom_fields
        .iter()
        .find(|field| field.id == id)
        .map(|field| &field.value)
        .filter(|value| !value.is_blank())
}

fn filled(field: &str, after: &PrivateValue) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        before: None,
        after: after.clone(),
    }
}
