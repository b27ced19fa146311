//! The part of the address that names the release an instance runs.

use std::fmt;

/// A codebase such as `v2025_1/`: one path segment and a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Codebase(String);

impl Codebase {
    /// Reads a codebase with or without its slash. Anything but one plain path segment is none: the
    /// text comes from an unauthenticated answer and becomes part of an address.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let name = text.strip_suffix('/').unwrap_or(text);
        let is_plain = !name.is_empty()
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        is_plain.then(|| Self(format!("{name}/")))
    }
}

impl fmt::Display for Codebase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slash_is_optional_on_read_and_always_written() {
        for text in ["v4_6_release/", "v4_6_release"] {
            assert_eq!(Codebase::read(text).unwrap().to_string(), "v4_6_release/");
        }
    }

    #[test]
    fn what_would_lead_elsewhere_is_no_codebase() {
        for text in ["", "/", "../", "a/b/", "a?b", "a b", "//host/", "a%2Fb"] {
            assert_eq!(Codebase::read(text), None, "{text}");
        }
    }
}
