//! What a person reads: the one place that writes to the terminal.

pub(crate) mod apply;
pub(crate) mod callbacks;
mod columns;
pub(crate) mod directory;
pub(crate) mod dlq;
pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod forget;
pub(crate) mod history;
pub(crate) mod matches;
pub(crate) mod mirrors;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod review;
mod table;
pub(crate) mod undo;
pub(crate) mod vips;
pub(crate) mod visit;

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use model::Evidence;
use serde::Serialize;

/// The longest line.
const WIDTH: usize = 100;

/// How far what is called by a name stands from the left.
const INDENT: usize = 13;

/// A piece of evidence as an operator may read it, names included.
fn in_full(evidence: &Evidence) -> String {
    format!("{} ({:+})", evidence.reveal(), evidence.weight)
}

/// A moment: what `--since` and `--until` take, too.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Standard output. A reader that goes away early (`| head`) ends the program quietly.
pub(crate) struct Out(io::BufWriter<Box<dyn io::Write>>);

impl Out {
    pub(crate) fn new() -> Self {
        Self(io::BufWriter::new(Box::new(io::stdout())))
    }

    /// Standard error in its place, for when standard output holds something else.
    pub(crate) fn to_stderr() -> Self {
        Self(io::BufWriter::new(Box::new(io::stderr())))
    }

    /// One line.
    pub(crate) fn line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.0, "{}", line.trim_end()).map_err(leave)
    }

    /// Text that brings its own line ends.
    pub(crate) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        self.0.write_all(text.as_bytes()).map_err(leave)
    }

    /// Lines that are finished already.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.0.write_all(bytes).map_err(leave)
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
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of so many things.
    pub(crate) fn new(words: &'static str, total: usize) -> Self {
        Self::show(words, Some(total as u64), "{msg} {pos}/{len}")
    }

    /// Of so many bytes, if that is known.
    pub(crate) fn of_bytes(words: &'static str, total: Option<u64>) -> Self {
        let template = match total {
            Some(_) => "{msg} {bytes}/{total_bytes}",
            None => "{msg} {bytes}",
        };
        Self::show(words, total, template)
    }

    fn show(words: &'static str, total: Option<u64>, template: &str) -> Self {
        // It draws on standard error, and only if that is a terminal.
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar.with_message(words))
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        self.advance(1);
    }

    /// So many more are done.
    pub(crate) fn advance(&self, done: usize) {
        self.0.inc(done as u64);
    }

    /// Takes what is read as progress.
    pub(crate) fn watch<R: io::Read>(&self, stream: R) -> impl io::Read + use<R> {
        self.0.wrap_read(stream)
    }

    /// Clears the line.
    pub(crate) fn end(self) {
        self.0.finish_and_clear();
    }
}

/// Asks a person whether to go on, and says what it means that they did not. No is the default, and the answer
/// where nobody sits at a terminal.
pub(crate) fn agreed(out: &mut Out, question: &str, otherwise: &str) -> anyhow::Result<bool> {
    out.flush()?;
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        out.line(&format!(
            "{otherwise} With --yes, this is done without asking."
        ))?;
        return Ok(false);
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    let agreed = ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if !agreed {
        out.line(otherwise)?;
    }
    Ok(agreed)
}

/// Says on standard error what went wrong, with its causes.
pub(crate) fn failure(error: &anyhow::Error) {
    aside(&format!("rollcall: {error:#}"));
}

/// Says something on standard error, where it does not mix with what is printed.
pub(crate) fn aside(line: &str) {
    // Where standard error is closed, the exit code still tells.
    let _ = writeln!(io::stderr(), "{line}");
}

fn leave(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    error.into()
}

/// Text in lines of no more than [`WIDTH`], the first after `first`, the others after `rest`. A command stays
/// in one piece, to be copied.
pub(crate) fn wrap(text: &str, first: &str, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in pieces(text) {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    lines.push(line);
    lines
}

/// The words of a text; what stands between backticks is one.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split_whitespace() {
        match pieces.last_mut().filter(|_| is_open) {
            Some(piece) => {
                piece.push(' ');
                piece.push_str(word);
            }
            None => pieces.push(word.to_owned()),
        }
        is_open ^= word.matches('`').count() % 2 == 1;
    }
    pieces
}

/// Prints text after `first`, its further lines indented.
fn lines(out: &mut Out, text: &str, first: &str) -> anyhow::Result<()> {
    let lines = wrap(text, first, &" ".repeat(INDENT));
    lines.iter().try_for_each(|line| out.line(line))
}

/// Prints text after what it is called.
fn named(out: &mut Out, name: &str, text: &str) -> anyhow::Result<()> {
    lines(out, text, &format!("  {name:<10} "))
}

/// Prints texts below each other, the first after what they are called.
fn stacked(
    out: &mut Out,
    name: &str,
    texts: impl IntoIterator<Item = String>,
) -> anyhow::Result<()> {
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    names
        .zip(texts)
        .try_for_each(|(name, text)| named(out, name, &text))
}

/// Prints what belongs to what was named before.
fn more(out: &mut Out, text: &str) -> anyhow::Result<()> {
    lines(out, text, &" ".repeat(INDENT))
}

/// Prints the reason of what was named before.
fn because(out: &mut Out, reason: &str) -> anyhow::Result<()> {
    more(out, &format!("because {reason}"))
}

/// Prints what something rests on, in one piece; nothing if it rests on nothing.
fn evidence(out: &mut Out, evidence: &[Evidence]) -> anyhow::Result<()> {
    if evidence.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = evidence.iter().map(in_full).collect();
    more(out, &format!("evidence: {}", words.join("; ")))
}

pub(crate) fn plural(count: usize, thing: &str) -> String {
    if count == 1 {
        format!("1 {thing}")
    } else {
        format!("{count} {thing}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_words_are_one_line_and_a_command_is_never_broken() {
        assert_eq!(wrap("", "  ", "    "), ["  "]);
        let filled = "x".repeat(WIDTH - 10);
        let text = format!("{filled} say `rollcall approve hold-5`, or  nothing");
        assert_eq!(
            wrap(&text, "  ", "    "),
            [
                format!("  {filled} say"),
                "    `rollcall approve hold-5`, or nothing".to_owned()
            ]
        );
    }
}
