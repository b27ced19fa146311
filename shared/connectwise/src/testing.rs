//! What the tests of several modules need.

use std::sync::Arc;

use http_client::{Client, ClientConfig, ManualTimer, Request, Response, Url};
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer};

use crate::{Config, Reader, Settings, Writer};

pub(crate) use wiremock::ResponseTemplate as Answer;

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
    Reader::new(Config::new(&settings).unwrap(), http())
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

/// The answer as it arrives at a client.
pub(crate) async fn answered(answer: Answer) -> Response {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let url = Url::parse(&server.uri()).unwrap();
    http().send(Request::get(url)).await.unwrap()
}

/// A client whose waits are free.
fn http() -> Client {
    let timer = ManualTimer::new(Timestamp::UNIX_EPOCH);
    Client::new(ClientConfig::default(), Arc::new(timer))
}

/// The answers of a server that can also hang up, in order. A connection serves one request.
pub(crate) struct Script {
    site: String,
    server: JoinHandle<Vec<String>>,
}

/// How the scripted server reacts to one request.
pub(crate) enum Act {
    /// It answers with this status and body.
    Answer(u16, &'static str),
    /// It takes the request and hangs up.
    HangUp,
}

impl Script {
    pub(crate) async fn play(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = format!("http://{}", listener.local_addr().unwrap());
        let acts: Vec<Act> = acts.into_iter().collect();
        let server = tokio::spawn(async move {
            let mut lines = Vec::new();
            for act in acts {
                let (mut stream, _) = listener.accept().await.unwrap();
                lines.push(read_request(&mut stream).await);
                if let Act::Answer(status, body) = act {
                    let answer = format!(
                        "HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
            lines
        });
        Self { site, server }
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::new(Reader::new(
            Config::new(&settings(&self.site)).unwrap(),
            http(),
        ))
    }

    /// Method and path of each request, as in [`serve`]. Every act must have been played.
    pub(crate) async fn requests(self) -> Vec<String> {
        self.server.await.unwrap()
    }
}

/// Reads one request whole and returns its first words.
async fn read_request(stream: &mut TcpStream) -> String {
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
    let line: Vec<&str> = text.split(' ').take(2).collect();
    let path = line[1].split('?').next().unwrap();
    format!("{} {}", line[0], path.replace("/v2025_1/apis/3.0/", ""))
}

/// Serves one call, named like `GET company/contacts/4711`.
pub(crate) async fn serve(server: &MockServer, call: &str, answer: Answer) {
    let (verb, rest) = call.split_once(' ').unwrap();
    Mock::given(method(verb))
        .and(path(format!("/v2025_1/apis/3.0/{rest}")))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// What was sent: method and path as in [`serve`], with the body if there was one.
pub(crate) async fn sent(server: &MockServer) -> Vec<(String, Option<Value>)> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| {
            let path = request.url.path().replace("/v2025_1/apis/3.0/", "");
            let body = serde_json::from_slice(&request.body).ok();
            (format!("{} {path}", request.method), body)
        })
        .collect()
}

/// The parameters of the only request that was sent, decoded.
pub(crate) async fn only_query(server: &MockServer) -> Vec<(String, String)> {
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests[0].url.query_pairs().into_owned().collect()
}
