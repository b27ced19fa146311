//! From the wire to the model. A failure names the place of the property that is missing or odd, never its
//! value.

use model::Private;
use model::itglue::{
    Contact, ContactId, ContactType, ContactTypeId, Email, Link, Location, LocationId,
    Organization, OrganizationId, Phone, PhoneKind,
};
use serde_json::Value;

use crate::wire::{self, Included, Resource, word};

/// The place of a property that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit(pub(crate) &'static str);

/// How a record becomes one of the model, with the help of what was included.
pub(crate) type Convert<A, M> = fn(Resource<A>, &[Included]) -> Result<M, Misfit>;

/// A contact.
pub(crate) fn contact(
    record: Resource<wire::Contact>,
    included: &[Included],
) -> Result<Contact, Misfit> {
    let ties = Ties::of(&record, included);
    let id = require(record.id, "id")?;
    let wire::Contact {
        organization_id,
        first_name,
        last_name,
        title,
        contact_type_id,
        location_id,
        important,
        notes,
        contact_emails,
        contact_phones,
        psa_integration,
        resource_url,
        updated_at,
    } = record.attributes.unwrap_or_default();
    let organization = require(organization_id, "attributes.organization-id")?;
    Ok(Contact {
        id: ContactId::new(id),
        organization: OrganizationId::new(organization),
        first_name: first_name.unwrap_or_default().into(),
        last_name: last_name.unwrap_or_default().into(),
        title: text(title),
        contact_type: contact_type_id.map(ContactTypeId::new),
        location: location_id.map(LocationId::new),
        important,
        notes: text(notes),
        emails: items(contact_emails, email),
        phones: items(contact_phones, phone),
        link: ties.link(psa_integration),
        remote_ids: ties.remote_ids(),
        resource_url,
        // A stamp in another shape is as good as none.
        updated_at: updated_at.and_then(|stamp| stamp.parse().ok()),
    })
}

/// An organization.
pub(crate) fn organization(
    record: Resource<wire::Organization>,
    included: &[Included],
) -> Result<Organization, Misfit> {
    let ties = Ties::of(&record, included);
    let id = require(record.id, "id")?;
    let wire::Organization {
        name,
        short_name,
        psa_integration,
    } = record.attributes.unwrap_or_default();
    Ok(Organization {
        id: OrganizationId::new(id),
        name: name.unwrap_or_default().into(),
        short_name: text(short_name),
        psa_linked: !matches!(ties.link(psa_integration), Link::None | Link::Orphaned),
        remote_ids: ties.remote_ids(),
    })
}

/// A type of contact.
pub(crate) fn contact_type(
    record: Resource<wire::Named>,
    _included: &[Included],
) -> Result<ContactType, Misfit> {
    Ok(ContactType {
        id: ContactTypeId::new(require(record.id, "id")?),
        name: record
            .attributes
            .unwrap_or_default()
            .name
            .unwrap_or_default(),
    })
}

/// A place, with the organization it says it belongs to.
pub(crate) fn location(
    record: Resource<wire::Named>,
    _included: &[Included],
) -> Result<(Location, Option<OrganizationId>), Misfit> {
    let wire::Named {
        name,
        organization_id,
    } = record.attributes.unwrap_or_default();
    let location = Location {
        id: LocationId::new(require(record.id, "id")?),
        name: name.unwrap_or_default().into(),
    };
    Ok((location, organization_id.map(OrganizationId::new)))
}

/// The word for a kind of number.
pub(crate) fn kind_word(kind: &PhoneKind) -> &str {
    match kind {
        PhoneKind::Phone => "phone",
        PhoneKind::Fax => "fax",
        PhoneKind::Other(word) => word,
    }
}

/// What a record points at in a relation, in either spelling of its name.
pub(crate) fn related<'a, A, I>(record: &'a Resource<A, I>, name: &str) -> Option<&'a Value> {
    let relations = record.relationships.as_ref()?;
    let relation = relations
        .get(name)
        .or_else(|| relations.get(&name.replace('-', "_")))?;
    relation.get("data")
}

