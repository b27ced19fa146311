//! The documented oddities of PATCH, one by one.

use serde_json::{Value, json};

use crate::{kind::Kind, tenant::PERSON, world::World};

const CONTACT: &str = "/company/contacts/2";

fn world() -> World {
    let mut world = World::empty();
    for id in [15, 16] {
        world.add_custom_field(
            Kind::Contact,
            json!({ "id": id, "caption": format!("field {id}"), "type": "Text" }),
        );
    }
    world.add_company(json!({ "id": 9, "identifier": "Acme", "name": "Acme" }));
    world.add_contact(json!({
        "id": 2, "firstName": "Ada", "nickName": "Countess", "company": { "id": 9 },
        "customFields": [{ "id": 15, "value": "a" }, { "id": 16, "value": "b" }],
        "communicationItems": [
            { "type": { "id": 1 }, "value": "ada@acme.example", "defaultFlag": true },
            { "type": { "id": 1 }, "value": "ada@home.example", "defaultFlag": false },
            { "type": { "id": 2 }, "value": "5550142", "defaultFlag": true },
        ],
    }));
    world
}

/// The answer to a PATCH of the contact; a refused one must not have changed anything.
fn patch(world: &mut World, operations: Value) -> Result<Value, (u16, String)> {
    let before = world.to_json().unwrap();
    let reply = world.request(PERSON, "PATCH", CONTACT, Some(&operations));
    if reply.status == 200 {
        return Ok(reply.body);
    }
    assert_eq!(
        world.contact(2).unwrap(),
        World::from_json(&before).unwrap().contact(2).unwrap()
    );
    Err((
        reply.status,
        reply.body["code"].as_str().unwrap_or_default().to_owned(),
    ))
}

fn refused(world: &mut World, operations: Value) -> String {
    let (status, code) = patch(world, operations).err().unwrap();
    assert_eq!(status, 400);
    code
}

fn values(contact: &Value) -> Vec<(&str, bool)> {
    let items = contact["communicationItems"].as_array().unwrap();
    items
        .iter()
        .map(|item| (item["value"].as_str().unwrap(), item["defaultFlag"] == true))
        .collect()
}

#[test]
fn an_empty_patch_answers_with_the_whole_record() {
    let contact = patch(&mut world(), json!([])).unwrap();
    assert_eq!(contact["firstName"], "Ada");
    assert_eq!(contact["company"]["name"], "Acme");
}

#[test]
fn paths_work_with_and_without_slash_and_names_are_case_sensitive() {
    let contact = patch(
        &mut world(),
        json!([
            { "op": "replace", "path": "title", "value": "Buyer" },
            { "op": "add", "path": "/lastName", "value": "King" },
            { "op": "remove", "path": "nickName" },
        ]),
    );
    let contact = contact.unwrap();
    assert_eq!(
        (
            &contact["title"],
            &contact["lastName"],
            contact.get("nickName")
        ),
        (&json!("Buyer"), &json!("King"), None)
    );
    assert_eq!(
        refused(
            &mut world(),
            json!([{ "op": "replace", "path": "Title", "value": "x" }])
        ),
        "InvalidPatch"
    );
}

#[test]
fn what_isnt_a_proper_patch_is_refused_as_a_whole() {
    for operations in [
        json!({ "title": "x" }),
        json!("x"),
        json!([{ "op": "move", "path": "title", "value": "x" }]),
        json!([{ "op": "replace", "value": "x" }]),
        json!([{ "op": "replace", "path": "", "value": "x" }]),
        json!([{ "op": "replace", "path": "id", "value": 7 }]),
        json!([{ "op": "replace", "path": "_info", "value": {} }]),
        json!([{ "op": "replace", "path": "types", "value": [{ "id": 3 }] }]),
        json!([{ "op": "replace", "path": "typeIds", "value": [3] }]),
        json!([{ "op": "replace", "path": "company/identifier", "value": "Bolt" }]),
        json!([{ "op": "replace", "path": "customFields/0/value", "value": "x" }]),
        json!([{ "op": "replace", "path": "communicationItems", "value": "x" }]),
        json!([{ "op": "replace", "path": "/communicationItems/9/value", "value": "x" }]),
        json!([{ "op": "remove", "path": "/communicationItems/9" }]),
        json!([{ "op": "replace", "path": "inactiveFlag", "value": "yes" }]),
        json!([{ "op": "replace", "path": "title", "value": "x" }, { "op": "replace", "path": "nonsense", "value": 1 }]),
    ] {
        assert_eq!(
            refused(&mut world(), operations.clone()),
            "InvalidPatch",
            "{operations}"
        );
    }
    for operations in [
        json!([{ "op": "remove", "path": "firstName" }]),
        json!([{ "op": "replace", "path": "company", "value": { "id": 77 } }]),
        json!([{ "op": "replace", "path": "title", "value": "x".repeat(101) }]),
    ] {
        assert_eq!(refused(&mut world(), operations), "InvalidObject");
    }
}

