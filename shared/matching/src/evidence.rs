//! What speaks for and against two records being one person, field by field.

use model::{Evidence, Private, Stance};

use crate::company::{Company, Holder};
use crate::family::Family;
use crate::fit::{Fit, Level, Reading};
use crate::given::Given;
use crate::mailbox::{Mailbox, Spells};
use crate::number::{Line, Number};
use crate::profile::Profile;
use crate::spelling::{Slip, slip};

/// What a pair's mailboxes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mail {
    /// One mailbox that is nobody else's. `named`: it spells the name of one of them; `half`: at least
    /// half of it.
    Own {
        named: bool,
        half: bool,
        private: bool,
        tagged: bool,
    },
    /// One mailbox that others use too: how many.
    Contested(usize),
    /// One mailbox of a job or a household.
    Role,
    /// The same name before the @ at another domain of one organization.
    OtherDomain,
    /// One address but for a slip of the pen.
    Slip,
    /// Two mailboxes at one domain that differ by a number: `j.smith2@`.
    Numbered,
    /// Two mailboxes of their own at one domain.
    Apart { named: bool },
    /// Two mailboxes at different domains.
    Elsewhere,
    /// At least one has none that is its own.
    Unsaid,
}

/// What a pair's phone numbers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phone {
    /// One number that is nobody else's, and what kind of line it is.
    Own(Own),
    /// One number that others use too: how many.
    Contested(usize),
    /// One office number without an extension.
    Office,
    /// One office number with two extensions.
    Extensions,
    /// Two cells.
    Cells,
    /// Other numbers.
    Apart,
    /// At least one has none.
    Unsaid,
}

/// A number of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Own {
    Cell,
    Extension,
    Direct,
    Home,
}

/// Whether each has a mailbox at one domain that spells its own name, whatever else they share.
pub(crate) fn each_has_own(a: &Profile, b: &Profile) -> bool {
    let own = |one: &Profile, other: &Profile| -> Vec<String> {
        let is_common = |key: &str| other.mailboxes.iter().any(|(known, _)| known.key == key);
        one.mailboxes
            .iter()
            .filter(|(mailbox, spells)| {
                spells.is_some_and(|spells| spells <= Spells::Half)
                    && !mailbox.is_private
                    && !mailbox.is_shared
                    && !is_common(&mailbox.key)
            })
            .map(|(mailbox, _)| mailbox.domain.clone())
            .collect()
    };
    let (of_a, of_b) = (own(a, b), own(b, a));
    of_a.iter().any(|domain| of_b.contains(domain))
}

/// Whether the first has a mailbox that spells its name, at the domain of one that both carry: then the
/// common one may be somebody's it works for.
pub(crate) fn has_other_mailbox(one: &Profile, other: &Profile) -> bool {
    let is_common = |mailbox: &Mailbox| {
        other
            .mailboxes
            .iter()
            .any(|(own, _)| own.key == mailbox.key)
    };
    one.mailboxes.iter().any(|(own, spells)| {
        spells.is_some_and(|spells| spells <= Spells::Half)
            && !is_common(own)
            && one.mailboxes.iter().any(|(mailbox, _)| {
                mailbox.domain == own.domain && !mailbox.is_private && is_common(mailbox)
            })
    })
}

/// Whether each has a mailbox at one domain that differs from the other's by a number.
pub(crate) fn are_numbered(a: &Profile, b: &Profile) -> bool {
    let is_one_of = |one: &Profile, mailbox: &Mailbox| {
        one.mailboxes.iter().any(|(own, _)| own.key == mailbox.key)
    };
    a.mailboxes.iter().any(|(x, _)| {
        b.mailboxes.iter().any(|(y, _)| {
            let numbered = x.domain == y.domain
                && !x.is_private
                && !x.is_shared
                && x.number != y.number
                && x.words == y.words;
            numbered && !(is_one_of(a, y) && is_one_of(b, x))
        })
    })
}

