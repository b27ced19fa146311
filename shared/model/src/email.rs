//! Email addresses, normalized on construction.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A syntactically valid address, trimmed and in lower case. Two equal addresses reach one mailbox
/// as far as spelling can tell.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is not an address. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// There is not exactly one `@` with something on both sides.
    #[error("read an email address: it needs one @ between a name and a domain")]
    Shape,
    /// The part before the `@` holds characters no mailbox has, or is too long.
    #[error("read an email address: the name before the @ is not valid")]
    Local,
    /// The part after the `@` is no domain name with at least two labels.
    #[error("read an email address: the domain is not valid")]
    Domain,
}

impl Email {
    /// The address, for comparing, sending and printing to an operator.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address without a `+tag`: the mailbox that really receives the mail.
    #[must_use]
    pub fn mailbox(&self) -> Self {
        match self.local().split_once('+') {
            Some((name, _)) if !name.is_empty() => Self(format!("{name}@{}", self.domain())),
            _ => self.clone(),
        }
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@').ok_or(EmailError::Shape)?;
        if local.is_empty() || domain.is_empty() || domain.contains('@') {
            return Err(EmailError::Shape);
        }
        let local_ok = local.chars().count() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(|c| {
                matches!(c, '!' | '#'..='\'' | '*' | '+' | '-'..='9' | '=' | '?' | '^'..='~')
                    || (!c.is_ascii() && c.is_alphanumeric())
            });
        if !local_ok {
            return Err(EmailError::Local);
        }
        let labels: Vec<&str> = domain.split('.').collect();
        let domain_ok = labels.len() >= 2
            && domain.len() <= 253
            && labels.iter().all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c == '-' || c.is_alphanumeric())
            })
            && labels
                .last()
                .is_some_and(|top| !top.chars().all(|c| c.is_ascii_digit()));
        if domain_ok {
            Ok(Self(text))
        } else {
            Err(EmailError::Domain)
        }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_space_around_do_not_matter() {
        let a: Email = " Ada.L@Example.COM ".parse().unwrap();
        assert_eq!(a.reveal(), "ada.l@example.com");
        assert_eq!((a.local(), a.domain()), ("ada.l", "example.com"));
    }

    #[test]
    fn a_plus_tag_reaches_the_same_mailbox() {
        let tagged: Email = "ada+psa@example.com".parse().unwrap();
        assert_eq!(tagged.mailbox().reveal(), "ada@example.com");
        let odd: Email = "+ada@example.com".parse().unwrap();
        assert_eq!(odd.mailbox(), odd);
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for (text, error) in [
            ("", EmailError::Shape),
            ("ada", EmailError::Shape),
            ("@example.com", EmailError::Shape),
            ("a@b@example.com", EmailError::Shape),
            ("ada l@example.com", EmailError::Local),
            (".ada@example.com", EmailError::Local),
            ("a..b@example.com", EmailError::Local),
            ("ada@localhost", EmailError::Domain),
            ("ada@-x.example", EmailError::Domain),
            ("ada@10.0.0.1", EmailError::Domain),
            ("ada@example.com.", EmailError::Domain),
        ] {
            assert_eq!(text.parse::<Email>(), Err(error), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_whole_world_are_accepted() {
        for text in ["renée@exämple.example", "o'neil@x.example", "a_b-c@x.co.uk"] {
            assert!(text.parse::<Email>().is_ok(), "{text}");
        }
    }
}
