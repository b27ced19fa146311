//! The events as Lambda gets them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::Delivery;
use serde_json::{Value, json};

/// The host that callbacks are sent to.
const HOST: &str = "hooks.example.net";

/// An HTTP request that is about to be wrapped.
#[derive(Clone)]
pub(super) struct Http {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) signature: Option<String>,
    pub(super) body: String,
}

impl Http {
    /// The request that a delivery makes.
    pub(super) fn of(delivery: &Delivery) -> Self {
        let (path, query) = delivery.path_and_query.split_once('?').unwrap();
        let signature = delivery
            .headers
            .iter()
            .find(|(name, _)| name == "x-content-signature");
        Self {
            method: "POST",
            path: path.to_owned(),
            query: query.to_owned(),
            signature: signature.map(|(_, value)| value.clone()),
            body: delivery.body.clone(),
        }
    }

    /// As an HTTP API (version 2) hands it to the function.
    pub(super) fn through_api(&self) -> Value {
        self.wrapped(
            "POST /cw/{token}",
            "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            false,
        )
    }

    /// As a function URL hands it to the function, with the body in base64.
    pub(super) fn through_function_url(&self) -> Value {
        self.wrapped("$default", "f6g7h8i9j0.lambda-url.us-east-1.on.aws", true)
    }

    fn wrapped(&self, route: &str, domain: &str, base64: bool) -> Value {
        let mut headers = json!({
            "content-type": "application/json",
            "content-length": self.body.len().to_string(),
            "host": HOST,
        });
        if let Some(signature) = &self.signature {
            headers["x-content-signature"] = json!(signature);
        }
        let parameters: serde_json::Map<String, Value> = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let token = self.path.rsplit('/').next().unwrap();
        let body = if base64 {
            STANDARD.encode(&self.body)
        } else {
            self.body.clone()
        };
        json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "queryStringParameters": parameters,
            "pathParameters": { "token": token },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": domain.split('.').next().unwrap(),
                "domainName": domain,
                "domainPrefix": domain.split('.').next().unwrap(),
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.10",
                    "userAgent": "ConnectWise",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": route,
                "stage": "$default",
                "time": "04/Mar/2026:15:20:11 +0000",
                "timeEpoch": 1_772_637_611_000_u64,
            },
            "body": body,
            "isBase64Encoded": base64,
        })
    }
}
