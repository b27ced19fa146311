//! IT Glue over real HTTP: the key, the body's type, the limit, faults and links.

use std::sync::Arc;

use super::*;
use crate::{
    Arrival, Fault, Handle, Held, Hook, Sandbox,
    testing::{Got, http, send},
};

struct Client {
    base: String,
    key: String,
}

impl Client {
    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        http()
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
            .header("x-api-key", &self.key)
    }

    async fn get(&self, path: &str) -> Got {
        send(self.request("GET", path)).await.unwrap()
    }

    async fn patch(&self, media_type: &str, attributes: Value) -> Result<Got, reqwest::Error> {
        let request = self.request("PATCH", &format!("/contacts/{ADA}"));
        let body = contact(attributes).to_string();
        send(request.header("Content-Type", media_type).body(body)).await
    }
}

async fn start(account: Account) -> (Sandbox<Account>, Client) {
    let key = account.api_key.clone();
    let sandbox = Sandbox::start(account).await.unwrap();
    let base = sandbox.base_url();
    (sandbox, Client { base, key })
}

const JSON_API: &str = "application/vnd.api+json; charset=utf-8";

#[tokio::test]
async fn an_empty_account_answers_and_logs_the_request() {
    let (sandbox, client) = start(Account::empty()).await;
    let got = client.get("/organizations").await;
    assert_eq!((got.status, &got.json()["data"]), (200, &json!([])));
    assert_eq!(got.header("content-type"), Some("application/vnd.api+json"));
    let counts = sandbox.requests().counts_since(0);
    assert_eq!(counts.get("GET"), Some(&1));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_forbidden_whatever_it_asks() {
    let (sandbox, mut client) = start(account()).await;
    client.key = "ITG.other".to_owned();
    for path in ["/contacts", "/nothing"] {
        let got = client.get(path).await;
        assert_eq!(
            (got.status, got.json()),
            (403, json!({ "message": "Forbidden" }))
        );
    }
    let bare = send(http().get(format!("{}/contacts", sandbox.base_url()))).await;
    assert_eq!(bare.unwrap().status, 403);
}

#[tokio::test]
async fn only_json_api_is_taken() {
    let (sandbox, client) = start(account()).await;
    let title = json!({ "title": "Director" });
    for media_type in ["application/json", "text/plain"] {
        assert_eq!(
            client
                .patch(media_type, title.clone())
                .await
                .unwrap()
                .status,
            415
        );
    }
    assert_eq!(client.patch(JSON_API, title).await.unwrap().status, 200);
    let stored = sandbox.world().lock().contacts[&ADA].title.clone();
    assert_eq!(stored.as_deref(), Some("Director"));
    assert_eq!(sandbox.requests().writes_since(0).len(), 3);
}

#[tokio::test]
async fn an_unknown_route_is_a_page_of_html() {
    let (_sandbox, client) = start(account()).await;
    let got = client.get("/users").await;
    assert_eq!(got.status, 404);
    assert!(got.text.starts_with("<!DOCTYPE html>"));
    assert!(got.header("content-type").unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn the_limit_counts_by_the_accounts_clock() {
    let mut account = account();
    account.rate_limit = Some(RateLimit::new(2, 300));
    let (sandbox, client) = start(account).await;
    for status in [200, 200, 429] {
        assert_eq!(client.get("/contacts").await.status, status);
    }
    let got = client.get("/contacts").await;
    assert_eq!(
        (got.header("retry-after"), got.text.as_str()),
        (None, "Retry later\n")
    );
    if let Some(limit) = &mut sandbox.world().lock().rate_limit {
        limit.says_when = true;
    }
    assert_eq!(
        client.get("/contacts").await.header("retry-after"),
        Some("300")
    );
    sandbox.world().advance(300);
    assert_eq!(client.get("/contacts").await.status, 200);
    sandbox.world().lock().rate_limit = None;
    for _ in 0..3 {
        assert_eq!(client.get("/contacts").await.status, 200);
    }
}

#[tokio::test]
async fn faults_strike_before_and_after_the_write() {
    let (sandbox, client) = start(account()).await;
    let title = |title: &str| json!({ "title": title });
    let stored = || sandbox.world().lock().contacts[&ADA].title.clone();
    sandbox.world().lock().faults.extend([
        Fault::too_many_requests(7),
        Fault::gateway_timeout(),
        Fault::dropped(),
        Fault::lost_answer(),
    ]);
    let got = client.patch(JSON_API, title("A")).await.unwrap();
    assert_eq!((got.status, got.header("retry-after")), (429, Some("7")));
    let got = client.patch(JSON_API, title("A")).await.unwrap();
    assert_eq!((got.status, got.text.starts_with("<html>")), (504, true));
    assert!(client.patch(JSON_API, title("A")).await.is_err());
    assert_eq!(stored().as_deref(), Some("Engineer"));
    assert!(client.patch(JSON_API, title("B")).await.is_err());
    assert_eq!(stored().as_deref(), Some("B"));
    let log = sandbox.requests().all();
    let statuses: Vec<Option<u16>> = log.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(429), Some(504), None, None]);
}

#[tokio::test]
async fn pages_link_to_each_other_by_whole_addresses() {
    let mut account = account();
    account.add_contact(Contact::new(ACME, "Cy", ""));
    let (sandbox, client) = start(account).await;
    let query = "filter[organization_id]=71&page[size]=2";
    let links = client.get(&format!("/contacts?{query}")).await.json()["links"].clone();
    let next = links["next"].as_str().unwrap();
    let path = next.strip_prefix(&sandbox.base_url()).unwrap();
    let second = client.get(path).await.json();
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&second["links"]["next"], &second["meta"]["prev-page"]),
        (&Value::Null, &json!(1))
    );
    assert_eq!(second["links"]["self"], links["last"]);
}

/// Somebody who locks Ada before each request and loses the answer to it.
struct Meddler(Handle<Account>);

impl Hook for Meddler {
    fn arrived<'h>(&'h self, _request: Arrival<'h>) -> Held<'h> {
        Box::pin(async {
            self.0.lock().sync_from_psa(ACME, 4711, "Ada", "Byron");
            Some(Fault::lost_answer().effect)
        })
    }

    fn answered(&self, _request: Arrival<'_>, status: Option<u16>) {
        assert_eq!(status, Some(422));
        self.0.lock().now = jiff::Timestamp::UNIX_EPOCH;
    }
}

#[tokio::test]
async fn somebody_may_listen_in_here_too() {
    let handle = Handle::new(account());
    let hook = Arc::new(Meddler(handle.clone()));
    let sandbox = Sandbox::start_with(handle.clone(), hook).await.unwrap();
    let key = handle.lock().api_key.clone();
    let base = sandbox.base_url();
    let client = Client { base, key };
    let title = json!({ "title": "Director" });
    assert!(client.patch(JSON_API, title).await.is_err());
    let account = handle.snapshot();
    assert_eq!(account.now, jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(account.contacts[&ADA].title.as_deref(), Some("Engineer"));
}
