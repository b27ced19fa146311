//! From the wire to the model. A failure names the place of the property that is missing or odd, never its
//! value.

use model::{
    Communication, CommunicationId, CommunicationKind, CommunicationTypeId, Company, CompanyId,
    Contact, ContactId, ContactTypeId, CustomField, GroupId, Login, Membership, Note, NoteId,
    Portal, Private, PrivateValue, TypeAssociationId, TypeLabel,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wire::{self, Record};

/// The place of a property that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit(pub(crate) String);

/// Converts each item of a list.
pub(crate) fn list<W, M>(
    items: Vec<W>,
    convert: impl Fn(W) -> Result<M, Misfit>,
) -> Result<Vec<M>, Misfit> {
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| convert(item).map_err(|inner| inner.below(&format!("[{index}]"))))
        .collect()
}

/// A contact. What has no place of its own in the model stays under its name on the wire.
pub(crate) fn contact(mut record: Record) -> Result<Contact, Misfit> {
    // It can be written and should never have been read.
    record.remove("portalPassword");
    let info: wire::Info = take(&mut record, "_info")?.unwrap_or_default();
    let company: Option<wire::Reference> = take(&mut record, "company")?;
    let items: Option<Vec<wire::CommunicationItem>> = take(&mut record, "communicationItems")?;
    let types: Option<Vec<wire::Reference>> = take(&mut record, "types")?;
    let custom_fields: Option<Vec<wire::CustomField>> = take(&mut record, "customFields")?;
    let disabled: Option<bool> = take(&mut record, "disablePortalLoginFlag")?;
    // Both in its place and under its name: retiring is taken back by writing the field.
    let inactive: Option<bool> = read(&record, "inactiveFlag")?;
    Ok(Contact {
        id: ContactId::new(require(take(&mut record, "id")?, "id")?),
        company: company.and_then(|company| company.id).map(CompanyId::new),
        first_name: text(take(&mut record, "firstName")?),
        last_name: text(take(&mut record, "lastName")?),
        active: !inactive.unwrap_or(false),
        is_default: take(&mut record, "defaultFlag")?.unwrap_or(false),
        is_billing: take(&mut record, "defaultBillingFlag")?.unwrap_or(false),
        portal: Portal {
            // Nobody is taken to have been let in because a property is missing.
            login: login(disabled.unwrap_or(true)),
            level: take(&mut record, "portalSecurityLevel")?,
        },
        communications: list(items.unwrap_or_default(), communication)
            .map_err(|inner| inner.below("communicationItems"))?,
        types: list(types.unwrap_or_default(), label).map_err(|inner| inner.below("types"))?,
        custom_fields: list(custom_fields.unwrap_or_default(), custom_field)
            .map_err(|inner| inner.below("customFields"))?
            .into_iter()
            .flatten()
            .collect(),
        fields: record
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, PrivateValue::from(value)))
            .collect(),
        // A stamp in another shape is as good as none.
        updated_at: info.last_updated.and_then(|stamp| stamp.parse().ok()),
        updated_by: info.updated_by.map(Private::from),
    })
}

/// A company.
pub(crate) fn company(company: wire::Company) -> Result<Company, Misfit> {
    let reference = |contact: Option<wire::Reference>| {
        contact.and_then(|contact| contact.id).map(ContactId::new)
    };
    Ok(Company {
        id: CompanyId::new(require(company.id, "id")?),
        name: company.name.unwrap_or_default().into(),
        identifier: company.identifier.map(Private::from),
        default_contact: reference(company.default_contact),
        billing_contact: reference(company.billing_contact),
        deleted: company.deleted_flag.unwrap_or(false),
        updated_at: company
            .info
            .and_then(|info| info.last_updated)
            .and_then(|stamp| stamp.parse().ok()),
    })
}

