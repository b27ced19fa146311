//! Reading: shapes, filters, sorts, includes and pages.

use super::*;

#[test]
fn an_empty_account_lists_nothing() {
    let reply = get(&mut Account::empty(), "/contacts");
    let empty = json!({
        "data": [], "links": {},
        "meta": {
            "current-page": 1, "next-page": null, "prev-page": null, "total-pages": 1, "total-count": 0,
            "filters": {},
        },
    });
    assert_eq!((reply.status, reply.body), (200, empty));
}

#[test]
fn a_contact_is_shown_as_documented() {
    let reply = get(&mut account(), &format!("/contacts/{ADA}"));
    let shown = json!({
        "data": {
            "id": "4500000000000001", "type": "contacts", "relationships": {},
            "attributes": {
                "organization-id": 71, "organization-name": "Acme",
                "resource-url": "https://northwindmsp.itglue.com/71/contacts/4500000000000001",
                "restricted": null, "psa-integration": null, "my-glue": false, "name": "Ada Byron",
                "first-name": "Ada", "last-name": "Byron", "title": "Engineer", "contact-type-id": 5,
                "contact-type-name": "Approver", "location-id": null, "location-name": null,
                "important": null, "notes": null, "created-at": "2026-03-04T15:20:11.000Z",
                "updated-at": "2026-03-04T15:20:11.000Z",
                "contact-emails": [{ "value": "ada@acme.example", "primary": true, "label-name": "Work" }],
                "contact-phones": [
                    {
                        "value": "3125550142", "extension": null, "primary": true, "label-name": "Work",
                        "label-type": "phone", "formatted-value": "(312) 555-0142",
                    },
                    {
                        "value": "3125550143", "extension": null, "primary": false, "label-name": "Work",
                        "label-type": "fax", "formatted-value": "(312) 555-0143",
                    },
                ],
            },
        },
    });
    assert_eq!((reply.status, reply.body), (200, shown));
}

#[test]
fn a_contact_is_found_below_its_organization_and_no_other() {
    let mut account = account();
    let path = |organization: u64| format!("/organizations/{organization}/relationships/contacts");
    assert_eq!(ids(&mut account, &path(ACME)).len(), 2);
    assert!(ids(&mut account, &path(BOLT)).is_empty());
    assert_eq!(
        get(&mut account, &format!("{}/{ADA}", path(ACME))).status,
        200
    );
    assert_eq!(
        get(&mut account, &format!("{}/{ADA}", path(BOLT))).status,
        404
    );
    assert_eq!(get(&mut account, &path(73)).status, 404);
}

#[test]
fn what_is_no_route_is_a_page_of_html() {
    let mut account = account();
    let ada = format!("/contacts/{ADA}");
    let below = format!("/organizations/{ACME}/relationships/contacts");
    for (method, path) in [
        ("DELETE", &*ada),
        ("PUT", &ada),
        ("PATCH", &below),
        ("GET", "/contact-types"),
        ("POST", "/organizations"),
        ("PATCH", "/organizations/71"),
        ("DELETE", "/contact_types/5"),
        ("GET", "/adapters_resources"),
        ("GET", "/"),
    ] {
        let reply = account.request(method, path, None);
        assert_eq!(
            (reply.status, reply.body),
            (404, Value::Null),
            "{method} {path}"
        );
    }
}

#[test]
fn an_unknown_id_is_an_error_in_json() {
    for path in [
        "/contacts/9",
        "/contacts/x",
        "/organizations/9",
        "/contact_types/9",
    ] {
        let reply = get(&mut account(), path);
        assert_eq!(
            (reply.status, &reply.body["errors"][0]["status"]),
            (404, &json!("404")),
            "{path}"
        );
    }
}

#[test]
fn filters_compare_exactly_and_add_up() {
    let mut account = account();
    let (ada, bo) = (ADA.to_string(), BO.to_string());
    for (query, found) in [
        ("filter[first_name]=Ada", vec![&ada]),
        ("filter[first_name]=ada", vec![]),
        ("filter[first_name]=Ada,Bo", vec![&ada, &bo]),
        ("filter[first_name]=Ada&filter[last_name]=King", vec![]),
        ("filter[last_name]=Byron&filter[title]=Engineer", vec![&ada]),
        ("filter[primary_email]=ada%40acme.example", vec![&ada]),
        ("filter[primary_email]=Ada%40acme.example", vec![]),
        ("filter[organization_id]=71", vec![&ada, &bo]),
        ("filter[organization_id]=72", vec![]),
        ("filter[contact_type_id]=5", vec![&ada]),
        ("filter[important]=true", vec![&bo]),
        ("filter[important]=1", vec![&bo]),
        ("filter[important]=false", vec![]),
    ] {
        assert_eq!(
            ids(&mut account, &format!("/contacts?{query}")),
            found.into_iter().cloned().collect::<Vec<_>>(),
            "{query}"
        );
    }
    assert_eq!(
        ids(&mut account, &format!("/contacts?filter[id]={BO},9")),
        [bo]
    );
}

