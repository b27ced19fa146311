//! Contacts through the API: creation, the two views of the default contact, deletion.

use serde_json::{Value, json};

use crate::{Reply, fault::Refusal, kind::Kind, tenant::PERSON, world::World};

fn world() -> World {
    let mut world = World::empty();
    world.add_custom_field(
        Kind::Contact,
        json!({ "id": 15, "caption": "crm_id", "type": "Number" }),
    );
    world.add_company(json!({
        "id": 9, "identifier": "Acme", "name": "Acme", "phoneNumber": "5550100", "site": { "id": 5, "name": "Main" },
    }));
    world.add_company(json!({ "id": 10, "identifier": "Bolt", "name": "Bolt" }));
    world.add_contact(
        json!({ "id": 2, "firstName": "Ada", "company": { "id": 9 }, "defaultFlag": true }),
    );
    world.add_contact(json!({ "id": 3, "firstName": "Bo", "company": { "id": 9 } }));
    world
}

fn call(world: &mut World, method: &str, path: &str, body: Value) -> Reply {
    let body = Some(body).filter(|body| !body.is_null());
    world.request(PERSON, method, path, body.as_ref())
}

fn replace(world: &mut World, path: &str, field: &str, value: Value) -> u16 {
    call(
        world,
        "PATCH",
        path,
        json!([{ "op": "replace", "path": field, "value": value }]),
    )
    .status
}

#[test]
fn only_the_first_name_is_required() {
    let mut world = world();
    let reply = call(
        &mut world,
        "POST",
        "/company/contacts",
        json!({ "lastName": "Ng" }),
    );
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (400, &json!("InvalidObject"))
    );
    assert_eq!(reply.body["message"], "contact object is invalid");
    let problem = json!({
        "code": "MissingRequiredField", "message": "The firstName field is required.", "resource": "contact",
        "field": "firstName",
    });
    assert_eq!(reply.body["errors"], json!([problem]));
    assert!(world.outbox.is_empty());
    assert_eq!(
        call(
            &mut world,
            "POST",
            "/company/contacts",
            json!({ "firstName": "Cy" })
        )
        .status,
        201
    );
}

#[test]
fn a_new_contact_comes_out_as_the_server_fills_it_in() {
    let mut world = world();
    let body = json!({ "firstName": "Cy", "company": { "id": 9 }, "typeIds": [3], "types": [{ "id": 9 }] });
    let reply = call(&mut world, "POST", "/company/contacts", body).body;
    for flag in [
        "inactiveFlag",
        "marriedFlag",
        "childrenFlag",
        "unsubscribeFlag",
        "defaultBillingFlag",
        "defaultFlag",
    ] {
        assert_eq!(reply[flag], false, "{flag}");
    }
    assert_eq!(
        (
            &reply["disablePortalLoginFlag"],
            &reply["portalSecurityLevel"]
        ),
        (&json!(true), &json!(1))
    );
    assert_eq!(
        (&reply["ignoreDuplicates"], &reply["site"]["name"]),
        (&json!(false), &json!("Main"))
    );
    assert_eq!(
        reply["customFields"],
        json!([{ "id": 15, "caption": "crm_id", "type": "Number", "value": null }])
    );
    assert_eq!(
        (
            reply["types"].as_array().map(Vec::len),
            &reply["types"][0]["name"]
        ),
        (Some(1), &json!("Decision Maker"))
    );
    assert_eq!(
        (&reply["defaultPhoneType"], &reply["defaultPhoneNbr"]),
        (&json!("Site"), &json!("5550100"))
    );
    assert!(reply["mobileGuid"].is_string());
    assert_eq!(
        reply.get("communicationItems"),
        None,
        "an empty list is left out"
    );
    assert_eq!(reply.get("title"), None, "nulls are left out");
    let told: Vec<_> = world
        .outbox
        .iter()
        .map(|event| (event.kind, event.action.word()))
        .collect();
    assert_eq!(told, [(Kind::Contact, "added")]);
}

#[test]
fn misspelt_fields_wrong_types_unknown_references_and_long_texts_are_refused() {
    let mut world = world();
    for (field, value) in [
        ("fistName", json!("x")),
        ("title", json!(7)),
        ("inactiveFlag", json!("no")),
        ("company", json!({ "id": 77 })),
        ("company", json!(9)),
        ("portalSecurityLevel", json!(1.5)),
        ("firstName", json!("x".repeat(31))),
        ("customFields", json!([{ "id": 16, "value": 1 }])),
        ("typeIds", json!([77])),
    ] {
        let mut body = json!({ "firstName": "Cy" });
        body[field] = value;
        let reply = call(&mut world, "POST", "/company/contacts", body);
        assert_eq!(reply.status, 400, "{field}");
        assert_eq!(reply.body["errors"][0]["field"], field);
    }
    world.switches.checks_lengths = false;
    let body = json!({ "firstName": "x".repeat(31) });
    assert_eq!(
        call(&mut world, "POST", "/company/contacts", body).status,
        201
    );
}

