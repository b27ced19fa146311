//! One person in several records.

use model::{Action, Outcome, RecordKind};
use sandbox::Kind;
use sandbox::seed::{
    ACTIVE_TWIN, BILLING_DUPLICATE, CONFLICTING, CONFLICTING_DUPLICATE,
    DEFAULT_WITH_BILLING_DUPLICATE, GRANITE_PEAK, INACTIVE_TWIN, JOHN_SMITH, JOHN_SMITH_DUPLICATE,
    LAKESIDE, MERIDIAN, SWAPPED_NAME, SWAPPED_NAME_DUPLICATE, TRIPLE, TRIPLE_DUPLICATES,
};
use serde_json::json;

use crate::stack::worlds::{
    LOSER, PRIMARY, QUARRY_LANE, REFERENCES, SURVIVOR, everything_to_merge, tenant,
};
use crate::stack::{Stack, enforced};

/// How many records of a kind have a contact in that field.
fn referring(stack: &Stack, kind: Kind, field: &str, contact: u32) -> usize {
    stack.world.lock().referring(kind, field, contact).len()
}

#[tokio::test]
async fn what_the_email_connector_made_is_merged_with_all_its_work() {
    let stack = Stack::on(tenant()).await;
    let tickets = |contact| referring(&stack, Kind::ServiceTicket, "contact", contact);
    assert_eq!((tickets(JOHN_SMITH), tickets(JOHN_SMITH_DUPLICATE)), (4, 2));
    let seen = stack.visit(GRANITE_PEAK, &[JOHN_SMITH_DUPLICATE]).await;
    let expected = [
        "add another email to contact 83002: done",
        "add another phone to contact 83002: done",
        "label contact 83002 \"Approver\": done",
        "put contact 83002 into marketing group 1: done",
        "write a note on contact 83002: done",
        "merge contact 83020 into 83002; 4 references move with it: done",
    ];
    assert_eq!(seen.writes(), expected);
    assert_eq!(seen.findings(), [] as [&str; 0]);

    assert!(stack.contact(JOHN_SMITH_DUPLICATE).is_null());
    let items = [
        "2185550102*",
        "2185550177",
        "john.smith.site@granitepeak.example",
        "john.smith@granitepeak.example*",
    ];
    assert_eq!(stack.items(JOHN_SMITH), items.map(str::to_owned).into());
    assert_eq!(stack.labels(JOHN_SMITH), [2].into());
    assert_eq!(stack.groups(JOHN_SMITH), [1, 2].into());
    let notes = stack.notes(JOHN_SMITH);
    let expected = "Merged from contact 83020. Kept from it:\n\
                    note: Prefers to be called before seven.\n\
                    note: Asked for a quote for three tablets.";
    assert_eq!(notes, [expected]);
    assert_eq!(tickets(JOHN_SMITH), 6);
    assert_eq!(referring(&stack, Kind::Activity, "contact", JOHN_SMITH), 1);
    assert_eq!(
        referring(&stack, Kind::Configuration, "contact", JOHN_SMITH),
        1
    );
    assert_eq!(stack.portal(JOHN_SMITH), (true, 2));
    stack.visit_in_vain(GRANITE_PEAK, &[JOHN_SMITH]).await;
}

#[tokio::test]
async fn a_merge_makes_its_writes_and_the_journalled_reads_and_no_other_request() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit(GRANITE_PEAK, &[]).await;
    // The visit itself: the company and its contacts.
    let visit = 2;
    // What hangs on the one to go, for the journal: ten kinds of record that may point at it, its
    // notes, groups and tracks, and the PSA's own count of its usages, in sum and one by one; and the
    // notes and groups that the other has already.
    let details = 10 + 5 + 2;
    // Both records a moment before the merge, which are the images in the journal, and the notes and groups
    // of the one to go.
    let second_look = 2 + 2;
    // Whether anything still points at the one that went: each kind of record.
    let leftovers = 10;
    let gets = visit + details + second_look + leftovers;
    assert_eq!(seen.counts(), format!("1 DELETE, {gets} GET, 5 POST"));
    assert_eq!(seen.visit.entries.len(), 6);
}

#[tokio::test]
async fn the_journal_holds_what_a_merge_destroyed() {
    let stack = Stack::on(tenant()).await;
    stack.visit(GRANITE_PEAK, &[]).await;
    let entries = stack.entries(GRANITE_PEAK).await;
    let merge = entries.last().unwrap();
    assert!(matches!(merge.action, Action::Merge { .. }));
    assert_eq!(merge.outcome, Some(Outcome::Done));
    assert!(!merge.evidence.is_empty());

    let ids: Vec<u32> = merge.before.contacts.iter().map(|c| c.id.get()).collect();
    assert_eq!(ids, [JOHN_SMITH, JOHN_SMITH_DUPLICATE]);
    let [survivor, loser] = merge.before.contacts.as_slice() else {
        panic!("there are two images")
    };
    assert_eq!(loser.first_name.reveal(), "john.smith");
    assert_eq!(loser.communications.len(), 3);
    // The image of the survivor is that of the last moment, with what was copied before.
    assert_eq!(survivor.communications.len(), 4);
    let details = merge.before.details.as_ref().unwrap();
    assert_eq!(details.notes.len(), 2);
    assert_eq!(details.groups.len(), 2);
    assert!(!details.usages.is_empty());
    let kinds: Vec<RecordKind> = details.references.iter().map(|r| r.kind).collect();
    let expected = [
        RecordKind::ServiceTicket,
        RecordKind::ServiceTicket,
        RecordKind::Activity,
        RecordKind::Configuration,
    ];
    assert_eq!(kinds, expected);
    let after = merge.after.as_ref().unwrap();
    assert_eq!(after.contacts.len(), 1);
}

