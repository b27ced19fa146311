//! Portal logins: held, released, invited.

use model::{Action, Login, Outcome};
use sandbox::Fault;
use sandbox::seed::{
    BLUE_SPRUCE, PORTAL_DISABLED_BY_PERSON, PORTAL_EMAIL_NOT_DEFAULT, PORTAL_FINE,
    PORTAL_SHARED_MAILBOX, PORTAL_WITHOUT_EMAIL,
};
use serde_json::json;

use crate::stack::worlds::{QUARRY_LANE, QUARRY_LOGIN, office_with_login, tenant};
use crate::stack::{Stack, enforced, inviting};

const ADDRESS: &str = "bruno.paz@quarrylane.example";
const HELD: &str = "switch off the portal login of contact 50002: done";
const RELEASED: &str = "switch on the portal login of contact 50002: done";

/// A person removes a communication item of the contact with the login.
fn remove_item(stack: &Stack, item: u32) {
    let path = format!("/company/contacts/{QUARRY_LOGIN}/communications/{item}");
    stack.person("DELETE", &path, json!(null));
}

#[tokio::test]
async fn a_login_without_email_is_held_with_two_reads_a_second_look_and_one_write() {
    let stack = Stack::on(office_with_login()).await;
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [HELD]);
    assert_eq!(seen.counts(), "3 GET, 1 PATCH");
    assert_eq!(seen.findings(), ["portal-invite portal-held [50002]"]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));

    let entries = stack.entries(QUARRY_LANE).await;
    let Action::SetPortal { before, after, .. } = entries[0].action else {
        panic!("it is a hold")
    };
    assert_eq!((before.login, before.level), (Login::Enabled, Some(3)));
    assert_eq!((after.login, after.level), (Login::Disabled, Some(3)));
    assert_eq!(entries[0].outcome, Some(Outcome::Done));
    assert_eq!(entries[0].before.contacts[0].portal, before);
    let returned = entries[0].after.as_ref().unwrap();
    assert_eq!(returned.contacts[0].portal, after);
    assert_eq!(stack.findings(QUARRY_LANE).await.len(), 1);
    let again = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(again.counts(), "2 GET");
    assert!(stack.mails().is_empty());
}

#[tokio::test]
async fn a_held_login_is_explained_in_a_note_where_the_rules_ask_for_it() {
    let mut rules = enforced();
    rules.portal.note_on_hold = true;
    let stack = Stack::with_rules(office_with_login(), rules).await;
    let seen = stack.visit(QUARRY_LANE, &[]).await;
    let noted = "write a note on contact 50002: done";
    assert_eq!(seen.writes(), [HELD, noted]);
    assert_eq!(stack.notes(QUARRY_LOGIN).len(), 1);
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

#[tokio::test]
async fn a_login_that_is_held_a_second_time_is_explained_a_second_time() {
    let mut rules = enforced();
    rules.portal.note_on_hold = true;
    let stack = Stack::with_rules(office_with_login(), rules).await;
    stack.visit(QUARRY_LANE, &[]).await;
    let item = stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    remove_item(&stack, item);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    let noted = "write a note on contact 50002: done";
    assert_eq!(seen.writes(), [HELD, noted]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
    assert_eq!(stack.notes(QUARRY_LOGIN).len(), 2);
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

#[tokio::test]
async fn a_held_login_is_released_once_an_email_is_there() {
    let stack = Stack::on(office_with_login()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [RELEASED]);
    // Who else in the tenant carries the address is asked before access is given.
    assert_eq!(seen.counts(), "4 GET, 1 PATCH");
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
    assert!(stack.mails().is_empty());
    // The callback of our own write is about the contact: its address was looked up a moment ago.
    let echo = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(echo.counts(), "2 GET");
}

#[tokio::test]
async fn a_release_restores_the_level_from_before_the_hold() {
    let stack = Stack::on(office_with_login()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    stack.person_sets(QUARRY_LOGIN, &[("portalSecurityLevel", json!(1))]);
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
}

#[tokio::test]
async fn an_email_that_is_not_the_default_becomes_it_before_the_release() {
    let stack = Stack::on(office_with_login()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    let shared = stack.person_adds_email(QUARRY_LOGIN, "office@quarrylane.example", true);
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    let own = stack.person_adds_email(QUARRY_LOGIN, ADDRESS, false);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    let default =
        format!("make email item {own} the default of contact 50002, in place of {shared}: done");
    assert_eq!(seen.writes(), [default.as_str(), RELEASED]);
    assert!(stack.items(QUARRY_LOGIN).contains(&format!("{ADDRESS}*")));
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

#[tokio::test]
async fn a_released_contact_is_invited_once_in_its_life_where_the_rules_ask_for_it() {
    let stack = Stack::with_rules(office_with_login(), inviting()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    assert!(stack.mails().is_empty());
    let item = stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    let mailed = "have the PSA mail contact 50002 a password link: done";
    assert_eq!(seen.writes(), [RELEASED, mailed]);
    assert_eq!(seen.counts(), "5 GET, 1 PATCH, 1 POST");
    assert_eq!(stack.mails(), [vec![QUARRY_LOGIN]]);
    stack.visit_in_vain(QUARRY_LANE, &[]).await;

    remove_item(&stack, item);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [HELD]);
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [RELEASED]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
    assert_eq!(stack.mails().len(), 1);
}

#[tokio::test]
async fn a_login_that_a_person_disabled_is_never_switched_on() {
    let stack = Stack::with_rules(tenant(), inviting()).await;
    let before = stack.contact(PORTAL_DISABLED_BY_PERSON);
    stack.visit(BLUE_SPRUCE, &[PORTAL_DISABLED_BY_PERSON]).await;
    assert_eq!(stack.contact(PORTAL_DISABLED_BY_PERSON), before);
}

#[tokio::test]
async fn a_login_that_a_person_disables_after_our_release_stays_off() {
    let stack = Stack::with_rules(office_with_login(), inviting()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(true))]);
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
}

#[tokio::test]
async fn a_held_login_that_a_person_switches_on_and_later_off_again_stays_off() {
    let stack = Stack::with_rules(office_with_login(), inviting()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    // Before anybody visits, a person settles it: an address, and the login.
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(false))]);
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    // Weeks later the login is taken away.
    stack.world.advance(30 * 86_400);
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(true))]);
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
    assert!(stack.mails().is_empty());
}

