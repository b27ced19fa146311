//! The server over real HTTP: the gate, both kinds of paging, and every fault.

use serde_json::{Value, json};

use super::*;
use crate::{
    fault::Fault,
    kind::Kind,
    switches::LastPageLink,
    tenant::API_MEMBER,
    testing::{Client, send},
};

/// A company with so many contacts, with the ids from 1 on.
fn crowd(count: u32) -> World {
    let mut world = World::empty();
    world.add_company(json!({ "id": 9, "identifier": "Acme", "name": "Acme" }));
    for id in 1..=count {
        let name = format!("P{:04}", 5000 - id);
        world.add_contact(json!({ "id": id, "firstName": name, "company": { "id": 9 } }));
    }
    world
}

async fn start(world: World) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(world).await.unwrap();
    let client = Client::new(&sandbox);
    (sandbox, client)
}

fn title(value: &str) -> Value {
    json!([{ "op": "replace", "path": "title", "value": value }])
}

#[tokio::test]
async fn an_empty_psa_lists_nothing_and_logs_the_request() {
    let (sandbox, client) = start(World::empty()).await;
    let got = client.get("/company/contacts").await;
    assert_eq!((got.status, got.text.as_str()), (200, "[]"));
    assert_eq!(got.header("link"), None);
    assert_eq!(got.header("api-current-version"), Some("2025.1"));
    assert!(got.header("x-cw-request-id").is_some());
    let log = sandbox.requests().all();
    assert_eq!(
        (log.len(), log[0].kind, log[0].status),
        (1, RequestKind::Api, Some(200))
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn only_known_keys_with_a_client_id_are_let_in() {
    let (sandbox, client) = start(crowd(1)).await;
    let address = format!("{}/v2025_1/apis/3.0/company/contacts/1", sandbox.base_url());
    for authorization in ["", "Basic bm9ib2R5", "Basic !", "Bearer x"] {
        let request = crate::testing::http()
            .get(&address)
            .header("Authorization", authorization);
        let got = send(request).await.unwrap();
        assert_eq!(
            (got.status, &got.json()["code"]),
            (401, &json!("Unauthorized")),
            "{authorization}"
        );
    }
    assert_eq!(client.get("/company/contacts/1").await.status, 200);
    sandbox.world().lock().tenant.client_id = "another".to_owned();
    assert_eq!(client.get("/company/contacts/1").await.status, 403);
}

#[tokio::test]
async fn what_isnt_there_is_told_apart_by_code() {
    let (_sandbox, client) = start(World::empty()).await;
    let got = client.get("/company/contacts/57919").await.json();
    assert_eq!(
        (&got["code"], &got["message"]),
        (&json!("NotFound"), &json!("Contact 57919 not found"))
    );
    for path in [
        "/company/contact",
        "/company/contacts/search/x",
        "/nothing",
        "/company/contacts/x",
    ] {
        let got = client.get(path).await;
        assert_eq!(
            (got.status, &got.json()["code"]),
            (404, &json!("ConnectWiseApi")),
            "{path}"
        );
    }
    assert_eq!(
        client
            .send("PUT", "/company/contacts", &json!({}))
            .await
            .unwrap()
            .status,
        405
    );
    let untyped = client.request("POST", "/company/contacts").body("{}");
    assert_eq!(send(untyped).await.unwrap().status, 415);
}

#[tokio::test]
async fn the_codebase_of_the_release_changes_and_the_general_one_stays() {
    let (sandbox, client) = start(crowd(1)).await;
    let info = || async {
        send(client.raw("GET", "/login/companyinfo/northwindmsp"))
            .await
            .unwrap()
            .json()
    };
    assert_eq!(info().await["Codebase"], "v2025_1/");
    sandbox.world().lock().upgrade("v2025_2/");
    let old = client.get("/company/contacts/1").await;
    assert_eq!(
        (old.status, &old.json()["code"]),
        (404, &json!("ConnectWiseApi"))
    );
    assert_eq!(info().await["Codebase"], "v2025_2/");
    for codebase in ["v2025_2", "v4_6_release"] {
        let path = format!("/{codebase}/apis/3.0//company/contacts/1");
        assert_eq!(
            send(client.raw("GET", &path)).await.unwrap().status,
            200,
            "{codebase}"
        );
    }
    let unknown = send(client.raw("GET", "/login/companyinfo/nobody"))
        .await
        .unwrap();
    assert_eq!((unknown.status, unknown.text.as_str()), (200, "null"));
}

#[tokio::test]
async fn the_signing_key_needs_no_credentials_and_is_logged_as_such() {
    let (sandbox, _) = start(World::empty()).await;
    let id = sandbox.world().lock().signing.current().to_owned();
    let path = format!("/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id={id}");
    let fetch =
        |path: String| send(crate::testing::http().get(format!("{}{path}", sandbox.base_url())));
    let got = fetch(path.clone()).await.unwrap();
    assert_eq!(
        got.text,
        r#"{"signing_key":"9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f"}"#
    );
    assert!(got.header("content-type").unwrap().starts_with("text/html"));
    sandbox.world().lock().rotate_key();
    assert_eq!(
        fetch(path.clone()).await.unwrap().status,
        200,
        "old keys can still be fetched"
    );
    assert_eq!(
        fetch(path.replace("northwindmsp", "other"))
            .await
            .unwrap()
            .status,
        404
    );
    assert_eq!(
        fetch(path.replace(&id, "unknown")).await.unwrap().status,
        404
    );
    let log = sandbox.requests();
    assert!(
        log.all()
            .iter()
            .all(|request| request.kind == RequestKind::Key)
    );
    assert!(log.counts_since(0).is_empty());
}

#[tokio::test]
async fn pages_are_linked_under_the_name_that_the_client_asked_for() {
    let (_sandbox, client) = start(crowd(60)).await;
    let request = client.request("GET", "/company/contacts");
    let got = send(request.header("Host", "relay.example:8080"))
        .await
        .unwrap();
    let link = got.header("link").unwrap();
    assert!(
        link.starts_with("<http://relay.example:8080/v2025_1/"),
        "{link}"
    );
}

#[tokio::test]
async fn pages_are_linked_in_both_directions() {
    let (sandbox, client) = start(crowd(60)).await;
    let first = client
        .get("/company/contacts?conditions=id%20%3C%2056&orderBy=firstName%20asc")
        .await;
    let ids: Vec<u64> = first
        .json()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|each| each["id"].as_u64())
        .collect();
    assert_eq!(
        ids,
        (31..=55).rev().collect::<Vec<_>>(),
        "25 by default, in the order asked for"
    );
    let link = first.header("link").unwrap();
    let base = sandbox.base_url();
    assert!(
        link.contains("page=2>; rel=\"next\"") && link.contains("page=3>; rel=\"last\""),
        "{link}"
    );
    assert!(
        link.starts_with(&format!(
            "<{base}/v2025_1/apis/3.0/company/contacts?conditions=id+%3C+56&"
        )),
        "{link}"
    );
    let last = client
        .get("/company/contacts?conditions=id%20%3C%2056&page=3")
        .await;
    assert_eq!(last.json().as_array().unwrap().len(), 5);
    let link = last.header("link").unwrap();
    assert!(
        link.contains("page=1>; rel=\"first\"") && link.contains("page=2>; rel=\"prev\""),
        "{link}"
    );
    assert!(!link.contains("next"), "{link}");
    assert_eq!(client.get("/company/contacts?page=9").await.text, "[]");
    assert_eq!(
        client
            .get("/company/contacts?page=9223372036854775807&pageSize=1000")
            .await
            .text,
        "[]"
    );
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_records() {
    let (_sandbox, client) = start(crowd(1_010)).await;
    let got = client
        .get("/company/contacts?pageSize=5000&fields=id,company/id")
        .await
        .json();
    assert_eq!(got.as_array().unwrap().len(), 1_000);
    assert_eq!(got[0], json!({ "id": 1, "company": { "id": 9 } }));
    assert_eq!(
        client
            .get("/company/contacts/count?conditions=id>5")
            .await
            .json(),
        json!({ "count": 1_005 })
    );
}

#[tokio::test]
async fn forward_only_pages_go_by_id_and_keep_the_conditions() {
    let (sandbox, client) = start(crowd(7)).await;
    let page = async |path: &str| {
        send(
            client
                .raw("GET", path)
                .header("pagination-type", "forward-only"),
        )
        .await
        .unwrap()
    };
    let mut path =
        "/v2025_1/apis/3.0/company/contacts?pageSize=3&conditions=id!=4&page=9".to_owned();
    let mut seen = Vec::new();
    loop {
        let got = page(&path).await;
        seen.extend(
            got.json()
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|each| each["id"].as_u64()),
        );
        let Some(link) = got.header("link") else {
            break;
        };
        let next = link
            .strip_prefix('<')
            .unwrap()
            .strip_suffix(">; rel=\"next\"")
            .unwrap();
        path = next.strip_prefix(&sandbox.base_url()).unwrap().to_owned();
    }
    assert_eq!(seen, [1, 2, 3, 5, 6, 7]);
    let contacts = "/v2025_1/apis/3.0/company/contacts";
    assert_eq!(page(&format!("{contacts}?orderBy=id")).await.status, 400);
    sandbox.world().lock().switches.last_page_link = LastPageLink::Empty;
    assert_eq!(
        page(&format!("{contacts}?pageId=6")).await.header("link"),
        Some("")
    );
    sandbox.world().lock().switches.last_page_link = LastPageLink::Present;
    assert!(
        page(&format!("{contacts}?pageId=6"))
            .await
            .header("link")
            .unwrap()
            .contains("pageId=7>")
    );
}

#[tokio::test]
async fn unknown_names_to_order_by_are_refused() {
    let (_sandbox, client) = start(crowd(1)).await;
    let got = client.get("/company/contacts?orderBy=name").await;
    assert_eq!(
        (got.status, &got.json()["code"]),
        (400, &json!("ApiFindCondition"))
    );
}

#[tokio::test]
async fn a_rate_limit_looks_like_no_other_error() {
    let (sandbox, client) = start(crowd(1)).await;
    sandbox
        .world()
        .lock()
        .faults
        .push(Fault::too_many_requests(30));
    let got = client.get("/company/contacts/1").await;
    assert_eq!((got.status, got.header("retry-after")), (429, Some("30")));
    assert_eq!(got.json()["error"], "ConnectWiseAPI");
    assert_eq!(got.json().get("code"), None);
    assert_eq!(client.get("/company/contacts/1").await.status, 200);
}

#[tokio::test]
async fn answers_of_proxies_and_broken_servers_are_given_as_they_are() {
    let (sandbox, client) = start(crowd(1)).await;
    let faults = [
        Fault::html_error(),
        Fault::json_error(),
        Fault::bad_gateway(),
    ];
    sandbox.world().lock().faults.extend(faults);
    let html = client.get("/company/contacts/1").await;
    assert_eq!(
        (html.status, html.header("content-type")),
        (500, Some("text/html"))
    );
    assert!(html.text.starts_with("<html>"));
    assert_eq!(
        client.get("/company/contacts/1").await.json()["code"],
        "InternalServerError"
    );
    let empty = client.get("/company/contacts/1").await;
    assert_eq!((empty.status, empty.text.as_str()), (502, ""));
}

#[tokio::test]
async fn a_dropped_request_is_not_carried_out_and_a_lost_answer_is() {
    let (sandbox, client) = start(crowd(2)).await;
    let world = sandbox.world();
    let stored = |id: u32| world.lock().contact(id).unwrap()["title"].clone();
    for (fault, id, expected) in [
        (Fault::dropped(), 1, Value::Null),
        (Fault::lost_answer(), 2, json!("Buyer")),
    ] {
        world
            .lock()
            .faults
            .push(fault.on("PATCH", "/company/contacts"));
        let path = format!("/company/contacts/{id}");
        assert!(client.send("PATCH", &path, &title("Buyer")).await.is_err());
        assert_eq!(stored(id), expected);
        assert_eq!(sandbox.requests().all().last().unwrap().status, None);
    }
    assert_eq!(
        client.get("/company/contacts/1").await.status,
        200,
        "the next connection is whole"
    );
}

#[tokio::test]
async fn a_cut_body_begins_well_and_the_request_is_carried_out() {
    let (sandbox, client) = start(crowd(1)).await;
    sandbox.world().lock().faults.push(Fault::cut_body());
    let request = client
        .request("PATCH", "/company/contacts/1")
        .header("Content-Type", "application/json");
    let answer = request
        .body(title("Buyer").to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.text().await.is_err());
    assert_eq!(sandbox.world().lock().contact(1).unwrap()["title"], "Buyer");
}

#[tokio::test]
async fn a_stalled_request_ends_when_the_client_gives_up_or_the_server_stops() {
    let (sandbox, client) = start(crowd(2)).await;
    let world = sandbox.world();
    world
        .lock()
        .faults
        .extend([Fault::stall(), Fault::stall_after_write()]);
    for (id, expected) in [(1, Value::Null), (2, json!("Buyer"))] {
        let request = client.request("PATCH", &format!("/company/contacts/{id}"));
        let request = request
            .header("Content-Type", "application/json")
            .body(title("Buyer").to_string());
        let seen = sandbox.requests().mark();
        let given_up = async {
            while sandbox.requests().mark() == seen {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = request.send() => panic!("it was answered"),
            () = given_up => {}
        }
        assert_eq!(
            world
                .lock()
                .contact(id)
                .unwrap()
                .get("title")
                .cloned()
                .unwrap_or_default(),
            expected
        );
    }
    world.lock().faults.push(Fault::stall());
    let stopping = async {
        while sandbox.requests().mark() < 3 {
            tokio::task::yield_now().await;
        }
        sandbox.stop().await;
    };
    let waiting = async {
        send(client.request("GET", "/company/contacts/1"))
            .await
            .is_err()
    };
    assert!(tokio::join!(waiting, stopping).0);
}

#[tokio::test]
async fn what_a_client_writes_bears_its_name() {
    let (sandbox, client) = start(crowd(1)).await;
    sandbox.world().advance(60);
    let got = client
        .send("PATCH", "/company/contacts/1", &title("Buyer"))
        .await
        .unwrap()
        .json();
    assert_eq!(got["_info"]["updatedBy"], API_MEMBER);
    assert_eq!(got["_info"]["lastUpdated"], "2026-03-04T15:21:11Z");
    assert!(
        got["company"]["_info"]["company_href"]
            .as_str()
            .unwrap()
            .contains("3.0//company")
    );
    assert_eq!(sandbox.world().lock().outbox.len(), 1);
    assert_eq!(sandbox.requests().writes_since(0).len(), 1);
    assert_eq!(sandbox.world().lock().ids(Kind::Contact), [1]);
}
