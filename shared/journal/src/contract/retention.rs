//! Forgetting what is older.

use std::collections::BTreeSet;

use model::mirror::{Call, GrowCrmCall, ItGlueCall};
use model::{Action, Decision, Entry, Image, Memory, Outcome, Pair, Proposal, Verdict};

use super::samples::{
    PRIVATE, TEXTS, at, company, contact, decision, finding, image, intent, intents, large_image,
    large_merge, long_text, outcomes, proposals,
};
use crate::{Forgotten, Keep, Query, Register, Store};

pub(crate) async fn of_an_empty_journal_nothing_is_forgotten(store: impl Store) {
    assert_eq!(forget(&store, 0).await, Forgotten::default());
    an_empty_journal(&store).await;
}

pub(crate) async fn what_is_not_older_stays_whole(store: impl Store) {
    let entries = ended(&store, &intents(), 10).await;
    let noted = finding("r", Some(19), &[41], 10);
    store.note_finding(&noted).await.unwrap();
    assert_eq!(forget(&store, 10).await, Forgotten::default());
    assert_eq!(all(&store).await, entries);
    let findings = store.findings(&Query::default()).await.unwrap();
    assert_eq!(findings, [noted]);
}

pub(crate) async fn of_a_change_that_binds_the_future_the_images_go(store: impl Store) {
    let entries = ended(&store, &intents(), 10).await;
    let memory = store.memory(company(19)).await.unwrap();
    let kept = intents().len() - TEXTS;
    let forgotten = forget(&store, 11).await;
    assert_eq!((forgotten.images, forgotten.findings), (kept, 0));

    let left = all(&store).await;
    assert_eq!(left.len(), kept);
    for entry in &left {
        let was = entries.iter().find(|was| was.id == entry.id).unwrap();
        assert_eq!((&entry.before, &entry.after), (&Image::default(), &None));
        assert_eq!(entry.outcome, was.outcome);
        assert_eq!(entry.ended_at, was.ended_at);
        assert_eq!(entry.purpose, was.purpose);
        assert_eq!((entry.unit, entry.rule), (was.unit, was.rule));
        assert_eq!(entry.action.contacts(), was.action.contacts());
        assert_eq!(entry.action.to_string(), was.action.to_string());
        assert!(entry.evidence.iter().all(|item| item.named.is_none()));
        assert_eq!(entry.evidence.len(), was.evidence.len());
        assert_eq!(store.entry(&entry.id).await.unwrap().as_ref(), Some(entry));
    }
    // Nothing is left of anybody, wherever it may be.
    let text = serde_json::to_string(&left).unwrap();
    for private in PRIVATE {
        assert!(!text.contains(private), "{private}");
    }
    // What binds the future is remembered as it was.
    let now = store.memory(company(19)).await.unwrap();
    let ids: BTreeSet<_> = left.iter().map(|entry| &entry.id).collect();
    let was = memory.past.iter().filter(|past| ids.contains(&past.id));
    assert_eq!(now.past.len(), kept);
    for (now, was) in now.past.iter().zip(was) {
        assert_eq!(
            (&now.id, now.at, &now.outcome),
            (&was.id, was.at, &was.outcome)
        );
        assert_eq!((now.rule, &now.purpose), (was.rule, &was.purpose));
    }
}

pub(crate) async fn a_change_that_is_a_persons_text_goes(store: impl Store) {
    let entries = ended(&store, &intents(), 10).await;
    assert_eq!(forget(&store, 11).await.changes, TEXTS);
    let is_text = |entry: &&Entry| {
        matches!(
            entry.action,
            Action::SetFields { .. }
                | Action::AddCommunication { .. }
                | Action::RemoveCommunication { .. }
                | Action::AddNote { .. }
                | Action::RemoveNote { .. }
                | Action::Mirror {
                    call: Call::ItGlue(ItGlueCall::Create { .. } | ItGlueCall::Update { .. })
                        | Call::GrowCrm(
                            GrowCrmCall::Create { .. }
                                | GrowCrmCall::Update { .. }
                                | GrowCrmCall::CreateClient { .. }
                        ),
                    ..
                }
        )
    };
    let gone: Vec<&Entry> = entries.iter().filter(is_text).collect();
    assert_eq!(gone.len(), TEXTS);
    for entry in gone {
        assert_eq!(store.entry(&entry.id).await.unwrap(), None);
    }
}

pub(crate) async fn a_change_without_outcome_stays_whole(store: impl Store) {
    for intent in intents() {
        store.intend(&intent).await.unwrap();
    }
    assert_eq!(forget(&store, 1_000_000).await, Forgotten::default());
    assert_eq!(all(&store).await, intents());
    assert_eq!(store.open_intents(company(19)).await.unwrap(), intents());
}

