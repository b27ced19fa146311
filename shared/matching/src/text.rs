//! Text as it really arrives, brought to one form: damage repaired, letters folded to plain Latin.

use std::borrow::Cow;

use deunicode::deunicode;
use encoding_rs::WINDOWS_1252;
use percent_encoding::percent_decode_str;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Text without the damage that exports and connectors do: HTML entities, UTF-8 read as Windows-1252
/// (once or twice), full-width letters, invisible characters, white space of any kind.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains(['&', '<', '%', '\t', '\n', '\r']) {
        return Cow::Borrowed(text.trim());
    }
    let text = if text.contains('%') {
        percent_decode_str(text).decode_utf8_lossy()
    } else {
        Cow::Borrowed(text)
    };
    let mut repaired = without_tags(&html_escape::decode_html_entities(&text));
    while let Some(better) = unscramble(&repaired) {
        repaired = better;
    }
    let plain: String = match is_nfkc_quick(repaired.chars()) {
        IsNormalized::Yes => repaired,
        _ => repaired.nfkc().collect(),
    };
    let spaced: String = plain
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    Cow::Owned(spaced.trim().to_owned())
}

/// Text without HTML tags. A lone `<` stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((tag, behind)) if !tag.contains('@') => rest = behind,
            _ => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// UTF-8 that was read as Windows-1252 ("RenÃ©e"), read again as what it was. `None` when it is not.
fn unscramble(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'Å', 'Ä', 'â', 'Ð', 'Ñ', 'Î', 'Ï']) {
        return None;
    }
    let (bytes, _, lossy) = WINDOWS_1252.encode(text);
    if lossy {
        return None;
    }
    let better = std::str::from_utf8(&bytes).ok()?;
    // Text that merely holds an Ä is no valid UTF-8 then; what is, and got shorter, was scrambled.
    (better.chars().count() < text.chars().count()).then(|| better.to_owned())
}

/// Zero-width characters, directional marks and control characters.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The words of a cleaned text in plain lower-case Latin letters and digits. Apostrophes join
/// ("O'Neil" is one word); everything else that is no letter or digit separates.
pub(crate) fn fold(text: &str) -> Vec<String> {
    let latin: Cow<'_, str> = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        let joined: String = text
            .chars()
            .filter(|c| !matches!(c, '’' | '‘' | 'ʻ' | 'ʼ' | '`' | '´' | 'ь' | 'ъ'))
            .collect();
        Cow::Owned(deunicode(&joined))
    };
    let mut words = Vec::new();
    let mut word = String::new();
    for c in latin.chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        } else if c != '\'' && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The scripts in which names are told apart by what is written and not by how it sounds.
pub(crate) fn script(text: &str) -> Script {
    let mut found = Script::Latin;
    for c in text.chars().filter(|c| !c.is_ascii()) {
        match u32::from(c) {
            0x0370..=0x052f | 0x1f00..=0x1fff | 0x0530..=0x058f | 0x10a0..=0x10ff => {
                found = Script::Alphabet
            }
            0x0590..=0x08ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff => return Script::Consonants,
            0x0900..=0x0fff | 0x1000..=0x109f | 0x1780..=0x17ff => return Script::Syllables,
            0xac00..=0xd7af | 0x1100..=0x11ff | 0x3130..=0x318f => return Script::Hangul,
            0x3040..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => {
                return Script::Ideographs;
            }
            _ => {}
        }
    }
    found
}

/// How a script relates to Latin letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Script {
    /// Latin letters.
    #[default]
    Latin,
    /// Letter by letter: Cyrillic, Greek, Armenian, Georgian.
    Alphabet,
    /// Vowels are not written: Arabic, Hebrew.
    Consonants,
    /// Indian and south-east Asian scripts.
    Syllables,
    /// Korean.
    Hangul,
    /// Chinese characters and Japanese: how one is read cannot be told from it.
    Ideographs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(clean("  "), "");
        assert!(fold("").is_empty());
        assert!(fold("--").is_empty());
    }

    #[test]
    fn damage_is_repaired() {
        for (text, expected) in [
            ("RenÃ©e", "Renée"),
            ("RenÃƒÂ©e", "Renée"),
            ("Oâ€™Neil", "O’Neil"),
            ("O&#39;Neil &amp; Son", "O'Neil & Son"),
            ("Ｓｍｉｔｈ", "Smith"),
            ("Smith\u{200b}\u{a0}", "Smith"),
            ("<b>Ann</b>%20Lee", "Ann Lee"),
            ("Änne", "Änne"),
            ("Ñandú", "Ñandú"),
        ] {
            assert_eq!(clean(text), expected, "{text}");
        }
    }

    #[test]
    fn letters_of_the_world_become_plain_ones() {
        for (text, expected) in [
            ("Łukasz Weiß", "lukasz weiss"),
            ("O’Neil-Højgaard", "oneil hojgaard"),
            ("Сергей", "sergei"),
            ("İbrahim Işık", "ibrahim isik"),
            ("john.smith_2", "john smith 2"),
        ] {
            assert_eq!(fold(text).join(" "), expected, "{text}");
        }
    }
}
