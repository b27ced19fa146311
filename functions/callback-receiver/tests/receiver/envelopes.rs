//! Requests as the gateway hands them to the function.

use lambda_http::Request;
use lambda_http::request::from_str;
use serde_json::{Value, json};

use crate::world::{DELIVERY, SIGNATURE, World, assert_queued, assert_refused};
use callback_receiver::Refusal;

/// An event of payload format 2.0, which an HTTP API and a function URL share.
fn event(stage: &str, path: &str, domain: &str, body: &Value, is_base64: bool) -> Request {
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "recordId=4711&action=updated",
        "headers": {
            "content-type": "application/json",
            "host": domain,
            "x-content-signature": SIGNATURE,
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": {"recordId": "4711", "action": "updated"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": domain,
            "domainPrefix": "api-id",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "psa",
            },
            "requestId": "request-id",
            "routeKey": "$default",
            "stage": stage,
            "time": "04/Mar/2026:15:20:12 +0000",
            "timeEpoch": 1_772_637_612_000_u64,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    });
    from_str(&event.to_string()).unwrap()
}

const FUNCTION_URL: &str = "abcdef.lambda-url.us-east-1.on.aws";
const HTTP_API: &str = "abcdef.execute-api.us-east-1.amazonaws.com";

#[tokio::test]
async fn an_event_without_a_body_is_refused() {
    let world = World::new();
    let request = event("$default", "/cw/t-7f3a", FUNCTION_URL, &Value::Null, false);
    assert_refused(&world.receiver.receive(request).await, Refusal::Body);
}

#[tokio::test]
async fn a_function_url_event_is_taken() {
    let world = World::new();
    let request = event(
        "$default",
        "/cw/t-7f3a",
        FUNCTION_URL,
        &json!(DELIVERY),
        false,
    );
    assert_queued(&world.receiver.receive(request).await);
}

#[tokio::test]
async fn an_http_api_event_is_taken_whatever_its_stage() {
    for (stage, path) in [
        ("$default", "/cw/t-7f3a"),
        ("prod", "/prod/cw/t-7f3a"),
        ("prod", "/cw/t-7f3a"),
    ] {
        let world = World::new();
        let request = event(stage, path, HTTP_API, &json!(DELIVERY), false);
        assert_queued(&world.receiver.receive(request).await);
    }
}

#[tokio::test]
async fn a_body_in_base64_is_verified_as_the_bytes_it_stands_for() {
    let world = World::new();
    let request = event(
        "$default",
        "/cw/t-7f3a",
        HTTP_API,
        &json!(DELIVERY_BASE64),
        true,
    );
    assert_queued(&world.receiver.receive(request).await);
}

#[tokio::test]
async fn a_body_in_base64_that_is_not_declared_so_is_refused() {
    let world = World::new();
    let request = event(
        "$default",
        "/cw/t-7f3a",
        HTTP_API,
        &json!(DELIVERY_BASE64),
        false,
    );
    assert_refused(&world.receiver.receive(request).await, Refusal::Body);
}

/// The delivery, as a gateway encodes a body that it takes for binary.
const DELIVERY_BASE64: &str = "eyJNZXNzYWdlSWQiOiI1ZjBjMWExZS0wZDFiLTRkM2ItOWM1NS0yZDhmNmEwZTdiMzEiLCJGcm9tVXJsIjoibmEubXljb25uZWN0d2lzZS5uZXQiLCJDb21wYW55SWQiOiJub3J0aHdpbmRtc3AiLCJNZW1iZXJJZCI6ImpoYXJwZXIiLCJBY3Rpb24iOiJ1cGRhdGVkIiwiVHlwZSI6ImNvbnRhY3QiLCJJRCI6NDcxMSwiUHJvZHVjdEluc3RhbmNlSWQiOiI2NGIwYzJkMWU1ZjYwNzAwMDE4YTliM2MiLCJQYXJ0bmVySWQiOiI2NGIwYzJkMWU1ZjYwNzAwMDE4YTliMDAiLCJFbnRpdHkiOiJ7XCJpZFwiOjQ3MTEsXCJmaXJzdE5hbWVcIjpcIlJlbsOpZVwiLFwibGFzdE5hbWVcIjpcIk9rYWZvclwiLFwiY29tcGFueVwiOntcImlkXCI6ODEyLFwiaWRlbnRpZmllclwiOlwiSGFyYm9yTGluZVwiLFwibmFtZVwiOlwiSGFyYm9yIExpbmUgRnJlaWdodFwiLFwiX2luZm9cIjp7XCJjb21wYW55X2hyZWZcIjpcImh0dHBzOi8vbmEubXljb25uZWN0d2lzZS5uZXQvdjIwMjVfMS8vYXBpcy8zLjAvY29tcGFueS9jb21wYW5pZXMvODEyXCJ9fSxcInNpdGVcIjp7XCJpZFwiOjEyMDQsXCJuYW1lXCI6XCJNYWluXCJ9LFwiaW5hY3RpdmVGbGFnXCI6ZmFsc2UsXCJ0aXRsZVwiOlwiT3BlcmF0aW9ucyBMZWFkXCIsXCJtYXJyaWVkRmxhZ1wiOmZhbHNlLFwiY2hpbGRyZW5GbGFnXCI6ZmFsc2UsXCJwb3J0YWxTZWN1cml0eUxldmVsXCI6MSxcImRpc2FibGVQb3J0YWxMb2dpbkZsYWdcIjp0cnVlLFwidW5zdWJzY3JpYmVGbGFnXCI6ZmFsc2UsXCJtb2JpbGVHdWlkXCI6XCIwYzFmOWE1Mi02ZjBlLTRhNTUtOWE2Yi0zZjJmNmYwYTdkMTFcIixcImRlZmF1bHRCaWxsaW5nRmxhZ1wiOmZhbHNlLFwiZGVmYXVsdEZsYWdcIjpmYWxzZSxcIl9pbmZvXCI6e1wibGFzdFVwZGF0ZWRcIjpcIjIwMjYtMDMtMDRUMTU6MjA6MTFaXCIsXCJ1cGRhdGVkQnlcIjpcImpoYXJwZXJcIn19IiwiTWV0YWRhdGEiOnsia2V5X3VybCI6Imh0dHBzOi8vbmEubXljb25uZWN0d2lzZS5uZXQvdjIwMjVfMS8vc3lzdGVtL2NhbGxiYWNra2V5L2luZGV4LnJhaWxzP2NvbXBhbnlOYW1lPW5vcnRod2luZG1zcCZpZD0zYjdlMmY1YS05MWM0LTRmMGQtOGE3Ni01ZTJkMWMwYjlmODQifSwiQ2FsbGJhY2tPYmplY3RSZWNJZCI6MzE4fQ==";
