//! What surrounds contacts, through the API: children, usages, companies, portal; and requests nobody meant.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Reply, kind::Kind, tenant::PERSON, world::World};

mod restoring;

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

#[test]
fn a_merge_is_a_delete_with_somewhere_to_go() {
    let mut world = world();
    world.add(
        Kind::ServiceTicket,
        json!({ "id": 70, "summary": "t", "contact": { "id": 3 } }),
    );
    let merged = call(
        &mut world,
        "DELETE",
        "/company/contacts/3?transferContactId=2",
        Value::Null,
    );
    assert_eq!((merged.status, merged.body), (204, Value::Null));
    assert_eq!(
        call(&mut world, "GET", "/company/contacts/3", Value::Null).status,
        404
    );
    let found = call(
        &mut world,
        "GET",
        "/service/tickets?conditions=contact/id%3D2",
        Value::Null,
    )
    .body;
    assert_eq!(
        (&found[0]["id"], &found[0]["contact"]["name"]),
        (&json!(70), &json!("Ada"))
    );
}

#[test]
fn a_reference_can_be_pointed_elsewhere_by_hand() {
    let mut world = world();
    world.add(
        Kind::Activity,
        json!({ "id": 70, "name": "a", "contact": { "id": 3 } }),
    );
    let patch = json!([{ "op": "replace", "path": "contact", "value": { "id": 2 } }]);
    let activity = call(&mut world, "PATCH", "/sales/activities/70", patch);
    assert_eq!(
        (activity.status, &activity.body["contact"]["id"]),
        (200, &json!(2))
    );
    assert_eq!(world.outbox.len(), 1);
}

#[test]
fn the_slim_model_has_few_fields() {
    let mut world = world();
    let list = call(
        &mut world,
        "GET",
        "/company/contacts/info?conditions=id%3D2",
        Value::Null,
    )
    .body;
    let one = call(&mut world, "GET", "/company/contacts/2/info", Value::Null).body;
    assert_eq!(list, json!([one]));
    assert_eq!(
        (&one["firstName"], one.get("customFields")),
        (&json!("Ada"), None)
    );
    let count = call(
        &mut world,
        "GET",
        "/company/contacts/info/count",
        Value::Null,
    )
    .body;
    assert_eq!(count, json!({ "count": 2 }));
    assert!(call(&mut world, "GET", "/system/info", Value::Null).body["version"].is_string());
}

#[test]
fn notes_groups_and_types_hang_on_their_contact() {
    let mut world = world();
    let note = call(
        &mut world,
        "POST",
        "/company/contacts/3/notes",
        json!({ "text": "hi" }),
    );
    assert_eq!(
        (
            note.status,
            &note.body["contactId"],
            &note.body["enteredBy"]
        ),
        (201, &json!(3), &json!(PERSON))
    );
    let path = format!("/company/contacts/2/notes/{}", note.body["id"]);
    assert_eq!(
        call(&mut world, "GET", &path, Value::Null).status,
        404,
        "another contact's note"
    );
    assert_eq!(
        call(&mut world, "GET", "/company/contacts/77/notes", Value::Null).status,
        404
    );
    assert_eq!(
        call(&mut world, "POST", "/company/contacts/3/notes", json!({})).status,
        400
    );
    let membership = json!({ "group": { "id": 1 }, "contact": { "id": 3 } });
    assert_eq!(
        call(
            &mut world,
            "POST",
            "/company/contacts/3/groups",
            membership.clone()
        )
        .status,
        201
    );
    assert_eq!(
        call(&mut world, "POST", "/company/contacts/3/groups", membership).status,
        400,
        "once is enough"
    );
    let members = call(
        &mut world,
        "GET",
        "/marketing/groups/1/contacts",
        Value::Null,
    )
    .body;
    assert_eq!(members[0]["contact"]["name"], "Bo");
    let association = json!({ "type": { "id": 3 }, "contact": { "id": 3 } });
    let association = call(
        &mut world,
        "POST",
        "/company/contacts/3/typeAssociations",
        association,
    );
    assert_eq!(association.status, 201);
    assert_eq!(world.contact(3).unwrap()["types"][0]["id"], 3);
    let all = call(
        &mut world,
        "GET",
        "/company/contactTypeAssociations?conditions=type/id%3D3",
        Value::Null,
    )
    .body;
    assert_eq!(all[0]["id"], association.body["id"]);
    let path = format!(
        "/company/contacts/3/typeAssociations/{}",
        association.body["id"]
    );
    assert_eq!(call(&mut world, "DELETE", &path, Value::Null).status, 204);
    assert_eq!(world.contact(3).unwrap()["types"], json!([]));
    let track = json!({ "track": { "id": 1, "name": "Welcome" }, "contact": { "id": 3 } });
    let track = call(&mut world, "POST", "/company/contacts/3/tracks", track);
    let path = format!("/company/contacts/3/tracks/{}", track.body["id"]);
    assert_eq!(
        (
            track.status,
            call(&mut world, "PATCH", &path, json!([])).status
        ),
        (201, 405)
    );
}

