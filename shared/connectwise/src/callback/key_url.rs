//! The address of a signing key: named by whoever sent the body, and so not to be trusted.

use std::collections::BTreeSet;
use std::fmt;

use http_client::Url;

use super::BindingError;

/// The suffixes under which the PSA's vendor owns every name, so that a site and its `api-` form are one tenant.
const CLOUDS: [&str; 2] = [".myconnectwise.net", ".connectwisedev.com"];

const KEY_PATH: &str = "/system/callbackkey/";

const LONGEST: usize = 2048;

/// The address of a key that belongs to the tenant. Only [`Tenant::bind`](super::Tenant::bind) makes one.
///
/// It is as good as a secret, because it opens the key without credentials: its `Debug` output does not show it.
/// Whole addresses are compared, so it is what keys are cached by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoundKeyUrl(Url);

impl BoundKeyUrl {
    /// The address, for whoever fetches it.
    #[must_use]
    pub fn reveal(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for BoundKeyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoundKeyUrl(‹private›)")
    }
}

/// A host with its port, if it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    host: String,
    port: Option<u16>,
}

impl Origin {
    pub(super) fn of(url: &Url) -> Option<Self> {
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port(),
        })
    }

    /// This origin, and in the cloud also the same site with and without `api-`.
    pub(super) fn spellings(self) -> Vec<Self> {
        if self.port.is_some() || !CLOUDS.iter().any(|cloud| self.host.ends_with(cloud)) {
            return vec![self];
        }
        let site = self.host.strip_prefix("api-").unwrap_or(&self.host);
        [site.to_owned(), format!("api-{site}")]
            .map(|host| Self { host, port: None })
            .to_vec()
    }
}

/// Takes a key URL if it is written plainly, leads to one of the origins, to a key, and to this login company's.
pub(super) fn bind(
    text: &str,
    origins: &BTreeSet<Origin>,
    login_company: &str,
) -> Result<BoundKeyUrl, BindingError> {
    let url = plain(text).ok_or(BindingError::KeyUrl)?;
    if !Origin::of(&url).is_some_and(|origin| origins.contains(&origin)) {
        return Err(BindingError::KeyHost);
    }
    if !url.path().contains(KEY_PATH) {
        return Err(BindingError::KeyPath);
    }
    // The PSA's server compares the names of parameters without their case.
    let mut companies = url
        .query_pairs()
        .filter(|(name, _)| name.eq_ignore_ascii_case("companyName"));
    match (companies.next(), companies.next()) {
        (Some((_, company)), None) if company == login_company => {}
        _ => return Err(BindingError::KeyCompany),
    }
    Ok(BoundKeyUrl(url))
}

