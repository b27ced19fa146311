//! The vocabularies: data files of ours, read once.

use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::hash::Lookup;

/// Words that name a job, a team, a place or a device.
pub(crate) static ROLES: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/roles.txt")));
/// Forms of address, and degrees after a name.
pub(crate) static HONORIFICS: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/honorifics.txt")));
/// Particles of family names.
pub(crate) static PARTICLES: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/particles.txt")));
/// What is typed where a name is asked for and none is known.
pub(crate) static PLACEHOLDERS: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/placeholders.txt")));
/// Marks of a test record, and the words that go with them.
pub(crate) static TESTS: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/test-records.txt")));
/// Where private people have their mailboxes.
pub(crate) static FREE_MAIL: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/free-mail.txt")));
/// Domains that reach one and the same mailbox, the provider's own one first.
pub(crate) static MAIL_ALIASES: LazyLock<Sets> =
    LazyLock::new(|| Sets::read(include_str!("../data/mail-aliases.txt")));
/// A name and its short forms.
pub(crate) static NICKNAMES: LazyLock<Sets> =
    LazyLock::new(|| Sets::read(include_str!("../data/nicknames.txt")));
/// Spellings of one given name.
pub(crate) static VARIANTS: LazyLock<Sets> =
    LazyLock::new(|| Sets::read(include_str!("../data/name-variants.txt")));
/// Forms of one given name in several languages.
pub(crate) static TRANSLATIONS: LazyLock<Sets> =
    LazyLock::new(|| Sets::read(include_str!("../data/name-translations.txt")));
/// Latin spellings of one Chinese, Korean or Japanese family name.
pub(crate) static ROMANIZATIONS: LazyLock<Sets> =
    LazyLock::new(|| Sets::read(include_str!("../data/romanizations.txt")));
/// Given names.
pub(crate) static GIVEN_NAMES: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_str!("../data/given-names.txt")));

/// Words, each in a section (`[after]`) or with a mark behind it (`paula f`), if the file has any.
pub(crate) struct Words(Lookup<&'static str, &'static str>);

impl Words {
    fn read(text: &'static str) -> Self {
        let mut section = "";
        // A line takes some ten bytes.
        let mut words =
            Lookup::with_capacity_and_hasher(text.len() / 10, BuildHasherDefault::default());
        for line in lines(text) {
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                section = name;
            } else {
                let (word, mark) = line.split_once(' ').unwrap_or((line, section));
                words.insert(word, mark.trim());
            }
        }
        Self(words)
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.contains_key(word)
    }

    /// The section or mark of a word.
    pub(crate) fn mark(&self, word: &str) -> Option<&'static str> {
        self.0.get(word).copied()
    }
}

/// Sets of words, and for each word the sets that it is in. The first of a set is its head.
pub(crate) struct Sets {
    of: Lookup<&'static str, Vec<u16>>,
    sets: Vec<Vec<&'static str>>,
}

impl Sets {
    fn read(text: &'static str) -> Self {
        let mut of: Lookup<&'static str, Vec<u16>> =
            Lookup::with_capacity_and_hasher(text.len() / 10, BuildHasherDefault::default());
        let mut sets = Vec::new();
        for (number, line) in (0u16..).zip(lines(text)) {
            let words: Vec<&str> = line
                .split([' ', ':'])
                .filter(|word| !word.is_empty())
                .collect();
            for word in &words {
                let numbers = of.entry(word).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
            sets.push(words);
        }
        Self { of, sets }
    }

    /// The sets that a word is in.
    pub(crate) fn of(&self, word: &str) -> &[u16] {
        self.of.get(word).map_or(&[], Vec::as_slice)
    }

    /// The first word of each set that a word is in.
    pub(crate) fn heads<'a>(&'a self, word: &str) -> impl Iterator<Item = &'static str> + use<'a> {
        self.of(word)
            .iter()
            .filter_map(|set| self.sets.get(usize::from(*set))?.first().copied())
    }

