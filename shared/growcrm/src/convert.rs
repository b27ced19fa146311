//! From the wire to the model. A failure names the place of the property that is missing or odd, never its
//! value.

use jiff::Timestamp;
use model::Private;
use model::growcrm::{Client, ClientId, Contact, ContactId, Status};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wire::{Dates, Number, Record, Reference, YesNo};

/// The place of a property that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit(pub(crate) String);

/// A kind of record, and how it is read.
pub(crate) trait Resource: Sized {
    /// What it is called in messages.
    const WORD: &'static str;
    /// The path of its list.
    const LIST: &'static str;
    /// The property by which a list of it stays in order while it is read: one that all or nearly all records
    /// have for themselves.
    const ORDER: &'static str;
    /// What a whole record has. The documentation's examples of answers leave some of it out.
    const PROPERTIES: &'static [&'static str];

    /// Reads a record; none if it is not one that counts.
    fn read(record: Record) -> Result<Option<Self>, Misfit>;

    /// Whether a record has all its properties, if only as `null`.
    fn is_whole(record: &Record) -> bool {
        Self::PROPERTIES
            .iter()
            .all(|name| record.contains_key(*name))
    }
}

impl Resource for Contact {
    const WORD: &'static str = "contact";
    const LIST: &'static str = "contacts";
    const ORDER: &'static str = "email";
    const PROPERTIES: &'static [&'static str] = &[
        "id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "job_position",
        "account_owner",
        "status",
        "client",
        "social",
        "dates",
    ];

    /// A contact that was deleted is gone, and one without a client is nobody's: neither counts.
    fn read(mut record: Record) -> Result<Option<Self>, Misfit> {
        let id = id(&record)?;
        require(record.get("client"), "client")?;
        let client: Option<Reference> = take(&mut record, "client")?;
        let status = status(&mut record)?;
        let (Some(Number(client)), Some(status)) = (client.and_then(|client| client.id), status)
        else {
            return Ok(None);
        };
        let YesNo(account_owner) = require(take(&mut record, "account_owner")?, "account_owner")?;
        let social: Option<Record> = take_if_object(&mut record, "social");
        Ok(Some(Self {
            id: ContactId::new(id),
            client: ClientId::new(client),
            first_name: take::<String>(&mut record, "first_name")?
                .unwrap_or_default()
                .into(),
            last_name: take::<String>(&mut record, "last_name")?
                .unwrap_or_default()
                .into(),
            email: filled(take(&mut record, "email")?),
            phone: filled(take(&mut record, "phone")?),
            position: filled(take(&mut record, "job_position")?),
            account_owner,
            status,
            social: social
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(network, handle)| {
                    let handle = filled(handle.as_str().map(str::to_owned))?;
                    Some((network, handle))
                })
                .collect(),
            updated_at: updated_at(&mut record),
        }))
    }
}

impl Resource for Client {
    const WORD: &'static str = "client";
    const LIST: &'static str = "clients";
    const ORDER: &'static str = "client_company_name";
    const PROPERTIES: &'static [&'static str] =
        &["id", "company_name", "status", "owner", "tags", "dates"];

    fn read(mut record: Record) -> Result<Option<Self>, Misfit> {
        let id = id(&record)?;
        // Labels are written as a whole, so what is not known must not be taken for none.
        require(record.get("tags"), "tags")?;
        let Some(status) = status(&mut record)? else {
            return Ok(None);
        };
        let owner: Option<Reference> = take(&mut record, "owner")?;
        Ok(Some(Self {
            id: ClientId::new(id),
            company_name: take::<String>(&mut record, "company_name")?
                .unwrap_or_default()
                .into(),
            status,
            owner: owner
                .and_then(|owner| owner.id)
                .map(|Number(id)| ContactId::new(id)),
            tags: take(&mut record, "tags")?.unwrap_or_default(),
            updated_at: updated_at(&mut record),
        }))
    }
}

/// The id of a record.
pub(crate) fn id(record: &Record) -> Result<u64, Misfit> {
    let value = record.get("id").cloned();
    let Number(id) = require(decode(value, "id")?, "id")?;
    Ok(id)
}

/// None for what was deleted. The documentation says that it is not shown.
fn status(record: &mut Record) -> Result<Option<Status>, Misfit> {
    let word: Option<String> = take(record, "status")?;
    Ok(match word.as_deref() {
        None | Some("active") => Some(Status::Active),
        Some("suspended") => Some(Status::Suspended),
        Some("deleted") => None,
        Some(other) => Some(Status::Other(other.to_owned())),
    })
}

/// A stamp in another shape is as good as none.
fn updated_at(record: &mut Record) -> Option<Timestamp> {
    let dates: Dates = take_if_object(record, "dates")?;
    dates.updated?.parse().ok()
}

fn filled(text: Option<String>) -> Option<Private> {
    text.map(Private::from).filter(|text| !text.is_blank())
}

/// The value, or where it is missing.
fn require<T>(value: Option<T>, place: &str) -> Result<T, Misfit> {
    value.ok_or_else(|| Misfit(place.to_owned()))
}

fn take<T: DeserializeOwned>(record: &mut Record, name: &str) -> Result<Option<T>, Misfit> {
    decode(record.remove(name), name)
}

/// What only helps is not missed: PHP writes an empty object as an empty list.
fn take_if_object<T: DeserializeOwned>(record: &mut Record, name: &str) -> Option<T> {
    let value = record.remove(name).filter(Value::is_object)?;
    serde_json::from_value(value).ok()
}