#[tokio::test]
async fn swapped_names_and_a_triple_are_merged_in_one_visit() {
    let stack = Stack::on(tenant()).await;
    let before = referring(&stack, Kind::ServiceTicket, "contact", TRIPLE);
    let seen = stack.visit(LAKESIDE, &[]).await;
    let [first, second] = TRIPLE_DUPLICATES;
    let expected = [
        format!(
            "merge contact {SWAPPED_NAME_DUPLICATE} into {SWAPPED_NAME}; no reference moves with it: done"
        ),
        format!("merge contact {first} into {TRIPLE}; 1 reference moves with it: done"),
        format!("merge contact {second} into {TRIPLE}; 1 reference moves with it: done"),
    ];
    assert_eq!(seen.writes(), expected);
    for gone in [SWAPPED_NAME_DUPLICATE, first, second] {
        assert!(stack.contact(gone).is_null(), "{gone}");
    }
    let tickets = referring(&stack, Kind::ServiceTicket, "contact", TRIPLE);
    assert_eq!(tickets, before + 2);
    // Its address and number were there already, in another spelling.
    assert_eq!(stack.items(TRIPLE).len(), 2);
    // The visit; three that go and two that stay; a second look before each merge, and what it left behind.
    let gets = 2 + 3 * 15 + 2 * 2 + 3 * 4 + 3 * 10;
    assert_eq!(seen.counts(), format!("3 DELETE, {gets} GET"));
    stack.visit_in_vain(LAKESIDE, &[]).await;
}

#[tokio::test]
async fn the_billing_contact_is_moved_before_it_is_merged_away() {
    let stack = Stack::on(tenant()).await;
    assert_eq!(stack.billing_of(MERIDIAN), Some(BILLING_DUPLICATE));
    let seen = stack.visit(MERIDIAN, &[]).await;
    let expected = [
        "make 83202 the billing contact of company 832, in place of 83220: done",
        "merge contact 83220 into 83202; no reference moves with it: done",
    ];
    assert_eq!(seen.writes()[..2], expected);
    assert_eq!(
        stack.billing_of(MERIDIAN),
        Some(DEFAULT_WITH_BILLING_DUPLICATE)
    );
    assert_eq!(
        stack.default_of(MERIDIAN),
        Some(DEFAULT_WITH_BILLING_DUPLICATE)
    );
    let entries = stack.entries(MERIDIAN).await;
    let before = entries[0].before.company.as_ref().unwrap();
    assert_eq!(before.billing_contact.unwrap().get(), BILLING_DUPLICATE);
    stack.visit_in_vain(MERIDIAN, &[]).await;
}

#[tokio::test]
async fn what_the_records_disagree_on_is_kept_in_a_note() {
    let stack = Stack::on(tenant()).await;
    stack.visit(MERIDIAN, &[]).await;
    assert!(stack.contact(CONFLICTING_DUPLICATE).is_null());
    let kept = stack.contact(CONFLICTING);
    assert_eq!(kept["title"], "Office Manager");
    assert_eq!(kept["customFields"][0]["value"], 1001);
    let expected = "Merged from contact 83221. Kept from it:\n\
                    title: Head of Purchasing\ncrm_id: 2002";
    assert_eq!(stack.notes(CONFLICTING), [expected]);
    assert!(stack.items(CONFLICTING).contains("2185550124"));
}

#[tokio::test]
async fn an_inactive_record_is_merged_into_the_active_one_although_it_is_older() {
    let stack = Stack::on(tenant()).await;
    let tickets = |contact| referring(&stack, Kind::ServiceTicket, "contact", contact);
    let before = tickets(INACTIVE_TWIN) + tickets(ACTIVE_TWIN);
    stack.visit(MERIDIAN, &[]).await;
    assert!(stack.contact(INACTIVE_TWIN).is_null());
    assert_eq!(stack.contact(ACTIVE_TWIN)["inactiveFlag"], false);
    assert_eq!(tickets(ACTIVE_TWIN), before);
}

