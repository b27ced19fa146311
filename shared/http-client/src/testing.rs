//! What the tests of clients have in common: servers on this machine, and a client whose waits are free.
//!
//! A call is named by its method and its path behind a base that the vendor's addresses share: `GET contacts/72`.

#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong here fails the test that it is for"
)]

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{Client, ClientConfig, ManualTimer, Request, Response};

/// A client whose waits are free.
#[must_use]
pub fn client() -> Client {
    let timer = ManualTimer::new(Timestamp::UNIX_EPOCH);
    Client::new(ClientConfig::default(), Arc::new(timer))
}

/// An answer as it arrives at a client.
pub async fn answered(answer: ResponseTemplate) -> Response {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let url = Url::parse(&server.uri()).unwrap();
    client().send(Request::get(url)).await.unwrap()
}

/// Serves one call.
pub async fn serve(server: &MockServer, base: &str, call: &str, answer: ResponseTemplate) {
    let (verb, rest) = call.split_once(' ').unwrap();
    Mock::given(method(verb))
        .and(path(format!("{base}{rest}")))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// A request that a server received.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its name.
    pub call: String,
    /// Its query, as it was sent; empty when there was none.
    pub query: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Received {
    /// The parameters of the query, decoded.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .into_owned()
            .collect()
    }

    /// The body, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// All requests that a server received, in order.
pub async fn received(server: &MockServer, base: &str) -> Vec<Received> {
    let requests = server.received_requests().await.unwrap();
    requests
        .into_iter()
        .map(|request| Received {
            call: name(request.method.as_str(), request.url.path(), base),
            query: request.url.query().unwrap_or_default().to_owned(),
            body: request.body,
        })
        .collect()
}

/// How a scripted server reacts to one request.
pub enum Act<B = &'static str> {
    /// It answers with this status and body.
    Answer(u16, B),
    /// It takes the request and hangs up.
    HangUp,
}

/// A server whose answers are given in order, and which can also hang up. A connection serves one request.
///
/// Requests beyond the script are hung up on, and remembered like all others.
pub struct Script {
    uri: String,
    acts: usize,
    calls: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Script {
    /// Starts the server.
    pub async fn play<B>(base: &'static str, acts: impl IntoIterator<Item = Act<B>>) -> Self
    where
        B: AsRef<str> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let acts: Vec<Act<B>> = acts.into_iter().collect();
        let calls = Arc::new(Mutex::new(Vec::new()));
        Self {
            uri,
            acts: acts.len(),
            calls: Arc::clone(&calls),
            server: tokio::spawn(async move {
                let mut acts = acts.into_iter();
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    let call = read_request(&mut stream, base).await;
                    calls.lock().unwrap().push(call);
                    if let Some(Act::Answer(status, body)) = acts.next() {
                        answer(&mut stream, status, body.as_ref()).await;
                    }
                }
            }),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The name of each request so far. Every act must have been played.
    #[must_use]
    pub fn requests(self) -> Vec<String> {
        let calls = self.calls.lock().unwrap().clone();
        assert!(
            calls.len() >= self.acts,
            "only {calls:?} of {} requests came",
            self.acts
        );
        calls
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let answer = format!(
        "HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// Reads one request whole and returns its name.
async fn read_request(stream: &mut TcpStream, base: &str) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some(head) = text.find("\r\n\r\n") {
            let length = text
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next())
                .map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= head + 4 + length {
                break;
            }
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "cut off");
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut words = text.split([' ', '?']);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    name(method, path, base)
}

fn name(method: &str, path: &str, base: &str) -> String {
    format!("{method} {}", path.strip_prefix(base).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Idempotency, Method};

    async fn send(script: &Script, path: &str) -> Result<Response, Error> {
        let url = Url::parse(script.uri()).unwrap().join(path).unwrap();
        let request = Request::new(Method::POST, url, Idempotency::NotIdempotent);
        client().send(request.with_json("a body").unwrap()).await
    }

    #[tokio::test]
    async fn a_script_without_acts_hangs_up_on_everybody_and_remembers_them() {
        let script = Script::play::<&str>("/api/", []).await;
        assert!(send(&script, "/api/contacts/72?a=b").await.is_err());
        assert!(send(&script, "/elsewhere").await.is_err());
        assert_eq!(script.requests(), ["POST contacts/72", "POST /elsewhere"]);
    }

    #[tokio::test]
    async fn acts_are_played_in_order() {
        let script = Script::play("/", [Act::HangUp, Act::Answer(201, "made")]).await;
        let lost = send(&script, "/contacts").await.unwrap_err();
        assert!(lost.may_have_been_applied());
        let answer = send(&script, "/contacts").await.unwrap();
        assert_eq!((answer.status.as_u16(), &*answer.body), (201, &b"made"[..]));
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    #[should_panic(expected = "of 1 requests came")]
    async fn an_act_that_was_not_played_is_noticed() {
        let script = Script::play("/", [Act::Answer(200, "")]).await;
        let _ = script.requests();
    }
}
