//! Intents and outcomes.

use std::sync::Arc;

use model::{Entry, Image, Memory, Outcome, Past};

use super::samples::{
    at, company, contact, id, image, intent, intents, large_image, large_merge, outcomes,
};
use crate::{Error, Query, Store};

pub(crate) async fn an_empty_journal_answers_with_nothing(store: impl Store) {
    let everything = Query::default();
    assert_eq!(store.entries(&everything).await.unwrap(), []);
    assert_eq!(store.findings(&everything).await.unwrap(), []);
    assert_eq!(store.entry(&id("r", 1)).await.unwrap(), None);
    assert_eq!(store.open_intents(company(19)).await.unwrap(), []);
    assert_eq!(store.memory(company(19)).await.unwrap(), Memory::default());
    assert_eq!(store.companies_of(contact(41)).await.unwrap(), []);
}

pub(crate) async fn every_intent_is_read_back_as_it_was_recorded(store: impl Store) {
    let intents = intents();
    for intent in &intents {
        store.intend(intent).await.unwrap();
        assert_eq!(
            store.entry(&intent.id).await.unwrap().as_ref(),
            Some(intent)
        );
    }
    assert_eq!(store.entries(&Query::default()).await.unwrap(), intents);
    assert_eq!(store.open_intents(company(19)).await.unwrap(), intents);
}

pub(crate) async fn every_outcome_is_read_back_with_its_image(store: impl Store) {
    for (outcome, number) in outcomes().into_iter().zip(1..) {
        let mut entry = intent("r", number, 19, 41, 0);
        store.intend(&entry).await.unwrap();
        entry.outcome = Some(outcome);
        entry.ended_at = Some(at(1));
        entry.after = (number % 2 == 0).then(image);
        conclude(&store, &entry).await.unwrap();
        assert_eq!(store.entry(&entry.id).await.unwrap(), Some(entry));
    }
}

pub(crate) async fn an_intent_is_never_overwritten(store: impl Store) {
    let first = intent("r", 1, 19, 41, 0);
    store.intend(&first).await.unwrap();
    let second = intent("r", 1, 20, 55, 9);
    for again in [&second, &first] {
        let error = store.intend(again).await.unwrap_err();
        assert!(matches!(&error, Error::Conflict { id } if *id == first.id));
        assert!(!error.is_transient());
    }
    assert_eq!(
        store.entries(&Query::default()).await.unwrap(),
        std::slice::from_ref(&first)
    );
    // What came with the refused one left no trace either.
    assert_eq!(store.companies_of(contact(55)).await.unwrap(), []);
}

pub(crate) async fn what_has_ended_is_no_intent(store: impl Store) {
    let fresh = intent("r", 1, 19, 41, 0);
    let ended = [
        Entry {
            outcome: Some(Outcome::Done),
            ..fresh.clone()
        },
        Entry {
            after: Some(Image::default()),
            ..fresh.clone()
        },
        Entry {
            ended_at: Some(at(1)),
            ..fresh
        },
    ];
    for entry in &ended {
        let error = store.intend(entry).await.unwrap_err();
        assert!(matches!(error, Error::NotAnIntent { .. }));
    }
    assert_eq!(store.entries(&Query::default()).await.unwrap(), []);
}

pub(crate) async fn a_change_ends_once(store: impl Store) {
    let mut entry = intent("r", 1, 19, 41, 0);
    store.intend(&entry).await.unwrap();
    entry.outcome = Some(Outcome::Deferred);
    entry.ended_at = Some(at(1));
    conclude(&store, &entry).await.unwrap();

    let again = Entry {
        outcome: Some(Outcome::Done),
        after: Some(image()),
        ..entry.clone()
    };
    let error = conclude(&store, &again).await.unwrap_err();
    assert!(matches!(&error, Error::Concluded { id } if *id == entry.id));
    assert_eq!(store.entry(&entry.id).await.unwrap(), Some(entry));
}

pub(crate) async fn an_outcome_needs_an_intent(store: impl Store) {
    store.intend(&intent("r", 1, 19, 41, 0)).await.unwrap();
    for unknown in [id("r", 2), id("q", 1)] {
        let error = store
            .conclude(&unknown, &Outcome::Done, None, at(1))
            .await
            .unwrap_err();
        assert!(matches!(&error, Error::Unknown { id } if *id == unknown));
        assert_eq!(store.entry(&unknown).await.unwrap(), None);
    }
    assert_eq!(store.open_intents(company(19)).await.unwrap().len(), 1);
}

pub(crate) async fn open_intents_are_those_of_a_company_that_nobody_concluded(store: impl Store) {
    let late = intent("a", 1, 19, 41, 30);
    let ended = intent("b", 1, 19, 41, 20);
    let early = intent("c", 1, 19, 41, 10);
    let foreign = intent("d", 1, 20, 41, 0);
    for entry in [&late, &ended, &early, &foreign] {
        store.intend(entry).await.unwrap();
    }
    store
        .conclude(&ended.id, &Outcome::FoundUndone, None, at(40))
        .await
        .unwrap();
    assert_eq!(
        store.open_intents(company(19)).await.unwrap(),
        [early, late]
    );
    assert_eq!(store.open_intents(company(20)).await.unwrap(), [foreign]);
}

