//! Plans that are carried out by a later invocation.

use std::fs;

use sandbox::{Fault, PERSON, Refusal};
use serde_json::{Value, json};

use crate::program::{Program, joined};

const REVIEW: &str = "[modes]\nmerge-duplicates = \"review\"\n";

/// A profile, and the plan of a company saved beside it.
fn planned(company: &str) -> (Program, String) {
    let program = Program::new();
    let file = program.path("plan.json");
    let ran = program.run(&["plan", "--company", company, "--out", &file]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(
        ran.err,
        format!("saved in {file}; `rollcall apply {file}` carries it out\n")
    );
    (program, file)
}

#[test]
fn a_saved_plan_is_applied_once_and_refused_with_the_differences_the_second_time() {
    let (program, file) = planned("830");
    let applied = program.prints(&["apply", &file]);
    assert!(
        applied.contains("change 6   merge contact 83020 into 83002"),
        "{applied}"
    );
    assert!(applied.ends_with("\n6 changes made, 0 decisions refused\n"));
    assert_eq!(program.world().contact(83020), None);

    let again = program.run(&["apply", &file]);
    assert_eq!(again.code, 1);
    insta::assert_snapshot!(again.out, @r#"
    company 830 Granite Peak Builders
      refused    merge contact 83020 into 83002; 4 references move with it
                 because contact 83020 is gone
                 because emails, phones and faxes of contact 83002 changed since
                   was john.smith@granitepeak.example, 2185550102
                   is  john.smith.site@granitepeak.example, john.smith@granitepeak.example, 2185550102,
                       2185550177
                 because types of contact 83002 changed since
                   was nothing
                   is  Approver

    0 changes made, 1 decision refused
    Nothing was written of what was refused. `rollcall plan` plans it anew.
    "#);
    let data: Value = serde_json::from_str(&program.run(&["apply", &file, "--json"]).out).unwrap();
    let differences = data[0]["refused"][0]["differences"].as_array().unwrap();
    assert_eq!(differences[1]["field"], "types");
    assert_eq!(differences[1]["is"], json!(["Approver"]));
    let history = program.prints(&["history", "--json"]);
    let history: Value = serde_json::from_str(&history).unwrap();
    // What the mirrors did after it is beside it.
    let changes = history["changes"].as_array().unwrap().iter();
    let in_psa = changes.filter(|change| change["action"]["write"] != "mirror");
    assert_eq!(in_psa.count(), 6);
}

#[test]
fn a_record_that_changed_since_is_refused_by_name_and_the_others_are_done() {
    let (program, file) = planned("831");
    program.patch(83120, "title", &json!("Owner"));
    let applied = program.run(&["apply", &file]);
    assert_eq!(applied.code, 1, "{}", applied.err);
    let refused = "  refused    merge contact 83120 into 83102; no reference moves with it\n             \
                   because title of contact 83120 changed since\n               was nothing\n               \
                   is  Owner\n";
    assert!(applied.out.contains(refused), "{}", applied.out);
    assert!(applied.out.ends_with(
        "2 changes made, 1 decision refused\nNothing was written of what was refused. `rollcall plan` \
         plans it anew.\n"
    ));
    let world = program.world();
    let left = |id| world.contact(id).is_some();
    assert_eq!([83120, 83121, 83122].map(left), [true, false, false]);
    assert_eq!(world.contact(83120).unwrap()["title"], "Owner");
}

#[test]
fn what_is_no_plan_for_this_tenant_is_refused_before_anything_is_read() {
    let (program, file) = planned("830");
    let saved = fs::read_to_string(&file).unwrap();
    let other = program.path("other.json");
    for (text, words) in [
        (String::new(), "is empty"),
        (saved[..saved.len() / 2].to_owned(), "ends too early"),
        ("{}".to_owned(), "is no saved plan"),
        (
            saved.replacen("\"version\":1", "\"version\":2", 1),
            "is a plan of version 2, and this rollcall reads version 1",
        ),
        (
            saved.replacen("northwindmsp", "somebodyelse", 1),
            "was made for the tenant somebodyelse, and this is northwindmsp",
        ),
        (
            saved.replacen("\"unit\":1", "\"unit\":\"John Smith\"", 1),
            "is damaged at plan.companies[0].plan.changes[0].unit",
        ),
    ] {
        fs::write(&other, text).unwrap();
        let ran = program.run(&["apply", &other]);
        assert_eq!(ran.code, 2, "{words}: {}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(ran.err.contains(&other), "{}", ran.err);
        assert!(!ran.err.contains("Smith"), "{}", ran.err);
    }
    for (path, words) in [
        (program.path("none"), "No such file"),
        (program.path(""), "Is a directory"),
    ] {
        let ran = program.run(&["apply", &path]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(
            ran.err.contains(&format!("read {path}: {words}")),
            "{}",
            ran.err
        );
        assert!(
            ran.err.contains("`rollcall plan --out FILE` saves one"),
            "{}",
            ran.err
        );
    }
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
}

#[test]
fn where_every_policy_observes_a_plan_says_so_and_applying_it_writes_nothing() {
    let program = Program::new();
    let file = program.path("plan.json");
    let planned = program.run_by("", &["plan", "--company", "830", "--out", &file]);
    assert!(
        planned
            .out
            .contains("rule       merge-duplicates, only observed: it is not done"),
        "{}",
        planned.out
    );
    let before = program.world();
    let applied = program.run_by("", &["apply", &file]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(
        applied
            .out
            .contains("  the plan has nothing to write here\n"),
        "{}",
        applied.out
    );
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
    let mut after = program.world();
    after.now = before.now;
    assert_eq!(after.to_json().unwrap(), before.to_json().unwrap());
}

#[test]
fn a_plan_is_carried_out_only_under_the_rules_it_was_made_under() {
    let (program, file) = planned("830");
    let ran = program.run_by(REVIEW, &["apply", &file]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert_eq!(
        ran.err,
        format!(
            "rollcall: {file} was made under other rules (what differs: modes.merge-duplicates, \
             modes.mirror-growcrm, modes.mirror-itglue, modes.portal-invite, modes.primary-contact); \
             name the rules file that it was made with (--rules), or make the plan anew\n"
        )
    );
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
    assert_eq!(program.run(&["apply", &file]).code, 0);
}

#[test]
fn more_merges_than_a_visit_may_make_each_need_a_word_of_their_own() {
    let rules = "[modes]\nmerge-duplicates = \"enforce\"\n[limits]\nmerges-per-visit = 3\n";
    let program = Program::new();
    let file = program.path("plan.json");
    let plan = ["plan", "--company", "831", "--out", &file];
    let planned = program.run_by(rules, &plan);
    assert!(
        planned.out.contains("3 decisions to be written"),
        "{}",
        planned.out
    );
    let fewer = rules.replace('3', "2");
    let waiting = program.run_by(&fewer, &plan);
    let waits =
        "more than one visit may do: apply this plan, then `rollcall approve merge-83120-83102`";
    let joined = joined(&waiting.out);
    assert!(joined.contains(waits), "{}", waiting.out);
    let applied = program.run_by(&fewer, &["apply", &file]);
    assert_eq!(applied.code, 1, "{}{}", applied.out, applied.err);
    let waits = "  waits      merge contact 83120 into 83102; no reference moves with it\n             \
                 `rollcall approve merge-83120-83102` has it done\n";
    assert!(applied.out.contains(waits), "{}", applied.out);
    assert!(
        applied
            .out
            .ends_with("\n0 changes made, 0 decisions refused, 3 waiting for review\n"),
        "{}",
        applied.out
    );
    let approved = program.run_by(&fewer, &["approve", "merge-83120-83102"]);
    assert_eq!(approved.code, 0, "{}", approved.out);
    assert_eq!(program.world().contact(83120), None);
    assert!(program.world().contact(83121).is_some());
}

#[test]
fn applying_a_plan_approves_what_is_in_review() {
    let program = Program::new();
    let file = program.path("plan.json");
    let plan = ["plan", "--company", "830", "--out", &file];
    let planned = program.run_by(REVIEW, &plan);
    assert!(
        planned
            .out
            .contains("merge-duplicates, in review: whoever applies this plan approves it"),
        "{}",
        planned.out
    );
    let applied = program.run_by(REVIEW, &["apply", &file]);
    assert_eq!(applied.code, 0, "{}{}", applied.out, applied.err);
    assert_eq!(program.world().contact(83020), None);
}

#[test]
fn where_the_limit_was_passed_since_the_plan_says_how_to_approve_each() {
    let rules = "[modes]\nmerge-duplicates = \"enforce\"\n[limits]\nmerges-per-visit = 3\n";
    let program = Program::new();
    let file = program.path("plan.json");
    program.run_by(rules, &["plan", "--company", "831", "--out", &file]);
    let twin = program.world().contact(83120).unwrap();
    program.edit(|world| {
        let new = json!({
            "firstName": twin["firstName"],
            "lastName": twin["lastName"],
            "company": { "id": 831 },
            "communicationItems": [{
                "type": { "id": 1 },
                "value": twin["communicationItems"][0]["value"],
                "defaultFlag": true,
                "communicationType": "Email",
            }],
        });
        let reply = world.request(PERSON, "POST", "/company/contacts", Some(&new));
        assert_eq!(reply.status, 201);
    });
    let applied = program.run_by(rules, &["apply", &file]);
    assert_eq!(applied.code, 1, "{}{}", applied.out, applied.err);
    let words = "because it is one of more merges than a visit may make (limits.merges-per-visit), so it needs \
                 a word of its own: `rollcall approve merge-83120-83102`";
    assert!(joined(&applied.out).contains(words), "{}", applied.out);
    assert!(!applied.out.contains("105001"), "{}", applied.out);
    assert!(!applied.out.contains("review mode"), "{}", applied.out);
    let approved = program.run_by(rules, &["approve", "merge-83120-83102"]);
    assert_eq!(approved.code, 0, "{}", approved.out);
}

#[test]
fn why_a_login_was_held_is_found_in_the_journal() {
    let program = Program::new();
    let file = program.path("plan.json");
    let somebody_removes_the_address = "events/callback-receiver/03-portal-without-email.json";
    program.run_by("", &["replay", somebody_removes_the_address]);
    program.run(&["plan", "--company", "821", "--out", &file]);
    let why = "the portal login is held until somebody adds a usable email of its own";
    let history = ["history", "--contact", "82103"];
    assert!(!joined(&program.prints(&history)).contains(why));
    let applied = program.prints(&["apply", &file]);
    assert!(joined(&applied).contains(why), "{applied}");
    let history = program.prints(&history);
    assert!(joined(&history).contains(why), "{history}");
}

#[test]
fn a_psa_that_fails_before_anything_was_written_is_told_apart_from_a_refusal() {
    let (program, file) = planned("830");
    program.edit(|world| {
        let fault = Fault::bad_gateway().on("GET", "/company/companies/830");
        world.faults.push(fault.forever());
    });
    let applied = program.run(&["apply", &file]);
    assert_eq!(applied.code, 3, "{}", applied.out);
    assert!(applied.out.contains("  failed     "), "{}", applied.out);
    assert!(
        applied
            .out
            .ends_with("\n0 changes made, 0 decisions refused, 1 unfinished, 1 company failed\n"),
        "{}",
        applied.out
    );
    let data = program.run(&["apply", &file, "--json"]);
    let data: Value = serde_json::from_str(&data.out).unwrap();
    assert_eq!(data[0]["unfinished"].as_array().unwrap().len(), 1);
    assert_eq!(
        data[0]["error"],
        "ConnectWise: read company 830: out of order (502)"
    );
    program.edit(|world| world.faults.clear());
    assert_eq!(program.run(&["apply", &file]).code, 0);
}

#[test]
fn where_the_psa_fails_in_the_middle_what_was_done_is_told_and_kept() {
    let program = Program::new();
    let file = program.path("plan.json");
    program.run(&["plan", "--out", &file]);
    program.edit(|world| {
        let fault = Fault::bad_gateway().on("DELETE", "/company/contacts/83020");
        world.faults.push(fault.forever());
    });
    let applied = program.run(&["apply", &file]);
    assert_eq!(applied.code, 3, "{}{}", applied.out, applied.err);
    let (_, from_830) = applied.out.split_once("company 830 ").unwrap();
    let (of_830, later) = from_830.split_once("\n\n").unwrap();
    let run = of_830.split_once("--run ").unwrap().1;
    let run = run.split_once('`').unwrap().0;
    insta::assert_snapshot!(of_830.replace(run, "RUN"), @r#"
    Granite Peak Builders
      run        RUN
      change 1   add another email to contact 83002
                 because contact 83020 has it and 83002 does not
      change 2   add another phone to contact 83002
                 because contact 83020 has it and 83002 does not
      change 3   label contact 83002 "Approver"
                 because contact 83020 carries it and 83002 does not
      change 4   put contact 83002 into marketing group 1
                 because contact 83020 is in it and 83002 is not
      change 5   write a note on contact 83002
                 because the notes of 83020, or what it says otherwise, would be lost
      change 6   merge contact 83020 into 83002; 4 references move with it [nobody knows yet how it
                 ended]
                 because one person in two records; 83002 survives because it has a portal login
                 evidence: same email address, which spells the name (+60); same name (+40); different
                 phone numbers (-3)
      unfinished merge contact 83020 into 83002; 4 references move with it
                 because nobody knows yet how change 6 ended
      failed     ConnectWise: merge contact 83020 into 83002: out of order (502)
                 it ended early; `rollcall plan` plans what is left
                 `rollcall history --run RUN` tells what it had done
      ── IT Glue ───────────────────────────────────────────────────────────────────────── done
      visit      20260304-57b85fac4b of company 830
      change 1   set contact-emails, contact-phones of IT Glue contact 4500083002, for contact 83002
                 because the PSA leads, and has contact 83002 otherwise
      change 2   set contact-phones of IT Glue contact 4500083020, for contact 83020
                 because the PSA leads, and has contact 83020 otherwise
      contact    4500083002 John Smith
               - emails: john.smith@granitepeak.example (Work) *
               + emails: john.smith@granitepeak.example (Work) *, john.smith.site@granitepeak.example (Work)
               - phones: 2185550102 (Work) *
               + phones: 2185550102 (Work) *, 2185550177 (Cell)
      contact    4500083020 john.smith
               - phones: 2185550177 (Cell), 2185550188 (Work) *
               + phones: 2185550177 (Cell) *, 2185550188 (Work)
      IT Glue    2 GET, 2 PATCH
      PSA        3 GET
      ── Grow CRM ──────────────────────────────────────────────────────────────────────── finding
      visit      20260304-8bc8bdf4f8 of company 830: nothing to do
      finding    not-mirrored, contact 83020: contact 83020 has no last name, which Grow CRM insists on;
                 it is mirrored once somebody has completed it
      Grow CRM   1 GET
      PSA        3 GET
    "#);
    assert!(later.contains("company 831 "), "{later}");
    assert_eq!(program.world().contact(83120), None);

    let types = &program.world().contact(83002).unwrap()["types"];
    assert_eq!(types[0]["name"], "Approver");
    program.edit(|world| world.faults.clear());
    let plan = ["plan", "--company", "830", "--out", &file];
    assert_eq!(program.run(&plan).code, 1);
    program.prints(&["apply", &file]);
    assert_eq!(program.world().contact(83020), None);
    let undone = program.run(&["plan", "--company", "830"]);
    assert_eq!(undone.code, 0, "{}", undone.out);
}

#[test]
fn what_was_written_before_a_refusal_is_not_called_refused() {
    let (program, file) = planned("830");
    program.edit(|world| {
        let words = "This contact cannot be deleted.";
        let refusal = Refusal::new("DELETE", "/company/contacts/83020", "id", words);
        world.refusals.push(refusal);
    });
    let applied = program.run(&["apply", &file]);
    assert_eq!(applied.code, 1, "{}{}", applied.out, applied.err);
    assert!(
        applied
            .out
            .contains("\n  unfinished merge contact 83020 into 83002"),
        "{}",
        applied.out
    );
    assert!(
        applied
            .out
            .ends_with("\n5 changes made, 0 decisions refused, 1 unfinished\n"),
        "{}",
        applied.out
    );
}

#[test]
fn a_company_that_is_gone_since_is_refused_and_the_others_are_done() {
    let program = Program::new();
    let file = program.path("plan.json");
    program.run(&["plan", "--out", &file]);
    program.edit(|world| {
        let gone = Fault::answer(404, "application/json", "{\"code\":\"NotFound\"}");
        let gone = gone.on("GET", "/company/companies/830");
        world.faults.push(gone.forever());
    });
    let applied = program.run(&["apply", &file]);
    assert_eq!(applied.code, 1, "{}{}", applied.out, applied.err);
    assert!(
        applied
            .out
            .contains("             because the company is gone\n"),
        "{}",
        applied.out
    );
    assert_eq!(program.world().contact(83120), None);
}
