//! How two names fit: the best of all ways in which both may be read.

use crate::family::{self, Family};
use crate::given::{self, Given};
use crate::mailbox::{Spells, spelling};
use crate::name::Name;
use crate::spelling::{Slip, is_near};
use crate::text::Script;
use crate::words::GIVEN_NAMES;

/// How well two names fit one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// How well, in one word.
    pub(crate) level: Level,
    /// How the given names relate.
    pub(crate) given: Given,
    /// How the family names relate.
    pub(crate) family: Family,
    /// How they were read.
    pub(crate) reading: Reading,
    /// Whether first and last name were exchanged and either may be a first name: Ali Hassan may be
    /// Hassan Ali's father.
    pub(crate) either_way: bool,
    /// Whether both first names are usually borne by the same sex, so that a short form is no hint of
    /// somebody else in the family.
    pub(crate) is_plain_short: bool,
    /// Whether the slip made something that is no first name of one, or is in the last name alone.
    pub(crate) is_plain_slip: bool,
}

/// How well two names fit one person, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The same first and last name.
    Whole,
    /// The same name in another form: short, translated, cut, spelled otherwise.
    Close,
    /// The same name but for a slip of the pen.
    Slip,
    /// An initial, or half a name: it fits, and others fit as well.
    Thin,
    /// The last name, and a first name that may be another person's.
    Partial,
    /// The same first name and another last name.
    Renamed,
    /// One of them says no name that could be compared.
    Unsaid,
    /// Two people's names.
    Strangers,
}

/// How two names were read to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As they were typed.
    Typed,
    /// First and last name of one exchanged.
    Swapped,
    /// One came in one field and was split to fit.
    Split,
    /// One is what stands before the @ of an address.
    Local,
}

/// Relates two names.
pub(crate) fn relate(a: &Name, b: &Name) -> Fit {
    let fit = best(a, b);
    if fit.reading == Reading::Typed && !matches!(fit.level, Level::Close | Level::Slip) {
        return fit;
    }
    let usual = |name: &Name| name.given.first().and_then(|given| GIVEN_NAMES.mark(given));
    // Which word is the first name shows if one is known as one and the other is not.
    let is_given = |words: &[String]| words.iter().all(|word| GIVEN_NAMES.has(word));
    Fit {
        either_way: fit.reading == Reading::Swapped && is_given(&a.given) == is_given(&a.family),
        is_plain_slip: match (fit.given, fit.family) {
            (Given::Same, Family::Slip(slip)) => slip != Slip::Two,
            (Given::Slip(slip), Family::Same) => {
                slip != Slip::Two && usual(a).is_some() != usual(b).is_some()
            }
            _ => false,
        },
        is_plain_short: usual(a) == usual(b) && matches!(usual(a), Some("m" | "f")),
        ..fit
    }
}

