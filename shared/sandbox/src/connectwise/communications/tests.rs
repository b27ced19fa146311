//! The sub-resource for emails, phones and faxes.

use serde_json::{Value, json};

use crate::{Reply, tenant::PERSON, world::World};

const ITEMS: &str = "/company/contacts/2/communications";

fn world() -> World {
    let mut world = World::empty();
    world.add_contact(json!({
        "id": 2, "firstName": "Ada", "communicationItems": [
            { "id": 90, "type": { "id": 1 }, "value": "ada@acme.example", "defaultFlag": true },
            { "id": 91, "type": { "id": 1 }, "value": "ada@home.example", "defaultFlag": false },
        ],
    }));
    world.add_contact(json!({ "id": 3, "firstName": "Bo" }));
    world
}

fn call(world: &mut World, method: &str, path: &str, body: Value) -> Reply {
    let body = Some(body).filter(|body| !body.is_null());
    world.request(PERSON, method, path, body.as_ref())
}

fn defaults(world: &mut World) -> Vec<u64> {
    let items = call(world, "GET", ITEMS, Value::Null).body;
    let items = items
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["defaultFlag"] == true);
    items.filter_map(|item| item["id"].as_u64()).collect()
}

#[test]
fn a_contact_without_items_lists_none() {
    let path = "/company/contacts/3/communications";
    assert_eq!(call(&mut world(), "GET", path, Value::Null).body, json!([]));
    assert_eq!(
        call(&mut world(), "GET", &format!("{path}/count"), Value::Null).body,
        json!({ "count": 0 })
    );
    assert_eq!(
        call(
            &mut world(),
            "GET",
            "/company/contacts/77/communications",
            Value::Null
        )
        .status,
        404
    );
}

#[test]
fn items_are_listed_with_conditions_and_bear_their_contact() {
    let path = format!("{ITEMS}?conditions=value%20like%20'%25home%25'");
    let found = call(&mut world(), "GET", &path, Value::Null).body;
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&found[0]["id"], &found[0]["contactId"], &found[0]["domain"]),
        (&json!(91), &json!(2), &json!("@home.example"))
    );
    assert_eq!(found[0]["type"]["name"], "Email");
    assert!(found[0]["_info"]["lastUpdated"].is_string());
}

#[test]
fn a_new_default_takes_the_place_of_the_old_one_of_its_kind() {
    let mut world = world();
    let phone = json!({ "type": { "id": 2 }, "value": "5550142", "defaultFlag": true });
    let phone = call(&mut world, "POST", ITEMS, phone);
    assert_eq!(
        (phone.status, &phone.body["communicationType"]),
        (201, &json!("Phone"))
    );
    assert_eq!(defaults(&mut world), [90, 92]);
    let email = json!({ "type": { "id": 1 }, "value": "c@d.example", "defaultFlag": true, "communicationType": "Email" });
    assert_eq!(call(&mut world, "POST", ITEMS, email).body["id"], 93);
    assert_eq!(defaults(&mut world), [92, 93]);
    let patch = json!([{ "op": "replace", "path": "defaultFlag", "value": true }]);
    assert_eq!(
        call(&mut world, "PATCH", &format!("{ITEMS}/91"), patch).status,
        200
    );
    assert_eq!(defaults(&mut world), [91, 92]);
    assert!(
        world.outbox.iter().all(|event| event.id == 2),
        "the contact is told"
    );
    assert_eq!(world.outbox.len(), 3);
}

#[test]
fn an_item_keeps_its_id_and_changes_its_domain_with_its_value() {
    let mut world = world();
    let patch = json!([{ "op": "replace", "path": "value", "value": "ada@new.example" }]);
    let item = call(&mut world, "PATCH", &format!("{ITEMS}/90"), patch).body;
    assert_eq!(
        (&item["id"], &item["domain"], &item["defaultFlag"]),
        (&json!(90), &json!("@new.example"), &json!(true))
    );
    let put = json!({ "type": { "id": 4 }, "value": "5550101" });
    let item = call(&mut world, "PUT", &format!("{ITEMS}/90"), put).body;
    assert_eq!(
        (
            &item["id"],
            &item["communicationType"],
            &item["defaultFlag"]
        ),
        (&json!(90), &json!("Phone"), &json!(false))
    );
    assert_eq!(item.get("domain"), None);
}

