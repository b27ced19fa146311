//! Writing: creates, updates, deletions, locks, and what is refused.

use super::*;

#[test]
fn an_update_that_changes_nothing_leaves_the_date() {
    let mut account = account();
    account.advance(60);
    let before = account.contact(ADA).unwrap();
    let reply = patch(&mut account, ADA, json!({ "title": "Engineer" }));
    assert_eq!((reply.status, &reply.body["data"]), (200, &before));
    let reply = patch(&mut account, ADA, json!({ "title": "Director" }));
    let updated = &reply.body["data"]["attributes"]["updated-at"];
    assert_eq!(updated, "2026-03-04T15:21:11.000Z");
}

#[test]
fn a_contact_is_created_and_numbers_lose_their_separators() {
    let mut account = account();
    let attributes = json!({
        "organization-id": BOLT, "first-name": "Cy", "important": 1, "location-id": 7, "contact-type-id": 5,
        "contact-emails": [{ "value": "cy@bolt.example", "label-name": "Work", "primary": true }],
        "contact-phones": [
            { "value": "+1 (312) 555-0199", "label-name": "Cell", "extension": "x-20" },
            { "value": "555.0100", "label-name": "Work", "label-type": "fax", "extension": "" },
        ],
    });
    let reply = account.request("POST", "/contacts", Some(&contact(attributes)));
    assert_eq!(reply.status, 201);
    let shown = &reply.body["data"]["attributes"];
    assert_eq!(
        (&shown["name"], &shown["important"]),
        (&json!("Cy"), &json!(true))
    );
    let phones = json!([
        {
            "value": "13125550199", "extension": "20", "primary": false, "label-name": "Cell", "label-type": "phone",
            "formatted-value": "13125550199",
        },
        {
            "value": "5550100", "extension": null, "primary": false, "label-name": "Work", "label-type": "fax",
            "formatted-value": "5550100",
        },
    ]);
    assert_eq!(shown["contact-phones"], phones);
    let id: u64 = reply.body["data"]["id"].as_str().unwrap().parse().unwrap();
    assert!(id > u64::from(u32::MAX));
    assert_eq!(account.contacts_of(BOLT), [id]);
}

#[test]
fn a_duplicate_is_created_like_anybody_else() {
    let mut account = account();
    let attributes = json!({ "organization-id": ACME, "first-name": "Ada", "last-name": "Byron" });
    let body = contact(attributes);
    for _ in 0..2 {
        assert_eq!(
            account.request("POST", "/contacts", Some(&body)).status,
            201
        );
    }
    assert_eq!(account.contacts_of(ACME).len(), 4);
    account.switches.creates_with_200 = true;
    assert_eq!(
        account.request("POST", "/contacts", Some(&body)).status,
        200
    );
}

#[test]
fn below_an_organization_many_are_created_or_none() {
    let mut account = account();
    let path = format!("/organizations/{BOLT}/relationships/contacts");
    let good = json!({ "first-name": "Cy", "organization-id": ACME });
    let bad = json!({ "first-name": "Di", "contact-type-id": 404 });
    let body = contacts(&[good.clone(), bad]);
    let reply = account.request("POST", &path, Some(&body));
    assert_eq!((reply.status, account.contacts.len()), (422, 2));
    let reply = account.request(
        "POST",
        &path,
        Some(&contacts(&[good.clone(), good.clone()])),
    );
    assert_eq!((reply.status, account.contacts_of(BOLT).len()), (201, 2));
    assert_eq!(reply.body["data"].as_array().unwrap().len(), 2);
    assert_eq!(
        account
            .request("POST", &path, Some(&contact(good.clone())))
            .status,
        201
    );
    let unnested = account.request("POST", "/contacts", Some(&contacts(&[good])));
    assert_eq!(unnested.status, 400);
}

