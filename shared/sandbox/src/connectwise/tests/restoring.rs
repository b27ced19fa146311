//! What taking back a merge needs: a contact returns with all that it had, and what was given to others is
//! taken away again.

use serde_json::{Value, json};

use super::{call, world};
use crate::{kind::Kind, world::World};

fn replace(world: &mut World, path: &str, field: &str, value: Value) -> u16 {
    let operations = json!([{ "op": "replace", "path": field, "value": value }]);
    call(world, "PATCH", path, operations).status
}

#[test]
fn a_company_can_be_left_without_default_and_billing_contact() {
    let mut world = world();
    for (field, flag) in [
        ("defaultContact", "defaultFlag"),
        ("billingContact", "defaultBillingFlag"),
    ] {
        let company = "/company/companies/9";
        assert_eq!(replace(&mut world, company, field, json!({ "id": 2 })), 200);
        assert_eq!(world.contact(2).unwrap()[flag], true);
        world.take_outbox();
        let remove = json!([{ "op": "remove", "path": field }]);
        let reply = call(&mut world, "PATCH", company, remove.clone());
        assert_eq!((reply.status, reply.body.get(field)), (200, None));
        assert_eq!(world.contact(2).unwrap()[flag], false, "{flag}");
        let told: Vec<_> = world
            .outbox
            .iter()
            .map(|event| (event.kind, event.id, event.action.word()))
            .collect();
        assert_eq!(told, [(Kind::Company, 9, "updated")]);
        // What is not there can be taken away again.
        assert_eq!(call(&mut world, "PATCH", company, remove).status, 200);
        assert_eq!(replace(&mut world, company, field, json!({ "id": 3 })), 200);
        assert_eq!(replace(&mut world, company, field, Value::Null), 200);
        assert_eq!(world.contact(3).unwrap()[flag], false, "{flag}");
    }
    let found = "/company/contacts/default?companyId=9";
    assert_eq!(call(&mut world, "GET", found, Value::Null).status, 404);
}

#[test]
fn a_contact_can_be_told_to_be_nobodys_default_any_more() {
    let mut world = world();
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/2",
            "defaultFlag",
            json!(false)
        ),
        200
    );
    assert_eq!(world.company(9).unwrap().get("defaultContact"), None);
}

#[test]
fn a_contact_that_was_merged_can_be_created_again_with_all_that_it_had() {
    let mut world = world();
    let group = world.add(Kind::MarketingGroup, json!({ "name": "News" }));
    let merge = "/company/contacts/3?transferContactId=2";
    assert_eq!(call(&mut world, "DELETE", merge, Value::Null).status, 204);
    world.take_outbox();
    let body = json!({ "firstName": "Bo", "company": { "id": 9 }, "site": { "id": 5 } });
    let created = call(&mut world, "POST", "/company/contacts", body);
    assert_eq!(created.status, 201);
    assert_eq!(created.body["id"], 4, "its old id never returns");
    assert_eq!(
        created.body["site"],
        json!({ "id": 5, "name": "Main", "_info": {} })
    );
    let path = "/company/contacts/4";
    let operations = json!([
        { "op": "replace", "path": "title", "value": "Buyer" },
        { "op": "replace", "path": "managerContact", "value": { "id": 2 } },
        { "op": "replace", "path": "inactiveFlag", "value": true },
        { "op": "replace", "path": "disablePortalLoginFlag", "value": false },
        { "op": "replace", "path": "portalSecurityLevel", "value": 6 },
        { "op": "replace", "path": "customFields", "value": [{ "id": 15, "value": 7 }] },
    ]);
    assert_eq!(call(&mut world, "PATCH", path, operations).status, 200);
    for (below, body) in [
        (
            "communications",
            json!({ "type": { "id": 1 }, "value": "bo@acme.example", "defaultFlag": true }),
        ),
        ("notes", json!({ "text": "likes tea" })),
        ("groups", json!({ "group": { "id": group } })),
        ("typeAssociations", json!({ "type": { "id": 3 } })),
    ] {
        let mut body = body;
        if matches!(below, "groups" | "typeAssociations") {
            body["contact"] = json!({ "id": 4 });
        }
        let reply = call(&mut world, "POST", &format!("{path}/{below}"), body);
        assert_eq!(reply.status, 201, "{below}");
    }
    let contact = call(&mut world, "GET", path, Value::Null).body;
    for (field, expected) in [
        ("title", json!("Buyer")),
        ("inactiveFlag", json!(true)),
        ("disablePortalLoginFlag", json!(false)),
        ("portalSecurityLevel", json!(6)),
    ] {
        assert_eq!(contact[field], expected, "{field}");
    }
    assert_eq!(
        (
            &contact["managerContact"]["id"],
            &contact["customFields"][0]["value"],
            &contact["communicationItems"][0]["value"],
            &contact["types"][0]["id"]
        ),
        (&json!(2), &json!(7), &json!("bo@acme.example"), &json!(3))
    );
    let told = world.outbox.first().unwrap();
    assert_eq!((told.id, told.action.word()), (4, "added"));
}

#[test]
fn notes_groups_and_types_can_be_taken_away_one_by_one() {
    let mut world = world();
    let group = world.add(Kind::MarketingGroup, json!({ "name": "News" }));
    for (below, body) in [
        ("notes", json!({ "text": "likes tea" })),
        (
            "groups",
            json!({ "group": { "id": group }, "contact": { "id": 3 } }),
        ),
        (
            "typeAssociations",
            json!({ "type": { "id": 3 }, "contact": { "id": 3 } }),
        ),
    ] {
        let list = format!("/company/contacts/3/{below}");
        let id = call(&mut world, "POST", &list, body).body["id"].clone();
        assert!(id.is_u64(), "{below}");
        let path = format!("{list}/{id}");
        let elsewhere = path.replace("contacts/3", "contacts/2");
        let refused = call(&mut world, "DELETE", &elsewhere, Value::Null);
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (404, &json!("NotFound"))
        );
        assert_eq!(call(&mut world, "DELETE", &path, Value::Null).status, 204);
        let again = call(&mut world, "DELETE", &path, Value::Null);
        assert_eq!(
            (again.status, &again.body["code"]),
            (404, &json!("NotFound"))
        );
        assert_eq!(call(&mut world, "GET", &list, Value::Null).body, json!([]));
    }
}
