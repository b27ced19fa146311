//! Clients.

use super::*;

const PRIYA: [(&str, &str); 4] = [
    ("first_name", "Priya"),
    ("last_name", "Raman"),
    ("email", "priya@dental.example"),
    ("client_company_name", "Dental Group"),
];

#[test]
fn an_empty_account_lists_no_clients() {
    let reply = Account::empty().request("GET", "/clients", &[]);
    assert_eq!((reply.status, &reply.body["data"]), (200, &json!([])));
}

#[test]
fn a_client_is_shown_as_documented() {
    let mut cast = cast();
    let reply = cast.get(&format!("/clients/{}", cast.acme));
    let shown = json!({
        "id": 1, "company_name": "Acme", "description": null, "status": "active", "phone": null, "website": null,
        "vat": null, "category": { "id": 2, "name": "Default" }, "owner": { "id": 4, "name": "Ada Byron" },
        "billing": {
            "street": null, "city": null, "state": null, "zip": null, "country": null, "invoice_due_days": "7",
        },
        "shipping": { "street": null, "city": null, "state": null, "zip": null, "country": null },
        "dates": { "created": "2026-03-04T15:20:11.000000Z", "updated": "2026-03-04T15:20:11.000000Z" },
        "tags": ["cw-company-812"],
    });
    assert_eq!((reply.status, &reply.body["data"]), (200, &shown));
    assert_eq!(cast.get("/clients/9").status, 404);
}

#[test]
fn a_client_comes_with_its_owner() {
    let mut cast = cast();
    let mut fields = PRIYA.to_vec();
    fields.extend([
        ("tags[]", "cw-company-250"),
        ("tags[]", "dental"),
        ("client_phone", "5550100"),
    ]);
    let reply = cast.account.request("POST", "/clients", &fields);
    assert_eq!(reply.status, 201);
    let data = &reply.body["data"];
    assert_eq!(
        (&data["company_name"], &data["phone"]),
        (&json!("Dental Group"), &json!("5550100"))
    );
    assert_eq!(data["tags"], json!(["cw-company-250", "dental"]));
    assert_eq!(data["owner"], json!({ "id": 6, "name": "Priya Raman" }));
    let owner = cast.get("/contacts/6").body;
    assert_eq!(
        (
            &owner["data"]["account_owner"],
            &owner["data"]["client"]["id"]
        ),
        (&json!("yes"), &data["id"])
    );
    assert!(cast.account.outbox.is_empty());
}

#[test]
fn a_client_without_a_name_is_called_like_its_owner() {
    let mut cast = cast();
    let reply = cast.account.request("POST", "/clients", &PRIYA[..3]);
    assert_eq!(reply.body["data"]["company_name"], "Priya Raman");
    cast.account.switches.short_client_answers = true;
    let fields = [
        ("first_name", "A"),
        ("last_name", "B"),
        ("email", "a@b.example"),
    ];
    let reply = cast.account.request("POST", "/clients", &fields);
    assert_eq!(
        reply.body["data"],
        json!({ "id": 4, "company_name": "A B" })
    );
}

#[test]
fn a_lead_becomes_the_owner_and_nobody_else_does() {
    let mut cast = cast();
    for email in ["sam@msp.example", "bo@acme.example"] {
        let fields = [
            ("first_name", "Lee"),
            ("last_name", "Led"),
            ("email", email),
        ];
        let reply = cast.account.request("POST", "/clients", &fields);
        assert_eq!(
            reply.body["errors"],
            json!({ "email": ["The email has already been taken."] })
        );
    }
    assert_eq!(cast.account.clients.len(), 2, "nothing was made");
    let fields = [
        ("first_name", "Lee"),
        ("last_name", "Led"),
        ("email", "LEE@lead.example"),
    ];
    let reply = cast.account.request("POST", "/clients", &fields);
    assert_eq!(
        (reply.status, &reply.body["data"]["owner"]["id"]),
        (201, &json!(3))
    );
    assert_eq!(cast.get("/contacts/3").body["data"]["name"], "Lee Led");
}

