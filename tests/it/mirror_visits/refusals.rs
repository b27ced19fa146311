//! Writes that a mirror refuses, answers otherwise or loses: what becomes of them, and of what depends on them.

use journal::Store;
use model::mirror::{Mirrored as OnMap, System};
use model::{ContactId, Outcome};
use reconcile::{Fate, fate};
use sandbox::{Fault, growcrm, itglue};
use serde_json::json;

use crate::stack::mirrored::{Followed, Mirrored};
use crate::stack::worlds::{COLLEAGUE, QUARRY_LANE, email, office_to_succeed};
use crate::stack::{enforced, finding_in_words};

/// Everybody has a record, and then one of them gets another title.
async fn promoted() -> Mirrored {
    let office = Mirrored::quarry_lane().await;
    let _ = office.follow(QUARRY_LANE, &[]).await;
    promote(&office, "Foreman");
    office
}

fn promote(office: &Mirrored, title: &str) {
    office
        .stack
        .person_sets(COLLEAGUE, &[("title", json!(title))]);
}

/// The title of a contact in each mirror.
fn titles(office: &Mirrored, first_name: &str) -> [Option<String>; 2] {
    let itglue = office.itglue.world();
    let itglue = itglue.lock();
    let mut contacts = itglue.contacts.values();
    let contact = contacts.find(|one| one.first_name.as_deref() == Some(first_name));
    let growcrm = office.growcrm.world();
    let growcrm = growcrm.lock();
    let mut users = growcrm.users.values();
    let user = users.find(|user| user.first_name == first_name);
    [
        contact.unwrap().title.clone(),
        user.unwrap().position.clone(),
    ]
}

/// Something goes wrong in both mirrors.
fn goes_wrong(office: &Mirrored, fault: &Fault) {
    office.itglue.world().lock().faults.push(fault.clone());
    office.growcrm.world().lock().faults.push(fault.clone());
}

/// The outcomes of what was written to the mirrors, in order.
async fn outcomes(office: &Mirrored, system: System) -> Vec<String> {
    let entries = office.stack.entries(QUARRY_LANE).await;
    let ours = entries.iter().filter(|entry| entry.rule == system.rule());
    let outcomes = ours.map(|entry| match &entry.outcome {
        Some(outcome) => outcome.to_string(),
        None => "open".to_owned(),
    });
    outcomes.collect()
}

fn posts(followed: &Followed) -> usize {
    let posts = followed.requests.iter().filter(|r| r.starts_with("POST "));
    posts.count()
}

#[tokio::test]
async fn a_record_that_was_created_otherwise_than_asked_is_on_the_map_and_is_not_created_again() {
    let office = Mirrored::quarry_lane().await;
    promote(&office, "Foreman");
    office.growcrm.world().lock().switches.longest_position = Some(4);
    let (_, [_, created]) = office.follow(QUARRY_LANE, &[]).await;
    let users: Vec<u64> = office
        .growcrm
        .world()
        .lock()
        .users
        .keys()
        .copied()
        .collect();
    assert_eq!((posts(&created), users.len()), (2, 2), "{created:?}");
    assert_eq!(
        created.findings,
        [format!("mirror-growcrm refused [{COLLEAGUE}]")]
    );
    let line = office
        .stack
        .journal
        .link_of(System::GrowCrm, ContactId::new(COLLEAGUE));
    let (_, line) = line.await.unwrap().unwrap();
    let OnMap::GrowCrm { id, given } = line.record else {
        panic!("a line of Grow CRM");
    };
    assert!(users.contains(&id.get()) && line.ours);
    let position = given.unwrap().position.unwrap();
    assert_eq!(position.reveal(), "Fore");
    // It is looked at again with the company, and in line once the CRM takes it as it is. The same is not tried again
    // within a day.
    let (_, [_, again]) = office.follow(QUARRY_LANE, &[]).await;
    assert_eq!(posts(&again), 0, "{again:?}");
    office.growcrm.world().lock().switches.longest_position = None;
    office.stack.world.advance(86_400);
    let _ = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert_eq!(titles(&office, "Bruno")[1].as_deref(), Some("Foreman"));
    let (_, after) = office.follow(QUARRY_LANE, &[]).await;
    assert!(after.iter().all(Followed::is_nothing), "{after:?}");
}

