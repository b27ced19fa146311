//! What a field of a stored record is worth, including the fields that are derived from other records.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{
    kind::Kind,
    record::{self, NULL, Record},
    schema::{Field, Shape},
    world::{World, stamp_text},
};

/// A record and what it takes to know the derived fields of it.
#[derive(Clone, Copy)]
pub(crate) struct Of<'w> {
    pub(crate) world: &'w World,
    pub(crate) kind: Kind,
    pub(crate) id: u32,
    pub(crate) record: &'w Record,
}

impl<'w> Of<'w> {
    /// The value of a field, null when it has none. References hold their id alone.
    pub(crate) fn field(self, field: &Field) -> Cow<'w, Value> {
        if field.name == "id" {
            return Cow::Owned(Value::from(self.id));
        }
        if let Some(derived) = self.derived(field) {
            return Cow::Owned(derived);
        }
        Cow::Borrowed(self.record.get(field.name).unwrap_or(&NULL))
    }

    /// The value at a path of at most two names: a field, or a member of a reference.
    pub(crate) fn path(self, path: &[String]) -> Cow<'w, Value> {
        let Some((first, rest)) = path.split_first() else {
            return Cow::Borrowed(&NULL);
        };
        if first == "lastUpdated" {
            return Cow::Borrowed(
                self.record
                    .get("_info")
                    .and_then(|info| info.get(first))
                    .unwrap_or(&NULL),
            );
        }
        let Some(field) = self.kind.spec().field(first) else {
            return Cow::Borrowed(&NULL);
        };
        let value = self.field(field);
        let Some(member) = rest.first() else {
            return value;
        };
        match (field.shape, value.get("id").and_then(record::id_in)) {
            (Shape::To(target), Some(id)) if member != "id" => {
                Cow::Owned(member_of(self.world, target, id, member))
            }
            _ => value
                .get(member)
                .map_or(Cow::Borrowed(&NULL), |value| Cow::Owned(value.clone())),
        }
    }

    fn derived(self, field: &Field) -> Option<Value> {
        match (self.kind, field.name) {
            (_, "customFields") if field.shape == Shape::CustomFields => Some(self.custom_fields()),
            (Kind::Contact, "defaultFlag") => Some(Value::from(self.is_companys("defaultContact"))),
            (Kind::Contact, "defaultBillingFlag") => {
                Some(Value::from(self.is_companys("billingContact")))
            }
            (Kind::Contact, "types") => Some(self.types()),
            (Kind::Contact, "defaultPhoneType" | "defaultPhoneNbr" | "defaultPhoneExtension") => {
                Some(self.default_phone(field.name))
            }
            _ => None,
        }
    }

    fn company(self) -> Option<&'w Record> {
        self.world
            .record(Kind::Company, record::reference(self.record, "company")?)
    }

    /// Company and contact tell one fact twice; the company's record holds it.
    fn is_companys(self, field: &str) -> bool {
        self.company()
            .is_some_and(|company| record::reference(company, field) == Some(self.id))
    }

    fn types(self) -> Value {
        let associations = self.world.table(Kind::TypeAssociation).values();
        let mine = associations.filter(|each| record::reference(each, "contact") == Some(self.id));
        Value::Array(
            mine.filter_map(|each| record::reference(each, "type"))
                .map(record::to)
                .collect(),
        )
    }

    /// The default phone item, or the company's phone as the site's when the contact has none.
    fn default_phone(self, wanted: &str) -> Value {
        let items = record::array(self.record, "communicationItems");
        let phone = items
            .iter()
            .find(|item| item["communicationType"] == "Phone" && item["defaultFlag"] == true);
        if let Some(item) = phone {
            return match wanted {
                "defaultPhoneType" => {
                    let of = item["type"].get("id").and_then(record::id_in);
                    of.and_then(|id| self.world.name_of(Kind::CommunicationType, id))
                        .into()
                }
                "defaultPhoneNbr" => item["value"].clone(),
                _ => item["extension"].clone(),
            };
        }
        match (
            wanted,
            self.company()
                .map(|company| record::text(company, "phoneNumber")),
        ) {
            ("defaultPhoneType", Some(number)) if !number.is_empty() => Value::from("Site"),
            ("defaultPhoneNbr", Some(number)) if !number.is_empty() => Value::from(number),
            _ => Value::Null,
        }
    }

    /// Every field that is defined, with the record's value.
    fn custom_fields(self) -> Value {
        let own = record::array(self.record, "customFields");
        let definitions = self.world.custom_fields(self.kind).iter();
        let whole = definitions.map(|definition| {
            let id = definition.get("id").and_then(record::id_in);
            let value = own
                .iter()
                .find(|each| each.get("id").and_then(record::id_in) == id);
            let mut whole = definition.clone();
            whole.insert(
                "value".to_owned(),
                value.map_or(Value::Null, |each| each["value"].clone()),
            );
            Value::Object(whole)
        });
        Value::Array(whole.collect())
    }
}

/// A member of a reference: `name`, or the `identifier` of a company.
fn member_of(world: &World, kind: Kind, id: u32, member: &str) -> Value {
    match member {
        "identifier" => {
            let target = world.record(kind, id);
            target
                .and_then(|target| target.get(member))
                .cloned()
                .unwrap_or_default()
        }
        _ => world.name_of(kind, id).into(),
    }
}

/// A communication item as its own record.
pub(crate) fn communication(
    world: &World,
    contact: u32,
    stamps: Option<&Value>,
    item: &Value,
) -> Record {
    let mut record = item.as_object().cloned().unwrap_or_default();
    let id = record.get("id").and_then(record::id_in).unwrap_or_default();
    record.insert("contactId".to_owned(), Value::from(contact));
    record.insert(
        "mobileGuid".to_owned(),
        Value::from(record::uuid(&format!("communication {id}"))),
    );
    let stamps = stamps.cloned();
    let stamps = stamps.unwrap_or_else(|| json!({ "lastUpdated": stamp_text(world.now) }));
    record.insert("_info".to_owned(), stamps);
    record
}
