//! What the tests of several modules need.

use http_client::testing;
use serde_json::Value;
use wiremock::MockServer;

use crate::{Config, Reader, Settings, Writer};

pub(crate) use http_client::testing::answered;
pub(crate) use wiremock::ResponseTemplate as Answer;

/// What the path of every call begins with.
const BASE: &str = "/v2025_1/apis/3.0/";

/// How the scripted server reacts to one request.
pub(crate) type Act = testing::Act;

/// The example of the PSA's documentation.
pub(crate) fn settings(site: &str) -> Settings {
    Settings {
        site: site.to_owned(),
        login_company: "northwindmsp".to_owned(),
        public_key: "AbCdEf0123456789".into(),
        private_key: "ZyXwVu9876543210".into(),
        client_id: "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11".into(),
        api_version: None,
        codebase: Some("v2025_1/".to_owned()),
    }
}

pub(crate) fn reader(server: &MockServer) -> Reader {
    reader_with(server, |_| ())
}

pub(crate) fn reader_with(server: &MockServer, change: impl FnOnce(&mut Settings)) -> Reader {
    let mut settings = settings(&server.uri());
    change(&mut settings);
    Reader::new(Config::new(&settings).unwrap(), testing::client())
}

pub(crate) fn writer(server: &MockServer) -> Writer {
    Writer::new(reader(server))
}

pub(crate) fn json(status: u16, body: &str) -> Answer {
    Answer::new(status).set_body_raw(body, "application/json")
}

pub(crate) fn error_body(code: &str) -> String {
    format!(r#"{{"code":"{code}","message":"Renee Okafor is to blame.","errors":null}}"#)
}

/// The answers of a server that can also hang up, in order.
pub(crate) struct Script(testing::Script);

impl Script {
    pub(crate) async fn play(acts: impl IntoIterator<Item = Act>) -> Self {
        Self(testing::Script::play(BASE, acts).await)
    }

    pub(crate) fn writer(&self) -> Writer {
        let config = Config::new(&settings(self.0.uri())).unwrap();
        Writer::new(Reader::new(config, testing::client()))
    }

    /// Method and path of each request of the API, as in [`serve`]. Every act must have been played. That the site is
    /// asked for the codebase, when the API does not know an address, is told in its own tests.
    pub(crate) fn requests(self) -> Vec<String> {
        let mut requests = self.0.requests();
        requests.retain(|call| !call.contains(" /login/"));
        requests
    }
}

/// Serves one call, named like `GET company/contacts/4711`.
pub(crate) async fn serve(server: &MockServer, call: &str, answer: Answer) {
    testing::serve(server, BASE, call, answer).await;
}

/// What was sent: method and path as in [`serve`], with the body if there was one.
pub(crate) async fn sent(server: &MockServer) -> Vec<(String, Option<Value>)> {
    let requests = testing::received(server, BASE).await;
    let sent = requests.into_iter().map(|request| {
        let body = request.json();
        (request.call, body)
    });
    sent.collect()
}

/// The parameters of the only request that was sent, decoded.
pub(crate) async fn only_query(server: &MockServer) -> Vec<(String, String)> {
    let requests = testing::received(server, BASE).await;
    assert_eq!(requests.len(), 1);
    requests[0].parameters()
}