fn decode<T: DeserializeOwned>(value: Option<Value>, name: &str) -> Result<Option<T>, Misfit> {
    let Some(value) = value else {
        return Ok(None);
    };
    // What is decoded here has no maps, so the path holds nothing but names of properties.
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
    use crate::testing::{client, contact};

    fn read<R: Resource>(value: Value) -> Result<Option<R>, Misfit> {
        R::read(serde_json::from_value(value).unwrap())
    }

    /// The documented contact with one property changed, or taken away.
    fn with(name: &str, value: impl Into<Option<Value>>) -> Result<Option<Contact>, Misfit> {
        read(changed(contact(), name, value.into()))
    }

    fn changed(mut record: Value, name: &str, value: Option<Value>) -> Value {
        let members = record.as_object_mut().unwrap();
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
        record
    }

    #[test]
    fn the_documented_contact_is_read_whole() {
        let record: Record = serde_json::from_value(contact()).unwrap();
        assert!(Contact::is_whole(&record));
        let contact = Contact::read(record).unwrap().unwrap();
        assert_eq!(contact.id, ContactId::new(45));
        assert_eq!(contact.client, ClientId::new(12));
        assert_eq!(contact.first_name.reveal(), "Priya");
        assert_eq!(contact.last_name.reveal(), "Raman");
        assert!(contact.has_address("priya@northwinddental.example"));
        assert_eq!(contact.phone.unwrap().reveal(), "+1 312 555 0142");
        assert_eq!(contact.position.unwrap().reveal(), "Practice Manager");
        assert!(!contact.account_owner);
        assert_eq!(contact.status, Status::Active);
        let networks: Vec<&String> = contact.social.keys().collect();
        assert_eq!(networks, ["linkedin"]);
        assert_eq!(
            contact.updated_at,
            Some("2026-07-15T09:30:00Z".parse().unwrap())
        );
    }

    #[test]
    fn the_documented_client_is_read_whole() {
        let record: Record = serde_json::from_value(client()).unwrap();
        assert!(Client::is_whole(&record));
        let client = Client::read(record).unwrap().unwrap();
        assert_eq!(client.id, ClientId::new(12));
        assert_eq!(client.company_name.reveal(), "Northwind Dental Group");
        assert_eq!(client.owner, Some(ContactId::new(45)));
        assert_eq!(client.tags, ["cw-company-250"]);
        assert!(client.updated_at.is_some());
    }

    #[test]
    fn what_is_blank_is_none() {
        assert_eq!(with("phone", json!(" ")).unwrap().unwrap().phone, None);
        assert_eq!(with("email", Value::Null).unwrap().unwrap().email, None);
        for nothing in [Value::Null, json!([]), json!({"github": ""})] {
            let contact = with("social", nothing).unwrap().unwrap();
            assert!(contact.social.is_empty());
        }
        assert_eq!(with("dates", json!([])).unwrap().unwrap().updated_at, None);
        let ownerless: Option<Client> =
            read(changed(client(), "owner", Some(Value::Null))).unwrap();
        assert_eq!(ownerless.unwrap().owner, None);
    }

    #[test]
    fn an_id_may_be_a_text_and_a_new_status_is_kept() {
        let contact = with("id", json!("45")).unwrap().unwrap();
        assert_eq!(contact.id, ContactId::new(45));
        let contact = with("status", json!("paused")).unwrap().unwrap();
        assert_eq!(contact.status, Status::Other("paused".to_owned()));
        let contact = with("status", json!("suspended")).unwrap().unwrap();
        assert_eq!(contact.status, Status::Suspended);
    }

    #[test]
    fn who_was_deleted_or_has_no_client_does_not_count() {
        assert_eq!(with("status", json!("deleted")).unwrap(), None);
        assert_eq!(with("client", Value::Null).unwrap(), None);
        assert_eq!(with("client", json!({"id": null})).unwrap(), None);
        assert_eq!(with("client", json!({})).unwrap(), None);
    }

    #[test]
    fn a_failure_names_the_place() {
        for (name, value, place) in [
            ("id", None, "id"),
            ("id", Some(json!("Priya")), "id"),
            ("client", None, "client"),
            ("client", Some(json!({"id": "Priya"})), "client.id"),
            ("account_owner", None, "account_owner"),
            ("account_owner", Some(json!("Priya")), "account_owner"),
            ("phone", Some(json!({"Priya": 1})), "phone"),
        ] {
            assert_eq!(with(name, value), Err(Misfit(place.to_owned())));
        }
        for value in [None, Some(json!([1]))] {
            let place = if value.is_some() { "tags[0]" } else { "tags" };
            let result = read::<Client>(changed(client(), "tags", value));
            assert_eq!(result, Err(Misfit(place.to_owned())));
        }
    }

    #[test]
    fn a_record_with_a_property_too_few_is_not_whole() {
        let is_whole = |name: &str| {
            let short = changed(contact(), name, None);
            Contact::is_whole(&serde_json::from_value(short).unwrap())
        };
        for name in ["email", "phone", "job_position", "account_owner", "social"] {
            assert!(!is_whole(name), "{name}");
        }
        // What is not read is not missed.
        for name in ["name", "role"] {
            assert!(is_whole(name), "{name}");
        }
    }
}
