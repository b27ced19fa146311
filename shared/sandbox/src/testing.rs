//! A plain HTTP client for the tests of this crate.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use serde_json::Value;

use crate::{server::Sandbox, tenant::Credentials};

/// A client with a member's credentials.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

/// What came back.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this crate's tests are nobody's product client"
)]
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl Client {
    pub(crate) fn new(sandbox: &Sandbox) -> Client {
        let credentials = sandbox.world().lock().credentials();
        Client {
            http: http(),
            base: sandbox.base_url(),
            credentials,
        }
    }

    /// A request below `apis/3.0` of the present codebase.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.raw(method, &format!("/v2025_1/apis/3.0{path}"))
    }

    /// A request to any path, with credentials.
    pub(crate) fn raw(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let Credentials {
            company,
            public_key,
            private_key,
            client_id,
            ..
        } = &self.credentials;
        let basic = STANDARD.encode(format!("{company}+{public_key}:{private_key}"));
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
            .header("Authorization", format!("Basic {basic}"))
            .header("clientId", client_id)
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        send(self.request("GET", path)).await.unwrap()
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Got, reqwest::Error> {
        send(
            self.request(method, path)
                .header("Content-Type", "application/json")
                .body(body.to_string()),
        )
        .await
    }
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Result<Got, reqwest::Error> {
    let answer = request.send().await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Ok(Got {
        status,
        headers,
        text: answer.text().await?,
    })
}