pub(crate) async fn a_change_is_as_old_as_its_end(store: impl Store) {
    let mut entry = intent("r", 1, 19, 41, 0);
    entry.before = image();
    let whole = ended(&store, std::slice::from_ref(&entry), 20).await;
    assert_eq!(forget(&store, 20).await, Forgotten::default());
    assert_eq!(all(&store).await, whole);
    let images = Forgotten {
        images: 1,
        ..Forgotten::default()
    };
    assert_eq!(forget(&store, 21).await, images);
    assert_eq!(all(&store).await[0].before, Image::default());
}

pub(crate) async fn an_old_finding_goes(store: impl Store) {
    let old = finding("r", Some(20), &[41, 42], 9);
    let stray = finding("r", None, &[], 8);
    let young = finding("r", Some(19), &[42], 10);
    for entry in [&old, &stray, &young] {
        store.note_finding(entry).await.unwrap();
    }
    let findings = Forgotten {
        findings: 2,
        ..Forgotten::default()
    };
    assert_eq!(forget(&store, 10).await, findings);
    let left = store.findings(&Query::default()).await.unwrap();
    assert_eq!(left, [young]);
    assert_eq!(store.companies_of(contact(41)).await.unwrap(), []);
    assert_eq!(
        store.companies_of(contact(42)).await.unwrap(),
        [company(19)]
    );
    // What was noted once can be noted again.
    store.note_finding(&old).await.unwrap();
    assert_eq!(store.findings(&Query::default()).await.unwrap().len(), 2);
}

pub(crate) async fn what_was_forgotten_is_still_found_by_its_contacts(store: impl Store) {
    let mut entry = intent("r", 1, 19, 7, 0);
    entry.before = image();
    let _ = ended(&store, &[entry], 10).await;
    let _ = forget(&store, 11).await;
    for whom in [7, 41, 42] {
        let query = Query::of_contact(contact(whom));
        assert_eq!(store.entries(&query).await.unwrap().len(), 1, "{whom}");
        let companies = store.companies_of(contact(whom)).await.unwrap();
        assert_eq!(companies, [company(19)]);
    }
}

pub(crate) async fn what_people_settled_and_what_waits_stays(store: impl Store) {
    let waiting = proposals();
    let decided = decision(&waiting[1], Verdict::Rejected, -1);
    let apart = Pair::new(contact(1), contact(2));
    let addresses = BTreeSet::from([("ada@example.com".parse().unwrap(), contact(41))]);
    store.decide(&decided).await.unwrap();
    store
        .set_waiting(company(19), None, &waiting)
        .await
        .unwrap();
    store
        .keep_apart(apart, company(19), at(0), "jdoe")
        .await
        .unwrap();
    let _ = store
        .portal_addresses(company(19), &addresses, Keep::Record)
        .await
        .unwrap();
    store
        .remember_default(company(20), Some(contact(9)))
        .await
        .unwrap();
    let waiting = store.waiting(None).await.unwrap();
    assert!(!waiting.is_empty());
    let over_limit = |one: &Proposal| one.pair.filter(|_| one.over_limit);

    assert_eq!(forget(&store, 1_000_000).await, Forgotten::default());
    assert_eq!(store.waiting(None).await.unwrap(), waiting);
    let expected = Memory {
        distinct: BTreeSet::from([apart]),
        decisions: vec![decided],
        over_limit: waiting.iter().filter_map(over_limit).collect(),
        ..Memory::default()
    };
    assert_eq!(store.memory(company(19)).await.unwrap(), expected);
    let known = store
        .portal_addresses(company(19), &addresses, Keep::Peek)
        .await
        .unwrap();
    assert_eq!(known, Register::default());
    assert_eq!(store.companies_of(contact(9)).await.unwrap(), [company(20)]);
}

pub(crate) async fn an_approval_stays_without_what_was_shown(store: impl Store) {
    let waiting = proposals();
    let old = decision(&waiting[0], Verdict::Approved, 9);
    let young = decision(&waiting[1], Verdict::Approved, 10);
    for approval in [&old, &young] {
        assert!(!approval.contacts.is_empty());
        store.decide(approval).await.unwrap();
    }
    let decisions = Forgotten {
        decisions: 1,
        ..Forgotten::default()
    };
    assert_eq!(forget(&store, 10).await, decisions);
    assert_eq!(forget(&store, 10).await, Forgotten::default());
    let bare = Decision {
        contacts: Vec::new(),
        ..old.clone()
    };
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.decisions, [bare.clone(), young.clone()]);
    // Saying the same again does not bring it back.
    store.decide(&old).await.unwrap();
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.decisions, [bare, young]);
}

