//! Texts, however large.
//!
//! An item may have 400 KB, and a transaction 4 MB. A text that is larger than fits lies in pieces, each in a
//! partition of its own, as one partition takes no more than 1 MB a second. They are written before the
//! transaction that makes them mean something, under a name that no other call has. Until that is done they
//! are drafts, which the table forgets by itself: what a process leaves behind that dies in between is gone
//! some weeks later.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::failure::Failure;
use super::item::{Item, Key};
use super::table::{Table, Write, token};

/// The longest text that lies in an item as it is, and the longest piece, in bytes. It leaves room for all
/// else in an item, and for two of them in a transaction.
pub(super) const LONGEST: usize = 200 * 1024;

/// For how long a draft is kept. A visit that died is repeated, from the dead letters at the latest, which
/// the queue keeps for 14 days; what it finds unfinished it reads and ends.
const DRAFT_DAYS: u32 = 30;

/// The text of an item.
pub(super) const TEXT: &str = "text";
/// The name that its pieces have in common, and how many they are.
const PIECES: &str = "pieces";
const COUNT: &str = "count";

/// The pieces of the texts that one call writes.
pub(super) struct Drafts {
    name: String,
    pieces: Vec<Item>,
}

/// The texts of some items.
pub(super) struct Texts(BTreeMap<Key, String>);

/// When something that was recorded then, and is kept for so many days, may be forgotten.
pub(super) fn expiry(at: Timestamp, days: u32) -> i64 {
    at.as_second() + i64::from(days) * 24 * 60 * 60
}

impl Drafts {
    pub(super) fn new() -> Self {
        Self {
            name: token(),
            pieces: Vec::new(),
        }
    }

    /// The item with this text, which this call gives to no other item.
    pub(super) fn hold(&mut self, item: Item, text: String) -> Item {
        if text.len() <= LONGEST {
            return item.text(TEXT, text);
        }
        let name = format!("piece#{}#{}", self.name, self.pieces.len());
        let mut count = 0_u32;
        for piece in split(&text, LONGEST) {
            self.pieces
                .push(Item::at(&key(&name, count)).text(TEXT, piece));
            count += 1;
        }
        item.text(PIECES, name).number(COUNT, count)
    }

    /// Writes the pieces. Unless it is known until when they are kept, they are drafts.
    pub(super) async fn write(
        &self,
        table: &Table,
        at: Timestamp,
        expires: Option<i64>,
    ) -> Result<(), Failure> {
        let until = expires.unwrap_or_else(|| expiry(at, DRAFT_DAYS));
        let pieces = self.pieces.iter().cloned();
        table
            .write_all(pieces.map(|piece| Write::put(piece.until(Some(until)))))
            .await
    }

    /// What was a draft is kept for ever, or until somebody says otherwise.
    pub(super) async fn adopt(&self, table: &Table) -> Result<(), Failure> {
        table.keep(self.keys()?, None).await
    }

    /// Takes the pieces away again.
    pub(super) async fn discard(&self, table: &Table) -> Result<(), Failure> {
        table
            .write_all(self.keys()?.into_iter().map(Write::delete))
            .await
    }

    fn keys(&self) -> Result<Vec<Key>, Failure> {
        Ok(self
            .pieces
            .iter()
            .map(Item::key)
            .collect::<Result<_, _>>()?)
    }
}

impl Texts {
    /// Reads what lies in pieces of the texts of these items.
    pub(super) async fn of<'a>(
        table: &Table,
        items: impl IntoIterator<Item = &'a Item>,
    ) -> Result<Self, Failure> {
        let mut texts = BTreeMap::new();
        let mut cut = Vec::new();
        for item in items {
            match item.text_of(TEXT) {
                Some(text) => {
                    texts.insert(item.key()?, text.to_owned());
                }
                None => cut.push((item.key()?, keys(item)?)),
            }
        }
        let wanted = cut.iter().flat_map(|(_, pieces)| pieces.iter().cloned());
        let pieces = table.get_all(wanted).await?;
        for (item, keys) in cut {
            let pieces = keys.iter().map(|key| pieces.get(key)?.text_of(TEXT));
            // Where one is gone, the text is. None has no pieces at all.
            if let Some(text) = pieces.collect::<Option<String>>().filter(|t| !t.is_empty()) {
                texts.insert(item, text);
            }
        }
        Ok(Self(texts))
    }

    /// The text of the item at this place, if all of it is there.
    pub(super) fn at(&self, key: &Key) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// Where the pieces of an item's text lie.
pub(super) fn keys(item: &Item) -> Result<Vec<Key>, Failure> {
    let Some(name) = item.text_of(PIECES) else {
        return Ok(Vec::new());
    };
    let count = item.needed_number(COUNT)?;
    Ok((0..count).map(|place| key(name, place)).collect())
}

fn key(name: &str, place: u32) -> Key {
    Key::new(format!("{name}#{place}"), "piece")
}

/// Cuts a text into pieces of so many bytes at most, which hold at least the longest character.
fn split(text: &str, longest: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, left) = rest.split_at(rest.floor_char_boundary(longest));
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_there_are_no_pieces() {
        assert_eq!(split("", 4).count(), 0);
    }

    #[test]
    fn pieces_are_cut_between_characters_and_make_up_the_text() {
        let text = "a\u{20ac}\u{1F600}bc\u{e9}d";
        for longest in 4..=text.len() + 1 {
            let pieces: Vec<&str> = split(text, longest).collect();
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| piece.len() <= longest));
            assert!(pieces.iter().all(|piece| !piece.is_empty()));
        }
        assert_eq!(
            split(text, 4).collect::<Vec<_>>(),
            ["a\u{20ac}", "\u{1F600}", "bc\u{e9}", "d"]
        );
    }

    #[test]
    fn a_text_that_fits_lies_in_its_item() {
        let item = || Item::at(&Key::new("p", "s"));
        let mut drafts = Drafts::new();
        let small = drafts.hold(item(), "x".repeat(LONGEST));
        assert_eq!(small.text_of(TEXT).unwrap().len(), LONGEST);
        assert_eq!(keys(&small).unwrap(), []);
        assert_eq!(drafts.keys().unwrap(), []);

        let large = drafts.hold(item(), "x".repeat(2 * LONGEST + 1));
        let other = drafts.hold(item(), "x".repeat(LONGEST + 1));
        assert!(!large.has(TEXT));
        let names = [keys(&large).unwrap(), keys(&other).unwrap()];
        assert_eq!((names[0].len(), names[1].len()), (3, 2));
        assert_eq!(names.concat(), drafts.keys().unwrap());
    }

    #[test]
    fn no_two_calls_give_pieces_the_same_name() {
        let name = || {
            let mut drafts = Drafts::new();
            let _ = drafts.hold(Item::at(&Key::new("p", "s")), "x".repeat(LONGEST + 1));
            drafts.keys().unwrap().remove(0)
        };
        assert_ne!(name(), name());
    }

    #[test]
    fn what_is_kept_for_days_expires_after_them() {
        let at: Timestamp = "2026-02-28T23:59:59.9Z".parse().unwrap();
        let expires = Timestamp::from_second(expiry(at, 365)).unwrap();
        assert_eq!(expires.to_string(), "2027-02-28T23:59:59Z");
    }
}
