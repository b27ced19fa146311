//! What the tests of several modules need.

use std::sync::Arc;

use http_client::{Client, ClientConfig, ManualTimer, Request, Response, Url};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer};

use crate::{Config, Reader, Settings, Writer};

pub(crate) use wiremock::ResponseTemplate as Answer;

pub(crate) fn reader(server: &MockServer) -> Reader {
    reader_at(&server.uri())
}

pub(crate) fn writer(server: &MockServer) -> Writer {
    Writer::new(reader(server))
}

pub(crate) fn json(status: u16, body: &str) -> Answer {
    Answer::new(status).set_body_raw(body, "application/vnd.api+json")
}

/// The example contact of the documentation.
pub(crate) fn example() -> Value {
    json!({
        "id": "30466954",
        "type": "contacts",
        "attributes": {
            "organization-id": 1_220_417,
            "organization-name": "Northwind Dental Group",
            "resource-url": "https://examplemsp.itglue.com/1220417/contacts/30466954",
            "restricted": false,
            "psa-integration": null,
            "my-glue": false,
            "name": "Priya Raman",
            "first-name": "Priya",
            "last-name": "Raman",
            "title": "Practice Manager",
            "contact-type-id": 118_205,
            "contact-type-name": "Decision Maker",
            "location-id": null,
            "location-name": null,
            "important": true,
            "notes": "<p>Mirrored from ConnectWise contact 4711</p>",
            "created-at": "2026-03-04T15:02:11.000Z",
            "updated-at": "2026-03-09T08:41:57.000Z",
            "contact-emails": [
                {"value": "priya@northwinddental.example", "primary": true, "label-name": "Work"}
            ],
            "contact-phones": [
                {"value": "3125550142", "extension": "204", "primary": true,
                 "label-name": "Work", "label-type": "phone", "formatted-value": "(312) 555-0142"},
                {"value": "3125550177", "extension": null, "primary": false,
                 "label-name": "Cell", "label-type": "phone", "formatted-value": "(312) 555-0177"}
            ]
        },
        "relationships": {}
    })
}

/// An answer with the example contact, some of its attributes changed.
pub(crate) fn answer_with(attributes: Value) -> Answer {
    let mut record = example();
    for (name, value) in attributes.as_object().unwrap() {
        record["attributes"][name] = value.clone();
    }
    Answer::new(200).set_body_json(json!({"data": record}))
}

/// A contact of whom little is known.
pub(crate) fn contact(id: u64, organization: u64, address: &str) -> Value {
    json!({"id": id.to_string(), "type": "contacts", "attributes": {
        "organization-id": organization,
        "contact-emails": [{"value": address, "primary": true, "label-name": "Work"}],
    }})
}

/// A list of one page.
pub(crate) fn page(records: &[Value]) -> Value {
    json!({
        "data": records,
        "links": {},
        "meta": {"current-page": 1, "next-page": null, "prev-page": null,
                 "total-pages": 1, "total-count": records.len(), "filters": {}},
    })
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

fn reader_at(address: &str) -> Reader {
    let settings = Settings {
        region: address.to_owned(),
        api_key: "ITG.EXAMPLE".into(),
    };
    Reader::new(Config::new(&settings).unwrap(), http())
}

/// The answers of a server that can also hang up, in order. A connection serves one request.
pub(crate) struct Script {
    address: String,
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
        let address = format!("http://{}", listener.local_addr().unwrap());
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
        Self { address, server }
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::new(reader_at(&self.address))
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
    format!("{} {}", line[0], path.trim_start_matches('/'))
}

/// Serves one call, named like `GET contacts/72`.
pub(crate) async fn serve(server: &MockServer, call: &str, answer: Answer) {
    let (verb, rest) = call.split_once(' ').unwrap();
    Mock::given(method(verb))
        .and(path(format!("/{rest}")))
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
            let path = request.url.path().trim_start_matches('/');
            let body = serde_json::from_slice(&request.body).ok();
            (format!("{} {path}", request.method), body)
        })
        .collect()
}

/// The parameters of each request that was sent, decoded.
pub(crate) async fn queries(server: &MockServer) -> Vec<Vec<(String, String)>> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| request.url.query_pairs().into_owned().collect())
        .collect()
}

/// The parameters of the only request that was sent, decoded.
pub(crate) async fn only_query(server: &MockServer) -> Vec<(String, String)> {
    let mut queries = queries(server).await;
    assert_eq!(queries.len(), 1);
    queries.remove(0)
}
