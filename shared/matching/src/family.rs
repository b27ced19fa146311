//! How two family names relate.

use crate::name::Name;
use crate::spelling::{Slip, consonants, skeleton, slip};
use crate::text::Script;
use crate::words::ROMANIZATIONS;

/// How two family names relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// The same.
    Same,
    /// Two ways to spell one name: Müller and Mueller.
    Spelling,
    /// Two spellings that may be of one name, or of two: Zhang and Jiang.
    Variant,
    /// One is part of the other: a double name cut short.
    Part,
    /// The woman's and the man's form of one name.
    Form,
    /// The name one of them had before.
    Former,
    /// One may be a slip of the pen of the other.
    Slip(Slip),
    /// One is an initial of the other.
    Initial,
    /// At least one has none.
    Missing,
    /// Two names.
    Different,
}

/// Relates the family names of two records.
pub(crate) fn relate(a: &Name, b: &Name) -> Family {
    if a.family.is_empty() || b.family.is_empty() {
        return Family::Missing;
    }
    if a.family_joined == b.family_joined {
        return Family::Same;
    }
    let (x, y) = (a.family_joined.as_str(), b.family_joined.as_str());
    if x.len() == 1 || y.len() == 1 {
        return if x.as_bytes()[0] == y.as_bytes()[0] {
            Family::Initial
        } else {
            Family::Different
        };
    }
    let within = |few: &[String], many: &[String]| {
        few.iter().all(|word| word.len() > 1 && many.contains(word))
    };
    if within(&a.family, &b.family) || within(&b.family, &a.family) {
        return Family::Part;
    }
    // The same without particles, in another spelling: "von Lüneberg" and "Lueneberg".
    let has_particle =
        |name: &Name| name.family.iter().map(String::len).sum::<usize>() < name.family_joined.len();
    if (has_particle(a) || has_particle(b))
        && skeleton(&a.family.concat()) == skeleton(&b.family.concat())
    {
        return Family::Part;
    }
    // "Garcia L." for Garcia Lopez, and the parts of a double name in another order.
    if a.family.len() == 2 && b.family.len() == 2 && a.family[0] == b.family[0] {
        let tail = |name: &Name| name.family[1].clone();
        let (tail_a, tail_b) = (tail(a), tail(b));
        if (tail_a.len() == 1) != (tail_b.len() == 1)
            && tail_a.as_bytes()[0] == tail_b.as_bytes()[0]
        {
            return Family::Part;
        }
    }
    if is_form(x, y) {
        return Family::Form;
    }
    let is_asian = |name: &str| !ROMANIZATIONS.of(name).is_empty();
    let is_long = x.len().min(y.len()) >= 5 && !is_asian(x) && !is_asian(y);
    if a.script == b.script && is_long && a.family_sound == b.family_sound {
        return Family::Spelling;
    }
    if is_spelling(a, b) {
        return Family::Variant;
    }
    let was = |former: &[String], name: &Name| {
        !former.is_empty() && former.iter().any(|word| name.family.contains(word))
    };
    if was(&a.former, b) || was(&b.former, a) {
        return Family::Former;
    }
    // Chen and Cheng are two names, however near.
    if is_asian(x) && is_asian(y) {
        return Family::Different;
    }
    if let Some(slip) = slip(x, y) {
        return Family::Slip(slip);
    }
    // A slip in one part of a double name, the other part the same or left out.
    let slipped = |few: &[String], many: &[String]| {
        few.iter()
            .all(|word| many.contains(word) || many.iter().any(|other| slip(word, other).is_some()))
    };
    if (a.family.len() > 1 || b.family.len() > 1)
        && (slipped(&a.family, &b.family) || slipped(&b.family, &a.family))
    {
        return Family::Slip(Slip::Two);
    }
    Family::Different
}

fn is_spelling(a: &Name, b: &Name) -> bool {
    let (x, y) = (a.family_joined.as_str(), b.family_joined.as_str());
    if ROMANIZATIONS.share(x, y) {
        return true;
    }
    let scripts = [a.script, b.script];
    let length = x.len().min(y.len());
    if a.family_sound == b.family_sound && (length >= 4 || a.script != b.script) {
        return true;
    }
    if a.script == b.script {
        return false;
    }
    let (x, y) = (&a.family_sound, &b.family_sound);
    let vowels = scripts.contains(&Script::Consonants);
    (vowels && consonants(x).len() >= 3 && consonants(x) == consonants(y))
        || (x.len().min(y.len()) >= 3 && strsim::osa_distance(x, y) <= 1 + x.len().min(y.len()) / 6)
}