#[tokio::test]
async fn nothing_of_a_contact_that_has_everything_is_lost() {
    let stack = Stack::on(everything_to_merge()).await;
    let seen = stack.visit(QUARRY_LANE, &[]).await;
    let writes = seen.writes();
    let copied = [
        "make 50011 the default contact of company 500, in place of 50010: done",
        "make 50011 the billing contact of company 500, in place of 50010: done",
        "add another email to contact 50011: done",
        "add another phone to contact 50011: done",
        "add a default fax to contact 50011: done",
        "label contact 50011 \"Approver\": done",
        "put contact 50011 into marketing group 1: done",
        "fill nickName, userDefinedField3, addressLine1, city, state, zip, customFields/15 of contact \
         50011: done",
        "write a note on contact 50011: done",
        "merge contact 50010 into 50011; 21 references move with it: done",
    ];
    assert_eq!(writes[..10], copied);
    assert_eq!(
        writes.last().unwrap(),
        "label contact 50011 \"Primary\": done"
    );

    assert!(stack.contact(LOSER).is_null());
    assert_eq!(stack.default_of(QUARRY_LANE), Some(SURVIVOR));
    assert_eq!(stack.billing_of(QUARRY_LANE), Some(SURVIVOR));
    let kept = stack.contact(SURVIVOR);
    for (field, value) in [
        ("nickName", json!("Zee")),
        ("userDefinedField3", json!("desk 12")),
        ("addressLine1", json!("3 Mill Row")),
        ("city", json!("Duluth")),
        ("zip", json!("55802")),
        ("title", json!("Head of Purchasing")),
    ] {
        assert_eq!(kept[field], value, "{field}");
    }
    assert_eq!(kept["customFields"][0]["value"], 77);
    assert_eq!(kept["customFields"][1]["value"], 2);
    let items = [
        "2185550161",
        "2185550162*",
        "2185550163*",
        "zelda.quist@quarrylane.example*",
        "zelda@home.example",
    ];
    assert_eq!(stack.items(SURVIVOR), items.map(str::to_owned).into());
    assert_eq!(stack.labels(SURVIVOR), [2, 3, PRIMARY].into());
    assert_eq!(stack.groups(SURVIVOR), [1, 2].into());
    let merged = "Merged from contact 50010. Kept from it:\n\
                  title: Buyer\nbadge: 1\nnote: Call after ten.\nnote: Asked for a quote.";
    assert_eq!(stack.notes(SURVIVOR), ["Pays on time.", merged]);
    for (kind, _, fields) in REFERENCES {
        for field in fields {
            assert_eq!(
                referring(&stack, kind, field, SURVIVOR),
                1,
                "{kind:?} {field}"
            );
        }
    }
    for field in ["managerContact", "assistantContact"] {
        assert_eq!(referring(&stack, Kind::Contact, field, SURVIVOR), 1);
    }

    // The visit, what hangs on both, a second look before the merge and before each of the three writes that
    // overwrite something, and what the merge left behind.
    let gets = 2 + 15 + 2 + 4 + 3 + 10;
    // Default and billing contact, the fields, and what the merge left behind.
    let patches = 3 + 13;
    assert_eq!(
        seen.counts(),
        format!("1 DELETE, {gets} GET, {patches} PATCH, 7 POST")
    );
    stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

#[tokio::test]
async fn a_membership_is_taken_over_as_it_was() {
    let stack = Stack::on(everything_to_merge()).await;
    stack.visit(QUARRY_LANE, &[]).await;
    let world = stack.world.lock();
    let memberships = world.referring(Kind::GroupMembership, "contact", SURVIVOR);
    let newsletter = memberships
        .into_iter()
        .filter_map(|id| world.get(Kind::GroupMembership, id))
        .find(|membership| membership["group"]["id"] == 1)
        .unwrap();
    assert_eq!(newsletter["unsubscribeFlag"], true);
    assert_eq!(newsletter["description"], "by request");
}

#[tokio::test]
async fn more_merges_than_the_rules_allow_wait_for_a_person() {
    let mut rules = enforced();
    rules.limits.merges_per_visit = 2;
    let stack = Stack::with_rules(tenant(), rules).await;
    let seen = stack.visit_in_vain(LAKESIDE, &[]).await;
    let expected = [
        "merge-duplicates blast-radius []",
        "merge-duplicates proposed [83120 83102]",
        "merge-duplicates proposed [83121 83103]",
        "merge-duplicates proposed [83122 83103]",
    ];
    assert_eq!(seen.findings(), expected);
}

#[tokio::test]
async fn a_careful_merge_moves_the_references_and_leaves_an_inactive_record() {
    let mut rules = enforced();
    rules.merge.method = policy::rules::MergeMethod::Retire;
    let stack = Stack::with_rules(tenant(), rules).await;
    let seen = stack.visit(GRANITE_PEAK, &[]).await;
    let moved = [
        "point service ticket 5 (contact) at contact 83002, in place of 83020: done",
        "point service ticket 6 (contact) at contact 83002, in place of 83020: done",
    ];
    for words in moved {
        assert!(
            seen.writes().contains(&words.to_owned()),
            "{:?}",
            seen.writes()
        );
    }
    assert_eq!(
        seen.writes().last().unwrap(),
        "make contact 83020 inactive: done"
    );
    assert_eq!(stack.contact(JOHN_SMITH_DUPLICATE)["inactiveFlag"], true);
    let tickets = referring(&stack, Kind::ServiceTicket, "contact", JOHN_SMITH);
    assert_eq!(tickets, 6);
    stack.visit_in_vain(GRANITE_PEAK, &[]).await;
}
