//! Records in the shape the API answers with: kebab-case, ids of records as text, ids inside attributes as
//! numbers.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    account::Account,
    paging::Shown,
    records::{Contact, ContactType, Location, Organization, Phone, PsaLink},
};

/// The type and the status that every organization has.
pub(crate) const ORGANIZATION_TYPE: (u64, &str) = (20_114, "Customer");
pub(crate) const ORGANIZATION_STATUS: (u64, &str) = (10_031, "Active");

/// A contact.
pub(crate) fn contact(account: &Account, id: u64, contact: &Contact) -> Value {
    let organization = account.organizations.get(&contact.organization);
    let contact_type = contact
        .contact_type
        .and_then(|id| account.contact_types.get(&id));
    let location = contact.location.and_then(|id| account.locations.get(&id));
    let emails = contact.emails.iter().map(|email| {
        json!({ "value": email.value, "primary": email.primary, "label-name": email.label_name })
    });
    let attributes = json!({
        "organization-id": contact.organization,
        "organization-name": organization.map(|each| &each.name),
        "resource-url": format!(
            "https://{}.itglue.com/{}/contacts/{id}",
            account.subdomain, contact.organization
        ),
        "restricted": contact.restricted,
        "psa-integration": contact.psa_link.as_ref().map(PsaLink::word),
        "my-glue": false,
        "name": name(contact),
        "first-name": contact.first_name,
        "last-name": contact.last_name,
        "title": contact.title,
        "contact-type-id": contact.contact_type,
        "contact-type-name": contact_type.map(|each| &each.name),
        "location-id": contact.location,
        "location-name": location.map(|each| &each.name),
        "important": contact.important,
        "notes": contact.notes,
        "created-at": moment(contact.created_at),
        "updated-at": moment(contact.updated_at),
        "contact-emails": emails.collect::<Value>(),
        "contact-phones": contact.phones.iter().map(phone).collect::<Value>(),
    });
    resource(id, "contacts", attributes)
}

/// A contact, with what the request asked to include.
pub(crate) fn contact_with(account: &Account, id: u64, of: &Contact, includes: &[String]) -> Shown {
    let mut shown = Shown::from(contact(account, id, of));
    for include in includes {
        match include.as_str() {
            "adapters_resources" => {
                let mut adapters = adapters(account, id, of.psa_link.as_ref());
                if of.email_lock {
                    adapters.push(directory(account, id));
                }
                shown.bring("adapters-resources", adapters);
            }
            "location" => {
                let place = of
                    .location
                    .and_then(|id| Some((id, account.locations.get(&id)?)));
                let place = place.map(|(id, each)| location(account, id, each));
                shown.resource["relationships"]["location"] =
                    json!({ "data": place.as_ref().map(identity) });
                shown.included.extend(place);
            }
            "passwords" => shown.bring(
                "passwords",
                numbered(id, "passwords", of.attached.passwords),
            ),
            "attachments" => {
                shown.bring(
                    "attachments",
                    numbered(id, "attachments", of.attached.attachments),
                );
            }
            "related_items" => {
                let items = numbered(id, "related-items", of.attached.related_items);
                shown.bring("related-items", items);
            }
            // What else can be asked for, nobody has.
            other => shown.bring(&other.replace('_', "-"), Vec::new()),
        }
    }
    shown
}

/// An organization, with what the request asked to include.
pub(crate) fn organization(
    account: &Account,
    id: u64,
    organization: &Organization,
    includes: &[String],
) -> Shown {
    let attributes = json!({
        "name": organization.name,
        "alert": null,
        "description": null,
        "organization-type-id": ORGANIZATION_TYPE.0,
        "organization-type-name": ORGANIZATION_TYPE.1,
        "organization-status-id": ORGANIZATION_STATUS.0,
        "organization-status-name": ORGANIZATION_STATUS.1,
        "primary": false,
        "logo": "",
        "quick-notes": null,
        "short-name": organization.short_name,
        "psa-integration": organization.psa_link.as_ref().map(PsaLink::word),
        "created-at": moment(organization.created_at),
        "updated-at": moment(organization.updated_at),
        "parent-id": null,
        "ancestor-ids": null,
    });
    let mut shown = Shown::from(resource(id, "organizations", attributes));
    for include in includes {
        let records = match include.as_str() {
            "adapters_resources" => adapters(account, id, organization.psa_link.as_ref()),
            _ => Vec::new(),
        };
        shown.bring(&include.replace('_', "-"), records);
    }
    shown
}

