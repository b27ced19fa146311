//! What is logged of a request: one event, with ids and codes alone.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::world::{DELIVERY, PATH, SIGNATURE, World, request};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// All that is logged while this request is answered, whatever its level.
async fn logged(world: &World, request: lambda_http::Request) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let _ = world.receiver.receive(request).await;
    drop(guard);
    log.take()
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