pub(crate) fn mail(a: &Profile, b: &Profile, fit: &Fit, company: &Company) -> Mail {
    let mut best: Option<Mail> = None;
    let mut keep = |found: Mail| {
        let rank = |mail: &Mail| match mail {
            Mail::Own { named: true, .. } => 0,
            Mail::Own { .. } => 1,
            Mail::Contested(_) => 2,
            Mail::Role => 3,
            Mail::Slip => 4,
            Mail::OtherDomain => 5,
            Mail::Numbered => 6,
            Mail::Apart { .. } => 7,
            Mail::Elsewhere => 8,
            Mail::Unsaid => 9,
        };
        if best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
            best = Some(found);
        }
    };
    for (x, own_x) in &a.mailboxes {
        for (y, own_y) in &b.mailboxes {
            if x.key == y.key {
                keep(if x.is_shared {
                    Mail::Role
                } else {
                    match company.holder_of_mailbox(x, a, b, fit) {
                        Holder::Theirs => Mail::Own {
                            named: [own_x, own_y]
                                .into_iter()
                                .flatten()
                                .any(|spells| *spells <= Spells::Initial),
                            half: [own_x, own_y]
                                .into_iter()
                                .flatten()
                                .any(|spells| *spells <= Spells::Half),
                            private: x.is_private,
                            tagged: x.tagged != y.tagged,
                        },
                        Holder::Others(count) => Mail::Contested(count),
                    }
                });
            } else if !x.is_shared && !y.is_shared {
                keep(two_mailboxes((x, *own_x), (y, *own_y), a, b));
            }
        }
    }
    best.unwrap_or(Mail::Unsaid)
}

fn two_mailboxes(
    (x, own_x): (&Mailbox, Option<Spells>),
    (y, own_y): (&Mailbox, Option<Spells>),
    a: &Profile,
    b: &Profile,
) -> Mail {
    let (local_x, local_y) = (x.squash(), y.squash());
    if x.domain == y.domain {
        if local_x == local_y && x.number != y.number {
            // Free mailboxes carry numbers because the name was taken by a stranger.
            return if x.is_private {
                Mail::Elsewhere
            } else {
                Mail::Numbered
            };
        }
        // An address is a slip of the other if the names do not differ as the addresses do.
        let two_names = own_x.is_some() && own_y.is_some() && a.name.bag() != b.name.bag();
        if local_x.len().min(local_y.len()) >= 4
            && x.number == y.number
            && !two_names
            && is_typo(&local_x, &local_y)
        {
            return Mail::Slip;
        }
        if x.is_private {
            return Mail::Elsewhere;
        }
        return Mail::Apart {
            named: own_x.is_some() && own_y.is_some(),
        };
    }
    let same_local = local_x == local_y && x.number == y.number && local_x.len() > 2;
    if same_local && !x.is_private && !y.is_private && x.organization() == y.organization() {
        return Mail::OtherDomain;
    }
    if same_local && (is_typo(&x.domain, &y.domain)) {
        return Mail::Slip;
    }
    Mail::Elsewhere
}

fn is_typo(a: &str, b: &str) -> bool {
    a == b || slip(a, b).is_some()
}

pub(crate) fn phone(a: &Profile, b: &Profile, fit: &Fit, company: &Company) -> Phone {
    let mut best: Option<Phone> = None;
    let mut keep = |found: Phone| {
        let rank = |phone: &Phone| match phone {
            Phone::Own(own) => *own as u8,
            Phone::Contested(_) => 4,
            Phone::Office => 5,
            Phone::Extensions => 6,
            Phone::Cells => 7,
            Phone::Apart => 8,
            Phone::Unsaid => 9,
        };
        if best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
            best = Some(found);
        }
    };
    for x in &a.numbers {
        for y in &b.numbers {
            if !x.is_same_line(y) {
                keep(if x.line == Line::Cell && y.line == Line::Cell {
                    Phone::Cells
                } else {
                    Phone::Apart
                });
                continue;
            }
            if let (Some(x), Some(y)) = (x.extension, y.extension)
                && x != y
            {
                keep(Phone::Extensions);
                continue;
            }
            let number = if x.extension == y.extension {
                x
            } else {
                without_extension(x, y)
            };
            keep(match company.holder_of_number(number, a, b, fit) {
                Holder::Others(count) => Phone::Contested(count),
                Holder::Theirs => match own(x, y) {
                    Some(own) => Phone::Own(own),
                    None => Phone::Office,
                },
            });
        }
    }
    best.unwrap_or(Phone::Unsaid)
}