pub(crate) async fn changes_of_one_instant_are_in_the_order_of_their_numbers(store: impl Store) {
    for number in [10, 2, 1] {
        store.intend(&intent("r", number, 19, 41, 0)).await.unwrap();
    }
    let earlier = intent("z", 1, 19, 41, -1);
    store.intend(&earlier).await.unwrap();
    let ids = [id("z", 1), id("r", 1), id("r", 2), id("r", 10)];
    assert_eq!(listed(&store, &Query::default()).await, ids);
    let open = store.open_intents(company(19)).await.unwrap();
    assert!(open.iter().map(|entry| &entry.id).eq(&ids));
    let past = store.memory(company(19)).await.unwrap().past;
    assert!(past.iter().map(|past| &past.id).eq(&ids));
}

pub(crate) async fn the_past_of_a_company_has_actions_and_outcomes(store: impl Store) {
    let mut expected = Vec::new();
    let ends = outcomes().into_iter().map(Some).chain([None]).cycle();
    for (entry, outcome) in intents().into_iter().zip(ends) {
        store.intend(&entry).await.unwrap();
        if let Some(outcome) = &outcome {
            store
                .conclude(&entry.id, outcome, Some(&image()), at(1))
                .await
                .unwrap();
        }
        expected.push(Past {
            id: entry.id,
            at: entry.intended_at,
            rule: entry.rule,
            purpose: entry.purpose,
            action: entry.action,
            outcome,
        });
    }
    store.intend(&intent("r", 1, 20, 41, 0)).await.unwrap();
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.past, expected);
    assert_eq!(store.memory(company(20)).await.unwrap().past.len(), 1);
}

pub(crate) async fn a_large_image_is_read_back_as_it_was_recorded(store: impl Store) {
    let mut entry = intent("r", 1, 19, 41, 0);
    entry.before = large_image(3 * 1024);
    store.intend(&entry).await.unwrap();
    let open = store.open_intents(company(19)).await.unwrap();
    assert!(open == std::slice::from_ref(&entry));

    entry.outcome = Some(Outcome::Done);
    entry.after = Some(large_image(5 * 1024));
    entry.ended_at = Some(at(1));
    conclude(&store, &entry).await.unwrap();
    assert!(store.entry(&entry.id).await.unwrap().as_ref() == Some(&entry));
    let found = store.entries(&Query::default()).await.unwrap();
    assert!(found == std::slice::from_ref(&entry));
    assert_eq!(store.memory(company(19)).await.unwrap().past.len(), 1);
    assert!(conclude(&store, &entry).await.is_err());
    assert!(store.entry(&entry.id).await.unwrap() == Some(entry));
}

pub(crate) async fn a_change_with_many_references_is_read_back_as_it_was_recorded(
    store: impl Store,
) {
    let mut entry = large_merge(20_000);
    store.intend(&entry).await.unwrap();
    let open = store.open_intents(company(19)).await.unwrap();
    assert!(open == std::slice::from_ref(&entry));
    entry.outcome = Some(Outcome::Done);
    entry.ended_at = Some(at(1));
    conclude(&store, &entry).await.unwrap();
    assert!(store.entry(&entry.id).await.unwrap().as_ref() == Some(&entry));
    let memory = store.memory(company(19)).await.unwrap();
    assert!(memory.past.len() == 1 && memory.past[0].action == entry.action);
}

pub(crate) async fn a_large_intent_is_never_overwritten(store: impl Store) {
    let mut first = large_merge(20_000);
    store.intend(&first).await.unwrap();
    let mut second = first.clone();
    second.before = Image::default();
    for again in [&first, &second, &first] {
        let error = store.intend(again).await.unwrap_err();
        assert!(matches!(&error, Error::Conflict { id } if *id == first.id));
        assert!(store.entry(&first.id).await.unwrap().as_ref() == Some(&first));
    }
    first.outcome = Some(Outcome::Done);
    first.after = Some(large_image(500));
    first.ended_at = Some(at(1));
    conclude(&store, &first).await.unwrap();
    let error = store.intend(&second).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }));
    assert!(store.entry(&first.id).await.unwrap() == Some(first));
}

pub(crate) async fn a_shared_store_is_a_store(store: impl Store) {
    let entry = intent("r", 1, 19, 41, 0);
    let shared = Arc::new(store);
    Arc::clone(&shared).intend(&entry).await.unwrap();
    let borrowed: &Arc<_> = &shared;
    assert_eq!(
        Store::entry(&borrowed, &entry.id).await.unwrap(),
        Some(entry)
    );
}

async fn conclude(store: &impl Store, entry: &Entry) -> Result<(), Error> {
    let (outcome, at) = entry.outcome.as_ref().zip(entry.ended_at).unwrap();
    store
        .conclude(&entry.id, outcome, entry.after.as_ref(), at)
        .await
}

pub(super) async fn listed(store: &impl Store, query: &Query) -> Vec<model::ChangeId> {
    let entries = store.entries(query).await.unwrap();
    entries.into_iter().map(|entry| entry.id).collect()
}
