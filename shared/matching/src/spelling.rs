//! How near two words are: spellings of one word, slips of the pen, sounds.

use strsim::osa_distance;

/// A word under which its spellings in Latin letters meet: umlauts written out, letters that
/// transliterations exchange, doubled letters. Two names may share one without being one name, so it
/// finds candidates and confirms, and never decides alone.
pub(crate) fn skeleton(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let letter = first.len_utf8();
        let (from, to) = sound(rest).unwrap_or_else(|| (letter, &rest[..letter]));
        // Doubled letters sound as one.
        if out.as_bytes().last() != to.as_bytes().last() {
            out.push_str(to);
        }
        rest = &rest[from..];
    }
    out
}

/// How many letters at the beginning stand for one sound in some transliteration, and for which.
fn sound(text: &str) -> Option<(usize, &'static str)> {
    Some(match text.as_bytes() {
        [b's', b'h', b'c', b'h', ..] => (4, "s"),
        [b't', b's', b'c', b'h', ..] => (4, "c"),
        [b's', b'c', b'h', ..] => (3, "s"),
        [b't', b'c', b'h', ..] => (3, "c"),
        [b'd', b'z', b'h', ..] => (3, "i"),
        [b'a', b'e' | b'a', ..] | [b'i' | b'j' | b'y', b'a', ..] => (2, "a"),
        [b'o', b'e', ..] | [b'e', b'o', ..] => (2, "o"),
        [b'u', b'e', ..] | [b'o', b'u' | b'o', ..] | [b'e' | b'i' | b'y', b'u', ..] => (2, "u"),
        [b'e', b'e' | b'i' | b'y', ..]
        | [b'i', b'j' | b'y' | b'e', ..]
        | [b'y', b'i', ..]
        | [b'z', b'h', ..] => (2, "i"),
        [b'c', b'h', ..] | [b't', b's' | b'z', ..] => (2, "c"),
        [b's', b'h', ..] => (2, "s"),
        [b'c', b'k', ..] => (2, "k"),
        [b'g', b'h', ..] => (2, "g"),
        [b'k', b'h', ..] => (2, ""),
        [b'k', b's', ..] => (2, "x"),
        [b'p', b'h', ..] => (2, "f"),
        [b't', b'h', ..] => (2, "t"),
        [b'h', ..] => (1, ""),
        [b'j' | b'y', ..] => (1, "i"),
        [b'q', ..] => (1, "k"),
        [b'w', ..] => (1, "v"),
        [b'z', ..] => (1, "s"),
        _ => return None,
    })
}

/// The consonants of a word: what is left of a name in a script that writes no vowels.
pub(crate) fn consonants(word: &str) -> String {
    let mut single: Vec<char> = word.chars().collect();
    single.dedup();
    let single: String = single.into_iter().collect();
    let mut out = String::new();
    let mut rest = single.as_str();
    while let Some(first) = rest.chars().next() {
        let letter = first.len_utf8();
        let (from, to) = sound(rest).unwrap_or_else(|| (letter, &rest[..letter]));
        out.extend(to.chars().filter(|c| {
            c.is_ascii_alphabetic() && !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'v')
        }));
        rest = &rest[from..];
    }
    out
}

/// What kind of slip may have made one word of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// Two neighboring letters changed places.
    Swapped,
    /// One letter is another one.
    Replaced,
    /// One letter is missing or too many.
    Dropped,
    /// Letters that look alike to a scanner.
    Misread,
    /// Two letters are wrong in a long word.
    Two,
    /// One is the beginning of the other, cut off.
    Cut,
}

/// The slip that may have made one word of the other, if it is a small one.
pub(crate) fn slip(a: &str, b: &str) -> Option<Slip> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if a == b || short.len() < 3 || long.len() < 4 {
        return None;
    }
    if short.len() >= 12 && long.starts_with(short) {
        return Some(Slip::Cut);
    }
    if long.len() - short.len() > 2 {
        return None;
    }
    let (x, y) = differing(a, b);
    let longest = x.len().max(y.len());
    if longest <= 3 && misread(a) == misread(b) {
        return Some(Slip::Misread);
    }
    // What is one letter apart differs in one place.
    if longest > 2 && short.len() < 7 {
        return None;
    }
    match distance(x, y) {
        1 if short.len() < long.len() => Some(Slip::Dropped),
        1 if longest == 2 => Some(Slip::Swapped),
        1 => Some(Slip::Replaced),
        2 if short.len() >= 7 => Some(Slip::Two),
        _ => None,
    }
}

