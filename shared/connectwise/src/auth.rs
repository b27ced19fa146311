//! The headers that every authorized request carries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_client::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};

/// Names the integration; the PSA rejects calls without it.
const CLIENT_ID: HeaderName = HeaderName::from_static("clientid");

/// The headers, with all credentials marked as sensitive. `None` when a part cannot stand in a header.
pub(crate) fn headers(
    login_company: &str,
    public_key: &SecretString,
    private_key: &SecretString,
    client_id: &SecretString,
    api_version: &str,
) -> Option<HeaderMap> {
    let pair = format!(
        "{login_company}+{}:{}",
        public_key.expose_secret(),
        private_key.expose_secret()
    );
    // Without a version the newest model would be served, and change under us.
    let accept = format!("application/vnd.connectwise.com+json; version={api_version}");
    Some(HeaderMap::from_iter([
        (
            header::AUTHORIZATION,
            sensitive(&format!("Basic {}", STANDARD.encode(pair)))?,
        ),
        (CLIENT_ID, sensitive(client_id.expose_secret())?),
        (header::ACCEPT, HeaderValue::from_str(&accept).ok()?),
    ]))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(client_id: &str) -> Option<HeaderMap> {
        headers(
            "northwindmsp",
            &"AbCdEf0123456789".into(),
            &"ZyXwVu9876543210".into(),
            &client_id.into(),
            "2025.1",
        )
    }

    #[test]
    fn the_headers_are_those_of_the_documented_example() {
        let headers = example("a-client-id").unwrap();
        assert_eq!(
            headers[header::AUTHORIZATION],
            "Basic bm9ydGh3aW5kbXNwK0FiQ2RFZjAxMjM0NTY3ODk6WnlYd1Z1OTg3NjU0MzIxMA=="
        );
        assert_eq!(headers["clientId"], "a-client-id");
        assert_eq!(
            headers[header::ACCEPT],
            "application/vnd.connectwise.com+json; version=2025.1"
        );
    }

    #[test]
    fn credentials_do_not_show_in_debug_output() {
        let shown = format!("{:?}", example("a-client-id").unwrap());
        assert!(!shown.contains("Basic"), "{shown}");
        assert!(!shown.contains("a-client-id"), "{shown}");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_refused() {
        assert!(example("two\nlines").is_none());
    }
}
