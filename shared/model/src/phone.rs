//! Phone numbers, normalized on construction.

use std::fmt;

/// A phone number as digits, with its extension. Equal numbers ring the same set as far as spelling
/// can tell: punctuation, an international prefix written `+` or `00` and the North American trunk
/// `1` do not count.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phone {
    digits: String,
    extension: Option<String>,
}

impl Phone {
    /// Reads a number and the extension the PSA keeps beside it; an extension inside the number
    /// (`x12`, `ext. 12`) counts too. `None` when there are fewer than five digits.
    #[must_use]
    pub fn read(value: &str, extension: Option<&str>) -> Option<Self> {
        let lower = value.to_lowercase();
        let (number, inside) = match lower.find(['x', 'e', '#', ';']) {
            Some(at) => lower.split_at(at),
            None => (lower.as_str(), ""),
        };
        let mut digits = only_digits(number);
        if let Some(rest) = digits.strip_prefix("00") {
            digits = rest.to_owned();
        }
        if digits.len() == 11
            && let Some(rest) = digits.strip_prefix('1')
        {
            digits = rest.to_owned();
        }
        let extension = [extension.unwrap_or(""), inside]
            .into_iter()
            .map(only_digits)
            .find(|digits| !digits.is_empty());
        (digits.len() >= 5).then_some(Self { digits, extension })
    }

    /// The digits, for comparing.
    #[must_use]
    pub fn reveal_digits(&self) -> &str {
        &self.digits
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        let plain = Phone::read("3125550142", None).unwrap();
        for text in ["(312) 555-0142", "+1 312 555 0142", "001-312-555-0142"] {
            assert_eq!(Phone::read(text, None).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn an_extension_is_part_of_the_number_wherever_it_stands() {
        let beside = Phone::read("312 555 0100", Some("12")).unwrap();
        assert_eq!(Phone::read("312 555 0100 ext. 12", None).unwrap(), beside);
        assert_eq!(Phone::read("312 555 0100 x12", Some(" ")).unwrap(), beside);
        assert_ne!(Phone::read("312 555 0100", None).unwrap(), beside);
    }

    #[test]
    fn what_is_no_number_is_none() {
        assert_eq!(Phone::read("call me", None), None);
        assert_eq!(Phone::read("1234", None), None);
    }
}
