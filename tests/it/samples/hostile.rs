//! Requests that must be refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sandbox::World;
use serde_json::{Value, json};
use sha2::Sha256;

use super::Sample;
use super::callbacks::{resigned, vector_b};
use super::envelope::Http;

/// The signing key of test vector B.
const SIGNING_KEY: &[u8] = b"9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f";

pub(super) fn samples(world: &mut World) -> Vec<Sample> {
    let good = vector_b();
    let with = |change: fn(&mut Http)| {
        let mut http = good.clone();
        change(&mut http);
        http
    };
    let mut key_url = |key_url: &str| {
        let key_url = key_url.to_owned();
        resigned(world, 4711, |body| {
            body["Metadata"]["key_url"] = Value::from(key_url)
        })
    };
    const KEY: &str = "system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a";
    let foreign_host = key_url(&format!("https://attacker.example/{KEY}"));
    let plain_http = key_url(&format!("http://na.myconnectwise.net/{KEY}"));
    let user_info = key_url(&format!(
        "https://na.myconnectwise.net@attacker.example/{KEY}"
    ));
    let other_company = key_url(&format!(
        "https://na.myconnectwise.net/{}",
        KEY.replace("northwindmsp", "southwindmsp")
    ));
    let login_company = resigned(world, 4711, |body| {
        body["CompanyId"] = json!("southwindmsp")
    });
    let instance = resigned(world, 4711, |body| {
        body["ProductInstanceId"] = json!("64b0c2d1e5f60700018a9b3d");
    });
    let unhashed = with(|http| {
        let mut mac = Hmac::<Sha256>::new_from_slice(SIGNING_KEY).unwrap();
        mac.update(http.body.as_bytes());
        http.signature = Some(STANDARD.encode(mac.finalize().into_bytes()));
    });

    [
        (
            "31-unsigned",
            with(|http| http.signature = None),
            "No signature",
            "refused: 401",
        ),
        (
            "32-signature-of-another-body",
            with(|http| {
                http.signature = Some("fkH7cZrG2iMDOEeLvPzIWMVD+WAUsilUyNzl0kF2zJs=".to_owned())
            }),
            "The signature of another body",
            "refused: 401",
        ),
        (
            "33-signature-with-unhashed-key",
            unhashed,
            "A signature with the key itself, not its hash",
            "refused: 401",
        ),
        (
            "34-body-changed-by-one-byte",
            with(|http| http.body = http.body.replacen("\"ID\":4711", "\"ID\":4712", 1)),
            "A genuine callback with one byte changed",
            "refused: 401",
        ),
        (
            "35-key-url-on-a-foreign-host",
            foreign_host,
            "The key is to be fetched from a foreign host",
            "refused: 403, nothing is fetched",
        ),
        (
            "36-key-url-over-plain-http",
            plain_http,
            "The key is to be fetched without TLS",
            "refused: 403, nothing is fetched",
        ),
        (
            "37-key-url-with-user-info",
            user_info,
            "The tenant's host stands in the key URL as a user name",
            "refused: 403, nothing is fetched",
        ),
        (
            "38-key-url-of-another-company",
            other_company,
            "The key of another company on the same host",
            "refused: 403, nothing is fetched",
        ),
        (
            "39-other-login-company",
            login_company,
            "The callback of another tenant",
            "refused: 403, nothing is fetched",
        ),
        (
            "40-other-instance",
            instance,
            "The callback of another instance of the same name",
            "refused: 403, nothing is fetched",
        ),
        (
            "41-body-too-large",
            with(|http| http.body = format!("{{\"padding\":\"{}\"}}", "x".repeat(300_000))),
            "A body of 300 kB",
            "refused: 413",
        ),
        (
            "42-not-json",
            with(|http| http.body = "Action=updated&ID=4711".to_owned()),
            "A body that is no JSON",
            "refused: 400",
        ),
        (
            "43-other-path",
            with(|http| http.path = "/cw/t-0000".to_owned()),
            "The token in the path is not the tenant's",
            "refused: 403",
        ),
        (
            "44-get",
            with(|http| http.method = "GET"),
            "Not a POST",
            "refused: 405",
        ),
    ]
    .map(|(name, http, situation, outcome)| Sample {
        path: format!("callback-receiver/{name}.json"),
        situation,
        outcome,
        scene: None,
        event: http.through_api(),
    })
    .into()
}
