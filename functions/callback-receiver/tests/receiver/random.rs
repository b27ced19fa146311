//! Whatever arrives, nothing panics and nothing that is not genuine is queued.

use lambda_http::{Body, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::world::{DELIVERY, PATH, SIGNATURE, World, post, request};

/// Bytes put in the place of others: one bit, a few bytes, a piece left out, a piece doubled.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<Index>(), 0..8usize, vec(any::<u8>(), 0..8));
    vec(edit, 1..4).prop_map(|edits| {
        let mut body = DELIVERY.as_bytes().to_vec();
        for (at, length, bytes) in edits {
            let start = at.index(body.len());
            let end = (start + length).min(body.len());
            body.splice(start..end, bytes);
        }
        body
    })
}

/// Values put in the place of others, so that the JSON stays whole and the checks behind it are reached.
fn rewritten() -> impl Strategy<Value = Vec<u8>> {
    let targets = [
        "contact",
        "updated",
        "northwindmsp",
        "4711",
        "318",
        "null",
        "na.myconnectwise.net",
        "https",
        "/system/callbackkey/",
        "index.rails",
        "companyName",
        "3b7e2f5a",
        "812",
        "Entity",
        "MessageId",
    ];
    let target = prop::sample::select(targets.to_vec());
    let value = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("null".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("{}".to_owned()),
    ];
    vec((target, value), 1..3).prop_map(|edits| {
        let mut body = DELIVERY.to_owned();
        for (target, value) in edits {
            body = body.replacen(target, &value, 1);
        }
        body.into_bytes()
    })
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => vec(any::<u8>(), 0..512),
        1 => "\\PC{0,256}".prop_map(String::into_bytes),
        4 => mutated(),
        4 => rewritten(),
    ]
}

fn headers() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => Just(SIGNATURE.to_owned()),
        1 => "[A-Za-z0-9+/]{43}=",
        1 => "[ -~]{0,64}",
    ]
}

fn nothing_is_queued(request: Request) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let world = World::new();
    let receipt = runtime.block_on(world.receiver.receive(request));
    prop_assert!(receipt.verdict.refusal().is_some(), "{}", receipt.verdict);
    prop_assert!(receipt.response.status().is_client_error());
    prop_assert_eq!(world.queue.depth(), 0);
    prop_assert!(world.keys.fetches() <= 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_and_mutated_bodies_never_panic_and_never_enqueue(
        body in bodies().prop_filter("the genuine one", |body| body != DELIVERY.as_bytes()),
        header in headers(),
    ) {
        nothing_is_queued(request(PATH, &header, Body::from(body)))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_paths_and_signatures_never_panic_and_never_enqueue(
        path in "/[a-z0-9/%.-]{0,24}",
        header in "[ -~]{0,64}",
    ) {
        nothing_is_queued(request(&path, SIGNATURE, DELIVERY))?;
        nothing_is_queued(request(PATH, &header, DELIVERY))?;
        nothing_is_queued(post(PATH).body(Body::from(DELIVERY)).unwrap())?;
    }
}
