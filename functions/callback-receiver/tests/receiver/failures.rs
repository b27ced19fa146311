//! What may pass is answered with 429, in time, and never with 5xx.

use std::time::Duration;

use callback_receiver::{Limits, Receiver, ReceiverConfig, Refusal};
use queue::Error;
use tokio::time::Instant;

use crate::world::{
    Behavior, Clock, DELIVERY, Silent, World, assert_queued, assert_refused, config, delivery,
    key_server,
};

#[tokio::test]
async fn a_queue_that_fails_is_answered_with_429_whatever_the_reason() {
    const OPERATION: &str = "send a message";
    let failures: [(fn() -> Error, Refusal); 5] = [
        (
            || Error::Busy {
                operation: OPERATION,
            },
            Refusal::QueueBusy,
        ),
        (
            || Error::Unreachable {
                operation: OPERATION,
                source: "down".into(),
            },
            Refusal::QueueUnreachable,
        ),
        (
            || Error::Denied {
                operation: OPERATION,
                code: "AccessDenied".to_owned(),
            },
            Refusal::QueueRefused,
        ),
        (
            || Error::MissingQueue {
                operation: OPERATION,
            },
            Refusal::QueueRefused,
        ),
        (
            || Error::Rejected {
                operation: OPERATION,
                code: "InvalidMessageContents".to_owned(),
            },
            Refusal::QueueRefused,
        ),
    ];
    for (failure, reason) in failures {
        let world = World::new();
        world.queue.refuse_sends(Some(failure));
        let receipt = world.deliver(DELIVERY).await;
        assert_refused(&receipt, reason);
        assert_eq!(receipt.response.status(), 429);
        world.queue.refuse_sends(None);
        assert_queued(&world.deliver(DELIVERY).await);
        assert_eq!(world.queue.depth(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_queue_is_given_up_after_two_seconds() {
    let clock = Clock::default();
    let receiver = Receiver::new(config(), Silent, key_server(), move || clock.now());
    let started = Instant::now();
    let receipt = receiver.receive(delivery(DELIVERY)).await;
    assert_refused(&receipt, Refusal::QueueUnreachable);
    assert_eq!(receipt.response.status(), 429);
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_silent_key_server_is_given_up_after_two_seconds() {
    let world = World::new();
    world.keys.set(Behavior::Hang);
    let started = Instant::now();
    let receipt = world.deliver(DELIVERY).await;
    assert_refused(&receipt, Refusal::KeyServer);
    assert_eq!(receipt.response.status(), 429);
    assert_eq!(started.elapsed().as_secs(), 2);
    assert_eq!(world.queue.depth(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_answer_comes_in_time_even_if_every_part_of_it_is_patient() {
    let patient = ReceiverConfig {
        limits: Limits {
            key_fetch: Duration::from_secs(60),
            queue_send: Duration::from_secs(60),
            ..Limits::default()
        },
        ..config()
    };
    let clock = Clock::default();
    let receiver = Receiver::new(patient, Silent, key_server(), move || clock.now());
    let started = Instant::now();
    let receipt = receiver.receive(delivery(DELIVERY)).await;
    assert_refused(&receipt, Refusal::Time);
    assert_eq!(receipt.response.status(), 429);
    let elapsed = started.elapsed();
    assert!((4_500..5_000).contains(&elapsed.as_millis()), "{elapsed:?}");
}
