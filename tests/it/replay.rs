//! Every sample event through receiver, queues and workers, twice, and what must come of it.

mod drift;
mod mirrors;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model::{Action, FindingKind, Mode, Outcome, Scope};
use policy::Rules;
use rollcall::local::Local;
use rollcall::replay::{EventFate, Replayed, VisitReport, collect, replay};
use sandbox::{LoggedRequest, RequestKind};

use crate::samples;

/// One replay of all samples.
struct Run {
    /// By the sample's path below `events/`.
    events: BTreeMap<String, Replayed>,
    /// The requests that the PSA saw for each.
    requests: BTreeMap<String, Vec<LoggedRequest>>,
    /// How many people Grow CRM had welcomed at its end.
    mails: usize,
}

/// The first replay on a new tenant, and a second one on what the first left.
static RUNS: LazyLock<[Run; 2]> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let runs = [run(folder.path()).await, run(folder.path()).await];
        let _ = drift::SETTLED.set(drift::settle(folder.path(), &runs[0]).await);
        runs
    })
});

async fn run(folder: &std::path::Path) -> Run {
    let local = Local::open(folder, Rules::default().in_mode(Mode::Enforce))
        .await
        .unwrap();
    let mut run = Run {
        events: BTreeMap::new(),
        requests: BTreeMap::new(),
        mails: 0,
    };
    for sample in collect(&[samples::folder()]).unwrap() {
        let path = sample
            .path
            .strip_prefix(samples::folder())
            .unwrap()
            .display()
            .to_string();
        let mark = local.requests().mark();
        let replayed = replay(&local, &sample).await.unwrap();
        run.requests
            .insert(path.clone(), local.requests().since(mark));
        run.events.insert(path, replayed);
    }
    run.mails = local.growcrm.account().lock().outbox.len();
    local.save().unwrap();
    run
}

fn first() -> &'static Run {
    &RUNS[0]
}

fn event(name: &str) -> &'static Replayed {
    let found = first().events.iter().find(|(path, _)| path.contains(name));
    found
        .unwrap_or_else(|| panic!("there is no sample {name}"))
        .1
}

/// What was written, in words, in order.
fn written(name: &str) -> Vec<String> {
    made(&event(name).visits)
}

/// What visits wrote, in words.
fn made(visits: &[VisitReport]) -> Vec<String> {
    let entries = visits.iter().flat_map(|visit| &visit.changes);
    entries
        .filter(|entry| entry.outcome.as_ref().is_some_and(Outcome::took_effect))
        .map(|entry| entry.action.to_string())
        .collect()
}

fn found(name: &str) -> Vec<FindingKind> {
    event(name)
        .findings
        .iter()
        .map(|finding| finding.kind)
        .collect()
}

fn fate_of(outcome: &str) -> EventFate {
    let word = outcome.split([':', ',']).next().unwrap();
    serde_json::from_value(word.into()).unwrap()
}

#[test]
fn every_sample_comes_to_what_its_page_says() {
    let samples = samples::all();
    assert!(samples.len() >= 24);
    assert_eq!(samples.len(), first().events.len());
    for sample in samples {
        let replayed = &first().events[&sample.path];
        assert_eq!(
            replayed.fate,
            fate_of(sample.outcome),
            "{}: {replayed:#?}",
            sample.path
        );
        let scene = sample.scene.map(|scene| scene.name);
        assert_eq!(replayed.scene, scene, "{}", sample.path);
    }
}

#[test]
fn a_second_replay_writes_nothing_and_ends_the_same() {
    for (path, replayed) in &RUNS[1].events {
        let writes: Vec<_> = replayed
            .requests
            .keys()
            .filter(|method| *method != "GET")
            .collect();
        assert!(writes.is_empty(), "{path}: {writes:?}");
        assert!(
            replayed.visits.iter().all(|visit| visit.changes.is_empty()),
            "{path}"
        );
        assert!(replayed.records.is_empty(), "{path}");
        let first = first().events[path].fate;
        // What was held, merged or released is in order the second time.
        let settled = first == EventFate::Finding && replayed.fate == EventFate::Done;
        assert!(
            replayed.fate == first || settled,
            "{path}: {:?}",
            replayed.fate
        );
    }
}

#[test]
fn a_refused_request_costs_no_outside_request_before_its_key_is_bound() {
    for (path, replayed) in first()
        .events
        .iter()
        .filter(|(_, e)| e.fate == EventFate::Refused)
    {
        let requests = &first().requests[path];
        assert!(
            requests
                .iter()
                .all(|request| request.kind == RequestKind::Key),
            "{path}"
        );
        let bound = replayed.answer.as_ref().unwrap().reason.as_deref() == Some("signature");
        assert!(bound || requests.is_empty(), "{path}: {requests:?}");
    }
}

