//! A line of the file: a contact as the PSA sends it, and what can be wrong with it.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;

use model::{CommunicationKind, CompanyId, ContactId};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::error::Category;

/// A line longer than this is no contact.
pub(super) const LONGEST_LINE: usize = 4 << 20;

/// The plain texts that are kept under their names on the wire, in the order of [`Line::fields`].
pub(super) const FIELDS: [&str; 8] = [
    "nickName",
    "title",
    "birthDay",
    "gender",
    "significantOther",
    "addressLine1",
    "city",
    "zip",
];

/// What matching looks at. Texts are borrowed from the line where their spelling allows.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Line<'a> {
    id: Id,
    company: Option<Company>,
    #[serde(borrow)]
    first_name: Text<'a>,
    #[serde(borrow)]
    last_name: Text<'a>,
    inactive_flag: Option<bool>,
    #[serde(borrow)]
    communication_items: Option<Vec<Item<'a>>>,
    site: Option<Site>,
    #[serde(borrow)]
    nick_name: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    birth_day: Text<'a>,
    #[serde(borrow)]
    gender: Text<'a>,
    #[serde(borrow)]
    significant_other: Text<'a>,
    #[serde(borrow)]
    address_line1: Text<'a>,
    #[serde(borrow)]
    city: Text<'a>,
    #[serde(borrow)]
    zip: Text<'a>,
}

/// An email, phone or fax.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Item<'a> {
    #[serde(rename = "type", borrow)]
    item_type: Option<ItemType<'a>>,
    #[serde(borrow)]
    communication_type: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
    #[serde(borrow)]
    extension: Text<'a>,
    default_flag: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItemType<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Company {
    id: Id,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Site {
    id: Option<u32>,
}

impl<'a> Line<'a> {
    /// Reads a line.
    pub(super) fn read(line: &'a [u8]) -> Result<(ContactId, CompanyId, Self), Problem> {
        if line.len() > LONGEST_LINE {
            return Err(Problem::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| Problem::NotText)?;
        match text.as_bytes().first() {
            Some(b'{') => {}
            Some(b'[') => return Err(Problem::List),
            _ => return Err(Problem::NoObject),
        }
        let line: Self = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
        let Id(id) = line.id;
        let Id(company) = line.company.as_ref().map_or(Id(None), |company| company.id);
        let id = id.ok_or(Problem::NoId)?;
        let company = company.ok_or(Problem::NoCompany)?;
        Ok((
            ContactId::new(id.get()),
            CompanyId::new(company.get()),
            line,
        ))
    }

    pub(super) fn first_name(&self) -> &str {
        &self.first_name.0
    }

    pub(super) fn last_name(&self) -> &str {
        &self.last_name.0
    }

    pub(super) fn is_active(&self) -> bool {
        !self.inactive_flag.unwrap_or(false)
    }

    pub(super) fn site(&self) -> Option<u32> {
        self.site.as_ref()?.id
    }

    /// The values of [`FIELDS`]; empty where there is none.
    pub(super) fn fields(&self) -> [&str; FIELDS.len()] {
        [
            &self.nick_name,
            &self.title,
            &self.birth_day,
            &self.gender,
            &self.significant_other,
            &self.address_line1,
            &self.city,
            &self.zip,
        ]
        .map(|Text(text)| text.as_ref())
    }

    /// The emails, phones and faxes that have a value.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item<'a>> + Clone {
        let items = self.communication_items.iter().flatten();
        items.filter(|item| !item.value.0.trim().is_empty())
    }
}

impl Item<'_> {
    /// The PSA says Email, Phone or Fax; some exports put the name of the item's type there, and most
    /// of those (Cell, Direct, Home) are phones.
    pub(super) fn kind(&self) -> CommunicationKind {
        let word = match self.communication_type.0.trim() {
            "" => self.type_name(),
            word => word,
        };
        if word.eq_ignore_ascii_case("email") {
            CommunicationKind::Email
        } else if word.eq_ignore_ascii_case("fax") {
            CommunicationKind::Fax
        } else {
            CommunicationKind::Phone
        }
    }

    pub(super) fn type_name(&self) -> &str {
        self.item_type.as_ref().map_or("", |kind| &kind.name.0)
    }

    pub(super) fn value(&self) -> &str {
        &self.value.0
    }

    /// The extension; empty where there is none, or it is a part of the value.
    pub(super) fn extension(&self) -> &str {
        self.extension.0.trim()
    }

    pub(super) fn is_default(&self) -> bool {
        self.default_flag.unwrap_or(false)
    }
}

