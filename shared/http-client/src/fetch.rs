//! Reading one small document from a host that somebody else named.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address::is_public;
use crate::error::Error;
use crate::redact;
use crate::request::Request;
use crate::transport::{Answer, Limits, Transport};

/// What a fetch may take, and where it may go.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// From the start to the last byte.
    pub timeout: Duration,
    /// The longest body accepted.
    pub max_bytes: usize,
    /// The hosts that may be asked.
    pub reach: Reach,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(2),
            max_bytes: 64 * 1024,
            reach: Reach::PublicHttps,
        }
    }
}

/// Where a [`Fetcher`] may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Encrypted, and only to public addresses (see [`is_public`]).
    PublicHttps,
    /// Anywhere, also unencrypted: for stand-ins on this machine.
    Anywhere,
}

/// Fetches without trusting the address: once, without credentials, redirects or a proxy, and never from the
/// inside of the own network.
///
/// Which hosts are the right ones is for the caller to know; this only makes sure that a wrong one can do
/// little harm. The addresses checked are the ones connected to, so a name cannot change its meaning in between.
/// Errors name the host alone, because the rest of the address may be a secret.
#[derive(Clone)]
pub struct Fetcher {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Transport,
    reach: Reach,
}

/// A fetched document. Its `Debug` output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct FetchedBody {
    /// The status.
    pub status: StatusCode,
    /// The whole body.
    pub body: Vec<u8>,
}

impl fmt::Debug for FetchedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedBody")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl Fetcher {
    /// A fetcher with these limits. Making one is cheap.
    #[must_use]
    pub fn new(limits: FetchLimits) -> Self {
        let resolver: Option<Arc<dyn Resolve>> = match limits.reach {
            Reach::PublicHttps => Some(Arc::new(PublicResolver)),
            Reach::Anywhere => None,
        };
        let transport_limits = Limits {
            timeout: limits.timeout,
            connect_timeout: limits.timeout,
            max_body_bytes: limits.max_bytes,
        };
        Self {
            shared: Arc::new(Shared {
                transport: Transport::new(transport_limits, resolver),
                reach: limits.reach,
            }),
        }
    }

    /// Fetches a document, with whatever status it comes.
    pub async fn fetch(&self, url: &Url) -> Result<FetchedBody, Error> {
        let host = redact::host(url);
        if let Err(reason) = check(url, self.shared.reach) {
            return Err(Error::Forbidden { host, reason });
        }
        let request = Request::get(url.clone());
        let Answer { status, body, .. } = self
            .shared
            .transport
            .exchange(&request, &host)
            .await
            .map_err(reveal_refusal)?;
        Ok(FetchedBody { status, body })
    }
}

/// What can be seen in the address itself. A host that is an address is never resolved, so it is judged here.
fn check(url: &Url, reach: Reach) -> Result<(), &'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address holds credentials");
    }
    if reach == Reach::Anywhere {
        return Ok(());
    }
    if url.scheme() != "https" {
        return Err("the address is not https");
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err("the address has no host"),
    };
    if is_public(literal) {
        Ok(())
    } else {
        Err(NOT_PUBLIC)
    }
}

const NOT_PUBLIC: &str = "the host is not on the public internet";

/// Resolves names, and refuses a name with any address that is not public.
struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in place by the connector.
            let addresses: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if addresses.iter().all(|address| is_public(address.ip())) {
                Ok(Box::new(addresses.into_iter()) as Addrs)
            } else {
                Err(NotPublic.into())
            }
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("resolve the name: {NOT_PUBLIC}")]
struct NotPublic;

/// Brings the resolver's refusal up from below the layers of connecting, where it looks like a transient fault.
fn reveal_refusal(error: Error) -> Error {
    let Error::Unreachable { endpoint, source } = error else {
        return error;
    };
    let refused = std::iter::successors(source.source(), |error| error.source())
        .any(|error| error.is::<NotPublic>());
    if refused {
        Error::Forbidden {
            host: endpoint,
            reason: NOT_PUBLIC,
        }
    } else {
        Error::Unreachable { endpoint, source }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    async fn refusal(address: &str) -> &'static str {
        let fetcher = Fetcher::new(FetchLimits::default());
        match fetcher.fetch(&url(address)).await {
            Err(Error::Forbidden { reason, .. }) => reason,
            other => panic!("{address}: {other:?}"),
        }
    }

    /// A fetcher for the stand-in below, which is neither public nor encrypted.
    fn local(max_bytes: usize) -> Fetcher {
        Fetcher::new(FetchLimits {
            timeout: Duration::from_secs(10),
            max_bytes,
            reach: Reach::Anywhere,
        })
    }

    async fn serving(template: ResponseTemplate) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/key/1"))
            .respond_with(template)
            .expect(1)
            .mount(&server)
            .await;
        server
    }

    #[tokio::test]
    async fn an_unencrypted_address_is_refused() {
        let reason = refusal("http://example.com/").await;
        assert_eq!(reason, "the address is not https");
    }

    #[tokio::test]
    async fn credentials_are_refused_everywhere() {
        let reason = refusal("https://user:secret@example.com/").await;
        assert_eq!(reason, "the address holds credentials");
        let result = local(64).fetch(&url("http://user@127.0.0.1/")).await;
        assert!(matches!(result, Err(Error::Forbidden { .. })), "{result:?}");
    }

    #[tokio::test]
    async fn an_address_of_the_inside_is_refused_in_every_spelling() {
        for address in [
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00:ec2::254]/",
        ] {
            assert_eq!(refusal(address).await, NOT_PUBLIC);
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_the_inside_is_refused_before_connecting() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let reason = refusal(&format!("https://localhost:{port}/")).await;
        assert_eq!(reason, NOT_PUBLIC);
        let visitor = listener.accept().unwrap_err();
        assert_eq!(visitor.kind(), std::io::ErrorKind::WouldBlock);
    }

    #[tokio::test]
    async fn a_document_is_fetched_with_its_status() {
        let server = serving(ResponseTemplate::new(404).set_body_string("no such key")).await;
        let address = url(&format!("{}/key/1", server.uri()));
        let fetched = local(64).fetch(&address).await.unwrap();
        assert_eq!(fetched.status, StatusCode::NOT_FOUND);
        assert_eq!(fetched.body, b"no such key");
        let shown = format!("{fetched:?}");
        assert_eq!(shown, "FetchedBody { status: 404, body_bytes: 11 }");
        let requests = server.received_requests().await.unwrap();
        assert!(!requests[0].headers.contains_key("authorization"));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let elsewhere = ResponseTemplate::new(302).insert_header("Location", "/elsewhere");
        let server = serving(elsewhere).await;
        let address = url(&format!("{}/key/1", server.uri()));
        let fetched = local(64).fetch(&address).await.unwrap();
        assert_eq!(fetched.status, StatusCode::FOUND);
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_long_document_is_refused_without_telling_the_path() {
        let server = serving(ResponseTemplate::new(200).set_body_string("x".repeat(65))).await;
        let address = url(&format!("{}/key/1", server.uri()));
        let error = local(64).fetch(&address).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::TooLarge {
                    limit_bytes: 64,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("key"));
    }
}
