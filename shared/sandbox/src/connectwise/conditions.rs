//! The filter language of lists: `conditions`, `childConditions`, `customFieldConditions`.
//!
//! What the documentation leaves open is settled so: comparing an absent value with anything but `null` is
//! false, as in the database below; text is compared without regard to case; a backslash in text is
//! refused, because no escape is documented.

mod bind;
mod evaluate;
mod parse;

pub(crate) use bind::{Scope, sortable};

use super::{answer::ApiError, values::Of};

use jiff::Timestamp;

/// A filter.
#[derive(Clone, PartialEq, Debug)]
enum Expression {
    Any(Vec<Expression>),
    All(Vec<Expression>),
    Term { path: Vec<String>, test: Test },
}

/// What a term demands of the value at its path.
#[derive(Clone, PartialEq, Debug)]
enum Test {
    Compare(Operator, Literal),
    In { negated: bool, values: Vec<Literal> },
    Like { negated: bool, pattern: Vec<Piece> },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, PartialEq, Debug)]
enum Literal {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    Moment(Timestamp),
}

/// A piece of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece {
    /// This character.
    One(char),
    /// Any characters, or none.
    Some,
}

/// A filter that is known to fit what it filters.
pub(crate) struct Filter {
    expression: Expression,
    scope: Scope,
}

impl Filter {
    /// Reads a filter and checks its names.
    pub(crate) fn read(text: &str, scope: Scope) -> Result<Filter, ApiError> {
        let expression = parse::parse(text)?;
        Ok(Filter {
            expression: bind::bind(expression, scope)?,
            scope,
        })
    }

    /// Whether the record passes.
    pub(crate) fn passes(&self, of: Of<'_>) -> bool {
        evaluate::passes(&self.expression, self.scope, of)
    }
}
