//! What a change costs: at most one read and one write in each mirror for a contact that is known there, and
//! nothing at all where nothing differs.

use sandbox::seed::{HARBOR_LINE, RENEE_OKAFOR};
use serde_json::json;

use crate::stack::mirrored::Mirrored;

#[tokio::test]
async fn what_is_in_line_is_only_looked_at_once_and_then_not_asked_about() {
    let tenant = Mirrored::example().await;
    let (_, first) = tenant.follow(HARBOR_LINE, &[RENEE_OKAFOR]).await;
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