/// A hold whose end nobody knows, as no answer came back; whether it arrived is up to the fault.
async fn cut_short(stack: &Stack, fault: Fault) {
    stack
        .world
        .lock()
        .faults
        .push(fault.on("PATCH", "").times(4));
    let visited = stack.try_visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert!(visited.is_err());
}

/// Has the journal know by which name the PSA calls us: a login is held and given back.
async fn known_by_name(stack: &Stack) {
    stack.visit(QUARRY_LANE, &[]).await;
    let address = stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [RELEASED]);
    remove_item(stack, address);
}

/// A person switches the login off and adds an address; it stays off, and that is told once.
async fn stays_off(stack: &Stack) {
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(true))]);
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.findings(), ["portal-invite portal-held [50002]"]);
    let seen = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.findings(), [] as [&str; 0]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
}

#[tokio::test]
async fn a_login_that_a_person_disables_while_nobody_knows_of_our_hold_stays_off_and_is_told() {
    let stack = Stack::on(office_with_login()).await;
    cut_short(&stack, Fault::dropped()).await;
    stays_off(&stack).await;
}

#[tokio::test]
async fn so_it_does_where_the_one_who_switched_it_off_has_another_name_than_we() {
    let stack = Stack::on(office_with_login()).await;
    known_by_name(&stack).await;
    cut_short(&stack, Fault::dropped()).await;
    stays_off(&stack).await;
}

#[tokio::test]
async fn a_login_that_a_person_switches_on_after_such_a_hold_is_not_held_again() {
    let stack = Stack::on(office_with_login()).await;
    cut_short(&stack, Fault::dropped()).await;
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(true))]);
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(false))]);
    let seen = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.findings(), ["portal-invite person-reverted [50002]"]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
}

#[tokio::test]
async fn a_hold_that_took_effect_unseen_is_known_by_our_name_and_released() {
    let stack = Stack::on(office_with_login()).await;
    known_by_name(&stack).await;
    cut_short(&stack, Fault::lost_answer()).await;
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [RELEASED]);
}

#[tokio::test]
async fn a_held_login_that_a_person_switches_on_is_told_and_not_held_again() {
    let stack = Stack::on(office_with_login()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(false))]);
    for _ in 0..2 {
        let seen = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
        assert_eq!(seen.findings(), ["portal-invite person-reverted [50002]"]);
    }
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
}

#[tokio::test]
async fn the_logins_of_blue_spruce_are_seen_to_one_by_one() {
    let stack = Stack::on(tenant()).await;
    let fine = stack.contact(PORTAL_FINE);
    let seen = stack.visit(BLUE_SPRUCE, &[]).await;
    let expected = [
        "switch off the portal login of contact 82004: done",
        "switch off the portal login of contact 82003: done",
        "switch off the portal login of contact 82002: done",
        "make email item 96903 the default of contact 82007: done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(seen.counts(), "6 GET, 4 PATCH");
    assert_eq!(stack.portal(PORTAL_WITHOUT_EMAIL), (false, 3));
    assert_eq!(stack.portal(PORTAL_SHARED_MAILBOX), (false, 1));
    let usable = "petra.vance@bluespruce.example*".to_owned();
    assert!(stack.items(PORTAL_EMAIL_NOT_DEFAULT).contains(&usable));
    assert_eq!(stack.contact(PORTAL_FINE), fine);
    stack.visit_in_vain(BLUE_SPRUCE, &[]).await;
}

#[tokio::test]
async fn a_mailbox_that_the_rules_call_shared_is_not_usable() {
    let mut rules = enforced();
    rules.portal.shared_mailboxes = ["quay".to_owned()].into();
    let stack = Stack::with_rules(office_with_login(), rules).await;
    stack.person_adds_email(QUARRY_LOGIN, "quay@quarrylane.example", true);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [HELD]);
    assert!(seen.visit.findings[0].words.contains("shared mailbox"));
}

#[tokio::test]
async fn whoever_fights_over_a_login_is_told_after_five_visits_in_an_hour() {
    let stack = Stack::on(office_with_login()).await;
    for _ in 0..5 {
        let on = stack.portal(QUARRY_LOGIN).0;
        if on {
            let items = stack.contact(QUARRY_LOGIN)["communicationItems"].clone();
            let email = items.as_array().unwrap().iter();
            for item in email.filter(|item| item["communicationType"] == "Email") {
                remove_item(&stack, crate::stack::id(&item["id"]).unwrap());
            }
        } else {
            stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
        }
        let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
        assert_eq!(seen.writes().len(), 1);
    }
    stack.person_adds_email(QUARRY_LOGIN, ADDRESS, true);
    let seen = stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.findings(), ["portal-invite write-budget [50002]"]);
    // An hour later the fight may be over.
    stack.world.advance(3_600);
    let seen = stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(seen.writes(), [RELEASED]);
}
