//! Whether the PSA's registry of callbacks is as we want it: one entry for contacts and one for companies, to our
//! address, and nothing else there.

use std::fmt;

use http_client::{Url, is_safe};
use model::Private;
use url::Position;

use crate::callbacks::{
    CallbackEntry, CallbackType, LEVEL, NewCallback, OBJECT_ID, PAYLOAD_VERSION,
};
use crate::client::{Reader, Writer};
use crate::error::Error;

/// What we want to be told about.
const WANTED: [CallbackType; 2] = [CallbackType::Contact, CallbackType::Company];

/// The PSA appends the record's id to it.
const QUERY: &str = "recordId=";

/// What people read about our entries in the PSA.
const DESCRIPTION: &str = "Rollcall";

/// So much of a token is shown, to tell two apart.
const SHOWN: usize = 4;

/// Where callbacks go: below an address that is ours alone, to a path that only the tenant's PSA knows.
///
/// Its `Debug` output does not show the path.
#[derive(Clone)]
pub struct CallbackAddress {
    below: Url,
    endpoint: Url,
}

/// An address that callbacks cannot go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// It must be encrypted, and a token must fit behind it.
    #[error("use an address for callbacks: it is no https address with a path that ends in /")]
    Base,
    /// It would be spelled otherwise in a path.
    #[error("use a token for callbacks: it is not made of letters, digits, -, . and _")]
    Token,
}

/// The entries that send to us, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// Each entry of ours, in the order of their ids.
    pub entries: Vec<(CallbackEntry, Standing)>,
    /// What no entry tells us about, not even one that can be repaired.
    pub missing: Vec<CallbackType>,
}

/// What there is to say about an entry of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is as it should be.
    Right,
    /// It is the right one, but for these.
    Flawed(Vec<Flaw>),
    /// It is not what we want, and another entry does its work or should.
    Stray(Stray),
}

/// What is wrong with an entry and can be set right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is switched off.
    Inactive,
    /// It keeps back what the member does who made it.
    SelfSuppressed,
    /// It sends bodies of another version.
    PayloadVersion,
}

/// Why an entry is not what we want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// Its path is not the one the receiver knows.
    Path,
    /// The record's id does not land where it should.
    Query,
    /// It is about records that are none of our business.
    Type,
    /// It is about some records of the type only.
    Level,
}

impl CallbackAddress {
    /// The address of the tenant with this token, where everything that begins with `base` is ours.
    pub fn new(base: &str, token: &str) -> Result<Self, InvalidAddress> {
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if token.is_empty() || !token.bytes().all(is_unreserved) {
            return Err(InvalidAddress::Token);
        }
        let below = Url::parse(base).ok().filter(|url| {
            let is_bare = url.query().is_none() && url.fragment().is_none();
            let is_anonymous = url.username().is_empty() && url.password().is_none();
            is_safe(url) && is_bare && is_anonymous && url.path().ends_with('/')
        });
        let below = below.ok_or(InvalidAddress::Base)?;
        let endpoint = below.join(token).map_err(|_| InvalidAddress::Token)?;
        Ok(Self { below, endpoint })
    }

    /// Where callbacks are posted. Whoever knows it can post there, too: not to be printed.
    #[must_use]
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// What the PSA is told.
    #[must_use]
    pub fn registered(&self) -> Private {
        format!("{}?{QUERY}", self.endpoint).into()
    }

    /// An address of ours as it may be printed: of the token, the beginning.
    #[must_use]
    pub fn shown(&self, address: &Private) -> String {
        let base = self.below.as_str();
        let Some(rest) = address.reveal().strip_prefix(base) else {
            return format!("{base}…");
        };
        let (token, query) = match rest.split_once('?') {
            Some((token, query)) => (token, query),
            None => (rest, ""),
        };
        let start: String = token
            .chars()
            .take(SHOWN.min(token.chars().count() / 2))
            .collect();
        let query = match query {
            QUERY => "?recordId=",
            "" => "",
            _ => "?…",
        };
        format!("{base}{start}…{query}")
    }

    fn is_ours(&self, entry: &CallbackEntry) -> bool {
        Url::parse(entry.url.reveal()).is_ok_and(|url| {
            url.origin() == self.below.origin() && url.path().starts_with(self.below.path())
        })
    }

    fn standing(&self, entry: &CallbackEntry) -> Standing {
        let url = Url::parse(entry.url.reveal());
        if !url.is_ok_and(|url| url.path() == self.endpoint.path()) {
            return Standing::Stray(Stray::Path);
        }
        if entry.url != self.registered() {
            return Standing::Stray(Stray::Query);
        }
        if !WANTED.contains(&entry.callback_type) {
            return Standing::Stray(Stray::Type);
        }
        if entry.level != LEVEL || entry.object_id.is_some_and(|id| id != OBJECT_ID) {
            return Standing::Stray(Stray::Level);
        }
        match flaws(entry) {
            flaws if flaws.is_empty() => Standing::Right,
            flaws => Standing::Flawed(flaws),
        }
    }
}

