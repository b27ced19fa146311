//! Contacts.

use super::*;

#[test]
fn an_empty_account_lists_nobody() {
    let reply = Account::empty().request("GET", "/contacts", &[]);
    let empty = json!({
        "data": [], "meta": { "current_page": 1, "per_page": 25, "total": 0, "last_page": 1 },
        "message": "Contacts retrieved successfully.",
    });
    assert_eq!((reply.status, reply.body), (200, empty));
}

#[test]
fn a_contact_is_shown_as_documented() {
    let mut cast = cast();
    let reply = cast.get(&format!("/contacts/{}", cast.ada));
    let shown = json!({
        "data": {
            "id": 4, "first_name": "Ada", "last_name": "Byron", "name": "Ada Byron", "email": "Ada@acme.example",
            "phone": "+1 312 555 0142", "job_position": "Engineer", "account_owner": "yes", "status": "active",
            "client": { "id": 1, "company_name": "Acme" }, "role": { "id": 2, "name": "Client" },
            "social": { "facebook": null, "twitter": null, "linkedin": null, "github": null, "dribbble": null },
            "dates": { "created": "2026-03-04T15:20:11.000000Z", "updated": "2026-03-04T15:20:11.000000Z" },
        },
        "message": "Contact retrieved successfully.",
    });
    assert_eq!((reply.status, reply.body), (200, shown));
}

#[test]
fn staff_and_leads_are_no_contacts() {
    let mut cast = cast();
    assert_eq!(cast.ids("/contacts"), [cast.ada, cast.bo]);
    for id in [2, 3, 99] {
        assert_eq!(cast.get(&format!("/contacts/{id}")).status, 404);
    }
    assert_eq!(cast.get("/contacts/x").status, 404);
}

#[test]
fn a_contact_is_created_without_mail_and_without_owning_anything() {
    let mut cast = cast();
    let more = [
        ("phone", " +1 312 555 0199 "),
        ("position", ""),
        ("send_email", "no"),
    ];
    let reply = cast.create("cy@acme.example", cast.acme, &more);
    assert_eq!(reply.status, 201);
    let data = &reply.body["data"];
    assert_eq!(
        (&data["id"], &data["account_owner"]),
        (&json!(6), &json!("no"))
    );
    assert_eq!(
        (&data["phone"], &data["job_position"]),
        (&json!("+1 312 555 0199"), &Value::Null)
    );
    cast.create("di@acme.example", cast.acme, &[]);
    assert!(cast.account.outbox.is_empty());
}

#[test]
fn a_welcome_mail_is_sent_to_whom_it_is_asked_for() {
    let mut cast = cast();
    cast.create("cy@acme.example", cast.acme, &[("send_email", "yes")]);
    let sent: Vec<_> = cast
        .account
        .outbox
        .iter()
        .map(|mail| (mail.user, &*mail.email))
        .collect();
    assert_eq!(sent, [(6, "cy@acme.example")]);
    cast.account.switches.mail_is_broken = true;
    let reply = cast.create("di@acme.example", cast.acme, &[("send_email", "yes")]);
    assert_eq!((reply.status, cast.account.outbox.len()), (500, 1));
    assert!(
        cast.account.user_by_email("di@acme.example").is_some(),
        "the record was made"
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let mut cast = cast();
    let reply = cast.account.request(
        "POST",
        "/contacts",
        &[("send_email", "maybe"), ("last_name", " ")],
    );
    let wrong = json!({
        "message": "The given data was invalid.",
        "errors": {
            "first_name": ["The first name field is required."],
            "last_name": ["The last name field is required."],
            "email": ["The email field is required."],
            "clientid": ["The clientid field is required."],
            "send_email": ["The selected send email is invalid."],
        },
    });
    assert_eq!((reply.status, reply.body), (422, wrong));
    let reply = cast.create("nobody", 99, &[]);
    let errors = json!({
        "email": ["The email must be a valid email address."], "clientid": ["The selected clientid is invalid."],
    });
    assert_eq!((reply.status, &reply.body["errors"]), (422, &errors));
}

#[test]
fn an_address_is_taken_by_contacts_staff_and_leads_alike() {
    let mut cast = cast();
    for email in ["ada@ACME.example", "sam@msp.example", "lee@lead.example"] {
        let reply = cast.create(email, cast.bolt, &[]);
        assert_eq!(reply.status, 422, "{email}");
        assert_eq!(
            reply.body["errors"],
            json!({ "email": ["The email has already been taken."] })
        );
    }
}

#[test]
fn an_update_keeps_its_own_address_but_takes_nobody_elses() {
    let mut cast = cast();
    let path = format!("/contacts/{}", cast.ada);
    let mut fields = [
        ("first_name", "Ada"),
        ("last_name", "King"),
        ("email", "ADA@acme.example"),
    ];
    cast.account.advance(60);
    let reply = cast.account.request("PATCH", &path, &fields);
    let data = &reply.body["data"];
    assert_eq!(
        (reply.status, &data["name"], &data["email"]),
        (200, &json!("Ada King"), &json!("ADA@acme.example"))
    );
    assert_eq!(data["dates"]["updated"], "2026-03-04T15:21:11.000000Z");
    assert_eq!(data["account_owner"], "yes");
    fields[2] = ("email", "bo@acme.example");
    assert_eq!(cast.account.request("PATCH", &path, &fields).status, 422);
    let reply = cast.account.request("PATCH", &path, &fields[..1]);
    let errors = reply.body["errors"].as_object().unwrap();
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["email", "last_name"]);
}

