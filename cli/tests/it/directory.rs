//! `rollcall directory` and `rollcall vips` in the local profile.

use std::fs;

use sandbox::itglue::{Account, Contact};
use sandbox::seed;
use serde_json::{Value, json};

use crate::program::{Program, joined};

const IN_ORDER: &str = "events/callback-receiver/01-all-in-order.json";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Has somebody do something in IT Glue while no command runs.
fn edit(program: &Program, edit: impl FnOnce(&mut Account)) {
    let file = program.folder().join("itglue.json");
    let mut account = Account::from_json(&fs::read_to_string(&file).unwrap()).unwrap();
    edit(&mut account);
    fs::write(&file, account.to_json().unwrap()).unwrap();
}

#[test]
fn a_directory_tells_everybody_with_who_they_are_in_the_psa() {
    let program = Program::new();
    // From then on the map knows whose record is whose.
    program.prints(&["replay", IN_ORDER]);
    insta::assert_snapshot!(program.prints(&["directory", "--company", "812"]), @r"
    company 812 is organization 1220812 in IT Glue: Harbor Line Freight

    VIP  Name                Title, type, location  Phones, emails                        In the PSA
         Almeida, Josefa     Dock Supervisor        3125550144 (Work)                     contact 4712
                                                    josefa.almeida@harborline.example
         Benali, Tariq       Crane Operator         3125550145 (Work)                     contact 4713
                                                    tariq.benali@harborline.example
         Brandt, Ilya        Accounts Payable       3125550143 (Work) *                   contact 4802
                             Main                   3125550198 (Cell)
                                                    ilya.brandt@harborline.example
         Ekwueme, Ngozi      Customs Broker         3125550147 (Work)                     contact 4715
                                                    ngozi.ekwueme@harborline.example
         Feher, Laszlo       Yard Manager           3125550148 (Work)                     contact 4716
                                                    laszlo.feher@harborline.example
         Krug, Anneliese     Safety Officer         3125550149 (Work)                     contact 4717
                                                    anneliese.krug@harborline.example
    VIP  Okafor, Renée       Operations Lead        3125550142 x12 (Work)                 contact 4711
                             Decision Maker         renee.okafor@harborline.example
         Stout, Wilhelmina   Freight Planner        3125550146 (Work)                     contact 4714
                                                    wilhelmina.stout@harborline.example

    8 contacts, 1 of them important; each is known to be somebody in the PSA
    ");
    assert_eq!(
        program
            .prints(&["history"])
            .matches("nothing was done yet")
            .count(),
        1
    );
}

#[test]
fn before_anything_was_mirrored_notes_and_the_native_sync_tell_who_somebody_is() {
    let program = Program::new();
    let harbor = program.prints(&["directory", "--company", "812"]);
    assert!(
        joined(&harbor).contains("contact 4712 josefa.almeida"),
        "{harbor}"
    );
    assert!(joined(&harbor).contains("by its notes"), "{harbor}");
    insta::assert_snapshot!(program.prints(&["directory", "--company", "820"]), @r"
    company 820 is organization 1220820 in IT Glue: Blue Spruce Dental

    VIP  Name                Title, type, location  Phones, emails                        In the PSA
         Achebe, Desmond     Dentist                4195550108 (Work)                     nobody known
                                                    desmond.achebe@bluespruce.example
         Haddadin, Noor      Dentist                4195550105 (Work)                     nobody known
                                                    n.haddadin@bluespruce.example

    2 contacts, 0 of them important; 2 not known to be anybody in the PSA
    ");
    let kestrel = json(&program.prints(&["directory", "--company", "821", "--json"]));
    let contacts = kestrel["contacts"].as_array().unwrap();
    assert_eq!(contacts.len(), 14);
    assert!(
        contacts
            .iter()
            .all(|contact| contact["psa"][0]["known_by"] == "native-sync")
    );
}

#[test]
fn a_directory_as_data_is_complete() {
    let program = Program::new();
    program.prints(&["replay", IN_ORDER]);
    let told = json(&program.prints(&["directory", "--company", "812", "--json"]));
    assert_eq!(
        (&told["company"], &told["organization"]["id"]),
        (&json!(812), &json!(1_220_812))
    );
    let contacts = told["contacts"].as_array().unwrap();
    let renee = contacts.iter().find(|each| each["id"] == 4_500_004_711_u64);
    let renee = renee.unwrap();
    assert_eq!(
        (&renee["contact_type_name"], &renee["important"]),
        (&json!("Decision Maker"), &json!(true))
    );
    assert_eq!(
        renee["psa"],
        json!([{ "contact": 4711, "known_by": "map", "exists": true, "active": true, "company": 812, "vip": false }])
    );
    let ilya = contacts.iter().find(|each| each["location"] != Value::Null);
    assert_eq!(ilya.unwrap()["location_name"], "Main");
}

#[test]
fn who_left_who_moved_and_who_is_nobody_is_told() {
    let program = Program::new();
    program.prints(&["replay", IN_ORDER]);
    program.edit(|world| {
        let person = sandbox::PERSON;
        let gone = world.request(
            person,
            "DELETE",
            "/company/contacts/4716?transferContactId=4712",
            None,
        );
        assert_eq!(gone.status, 204);
    });
    program.patch(4717, "company", &json!({ "id": 821 }));
    program.patch(4715, "inactiveFlag", &json!(true));
    edit(&program, |account| {
        let organization = seed::itglue_organization(seed::HARBOR_LINE);
        account.add_contact(Contact::new(organization, "Mo", ""));
    });
    let told = joined(&program.prints(&["directory", "--company", "812"]));
    for words in [
        "contact 4716 laszlo.feher@harborline.example gone there",
        "contact 4717 anneliese.krug@harborline.example at company 821",
        "contact 4715 ngozi.ekwueme@harborline.example inactive",
        "Mo nobody known",
        "9 contacts, 1 of them important; 1 not known to be anybody in the PSA",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
}

#[test]
fn where_there_is_no_organization_to_look_at_it_is_said_why() {
    let program = Program::new();
    for command in ["directory", "vips"] {
        for (company, code, words) in [
            (
                "840",
                1,
                "company 840 has no organization in IT Glue; create or link it there",
            ),
            (
                "860",
                1,
                "several organizations in IT Glue are that of company 860 by its name; make it one in IT Glue",
            ),
            (
                "999",
                2,
                "rollcall: company 999 does not exist in the tenant northwindmsp",
            ),
        ] {
            let ran = program.run(&[command, "--company", company]);
            assert_eq!(ran.code, code, "{command} {company}: {}", ran.err);
            let said = joined(&format!("{}{}", ran.out, ran.err));
            assert_eq!(said, words);
        }
        let told = program.run(&[command, "--company", "840", "--json"]);
        assert_eq!((told.code, &json(&told.out)["found"]), (1, &json!(false)));
    }
    program.prints(&["replay", IN_ORDER]);
    edit(&program, |account| {
        let organization = seed::itglue_organization(seed::HARBOR_LINE);
        account.organizations.remove(&organization).unwrap();
    });
    let gone = program.run(&["directory", "--company", "812"]);
    assert_eq!(gone.code, 1, "{}", gone.err);
    let words = "company 812 was mirrored to organization 1220812, which is gone from IT Glue";
    assert!(joined(&gone.out).starts_with(words), "{}", gone.out);
}

#[test]
fn everybody_who_is_important_is_told_with_what_the_psa_says() {
    let program = Program::new();
    program.prints(&["replay", IN_ORDER]);
    edit(&program, |account| {
        let organization = seed::itglue_organization(seed::KESTREL);
        account.add_contact(Contact::new(organization, "Mo", "Field").with_important(true));
    });
    let rules = "[itglue]\nvip-labels = [\"Decision Maker\"]\n";
    let told = program.run_by(rules, &["vips"]);
    assert_eq!(told.code, 0, "{}", told.err);
    insta::assert_snapshot!(told.out, @r"
    Name                    Organization                    In the PSA        Important there
    Okafor, Renée           Harbor Line Freight             contact 4711      yes
    Field, Mo               Kestrel Legal Group             nobody known      –
    Pugh, Gareth            Tidewater Marine                contact 85001     no: it is inactive
                                                            by its notes

    3 are important in IT Glue; 1 of them in the PSA, too, by itglue.vip-labels: Decision Maker
    ");
    let data = json(&program.run_by(rules, &["vips", "--json"]).out);
    let agrees: Vec<&Value> = data
        .as_array()
        .unwrap()
        .iter()
        .map(|vip| &vip["agrees"])
        .collect();
    assert_eq!(agrees, [&json!(true), &Value::Null, &json!(false)]);
    assert_eq!(data[0]["organization_name"], "Harbor Line Freight");
    let of_one = program.prints(&["vips", "--company", "850"]);
    assert!(of_one.contains("Pugh, Gareth"), "{of_one}");
    assert!(!of_one.contains("Okafor"), "{of_one}");
}

#[test]
fn where_nobody_is_important_that_is_said() {
    let program = Program::new();
    let told = program.prints(&["vips", "--company", "821"]);
    assert_eq!(told, "nobody is marked as important in IT Glue\n");
}
