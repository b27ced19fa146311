//! Companies too large to be read at once.

use std::collections::BTreeSet;

use model::{ContactId, Plan, Rule, Scope};
use sandbox::World;
use sandbox::seed::{CATCH_ALL, CATCH_ALL_DUPLICATES};
use serde_json::json;

use crate::stack::worlds::{DIRECT, MOBILE, Person, QUARRY_LANE, add_people, crowd, letters};
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
async fn several_contacts_of_one_company_are_focused_on_in_few_reads() {
    let stack = large_by_rule().await;
    let hints: Vec<u32> = (50_110..50_120).collect();
    let seen = stack.visit_in_vain(QUARRY_LANE, &hints).await;
    // What ten names begin with takes five requests.
    assert_eq!(seen.counts(), "9 GET");
}

#[tokio::test]
async fn a_focused_visit_finds_and_merges_the_duplicate_of_its_contact() {
    let (kept, gone) = CATCH_ALL_DUPLICATES[0];
    let stack = Stack::on(World::example()).await;
    let seen = stack.visit(CATCH_ALL, &[gone]).await;
    let expected = format!("merge contact {gone} into {kept}; no reference moves with it: done");
    assert_eq!(seen.writes(), [expected]);
    // The company, the first page, the contact, and whoever has a part of its address or a name like its
    // own; the same two for the other one; what hangs on the one to go and on the one to stay; a second look
    // before the merge, and what it left behind.
    let gets = 5 + 2 + 15 + 2 + 4 + 10;
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
    assert_eq!(seen.counts(), "3 GET, 1 PATCH, 1 POST");
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
    // There is no part of an address or a number to look for: company, page, contact, name; and a second look.
    assert_eq!(seen.counts(), "5 GET, 1 PATCH");
    stack.visit_in_vain(QUARRY_LANE, &[60_000]).await;
}

#[tokio::test]
async fn a_login_with_a_strangers_address_in_a_large_company_is_held() {
    let mut world = crowd(1_500);
    world.add_company(json!({ "id": 501, "identifier": "Elsewhere", "name": "Elsewhere" }));
    for (id, name, company) in [(60_000, "Bruno", QUARRY_LANE), (60_001, "Zelda", 501)] {
        world.add_contact(json!({
            "id": id, "firstName": name, "lastName": "Paz", "company": { "id": company },
            "disablePortalLoginFlag": false, "portalSecurityLevel": 3, "communicationItems": [
                { "type": { "id": 1 }, "value": "zelda.paz@home.example", "defaultFlag": true },
            ],
        }));
    }
    let stack = Stack::on(world).await;
    let seen = stack.visit(QUARRY_LANE, &[60_000]).await;
    assert_eq!(
        seen.writes(),
        ["switch off the portal login of contact 60000: done"]
    );
    // As for everybody with a login, the tenant is asked who carries the address.
    assert_eq!(seen.counts(), "7 GET, 1 PATCH");
    stack.visit_in_vain(QUARRY_LANE, &[60_000]).await;
}

