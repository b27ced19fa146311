//! Where the contacts come from: a file or standard input, plain or gzip.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::exit::UsageError;
use crate::print::Progress;

/// What a gzip file starts with, whatever its name is.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How much is read from the disk at once.
const BUFFER: usize = 1 << 18;

/// Contacts to read, and what to call the place in messages.
pub(crate) struct Source {
    name: String,
    is_gzip: bool,
    stream: Box<dyn Read>,
}

impl Source {
    /// Opens a file, or standard input for `-`. How far it is read is shown as progress.
    pub(crate) fn open(path: &Path, words: &'static str) -> anyhow::Result<(Self, Progress)> {
        let (name, opened) = if path == Path::new("-") {
            let stream: Box<dyn Read> = Box::new(io::stdin());
            ("standard input".to_owned(), Ok((stream, None)))
        } else {
            (path.display().to_string(), file(path))
        };
        let refuse = |error: io::Error| UsageError::raise(format!("read {name}: {error}"));
        let (stream, size) = opened.map_err(refuse)?;
        let progress = Progress::of_bytes(words, size);
        let counted = progress.watch(stream);
        let (is_gzip, stream) = unpack(counted).map_err(refuse)?;
        let source = Self {
            name,
            is_gzip,
            stream,
        };
        Ok((source, progress))
    }

    /// What the place is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is to be said when reading failed.
    pub(crate) fn explain(&self, error: &io::Error) -> anyhow::Error {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let damaged = matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof);
        let name = &self.name;
        UsageError::raise(if self.is_gzip && damaged {
            format!("read {name}: its gzip data is cut off or damaged; fetch the file again")
        } else {
            format!("read {name}: {error}")
        })
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.read(into)
    }
}

fn file(path: &Path) -> io::Result<(Box<dyn Read>, Option<u64>)> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((Box::new(file), Some(size)))
}

/// The stream itself, or what is packed in it.
fn unpack(mut stream: impl Read + 'static) -> io::Result<(bool, Box<dyn Read>)> {
    let mut head = Vec::with_capacity(GZIP.len());
    stream
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut head)?;
    let is_gzip = head == GZIP;
    let stream = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(stream));
    Ok(if is_gzip {
        (true, Box::new(MultiGzDecoder::new(stream)))
    } else {
        (false, Box::new(stream))
    })
}