/// Text; empty when it is null or missing. (Serde does not borrow into an `Option<Cow<str>>`.)
#[derive(Default)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Text<'de>, E> {
                Ok(Text::default())
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

/// An id of the PSA, from 1; none when it is null or missing.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(transparent)]
struct Id(Option<NonZeroU32>);

/// What is wrong with a line, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    TooLong,
    NotText,
    List,
    NoObject,
    NotJson { column: usize },
    CutOff,
    Twice,
    NoId,
    NoCompany,
    Odd { place: String },
    Repeated { id: ContactId, line: u64 },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "is longer than {} MiB; write one contact a line",
                LONGEST_LINE >> 20
            ),
            Self::NotText => f.write_str("is not UTF-8; save the file as UTF-8"),
            Self::List => f.write_str("is a list; write one contact a line, as `jq -c '.[]'` does"),
            Self::NoObject => f.write_str(
                "does not start a JSON object; write each contact on one line, as `jq -c` does",
            ),
            Self::NotJson { column } => write!(
                f,
                "is not JSON from column {column} on; export the contact again"
            ),
            Self::CutOff => f.write_str(
                "ends inside its JSON; write each contact on one line, as `jq -c` does, or export \
                 it again",
            ),
            Self::Twice => f.write_str("has a property twice; leave one of them out"),
            Self::NoId => f.write_str("has no id; export contacts with their ids"),
            Self::NoCompany => f.write_str(
                "has no company.id; contacts are compared within their company, so export that too",
            ),
            Self::Odd { place } => write!(
                f,
                "{place} is not {}; correct it or leave it out",
                expected(place)
            ),
            Self::Repeated { id, line } => write!(
                f,
                "repeats contact {id} of line {line}, which is kept; leave one of them out"
            ),
        }
    }
}

/// Why JSON was refused. The place is worth a second reading, as bad lines are rare.
fn explain(text: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Eof => Problem::CutOff,
        Category::Io | Category::Syntax => Problem::NotJson {
            column: error.column(),
        },
        Category::Data => {
            let mut reader = serde_json::Deserializer::from_str(text);
            match serde_path_to_error::deserialize::<_, Line<'_>>(&mut reader) {
                // A property that comes twice is refused at its name, before it has a value.
                Err(error) if error.inner().to_string().starts_with("duplicate field") => {
                    Problem::Twice
                }
                // `Line` has no maps, so the path holds nothing but names of its properties.
                Err(error) => Problem::Odd {
                    place: error.path().to_string(),
                },
                Ok(_) => Problem::NotJson {
                    column: error.column(),
                },
            }
        }
    }
}