#[test]
fn every_refusal_has_the_status_it_should() {
    let statuses: BTreeMap<&str, u16> = first()
        .events
        .iter()
        .filter(|(_, replayed)| replayed.fate == EventFate::Refused)
        .map(|(path, replayed)| (path.as_str(), replayed.answer.as_ref().unwrap().status))
        .collect();
    insta::assert_debug_snapshot!(statuses, @r#"
    {
        "callback-receiver/31-unsigned.json": 401,
        "callback-receiver/32-signature-of-another-body.json": 401,
        "callback-receiver/33-signature-with-unhashed-key.json": 401,
        "callback-receiver/34-body-changed-by-one-byte.json": 401,
        "callback-receiver/35-key-url-on-a-foreign-host.json": 403,
        "callback-receiver/36-key-url-over-plain-http.json": 403,
        "callback-receiver/37-key-url-with-user-info.json": 403,
        "callback-receiver/38-key-url-of-another-company.json": 403,
        "callback-receiver/39-other-login-company.json": 403,
        "callback-receiver/40-other-instance.json": 403,
        "callback-receiver/41-body-too-large.json": 413,
        "callback-receiver/42-not-json.json": 400,
        "callback-receiver/43-other-path.json": 403,
        "callback-receiver/44-get.json": 405,
    }
    "#);
}

#[test]
fn a_visit_that_finds_all_in_order_makes_exactly_two_reads() {
    for name in [
        "01-all-in-order",
        "18-echo",
        "26-function-url",
        "01-ten-messages",
    ] {
        let two = BTreeMap::from([("GET".to_owned(), 2)]);
        assert_eq!(event(name).requests, two, "{name}");
    }
}

#[test]
fn a_focused_visit_makes_at_most_five_reads() {
    let in_order = event("21-catch-all-in-order");
    assert!(matches!(
        in_order.visits[0].scope,
        Some(Scope::Focused { .. })
    ));
    assert!(in_order.requests["GET"] <= 5, "{:?}", in_order.requests);
    assert_eq!(in_order.requests.len(), 1);
}

#[test]
fn a_write_makes_no_more_requests_than_its_changes_and_a_second_look_at_each() {
    for (path, replayed) in &first().events {
        let writes: usize = replayed
            .requests
            .iter()
            .filter(|(m, _)| *m != "GET")
            .map(|(_, count)| count)
            .sum();
        let changes = || replayed.visits.iter().flat_map(|visit| &visit.changes);
        // A refused PATCH is repeated once with custom fields named (fact sheet 5.4).
        let refused = changes()
            .filter(|entry| matches!(entry.outcome, Some(Outcome::Refused { .. })))
            .count();
        let allowed = changes().count() + refused;
        assert!(
            writes <= allowed,
            "{path}: {writes} requests, {allowed} allowed"
        );
        let merges = replayed
            .visits
            .iter()
            .flat_map(|visit| &visit.changes)
            .any(|entry| matches!(entry.action, Action::Merge { .. }));
        let reads = replayed.requests.get("GET").copied().unwrap_or(0);
        let rounds = replayed.visits.len().max(
            replayed
                .messages
                .iter()
                .map(|m| m.deliveries as usize)
                .sum(),
        );
        // What is overwritten is read once more right before.
        let looks = changes().count();
        assert!(
            merges || reads <= 6 * rounds.max(1) + looks,
            "{path}: {reads} reads"
        );
    }
    let held = &event("03-portal-without-email").requests;
    assert_eq!((held["GET"], held["PATCH"]), (3, 1));
}

#[test]
fn portal_logins_are_held_and_released() {
    insta::assert_debug_snapshot!(written("02-portal-address"), @r#"
    [
        "switch off the portal login of contact 82006",
        "switch off the portal login of contact 82004",
        "switch off the portal login of contact 82003",
        "switch off the portal login of contact 82002",
        "make email item 96903 the default of contact 82007",
    ]
    "#);
    insta::assert_debug_snapshot!(written("03-portal-without-email"), @r#"
    [
        "switch off the portal login of contact 82103",
    ]
    "#);
    assert_eq!(found("03-portal-without-email"), [FindingKind::PortalHeld]);
    insta::assert_debug_snapshot!(written("04-email-added"), @r#"
    [
        "switch on the portal login of contact 82103",
    ]
    "#);
    assert_eq!(found("04-email-added"), []);
    insta::assert_debug_snapshot!(written("05-shared-mailbox"), @r#"
    [
        "switch off the portal login of contact 85334",
    ]
    "#);
}

#[test]
fn a_duplicate_is_merged_with_its_tickets_and_addresses() {
    insta::assert_debug_snapshot!(written("06-email-connector"), @r#"
    [
        "add another email to contact 83002",
        "add another phone to contact 83002",
        "label contact 83002 \"Approver\"",
        "put contact 83002 into marketing group 1",
        "write a note on contact 83002",
        "merge contact 83020 into 83002; 4 references move with it",
    ]
    "#);
    let replayed = event("06-email-connector");
    let record = |id| {
        replayed
            .records
            .iter()
            .find(|record| record.id == id)
            .unwrap()
    };
    assert!(record(83020).after.is_none());
    let (before, after) = (&record(83002).before, &record(83002).after);
    let (before, after) = (&before.as_ref().unwrap().0, &after.as_ref().unwrap().0);
    let gone = &record(83020).before.as_ref().unwrap().0;
    for line in ["service tickets", "activities", "configurations"] {
        for id in gone[line].split(", ") {
            assert!(after[line].contains(id), "{line} {id}");
            assert!(!before.get(line).is_some_and(|before| before.contains(id)));
        }
    }
    for address in gone["emails"].split(", ") {
        assert!(
            after["emails"].contains(address.trim_end_matches(" *")),
            "{address}"
        );
    }
}

#[test]
fn other_merges_and_what_is_left_to_a_person() {
    let merges = |name: &str| -> BTreeSet<String> {
        written(name)
            .into_iter()
            .filter(|words| words.starts_with("merge"))
            .collect()
    };
    insta::assert_debug_snapshot!(merges("07-swapped-name"), @r#"
    {
        "merge contact 83120 into 83102; no reference moves with it",
        "merge contact 83121 into 83103; 1 reference moves with it",
        "merge contact 83122 into 83103; 1 reference moves with it",
    }
    "#);
    insta::assert_debug_snapshot!(merges("08-default-contact-merged"), @r#"
    {
        "merge contact 83204 into 83222; 2 references move with it",
        "merge contact 83220 into 83202; no reference moves with it",
        "merge contact 83221 into 83203; 1 reference moves with it",
    }
    "#);
    assert!(written("08-default-contact-merged")[0].starts_with("make "));
    assert_eq!(found("09-uncertain"), [FindingKind::PossibleDuplicate; 2]);
    for name in ["09-uncertain", "10-namesakes", "16-chosen", "14-no-active"] {
        assert_eq!(written(name), [""; 0], "{name}");
    }
}

#[test]
fn a_default_contact_is_succeeded() {
    insta::assert_debug_snapshot!(written("11-default-contact-deactivated"), @r#"
    [
        "make 86202 the default contact of company 862, in place of 86201",
        "label contact 86202 \"Primary\"",
        "take the label \"Primary\" off contact 86201",
    ]
    "#);
    insta::assert_debug_snapshot!(written("12-default-contact-then-deleted"), @r#"
    [
        "make 86102 the default contact of company 861, in place of nobody",
        "label contact 86102 \"Primary\"",
    ]
    "#);
    insta::assert_debug_snapshot!(written("13-no-default"), @r#"
    [
        "make 85103 the default contact of company 851, in place of nobody",
        "label contact 85103 \"Primary\"",
    ]
    "#);
    insta::assert_debug_snapshot!(written("15-primary-label"), @r#"
    [
        "label contact 85401 \"Primary\"",
        "take the label \"Primary\" off contact 85402",
    ]
    "#);
    insta::assert_debug_snapshot!(written("17-company-callback"), @r#"
    [
        "make 85002 the default contact of company 850, in place of 85001",
        "label contact 85002 \"Primary\"",
        "take the label \"Primary\" off contact 85001",
    ]
    "#);
    assert_eq!(found("14-no-active"), [FindingKind::NoActiveContact]);
}

#[test]
fn events_of_all_sorts_come_to_their_end() {
    assert_eq!(
        found("19-contact-without-company"),
        [FindingKind::NoCompany]
    );
    insta::assert_debug_snapshot!(written("20-catch-all-duplicate"), @r#"
    [
        "merge contact 104996 into 100010; no reference moves with it",
    ]
    "#);
    assert!(event("22-other-record-type").messages.is_empty());
    let busy = &event("24-psa-busy").messages[0];
    assert_eq!((busy.deliveries, busy.fate), (2, EventFate::Done));
    assert_eq!(found("25-write-refused"), [FindingKind::Refused]);
    assert!(event("27-callback-repeated").messages.is_empty());
    let ten = event("01-ten-messages");
    assert_eq!((ten.messages.len(), ten.visits.len()), (10, 1));
}

#[test]
fn a_poison_message_goes_to_the_dead_letters_and_holds_up_nobody() {
    let replayed = event("02-poison-message");
    let fates: Vec<(EventFate, u32)> = replayed
        .messages
        .iter()
        .map(|message| (message.fate, message.deliveries))
        .collect();
    insta::assert_debug_snapshot!(fates, @"
    [
        (
            DeadLetter,
            5,
        ),
        (
            Done,
            1,
        ),
        (
            Done,
            1,
        ),
        (
            Done,
            1,
        ),
    ]
    ");
}

#[test]
fn a_key_is_fetched_once_and_again_when_the_psa_has_a_new_one() {
    let keys = |name: &str| {
        let found = first()
            .requests
            .iter()
            .find(|(path, _)| path.contains(name));
        found
            .unwrap()
            .1
            .iter()
            .filter(|request| request.kind == RequestKind::Key)
            .count()
    };
    assert_eq!(keys("01-all-in-order"), 1);
    assert_eq!(keys("02-portal"), 0);
    assert_eq!(keys("23-key-rotated"), 1);
}
