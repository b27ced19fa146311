//! What the client must know before it can ask anything.

use std::fmt;

use http_client::{HeaderMap, Url};
use secrecy::{ExposeSecret, SecretString};
use url::Host;

use crate::auth;

/// Where each region answers. A key of one region is worth nothing in another.
const REGIONS: [(&str, &str); 3] = [
    ("us", "https://api.itglue.com/"),
    ("eu", "https://api.eu.itglue.com/"),
    ("au", "https://api.au.itglue.com/"),
];

/// The settings as they are written in a configuration. [`Config::new`] checks them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The region of the account, `us`, `eu` or `au`; or the address of a gateway before it, such as
    /// `https://gateway.example.com/itglue`.
    pub region: String,
    /// The API key of the account.
    pub api_key: SecretString,
}

/// Checked settings. Its `Debug` output holds no key.
#[derive(Clone)]
pub struct Config {
    pub(crate) api: Url,
    pub(crate) headers: HeaderMap,
}

/// Settings that cannot be used, with all that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("configure IT Glue: {}", list(.problems))]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// One setting that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Which, by its name in [`Settings`].
    pub setting: &'static str,
    /// What it must be.
    pub expected: &'static str,
}

impl Config {
    /// Checks the settings and reports everything that is wrong with them at once.
    pub fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let Settings { region, api_key } = settings;
        let mut problems = Vec::new();
        let mut require = |holds: bool, setting, expected| {
            if !holds {
                problems.push(Problem { setting, expected });
            }
        };
        let api = read_region(region);
        require(
            api.is_some(),
            "region",
            "us, eu, au or an https address without user, query and fragment",
        );
        require(
            is_word(api_key.expose_secret()),
            "api_key",
            "a key without spaces",
        );
        match (api, auth::headers(api_key)) {
            (Some(api), Some(headers)) if problems.is_empty() => Ok(Self { api, headers }),
            _ => Err(ConfigError { problems }),
        }
    }

    /// Where the API answers.
    #[must_use]
    pub fn api(&self) -> &Url {
        &self.api
    }
}

impl ConfigError {
    /// What is wrong, in the order of the settings.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}", self.setting, self.expected)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("api", &self.api.as_str())
            .finish_non_exhaustive()
    }
}

fn list(problems: &[Problem]) -> String {
    let words: Vec<String> = problems.iter().map(Problem::to_string).collect();
    words.join("; ")
}

/// Visible ASCII.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())
}

/// The address of the API, which may have a path of its own.
fn read_region(text: &str) -> Option<Url> {
    let text = text.trim();
    let known = REGIONS
        .iter()
        .find(|(region, _)| region.eq_ignore_ascii_case(text));
    let url = Url::parse(known.map_or(text, |(_, address)| address)).ok()?;
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (is_bare && is_safe(&url)).then_some(url)
}

/// Whether a key may travel there. A stand-in on this machine needs no encryption.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(region: &str) -> Settings {
        Settings {
            region: region.to_owned(),
            api_key: "ITG.EXAMPLE".into(),
        }
    }

    fn api(region: &str) -> Option<String> {
        let config = Config::new(&settings(region)).ok()?;
        Some(config.api().to_string())
    }

    #[test]
    fn each_region_has_its_address() {
        for (region, expected) in [
            ("us", "https://api.itglue.com/"),
            (" EU ", "https://api.eu.itglue.com/"),
            ("au", "https://api.au.itglue.com/"),
        ] {
            assert_eq!(api(region).as_deref(), Some(expected));
        }
        assert_eq!(api("uk"), None);
        assert_eq!(api(""), None);
    }

    #[test]
    fn a_gateway_may_have_a_path() {
        let gateway = "https://gateway.example.com/itglue";
        assert_eq!(api(gateway).as_deref(), Some(gateway));
        assert_eq!(api("https://gateway.example.com/?a=b"), None);
    }

    #[test]
    fn only_a_stand_in_on_this_machine_goes_without_encryption() {
        assert!(api("http://127.0.0.1:9100").is_some());
        assert!(api("http://localhost:9100").is_some());
        assert_eq!(api("http://api.itglue.com"), None);
        assert_eq!(api("ftp://127.0.0.1"), None);
    }

    #[test]
    fn everything_wrong_is_reported_at_once_and_nothing_is_quoted() {
        let error = Config::new(&Settings {
            region: "https://user:hunter2@gateway.example.com".to_owned(),
            api_key: "hunter2 hunter2".into(),
        })
        .unwrap_err();
        let settings: Vec<&str> = error.problems().iter().map(|p| p.setting).collect();
        assert_eq!(settings, ["region", "api_key"]);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn debug_output_keeps_the_key() {
        let config = Config::new(&settings("us")).unwrap();
        let shown = format!("{config:?} {:?}", settings("us"));
        assert!(!shown.contains("EXAMPLE"), "{shown}");
    }
}
