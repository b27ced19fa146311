//! The header that every request carries.

use http_client::{HeaderMap, HeaderName, HeaderValue, is_word};
use secrecy::{ExposeSecret, SecretString};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The header, marked as sensitive. `None` when the key cannot stand in one.
pub(crate) fn headers(api_key: &SecretString) -> Option<HeaderMap> {
    let api_key = api_key.expose_secret();
    if !is_word(api_key, "") {
        return None;
    }
    let mut key = HeaderValue::from_str(api_key).ok()?;
    key.set_sensitive(true);
    Some(HeaderMap::from_iter([(API_KEY, key)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_sent_as_it_is_and_does_not_show_in_debug_output() {
        let headers = headers(&"ITG.EXAMPLE".into()).unwrap();
        assert_eq!(headers["x-api-key"], "ITG.EXAMPLE");
        let shown = format!("{headers:?}");
        assert!(!shown.contains("EXAMPLE"), "{shown}");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_refused() {
        for key in ["", "a b", "two\nlines"] {
            assert!(headers(&key.into()).is_none(), "{key:?}");
        }
    }
}
