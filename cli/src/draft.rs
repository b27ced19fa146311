//! A file that appears whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::UsageError;

/// A file beside the one to be written; gone unless it takes that one's place.
pub(crate) struct Draft(PathBuf);

impl Draft {
    /// One that becomes a file like any other.
    pub(crate) fn create(path: &Path) -> io::Result<(Self, File)> {
        Self::open(path, File::options().write(true).create_new(true))
    }

    /// One that nobody but its owner may read, from the first moment on.
    pub(crate) fn create_private(path: &Path) -> io::Result<(Self, File)> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        Self::open(path, &options)
    }

    fn open(path: &Path, options: &OpenOptions) -> io::Result<(Self, File)> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.partial", std::process::id()));
        let draft = path.with_file_name(name);
        let file = options.open(&draft)?;
        Ok((Self(draft), file))
    }

    /// Takes the place of the file, with the rights that one had.
    pub(crate) fn replace(self, path: &Path) -> io::Result<()> {
        if let Ok(replaced) = fs::metadata(path) {
            fs::set_permissions(&self.0, replaced.permissions())?;
        }
        fs::rename(&self.0, path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it took its place there is nothing left to remove.
        let _ = fs::remove_file(&self.0);
    }
}

/// A file of people's data that is to be written: readable by its owner only, whatever stood there before.
pub(crate) struct PrivateFile {
    /// As the caller called it.
    named: PathBuf,
    /// Where it is, links followed.
    path: PathBuf,
}

impl PrivateFile {
    /// Makes sure that there is a place to write to, before any work is done.
    pub(crate) fn check(named: &Path) -> anyhow::Result<Self> {
        let shown = named.display();
        let refuse = |error: io::Error| UsageError::raise(format!("write {shown}: {error}"));
        let path = match fs::metadata(named) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::path::absolute(named).map_err(refuse)?
            }
            Err(error) => return Err(refuse(error)),
            Ok(found) if found.is_file() => named.canonicalize().map_err(refuse)?,
            Ok(_) => {
                return Err(UsageError::raise(format!("write {shown}: it is no file")));
            }
        };
        // Made and gone again: a run that is killed before there is anything to write leaves nothing.
        Draft::create_private(&path).map_err(refuse)?;
        Ok(Self {
            named: named.to_owned(),
            path,
        })
    }

    /// As the caller called it.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// Whether this and another one are the same file.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// Writes it, all of it or nothing.
    pub(crate) fn write(&self, text: &str) -> anyhow::Result<()> {
        Draft::create_private(&self.path)
            .and_then(|(draft, mut file)| {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                fs::rename(&draft.0, &self.path)
            })
            .with_context(|| format!("failed to write {}", self.named.display()))
    }
}
