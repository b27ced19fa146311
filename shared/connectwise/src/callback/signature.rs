//! The signature over a callback's raw body.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::SigningKey;

const LENGTH: usize = 32;

/// The content of the header `x-content-signature`. Its `Debug` output does not show it.
#[derive(Clone, Copy)]
pub struct Signature([u8; LENGTH]);

/// A header that holds no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a signature: expected {LENGTH} bytes in base64")]
pub struct MalformedSignature;

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(‹private›)")
    }
}

impl Signature {
    /// The header's name.
    pub const HEADER: &str = "x-content-signature";

    /// Reads a header's value.
    pub fn parse(value: &str) -> Result<Self, MalformedSignature> {
        let bytes = STANDARD
            .decode(value.trim())
            .map_err(|_| MalformedSignature)?;
        bytes.try_into().map(Self).map_err(|_| MalformedSignature)
    }

    /// Signs a body as the PSA does, for those who stand in for it.
    #[must_use]
    pub fn of(raw_body: &[u8], key: &SigningKey) -> Self {
        Self(mac(raw_body, key).finalize().into_bytes().into())
    }

    /// Whether the body, byte for byte as it was received, was signed with this key. Takes the same time whatever the
    /// difference.
    #[must_use]
    pub fn matches(&self, raw_body: &[u8], key: &SigningKey) -> bool {
        mac(raw_body, key).verify_slice(&self.0).is_ok()
    }

    /// The header's value.
    #[must_use]
    pub fn header_value(&self) -> String {
        STANDARD.encode(self.0)
    }
}

/// The key of the HMAC is not the signing key but its SHA-256.
fn mac(raw_body: &[u8], key: &SigningKey) -> Hmac<Sha256> {
    let key = Sha256::digest(key.0.expose_secret());
    #[expect(
        clippy::expect_used,
        reason = "HMAC is defined for keys of every length"
    )]
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of 32 bytes");
    mac.update(raw_body);
    mac
}

/// The test vectors of the fact sheet, computed with two other implementations.
#[cfg(test)]
pub(super) mod vectors {
    pub(in super::super) const A: &str = r#"{"Action":"updated","ID":1,"Type":"contact"}"#;
    pub(in super::super) const B: &str = r#"{"MessageId":"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31","FromUrl":"na.myconnectwise.net","CompanyId":"northwindmsp","MemberId":"jharper","Action":"updated","Type":"contact","ID":4711,"ProductInstanceId":"64b0c2d1e5f60700018a9b3c","PartnerId":"64b0c2d1e5f60700018a9b00","Entity":"{\"id\":4711,\"firstName\":\"Renée\",\"lastName\":\"Okafor\",\"company\":{\"id\":812,\"identifier\":\"HarborLine\",\"name\":\"Harbor Line Freight\",\"_info\":{\"company_href\":\"https://na.myconnectwise.net/v2025_1//apis/3.0/company/companies/812\"}},\"site\":{\"id\":1204,\"name\":\"Main\"},\"inactiveFlag\":false,\"title\":\"Operations Lead\",\"marriedFlag\":false,\"childrenFlag\":false,\"portalSecurityLevel\":1,\"disablePortalLoginFlag\":true,\"unsubscribeFlag\":false,\"mobileGuid\":\"0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11\",\"defaultBillingFlag\":false,\"defaultFlag\":false,\"_info\":{\"lastUpdated\":\"2026-03-04T15:20:11Z\",\"updatedBy\":\"jharper\"}}","Metadata":{"key_url":"https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"},"CallbackObjectRecId":318}"#;
    pub(in super::super) const C: &str = r#"{"MessageId":"b9d3c5a0-7f14-4f6e-8f0b-0c8f4a2d9e60","FromUrl":"na.myconnectwise.net","CompanyId":"northwindmsp","MemberId":"jharper","Action":"deleted","Type":"contact","ID":4711,"ProductInstanceId":"64b0c2d1e5f60700018a9b3c","PartnerId":"64b0c2d1e5f60700018a9b00","Entity":null,"Metadata":{"key_url":"https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"},"CallbackObjectRecId":318}"#;
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_A: &str = "test-signing-key";
    const KEY_B: &str = "9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f";
    const SIGNATURE_B: &str = "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg=";

    fn matches(body: &str, header: &str, key: &str) -> bool {
        let signature = Signature::parse(header).unwrap();
        signature.matches(body.as_bytes(), &SigningKey::new(key))
    }

    #[test]
    fn an_empty_header_is_no_signature() {
        assert_eq!(Signature::parse("").unwrap_err(), MalformedSignature);
    }

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(vectors::B.len(), 1123);
        assert_eq!(vectors::C.len(), 464);
        for (body, header, key) in [
            (
                vectors::A,
                "byuXqXaXgNcSehr/1kuEowpyQ8gA5x8Kliu9fmgnpow=",
                KEY_A,
            ),
            (vectors::B, SIGNATURE_B, KEY_B),
            (
                vectors::C,
                "CnECgqrXvyR+UwKUi6EwylLsJxAsFCHauYrLlS/I0jY=",
                KEY_B,
            ),
        ] {
            assert!(matches(body, header, key));
            let made = Signature::of(body.as_bytes(), &SigningKey::new(key));
            assert_eq!(made.header_value(), header);
        }
    }

    #[test]
    fn a_key_used_without_hashing_it_fails() {
        let header = "JVVvUwzDfhPi4U25k0sIJ8y1fEoPj4TieoJs1FjgrOM=";
        assert!(!matches(vectors::A, header, KEY_A));
    }

    #[test]
    fn one_more_space_or_another_key_fails() {
        let longer = format!("{} ", vectors::B);
        let its_own = "fkH7cZrG2iMDOEeLvPzIWMVD+WAUsilUyNzl0kF2zJs=";
        assert!(matches(&longer, its_own, KEY_B));
        assert!(!matches(&longer, SIGNATURE_B, KEY_B));
        assert!(!matches(vectors::B, its_own, KEY_B));
        assert!(!matches(vectors::B, SIGNATURE_B, KEY_A));
    }

    #[test]
    fn white_space_around_the_header_is_nothing() {
        assert!(matches(vectors::B, &format!(" {SIGNATURE_B}\t"), KEY_B));
    }

    #[test]
    fn a_badly_shaped_header_is_refused() {
        for header in [
            "wY7tbG",
            "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg",
            "wY7tbG_9a5uCyZtGO0tUgo8PqIWS83RLy4I-VbVFvVg=",
            "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvV==",
            "c1c2ed6c6ffd6b9b82c99b463b4b54828f0fa88592f3744bcb823e55b545bd58",
            "sha256=wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg=",
            "wY7tbG/9a5uC yZtGO0tUgo8PqIWS83RLy4I+VbVFvVg=",
        ] {
            assert!(Signature::parse(header).is_err(), "{header}");
        }
    }

    #[test]
    fn a_signature_is_not_shown() {
        let shown = format!("{:?}", Signature::parse(SIGNATURE_B).unwrap());
        assert_eq!(shown, "Signature(‹private›)");
    }
}
