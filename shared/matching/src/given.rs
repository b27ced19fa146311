//! How two given names relate.

use crate::spelling::{Slip, consonants, skeleton, slip};
use crate::text::Script;
use crate::words::{GIVEN_NAMES, NICKNAMES, TRANSLATIONS, VARIANTS};

/// How two given names relate, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The same.
    Same,
    /// One is also known by the other, as a record itself says.
    Called,
    /// Two spellings of one name.
    Variant,
    /// One is short for the other.
    Short,
    /// Both are short for one name.
    BothShort,
    /// One name in two languages.
    Translated,
    /// One may be a slip of the pen of the other.
    Slip(Slip),
    /// One is an initial of the other.
    Initial,
    /// The first name of one is a further name of the other.
    Middle,
    /// At least one has none.
    Missing,
    /// Two names that a slip of the pen can make of each other.
    Near,
    /// Two names.
    Different,
}

/// Relates the given names of two records, each with what the person is called besides.
pub(crate) fn relate(
    a: &[String],
    b: &[String],
    called_a: &[String],
    called_b: &[String],
    scripts: (Script, Script),
) -> Given {
    let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else {
        return Given::Missing;
    };
    if first_a == first_b && first_a.len() == 1 {
        // Two initials: whoever they stand for.
        return Given::Initial;
    }
    if first_a == first_b || a.concat() == b.concat() {
        return Given::Same;
    }
    let words = relate_words(first_a, first_b, scripts);
    if is_one_person(words) {
        return words;
    }
    let is_called = |called: &[String], name: &str| {
        called
            .iter()
            .any(|word| word.len() > 1 && (word == name || VARIANTS.share(word, name)))
    };
    if is_called(called_a, first_b) || is_called(called_b, first_a) {
        return Given::Called;
    }
    // "B." for William, who is called Bill; "JP" for Jean-Pierre; "T. R." beside "R.".
    let begins = |name: &String, initial: &str| name.starts_with(initial);
    let is_initial = |short: &[String], long: &[String], called: &[String]| {
        let initials: String = long.iter().filter_map(|word| word.chars().next()).collect();
        let lone = short.len() == 1
            && short[0].len() == 1
            && called.iter().any(|name| begins(name, &short[0]));
        let written = short.len() == 1
            && short[0].len() > 1
            && long.len() > 1
            && short[0] == initials
            && !GIVEN_NAMES.has(&short[0]);
        let row = short.len() > 1
            && short.iter().all(|word| word.len() == 1)
            && begins(&long[0], &short[0]);
        lone || written || row
    };
    if is_initial(a, b, called_b) || is_initial(b, a, called_a) {
        return Given::Initial;
    }
    // "Abd El Rahman" and "Abdulrahman".
    if a.len() != b.len() && a.concat().len().min(b.concat().len()) >= 7 {
        let joined = relate_words(&a.concat(), &b.concat(), scripts);
        if matches!(joined, Given::Variant | Given::Slip(_)) {
            return Given::Variant;
        }
    }
    if matches!(
        words,
        Given::Different | Given::Near | Given::Slip(_) | Given::Initial
    ) {
        // "F. Scott" is called Scott; "Mary Ann" may be somebody else's Ann.
        let through = |long: &[String], first: &str| {
            long.iter()
                .skip(1)
                .any(|word| word.len() > 1 && (word == first || VARIANTS.share(word, first)))
        };
        let by_initial = |long: &[String], first: &str| long[0].len() == 1 && through(long, first);
        if by_initial(a, first_b) || by_initial(b, first_a) {
            return Given::Same;
        }
        // All of the shorter name, that is: Seo Eun is not Eun Seo.
        let within =
            |long: &[String], short: &[String]| short.iter().all(|word| through(long, word));
        if matches!(words, Given::Different | Given::Near) && (within(a, b) || within(b, a)) {
            return Given::Middle;
        }
    }
    words
}

fn is_one_person(relation: Given) -> bool {
    !matches!(
        relation,
        Given::Different | Given::Near | Given::Slip(_) | Given::Initial
    )
}

