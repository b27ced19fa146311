//! Applying a filter to a record.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;

use super::{Expression, Literal, Operator, Piece, Scope, Test, parse};
use crate::{
    connectwise::values::Of,
    kind::Kind,
    record::{self, NULL},
};

/// Whether the record passes.
pub(super) fn passes(expression: &Expression, scope: Scope, of: Of<'_>) -> bool {
    match scope {
        Scope::Record(_) => holds(expression, &|path| vec![of.path(path)]),
        Scope::CustomFields => {
            let Some(field) = of.kind.spec().field("customFields") else {
                return false;
            };
            let fields = of.field(field);
            let fields = fields.as_array().map_or(&[][..], Vec::as_slice);
            fields.iter().any(|each| {
                holds(expression, &|path| {
                    let value = path.first().and_then(|name| each.get(name));
                    vec![Cow::Borrowed(value.unwrap_or(&NULL))]
                })
            })
        }
        Scope::Children(_) => {
            let one_item = of.world.switches.child_conditions_on_one_item;
            match single_root(expression) {
                Some(root) if one_item => {
                    let count = children(of, root).len();
                    (0..count).any(|at| holds(expression, &|path| child(of, path, Some(at))))
                }
                _ => holds(expression, &|path| child(of, path, None)),
            }
        }
    }
}

/// Whether the expression holds, when `values` finds the values at a path. A term holds when any of them does.
fn holds<'v>(expression: &Expression, values: &dyn Fn(&[String]) -> Vec<Cow<'v, Value>>) -> bool {
    match expression {
        Expression::Any(several) => several.iter().any(|each| holds(each, values)),
        Expression::All(several) => several.iter().all(|each| holds(each, values)),
        Expression::Term { path, test } => values(path).iter().any(|value| test.holds(value)),
    }
}

/// The array that all terms are about, if it is one and the same.
fn single_root(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::Term { path, .. } => path.first().map(String::as_str),
        Expression::Any(several) | Expression::All(several) => {
            let mut roots = several.iter().map(single_root);
            let first = roots.next()??;
            roots.all(|root| root == Some(first)).then_some(first)
        }
    }
}

fn children<'w>(of: Of<'w>, root: &str) -> Vec<Value> {
    let Some(field) = of.kind.spec().field(root) else {
        return Vec::new();
    };
    match of.field(field).into_owned() {
        Value::Array(children) => children,
        _ => Vec::new(),
    }
}

/// The values at a path below an array, of all its items or of one.
fn child<'w>(of: Of<'w>, path: &[String], only: Option<usize>) -> Vec<Cow<'w, Value>> {
    let Some((root, below)) = path.split_first() else {
        return Vec::new();
    };
    let all = children(of, root).into_iter().enumerate();
    let wanted = all
        .filter(|(at, _)| only.is_none_or(|only| only == *at))
        .map(|(_, child)| child);
    wanted
        .map(|child| Cow::Owned(member(of, root, child, below)))
        .collect()
}

fn member(of: Of<'_>, root: &str, child: Value, path: &[String]) -> Value {
    let kind = if root == "types" {
        Kind::ContactType
    } else {
        Kind::CommunicationType
    };
    match path {
        [] => child,
        [name] if name == "name" && root == "types" && of.kind == Kind::Contact => {
            named(of, kind, &child)
        }
        [name] => child.get(name).cloned().unwrap_or_default(),
        [reference, name] if name == "name" => {
            named(of, kind, child.get(reference).unwrap_or(&NULL))
        }
        [reference, name, ..] => child
            .get(reference)
            .and_then(|inner| inner.get(name))
            .cloned()
            .unwrap_or_default(),
    }
}

fn named(of: Of<'_>, kind: Kind, reference: &Value) -> Value {
    reference
        .get("id")
        .and_then(record::id_in)
        .and_then(|id| of.world.name_of(kind, id))
        .into()
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::Compare(Operator::Equal, Literal::Null) => value.is_null(),
            Test::Compare(Operator::Unequal, Literal::Null) => !value.is_null(),
            _ if value.is_null() => false,
            Test::Compare(operator, literal) => {
                compare(value, literal).is_some_and(|ordering| operator.allows(ordering))
            }
            Test::In { negated, values } => {
                let found = values
                    .iter()
                    .any(|literal| compare(value, literal) == Some(Ordering::Equal));
                found != *negated
            }
            Test::Like { negated, pattern } => like(&text(value), pattern) != *negated,
        }
    }
}

