//! Stories over a real connection, in virtual time.

use std::io;
use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;
use wiremock::matchers::{body_json_string, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::timer::ManualTimer;

const NOON: Timestamp = Timestamp::constant(1_772_366_400, 0);

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// The server hangs up without a word.
const LOST: &str = "";
/// The server hangs up in the middle of the body.
const CUT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";

fn client(config: ClientConfig) -> (Client, ManualTimer) {
    let timer = ManualTimer::new(NOON);
    (Client::new(config, Arc::new(timer.clone())), timer)
}

fn default_client() -> (Client, ManualTimer) {
    client(ClientConfig::default())
}

fn at(server: &MockServer, path: &str) -> Url {
    Url::parse(&server.uri()).unwrap().join(path).unwrap()
}

fn post(url: Url) -> Request {
    Request::new(Method::POST, url, Idempotency::NotIdempotent)
        .with_json(&["new"])
        .unwrap()
}

fn put(url: Url) -> Request {
    Request::new(Method::PUT, url, Idempotency::Idempotent)
}

/// A server that answers each method alike, first once and then forever.
async fn answering(first: ResponseTemplate, then: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/contacts"))
        .respond_with(first)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(path("/contacts"))
        .respond_with(then)
        .mount(&server)
        .await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A server that takes one request per connection, gives each answer once, and is gone after the last.
struct Scripted {
    url: Url,
    requests: Arc<AtomicUsize>,
}

impl Scripted {
    async fn start(answers: &'static [&'static str]) -> Self {
        let mut listener = Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
        let port = listener.as_ref().unwrap().local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            for (index, answer) in answers.iter().enumerate() {
                let (mut stream, _) = listener.as_ref().unwrap().accept().await?;
                let mut received = Vec::new();
                while !received.ends_with(b"\r\n\r\n") && !received.ends_with(b"[\"new\"]") {
                    stream.read_buf(&mut received).await?;
                }
                seen.fetch_add(1, Ordering::SeqCst);
                if index + 1 == answers.len() {
                    listener = None;
                }
                stream.write_all(answer.as_bytes()).await?;
            }
            Ok::<(), io::Error>(())
        });
        Self {
            url: Url::parse(&format!("http://127.0.0.1:{port}/contacts")).unwrap(),
            requests,
        }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn an_answer_is_returned_at_once() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/contacts"))
        .and(body_json_string(r#"["new"]"#))
        .respond_with(
            ResponseTemplate::new(201)
                .insert_header("x-request-id", "r1")
                .set_body_string("7"),
        )
        .mount(&server)
        .await;
    let (client, timer) = default_client();
    let request = post(at(&server, "/contacts"))
        .with_header(header::AUTHORIZATION, HeaderValue::from_static("secret"));

    let response = client.send(request).await.unwrap();

    assert_eq!(response.status, StatusCode::CREATED);
    assert_eq!(response.headers["x-request-id"], "r1");
    assert_eq!(response.json::<u32>().unwrap(), 7);
    assert_eq!(response.retry_after(), None);
    assert!(!response.follows_uncertain_attempt());
    assert_eq!(timer.waits(), []);
    let received = server.received_requests().await.unwrap();
    let headers: Vec<_> = received[0]
        .headers
        .keys()
        .map(|name| name.as_str())
        .collect();
    let expected = [
        "content-type",
        "authorization",
        "accept",
        "host",
        "content-length",
    ];
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn a_short_retry_after_is_kept_to_exactly_even_for_a_creation() {
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "2");
    let server = answering(busy, ResponseTemplate::new(201)).await;
    let (client, timer) = default_client();

    let response = client.send(post(at(&server, "/contacts"))).await.unwrap();

    assert_eq!(response.status, StatusCode::CREATED);
    assert!(!response.follows_uncertain_attempt());
    assert_eq!(timer.waits(), [Duration::from_secs(2)]);
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn a_long_retry_after_is_handed_back() {
    let date = "Sun, 01 Mar 2026 12:00:30 GMT";
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", date);
    let server = answering(busy, ResponseTemplate::new(200)).await;
    let (client, timer) = default_client();

    let response = client
        .send(Request::get(at(&server, "/contacts")))
        .await
        .unwrap();

    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(timer.waits(), []);
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn a_failing_server_is_asked_again_for_reads_and_never_for_creations() {
    let server = answering(ResponseTemplate::new(503), ResponseTemplate::new(500)).await;
    let (client, timer) = default_client();

    let response = client.send(post(at(&server, "/contacts"))).await.unwrap();
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(timer.waits(), []);

    let response = client
        .send(Request::get(at(&server, "/contacts")))
        .await
        .unwrap();
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(timer.waits().len(), 3);
    assert_eq!(requests(&server).await, 1 + 4);
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_not_repeated() {
    for answers in [&[LOST, OK], &[CUT, OK]] {
        let server = Scripted::start(answers).await;
        let (client, timer) = default_client();

        let error = client.send(post(server.url.clone())).await.unwrap_err();

        assert!(matches!(error, Error::AnswerLost { .. }), "{error:?}");
        assert!(error.may_have_been_applied() && error.is_transient());
        assert_eq!(timer.waits(), []);
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_read_whose_answer_is_lost_is_repeated() {
    let server = Scripted::start(&[LOST, CUT, OK]).await;
    let (client, timer) = default_client();

    let response = client.send(Request::get(server.url.clone())).await.unwrap();

    assert_eq!(response.status, StatusCode::OK);
    assert!(!response.follows_uncertain_attempt());
    assert_eq!(timer.waits().len(), 2);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn an_answer_after_a_lost_one_says_so() {
    let server = Scripted::start(&[LOST, NOT_FOUND]).await;
    let (client, _) = default_client();

    let response = client.send(put(server.url.clone())).await.unwrap();

    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert!(response.follows_uncertain_attempt());
}

#[tokio::test]
async fn a_server_gone_after_a_lost_answer_does_not_count_as_never_reached() {
    let server = Scripted::start(&[LOST]).await;
    let (client, _) = default_client();

    let error = client.send(put(server.url.clone())).await.unwrap_err();

    assert!(matches!(error, Error::AnswerLost { .. }), "{error:?}");
    assert!(error.may_have_been_applied());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_even_for_a_creation() {
    let port = {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let url = Url::parse(&format!("http://127.0.0.1:{port}/contacts")).unwrap();
    let (client, timer) = default_client();

    let error = client.send(post(url)).await.unwrap_err();

    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(!error.may_have_been_applied());
    let waits = timer.waits();
    assert_eq!(waits.len(), 3);
    let limits = [200, 400, 800].map(Duration::from_millis);
    assert!(
        waits.iter().zip(limits).all(|(wait, limit)| *wait <= limit),
        "{waits:?}"
    );
}

#[tokio::test]
async fn a_silent_server_is_a_timeout_and_a_creation_is_not_repeated() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = Url::parse(&format!("http://127.0.0.1:{port}/contacts")).unwrap();
    let (client, timer) = client(ClientConfig {
        timeout: Duration::from_millis(100),
        ..ClientConfig::default()
    });

    let error = client.send(post(url)).await.unwrap_err();

    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(error.may_have_been_applied() && error.is_transient());
    assert_eq!(timer.waits(), []);
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
    let fits = ResponseTemplate::new(200).set_body_string("x".repeat(100));
    let too_long = ResponseTemplate::new(200).set_body_string("x".repeat(101));
    let server = answering(fits, too_long).await;
    let (client, _) = client(ClientConfig {
        max_body_bytes: 100,
        ..ClientConfig::default()
    });

    let response = client
        .send(Request::get(at(&server, "/contacts")))
        .await
        .unwrap();
    assert_eq!(response.body.len(), 100);

    let error = client
        .send(Request::get(at(&server, "/contacts")))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit_bytes: 100,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let elsewhere = ResponseTemplate::new(307).insert_header("Location", "/elsewhere");
    let server = answering(elsewhere, ResponseTemplate::new(200)).await;
    let (client, _) = default_client();

    let response = client
        .send(Request::get(at(&server, "/contacts")))
        .await
        .unwrap();

    assert_eq!(response.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn an_address_of_another_protocol_cannot_be_sent_to() {
    let (client, timer) = default_client();
    let url = Url::parse("ftp://example.com/contacts?name=Ann").unwrap();

    let error = client.send(Request::get(url)).await.unwrap_err();

    assert!(matches!(error, Error::Unsendable { .. }), "{error:?}");
    assert!(!error.may_have_been_applied() && !error.is_transient());
    assert!(!format!("{error} {error:?}").contains("Ann"));
    assert_eq!(timer.waits(), []);
}

#[tokio::test]
async fn clones_share_one_rate() {
    let server = answering(ResponseTemplate::new(200), ResponseTemplate::new(200)).await;
    let (client, timer) = client(ClientConfig {
        rate: RateLimit {
            per_second: NonZeroU32::new(10).unwrap(),
            burst: NonZeroU32::new(2).unwrap(),
        },
        ..ClientConfig::default()
    });

    for client in [client.clone(), client.clone(), client.clone(), client] {
        client
            .send(Request::get(at(&server, "/contacts")))
            .await
            .unwrap();
    }

    assert_eq!(timer.waits(), [Duration::from_millis(100); 2]);
}

#[tokio::test]
async fn logs_and_errors_name_the_endpoint_and_no_value() {
    let log = Log::listen();
    let server = Scripted::start(&[LOST, NOT_FOUND, LOST]).await;
    let (client, _) = default_client();
    let mut url = server.url.clone();
    url.set_query(Some("conditions=Ann"));
    let request = |idempotency| {
        Request::new(Method::PUT, url.clone(), idempotency)
            .with_header(header::AUTHORIZATION, HeaderValue::from_static("secret"))
    };

    client.send(request(Idempotency::Idempotent)).await.unwrap();
    let error = client
        .send(request(Idempotency::NotIdempotent))
        .await
        .unwrap_err();

    let endpoint = format!("127.0.0.1:{}/contacts?conditions", url.port().unwrap());
    let log = log.text();
    let ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(&endpoint))
        .collect();
    assert_eq!(ours.len(), 3, "{log}");
    assert!(
        ours[0].contains("http.method=PUT") && !ours[0].contains("http.status"),
        "{log}"
    );
    assert!(ours[1].contains("http.status=404 http.attempt=2"), "{log}");
    assert!(error.to_string().contains(&endpoint), "{error}");
    let shown = format!("{log} {error} {error:?}");
    assert!(
        !shown.contains("Ann") && !shown.contains("secret"),
        "{shown}"
    );
}

/// Collects what all tests of this process log: a subscriber for one thread alone may miss events, because
/// whether anybody listens is remembered for all threads together.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn listen() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        tracing::callsite::rebuild_interest_cache();
        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
