//! Nobody in the samples and the documentation is real.

use super::{none, texts};

/// Where people are described: samples, documentation, the example tenant, tests.
const SHOWN: [&str; 5] = ["README.md", "docs", "events", "shared/sandbox", "tests"];

/// The email addresses in a text. It need not know what a valid one is, only miss none.
fn addresses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_local = |c: char| c.is_alphanumeric() || "._%+'-".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
    text.match_indices('@').filter_map(move |(at, _)| {
        let local = text[..at].rsplit(|c| !is_local(c)).next()?;
        let domain = text[at + 1..].split(|c| !is_domain(c)).next()?;
        let domain = domain.trim_end_matches(['.', '-']);
        let (_, top) = domain.rsplit_once('.')?;
        (!local.is_empty() && top.starts_with(char::is_alphabetic)).then_some((local, domain))
    })
}

/// Whether a domain is set aside for examples, so that it can belong to nobody.
fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    ["example", "example.com", "example.net", "example.org"]
        .iter()
        .any(|reserved| {
            domain
                .strip_suffix(reserved)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

#[test]
fn addresses_are_found_and_told_apart() {
    let text = "Zoë <zoë.o'neil+x@mail.Example.COM>, (b@harbor.example). c@myexample.com @d e@f";
    let found: Vec<(&str, &str)> = addresses(text).collect();
    assert_eq!(
        found,
        [
            ("zoë.o'neil+x", "mail.Example.COM"),
            ("b", "harbor.example"),
            ("c", "myexample.com"),
        ]
    );
    let reserved: Vec<bool> = found
        .iter()
        .map(|(_, domain)| is_reserved(domain))
        .collect();
    assert_eq!(reserved, [true, true, false]);
}

#[test]
fn every_address_shown_is_fictional() {
    let mut problems = Vec::new();
    for (file, text) in SHOWN.into_iter().flat_map(texts) {
        if file.ends_with("tidy/samples.rs") {
            continue;
        }
        for (local, domain) in addresses(&text) {
            if !is_reserved(domain) {
                problems.push(format!("{}: {local}@{domain}", file.display()));
            }
        }
    }
    none(&problems);
}
