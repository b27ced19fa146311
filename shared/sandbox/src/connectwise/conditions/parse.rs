//! Reading a filter. Whatever the text, the result is a filter or an error, never a panic.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Expression, Literal, Operator, Piece, Test};
use crate::connectwise::answer::ApiError;

/// How deep parentheses may be nested, so that no text exhausts the stack.
const DEEPEST: usize = 32;

/// Reads a filter without looking at the meaning of its names.
pub(super) fn parse(text: &str) -> Result<Expression, ApiError> {
    let mut parser = Parser { rest: text };
    let expression = parser.any(0)?;
    parser.skip_spaces();
    if parser.rest.is_empty() {
        Ok(expression)
    } else {
        Err(broken("unexpected text after the condition"))
    }
}

fn broken(what: &str) -> ApiError {
    ApiError::condition(format!("The condition could not be read: {what}."))
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn any(&mut self, depth: usize) -> Result<Expression, ApiError> {
        let mut alternatives = vec![self.all(depth)?];
        while self.keyword("or") {
            alternatives.push(self.all(depth)?);
        }
        Ok(one_or(alternatives, Expression::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expression, ApiError> {
        let mut terms = vec![self.term(depth)?];
        while self.keyword("and") {
            terms.push(self.term(depth)?);
        }
        Ok(one_or(terms, Expression::All))
    }

    fn term(&mut self, depth: usize) -> Result<Expression, ApiError> {
        if self.symbol("(") {
            if depth == DEEPEST {
                return Err(broken("too many parentheses"));
            }
            let inner = self.any(depth + 1)?;
            return if self.symbol(")") {
                Ok(inner)
            } else {
                Err(broken("a parenthesis isn't closed"))
            };
        }
        let path = self.path()?;
        Ok(Expression::Term {
            path,
            test: self.test()?,
        })
    }

    fn path(&mut self) -> Result<Vec<String>, ApiError> {
        let mut path = vec![self.name()?];
        while self.symbol("/") {
            path.push(self.name()?);
        }
        Ok(path)
    }

    fn name(&mut self) -> Result<String, ApiError> {
        let word = self.word();
        if word.is_empty() {
            Err(broken("a name is missing"))
        } else {
            Ok(word.to_owned())
        }
    }

    fn test(&mut self) -> Result<Test, ApiError> {
        // The longer symbols come first: `<=` begins with `<`.
        const OPERATORS: [(&str, Operator); 6] = [
            ("!=", Operator::Unequal),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("=", Operator::Equal),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (symbol, operator) in OPERATORS {
            if self.symbol(symbol) {
                return Ok(Test::Compare(operator, self.literal()?));
            }
        }
        let negated = self.keyword("not");
        if self.keyword("contains") {
            let mut pattern = vec![Piece::Some];
            pattern.extend(pieces(&self.text()?));
            pattern.push(Piece::Some);
            return Ok(Test::Like { negated, pattern });
        }
        if self.keyword("like") {
            return Ok(Test::Like {
                negated,
                pattern: pieces(&self.text()?),
            });
        }
        if self.keyword("in") && self.symbol("(") {
            let mut values = vec![self.literal()?];
            while self.symbol(",") {
                values.push(self.literal()?);
            }
            if self.symbol(")") {
                return Ok(Test::In { negated, values });
            }
        }
        Err(broken("an operator is missing"))
    }

    fn literal(&mut self) -> Result<Literal, ApiError> {
        self.skip_spaces();
        match self.rest.chars().next() {
            Some('"' | '\'') => self.text().map(Literal::Text),
            Some('[') => self.moment(),
            Some('-' | '0'..='9') => self.number(),
            _ => match self.word() {
                word if word.eq_ignore_ascii_case("true") => Ok(Literal::Flag(true)),
                word if word.eq_ignore_ascii_case("false") => Ok(Literal::Flag(false)),
                word if word.eq_ignore_ascii_case("null") => Ok(Literal::Null),
                _ => Err(broken(
                    "a value is missing, or a string has no quotation marks",
                )),
            },
        }
    }

    fn text(&mut self) -> Result<String, ApiError> {
        self.skip_spaces();
        let Some(quote @ ('"' | '\'')) = self.rest.chars().next() else {
            return Err(broken(
                "strings must be in single or double quotation marks",
            ));
        };
        let inner = &self.rest[1..];
        let Some(end) = inner.find(quote) else {
            return Err(broken("a string isn't closed"));
        };
        let text = &inner[..end];
        if text.contains('\\') {
            return Err(broken("a string holds a backslash"));
        }
        self.rest = &inner[end + 1..];
        Ok(text.to_owned())
    }

    fn moment(&mut self) -> Result<Literal, ApiError> {
        let Some((inner, rest)) = self.rest[1..].split_once(']') else {
            return Err(broken("a date isn't closed"));
        };
        self.rest = rest;
        moment(inner.trim())
            .map(Literal::Moment)
            .ok_or_else(|| broken("a date cannot be read"))
    }

    fn number(&mut self) -> Result<Literal, ApiError> {
        let end = self
            .rest
            .find(|c: char| !matches!(c, '-' | '.' | '0'..='9'))
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
            .parse()
            .map(Literal::Number)
            .map_err(|_| broken("a number cannot be read"))
    }

    fn word(&mut self) -> &'t str {
        self.skip_spaces();
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Takes the word if it comes next.
    fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.rest;
        let found = self.word().eq_ignore_ascii_case(keyword);
        if !found {
            self.rest = before;
        }
        found
    }

    /// Takes the symbol if it comes next.
    fn symbol(&mut self, symbol: &str) -> bool {
        self.skip_spaces();
        let found = self.rest.strip_prefix(symbol);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

fn one_or(mut several: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (several.len(), several.pop()) {
        (1, Some(single)) => single,
        (_, last) => {
            several.extend(last);
            join(several)
        }
    }
}

/// A moment, or a date at its first moment in UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let whole = || text.parse::<Timestamp>().ok();
    let day = || {
        Some(
            text.parse::<Date>()
                .ok()?
                .to_zoned(TimeZone::UTC)
                .ok()?
                .timestamp(),
        )
    };
    if text.contains('T') { whole() } else { day() }
}

/// A pattern: `%` and `*` stand for anything, `[[]` for a bracket.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("[[]") {
            pieces.push(Piece::One('['));
            rest = after;
            continue;
        }
        match next {
            '%' | '*' => pieces.push(Piece::Some),
            one => pieces.extend(one.to_lowercase().map(Piece::One)),
        }
        rest = &rest[next.len_utf8()..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reads(text: &str) -> bool {
        parse(text).is_ok()
    }

    #[test]
    fn nothing_is_no_condition() {
        assert!(!reads(""));
        assert!(!reads("   "));
    }

    #[test]
    fn every_form_of_the_grammar_is_read() {
        for text in [
            "id=1",
            "id != -1.5",
            "id<=3 and id >= 2",
            "company/id=812 AND inactiveFlag = False",
            "lastName = 'Okafor' or lastName=\"Brandt\"",
            "(id=1 or id=2) and (lastName like 'O%')",
            "title not contains 'lead'",
            "title not like \"*lead\"",
            "id in (1, 2,3)",
            "id not in (1)",
            "lastUpdated > [2026-03-01T00:00:00Z]",
            "lastUpdated>[2026-03-01]",
            "title = null",
        ] {
            assert!(reads(text), "{text}");
        }
    }

    #[test]
    fn broken_conditions_are_errors_with_the_right_code() {
        for text in [
            "id",
            "id=",
            "=1",
            "id=1 and",
            "(id=1",
            "id=1)",
            "id in ()",
            "id in (1",
            "lastName=Okafor",
            "lastName='Okafor",
            "lastName='a\\'b'",
            "lastUpdated > [yesterday]",
            "id=1-2",
            "id like 3",
            "id not = 1",
        ] {
            assert_eq!(
                parse(text).err().map(|error| (error.status, error.code)),
                Some((400, "ApiFindCondition")),
                "{text}"
            );
        }
    }

    #[test]
    fn and_binds_more_tightly_than_or() {
        let Ok(Expression::Any(alternatives)) = parse("id=1 or id=2 and id=3") else {
            panic!("not an alternative")
        };
        assert_eq!(alternatives.len(), 2);
        assert!(matches!(&alternatives[1], Expression::All(terms) if terms.len() == 2));
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let text = format!("{}id=1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(!reads(&text));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_text_of_the_languages_own_words_makes_the_parser_panic(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "id", "/", "=", "!=", "<", "(", ")", "and", "or", "not", "in", "like", "contains", "[", "]", "'",
                    "\"", "%", "*", "-", ".", "1", "2026-03-04", "null", "é", " ", ",",
                ]),
                0..24,
            ),
        ) {
            let _ = parse(&words.concat());
        }

        #[test]
        fn every_string_without_quotes_and_backslashes_comes_through(text in "[^\"\\\\]{0,40}") {
            let parsed = parse(&format!("title=\"{text}\"")).unwrap();
            let test = Test::Compare(Operator::Equal, Literal::Text(text));
            prop_assert_eq!(parsed, Expression::Term { path: vec!["title".to_owned()], test });
        }
    }
}