/// What is wrong with an entry that is the right one.
pub(crate) fn flaws(entry: &CallbackEntry) -> Vec<Flaw> {
    let version = entry.payload_version.as_deref();
    let flaws = [
        (!entry.active, Flaw::Inactive),
        (entry.self_suppressed, Flaw::SelfSuppressed),
        (
            version.is_some_and(|version| version != PAYLOAD_VERSION),
            Flaw::PayloadVersion,
        ),
    ];
    let present = flaws.into_iter().filter(|(present, _)| *present);
    present.map(|(_, flaw)| flaw).collect()
}

impl Registry {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let all_right = |(_, standing): &(_, _)| *standing == Standing::Right;
        self.missing.is_empty() && self.entries.iter().all(all_right)
    }

    fn of(entries: Vec<CallbackEntry>, address: &CallbackAddress) -> Self {
        let ours = entries.into_iter().filter(|entry| address.is_ours(entry));
        let mut entries: Vec<(CallbackEntry, Standing)> = ours
            .map(|entry| {
                let standing = address.standing(&entry);
                (entry, standing)
            })
            .collect();
        entries.sort_by_key(|(entry, _)| entry.id);
        let is_told = |wanted: &CallbackType| {
            let does = |(entry, standing): &(CallbackEntry, Standing)| {
                entry.callback_type == *wanted && !matches!(standing, Standing::Stray(_))
            };
            entries.iter().any(does)
        };
        let missing = WANTED
            .into_iter()
            .filter(|wanted| !is_told(wanted))
            .collect();
        Self { entries, missing }
    }
}

impl Reader {
    /// The entries that send to an address of ours, and what is missing among them. Entries of others are left out.
    pub async fn registry(&self, address: &CallbackAddress) -> Result<Registry, Error> {
        let host = &address.below[Position::BeforeHost..Position::AfterPort];
        Ok(Registry::of(self.callbacks(host).await?, address))
    }
}

impl Writer {
    /// Makes the entry that tells us about records of a type.
    pub async fn register_callback(
        &self,
        address: &CallbackAddress,
        callback_type: CallbackType,
    ) -> Result<CallbackEntry, Error> {
        self.create_callback(&NewCallback {
            description: DESCRIPTION.to_owned(),
            url: address.registered(),
            callback_type,
        })
        .await
    }
}