/// People of whom the first two are, or may be, one, from whichever side one looks. Others beside them
/// may show that it is not certain.
const LIKENESSES: [(&str, &[Person<'_>]); 8] = [
    (
        "a short form, and one cell in two formats",
        &[
            ("Bob", "Marsh", &[], &[(MOBILE, "(312) 555-0142")]),
            ("Robert", "Marsh", &[], &[(MOBILE, "+1 312.555.0142")]),
        ],
    ),
    (
        "a whole name in one field, and an address with a tag",
        &[
            ("John", "Smith", &["john.smith@quarrylane.example"], &[]),
            (
                "Smith, John",
                "",
                &["john.smith+psa@quarrylane.example"],
                &[],
            ),
        ],
    ),
    (
        "names exchanged, and one direct line",
        &[
            ("Ana", "Ruiz", &[], &[(DIRECT, "312 555 0188")]),
            ("Ruiz", "Ana", &[], &[(DIRECT, "3125550188")]),
        ],
    ),
    (
        "a name with and without diacritics, and one direct line",
        &[
            ("Jürgen", "Weiß", &[], &[(DIRECT, "+1 312-555-0107")]),
            ("Jurgen", "Weiss", &[], &[(DIRECT, "(312) 555 01 07")]),
        ],
    ),
    (
        "a slip of the pen in a name, and nothing else",
        &[
            ("Jonathan", "Smyth", &[], &[]),
            ("Jonathan", "Smith", &[], &[]),
        ],
    ),
    (
        "a line that somebody else has, too",
        &[
            ("Wilma", "Dehn", &[], &[(DIRECT, "3125550191")]),
            ("Wilma", "Dehn", &[], &[(DIRECT, "312.555.0191")]),
            ("Otto", "Karg", &[], &[(DIRECT, "(312) 555-0191")]),
        ],
    ),
    (
        "a lone last name that is somebody else's, too",
        &[
            ("Ada", "Tarn", &["atarn@quarrylane.example"], &[]),
            ("", "Tarn", &["atarn@quarrylane.example"], &[]),
            ("Hugo", "Tarn", &["hugo@quarrylane.example"], &[]),
        ],
    ),
    (
        "three of one person, of whom the first and the last share nothing",
        &[
            ("Peggy", "Olsen", &[], &[(MOBILE, "3125550177")]),
            (
                "Peggy",
                "Olsen",
                &["p.olsen@quarrylane.example"],
                &[(MOBILE, "312-555-0177")],
            ),
            ("P", "Olsen", &["p.olsen@quarrylane.example"], &[]),
        ],
    ),
];

/// What a plan has to say about these contacts being one person.
fn about(plan: &Plan, contacts: &BTreeSet<ContactId>) -> Vec<String> {
    let changes = plan
        .changes
        .iter()
        .filter(|change| change.rule == Rule::MergeDuplicates)
        .filter(|change| {
            change
                .action
                .contacts()
                .iter()
                .any(|id| contacts.contains(id))
        })
        .map(|change| format!("{}: {} {:?}", change.action, change.reason, change.evidence));
    let findings = plan
        .findings
        .iter()
        .filter(|finding| finding.contacts.iter().any(|id| contacts.contains(id)))
        .map(|finding| format!("{finding:?}"));
    changes.chain(findings).collect()
}

#[tokio::test]
async fn a_focused_visit_plans_for_a_contact_what_a_whole_one_does_in_reads_that_do_not_grow() {
    let first_id = |at: usize| 60_000 + 10 * u32::try_from(at).unwrap();
    let mut reads = Vec::new();
    for size in [1_500, 5_000] {
        let mut world = crowd(size);
        for (at, (_, people)) in LIKENESSES.iter().enumerate() {
            add_people(&mut world, first_id(at), people);
        }
        let large = Stack::on(world).await;
        // From here on the company is known to be large.
        large.plan(QUARRY_LANE, &[]).await;
        let mut of_size = Vec::new();
        for (at, (what, people)) in LIKENESSES.iter().enumerate() {
            let mut world = crowd(10);
            add_people(&mut world, first_id(at), people);
            let small = Stack::on(world).await;
            let ids = (first_id(at)..).map(ContactId::new).take(people.len());
            let ids: BTreeSet<ContactId> = ids.collect();
            for id in [first_id(at), first_id(at) + 1] {
                let whole = small.plan(QUARRY_LANE, &[id]).await;
                assert_eq!(whole.snapshot.scope, Scope::Whole);
                let before = large.calls();
                let focused = large.plan(QUARRY_LANE, &[id]).await;
                of_size.push(large.calls() - before);
                assert!(matches!(focused.snapshot.scope, Scope::Focused { .. }));
                let expected = about(&whole.plan, &ids);
                assert!(!expected.is_empty(), "{what}");
                assert_eq!(about(&focused.plan, &ids), expected, "{what}, at {id}");
                // A merge reads what hangs on both, whatever the size of the company.
                let merges = whole.snapshot.details.len().saturating_sub(1);
                let most = 7 + 17 * merges;
                assert!(of_size.last() <= Some(&most), "{what}: {of_size:?}");
            }
        }
        reads.push(of_size);
    }
    assert_eq!(reads[0], reads[1]);
}

#[tokio::test]
async fn where_more_are_like_a_contact_than_can_be_read_nothing_is_merged() {
    let mut world = crowd(1_500);
    let names: Vec<String> = (0..1_100).map(|at| format!("S{}", letters(at))).collect();
    let namesakes: Vec<Person<'_>> = names
        .iter()
        .map(|last| ("John", last.as_str(), &[][..], &[][..]))
        .collect();
    add_people(&mut world, 60_000, &namesakes);
    let address: &[&str] = &["john.smith@quarrylane.example"];
    let twins = [("John", "Smith", address, &[][..]); 2];
    add_people(&mut world, 70_000, &twins);
    let stack = Stack::on(world).await;
    let seen = stack.visit_in_vain(QUARRY_LANE, &[70_001]).await;
    assert_eq!(
        seen.findings(),
        ["merge-duplicates possible-duplicate [70000 70001]"]
    );
    // Asking around the other one does not help either.
    assert_eq!(seen.counts(), "7 GET");
}