pub(crate) fn relate_words(a: &str, b: &str, (script_a, script_b): (Script, Script)) -> Given {
    if a == b {
        return Given::Same;
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.as_bytes()[0] == b.as_bytes()[0] {
            Given::Initial
        } else {
            Given::Different
        };
    }
    if VARIANTS.share(a, b) {
        return Given::Variant;
    }
    if NICKNAMES.leads(a, b) || NICKNAMES.leads(b, a) {
        return Given::Short;
    }
    // A spelling of the long name, or of the short one.
    if NICKNAMES.heads(b).any(|head| VARIANTS.share(head, a))
        || NICKNAMES.heads(a).any(|head| VARIANTS.share(head, b))
    {
        return Given::Short;
    }
    // "Mick" is short for Michael, which "Mixhael" may be meant to be.
    let short_of_slip = |short: &str, slipped: &str| {
        slipped.len() >= 5
            && !GIVEN_NAMES.has(slipped)
            && NICKNAMES.heads(short).any(|head| {
                head != short && slip(head, slipped).is_some_and(|slip| slip != Slip::Two)
            })
    };
    if script_a == script_b && (short_of_slip(a, b) || short_of_slip(b, a)) {
        return Given::Slip(Slip::Two);
    }
    let both_known = GIVEN_NAMES.has(a) && GIVEN_NAMES.has(b);
    if script_a != script_b {
        if is_other_gender(a, b) {
            return Given::Near;
        }
        if skeleton(a) == skeleton(b) {
            return Given::Variant;
        }
        // Without vowels many names look alike, and a romanization by machine is only near.
        let vowelless = [script_a, script_b].contains(&Script::Consonants);
        let alike = vowelless && consonants(a) == consonants(b);
        if romanized(a, b, (script_a, script_b)) || (alike && consonants(a).len() >= 3) {
            return Given::Translated;
        }
        if alike {
            return Given::Near;
        }
    } else if !both_known
        && a.len().min(b.len()) >= 4
        && a.len().abs_diff(b.len()) <= 3
        && skeleton(a) == skeleton(b)
    {
        return Given::Variant;
    }
    if NICKNAMES.share(a, b) {
        return Given::BothShort;
    }
    if TRANSLATIONS.share(a, b) {
        return Given::Translated;
    }
    // Paul and Paula are one letter apart and two people.
    match slip(a, b) {
        Some(slip)
            if !both_known
                && !is_other_gender(a, b)
                && (slip != Slip::Two || a.len().min(b.len()) >= 9) =>
        {
            Given::Slip(slip)
        }
        Some(slip) if slip != Slip::Two && !is_other_gender(a, b) => Given::Near,
        _ => Given::Different,
    }
}

/// Whether a romanization by machine is near one by hand: the sounds agree but for a letter or two.
fn romanized(a: &str, b: &str, (script_a, script_b): (Script, Script)) -> bool {
    let by_machine = |script| {
        matches!(
            script,
            Script::Hangul | Script::Syllables | Script::Alphabet
        )
    };
    let (x, y) = (skeleton(a), skeleton(b));
    (by_machine(script_a) || by_machine(script_b))
        && x.len().min(y.len()) >= 3
        && x.as_bytes()[0] == y.as_bytes()[0]
        && strsim::osa_distance(&x, &y) <= 1 + x.len().min(y.len()) / 6
}

