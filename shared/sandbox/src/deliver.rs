//! Delivering callbacks over HTTP, with the PSA's patience and its moods.

use std::time::Duration;

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    connectwise::{Delivery, Event, listening},
    error::Error,
    handle::WorldHandle,
    kind::Kind,
    record,
    world::World,
};

/// How long the PSA waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it waits before it tries again, each time.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(4)];
/// The only statuses after which it tries again.
const TRIED_AGAIN: [u16; 4] = [404, 409, 419, 429];
/// After failures on so many days in a row an entry is switched off.
const FAILING_DAYS: u32 = 3;

/// How deliveries misbehave. Nothing of this is the usual.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryModes {
    /// Everything is delivered twice.
    pub duplicate: bool,
    /// What happened between two deliveries is delivered in reverse order.
    pub reorder: bool,
    /// Every so-manieth delivery is silently lost.
    pub drop_every: Option<u64>,
    /// Query parameters that are added at the end.
    pub extra_query: Vec<(String, String)>,
}

/// The days on which deliveries to an entry failed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Health {
    last_failed: Date,
    days: u32,
}

/// Waits. Tests wait without waiting.
pub trait Timer: Send + Sync {
    /// Waits that long.
    fn wait(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// What became of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivered {
    /// The callback entry.
    pub callback: u32,
    /// The record that it was about.
    pub id: u32,
    /// How often it was tried.
    pub attempts: u32,
    /// The last answer's status; none when there was no answer in time.
    pub status: Option<u16>,
}

impl Delivered {
    /// Whether the receiver took it.
    pub fn succeeded(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

/// Posts what is in a world's outbox to those who registered for it.
pub struct Deliverer<T> {
    world: WorldHandle,
    client: reqwest::Client,
    timer: T,
}

impl<T: Timer> Deliverer<T> {
    /// A deliverer for a world.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be built.
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox plays the vendor and shares nothing with our client"
    )]
    pub fn new(world: WorldHandle, timer: T) -> Result<Deliverer<T>, Error> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .map_err(Error::Client)?;
        Ok(Deliverer {
            world,
            client,
            timer,
        })
    }

    /// Delivers for ever, whenever something happens.
    pub async fn run(&self) {
        loop {
            self.deliver_pending().await;
            self.world.told().await;
        }
    }

    /// Delivers what has happened so far, one after the other.
    pub async fn deliver_pending(&self) -> Vec<Delivered> {
        let pending = self.world.lock().take_deliveries();
        let mut delivered = Vec::with_capacity(pending.len());
        for (event, callback) in pending {
            if let Some(outcome) = self.deliver(event, callback).await {
                self.world.lock().note(&outcome);
                delivered.push(outcome);
            }
        }
        delivered
    }

    /// Delivers one event to one entry; nothing if the entry is gone by now.
    async fn deliver(&self, mut event: Event, callback: u32) -> Option<Delivered> {
        let mut attempts = 0;
        loop {
            let delivery = self.world.lock().outgoing(&event, callback)?;
            let status = self.post(delivery).await;
            let pause = PAUSES
                .get(attempts)
                .filter(|_| status.is_some_and(|status| TRIED_AGAIN.contains(&status)));
            attempts += 1;
            let Some(pause) = pause else {
                let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
                return Some(Delivered {
                    callback,
                    id: event.id,
                    attempts,
                    status,
                });
            };
            self.timer.wait(*pause).await;
            if !self.world.lock().switches.retries_keep_message_id {
                event.message_id = record::uuid(&format!("{} again", event.message_id));
            }
        }
    }

    async fn post(&self, delivery: Delivery) -> Option<u16> {
        let mut request = self.client.post(&delivery.url);
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        let answer = request.body(delivery.body).send().await.ok()?;
        Some(answer.status().as_u16())
    }
}

impl World {
    /// Takes the outbox as pairs of an event and an entry that wants it, in the order of delivery.
    fn take_deliveries(&mut self) -> Vec<(Event, u32)> {
        let events = self.take_outbox();
        let mut pending = Vec::new();
        for event in events {
            for callback in listening(self, &event) {
                self.deliveries += 1;
                let lost = self
                    .delivery
                    .drop_every
                    .is_some_and(|every| self.deliveries.is_multiple_of(every));
                let copies = if lost {
                    0
                } else {
                    1 + usize::from(self.delivery.duplicate)
                };
                pending.extend(std::iter::repeat_n((event.clone(), callback), copies));
            }
        }
        if self.delivery.reorder {
            pending.reverse();
        }
        pending
    }

    /// The delivery with the extra parameters of the moment.
    fn outgoing(&self, event: &Event, callback: u32) -> Option<Delivery> {
        let mut delivery = self.delivery(event, callback)?;
        for (name, value) in &self.delivery.extra_query {
            let extra = format!("&{name}={value}");
            delivery.url.push_str(&extra);
            delivery.path_and_query.push_str(&extra);
        }
        Some(delivery)
    }

    /// Takes note of a failure, and switches the entry off when it was one too many.
    fn note(&mut self, delivered: &Delivered) {
        if delivered.succeeded() {
            return;
        }
        let today = self.now.to_zoned(TimeZone::UTC).date();
        let health = self.health.entry(delivered.callback).or_insert(Health {
            last_failed: today,
            days: 1,
        });
        if health.last_failed != today {
            let next_day = health
                .last_failed
                .tomorrow()
                .is_ok_and(|tomorrow| tomorrow == today);
            health.days = if next_day { health.days + 1 } else { 1 };
            health.last_failed = today;
        }
        if health.days >= FAILING_DAYS {
            self.health.remove(&delivered.callback);
            if let Some(entry) = self.table_mut(Kind::Callback).get_mut(&delivered.callback) {
                record::set(entry, "inactiveFlag", json!(true));
            }
        }
    }
}

#[cfg(test)]
mod tests;
