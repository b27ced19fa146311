//! Addresses that belong to a login at another company.

use sandbox::seed::{BLUE_SPRUCE, KESTREL, PORTAL_STRANGERS_EMAIL};
use serde_json::json;

use crate::stack::Stack;
use crate::stack::worlds::tenant;

/// The one at Kestrel to whom the address belongs.
const OWNER: u32 = 82_101;
const HELD: &str = "switch off the portal login of contact 82006: done";

#[tokio::test]
async fn an_address_that_a_changed_contact_brings_is_looked_up_in_the_tenant() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit(BLUE_SPRUCE, &[PORTAL_STRANGERS_EMAIL]).await;
    assert!(
        seen.writes().contains(&HELD.to_owned()),
        "{:?}",
        seen.writes()
    );
    // Company, contacts, the tenant; and a second look before each of the five writes.
    assert_eq!(seen.paths("GET").len(), 3 + 5);
    assert_eq!(stack.portal(OWNER), (true, 4));
    stack.visit_in_vain(BLUE_SPRUCE, &[]).await;
}

#[tokio::test]
async fn an_address_that_another_company_has_registered_is_looked_up_without_a_hint() {
    let stack = Stack::on(tenant()).await;
    let kestrel = stack.visit_in_vain(KESTREL, &[]).await;
    assert_eq!(kestrel.counts(), "2 GET");
    let seen = stack.visit(BLUE_SPRUCE, &[]).await;
    assert!(
        seen.writes().contains(&HELD.to_owned()),
        "{:?}",
        seen.writes()
    );
    // Company, contacts, the tenant; and a second look before each of the five writes.
    assert_eq!(seen.paths("GET").len(), 3 + 5);
    let held = seen.visit.findings.iter().find(|finding| {
        let about = finding.contacts.iter().map(|id| id.get());
        about.eq([PORTAL_STRANGERS_EMAIL])
    });
    let words = &held.unwrap().words;
    assert!(
        words.contains("contact 82101 at another company"),
        "{words}"
    );
    // Held, it claims the address no longer, so its owner's company is at two reads still.
    let kestrel = stack.visit_in_vain(KESTREL, &[OWNER]).await;
    assert_eq!(kestrel.counts(), "2 GET");
    assert_eq!(stack.portal(OWNER), (true, 4));
}

#[tokio::test]
async fn the_owner_of_an_address_keeps_the_login_although_a_stranger_has_it_too() {
    let stack = Stack::on(tenant()).await;
    let kestrel = stack.visit_in_vain(KESTREL, &[OWNER]).await;
    assert_eq!(kestrel.counts(), "3 GET");
    assert_eq!(stack.portal(OWNER), (true, 4));
}

#[tokio::test]
async fn a_login_held_for_an_address_of_somebody_elsewhere_returns_when_that_one_is_gone() {
    let stack = Stack::on(tenant()).await;
    stack.visit(BLUE_SPRUCE, &[PORTAL_STRANGERS_EMAIL]).await;
    // Whether it may be released is asked at every visit: one read more, as nobody tells this company
    // when the other one lets go of the address.
    let waiting = stack.visit_in_vain(BLUE_SPRUCE, &[]).await;
    assert_eq!(waiting.counts(), "3 GET");
    stack.person_sets(OWNER, &[("disablePortalLoginFlag", json!(true))]);
    let seen = stack.visit(BLUE_SPRUCE, &[]).await;
    let released = "switch on the portal login of contact 82006: done";
    assert_eq!(seen.writes(), [released]);
    let done = stack
        .visit_in_vain(BLUE_SPRUCE, &[PORTAL_STRANGERS_EMAIL])
        .await;
    assert_eq!(done.counts(), "2 GET");
}

#[tokio::test]
async fn a_login_is_not_released_to_an_address_that_is_a_login_elsewhere() {
    let stack = Stack::on(tenant()).await;
    stack.visit(BLUE_SPRUCE, &[]).await;
    let held = sandbox::seed::PORTAL_WITHOUT_EMAIL;
    stack.person_adds_email(held, "rafael.moreau@kestrel.example", true);
    let seen = stack.visit(BLUE_SPRUCE, &[held]).await;
    // The look-up shows that another login of the company has no right to the address, either.
    assert_eq!(seen.writes(), [HELD]);
    assert_eq!(stack.portal(held), (false, 3));
    assert_eq!(stack.portal(OWNER), (true, 4));
}

#[tokio::test]
async fn an_address_moves_with_its_login_from_one_company_to_another() {
    let stack = Stack::on(tenant()).await;
    stack.visit(KESTREL, &[]).await;
    stack.person_sets(
        PORTAL_STRANGERS_EMAIL,
        &[("disablePortalLoginFlag", json!(true))],
    );
    stack.person_sets(82_102, &[("company", json!({ "id": BLUE_SPRUCE }))]);
    let seen = stack.visit(BLUE_SPRUCE, &[82_102]).await;
    // Its address is registered for itself, at the company it left.
    assert!(
        !seen.writes().iter().any(|w| w.contains("82102")),
        "{:?}",
        seen.writes()
    );
    stack.visit_in_vain(BLUE_SPRUCE, &[82_102]).await;
    stack.visit_in_vain(KESTREL, &[]).await;
}
