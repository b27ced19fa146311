//! Who is carried over when: from observing to enforcing, and after visits that came to nothing.

use model::mirror::System;
use model::{Mode, Rule};
use policy::Rules;
use sandbox::Fault;
use serde_json::json;

use crate::stack::enforced;
use crate::stack::mirrored::{Followed, Mirrored};
use crate::stack::worlds::{COLLEAGUE, QUARRY_DEFAULT, QUARRY_LANE};

/// The policies write, and the mirrors do not.
fn observing() -> Rules {
    let mut rules = enforced();
    for rule in [Rule::MirrorItGlue, Rule::MirrorGrowCrm] {
        rules.modes.insert(rule, Mode::Observe);
    }
    rules
}

fn told(followed: &[Followed]) -> Vec<Vec<String>> {
    followed.iter().map(|each| each.findings.clone()).collect()
}

/// Everybody at the company, as far as both mirrors have them.
fn everybody(names: &[&str]) -> [Vec<String>; 2] {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    [names.clone(), names]
}

/// Nothing can be written in either mirror.
fn out_of_reach(office: &Mirrored, from: u32) {
    let fault = || {
        Fault::bad_gateway()
            .on("POST", "contacts")
            .nth(from)
            .forever()
    };
    office.itglue.world().lock().faults.push(fault());
    office.growcrm.world().lock().faults.push(fault());
}

#[tokio::test]
async fn whoever_was_there_already_is_carried_over_once_the_mirror_is_enforced() {
    let mut office = Mirrored::quarry_lane().await;
    office.set_rules(observing());
    for _ in 0..2 {
        // As long as nothing is written, each visit tells of everybody.
        let (_, followed) = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
        for (told, system) in told(&followed).iter().zip(System::ALL) {
            let proposed = [QUARRY_DEFAULT, COLLEAGUE]
                .map(|contact| format!("{} proposed [{contact}]", system.rule()));
            assert_eq!(*told, proposed);
        }
        assert_eq!(office.records(), everybody(&[]));
    }
    office.set_rules(enforced());
    let _ = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert_eq!(office.records(), everybody(&["Ottilie", "Bruno"]));
    let (_, after) = office.follow(QUARRY_LANE, &[]).await;
    assert!(after.iter().all(Followed::is_nothing));
}

#[tokio::test]
async fn whoever_is_new_while_a_mirror_observes_is_carried_over_afterwards() {
    let mut office = Mirrored::quarry_lane().await;
    let _ = office.follow(QUARRY_LANE, &[]).await;
    office.set_rules(observing());
    let new = office.hires("Astrid");
    let _ = office.follow(QUARRY_LANE, &[new]).await;
    office.set_rules(enforced());
    let _ = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert_eq!(office.records(), everybody(&["Ottilie", "Bruno", "Astrid"]));
}

#[tokio::test]
async fn a_first_visit_that_was_cut_off_begins_anew_with_everybody() {
    let office = Mirrored::quarry_lane().await;
    out_of_reach(&office, 2);
    let (_, followed) = office.try_follow(QUARRY_LANE, &[]).await;
    assert!(followed.iter().all(Result::is_err));
    assert_eq!(office.records(), everybody(&["Ottilie"]));
    office.within_reach();
    // Its message is lost; an event about somebody else comes.
    let _ = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert_eq!(office.records(), everybody(&["Ottilie", "Bruno"]));
}

#[tokio::test]
async fn somebody_new_whose_message_was_lost_is_carried_over_with_the_next_event() {
    let office = Mirrored::quarry_lane().await;
    let _ = office.follow(QUARRY_LANE, &[]).await;
    let new = office.hires("Astrid");
    out_of_reach(&office, 1);
    let (_, followed) = office.try_follow(QUARRY_LANE, &[new]).await;
    assert!(followed.iter().all(Result::is_err));
    office.within_reach();
    let _ = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert_eq!(office.records(), everybody(&["Ottilie", "Bruno", "Astrid"]));
    let (_, after) = office.follow(QUARRY_LANE, &[]).await;
    assert!(after.iter().all(Followed::is_nothing));
}

#[tokio::test]
async fn a_visit_about_some_does_not_keep_the_others_out() {
    let office = Mirrored::quarry_lane().await;
    for system in System::ALL {
        let visit = office.follow_in(system, QUARRY_LANE, &[QUARRY_DEFAULT]);
        visit.await.unwrap();
    }
    assert_eq!(office.records(), everybody(&["Ottilie"]));
    let _ = office.follow(QUARRY_LANE, &[]).await;
    assert_eq!(office.records(), everybody(&["Ottilie", "Bruno"]));
}

#[tokio::test]
async fn in_a_company_too_large_to_be_read_whole_a_known_contact_costs_one_read_and_one_write() {
    let mut office = Mirrored::quarry_lane().await;
    let mut rules = enforced();
    rules.limits.contacts_read_whole = 1;
    office.set_rules(rules);
    let _ = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    assert_eq!(office.records(), everybody(&["Ottilie"]));
    office
        .stack
        .person_sets(QUARRY_DEFAULT, &[("title", json!("Quarry Master"))]);
    let (_, followed) = office.follow(QUARRY_LANE, &[QUARRY_DEFAULT]).await;
    for followed in followed {
        let methods = followed.requests.iter().filter_map(|r| r.split(' ').next());
        assert_eq!(
            methods.collect::<Vec<_>>(),
            ["GET", "PATCH"],
            "{followed:?}"
        );
    }
}
