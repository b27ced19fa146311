//! Clients that are created in Grow CRM, with an account owner of whom the CRM takes no more than names and address.

use model::mirror::System;
use sandbox::growcrm::{Account, User};
use sandbox::itglue;
use serde_json::json;

use crate::stack::enforced;
use crate::stack::mirrored::{Followed, Mirrored};
use crate::stack::worlds::{COLLEAGUE, QUARRY_DEFAULT, QUARRY_LANE, office_to_succeed};

const ADDRESS: &str = "ottilie.marsh@quarrylane.example";

/// Two contacts, the default one with phone and title, and no client.
async fn office() -> Mirrored {
    let mut rules = enforced();
    rules.growcrm.create_clients = true;
    let account = itglue::Account::empty();
    let office = Mirrored::with(office_to_succeed(), rules, account, Account::empty()).await;
    let title = [("title", json!("Quarry Master"))];
    office.stack.person_sets(QUARRY_DEFAULT, &title);
    let path = format!("/company/contacts/{QUARRY_DEFAULT}/communications");
    let phone = json!({
        "type": { "id": 2 }, "value": "2185550160", "defaultFlag": true, "communicationType": "Phone",
    });
    office.stack.person("POST", &path, phone);
    office
}

/// Phone and position of the default contact's user.
fn owner(office: &Mirrored) -> [Option<String>; 2] {
    let account = office.growcrm.world();
    let account = account.lock();
    let mut users = account.users.values();
    let user = users.find(|user| user.email.as_deref() == Some(ADDRESS));
    let user = user.unwrap();
    [user.phone.clone(), user.position.clone()]
}

fn complete() -> [Option<String>; 2] {
    ["2185550160", "Quarry Master"].map(|text| Some(text.to_owned()))
}

fn methods(followed: &Followed) -> Vec<&str> {
    let writes = followed.requests.iter().filter(|r| !r.starts_with("GET"));
    writes.map(String::as_str).collect()
}

#[tokio::test]
async fn the_owner_of_a_new_client_has_phone_and_position_after_the_same_visit() {
    let office = office().await;
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[]).await;
    assert_eq!(owner(&office), complete(), "{growcrm:?}");
    assert_eq!(growcrm.findings, [""; 0]);
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[]).await;
    assert!(growcrm.is_nothing(), "{growcrm:?}");
}

#[tokio::test]
async fn an_owner_whom_nobody_asked_about_gets_phone_and_position_with_the_next_visit() {
    let office = office().await;
    let followed = office.follow_in(System::GrowCrm, QUARRY_LANE, &[COLLEAGUE]);
    followed.await.unwrap();
    assert_eq!(owner(&office), [None, None]);
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert_eq!(owner(&office), complete(), "{growcrm:?}");
    assert_eq!(growcrm.writes.len(), 1, "{growcrm:?}");
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[]).await;
    assert!(growcrm.is_nothing(), "{growcrm:?}");
}

#[tokio::test]
async fn a_lead_who_becomes_the_owner_keeps_what_the_psa_does_not_have() {
    let office = office().await;
    office
        .stack
        .person_sets(QUARRY_DEFAULT, &[("title", json!(""))]);
    let lead = User::lead("Tilly", "Marsh", ADDRESS).with_position("Owner");
    office.growcrm.world().lock().add_user(lead);
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[]).await;
    let [phone, _] = complete();
    let kept = [phone, Some("Owner".to_owned())];
    assert_eq!(owner(&office), kept, "{growcrm:?}");
}

#[tokio::test]
async fn a_new_client_whose_tag_was_not_stored_is_told_and_is_the_company_s_all_the_same() {
    let office = office().await;
    office.growcrm.world().lock().switches.forgets_new_tags = true;
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[]).await;
    assert_eq!(growcrm.findings, ["mirror-growcrm no-mirror []"]);
    let noted = office.stack.findings(QUARRY_LANE).await;
    let words = noted.iter().map(|noted| &noted.finding.words);
    let mut told = words.filter(|words| words.contains("cw-company-500"));
    assert!(told.next().is_some_and(|words| words.contains("(tags)")));
    assert_eq!(told.next(), None);
    let clients = methods(&growcrm).into_iter();
    let clients = clients.filter(|write| *write == "POST /api/clients");
    assert_eq!(clients.count(), 1, "{growcrm:?}");
    assert_eq!(owner(&office), complete());
    let (_, [_, growcrm]) = office.follow(QUARRY_LANE, &[]).await;
    assert!(growcrm.is_nothing(), "{growcrm:?}");
}
