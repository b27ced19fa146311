//! The journal's retention.

use serde_json::{Value, json};

use crate::program::Program;

const MERGE: &str = "events/callback-receiver/06-email-connector-duplicate.json";
const LATER: &str = "2026-12-01";

#[test]
fn a_merge_that_was_forgotten_is_still_known_but_no_longer_whom_it_was_about() {
    let program = Program::new();
    program.prints(&["replay", MERGE]);
    let before = program.world().to_json().unwrap();
    insta::assert_snapshot!(program.prints(&["forget", "--before", LATER, "--yes"]), @"
    5 changes    kept, without names and without the records before and after
    5 changes    gone: fields, items and notes, and what a mirror was given: a person's text
    1 finding    gone
    ");
    let history = program.prints(&["history", "--json"]);
    assert!(!history.contains("granitepeak"), "{history}");
    let history: Value = serde_json::from_str(&history).unwrap();
    let mut changes = history["changes"].as_array().unwrap().iter();
    let merge = changes.find(|change| change["action"]["write"] == "merge");
    let merge = merge.unwrap();
    let undo = program.run(&["undo", merge["id"].as_str().unwrap(), "--yes"]);
    assert_eq!(undo.code, 1);
    insta::assert_snapshot!(undo.out, @r#"
    company 830
      conflict   merge contact 83020 into 83002; 4 references move with it (20260304-ed8b68034e.6)
                 left alone:
                 the journal no longer holds the record of contact 83020
      conflict   put contact 83002 into marketing group 1 (20260304-ed8b68034e.4)
                 left alone:
                 it stays, because the journal no longer holds the record of contact 83020
      conflict   label contact 83002 "Approver" (20260304-ed8b68034e.3)
                 left alone:
                 it stays, because the journal no longer holds the record of contact 83020
      writes     nothing
    "#);
    assert_eq!(program.world().to_json().unwrap(), before);
    assert_eq!(
        program.prints(&["forget", "--before", LATER, "--yes"]),
        "nothing in the journal is older\n"
    );
}

#[test]
fn what_is_younger_is_kept() {
    let program = Program::new();
    program.prints(&["replay", MERGE]);
    let history = program.prints(&["history", "--json"]);
    let forgotten = program.prints(&["forget", "--before", "2026-01-01", "--yes", "--json"]);
    let forgotten: Value = serde_json::from_str(&forgotten).unwrap();
    let nothing = json!({ "emptied": 0, "changes": 0, "findings": 0, "approvals": 0 });
    assert_eq!(forgotten, nothing);
    assert_eq!(program.prints(&["history", "--json"]), history);
}

#[test]
fn what_a_mirror_was_given_is_forgotten_and_the_map_stays() {
    let program = Program::new();
    let (in_order, moved) = (
        "events/callback-receiver/01-all-in-order.json",
        "events/callback-receiver/46-address-changed.json",
    );
    program.prints(&["replay", in_order, moved]);
    let history = ["history", "--rule", "mirror-itglue", "--json"];
    assert!(program.prints(&history).contains("harborline.example"));
    let forgotten = program.prints(&["forget", "--before", LATER, "--yes", "--json"]);
    let forgotten: Value = serde_json::from_str(&forgotten).unwrap();
    assert_eq!(forgotten["changes"], 2);
    for rule in ["mirror-itglue", "mirror-growcrm"] {
        let history = program.prints(&["history", "--rule", rule, "--json"]);
        assert!(!history.contains("harborline.example"), "{history}");
    }
    let again: Value = serde_json::from_str(&program.prints(&["replay", moved, "--json"])).unwrap();
    assert_eq!(again[0]["mirrors"], json!([]));
}

#[test]
fn in_a_pipe_nothing_is_forgotten_unasked() {
    let program = Program::new();
    program.prints(&["replay", MERGE]);
    let history = program.prints(&["history", "--json"]);
    let ran = program.run(&["forget", "--before", LATER]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.out, @"
    What is forgotten can be taken back no more. Neither the PSA nor a mirror is changed by it.
    Nothing was forgotten. With --yes, this is done without asking.
    ");
    assert_eq!(program.prints(&["history", "--json"]), history);
}
