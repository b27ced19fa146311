//! What all calls share: the address, the headers, and what an answer means.

use std::sync::Arc;

use http_client::{HeaderValue, Request, Response, header};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::config::Config;
use crate::error::Error;
use crate::refusal;
use crate::wire::{Envelope, Record};

/// Reads from one CRM. Clones share everything.
#[derive(Clone)]
pub struct Reader {
    pub(crate) connection: Connection,
}

/// Writes to one CRM, one request for each call when all goes well.
///
/// It compares every answer with what was asked. After a lost answer it looks once whether what was to be created is
/// there, and never creates it again: that is for its caller, who looks first.
#[derive(Clone)]
pub struct Writer {
    pub(crate) reader: Reader,
}

impl Reader {
    /// A reader of the configured CRM. It sends nothing before it is asked something.
    #[must_use]
    pub fn new(config: Config, http: http_client::Client) -> Self {
        Self {
            connection: Connection {
                shared: Arc::new(Shared { config, http }),
            },
        }
    }

    /// The settings it reads by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.connection.shared.config
    }

    /// Asks for as little as possible, to see whether address and key are right.
    pub async fn check(&self) -> Result<(), Error> {
        self.connection.prove().await
    }
}

impl Writer {
    /// A writer to the CRM that `reader` reads. Make one only where writing is allowed.
    #[must_use]
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

/// The connection to one CRM.
#[derive(Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    http: http_client::Client,
}

impl Connection {
    /// Makes a call and decodes its answer.
    ///
    /// An unknown record and an unknown address have the same answer. Whoever is gone is created anew or taken
    /// for deleted, so before such an answer is believed, the address is proved.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let response = self.send(call).await?;
        if response.status.is_success() {
            return decode(call, &response);
        }
        let error = refusal::from_answer(call, &response);
        let doubt = if error.is_not_found() {
            // In a box, as all that is rarely done: it would make every future as large.
            Box::pin(self.prove()).await.err()
        } else {
            None
        };
        let says_gone = error.is_not_found() && doubt.is_none();
        Err(if response.leaves_open(says_gone) {
            error.into_lost()
        } else {
            // A reading that failed says so itself: nothing was written by it, nor by what was refused before.
            doubt.unwrap_or(error)
        })
    }

    async fn prove(&self) -> Result<(), Error> {
        let call = Call::get("look whether the API is there", "clients").with("limit", "1");
        let response = self.send(&call).await?;
        if !response.status.is_success() {
            return Err(refusal::from_answer(&call, &response));
        }
        let Envelope::<Vec<Record>> { .. } = decode(&call, &response)?;
        Ok(())
    }

    /// Makes a call and returns its answer, whatever it is.
    async fn send(&self, call: &Call) -> Result<Response, Error> {
        let Shared { config, http } = &*self.shared;
        let mut request =
            Request::new(call.method.clone(), call.url(&config.api), call.idempotency);
        request.headers = config.headers.clone();
        if let Some(form) = &call.form {
            request.body = Some(form.encode());
            request = request.with_header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            );
        }
        let response = http
            .send(request)
            .await
            .map_err(|error| refusal::from_silence(call, error))?;
        tracing::debug!(
            growcrm.operation = call.operation,
            http.status = response.status.as_u16(),
            "Grow CRM answered",
        );
        Ok(response)
    }
}

fn decode<T: DeserializeOwned>(call: &Call, response: &Response) -> Result<T, Error> {
    response
        .json()
        .map_err(|error| refusal::from_silence(call, error))
}

