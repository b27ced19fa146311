//! The headers that every request carries.

use http_client::{HeaderMap, HeaderValue, header, is_word};
use secrecy::{ExposeSecret, SecretString};

/// The headers, with the key marked as sensitive. `None` when it cannot stand in a header.
pub(crate) fn headers(api_key: &SecretString) -> Option<HeaderMap> {
    let api_key = api_key.expose_secret();
    if !is_word(api_key, "") {
        return None;
    }
    let mut bearer = HeaderValue::from_str(&format!("Bearer {api_key}")).ok()?;
    bearer.set_sensitive(true);
    Some(HeaderMap::from_iter([
        (header::AUTHORIZATION, bearer),
        // Without it, a proxy or an error page in front of the API would answer in HTML.
        (header::ACCEPT, HeaderValue::from_static("application/json")),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_a_bearer_and_not_shown() {
        let headers = headers(&"key-1".into()).unwrap();
        assert_eq!(headers[header::AUTHORIZATION], "Bearer key-1");
        assert_eq!(headers[header::ACCEPT], "application/json");
        assert!(!format!("{headers:?}").contains("key-1"));
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_key() {
        for key in ["", " ", "a b", "a\nb", "ключ"] {
            assert!(headers(&key.into()).is_none(), "{key:?}");
        }
    }
}
