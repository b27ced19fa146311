//! What is logged of a request: one event, with ids and codes alone.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use crate::world::{DELIVERY, PATH, SIGNATURE, World, request};

thread_local! {
    /// What was logged on this thread. A test and its runtime have one to themselves.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the log of the thread that logs.
struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All that is logged while this request is answered, whatever its level.
async fn logged(world: &World, request: lambda_http::Request) -> String {
    static START: Once = Once::new();
    // One subscriber for the process: with one for each thread, an event that a test without a
    // subscriber comes upon first would be switched off for all.
    START.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_writer(|| ThreadLog)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    LOG.take();
    let _ = world.receiver.receive(request).await;
    String::from_utf8(LOG.take()).unwrap()
}

#[tokio::test]
async fn a_queued_callback_is_one_line_of_ids_and_codes() {
    let line = logged(&World::new(), request(PATH, SIGNATURE, DELIVERY)).await;
    assert_eq!(
        line,
        " INFO callback_receiver::receiver: callback queued http.status=202 outcome=\"queued\" \
         record.type=\"contact\" record.action=\"updated\" record.id=4711 \
         message.id=\"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31\"\n"
    );
}

#[tokio::test]
async fn a_refusal_before_the_body_is_read_has_its_code_alone() {
    let line = logged(&World::new(), request("/cw/other", SIGNATURE, DELIVERY)).await;
    assert_eq!(
        line,
        " INFO callback_receiver::receiver: callback refused http.status=403 \
         outcome=\"refused\" reason=\"path\"\n"
    );
}

#[tokio::test]
async fn nothing_else_of_a_request_is_logged_whatever_becomes_of_it() {
    let stranger = DELIVERY.replace("na.myconnectwise.net", "evil.example");
    let ticket = DELIVERY.replace(r#""Type":"contact""#, r#""Type":"ticket""#);
    let injected = DELIVERY.replace(r#""Type":"contact""#, r#""Type":"Ren\nforged""#);
    let world = World::new();
    for body in [
        DELIVERY,
        &stranger,
        &ticket,
        &injected,
        "Okafor",
        "{\"ID\":\"Okafor\"}",
    ] {
        let line = logged(&world, request(PATH, SIGNATURE, body.to_owned())).await;
        assert_eq!(line.lines().count(), 1, "{line}");
        for hidden in [
            "Ren",
            "Okafor",
            "jharper",
            "Harbor",
            "Operations",
            "northwind",
            "t-7f3a",
            "callbackkey",
            "http:",
            "https:",
            "evil",
            "wY7tbG",
            "9f2c7d1e",
            "64b0c2d1",
            "recordId",
            "forged",
        ] {
            assert!(!line.contains(hidden), "{hidden} in {line}");
        }
    }
}
