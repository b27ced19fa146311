//! What can be judged before the body is read.

use connectwise::callback::{Signature, SigningKey};
use lambda_http::Request;
use lambda_http::http::Method;
use secrecy::{ExposeSecret, SecretString};

use crate::Refusal;

/// A request that may hold a callback. The body is as it was received.
pub(crate) struct Signed<'a> {
    pub(crate) signature: Signature,
    pub(crate) raw_body: &'a [u8],
}

/// Looks at everything but the body's content.
pub(crate) fn signed<'a>(
    request: &'a Request,
    tenant_token: &SecretString,
    body_limit: usize,
) -> Result<Signed<'a>, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    if !is_for_tenant(request.uri().path(), tenant_token) {
        return Err(Refusal::Path);
    }
    let raw_body: &[u8] = request.body();
    if raw_body.len() > body_limit {
        return Err(Refusal::Size);
    }
    let mut headers = request.headers().get_all(Signature::HEADER).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(Refusal::Unsigned);
    };
    let signature = header
        .to_str()
        .ok()
        .and_then(|text| Signature::parse(text).ok());
    Ok(Signed {
        signature: signature.ok_or(Refusal::Unsigned)?,
        raw_body,
    })
}

/// Whether the path ends in `/cw/` and the token. A gateway may put the name of its stage in front.
fn is_for_tenant(path: &str, tenant_token: &SecretString) -> bool {
    let expected = tenant_token.expose_secret();
    path.rsplit_once("/cw/")
        .is_some_and(|(_, given)| !given.is_empty() && is_same_secret(expected, given))
}

/// Compares without telling by the time how much is right: not the texts but their authentication codes are compared.
fn is_same_secret(expected: &str, given: &str) -> bool {
    let key = SigningKey::new(expected);
    Signature::of(given.as_bytes(), &key).matches(expected.as_bytes(), &key)
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http::request::Builder;

    use super::*;

    const SIGNATURE: &str = "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg=";

    fn post(path: &str) -> Builder {
        let uri = format!("https://hooks.example.net{path}");
        lambda_http::http::Request::post(uri)
    }

    fn refusal(request: Builder, body: &str) -> Option<Refusal> {
        let request = request.body(Body::from(body)).unwrap();
        signed(&request, &"t-7f3a".into(), 8).err()
    }

    #[test]
    fn a_signed_post_to_the_tenants_path_is_taken() {
        for path in [
            "/cw/t-7f3a",
            "/cw/t-7f3a?recordId=4711&action=updated",
            "/prod/cw/t-7f3a",
        ] {
            let request = post(path).header("X-Content-Signature", SIGNATURE);
            assert_eq!(refusal(request, "12345678"), None, "{path}");
        }
    }

    #[test]
    fn another_path_is_refused_before_anything_but_the_method() {
        for path in [
            "",
            "/",
            "/cw",
            "/cw/",
            "/cw/t-7f3",
            "/cw/t-7f3a/",
            "/cw/t-7f3a%20",
            "/cw/T-7F3A",
            "/cw//t-7f3a",
            "/CW/t-7f3a",
            "/t-7f3a",
            "/?/cw/t-7f3a",
            "/cw/t-7f3a/cw/",
        ] {
            assert_eq!(
                refusal(post(path), "123456789"),
                Some(Refusal::Path),
                "{path}"
            );
        }
        let get = post("/cw/t-7f3a").method("GET");
        assert_eq!(refusal(get, ""), Some(Refusal::Method));
    }

    #[test]
    fn a_blank_token_lets_nobody_in() {
        let request = post("/cw/").header(Signature::HEADER, SIGNATURE);
        let request = request.body(Body::Empty).unwrap();
        assert_eq!(signed(&request, &"".into(), 8).err(), Some(Refusal::Path));
    }

    #[test]
    fn a_long_body_is_refused_before_its_signature_is_looked_at() {
        assert_eq!(
            refusal(post("/cw/t-7f3a"), "123456789"),
            Some(Refusal::Size)
        );
    }

    #[test]
    fn one_well_shaped_signature_is_needed() {
        let to = || post("/cw/t-7f3a");
        assert_eq!(refusal(to(), ""), Some(Refusal::Unsigned));
        for header in ["", "x", &SIGNATURE[1..], "\u{e9}"] {
            let request = to().header(Signature::HEADER, header);
            assert_eq!(refusal(request, ""), Some(Refusal::Unsigned), "{header}");
        }
        let twice = to()
            .header(Signature::HEADER, SIGNATURE)
            .header(Signature::HEADER, SIGNATURE);
        assert_eq!(refusal(twice, ""), Some(Refusal::Unsigned));
    }
}
