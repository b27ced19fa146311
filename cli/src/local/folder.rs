//! What the local profile keeps on disk.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sandbox::{World, growcrm, itglue, seed};

use crate::exit::UsageError;

/// The journal's file.
pub(super) const JOURNAL: &str = "journal.sqlite";
const PSA: &str = "sandbox.json";
const ITGLUE: &str = "itglue.json";
const GROWCRM: &str = "growcrm.json";
const LOCK: &str = "lock";
const LOG: &str = "log.jsonl";

/// The folder of a profile, held by this process alone.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// The fake vendors.
pub(super) struct Vendors {
    pub(super) psa: World,
    pub(super) itglue: itglue::Account,
    pub(super) growcrm: growcrm::Account,
}

impl Folder {
    /// Opens the folder, or makes it, and reads the vendors in it, or makes the example ones.
    pub(super) fn open(path: &Path) -> anyhow::Result<(Self, Vendors)> {
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

        let psa = folder.read(PSA, World::from_json)?;
        if psa.is_some() != folder.journal().exists() {
            return Err(UsageError::raise(format!(
                "{shown} holds only half of a profile (of {PSA} and {JOURNAL}, one is missing): \
                 delete the folder to start anew"
            )));
        }
        let vendors = Vendors {
            psa: psa.unwrap_or_else(World::example),
            // A profile that an earlier release made has no mirrors yet.
            itglue: folder
                .read(ITGLUE, itglue::Account::from_json)?
                .unwrap_or_else(seed::itglue),
            growcrm: folder
                .read(GROWCRM, growcrm::Account::from_json)?
                .unwrap_or_else(seed::growcrm),
        };
        folder.save(&vendors.psa, &vendors.itglue, &vendors.growcrm)?;
        Ok((folder, vendors))
    }

    /// Where the journal is.
    pub(super) fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    /// Saves the vendors, each whole or not at all.
    pub(super) fn save(
        &self,
        psa: &World,
        itglue: &itglue::Account,
        growcrm: &growcrm::Account,
    ) -> anyhow::Result<()> {
        let texts = [
            (PSA, psa.to_json()),
            (ITGLUE, itglue.to_json()),
            (GROWCRM, growcrm.to_json()),
        ];
        let mut drafts = Vec::new();
        for (name, text) in texts {
            let text = text.with_context(|| format!("failed to write {name}"))?;
            let draft = self.path.join(format!("{name}.new"));
            fs::write(&draft, text).with_context(|| self.cannot_write())?;
            drafts.push((draft, self.path.join(name)));
        }
        // Nothing is in place before all of it is written.
        for (draft, place) in drafts {
            fs::rename(draft, place).with_context(|| self.cannot_write())?;
        }
        Ok(())
    }

    fn cannot_write(&self) -> String {
        format!("failed to write in {}", self.path.display())
    }

    /// A vendor that was saved, if it was.
    fn read<V>(
        &self,
        name: &str,
        from_json: impl Fn(&str) -> Result<V, sandbox::Error>,
    ) -> anyhow::Result<Option<V>> {
        let path = self.path.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let shown = path.display();
        let text = fs::read_to_string(&path)
            .map_err(|error| UsageError::raise(format!("read {shown}: {error}")))?;
        let vendor = from_json(&text).map_err(|error| {
            UsageError::raise(format!(
                "{shown} is damaged ({error}): delete the folder to start anew"
            ))
        })?;
        Ok(Some(vendor))
    }
}
