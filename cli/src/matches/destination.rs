//! Where the pairs go: a file that appears whole or not at all, or standard output.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::draft::Draft;
use crate::exit::UsageError;
use crate::matches::Pairs;
use crate::print::Out;

const BUFFER: usize = 1 << 18;

/// Where the pairs go.
pub(crate) enum Destination {
    /// Standard output.
    Standard,
    /// Something that is no file of its own, such as a pipe or a device: written to directly.
    Direct(PathBuf),
    /// A file, which is replaced when everything is written.
    File {
        /// As the caller called it.
        named: PathBuf,
        /// Where it is, links followed.
        path: PathBuf,
    },
}

impl Destination {
    /// Makes sure that there is a place to write to, before any work is done. The input is not one.
    pub(crate) fn check(named: &Path, input: &Path) -> anyhow::Result<Self> {
        if named == Path::new("-") {
            return Ok(Self::Standard);
        }
        let shown = named.display();
        let refuse = |error: io::Error| UsageError::raise(format!("write {shown}: {error}"));
        let path = match fs::metadata(named) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => named.to_owned(),
            Err(error) => return Err(refuse(error)),
            Ok(found) if found.is_dir() => {
                return Err(UsageError::raise(format!(
                    "write {shown}: it is a folder; name a file in it"
                )));
            }
            Ok(found) if !found.is_file() => return Ok(Self::Direct(named.to_owned())),
            Ok(_) => {
                // A file that must not be written is not to be replaced either.
                File::options().write(true).open(named).map_err(refuse)?;
                named.canonicalize().map_err(refuse)?
            }
        };
        if input.canonicalize().is_ok_and(|input| input == path) {
            return Err(UsageError::raise(format!(
                "write {shown}: it is the file of contacts; name another one with --out"
            )));
        }
        // Made and gone again: a run that is killed before there is anything to write leaves nothing.
        Draft::create(&path).map_err(refuse)?;
        Ok(Self::File {
            named: named.to_owned(),
            path,
        })
    }

    /// Whether the pairs go where the summary would go.
    pub(crate) fn is_standard(&self) -> bool {
        matches!(self, Self::Standard)
    }

    /// Writes all pairs.
    pub(crate) fn write(&self, pairs: &Pairs) -> anyhow::Result<()> {
        match self {
            Self::Standard => {
                let mut out = Out::new();
                pairs.lines().try_for_each(|line| out.bytes(line))?;
                out.flush()
            }
            Self::Direct(path) => File::options()
                .write(true)
                .open(path)
                .and_then(|file| encode(path, file, pairs))
                .with_context(|| format!("failed to write {}", path.display())),
            Self::File { named, path } => Draft::create(path)
                .and_then(|(draft, file)| {
                    encode(named, file, pairs)?;
                    draft.replace(path)
                })
                .with_context(|| format!("failed to write {}", named.display())),
        }
    }
}

/// Writes the pairs, packed if the name asks for it.
fn encode(name: &Path, file: File, pairs: &Pairs) -> io::Result<()> {
    let is_gzip = name
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let mut file = BufWriter::with_capacity(BUFFER, file);
    if is_gzip {
        let mut packer =
            BufWriter::with_capacity(BUFFER, GzEncoder::new(file, Compression::fast()));
        pairs.lines().try_for_each(|line| packer.write_all(line))?;
        let packer = packer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file = packer.finish()?;
    } else {
        pairs.lines().try_for_each(|line| file.write_all(line))?;
    }
    file.flush()
}