/// The best of all readings.
fn best(a: &Name, b: &Name) -> Fit {
    let mut best = plain(a, b, Reading::Typed);
    if best.level == Level::Whole {
        return best;
    }
    let mut consider = |fit: Fit| {
        if fit.level < best.level {
            best = fit;
        }
    };
    let full = |name: &Name| !name.given.is_empty() && !name.family.is_empty();
    if full(a) && full(b) {
        // María José is not José María, and an initial is no name.
        let reordered = a.family == b.family;
        let initial = a.given.iter().any(|word| word.len() == 1);
        if a.bag() == b.bag() && !reordered && !initial {
            consider(Fit {
                level: Level::Whole,
                given: Given::Same,
                family: Family::Same,
                reading: Reading::Swapped,
                either_way: false,
                is_plain_short: false,
                is_plain_slip: false,
            });
        } else {
            // Exchanged names must fit as well as typed ones; half a fit the wrong way round is none.
            // Two letters, or the one of an initial.
            let begins = |x: &str, y: &str| {
                let length = x.len().min(y.len()).min(2);
                x.as_bytes()[..length] == y.as_bytes()[..length]
            };
            if a.script != b.script
                || begins(&a.family[0], &b.given[0])
                || begins(&a.given[0], &b.family[0])
            {
                for swapped in [
                    plain(&a.swapped(), b, Reading::Swapped),
                    plain(a, &b.swapped(), Reading::Swapped),
                ] {
                    let initial = swapped.level == Level::Thin
                        && ((swapped.given == Given::Initial && swapped.family == Family::Same)
                            || (swapped.given == Given::Same && swapped.family == Family::Initial));
                    let part = matches!(swapped.family, Family::Part | Family::Form);
                    if (swapped.level <= Level::Slip && !part) || initial {
                        consider(swapped);
                    }
                }
            }
            for (split, other) in [(a, b), (b, a)] {
                if split.unsplit && split.given.len() + split.family.len() > 2 {
                    for reading in split.splits() {
                        for reading in [reading.swapped(), reading] {
                            let fit = plain(&reading, other, Reading::Split);
                            if fit.level <= Level::Slip {
                                consider(fit);
                            }
                        }
                    }
                }
            }
        }
    }
    // A single name, in whichever field.
    for (one, other) in [(a, b), (b, a)] {
        if one.family.is_empty() && other.given.is_empty() && one.given.len() == 1 {
            consider(plain(one, &other.swapped(), Reading::Swapped));
        }
    }
    if let Some(fit) = local(a, b) {
        consider(fit);
    }
    for (joined, other) in [(a, b), (b, a)] {
        if joined.given.len() != 1
            || !joined.family.is_empty()
            || !full(other)
            || GIVEN_NAMES.has(&joined.given[0])
        {
            continue;
        }
        let reading = match spelling(&joined.given[0], other) {
            Some(Spells::Whole) => Reading::Split,
            Some(Spells::Initial) => Reading::Local,
            _ => continue,
        };
        consider(Fit {
            level: Level::Close,
            given: Given::Same,
            family: Family::Same,
            reading,
            either_way: false,
            is_plain_short: false,
            is_plain_slip: false,
        });
    }
    best
}

fn plain(a: &Name, b: &Name, reading: Reading) -> Fit {
    let mut given = given::relate(
        &a.given,
        &b.given,
        &a.called,
        &b.called,
        (a.script, b.script),
    );
    let family = family::relate(a, b);
    if is_given(given) && middles_differ(a, b) {
        given = Given::Different;
    }
    let level = level(given, family, a, b);
    Fit {
        level,
        given,
        family,
        reading,
        either_way: false,
        is_plain_short: false,
        is_plain_slip: false,
    }
}

/// Whether a relation of given names is one of the same name.
fn is_given(given: Given) -> bool {
    matches!(
        given,
        Given::Same
            | Given::Called
            | Given::Variant
            | Given::Short
            | Given::BothShort
            | Given::Translated
    )
}

fn level(given: Given, family: Family, a: &Name, b: &Name) -> Level {
    let is_family = matches!(
        family,
        Family::Same
            | Family::Spelling
            | Family::Variant
            | Family::Part
            | Family::Form
            | Family::Former
    );
    match (given, family) {
        (Given::Same, Family::Same) => Level::Whole,
        (_, Family::Slip(_)) if is_given(given) => Level::Slip,
        _ if is_given(given) && is_family => Level::Close,
        (Given::Slip(_), Family::Slip(_)) => Level::Slip,
        (Given::Slip(_), _) if is_family => Level::Slip,
        (Given::Slip(_), Family::Missing) => Level::Partial,
        (Given::Missing, Family::Missing) => Level::Unsaid,
        (Given::Initial, Family::Missing | Family::Initial) => Level::Unsaid,
        (Given::Initial, Family::Slip(_)) => Level::Partial,
        (Given::Initial, _) if is_family => Level::Thin,
        (Given::Missing, _) if is_family => Level::Partial,
        (Given::Missing, _)
            if a.given.is_empty() && a.family.is_empty()
                || b.given.is_empty() && b.family.is_empty() =>
        {
            Level::Unsaid
        }
        (_, Family::Missing | Family::Initial) if is_given(given) => Level::Thin,
        (Given::Middle, _) if is_family => Level::Partial,
        _ if unreadable(a, b) => Level::Unsaid,
        (_, Family::Different) if is_given(given) && given != Given::BothShort => Level::Renamed,
        _ => Level::Strangers,
    }
}

/// Chinese characters do not say how a Japanese name is read, so against Latin letters they say nothing.
fn unreadable(a: &Name, b: &Name) -> bool {
    a.script != b.script && (a.script == Script::Ideographs || b.script == Script::Ideographs)
}

