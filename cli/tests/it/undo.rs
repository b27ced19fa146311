//! Taking back what was done.

use sandbox::{Fault, Kind, World};
use serde_json::{Value, json};

use crate::program::Program;

const MERGE: &str = "events/callback-receiver/06-email-connector-duplicate.json";

/// The run that merged contact 83020 into 83002.
fn merged() -> (Program, String) {
    let program = Program::new();
    let replayed = program.prints(&["replay", MERGE, "--json"]);
    let replayed: Value = serde_json::from_str(&replayed).unwrap();
    let run = replayed[0]["visits"][0]["run"].as_str().unwrap();
    (program, run.to_owned())
}

/// The last run of an undo. What the mirrors did after it are runs of their own.
fn undoing(program: &Program) -> String {
    let history = program.prints(&["history", "--json"]);
    let history: Value = serde_json::from_str(&history).unwrap();
    let mut changes = history["changes"].as_array().unwrap().iter().rev();
    let is_mirrors = |change: &Value| change["action"]["write"] == "mirror";
    let last = changes.find(|change| !is_mirrors(change)).unwrap();
    let id = last["id"].as_str().unwrap();
    id.rsplit_once('.').unwrap().0.to_owned()
}

fn tickets(world: &World, contact: u32) -> Vec<u32> {
    world.referring(Kind::ServiceTicket, "contact", contact)
}

#[test]
fn what_the_journal_does_not_know_cannot_be_taken_back() {
    let program = Program::new();
    for target in ["nonsense", "20260304-0000000000.1"] {
        let ran = program.run(&["undo", target, "--yes"]);
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains("the journal knows nothing"), "{}", ran.out);
        assert!(ran.out.contains("`rollcall history` lists"), "{}", ran.out);
    }
}

