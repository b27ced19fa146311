//! Grow CRM over real HTTP: the key, the form, faults.

use super::*;
use crate::{
    Fault, RequestKind, Sandbox,
    testing::{Got, http, send},
};

const FORM: &str = "application/x-www-form-urlencoded";

struct Client {
    base: String,
    key: String,
}

impl Client {
    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        http()
            .request(method.parse().unwrap(), format!("{}/api{path}", self.base))
            .header("Authorization", format!("Bearer {}", self.key))
    }

    async fn get(&self, path: &str) -> Got {
        send(self.request("GET", path)).await.unwrap()
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        media_type: &str,
        body: &str,
    ) -> Result<Got, reqwest::Error> {
        let request = self.request(method, path);
        send(
            request
                .header("Content-Type", media_type)
                .body(body.to_owned()),
        )
        .await
    }
}

async fn start(account: Account) -> (Sandbox<Account>, Client) {
    let key = account.api_key.clone();
    let sandbox = Sandbox::start(account).await.unwrap();
    let base = sandbox.base_url();
    (sandbox, Client { base, key })
}

#[tokio::test]
async fn an_empty_account_answers_and_logs_the_request() {
    let (sandbox, client) = start(Account::empty()).await;
    let got = client.get("/clients").await;
    assert_eq!((got.status, &got.json()["data"]), (200, &json!([])));
    assert_eq!(sandbox.requests().counts_since(0).get("GET"), Some(&1));
    sandbox.stop().await;
}

#[tokio::test]
async fn nobody_gets_in_without_the_key() {
    let (sandbox, mut client) = start(cast().account).await;
    client.key = "other".to_owned();
    let got = client.get("/contacts").await;
    let message = json!({ "message": "Unauthorized. A valid API key is required." });
    assert_eq!((got.status, got.json()), (401, message));
    let outside = send(http().get(format!("{}/contacts", sandbox.base_url())));
    let outside = outside.await.unwrap();
    assert_eq!(outside.status, 404);
    assert!(outside.json()["message"].is_string());
    assert_eq!(sandbox.requests().all()[1].kind, RequestKind::Other);
}

#[tokio::test]
async fn the_documented_form_is_taken_and_json_only_when_switched_on() {
    let (sandbox, client) = start(cast().account).await;
    let form = "first_name=Bo&last_name=Lund&email=bo%2B1%40acme.example&phone=%2B1%20312";
    let path = "/contacts/5";
    let got = client.send("PATCH", path, FORM, form).await.unwrap().json();
    let data = &got["data"];
    assert_eq!(
        (&data["email"], &data["phone"]),
        (&json!("bo+1@acme.example"), &json!("+1 312"))
    );
    let tags = client
        .send("PUT", "/clients/1/tags", FORM, "tags[]=a&tags%5B%5D=b")
        .await;
    assert_eq!(tags.unwrap().json()["data"]["tags"], json!(["a", "b"]));

    let body = json!({ "tags": ["c"] }).to_string();
    let send = || client.send("PUT", "/clients/1/tags", "application/json", &body);
    assert_eq!(send().await.unwrap().status, 415);
    assert_eq!(sandbox.world().lock().clients[&1].tags, ["a", "b"]);
    sandbox.world().lock().switches.accepts_json = true;
    assert_eq!(send().await.unwrap().json()["data"]["tags"], json!(["c"]));
}

#[tokio::test]
async fn faults_strike_before_and_after_the_write() {
    let (sandbox, client) = start(cast().account).await;
    sandbox.world().lock().faults.extend([
        Fault::too_many_requests(9),
        Fault::html_bad_gateway(),
        Fault::dropped(),
        Fault::lost_answer(),
    ]);
    let form = "first_name=Cy&last_name=Dorn&email=cy%40acme.example&clientid=1&send_email=no";
    let create = || client.send("POST", "/contacts", FORM, form);
    let got = create().await.unwrap();
    assert_eq!(
        (got.status, got.json()),
        (429, json!({ "message": "Too Many Attempts." }))
    );
    assert_eq!(got.header("retry-after"), Some("9"));
    assert_eq!(got.header("x-ratelimit-remaining"), Some("0"));
    let got = create().await.unwrap();
    assert_eq!((got.status, got.text.starts_with("<html>")), (502, true));
    assert!(create().await.is_err());
    assert_eq!(
        sandbox.world().lock().user_by_email("cy@acme.example"),
        None
    );
    assert!(create().await.is_err());
    assert_eq!(
        sandbox.world().lock().user_by_email("cy@acme.example"),
        Some(6)
    );
    assert_eq!(
        create().await.unwrap().status,
        422,
        "the first try succeeded"
    );
}

#[tokio::test]
async fn a_person_works_beside_the_api() {
    let (sandbox, client) = start(cast().account).await;
    let handle = sandbox.world();
    assert_eq!(handle.request("DELETE", "/contacts/5", &[]).status, 200);
    handle.advance(60);
    assert_eq!(client.get("/contacts/5").await.status, 404);
    assert_eq!(
        sandbox.requests().all().len(),
        1,
        "what a person does isn't logged"
    );
    let before = handle.snapshot();
    handle.replace(Account::empty());
    assert_eq!(client.get("/contacts/4").await.status, 404);
    handle.replace(before);
    assert_eq!(client.get("/contacts/4").await.status, 200);
}