/// Two middle names or initials that cannot be one: John A. Smith and John B. Smith.
fn middles_differ(a: &Name, b: &Name) -> bool {
    let (Some(x), Some(y)) = (a.given.get(1), b.given.get(1)) else {
        return false;
    };
    if a.given.concat() == b.given.concat() || a.script != b.script {
        return false;
    }
    let fits = |x: &str, y: &str| {
        if x.len() == 1 || y.len() == 1 {
            x.as_bytes()[0] == y.as_bytes()[0]
        } else {
            given::relate_words(x, y, (a.script, b.script)) != Given::Different
        }
    };
    !a.given[1..]
        .iter()
        .any(|x| b.given[1..].iter().any(|y| fits(x, y)))
        && !fits(x, y)
}

/// One name is what a connector took from an address: does it spell the other's name?
fn local(a: &Name, b: &Name) -> Option<Fit> {
    let spelled = match (&a.local, &b.local) {
        (Some(x), Some(y)) if x == y => Some(Spells::Whole),
        (Some(local), None) => spelling(bare(local), b),
        (None, Some(local)) => spelling(bare(local), a),
        _ => return None,
    };
    let level = match spelled {
        Some(Spells::Whole | Spells::Initial) => Level::Close,
        Some(Spells::Half) => Level::Thin,
        Some(Spells::Initials) => Level::Unsaid,
        None => return None,
    };
    Some(Fit {
        level,
        given: Given::Same,
        family: Family::Same,
        reading: Reading::Local,
        either_way: false,
        is_plain_short: false,
        is_plain_slip: false,
    })
}

