//! Keys change, are remembered, and are asked for seldom.

use callback_receiver::Refusal;

use crate::world::{Behavior, DELIVERY, KEY, World, assert_queued, assert_refused};

const NEXT_KEY: &str = "the key after it";

#[tokio::test]
async fn a_key_is_fetched_once_an_hour() {
    let world = World::new();
    for (seconds, fetches) in [(0, 1), (1, 1), (3_598, 1), (1, 2), (3_599, 2), (1, 3)] {
        world.clock.advance(seconds);
        assert_queued(&world.deliver(DELIVERY).await);
        assert_eq!(world.keys.fetches(), fetches);
    }
}

#[tokio::test]
async fn a_replaced_key_is_found_at_once() {
    let world = World::new();
    assert_queued(&world.deliver(DELIVERY).await);
    world.keys.set(Behavior::Serve(NEXT_KEY));
    assert_queued(&world.deliver_signed_with(NEXT_KEY, DELIVERY).await);
    assert_eq!(world.keys.fetches(), 2);
    assert_refused(&world.deliver(DELIVERY).await, Refusal::Signature);
    assert_queued(&world.deliver_signed_with(NEXT_KEY, DELIVERY).await);
    assert_eq!(world.keys.fetches(), 2);
}

#[tokio::test]
async fn a_key_under_another_address_is_another_key() {
    let world = World::new();
    assert_queued(&world.deliver(DELIVERY).await);
    world.keys.set(Behavior::Serve(NEXT_KEY));
    let other = DELIVERY.replace("id=3b7e2f5a", "id=3b7e2f5b");
    assert_queued(&world.deliver_signed_with(NEXT_KEY, &other).await);
    assert_queued(&world.deliver(DELIVERY).await);
    assert_eq!(world.keys.fetches(), 2);
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_renewed_once_a_minute() {
    let world = World::new();
    assert_queued(&world.deliver(DELIVERY).await);
    for (seconds, fetches) in [(0, 2), (1, 2), (58, 2), (1, 3), (59, 3), (1, 4)] {
        world.clock.advance(seconds);
        let receipt = world.deliver_signed_with(NEXT_KEY, DELIVERY).await;
        assert_refused(&receipt, Refusal::Signature);
        assert_eq!(world.keys.fetches(), fetches);
    }
}

#[tokio::test]
async fn a_key_that_does_not_exist_is_asked_for_once_a_minute() {
    let world = World::new();
    world.keys.set(Behavior::Refuse);
    for (seconds, fetches) in [(0, 1), (59, 1), (1, 2)] {
        world.clock.advance(seconds);
        let receipt = world.deliver(DELIVERY).await;
        assert_refused(&receipt, Refusal::Key);
        assert_eq!(receipt.response.status(), 401);
        assert_eq!(world.keys.fetches(), fetches);
    }
    world.keys.set(Behavior::Serve(KEY));
    world.clock.advance(60);
    assert_queued(&world.deliver(DELIVERY).await);
}

#[tokio::test]
async fn a_failing_key_server_is_asked_again_when_the_psa_tries_again() {
    let world = World::new();
    world.keys.set(Behavior::Fail);
    let receipt = world.deliver(DELIVERY).await;
    assert_refused(&receipt, Refusal::KeyServer);
    assert_eq!(receipt.response.status(), 429);
    world.keys.set(Behavior::Serve(KEY));
    world.clock.advance(2);
    assert_queued(&world.deliver(DELIVERY).await);
}

#[tokio::test]
async fn a_known_key_serves_while_the_key_server_is_away() {
    for behavior in [Behavior::Fail, Behavior::Refuse] {
        let world = World::new();
        assert_queued(&world.deliver(DELIVERY).await);
        world.keys.set(behavior);
        let forged = world.deliver_signed_with(NEXT_KEY, DELIVERY).await;
        assert!(forged.verdict.refusal().is_some());
        assert_queued(&world.deliver(DELIVERY).await);
        assert_eq!(world.keys.fetches(), 2);
    }
}
