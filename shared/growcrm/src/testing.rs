//! What the tests of several modules need.

use http_client::testing;
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::{Config, Reader, Settings, Writer};

pub(crate) use http_client::testing::answered;
pub(crate) use wiremock::ResponseTemplate as Answer;

/// What the path of every call begins with.
const BASE: &str = "/api/";

/// How the scripted server reacts to one request.
pub(crate) type Act = testing::Act<String>;

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
    Reader::new(config.unwrap(), testing::client())
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

/// The answers of a server that can also hang up, in order.
pub(crate) struct Script(testing::Script);

impl Script {
    pub(crate) async fn play(acts: impl IntoIterator<Item = Act>) -> Self {
        Self(testing::Script::play(BASE, acts).await)
    }

    pub(crate) fn reader(&self) -> Reader {
        reader_of(self.0.uri())
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::new(self.reader())
    }

    /// Method and path of each request, as in [`serve`]. Every act must have been played.
    pub(crate) fn requests(self) -> Vec<String> {
        self.0.requests()
    }
}

/// Serves one call, named like `GET contacts/45`.
pub(crate) async fn serve(server: &MockServer, call: &str, answer: Answer) {
    testing::serve(server, BASE, call, answer).await;
}

/// What was sent: method and path as in [`serve`], with the query, and the body if there was one.
pub(crate) async fn sent(server: &MockServer) -> Vec<(String, Option<String>)> {
    let requests = testing::received(server, BASE).await;
    let sent = requests.into_iter().map(|request| {
        let mut call = request.call;
        if !request.query.is_empty() {
            call = format!("{call}?{}", request.query);
        }
        let body = String::from_utf8(request.body).unwrap();
        (call, Some(body).filter(|body| !body.is_empty()))
    });
    sent.collect()
}