#[test]
fn a_comma_in_a_value_is_escaped() {
    let mut account = account();
    let comma = account.add_contact(Contact::new(ACME, "Smith,", "John"));
    assert_eq!(
        ids(&mut account, "/contacts?filter[first_name]=Smith%5C,"),
        [comma.to_string()]
    );
    assert!(ids(&mut account, "/contacts?filter[first_name]=Smith,").is_empty());
}

#[test]
fn what_the_vendor_does_not_know_is_refused() {
    let below = format!("/organizations/{ACME}/relationships/contacts?filter[first_name]=Ada");
    for path in [
        "/contacts?filter[name]=Ada",
        "/contacts?filter[email]=x",
        "/contacts?filter[organization-id]=71",
        "/contacts?filter[organization_id]=Acme",
        "/contacts?filter[important]=yes",
        "/contacts?filter[psa_id]=1",
        "/contacts?filter[psa_id]=1&filter[psa_integration_type]=connectwise",
        "/contacts?sort=name",
        "/contacts?include=organization",
        "/contacts?include=related_items",
        "/contacts?page[size]=0",
        "/contacts?page=2",
        "/contacts?limit=5",
        "/contact_types?filter[id]=5",
        "/organizations?filter[short_name]=AcmeInc",
        &below,
    ] {
        assert_eq!(get(&mut account(), path).status, 400, "{path}");
    }
}

#[test]
fn contacts_are_found_by_the_psa_only_where_its_integration_runs() {
    let mut account = account();
    let query = "/contacts?filter[psa_integration_type]=manage&filter[psa_id]=4711";
    assert!(ids(&mut account, query).is_empty());
    account.contacts.get_mut(&ADA).unwrap().psa_link = Some(PsaLink::synced(4711));
    assert_eq!(ids(&mut account, query), [ADA.to_string()]);
    assert!(ids(&mut account, &query.replace("manage", "autotask")).is_empty());
}

#[test]
fn the_link_to_the_psa_can_be_included() {
    let mut account = account();
    let path = format!("/contacts/{ADA}?include=adapters_resources");
    let reply = get(&mut account, &path);
    assert_eq!(reply.body.get("included"), None);
    account.contacts.get_mut(&ADA).unwrap().psa_link = Some(PsaLink {
        remote_id: "4711".to_owned(),
        sync: true,
        orphaned: true,
    });
    let document = get(&mut account, &path).body;
    let included = &document["included"][0];
    let attributes = json!({
        "adapter-type-name": "ConnectWise", "remote-id": "4711", "sync": true, "orphaned": true,
    });
    assert_eq!(included["attributes"], attributes);
    let related = &document["data"]["relationships"]["adapters-resources"]["data"][0];
    assert_eq!(
        (&related["id"], &related["type"]),
        (&included["id"], &included["type"])
    );
    assert_eq!(
        document["data"]["attributes"]["psa-integration"],
        "orphaned"
    );
    let list = get(&mut account, "/contacts?include=adapters-resources").body;
    assert_eq!(list["included"].as_array().unwrap().len(), 1);
}

#[test]
fn a_directory_that_owns_the_addresses_is_no_psa() {
    let mut account = account();
    account.contacts.get_mut(&ADA).unwrap().email_lock = true;
    let reply = get(
        &mut account,
        &format!("/contacts/{ADA}?include=adapters_resources"),
    );
    assert_eq!(
        reply.body["data"]["attributes"]["psa-integration"],
        Value::Null
    );
    assert_eq!(
        reply.body["included"][0]["attributes"]["adapter-type-name"],
        "Microsoft"
    );
}

#[test]
fn what_hangs_on_a_contact_can_be_counted() {
    let mut account = account();
    account.contacts.get_mut(&ADA).unwrap().attached = Attached {
        passwords: 2,
        attachments: 0,
        related_items: 1,
    };
    let path = format!("/contacts/{ADA}?include=passwords,attachments,related_items");
    let document = get(&mut account, &path).body;
    let count = |name: &str| {
        let data = &document["data"]["relationships"][name]["data"];
        data.as_array().unwrap().len()
    };
    assert_eq!(
        [
            count("passwords"),
            count("attachments"),
            count("related-items")
        ],
        [2, 0, 1]
    );
    assert_eq!(document["included"].as_array().unwrap().len(), 3);
}

