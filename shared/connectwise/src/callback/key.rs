//! The key a callback is signed with.

use secrecy::SecretString;
use serde_json::Value;

use super::BoundKeyUrl;

/// A signing key: opaque text, as the PSA publishes it. Its `Debug` output does not show it.
#[derive(Clone, Debug)]
pub struct SigningKey(pub(super) SecretString);

impl SigningKey {
    /// Wraps a key.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self(SecretString::from(key.into()))
    }

    /// Reads the document that the PSA publishes a key in. It may not be declared as JSON.
    pub(super) fn from_document(document: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(document).ok()?;
        let key = document.get("signing_key")?.as_str()?;
        (!key.is_empty()).then(|| Self::new(key))
    }
}

/// Where signing keys come from.
pub trait KeySource {
    /// Gets the key at this address.
    fn fetch(&self, url: &BoundKeyUrl)
    -> impl Future<Output = Result<SigningKey, KeyError>> + Send;
}

/// Why there is no key. None of these holds its address.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key server says that there is no such key, or the address must not be asked: asking again is of no use.
    #[error("fetch a signing key: refused ({reason})")]
    Refused {
        /// The status, or what is wrong with the address.
        reason: String,
    },
    /// The key server did not answer, or not with a key: it may do so later.
    #[error("fetch a signing key: no key for the moment ({reason})")]
    Unavailable {
        /// What came instead.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_document_without_a_key_is_no_key() {
        for document in [
            "",
            "<html>",
            "null",
            "{}",
            r#"{"signing_key":""}"#,
            r#"{"signing_key":7}"#,
            r#"["signing_key"]"#,
        ] {
            assert!(
                SigningKey::from_document(document.as_bytes()).is_none(),
                "{document}"
            );
        }
    }

    #[test]
    fn the_key_is_taken_as_it_stands_and_not_shown() {
        let key = SigningKey::from_document(br#" {"signing_key":" 9f2c=","more":1}"#).unwrap();
        assert_eq!(key.0.expose_secret(), " 9f2c=");
        assert!(!format!("{key:?}").contains("9f2c"));
    }
}