#[test]
fn company_and_contact_tell_one_story_about_the_default() {
    let mut world = world();
    let default = |world: &World| {
        let flags = [2, 3].map(|id| world.contact(id).unwrap()["defaultFlag"] == true);
        (
            world.company(9).unwrap()["defaultContact"]["id"].clone(),
            flags,
        )
    };
    assert_eq!(default(&world), (json!(2), [true, false]));
    assert_eq!(
        replace(
            &mut world,
            "/company/companies/9",
            "defaultContact",
            json!({ "id": 3 })
        ),
        200
    );
    assert_eq!(default(&world), (json!(3), [false, true]));
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/2",
            "defaultFlag",
            json!(true)
        ),
        200
    );
    assert_eq!(default(&world), (json!(2), [true, false]));
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/2",
            "company",
            json!({ "id": 10 })
        ),
        200
    );
    assert_eq!(default(&world), (Value::Null, [false, false]));
    assert_eq!(
        replace(
            &mut world,
            "/company/companies/9",
            "defaultContact",
            json!({ "id": 2 })
        ),
        400
    );
    let found = call(
        &mut world,
        "GET",
        "/company/contacts?conditions=company/id%3D9%20and%20defaultFlag%3Dtrue",
        Value::Null,
    );
    assert_eq!(found.body, json!([]));
    assert_eq!(
        call(
            &mut world,
            "GET",
            "/company/contacts/default?companyId=9",
            Value::Null
        )
        .status,
        404
    );
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/3",
            "defaultFlag",
            json!(true)
        ),
        200
    );
    let found = call(
        &mut world,
        "GET",
        "/company/contacts/default?companyId=9",
        Value::Null,
    );
    assert_eq!(found.body["id"], 3);
}

#[test]
fn a_contact_with_work_cannot_be_deleted_and_one_without_takes_its_parts_along() {
    let mut world = world();
    world.add(
        Kind::ServiceTicket,
        json!({ "summary": "t", "contact": { "id": 3 } }),
    );
    let note = world.add(Kind::Note, json!({ "contactId": 2, "text": "n" }));
    let refused = call(&mut world, "DELETE", "/company/contacts/3", Value::Null);
    assert_eq!((refused.status, world.contact(3).is_some()), (409, true));
    assert_eq!(
        call(&mut world, "DELETE", "/company/contacts/2", Value::Null).status,
        204
    );
    assert!(world.contact(2).is_none() && world.get(Kind::Note, note).is_none());
    assert_eq!(world.company(9).unwrap().get("defaultContact"), None);
    let told: Vec<_> = world
        .outbox
        .iter()
        .map(|event| (event.kind, event.id, event.action.word()))
        .collect();
    assert_eq!(
        told,
        [(Kind::Company, 9, "updated"), (Kind::Contact, 2, "deleted")]
    );
    assert_eq!(
        call(&mut world, "DELETE", "/company/contacts/2", Value::Null).status,
        404
    );
}

#[test]
fn a_protected_default_can_be_neither_deleted_nor_deactivated() {
    let mut world = world();
    world.switches.protects_default_contact = true;
    assert_eq!(
        call(&mut world, "DELETE", "/company/contacts/2", Value::Null).status,
        409
    );
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/2",
            "inactiveFlag",
            json!(true)
        ),
        400
    );
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/3",
            "inactiveFlag",
            json!(true)
        ),
        200
    );
    world.switches.protects_default_contact = false;
    assert_eq!(
        replace(
            &mut world,
            "/company/contacts/2",
            "inactiveFlag",
            json!(true)
        ),
        200
    );
    assert_eq!(
        world.company(9).unwrap()["defaultContact"]["id"],
        2,
        "an inactive default stays default"
    );
}

#[test]
fn a_refused_write_changes_nothing_however_often() {
    let mut world = world();
    world
        .refusals
        .push(Refusal::new("PATCH", "/company/contacts/3", "title", "No."));
    world
        .refusals
        .push(Refusal::forbidden("DELETE", "/company/contacts/3"));
    let before = world.to_json().unwrap();
    for _ in 0..2 {
        assert_eq!(
            replace(&mut world, "/company/contacts/3", "title", json!("x")),
            400
        );
        assert_eq!(
            call(
                &mut world,
                "DELETE",
                "/company/contacts/3?transferContactId=2",
                Value::Null
            )
            .status,
            403
        );
    }
    assert_eq!(world.to_json().unwrap(), before);
    assert_eq!(
        call(&mut world, "GET", "/company/contacts/3", Value::Null).status,
        200
    );
}

#[test]
fn a_put_resets_what_it_leaves_out_and_cannot_bring_items() {
    let mut world = world();
    replace(&mut world, "/company/contacts/2", "title", json!("Buyer"));
    let reply = call(
        &mut world,
        "PUT",
        "/company/contacts/2",
        json!({ "firstName": "Ada", "company": { "id": 9 } }),
    );
    assert_eq!((reply.status, reply.body.get("title")), (200, None));
    assert_eq!(
        (&reply.body["defaultFlag"], &reply.body["id"]),
        (&json!(true), &json!(2))
    );
    let body = json!({ "firstName": "Ada", "communicationItems": [] });
    assert_eq!(
        call(&mut world, "PUT", "/company/contacts/2", body).status,
        400
    );
}