#[tokio::test]
async fn what_an_earlier_round_told_is_in_the_journal_though_a_later_one_fails() {
    let office = promoted().await;
    // Whoever has no last name keeps the one it had, and a person is told; the title is written.
    office
        .stack
        .person_sets(COLLEAGUE, &[("lastName", json!(""))]);
    let new = office.hires("Birger");
    let staff = growcrm::User::staff("Birger", "Lund", "birger@quarrylane.example");
    office.growcrm.world().lock().add_user(staff);
    // The address is refused, so it is planned anew, and then nothing can be read any more.
    let contacts = [COLLEAGUE, new];
    let reads = {
        let trial = Fault::bad_gateway().on("GET", "contacts").nth(5).forever();
        office.growcrm.world().lock().faults.push(trial);
        office
            .follow_in(System::GrowCrm, QUARRY_LANE, &contacts)
            .await
    };
    assert!(reads.is_err(), "{reads:?}");
    assert_eq!(titles(&office, "Bruno")[1].as_deref(), Some("Foreman"));
    let noted = office.stack.findings(QUARRY_LANE).await;
    let noted: Vec<_> = noted
        .iter()
        .map(|noted| finding_in_words(&noted.finding))
        .collect();
    assert_eq!(
        noted,
        [format!("mirror-growcrm not-mirrored [{COLLEAGUE}]")]
    );
}

#[tokio::test]
async fn a_refusal_is_in_the_journal_once() {
    let office = promoted().await;
    office.growcrm.world().lock().switches.longest_position = Some(4);
    let _ = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    let noted = office.stack.findings(QUARRY_LANE).await;
    let noted: Vec<_> = noted
        .iter()
        .map(|noted| finding_in_words(&noted.finding))
        .collect();
    assert_eq!(noted, [format!("mirror-growcrm refused [{COLLEAGUE}]")]);
}

#[tokio::test]
async fn a_write_to_an_address_that_is_unknown_for_a_while_is_put_off_and_made_later() {
    let office = promoted().await;
    let page = Fault::answer(404, "text/html", "<html><body>404</body></html>");
    goes_wrong(&office, &page.on("PATCH", "contacts"));
    let (_, followed) = office.try_follow(QUARRY_LANE, &[COLLEAGUE]).await;
    for (followed, system) in followed.iter().zip(System::ALL) {
        let error = followed.as_ref().unwrap_err();
        assert_eq!(fate(error), Fate::Retry { after: None });
        let ended = outcomes(&office, system).await;
        assert_eq!(ended.last(), Some(&Outcome::Deferred.to_string()));
    }
    assert_eq!(office.stack.findings(QUARRY_LANE).await, []);
    let _ = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert_eq!(
        titles(&office, "Bruno"),
        [(); 2].map(|()| Some("Foreman".to_owned()))
    );
}

#[tokio::test]
async fn a_record_that_is_gone_when_it_is_written_to_is_created_anew_by_the_next_visit() {
    let office = promoted().await;
    let gone = Fault::answer(
        404,
        "application/json",
        r#"{"message":"Contact not found."}"#,
    );
    let fault = gone.on("PATCH", "contacts");
    office.growcrm.world().lock().faults.push(fault);
    let followed = office.follow_in(System::GrowCrm, QUARRY_LANE, &[COLLEAGUE]);
    let error = followed.await.unwrap_err();
    assert_eq!(fate(&error), Fate::Retry { after: None });
    let ended = outcomes(&office, System::GrowCrm).await;
    assert_eq!(ended.last(), Some(&Outcome::Stale.to_string()));
    assert_eq!(office.stack.findings(QUARRY_LANE).await, []);
    {
        let growcrm = office.growcrm.world();
        let mut growcrm = growcrm.lock();
        growcrm.users.retain(|_, user| user.first_name != "Bruno");
    }
    let _ = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert_eq!(titles(&office, "Bruno")[1].as_deref(), Some("Foreman"));
}

