//! Who is the primary contact.

use model::Outcome;
use sandbox::seed::{
    CHOSEN_DEFAULT, COPPERFIELD, DEFAULT_TO_DEACTIVATE, DEFAULT_TO_DELETE, FERNWOOD,
    FERNWOOD_SUCCESSOR, HALCYON, INACTIVE_DEFAULT, JUNIPER, MISLABELED, PINECREST, SUMMIT_RIDGE,
    TIDEWATER, UNLABELED_DEFAULT, default_deactivated, default_deleted,
};
use serde_json::json;

use crate::stack::Stack;
use crate::stack::worlds::{PRIMARY, tenant};

#[tokio::test]
async fn an_inactive_default_contact_is_succeeded_and_the_label_moves_along() {
    let stack = Stack::on(tenant()).await;
    assert_eq!(stack.default_of(TIDEWATER), Some(INACTIVE_DEFAULT));
    let seen = stack.visit(TIDEWATER, &[]).await;
    let expected = [
        "make 85002 the default contact of company 850, in place of 85001: done",
        "label contact 85002 \"Primary\": done",
        "take the label \"Primary\" off contact 85001: done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(stack.default_of(TIDEWATER), Some(85_002));
    assert_eq!(stack.labels(85_002), [PRIMARY].into());
    assert_eq!(stack.labels(INACTIVE_DEFAULT), [].into());
    // The third read is for the link that is to be deleted: only it tells the link's id.
    assert_eq!(seen.counts(), "1 DELETE, 4 GET, 1 PATCH, 1 POST");

    let entries = stack.entries(TIDEWATER).await;
    assert!(
        entries
            .iter()
            .all(|entry| entry.outcome == Some(Outcome::Done))
    );
    let reason = &entries[0].reason;
    assert!(
        reason.contains("its default contact 85001 is inactive"),
        "{reason}"
    );
    assert!(reason.contains("has a portal login"), "{reason}");
    let before = entries[0].before.company.as_ref().unwrap();
    assert_eq!(before.default_contact.unwrap().get(), INACTIVE_DEFAULT);
    let after = entries[0].after.as_ref().unwrap().company.as_ref().unwrap();
    assert_eq!(after.default_contact.unwrap().get(), 85_002);
    assert_eq!(stack.visit_in_vain(TIDEWATER, &[]).await.counts(), "2 GET");
}

#[tokio::test]
async fn a_default_contact_that_was_deleted_is_succeeded() {
    let stack = Stack::on(tenant()).await;
    stack.visit_in_vain(COPPERFIELD, &[]).await;
    stack.world.play(&default_deleted()).unwrap();
    assert_eq!(stack.default_of(COPPERFIELD), None);
    let seen = stack.visit(COPPERFIELD, &[DEFAULT_TO_DELETE]).await;
    let expected = [
        "make 86102 the default contact of company 861, in place of nobody: done",
        "label contact 86102 \"Primary\": done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(seen.counts(), "3 GET, 1 PATCH, 1 POST");
    assert_eq!(stack.default_of(COPPERFIELD), Some(86_102));
    stack.visit_in_vain(COPPERFIELD, &[]).await;
}

#[tokio::test]
async fn a_default_contact_that_was_deactivated_is_succeeded() {
    let stack = Stack::on(tenant()).await;
    stack.visit_in_vain(JUNIPER, &[]).await;
    stack.world.play(&default_deactivated()).unwrap();
    let seen = stack.visit(JUNIPER, &[DEFAULT_TO_DEACTIVATE]).await;
    assert_eq!(stack.default_of(JUNIPER), Some(86_202));
    assert_eq!(seen.writes().len(), 3);
    assert_eq!(stack.labels(DEFAULT_TO_DEACTIVATE), [].into());
    assert_eq!(stack.contact(DEFAULT_TO_DEACTIVATE)["inactiveFlag"], true);
    stack.visit_in_vain(JUNIPER, &[]).await;
}

#[tokio::test]
async fn a_company_without_default_contact_gets_a_person_and_not_its_mailbox() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit(FERNWOOD, &[]).await;
    assert_eq!(seen.writes().len(), 2);
    assert_eq!(seen.counts(), "3 GET, 1 PATCH, 1 POST");
    assert_eq!(stack.default_of(FERNWOOD), Some(FERNWOOD_SUCCESSOR));
    stack.visit_in_vain(FERNWOOD, &[]).await;
}

#[tokio::test]
async fn a_company_without_active_contact_gets_a_finding_and_no_write() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(HALCYON, &[]).await;
    assert_eq!(seen.findings(), ["primary-contact no-active-contact []"]);
    assert_eq!(seen.counts(), "2 GET");
    assert_eq!(stack.findings(HALCYON).await.len(), 1);
    assert_eq!(stack.default_of(HALCYON), None);
}

#[tokio::test]
async fn a_default_contact_that_a_person_chose_stays_although_another_looks_better() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(PINECREST, &[CHOSEN_DEFAULT]).await;
    assert_eq!(seen.counts(), "2 GET");
    assert_eq!(stack.default_of(PINECREST), Some(CHOSEN_DEFAULT));
}

#[tokio::test]
async fn the_label_goes_where_the_default_contact_is() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit(SUMMIT_RIDGE, &[]).await;
    let expected = [
        "label contact 85401 \"Primary\": done",
        "take the label \"Primary\" off contact 85402: done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(seen.counts(), "1 DELETE, 3 GET, 1 POST");
    assert_eq!(stack.labels(UNLABELED_DEFAULT), [PRIMARY].into());
    assert_eq!(stack.labels(MISLABELED), [].into());
    assert_eq!(stack.default_of(SUMMIT_RIDGE), Some(UNLABELED_DEFAULT));
    stack.visit_in_vain(SUMMIT_RIDGE, &[]).await;
}

#[tokio::test]
async fn another_default_contact_that_a_person_chooses_after_us_takes_the_label_and_stays() {
    let stack = Stack::on(tenant()).await;
    stack.visit(TIDEWATER, &[]).await;
    let chosen = json!([{ "op": "replace", "path": "defaultContact", "value": { "id": 85_003 } }]);
    stack.person("PATCH", "/company/companies/850", chosen);
    let seen = stack.visit(TIDEWATER, &[]).await;
    let expected = [
        "label contact 85003 \"Primary\": done",
        "take the label \"Primary\" off contact 85002: done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(stack.default_of(TIDEWATER), Some(85_003));
    stack.visit_in_vain(TIDEWATER, &[]).await;
}

#[tokio::test]
async fn a_succession_that_a_person_takes_back_is_told_and_not_made_again() {
    let stack = Stack::on(tenant()).await;
    stack.visit(TIDEWATER, &[]).await;
    let back =
        json!([{ "op": "replace", "path": "defaultContact", "value": { "id": INACTIVE_DEFAULT } }]);
    stack.person("PATCH", "/company/companies/850", back);
    let seen = stack.visit_in_vain(TIDEWATER, &[]).await;
    let expected = ["primary-contact person-reverted [85002 85001]"];
    assert_eq!(seen.findings(), expected);
    assert_eq!(stack.default_of(TIDEWATER), Some(INACTIVE_DEFAULT));
}
