//! The notes of a contact in IT Glue: what people wrote, and our own lines among it.
//!
//! Notes are HTML that IT Glue may clean up, so our lines are known by what a reader sees of them. What is not
//! one of them stays as it was written.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;
use model::itglue::entity;
use model::{ContactId, Private};

const MIRRORED: &str = "Mirrored from ConnectWise contact ";
const INACTIVE: &str = "Inactive in ConnectWise since ";
const MERGED: &str = "Merged into ConnectWise contact ";
const DELETED: &str = "Deleted in ConnectWise";
const MOVED: &str = "Moved to another company in ConnectWise";
const BEFORE: &str = "Until then in IT Glue: ";
const IMPORTANT: &str = "important";
const OF_TYPE: &str = "type ";

/// Notes, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    /// What others wrote, as it was written.
    text: Private,
    /// The contacts whose record it is, by our lines. There is one, unless somebody copied notes.
    pub(crate) mirrored: Vec<ContactId>,
    /// Why the record was retired.
    pub(crate) state: Option<State>,
    /// What we changed when we retired it, to be put back.
    pub(crate) before: Before,
}

/// Why a record was retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its contact is inactive, since that day or before it.
    Inactive(Date),
    /// Its contact was merged away.
    Merged {
        /// Into whom.
        into: ContactId,
        /// Where people look at that one.
        url: Option<String>,
    },
    /// Its contact was deleted.
    Deleted,
    /// Its contact has another record, where it is now.
    Moved,
}

/// What a record was before it was retired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// Somebody had marked it as a VIP.
    pub(crate) important: bool,
    /// The name of the type it had.
    pub(crate) kind: Option<String>,
}

enum Ours {
    Mirrored(ContactId),
    State(State),
    Before(Before),
}

/// A part of HTML.
enum Piece {
    /// Something that a reader sees.
    Shown(char),
    /// A mark that a reader does not see, and what is in no line of its own.
    Hidden,
    /// The beginning of a block.
    Open(String),
    /// Its end.
    Close(String),
    /// The end of a line.
    End,
}

impl Notes {
    /// Notes with nothing but our line for a contact.
    pub(crate) fn of(contact: ContactId) -> Self {
        Self {
            mirrored: vec![contact],
            ..Self::default()
        }
    }

    /// Takes notes apart.
    pub(crate) fn read(html: Option<&Private>) -> Self {
        let html = html.map_or("", Private::reveal);
        let pieces = pieces(html);
        let mut notes = Self::default();
        let mut is_cut = vec![false; pieces.len()];
        for line in lines(&pieces) {
            if let Some(ours) = Ours::read(&shown(&pieces, &is_cut, line.clone())) {
                notes.keep(ours);
                cut_line(&pieces, &mut is_cut, line);
            }
        }
        // Our lines come last. Should their ends get lost, they are still known by that.
        while let Some((ours, range)) = last_of_ours(&pieces, &is_cut) {
            notes.keep(ours);
            cut_shown(&pieces, &mut is_cut, range);
        }
        // They were read backwards there, or in the order of the text: the contacts have none.
        notes.mirrored.sort();
        notes.mirrored.dedup();
        let kept = pieces.iter().zip(&is_cut).filter(|(_, is_cut)| !**is_cut);
        let text: String = kept.map(|((_, range), _)| &html[range.clone()]).collect();
        notes.text = text.trim_end().into();
        notes
    }

    /// The notes whole, our lines last.
    pub(crate) fn write(&self) -> Private {
        let mut html = self.text.reveal().to_owned();
        for line in self.lines() {
            html.push_str(&paragraph(&line));
        }
        html.into()
    }

    /// Whether there is nothing but our lines.
    pub(crate) fn are_ours(&self) -> bool {
        let is_nothing = |(piece, _): &(Piece, _)| match piece {
            Piece::Shown(shown) => shown.is_whitespace(),
            Piece::Hidden => false,
            Piece::Open(_) | Piece::Close(_) | Piece::End => true,
        };
        !self.mirrored.is_empty() && pieces(self.text.reveal()).iter().all(is_nothing)
    }

