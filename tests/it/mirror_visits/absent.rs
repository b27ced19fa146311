//! Contacts that the PSA does not show: gone, or only out of sight.

use model::mirror::System;
use sandbox::Fault;

use crate::stack::mirrored::{Followed, Mirrored};
use crate::stack::worlds::{COLLEAGUE, QUARRY_DEFAULT, QUARRY_LANE};

/// Everybody has a record.
async fn office() -> Mirrored {
    let office = Mirrored::quarry_lane().await;
    let _ = office.follow(QUARRY_LANE, &[]).await;
    office
}

/// Visits a mirror about both contacts, while the PSA's list of them is empty.
async fn follow_without_list(office: &Mirrored, system: System) -> Followed {
    let list = Fault::answer(200, "application/json", "[]").on("GET", "/company/contacts");
    office.stack.world.lock().faults.insert(0, list);
    let both = [QUARRY_DEFAULT, COLLEAGUE];
    office.follow_in(system, QUARRY_LANE, &both).await.unwrap()
}

#[tokio::test]
async fn whom_a_list_of_the_psa_lacks_is_asked_for_alone() {
    let office = office().await;
    let before = office.records();
    for system in System::ALL {
        let followed = follow_without_list(&office, system).await;
        assert_eq!(followed.writes, [] as [&str; 0]);
        assert_eq!(followed.findings, [] as [&str; 0]);
    }
    assert_eq!(office.records(), before);
}

#[tokio::test]
async fn whom_the_role_may_not_read_is_left_as_it_is_and_told() {
    let office = office().await;
    let before = office.records();
    let words = r#"{"code":"Forbidden","message":"You do not have permission.","errors":null}"#;
    let forbidden = Fault::answer(403, "application/json", words);
    let path = format!("/company/contacts/{COLLEAGUE}");
    let forbidden = forbidden.on("GET", &path).forever();
    office.stack.world.lock().faults.push(forbidden);
    for system in System::ALL {
        let followed = follow_without_list(&office, system).await;
        assert_eq!(followed.writes, [] as [&str; 0]);
        let told = format!("{} no-company [{COLLEAGUE}]", system.rule());
        assert_eq!(followed.findings, [told]);
    }
    assert_eq!(office.records(), before);
    // It is in the journal once for each.
    let noted = office.stack.findings(QUARRY_LANE).await;
    assert_eq!(noted.len(), 2, "{noted:?}");
}

#[tokio::test]
async fn a_company_that_is_gone_is_told_once_in_each_mirror_and_nothing_is_written() {
    let office = office().await;
    let before = office.records();
    let words = r#"{"code":"NotFound","message":"Company was not found.","errors":null}"#;
    let gone = Fault::answer(404, "application/json", words);
    let path = format!("/company/companies/{QUARRY_LANE}");
    let gone = gone.on("GET", &path).forever();
    office.stack.world.lock().faults.push(gone);
    let (_, told) = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert!(told.iter().all(|followed| followed.requests.is_empty()));
    let told = told.map(|followed| followed.findings.join(", "));
    let both = format!("[{QUARRY_DEFAULT} {COLLEAGUE}]");
    assert_eq!(
        told,
        [
            format!("mirror-itglue orphan {both}"),
            "mirror-growcrm no-mirror []".to_owned()
        ]
    );
    let (visit, after) = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert!(visit.mirrors.is_empty() && after.iter().all(Followed::is_nothing));
    assert_eq!(office.records(), before);
    assert_eq!(office.stack.findings(QUARRY_LANE).await.len(), 2);
}