#[test]
fn required_fields_of_the_installation_are_missed() {
    let mut cast = cast();
    cast.account.switches.required_client_fields = vec!["client_custom_field_1".to_owned()];
    let reply = cast.account.request("POST", "/clients", &PRIYA);
    let errors =
        json!({ "client_custom_field_1": ["The client custom field 1 field is required."] });
    assert_eq!((reply.status, &reply.body["errors"]), (422, &errors));
    let mut fields = PRIYA.to_vec();
    fields.push(("client_custom_field_1", "x"));
    assert_eq!(
        cast.account.request("POST", "/clients", &fields).status,
        201
    );
}

#[test]
fn tags_are_the_full_set() {
    let mut cast = cast();
    let path = format!("/clients/{}/tags", cast.acme);
    let reply = cast
        .account
        .request("PUT", &path, &[("tags[]", "a"), ("tags[]", "b")]);
    assert_eq!(
        (reply.status, &reply.body["data"]["tags"]),
        (200, &json!(["a", "b"]))
    );
    assert_eq!(
        cast.account.request("PUT", &path, &[("tags", "a")]).status,
        422
    );
    let reply = cast.account.request("PUT", &path, &[]);
    assert_eq!(reply.body["data"]["tags"], json!([]));
}

#[test]
fn a_client_is_owned_by_one_of_its_own() {
    let mut cast = cast();
    let path = format!("/clients/{}/owner", cast.acme);
    let bo = cast.bo.to_string();
    let reply = cast.account.request("PUT", &path, &[("owner", &bo)]);
    assert_eq!(
        (reply.status, &reply.body["data"]["owner"]["id"]),
        (200, &json!(cast.bo))
    );
    let elsewhere = format!("/clients/{}/owner", cast.bolt);
    for (path, owner) in [(&elsewhere, &*bo), (&path, "2"), (&path, "99")] {
        let reply = cast.account.request("PUT", path, &[("owner", owner)]);
        assert_eq!(
            reply.body["errors"],
            json!({ "owner": ["The selected owner is invalid."] })
        );
    }
    assert_eq!(cast.ids("/contacts?account_owner=yes"), [cast.bo]);
}

#[test]
fn a_client_is_suspended_and_renamed() {
    let mut cast = cast();
    let path = format!("/clients/{}", cast.acme);
    let status = format!("{path}/status");
    let reply = cast
        .account
        .request("PUT", &status, &[("status", "suspended")]);
    assert_eq!(
        (reply.status, &reply.body["data"]["status"]),
        (200, &json!("suspended"))
    );
    assert_eq!(
        cast.account
            .request("PUT", &status, &[("status", "deleted")])
            .status,
        422
    );
    assert_eq!(cast.ids("/clients?status=suspended"), [cast.acme]);
    assert_eq!(cast.account.request("PATCH", &path, &[]).status, 422);
    let reply = cast
        .account
        .request("PATCH", &path, &[("client_company_name", "Acme Inc")]);
    assert_eq!(reply.body["data"]["company_name"], "Acme Inc");
}

#[test]
fn clients_come_newest_first_and_are_found_by_name() {
    let mut cast = cast();
    assert_eq!(cast.ids("/clients"), [cast.bolt, cast.acme]);
    assert_eq!(
        cast.ids("/clients?sort=client_company_name&order=asc"),
        [cast.acme, cast.bolt]
    );
    assert_eq!(cast.ids("/clients?search=OLT"), [cast.bolt]);
    assert_eq!(cast.ids("/clients?category_id=3"), [0; 0]);
}

#[test]
fn with_a_client_goes_all_that_belongs_to_it() {
    let mut cast = cast();
    let path = format!("/clients/{}", cast.acme);
    assert_eq!(cast.account.request("DELETE", &path, &[]).status, 200);
    assert_eq!(cast.get(&path).status, 404);
    assert_eq!(cast.ids("/contacts"), [0; 0]);
    assert!(cast.account.user_by_email("bo@acme.example").is_none());
}
