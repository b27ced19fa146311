//! Each command: what it prints, as text and as data, and its exit codes.

use std::fs;

use serde_json::Value;

use crate::program::{Program, root};

const MERGE: &str = "events/callback-receiver/06-email-connector-duplicate.json";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_replay_as_data_says_the_same_as_the_text() {
    let text = Program::new().prints(&["replay", MERGE]);
    let data = json(&Program::new().prints(&["replay", MERGE, "--json"]));
    let event = &data[0];
    assert_eq!(event["answer"]["status"], 202);
    assert_eq!(event["fate"], "done");
    assert_eq!(event["requests"]["DELETE"], 1);
    let changes = event["visits"][0]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 6);
    let merge = &changes[5];
    assert_eq!(merge["action"]["write"], "merge");
    assert_eq!(merge["outcome"]["kind"], "done");
    assert_eq!(merge["before"]["contacts"].as_array().unwrap().len(), 2);
    let loser = event["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["id"] == 83020)
        .unwrap();
    assert_eq!(loser["after"], Value::Null);
    assert_eq!(loser["before"]["name"], "john.smith");
    assert!(text.contains("change 6   merge contact 83020 into 83002"));
    assert!(text.contains("1 event: 1 done"));
}

#[test]
fn a_replay_reads_standard_input_and_refuses_what_is_no_event() {
    let program = Program::new();
    let event = fs::read_to_string(root().join(MERGE)).unwrap();
    let piped = program.run_with_input(&["replay", "-", "--json"], &event);
    assert_eq!(json(&piped.out)[0]["fate"], "done", "{}", piped.err);
    let missing = program.run(&["replay", "events/none.json"]);
    assert_eq!(missing.code, 2, "{}", missing.err);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    for (name, text, words) in [
        ("text.json", "hello", "is not JSON"),
        ("other.json", "{}", "is no event that a function takes"),
        ("sqs.json", "{\"Records\": 7}", "is no SQS event"),
    ] {
        let ran = program.run(&["replay", &write(name, text)]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn a_plan_writes_nothing_and_says_what_would_be_written() {
    let program = Program::new();
    let planned = program.run(&["plan", "--company", "830"]);
    assert_eq!(planned.code, 1, "{}", planned.err);
    assert!(
        planned
            .out
            .contains("decision 1 merge contact 83020 into 83002")
    );
    assert!(planned.out.contains("0 of 1 companies are in order"));
    let again = program.run(&["plan", "--company", "830"]);
    assert_eq!(again.out, planned.out);
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
    assert_eq!(program.run(&["plan", "--company", "812"]).code, 0);
    let all = program.run(&["plan", "--json"]);
    assert_eq!(all.code, 1);
    let plans = json(&all.out);
    let of_830 = plans
        .as_array()
        .unwrap()
        .iter()
        .find(|plan| plan["company"] == 830)
        .unwrap();
    assert_eq!(of_830["plan"]["changes"].as_array().unwrap().len(), 6);
}

#[test]
fn history_and_explain_tell_what_was_done_across_invocations() {
    let program = Program::new();
    program.prints(&["replay", MERGE]);
    let history = program.prints(&["history", "--contact", "83020"]);
    let merges: Vec<&str> = history
        .lines()
        .filter(|line| line.contains("merge contact"))
        .collect();
    assert_eq!(
        merges,
        ["    merge contact 83020 into 83002; 4 references move with it [done]"]
    );
    assert_eq!(
        program.prints(&["history", "--company", "812"]),
        "nothing was done yet\n"
    );

    let ours = ["history", "--company", "830", "--rule", "merge-duplicates"];
    let data = json(&program.prints(&[&ours[..], &["--json"]].concat()));
    let changes = data["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 6);
    let id = changes[5]["id"].as_str().unwrap();
    let told = program.prints(&["explain", id]);
    for words in [
        "evidence   same email address, which spells the name (+60)",
        "cause      callback: contact updated",
        "reversible yes, but the contact would return under a new id",
        "before     contact 83020: john.smith",
        "pointed at by service ticket 5 (contact)",
        "after      contact 83002: John Smith",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let run = id.rsplit_once('.').unwrap().0;
    assert_eq!(
        program
            .prints(&["explain", run])
            .matches("\nchange ")
            .count(),
        5
    );
    assert_eq!(
        json(&program.prints(&["explain", id, "--json"]))["changes"][0]["id"],
        id
    );
    assert_eq!(program.run(&["explain", "nonsense"]).code, 1);
}

#[test]
fn history_is_asked_by_run_policy_and_time() {
    let program = Program::new();
    program.prints(&["replay", MERGE]);
    let hold = "events/callback-receiver/03-portal-without-email.json";
    let replayed = json(&program.prints(&["replay", hold, "--json"]));
    let run = replayed[0]["visits"][0]["run"].as_str().unwrap();
    let changes = |args: &[&str]| {
        let printed = program.prints(&[&["history", "--json"], args].concat());
        json(&printed)["changes"].as_array().unwrap().len()
    };
    assert_eq!(changes(&["--run", run]), 1);
    assert_eq!(changes(&["--rule", "merge-duplicates"]), 6);
    assert_eq!(changes(&["--rule", "mirror-itglue", "--company", "830"]), 3);
    assert_eq!(changes(&["--rule", "portal-invite", "--company", "830"]), 0);
    let (merges, holds) = (["--rule", "merge-duplicates"], ["--rule", "portal-invite"]);
    let (since, until) = (
        ["--since", "2026-03-04 15:21:00"],
        ["--until", "2026-03-04T16:21:00+01:00"],
    );
    assert_eq!(changes(&[merges, since].concat()), 0);
    assert_eq!(changes(&[holds, since].concat()), 1);
    assert_eq!(changes(&[merges, until].concat()), 6);
    assert_eq!(changes(&[holds, until].concat()), 0);
    assert_eq!(changes(&["--since", "2026-03-05"]), 0);
    for bad in [["--rule", "merge"], ["--since", "yesterday"]] {
        assert_eq!(program.run(&[&["history"], &bad[..]].concat()).code, 2);
    }
}

#[test]
fn visits_of_separate_invocations_have_names_of_their_own() {
    let program = Program::new();
    let runs: Vec<Value> = [
        MERGE,
        "events/callback-receiver/11-default-contact-deactivated.json",
    ]
    .map(|event| {
        let replayed = json(&program.prints(&["replay", event, "--json"]));
        assert_eq!(replayed[0]["fate"], "done");
        replayed[0]["visits"][0]["run"].clone()
    })
    .into();
    assert_ne!(runs[0], runs[1]);
}

#[test]
fn observe_mode_writes_nothing_and_records_what_it_would_do() {
    let program = Program::new();
    let rules = tempfile::tempdir().unwrap();
    let file = rules.path().join("rules.toml");
    fs::write(&file, "").unwrap();
    let file = file.display().to_string();
    let data = json(&program.prints(&["replay", MERGE, "--json", "--rules", &file]));
    let requests = data[0]["requests"].as_object().unwrap();
    assert_eq!(requests.keys().collect::<Vec<_>>(), ["GET"]);
    assert_eq!(data[0]["fate"], "finding");
    assert!(program.prints(&["history"]).contains("proposed"));
}

#[test]
fn rules_are_checked_with_the_place_of_each_mistake_and_shown_as_a_file() {
    let program = Program::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.toml");
    fs::write(&file, program.prints(&["rules", "show"])).unwrap();
    let path = file.display().to_string();
    let good = program.run(&["rules", "check", &path]);
    assert_eq!(
        (good.code, good.out),
        (0, format!("{path}: every rule is understood\n"))
    );
    fs::write(
        &file,
        "[modes]\nmerge = \"on\"\n[portal]\nsend-invites = 1\n",
    )
    .unwrap();
    let bad = program.run(&["rules", "check", &path]);
    assert_eq!(bad.code, 1);
    assert_eq!(bad.out.lines().count(), 2);
    assert!(
        bad.out.starts_with(&format!("{path}:2:1: unknown key")),
        "{}",
        bad.out
    );
    assert_eq!(program.run(&["plan", "--rules", &path]).code, 2);
    assert_eq!(program.run(&["rules", "check", "no-such-file"]).code, 2);
    let shown = json(&program.prints(&["rules", "show", "--json"]));
    assert_eq!(shown["modes"]["merge-duplicates"], "enforce");
}

#[test]
fn a_profile_that_is_in_use_or_half_gone_is_refused_with_a_remedy() {
    let program = Program::new();
    program.prints(&["plan", "--company", "812"]);
    let lock = fs::File::create(program.folder().join("lock")).unwrap();
    lock.lock().unwrap();
    let busy = program.run(&["plan", "--company", "812"]);
    assert_eq!(busy.code, 2);
    assert!(
        busy.err.contains("is in use by another rollcall"),
        "{}",
        busy.err
    );
    lock.unlock().unwrap();

    fs::remove_file(program.folder().join("sandbox.json")).unwrap();
    let half = program.run(&["plan", "--company", "812"]);
    assert_eq!(half.code, 2);
    assert!(
        half.err.contains("delete the folder to start anew"),
        "{}",
        half.err
    );

    fs::write(program.folder().join("sandbox.json"), "{").unwrap();
    let damaged = program.run(&["plan", "--company", "812"]);
    assert_eq!(damaged.code, 2);
    assert!(
        damaged.err.contains("sandbox.json is damaged"),
        "{}",
        damaged.err
    );

    fs::remove_dir_all(program.folder()).unwrap();
    fs::write(program.folder(), "a file").unwrap();
    let no_folder = program.run(&["plan", "--company", "812"]);
    assert_eq!(no_folder.code, 2);
    assert!(
        no_folder.err.contains("name another one with --folder"),
        "{}",
        no_folder.err
    );
}

#[test]
fn every_command_has_help_with_an_example() {
    let program = Program::new();
    for command in [
        "replay", "plan", "apply", "review", "approve", "reject", "undo", "history", "explain",
        "match", "sandbox",
    ] {
        let help = program.prints(&[command, "--help"]);
        assert!(
            help.contains(&format!("Example:\n  rollcall {command}")),
            "{help}"
        );
    }
    for command in ["check", "show"] {
        let help = program.prints(&["rules", command, "--help"]);
        assert!(
            help.contains(&format!("Example:\n  rollcall rules {command}")),
            "{help}"
        );
    }
    assert_eq!(program.run(&["nonsense"]).code, 2);
}