/// The ids in a relation to one record or to many.
fn ids(related: Option<&Value>) -> Vec<String> {
    let one = || related.map(std::slice::from_ref).unwrap_or_default();
    let all = related
        .and_then(Value::as_array)
        .map_or_else(one, Vec::as_slice);
    all.iter()
        .filter_map(|item| word(item.get("id")?))
        .collect()
}

/// What ties a record to records of other systems.
struct Ties {
    adapters: Vec<Adapter>,
}

struct Adapter {
    name: String,
    /// Only if it is a number, as those of the PSA are: others may be anything, even an address.
    remote_id: Option<String>,
    syncs: bool,
    is_orphaned: bool,
}

impl Ties {
    /// What is included is told apart by what it says, because the name of its type is not documented, and goes to
    /// the record that points at it. What is included within a record is that record's.
    fn of<A>(record: &Resource<A>, included: &[Included]) -> Self {
        let ids = ids(related(record, "adapters-resources"));
        let pointed_at = included
            .iter()
            .filter(|other| other.id.as_ref().is_some_and(|id| ids.contains(id)));
        let within = record.included.iter().flatten();
        let adapters: Vec<Adapter> = pointed_at.chain(within).filter_map(Adapter::read).collect();
        // The PSA's name there is not documented. Where there is one that is surely the PSA, the others are not.
        let (psa, others): (Vec<_>, Vec<_>) =
            adapters.into_iter().partition(Adapter::is_connectwise);
        let adapters = if psa.is_empty() {
            others.into_iter().filter(Adapter::may_be_a_psa).collect()
        } else {
            psa
        };
        Self { adapters }
    }

    /// The record's own word counts, also that there is none; only where it says nothing, the ties do.
    fn link(&self, own_word: Option<Option<String>>) -> Link {
        let Some(own_word) = own_word else {
            return self.implied_link();
        };
        match own_word.unwrap_or_default().trim() {
            "" => Link::None,
            "enabled" => Link::Synced,
            "orphaned" => Link::Orphaned,
            "disabled" => Link::Disabled,
            other => Link::Other(other.to_owned()),
        }
    }

    fn implied_link(&self) -> Link {
        let any = |holds: fn(&Adapter) -> bool| self.adapters.iter().any(holds);
        if any(|adapter| adapter.syncs && !adapter.is_orphaned) {
            Link::Synced
        } else if any(|adapter| !adapter.is_orphaned) {
            Link::Disabled
        } else if any(|_| true) {
            Link::Orphaned
        } else {
            Link::None
        }
    }

    fn remote_ids(&self) -> Vec<String> {
        let ids = self.adapters.iter();
        ids.filter_map(|adapter| adapter.remote_id.clone())
            .collect()
    }
}

impl Adapter {
    fn read(included: &Included) -> Option<Self> {
        let attributes = included.attributes.as_ref()?;
        let read = |name: &str| {
            attributes
                .get(name)
                .or_else(|| attributes.get(name.replace('-', "_")))
        };
        let flag = |name| read(name).and_then(Value::as_bool);
        let name = read("adapter-type-name").and_then(Value::as_str);
        let remote_id = read("remote-id").and_then(word);
        if name.is_none() && remote_id.is_none() {
            return None;
        }
        Some(Self {
            name: name.unwrap_or_default().to_lowercase(),
            remote_id: remote_id.filter(|id| id.parse::<u64>().is_ok()),
            syncs: flag("sync").unwrap_or(true),
            is_orphaned: flag("orphaned").unwrap_or(false),
        })
    }

    fn is_connectwise(&self) -> bool {
        self.name.starts_with("connectwise")
    }

    fn may_be_a_psa(&self) -> bool {
        !self.name.contains("microsoft")
    }
}

fn email(email: wire::Email) -> Option<Email> {
    Some(Email {
        value: text(email.value)?,
        label: email.label_name.unwrap_or_default(),
        primary: email.primary.unwrap_or(false),
    })
}