fn bare(local: &str) -> &str {
    local.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Whether two names are surely two people's: what makes an address or a number a shared one.
pub(crate) fn are_strangers(a: &Name, b: &Name) -> bool {
    let fit = relate(a, b);
    match fit.level {
        Level::Strangers => {
            // Two slips may add up to more than one.
            let near = |x: &str, y: &str| x == y || is_near(x, y);
            let joined = |name: &Name| name.given.concat();
            let named = |name: &Name| {
                name.given
                    .first()
                    .is_some_and(|given| GIVEN_NAMES.has(given))
            };
            (named(a) && named(b) && !is_given(fit.given))
                || !(near(&joined(a), &joined(b)) && near(&a.family_joined, &b.family_joined))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name((first, last): (&str, &str)) -> Name {
        Name::read(first, last, "")
    }

    /// Both orders must agree.
    fn between(a: &Name, b: &Name) -> Fit {
        let there = relate(a, b);
        let back = relate(b, a);
        // Of exchanged names, it is the other's that was turned around.
        assert_eq!(
            (there.level, there.reading),
            (back.level, back.reading),
            "{a:?} {b:?}"
        );
        there
    }

    #[test]
    fn two_that_say_no_name_are_no_strangers() {
        for (a, b) in [
            (("", ""), ("", "")),
            (("", ""), ("John", "Smith")),
            (("J", ""), ("John", "")),
            (("John", ""), ("", "Smith")),
        ] {
            let (a, b) = (name(a), name(b));
            assert_eq!(between(&a, &b).level, Level::Unsaid, "{a:?} {b:?}");
            assert!(!are_strangers(&a, &b));
        }
    }

    #[test]
    fn two_names_fit_as_well_as_the_worse_of_their_halves() {
        for (level, pairs) in [
            (
                Level::Whole,
                &[
                    (("John", "Smith"), ("JOHN", "smith")),
                    (("Ludwig", "van der Berg"), ("Ludwig", "VanderBerg")),
                ][..],
            ),
            (
                Level::Close,
                &[
                    (("Bob", "Marsh"), ("Robert", "Marsh")),
                    (("Ana", "Ruiz Gil"), ("Ana", "Ruiz")),
                    (("Sergey", "Ivanov"), ("Сергей", "Иванов")),
                    (("Ann (née Hall)", "Lee"), ("Ann", "Hall")),
                ],
            ),
            (
                Level::Slip,
                &[
                    (("John", "Carter"), ("John", "Catrer")),
                    (("Margaret", "Smith"), ("Margraet", "Smith")),
                    (("Bob", "Henderson"), ("Robert", "Hendersno")),
                ],
            ),
            (
                Level::Thin,
                &[
                    (("J", "Smith"), ("John", "Smith")),
                    (("John", ""), ("John", "Smith")),
                    (("John", "S"), ("John", "Smith")),
                ],
            ),
            (
                Level::Partial,
                &[
                    (("", "Smith"), ("John", "Smith")),
                    (("Hugh John", "Smith"), ("John", "Smith")),
                    (("J", "Catrer"), ("John", "Carter")),
                ],
            ),
            (Level::Renamed, &[(("Ann", "Hall"), ("Ann", "Marsh"))]),
            (
                Level::Strangers,
                &[
                    (("John", "Smith"), ("Peter", "Smith")),
                    (("John A", "Smith"), ("John B", "Smith")),
                    (("Daniel", "Smith"), ("Daniela", "Smith")),
                    (("José María", "Ruiz"), ("María José", "Ruiz")),
                    (("Bob", "Hall"), ("Rob", "Marsh")),
                    (("Ada", "Byron"), ("Li", "Wei")),
                ],
            ),
            // Chinese characters do not say how a Japanese name is read.
            (Level::Unsaid, &[(("太郎", "山田"), ("Taro", "Yamada"))]),
        ] {
            for (a, b) in pairs {
                assert_eq!(between(&name(*a), &name(*b)).level, level, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_name_is_read_in_the_way_that_fits_best() {
        for (a, b, level, reading) in [
            (("Li", "Wei"), ("Wei", "Li"), Level::Whole, Reading::Swapped),
            (
                ("Hendersno", "John"),
                ("John", "Henderson"),
                Level::Slip,
                Reading::Swapped,
            ),
            (
                ("Ana Maria Ruiz Gil", ""),
                ("Ana", "Ruiz Gil"),
                Level::Whole,
                Reading::Split,
            ),
            (
                ("johnsmith", ""),
                ("John", "Smith"),
                Level::Close,
                Reading::Split,
            ),
            (
                ("jsmith", ""),
                ("John", "Smith"),
                Level::Close,
                Reading::Local,
            ),
            (
                ("John", "Smith"),
                ("John", "Smith"),
                Level::Whole,
                Reading::Typed,
            ),
        ] {
            let fit = between(&name(a), &name(b));
            assert_eq!((fit.level, fit.reading), (level, reading), "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_stands_before_the_at_fits_as_well_as_it_spells() {
        let john = name(("John", "Smith"));
        let local = |text: &str| Name {
            local: Some(text.to_owned()),
            ..Name::default()
        };
        for (text, level) in [
            ("johnsmith", Level::Close),
            ("jsmith", Level::Close),
            ("jsmith7", Level::Close),
            ("smith", Level::Thin),
            ("js", Level::Unsaid),
            ("mary", Level::Unsaid),
        ] {
            assert_eq!(between(&local(text), &john).level, level, "{text}");
        }
        let fit = between(&local("jsmith"), &local("jsmith"));
        assert_eq!((fit.level, fit.reading), (Level::Close, Reading::Local));
    }

    #[test]
    fn middle_names_tell_apart_only_where_none_fits() {
        for (a, b, fits) in [
            ("John A", "John B", false),
            ("John Adam", "John Brian", false),
            ("John A", "John Adam", true),
            ("John A B", "John B", true),
            ("John A", "John", true),
            ("Mary Ann", "Maryann", true),
        ] {
            let (a, b) = (name((a, "Smith")), name((b, "Smith")));
            assert_eq!(between(&a, &b).level <= Level::Slip, fits, "{a:?} {b:?}");
        }
    }

    #[test]
    fn strangers_are_surely_two_people() {
        for (a, b, strangers) in [
            (("John", "Smith"), ("Mary", "Hall"), true),
            (("John", "Smith"), ("Peter", "Smith"), true),
            (("John", "Smith"), ("John", "Hall"), false),
            (("John", "Smith"), ("Smith", "John"), false),
            (("J", "Smith"), ("John", "Smith"), false),
            // Two slips add up.
            (("Jphm", "Smtih"), ("John", "Smith"), false),
        ] {
            let (a, b) = (name(a), name(b));
            assert_eq!(are_strangers(&a, &b), strangers, "{a:?} {b:?}");
            assert_eq!(are_strangers(&b, &a), strangers, "{b:?} {a:?}");
        }
    }
}
