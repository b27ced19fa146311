//! What the PSA's merge does or does not take along is not documented: the end is the same.

use model::Action;
use sandbox::Kind;
use sandbox::seed::{GRANITE_PEAK, JOHN_SMITH, JOHN_SMITH_DUPLICATE};

use crate::stack::Stack;
use crate::stack::worlds::{QUARRY_LANE, SURVIVOR, everything_to_merge, tenant};

#[tokio::test]
async fn what_the_merge_leaves_behind_is_pointed_at_the_survivor_with_entries_of_its_own() {
    let mut world = tenant();
    world.switches.merge_leaves = vec![Kind::ServiceTicket, Kind::Configuration];
    let stack = Stack::on(world).await;
    let seen = stack.visit(GRANITE_PEAK, &[]).await;
    let expected = [
        "merge contact 83020 into 83002; 4 references move with it: done",
        "point service ticket 5 (contact) at contact 83002, in place of 83020: done",
        "point service ticket 6 (contact) at contact 83002, in place of 83020: done",
        "point configuration 1 (contact) at contact 83002, in place of 83020: done",
    ];
    let writes = seen.writes();
    let expected_at = writes.len() - expected.len();
    assert_eq!(writes[expected_at..], expected);
    let entries = stack.entries(GRANITE_PEAK).await;
    let repointed = entries
        .iter()
        .filter(|entry| matches!(entry.action, Action::Repoint { .. }));
    assert_eq!(repointed.count(), 3);
    let world = stack.world.snapshot();
    for kind in [Kind::ServiceTicket, Kind::Configuration, Kind::Activity] {
        let left = world.referring(kind, "contact", JOHN_SMITH_DUPLICATE);
        assert!(left.is_empty(), "{kind:?}");
        assert!(!world.referring(kind, "contact", JOHN_SMITH).is_empty());
    }
    assert_eq!(seen.counts(), "1 DELETE, 33 GET, 3 PATCH, 5 POST");
    stack.visit_in_vain(GRANITE_PEAK, &[]).await;
}

#[tokio::test]
async fn a_psa_that_moves_every_field_itself_leaves_nothing_to_point() {
    let mut world = everything_to_merge();
    world.switches.merge_carries_every_field = true;
    let stack = Stack::on(world).await;
    let seen = stack.visit(QUARRY_LANE, &[]).await;
    let entries = stack.entries(QUARRY_LANE).await;
    let repointed = entries
        .iter()
        .filter(|entry| matches!(entry.action, Action::Repoint { .. }));
    assert_eq!(repointed.count(), 0);
    assert_eq!(seen.counts(), "1 DELETE, 36 GET, 3 PATCH, 7 POST");
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

#[tokio::test]
async fn a_psa_that_carries_children_itself_doubles_no_item_label_or_group() {
    for carries in [false, true] {
        let mut world = everything_to_merge();
        world.switches.merge_carries_children = carries;
        let stack = Stack::on(world).await;
        stack.visit(QUARRY_LANE, &[]).await;
        let contact = stack.contact(SURVIVOR);
        let items = contact["communicationItems"].as_array().unwrap();
        assert_eq!(items.len(), 5, "{carries}");
        assert_eq!(contact["types"].as_array().unwrap().len(), 3, "{carries}");
        let world = stack.world.snapshot();
        let groups = world.referring(Kind::GroupMembership, "contact", SURVIVOR);
        assert_eq!(groups.len(), 2, "{carries}");
        let merged = |notes: &[String]| {
            let ours = notes.iter().filter(|note| note.starts_with("Merged from"));
            ours.count()
        };
        assert_eq!(merged(&stack.notes(SURVIVOR)), 1, "{carries}");
        // The notes themselves come along only where the PSA brings them.
        let all = if carries { 4 } else { 2 };
        assert_eq!(stack.notes(SURVIVOR).len(), all);
        stack.visit_in_vain(QUARRY_LANE, &[]).await;
        assert_eq!(stack.notes(SURVIVOR).len(), all);
    }
}