#[test]
fn an_update_bumps_its_date_even_when_it_changes_nothing() {
    let mut cast = cast();
    cast.account.advance(5);
    let fields = [
        ("first_name", "Bo"),
        ("last_name", "Lund"),
        ("email", "bo@acme.example"),
    ];
    let path = format!("/contacts/{}", cast.bo);
    cast.account.request("PATCH", &path, &fields);
    let bo = &cast.account.users[&cast.bo];
    assert_eq!(bo.updated.as_second() - bo.created.as_second(), 5);
}

#[test]
fn what_an_update_leaves_out_is_blanked_or_kept() {
    let fields = [
        ("first_name", "Ada"),
        ("last_name", "Byron"),
        ("email", "ada@acme.example"),
    ];
    for (profile, keeps) in [(Profile::Strict, false), (Profile::Lenient, true)] {
        let mut cast = cast();
        cast.account.switches.profile = profile;
        let social = Social {
            github: Some("ada".to_owned()),
            ..Social::default()
        };
        cast.account.users.get_mut(&cast.ada).unwrap().social = social;
        cast.account
            .request("PATCH", &format!("/contacts/{}", cast.ada), &fields);
        let ada = &cast.account.users[&cast.ada];
        let kept = [
            ada.phone.is_some(),
            ada.position.is_some(),
            ada.social.github.is_some(),
        ];
        assert_eq!(kept, [keeps; 3], "{profile:?}");
    }
}

#[test]
fn what_is_sent_empty_is_blanked_in_both_profiles() {
    for profile in [Profile::Strict, Profile::Lenient] {
        let mut cast = cast();
        cast.account.switches.profile = profile;
        let fields = [
            ("first_name", "Ada"),
            ("last_name", "Byron"),
            ("email", "ada@acme.example"),
            ("phone", ""),
            ("position", "Director"),
        ];
        cast.account
            .request("PATCH", &format!("/contacts/{}", cast.ada), &fields);
        let ada = &cast.account.users[&cast.ada];
        assert_eq!(
            (ada.phone.as_deref(), ada.position.as_deref()),
            (None, Some("Director"))
        );
    }
}

#[test]
fn an_update_does_not_move_anybody() {
    let mut cast = cast();
    let bolt = cast.bolt.to_string();
    let fields = [
        ("first_name", "Bo"),
        ("last_name", "Lund"),
        ("email", "bo@acme.example"),
        ("clientid", &*bolt),
    ];
    let reply = cast
        .account
        .request("PATCH", &format!("/contacts/{}", cast.bo), &fields);
    assert_eq!(
        (reply.status, &reply.body["data"]["client"]["id"]),
        (200, &json!(cast.acme))
    );
}

#[test]
fn who_is_deleted_is_gone_and_the_address_is_free() {
    let mut cast = cast();
    let path = format!("/contacts/{}", cast.bo);
    let reply = cast.account.request("DELETE", &path, &[]);
    let deleted = json!({ "data": { "id": cast.bo }, "message": "Contact deleted successfully." });
    assert_eq!((reply.status, reply.body), (200, deleted));
    let owner = format!("{path}/account-owner");
    for (method, path) in [
        ("GET", &path),
        ("PATCH", &path),
        ("DELETE", &path),
        ("PUT", &owner),
    ] {
        assert_eq!(
            cast.account.request(method, path, &[]).status,
            404,
            "{method}"
        );
    }
    assert_eq!(cast.ids("/contacts"), [cast.ada]);
    let stored = &cast.account.users[&cast.bo];
    assert!(stored.status == Status::Deleted && stored.email.is_none());
    let reply = cast.create("bo@acme.example", cast.acme, &[]);
    assert_eq!((reply.status, &reply.body["data"]["id"]), (201, &json!(6)));
}

