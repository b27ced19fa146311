//! Pairs from the real world, by what makes them alike or tells them apart: `cases/*.json`.
//!
//! Each case names what it shows, holds the two records (and others of the company, where they
//! matter), and the verdict with its reasons as the engine gives them. Where an expert would say
//! something else, `wanted` says what: those are known shortcomings, and never a merge too many.
//!
//! After a change that is meant to change reasons, `UPDATE_CASES=1 cargo test -p matching --test it cases`
//! writes the new ones; read the difference.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use matching::{Company, find};
use model::{
    Communication, CommunicationId, CommunicationKind, CommunicationTypeId, CompanyId, Contact,
    ContactId, Evidence, Pair,
};
use serde_json::{Value, json};

#[test]
fn every_case_has_the_verdict_and_the_reasons_it_names() {
    let mut wrong = Vec::new();
    for_each_case(|group, case| {
        let (verdict, why) = judge(case);
        if case["verdict"] != verdict || case["why"] != json!(why) {
            wrong.push(format!(
                "{group}: {}\n  is {verdict}, because of {why:#?}",
                case["shows"]
            ));
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            case["verdict"] = verdict.into();
            case["why"] = json!(why);
        }
    });
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn no_case_is_merged_that_an_expert_would_not_merge() {
    for_each_case(|_, case| {
        if let Some(wanted) = case.get("wanted") {
            assert_ne!(*wanted, case["verdict"], "{}", case["shows"]);
            assert_ne!(case["verdict"], "merge", "{}", case["shows"]);
        }
    });
}

#[test]
fn the_cases_are_many_and_each_shows_something_of_its_own() {
    let mut shown = BTreeSet::new();
    let mut verdicts: Vec<String> = Vec::new();
    for_each_case(|_, case| {
        let shows = case["shows"].as_str().unwrap().to_owned();
        assert!(shown.insert(shows.clone()), "{shows}");
        verdicts.push(case["verdict"].as_str().unwrap().to_owned());
    });
    assert!(shown.len() >= 400);
    for verdict in ["merge", "review", "distinct"] {
        assert!(
            verdicts.iter().filter(|found| *found == verdict).count() >= 80,
            "{verdict}"
        );
    }
}

/// Calls back with each case and the name of its file, and writes back what was changed.
fn for_each_case(mut with: impl FnMut(&str, &mut Value)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let before: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut cases = before.clone();
        let group = file.file_stem().unwrap().to_str().unwrap();
        for case in &mut cases {
            with(group, case);
        }
        if cases != before {
            std::fs::write(&file, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
        }
    }
}

/// The verdict about the first two contacts, and why.
fn judge(case: &Value) -> (&'static str, Vec<String>) {
    let others = case["with"].as_array().map_or(&[][..], Vec::as_slice);
    let contacts: Vec<Contact> = (1..)
        .zip([&case["a"], &case["b"]].into_iter().chain(others))
        .map(|(id, record)| contact(id, record))
        .collect();
    let pair = Pair::new(ContactId::new(1), ContactId::new(2));
    let matches = find(&contacts, &BTreeSet::new());
    let words = |evidence: &[Evidence]| -> Vec<String> {
        let each = evidence.iter();
        each.map(|item| format!("{} ({:+})", item.reveal(), item.weight))
            .collect()
    };
    let is_in = |members: &BTreeSet<ContactId>| {
        members.contains(&pair.low()) && members.contains(&pair.high())
    };
    if let Some(group) = matches.groups.iter().find(|group| is_in(&group.members)) {
        let evidence = group.evidence.get(&pair).map(|evidence| words(evidence));
        return (
            "merge",
            evidence.unwrap_or_else(|| vec!["through a third record".to_owned()]),
        );
    }
    if let Some(likely) = matches.reviews.iter().find(|likely| likely.pair == pair) {
        return ("review", words(&likely.evidence));
    }
    let comparison = Company::of(&contacts).compare(&contacts[0], &contacts[1]);
    ("distinct", words(&comparison.evidence))
}

/// A contact from the short form that the cases are written in.
fn contact(id: u32, record: &Value) -> Contact {
    let text = |key: &str| record[key].as_str().unwrap_or_default();
    let mut contact = Contact::new(
        ContactId::new(id),
        CompanyId::new(1),
        text("first"),
        text("last"),
    );
    contact.active = record["active"].as_bool().unwrap_or(true);
    for (key, field) in [
        ("title", "title"),
        ("nick", "nickName"),
        ("birth", "birthDay"),
        ("address", "addressLine1"),
        ("zip", "zip"),
        ("gender", "gender"),
        ("significant_other", "significantOther"),
    ] {
        if !text(key).is_empty() {
            contact = contact.with_field(field, text(key));
        }
    }
    for (key, name, kind) in [
        ("email", "Email", CommunicationKind::Email),
        ("cell", "Cell", CommunicationKind::Phone),
        ("direct", "Direct", CommunicationKind::Phone),
        ("home", "Home", CommunicationKind::Phone),
        ("phone", "Phone", CommunicationKind::Phone),
        ("fax", "Fax", CommunicationKind::Fax),
    ] {
        for item in record[key].as_array().into_iter().flatten() {
            // A number with its extension is a pair.
            let value = item.as_str().or_else(|| item[0].as_str()).unwrap();
            let extension = item[1].as_str().filter(|extension| !extension.is_empty());
            contact.communications.push(Communication {
                id: CommunicationId::new(id * 100 + contact.communications.len() as u32),
                kind: kind.clone(),
                type_id: CommunicationTypeId::new(1),
                type_name: name.to_owned(),
                value: value.into(),
                extension: extension.map(Into::into),
                is_default: false,
            });
        }
    }
    contact
}
