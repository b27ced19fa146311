//! Checking the names in a filter against what it filters.

use super::{Expression, Test};
use crate::{
    connectwise::answer::ApiError,
    kind::Kind,
    schema::{Field, Shape},
};

/// What a filter is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// `conditions`: the record itself.
    Record(Kind),
    /// `childConditions`: its arrays.
    Children(Kind),
    /// `customFieldConditions`: its custom fields, one at a time.
    CustomFields,
}

/// The filter with its names in the API's spelling, or the error the PSA answers unknown names with.
pub(super) fn bind(expression: Expression, scope: Scope) -> Result<Expression, ApiError> {
    let all = |several: Vec<Expression>| {
        several
            .into_iter()
            .map(|each| bind(each, scope))
            .collect::<Result<_, _>>()
    };
    Ok(match expression {
        Expression::Any(several) => Expression::Any(all(several)?),
        Expression::All(several) => Expression::All(all(several)?),
        Expression::Term { path, test } => {
            if matches!(scope, Scope::Children(_)) && matches!(test, Test::In { .. }) {
                return Err(ApiError::condition(
                    "in is not supported in childConditions.",
                ));
            }
            let path = known(&path, scope).ok_or_else(|| unknown(&path))?;
            Expression::Term { path, test }
        }
    })
}

/// The path of an order, if it can be ordered by.
pub(crate) fn sortable(path: &[String], kind: Kind) -> Result<Vec<String>, ApiError> {
    known(path, Scope::Record(kind)).ok_or_else(|| unknown(path))
}

fn unknown(path: &[String]) -> ApiError {
    ApiError::condition(format!("{} is not a recognized name.", path.join("/")))
}

fn known(path: &[String], scope: Scope) -> Option<Vec<String>> {
    match (scope, path) {
        (Scope::Record(_), [stamp]) if stamp.eq_ignore_ascii_case("lastUpdated") => {
            Some(vec!["lastUpdated".to_owned()])
        }
        (Scope::Record(kind), [first, rest @ ..]) => {
            let field = kind.spec().field_in_any_case(first)?;
            let mut whole = vec![field.name.to_owned()];
            whole.extend(member(field, rest)?);
            Some(whole)
        }
        (Scope::Children(kind), [first, rest @ ..]) => {
            let field = kind.spec().field_in_any_case(first)?;
            let item = match field.shape {
                Shape::Items => known(rest, Scope::Record(Kind::Communication))?,
                Shape::Labels => label(rest)?,
                _ => return None,
            };
            let mut whole = vec![field.name.to_owned()];
            whole.extend(item);
            Some(whole)
        }
        (Scope::CustomFields, [name]) => {
            const NAMES: [&str; 4] = ["id", "caption", "type", "value"];
            NAMES
                .iter()
                .find(|known| known.eq_ignore_ascii_case(name))
                .map(|known| vec![(*known).to_owned()])
        }
        _ => None,
    }
}

/// The rest of a path whose first name is `field`.
fn member(field: &Field, rest: &[String]) -> Option<Vec<String>> {
    match field.shape {
        _ if field.shape.is_array() || field.name == "_info" || field.name == "typeIds" => None,
        Shape::To(_) | Shape::Label => label(rest),
        _ if rest.is_empty() => Some(Vec::new()),
        _ => None,
    }
}

/// A member of a reference.
fn label(rest: &[String]) -> Option<Vec<String>> {
    const NAMES: [&str; 3] = ["id", "identifier", "name"];
    match rest {
        [] => Some(Vec::new()),
        [name] => NAMES
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
            .map(|known| vec![(*known).to_owned()]),
        _ => None,
    }
}
