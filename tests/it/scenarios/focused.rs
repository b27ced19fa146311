//! Companies too large to be read at once.

use model::Scope;
use sandbox::World;
use sandbox::seed::{CATCH_ALL, CATCH_ALL_DUPLICATES};
use serde_json::json;

use crate::stack::worlds::{QUARRY_LANE, crowd};
use crate::stack::{Stack, enforced};

/// A company that counts as large, as the rules have it.
async fn large_by_rule() -> Stack {
    let mut rules = enforced();
    rules.limits.contacts_read_whole = 100;
    Stack::with_rules(crowd(150), rules).await
}

#[tokio::test]
async fn a_focused_visit_with_nothing_to_do_makes_five_reads_and_later_ones_four() {
    let stack = Stack::on(World::example()).await;
    let first = stack.visit_in_vain(CATCH_ALL, &[100_002]).await;
    assert!(matches!(first.visit.scope, Some(Scope::Focused { .. })));
    assert_eq!(first.counts(), "5 GET");
    // That the company is large is known by now.
    let second = stack.visit_in_vain(CATCH_ALL, &[100_002]).await;
    assert_eq!(second.counts(), "4 GET");
    let unhinted = stack.visit_in_vain(CATCH_ALL, &[]).await;
    assert_eq!(unhinted.counts(), "2 GET");
}

#[tokio::test]
async fn what_a_focused_visit_reads_does_not_grow_with_the_company() {
    for size in [1_500, 5_000] {
        let stack = Stack::on(crowd(size)).await;
        let seen = stack.visit_in_vain(QUARRY_LANE, &[50_700]).await;
        assert_eq!(seen.counts(), "5 GET", "{size} contacts");
    }
}

#[tokio::test]
async fn several_contacts_of_one_company_are_focused_on_in_five_reads() {
    let stack = large_by_rule().await;
    let hints: Vec<u32> = (50_110..50_120).collect();
    let seen = stack.visit_in_vain(QUARRY_LANE, &hints).await;
    assert_eq!(seen.counts(), "5 GET");
}

#[tokio::test]
async fn a_focused_visit_finds_and_merges_the_duplicate_of_its_contact() {
    let (kept, gone) = CATCH_ALL_DUPLICATES[0];
    let stack = Stack::on(World::example()).await;
    let seen = stack.visit(CATCH_ALL, &[gone]).await;
    let expected = format!("merge contact {gone} into {kept}; no reference moves with it: done");
    assert_eq!(seen.writes(), [expected]);
    // The company, the first page, the contact, and whoever shares an address or its name; what hangs
    // on the one to go and on the one to stay; and both once more before the merge.
    let gets = 5 + 15 + 2 + 2;
    assert_eq!(seen.counts(), format!("1 DELETE, {gets} GET"));
    assert!(stack.contact(gone).is_null());
    stack.visit_in_vain(CATCH_ALL, &[gone]).await;
    stack.visit_in_vain(CATCH_ALL, &[kept]).await;
}

#[tokio::test]
async fn a_focused_visit_to_the_original_finds_the_duplicate_as_well() {
    let (kept, gone) = CATCH_ALL_DUPLICATES[4];
    let stack = Stack::on(World::example()).await;
    let seen = stack.visit(CATCH_ALL, &[kept]).await;
    assert_eq!(seen.writes().len(), 1);
    assert!(stack.contact(gone).is_null());
    // The other pairs are for visits to them.
    let (_, other) = CATCH_ALL_DUPLICATES[1];
    assert!(!stack.contact(other).is_null());
    stack.visit_in_vain(CATCH_ALL, &[kept]).await;
}

#[tokio::test]
async fn a_large_company_without_a_default_contact_gets_one() {
    let stack = large_by_rule().await;
    stack.person("DELETE", "/company/contacts/50001", json!(null));
    assert_eq!(stack.default_of(QUARRY_LANE), None);
    let seen = stack.visit(QUARRY_LANE, &[]).await;
    assert_eq!(stack.default_of(QUARRY_LANE), Some(50_002));
    let expected = [
        "make 50002 the default contact of company 500, in place of nobody: done",
        "label contact 50002 \"Primary\": done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(seen.counts(), "2 GET, 1 PATCH, 1 POST");
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

#[tokio::test]
async fn a_login_without_email_in_a_large_company_is_held() {
    let mut world = crowd(1_500);
    world.add_contact(json!({
        "id": 60_000, "firstName": "Bruno", "lastName": "Paz", "company": { "id": QUARRY_LANE },
        "disablePortalLoginFlag": false, "portalSecurityLevel": 3, "communicationItems": [],
    }));
    let stack = Stack::on(world).await;
    let seen = stack.visit(QUARRY_LANE, &[60_000]).await;
    assert_eq!(
        seen.writes(),
        ["switch off the portal login of contact 60000: done"]
    );
    assert_eq!(stack.portal(60_000), (false, 3));
    // There is no address or number to look for: company, page, contact, name.
    assert_eq!(seen.counts(), "4 GET, 1 PATCH");
    stack.visit_in_vain(QUARRY_LANE, &[60_000]).await;
}
