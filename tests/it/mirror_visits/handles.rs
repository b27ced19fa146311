//! Handles at social networks, which only Grow CRM has: what an update does to them.

use sandbox::growcrm::{Profile, Social};
use serde_json::json;

use crate::stack::mirrored::Mirrored;
use crate::stack::worlds::{COLLEAGUE, QUARRY_LANE};

/// Everybody has a record, and one has handles; then that one gets another title.
async fn promoted() -> Mirrored {
    let office = Mirrored::quarry_lane().await;
    let _ = office.follow(QUARRY_LANE, &[]).await;
    {
        let account = office.growcrm.world();
        let mut account = account.lock();
        let mut users = account.users.values_mut();
        let user = users.find(|user| user.first_name == "Bruno").unwrap();
        user.social = Social {
            linkedin: Some("bruno-the-mason".to_owned()),
            github: Some("bruno-the-mason".to_owned()),
            ..Social::default()
        };
    }
    let title = [("title", json!("Foreman"))];
    office.stack.person_sets(COLLEAGUE, &title);
    office
}

#[tokio::test]
async fn handles_that_an_update_blanks_are_told_by_their_networks_once() {
    let office = promoted().await;
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    let told = format!("mirror-growcrm not-mirrored [{COLLEAGUE}]");
    assert_eq!(growcrm.findings, [told]);
    let noted = office.stack.findings(QUARRY_LANE).await;
    let [noted] = &noted[..] else {
        panic!("one finding: {noted:?}");
    };
    let words = &noted.finding.words;
    assert!(words.contains("had for github and linkedin"), "{words}");
    assert!(!words.contains("mason"), "{words}");
    // There is nothing left to lose.
    let title = [("title", json!("Quarry Master"))];
    office.stack.person_sets(COLLEAGUE, &title);
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert_eq!(growcrm.writes.len(), 1, "{growcrm:?}");
    assert_eq!(growcrm.findings, [""; 0]);
}

#[tokio::test]
async fn handles_that_an_update_blanks_are_told_though_it_was_answered_otherwise_than_asked() {
    let office = promoted().await;
    office.growcrm.world().lock().switches.longest_position = Some(4);
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    let told = ["not-mirrored", "refused"];
    let told = told.map(|kind| format!("mirror-growcrm {kind} [{COLLEAGUE}]"));
    assert_eq!(growcrm.findings, told);
}

#[tokio::test]
async fn a_crm_that_keeps_what_an_update_leaves_out_has_nothing_to_tell() {
    let office = promoted().await;
    office.growcrm.world().lock().switches.profile = Profile::Lenient;
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert_eq!(growcrm.writes.len(), 1, "{growcrm:?}");
    assert_eq!(growcrm.findings, [""; 0]);
}