/// Only one says an extension: what they share is the line.
fn without_extension<'a>(x: &'a Number, y: &'a Number) -> &'a Number {
    if x.extension.is_none() { x } else { y }
}

/// What kind of line two spellings of one number are: the more personal one is believed, since
/// imports put numbers into the general item.
fn own(x: &Number, y: &Number) -> Option<Own> {
    if x.extension.is_some() && x.extension == y.extension {
        return Some(Own::Extension);
    }
    if x.extension.is_some() || y.extension.is_some() {
        return None;
    }
    match x.line.min(y.line) {
        Line::Cell => Some(Own::Cell),
        Line::Direct => Some(Own::Direct),
        Line::Home => Some(Own::Home),
        Line::Office => None,
    }
}

/// The evidence of two names, with the names in it for an operator.
pub(crate) fn name_evidence(fit: &Fit, a: &Profile, b: &Profile) -> Evidence {
    let first =
        |profile: &Profile| capitalized(profile.name.given.first().map_or("", String::as_str));
    let last = |profile: &Profile| {
        profile
            .name
            .family
            .iter()
            .map(|word| capitalized(word))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut words: Vec<&str> = Vec::new();
    let mut named: Vec<String> = Vec::new();
    let mut say = |general: &'static str, with_names: Option<String>| {
        words.push(general);
        named.push(with_names.unwrap_or_else(|| general.to_owned()));
    };
    match fit.reading {
        Reading::Swapped => say("first and last name exchanged", None),
        Reading::Split => say("the whole name in one field", None),
        Reading::Local => {
            let (local, other) = if let Some(local) = &a.name.local {
                (local, b)
            } else {
                (b.name.local.as_ref().unwrap_or(&a.name.family_joined), a)
            };
            let spells = match fit.level {
                Level::Close => {
                    "one name is what stands before the @ of an address, and spells the other"
                }
                Level::Thin => {
                    "one name is what stands before the @ of an address, and spells half of the other"
                }
                _ => "one name is what stands before the @ of an address",
            };
            let with_names = format!(
                "{local} is what stands before the @ of an address, for {} {}",
                first(other),
                last(other)
            );
            say(spells, (a.name.local != b.name.local).then_some(with_names));
        }
        Reading::Typed => {}
    }
    if fit.reading != Reading::Local {
        let (x, y) = (first(a), first(b));
        // The short one first, whichever record it is in.
        let (short, long) = if (x.len(), &x) <= (y.len(), &y) {
            (x, y)
        } else {
            (y, x)
        };
        match fit.given {
            Given::Same if fit.family == Family::Same => {
                if fit.reading == Reading::Typed {
                    say("same name", None)
                }
            }
            Given::Same => say("same first name", None),
            Given::Called => say(
                "one first name is what the other is called",
                Some(format!("{short} is also called {long}")),
            ),
            Given::Variant => say(
                "two spellings of one first name",
                Some(format!("{short} and {long} are spellings of one name")),
            ),
            Given::Short => say(
                "one first name is short for the other",
                Some(format!("{short} is short for {long}")),
            ),
            Given::BothShort => say(
                "both first names are short for one name",
                Some(format!("{short} and {long} are short for one name")),
            ),
            Given::Translated => say(
                "one first name in two languages",
                Some(format!("{short} and {long} are one name in two languages")),
            ),
            Given::Slip(kind) => say(
                slip_in_first(kind),
                Some(format!(
                    "{short} may be meant to be {long} ({})",
                    slip_words(kind)
                )),
            ),
            Given::Initial => say(
                "one first name is an initial of the other",
                Some(format!("{short} may stand for {long}")),
            ),
            Given::Middle => say(
                "the first name of one is a further first name of the other",
                Some(format!("{short} is a further first name of the other")),
            ),
            Given::Missing if fit.level == Level::Unsaid => say("one says no name", None),
            Given::Missing => say("one says no first name", None),
            Given::Near => say(
                "different first names, though near in spelling",
                Some(format!(
                    "{short} and {long} are two first names, though near in spelling"
                )),
            ),
            Given::Different if fit.level == Level::Unsaid => {
                say("names in scripts that cannot be compared", None)
            }
            Given::Different if fit.family == Family::Different => say("different names", None),
            Given::Different => say(
                "different first names",
                Some(format!("{short} and {long} are different first names")),
            ),
        }
        let (x, y) = (last(a), last(b));
        let (short, long) = if (x.len(), &x) <= (y.len(), &y) {
            (x, y)
        } else {
            (y, x)
        };
        match fit.family {
            Family::Same if fit.given != Given::Same => say("same last name", None),
            Family::Same => {}
            Family::Spelling | Family::Variant => say(
                "two spellings of one last name",
                Some(format!("{short} and {long} are spellings of one name")),
            ),
            Family::Part => say(
                "one last name is part of the other",
                Some(format!("{short} is part of {long}")),
            ),
            Family::Form => say(
                "two forms of one last name",
                Some(format!("{short} and {long} are forms of one name")),
            ),
            Family::Former => say("one last name is the other's former one", None),
            Family::Slip(kind) => say(
                slip_in_last(kind),
                Some(format!(
                    "{short} may be meant to be {long} ({})",
                    slip_words(kind)
                )),
            ),
            Family::Initial => say("one last name is an initial of the other", None),
            Family::Missing if fit.level != Level::Unsaid => say("one says no last name", None),
            Family::Missing => {}
            Family::Different if !matches!(fit.given, Given::Different | Given::Near) => {
                say("different last names", None)
            }
            Family::Different => {}
        }
    }
    let (words, mut named) = (words.join(", "), named.join(", "));
    // The names as typed are not what was compared then.
    if matches!(fit.reading, Reading::Swapped | Reading::Split) {
        named.clone_from(&words);
    }
    let weight = match fit.level {
        Level::Whole => 40,
        Level::Close => 34,
        Level::Slip => 26,
        Level::Thin => 14,
        Level::Partial => 10,
        Level::Renamed => 6,
        Level::Unsaid => 0,
        Level::Strangers if fit.given == Given::Near && fit.family != Family::Different => -40,
        Level::Strangers => -80,
    };
    Evidence {
        field: "name".to_owned(),
        stance: if weight < 0 {
            Stance::Conflicts
        } else {
            Stance::Agrees
        },
        weight,
        named: (words != named).then(|| Private::from(named)),
        words,
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn slip_words(slip: Slip) -> &'static str {
    match slip {
        Slip::Swapped => "two letters exchanged",
        Slip::Replaced => "one letter is another",
        Slip::Dropped => "one letter too few or too many",
        Slip::Misread => "letters that look alike",
        Slip::Two => "two letters are wrong",
        Slip::Cut => "cut off",
    }
}

fn slip_in_first(slip: Slip) -> &'static str {
    match slip {
        Slip::Swapped => "first names differ by two letters exchanged",
        Slip::Replaced => "first names differ by one letter",
        Slip::Dropped => "first names differ by one letter too few or too many",
        Slip::Misread => "first names differ by letters that look alike",
        Slip::Two => "first names differ by two letters",
        Slip::Cut => "one first name is cut off",
    }
}

fn slip_in_last(slip: Slip) -> &'static str {
    match slip {
        Slip::Swapped => "last names differ by two letters exchanged",
        Slip::Replaced => "last names differ by one letter",
        Slip::Dropped => "last names differ by one letter too few or too many",
        Slip::Misread => "last names differ by letters that look alike",
        Slip::Two => "last names differ by two letters",
        Slip::Cut => "one last name is cut off",
    }
}

/// A piece of evidence.
pub(crate) fn evidence(field: &str, weight: i32, words: impl Into<String>) -> Evidence {
    Evidence {
        field: field.to_owned(),
        stance: if weight < 0 {
            Stance::Conflicts
        } else {
            Stance::Agrees
        },
        weight,
        words: words.into(),
        named: None,
    }
}
