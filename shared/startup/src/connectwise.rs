//! The PSA: where it is, who we are there, and how fast we may ask.

use std::num::NonZeroU32;

use connectwise::{Config, Reader, Settings};
use http_client::RateLimit;
use secrecy::SecretString;

use crate::env::{Env, Variable};
use crate::outbound;
use crate::problems::Problems;
use crate::secrets::Secret;

/// Requests per second that one process sends to the PSA in the long run.
///
/// The limits here hold for one process. What all workers together may send is, for each function, this times the
/// `MaximumConcurrency` of its event source in `template.yaml`: change one and look at the others.
pub const DEFAULT_REQUESTS_PER_SECOND: u32 = 5;

/// Requests that may leave at once after a quiet time: enough to read one company without waiting.
const DEFAULT_BURST: u32 = 10;

/// As above, of a worker of contact-policy while a mirror is on: it leaves the mirrors' workers room.
const REQUESTS_PER_SECOND_BESIDE_MIRRORS: u32 = 4;

/// As above, of a mirror's worker. It reads a company and its contacts, and spends its time with the mirror.
const MIRROR_REQUESTS_PER_SECOND: u32 = 1;

/// Those two reads.
const MIRROR_BURST: u32 = 2;

/// How fast a process asks the PSA that asks it alone: a worker of contact-policy without mirrors, or an operator.
pub(crate) const ALONE: RateLimit = RateLimit {
    per_second: NonZeroU32::new(DEFAULT_REQUESTS_PER_SECOND).unwrap(),
    burst: NonZeroU32::new(DEFAULT_BURST).unwrap(),
};

/// How fast a worker of contact-policy asks the PSA while a mirror is on.
pub(crate) const BESIDE_MIRRORS: RateLimit = RateLimit {
    per_second: NonZeroU32::new(REQUESTS_PER_SECOND_BESIDE_MIRRORS).unwrap(),
    ..ALONE
};

/// How fast a mirror's worker asks the PSA.
pub(crate) const FOR_A_MIRROR: RateLimit = RateLimit {
    per_second: NonZeroU32::new(MIRROR_REQUESTS_PER_SECOND).unwrap(),
    burst: NonZeroU32::new(MIRROR_BURST).unwrap(),
};

/// Where people log in. The host of the API is derived from it.
pub(crate) const SITE: Variable = Variable {
    name: "ROLLCALL_CONNECTWISE_SITE",
    remedy: "set it to where people log in, such as https://na.myconnectwise.net",
};

/// The secret with the API member's keys.
pub(crate) const SECRET_ID: Variable = Variable {
    name: "ROLLCALL_CONNECTWISE_SECRET_ID",
    remedy: "set it to the id of the secret with login_company, public_key, private_key and client_id",
};

/// A reader of the PSA, which sends nothing before it is asked something.
pub(crate) fn reader(
    env: &Env,
    secret: Option<Secret>,
    rate: RateLimit,
    problems: &mut Problems,
) -> Option<Reader> {
    let config = config(env, secret, problems)?;
    Some(Reader::new(config, outbound::client(rate, "PsaRequests")))
}

/// What is missing is left empty, so that what is there is checked all the same.
fn config(env: &Env, mut secret: Option<Secret>, problems: &mut Problems) -> Option<Config> {
    let site = env.required(SITE, problems).unwrap_or_default().to_owned();
    let mut field = |key| secret.as_mut()?.required(key, problems);
    let login_company = field("login_company").unwrap_or_default();
    let mut key = |key| SecretString::from(field(key).unwrap_or_default());
    let settings = Settings {
        site,
        login_company,
        public_key: key("public_key"),
        private_key: key("private_key"),
        client_id: key("client_id"),
        api_version: None,
        codebase: None,
    };
    problems.note_settings(Config::new(&settings), |setting| match setting {
        "site" => Some(SITE.name.to_owned()),
        // Why there is no secret at all has been said.
        key => Some(secret.as_ref()?.place(key)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str =
        r#"{"login_company":"northwindmsp","public_key":"a","private_key":"b","client_id":"c"}"#;

    fn check(site: &str, secret: &str) -> Result<Config, String> {
        let env = Env::from_pairs([(SITE.name, site)]);
        let mut problems = Problems::default();
        let secret = Secret::parse(SECRET_ID.name, secret, &mut problems);
        let config = config(&env, secret, &mut problems);
        problems
            .unless_any(config)
            .map_err(|problems| problems.to_string())
    }

    fn hosts(site: &str) -> (String, String) {
        let config = check(site, KEYS).unwrap();
        let host = |url: &http_client::Url| url.host_str().unwrap().to_owned();
        (host(config.site()), host(config.api()))
    }

    #[test]
    fn without_anything_all_is_missing_once() {
        insta::assert_snapshot!(check("", "{}").unwrap_err(), @r#"
        read the configuration
          ROLLCALL_CONNECTWISE_SITE is not set: set it to where people log in, such as https://na.myconnectwise.net
          ROLLCALL_CONNECTWISE_SECRET_ID: key "login_company" of that secret is missing: add it
          ROLLCALL_CONNECTWISE_SECRET_ID: key "public_key" of that secret is missing: add it
          ROLLCALL_CONNECTWISE_SECRET_ID: key "private_key" of that secret is missing: add it
          ROLLCALL_CONNECTWISE_SECRET_ID: key "client_id" of that secret is missing: add it
        "#);
    }

    #[test]
    fn a_region_of_the_cloud_has_an_api_host() {
        let (site, api) = hosts("https://na.myconnectwise.net");
        assert_eq!(site, "na.myconnectwise.net");
        assert_eq!(api, "api-na.myconnectwise.net");
        let (_, api) = hosts("https://staging.connectwisedev.com");
        assert_eq!(api, "api-staging.connectwisedev.com");
    }

    #[test]
    fn any_other_host_is_its_own_api_host() {
        for host in ["sandbox-eu.myconnectwise.net", "psa.example.com"] {
            let expected = (host.to_owned(), host.to_owned());
            assert_eq!(hosts(&format!("https://{host}/")), expected);
        }
    }

    #[test]
    fn what_is_malformed_is_told_beside_what_is_missing_and_never_quoted() {
        let secret =
            r#"{"login_company":"hunter2+","public_key":"hunter2:","client_id":"hunter2"}"#;
        let words = check("http://hunter2.example.com", secret).unwrap_err();
        assert!(!words.contains("hunter2"), "{words}");
        insta::assert_snapshot!(words, @r#"
        read the configuration
          ROLLCALL_CONNECTWISE_SECRET_ID: key "private_key" of that secret is missing: add it
          ROLLCALL_CONNECTWISE_SITE must be an https address with nothing but a host and perhaps a port
          ROLLCALL_CONNECTWISE_SECRET_ID: key "login_company" of that secret must be a name without spaces, +, : or /
          ROLLCALL_CONNECTWISE_SECRET_ID: key "public_key" of that secret must be a key without spaces or :
        "#);
    }

    #[test]
    fn a_secret_that_cannot_be_read_is_one_problem_beside_the_site() {
        insta::assert_snapshot!(check("na.myconnectwise.net", "no json").unwrap_err(), @r#"
        read the configuration
          ROLLCALL_CONNECTWISE_SECRET_ID names a secret that is no JSON object: store it as {"key":"value",…}
          ROLLCALL_CONNECTWISE_SITE must be an https address with nothing but a host and perhaps a port
        "#);
    }
}