    /// Takes in what others wrote in other notes, unless all of it is there.
    pub(crate) fn fold(&mut self, other: &Self) {
        if !self.have_text_of(other) {
            let theirs = other.text.reveal();
            self.text = format!("{}<div>{theirs}</div>", self.text.reveal()).into();
        }
    }

    /// Takes out what was folded in from other notes: all that the merge wrote, if nobody has changed anything since,
    /// and else what still stands as it was put in.
    pub(crate) fn unfold(&mut self, before: &Self, folded: &Self, other: &Self) {
        let folded = said(folded.text.reveal());
        if said(before.text.reveal()) == folded {
            return;
        }
        if said(self.text.reveal()) == folded {
            self.text.clone_from(&before.text);
        } else if !other.text.is_blank() {
            let block = format!("<div>{}</div>", other.text.reveal());
            self.text = self.text.reveal().replacen(&block, "", 1).into();
        }
    }

    /// Adds a line that is nobody's in particular, unless it is there.
    pub(crate) fn add(&mut self, line: &str) {
        let line = paragraph(line);
        if !said(&line).is_subset(&said(self.text.reveal())) {
            self.text = format!("{}{line}", self.text.reveal()).into();
        }
    }

    /// Whether all that others wrote in the other notes is in these, line by line. A word that is part of another
    /// one says something else.
    pub(crate) fn have_text_of(&self, other: &Self) -> bool {
        said(other.text.reveal()).is_subset(&said(self.text.reveal()))
    }

    /// Whether they show a picture or another file, which may go with the record.
    pub(crate) fn show_files(&self) -> bool {
        let html = self.text.reveal();
        pieces(html).into_iter().any(|(piece, range)| {
            let mark = html[range].to_lowercase();
            let names_file = ["src=", "data="]
                .into_iter()
                .any(|file| mark.contains(file));
            !matches!(piece, Piece::Shown(_)) && names_file
        })
    }

    /// Our lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        let Self {
            text: _,
            mirrored,
            state,
            before,
        } = self;
        let mut lines = Vec::new();
        lines.extend(state.as_ref().map(State::line));
        lines.extend(before.line());
        lines.extend(mirrored.iter().map(|id| format!("{MIRRORED}{id}")));
        lines
    }

    fn keep(&mut self, ours: Ours) {
        match ours {
            Ours::Mirrored(contact) => self.mirrored.push(contact),
            Ours::State(state) => self.state = Some(state),
            Ours::Before(before) => self.before = before,
        }
    }
}

impl State {
    fn line(&self) -> String {
        match self {
            Self::Inactive(since) => format!("{INACTIVE}{since}."),
            Self::Merged { into, url } => match url {
                Some(url) => format!("{MERGED}{into}: {url}"),
                None => format!("{MERGED}{into}"),
            },
            Self::Deleted => DELETED.to_owned(),
            Self::Moved => MOVED.to_owned(),
        }
    }
}

impl Before {
    fn line(&self) -> Option<String> {
        let important = self.important.then(|| IMPORTANT.to_owned());
        let kind = self.kind.as_ref().map(|kind| format!("{OF_TYPE}{kind}"));
        let known: Vec<String> = important.into_iter().chain(kind).collect();
        (!known.is_empty()).then(|| format!("{BEFORE}{}", known.join(", ")))
    }

    fn read(text: &str) -> Option<Self> {
        let (important, rest) = match text.strip_prefix(IMPORTANT) {
            Some(rest) => (true, rest.strip_prefix(", ").unwrap_or(rest)),
            None => (false, text),
        };
        let kind = rest.strip_prefix(OF_TYPE).map(str::to_owned);
        (kind.is_some() || (important && rest.is_empty())).then_some(Self { important, kind })
    }
}

impl Ours {
    const BEGINNINGS: [&str; 6] = [MIRRORED, INACTIVE, MERGED, DELETED, MOVED, BEFORE];