#[test]
fn a_path_into_a_reference_can_be_swallowed() {
    let mut world = world();
    world.switches.false_success_into_references = true;
    let operations = json!([{ "op": "replace", "path": "company/identifier", "value": "Bolt" }]);
    assert_eq!(
        patch(&mut world, operations).unwrap()["company"]["identifier"],
        "Acme"
    );
}

#[test]
fn custom_fields_change_by_id_and_an_empty_array_clears_nothing() {
    let mut world = world();
    let fields = |contact: &Value| [0, 1].map(|at| contact["customFields"][at]["value"].clone());
    let one =
        json!([{ "op": "replace", "path": "customFields", "value": [{ "id": 16, "value": "c" }] }]);
    assert_eq!(
        fields(&patch(&mut world, one).unwrap()),
        [json!("a"), json!("c")]
    );
    let none = json!([{ "op": "replace", "path": "/customFields", "value": [] }]);
    assert_eq!(
        fields(&patch(&mut world, none).unwrap()),
        [json!("a"), json!("c")]
    );
    let null = json!([{ "op": "replace", "path": "customFields", "value": [{ "id": 15, "value": null }] }]);
    assert_eq!(
        fields(&patch(&mut world, null).unwrap()),
        [Value::Null, json!("c")]
    );
}

#[test]
fn a_field_is_emptied_by_a_remove_and_by_a_null_alike() {
    let filled = json!([
        { "op": "replace", "path": "title", "value": "Buyer" },
        { "op": "replace", "path": "department", "value": { "id": 1 } },
        { "op": "replace", "path": "country", "value": { "id": 1, "name": "United States" } },
        { "op": "replace", "path": "managerContact", "value": { "id": 3 } },
        { "op": "replace", "path": "marriedFlag", "value": true },
    ]);
    for operation in [
        json!({ "op": "remove" }),
        json!({ "op": "replace", "value": null }),
    ] {
        let mut world = world();
        world.add_contact(json!({ "id": 3, "firstName": "Bo", "company": { "id": 9 } }));
        world.add(Kind::Department, json!({ "id": 1, "name": "Sales" }));
        let before = patch(&mut world, filled.clone()).unwrap();
        assert_eq!(
            (
                &before["department"]["name"],
                &before["managerContact"]["name"],
                &before["marriedFlag"]
            ),
            (&json!("Sales"), &json!("Bo"), &json!(true))
        );
        let emptied = ["title", "department", "country", "managerContact"];
        let operations: Vec<Value> = emptied
            .iter()
            .chain(&["marriedFlag"])
            .map(|path| {
                let mut operation = operation.clone();
                operation["path"] = json!(path);
                operation
            })
            .collect();
        let contact = patch(&mut world, Value::Array(operations)).unwrap();
        for field in emptied {
            assert_eq!(contact.get(field), None, "{field}");
        }
        assert_eq!(contact["marriedFlag"], false, "a flag is set or not");
    }
}