#[test]
fn whether_types_touch_the_contact_is_a_switch() {
    let mut world = world();
    world.switches.children_touch_contact = false;
    let association = json!({ "type": { "id": 3 }, "contact": { "id": 3 } });
    call(
        &mut world,
        "POST",
        "/company/contactTypeAssociations",
        association,
    );
    assert!(world.outbox.is_empty());
    world.switches.children_touch_contact = true;
    let association = json!({ "type": { "id": 1 }, "contact": { "id": 3 } });
    call(
        &mut world,
        "POST",
        "/company/contactTypeAssociations",
        association,
    );
    assert_eq!(world.outbox.len(), 1);
}

#[test]
fn usages_count_records_by_kind_and_list_them() {
    let mut world = world();
    assert_eq!(
        call(&mut world, "GET", "/company/contacts/3/usages", Value::Null).body,
        json!([])
    );
    for _ in 0..2 {
        world.add(
            Kind::ServiceTicket,
            json!({ "summary": "t", "contact": { "id": 3 } }),
        );
    }
    world.add(
        Kind::Opportunity,
        json!({ "name": "o", "contact": { "id": 3 }, "billToContact": { "id": 3 } }),
    );
    let usages = call(&mut world, "GET", "/company/contacts/3/usages", Value::Null).body;
    assert_eq!(
        usages,
        json!([
            { "type": "Ticket", "typeKey": "ticket", "count": 2 },
            { "type": "Opportunity", "typeKey": "opportunity", "count": 1 },
        ])
    );
    let list = call(
        &mut world,
        "GET",
        "/company/contacts/3/usages/list",
        Value::Null,
    )
    .body;
    assert_eq!(list.as_array().map(Vec::len), Some(3));
    assert_eq!(list[0]["description"], "t");
}

#[test]
fn a_password_mail_is_always_promised_and_noted_with_whom_it_matched() {
    let mut world = world();
    let items = json!([{ "type": { "id": 1 }, "value": "Cy@acme.example", "defaultFlag": true }]);
    let contact = json!({ "id": 4, "firstName": "Cy", "communicationItems": items, "disablePortalLoginFlag": false });
    world.add_contact(contact);
    for (email, matched) in [
        ("cy@acme.example", vec![4]),
        ("nobody@acme.example", vec![]),
    ] {
        let reply = call(
            &mut world,
            "POST",
            "/company/contacts/requestPassword",
            json!({ "email": email }),
        );
        assert_eq!(reply.status, 204);
        assert_eq!(
            world.mails.last().map(|mail| mail.matched.clone()),
            Some(matched)
        );
    }
    let security = call(
        &mut world,
        "GET",
        "/company/contacts/4/portalSecurity",
        Value::Null,
    )
    .body;
    assert_eq!(
        security[0],
        json!({ "identifier": "tickets", "enabled": true })
    );
    assert_eq!(security[1]["enabled"], false);
}

