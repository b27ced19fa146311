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
use model::mirror::System;
use sandbox::{Handle, Sandbox, World, WorldHandle};

use super::gate::Gate;
use super::queue::{Counted, Order};

/// How many workers visit companies in the PSA at a time.
pub(crate) const WORKERS: usize = 2;
/// Those, and one worker for each mirror.
pub(crate) const HANDS: usize = WORKERS + 2;

/// One PSA with a door for each worker, two mirrors with one each, and what talks to them. One thread has one.
pub(crate) struct Lab {
    pub(crate) world: WorldHandle,
    pub(crate) itglue: Handle<sandbox::itglue::Account>,
    pub(crate) growcrm: Handle<sandbox::growcrm::Account>,
    pub(crate) gate: Gate,
    pub(crate) receiver: Receiver<Counted>,
    /// That of the policy, that of IT Glue, and that of Grow CRM.
    queues: [Counted; 3],
    doors: Vec<(Sandbox, Client)>,
    to_itglue: (Sandbox<sandbox::itglue::Account>, Client),
    to_growcrm: (Sandbox<sandbox::growcrm::Account>, Client),
}

/// The mirror that a worker carries contacts to; none for those who visit the PSA.
pub(crate) fn mirror_of(worker: usize) -> Option<System> {
    let of_mirror = worker.checked_sub(WORKERS)?;
    System::ALL.get(of_mirror).copied()
}

/// The worker of a mirror.
pub(crate) fn worker_of(system: System) -> usize {
    WORKERS + usize::from(system == System::GrowCrm)
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
        for worker in 0..HANDS {
            let sandbox = Sandbox::start_with(world.clone(), gate.door(worker, None))
                .await
                .unwrap();
            doors.push((sandbox, client(&world)));
        }
        let itglue = Handle::new(sandbox::itglue::Account::empty());
        let growcrm = Handle::new(sandbox::growcrm::Account::empty());
        let [door, other] = System::ALL.map(|system| gate.door(worker_of(system), Some(system)));
        let to_itglue = Sandbox::start_with(itglue.clone(), door).await.unwrap();
        let to_growcrm = Sandbox::start_with(growcrm.clone(), other).await.unwrap();
        let queues = ["", "to-it-glue-", "to-grow-crm-"];
        let queues = queues.map(|name| Counted::on(&world, name, Order::Grouped));
        let queue = queues[0].clone();
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
        let receiver = Receiver::new(config, queue, KeyFetcher::at(base), move || {
            clock.lock().now
        });
        Lab {
            to_itglue: (to_itglue, client(&world)),
            to_growcrm: (to_growcrm, client(&world)),
            world,
            itglue,
            growcrm,
            gate,
            receiver,
            queues,
            doors,
        }
    }

    /// The queue of those who visit the PSA.
    pub(crate) fn queue(&self) -> &Counted {
        &self.queues[0]
    }

    /// The queue of a mirror.
    pub(crate) fn queue_to(&self, system: System) -> &Counted {
        self.queue_of(worker_of(system))
    }

    /// The queue that a worker gets its messages from.
    pub(crate) fn queue_of(&self, worker: usize) -> &Counted {
        &self.queues[worker.saturating_sub(WORKERS - 1)]
    }

    pub(crate) fn queues(&self) -> &[Counted] {
        &self.queues
    }

    /// A new process's way to IT Glue.
    pub(crate) fn to_itglue(&self) -> itglue::Reader {
        let (sandbox, client) = &self.to_itglue;
        let config = itglue::Config::new(&itglue::Settings {
            region: sandbox.base_url(),
            api_key: self.itglue.lock().api_key.clone().into(),
        });
        itglue::Reader::new(config.unwrap(), client.clone())
    }

    /// A new process's way to Grow CRM.
    pub(crate) fn to_growcrm(&self) -> growcrm::Reader {
        let (sandbox, client) = &self.to_growcrm;
        let config = growcrm::Config::new(&growcrm::Settings {
            base_url: sandbox.base_url(),
            api_key: self.growcrm.lock().api_key.clone().into(),
        });
        growcrm::Reader::new(config.unwrap(), client.clone())
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

    /// Sets a mirror's clock by the PSA's.
    pub(crate) fn tell_time(&self, system: System) {
        match system {
            System::ItGlue => self.itglue.set_now(self.now()),
            System::GrowCrm => self.growcrm.set_now(self.now()),
        }
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