    /// What a line is, if it is one of ours.
    fn read(line: &str) -> Option<Self> {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(rest) = line.strip_prefix(BEFORE) {
            return Before::read(rest).map(Self::Before);
        }
        let line = line.trim_end_matches('.');
        if let Some(rest) = line.strip_prefix(MIRRORED) {
            return rest.parse().ok().map(Self::Mirrored);
        }
        let state = if let Some(rest) = line.strip_prefix(INACTIVE) {
            State::Inactive(rest.parse().ok()?)
        } else if let Some(rest) = line.strip_prefix(MERGED) {
            let (into, url) = match rest.split_once(": ") {
                Some((into, url)) => (into, Some(url.to_owned())),
                None => (rest, None),
            };
            if url.as_ref().is_some_and(|url| url.contains(' ')) {
                return None;
            }
            State::Merged {
                into: into.parse().ok()?,
                url,
            }
        } else if line == DELETED {
            State::Deleted
        } else if line == MOVED {
            State::Moved
        } else {
            return None;
        };
        Some(Self::State(state))
    }
}

fn paragraph(line: &str) -> String {
    let escaped = line
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<p>{escaped}</p>")
}

/// What each line says: its words, and the marks in it that say something by themselves, such as where a link
/// leads.
fn said(html: &str) -> BTreeSet<(String, Vec<&str>)> {
    let pieces = pieces(html);
    let nothing_is_cut = vec![false; pieces.len()];
    let lines = lines(&pieces).into_iter().map(|line| {
        let text = shown(&pieces, &nothing_is_cut, line.clone());
        let words: Vec<&str> = text.split_whitespace().collect();
        let marks = pieces[line].iter().filter_map(|(piece, range)| {
            let mark = &html[range.clone()];
            let speaks = mark.contains('=') || mark.starts_with("<!--");
            (matches!(piece, Piece::Hidden) && speaks).then_some(mark)
        });
        (words.join(" "), marks.collect::<Vec<_>>())
    });
    lines
        .filter(|(words, marks)| !words.is_empty() || !marks.is_empty())
        .collect()
}

/// HTML in pieces, each with its place.
fn pieces(html: &str) -> Vec<(Piece, Range<usize>)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(first) = html[at..].chars().next() {
        let rest = &html[at..];
        let (piece, length) = match first {
            '<' => mark(rest).unwrap_or((Piece::Shown('<'), 1)),
            '&' => {
                let (shown, length) = entity(rest).unwrap_or(('&', 1));
                (Piece::Shown(shown), length)
            }
            '\n' => (Piece::End, 1),
            shown => (Piece::Shown(shown), shown.len_utf8()),
        };
        pieces.push((piece, at..at + length));
        at += length;
    }
    pieces
}

/// A mark at the start of the text, and its length.
fn mark(text: &str) -> Option<(Piece, usize)> {
    if text.starts_with("<!--") {
        return Some((Piece::Hidden, text.find("-->")? + "-->".len()));
    }
    let inner = text.strip_prefix('<')?;
    let (name, is_close) = match inner.strip_prefix('/') {
        Some(name) => (name, true),
        None => (inner, false),
    };
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = text.find('>')? + ">".len();
    let name: String = name
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let piece = match name.as_str() {
        "br" | "hr" => Piece::End,
        "p" | "div" | "li" | "ul" | "ol" | "tr" | "td" | "th" | "table" | "blockquote" | "pre"
        | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            if is_close {
                Piece::Close(name)
            } else {
                Piece::Open(name)
            }
        }
        _ => Piece::Hidden,
    };
    Some((piece, length))
}

fn is_break(piece: &Piece) -> bool {
    matches!(piece, Piece::Open(_) | Piece::Close(_) | Piece::End)
}

/// The pieces between two breaks each, as ranges of them.
fn lines(pieces: &[(Piece, Range<usize>)]) -> Vec<Range<usize>> {
    let breaks = pieces.iter().enumerate();
    let breaks = breaks.filter(|(_, (piece, _))| is_break(piece));
    let mut lines = Vec::new();
    let mut start = 0;
    for end in breaks.map(|(at, _)| at).chain([pieces.len()]) {
        lines.push(start..end);
        start = end + 1;
    }
    lines
}

fn shown(pieces: &[(Piece, Range<usize>)], is_cut: &[bool], range: Range<usize>) -> String {
    range
        .filter_map(|at| match pieces[at].0 {
            Piece::Shown(shown) if !is_cut[at] => Some(shown),
            _ => None,
        })
        .collect()
}

