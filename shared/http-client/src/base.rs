//! What a configuration says about another system: whether credentials may go to its address, and whether they can be
//! sent at all.

use url::{Host, Url};

/// Reads the address that a client is configured with. It may have a path, but no user, query or fragment, and
/// credentials may go there.
#[must_use]
pub fn read_base(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (is_bare && is_safe(&url)).then_some(url)
}

/// Whether a secret may travel there. A stand-in on this machine needs no encryption.
#[must_use]
pub fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url))
}

/// Whether the host is this machine, by an address or the one name that always is.
#[must_use]
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether the text is visible ASCII without the given separators, as a key in a header must be.
#[must_use]
pub fn is_word(text: &str, separators: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() && !separators.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        read_base(text).map(String::from)
    }

    #[test]
    fn an_address_may_have_a_path_and_space_around_it() {
        for (text, expected) in [
            ("https://api.example.com", "https://api.example.com/"),
            (
                " https://example.com:8443/crm ",
                "https://example.com:8443/crm",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected));
        }
        assert_eq!(read(""), None);
        assert_eq!(read("api.example.com"), None);
    }

    #[test]
    fn what_an_address_must_not_have_is_refused() {
        for text in [
            "https://user@api.example.com",
            "https://:hunter2@api.example.com",
            "https://api.example.com/?a=b",
            "https://api.example.com/#a",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_stand_in_on_this_machine_goes_without_encryption() {
        for text in [
            "http://127.0.0.1:9100",
            "http://[::1]:9100",
            "http://localhost:9100",
        ] {
            assert!(read(text).is_some(), "{text}");
        }
        for text in [
            "http://api.example.com",
            "http://localhost.example.com",
            "http://192.168.0.1",
            "ftp://127.0.0.1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_is_visible_and_without_separators() {
        assert!(is_word("AbC-123/=", ""));
        assert!(!is_word("a:b", "+:"));
        for text in ["", " ", "a b", "a\nb", "ключ"] {
            assert!(!is_word(text, ""), "{text:?}");
        }
    }
}
