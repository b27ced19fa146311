//! What may happen between a change and its taking back.

use model::{CompanyId, ContactId, Pair};
use reconcile::{End, Error, Target};
use sandbox::{Fault, Kind, Refusal};
use serde_json::json;

use super::{Trial, same};
use crate::stack::worlds::{
    COLLEAGUE, LOSER, PRIMARY, QUARRY_LANE, QUARRY_LOGIN, SURVIVOR, everything_to_merge,
    office_with_login,
};
use crate::stack::{Hands, Stack, enforced, inviting};

/// Quarry Lane with its two records of one person merged, and the run that did it.
async fn merged() -> (Trial, Vec<String>, Target) {
    let stack = Stack::on(everything_to_merge()).await;
    let trial = Trial::on(stack, &[QUARRY_LANE]);
    let before = trial.likeness();
    let seen = trial.stack.visit(QUARRY_LANE, &[]).await;
    assert!(trial.stack.contact(LOSER).is_null());
    (trial, before, Target::Run(seen.visit.run))
}

/// The id of the contact that came back.
fn back(trial: &Trial) -> u32 {
    *trial.known_as.keys().next().expect("nobody came back")
}

#[tokio::test]
async fn what_never_happened_is_not_taken_back() {
    let (trial, ..) = merged().await;
    let mark = trial.stack.mark();
    for target in ["no-such-run", "no-such-run.1"] {
        let target: Target = target.parse().unwrap();
        assert_eq!(trial.stack.reconciler.plan_undo(&target).await.unwrap(), []);
    }
    assert_eq!(trial.stack.requests_since(mark), "");
}

#[tokio::test]
async fn a_merge_is_taken_back_weeks_later_with_everything_that_hung_on_the_contact() {
    let (mut trial, before, run) = merged().await;
    trial.stack.world.advance(40 * 24 * 3600);
    let ends = trial.take_back(&run).await;
    assert!(
        ends.iter().all(|(end, _)| *end == End::Reverted),
        "{ends:#?}"
    );
    same(&before, &trial.likeness(), "weeks later");
    assert_ne!(back(&trial), LOSER);
    // A person has said that these are two, and that the inactive one is to be the default contact again.
    let seen = trial.stack.visit_in_vain(QUARRY_LANE, &[]).await;
    assert_eq!(
        seen.findings(),
        ["primary-contact person-reverted [50011 50013]"]
    );
}

#[tokio::test]
async fn taking_back_one_change_of_a_merge_takes_all_of_it_back() {
    let (mut trial, before, _) = merged().await;
    let merge = trial
        .entries()
        .await
        .into_iter()
        .find(|entry| matches!(entry.action, model::Action::Merge { .. }));
    let ends = trial.take_back(&Target::Change(merge.unwrap().id)).await;
    assert!(
        ends.iter().all(|(end, _)| *end == End::Reverted),
        "{ends:#?}"
    );
    // The label has followed the default contact by another rule, as a change of its own.
    assert!(trial.stack.labels(SURVIVOR).contains(&PRIMARY));
    let without_label = |records: Vec<String>| -> Vec<String> {
        let mut records = records.into_iter();
        let is_about = |record: &String| !record.contains("Primary") && !record.contains("Head of");
        records.by_ref().filter(is_about).collect()
    };
    let (before, now) = (without_label(before), without_label(trial.likeness()));
    same(&before, &now, "but for the label");
    assert_eq!(trial.stack.default_of(QUARRY_LANE), Some(back(&trial)));
}