#[test]
fn in_a_pipe_an_undo_is_shown_and_not_done() {
    let (program, run) = merged();
    let before = program.world().to_json().unwrap();
    let shown = program.run(&["undo", &run]);
    assert_eq!(shown.code, 1);
    insta::assert_snapshot!(shown.out, @r#"
    company 830
      revert     merge contact 83020 into 83002; 4 references move with it (20260304-ed8b68034e.6)
      revert     write a note on contact 83002 (20260304-ed8b68034e.5)
      revert     put contact 83002 into marketing group 1 (20260304-ed8b68034e.4)
      revert     label contact 83002 "Approver" (20260304-ed8b68034e.3)
      revert     add another phone to contact 83002 (20260304-ed8b68034e.2)
      revert     add another email to contact 83002 (20260304-ed8b68034e.1)
      writes     bring back contact 83020, which was merged into 83002, under a new id: john.smith
                 fill relationship of contact 83020 (new id): relationship: Customer
                 add a default email to contact 83020 (new id): john.smith@granitepeak.example
                 add another email to contact 83020 (new id): john.smith.site@granitepeak.example
                 add another phone to contact 83020 (new id): 2185550177
                 label contact 83020 (new id) "Approver"
                 put contact 83020 (new id) into marketing group 1
                 put contact 83020 (new id) into marketing group 2
                 write a note on contact 83020 (new id): Prefers to be called before seven.
                 write a note on contact 83020 (new id): Asked for a quote for three tablets.
                 point service ticket 5 (contact) at contact 83020 (new id), in place of 83002
                 point service ticket 6 (contact) at contact 83020 (new id), in place of 83002
                 point activity 1 (contact) at contact 83020 (new id), in place of 83002
                 point configuration 1 (contact) at contact 83020 (new id), in place of 83002
                 remove note 21 from contact 83002: Merged from contact 83020. Kept from it: / note:
                 Prefers to be called before seven. / note: Asked for a quote for three tablets.
                 take contact 83002 out of marketing group 1
                 take the label "Approver" off contact 83002
                 remove phone item 97272 from contact 83002: 2185550177
                 remove email item 97271 from contact 83002: john.smith.site@granitepeak.example
    Nothing was changed. With --yes, this is done without asking.
    "#);
    let data: Value = serde_json::from_str(&program.run(&["undo", &run, "--json"]).out).unwrap();
    assert_eq!(data[0]["reversals"][0]["prospect"], "revert");
    assert_eq!(data[0]["writes"][0]["action"]["write"], "restore");
    assert_eq!(program.world().to_json().unwrap(), before);
}

#[test]
fn a_merge_is_taken_back_and_the_undo_in_turn() {
    let (program, run) = merged();
    let undone = program.prints(&["undo", &run, "--yes"]);
    let outcome = undone.split_once("\n\n").unwrap().1;
    let undo = undoing(&program);
    insta::assert_snapshot!(outcome.replace(&undo, "UNDO"), @r#"
    company 830
      reverted   merge contact 83020 into 83002; 4 references move with it (20260304-ed8b68034e.6)
      reverted   write a note on contact 83002 (20260304-ed8b68034e.5)
      reverted   put contact 83002 into marketing group 1 (20260304-ed8b68034e.4)
      reverted   label contact 83002 "Approver" (20260304-ed8b68034e.3)
      reverted   add another phone to contact 83002 (20260304-ed8b68034e.2)
      reverted   add another email to contact 83002 (20260304-ed8b68034e.1)
      new id     contact 83020 is contact 105001 now
      run        UNDO; `rollcall undo UNDO` takes it back
      ── IT Glue ───────────────────────────────────────────────────────────────────────── done
      visit      20260304-23e35bc439 of company 830
      change 1   set contact-emails, contact-phones of IT Glue contact 4500083002, for contact 83002
                 because the PSA leads, and has contact 83002 otherwise
      change 2   set contact-type-id, notes, contact-phones of IT Glue contact 4500083020, for contact
                 105001
                 because the PSA leads, and has contact 105001 otherwise
      change 3   set contact-type-id, contact-phones of IT Glue contact 4500083002, for contact 83002
                 because what was merged into contact 83002 is a contact of its own again
      contact    4500083002 John Smith
               - emails: john.smith@granitepeak.example (Work) *, john.smith.site@granitepeak.example (Work)
               + emails: john.smith@granitepeak.example (Work) *
               - phones: 2185550102 (Work) *, 2185550177 (Cell), 2185550188 (Work)
               + phones: 2185550102 (Work) *
               - type: Approver
      contact    4500083020 john.smith
               - notes: Merged into ConnectWise contact 83002: https://northwindmsp.itglue.com/1220830/contacts/4500083002 / Until then in IT Glue: type Approver / Mirrored from ConnectWise contact 83020
               + notes: Mirrored from ConnectWise contact 105001
               - phones: 2185550177 (Cell), 2185550188 (Work) *
               + phones: 2185550177 (Cell) *, 2185550188 (Work)
               - type: Inactive (PSA)
               + type: Approver
      IT Glue    4 GET, 3 PATCH
      PSA        2 GET
      ── Grow CRM ──────────────────────────────────────────────────────────────────────── finding
      visit      20260304-d7d226f1ff of company 830: nothing to do
      finding    not-mirrored, contact 105001: contact 105001 has no last name, which Grow CRM insists
                 on; it is mirrored once somebody has completed it
      PSA        2 GET
    "#);
    let world = program.world();
    let back = world.contact(105_001).unwrap();
    assert_eq!(back["firstName"], "john.smith");
    assert_eq!(tickets(&world, 105_001), [5, 6]);
    assert_eq!(tickets(&world, 83002), [2, 3, 4, 31]);

    let merge = program.prints(&["explain", &format!("{run}.6")]);
    assert!(
        merge.contains(&format!("  taken back by run {undo}, changes 1, 2, ")),
        "{merge}"
    );
    let restore = program.prints(&["explain", &format!("{undo}.1")]);
    assert!(
        restore.contains(&format!("  takes back change {run}.6\n")),
        "{restore}"
    );
    assert!(restore.contains("end        done: it is contact 105001 now"));
    let history = program.prints(&["history", "--run", &undo]);
    assert!(
        history.contains(&format!("    takes back {run}.6\n")),
        "{history}"
    );
    assert!(!history.contains(&format!("  {run}.")), "{history}");

    let again = program.prints(&["undo", &undo, "--yes", "--json"]);
    let again: Value = serde_json::from_str(&again).unwrap();
    let ends = again[0]["reversals"].as_array().unwrap().iter();
    assert!(ends.map(|r| &r["end"]).all(|end| end == "reverted"));
    let world = program.world();
    assert_eq!(world.contact(105_001), None);
    assert_eq!(tickets(&world, 83002), [2, 3, 4, 5, 6, 31]);
}

#[test]
fn one_change_is_taken_back_with_those_that_it_stands_and_falls_with() {
    let (program, run) = merged();
    let data = program.run(&["undo", &format!("{run}.3"), "--json"]).out;
    let data: Value = serde_json::from_str(&data).unwrap();
    let changes = data[0]["reversals"].as_array().unwrap();
    assert_eq!(changes.len(), 6);
}

#[test]
fn what_a_person_has_changed_since_is_left_alone_and_told() {
    let (program, run) = merged();
    let note = program
        .world()
        .ids(Kind::Note)
        .into_iter()
        .max()
        .unwrap_or_default();
    let path = format!("/company/contacts/83002/notes/{note}");
    let patch = json!([{ "op": "replace", "path": "text", "value": "Mine now." }]);
    let reply = program.edit(|world| world.request("jharper", "PATCH", &path, Some(&patch)));
    assert_eq!(reply.status, 200);

    let undone = program.run(&["undo", &run, "--yes"]);
    assert_eq!(undone.code, 1, "{}", undone.out);
    let told = format!(
        "  conflict   write a note on contact 83002 ({run}.5)\n             left alone:\n             \
         the note on contact 83002 is not there as it was written\n"
    );
    assert!(undone.out.contains(&told), "{}", undone.out);
    assert_eq!(undone.out.matches("  reverted   ").count(), 5);
    let world = program.world();
    assert_eq!(world.get(Kind::Note, note).unwrap()["text"], "Mine now.");
    assert_eq!(tickets(&world, 105_001), [5, 6]);
}

#[test]
fn whoever_set_everything_to_observe_after_trouble_can_take_it_back() {
    let (program, run) = merged();
    let undone = program.run_by("", &["undo", &run, "--yes"]);
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    assert!(program.world().contact(105_001).is_some());
    let again = program.run_by("", &["undo", &format!("{run}.4"), "--yes"]);
    assert!(
        again.out.contains("  writes     nothing\n"),
        "{}",
        again.out
    );
}

#[test]
fn an_undo_that_the_psa_broke_off_goes_on_where_it_stopped() {
    let (program, run) = merged();
    program.edit(|world| {
        let fault = Fault::bad_gateway().on("PATCH", "/service/tickets/6");
        world.faults.push(fault.forever());
    });
    let broken = program.run(&["undo", &run, "--yes"]);
    assert_eq!(broken.code, 3, "{}{}", broken.out, broken.err);
    let failed = broken.out.split_once("\n\n").unwrap().1;
    for words in [
        "  failed     ",
        "`rollcall history --run 20260304-",
        "the same undo goes on where it stopped",
    ] {
        assert!(failed.contains(words), "{failed}");
    }
    assert_eq!(tickets(&program.world(), 105_001), [5]);
    program.edit(|world| world.faults.clear());
    let undone = program.run(&["undo", &run, "--yes"]);
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    let world = program.world();
    assert_eq!(tickets(&world, 105_001), [5, 6]);
    assert_eq!(world.contact(105_002), None);
    assert_eq!(tickets(&world, 83002), [2, 3, 4, 31]);
}
