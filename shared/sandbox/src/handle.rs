//! The state of a vendor that a server and its embedder share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    clock, error::Error, exchange::Reply, growcrm, itglue, scene::Scene, vendor::Vendor,
    world::World,
};

/// A vendor in use. Clones share it.
#[derive(Clone)]
pub struct Handle<V = World>(Arc<Shared<V>>);

/// A PSA in use. Clones share it.
pub type WorldHandle = Handle<World>;

struct Shared<V> {
    vendor: Mutex<V>,
    told: Notify,
}

impl<V: Vendor> Handle<V> {
    /// A handle on a vendor without a server.
    pub fn new(vendor: V) -> Handle<V> {
        Handle(Arc::new(Shared {
            vendor: Mutex::new(vendor),
            told: Notify::new(),
        }))
    }

    /// The vendor's state itself. Requests wait as long as the guard is held, which is never across an `await`.
    pub fn lock(&self) -> MutexGuard<'_, V> {
        self.0.vendor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the vendor as it is now.
    pub fn snapshot(&self) -> V {
        self.lock().clone()
    }

    /// Puts another one in its place.
    pub fn replace(&self, vendor: V) {
        *self.lock() = vendor;
    }

    /// Sets the vendor's clock.
    pub fn set_now(&self, now: Timestamp) {
        *self.lock().now_mut() = now;
    }

    /// Moves the vendor's clock forward.
    pub fn advance(&self, seconds: u32) {
        clock::advance(self.lock().now_mut(), seconds);
    }

    /// Waits until something may have happened since the last wait ended.
    pub async fn told(&self) {
        self.0.told.notified().await;
    }

    /// Ends a wait.
    pub(crate) fn wake(&self) {
        self.0.told.notify_one();
    }
}

impl Handle<World> {
    /// Carries out a request as a member; see [`World::request`].
    pub fn request(&self, member: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let reply = self.lock().request(member, method, path, body);
        self.wake();
        reply
    }

    /// Plays a scene unless this world has seen it; see [`World::play`].
    ///
    /// # Errors
    ///
    /// When a step is answered with an error.
    pub fn play(&self, scene: &Scene) -> Result<bool, Error> {
        let played = self.lock().play(scene);
        self.wake();
        played
    }
}

impl Handle<itglue::Account> {
    /// Carries out a request as a person; see [`itglue::Account::request`].
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.lock().request(method, path, body)
    }
}

impl Handle<growcrm::Account> {
    /// Carries out a request as a person; see [`growcrm::Account::request`].
    pub fn request(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.lock().request(method, path, fields)
    }
}
