//! The registry of callbacks: who wants to be told of what.

use serde_json::{Value, json};

use super::{
    answer::{ApiError, Problem},
    event::Event,
};
use crate::{
    kind::Kind,
    record::{self, Record},
    world::World,
};

const TYPES: [&str; 9] = [
    "contact",
    "company",
    "ticket",
    "project",
    "activity",
    "opportunity",
    "configuration",
    "agreement",
    "order",
];

/// What the server fills in.
pub(crate) fn defaults(world: &mut World, record: &mut Record, member: &str) {
    let id = world.member(member).map_or(0, |member| member.id);
    let serial = world.next_serial();
    record.entry("memberId").or_insert_with(|| Value::from(id));
    record
        .entry("payloadVersion")
        .or_insert_with(|| json!("3.0.0"));
    record
        .entry("connectWiseID")
        .or_insert_with(|| Value::from(record::uuid(&format!("callback {serial}"))));
}

/// The rules of the registry. Spellings are made uniform on the way.
pub(crate) fn settle(world: &World, id: Option<u32>, record: &mut Record) -> Result<(), ApiError> {
    let invalid = |problem: Problem| ApiError::invalid(Kind::Callback, [problem]);
    let of = record::text(record, "type").to_lowercase();
    let level = record::text(record, "level").to_lowercase();
    if !is_url(record::text(record, "url")) {
        return Err(invalid(Problem::field("url", "Invalid URL")));
    }
    if !TYPES.contains(&of.as_str()) {
        return Err(invalid(Problem::field("type", "Unrecognized type")));
    }
    if !levels(&of).contains(&level.as_str()) {
        return Err(invalid(Problem::field(
            "level",
            format!("Unrecognized level for type, {of}"),
        )));
    }
    record.insert("type".to_owned(), Value::from(of));
    if level == "owner" {
        // Seen in the field: whatever is sent, level owner is stored with 1.
        record.insert("objectId".to_owned(), json!(1));
    }
    record.insert("level".to_owned(), Value::from(level));
    let same = |other: &Record| {
        ["url", "type", "level", "objectId"]
            .iter()
            .all(|name| other.get(*name) == record.get(*name))
    };
    if world
        .table(Kind::Callback)
        .iter()
        .any(|(of, other)| Some(*of) != id && same(other))
    {
        return Err(invalid(Problem::exists(
            "objectId",
            "A callback with these values exists already.",
        )));
    }
    Ok(())
}

/// The active entries that want to be told of an event, in order of their ids.
pub(crate) fn listening(world: &World, event: &Event) -> Vec<u32> {
    let entries = world.table(Kind::Callback).iter();
    entries
        .filter(|(_, entry)| wants(world, entry, event))
        .map(|(id, _)| *id)
        .collect()
}

fn wants(world: &World, entry: &Record, event: &Event) -> bool {
    let owner = entry.get("memberId").and_then(Value::as_u64);
    let own = world
        .member(&event.member)
        .is_some_and(|member| Some(u64::from(member.id)) == owner);
    let suppressed = own && record::flag(entry, "isSelfSuppressedFlag");
    let object = entry.get("objectId").and_then(record::id_in);
    let reach = &event.reach;
    let within = match record::text(entry, "level") {
        "owner" => true,
        "contact" => object == Some(event.id),
        "company" => object.is_some() && object == reach.company,
        "territory" => object.is_some() && object == reach.territory,
        "status" => object.is_some() && object == reach.status,
        "type" => object.is_some_and(|object| reach.types.contains(&object)),
        _ => false,
    };
    let of = event.kind.spec().callback;
    !record::flag(entry, "inactiveFlag")
        && of == Some(record::text(entry, "type"))
        && within
        && !suppressed
}

fn levels(of: &str) -> &'static [&'static str] {
    match of {
        "contact" => &["owner", "type", "territory", "company", "contact"],
        "company" => &[
            "owner",
            "status",
            "type",
            "territory",
            "company",
            "integratortag",
        ],
        _ => &["owner"],
    }
}

