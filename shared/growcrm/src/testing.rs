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
    reader_of(&server.uri())
}

pub(crate) fn writer(server: &MockServer) -> Writer {
    Writer::new(reader(server))
}

fn reader_of(base_url: &str) -> Reader {
    let config = Config::new(&Settings {
        base_url: base_url.to_owned(),
        api_key: "key-1".into(),
    });
    Reader::new(config.unwrap(), http())
}

/// The example contact of the documentation, who is on a network too.
pub(crate) fn contact() -> Value {
    json!({
        "id": 45, "first_name": "Priya", "last_name": "Raman", "name": "Priya Raman",
        "email": "priya@northwinddental.example", "phone": "+1 312 555 0142",
        "job_position": "Practice Manager", "account_owner": "no", "status": "active",
        "client": {"id": 12, "company_name": "Northwind Dental Group"},
        "role": {"id": 2, "name": "Client"},
        "social": {"facebook": null, "twitter": null, "linkedin": "priya-raman", "github": null, "dribbble": null},
        "dates": {"created": "2026-07-15T09:30:00.000000Z", "updated": "2026-07-15T09:30:00.000000Z"},
    })
}

/// The example client of the documentation.
pub(crate) fn client() -> Value {
    json!({
        "id": 12, "company_name": "Northwind Dental Group", "description": null, "status": "active",
        "phone": "+1 312 555 0100", "website": null, "vat": null,
        "category": {"id": 2, "name": "Default"},
        "owner": {"id": 45, "name": "Priya Raman"},
        "billing": {"street": null, "city": null, "invoice_due_days": "7"},
        "shipping": {"street": null, "city": null},
        "dates": {"created": "2026-07-15T09:30:00.000000Z", "updated": "2026-07-15T09:30:00.000000Z"},
        "tags": ["cw-company-250"],
    })
}

/// The example contact with other values.
pub(crate) fn contact_with(values: Value) -> Value {
    merged(contact(), values)
}

/// The example client with other values.
pub(crate) fn client_with(values: Value) -> Value {
    merged(client(), values)
}

fn merged(mut record: Value, values: Value) -> Value {
    for (name, value) in values.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

/// A list of one page.
pub(crate) fn list(records: &[Value]) -> String {
    // The page size is a text, as the framework passes it on.
    json!({
        "data": records,
        "meta": {"current_page": 1, "per_page": "100", "total": records.len(), "last_page": 1},
        "message": "Retrieved successfully.",
    })
    .to_string()
}

/// The body of a refusal that complains about these fields.
pub(crate) fn refusal(fields: &[&str]) -> String {
    let errors: serde_json::Map<String, Value> = fields
        .iter()
        .map(|&field| (field.to_owned(), json!(["Priya is to blame."])))
        .collect();
    json!({"message": "The given data was invalid.", "errors": errors}).to_string()
}

/// An answer with one record.
pub(crate) fn answer(status: u16, record: Value) -> Answer {
    Answer::new(status).set_body_json(json!({"data": record, "message": "Done."}))
}

pub(crate) fn json(status: u16, body: &str) -> Answer {
    Answer::new(status).set_body_raw(body, "application/json")
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
    base_url: String,
    server: JoinHandle<Vec<String>>,
}

/// How the scripted server reacts to one request.
pub(crate) enum Act {
    /// It answers with this status and body.
    Answer(u16, String),
    /// It takes the request and hangs up.
    HangUp,
}

impl Script {
    pub(crate) async fn play(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
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
        Self { base_url, server }
    }

    pub(crate) fn reader(&self) -> Reader {
        reader_of(&self.base_url)
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::new(self.reader())
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
    format!("{} {}", line[0], path.replacen("/api/", "", 1))
}

/// Serves one call, named like `GET contacts/45`.
pub(crate) async fn serve(server: &MockServer, call: &str, answer: Answer) {
    let (verb, rest) = call.split_once(' ').unwrap();
    Mock::given(method(verb))
        .and(path(format!("/api/{rest}")))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// What was sent: method and path as in [`serve`], with the query, and the body if there was one.
pub(crate) async fn sent(server: &MockServer) -> Vec<(String, Option<String>)> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| {
            let path = request.url.path().replacen("/api/", "", 1);
            let query = request.url.query().map(|query| format!("?{query}"));
            let call = format!("{} {path}{}", request.method, query.unwrap_or_default());
            let body = String::from_utf8(request.body.clone()).unwrap();
            (call, Some(body).filter(|body| !body.is_empty()))
        })
        .collect()
}