#[test]
fn a_location_can_be_included() {
    let mut account = account();
    account.contacts.get_mut(&ADA).unwrap().location = Some(6);
    let document = get(&mut account, &format!("/contacts/{ADA}?include=location")).body;
    assert_eq!(document["data"]["attributes"]["location-name"], "Main");
    assert_eq!(document["included"][0]["attributes"]["name"], "Main");
    assert_eq!(
        document["data"]["relationships"]["location"]["data"]["id"],
        "6"
    );
}

#[test]
fn contacts_are_sorted_both_ways() {
    let mut account = account();
    let (ada, bo) = (ADA.to_string(), BO.to_string());
    assert_eq!(ids(&mut account, "/contacts"), [ada.clone(), bo.clone()]);
    assert_eq!(
        ids(&mut account, "/contacts?sort=last_name"),
        [bo.clone(), ada.clone()]
    );
    assert_eq!(ids(&mut account, "/contacts?sort=-id"), [bo, ada]);
}

#[test]
fn pages_have_fifty_records_and_at_most_a_thousand() {
    let mut account = Account::empty();
    let acme = account.add_organization(Organization::new("Acme"));
    for at in 0..1_001 {
        account.add_contact(Contact::new(acme, &format!("P{at}"), ""));
    }
    let first = get(&mut account, "/contacts").body;
    assert_eq!(first["data"].as_array().unwrap().len(), 50);
    let meta = json!({
        "current-page": 1, "next-page": 2, "prev-page": null, "total-pages": 21, "total-count": 1_001, "filters": {},
    });
    assert_eq!(first["meta"], meta);
    assert_eq!(first["links"]["prev"], Value::Null);
    let large = get(&mut account, "/contacts?page[size]=5000&page[number]=2").body;
    assert_eq!(large["data"].as_array().unwrap().len(), 1);
    assert_eq!(large["meta"]["next-page"], Value::Null);
    let beyond = get(&mut account, "/contacts?page[number]=99").body;
    assert_eq!(
        (&beyond["data"], &beyond["meta"]["prev-page"]),
        (&json!([]), &json!(21))
    );
}

#[test]
fn large_pages_may_time_out() {
    let mut account = account();
    account.switches.page_that_times_out = Some(100);
    assert_eq!(get(&mut account, "/contacts?page[size]=1000").status, 504);
    assert_eq!(get(&mut account, "/contacts?page[size]=100").status, 200);
}

#[test]
fn organizations_are_found_by_name_id_and_psa() {
    let mut account = account();
    for query in [
        "filter[name]=Acme",
        "filter[id]=71",
        "filter[psa_integration_type]=manage&filter[psa_id]=812",
    ] {
        let path = format!("/organizations?{query}&include=adapters_resources");
        let document = get(&mut account, &path).body;
        let data = &document["data"];
        assert_eq!(data.as_array().unwrap().len(), 1, "{query}");
        let attributes = &data[0]["attributes"];
        assert_eq!(
            (
                &data[0]["id"],
                &attributes["short-name"],
                &attributes["psa-integration"]
            ),
            (&json!("71"), &json!("AcmeInc"), &json!("enabled"))
        );
        assert_eq!(document["included"][0]["attributes"]["remote-id"], "812");
    }
    assert!(ids(&mut account, "/organizations?filter[name]=acme").is_empty());
    let bolt = get(&mut account, "/organizations/72").body;
    assert_eq!(bolt["data"]["attributes"]["psa-integration"], Value::Null);
}

#[test]
fn what_the_key_may_not_see_is_refused_and_listed_nowhere() {
    let mut account = account();
    account.put_organization(ACME, Organization::new("Acme").hidden());
    let below = format!("/organizations/{ACME}/relationships/contacts");
    for path in ["/organizations/71", &format!("/contacts/{ADA}"), &below] {
        let reply = get(&mut account, path);
        assert_eq!(
            (reply.status, pointers(&reply)),
            (401, vec!["id"]),
            "{path}"
        );
    }
    for path in ["/contacts", "/locations?filter[organization_id]=71"] {
        assert!(ids(&mut account, path).is_empty());
    }
    assert_eq!(ids(&mut account, "/organizations"), ["72"]);
    assert_eq!(
        patch(&mut account, ADA, json!({ "title": "x" })).status,
        401
    );
}

#[test]
fn locations_and_types_are_listed() {
    let mut account = account();
    let locations = get(&mut account, "/locations?filter[organization_id]=71").body;
    assert_eq!(locations["data"][0]["attributes"]["name"], "Main");
    assert_eq!(locations["meta"]["total-count"], 1);
    assert_eq!(ids(&mut account, "/locations?filter[name]=Annex"), ["7"]);
    assert_eq!(
        ids(&mut account, "/contact_types?filter[name]=Approver"),
        ["5"]
    );
    assert!(ids(&mut account, "/contact_types?filter[name]=approver").is_empty());
    let approver = get(&mut account, "/contact_types/5").body;
    assert_eq!(approver["data"]["type"], "contact-types");
}
