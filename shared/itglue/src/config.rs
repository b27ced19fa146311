//! What the client must know before it can ask anything.

use std::fmt;

use http_client::{ConfigError, HeaderMap, Problem, Url, read_base};
use secrecy::SecretString;

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

impl Config {
    /// Checks the settings and reports everything that is wrong with them at once.
    pub fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let Settings { region, api_key } = settings;
        let api = read_region(region);
        let headers = auth::headers(api_key);
        let problems = [
            Problem::unless(
                api.is_some(),
                "region",
                "us, eu, au or an https address without user, query and fragment",
            ),
            Problem::unless(headers.is_some(), "api_key", "a key without spaces"),
        ];
        match (api, headers) {
            (Some(api), Some(headers)) => Ok(Self { api, headers }),
            _ => {
                let problems = problems.into_iter().flatten().collect();
                Err(ConfigError::new("IT Glue", problems))
            }
        }
    }

    /// Where the API answers.
    #[must_use]
    pub fn api(&self) -> &Url {
        &self.api
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("api", &self.api.as_str())
            .finish_non_exhaustive()
    }
}

/// The address of the API, which may have a path of its own.
fn read_region(text: &str) -> Option<Url> {
    let text = text.trim();
    let known = REGIONS
        .iter()
        .find(|(region, _)| region.eq_ignore_ascii_case(text));
    read_base(known.map_or(text, |(_, address)| address))
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
