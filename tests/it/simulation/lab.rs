//! What stories share: servers, connections and the receiver. Making them takes longer than a story.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use callback_receiver::{Limits, Receiver, ReceiverConfig};
use connectwise::callback::{KeyFetcher, Tenant};
use connectwise::{Config, Reader, Settings};
use http_client::{Client, ClientConfig, RateLimit, Sleep, Timer};
use jiff::Timestamp;
use sandbox::{Sandbox, World, WorldHandle};

use super::gate::Gate;
use super::queue::{Counted, Order};

/// How many workers there are at a time.
pub(crate) const WORKERS: usize = 2;

/// One PSA with a door for each worker, and what talks to it. One thread has one.
pub(crate) struct Lab {
    pub(crate) world: WorldHandle,
    pub(crate) gate: Gate,
    pub(crate) queue: Counted,
    pub(crate) receiver: Receiver<Counted>,
    doors: Vec<(Sandbox, Client)>,
}

/// The world's clock. Waits of less than a second are chance, and take no time.
struct Clock(WorldHandle);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl Timer for Clock {
    fn now(&self) -> Timestamp {
        self.0.lock().now
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        Box::pin(async move {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            self.0.advance(seconds);
        })
    }
}

impl Lab {
    pub(crate) async fn open() -> Lab {
        let world = WorldHandle::new(World::empty());
        let gate = Gate::default();
        let mut doors = Vec::new();
        for worker in 0..WORKERS {
            let sandbox = Sandbox::start_with(world.clone(), gate.door(worker))
                .await
                .unwrap();
            doors.push((sandbox, client(&world)));
        }
        let queue = Counted::on(&world, Order::Grouped);
        let base = doors[0].0.base_url().parse().unwrap();
        let tenant = world.lock().tenant.clone();
        let config = ReceiverConfig {
            tenant_token: "t-7f3a".into(),
            tenant: Tenant::new(tenant.login_company, &tenant.site_origin)
                .unwrap()
                .with_product_instance(&tenant.product_instance_id),
            limits: Limits::default(),
        };
        let clock = world.clone();
        let receiver = Receiver::new(config, queue.clone(), KeyFetcher::at(base), move || {
            clock.lock().now
        });
        Lab {
            world,
            gate,
            queue,
            receiver,
            doors,
        }
    }

    /// A new process's way to the PSA.
    pub(crate) fn reader(&self, worker: usize) -> Reader {
        let (sandbox, client) = &self.doors[worker];
        let (keys, codebase) = {
            let world = self.world.lock();
            (world.credentials(), world.tenant.codebase.clone())
        };
        let config = Config::new(&Settings {
            site: sandbox.base_url(),
            login_company: keys.company,
            public_key: keys.public_key.into(),
            private_key: keys.private_key.into(),
            client_id: keys.client_id.into(),
            api_version: None,
            codebase: Some(codebase),
        });
        Reader::new(config.unwrap(), client.clone())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.lock().now
    }
}

/// A client with the patience of a real one, and no limit of requests: keeping to one only takes time.
fn client(world: &WorldHandle) -> Client {
    const MANY: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();
    let config = ClientConfig {
        rate: RateLimit {
            per_second: MANY,
            burst: MANY,
        },
        ..ClientConfig::default()
    };
    Client::new(config, Arc::new(Clock(world.clone())))
}
