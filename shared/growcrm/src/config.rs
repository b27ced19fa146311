//! What the client must know before it can ask anything.

use std::fmt;

use http_client::{ConfigError, HeaderMap, Problem, Url, read_base};
use secrecy::SecretString;

use crate::auth;

/// The settings as they are written in a configuration. [`Config::new`] checks them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the CRM is installed, such as `https://portal.example.com`, with or without `/api` at its end.
    pub base_url: String,
    /// A key from the CRM's settings. Every key may do everything.
    pub api_key: SecretString,
}

/// Checked settings. Its `Debug` output holds no credentials.
#[derive(Clone)]
pub struct Config {
    pub(crate) api: Url,
    pub(crate) headers: HeaderMap,
}

impl Config {
    /// Checks the settings and reports everything that is wrong with them at once.
    pub fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let Settings { base_url, api_key } = settings;
        let api = read_address(base_url);
        let headers = auth::headers(api_key);
        let problems = [
            Problem::unless(
                api.is_some(),
                "base_url",
                "the https address of the CRM, without user, query or fragment",
            ),
            Problem::unless(headers.is_some(), "api_key", "a key without spaces"),
        ];
        match (api, headers) {
            (Some(api), Some(headers)) => Ok(Self { api, headers }),
            _ => {
                let problems = problems.into_iter().flatten().collect();
                Err(ConfigError::new("Grow CRM", problems))
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

/// The address of the API. That of the CRM may be given as well: people copy whichever they see. The CRM may be
/// installed below a path.
fn read_address(text: &str) -> Option<Url> {
    let mut url = read_base(text)?;
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api").unwrap_or(path);
    let path = format!("{path}/api/");
    url.set_path(&path);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_url: &str, api_key: &str) -> Result<Config, ConfigError> {
        Config::new(&Settings {
            base_url: base_url.to_owned(),
            api_key: api_key.into(),
        })
    }

    fn api(base_url: &str) -> Option<String> {
        Some(config(base_url, "key-1").ok()?.api().to_string())
    }

    #[test]
    fn the_api_is_found_from_whatever_address_people_copy() {
        for base in [
            "https://portal.example.com",
            "https://portal.example.com/",
            "https://portal.example.com/api",
            " https://portal.example.com/api/ ",
        ] {
            let expected = Some("https://portal.example.com/api/".to_owned());
            assert_eq!(api(base), expected, "{base}");
        }
        assert_eq!(
            api("https://example.com:8443/crm/"),
            Some("https://example.com:8443/crm/api/".to_owned())
        );
    }

    #[test]
    fn only_a_stand_in_on_this_machine_goes_without_encryption() {
        assert!(api("http://127.0.0.1:9100").is_some());
        assert!(api("http://[::1]:9100").is_some());
        assert!(api("http://localhost:9100").is_some());
        for base in [
            "http://portal.example.com",
            "http://localhost.example.com",
            "ftp://127.0.0.1",
        ] {
            assert_eq!(api(base), None, "{base}");
        }
    }

    #[test]
    fn everything_wrong_is_reported_at_once_and_nothing_is_quoted() {
        for base in [
            "portal.example.com",
            "https://user:hunter2@portal.example.com",
            "https://portal.example.com?key=hunter2",
            "https://portal.example.com#hunter2",
        ] {
            let error = config(base, "hunter2 hunter2").unwrap_err();
            let settings: Vec<&str> = error.problems().iter().map(|p| p.setting).collect();
            assert_eq!(settings, ["base_url", "api_key"], "{base}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
        let error = config("https://portal.example.com", "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "configure Grow CRM: api_key must be a key without spaces"
        );
    }

    #[test]
    fn debug_output_keeps_the_key() {
        let settings = Settings {
            base_url: "https://portal.example.com".to_owned(),
            api_key: "key-1".into(),
        };
        let shown = format!("{:?} {settings:?}", Config::new(&settings).unwrap());
        assert!(!shown.contains("key-1"), "{shown}");
    }
}
