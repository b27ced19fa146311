//! What the client must know before it can ask anything.

use std::fmt;

use http_client::{ConfigError, HeaderMap, Problem, Url, is_word, read_base};
use secrecy::{ExposeSecret, SecretString};

use crate::auth;
use crate::codebase::Codebase;

/// The model that was current when this client was written. Pinned, so that an upgrade changes nothing.
const API_VERSION: &str = "2025.1";

/// Regions of the cloud whose API answers on a host of its own, `api-` before the site's.
const SPLIT_HOSTS: [&str; 6] = [
    "na.myconnectwise.net",
    "eu.myconnectwise.net",
    "au.myconnectwise.net",
    "aus.myconnectwise.net",
    "za.myconnectwise.net",
    "staging.connectwisedev.com",
];

/// The settings as they are written in a configuration. [`Config::new`] checks them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people log in, such as `https://na.myconnectwise.net`. The host of the API is derived from it.
    pub site: String,
    /// The company that people name when they log in; not a company record.
    pub login_company: String,
    /// The API member's public key.
    pub public_key: SecretString,
    /// The API member's private key.
    pub private_key: SecretString,
    /// The id that was issued to the integration.
    pub client_id: SecretString,
    /// The version of the API's model, instead of `2025.1`.
    pub api_version: Option<String>,
    /// The codebase to begin with. When absent, and when the PSA no longer knows it, the site is asked.
    pub codebase: Option<String>,
}

/// Checked settings. Its `Debug` output holds no credentials.
#[derive(Clone)]
pub struct Config {
    pub(crate) site: Url,
    pub(crate) api: Url,
    pub(crate) login_company: String,
    pub(crate) headers: HeaderMap,
    pub(crate) codebase: Option<Codebase>,
}

impl Config {
    /// Checks the settings and reports everything that is wrong with them at once.
    pub fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let Settings {
            site,
            login_company,
            public_key,
            private_key,
            client_id,
            api_version,
            codebase,
        } = settings;
        let mut problems = Vec::new();
        let mut require = |holds, setting, expected| {
            problems.extend(Problem::unless(holds, setting, expected));
        };

        let hosts = read_site(site);
        require(
            hosts.is_some(),
            "site",
            "an https address with nothing but a host and perhaps a port",
        );
        // The three parts are joined with `+` and `:`, so these would shift the borders.
        require(
            is_word(login_company, "+:/"),
            "login_company",
            "a name without spaces, +, : or /",
        );
        require(
            is_word(public_key.expose_secret(), ":"),
            "public_key",
            "a key without spaces or :",
        );
        require(
            is_word(private_key.expose_secret(), ""),
            "private_key",
            "a key without spaces",
        );
        require(
            is_word(client_id.expose_secret(), ""),
            "client_id",
            "an id without spaces",
        );
        let api_version = api_version.as_deref().unwrap_or(API_VERSION);
        require(
            !api_version.is_empty()
                && api_version
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.'),
            "api_version",
            "a release such as 2025.1",
        );
        let known = codebase.as_deref().map(Codebase::read);
        require(
            known != Some(None),
            "codebase",
            "a codebase such as v4_6_release/",
        );

        let headers = auth::headers(
            login_company,
            public_key,
            private_key,
            client_id,
            api_version,
        );
        match (hosts, headers) {
            (Some((site, api)), Some(headers)) if problems.is_empty() => Ok(Self {
                site,
                api,
                login_company: login_company.clone(),
                headers,
                codebase: known.flatten(),
            }),
            _ => Err(ConfigError::new("ConnectWise", problems)),
        }
    }

    /// Where people log in.
    #[must_use]
    pub fn site(&self) -> &Url {
        &self.site
    }

    /// Where the API answers.
    #[must_use]
    pub fn api(&self) -> &Url {
        &self.api
    }

    /// The company that people name when they log in.
    #[must_use]
    pub fn login_company(&self) -> &str {
        &self.login_company
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("site", &self.site.as_str())
            .field("api", &self.api.as_str())
            .field("login_company", &self.login_company)
            .field("codebase", &self.codebase)
            .finish_non_exhaustive()
    }
}

/// The addresses of the site and of the API. Either may be given: people copy whichever they see.
fn read_site(text: &str) -> Option<(Url, Url)> {
    let url = read_base(text).filter(|url| url.path() == "/")?;
    let host = url.host_str()?;
    let site_host = host
        .strip_prefix("api-")
        .filter(|rest| SPLIT_HOSTS.contains(rest))
        .unwrap_or(host)
        .to_owned();
    let api_host = if SPLIT_HOSTS.contains(&site_host.as_str()) {
        format!("api-{site_host}")
    } else {
        site_host.clone()
    };
    let (mut site, mut api) = (url.clone(), url);
    site.set_host(Some(&site_host)).ok()?;
    api.set_host(Some(&api_host)).ok()?;
    Some((site, api))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(site: &str) -> Settings {
        Settings {
            site: site.to_owned(),
            login_company: "northwindmsp".to_owned(),
            public_key: "public-1".into(),
            private_key: "private-1".into(),
            client_id: "client-1".into(),
            api_version: None,
            codebase: None,
        }
    }

    fn hosts(site: &str) -> Option<(String, String)> {
        let config = Config::new(&settings(site)).ok()?;
        Some((config.site().to_string(), config.api().to_string()))
    }

    #[test]
    fn a_region_of_the_cloud_has_its_api_on_another_host() {
        let expected = Some((
            "https://eu.myconnectwise.net/".to_owned(),
            "https://api-eu.myconnectwise.net/".to_owned(),
        ));
        assert_eq!(hosts("https://eu.myconnectwise.net"), expected);
        assert_eq!(hosts("https://api-eu.myconnectwise.net/"), expected);
    }

    #[test]
    fn sandboxes_and_self_hosted_instances_have_one_host() {
        for site in [
            "https://sandbox-na.myconnectwise.net/",
            "https://psa.example.com:8443/",
        ] {
            assert_eq!(hosts(site), Some((site.to_owned(), site.to_owned())));
        }
    }

    #[test]
    fn only_a_stand_in_on_this_machine_goes_without_encryption() {
        assert!(hosts("http://127.0.0.1:9100").is_some());
        assert!(hosts("http://localhost:9100").is_some());
        assert_eq!(hosts("http://na.myconnectwise.net"), None);
    }

    #[test]
    fn everything_wrong_is_reported_at_once_and_nothing_is_quoted() {
        let error = Config::new(&Settings {
            site: "https://user:hunter2@psa.example.com/path".to_owned(),
            login_company: "a+b".to_owned(),
            public_key: "hunter2:".into(),
            private_key: "".into(),
            client_id: "hunter2 hunter2".into(),
            api_version: Some("latest".to_owned()),
            codebase: Some("../hunter2".to_owned()),
        })
        .unwrap_err();
        let settings: Vec<&str> = error.problems().iter().map(|p| p.setting).collect();
        assert_eq!(
            settings,
            [
                "site",
                "login_company",
                "public_key",
                "private_key",
                "client_id",
                "api_version",
                "codebase"
            ]
        );
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn debug_output_keeps_the_credentials() {
        let config = Config::new(&settings("https://psa.example.com")).unwrap();
        let shown = format!("{config:?} {:?}", settings("https://psa.example.com"));
        for secret in ["public-1", "private-1", "client-1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