/// An email, phone or fax.
pub(crate) fn communication(item: wire::CommunicationItem) -> Result<Communication, Misfit> {
    let item_type = item.item_type.unwrap_or_default();
    Ok(Communication {
        id: CommunicationId::new(require(item.id, "id")?),
        kind: kind(item.communication_type.unwrap_or_default()),
        type_id: CommunicationTypeId::new(require(item_type.id, "type.id")?),
        type_name: item_type.name.unwrap_or_default(),
        value: text(item.value),
        extension: item
            .extension
            .map(Private::from)
            .filter(|extension| !extension.is_blank()),
        is_default: item.default_flag.unwrap_or(false),
    })
}

/// A note.
pub(crate) fn note(note: wire::Note) -> Result<Note, Misfit> {
    Ok(Note {
        id: NoteId::new(require(note.id, "id")?),
        text: text(note.text),
        type_id: note.note_type.and_then(|of| of.id),
        flagged: note.flagged.unwrap_or(false),
    })
}

/// A place in a marketing group.
pub(crate) fn membership(place: wire::ContactGroup) -> Result<Membership, Misfit> {
    let group = place.group.and_then(|group| group.id);
    Ok(Membership {
        group: GroupId::new(require(group, "group.id")?),
        description: place
            .description
            .map(Private::from)
            .filter(|description| !description.is_blank()),
        unsubscribed: place.unsubscribe_flag.unwrap_or(false),
    })
}

/// The id of a place in a marketing group, with the group.
pub(crate) fn place(place: wire::ContactGroup) -> Result<(u32, GroupId), Misfit> {
    Ok((require(place.id, "id")?, membership(place)?.group))
}

/// The link between a contact and a label, with the label.
pub(crate) fn association(
    link: wire::TypeAssociation,
) -> Result<(TypeAssociationId, ContactTypeId), Misfit> {
    let label = link.label.and_then(|label| label.id);
    Ok((
        TypeAssociationId::new(require(link.id, "id")?),
        ContactTypeId::new(require(label, "type.id")?),
    ))
}

/// A label as its own list has it.
pub(crate) fn contact_type(record: wire::ContactType) -> Result<TypeLabel, Misfit> {
    Ok(TypeLabel {
        id: ContactTypeId::new(require(record.id, "id")?),
        name: record.description.unwrap_or_default(),
    })
}

/// The word for a kind of communication item; none for one that is only read.
pub(crate) fn kind_word(kind: &CommunicationKind) -> Option<&'static str> {
    match kind {
        CommunicationKind::Email => Some("Email"),
        CommunicationKind::Phone => Some("Phone"),
        CommunicationKind::Fax => Some("Fax"),
        CommunicationKind::Other(_) => None,
    }
}

/// The value, or where it is missing.
pub(crate) fn require<T>(value: Option<T>, place: &str) -> Result<T, Misfit> {
    value.ok_or_else(|| Misfit(place.to_owned()))
}

fn label(reference: wire::Reference) -> Result<TypeLabel, Misfit> {
    Ok(TypeLabel {
        id: ContactTypeId::new(require(reference.id, "id")?),
        name: reference.name.unwrap_or_default(),
    })
}

/// The PSA lists every field it knows; only those with a value are kept.
fn custom_field(field: wire::CustomField) -> Result<Option<CustomField>, Misfit> {
    let value = PrivateValue::from(field.value.unwrap_or_default());
    if value.is_blank() {
        return Ok(None);
    }
    Ok(Some(CustomField {
        id: require(field.id, "id")?,
        caption: field.caption.unwrap_or_default(),
        value,
    }))
}

fn kind(word: String) -> CommunicationKind {
    match word.as_str() {
        "Email" => CommunicationKind::Email,
        "Phone" => CommunicationKind::Phone,
        "Fax" => CommunicationKind::Fax,
        _ => CommunicationKind::Other(word),
    }
}

fn login(disabled: bool) -> Login {
    if disabled {
        Login::Disabled
    } else {
        Login::Enabled
    }
}

fn text(text: Option<String>) -> Private {
    text.unwrap_or_default().into()
}

fn take<T: DeserializeOwned>(record: &mut Record, name: &str) -> Result<Option<T>, Misfit> {
    decode(record.remove(name), name)
}

