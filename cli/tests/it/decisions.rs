//! What waits for a person, and what comes of the answer.

use sandbox::{Fault, Refusal};
use serde_json::{Value, json};

use crate::program::Program;

const MERGE: &str = "events/callback-receiver/06-email-connector-duplicate.json";
const UNCERTAIN: &str = "events/callback-receiver/09-uncertain-duplicate.json";
const HOLD: &str = "events/callback-receiver/03-portal-without-email.json";

const REVIEW: &str = "[modes]\nmerge-duplicates = \"review\"\nportal-invite = \"review\"\n";

/// A profile in which two pairs of company 833 wait.
fn waiting() -> Program {
    let program = Program::new();
    program.prints(&["replay", UNCERTAIN]);
    program
}

fn ids(program: &Program) -> Vec<String> {
    let data: Value = serde_json::from_str(&program.run(&["review", "--json"]).out).unwrap();
    let waiting = data.as_array().unwrap().iter();
    waiting
        .map(|proposal| proposal["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn nothing_waits_in_a_profile_that_was_never_used() {
    let program = Program::new();
    assert_eq!(program.prints(&["review"]), "nothing waits for a person\n");
    assert_eq!(program.prints(&["review", "--json"]), "[]\n");
    assert!(!program.folder().exists());
}

#[test]
fn two_contacts_stand_side_by_side_with_what_differs_marked() {
    let program = waiting();
    let review = program.run(&["review"]);
    assert_eq!(review.code, 1);
    insta::assert_snapshot!(review.out, @r#"
    pair-83302-83320  company 833  merge-duplicates  since 2026-03-04 15:20:12
      these may be one person, but it is not certain; a person should compare them and merge or reject
      the pair
                       contact 83302                           contact 83320
      name             Priya Raman                             Priya Raman
      active           yes                                     yes
      portal         ≠ login on, level 1                       login off, level 1
      emails         ≠ priya.raman@cedarhollow.example *       –
      phones         ≠ 2185550132 *                            –
      title          ≠ Nurse                                   –
      relationship     Customer                                Customer
      last changed     2026-02-08 10:30                        2026-02-26 10:30
                       by jharper                              by jharper
      evidence   same name (+40)
      answer     `rollcall approve pair-83302-83320` or `rollcall reject pair-83302-83320`, which says
                 for ever that these are two people

    pair-83303-83321  company 833  merge-duplicates  since 2026-03-04 15:20:12
      these are one person, but have portal logins with different addresses; a person should decide
      which login stays
                       contact 83303                           contact 83321
      name             Marcus Thiele                           Marcus Thiele
      active           yes                                     yes
      portal           login on, level 1                       login on, level 1
      emails         ≠ marcus.thiele@cedarhollow.example *     marcus.thiele@mailbox.example *
      phones           2185550133 *                            2185550133 *
      title            Physiotherapist                         Physiotherapist
      relationship     Customer                                Customer
      last changed     2026-02-09 10:30                        2026-02-27 10:30
                       by jharper                              by jharper
      evidence   same name (+40)
                 different email addresses (-3)
                 same direct line (+35)
                 same title (+6)
      answer     `rollcall approve pair-83303-83321` or `rollcall reject pair-83303-83321`, which says
                 for ever that these are two people

    2 decisions wait for a person (≠ marks what differs)
    "#);
    assert_eq!(program.run(&["review", "--company", "833"]).out, review.out);
    assert_eq!(program.run(&["review", "--company", "830"]).code, 0);
}

#[test]
fn an_approved_pair_is_merged_at_once() {
    let program = waiting();
    let approved = program.prints(&["approve", "pair-83302-83320", "--by", "jamie"]);
    insta::assert_snapshot!(approved, @"
    approved pair-83302-83320: contacts 83302 and 83320 are one person
      visit      20260304-4fc31a9af0 of company 833
      change 1   merge contact 83320 into 83302; no reference moves with it
                 because one person in two records; 83302 survives because it has a portal login; a
                 person said that these are one
                 evidence: same name (+40)
      finding    possible-duplicate, contact 83303 and contact 83321: these are one person, but have
                 portal logins with different addresses; a person should decide which login stays
                 evidence: same name (+40); different email addresses (-3); same direct line (+35); same
                 title (+6)
      ── IT Glue ───────────────────────────────────────────────────────────────────────── finding
      visit      20260304-5fb74d5d17 of company 833: nothing to do
      finding    not-mirrored, contact 83302: several records in IT Glue may be that of contact 83302,
                 as they have its name and address: 4500083302 and 4500999999; keep one of them there,
                 and the contact is mirrored at its next change
      IT Glue    2 GET
      PSA        2 GET
      ── Grow CRM ──────────────────────────────────────────────────────────────────────── done
      visit      20260304-034417cab6 of company 833: nothing to do
      Grow CRM   1 GET
      PSA        3 GET
    ");
    assert_eq!(program.world().contact(83320), None);
    assert_eq!(ids(&program), ["pair-83303-83321"]);
    let history = program.prints(&["history", "--company", "833"]);
    assert!(
        history.contains("pair-83302-83320  approved by jamie  company 833"),
        "{history}"
    );
}

#[test]
fn a_rejected_pair_is_never_proposed_again() {
    let program = waiting();
    let rejected = program.prints(&["reject", "pair-83302-83320", "pair-83303-83321"]);
    assert_eq!(
        rejected,
        "rejected pair-83302-83320: contacts 83302 and 83320 are two people, for ever: they are never \
         merged\n  or proposed again\nrejected pair-83303-83321: contacts 83303 and 83321 are two \
         people, for ever: they are never merged\n  or proposed again\n"
    );
    program.patch(83320, "firstName", &json!("Priya R."));
    let replayed = program.prints(&["replay", UNCERTAIN]);
    assert!(!replayed.contains("possible-duplicate"), "{replayed}");
    assert_eq!(program.prints(&["review"]), "nothing waits for a person\n");
    let plan = program.run(&["plan", "--company", "833"]);
    assert_eq!(plan.code, 0, "{}", plan.out);
    let approved = program.run(&["approve", "pair-83302-83320"]);
    assert_eq!(approved.code, 1, "{}", approved.out);
    assert_eq!(
        approved.out,
        "nothing waits under the id pair-83302-83320: it was rejected by operator at 2026-03-04 15:20:13;\n  \
         contacts 83302 and 83320 are two people, for ever\n"
    );
}

#[test]
fn whoever_rejects_a_certain_merge_sees_the_pair_and_tells_it_apart() {
    let program = Program::new();
    program.run_by(REVIEW, &["replay", MERGE]);
    let review = program.run(&["review"]).out;
    assert!(
        review.contains("  contact 83002                           contact 83020\n"),
        "{review}"
    );
    let rejected = program.run_by(REVIEW, &["reject", "merge-83020-83002"]);
    assert_eq!(rejected.code, 0, "{}", rejected.out);
    assert!(
        rejected
            .out
            .starts_with("rejected merge-83020-83002: contacts 83002 and 83020 are two people"),
        "{}",
        rejected.out
    );
    for command in ["approve", "reject"] {
        let again = program.run_by(REVIEW, &[command, "merge-83020-83002"]);
        assert_eq!(again.code, 1, "{}", again.out);
        assert!(
            again.out.contains("it was rejected by operator"),
            "{}",
            again.out
        );
    }
    program.prints(&["replay", MERGE]);
    assert!(program.world().contact(83020).is_some());
}

#[test]
fn where_one_id_means_nothing_nothing_at_all_is_decided() {
    let program = waiting();
    for command in ["approve", "reject"] {
        let ran = program.run(&[command, "pair-83302-83320", "pair-1-2"]);
        assert_eq!(ran.code, 1);
        assert_eq!(
            ran.out,
            "nothing waits under the id pair-1-2; `rollcall review` lists what does\n"
        );
    }
    assert_eq!(ids(&program).len(), 2);
    assert_eq!(program.run(&["approve", "no id"]).code, 2);
}

#[test]
fn where_the_policy_observes_an_approval_is_not_taken() {
    let program = waiting();
    let before = ids(&program);
    let ran = program.run_by("", &["approve", "pair-83302-83320"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains("merge-duplicates is in observe mode at company 833"),
        "{}",
        ran.out
    );
    assert_eq!(ids(&program), before);
    assert!(
        !program
            .prints(&["history", "--company", "833"])
            .contains("approved")
    );
}

#[test]
fn a_merge_in_review_waits_until_somebody_approves_it() {
    let program = Program::new();
    let replayed = program.run_by(REVIEW, &["replay", MERGE]);
    assert!(replayed.out.contains("0 changes made"), "{}", replayed.out);
    assert_eq!(ids(&program), ["merge-83020-83002"]);
    let approved = program.run_by(REVIEW, &["approve", "merge-83020-83002"]);
    assert_eq!(approved.code, 0, "{}{}", approved.out, approved.err);
    assert!(
        approved
            .out
            .contains("change 6   merge contact 83020 into 83002")
    );
    assert_eq!(program.prints(&["review"]), "nothing waits for a person\n");
}

#[test]
fn what_stands_in_the_way_of_an_approval_is_told() {
    let program = waiting();
    program.edit(|world| {
        let words = "This contact cannot be deleted.";
        let refusal = Refusal::new("DELETE", "/company/contacts/83320", "id", words);
        world.refusals.push(refusal);
    });
    let approved = program.run(&["approve", "pair-83302-83320"]);
    assert_eq!(approved.code, 1, "{}", approved.out);
    for words in ["[refused", "pair-83302-83320 is approved and not done yet"] {
        assert!(approved.out.contains(words), "{words}\n{}", approved.out);
    }
    program.edit(|world| world.refusals.clear());
    program.patch(83320, "nickName", &json!("Pri"));
    program.prints(&["replay", UNCERTAIN]);
    assert_eq!(ids(&program), ["pair-83302-83320", "pair-83303-83321"]);
}

#[test]
fn what_has_changed_since_it_was_shown_waits_again() {
    let program = waiting();
    program.patch(83320, "title", &json!("Receptionist"));
    let approved = program.run(&["approve", "pair-83302-83320"]);
    assert_eq!(approved.code, 1, "{}", approved.out);
    assert!(
        approved.out.ends_with(
            "pair-83302-83320 waits again, as its records have changed since they were shown: look at it \
             with\n  `rollcall review`\n"
        ),
        "{}",
        approved.out
    );
    let review = program.run(&["review"]).out;
    assert!(review.contains("Receptionist"), "{review}");
    program.prints(&["approve", "pair-83302-83320"]);
    assert_eq!(program.world().contact(83320), None);
}

#[test]
fn a_rejection_can_be_taken_back_at_once_and_an_approval_not_twice() {
    let program = Program::new();
    program.run_by(REVIEW, &["replay", HOLD]);
    program.run_by(REVIEW, &["reject", "hold-82103", "--by", "jamie"]);
    assert_eq!(program.prints(&["review"]), "nothing waits for a person\n");
    let approved = program.run_by(REVIEW, &["approve", "hold-82103"]);
    assert_eq!(approved.code, 0, "{}{}", approved.out, approved.err);
    let hold = "change 1   switch off the portal login of contact 82103";
    assert!(approved.out.contains(hold), "{}", approved.out);
    let history = program.prints(&["history", "--company", "821"]);
    let said: Vec<&str> = history
        .lines()
        .filter_map(|line| line.split_once("  hold-82103  "))
        .map(|(_, said)| said)
        .collect();
    assert_eq!(
        said,
        [
            "rejected by jamie  company 821",
            "approved by operator  company 821"
        ]
    );
    let again = program.run_by(REVIEW, &["approve", "hold-82103"]);
    assert_eq!(again.code, 1);
    assert!(
        again
            .out
            .contains("it was approved by operator at 2026-03-04"),
        "{}",
        again.out
    );
}

#[test]
fn where_everything_is_observed_a_rejection_stays() {
    let program = Program::new();
    program.run_by(REVIEW, &["replay", HOLD]);
    program.run_by(REVIEW, &["reject", "hold-82103"]);
    let ran = program.run_by("", &["approve", "hold-82103"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out
            .contains("portal-invite is in observe mode at company 821"),
        "{}",
        ran.out
    );
    let history = program.prints(&["history", "--company", "821"]);
    assert!(!history.contains("approved"), "{history}");
}

#[test]
fn a_company_where_the_psa_fails_does_not_keep_the_others_from_being_visited() {
    let program = waiting();
    program.run_by(REVIEW, &["replay", HOLD]);
    program.edit(|world| {
        let fault = Fault::bad_gateway().on("GET", "/company/companies/821");
        world.faults.push(fault.forever());
    });
    let ran = program.run_by(REVIEW, &["approve", "hold-82103", "pair-83302-83320"]);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    for words in [
        " of company 821\n  failed     ",
        "`rollcall history --run 20260304-",
        "hold-82103 is approved and not done yet",
        "merge contact 83320 into 83302",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    assert_eq!(program.world().contact(83320), None);
    program.edit(|world| world.faults.clear());
    let replayed = program.run_by(REVIEW, &["replay", HOLD]);
    assert!(
        replayed
            .out
            .contains("switch off the portal login of contact 82103"),
        "{}",
        replayed.out
    );
}

#[test]
fn a_rejected_hold_is_not_done_until_it_is_approved_after_all() {
    let program = Program::new();
    program.run_by(REVIEW, &["replay", HOLD]);
    assert_eq!(ids(&program), ["hold-82103"]);
    let rejected = program.run_by(REVIEW, &["reject", "hold-82103"]);
    assert_eq!(
        (rejected.code, rejected.out.as_str()),
        (
            0,
            "rejected hold-82103: it is not done, now or later, unless somebody says\n  `rollcall approve \
             hold-82103`\n"
        )
    );
    let replayed = program.run_by(REVIEW, &["replay", HOLD]);
    assert!(
        replayed.out.contains("a person rejected this (hold-82103)"),
        "{}",
        replayed.out
    );
    assert_eq!(program.prints(&["review"]), "nothing waits for a person\n");
    let approved = program.run_by(REVIEW, &["approve", "hold-82103"]);
    assert_eq!(approved.code, 0, "{}", approved.out);
    assert!(
        approved
            .out
            .contains("change 1   switch off the portal login of contact 82103"),
        "{}",
        approved.out
    );
}