#[test]
fn a_label_that_is_given_by_its_id_alone_comes_back_with_its_name() {
    let mut world = world();
    world.add_company(json!({
        "id": 10, "identifier": "Bolt", "name": "Bolt", "country": { "id": 1, "name": "United States" },
    }));
    world.add_contact(
        json!({ "id": 3, "firstName": "Bo", "companyLocation": { "id": 2, "name": "Chicago" } }),
    );
    let contact = patch(
        &mut world,
        json!([
            { "op": "replace", "path": "country", "value": { "id": 1 } },
            { "op": "replace", "path": "companyLocation", "value": { "id": 2 } },
            { "op": "replace", "path": "site", "value": { "id": 77 } },
        ]),
    )
    .unwrap();
    assert_eq!(
        (
            &contact["country"],
            &contact["companyLocation"],
            &contact["site"]
        ),
        (
            &json!({ "id": 1, "name": "United States", "_info": {} }),
            &json!({ "id": 2, "name": "Chicago", "_info": {} }),
            &json!({ "id": 77, "_info": {} })
        )
    );
}

#[test]
fn an_instance_may_want_custom_fields_in_every_patch() {
    let mut world = world();
    world.switches.custom_fields_required = true;
    let title = json!({ "op": "replace", "path": "title", "value": "x" });
    assert_eq!(refused(&mut world, json!([title])), "InvalidObject");
    let fields = json!({ "op": "replace", "path": "customFields", "value": [] });
    assert_eq!(
        patch(&mut world, json!([title, fields])).unwrap()["title"],
        "x"
    );
}

#[test]
fn items_change_by_index_and_one_of_a_kind_is_default() {
    let contact = patch(
        &mut world(),
        json!([
            { "op": "replace", "path": "/communicationItems/1/value", "value": "countess@home.example" },
            { "op": "replace", "path": "communicationItems/1/defaultFlag", "value": true },
        ]),
    );
    let expected = [
        ("ada@acme.example", false),
        ("countess@home.example", true),
        ("5550142", true),
    ];
    let contact = contact.unwrap();
    assert_eq!(values(&contact), expected);
    assert_eq!(contact["communicationItems"][1]["domain"], "@home.example");
}

#[test]
fn items_are_appended_at_the_end_and_without_default_anywhere_else() {
    let item = json!({ "type": { "id": "1" }, "value": "a@b.example", "defaultFlag": true });
    let add = |at: usize| json!([{ "op": "add", "path": format!("/communicationItems/{at}"), "value": item }]);
    let contact = patch(&mut world(), add(3)).unwrap();
    assert_eq!(values(&contact)[0], ("ada@acme.example", false));
    assert_eq!(values(&contact)[3], ("a@b.example", true));
    assert_eq!(
        contact["communicationItems"][3]["type"]["id"], 1,
        "a type's id may be sent as text"
    );
    let contact = patch(&mut world(), add(0)).unwrap();
    assert_eq!(values(&contact)[0], ("ada@acme.example", true));
    assert_eq!(values(&contact)[3], ("a@b.example", false));
}

#[test]
fn a_removed_item_leaves_its_place_to_the_next() {
    let mut world = world();
    let remove = json!([{ "op": "remove", "path": "/communicationItems/0" }]);
    assert_eq!(
        values(&patch(&mut world, remove).unwrap()),
        [("ada@home.example", false), ("5550142", true)]
    );
}

#[test]
fn the_whole_list_can_be_replaced() {
    let mut world = world();
    let value = json!([{ "type": { "id": 4 }, "value": "5550199", "defaultFlag": true }]);
    let contact = patch(
        &mut world,
        json!([{ "op": "replace", "path": "communicationItems", "value": value }]),
    )
    .unwrap();
    assert_eq!(values(&contact), [("5550199", true)]);
    assert!(contact["communicationItems"][0]["id"].is_u64());
}

#[test]
fn a_patch_that_changes_nothing_is_stamped_and_told_all_the_same() {
    let mut world = world();
    world.advance(5);
    let contact = patch(
        &mut world,
        json!([{ "op": "replace", "path": "firstName", "value": "Ada" }]),
    )
    .unwrap();
    assert_eq!(contact["_info"]["lastUpdated"], "2026-03-04T15:20:16Z");
    assert_eq!(world.outbox.len(), 1);
}
