//! Reading the file: one thread cuts it into pieces of whole lines, the others parse them.

use std::io::{self, BufRead as _, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use model::CompanyId;

use super::contacts::{Contacts, Slot};
use super::line::{LONGEST_LINE, Line, Problem};
use super::packed;

/// How much is parsed in one go.
const PIECE: usize = 1 << 19;
/// More parsers than this wait for the one who reads.
const MOST_PARSERS: usize = 8;
/// How many pieces may wait for each parser.
const WAITING: usize = 2;
/// How many bad lines are told; further ones are counted.
const TOLD: usize = 20;
/// What some programs put in front of a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a file came to.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) contacts: Contacts,
    pub(crate) bad: BadLines,
}

/// Lines that could not be used.
#[derive(Default)]
pub(crate) struct BadLines {
    /// The first ones, with their numbers.
    pub(crate) told: Vec<(u64, Problem)>,
    /// How many there are.
    pub(crate) count: usize,
}

/// A piece, parsed.
struct Parsed {
    /// Its place in the file.
    index: usize,
    lines: usize,
    slots: Vec<Slot>,
    records: Vec<u8>,
    bad: BadLines,
}

/// Reads contacts, one a line. With a company given, those of other companies are passed over.
pub(crate) fn load(source: &mut impl Read, only: Option<CompanyId>) -> io::Result<Loaded> {
    let parsers = thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_PARSERS));
    let (give, take) = sync_channel(WAITING * parsers);
    let take = Arc::new(Mutex::new(take));
    let mut parsed = thread::scope(|scope| {
        let parsers: Vec<_> = (0..parsers)
            .map(|_| {
                let take = Arc::clone(&take);
                scope.spawn(move || parse_all(&take, only))
            })
            .collect();
        // The parsers alone hold it, so that giving ends should they end.
        drop(take);
        let mut index = 0;
        let read = cut(source, |piece| {
            index += 1;
            give.send((index - 1, piece)).is_ok()
        });
        drop(give);
        let mut parsed = Vec::new();
        for parser in parsers {
            match parser.join() {
                Ok(pieces) => parsed.extend(pieces),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        read.map(|()| parsed)
    })?;
    parsed.sort_unstable_by_key(|piece| piece.index);
    Ok(assemble(parsed))
}

/// Cuts what is read after the last line end of each piece, until nobody takes pieces any more.
fn cut(source: &mut impl Read, mut give: impl FnMut(Vec<u8>) -> bool) -> io::Result<()> {
    let mut piece = Vec::with_capacity(2 * PIECE);
    loop {
        let start = piece.len();
        piece.reserve(PIECE);
        let read = source.take(PIECE as u64).read_to_end(&mut piece)?;
        if read == 0 {
            if !piece.is_empty() {
                give(piece);
            }
            return Ok(());
        }
        if let Some(end) = piece[start..].iter().rposition(|&byte| byte == b'\n') {
            let (whole, rest) = piece.split_at(start + end + 1);
            let length = whole.len();
            let mut next = Vec::with_capacity(2 * PIECE);
            next.extend_from_slice(rest);
            piece.truncate(length);
            if !give(std::mem::replace(&mut piece, next)) {
                return Ok(());
            }
        } else if piece.len() > LONGEST_LINE {
            // It is too long already, so how it goes on does not matter.
            piece.truncate(LONGEST_LINE + 1);
        }
    }
}

fn parse_all(take: &Mutex<Receiver<(usize, Vec<u8>)>>, only: Option<CompanyId>) -> Vec<Parsed> {
    let mut parsed = Vec::new();
    loop {
        let piece = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((index, piece)) = piece else {
            return parsed;
        };
        parsed.push(parse(index, &piece, only));
    }
}

fn parse(index: usize, piece: &[u8], only: Option<CompanyId>) -> Parsed {
    let mut parsed = Parsed {
        index,
        lines: 0,
        slots: Vec::new(),
        records: Vec::with_capacity(piece.len() / 2),
        bad: BadLines::default(),
    };
    let mut rest = match piece.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) if index == 0 => rest,
        _ => piece,
    };
    while let Some(line) = next_line(&mut rest) {
        let number = parsed.lines;
        parsed.lines += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match Line::read(line) {
            Ok((_, company, _)) if only.is_some_and(|only| only != company) => {}
            Ok((id, company, line)) => {
                parsed.slots.push(Slot {
                    company,
                    id,
                    piece: index as u32,
                    start: parsed.records.len() as u32,
                });
                packed::pack(number, &line, &mut parsed.records);
            }
            Err(problem) => parsed.bad.add(number as u64, problem),
        }
    }
    parsed.slots.shrink_to_fit();
    parsed.records.shrink_to_fit();
    parsed
}

/// The next line with its end.
fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let all = *rest;
    // What is in memory is always read.
    let length = rest.skip_until(b'\n').unwrap_or_default();
    (length > 0).then(|| &all[..length])
}

/// Puts the pieces together: numbers their lines, and keeps the first of contacts with the same id.
fn assemble(parsed: Vec<Parsed>) -> Loaded {
    let mut bad = BadLines::default();
    let mut slots = Vec::with_capacity(parsed.iter().map(|piece| piece.slots.len()).sum());
    let mut pieces = Vec::with_capacity(parsed.len());
    let mut first_lines = Vec::with_capacity(parsed.len());
    let mut first_line: u64 = 1;
    for piece in parsed {
        let told = piece.bad.told.into_iter();
        bad.told
            .extend(told.map(|(line, problem)| (first_line + line, problem)));
        bad.count += piece.bad.count;
        slots.extend(piece.slots);
        pieces.push(piece.records);
        first_lines.push(first_line);
        first_line += piece.lines as u64;
    }

    let line_of = |slot: &Slot| {
        first_lines[slot.piece as usize] + packed::line_of(slot.record(&pieces)) as u64
    };
    slots.sort_unstable_by_key(|slot: &Slot| (slot.id, slot.piece, slot.start));
    slots.dedup_by(|later, first| {
        let again = later.id == first.id;
        if again {
            bad.count += 1;
            bad.told.push((
                line_of(later),
                Problem::Repeated {
                    id: first.id,
                    line: line_of(first),
                },
            ));
        }
        again
    });
    bad.told.sort_unstable_by_key(|(line, _)| *line);
    bad.told.truncate(TOLD);
    Loaded {
        contacts: Contacts::new(pieces, slots),
        bad,
    }
}

impl BadLines {
    fn add(&mut self, line: u64, problem: Problem) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push((line, problem));
        }
    }
}