fn is_url(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{API_MEMBER, PERSON};

    fn post(world: &mut World, body: Value) -> (u16, Value) {
        let reply = world.request(API_MEMBER, "POST", "/system/callbacks", Some(&body));
        (reply.status, reply.body)
    }

    fn entry() -> Value {
        json!({
            "description": "contact policy", "url": "https://hooks.example.net/cw/t-7f3a?recordId=", "objectId": 0,
            "type": "contact", "level": "Owner", "payloadVersion": "3.0.0", "isSelfSuppressedFlag": false,
        })
    }

    #[test]
    fn without_entries_nobody_listens() {
        let mut world = World::empty();
        let id = world.add_contact(json!({ "firstName": "Ada" }));
        let event = world.event(Kind::Contact, id, super::super::Action::Updated, PERSON);
        assert!(listening(&world, &event).is_empty());
    }

    #[test]
    fn an_entry_is_stored_with_the_servers_own_values() {
        let (status, body) = post(&mut World::empty(), entry());
        assert_eq!(status, 201);
        assert_eq!(body["objectId"], 1);
        assert_eq!(body["level"], "owner");
        assert_eq!(body["memberId"], 243);
        assert_eq!(body["inactiveFlag"], false);
        assert_eq!(body["isSoapCallbackFlag"], false);
        assert!(body["connectWiseID"].is_string());
        assert_eq!(body["_info"]["updatedBy"], "rollcall-api");
    }

    #[test]
    fn the_registrys_rules_are_kept() {
        let mut world = World::empty();
        let mut bad = |field: &str, value: Value| {
            let mut body = entry();
            body[field] = value;
            let (status, body) = post(&mut world, body);
            (
                status,
                body["errors"][0]["code"].clone(),
                body["errors"][0]["field"].clone(),
            )
        };
        assert_eq!(
            bad("url", json!("hooks")),
            (400, json!("InvalidField"), json!("url"))
        );
        assert_eq!(
            bad("level", json!("status")),
            (400, json!("InvalidField"), json!("level"))
        );
        assert_eq!(
            bad("type", Value::Null),
            (400, json!("MissingRequiredField"), json!("type"))
        );
        assert_eq!(
            bad("objectId", Value::Null),
            (400, json!("MissingRequiredField"), json!("objectId"))
        );
        assert_eq!(post(&mut world, entry()).0, 201);
        let (status, body) = post(&mut world, entry());
        assert_eq!((status, &body["code"]), (400, &json!("InvalidObject")));
        assert_eq!(
            (&body["errors"][0]["code"], &body["errors"][0]["field"]),
            (&json!("ObjectExists"), &json!("objectId"))
        );
    }

    #[test]
    fn entries_listen_within_their_level_and_not_to_themselves_if_so_asked() {
        let mut world = World::empty();
        world.add_company(
            json!({ "id": 9, "identifier": "Acme", "name": "Acme", "territory": { "id": 38 } }),
        );
        world.add_contact(
            json!({ "id": 2, "firstName": "Ada", "company": { "id": 9 }, "types": [{ "id": 3 }] }),
        );
        let mut add = |level: &str, object: u32| {
            let mut body = entry();
            body["level"] = json!(level);
            body["objectId"] = json!(object);
            post(&mut world, body).1["id"]
                .as_u64()
                .and_then(|id| u32::try_from(id).ok())
                .unwrap()
        };
        let wanted = [
            add("owner", 1),
            add("company", 9),
            add("contact", 2),
            add("type", 3),
            add("territory", 38),
        ];
        let others = [
            add("company", 8),
            add("contact", 3),
            add("type", 1),
            add("territory", 1),
        ];
        let event = world.event(Kind::Contact, 2, super::super::Action::Updated, API_MEMBER);
        assert_eq!(listening(&world, &event), wanted);
        assert!(
            !listening(&world, &event)
                .iter()
                .any(|id| others.contains(id))
        );
        let path = format!("/system/callbacks/{}", wanted[0]);
        let patch = json!([{ "op": "replace", "path": "isSelfSuppressedFlag", "value": true }]);
        assert_eq!(
            world
                .request(API_MEMBER, "PATCH", &path, Some(&patch))
                .status,
            200
        );
        assert_eq!(listening(&world, &event), wanted[1..]);
        let event = world.event(Kind::Contact, 2, super::super::Action::Updated, PERSON);
        assert_eq!(listening(&world, &event), wanted);
    }
}
