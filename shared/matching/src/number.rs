//! Phone numbers: which spellings ring the same set, and whose set it is.

use std::borrow::Cow;

use model::{Communication, CommunicationKind, Private};
use rlibphonenumber::PHONE_NUMBER_UTIL;

/// A phone number as the sets of digits it may be dialed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// The number within its country, without trunk prefix.
    national: u64,
    /// The same read another way: without what may be a trunk prefix.
    trimmed: u64,
    /// The country's calling code, where it was dialed.
    country: Option<u16>,
    /// The extension.
    pub(crate) extension: Option<u32>,
    /// What kind of line the PSA says it is.
    pub(crate) line: Line,
}

/// What kind of line a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Line {
    /// In a person's pocket.
    Cell,
    /// On a person's desk.
    Direct,
    /// In a household.
    Home,
    /// An office's.
    Office,
}

impl Number {
    /// Reads a phone item: one number, or two with something between. Other items, what holds too few
    /// digits, and numbers that are typed where none is known (all the same digit, 1234567) are none.
    pub(crate) fn all(item: &Communication) -> impl Iterator<Item = Self> {
        let is_phone = item.kind == CommunicationKind::Phone;
        let parts = if is_phone {
            numbers_in(item.value.reveal())
        } else {
            Vec::new()
        };
        parts.into_iter().filter_map(|part| Self::read(part, item))
    }

    fn read(value: &str, item: &Communication) -> Option<Self> {
        let beside = item.extension.as_ref().map_or("", Private::reveal);
        // "Tel. ", "M: ": what stands before the number.
        let value = value.trim_start_matches(|c: char| {
            !(c.is_ascii_digit() || c == '+' || c == '(' || wide_digit(c).is_some())
        });
        // What a spreadsheet left of a number.
        if value.contains("E+") {
            return None;
        }
        let (number, inside) = split_extension(without_outside_line(value.trim()));
        let extension = digits(beside)
            .or_else(|| digits(inside))
            .and_then(|digits| u32::try_from(digits).ok());
        let (national, country) = read(number)?;
        let national = match country {
            // Digits that mobiles have from abroad only, or were given later.
            Some(52) if (10_000_000_000..20_000_000_000).contains(&national) => {
                national - 10_000_000_000
            }
            Some(54) if (90_000_000_000..100_000_000_000).contains(&national) => {
                national - 90_000_000_000
            }
            Some(55)
                if (10_900_000_000..100_000_000_000).contains(&national)
                    && national / 100_000_000 % 10 == 9 =>
            {
                national / 1_000_000_000 * 100_000_000 + national % 100_000_000
            }
            _ => national,
        };
        if is_dummy(national) {
            return None;
        }
        Some(Self {
            national,
            trimmed: if dialed_in_hungary(number) {
                national % 1_000_000_000
            } else {
                trimmed(national, country)
            },
            country,
            extension,
            line: line(&item.type_name),
        })
    }

    /// Whether both ring the same set, extensions aside.
    pub(crate) fn is_same_line(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (self.country, other.country)
            && a != b
        {
            return false;
        }
        let forms = |number: &Self| [number.national, number.trimmed, number.with_country()];
        forms(self)
            .into_iter()
            .any(|form| forms(other).contains(&form))
    }

    /// Under this all spellings of a number meet; a few other numbers may too.
    pub(crate) fn key(&self) -> u64 {
        self.national % 10_000_000
    }

    fn with_country(&self) -> u64 {
        let Some(country) = self.country else {
            return self.national;
        };
        let mut shift = 1;
        while shift <= self.national {
            shift *= 10;
        }
        u64::from(country) * shift + self.national
    }
}

/// The numbers in one value.
fn numbers_in(value: &str) -> Vec<&str> {
    for between in [" / ", " or ", " oder ", "; ", ", ", " | "] {
        if let Some((one, other)) = value.split_once(between)
            && [one, other].iter().all(|part| {
                part.chars()
                    .filter(|c| c.is_ascii_digit() || wide_digit(*c).is_some())
                    .count()
                    >= 7
            })
        {
            return vec![one, other];
        }
    }
    vec![value]
}

/// The number within its country and the country's calling code, if it was written with one.
fn read(number: &str) -> Option<(u64, Option<u16>)> {
    let plain = if number.contains("(0)") {
        Cow::Owned(number.replace("(0)", ""))
    } else {
        Cow::Borrowed(number)
    };
    let plain = without_outside_line(plain.trim());
    let dialed = plain.trim_start_matches(['(', ' ']);
    let international = dialed
        .strip_prefix('+')
        .or_else(|| dialed.strip_prefix("00"))
        .or_else(|| {
            dialed
                .strip_prefix("011")
                .filter(|rest| rest.starts_with([' ', '-']))
        });
    if let Some(rest) = international
        && let Ok(read) = PHONE_NUMBER_UTIL.parse(format!("+{rest}"), None)
    {
        return Some((read.national_number, u16::try_from(read.country_code).ok()));
    }
    let number = digits(plain)?;
    (number >= 100_000).then_some((number, None))
}

