//! The mirrors in the local profile, and the fake vendors by themselves.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Program, root};

const ADDRESS: &str = "events/callback-receiver/46-address-changed.json";
const FORMER_NAMES: &str = "events/callback-receiver/51-former-names.json";
const MERGED: &str = "events/callback-receiver/52-merged-in-all-three.json";
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
        // The third is a look whether everybody was looked at.
        assert_eq!(mirror["psa_requests"], json!({ "GET": 3 }));
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

/// Two records of one person are merged, in all three systems. Answers with the run that did it in the PSA.
fn merged(program: &Program) -> String {
    program.prints(&["replay", FORMER_NAMES]);
    let replayed = json(&program.prints(&["replay", MERGED, "--json"]));
    replayed[0]["visits"][0]["run"].as_str().unwrap().to_owned()
}

/// What a command prints from the first mirror on, without what differs from run to run.
fn in_mirrors(printed: &str) -> String {
    let (_, mirrors) = printed.split_once("\n  ── IT Glue ").unwrap();
    let lines = mirrors
        .lines()
        .map(|line| match line.split_once(" of company ") {
            Some((visit, company)) if visit.starts_with("  visit") => {
                format!("  visit      RUN of company {company}")
            }
            _ => line.to_owned(),
        });
    format!("  ── IT Glue {}", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn an_undo_brings_both_mirrors_along_and_tells_what_that_came_to() {
    let program = Program::new();
    let run = merged(&program);
    let undone = program.prints(&["undo", &run, "--yes"]);
    insta::assert_snapshot!(in_mirrors(&undone), @"
    ── IT Glue ───────────────────────────────────────────────────────────────────────── done
    visit      RUN of company 870
    change 1   set contact-emails, contact-phones of IT Glue contact 4500087002, for contact 87002
               because the PSA leads, and has contact 87002 otherwise
    change 2   create a contact in IT Glue, in organization 1220870, for contact 105001
               because contact 105001 has no record in organization 1220870
    change 3   set contact-phones of IT Glue contact 4500087002, for contact 87002
               because what was merged into contact 87002 is a contact of its own again
    contact    4500087002 Edith Novak
             - emails: edith.novak@birchwood.example (Work) *, edith.varga@birchwood.example (Work)
             + emails: edith.novak@birchwood.example (Work) *
             - phones: 2185550162 (Work) *, 2185550172 (Work), 2185550189 (Work)
             + phones: 2185550162 (Work) *
    contact    4600000001 Edith Novak
             + emails: edith.varga@birchwood.example (Work), edith.novak@birchwood.example (Work) *
             + important: no
             + name: Edith Novak
             + notes: Mirrored from ConnectWise contact 105001
             + organization: 1220870 Birchwood Surveyors
             + phones: 2185550172 (Work) *, 2185550189 (Work)
    IT Glue    3 GET, 2 PATCH, 1 POST
    PSA        2 GET
    ── Grow CRM ──────────────────────────────────────────────────────────────────────── finding
    visit      RUN of company 870: nothing to do
    finding    not-mirrored, contact 105001: contact 105001 has the same address as contact 87002, and
               no two portal users can have the same; it is not mirrored
    Grow CRM   1 GET
    PSA        3 GET
    ");
    let again = program.run(&["undo", &run, "--yes"]);
    assert!(!again.out.contains("── IT Glue"), "{}", again.out);
}

#[test]
fn an_undo_as_data_has_what_followed_in_the_mirrors() {
    let program = Program::new();
    let run = merged(&program);
    let undone = json(&program.prints(&["undo", &run, "--yes", "--json"]));
    let mirrors = undone[0]["mirrors"]["done"].as_array().unwrap();
    let systems: Vec<&Value> = mirrors.iter().map(|mirror| &mirror["system"]).collect();
    assert_eq!(systems, ["it-glue", "grow-crm"]);
    assert_eq!(undone[0]["mirrors"]["told"], json!([]));
    let writes = mirrors[0]["visits"][0]["changes"].as_array().unwrap();
    assert!(!writes.is_empty());
}

#[test]
fn a_write_to_a_mirror_is_not_taken_back_by_itself_and_the_remedy_is_named() {
    let program = Program::new();
    merged(&program);
    let history = json(&program.prints(&["history", "--rule", "mirror-itglue", "--json"]));
    let change = history["changes"][0]["id"].as_str().unwrap();
    let refused = program.run(&["undo", change, "--yes"]);
    assert_eq!(refused.code, 1);
    let told = refused.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let remedy = "a mirror follows the PSA: take back the change that was made there, or change the record in the \
                  PSA, and the mirror comes along";
    assert!(told.contains(remedy), "{told}");
    assert!(told.contains("writes nothing"), "{told}");
}

#[test]
fn a_plan_that_is_carried_out_brings_both_mirrors_along() {
    let program = Program::new();
    program.prints(&["replay", FORMER_NAMES]);
    let file = program.path("plan.json");
    program.run(&["plan", "--company", "830", "--out", &file]);
    let applied = program.prints(&["apply", &file]);
    assert!(applied.contains("  ── IT Glue ─"), "{applied}");
    assert!(
        applied.contains("remove Grow CRM contact 383020, for contact 83020"),
        "{applied}"
    );
}