/// Daniel and Daniela, Mario and Maria, Ali and Alia: an ending that makes another person's name.
fn is_other_gender(a: &str, b: &str) -> bool {
    const ENDINGS: [&str; 29] = [
        "", "a", "e", "i", "o", "u", "y", "s", "ah", "ia", "ie", "io", "os", "as", "is", "us",
        "ios", "ina", "ine", "ino", "ette", "elle", "ella", "ita", "ito", "otis", "in", "ys", "ne",
    ];
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    (3..=shared).any(|at| ENDINGS.contains(&&a[at..]) && ENDINGS.contains(&&b[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// Both orders must agree.
    fn between(a: &str, b: &str) -> Given {
        let latin = (Script::Latin, Script::Latin);
        let there = relate(&words(a), &words(b), &[], &[], latin);
        assert_eq!(
            there,
            relate(&words(b), &words(a), &[], &[], latin),
            "{b} {a}"
        );
        there
    }

    #[test]
    fn no_name_is_missing_and_never_different() {
        for (a, b) in [("", ""), ("john", "")] {
            assert_eq!(between(a, b), Given::Missing, "{a:?} {b:?}");
        }
    }

    #[test]
    fn two_given_names_are_related_by_the_nearest_way() {
        for (relation, names) in [
            (
                Given::Same,
                &[
                    ("john", "john"),
                    ("john", "john paul"),
                    ("mary ann", "maryann"),
                    // "F. Scott" is called Scott.
                    ("f scott", "scott"),
                ][..],
            ),
            (
                Given::Variant,
                &[
                    ("mohammed", "muhammad"),
                    ("catherine", "katherine"),
                    ("abd el rahman", "abdulrahman"),
                ],
            ),
            (
                Given::Short,
                &[
                    ("bob", "robert"),
                    ("liz", "elisabeth"),
                    ("kate", "catherine"),
                ],
            ),
            (Given::BothShort, &[("bob", "rob"), ("liz", "betty")]),
            (
                Given::Translated,
                &[("john", "giovanni"), ("albert", "alberto")],
            ),
            (Given::Slip(Slip::Swapped), &[("margaret", "margraet")]),
            (Given::Slip(Slip::Replaced), &[("margaret", "margatet")]),
            (Given::Slip(Slip::Dropped), &[("jonathen", "jonathn")]),
            // Mick is short for Michael, which this may be meant to be.
            (Given::Slip(Slip::Two), &[("mick", "mixhael")]),
            (
                Given::Initial,
                &[
                    ("j", "john"),
                    ("jp", "jean pierre"),
                    ("r t", "robert"),
                    ("j", "john paul"),
                ],
            ),
            (Given::Middle, &[("hugh john", "john"), ("mary ann", "ann")]),
            (Given::Near, &[("marin", "martin")]),
            (
                Given::Different,
                &[
                    ("john", "peter"),
                    ("j", "peter"),
                    ("paul", "paula"),
                    ("daniel", "daniela"),
                    ("mario", "maria"),
                ],
            ),
        ] {
            for (a, b) in names {
                assert_eq!(between(a, b), relation, "{a} {b}");
            }
        }
    }

    #[test]
    fn what_a_record_says_the_person_is_called_counts() {
        let latin = (Script::Latin, Script::Latin);
        let called = |a: &str, nick: &str, b: &str| {
            let there = relate(&words(a), &words(b), &words(nick), &[], latin);
            let back = relate(&words(b), &words(a), &[], &words(nick), latin);
            assert_eq!(there, back);
            there
        };
        for (a, nick, b, relation) in [
            ("xiaoming", "kevin", "kevin", Given::Called),
            ("xiaoming", "catherine", "katherine", Given::Called),
            ("xiaoming", "kevin", "peter", Given::Different),
            // "B." for William, who is called Bill.
            ("william", "bill", "b", Given::Initial),
            ("william", "bill", "c", Given::Different),
            // What needs no nickname keeps its own word.
            ("robert", "bob", "bob", Given::Short),
        ] {
            assert_eq!(called(a, nick, b), relation, "{a} ({nick}) {b}");
        }
    }

    #[test]
    fn names_in_two_scripts_meet_by_sound() {
        use Script::{Alphabet, Consonants, Hangul, Latin};
        for (a, script, b) in [
            ("sergei", Alphabet, "sergey"),
            ("iurii", Alphabet, "yuri"),
            ("khld", Consonants, "khaled"),
            ("slym", Consonants, "salim"),
            ("minsu", Hangul, "minsoo"),
        ] {
            let there = relate_words(a, b, (script, Latin));
            assert!(
                matches!(there, Given::Variant | Given::Translated | Given::Near),
                "{a} {b}"
            );
            assert_eq!(there, relate_words(b, a, (Latin, script)), "{b} {a}");
        }
        for (a, script, b) in [("sergei", Alphabet, "peter"), ("khld", Consonants, "salim")] {
            assert_eq!(
                relate_words(a, b, (script, Latin)),
                Given::Different,
                "{a} {b}"
            );
        }
        // Within one script the vowels tell two names apart.
        let latin = (Latin, Latin);
        assert_ne!(relate_words("slym", "salim", latin), Given::Variant);
    }
}
