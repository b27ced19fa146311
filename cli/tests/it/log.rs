//! What is logged during a whole replay.

use std::collections::BTreeSet;
use std::fs;

use sandbox::{Kind, World};
use serde_json::Value;

use crate::program::Program;

/// Everything in the tenant that belongs to a person or is a secret.
fn secrets(world: &World) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for id in world.ids(Kind::Contact) {
        let contact = world.contact(id).unwrap();
        let text = |field: &str| contact[field].as_str().unwrap_or_default().to_owned();
        secrets.insert(format!("{} {}", text("firstName"), text("lastName")));
        for field in ["lastName", "title", "addressLine1", "birthDay"] {
            secrets.insert(text(field));
        }
        for item in contact["communicationItems"]
            .as_array()
            .into_iter()
            .flatten()
        {
            secrets.insert(item["value"].as_str().unwrap_or_default().to_owned());
        }
    }
    for id in world.ids(Kind::Note) {
        let note = world.get(Kind::Note, id).unwrap();
        secrets.insert(note["text"].as_str().unwrap_or_default().to_owned());
    }
    let credentials = world.credentials();
    secrets.extend([
        credentials.private_key,
        credentials.public_key,
        credentials.client_id,
    ]);
    secrets.extend([world.signing.current().to_owned(), "t-7f3a".to_owned()]);
    secrets.extend([
        "9f2c7d1e-3a4b-4c5d-8e6f-7a8b9c0d1e2f".to_owned(),
        "callbackkey".to_owned(),
    ]);
    // Words so short that an id or a field name could contain them.
    secrets.retain(|secret| secret.trim().len() >= 5);
    secrets
}

/// Whether a line has the text in it as whole words.
fn tells(line: &str, secret: &str) -> bool {
    line.match_indices(secret).any(|(at, _)| {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = line[..at].chars().next_back();
        let after = line[at + secret.len()..].chars().next();
        !is_word(before) && !is_word(after)
    })
}

#[test]
fn nothing_about_a_person_is_logged() {
    let program = Program::new();
    program.prints(&["replay", "events/"]);
    let log = fs::read_to_string(program.folder().join("log.jsonl")).unwrap();
    let world = fs::read_to_string(program.folder().join("sandbox.json")).unwrap();
    let mut secrets = secrets(&World::example());
    secrets.extend(self::secrets(&World::from_json(&world).unwrap()));

    let visits = log
        .lines()
        .filter(|line| line.contains("visited a company"))
        .count();
    assert!(visits >= 20, "the log tells of {visits} visits");
    assert!(secrets.len() > 5_000);
    assert!(tells(r#"{"words":"to Renée Okafor, who"}"#, "Okafor"));
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert!(event["level"] != "TRACE", "{line}");
        for secret in secrets
            .iter()
            .filter(|secret| line.contains(secret.as_str()))
        {
            assert!(!tells(line, secret), "{line}");
        }
    }
}
