//! What a person reads: the one place that writes to the terminal.

pub(crate) mod history;
pub(crate) mod plan;
pub(crate) mod replay;

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

/// Standard output. A reader that goes away early (`| head`) ends the program quietly.
pub(crate) struct Out(io::BufWriter<io::Stdout>);

impl Out {
    pub(crate) fn new() -> Self {
        Self(io::BufWriter::new(io::stdout()))
    }

    /// One line.
    pub(crate) fn line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.0, "{}", line.trim_end()).map_err(leave)
    }

    /// Text that brings its own line ends.
    pub(crate) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        self.0.write_all(text.as_bytes()).map_err(leave)
    }

    /// Data.
    pub(crate) fn json<T: Serialize>(&mut self, data: &T) -> anyhow::Result<()> {
        self.line(&serde_json::to_string_pretty(data)?)
    }

    /// Shows what was written so far.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        self.0.flush().map_err(leave)
    }
}

/// Progress of long work, shown on a terminal only.
pub(crate) struct Progress {
    words: &'static str,
    total: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(words: &'static str, total: usize) -> Self {
        let shown = io::stderr().is_terminal();
        Self {
            words,
            total,
            done: 0,
            shown,
        }
    }

    /// One more is done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        if self.shown {
            // Progress that cannot be shown is no reason to stop.
            let _ = write!(
                io::stderr(),
                "\r{} {}/{}",
                self.words,
                self.done,
                self.total
            );
        }
    }

    /// Clears the line.
    pub(crate) fn end(self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Says on standard error what went wrong, with its causes.
pub(crate) fn failure(error: &anyhow::Error) {
    // Where standard error is closed, the exit code still tells.
    let _ = writeln!(io::stderr(), "rollcall: {error:#}");
}

fn leave(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    error.into()
}

/// Text in lines no longer than this, the first after `first`, the others after `rest`.
pub(crate) fn wrap(text: &str, first: &str, rest: &str) -> Vec<String> {
    const WIDTH: usize = 100;
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}