#[test]
fn both_spellings_are_taken_and_what_cannot_be_written_is_ignored() {
    let mut account = account();
    let attributes = json!({
        "first_name": "Augusta", "contact_emails": [{ "value": "a@acme.example", "label_name": "Home" }],
        "psa-id": 4711, "psa-integration-type": "manage", "psa-integration": "enabled", "name": "Nobody",
        "organization-name": "Nobody", "id": 9, "resource-url": "x", "updated-at": "2020-01-01T00:00:00.000Z",
    });
    let reply = patch(&mut account, ADA, attributes);
    assert_eq!(reply.status, 200);
    let stored = &account.contacts[&ADA];
    assert_eq!(stored.first_name.as_deref(), Some("Augusta"));
    assert!(stored.psa_link.is_none() && stored.emails[0].label_name == "Home");
    assert_eq!(reply.body["data"]["attributes"]["name"], "Augusta Byron");
}

#[test]
fn arrays_are_replaced_nulls_clear_and_the_rest_stays() {
    let mut account = account();
    let attributes = json!({
        "title": null, "contact-type-id": null, "contact-phones": [{ "value": "5550100", "label-name": "Work" }],
    });
    assert_eq!(patch(&mut account, ADA, attributes).status, 200);
    let stored = &account.contacts[&ADA];
    assert_eq!((stored.title.is_none(), stored.contact_type), (true, None));
    assert_eq!((stored.phones.len(), stored.emails.len()), (1, 1));
    assert_eq!(
        patch(&mut account, ADA, json!({ "contact-emails": [] })).status,
        200
    );
    assert!(account.contacts[&ADA].emails.is_empty());
    assert_eq!(
        patch(&mut account, BO, json!({ "important": null })).status,
        200
    );
    assert_eq!(account.contacts[&BO].important, None);
}

#[test]
fn comments_in_notes_get_lost_unless_they_are_kept() {
    let mut account = account();
    let notes = json!({ "notes": "<!-- a -->one<!-- b --> two<!-- open" });
    patch(&mut account, ADA, notes.clone());
    assert_eq!(account.contacts[&ADA].notes.as_deref(), Some("one two"));
    account.switches.strips_comments = false;
    patch(&mut account, ADA, notes.clone());
    assert_eq!(
        account.contacts[&ADA].notes.as_deref(),
        notes["notes"].as_str()
    );
}

#[test]
fn flaws_are_told_together_and_nothing_is_written() {
    let mut account = account();
    let before = account.clone();
    let attributes = json!({
        "first-name": 5, "contact-type-id": 404, "location-id": 7, "important": "yes",
        "contact-emails": [{ "value": "nobody", "label-name": "Work" }, { "value": "a@b.example" }],
        "contact-phones": [{ "label-name": "Work" }, { "value": "ext.", "label-name": "Work" }],
    });
    let reply = patch(&mut account, ADA, attributes);
    assert_eq!(reply.status, 422);
    let mut found = pointers(&reply);
    found.sort_unstable();
    let wanted = [
        "/data/attributes/contact-emails.label-name",
        "/data/attributes/contact-emails.value",
        "/data/attributes/contact-phones.value",
        "/data/attributes/contact-phones.value",
        "/data/attributes/contact-type",
        "/data/attributes/first-name",
        "/data/attributes/important",
        "/data/attributes/location",
    ];
    assert_eq!(found, wanted);
    let errors = reply.body["errors"].as_array().unwrap();
    let blamed = errors
        .iter()
        .find(|error| error["source"]["pointer"] == wanted[4])
        .unwrap();
    assert_eq!(blamed["detail"], "must exist");
    assert!(account == before);
}

#[test]
fn labels_may_be_a_closed_list() {
    let mut account = account();
    let attributes = json!({ "contact-phones": [{ "value": "5550100", "label-name": "Pager" }] });
    assert_eq!(patch(&mut account, ADA, attributes.clone()).status, 200);
    account.switches.known_labels_only = true;
    assert_eq!(patch(&mut account, ADA, attributes).status, 422);
}

#[test]
fn nobody_is_created_without_an_organization() {
    for organization in [json!(null), json!(404), json!("71")] {
        let mut account = account();
        let body = contact(json!({ "first-name": "Cy", "organization-id": organization }));
        let reply = account.request("POST", "/contacts", Some(&body));
        assert_eq!(
            (reply.status, pointers(&reply)),
            (422, vec!["data/attributes/organization_id"])
        );
        assert_eq!(
            reply.body["errors"][0]["title"],
            "Valid organization_id is required"
        );
        assert_eq!(account.contacts.len(), 2);
    }
}

