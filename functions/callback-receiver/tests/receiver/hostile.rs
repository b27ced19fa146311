//! Requests that must change nothing, and cost no outside request.

use callback_receiver::{Limits, Refusal};
use lambda_http::{Body, Request};

use crate::world::{
    Behavior, DELIVERY, KEY, PATH, SIGNATURE, World, assert_refused, delivery, post, request, sign,
};

const GENUINE_URL: &str = "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84";

async fn costs_nothing(what: &str, request: Request, reason: Refusal) {
    let world = World::new();
    let receipt = world.receiver.receive(request).await;
    assert_eq!(receipt.verdict.refusal(), Some(reason), "{what}");
    assert_refused(&receipt, reason);
    assert_eq!(world.keys.fetches(), 0, "{what}");
    assert_eq!(world.queue.depth(), 0, "{what}");
}

/// A body that its sender signed with a key of his own, as anybody can.
async fn changed(from: &str, to: &str, reason: Refusal) {
    assert!(DELIVERY.contains(from), "{from}");
    let body = DELIVERY.replace(from, to);
    costs_nothing(to, delivery(&body), reason).await;
}

#[tokio::test]
async fn the_wrong_method_or_path() {
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post"] {
        let request = post(PATH)
            .method(method)
            .header("x-content-signature", SIGNATURE)
            .body(Body::from(DELIVERY))
            .unwrap();
        costs_nothing(method, request, Refusal::Method).await;
    }
    for path in [
        "/",
        "/cw/",
        "/cw/t-7f3b",
        "/cw/t-7f3a/x",
        "/?token=t-7f3a",
        "/cw?/cw/t-7f3a",
    ] {
        costs_nothing(path, request(path, SIGNATURE, DELIVERY), Refusal::Path).await;
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit() {
    let limit = Limits::default().body_bytes;
    let padding = " ".repeat(limit + 1 - DELIVERY.len());
    let body = format!("{DELIVERY}{padding}");
    costs_nothing("too long", delivery(&body), Refusal::Size).await;
    let world = World::new();
    let receipt = world.deliver(&body[..limit]).await;
    assert_eq!(receipt.verdict.refusal(), None);
}

#[tokio::test]
async fn an_unsigned_request() {
    let unsigned = post(PATH).body(Body::from(DELIVERY)).unwrap();
    costs_nothing("no header", unsigned, Refusal::Unsigned).await;
    for header in [
        "",
        "  ",
        "x",
        "sha256=x",
        &SIGNATURE[..43],
        &format!("{SIGNATURE},{SIGNATURE}"),
    ] {
        costs_nothing(header, request(PATH, header, DELIVERY), Refusal::Unsigned).await;
    }
    let in_binary = post(PATH)
        .header("x-content-signature", &b"\xff\xfe"[..])
        .body(Body::from(DELIVERY))
        .unwrap();
    costs_nothing("no text", in_binary, Refusal::Unsigned).await;
    costs_nothing(
        "unsigned nonsense",
        request(PATH, "", "{"),
        Refusal::Unsigned,
    )
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_a_callback() {
    let deep = "[".repeat(200_000);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"ID":4711}"#,
        &deep,
        &DELIVERY[1..],
    ] {
        costs_nothing(body, delivery(body), Refusal::Body).await;
    }
    let in_binary = request(PATH, SIGNATURE, vec![0xff_u8, 0xfe, 0x00]);
    costs_nothing("no text", in_binary, Refusal::Body).await;
    for key in ["Type", "ID", "Action", "CompanyId", "Metadata", "key_url"] {
        let (from, to) = (format!(r#""{key}":"#), format!(r#""no{key}":"#));
        changed(&from, &to, Refusal::Body).await;
    }
    changed(r#""ID":4711"#, r#""ID":-1"#, Refusal::Body).await;
    changed(
        r#""Type":"contact""#,
        r#""Type":"contact\nforged=1""#,
        Refusal::Body,
    )
    .await;
}

#[tokio::test]
async fn a_callback_of_somebody_else() {
    for (from, to) in [
        (
            r#""CompanyId":"northwindmsp""#,
            r#""CompanyId":"southwindmsp""#,
        ),
        (
            r#""ProductInstanceId":"64b0"#,
            r#""ProductInstanceId":"64B0"#,
        ),
        (r#""ProductInstanceId""#, r#""OtherId""#),
        (
            r#""CallbackObjectRecId":318"#,
            r#""CallbackObjectRecId":319"#,
        ),
        (r#","CallbackObjectRecId":318"#, ""),
    ] {
        changed(from, to, Refusal::Tenant).await;
    }
}

#[tokio::test]
async fn a_key_of_somebody_else() {
    let neighbor = GENUINE_URL.replace("northwindmsp", "southwindmsp");
    let doubled = format!("{GENUINE_URL}&companyName=southwindmsp");
    let climbing = GENUINE_URL.replace("index.rails", "../../evil");
    let encoded = GENUINE_URL.replace("index.rails", "..%2f..%2fevil");
    for url in [
        "https://evil.example/system/callbackkey/index.rails?companyName=northwindmsp",
        "http://na.myconnectwise.net/system/callbackkey/index.rails?companyName=northwindmsp",
        "https://na.myconnectwise.net.evil.example/system/callbackkey/x?companyName=northwindmsp",
        "https://na.myconnectwise.net@evil.example/system/callbackkey/x?companyName=northwindmsp",
        "https://na.myconnectwise.net:8443/system/callbackkey/x?companyName=northwindmsp",
        "https://169.254.169.254/system/callbackkey/x?companyName=northwindmsp",
        "https://[::1]/system/callbackkey/x?companyName=northwindmsp",
        "https://localhost/system/callbackkey/x?companyName=northwindmsp",
        "file:///etc/passwd",
        "x",
        &neighbor,
        &doubled,
        &climbing,
        &encoded,
    ] {
        changed(GENUINE_URL, url, Refusal::Tenant).await;
    }
}

#[tokio::test]
async fn a_forged_signature_costs_one_fetch_and_changes_nothing() {
    let world = World::new();
    let forged = sign(DELIVERY, "a key of the attacker's");
    for _ in 0..3 {
        let receipt = world
            .receiver
            .receive(request(PATH, &forged, DELIVERY))
            .await;
        assert_refused(&receipt, Refusal::Signature);
    }
    let longer = format!("{DELIVERY} ");
    let receipt = world
        .receiver
        .receive(request(PATH, SIGNATURE, longer))
        .await;
    assert_refused(&receipt, Refusal::Signature);
    assert_eq!(
        world.keys.fetches(),
        2,
        "the first, and one renewal in this minute"
    );
    assert_eq!(world.queue.depth(), 0);
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_asked_for_within_a_limit() {
    let world = World::new();
    world.keys.set(Behavior::Refuse);
    let limit = Limits::default().key_fetches_per_minute;
    for n in 0..100 {
        let body = DELIVERY.replace("id=3b7e2f5a", &format!("id={n}"));
        let receipt = world.deliver(&body).await;
        let reason = if n < limit {
            Refusal::Key
        } else {
            Refusal::KeyLimit
        };
        assert_refused(&receipt, reason);
    }
    assert_eq!(world.keys.fetches(), limit);
    world.keys.set(Behavior::Serve(KEY));
    world.clock.advance(60);
    assert_eq!(world.deliver(DELIVERY).await.verdict.refusal(), None);
}