#[tokio::test]
async fn what_people_changed_since_is_left_alone_and_told() {
    let (mut trial, _, run) = merged().await;
    let stack = &trial.stack;
    let tickets = stack.world.lock().ids(Kind::ServiceTicket);
    let ticket = format!("/service/tickets/{}", tickets[0]);
    let to_colleague =
        json!([{ "op": "replace", "path": "contact", "value": { "id": COLLEAGUE } }]);
    stack.person("PATCH", &ticket, to_colleague);
    stack.person_sets(SURVIVOR, &[("nickName", json!("Zed"))]);
    let company = format!("/company/companies/{QUARRY_LANE}");
    let role = json!([{ "op": "replace", "path": "defaultContact", "value": { "id": COLLEAGUE } }]);
    stack.person("PATCH", &company, role);

    let ends = trial.take_back(&run).await;
    let told: Vec<&String> = ends
        .iter()
        .filter(|(end, _)| *end == End::Conflict)
        .flat_map(|(_, words)| words)
        .collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "service ticket 1 (contact) is gone, or somebody has pointed it elsewhere since",
        "somebody has changed nickName of contact 50011 since",
        "somebody has chosen another default contact since",
    ]
    "#);
    let stack = &trial.stack;
    assert_eq!(stack.default_of(QUARRY_LANE), Some(COLLEAGUE));
    assert_eq!(stack.contact(SURVIVOR)["nickName"], "Zed");
    let world = stack.world.snapshot();
    let ticket = world.get(Kind::ServiceTicket, tickets[0]).unwrap();
    assert_eq!(ticket["contact"]["id"], COLLEAGUE);
    // All the rest came back.
    assert_eq!(stack.contact(back(&trial))["nickName"], "Zee");
    assert_eq!(stack.items(back(&trial)).len(), 4);
    let kinds: Vec<String> = stack
        .findings(QUARRY_LANE)
        .await
        .iter()
        .map(|entry| entry.finding.kind.to_string())
        .collect();
    assert!(kinds.contains(&"not-taken-back".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn a_mail_that_was_sent_is_final() {
    let stack = Stack::with_rules(office_with_login(), inviting()).await;
    let mut trial = Trial::on(stack, &[QUARRY_LANE]);
    trial.stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    trial
        .stack
        .person_adds_email(QUARRY_LOGIN, "bruno.paz@quarrylane.example", true);
    let released = trial.stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    assert_eq!(trial.stack.mails().len(), 1);
    let ends = trial.take_back(&Target::Run(released.visit.run)).await;
    let ends: Vec<End> = ends.into_iter().map(|(end, _)| end).collect();
    assert_eq!(ends, [End::Final, End::Reverted]);
    assert!(
        !trial.stack.portal(QUARRY_LOGIN).0,
        "the login is held again"
    );
    assert_eq!(trial.stack.mails().len(), 1);
}

#[tokio::test]
async fn a_hold_that_was_taken_back_is_not_made_again() {
    let stack = Stack::on(office_with_login()).await;
    let mut trial = Trial::on(stack, &[QUARRY_LANE]);
    let held = trial.stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    trial.take_back(&Target::Run(held.visit.run)).await;
    assert!(trial.stack.portal(QUARRY_LOGIN).0);
    let seen = trial
        .stack
        .visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN])
        .await;
    assert_eq!(seen.findings(), ["portal-invite person-reverted [50002]"]);
}