/// Whether two words may still be meant to be one: wider than a slip, for telling strangers apart.
pub(crate) fn is_near(a: &str, b: &str) -> bool {
    let (x, y) = differing(a, b);
    (a.len().min(b.len()) >= 4 && a.len().abs_diff(b.len()) <= 2 && distance(x, y) <= 2)
        || slip(a, b).is_some()
        || skeleton(a) == skeleton(b)
}

/// What is left of two words without what both begin and end with.
fn differing<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let head = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a
        .bytes()
        .rev()
        .zip(b.bytes().rev())
        .take_while(|(x, y)| x == y)
        .count();
    (&a[..a.len() - tail], &b[..b.len() - tail])
}

/// How many letters are wrong, missing, too many or exchanged.
fn distance(a: &str, b: &str) -> usize {
    if a.is_empty() || b.is_empty() {
        return a.len().max(b.len());
    }
    osa_distance(a, b)
}

/// One form for letters that scanners mix up.
fn misread(word: &str) -> String {
    word.replace("rn", "m")
        .replace("ri", "n")
        .replace("cl", "d")
        .replace("vv", "w")
        .replace(['1', 'i'], "l")
        .replace('0', "o")
        .replace('5', "s")
        .replace('8', "b")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_near_nothing() {
        assert_eq!(skeleton(""), "");
        assert_eq!(consonants(""), "");
        assert_eq!(slip("", ""), None);
        assert_eq!(slip("smith", "smith"), None);
    }

    #[test]
    fn spellings_of_one_name_have_one_skeleton() {
        for (a, b) in [
            ("muller", "mueller"),
            ("goethe", "gothe"),
            ("smith", "smyth"),
            ("philip", "filip"),
            ("iulia", "yulia"),
            ("khrushchev", "hruschev"),
            ("schmidt", "shmidt"),
            ("chaikovskii", "tchaikovsky"),
            ("jansson", "janson"),
            ("nasser", "naser"),
            ("wladimir", "vladimir"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
    }

    #[test]
    fn names_that_sound_apart_have_two_skeletons() {
        for (a, b) in [("hall", "hill"), ("smith", "smits"), ("anna", "anne")] {
            assert_ne!(skeleton(a), skeleton(b), "{a} {b}");
        }
    }

    #[test]
    fn consonants_are_what_a_script_without_vowels_keeps() {
        for (a, b) in [("khld", "khaled"), ("slym", "salim"), ("dwd", "dawud")] {
            assert_eq!(consonants(a), consonants(b), "{a} {b}");
        }
        assert_ne!(consonants("salim"), consonants("salman"));
    }

    #[test]
    fn a_slip_of_the_pen_is_known_by_its_kind() {
        for (a, b, kind) in [
            ("smith", "smiht", Some(Slip::Swapped)),
            ("smith", "smitj", Some(Slip::Replaced)),
            ("smith", "smth", Some(Slip::Dropped)),
            ("smith", "smitth", Some(Slip::Dropped)),
            ("marna", "mama", Some(Slip::Misread)),
            ("smith", "srnith", Some(Slip::Misread)),
            ("preston", "prest0n", Some(Slip::Misread)),
            ("anderson", "endersen", Some(Slip::Two)),
            ("christopherson", "christophers", Some(Slip::Cut)),
            // Too short, or too far apart.
            ("li", "lu", None),
            ("lee", "leo", None),
            ("smith", "amits", None),
            ("smith", "smithson", None),
            ("hall", "marsh", None),
        ] {
            assert_eq!(slip(a, b), kind, "{a} {b}");
            assert_eq!(slip(b, a), kind, "{b} {a}");
        }
    }

    #[test]
    fn whatever_is_a_slip_is_near_and_more_is() {
        for (a, b) in [
            ("smith", "smiht"),
            ("smith", "amits"),
            ("mueller", "muller"),
            ("hall", "hull"),
        ] {
            assert!(is_near(a, b) && is_near(b, a), "{a} {b}");
        }
        for (a, b) in [("hall", "marsh"), ("lee", "kim"), ("smith", "smithson")] {
            assert!(!is_near(a, b) && !is_near(b, a), "{a} {b}");
        }
    }
}