/// Cuts a line out, and what made it one.
fn cut_line(pieces: &[(Piece, Range<usize>)], is_cut: &mut [bool], line: Range<usize>) {
    let before = line.start.checked_sub(1);
    let after = (line.end < pieces.len()).then_some(line.end);
    let piece = |at: Option<usize>| at.map(|at| &pieces[at].0);
    match (piece(before), piece(after)) {
        (Some(Piece::Open(open)), Some(Piece::Close(close))) if open == close => {
            // What stands on both sides would become one line without them.
            let is_edge = |at: Option<usize>| {
                let outside = at.and_then(|at| pieces.get(at));
                outside.is_none_or(|(piece, _)| is_break(piece))
            };
            let is_apart = is_edge(line.start.checked_sub(2)) || is_edge(Some(line.end + 1));
            for at in [before, after].into_iter().flatten().filter(|_| is_apart) {
                is_cut[at] = true;
            }
        }
        (Some(Piece::End), _) => before.into_iter().for_each(|at| is_cut[at] = true),
        (_, Some(Piece::End)) => after.into_iter().for_each(|at| is_cut[at] = true),
        _ => {}
    }
    cut_shown(pieces, is_cut, line);
}

/// Cuts out what a reader sees. Marks stay, for one may begin or end elsewhere.
fn cut_shown(pieces: &[(Piece, Range<usize>)], is_cut: &mut [bool], range: Range<usize>) {
    for at in range {
        is_cut[at] |= matches!(pieces[at].0, Piece::Shown(_));
    }
}

/// What the text ends with, if that is one of ours.
fn last_of_ours(pieces: &[(Piece, Range<usize>)], is_cut: &[bool]) -> Option<(Ours, Range<usize>)> {
    let is_text = |line: &Range<usize>| !shown(pieces, is_cut, line.clone()).trim().is_empty();
    let line = lines(pieces).into_iter().rev().find(is_text)?;
    let text = shown(pieces, is_cut, line.clone());
    let beginnings = Ours::BEGINNINGS.iter();
    let start = beginnings.filter_map(|words| text.rfind(words)).max()?;
    let ours = Ours::read(&text[start..])?;
    // The place in the line, counted in what is seen of it.
    let skipped = text[..start].chars().count();
    let mut seen = line
        .clone()
        .filter(|at| matches!(pieces[*at].0, Piece::Shown(_)) && !is_cut[*at]);
    let first = seen.nth(skipped)?;
    Some((ours, first..line.end))
}

#[cfg(test)]
mod tests {
    use model::itglue::reads_alike;

    use super::*;

    const ADA: ContactId = ContactId::new(30);

    fn read(html: &str) -> Notes {
        Notes::read(Some(&html.into()))
    }

    fn marked(text: &str) -> Notes {
        Notes {
            text: text.into(),
            mirrored: vec![ADA],
            ..Notes::default()
        }
    }

    #[test]
    fn no_notes_are_nothing() {
        assert_eq!(Notes::read(None), Notes::default());
        assert_eq!(Notes::default().write().reveal(), "");
        assert!(!Notes::default().are_ours());
    }

    #[test]
    fn our_line_is_found_in_every_shape_and_the_rest_stays_as_it_was_written() {
        for (html, text) in [
            ("Mirrored from ConnectWise contact 30", ""),
            ("<p>Mirrored from ConnectWise contact 30</p>", ""),
            (
                "<b>Tea.</b>\nMirrored from ConnectWise contact 30\n",
                "<b>Tea.</b>",
            ),
            (
                "<p>Tea &amp; rum</p><p>Mirrored from ConnectWise contact 30</p>",
                "<p>Tea &amp; rum</p>",
            ),
            (
                "<div>Tea<br/>Mirrored from ConnectWise&nbsp;contact 30</div>",
                "<div>Tea</div>",
            ),
            (
                "<p>Mirrored from ConnectWise contact 30.</p><p>Tea</p>",
                "<p>Tea</p>",
            ),
            ("Tea. Mirrored from ConnectWise contact 30", "Tea."),
            (
                "Tea<p>Mirrored from ConnectWise contact 30</p>Rum",
                "Tea<p></p>Rum",
            ),
        ] {
            assert_eq!(read(html), marked(text), "{html}");
        }
    }

