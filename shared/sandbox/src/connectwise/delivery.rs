//! Callbacks as they go over the wire: address, headers, and the signed body.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::event::{Action, Event};
use crate::{kind::Kind, record, tenant::Tenant, world::World};

/// A callback, ready to be posted.
///
/// It has no `Debug`: its body is somebody's data.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The id of the callback entry it is for.
    pub callback: u32,
    /// Where it goes: the entry's URL with record and action at its end.
    pub url: String,
    /// The part of the URL behind the host.
    pub path_and_query: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, exactly as it was signed.
    pub body: String,
}

/// The body, in the order of the documentation.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'e> {
    message_id: &'e str,
    from_url: &'e str,
    company_id: &'e str,
    member_id: &'e str,
    action: Action,
    r#type: &'e str,
    #[serde(rename = "ID")]
    id: u32,
    product_instance_id: &'e str,
    partner_id: &'e str,
    entity: Option<&'e str>,
    metadata: Metadata,
    callback_object_rec_id: u32,
}

#[derive(Serialize)]
struct Metadata {
    key_url: String,
}

impl World {
    /// The callback that tells an entry of an event, signed with the key in use; nothing when there is no
    /// such entry.
    pub fn delivery(&self, event: &Event, callback: u32) -> Option<Delivery> {
        let entry = self.record(Kind::Callback, callback)?;
        let url = address(record::text(entry, "url"), event);
        let host = Url::parse(&self.tenant.site_origin).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let body = Body {
            message_id: &event.message_id,
            from_url: host,
            company_id: &self.tenant.login_company,
            member_id: &event.member,
            action: event.action,
            r#type: event.kind.spec().callback?,
            id: event.id,
            product_instance_id: &self.tenant.product_instance_id,
            partner_id: &self.tenant.partner_id,
            entity: event.entity.as_deref(),
            metadata: Metadata {
                key_url: self.key_url(),
            },
            callback_object_rec_id: callback,
        };
        let body = serde_json::to_string(&body).ok()?;
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (
                "x-content-signature".to_owned(),
                self.signing.sign(body.as_bytes()),
            ),
        ];
        let parsed = Url::parse(&url).ok()?;
        let path_and_query = match parsed.query() {
            Some(query) => format!("{}?{query}", parsed.path()),
            None => parsed.path().to_owned(),
        };
        Some(Delivery {
            callback,
            url,
            path_and_query,
            headers,
            body,
        })
    }

    /// The callback that an entry would get if the record were added, changed or deleted just now. Nothing
    /// changes and nothing is put into the outbox; samples of events are made with this.
    pub fn callback_delivery(
        &mut self,
        kind: Kind,
        id: u32,
        action: Action,
        member: &str,
        callback: u32,
    ) -> Option<Delivery> {
        let event = self.event(kind, id, action, member);
        self.delivery(&event, callback)
    }

    /// Where the key in use can be fetched. The double slash is the vendor's.
    fn key_url(&self) -> String {
        let Tenant {
            site_origin,
            codebase,
            login_company,
            ..
        } = &self.tenant;
        let key = self.signing.current();
        format!(
            "{site_origin}/{codebase}/system/callbackkey/index.rails?companyName={login_company}&id={key}"
        )
    }

    /// The body of the key URL's answer.
    pub(crate) fn key_answer(&self, company: Option<&str>, id: Option<&str>) -> Option<Value> {
        let known =
            company.is_some_and(|company| company.eq_ignore_ascii_case(&self.tenant.login_company));
        let key = self.signing.key(id?).filter(|_| known)?;
        Some(serde_json::json!({ "signing_key": key }))
    }
}

/// The entry's URL with the record's id and the action: the id goes behind a final `recordId=`.
fn address(url: &str, event: &Event) -> String {
    let (id, action) = (event.id, event.action.word());
    let joint = if url.ends_with("recordId=") {
        ""
    } else if url.contains('?') {
        "&recordId="
    } else {
        "?recordId="
    };
    format!("{url}{joint}{id}&action={action}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        connectwise::signing::tests::{VECTOR_B, VECTOR_C},
        tenant::PERSON,
    };

    /// The world of the fact sheet's test vectors.
    fn world() -> World {
        let mut world = World::empty();
        world.add_company(json!({
            "id": 812, "identifier": "HarborLine", "name": "Harbor Line Freight", "site": { "id": 1204, "name": "Main" },
        }));
        world.add_contact(json!({
            "id": 4711, "firstName": "Renée", "lastName": "Okafor", "company": { "id": 812 }, "title": "Operations Lead",
            "mobileGuid": "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11", "types": [{ "id": 3 }],
            "communicationItems": [{ "type": { "id": 1 }, "value": "renee.okafor@harborline.example" }],
        }));
        let url = "https://hooks.example.net/cw/t-7f3a?recordId=";
        world.add(
            Kind::Callback,
            json!({ "id": 318, "url": url, "type": "contact", "level": "owner", "objectId": 1 }),
        );
        world
    }

    #[test]
    fn an_unknown_entry_gets_nothing() {
        assert!(
            world()
                .callback_delivery(Kind::Contact, 4711, Action::Updated, PERSON, 1)
                .is_none()
        );
    }

    #[test]
    fn the_sheets_whole_deliveries_are_made_byte_by_byte() {
        let world = &mut world();
        for (vector, action, message, word) in [
            (
                VECTOR_B,
                Action::Updated,
                "5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31",
                "updated",
            ),
            (
                VECTOR_C,
                Action::Deleted,
                "b9d3c5a0-7f14-4f6e-8f0b-0c8f4a2d9e60",
                "deleted",
            ),
        ] {
            let mut event = world.event(Kind::Contact, 4711, action, PERSON);
            event.message_id = message.to_owned();
            let delivery = world.delivery(&event, 318).unwrap();
            assert_eq!(delivery.body, vector);
            assert_eq!(
                delivery.path_and_query,
                format!("/cw/t-7f3a?recordId=4711&action={word}")
            );
            let signature = (
                "x-content-signature".to_owned(),
                world.signing.sign(vector.as_bytes()),
            );
            assert!(delivery.headers.contains(&signature));
        }
    }

    #[test]
    fn the_tail_fits_any_url() {
        let event = world().event(Kind::Contact, 7, Action::Added, PERSON);
        assert_eq!(
            address("https://x.example/a", &event),
            "https://x.example/a?recordId=7&action=added"
        );
        assert_eq!(
            address("https://x.example/a?b=1", &event),
            "https://x.example/a?b=1&recordId=7&action=added"
        );
        assert_eq!(
            address("https://x.example/a?recordId=", &event),
            "https://x.example/a?recordId=7&action=added"
        );
    }
}
