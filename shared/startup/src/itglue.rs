//! IT Glue: which region the account is in, its key, and how fast we may ask.

use std::num::NonZeroU32;

use http_client::RateLimit;
use itglue::{Config, Reader, Settings};
use secrecy::SecretString;

use crate::env::Variable;
use crate::outbound;
use crate::problems::Problems;
use crate::secrets::Secret;

/// Requests per second that one process sends to IT Glue in the long run.
///
/// IT Glue allows 3,000 in five minutes, to everybody who uses the account. What all workers of the mirror together may
/// send is this times the `MaximumConcurrency` of its event source in `template.yaml`: change one and look at the other.
const ITGLUE_REQUESTS_PER_SECOND: u32 = 4;

/// Requests that may leave at once after a quiet time.
const ITGLUE_BURST: u32 = 10;

/// The secret with all that there is to say about it.
pub(crate) const SECRET_ID: Variable = Variable {
    name: "ROLLCALL_ITGLUE_SECRET_ID",
    remedy: "set it to the id of the secret with region and api_key",
};

/// A reader of IT Glue, which sends nothing before it is asked something.
pub(crate) fn reader(secret: Secret, problems: &mut Problems) -> Option<Reader> {
    const RATE: RateLimit = RateLimit {
        per_second: NonZeroU32::new(ITGLUE_REQUESTS_PER_SECOND).unwrap(),
        burst: NonZeroU32::new(ITGLUE_BURST).unwrap(),
    };

    let config = config(secret, problems)?;
    Some(Reader::new(
        config,
        outbound::client(RATE, "ItGlueRequests"),
    ))
}

/// What is missing is left empty, so that what is there is checked all the same.
fn config(mut secret: Secret, problems: &mut Problems) -> Option<Config> {
    let mut field = |key| secret.required(key, problems).unwrap_or_default();
    let settings = Settings {
        region: field("region"),
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
          ROLLCALL_ITGLUE_SECRET_ID: key "region" of that secret is missing: add it
          ROLLCALL_ITGLUE_SECRET_ID: key "api_key" of that secret is missing: add it
        "#);
    }

    #[test]
    fn a_region_has_an_address() {
        let secret = r#"{"region":"eu","api_key":"hunter2"}"#;
        assert_eq!(check(secret).unwrap(), "https://api.eu.itglue.com/");
    }

    #[test]
    fn what_is_malformed_is_told_beside_what_is_missing_and_never_quoted() {
        let words = check(r#"{"region":"hunter2"}"#).unwrap_err();
        assert!(!words.contains("hunter2"), "{words}");
        insta::assert_snapshot!(words, @r#"
        read the configuration
          ROLLCALL_ITGLUE_SECRET_ID: key "api_key" of that secret is missing: add it
          ROLLCALL_ITGLUE_SECRET_ID: key "region" of that secret must be us, eu, au or an https address without user, query and fragment
        "#);
    }
}
