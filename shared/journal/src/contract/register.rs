//! The register of the addresses that let somebody into the portal.

use std::collections::BTreeSet;

use model::{ContactId, Email};

use super::samples::{company, contact};
use crate::{Keep, Register, Store};

pub(crate) async fn no_address_is_nothing_to_ask_about(store: impl Store) {
    assert_eq!(record(&store, 19, &[]).await, register(&[], &[]));
}

pub(crate) async fn an_address_is_fresh_until_it_is_recorded(store: impl Store) {
    let both = [("ada@example.com", 41), ("bob@example.com", 42)];
    assert_eq!(
        record(&store, 19, &both[..1]).await,
        register(&["ada@example.com"], &[])
    );
    assert_eq!(
        record(&store, 19, &both).await,
        register(&["bob@example.com"], &[])
    );
    assert_eq!(record(&store, 19, &both).await, register(&[], &[]));
}

pub(crate) async fn peeking_records_nothing(store: impl Store) {
    let ada = [("ada@example.com", 41)];
    for _ in 0..2 {
        assert_eq!(
            peek(&store, 19, &ada).await,
            register(&["ada@example.com"], &[])
        );
    }
    let _ = record(&store, 19, &ada).await;
    assert_eq!(peek(&store, 19, &ada).await, register(&[], &[]));
    // It doesn't drop anything either.
    assert_eq!(peek(&store, 19, &[]).await, register(&[], &[]));
    assert_eq!(peek(&store, 19, &ada).await, register(&[], &[]));
    // And it answers as recording would.
    let other = [("ada@example.com", 55)];
    let expected = register(&["ada@example.com"], &["ada@example.com"]);
    assert_eq!(peek(&store, 20, &other).await, expected);
    assert_eq!(record(&store, 20, &other).await, expected);
}

pub(crate) async fn an_address_that_was_dropped_is_fresh_again(store: impl Store) {
    let ada = [("ada@example.com", 41)];
    let _ = record(&store, 19, &ada).await;
    assert_eq!(record(&store, 19, &[]).await, register(&[], &[]));
    assert_eq!(
        record(&store, 19, &ada).await,
        register(&["ada@example.com"], &[])
    );
}

pub(crate) async fn an_address_is_fresh_for_each_contact(store: impl Store) {
    let _ = record(&store, 19, &[("ada@example.com", 41)]).await;
    assert_eq!(
        record(&store, 19, &[("ada@example.com", 42)]).await,
        register(&["ada@example.com"], &[])
    );
}

pub(crate) async fn an_address_of_another_company_is_reported(store: impl Store) {
    let _ = record(&store, 19, &[("ada@example.com", 41)]).await;
    let others = [("ada@example.com", 55), ("eve@example.com", 55)];
    assert_eq!(
        record(&store, 20, &others).await,
        register(
            &["ada@example.com", "eve@example.com"],
            &["ada@example.com"]
        )
    );
    // Now that both have it, each hears about the other, every time.
    assert_eq!(
        record(&store, 19, &[("ada@example.com", 41)]).await,
        register(&[], &["ada@example.com"])
    );
    assert_eq!(
        record(&store, 20, &others).await,
        register(&[], &["ada@example.com"])
    );
}

pub(crate) async fn an_address_freed_by_another_company_is_free(store: impl Store) {
    let _ = record(&store, 19, &[("ada@example.com", 41)]).await;
    let _ = record(&store, 19, &[]).await;
    assert_eq!(
        record(&store, 20, &[("ada@example.com", 55)]).await,
        register(&["ada@example.com"], &[])
    );
}

pub(crate) async fn a_contact_that_moves_takes_its_address_along(store: impl Store) {
    let ada = [("ada@example.com", 41)];
    let _ = record(&store, 19, &ada).await;
    assert_eq!(peek(&store, 20, &ada).await, register(&[], &[]));
    assert_eq!(record(&store, 20, &ada).await, register(&[], &[]));
    // The company it left has nothing to drop, and somebody new there is told where it is now.
    assert_eq!(record(&store, 19, &[]).await, register(&[], &[]));
    assert_eq!(
        record(&store, 19, &[("ada@example.com", 43)]).await,
        register(&["ada@example.com"], &["ada@example.com"])
    );
    assert_eq!(
        store.companies_of(contact(41)).await.unwrap(),
        [company(20)]
    );
}

pub(crate) async fn an_address_shared_within_a_company_is_not_elsewhere(store: impl Store) {
    let shared = [("office@example.com", 41), ("office@example.com", 42)];
    assert_eq!(
        record(&store, 19, &shared).await,
        register(&["office@example.com"], &[])
    );
    assert_eq!(record(&store, 19, &shared).await, register(&[], &[]));
}

pub(crate) async fn many_addresses_are_recorded_at_once(store: impl Store) {
    let emails: Vec<String> = (0..250).map(|i| format!("c{i}@example.com")).collect();
    let mut current: Vec<(&str, u32)> = emails.iter().map(String::as_str).zip(1..).collect();
    // One of them is shared by more contacts than there are writes in one step.
    current.extend((300..450).map(|whom| (emails[0].as_str(), whom)));
    let all: Vec<&str> = emails.iter().map(String::as_str).collect();
    assert_eq!(record(&store, 19, &current).await, register(&all, &[]));
    assert_eq!(record(&store, 19, &current).await, register(&[], &[]));
    let moved = &current[100..];
    assert_eq!(record(&store, 20, moved).await, register(&[], &[all[0]]));
    let left = &current[..100];
    assert_eq!(record(&store, 19, left).await, register(&[], &[all[0]]));
    assert_eq!(record(&store, 19, &[]).await, register(&[], &[]));
    assert_eq!(peek(&store, 20, moved).await, register(&[], &[]));
    assert_eq!(
        peek(&store, 21, &left[1..]).await,
        register(&all[1..100], &[])
    );
}

async fn record(store: &impl Store, at: u32, current: &[(&str, u32)]) -> Register {
    ask(store, at, current, Keep::Record).await
}

async fn peek(store: &impl Store, at: u32, current: &[(&str, u32)]) -> Register {
    ask(store, at, current, Keep::Peek).await
}

async fn ask(store: &impl Store, at: u32, current: &[(&str, u32)], keep: Keep) -> Register {
    let current: BTreeSet<(Email, ContactId)> = current
        .iter()
        .map(|(email, id)| (email.parse().unwrap(), contact(*id)))
        .collect();
    store
        .portal_addresses(company(at), &current, keep)
        .await
        .unwrap()
}

fn register(fresh: &[&str], elsewhere: &[&str]) -> Register {
    let set = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Register {
        fresh: set(fresh),
        elsewhere: set(elsewhere),
    }
}
