//! What the tests of several modules need.

use http_client::testing;
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::{Config, Reader, Settings, Writer};

pub(crate) use http_client::testing::answered;
pub(crate) use wiremock::ResponseTemplate as Answer;

/// What the path of every call begins with.
const BASE: &str = "/";

/// How the scripted server reacts to one request.
pub(crate) type Act = testing::Act;

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

fn reader_at(address: &str) -> Reader {
    let settings = Settings {
        region: address.to_owned(),
        api_key: "ITG.EXAMPLE".into(),
    };
    Reader::new(Config::new(&settings).unwrap(), testing::client())
}

/// The answers of a server that can also hang up, in order.
pub(crate) struct Script(testing::Script);

impl Script {
    pub(crate) async fn play(acts: impl IntoIterator<Item = Act>) -> Self {
        Self(testing::Script::play(BASE, acts).await)
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::new(reader_at(self.0.uri()))
    }

    /// Method and path of each request, as in [`serve`]. Every act must have been played.
    pub(crate) fn requests(self) -> Vec<String> {
        self.0.requests()
    }
}

/// Serves one call, named like `GET contacts/72`.
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

/// The parameters of each request that was sent, decoded.
pub(crate) async fn queries(server: &MockServer) -> Vec<Vec<(String, String)>> {
    let requests = testing::received(server, BASE).await;
    requests.iter().map(testing::Received::parameters).collect()
}

/// The parameters of the only request that was sent, decoded.
pub(crate) async fn only_query(server: &MockServer) -> Vec<(String, String)> {
    let mut queries = queries(server).await;
    assert_eq!(queries.len(), 1);
    queries.remove(0)
}