/// Parses a URL that means the same to every parser: no credentials, no fragment, no encoded or foreign characters
/// before the query, nothing for a parser to tidy up, and no names of parameters that a server could take for others.
fn plain(text: &str) -> Option<Url> {
    if text.len() > LONGEST {
        return None;
    }
    let (scheme, rest) = text.split_at_checked("https://".len())?;
    let (authority, tail) = rest.split_at(rest.find('/')?);
    let (path, query) = tail.split_once('?')?;
    let spelled_out = scheme.eq_ignore_ascii_case("https://")
        && consists_of(authority, b".-:")
        && consists_of(path, b"/._~-")
        && consists_of(query, b"._~-=&%+");
    if !spelled_out {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let untouched = url.path() == path && url.query() == Some(query);
    let mut names = url.query_pairs().map(|(name, _)| name);
    (untouched && names.all(|name| consists_of(&name, b"_-"))).then_some(url)
}

fn consists_of(text: &str, punctuation: &[u8]) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/v2025_1//system/callbackkey/index.rails";
    const GENUINE: &str = "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=northwindmsp&id=3b7e2f5a";

    fn origins(sites: &[&str]) -> BTreeSet<Origin> {
        let urls = sites.iter().map(|site| Url::parse(site).unwrap());
        urls.flat_map(|url| Origin::of(&url).unwrap().spellings())
            .collect()
    }

    fn check(text: &str) -> Result<BoundKeyUrl, BindingError> {
        let origins = origins(&[
            "https://na.myconnectwise.net",
            "https://psa.example.net:8443",
        ]);
        bind(text, &origins, "northwindmsp")
    }

    fn at(host: &str) -> String {
        GENUINE.replace("na.myconnectwise.net", host)
    }

    fn asking(query: &str) -> String {
        format!("https://na.myconnectwise.net{PATH}?{query}")
    }

    fn refused(expected: BindingError, urls: impl IntoIterator<Item = impl AsRef<str>>) {
        for url in urls {
            let url = url.as_ref();
            assert_eq!(check(url).unwrap_err(), expected, "{url}");
        }
    }

    #[test]
    fn nothing_is_not_a_key_url() {
        refused(BindingError::KeyUrl, ["", "https://", "/", "?"]);
    }

    #[test]
    fn a_genuine_key_url_is_bound_as_it_stands_and_not_shown() {
        let bound = check(GENUINE).unwrap();
        assert_eq!(bound.reveal().as_str(), GENUINE);
        assert_eq!(format!("{bound:?}"), "BoundKeyUrl(‹private›)");
        assert_ne!(bound, check(&GENUINE.replace("3b7e", "3b7f")).unwrap());
    }

    #[test]
    fn harmless_spellings_are_accepted() {
        for url in [
            at("api-na.myconnectwise.net"),
            at("NA.MyConnectWise.NET"),
            at("na.myconnectwise.net:443"),
            at("psa.example.net:8443"),
            GENUINE.replace("https", "HTTPS"),
            asking("companyName=northwindmsp"),
            asking("id=1&companyName=northwindmsp"),
            asking("CompanyName=northwindmsp&id=1"),
            asking("companyName=north%77indmsp"),
        ] {
            check(&url).unwrap();
        }
    }

    #[test]
    fn the_api_form_belongs_to_the_cloud_alone() {
        let both = origins(&["https://api-eu.myconnectwise.net"]);
        assert_eq!(both, origins(&["https://eu.myconnectwise.net"]));
        assert_eq!(origins(&["https://psa.example.net"]).len(), 1);
        assert_eq!(origins(&["https://myconnectwise.net"]).len(), 1);
        assert_eq!(origins(&["https://evilmyconnectwise.net"]).len(), 1);
    }

    #[test]
    fn another_scheme_is_refused() {
        refused(
            BindingError::KeyUrl,
            [
                GENUINE.replace("https", "http"),
                GENUINE.replace("https", "ftp"),
                GENUINE.replace("https://", "https:"),
                GENUINE.replace("https://", "https:/"),
                GENUINE.replace("https://", "https:///"),
                GENUINE.replace("https://", "//"),
                GENUINE.replace("https://", r"https:\\"),
                format!(" {GENUINE}"),
                format!("file:///etc/passwd?{GENUINE}"),
            ],
        );
    }

    #[test]
    fn another_host_is_refused() {
        refused(
            BindingError::KeyHost,
            [
                "eu.myconnectwise.net",
                "api-eu.myconnectwise.net",
                "sandbox-na.myconnectwise.net",
                "myconnectwise.net",
                "evil.example",
                "na.myconnectwise.net.evil.example",
                "evil-na.myconnectwise.net",
                "na.myconnectwise.net.",
                "api-api-na.myconnectwise.net",
                "xn--na-yka.myconnectwise.net",
                "api-psa.example.net:8443",
                "psa.example.net",
                "na.myconnectwise.net:8443",
                "na.myconnectwise.net:80",
                "127.0.0.1",
                "127.1",
                "2130706433",
                "0x7f.1",
                "169.254.169.254",
                "localhost",
            ]
            .map(at),
        );
    }

    #[test]
    fn a_host_that_is_not_spelled_out_is_refused() {
        refused(
            BindingError::KeyUrl,
            [
                "user@na.myconnectwise.net",
                "user:password@na.myconnectwise.net",
                "na.myconnectwise.net@evil.example",
                r"na.myconnectwise.net\@evil.example",
                r"evil.example\.na.myconnectwise.net",
                "n%61.myconnectwise.net",
                "na.myconnectwise.net%2eevil.example",
                "na.myconnectwise.net%00.evil.example",
                "ｎａ.myconnectwise.net",
                "nа.myconnectwise.net",
                "na。myconnectwise.net",
                "na\u{ad}.myconnectwise.net",
                "na\t.myconnectwise.net",
                "na\n.myconnectwise.net",
                "na.myconnectwise.net evil.example",
                "na.myconnectwise.net:99999",
                "na.myconnectwise.net:4:4",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "na.myconnectwise.net#.evil.example",
                "evil.example?.na.myconnectwise.net",
            ]
            .map(at),
        );
    }

    #[test]
    fn another_path_is_refused() {
        refused(
            BindingError::KeyPath,
            [
                "/",
                "/v2025_1/apis/3.0/system/info",
                "/v2025_1/system/callbackkey",
                "/v2025_1/system/callbackkeys/index.rails",
                "/v2025_1/SYSTEM/CALLBACKKEY/index.rails",
            ]
            .map(|path| GENUINE.replace(PATH, path)),
        );
    }

    #[test]
    fn a_path_that_parsers_and_servers_may_read_differently_is_refused() {
        refused(
            BindingError::KeyUrl,
            [
                "",
                "/system/callbackkey/../../evil",
                "/a/../system/callbackkey/index.rails",
                "/system/callbackkey/./index.rails",
                "/system/callbackkey/%2e%2e/evil",
                "/system/callbackkey/..%2f..%2fevil",
                "/system%2fcallbackkey/index.rails",
                "/%73ystem/callbackkey/index.rails",
                r"/evil\system/callbackkey/index.rails",
                "/system/callbackkey/index.rails;x=1",
                "/system/callbackkey/index.rails#",
                "/system/callbackkey/é",
            ]
            .map(|path| GENUINE.replace(PATH, path)),
        );
        refused(
            BindingError::KeyUrl,
            [format!("https://na.myconnectwise.net{PATH}")],
        );
        refused(BindingError::KeyUrl, [format!("{GENUINE}#fragment")]);
        refused(
            BindingError::KeyUrl,
            [format!("{GENUINE}{}", "0".repeat(LONGEST))],
        );
    }

    #[test]
    fn a_key_of_another_login_company_is_refused() {
        refused(
            BindingError::KeyCompany,
            [
                "",
                "id=1",
                "companyName=",
                "companyName=southwindmsp",
                "companyName=NorthwindMSP",
                "companyName=northwindmsp+",
                "companyName=northwindmsp%00",
                "companyName=northwindmsp%26x",
                "companyName=northwindmsp&companyName=northwindmsp",
                "companyName=northwindmsp&companyName=evil",
                "companyName=evil&companyName=northwindmsp",
                "companyName=northwindmsp&COMPANYNAME=evil",
                "companyName=northwindmsp&company%4eame=evil",
                "xcompanyName=northwindmsp",
                "id=companyName=northwindmsp",
            ]
            .map(asking),
        );
    }

    #[test]
    fn parameters_that_a_server_may_read_differently_are_refused() {
        refused(
            BindingError::KeyUrl,
            [
                "companyName=northwindmsp;companyName=evil",
                "companyName=northwindmsp&companyName[]=evil",
                "companyName=northwindmsp&companyName%5B%5D=evil",
                "companyName=northwindmsp&companyName%00=evil",
                "companyName=northwindmsp&companyName%20=evil",
                "companyName=northwindmsp&+companyName=evil",
                "companyName=northwindmsp&url=https://evil.example",
                "companyName=northwindmsp&x='",
                "companyName=northwindmsp?companyName=evil",
                "companyName=nоrthwindmsp",
            ]
            .map(asking),
        );
    }
}