#[test]
fn a_member_with_too_few_rights_sees_blank_companies() {
    let mut world = world();
    world.switches.blank_company_references = true;
    let contact = call(&mut world, "GET", "/company/contacts/2", Value::Null).body;
    assert_eq!(
        (&contact["company"], &contact["site"]),
        (&json!({}), &json!({}))
    );
}

#[test]
fn documents_are_found_by_what_they_are_attached_to() {
    let mut world = world();
    world.add(
        Kind::Document,
        json!({ "title": "plan", "recordType": "Contact", "recordId": 3 }),
    );
    let find = |world: &mut World, id: u32| {
        let path = format!("/system/documents?recordType=Contact&recordId={id}");
        call(world, "GET", &path, Value::Null)
            .body
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(
        (find(&mut world, 3), find(&mut world, 2)),
        (Some(1), Some(0))
    );
}

#[test]
fn companies_merge_into_another() {
    let mut world = world();
    let body = json!({ "toCompanyId": 10, "contacts": "Merge", "primaryContact": "From" });
    let reply = call(&mut world, "POST", "/company/companies/9/merge", body);
    assert_eq!((reply.status, &reply.body["success"]), (200, &json!(true)));
    assert!(world.company(9).is_none());
    assert_eq!(world.contacts_of(10), [2, 3]);
    assert_eq!(world.company(10).unwrap()["defaultContact"]["id"], 2);
    let body = json!({ "toCompanyId": 10 });
    assert_eq!(
        call(&mut world, "POST", "/company/companies/10/merge", body).status,
        400
    );
}

#[test]
fn a_company_needs_an_address_and_an_identifier_of_its_own() {
    let mut world = world();
    let body = json!({ "identifier": "Cove", "name": "Cove", "city": "Duluth" });
    assert_eq!(
        call(&mut world, "POST", "/company/companies", body).status,
        201
    );
    for body in [
        json!({ "identifier": "Dale", "name": "Dale" }),
        json!({ "identifier": "ACME", "name": "x", "city": "y" }),
    ] {
        assert_eq!(
            call(&mut world, "POST", "/company/companies", body).status,
            400
        );
    }
    assert_eq!(
        call(&mut world, "DELETE", "/company/companies/9", Value::Null).status,
        409
    );
    assert_eq!(
        call(&mut world, "DELETE", "/company/companies/10", Value::Null).status,
        204
    );
}

proptest! {
    #[test]
    fn no_request_makes_the_psa_panic_or_fail(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]),
        path in prop::collection::vec(
            prop::sample::select(vec![
                "company", "contacts", "companies", "communications", "notes", "groups", "typeAssociations", "types",
                "usages", "list", "info", "count", "default", "merge", "system", "callbacks", "2", "9", "x", "",
            ]),
            1..6,
        ),
        query in prop::sample::select(vec![
            "", "?page=0", "?pageSize=0", "?pageId=-1", "?conditions=(", "?fields=,/", "?transferContactId=3", "?orderBy=,",
        ]),
        body in prop::sample::select(vec![
            "null", "[]", "{}", "7", r#"{"firstName":"x","communicationItems":[{}]}"#, r#"[{"op":"add","path":"/"}]"#,
            r#"[{"op":"remove","path":"/communicationItems/0"}]"#, r#"{"value":"x","type":{"id":1}}"#,
            r#"[{"op":"add","path":"communicationItems/18446744073709551615","value":{"type":{"id":1},"value":"x"}}]"#,
            r#"{"toCompanyId":10}"#, r#"{"type":{"id":3},"contact":{"id":2}}"#, r#"{"url":"x","type":"x","level":"x"}"#,
        ]),
    ) {
        let body: Value = serde_json::from_str(body).unwrap();
        let reply = call(&mut world(), method, &format!("/{}{query}", path.join("/")), body);
        prop_assert!(reply.status >= 200 && reply.status < 500);
    }
}
