//! The mirrors in the local profile, and the fake vendors by themselves.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Program, root};

const ADDRESS: &str = "events/callback-receiver/46-address-changed.json";
const IN_ORDER: &str = "events/callback-receiver/01-all-in-order.json";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn what_is_in_line_is_read_once_and_then_not_even_asked_for() {
    let program = Program::new();
    let first = json(&program.prints(&["replay", IN_ORDER, "--json"]));
    let mirrors = first[0]["mirrors"].as_array().unwrap();
    let systems: Vec<&Value> = mirrors.iter().map(|mirror| &mirror["system"]).collect();
    assert_eq!(systems, ["it-glue", "grow-crm"]);
    for mirror in mirrors {
        assert_eq!(mirror["fate"], "done");
        assert_eq!(mirror["records"], json!([]));
        assert_eq!(mirror["psa_requests"], json!({ "GET": 2 }));
    }
    let second = json(&program.prints(&["replay", IN_ORDER, "--json"]));
    assert_eq!(second[0]["mirrors"], json!([]));
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
}

#[test]
fn a_change_is_told_for_each_system_and_explained_with_its_records() {
    let program = Program::new();
    program.prints(&["replay", IN_ORDER]);
    let replayed = program.prints(&["replay", ADDRESS]);
    for words in [
        "\n  ── IT Glue ─",
        "  change 1   set contact-emails of IT Glue contact 4500004712, for contact 4712\n",
        "           - emails: josefa.almeida@harborline.example (Work) *\n",
        "           + emails: j.almeida@harborline.example (Work) *\n",
        "\n  IT Glue    1 GET, 1 PATCH\n",
        "\n  ── Grow CRM ─",
        "           + email: j.almeida@harborline.example\n",
        "\n  Grow CRM   1 GET, 1 PATCH\n",
        "\nIT Glue: 1 change made, requests: 1 GET, 1 PATCH\n",
    ] {
        assert!(replayed.contains(words), "{words}\n{replayed}");
    }
    let history = ["history", "--rule", "mirror-itglue", "--json"];
    let history = json(&program.prints(&history));
    let [change] = &history["changes"].as_array().unwrap()[..] else {
        panic!("{history:#}");
    };
    let told = program.prints(&["explain", change["id"].as_str().unwrap()]);
    // Long lines are broken.
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "what set contact-emails of IT Glue contact 4500004712, for contact 4712",
        "rule mirror-itglue",
        "reversible with what was done in the PSA, which the mirror follows",
        "before IT Glue contact 4500004712: organization 1220812, first name Josefa, last name",
        "emails josefa.almeida@harborline.example (Work) *",
        "after IT Glue contact 4500004712: ",
        "emails j.almeida@harborline.example (Work) *",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
}

#[test]
fn a_mirror_that_is_observed_is_planned_for_and_not_written_to() {
    let program = Program::new();
    let rules = "[modes]\nmirror-growcrm = \"enforce\"\n";
    // From then on the map knows whose record is whose.
    program.run_by(rules, &["replay", IN_ORDER]);
    let replayed = program.run_by(rules, &["replay", ADDRESS, "--json"]);
    let replayed = json(&replayed.out);
    let [itglue, growcrm] = &replayed[0]["mirrors"].as_array().unwrap()[..] else {
        panic!("{replayed:#}");
    };
    assert_eq!(itglue["requests"].as_object().unwrap().len(), 1);
    assert_eq!(itglue["findings"][0]["kind"], "proposed");
    assert_eq!(itglue["records"], json!([]));
    assert_eq!(growcrm["requests"]["PATCH"], 1);
    assert_eq!(
        growcrm["records"][0]["after"]["email"],
        "j.almeida@harborline.example"
    );
}

#[test]
fn a_profile_of_an_earlier_release_gets_the_example_mirrors_and_loses_nothing() {
    let program = Program::new();
    program.run(&["plan", "--company", "812"]);
    program.patch(4716, "title", &json!("Yard Master"));
    for file in ["itglue.json", "growcrm.json"] {
        fs::remove_file(program.folder().join(file)).unwrap();
    }
    program.prints(&["replay", IN_ORDER]);
    assert_eq!(
        program.world().contact(4716).unwrap()["title"],
        "Yard Master"
    );
    let itglue = fs::read_to_string(program.folder().join("itglue.json")).unwrap();
    let title = &json(&itglue)["contacts"]["4500004716"]["title"];
    assert_eq!(title, "Yard Master");

    fs::write(program.folder().join("growcrm.json"), "{").unwrap();
    let damaged = program.run(&["plan", "--company", "812"]);
    assert_eq!(damaged.code, 2);
    assert!(
        damaged.err.contains("growcrm.json is damaged"),
        "{}",
        damaged.err
    );
}

#[test]
fn the_sandbox_runs_all_three_vendors_and_says_where() {
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_rollcall"))
        .current_dir(root())
        .arg("sandbox")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(sandbox.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("Stop it"))
        .collect();
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    let mut origins: Vec<&str> = lines
        .iter()
        .filter_map(|line| Some(line.split_once(" listens on ")?.1))
        .collect();
    assert!(
        origins
            .iter()
            .all(|origin| origin.starts_with("http://127.0.0.1:"))
    );
    origins.dedup();
    assert_eq!(origins.len(), 3, "{lines:#?}");
    let keys = lines.iter().filter(|line| line.starts_with("  API key "));
    assert_eq!(keys.count(), 2, "{lines:#?}");
}