impl fmt::Debug for CallbackAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackAddress")
            .field("below", &self.below.as_str())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inactive => {
                "it is switched off, by somebody or by the PSA, which does so after three days of failures"
            }
            Self::SelfSuppressed => {
                "it keeps back the changes of the member who made it, and those of other tools with that member"
            }
            Self::PayloadVersion => "it sends bodies of another version than 3.0.0",
        })
    }
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => {
                "it sends to a path that the receiver does not know (any more), so all it sends is refused"
            }
            Self::Query => "its address does not end in ?recordId=",
            Self::Type => "it is about records that are none of our business",
            Self::Level => "it is about some records of its type only: its level is not owner",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::callbacks::CallbackId;
    use crate::testing::{reader, sent, serve, writer};

    const BASE: &str = "https://hooks.example.net/cw/";
    const TOKEN: &str = "t-7f3a0123456789abcdefg";

    fn address() -> CallbackAddress {
        CallbackAddress::new(BASE, TOKEN).unwrap()
    }

    fn entry(id: u32, callback_type: CallbackType) -> CallbackEntry {
        CallbackEntry {
            id: CallbackId::new(id),
            description: String::new(),
            url: address().registered(),
            callback_type,
            level: "owner".to_owned(),
            object_id: Some(1),
            active: true,
            self_suppressed: false,
            member: None,
            payload_version: Some("3.0.0".to_owned()),
        }
    }

    fn contact() -> CallbackEntry {
        entry(318, CallbackType::Contact)
    }

    fn standing_of(entry: CallbackEntry) -> Standing {
        let registry = Registry::of(vec![entry], &address());
        registry.entries[0].1.clone()
    }

    #[test]
    fn in_an_empty_registry_both_are_missing() {
        let registry = Registry::of(Vec::new(), &address());
        assert_eq!(registry.missing, WANTED);
        assert!(!registry.is_right());
    }

    #[test]
    fn one_entry_for_each_is_right() {
        let both = vec![entry(319, CallbackType::Company), contact()];
        let registry = Registry::of(both, &address());
        assert!(registry.is_right());
        assert_eq!(registry.entries[0].0.id, CallbackId::new(318));
    }

    #[test]
    fn each_deviation_is_told_apart() {
        let url = |text: &str| Private::from(format!("{BASE}{text}"));
        for (deviating, stray) in [
            (
                CallbackEntry {
                    url: url("t-old?recordId="),
                    ..contact()
                },
                Stray::Path,
            ),
            (
                CallbackEntry {
                    url: url(TOKEN),
                    ..contact()
                },
                Stray::Query,
            ),
            (
                entry(1, CallbackType::Other("ticket".to_owned())),
                Stray::Type,
            ),
            (
                CallbackEntry {
                    level: "company".to_owned(),
                    object_id: Some(812),
                    ..contact()
                },
                Stray::Level,
            ),
        ] {
            assert_eq!(standing_of(deviating), Standing::Stray(stray));
        }
        let flawed = CallbackEntry {
            active: false,
            self_suppressed: true,
            payload_version: Some("1.0.0".to_owned()),
            ..contact()
        };
        let flaws = vec![Flaw::Inactive, Flaw::SelfSuppressed, Flaw::PayloadVersion];
        assert_eq!(standing_of(flawed), Standing::Flawed(flaws));
    }

    #[test]
    fn what_can_be_repaired_is_not_missing_and_what_strays_is() {
        let off = CallbackEntry {
            active: false,
            ..contact()
        };
        let some = CallbackEntry {
            level: "status".to_owned(),
            ..entry(319, CallbackType::Company)
        };
        let registry = Registry::of(vec![off, some], &address());
        assert_eq!(registry.missing, [CallbackType::Company]);
    }

    #[test]
    fn entries_of_others_are_nobodys_business() {
        let others = [
            "https://hooks.example.net/other/t?recordId=",
            "https://hooks.example.net:8443/cw/t?recordId=",
            "http://hooks.example.net/cw/t?recordId=",
            "https://hooks.example.net.evil.example/cw/t",
            "hooks.example.net/cw/",
        ];
        let others = others.map(|url| CallbackEntry {
            url: url.into(),
            ..contact()
        });
        let registry = Registry::of(others.to_vec(), &address());
        assert_eq!(registry.entries, []);
    }

    #[test]
    fn only_an_encrypted_address_with_a_plain_token_is_taken() {
        for base in [
            "http://hooks.example.net/cw/",
            "https://hooks.example.net/cw",
            "https://hooks.example.net/cw/?a=",
            "https://me:pass@hooks.example.net/cw/",
            "cw/",
        ] {
            let error = CallbackAddress::new(base, TOKEN).unwrap_err();
            assert_eq!(error, InvalidAddress::Base, "{base}");
        }
        for token in ["", "a/b", "a?b", "é", "a b"] {
            let error = CallbackAddress::new(BASE, token).unwrap_err();
            assert_eq!(error, InvalidAddress::Token, "{token}");
        }
        assert!(CallbackAddress::new("http://127.0.0.1:9000/cw/", TOKEN).is_ok());
    }

    #[test]
    fn of_a_token_only_the_beginning_is_shown() {
        let address = address();
        let shown = |text: &str| address.shown(&Private::from(text));
        let registered = address.registered();
        assert_eq!(
            address.shown(&registered),
            "https://hooks.example.net/cw/t-7f…?recordId="
        );
        assert_eq!(
            shown("https://hooks.example.net/cw/ab?x=1"),
            format!("{BASE}a…?…")
        );
        assert_eq!(
            shown("https://elsewhere.example/secret"),
            format!("{BASE}…")
        );
        assert!(!format!("{address:?}").contains("7f3a"));
    }

    #[tokio::test]
    async fn the_registry_is_asked_by_host_and_an_entry_made_as_documented() {
        let server = MockServer::start().await;
        let list = crate::testing::json(200, "[]");
        serve(&server, "GET system/callbacks", list).await;
        let body = json!({"id": 318, "url": address().registered(), "objectId": 1, "type": "contact",
            "level": "owner", "inactiveFlag": false});
        let answer = crate::testing::json(201, &body.to_string());
        serve(&server, "POST system/callbacks", answer).await;
        let registry = reader(&server).registry(&address()).await.unwrap();
        assert_eq!(registry.entries, []);
        let made = writer(&server)
            .register_callback(&address(), CallbackType::Contact)
            .await;
        assert_eq!(made.unwrap().id, CallbackId::new(318));
        let sent = sent(&server).await;
        let made = sent.iter().find_map(|(_, body)| body.as_ref()).unwrap();
        assert_eq!(made["url"], json!(address().registered()));
        let requests = server.received_requests().await.unwrap();
        let query: Vec<_> = requests[0].url.query_pairs().collect();
        assert_eq!(query[0].1, r#"url contains "hooks.example.net""#);
    }
}