/// Endings by which Slavic, Baltic and Greek family names differ between a man and a woman.
fn is_form(a: &str, b: &str) -> bool {
    const FORMS: [(&str, &str); 18] = [
        ("", "a"),
        ("", "ova"),
        ("a", "ova"),
        ("ek", "kova"),
        ("ec", "cova"),
        ("y", "a"),
        ("i", "a"),
        ("ski", "ska"),
        ("sky", "ska"),
        ("skyi", "ska"),
        ("skiy", "skaya"),
        ("sky", "skaya"),
        ("skii", "skaia"),
        ("os", "ou"),
        ("idis", "idou"),
        ("akis", "aki"),
        ("as", "iene"),
        ("is", "yte"),
    ];
    if a.bytes().zip(b.bytes()).take(3).any(|(x, y)| x != y) {
        return false;
    }
    // The bare "a" only where the man's form ends as Slavic names do: Ivanov, Kuzmin, Novak.
    FORMS.iter().any(|(man, woman)| {
        [(a, b), (b, a)].into_iter().any(|(x, y)| {
            let (Some(stem), Some(other)) = (x.strip_suffix(man), y.strip_suffix(woman)) else {
                return false;
            };
            let slavic = *woman != "a"
                || [
                    "ov", "ev", "in", "yn", "ski", "cki", "dzki", "sky", "ny", "ky", "ly",
                ]
                .iter()
                .any(|end| x.ends_with(end));
            stem == other && stem.len() >= 3 && slavic
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both orders must agree.
    fn between(a: &str, b: &str) -> Family {
        let [a, b] = [a, b].map(|last| Name::read("Alex", last, ""));
        let there = relate(&a, &b);
        assert_eq!(there, relate(&b, &a), "{b:?} {a:?}");
        there
    }

    #[test]
    fn no_name_is_missing_and_never_different() {
        for (a, b) in [("", ""), ("Smith", "")] {
            assert_eq!(between(a, b), Family::Missing, "{a:?} {b:?}");
        }
    }

    #[test]
    fn two_family_names_are_related_by_the_nearest_way() {
        for (relation, names) in [
            (
                Family::Same,
                &[
                    ("Smith", "SMITH"),
                    ("van der Berg", "VanderBerg"),
                    ("O'Neil", "ONeil"),
                    ("Garcia-Lopez", "Garcia Lopez"),
                    ("Núñez", "Nunez"),
                ][..],
            ),
            (
                Family::Spelling,
                &[("Müller", "Mueller"), ("Smith", "Smyth")],
            ),
            (
                Family::Variant,
                &[
                    ("Иванов", "Iwanow"),
                    ("Чайковский", "Tchaikovsky"),
                    // Two spellings of one Korean name.
                    ("Lee", "Yi"),
                ],
            ),
            (
                Family::Part,
                &[
                    ("Garcia Lopez", "Garcia"),
                    ("Garcia Lopez", "Lopez"),
                    ("Garcia Lopez", "Lopez Garcia"),
                    ("Garcia Lopez", "Garcia L."),
                    ("van der Berg", "Berg"),
                    ("von Lüneberg", "Lueneberg"),
                ],
            ),
            (
                Family::Form,
                &[
                    ("Novák", "Nováková"),
                    ("Ivanov", "Ivanova"),
                    ("Kowalski", "Kowalska"),
                    ("Papadopoulos", "Papadopoulou"),
                    ("Kazlauskas", "Kazlauskienė"),
                ],
            ),
            (Family::Former, &[("Lee (née Hall)", "Hall")]),
            (Family::Slip(Slip::Swapped), &[("Carter", "Catrer")]),
            (Family::Slip(Slip::Dropped), &[("Carver", "Carvr")]),
            (Family::Slip(Slip::Two), &[("Garcia Lopez", "Lopex")]),
            (Family::Initial, &[("S", "Smith")]),
            (
                Family::Different,
                &[
                    ("Smith", "Hall"),
                    ("H", "Smith"),
                    ("Garcia Lopez", "Garcia Ruiz"),
                    ("Lee (née Hall)", "Marsh"),
                ],
            ),
        ] {
            for (a, b) in names {
                assert_eq!(between(a, b), relation, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_bare_a_makes_a_womans_form_of_slavic_names_only() {
        for (man, woman) in [
            ("ivanov", "ivanova"),
            ("kuzmin", "kuzmina"),
            ("novotny", "novotna"),
        ] {
            assert!(is_form(man, woman) && is_form(woman, man), "{man} {woman}");
        }
        for (one, other) in [("silv", "silva"), ("hall", "halla"), ("ivanov", "petrova")] {
            assert!(
                !is_form(one, other) && !is_form(other, one),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn names_in_two_scripts_meet_by_sound() {
        for (a, b) in [
            ("الخطيب", "Al-Khatib"),
            ("김", "Kim"),
            ("Παπαδόπουλος", "Papadopoulos"),
        ] {
            assert!(
                matches!(between(a, b), Family::Same | Family::Variant),
                "{a} {b}"
            );
        }
        assert_eq!(between("Иванов", "Petrov"), Family::Different);
    }
}
