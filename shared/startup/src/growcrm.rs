//! Grow CRM: where it is installed, its key, and how fast we may ask.

use std::num::NonZeroU32;

use growcrm::{Config, Reader, Settings};
use http_client::RateLimit;
use secrecy::SecretString;

use crate::env::Variable;
use crate::outbound;
use crate::problems::Problems;
use crate::secrets::Secret;

/// Requests per second that one process sends to Grow CRM in the long run.
///
/// It documents no limit, and often is one small server: two processes make four a second, which leaves the people who
/// work with it room.
const GROWCRM_REQUESTS_PER_SECOND: u32 = 2;

/// Requests that may leave at once after a quiet time.
const GROWCRM_BURST: u32 = 4;

/// The secret with all that there is to say about it.
pub(crate) const SECRET_ID: Variable = Variable {
    name: "ROLLCALL_GROWCRM_SECRET_ID",
    remedy: "set it to the id of the secret with base_url and api_key",
};

/// A reader of Grow CRM, which sends nothing before it is asked something.
pub(crate) fn reader(secret: Secret, problems: &mut Problems) -> Option<Reader> {
    const RATE: RateLimit = RateLimit {
        per_second: NonZeroU32::new(GROWCRM_REQUESTS_PER_SECOND).unwrap(),
        burst: NonZeroU32::new(GROWCRM_BURST).unwrap(),
    };

    let config = config(secret, problems)?;
    Some(Reader::new(
        config,
        outbound::client(RATE, "GrowCrmRequests"),
    ))
}

/// What is missing is left empty, so that what is there is checked all the same.
fn config(mut secret: Secret, problems: &mut Problems) -> Option<Config> {
    let mut field = |key| secret.required(key, problems).unwrap_or_default();
    let settings = Settings {
        base_url: field("base_url"),
        api_key: SecretString::from(field("api_key")),
    };
    problems.note_settings(Config::new(&settings), |key| Some(secret.place(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secret: &str) -> Result<String, String> {
        let mut problems = Problems::default();
        let secret = Secret::parse(SECRET_ID.name, secret, &mut problems);
        let config = secret.and_then(|secret| config(secret, &mut problems));
        let config = problems.unless_any(config);
        config
            .map(|config| config.api().to_string())
            .map_err(|problems| problems.to_string())
    }

    #[test]
    fn without_anything_all_is_missing_once() {
        insta::assert_snapshot!(check("{}").unwrap_err(), @r#"
        read the configuration
          ROLLCALL_GROWCRM_SECRET_ID: key "base_url" of that secret is missing: add it
          ROLLCALL_GROWCRM_SECRET_ID: key "api_key" of that secret is missing: add it
        "#);
    }

    #[test]
    fn the_address_of_the_crm_leads_to_its_api() {
        let secret = r#"{"base_url":"https://portal.example.com","api_key":"hunter2"}"#;
        assert_eq!(check(secret).unwrap(), "https://portal.example.com/api/");
    }

    #[test]
    fn what_is_malformed_is_told_beside_what_is_missing_and_never_quoted() {
        let words = check(r#"{"base_url":"http://hunter2.example.com"}"#).unwrap_err();
        assert!(!words.contains("hunter2"), "{words}");
        insta::assert_snapshot!(words, @r#"
        read the configuration
          ROLLCALL_GROWCRM_SECRET_ID: key "api_key" of that secret is missing: add it
          ROLLCALL_GROWCRM_SECRET_ID: key "base_url" of that secret must be the https address of the CRM, without user, query or fragment
        "#);
    }
}
