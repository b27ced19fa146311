//! Signatures of callbacks, and the keys they are made with.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::record;

/// The keys that callbacks were ever signed with, and which one is in use.
///
/// It has no `Debug`: keys are secrets, even made-up ones.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeys {
    current: String,
    keys: BTreeMap<String, String>,
}

impl Default for SigningKeys {
    fn default() -> Self {
        let current = "3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84".to_owned();
        let key = "9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f".to_owned();
        SigningKeys {
            keys: BTreeMap::from([(current.clone(), key)]),
            current,
        }
    }
}

impl SigningKeys {
    /// The id of the key in use.
    pub fn current(&self) -> &str {
        &self.current
    }

    /// The key of that id.
    pub fn key(&self, id: &str) -> Option<&str> {
        self.keys.get(id).map(String::as_str)
    }

    /// The signature of a body with the key in use.
    pub fn sign(&self, body: &[u8]) -> String {
        sign(self.key(&self.current).unwrap_or_default(), body)
    }

    /// Makes a new key and signs with it. The keys of a tenant come in one order, whatever else happens in it.
    pub(crate) fn rotate(&mut self) {
        let serial = self.keys.len();
        self.current = record::uuid(&format!("key id {serial}"));
        self.keys
            .insert(self.current.clone(), record::uuid(&format!("key {serial}")));
    }
}

/// The signature of a body: HMAC-SHA256 with the SHA-256 of the signing key, in base64.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub fn sign(signing_key: &str, body: &[u8]) -> String {
    let key = Sha256::digest(signing_key.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Test vector B of the fact sheet.
    pub(crate) const VECTOR_B: &str = r#"{"MessageId":"5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31","FromUrl":"na.myconnectwise.net","CompanyId":"northwindmsp","MemberId":"jharper","Action":"updated","Type":"contact","ID":4711,"ProductInstanceId":"64b0c2d1e5f60700018a9b3c","PartnerId":"64b0c2d1e5f60700018a9b00","Entity":"{\"id\":4711,\"firstName\":\"Renée\",\"lastName\":\"Okafor\",\"company\":{\"id\":812,\"identifier\":\"HarborLine\",\"name\":\"Harbor Line Freight\",\"_info\":{\"company_href\":\"https://na.myconnectwise.net/v2025_1//apis/3.0/company/companies/812\"}},\"site\":{\"id\":1204,\"name\":\"Main\"},\"inactiveFlag\":false,\"title\":\"Operations Lead\",\"marriedFlag\":false,\"childrenFlag\":false,\"portalSecurityLevel\":1,\"disablePortalLoginFlag\":true,\"unsubscribeFlag\":false,\"mobileGuid\":\"0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11\",\"defaultBillingFlag\":false,\"defaultFlag\":false,\"_info\":{\"lastUpdated\":\"2026-03-04T15:20:11Z\",\"updatedBy\":\"jharper\"}}","Metadata":{"key_url":"https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"},"CallbackObjectRecId":318}"#;

    /// Test vector C of the fact sheet.
    pub(crate) const VECTOR_C: &str = r#"{"MessageId":"b9d3c5a0-7f14-4f6e-8f0b-0c8f4a2d9e60","FromUrl":"na.myconnectwise.net","CompanyId":"northwindmsp","MemberId":"jharper","Action":"deleted","Type":"contact","ID":4711,"ProductInstanceId":"64b0c2d1e5f60700018a9b3c","PartnerId":"64b0c2d1e5f60700018a9b00","Entity":null,"Metadata":{"key_url":"https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"},"CallbackObjectRecId":318}"#;

    #[test]
    fn vector_a_is_signed_as_documented() {
        let body = br#"{"Action":"updated","ID":1,"Type":"contact"}"#;
        assert_eq!(body.len(), 44);
        assert_eq!(
            sign("test-signing-key", body),
            "byuXqXaXgNcSehr/1kuEowpyQ8gA5x8Kliu9fmgnpow="
        );
    }

    #[test]
    fn vectors_b_and_c_are_signed_with_the_first_key() {
        let keys = SigningKeys::default();
        assert_eq!((VECTOR_B.len(), VECTOR_C.len()), (1123, 464));
        assert_eq!(
            keys.sign(VECTOR_B.as_bytes()),
            "wY7tbG/9a5uCyZtGO0tUgo8PqIWS83RLy4I+VbVFvVg="
        );
        assert_eq!(
            keys.sign(VECTOR_C.as_bytes()),
            "CnECgqrXvyR+UwKUi6EwylLsJxAsFCHauYrLlS/I0jY="
        );
    }

    #[test]
    fn a_trailing_space_changes_the_signature() {
        let body = format!("{VECTOR_B} ");
        let signature = SigningKeys::default().sign(body.as_bytes());
        assert_eq!(signature, "fkH7cZrG2iMDOEeLvPzIWMVD+WAUsilUyNzl0kF2zJs=");
    }

    #[test]
    fn after_a_rotation_the_old_key_can_still_be_fetched() {
        let mut keys = SigningKeys::default();
        let old = keys.current().to_owned();
        keys.rotate();
        assert_ne!(keys.current(), old);
        assert!(keys.key(&old).is_some());
        assert_ne!(keys.sign(b"x"), sign(keys.key(&old).unwrap(), b"x"));
    }
}