fn read<T: DeserializeOwned>(record: &Record, name: &str) -> Result<Option<T>, Misfit> {
    decode(record.get(name).cloned(), name)
}

fn decode<T: DeserializeOwned>(value: Option<Value>, name: &str) -> Result<Option<T>, Misfit> {
    let Some(value) = value else {
        return Ok(None);
    };
    // Our types have no maps, so the path holds nothing but names of properties.
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path();
        match path.iter().next() {
            Some(_) => Misfit(path.to_string()).below(name),
            None => Misfit(name.to_owned()),
        }
    })
}

impl Misfit {
    /// The same place, seen from further out.
    pub(crate) fn below(self, outer: &str) -> Self {
        let Self(inner) = self;
        if inner.starts_with('[') {
            Self(format!("{outer}{inner}"))
        } else {
            Self(format!("{outer}.{inner}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example contact of the documentation.
    fn example() -> Value {
        json!({
            "id": 4711, "firstName": "Renee", "lastName": "Okafor",
            "company": {"id": 812, "identifier": "HarborLine", "name": "Harbor Line Freight", "_info": {"company_href": "https://api-na.myconnectwise.net/v4_6_release/apis/3.0//company/companies/812"}},
            "site": {"id": 1204, "name": "Main", "_info": {}},
            "inactiveFlag": false, "title": "Operations Lead",
            "marriedFlag": false, "childrenFlag": false,
            "portalSecurityLevel": 1, "disablePortalLoginFlag": true, "unsubscribeFlag": false,
            "mobileGuid": "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11",
            "defaultPhoneType": "Direct", "defaultPhoneNbr": "3125550142",
            "defaultBillingFlag": false, "defaultFlag": true,
            "companyLocation": {"id": 2, "name": "Chicago", "_info": {}},
            "communicationItems": [
                {"id": 90211, "type": {"id": 1, "name": "Email", "_info": {}}, "value": "renee.okafor@harborline.example", "defaultFlag": true, "domain": "@harborline.example", "communicationType": "Email"},
                {"id": 90212, "type": {"id": 2, "name": "Direct", "_info": {}}, "value": "3125550142", "extension": "12", "defaultFlag": true, "communicationType": "Phone"}
            ],
            "types": [{"id": 3, "name": "Decision Maker", "_info": {}}],
            "customFields": [
                {"id": 15, "caption": "crm_id", "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0, "value": null},
                {"id": 16, "caption": "vip", "type": "Checkbox", "value": true}
            ],
            "ignoreDuplicates": false,
            "_info": {"lastUpdated": "2026-03-04T15:20:11Z", "updatedBy": "jharper", "communications_href": "https://api-na.myconnectwise.net/v4_6_release/apis/3.0//company/contacts/4711/communications"}
        })
    }

    fn convert(value: Value) -> Result<Contact, Misfit> {
        contact(serde_json::from_value(value).unwrap())
    }

    /// The example with one property changed.
    fn with(name: &str, value: Value) -> Result<Contact, Misfit> {
        let mut contact = example();
        contact[name] = value;
        convert(contact)
    }

    #[test]
    fn a_contact_with_nothing_but_an_id_is_enough() {
        let contact = convert(json!({"id": 7})).unwrap();
        assert_eq!(contact.id, ContactId::new(7));
        assert_eq!(contact.company, None);
        assert!(contact.active);
        assert_eq!(contact.portal.login, Login::Disabled);
        assert!(contact.fields.is_empty());
    }

    #[test]
    fn the_documented_contact_is_read_whole() {
        let contact = convert(example()).unwrap();
        assert_eq!(contact.company, Some(CompanyId::new(812)));
        assert_eq!(contact.first_name.reveal(), "Renee");
        assert!(contact.is_default && !contact.is_billing);
        assert_eq!(contact.portal.level, Some(1));
        assert_eq!(contact.types[0].name, "Decision Maker");
        assert_eq!(
            contact.updated_by.as_ref().map(Private::reveal),
            Some("jharper")
        );
        assert_eq!(
            contact.updated_at,
            Some("2026-03-04T15:20:11Z".parse().unwrap())
        );
        let [email, phone] = &contact.communications[..] else {
            panic!("{:?}", contact.communications);
        };
        assert_eq!(email.kind, CommunicationKind::Email);
        assert_eq!(phone.extension.as_ref().unwrap().reveal(), "12");
        assert_eq!(phone.type_name, "Direct");
    }

    #[test]
    fn only_custom_fields_with_a_value_are_kept() {
        let contact = convert(example()).unwrap();
        assert_eq!(contact.custom_fields.len(), 1);
        assert_eq!(contact.custom_fields[0].id, 16);
    }

    #[test]
    fn every_other_property_is_kept_under_its_name() {
        let mut changed = example();
        changed["portalPassword"] = json!("hunter2");
        changed["nickName"] = Value::Null;
        changed["brandNew"] = json!({"a": [1]});
        let contact = convert(changed).unwrap();
        let names: Vec<&str> = contact.fields.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "brandNew",
                "childrenFlag",
                "companyLocation",
                "defaultPhoneNbr",
                "defaultPhoneType",
                "ignoreDuplicates",
                "inactiveFlag",
                "marriedFlag",
                "mobileGuid",
                "site",
                "title",
                "unsubscribeFlag",
            ]
        );
        assert_eq!(*contact.fields["title"].reveal(), json!("Operations Lead"));
    }

    #[test]
    fn a_blank_reference_is_none_and_null_is_missing() {
        assert_eq!(with("company", json!({})).unwrap().company, None);
        assert_eq!(with("company", Value::Null).unwrap().company, None);
        assert!(with("types", Value::Null).unwrap().types.is_empty());
        assert_eq!(with("_info", json!({})).unwrap().updated_at, None);
        assert!(!with("inactiveFlag", json!(true)).unwrap().active);
    }

    #[test]
    fn an_unknown_kind_of_item_is_kept_and_has_no_word_to_write() {
        let items = json!([{"id": 1, "type": {"id": 2}, "communicationType": "Pager"}]);
        let contact = with("communicationItems", items).unwrap();
        let kind = &contact.communications[0].kind;
        assert_eq!(*kind, CommunicationKind::Other("Pager".to_owned()));
        assert_eq!(kind_word(kind), None);
    }

    #[test]
    fn a_failure_names_the_place() {
        let place = |result: Result<Contact, Misfit>| result.unwrap_err().0;
        assert_eq!(place(with("id", Value::Null)), "id");
        assert_eq!(place(with("firstName", json!(7))), "firstName");
        assert_eq!(place(with("company", json!({"id": "Renee"}))), "company.id");
        assert_eq!(place(with("types", json!([{"id": 3}, {}]))), "types[1].id");
        let items = json!([{"id": 1, "type": {"id": 1}}, {"id": 2, "type": {}}]);
        assert_eq!(
            place(with("communicationItems", items)),
            "communicationItems[1].type.id"
        );
        let items = json!([{"id": "Renee"}]);
        assert_eq!(
            place(with("communicationItems", items)),
            "communicationItems[0].id"
        );
        let inner = list(vec![Record::new()], contact).unwrap_err();
        assert_eq!(inner.0, "[0].id");
    }

    #[test]
    fn the_documented_company_is_read_whole() {
        let company = company(
            serde_json::from_value(json!({
                "id": 812, "identifier": "HarborLine", "name": "Harbor Line Freight",
                "defaultContact": {"id": 4711, "name": "Renee Okafor", "_info": {}},
                "billingContact": {"id": 4802, "name": "Ilya Brandt", "_info": {}},
                "deletedFlag": false,
                "_info": {"lastUpdated": "2026-03-01T09:00:00Z", "updatedBy": "jharper"}
            }))
            .unwrap(),
        )
        .unwrap();
        assert_eq!(company.default_contact, Some(ContactId::new(4711)));
        assert_eq!(company.billing_contact, Some(ContactId::new(4802)));
        assert!(!company.deleted);
    }
}
