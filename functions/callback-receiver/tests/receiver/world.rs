//! A receiver, the PSA's side of it, and the queue behind it.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use callback_receiver::{Limits, Receipt, Receiver, ReceiverConfig, Refusal, Verdict};
use connectwise::callback::{BoundKeyUrl, KeyError, KeySource, Signature, SigningKey, Tenant};
use jiff::Timestamp;
use lambda_http::http::request::Builder;
use lambda_http::http::{Request as HttpRequest, StatusCode};
use lambda_http::{Body, Request};
use queue::{DeduplicationId, MemoryQueue, Message, MessageId, QueueRules, Received};

/// Test vector B of the fact sheet: a whole delivery.
pub(crate) const DELIVERY: &str = r#"{"MessageId":"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31","FromUrl":"na.myconnectwise.net","CompanyId":"northwindmsp","MemberId":"jharper","Action":"updated","Type":"contact","ID":4711,"ProductInstanceId":"64b0c2d1e5f60700018a9b3c","PartnerId":"64b0c2d1e5f60700018a9b00","Entity":"{\"id\":4711,\"firstName\":\"Renée\",\"lastName\":\"Okafor\",\"company\":{\"id\":812,\"identifier\":\"HarborLine\",\"name\":\"Harbor Line Freight\",\"_info\":{\"company_href\":\"https://na.myconnectwise.net/v2025_1//apis/3.0/company/companies/812\"}},\"site\":{\"id\":1204,\"name\":\"Main\"},\"inactiveFlag\":false,\"title\":\"Operations Lead\",\"marriedFlag\":false,\"childrenFlag\":false,\"portalSecurityLevel\":1,\"disablePortalLoginFlag\":true,\"unsubscribeFlag\":false,\"mobileGuid\":\"0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11\",\"defaultBillingFlag\":false,\"defaultFlag\":false,\"_info\":{\"lastUpdated\":\"2026-03-04T15:20:11Z\",\"updatedBy\":\"jharper\"}}","Metadata":{"key_url":"https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"},"CallbackObjectRecId":318}"#;
pub(crate) const SIGNATURE: &str = "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg=";
pub(crate) const KEY: &str = "9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f";
pub(crate) const PATH: &str = "/cw/t-7f3a?recordId=4711&action=updated";

/// The key server: serves one key for every address, or misbehaves, and counts.
#[derive(Clone)]
pub(crate) struct KeyServer {
    behavior: Arc<Mutex<Behavior>>,
    fetches: Arc<AtomicUsize>,
}

#[derive(Clone)]
pub(crate) enum Behavior {
    Serve(&'static str),
    Refuse,
    Fail,
    Hang,
}

impl KeyServer {
    pub(crate) fn set(&self, behavior: Behavior) {
        *self.behavior.lock().unwrap() = behavior;
    }

    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

impl KeySource for KeyServer {
    async fn fetch(&self, url: &BoundKeyUrl) -> Result<SigningKey, KeyError> {
        assert_eq!(url.reveal().host_str(), Some("na.myconnectwise.net"));
        self.fetches.fetch_add(1, Ordering::Relaxed);
        let behavior = self.behavior.lock().unwrap().clone();
        let reason = "the test says so".to_owned();
        match behavior {
            Behavior::Serve(key) => Ok(SigningKey::new(key)),
            Behavior::Refuse => Err(KeyError::Refused { reason }),
            Behavior::Fail => Err(KeyError::Unavailable { reason }),
            Behavior::Hang => std::future::pending().await,
        }
    }
}

/// A queue that never answers.
pub(crate) struct Silent;

impl queue::Sender for Silent {
    async fn send(&self, _: &Message, _: &DeduplicationId) -> Result<MessageId, queue::Error> {
        std::future::pending().await
    }
}

pub(crate) fn config() -> ReceiverConfig {
    ReceiverConfig {
        tenant_token: "t-7f3a".into(),
        tenant: Tenant::new("northwindmsp", "na.myconnectwise.net")
            .unwrap()
            .with_product_instance("64b0c2d1e5f60700018a9b3c")
            .with_callback_entries([318]),
        limits: Limits::default(),
    }
}

/// A clock that the test sets.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(1_772_637_611 + self.0.load(Ordering::Relaxed)).unwrap()
    }
}

pub(crate) struct World {
    pub(crate) receiver: Receiver<MemoryQueue, KeyServer>,
    pub(crate) keys: KeyServer,
    pub(crate) queue: MemoryQueue,
    pub(crate) clock: Clock,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Clock::default();
        let keys = key_server();
        let of_queue = clock.clone();
        let queue = MemoryQueue::new(QueueRules::default(), move || of_queue.now());
        let of_receiver = clock.clone();
        let receiver = Receiver::new(config(), queue.clone(), keys.clone(), move || {
            of_receiver.now()
        });
        Self {
            receiver,
            keys,
            queue,
            clock,
        }
    }

    /// Delivers a body that is signed with the key served by default.
    pub(crate) async fn deliver(&self, body: &str) -> Receipt {
        self.receiver.receive(delivery(body)).await
    }

    /// Delivers a body that is signed with another key.
    pub(crate) async fn deliver_signed_with(&self, key: &str, body: &str) -> Receipt {
        let request = request(PATH, &sign(body, key), body.to_owned());
        self.receiver.receive(request).await
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        let received: Vec<Received> = self.queue.receive(10);
        received
            .iter()
            .map(|received| Message::decode(&received.body).unwrap())
            .collect()
    }
}

pub(crate) fn key_server() -> KeyServer {
    KeyServer {
        behavior: Arc::new(Mutex::new(Behavior::Serve(KEY))),
        fetches: Arc::default(),
    }
}

pub(crate) fn sign(body: &str, key: &str) -> String {
    Signature::of(body.as_bytes(), &SigningKey::new(key)).header_value()
}

pub(crate) fn delivery(body: &str) -> Request {
    request(PATH, &sign(body, KEY), body.to_owned())
}

pub(crate) fn post(path: &str) -> Builder {
    HttpRequest::post(format!("https://hooks.example.net{path}"))
        .header("content-type", "application/json")
}

pub(crate) fn request(path: &str, signature: &str, body: impl Into<Body>) -> Request {
    let signed = post(path).header("x-content-signature", signature);
    signed.body(body.into()).unwrap()
}

#[track_caller]
pub(crate) fn assert_refused(receipt: &Receipt, reason: Refusal) {
    assert_eq!(receipt.verdict, Verdict::Refused { reason });
    assert_eq!(receipt.response.status(), reason.status());
    let expected = format!(r#"{{"reason":"{}","status":"refused"}}"#, reason.code());
    assert_eq!(receipt.response.body(), &Body::from(expected));
}

#[track_caller]
pub(crate) fn assert_queued(receipt: &Receipt) {
    assert!(
        matches!(receipt.verdict, Verdict::Queued { .. }),
        "{}",
        receipt.verdict
    );
    assert_eq!(receipt.response.status(), StatusCode::ACCEPTED);
    let expected = Body::from(r#"{"status":"queued"}"#);
    assert_eq!(receipt.response.body(), &expected);
}
