//! What is wrong with the PSA, or with how we come to it.

use connectwise::{Error, ErrorKind, Reader};

use super::Trouble;
use crate::print::plural;

/// Whether the site is there and knows the login company.
pub(super) async fn site(reader: &Reader) -> Result<((), String), Trouble> {
    let host = reader
        .config()
        .site()
        .host_str()
        .unwrap_or_default()
        .to_owned();
    match reader.release().await {
        Ok(release) => Ok(((), format!("{host} runs {release}"))),
        Err(error) => {
            let remedy = match error.kind() {
                ErrorKind::Unauthorized => {
                    "the site does not know the login company: it may be of another region (na, eu, au, za: the \
                     parameter ConnectWiseSiteHost), or login_company in the secret is misspelt"
                        .to_owned()
                }
                _ => likely(&error),
            };
            Err(Trouble::new(error.to_string(), remedy))
        }
    }
}

/// Whether everything can be read that a visit has to read.
pub(super) async fn rights(reader: &Reader) -> Result<((), String), Trouble> {
    let rights = reader.rights().await;
    let all = rights.len();
    let refused: Vec<(String, Error)> = rights
        .into_iter()
        .filter_map(|right| Some((right.what, right.result.err()?)))
        .collect();
    let Some((_, first)) = refused.first() else {
        return Ok(((), format!("all {all} kinds of record can be read")));
    };
    let remedy = likely(first);
    let words = if refused.len() == all {
        format!("nothing can be read: {first}")
    } else {
        let names: Vec<&str> = refused.iter().map(|(what, _)| what.as_str()).collect();
        format!("some cannot be read: {} ({first})", names.join(", "))
    };
    Err(Trouble::new(words, remedy))
}

/// Whether contacts show their companies.
pub(super) async fn companies(reader: &Reader) -> Result<((), String), Trouble> {
    match reader.contacts_with_company().await {
        Ok((0, all)) if all > 0 => Err(Trouble::new(
            format!(
                "none of the first {} shows its company",
                plural(all, "contact")
            ),
            "the API member's role may see contacts but not companies: such contacts are left alone",
        )),
        Ok((with, all)) => Ok((
            (),
            format!("{with} of the first {all} contacts show theirs"),
        )),
        Err(error) => Err(Trouble::new(error.to_string(), likely(&error))),
    }
}

/// The likely cause of a failure, and what to do about it.
fn likely(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Unauthorized => {
            "public_key, private_key or login_company in the secret are wrong, the keys were revoked, or the site is \
             of another region"
        }
        ErrorKind::Forbidden => {
            "the API member's security role lacks the right to inquire all of these (or client_id is missing or not \
             known)"
        }
        ErrorKind::EndpointMissing | ErrorKind::NotFound { .. } => {
            "the site is of another region or no PSA; on the cloud, wrong keys may look like this, too"
        }
        ErrorKind::RateLimited { .. } => "too many requests are made; look again in a minute",
        ErrorKind::Unavailable { .. } | ErrorKind::AnswerLost => {
            "the PSA is down or out of reach from here: look at its status page, and at the site's spelling"
        }
        _ => "the PSA answers as its documentation does not say: is there a proxy in front of it?",
    }
    .to_owned()
}