#[test]
fn whether_the_next_item_becomes_default_is_a_switch() {
    let mut world = world();
    world.switches.promotes_next_communication = true;
    let mut other = world.clone();
    other.switches.promotes_next_communication = false;
    for (world, expected) in [(&mut world, vec![91]), (&mut other, vec![])] {
        assert_eq!(
            call(world, "DELETE", &format!("{ITEMS}/90"), Value::Null).status,
            204
        );
        assert_eq!(defaults(world), expected);
        assert_eq!(
            call(world, "GET", &format!("{ITEMS}/90"), Value::Null).status,
            404
        );
    }
}

#[test]
fn a_default_can_be_unset_and_leaves_its_kind_without_one() {
    let mut world = world();
    world.switches.promotes_next_communication = true;
    let unset = json!([{ "op": "replace", "path": "defaultFlag", "value": false }]);
    let item = call(&mut world, "PATCH", &format!("{ITEMS}/90"), unset.clone());
    assert_eq!(
        (item.status, &item.body["id"], &item.body["defaultFlag"]),
        (200, &json!(90), &json!(false))
    );
    assert_eq!(defaults(&mut world), Vec::<u64>::new());
    let contact = call(&mut world, "GET", "/company/contacts/2", Value::Null).body;
    assert_eq!(contact["communicationItems"][0]["defaultFlag"], false);
    assert_eq!(world.outbox.len(), 1);
    let unknown = call(&mut world, "PATCH", &format!("{ITEMS}/77"), unset);
    assert_eq!(
        (unknown.status, &unknown.body["code"]),
        (404, &json!("NotFound"))
    );
}

#[test]
fn a_removed_item_is_gone_and_can_be_added_again_under_a_new_id() {
    let mut world = world();
    let path = format!("{ITEMS}/91");
    assert_eq!(call(&mut world, "DELETE", &path, Value::Null).status, 204);
    let again = call(&mut world, "DELETE", &path, Value::Null);
    assert_eq!(
        (again.status, &again.body["code"]),
        (404, &json!("NotFound"))
    );
    assert_eq!(world.outbox.len(), 1, "the contact is told once");
    let contact = call(&mut world, "GET", "/company/contacts/2", Value::Null).body;
    assert_eq!(
        contact["communicationItems"].as_array().map(Vec::len),
        Some(1)
    );
    let email = json!({ "type": { "id": 1 }, "value": "ada@home.example" });
    assert_eq!(call(&mut world, "POST", ITEMS, email).body["id"], 92);
}

#[test]
fn bad_items_are_refused() {
    let mut world = world();
    for (body, field) in [
        (json!({ "type": { "id": 1 } }), "value"),
        (json!({ "value": "x" }), "type"),
        (json!({ "type": { "id": 77 }, "value": "x" }), "type"),
        (
            json!({ "type": { "id": 1 }, "value": "x", "communicationType": "Phone" }),
            "communicationType",
        ),
        (
            json!({ "type": { "id": 1 }, "value": "x", "communicationType": "Direct" }),
            "communicationType",
        ),
        (
            json!({ "type": { "id": 1 }, "value": "x".repeat(251) }),
            "value",
        ),
        (
            json!({ "type": { "id": 2 }, "value": "1", "extension": "1".repeat(16) }),
            "extension",
        ),
        (
            json!({ "type": { "id": 1 }, "value": "x", "defaultFlg": true }),
            "defaultFlg",
        ),
    ] {
        let reply = call(&mut world, "POST", ITEMS, body);
        assert_eq!(
            (reply.status, &reply.body["errors"][0]["field"]),
            (400, &json!(field))
        );
    }
    assert!(world.outbox.is_empty());
    let bodyless = call(&mut world, "POST", ITEMS, json!([]));
    assert_eq!(bodyless.status, 400);
}