#[tokio::test]
async fn an_intent_whose_record_cannot_be_read_does_not_keep_the_others_waiting() {
    let office = promoted().await;
    let lost = Fault::lost_answer().on("PATCH", "contacts").forever();
    goes_wrong(&office, &lost);
    let (_, followed) = office.try_follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert!(followed.iter().all(Result::is_err));
    office.within_reach();
    // What the key may not read is refused so; the plan then reads it all the same.
    let words = r#"{"errors":[{"status":401,"title":"Unauthorized","detail":"Unauthorized resource access"}]}"#;
    let forbidden = Fault::answer(401, "application/vnd.api+json", words);
    let fault = forbidden.on("GET", "contacts");
    office.itglue.world().lock().faults.push(fault);
    let forbidden = Fault::answer(403, "application/json", r#"{"message":"Forbidden"}"#);
    let fault = forbidden.on("GET", "contacts");
    office.growcrm.world().lock().faults.push(fault);
    let (_, followed) = office.follow(QUARRY_LANE, &[COLLEAGUE]).await;
    assert!(
        followed.iter().all(|each| each.findings.is_empty()),
        "{followed:?}"
    );
    let unknown = Outcome::Unknown.to_string();
    for system in System::ALL {
        let ended = outcomes(&office, system).await;
        assert!(ended.contains(&unknown), "{ended:?}");
    }
    assert_eq!(
        titles(&office, "Bruno"),
        [(); 2].map(|()| Some("Foreman".to_owned()))
    );
}

#[tokio::test]
async fn a_record_that_is_not_moved_is_on_the_map_as_the_new_one_from_the_moment_it_is_created() {
    const MILL_ROW: u32 = 501;
    const MOVER: u32 = 50_101;
    let mut world = office_to_succeed();
    world.add_company(json!({ "id": MILL_ROW, "identifier": "MillRow", "name": "Mill Row" }));
    world.add_contact(json!({
        "id": MOVER, "firstName": "Astrid", "lastName": "Lund", "company": { "id": MILL_ROW },
        "communicationItems": [email("astrid.lund@millrow.example", true)],
    }));
    let mut account = itglue::Account::empty();
    account.switches.moves_contacts = false;
    let here =
        account.add_organization(itglue::Organization::new("Quarry Lane").linked_to(QUARRY_LANE));
    account.add_organization(itglue::Organization::new("Mill Row").linked_to(MILL_ROW));
    let office = Mirrored::with(world, enforced(), account, growcrm::Account::empty()).await;
    let there = office.follow_in(System::ItGlue, MILL_ROW, &[MOVER]).await;
    assert_eq!(posts(&there.unwrap()), 1);
    let moved = json!([{ "op": "replace", "path": "company", "value": { "id": QUARRY_LANE } }]);
    let path = format!("/company/contacts/{MOVER}");
    office.stack.person("PATCH", &path, moved);
    // A colleague needs a type that is created first, and comes last.
    let known = office.follow_in(System::ItGlue, QUARRY_LANE, &[COLLEAGUE]);
    assert_eq!(posts(&known.await.unwrap()), 1);
    office
        .stack
        .person_sets(COLLEAGUE, &[("inactiveFlag", json!(true))]);

    // The record is not moved, so there is a new one, and the old one is retired; then the visit ends.
    let fault = Fault::bad_gateway()
        .on("PATCH", "contacts")
        .nth(3)
        .forever();
    office.itglue.world().lock().faults.push(fault);
    let followed = office.follow_in(System::ItGlue, QUARRY_LANE, &[MOVER, COLLEAGUE]);
    let followed = followed.await;
    assert!(followed.is_err());
    let line = office
        .stack
        .journal
        .link_of(System::ItGlue, ContactId::new(MOVER));
    let (_, line) = line.await.unwrap().unwrap();
    let OnMap::ItGlue { id, .. } = line.record else {
        panic!("a line of IT Glue");
    };
    let organization = office.itglue.world().lock().contacts[&id.get()].organization;
    assert_eq!(organization, here);
}
