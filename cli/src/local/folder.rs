//! What the local profile keeps on disk.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sandbox::World;

use crate::exit::UsageError;

/// The journal's file.
pub(super) const JOURNAL: &str = "journal.sqlite";
const WORLD: &str = "sandbox.json";
const LOCK: &str = "lock";
const LOG: &str = "log.jsonl";

/// The folder of a profile, held by this process alone.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder, or makes it, and reads the tenant in it, or makes the example one.
    pub(super) fn open(path: &Path) -> anyhow::Result<(Self, World)> {
        let shown = path.display();
        let cannot = |error: io::Error| {
            UsageError::raise(format!(
                "use the folder {shown}: {error}; name another one with --folder"
            ))
        };
        fs::create_dir_all(path).map_err(cannot)?;
        let lock = File::create(path.join(LOCK)).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(UsageError::raise(format!(
                    "{shown} is in use by another rollcall: wait for it, or name another folder \
                     with --folder"
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("failed to lock {shown}"));
            }
        }
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.path.join(LOG));
        let log = log.with_context(|| format!("failed to write in {shown}"))?;
        startup::telemetry::init_to(&startup::Env::from_process(), log);

        let world = match (folder.world().exists(), folder.journal().exists()) {
            (true, true) => {
                let text = fs::read_to_string(folder.world()).map_err(cannot)?;
                World::from_json(&text).map_err(|error| {
                    UsageError::raise(format!(
                        "{} is damaged ({error}): delete the folder to start anew",
                        folder.world().display()
                    ))
                })?
            }
            (false, false) => World::example(),
            _ => {
                return Err(UsageError::raise(format!(
                    "{shown} holds only half of a profile (of {WORLD} and {JOURNAL}, one is \
                     missing): delete the folder to start anew"
                )));
            }
        };
        folder.save(&world)?;
        Ok((folder, world))
    }

    /// Where the journal is.
    pub(super) fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    /// Saves the tenant: all of it or nothing.
    pub(super) fn save(&self, world: &World) -> anyhow::Result<()> {
        let shown = self.path.display();
        let text = world
            .to_json()
            .context("failed to write the sandbox's tenant")?;
        let draft = self.path.join("sandbox.json.new");
        fs::write(&draft, text)
            .and_then(|()| fs::rename(&draft, self.world()))
            .with_context(|| format!("failed to write in {shown}"))
    }

    fn world(&self) -> PathBuf {
        self.path.join(WORLD)
    }
}
