//! Who was seen where, and who are two people.

use std::collections::BTreeSet;

use model::Pair;

use super::samples::{at, company, contact, finding, intent};
use crate::{Keep, Query, Store};

pub(crate) async fn a_contact_is_seen_where_it_was_written_to_last(store: impl Store) {
    for entry in [
        intent("a", 1, 19, 41, 10),
        intent("b", 1, 20, 41, 30),
        intent("c", 1, 21, 41, 20),
        intent("d", 1, 19, 41, 40),
        intent("e", 1, 22, 42, 50),
    ] {
        store.intend(&entry).await.unwrap();
    }
    assert_eq!(
        store.companies_of(contact(41)).await.unwrap(),
        [company(19), company(20), company(21)]
    );
}

pub(crate) async fn a_contact_is_seen_in_findings_pairs_and_the_register(store: impl Store) {
    let addresses = BTreeSet::from([("ada@example.com".parse().unwrap(), contact(41))]);
    let pair = Pair::new(contact(41), contact(40));
    for entry in [
        finding("r", Some(20), &[41], 20),
        finding("r", None, &[41], 30),
    ] {
        store.note_finding(&entry).await.unwrap();
    }
    store
        .keep_apart(pair, company(21), at(10), "jdoe")
        .await
        .unwrap();
    let _ = store
        .portal_addresses(company(19), &addresses, Keep::Record)
        .await
        .unwrap();
    assert_eq!(
        store.companies_of(contact(41)).await.unwrap(),
        [company(20), company(21), company(19)]
    );
    assert_eq!(
        store.companies_of(contact(40)).await.unwrap(),
        [company(21)]
    );
}

pub(crate) async fn a_pair_kept_apart_is_remembered_at_every_company(store: impl Store) {
    let first = Pair::new(contact(42), contact(41));
    let second = Pair::new(contact(41), contact(43));
    for (pair, at_company) in [(first, 19), (second, 20)] {
        store
            .keep_apart(pair, company(at_company), at(0), "jdoe")
            .await
            .unwrap();
    }
    for at_company in [19, 20, 21] {
        let memory = store.memory(company(at_company)).await.unwrap();
        assert_eq!(memory.distinct, BTreeSet::from([first, second]));
        assert_eq!(memory.past, []);
    }
    assert_eq!(store.entries(&Query::default()).await.unwrap(), []);
}

pub(crate) async fn saying_it_again_changes_nothing(store: impl Store) {
    let pair = Pair::new(contact(41), contact(42));
    for (at_company, seconds, by) in [(19, 0, "jdoe"), (20, 1, "asmith")] {
        store
            .keep_apart(pair, company(at_company), at(seconds), by)
            .await
            .unwrap();
    }
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.distinct, BTreeSet::from([pair]));
    assert_eq!(
        store.companies_of(contact(41)).await.unwrap(),
        [company(19)]
    );
}

pub(crate) async fn a_default_contact_is_seen_at_its_company_until_it_is_another(
    store: impl Store,
) {
    let of = async |id| store.companies_of(contact(id)).await.unwrap();
    store
        .remember_default(company(19), Some(contact(41)))
        .await
        .unwrap();
    store
        .remember_default(company(20), Some(contact(41)))
        .await
        .unwrap();
    assert_eq!(of(41).await, [company(19), company(20)]);
    store
        .remember_default(company(19), Some(contact(42)))
        .await
        .unwrap();
    store.remember_default(company(20), None).await.unwrap();
    assert_eq!(of(41).await, []);
    assert_eq!(of(42).await, [company(19)]);
}