#[test]
fn nothing_protects_the_account_owner() {
    let mut cast = cast();
    let path = format!("/contacts/{}", cast.ada);
    assert_eq!(cast.account.request("DELETE", &path, &[]).status, 200);
    assert_eq!(
        cast.get(&format!("/clients/{}", cast.acme)).body["data"]["owner"],
        Value::Null
    );
}

#[test]
fn ownership_is_handed_over_as_often_as_one_likes() {
    let mut cast = cast();
    let path = format!("/contacts/{}/account-owner", cast.bo);
    for _ in 0..2 {
        let reply = cast.account.request("PUT", &path, &[]);
        assert_eq!(
            (reply.status, &reply.body["data"]["account_owner"]),
            (200, &json!("yes"))
        );
    }
    assert_eq!(cast.ids("/contacts?account_owner=yes"), [cast.bo]);
    assert_eq!(cast.ids("/contacts?account_owner=no"), [cast.ada]);
    cast.account.users.get_mut(&cast.bo).unwrap().client = None;
    let reply = cast.account.request("PUT", &path, &[]);
    assert_eq!(reply.status, 409);
    assert_eq!(
        reply.body["message"],
        "The contact does not belong to a client account."
    );
}

#[test]
fn lists_are_filtered_searched_and_sorted() {
    let mut cast = cast();
    let cy = cast.create("cy@bolt.example", cast.bolt, &[]).body["data"]["id"]
        .as_u64()
        .unwrap();
    cast.account.users.get_mut(&cast.bo).unwrap().status = Status::Suspended;
    let (ada, bo) = (cast.ada, cast.bo);
    for (query, found) in [
        ("", vec![ada, bo, cy]),
        ("client_id=1", vec![ada, bo]),
        ("client_id=9", vec![]),
        ("client_id=x", vec![]),
        ("clientid=1", vec![ada, bo, cy]),
        ("status=suspended", vec![bo]),
        ("status=deleted", vec![]),
        ("search=ADA%40acme", vec![ada]),
        ("search=acme.example", vec![ada, bo]),
        ("search=312+555", vec![ada]),
        ("search=555%200142", vec![ada]),
        ("search=Ada+Byron", vec![]),
        ("search=", vec![ada, bo, cy]),
        ("sort=last_name&order=desc", vec![bo, cy, ada]),
        ("sort=email", vec![ada, bo, cy]),
        ("sort=shoe_size", vec![ada, bo, cy]),
        ("order=desc", vec![cy, bo, ada]),
    ] {
        assert_eq!(cast.ids(&format!("/contacts?{query}")), found, "{query}");
    }
}

#[test]
fn pages_have_at_most_a_hundred_records() {
    let mut cast = cast();
    for at in 0..120 {
        let email = format!("p{at}@acme.example");
        cast.account
            .add_user(User::contact(cast.acme, "P", "Q", &email));
    }
    for (query, size, meta) in [
        (
            "",
            25,
            json!({ "current_page": 1, "per_page": 25, "total": 122, "last_page": 5 }),
        ),
        (
            "limit=500",
            100,
            json!({ "current_page": 1, "per_page": 100, "total": 122, "last_page": 2 }),
        ),
        (
            "limit=100&page=2",
            22,
            json!({ "current_page": 2, "per_page": 100, "total": 122, "last_page": 2 }),
        ),
        (
            "limit=0&page=0",
            25,
            json!({ "current_page": 1, "per_page": 25, "total": 122, "last_page": 5 }),
        ),
        (
            "page=9",
            0,
            json!({ "current_page": 9, "per_page": 25, "total": 122, "last_page": 5 }),
        ),
    ] {
        let body = cast.get(&format!("/contacts?{query}")).body;
        assert_eq!(
            (body["data"].as_array().unwrap().len(), &body["meta"]),
            (size, &meta),
            "{query}"
        );
    }
    cast.account.switches.page_size = 10;
    assert_eq!(cast.ids("/contacts").len(), 10);
}