    #[test]
    fn what_only_sounds_like_us_stays() {
        for html in [
            "He was Deleted in ConnectWise by mistake",
            "Mirrored from ConnectWise contact 30 and 31, they say",
            "Inactive in ConnectWise since spring.",
            "Merged into ConnectWise contact 7: ask Bob about it",
            "a < b & c",
        ] {
            assert_eq!(read(html).write().reveal(), html);
        }
    }

    #[test]
    fn all_our_lines_are_read_back_as_they_were_written() {
        let url = "https://examplemsp.itglue.com/5/contacts/72?a=1&b=2";
        for state in [
            State::Inactive(jiff::civil::date(2026, 11, 21)),
            State::Merged {
                into: ContactId::new(31),
                url: Some(url.to_owned()),
            },
            State::Merged {
                into: ContactId::new(31),
                url: None,
            },
            State::Deleted,
            State::Moved,
        ] {
            for (important, kind) in [
                (false, None),
                (true, None),
                (true, Some("A, <b>")),
                (false, Some("B.")),
            ] {
                let kind = kind.map(str::to_owned);
                let notes = Notes {
                    state: Some(state.clone()),
                    before: Before { important, kind },
                    ..marked("<p>Tea</p>")
                };
                let html = notes.write();
                assert_eq!(Notes::read(Some(&html)), notes);
                // Also where all that makes a line is lost.
                let flat = html.reveal().replace("<p>", "").replace("</p>", " ");
                let flat = read(&flat);
                assert_eq!(
                    flat,
                    Notes {
                        text: "Tea".into(),
                        ..notes
                    }
                );
            }
        }
    }

    #[test]
    fn our_lines_are_there_once_and_last() {
        let twice =
            "Mirrored from ConnectWise contact 30\nTea\nMirrored from ConnectWise contact 30";
        let html = read(twice).write();
        assert_eq!(
            html.reveal(),
            "Tea<p>Mirrored from ConnectWise contact 30</p>"
        );
        assert!(!reads_alike(html.reveal(), twice));
    }

    #[test]
    fn notes_are_ours_if_nobody_else_wrote_anything() {
        assert!(read("<p> </p><p>Mirrored from ConnectWise contact 30</p>").are_ours());
        assert!(!read("<img src=\"a\"><p>Mirrored from ConnectWise contact 30</p>").are_ours());
        assert!(!read("Tea<p>Mirrored from ConnectWise contact 30</p>").are_ours());
    }

    #[test]
    fn what_is_part_of_a_word_or_of_a_line_is_not_there_yet() {
        let have = marked("<p>Please wait for Rum</p><p>Door 4123</p><p>See the list</p>");
        for other in [
            "IT",
            "12",
            "Rum",
            "4123",
            "Door",
            "!!!",
            "\u{1f389}",
            "<a href=\"https://x.example\">See the list</a>",
            "<img src=\"door.png\">",
            "<!-- tea -->",
        ] {
            assert!(!have.have_text_of(&marked(other)), "{other}");
        }
        assert!(have.have_text_of(&marked("<div>Door&nbsp;<b>4123</b></div>\nSee the  list")));
    }

    #[test]
    fn a_file_that_notes_show_is_seen() {
        assert!(marked("<p>The door: <IMG class=\"a\" SRC=\"d.png\"></p>").show_files());
        assert!(!marked("<a href=\"https://x.example\">src=</a> data=").show_files());
    }

    #[test]
    fn other_notes_are_taken_in_once() {
        let mut notes = marked("Tea");
        notes.fold(&marked("<p>Rum</p>"));
        assert_eq!(notes.text.reveal(), "Tea<div><p>Rum</p></div>");
        let once = notes.clone();
        notes.fold(&marked("Tea<br><i>Rum</i>"));
        notes.fold(&marked("<p> </p>"));
        assert_eq!(notes, once);
        notes.add("Also: <7>");
        let once = notes.clone();
        notes.add("Also: <7>");
        assert_eq!(notes, once);
        assert!(notes.write().reveal().contains("<p>Also: &lt;7&gt;</p>"));
    }
}