    /// All words of the sets that a word is in.
    pub(crate) fn with<'a>(&'a self, word: &str) -> impl Iterator<Item = &'static str> + use<'a> {
        let sets = self
            .of(word)
            .iter()
            .filter_map(|set| self.sets.get(usize::from(*set)));
        sets.flatten().copied()
    }

    /// Whether two words are in one set.
    pub(crate) fn share(&self, a: &str, b: &str) -> bool {
        let of_b = self.of(b);
        !of_b.is_empty() && self.of(a).iter().any(|set| of_b.contains(set))
    }

    /// Whether the first is the head of a set that the second is in.
    pub(crate) fn leads(&self, head: &str, word: &str) -> bool {
        self.heads(word).any(|found| found == head)
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::fold;

    /// Lists of words, and those in which a line is a set of them.
    const LISTS: [(&str, &str); 7] = [
        ("roles", include_str!("../data/roles.txt")),
        ("honorifics", include_str!("../data/honorifics.txt")),
        ("particles", include_str!("../data/particles.txt")),
        ("placeholders", include_str!("../data/placeholders.txt")),
        ("test-records", include_str!("../data/test-records.txt")),
        ("given-names", include_str!("../data/given-names.txt")),
        ("free-mail", include_str!("../data/free-mail.txt")),
    ];
    const SETS: [(&str, &str); 5] = [
        ("nicknames", include_str!("../data/nicknames.txt")),
        ("name-variants", include_str!("../data/name-variants.txt")),
        (
            "name-translations",
            include_str!("../data/name-translations.txt"),
        ),
        ("romanizations", include_str!("../data/romanizations.txt")),
        ("mail-aliases", include_str!("../data/mail-aliases.txt")),
    ];

    fn words_of(line: &'static str) -> impl Iterator<Item = &'static str> {
        line.split([' ', ':']).filter(|word| !word.is_empty())
    }

    #[test]
    fn an_empty_vocabulary_knows_no_word() {
        let words = Words::read("# Nothing.\n\n[section]\n");
        assert!(!words.has("") && !words.has("section"));
        let sets = Sets::read("# Nothing.\n");
        assert!(sets.of("").is_empty() && !sets.share("", ""));
    }

    #[test]
    fn a_word_has_the_mark_behind_it_or_that_of_its_section() {
        let words = Words::read("ada\n[after]\nmd\npaul m\n");
        for (word, mark) in [
            ("ada", Some("")),
            ("md", Some("after")),
            ("paul", Some("m")),
            ("after", None),
        ] {
            assert_eq!(words.mark(word), mark, "{word}");
            assert_eq!(words.has(word), mark.is_some(), "{word}");
        }
    }

    #[test]
    fn a_word_may_be_in_several_sets_and_leads_those_it_heads() {
        let sets = Sets::read("robert: bob rob\nalbert: al bert\nrobin rob\n");
        assert!(sets.share("bob", "rob") && sets.share("robin", "rob"));
        assert!(!sets.share("bob", "robin") && !sets.share("rob", "al"));
        assert!(sets.leads("robert", "rob") && !sets.leads("rob", "robert"));
        assert_eq!(sets.heads("rob").collect::<Vec<_>>(), ["robert", "robin"]);
        assert_eq!(
            sets.with("bert").collect::<Vec<_>>(),
            ["albert", "al", "bert"]
        );
    }

    #[test]
    fn every_word_is_as_names_are_folded() {
        let each = LISTS.into_iter().chain(SETS);
        for (file, text) in each.filter(|(file, _)| !matches!(*file, "free-mail" | "mail-aliases"))
        {
            for line in lines(text).filter(|line| !line.starts_with('[')) {
                for word in words_of(line).filter(|word| word.is_ascii()) {
                    assert_eq!(fold(word), [word], "{file}: {line}");
                }
            }
        }
    }

    #[test]
    fn every_mail_domain_is_a_domain_in_lower_case() {
        let each = LISTS.into_iter().chain(SETS);
        for (file, text) in each.filter(|(file, _)| matches!(*file, "free-mail" | "mail-aliases")) {
            for domain in lines(text).flat_map(words_of) {
                let mail: Result<model::Email, _> = format!("ada@{domain}").parse();
                assert_eq!(mail.unwrap().domain(), domain, "{file}");
            }
        }
    }

    #[test]
    fn no_file_repeats_a_word_and_no_set_is_a_single_word() {
        for (file, text) in LISTS {
            let mut seen = BTreeSet::new();
            for line in lines(text) {
                let word = words_of(line).next().unwrap();
                assert!(seen.insert(word), "{file}: {word}");
            }
            assert!(seen.len() > 60, "{file}");
        }
        for (file, text) in SETS {
            let mut seen = BTreeSet::new();
            for line in lines(text) {
                assert!(seen.insert(line), "{file}: {line}");
                let words: BTreeSet<&str> = words_of(line).collect();
                assert_eq!(words.len(), words_of(line).count(), "{file}: {line}");
                assert!(words.len() > 1, "{file}: {line}");
            }
        }
    }

    #[test]
    fn a_full_name_stands_in_one_line_of_its_short_forms() {
        let mut seen = BTreeSet::new();
        for (name, _) in lines(SETS[0].1).map(|line| line.split_once(": ").unwrap()) {
            assert!(seen.insert(name), "{name}");
        }
    }

    #[test]
    fn every_mark_is_one_that_is_asked_for() {
        for (words, marks) in [
            (&HONORIFICS, &["before", "after"][..]),
            (&TESTS, &["marks", "generic"]),
            (&ROLES, &["", "name"]),
            (&GIVEN_NAMES, &["f", "m", "u"]),
            (&PARTICLES, &[""]),
            (&PLACEHOLDERS, &[""]),
            (&FREE_MAIL, &[""]),
        ] {
            let found: BTreeSet<&str> = words.0.values().copied().collect();
            assert_eq!(found, marks.iter().copied().collect());
        }
    }

    #[test]
    fn no_form_of_a_name_is_unknown_and_no_line_joins_a_mans_and_a_womans_name() {
        for (file, text) in &SETS[..3] {
            for line in lines(text) {
                // Two abbreviations and a pet form, which nobody is registered under.
                let marks = words_of(line)
                    .filter(|word| !matches!(*word, "md" | "ma" | "chiquinho"))
                    .map(|word| {
                        GIVEN_NAMES
                            .mark(word)
                            .unwrap_or_else(|| panic!("{file}: {word}"))
                    });
                let marks: Vec<&str> = marks.collect();
                let other = match marks.first() {
                    Some(&"m") => "f",
                    Some(&"f") => "m",
                    _ => continue,
                };
                assert!(!marks.contains(&other), "{file}: {line}");
            }
        }
    }
}
