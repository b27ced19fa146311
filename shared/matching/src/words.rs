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