#[test]
fn a_body_that_is_no_document_is_refused() {
    let mut account = account();
    for body in [
        json!({}),
        json!([]),
        json!({ "data": {} }),
        json!({ "data": { "attributes": { "title": "x" } } }),
        json!({ "data": { "type": "contact-types", "attributes": { "title": "x" } } }),
        json!({ "data": { "type": "contacts" } }),
    ] {
        let path = format!("/contacts/{ADA}");
        assert_eq!(
            account.request("PATCH", &path, Some(&body)).status,
            400,
            "{body}"
        );
    }
}

#[test]
fn what_the_psa_owns_takes_only_its_flag_and_notes() {
    let mut account = account();
    account.contacts.get_mut(&ADA).unwrap().psa_link = Some(PsaLink::synced(4711));
    let before = account.clone();
    for attributes in [
        json!({ "title": "Engineer" }),
        json!({ "notes": "x", "contact-phones": [] }),
        json!({ "organization-id": ACME }),
        json!({ "contact-emails": [] }),
    ] {
        let reply = patch(&mut account, ADA, attributes);
        assert_eq!(
            (reply.status, pointers(&reply)),
            (422, vec!["/data/attributes/base"])
        );
        assert_eq!(
            reply.body["errors"][0]["detail"],
            "Cannot update a synced resource"
        );
    }
    assert!(account == before);
    let allowed = json!({ "important": true, "notes": "x", "name": "ignored" });
    assert_eq!(patch(&mut account, ADA, allowed).status, 200);
    for (sync, orphaned, word) in [(false, false, "disabled"), (true, true, "orphaned")] {
        let link = PsaLink {
            sync,
            orphaned,
            ..PsaLink::synced(4711)
        };
        account.contacts.get_mut(&ADA).unwrap().psa_link = Some(link);
        let reply = patch(&mut account, ADA, json!({ "title": word }));
        assert_eq!(
            (
                reply.status,
                &reply.body["data"]["attributes"]["psa-integration"]
            ),
            (200, &json!(word))
        );
    }
}

#[test]
fn locked_addresses_leave_the_rest_free() {
    let mut account = account();
    account.contacts.get_mut(&ADA).unwrap().email_lock = true;
    let reply = patch(
        &mut account,
        ADA,
        json!({ "title": "x", "contact-emails": [] }),
    );
    assert_eq!(
        (reply.status, pointers(&reply)),
        (422, vec!["/data/attributes/contact-emails.base"])
    );
    assert_eq!(account.contacts[&ADA].title.as_deref(), Some("Engineer"));
    let reply = patch(
        &mut account,
        ADA,
        json!({ "title": "x", "contact-phones": [] }),
    );
    assert_eq!(reply.status, 200);
}

#[test]
fn another_organization_takes_the_contact_over_or_is_ignored() {
    let mut account = account();
    account.contacts.get_mut(&ADA).unwrap().location = Some(6);
    account.switches.moves_contacts = false;
    let reply = patch(&mut account, ADA, json!({ "organization-id": BOLT }));
    assert_eq!(
        (
            reply.status,
            &reply.body["data"]["attributes"]["organization-id"]
        ),
        (200, &json!(ACME))
    );
    account.switches.moves_contacts = true;
    let reply = patch(&mut account, ADA, json!({ "organization-id": BOLT }));
    let shown = &reply.body["data"]["attributes"];
    assert_eq!(
        (&shown["organization-id"], &shown["location-id"]),
        (&json!(BOLT), &Value::Null)
    );
    assert_eq!(
        patch(&mut account, ADA, json!({ "organization-id": 404 })).status,
        422
    );
}

