//! Plans that are saved, and carried out by a later invocation.

use std::fs;

use sandbox::Fault;
use serde_json::{Value, json};

use crate::program::Program;

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
fn a_company_in_order_is_saved_as_nothing_to_do() {
    let program = Program::new();
    let file = program.path("plan.json");
    program.prints(&["plan", "--company", "812", "--out", &file]);
    let saved: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(saved["format"], "rollcall plan");
    assert_eq!(saved["version"], 1);
    assert_eq!(saved["plan"]["tenant"], "northwindmsp");
    assert_eq!(saved["plan"]["companies"], json!([]));
    assert_eq!(
        program.prints(&["apply", &file]),
        "0 changes made, 0 decisions refused\n"
    );
}

#[test]
fn a_plan_tells_the_evidence_the_survivor_and_how_far_it_reaches() {
    let (program, _) = planned("830");
    let plan = program.run(&["plan", "--company", "830"]);
    insta::assert_snapshot!(plan.out, @r#"
    company 830 Granite Peak Builders
      contact    83002 John Smith <john.smith@granitepeak.example, 2185550102>, portal login
      contact    83020 john.smith <john.smith@granitepeak.example, john.smith.site@granitepeak.example, 2185550177>

      decision 1 merge contact 83020 into 83002; 4 references move with it: service tickets 5, 6;
                 activity 1; configuration 1
      rule       merge-duplicates, enforced: a visit would do it, too
      why        one person in two records; 83002 survives because it has a portal login
      evidence   same email address, which spells the name (+60)
                 same name (+40)
                 different phone numbers (-3)
      reaches    1 contact merged away, 2 service tickets move, 1 activity moves, 1 configuration moves
      with it    add another email to contact 83002: john.smith.site@granitepeak.example
                 because contact 83020 has it and 83002 does not
                 add another phone to contact 83002: 2185550177
                 because contact 83020 has it and 83002 does not
                 label contact 83002 "Approver"
                 because contact 83020 carries it and 83002 does not
                 put contact 83002 into marketing group 1
                 because contact 83020 is in it and 83002 is not
                 write a note on contact 83002: Merged from contact 83020. Kept from it: / note: Prefers
                 to be called before seven. / note: Asked for a quote for three tablets.
                 because the notes of 83020, or what it says otherwise, would be lost

      in all     1 company, 1 decision to be written, 0 findings
      reaches    1 contact merged away, 2 service tickets move, 1 activity moves, 1 configuration moves
    0 of 1 companies are in order
    "#);
    let data: Value =
        serde_json::from_str(&program.run(&["plan", "--company", "830", "--json"]).out).unwrap();
    assert_eq!(data[0]["blast_radius"]["references"]["service-ticket"], 2);
    assert_eq!(data[0]["blast_radius"]["merged"], json!([83020]));
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
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
                   was ["email","john.smith@granitepeak.example",null], ["phone","2185550102",null]
                   is  ["email","john.smith.site@granitepeak.example",null],
                       ["email","john.smith@granitepeak.example",null], ["phone","2185550102",null],
                       ["phone","2185550177",null]
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
    assert_eq!(history["changes"].as_array().unwrap().len(), 6);
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
        (String::new(), "is no saved plan"),
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
        assert!(!ran.err.contains("Smith"), "{}", ran.err);
    }
    assert_eq!(program.run(&["apply", &program.path("none")]).code, 2);
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
}

#[test]
fn where_every_policy_observes_a_plan_says_so_and_applying_one_writes_nothing() {
    let (program, file) = planned("830");
    let planned = program.run_by("", &["plan", "--company", "830"]);
    assert!(
        planned
            .out
            .contains("rule       merge-duplicates, only observed: it is not done"),
        "{}",
        planned.out
    );
    let before = program.world().to_json().unwrap();
    let applied = program.run_by("", &["apply", &file]);
    assert_eq!(applied.code, 1);
    assert!(applied.out.contains("every policy only observes there"));
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
    let mut after = program.world();
    after.now = serde_json::from_str::<Value>(&before).unwrap()["now"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(after.to_json().unwrap(), before);
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
fn a_psa_that_fails_is_told_apart_from_a_refusal() {
    let (program, file) = planned("830");
    program.edit(|world| {
        world.faults.push(Fault {
            times: None,
            ..Fault::bad_gateway().on("GET", "/company/companies/830")
        });
    });
    let applied = program.run(&["apply", &file]);
    assert_eq!(applied.code, 3, "{}", applied.out);
    assert!(applied.out.contains("  failed     "), "{}", applied.out);
    assert!(applied.out.ends_with("1 company failed\n"));
    program.edit(|world| world.faults.clear());
    assert_eq!(program.run(&["apply", &file]).code, 0);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_any_work() {
    let program = Program::new();
    let none = program.path("none/plan.json");
    for args in [
        ["plan", "--out", &none, "--company", "830"].as_slice(),
        &["plan", "--html", "."],
        &["plan", "--out", "same", "--html", "./same"],
    ] {
        let ran = program.run(args);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(!program.folder().exists());
    }
}

#[cfg(unix)]
#[test]
fn both_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let program = Program::new();
    let files = ["plan.json", "plan.html"].map(|name| program.path(name));
    let [plan, page] = &files;
    program.run(&["plan", "--company", "830", "--out", plan, "--html", page]);
    for file in files {
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_page_holds_every_company_and_decision_and_names_are_text() {
    let program = Program::new();
    let (plan, page) = (program.path("plan.json"), program.path("plan.html"));
    program.prints(&["plan", "--company", "812"]);
    program.patch(82002, "lastName", &json!("<script>alert(1)</script>"));
    program.run(&["plan", "--out", &plan, "--html", &page]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("Tobias &lt;script&gt;alert(1)&lt;/script&gt; (82002)"));
    for outside in ["<script", "http:", "https:", "src=", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let saved: Value = serde_json::from_str(&fs::read_to_string(plan).unwrap()).unwrap();
    let companies = saved["plan"]["companies"].as_array().unwrap();
    assert!(companies.len() > 5);
    let mut decisions = 0;
    for company in companies {
        let id = &company["company"]["id"];
        assert!(page.contains(&format!("<section class=\"company\" id=\"company-{id}\"")));
        assert!(page.contains(&format!("<a href=\"#company-{id}\">")));
        let units = company["plan"]["changes"].as_array().unwrap();
        let mut units: Vec<u64> = units.iter().map(|c| c["unit"].as_u64().unwrap()).collect();
        units.dedup();
        decisions += units.len();
    }
    assert_eq!(
        page.matches("<article class=\"decision\">").count(),
        decisions
    );
}