#[tokio::test]
async fn a_hold_that_may_be_a_persons_is_not_taken_back() {
    let stack = Stack::on(office_with_login()).await;
    let mut trial = Trial::on(stack, &[QUARRY_LANE]);
    let stack = &trial.stack;
    let fault = Fault::dropped().on("PATCH", "").times(4);
    stack.world.lock().faults.push(fault);
    assert!(stack.try_visit(QUARRY_LANE, &[QUARRY_LOGIN]).await.is_err());
    stack.person_sets(QUARRY_LOGIN, &[("disablePortalLoginFlag", json!(true))]);
    stack.visit_in_vain(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    let hold = stack.entries(QUARRY_LANE).await.remove(0).id;
    let ends = trial.take_back(&Target::Change(hold)).await;
    let words = "nobody can tell who changed the portal access of contact 50002";
    assert_eq!(ends, [(End::Conflict, vec![words.to_owned()])]);
    assert!(!trial.stack.portal(QUARRY_LOGIN).0);
}

#[tokio::test]
async fn a_change_to_a_contact_that_is_gone_stays() {
    let stack = Stack::on(office_with_login()).await;
    let mut trial = Trial::on(stack, &[QUARRY_LANE]);
    let held = trial.stack.visit(QUARRY_LANE, &[QUARRY_LOGIN]).await;
    let path = format!("/company/contacts/{QUARRY_LOGIN}");
    trial.stack.person("DELETE", &path, json!(null));
    let ends = trial.take_back(&Target::Run(held.visit.run)).await;
    let words = vec!["contact 50002 is gone".to_owned()];
    assert_eq!(ends, [(End::Conflict, words)]);
}

#[tokio::test]
async fn a_plan_that_was_shown_is_not_carried_out_once_somebody_has_edited_the_records() {
    let (trial, _, run) = merged().await;
    let stack = &trial.stack;
    let plans = stack.reconciler.plan_undo(&run).await.unwrap();
    stack.person_sets(SURVIVOR, &[("nickName", json!("Zed"))]);
    let mark = stack.mark();
    let request = stack.request(QUARRY_LANE, &[]);
    let result = stack.reconciler.undo(&plans[0], &request).await;
    assert!(matches!(result, Err(Error::Outdated)), "{result:?}");
    assert!(!stack.requests_since(mark).contains(','), "it has written");
}

#[tokio::test]
async fn without_a_writer_nothing_is_taken_back() {
    let (trial, _, run) = merged().await;
    let stack = &trial.stack;
    let observer = stack.observer();
    let plans = observer.plan_undo(&run).await.unwrap();
    let mark = stack.mark();
    let request = stack.request(QUARRY_LANE, &[]);
    let result = observer.undo(&plans[0], &request).await;
    assert!(matches!(result, Err(Error::NoWriter)), "{result:?}");
    assert!(!stack.requests_since(mark).contains(','), "it has written");
}

#[tokio::test]
async fn who_was_told_apart_stays_so_under_the_new_id() {
    let stack = Stack::start(everything_to_merge(), enforced(), Hands::Free).await;
    let mut trial = Trial::on(stack, &[QUARRY_LANE]);
    let (loser, colleague) = (ContactId::new(LOSER), ContactId::new(COLLEAGUE));
    let company = CompanyId::new(QUARRY_LANE);
    let (pair, at) = (Pair::new(loser, colleague), trial.stack.clock().now());
    let journal = trial.stack.journal.clone();
    journal::Store::keep_apart(&journal, pair, company, at, "somebody")
        .await
        .unwrap();
    let seen = trial.stack.visit(QUARRY_LANE, &[]).await;
    let apart = || async {
        journal::Store::memory(&journal, company)
            .await
            .unwrap()
            .distinct
    };
    let survivor = ContactId::new(SURVIVOR);
    assert!(apart().await.contains(&Pair::new(survivor, colleague)));
    trial.take_back(&Target::Run(seen.visit.run)).await;
    let back = ContactId::new(back(&trial));
    let apart = apart().await;
    assert!(apart.contains(&Pair::new(back, colleague)));
    assert!(apart.contains(&Pair::new(back, survivor)));
}

#[tokio::test]
async fn what_the_survivor_got_stays_when_the_contact_cannot_come_back() {
    let (mut trial, _, run) = merged().await;
    let got = trial.stack.items(SURVIVOR);
    let notes = trial.stack.notes(SURVIVOR);
    let refused = Refusal::new("POST", "/company/contacts", "site", "The site is gone.");
    trial.stack.world.lock().refusals.push(refused);
    let ends = trial.take_back(&run).await;
    let reverted = ends.iter().filter(|(end, _)| *end == End::Reverted).count();
    assert!(reverted < ends.len(), "{ends:#?}");
    assert_eq!(trial.stack.items(SURVIVOR), got);
    assert_eq!(trial.stack.notes(SURVIVOR), notes);
    assert_eq!(trial.stack.default_of(QUARRY_LANE), Some(SURVIVOR));
}

#[tokio::test]
async fn what_the_journal_has_forgotten_is_told_and_nothing_of_it_is_taken_off_the_survivor() {
    let (mut trial, _, run) = merged().await;
    trial.stack.world.advance(400 * 24 * 3600);
    let now = trial.stack.clock().now();
    journal::Store::forget(&trial.stack.journal, now)
        .await
        .unwrap();
    let ends = trial.take_back(&run).await;
    assert!(ends.iter().any(|(_, words)| {
        words
            .iter()
            .any(|w| w.contains("no longer holds the record"))
    }));
    // What the loser brought stays; only the label that another rule moved is moved back.
    assert_eq!(trial.stack.labels(SURVIVOR), [2, 3].into());
    assert_eq!(trial.stack.groups(SURVIVOR).len(), 2);
}

#[tokio::test]
async fn who_was_edited_after_coming_back_is_not_merged_again() {
    let (mut trial, _, run) = merged().await;
    trial.take_back(&run).await;
    let undo = trial.entries().await.last().unwrap().id.run.clone();
    let before = trial.likeness();
    let path = format!("/company/contacts/{}/notes", back(&trial));
    trial
        .stack
        .person("POST", &path, json!({ "text": "Prefers mail." }));
    let edited = trial.likeness();
    assert_ne!(before, edited);
    let ends = trial.take_back(&Target::Run(undo)).await;
    assert!(
        ends.iter().any(|(end, words)| {
            *end == End::Conflict
                && words
                    .iter()
                    .any(|w| w.contains("its notes are not what they were"))
        }),
        "{ends:#?}"
    );
    // All of the merge stands and falls together; only the label's own changes were taken back.
    assert!(!trial.stack.contact(back(&trial)).is_null());
    assert_eq!(trial.stack.items(back(&trial)).len(), 4);
    assert_eq!(trial.stack.items(SURVIVOR).len(), 2);
}

#[tokio::test]
async fn what_a_technician_typed_into_a_contact_that_came_back_half_is_not_doubled() {
    let (mut trial, _, run) = merged().await;
    trial.stack.world.advance(60);
    let lost = Fault::dropped().times(4).on("PATCH", "company/contacts");
    trial.stack.world.lock().faults.push(lost);
    let plan = trial
        .stack
        .reconciler
        .plan_undo(&run)
        .await
        .unwrap()
        .remove(0);
    let request = trial.stack.request(QUARRY_LANE, &[]);
    let result = trial.stack.reconciler.undo(&plan, &request).await;
    assert!(result.is_err());
    trial.stack.world.lock().faults.clear();
    let known = [LOSER, SURVIVOR, COLLEAGUE];
    let mut here = trial.stack.world.lock().contacts_of(QUARRY_LANE);
    here.retain(|id| !known.contains(id));
    let [half] = here.as_slice() else {
        panic!("one contact is back: {here:?}")
    };
    trial
        .stack
        .person_adds_email(*half, "zelda.quist@quarrylane.example", true);
    trial
        .stack
        .person_sets(*half, &[("title", json!("Head Buyer"))]);
    let ends = trial.take_back(&run).await;
    assert!(
        ends.iter().any(|(end, _)| *end == End::Conflict),
        "the title is told"
    );
    assert_eq!(trial.stack.contact(*half)["title"], "Head Buyer");
    assert_eq!(trial.stack.items(*half).len(), 4);
}