fn phone(phone: wire::Phone) -> Option<Phone> {
    Some(Phone {
        value: text(phone.value)?,
        extension: text(phone.extension),
        label: phone.label_name.unwrap_or_default(),
        primary: phone.primary.unwrap_or(false),
        kind: match phone.label_type.as_deref() {
            None | Some("" | "phone") => PhoneKind::Phone,
            Some("fax") => PhoneKind::Fax,
            Some(other) => PhoneKind::Other(other.to_owned()),
        },
    })
}

/// The items that hold something.
fn items<W, M>(items: Option<Vec<W>>, convert: fn(W) -> Option<M>) -> Vec<M> {
    items.into_iter().flatten().filter_map(convert).collect()
}

fn text(text: Option<String>) -> Option<Private> {
    text.map(Private::from).filter(|text| !text.is_blank())
}

fn require<T>(value: Option<T>, place: &'static str) -> Result<T, Misfit> {
    value.ok_or(Misfit(place))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::example;

    fn convert(record: Value, included: Value) -> Result<Contact, Misfit> {
        let included: Vec<Included> = serde_json::from_value(included).unwrap();
        contact(serde_json::from_value(record).unwrap(), &included)
    }

    /// The example without its own word about the sync.
    fn silent_about_the_sync() -> Value {
        let mut record = example();
        let attributes = record["attributes"].as_object_mut().unwrap();
        attributes.remove("psa-integration");
        record
    }

    fn tied(attributes: Value) -> Contact {
        let mut record = silent_about_the_sync();
        record["relationships"]["adapters-resources"] =
            json!({"data": [{"id": "88120", "type": "adapters-resources"}]});
        let included = json!([
            {"id": "88121", "type": "adapters-resources", "attributes": {
                "adapter-type-name": "ConnectWise", "remote-id": "4712", "sync": true, "orphaned": false}},
            {"id": "88120", "type": "adapters-resources", "attributes": attributes},
        ]);
        convert(record, included).unwrap()
    }

    #[test]
    fn a_contact_with_nothing_but_an_id_and_an_organization_is_enough() {
        let bare = json!({"id": "72", "attributes": {"organization-id": 5}});
        let contact = convert(bare, json!([])).unwrap();
        assert_eq!(contact.id, ContactId::new(72));
        assert!(contact.first_name.is_blank());
        assert_eq!(contact.important, None);
        assert_eq!(contact.link, Link::None);
    }

    #[test]
    fn what_must_be_there_is_named_when_it_is_not() {
        let no_id = json!({"attributes": {"organization-id": 5}});
        assert_eq!(convert(no_id, json!([])), Err(Misfit("id")));
        let misfit = convert(json!({"id": "72"}), json!([])).unwrap_err();
        assert_eq!(misfit, Misfit("attributes.organization-id"));
    }

    #[test]
    fn the_example_of_the_documentation_is_read_whole() {
        let contact = convert(example(), json!([])).unwrap();
        let expected = Contact {
            id: ContactId::new(30_466_954),
            organization: OrganizationId::new(1_220_417),
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            title: Some("Practice Manager".into()),
            contact_type: Some(ContactTypeId::new(118_205)),
            location: None,
            important: Some(true),
            notes: Some("<p>Mirrored from ConnectWise contact 4711</p>".into()),
            emails: vec![Email {
                value: "priya@northwinddental.example".into(),
                label: "Work".to_owned(),
                primary: true,
            }],
            phones: vec![
                Phone {
                    value: "3125550142".into(),
                    extension: Some("204".into()),
                    label: "Work".to_owned(),
                    primary: true,
                    kind: PhoneKind::Phone,
                },
                Phone {
                    value: "3125550177".into(),
                    extension: None,
                    label: "Cell".to_owned(),
                    primary: false,
                    kind: PhoneKind::Phone,
                },
            ],
            link: Link::None,
            remote_ids: Vec::new(),
            resource_url: Some(
                "https://examplemsp.itglue.com/1220417/contacts/30466954".to_owned(),
            ),
            updated_at: Some("2026-03-09T08:41:57Z".parse().unwrap()),
        };
        assert_eq!(contact, expected);
    }

    #[test]
    fn the_record_s_own_word_about_the_sync_counts() {
        for (word, link) in [
            (json!("enabled"), Link::Synced),
            (json!("orphaned"), Link::Orphaned),
            (json!("disabled"), Link::Disabled),
            (json!("paused"), Link::Other("paused".to_owned())),
            (json!(null), Link::None),
        ] {
            let mut record = example();
            record["attributes"]["psa-integration"] = word;
            assert_eq!(convert(record, json!([])).unwrap().link, link);
        }
    }

    #[test]
    fn without_a_word_of_its_own_the_ties_of_a_record_tell() {
        for (attributes, link, remote_ids) in [
            (
                json!({"adapter-type-name": "ConnectWise Manage", "remote-id": "4711", "sync": true}),
                Link::Synced,
                vec!["4711"],
            ),
            (
                json!({"adapter_type_name": "Manage", "remote_id": 4711, "sync": false}),
                Link::Disabled,
                vec!["4711"],
            ),
            (
                json!({"adapter-type-name": "ConnectWise", "remote-id": "4711", "sync": true, "orphaned": true}),
                Link::Orphaned,
                vec!["4711"],
            ),
            (
                json!({"adapter-type-name": "Microsoft", "remote-id": "a-guid", "sync": true}),
                Link::None,
                vec![],
            ),
            (
                json!({"adapter-type-name": "Directory", "remote-id": "priya@dental.example"}),
                Link::Synced,
                vec![],
            ),
            (json!({"name": "a location"}), Link::None, vec![]),
        ] {
            let contact = tied(attributes.clone());
            assert_eq!(contact.link, link, "{attributes}");
            assert_eq!(contact.remote_ids, remote_ids, "{attributes}");
        }
    }

    #[test]
    fn that_there_is_no_sync_is_a_word_of_its_own_whatever_the_ties_say() {
        for nothing in [json!(null), json!(" ")] {
            let mut record = example();
            record["attributes"]["psa-integration"] = nothing;
            record["included"] = json!([{"id": "1", "attributes": {
                "adapter-type-name": "ConnectWise", "remote-id": "4711", "sync": true}}]);
            let contact = convert(record, json!([])).unwrap();
            assert_eq!(contact.link, Link::None);
            assert_eq!(contact.remote_ids, ["4711"]);
        }
    }

    #[test]
    fn ties_included_within_the_record_are_read_as_well() {
        let mut record = silent_about_the_sync();
        record["included"] =
            json!([{"id": "1", "attributes": {"remote-id": "4711", "sync": true}}]);
        let contact = convert(record, json!([])).unwrap();
        assert_eq!(contact.link, Link::Synced);
        assert_eq!(contact.remote_ids, ["4711"]);
    }

    #[test]
    fn a_tie_may_have_any_id() {
        for id in [json!("a-guid"), json!(7)] {
            let mut record = silent_about_the_sync();
            record["relationships"]["adapters_resources"] = json!({"data": {"id": id}});
            let adapter = json!([{"id": id, "attributes": {"remote-id": "4711"}}]);
            let contact = convert(record, adapter).unwrap();
            assert_eq!(contact.link, Link::Synced, "{id}");
        }
    }

    #[test]
    fn an_odd_number_keeps_its_kind_and_an_empty_item_is_none() {
        let mut record = example();
        record["attributes"]["contact-phones"] = json!([
            {"value": "3125550143", "label-name": "Work", "label-type": "fax"},
            {"value": "3125550144", "label-type": "pager"},
            {"value": null, "label-name": "Home"},
        ]);
        record["attributes"]["contact-emails"] = json!(null);
        let contact = convert(record, json!([])).unwrap();
        let kinds: Vec<&str> = contact.phones.iter().map(|p| kind_word(&p.kind)).collect();
        assert_eq!(kinds, ["fax", "pager"]);
        assert!(contact.emails.is_empty());
    }
}