pub(crate) async fn forgetting_again_forgets_nothing(store: impl Store) {
    let _ = ended(&store, &intents(), 10).await;
    store
        .note_finding(&finding("r", Some(19), &[41], 0))
        .await
        .unwrap();
    let first = forget(&store, 11).await;
    assert_eq!(first.images + first.changes, intents().len());
    assert_eq!(first.findings, 1);
    let left = all(&store).await;
    for before in [11, 5, 1_000] {
        assert_eq!(forget(&store, before).await, Forgotten::default());
        assert_eq!(all(&store).await, left);
    }
    // What was forgotten has ended all the same.
    assert_eq!(store.open_intents(company(19)).await.unwrap(), []);
    let again = store
        .conclude(&left[0].id, &Outcome::Done, Some(&image()), at(20))
        .await;
    assert!(again.is_err());
}

pub(crate) async fn more_is_forgotten_than_fits_into_one_step(store: impl Store) {
    let many: Vec<Entry> = (1..=501)
        .map(|number| intent("r", number, 19, 41, 0))
        .collect();
    let _ = ended(&store, &many, 1).await;
    for seconds in 0..501 {
        let noted = finding("r", Some(19), &[41], seconds);
        store.note_finding(&noted).await.unwrap();
    }
    let young = finding("r", Some(19), &[41], 2_000);
    store.note_finding(&young).await.unwrap();
    let all = Forgotten {
        images: 501,
        changes: 0,
        findings: 501,
        decisions: 0,
    };
    assert_eq!(forget(&store, 2_000).await, all);
    let left = store.findings(&Query::default()).await.unwrap();
    assert_eq!(left, [young]);
}

pub(crate) async fn what_is_large_is_forgotten_whole(store: impl Store) {
    let merge = large_merge(20_000);
    let mut text = intent("r", 2, 19, 41, 0);
    text.action = Action::AddNote {
        contact: contact(41),
        text: long_text(500).into(),
        type_id: None,
        flagged: false,
    };
    text.before = large_image(500);
    // More contacts than are written in one step.
    let named = (100..350).map(|id| model::Contact::new(contact(id), company(19), "Nan", ""));
    text.before.contacts.extend(named);
    let _ = ended(&store, &[merge.clone(), text.clone()], 10).await;
    let mut noted = finding("r", Some(19), &(100..350).collect::<Vec<_>>(), 10);
    noted.finding.words = long_text(500);
    store.note_finding(&noted).await.unwrap();
    let mut shown = proposals().swap_remove(0);
    shown.contacts[0].last_name = long_text(500).into();
    let approved = decision(&shown, Verdict::Approved, 10);
    store.decide(&approved).await.unwrap();
    assert_eq!(all(&store).await.len(), 2);

    let one_of_each = Forgotten {
        images: 1,
        changes: 1,
        findings: 1,
        decisions: 1,
    };
    assert_eq!(forget(&store, 11).await, one_of_each);
    let left = all(&store).await;
    assert!(left.len() == 1 && left[0].action == merge.action);
    assert_eq!(left[0].before, Image::default());
    assert_eq!(store.entry(&text.id).await.unwrap(), None);
    assert_eq!(store.findings(&Query::default()).await.unwrap(), []);
    for whom in [100, 200, 349] {
        assert_eq!(store.companies_of(contact(whom)).await.unwrap(), []);
    }
    let decided = store.decision(&shown.id).await.unwrap().unwrap();
    assert_eq!(decided.contacts, []);
    assert_eq!(forget(&store, 11).await, Forgotten::default());
    // What is gone as a whole can be recorded anew.
    store.intend(&text).await.unwrap();
    assert!(store.open_intents(company(19)).await.unwrap() == [text]);
}

/// These, ended with each outcome in turn so many seconds into the tests' day, as they are kept.
async fn ended(store: &impl Store, intents: &[Entry], seconds: i64) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (intent, outcome) in intents.iter().zip(outcomes().into_iter().cycle()) {
        store.intend(intent).await.unwrap();
        let after = Some(image());
        store
            .conclude(&intent.id, &outcome, after.as_ref(), at(seconds))
            .await
            .unwrap();
        entries.push(Entry {
            outcome: Some(outcome),
            after,
            ended_at: Some(at(seconds)),
            ..intent.clone()
        });
    }
    entries
}

async fn all(store: &impl Store) -> Vec<Entry> {
    store.entries(&Query::default()).await.unwrap()
}

async fn forget(store: &impl Store, before: i64) -> Forgotten {
    store.forget(at(before)).await.unwrap()
}

async fn an_empty_journal(store: &impl Store) {
    super::changes::an_empty_journal_answers_with_nothing(store).await;
}
