//! Plans that are saved, to be carried out or to be read.

use std::fs;

use serde_json::{Value, json};

use crate::program::Program;

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
    let program = Program::new();
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
fn a_company_that_does_not_exist_is_no_company_in_order() {
    let program = Program::new();
    let file = program.path("plan.json");
    let ran = program.run(&["plan", "--company", "9999", "--out", &file]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert_eq!(
        ran.err,
        "rollcall: company 9999 does not exist in the tenant northwindmsp; without --company, every one is \
         planned\n"
    );
    assert!(!fs::exists(&file).unwrap());
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
