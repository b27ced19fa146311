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
        if value.contains('E') && value.contains("E+") {
            return None;
        }
        let (number, inside) = split_extension(without_outside_line(value.trim()));
        let extension = digits(beside)
            .or_else(|| digits(inside))
            .and_then(|digits| u32::try_from(digits).ok())
            .filter(|extension| *extension > 0);
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
        while shift <= self.national && shift < 1_000_000_000_000_000 {
            shift *= 10;
        }
        (u64::from(country) * shift).wrapping_add(self.national)
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
    let plain = if number.contains('(') {
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
    let most = (b'0'..=b'9').map(|digit| tail.bytes().filter(|other| *other == digit).count());
    most.max().unwrap_or(0) + 1 >= tail.len()
        || text.ends_with("5551212")
        || "01234567890".contains(tail)
        || "09876543210".contains(tail)
}

/// The number, and the extension written behind it (`x12`, `ext. 12`, `;ext=12`, `,,12`, `#12`).
fn split_extension(value: &str) -> (&str, &str) {
    if !value.contains(|c: char| c.is_alphabetic() || matches!(c, '#' | ';' | ',')) {
        return (value, "");
    }
    let lower: String = value.chars().map(|c| c.to_ascii_lowercase()).collect();
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
    } else if says(&["direct", "durchwahl", "ddi", "did"]) {
        Line::Direct
    } else if says(&["home", "privat", "residen", "domicil", "casa"]) {
        Line::Home
    } else {
        Line::Office
    }
}

#[cfg(test)]
mod tests {
    use model::{CommunicationId, CommunicationTypeId};

    use super::*;

    fn item(value: &str, extension: Option<&str>, type_name: &str) -> Communication {
        Communication {
            id: CommunicationId::new(1),
            kind: CommunicationKind::Phone,
            type_id: CommunicationTypeId::new(1),
            type_name: type_name.to_owned(),
            value: value.into(),
            extension: extension.map(Into::into),
            is_default: false,
        }
    }

    fn all(value: &str) -> Vec<Number> {
        Number::all(&item(value, None, "Direct")).collect()
    }

    fn one(value: &str) -> Number {
        let numbers = all(value);
        assert_eq!(numbers.len(), 1, "{value}");
        numbers.into_iter().next().unwrap()
    }

    #[test]
    fn what_holds_no_number_is_none() {
        for value in [
            "",
            "n/a",
            "call reception",
            "12345",
            "ext 12",
            "3.12556E+09",
            "0000000000",
            "1111111",
            "1234567",
            "1234567890",
            "0987654321",
        ] {
            assert!(all(value).is_empty(), "{value}");
        }
        let fax = Communication {
            kind: CommunicationKind::Fax,
            ..item("312 555 0142", None, "Fax")
        };
        assert_eq!(Number::all(&fax).count(), 0);
    }

    #[test]
    fn spellings_of_one_number_ring_one_set_and_have_one_key() {
        for spellings in [
            // North America.
            &[
                "312 555 0142",
                "(312) 555-0142",
                "312.555.01.42",
                "+1 312 555 0142",
                "1-312-555-0142",
                "001 312 555 0142",
                "011 1 312 555 0142",
                "9, 1 312 555 0142",
                "9-312-555-0142",
                "Tel. 312 555 0142",
                "M: +1 (312) 555-0142",
                "３１２ ５５５ ０１４２",
                "٣١٢ ٥٥٥ ٠١٤٢",
                "312 JJJ 01G2",
            ][..],
            // Germany, Great Britain, France.
            &[
                "+49 30 90294718",
                "030 90294718",
                "0049 30 902947-18",
                "+49 (0)30 90 29 47 18",
            ],
            &[
                "+44 20 7946 0183",
                "020 7946 0183",
                "+44 (0)20 7946 0183",
                "(020) 7946 0183",
            ],
            &["+33 6 12 34 50 78", "06 12 34 50 78", "0033612345078"],
            // The 8 of Russia, the 06 of Hungary.
            &["+7 495 123 45 68", "8 495 123 45 68", "8 (495) 123-45-68"],
            &["+36 30 555 7788", "06 30 555 7788", "(06 30) 555-7788"],
            // Mobiles have one digit more from abroad, or were given it later.
            &["+52 55 5123 4568", "+52 1 55 5123 4568"],
            &["+54 11 5123 4568", "+54 9 11 5123 4568"],
            &["+55 11 98765 4329", "+55 11 8765 4329"],
        ] {
            for a in spellings {
                for b in spellings {
                    assert!(one(a).is_same_line(&one(b)), "{a} and {b}");
                    assert_eq!(one(a).key(), one(b).key(), "{a} and {b}");
                }
            }
        }
    }

    #[test]
    fn other_digits_or_another_country_ring_another_set() {
        for (a, b) in [
            ("312 555 0142", "312 555 0143"),
            ("312 555 0142", "773 555 0142"),
            ("+1 312 555 0142", "+44 312 555 0142"),
            ("+49 30 90294718", "+43 30 90294718"),
            ("+52 55 5123 4568", "+52 81 5123 4568"),
            ("+7 495 123 45 68", "+7 499 123 45 68"),
        ] {
            assert!(!one(a).is_same_line(&one(b)), "{a} and {b}");
            assert!(!one(b).is_same_line(&one(a)), "{b} and {a}");
        }
    }

    #[test]
    fn an_extension_is_read_beside_the_number_or_behind_it() {
        for value in [
            "312 555 0142 x12",
            "312 555 0142 ext. 12",
            "312 555 0142 Extn 12",
            "312 555 0142 extension 12",
            "312 555 0142;ext=12",
            "312 555 0142,,12",
            "312 555 0142 #12",
            "312 555 0142 Durchwahl 12",
            "312 555 0142 poste 12",
            "312 555 0142 доб. 12",
        ] {
            let number = one(value);
            assert_eq!(number.extension, Some(12), "{value}");
            assert!(number.is_same_line(&one("312 555 0142")), "{value}");
        }
        let beside: Vec<Number> =
            Number::all(&item("312 555 0142 x12", Some("7"), "Direct")).collect();
        assert_eq!(beside[0].extension, Some(7));
        assert_eq!(one("312 555 0142").extension, None);
    }

    #[test]
    fn two_numbers_in_one_value_are_two() {
        for value in [
            "312 555 0142 / 312 555 0143",
            "312 555 0142 or 312 555 0143",
            "312 555 0142; 312 555 0143",
            "312 555 0142, 312 555 0143",
            "312 555 0142 | 312 555 0143",
        ] {
            let [x, y] = <[Number; 2]>::try_from(all(value)).unwrap();
            assert!(x.is_same_line(&one("312 555 0142")), "{value}");
            assert!(y.is_same_line(&one("312 555 0143")), "{value}");
        }
    }

    #[test]
    fn vanity_letters_dial_digits() {
        assert!(one("1-800-FLOWERS").is_same_line(&one("1 800 356 9377")));
    }

    #[test]
    fn the_type_of_an_item_tells_the_kind_of_line() {
        for (type_name, line) in [
            ("Cell", Line::Cell),
            ("Mobile (work)", Line::Cell),
            ("Handy", Line::Cell),
            ("Direct", Line::Direct),
            ("DDI", Line::Direct),
            ("Home", Line::Home),
            ("Privat", Line::Home),
            ("Phone", Line::Office),
            ("Main", Line::Office),
            ("", Line::Office),
        ] {
            let item = item("312 555 0142", None, type_name);
            let lines: Vec<Line> = Number::all(&item).map(|number| number.line).collect();
            assert_eq!(lines, [line], "{type_name}");
        }
    }
}