/// Without the 9 that gets an outside line, where it is set apart.
fn without_outside_line(number: &str) -> &str {
    let rest = number
        .trim_start_matches('(')
        .strip_prefix('9')
        .map(|rest| rest.trim_start_matches(')'));
    match rest {
        Some(rest)
            if rest.starts_with([',', ' ', '-'])
                && rest.bytes().filter(u8::is_ascii_digit).count() >= 9 =>
        {
            rest.trim_start_matches([',', ' ', '-'])
        }
        _ => number,
    }
}

/// Vanity letters dial digits; everything else that is no digit is punctuation.
fn digits(text: &str) -> Option<u64> {
    let mut number: Option<u64> = None;
    for c in text.chars() {
        let digit = match c.to_ascii_lowercase() {
            c @ '0'..='9' => u64::from(c) - u64::from('0'),
            'a'..='c' => 2,
            'd'..='f' => 3,
            'g'..='i' => 4,
            'j'..='l' => 5,
            'm'..='o' => 6,
            'p'..='s' => 7,
            't'..='v' => 8,
            'w'..='z' => 9,
            c => match c.to_digit(10).or_else(|| wide_digit(c)) {
                Some(digit) => u64::from(digit),
                None => continue,
            },
        };
        number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
    }
    number
}

/// Full-width and Arabic digits.
fn wide_digit(c: char) -> Option<u32> {
    let c = u32::from(c);
    [0xff10, 0x0660, 0x06f0, 0x0966]
        .into_iter()
        .find_map(|zero| c.checked_sub(zero).filter(|digit| *digit < 10))
}

/// Without the 1 of North America, the 8 of Russia that are dialed before a
/// number within the country.
fn trimmed(national: u64, country: Option<u16>) -> u64 {
    if country.is_some() {
        return national;
    }
    match national {
        10_000_000_000..=19_999_999_999 => national - 10_000_000_000,
        80_000_000_000..=89_999_999_999 => national - 80_000_000_000,
        _ => national,
    }
}

/// Dialed with the 06 of Hungary.
fn dialed_in_hungary(number: &str) -> bool {
    let mut digits = number.bytes().filter(u8::is_ascii_digit);
    digits.next() == Some(b'0') && digits.next() == Some(b'6') && (8..=9).contains(&digits.count())
}

fn is_dummy(national: u64) -> bool {
    let text = national.to_string();
    let tail = text.get(text.len().saturating_sub(7)..).unwrap_or(&text);
    tail.bytes()
        .all(|digit| Some(&digit) == tail.as_bytes().first())
        || "01234567890".contains(tail)
        || "09876543210".contains(tail)
}

/// The number, and the extension written behind it (`x12`, `ext. 12`, `;ext=12`, `,,12`, `#12`).
fn split_extension(value: &str) -> (&str, &str) {
    if !value.contains(|c: char| c.is_alphabetic() || matches!(c, '#' | ';' | ',')) {
        return (value, "");
    }
    let lower = value.to_lowercase();
    if lower.len() != value.len() {
        return (value, "");
    }
    const MARKS: [&str; 12] = [
        "ext",
        "durchwahl",
        "poste",
        "interno",
        "anexo",
        "extn",
        "nebenstelle",
        "x",
        "#",
        ";",
        ",",
        "доб",
    ];
    let at = MARKS
        .iter()
        .filter_map(|mark| lower.find(mark))
        .filter(|at| lower[..*at].bytes().filter(u8::is_ascii_digit).count() >= 6)
        .min();
    match at {
        Some(at) => {
            let rest = &value[at..];
            let digits = rest
                .find(|c: char| c.is_ascii_digit())
                .map_or("", |start| &rest[start..]);
            (&value[..at], digits)
        }
        None => (value, ""),
    }
}

/// The kind of line that the name of a communication type tells of.
fn line(type_name: &str) -> Line {
    let lower = type_name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&[
        "cell", "mobil", "handy", "gsm", "móvil", "movil", "celular", "natel",
    ]) {
        Line::Cell
    } else if says(&["direct", "durchwahl", "ddi", "did", "desk"]) {
        Line::Direct
    } else if says(&["home", "privat", "residen", "domicil", "casa"]) {
        Line::Home
    } else {
        Line::Office
    }
}
