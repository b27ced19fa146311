//! `rollcall drift` in the local profile: somebody edits the mirrors by hand, and what comes of it.

use std::fs;

use sandbox::seed::{growcrm_contact, itglue_contact};
use sandbox::{growcrm, itglue};
use serde_json::{Value, json};

use crate::program::{Program, joined};

const IN_ORDER: &str = "events/callback-receiver/01-all-in-order.json";

/// Only what Rollcall left alone because the mirrors alone know it.
const KEPT: &str = "2 differences, 2 kept";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A profile in which company 812 is mirrored.
fn mirrored() -> Program {
    let program = Program::new();
    program.prints(&["replay", IN_ORDER]);
    program
}

/// Has somebody do something in IT Glue while no command runs.
fn in_itglue(program: &Program, edit: impl FnOnce(&mut itglue::Account)) {
    let file = program.folder().join("itglue.json");
    let text = fs::read_to_string(&file).unwrap();
    let mut account = itglue::Account::from_json(&text).unwrap();
    edit(&mut account);
    fs::write(&file, account.to_json().unwrap()).unwrap();
}

/// The same in Grow CRM.
fn in_growcrm(program: &Program, edit: impl FnOnce(&mut growcrm::Account)) {
    let file = program.folder().join("growcrm.json");
    let text = fs::read_to_string(&file).unwrap();
    let mut account = growcrm::Account::from_json(&text).unwrap();
    edit(&mut account);
    fs::write(&file, account.to_json().unwrap()).unwrap();
}

/// A title, a phone, a record in each system, and an address more.
fn edited() -> Program {
    let program = mirrored();
    in_itglue(&program, |account| {
        let of = |id| itglue_contact(id);
        account.contacts.get_mut(&of(4711)).unwrap().title = Some("Boss of Bosses".to_owned());
        let josefa = account.contacts.get_mut(&of(4712)).unwrap();
        let mut own = josefa.emails[0].clone();
        own.value = "josefa@home.example".to_owned();
        own.primary = false;
        josefa.emails.push(own);
        account.contacts.remove(&of(4713));
    });
    in_growcrm(&program, |account| {
        let of = |id| growcrm_contact(id);
        account.users.get_mut(&of(4711)).unwrap().position = Some("Boss of Bosses".to_owned());
        account.users.get_mut(&of(4714)).unwrap().phone = None;
        account.users.remove(&of(4715));
    });
    program
}