/// A type of contact.
pub(crate) fn contact_type(id: u64, contact_type: &ContactType) -> Value {
    let attributes = json!({
        "name": contact_type.name,
        "created-at": moment(contact_type.created_at),
        "updated-at": moment(contact_type.updated_at),
    });
    resource(id, "contact-types", attributes)
}

/// A location.
pub(crate) fn location(account: &Account, id: u64, location: &Location) -> Value {
    let organization = account.organizations.get(&location.organization);
    let attributes = json!({
        "organization-id": location.organization,
        "organization-name": organization.map(|each| &each.name),
        "name": location.name,
        "created-at": moment(location.created_at),
        "updated-at": moment(location.updated_at),
    });
    resource(id, "locations", attributes)
}

/// A moment: UTC, with milliseconds.
pub(crate) fn moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

impl Shown {
    /// Includes records under a relationship.
    fn bring(&mut self, relationship: &str, records: Vec<Value>) {
        let identities: Value = records.iter().map(identity).collect();
        self.resource["relationships"][relationship] = json!({ "data": identities });
        self.included.extend(records);
    }
}

fn resource(id: u64, r#type: &str, attributes: Value) -> Value {
    json!({
        "id": id.to_string(), "type": r#type, "attributes": attributes, "relationships": {},
    })
}

fn identity(resource: &Value) -> Value {
    json!({ "id": resource["id"], "type": resource["type"] })
}

fn name(contact: &Contact) -> String {
    let names = [&contact.first_name, &contact.last_name];
    let names: Vec<&str> = names
        .into_iter()
        .filter_map(|name| name.as_deref())
        .filter(|name| !name.is_empty())
        .collect();
    names.join(" ")
}

fn phone(phone: &Phone) -> Value {
    json!({
        "value": phone.value, "extension": phone.extension, "primary": phone.primary,
        "label-name": phone.label_name, "label-type": phone.label_type,
        "formatted-value": formatted(&phone.value),
    })
}

/// Ten digits are a number of the United States.
fn formatted(digits: &str) -> String {
    if digits.len() != 10 {
        return digits.to_owned();
    }
    format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
}

/// The record that tells of the PSA's integration, if the record is linked.
fn adapters(account: &Account, id: u64, link: Option<&PsaLink>) -> Vec<Value> {
    let adapter = link.map(|link| {
        let attributes = json!({
            "adapter-type-name": account.switches.adapter_type_name, "remote-id": link.remote_id,
            "sync": link.sync, "orphaned": link.orphaned,
        });
        resource(
            id * 10 + 1,
            &account.switches.adapter_record_type,
            attributes,
        )
    });
    adapter.into_iter().collect()
}

/// The record that tells of a directory which owns the addresses. It isn't the PSA, and a client has to know.
fn directory(account: &Account, id: u64) -> Value {
    let attributes = json!({
        "adapter-type-name": "Microsoft", "remote-id": crate::record::uuid(&format!("directory {id}")),
        "sync": true, "orphaned": false,
    });
    resource(
        id * 10 + 2,
        &account.switches.adapter_record_type,
        attributes,
    )
}

/// So many records about which nothing is known.
fn numbered(id: u64, r#type: &str, count: u32) -> Vec<Value> {
    (1..=u64::from(count))
        .map(|at| {
            resource(
                id * 1_000 + at,
                r#type,
                json!({ "name": format!("{} {at}", r#type) }),
            )
        })
        .collect()
}
