//! What a change costs: at most one read and one write in each mirror for a contact that is known there, and
//! nothing at all where nothing differs.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use model::ContactId;
use sandbox::seed::{HARBOR_LINE, ORCHARD, RENEE_OKAFOR};
use serde_json::json;

use crate::stack::mirrored::Mirrored;

#[tokio::test]
async fn what_is_in_line_is_only_looked_at_once_and_then_not_asked_about() {
    let tenant = Mirrored::example().await;
    let (_, first) = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    // All clients, and all records of the one that is the company's.
    let [_, growcrm] = &first;
    assert_eq!(
        growcrm.requests,
        ["GET /api/clients", "GET /api/contacts"],
        "{growcrm:?}"
    );
    for followed in first {
        assert_eq!(followed.writes, [] as [&str; 0]);
        assert_eq!(followed.findings, [] as [&str; 0]);
        let reads = followed.requests.iter().filter(|r| r.starts_with("GET "));
        assert_eq!(reads.count(), followed.requests.len(), "{followed:?}");
    }
    let (visit, second) = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    assert!(visit.mirrors.is_empty());
    assert!(second.iter().all(|followed| followed.is_nothing()));
}

#[tokio::test]
async fn a_change_of_a_known_contact_costs_one_read_and_one_write_in_each_mirror() {
    let tenant = Mirrored::example().await;
    let _ = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    tenant
        .stack
        .person_sets(RENEE_OKAFOR, &[("title", json!("Chief of Everything"))]);
    let (_, [itglue, growcrm]) = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    let methods = |requests: &[String]| -> Vec<String> {
        let methods = requests.iter().filter_map(|r| r.split(' ').next());
        methods.map(str::to_owned).collect()
    };
    assert_eq!(methods(&itglue.requests), ["GET", "PATCH"], "{itglue:?}");
    assert_eq!(methods(&growcrm.requests), ["GET", "PATCH"], "{growcrm:?}");
    let (_, after) = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    assert!(after.iter().all(|followed| followed.is_nothing()));
}

#[tokio::test]
async fn a_new_contact_costs_a_search_for_its_address_one_for_its_name_and_a_write_in_grow_crm() {
    let tenant = Mirrored::example().await;
    let _ = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    let newcomer = json!({
        "id": 4990, "firstName": "Nadia", "lastName": "Quist", "company": { "id": HARBOR_LINE },
        "inactiveFlag": false,
        "communicationItems": [
            { "type": { "id": 1 }, "value": "nadia.quist@harborline.example", "defaultFlag": true }
        ],
    });
    tenant.stack.world.lock().add_contact(newcomer);
    let (_, [_, growcrm]) = tenant.follow(HARBOR_LINE, &[4990]).await;
    assert_eq!(
        growcrm.requests,
        [
            "GET /api/contacts",
            "GET /api/contacts",
            "POST /api/contacts"
        ],
        "{growcrm:?}"
    );
}

#[tokio::test]
async fn the_list_of_all_clients_is_kept_for_some_minutes() {
    let tenant = Mirrored::example().await;
    let world = &tenant.stack.world;
    let contacts = world.lock().contacts_of(ORCHARD).into_iter();
    let contacts: BTreeSet<ContactId> = contacts.map(ContactId::new).collect();
    let mirror = tenant.to_growcrm();
    for (minutes, requests) in [(0, 1), (4, 0), (1, 1)] {
        world.lock().now += SignedDuration::from_mins(minutes);
        let followed = tenant
            .at(&tenant.growcrm, &mirror, ORCHARD, &contacts)
            .await;
        let followed = followed.unwrap();
        assert_eq!(followed.requests, ["GET /api/clients"][..requests]);
        assert_eq!(followed.findings.len(), 1, "{followed:?}");
    }
}