impl Operator {
    fn allows(self, ordering: Ordering) -> bool {
        match self {
            Operator::Equal => ordering.is_eq(),
            Operator::Unequal => ordering.is_ne(),
            Operator::Less => ordering.is_lt(),
            Operator::LessOrEqual => ordering.is_le(),
            Operator::Greater => ordering.is_gt(),
            Operator::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// How the value stands to the literal; nothing when they cannot be compared.
fn compare(value: &Value, literal: &Literal) -> Option<Ordering> {
    match literal {
        Literal::Null => None,
        Literal::Flag(flag) => Some(value.as_bool()?.cmp(flag)),
        Literal::Number(number) => {
            let value = value
                .as_f64()
                .or_else(|| value.as_str()?.trim().parse().ok())?;
            value.partial_cmp(number)
        }
        Literal::Moment(moment) => Some(parse::moment(value.as_str()?)?.cmp(moment)),
        Literal::Text(wanted) => Some(text(value).cmp(&wanted.to_lowercase())),
    }
}

/// The value as text for comparison, in lower case.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_lowercase(),
        other => other.to_string(),
    }
}

/// Whether the text fits the pattern, in time proportional to the product of their lengths.
fn like(text: &str, pattern: &[Piece]) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut piece) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(piece) {
            Some(Piece::One(one)) if *one == text[at] => {
                at += 1;
                piece += 1;
            }
            Some(Piece::Some) => {
                retry = Some((at, piece));
                piece += 1;
            }
            _ => match retry {
                // The last wildcard takes one character more.
                Some((from, wildcard)) => {
                    retry = Some((from + 1, wildcard));
                    at = from + 1;
                    piece = wildcard + 1;
                }
                None => return false,
            },
        }
    }
    pattern[piece..].iter().all(|rest| *rest == Piece::Some)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{connectwise::conditions::Filter, world::World};

    fn world() -> World {
        let mut world = World::empty();
        world.add_custom_field(
            Kind::Contact,
            json!({ "id": 15, "caption": "crm_id", "type": "Number" }),
        );
        world.add_company(
            json!({ "id": 812, "identifier": "HarborLine", "name": "Harbor Line Freight" }),
        );
        world.add_contact(json!({
            "id": 4711, "firstName": "Renée", "lastName": "Okafor", "company": { "id": 812 }, "title": "Lead [North]",
            "defaultFlag": true, "types": [{ "id": 3 }], "customFields": [{ "id": 15, "value": 9 }],
            "communicationItems": [
                { "type": { "id": 1 }, "value": "renee.okafor@harborline.example", "defaultFlag": true },
                { "type": { "id": 2 }, "value": "3125550142", "defaultFlag": true },
            ],
        }));
        world
    }

    fn passes(scope: fn(Kind) -> Scope, text: &str) -> bool {
        let world = world();
        let record = world.record(Kind::Contact, 4711).unwrap();
        let filter = Filter::read(text, scope(Kind::Contact)).unwrap();
        filter.passes(Of {
            world: &world,
            kind: Kind::Contact,
            id: 4711,
            record,
        })
    }

    fn refused(scope: fn(Kind) -> Scope, text: &str) -> Option<String> {
        Filter::read(text, scope(Kind::Contact))
            .err()
            .map(|error| error.message)
    }

    #[test]
    fn conditions_see_fields_references_and_derived_fields() {
        for text in [
            "id=4711",
            "ID = 4711",
            "company/id=812",
            "company/name='harbor line freight'",
            "company/identifier='HARBORLINE'",
            "lastName='OKAFOR'",
            "firstName like 'ren%'",
            "firstName like '*née'",
            "firstName like 'RENÉE%' and lastName like 'o%'",
            "title contains 'lead'",
            "title like '%[[]North]'",
            "defaultFlag=true",
            "defaultFlag = TRUE and inactiveFlag = False",
            "lastUpdated > [2026-03-04]",
            "lastUpdated<=[2026-03-04T15:20:11Z]",
            "id in (1,4711)",
            "id not in (1)",
            "nickName = null",
            "title != null",
            "(id=1 or lastName='okafor') and id>4000",
            "title not like 'x%'",
        ] {
            assert!(passes(Scope::Record, text), "{text}");
        }
        for text in [
            "id=1",
            "company/id=813",
            "lastName='Oka'",
            "title contains 'south'",
            "defaultFlag=false",
            "lastUpdated > [2026-03-05]",
            "id not in (4711)",
            "title not contains 'lead'",
            "nickName != 'x'",
            "id='x'",
        ] {
            assert!(!passes(Scope::Record, text), "{text}");
        }
    }

    #[test]
    fn unknown_names_and_arrays_are_refused_in_conditions() {
        for (text, name) in [
            ("name='x'", "name"),
            ("types/id=3", "types/id"),
            ("communicationItems/value='x'", "communicationItems/value"),
            ("company/territory/id=1", "company/territory/id"),
            ("customFields/id=1", "customFields/id"),
            ("_info/lastUpdated=null", "_info/lastUpdated"),
        ] {
            assert_eq!(
                refused(Scope::Record, text),
                Some(format!("{name} is not a recognized name.")),
                "{text}"
            );
        }
    }

    #[test]
    fn child_conditions_see_items_and_types_alone() {
        for text in [
            "types/id=3",
            "types/name='decision maker'",
            "communicationItems/value='RENEE.OKAFOR@harborline.example'",
            "communicationItems/value like '%@harborline.example' and communicationItems/communicationType='Email'",
            "communicationItems/value contains 'OKAFOR@' or communicationItems/value contains '9999'",
            "communicationItems/value contains '0142'",
            "communicationItems/value like 'Renee%'",
            "communicationItems/type/id=2",
            "communicationItems/type/name='Direct'",
        ] {
            assert!(passes(Scope::Children, text), "{text}");
        }
        assert!(!passes(Scope::Children, "types/id=9"));
        assert!(!passes(
            Scope::Children,
            "communicationItems/value contains '01 42'"
        ));
        assert!(refused(Scope::Children, "id=4711").is_some());
        assert!(refused(Scope::Children, "communicationItems/nonsense=1").is_some());
        assert!(refused(Scope::Children, "types/id in (3)").is_some());
    }

    #[test]
    fn whether_child_conditions_must_hold_for_one_item_is_a_switch() {
        let text = "communicationItems/value='3125550142' and communicationItems/communicationType='Email'";
        assert!(passes(Scope::Children, text));
        let mut world = world();
        world.switches.child_conditions_on_one_item = true;
        let record = world.record(Kind::Contact, 4711).unwrap();
        let filter = Filter::read(text, Scope::Children(Kind::Contact)).unwrap();
        assert!(!filter.passes(Of {
            world: &world,
            kind: Kind::Contact,
            id: 4711,
            record
        }));
    }

    #[test]
    fn custom_field_conditions_hold_for_one_field() {
        assert!(passes(
            |_| Scope::CustomFields,
            "caption='crm_id' AND value != null"
        ));
        assert!(passes(
            |_| Scope::CustomFields,
            "caption='crm_id' AND value = 9"
        ));
        assert!(!passes(
            |_| Scope::CustomFields,
            "caption='other' AND value = 9"
        ));
    }

    proptest! {
        #[test]
        fn a_text_is_like_itself_between_wildcards(text in "[a-z]{0,12}", before in "[a-z]{0,5}", after in "[a-z]{0,5}") {
            let mut pattern = vec![Piece::Some];
            pattern.extend(text.chars().map(Piece::One));
            pattern.push(Piece::Some);
            let whole = format!("{before}{text}{after}");
            prop_assert!(like(&whole, &pattern));
        }

        #[test]
        fn a_pattern_without_wildcards_is_equality(text in "[ab]{0,6}", other in "[ab]{0,6}") {
            let pattern: Vec<Piece> = other.chars().map(Piece::One).collect();
            prop_assert_eq!(like(&text, &pattern), text == other);
        }
    }
}