#[test]
fn what_agrees_or_is_only_kept_is_done_with() {
    let program = mirrored();
    let ran = program.run(&["drift", "--company", "812"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    insta::assert_snapshot!(ran.out, @r#"
    company 812 Harbor Line Freight
      IT Glue    organization 1220812
      Grow CRM   client 1812

      contact 4711 Renée Okafor (IT Glue 4500004711)
                     PSA                    IT Glue                Grow CRM               becomes
      important      no                     yes                                           kept
                 IT Glue wins: somebody marked it in IT Glue, and we never did

      contact 4802 Ilya Brandt (IT Glue 4500004802)
                     PSA                    IT Glue                Grow CRM               becomes
      phone          –                      3125550198 (Cell)                             kept
                 IT Glue wins: IT Glue alone knows it, and we never gave it

      in all     2 differences, 2 kept
    0 of 1 companies agree
    "#);
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");
    let fixed = program.run(&["drift", "--company", "812", "--fix"]);
    assert_eq!(fixed.code, 0, "{}", fixed.err);
    assert!(
        fixed.out.ends_with("there is nothing to write\n"),
        "{}",
        fixed.out
    );
}

#[test]
fn each_edit_is_explained_and_what_the_psa_leads_is_brought_in_line() {
    let program = edited();
    let found = program.run(&["drift", "--company", "812"]);
    assert_eq!(found.code, 1, "{}", found.err);
    insta::assert_snapshot!(found.out, @r#"
    company 812 Harbor Line Freight
      IT Glue    organization 1220812
      Grow CRM   client 1812

      contact 4711 Renée Okafor (IT Glue 4500004711, Grow CRM 304711)
                     PSA                    IT Glue                Grow CRM               becomes
      title          Operations Lead        Boss of Bosses         Boss of Bosses         written
                 the PSA leads
      important      no                     yes                                           kept
                 IT Glue wins: somebody marked it in IT Glue, and we never did

      contact 4712 Josefa Almeida (IT Glue 4500004712)
                     PSA                    IT Glue                Grow CRM               becomes
      email          –                      josefa@home.example                           kept
                                            (Work)
                 IT Glue wins: IT Glue alone knows it, and we never gave it

      contact 4713 Tariq Benali (IT Glue 4500004713)
                     PSA                    IT Glue                Grow CRM               becomes
      record         Tariq Benali           –                                             written
                 the PSA leads: contact 4713 has no record in organization 1220812
      map            –                      –                                             written
                 the PSA leads: our map leads to a record that is gone or is not its own any more, so
                 the line is taken off

      contact 4714 Wilhelmina Stout (Grow CRM 304714)
                     PSA                    IT Glue                Grow CRM               becomes
      phone          3125550146                                    –                      written
                 the PSA leads

      contact 4715 Ngozi Ekwueme (Grow CRM 304715)
                     PSA                    IT Glue                Grow CRM               becomes
      record         Ngozi Ekwueme                                 –                      written
                 the PSA leads: contact 4715 is not in Grow CRM
      map            –                                             –                      written
                 the PSA leads: our map leads to a record that is gone or is not its own any more, so
                 the line is taken off

      contact 4802 Ilya Brandt (IT Glue 4500004802)
                     PSA                    IT Glue                Grow CRM               becomes
      phone          –                      3125550198 (Cell)                             kept
                 IT Glue wins: IT Glue alone knows it, and we never gave it

      in all     10 differences, 7 to be written, 3 kept
    0 of 1 companies agree
    "#);
    assert!(found.out.lines().all(|line| line.chars().count() <= 100));

    let asked = program.run(&["drift", "--company", "812", "--fix"]);
    assert_eq!(asked.code, 1, "{}", asked.err);
    assert!(asked.out.contains("Nothing was written."), "{}", asked.out);
    assert_eq!(program.prints(&["history"]), "nothing was done yet\n");

    let fixed = program.run(&["drift", "--company", "812", "--fix", "--yes"]);
    assert_eq!(fixed.code, 0, "{}", fixed.err);
    let told = joined(&fixed.out);
    for words in [
        "IT Glue, company 812",
        "set title of IT Glue contact 4500004711",
        "create a contact in IT Glue, in organization 1220812",
        "Grow CRM, company 812",
        "set all fields of Grow CRM contact 304711",
        "create a contact in Grow CRM, of client 1812",
        "what is left:",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let left = program.run(&["drift", "--company", "812"]);
    assert_eq!(left.code, 0, "{}", left.out);
    assert!(left.out.contains("josefa@home.example"), "{}", left.out);
    assert!(left.out.contains("3 differences, 3 kept"), "{}", left.out);
    assert!(fixed.out.ends_with(&left.out), "{}", fixed.out);
    let history = program.prints(&["history", "--company", "812"]);
    assert!(history.contains("mirror-growcrm"), "{history}");
}

#[test]
fn where_a_mirror_is_only_observed_that_is_said_and_nothing_is_written() {
    let program = edited();
    let rules = "[modes]\nmirror-growcrm = \"enforce\"\n";
    let args = ["drift", "--company", "812", "--fix", "--yes"];
    let ran = program.run_by(rules, &args);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for words in [
        "organization 1220812; only observed, so nothing is written there",
        "only observed",
        "set all fields of Grow CRM contact 304711",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    assert!(!ran.out.contains("set title of IT Glue"), "{}", ran.out);
    let history = program.prints(&["history", "--rule", "mirror-itglue"]);
    assert_eq!(history, "nothing was done yet\n");
}

#[test]
fn the_same_is_there_as_data_and_as_a_page() {
    let program = edited();
    let page = program.path("drift.html");
    let ran = program.run(&["drift", "--company", "812", "--json", "--html", &page]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let data = json(&ran.out);
    assert_eq!(data["compared"], 1);
    assert_eq!(data["fix"], Value::Null);
    let itglue = &data["companies"][0]["mirrors"]["it-glue"];
    assert_eq!(itglue["state"], "compared");
    assert_eq!(itglue["mode"], "enforce");
    assert_eq!(
        itglue["differences"][0],
        json!({
            "contact": 4711, "record": 4_500_004_711_u64, "field": "title", "psa": "Operations Lead",
            "mirror": "Boss of Bosses", "winner": "psa", "fate": "written",
            "why": "the PSA leads",
        })
    );
    let html = fs::read_to_string(&page).unwrap();
    for words in [
        "Harbor Line Freight",
        "Boss of Bosses",
        "josefa@<wbr>home.<wbr>example (Work)",
        "the PSA leads",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for outside in ["http:", "https:", "src=", "<script"] {
        assert!(!html.contains(outside), "{outside}");
    }

    let args = ["drift", "--company", "812", "--fix", "--json"];
    let unasked = program.run(&args);
    assert_eq!(
        (unasked.code, &json(&unasked.out)["fix"]),
        (1, &Value::Null)
    );
    let fixed = program.run(&[&args[..], &["--yes"]].concat());
    assert_eq!(fixed.code, 0, "{}", fixed.err);
    let fixed = json(&fixed.out);
    assert_eq!(fixed["fix"]["done"].as_array().unwrap().len(), 2);
    let left = &fixed["fix"]["left"][0]["mirrors"];
    let fates = left["it-glue"]["differences"].as_array().unwrap();
    assert!(fates.iter().all(|difference| difference["fate"] == "kept"));
    assert_eq!(left["grow-crm"]["differences"], json!([]));
}

#[test]
fn all_companies_are_compared_and_those_that_agree_are_counted() {
    let program = mirrored();
    let ran = program.run(&["drift"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains(" of 18 companies agree\n"), "{}", ran.out);
    assert!(ran.out.contains("company 812 Harbor Line Freight"));
    assert!(!ran.out.contains(KEPT));
    let one = program.run(&["drift", "--company", "812"]);
    assert!(one.out.contains(KEPT), "{}", one.out);

    let nobody = program.run(&["drift", "--company", "9999"]);
    assert_eq!(nobody.code, 2, "{}", nobody.out);
    assert!(nobody.err.contains("company 9999 does not exist"));
    let alone = program.run(&["drift", "--yes"]);
    assert_eq!(alone.code, 2, "{}", alone.out);
}