/// What should stand at a place.
fn expected(place: &str) -> &'static str {
    let name = place.rsplit('.').next().unwrap_or_default();
    match name {
        "id" => "a positive whole number",
        "inactiveFlag" | "defaultFlag" => "true or false",
        "communicationItems" => "a list",
        "company" | "site" | "type" => "an object",
        _ if name.ends_with(']') => "an object",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: &str) -> String {
        match Line::read(line.as_bytes()) {
            Ok(_) => String::new(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn null_is_absent_everywhere() {
        let line = r#"{"id":7,"company":{"id":3,"name":null},"firstName":null,"lastName":null,
            "inactiveFlag":null,"communicationItems":null,"title":null,"zip":null,"site":null}"#;
        let (id, company, line) = Line::read(line.as_bytes()).ok().unwrap();
        assert_eq!((id.get(), company.get()), (7, 3));
        assert_eq!((line.first_name(), line.last_name()), ("", ""));
        assert_eq!(line.items().count(), 0);
        assert!(line.is_active());
        assert_eq!(line.fields(), [""; FIELDS.len()]);
        assert_eq!(line.site(), None);
        let items = r#"{"id":7,"company":{"id":3},"communicationItems":[{"value":null},
            {"type":null,"communicationType":null,"value":"1","extension":null,"defaultFlag":null}]}"#;
        let (_, _, line) = Line::read(items.as_bytes()).ok().unwrap();
        assert_eq!(line.items().count(), 1);
    }

    #[test]
    fn whatever_is_neither_email_nor_fax_is_a_phone() {
        for (kind, name, expected) in [
            ("Email", "Work", CommunicationKind::Email),
            ("Fax", "Work", CommunicationKind::Fax),
            ("Phone", "Fax", CommunicationKind::Phone),
            ("Cell", "Cell", CommunicationKind::Phone),
            ("", "Email", CommunicationKind::Email),
            ("", "Direct", CommunicationKind::Phone),
        ] {
            let line = format!(
                r#"{{"id":1,"company":{{"id":1}},"communicationItems":[
                {{"type":{{"id":1,"name":"{name}"}},"communicationType":"{kind}","value":"x"}}]}}"#
            );
            let (_, _, line) = Line::read(line.as_bytes()).ok().unwrap();
            let item = line.items().next().unwrap();
            assert_eq!(item.kind(), expected, "{kind} {name}");
            assert_eq!(item.type_name(), name);
        }
    }

    #[test]
    fn every_problem_names_its_place_and_never_the_value() {
        for (line, words) in [
            (r#"[{"id":1}]"#, "is a list"),
            (r#""Orla""#, "does not start a JSON object"),
            (r#"{"id":1,"firstName":"Orla""#, "ends inside its JSON"),
            (
                r#"{"id":1,firstName:"Orla"}"#,
                "is not JSON from column 9 on",
            ),
            (r#"{"id":1,"company":{"id":1}} {}"#, "is not JSON"),
            (r#"{"company":{"id":1}}"#, "has no id"),
            (r#"{"id":null,"company":{"id":1}}"#, "has no id"),
            (r#"{"id":1,"firstName":"Orla"}"#, "has no company.id"),
            (r#"{"id":1,"company":null}"#, "has no company.id"),
            (r#"{"id":1,"company":{"name":"Orla"}}"#, "has no company.id"),
            (
                r#"{"id":0,"company":{"id":1}}"#,
                "id is not a positive whole number",
            ),
            (
                r#"{"id":"Orla","company":{"id":1}}"#,
                "id is not a positive",
            ),
            (
                r#"{"id":4294967296,"company":{"id":1}}"#,
                "id is not a positive",
            ),
            (r#"{"id":1.5,"company":{"id":1}}"#, "id is not a positive"),
            (
                r#"{"id":1,"company":{"id":-2}}"#,
                "company.id is not a positive",
            ),
            (r#"{"id":1,"company":"Orla"}"#, "company is not an object"),
            (r#"{"id":1,"firstName":["Orla"]}"#, "firstName is not text"),
            (r#"{"id":1,"firstName":7}"#, "firstName is not text"),
            (
                r#"{"id":1,"inactiveFlag":"Orla"}"#,
                "inactiveFlag is not true or false",
            ),
            (
                r#"{"id":1,"communicationItems":"Orla"}"#,
                "communicationItems is not a list",
            ),
            (
                r#"{"id":1,"communicationItems":["Orla"]}"#,
                "communicationItems[0] is not an object",
            ),
            (
                r#"{"id":1,"communicationItems":[{"value":{"Orla":1}}]}"#,
                "communicationItems[0].value is not text",
            ),
            (
                r#"{"id":1,"id":2,"firstName":"Orla"}"#,
                "has a property twice",
            ),
        ] {
            let problem = problem(line);
            assert!(problem.starts_with(words), "{line}: {problem}");
            assert!(!problem.contains("Orla"), "{problem}");
        }
        assert_eq!(Line::read(b"{\"id\":\xff}").err(), Some(Problem::NotText));
        let long = vec![b' '; LONGEST_LINE + 1];
        assert_eq!(Line::read(&long).err(), Some(Problem::TooLong));
    }
}
