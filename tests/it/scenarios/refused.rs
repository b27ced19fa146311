//! Writes that the PSA refuses for good.

use model::Outcome;
use sandbox::Refusal;
use sandbox::seed::{
    BLUE_SPRUCE, GRANITE_PEAK, JOHN_SMITH_DUPLICATE, PORTAL_SHARED_MAILBOX, PORTAL_WITHOUT_EMAIL,
    REFUSES_PATCH, RIVERBEND,
};
use serde_json::json;

use crate::stack::Stack;
use crate::stack::worlds::tenant;

#[tokio::test]
async fn a_refused_write_is_a_finding_and_is_not_tried_again() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit(RIVERBEND, &[REFUSES_PATCH]).await;
    let expected = "switch off the portal login of contact 86002: refused (InvalidObject)";
    assert_eq!(seen.writes(), [expected]);
    assert_eq!(seen.findings(), ["portal-invite refused [86002]"]);
    // Twice two reads, as the rest is planned anew; a second look; and a second try that names the custom fields, which
    // some instances ask for.
    assert_eq!(seen.counts(), "5 GET, 2 PATCH");
    assert_eq!(stack.portal(REFUSES_PATCH), (true, 1));
    let entries = stack.entries(RIVERBEND).await;
    let code = "InvalidObject".to_owned();
    assert_eq!(entries[0].outcome, Some(Outcome::Refused { code }));

    let again = stack.visit_in_vain(RIVERBEND, &[REFUSES_PATCH]).await;
    assert_eq!(again.counts(), "2 GET");
    assert_eq!(again.findings(), ["portal-invite refused [86002]"]);
    assert_eq!(stack.entries(RIVERBEND).await.len(), 1);
}

#[tokio::test]
async fn a_refused_write_is_tried_again_once_the_record_has_changed() {
    let stack = Stack::on(tenant()).await;
    stack.visit(RIVERBEND, &[]).await;
    stack.world.lock().refusals.clear();
    stack.visit_in_vain(RIVERBEND, &[]).await;
    stack.person(
        "PATCH",
        "/company/contacts/86001",
        json!([{ "op": "replace", "path": "title", "value": "Director" }]),
    );
    stack.visit_in_vain(RIVERBEND, &[]).await;
    stack.person_sets(REFUSES_PATCH, &[("department", json!({ "id": 1 }))]);
    let seen = stack.visit(RIVERBEND, &[]).await;
    let expected = "switch off the portal login of contact 86002: done";
    assert_eq!(seen.writes(), [expected]);
    assert_eq!(stack.portal(REFUSES_PATCH), (false, 1));
}

#[tokio::test]
async fn what_else_is_to_be_done_at_the_company_is_done() {
    let mut world = tenant();
    let path = format!("/company/contacts/{PORTAL_SHARED_MAILBOX}");
    world.refusals.push(Refusal::forbidden("PATCH", &path));
    let stack = Stack::on(world).await;
    let seen = stack.visit(BLUE_SPRUCE, &[]).await;
    let expected = [
        "switch off the portal login of contact 82004: done",
        "switch off the portal login of contact 82003: refused (Forbidden)",
        "switch off the portal login of contact 82002: done",
        "make email item 96903 the default of contact 82007: done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(stack.portal(PORTAL_WITHOUT_EMAIL), (false, 3));
    let mut findings = seen.findings();
    findings.sort();
    let expected = [
        "portal-invite portal-held [82002]",
        "portal-invite portal-held [82004]",
        "portal-invite refused [82003]",
    ];
    assert_eq!(findings, expected);
    let again = stack.visit_in_vain(BLUE_SPRUCE, &[]).await;
    assert_eq!(again.findings(), ["portal-invite refused [82003]"]);
}

#[tokio::test]
async fn a_merge_of_which_one_write_is_refused_is_not_made() {
    let mut world = tenant();
    let path = "/company/contacts/83002/typeAssociations";
    world.refusals.push(Refusal::forbidden("POST", path));
    let stack = Stack::on(world).await;
    let seen = stack.visit(GRANITE_PEAK, &[]).await;
    let expected = [
        "add another email to contact 83002: done",
        "add another phone to contact 83002: done",
        "label contact 83002 \"Approver\": refused (Forbidden)",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(seen.findings(), ["merge-duplicates refused [83020 83002]"]);
    assert!(!stack.contact(JOHN_SMITH_DUPLICATE).is_null());
    stack.visit_in_vain(GRANITE_PEAK, &[]).await;
}

#[tokio::test]
async fn a_refused_merge_leaves_both_records_and_is_told() {
    let mut world = tenant();
    let path = format!("/company/contacts/{JOHN_SMITH_DUPLICATE}");
    let message = "Merging is switched off.";
    world
        .refusals
        .push(Refusal::new("DELETE", &path, "transferContactId", message));
    let stack = Stack::on(world).await;
    let seen = stack.visit(GRANITE_PEAK, &[]).await;
    let last = "merge contact 83020 into 83002; 4 references move with it: refused (InvalidObject)";
    assert_eq!(seen.writes().last().unwrap(), last);
    assert_eq!(seen.findings(), ["merge-duplicates refused [83020 83002]"]);
    stack.visit_in_vain(GRANITE_PEAK, &[]).await;
    assert_eq!(stack.notes(83_002).len(), 1);
}