#[test]
fn many_are_updated_or_none() {
    let mut account = account();
    let good = json!({ "id": ADA, "important": false });
    let unknown = contacts(&[good.clone(), json!({ "id": 9, "title": "x" })]);
    assert_eq!(
        account.request("PATCH", "/contacts", Some(&unknown)).status,
        404
    );
    let arrays = contacts(&[good.clone(), json!({ "id": BO, "contact_phones": [] })]);
    assert_eq!(
        account.request("PATCH", "/contacts", Some(&arrays)).status,
        400
    );
    let nobody = contacts(&[good.clone(), json!({ "title": "x" })]);
    assert_eq!(
        account.request("PATCH", "/contacts", Some(&nobody)).status,
        400
    );
    assert_eq!(account.contacts[&ADA].important, None);
    let fine = contacts(&[good, json!({ "id": BO, "title": "x" })]);
    let reply = account.request("PATCH", "/contacts", Some(&fine));
    assert_eq!(
        (reply.status, reply.body["data"].as_array().unwrap().len()),
        (200, 2)
    );
    assert_eq!(account.contacts[&ADA].important, Some(false));
}

#[test]
fn a_filter_never_says_what_is_written() {
    let mut account = account();
    let body = contact(json!({ "title": "x" }));
    for method in ["PATCH", "DELETE"] {
        let reply = account.request(method, "/contacts?filter[organization_id]=71", Some(&body));
        assert_eq!(reply.status, 400, "{method}");
    }
    assert_eq!(account.contacts_of(ACME).len(), 2);
}

#[test]
fn contacts_are_deleted_together_or_not_at_all() {
    let mut account = account();
    account.contacts.get_mut(&BO).unwrap().psa_link = Some(PsaLink::synced(4712));
    let both = contacts(&[json!({ "id": ADA }), json!({ "id": BO })]);
    let reply = account.request("DELETE", "/contacts", Some(&both));
    assert_eq!((reply.status, account.contacts.len()), (422, 2));
    let elsewhere = format!("/organizations/{BOLT}/relationships/contacts");
    assert_eq!(
        account.request("DELETE", &elsewhere, Some(&both)).status,
        404
    );
    account.switches.deletes_synced = true;
    let reply = account.request("DELETE", "/contacts", Some(&both));
    assert_eq!(
        (reply.status, &reply.body["data"][0]["id"]),
        (200, &json!(ADA.to_string()))
    );
    assert!(account.contacts.is_empty());
    assert!(account.deleted[&ADA].first_name.as_deref() == Some("Ada"));
    assert_eq!(get(&mut account, &format!("/contacts/{ADA}")).status, 404);
    assert_eq!(
        account.request("DELETE", "/contacts", Some(&both)).status,
        404
    );
}

#[test]
fn types_are_made_and_renamed_but_those_of_the_psa_are_not() {
    let mut account = account();
    let body = |r#type: &str, name: &str| json!({ "data": { "type": r#type, "attributes": { "name": name } } });
    for r#type in ["contact-types", "contact_types"] {
        let made = account.request("POST", "/contact_types", Some(&body(r#type, "Inactive")));
        assert_eq!(
            (made.status, &made.body["data"]["attributes"]["name"]),
            (201, &json!("Inactive"))
        );
    }
    assert_eq!(
        ids(&mut account, "/contact_types?filter[name]=Inactive").len(),
        2
    );
    let blank = account.request("POST", "/contact_types", Some(&body("contact-types", " ")));
    assert_eq!(blank.status, 422);
    let renamed = body("contact-types", "Signs off");
    assert_eq!(
        account
            .request("PATCH", "/contact_types/5", Some(&renamed))
            .status,
        200
    );
    assert_eq!(account.contact_types[&5].name, "Signs off");
    account.contact_types.get_mut(&5).unwrap().synced = true;
    assert_eq!(
        account
            .request("PATCH", "/contact_types/5", Some(&renamed))
            .status,
        422
    );
}

#[test]
fn an_id_is_never_given_twice() {
    let mut account = account();
    let first = account.add_contact(Contact::new(ACME, "Cy", ""));
    account.contacts.remove(&first);
    assert!(account.add_contact(Contact::new(ACME, "Di", "")) > first);
}