#[cfg(test)]
mod tests {
    use model::growcrm::ContactId;
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer};

    use crate::testing::{Act, Script, json, list, reader, sent, serve};

    const CONTACT: ContactId = ContactId::new(45);
    const GONE: &str = r#"{"message":"Contact not found."}"#;

    #[tokio::test]
    async fn every_call_carries_the_key_and_asks_for_json() {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/api/clients"))
            .and(header("authorization", "Bearer key-1"))
            .and(header("accept", "application/json"))
            .respond_with(json(200, &list(&[])))
            .expect(1)
            .mount(&server)
            .await;
        reader(&server).check().await.unwrap();
    }

    #[tokio::test]
    async fn the_key_does_not_follow_a_redirect() {
        let server = MockServer::start().await;
        let elsewhere = MockServer::start().await;
        let answer = json(302, "").insert_header("Location", elsewhere.uri());
        serve(&server, "GET clients", answer).await;
        let error = reader(&server).check().await.unwrap_err();
        assert_eq!(error.code(), "EndpointMissing");
        assert!(elsewhere.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_missing_record_is_believed_when_the_address_is_right_each_time() {
        let server = MockServer::start().await;
        serve(&server, "GET contacts/45", json(404, GONE)).await;
        serve(&server, "GET clients", json(200, &list(&[]))).await;
        let reader = reader(&server);
        for _ in 0..2 {
            assert_eq!(reader.contact(CONTACT).await.unwrap(), None);
        }
        let calls: Vec<String> = sent(&server).await.into_iter().map(|(c, _)| c).collect();
        assert_eq!(calls, ["GET contacts/45", "GET clients?limit=1"].repeat(2));
    }

    #[tokio::test]
    async fn where_there_is_no_api_nobody_is_taken_to_be_gone() {
        let server = MockServer::start().await;
        let unknown = json(404, r#"{"message":"The route could not be found."}"#);
        serve(&server, "GET contacts/45", unknown.clone()).await;
        serve(&server, "GET clients", unknown).await;
        let error = reader(&server).contact(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "EndpointMissing");
    }

    #[tokio::test]
    async fn an_address_that_went_wrong_is_noticed() {
        let gone = || Act::Answer(404, GONE.to_owned());
        let script = Script::play([gone(), Act::Answer(200, list(&[])), gone(), gone()]).await;
        let reader = script.reader();
        assert_eq!(reader.contact(CONTACT).await.unwrap(), None);
        let error = reader.contact(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "EndpointMissing");
        assert_eq!(script.requests().len(), 4);
    }

    #[tokio::test]
    async fn when_the_address_cannot_be_proved_the_question_stays_open() {
        for (act, code) in [
            (Act::Answer(401, String::new()), "Unauthorized"),
            (Act::Answer(200, "<html>".to_owned()), "Decode"),
        ] {
            let script = Script::play([Act::Answer(404, GONE.to_owned()), act]).await;
            let error = script.reader().contact(CONTACT).await.unwrap_err();
            assert_eq!(error.code(), code);
            assert_eq!(script.requests().len(), 2);
        }
    }

    #[tokio::test]
    async fn when_the_address_cannot_be_proved_it_is_certain_that_nothing_was_written() {
        for act in [
            Act::Answer(401, String::new()),
            Act::Answer(200, "<html>".to_owned()),
        ] {
            let script = Script::play([Act::Answer(404, GONE.to_owned()), act]).await;
            let error = script.writer().make_owner(CONTACT).await.unwrap_err();
            assert!(!error.may_have_been_applied(), "{error}");
        }
        let lost = [
            Act::HangUp,
            Act::Answer(404, GONE.to_owned()),
            Act::Answer(401, String::new()),
        ];
        let script = Script::play(lost).await;
        let error = script.writer().make_owner(CONTACT).await.unwrap_err();
        assert!(error.may_have_been_applied());
        assert_eq!(
            error.to_string(),
            "Grow CRM: make contact 45 the account owner: the answer was lost; it may have taken effect"
        );
    }

    #[tokio::test]
    async fn a_success_without_an_envelope_is_not_understood() {
        for body in ["<html>Login</html>", "", "[]", r#"{"message":"Done."}"#] {
            let server = MockServer::start().await;
            serve(&server, "GET clients", json(200, body)).await;
            let error = reader(&server).check().await.unwrap_err();
            assert_eq!(error.code(), "Decode", "{body}");
        }
    }
}
