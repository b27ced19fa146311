//! A world that a server and its embedder share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use crate::{connectwise::Reply, error::Error, scene::Scene, world::World};

/// A world in use. Clones share it.
#[derive(Clone)]
pub struct WorldHandle(Arc<Shared>);

struct Shared {
    world: Mutex<World>,
    told: Notify,
}

impl WorldHandle {
    /// A handle on a world without a server.
    pub fn new(world: World) -> WorldHandle {
        WorldHandle(Arc::new(Shared {
            world: Mutex::new(world),
            told: Notify::new(),
        }))
    }

    /// The world itself. Requests wait as long as the guard is held, which is never across an `await`.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the world as it is now.
    pub fn snapshot(&self) -> World {
        self.lock().clone()
    }

    /// Puts another world in its place.
    pub fn replace(&self, world: World) {
        *self.lock() = world;
    }

    /// Sets the world's clock.
    pub fn set_now(&self, now: Timestamp) {
        self.lock().now = now;
    }

    /// Moves the world's clock forward.
    pub fn advance(&self, seconds: u32) {
        self.lock().advance(seconds);
    }

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

    /// Waits until something may have happened since the last wait ended.
    pub async fn told(&self) {
        self.0.told.notified().await;
    }

    /// Ends a wait.
    pub(crate) fn wake(&self) {
        self.0.told.notify_one();
    }
}
