//! Filters for lists. Values are quoted here and nowhere else.

use jiff::Timestamp;
use model::{CompanyId, ContactId, ContactTypeId, Email, Private};

use crate::call::encode;

/// How long the filter of one parameter may be, as it stands in the address. With the rest of the address, and
/// one more parameter that names a company, a request stays below the 2000 characters that the PSA takes.
const LONGEST_FILTER: usize = 1650;

/// A filter on the properties of a contact itself.
///
/// Arrays of a contact (its communication items, its labels) cannot be asked about here: the PSA answers 400.
/// The default is no condition at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions(Filter);

/// A filter on the arrays of a contact: its communication items and its labels.
///
/// The PSA's matching is loose (case, for one), so what comes back must be compared again. Two terms cannot
/// be joined by "and": whether both would have to hold for the same item is not documented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChildConditions(Filter);

/// A text that cannot be part of a filter: how to escape a quote or a backslash is not documented, and nothing
/// at all would be in everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "quote a value for a filter: it is blank, or holds a quote, a backslash or a control character"
)]
pub struct InvalidValue;

impl Conditions {
    /// Contacts of this company.
    #[must_use]
    pub fn company(company: CompanyId) -> Self {
        Self(Filter::number("company/id", company.get()))
    }

    /// This one contact.
    #[must_use]
    pub fn contact(contact: ContactId) -> Self {
        Self(Filter::number("id", contact.get()))
    }

    /// Contacts that are not retired.
    #[must_use]
    pub fn active() -> Self {
        Self(Filter::raw("inactiveFlag=false"))
    }

    /// Contacts whose first and last name begin so, where a blank text is any.
    ///
    /// A wildcard (`%`, `*`, `_`) and what cannot be quoted end the text before them, so that more contacts are
    /// found and none is missed. If nothing is left of either text, it is refused.
    pub fn names_start(first: &str, last: &str) -> Result<Self, InvalidValue> {
        let starts = |path: &str, text: &str| match start_of(text) {
            "" => Filter::default(),
            start => Filter::raw(format!("{path} like \"{}%\"", bracketed(start))),
        };
        match starts("firstName", first).and(starts("lastName", last)) {
            Filter(None) => Err(InvalidValue),
            both => Ok(Self(both)),
        }
    }

    /// Contacts changed after this moment. Ask with a margin: clocks differ.
    #[must_use]
    pub fn updated_after(moment: Timestamp) -> Self {
        let stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ");
        Self(Filter::raw(format!("lastUpdated > [{stamp}]")))
    }

    /// Contacts for which both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0))
    }

    /// Contacts for which at least one holds, in as few filters as fit into an address each. Nothing to
    /// choose from gives no filter.
    #[must_use]
    pub fn any(choices: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let filters = Filter::any(choices.into_iter().map(|choice| choice.0));
        filters.into_iter().map(Self).collect()
    }

    pub(crate) fn text(&self) -> Option<&str> {
        self.0.reveal()
    }
}

impl ChildConditions {
    /// Contacts with this address.
    pub fn email(address: &Email) -> Result<Self, InvalidValue> {
        Self::value(address.reveal())
    }

    /// Contacts with an item that reads exactly so.
    pub fn value(value: &str) -> Result<Self, InvalidValue> {
        Filter::text("communicationItems/value", "=", value).map(Self)
    }

    /// Contacts with an item that has this in it, such as the end of a phone number.
    pub fn value_contains(part: &str) -> Result<Self, InvalidValue> {
        Filter::text("communicationItems/value", " contains ", part).map(Self)
    }

    /// Contacts with this label.
    #[must_use]
    pub fn labeled(label: ContactTypeId) -> Self {
        Self(Filter::number("types/id", label.get()))
    }

    /// Contacts for which at least one holds, in as few filters as fit into an address each. Nothing to
    /// choose from gives no filter.
    #[must_use]
    pub fn any(choices: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let filters = Filter::any(choices.into_iter().map(|choice| choice.0));
        filters.into_iter().map(Self).collect()
    }

    pub(crate) fn text(&self) -> Option<&str> {
        self.0.reveal()
    }
}

/// A filter of either sort; nothing when there is no condition. Its `Debug` output does not show it, because
/// it holds names and addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter(Option<Private>);

impl Filter {
    /// A property that equals a number.
    pub(crate) fn number(path: &str, number: u32) -> Self {
        Self::raw(format!("{path}={number}"))
    }

    /// A property compared with a text, which is quoted.
    pub(crate) fn text(path: &str, operator: &str, value: &str) -> Result<Self, InvalidValue> {
        Ok(Self::raw(format!("{path}{operator}{}", quote(value)?)))
    }

    /// Any of these properties is the number.
    pub(crate) fn any_number(paths: &[String], number: u32) -> Self {
        let terms: Vec<String> = paths
            .iter()
            .map(|path| format!("{path}={number}"))
            .collect();
        Self::raw(terms.join(" or "))
    }

    /// One of these ids, in as few filters as fit into an address each.
    pub(crate) fn ids(ids: &[u32]) -> Vec<Self> {
        let texts = ids.iter().map(u32::to_string);
        chunks(texts, ",")
            .into_iter()
            .map(|list| Self::raw(format!("id in ({list})")))
            .collect()
    }

    /// The filter as the PSA reads it.
    pub(crate) fn reveal(&self) -> Option<&str> {
        self.0.as_ref().map(Private::reveal)
    }

    fn raw(text: impl Into<String>) -> Self {
        Self(Some(Private::from(text)))
    }

    fn and(self, other: Self) -> Self {
        match (self.reveal(), other.reveal()) {
            (Some(one), Some(two)) => Self::raw(format!("{one} and {two}")),
            (None, _) => other,
            (_, None) => self,
        }
    }

    /// No condition at all among the choices makes the whole choice one.
    fn any(choices: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut terms = Vec::new();
        for choice in choices {
            match choice.reveal() {
                Some(term) if term.contains(" and ") => terms.push(format!("({term})")),
                Some(term) => terms.push(term.to_owned()),
                None => return vec![Self::default()],
            }
        }
        chunks(terms.into_iter(), " or ")
            .into_iter()
            .map(|list| Self::raw(format!("({list})")))
            .collect()
    }
}

/// Joins as many as fit, then begins anew. One that is too long alone stands alone; sending it is refused.
fn chunks(terms: impl Iterator<Item = String>, separator: &str) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for term in terms {
        match lists.last_mut() {
            Some(list) if encode(&format!("{list}{separator}{term}")).len() <= LONGEST_FILTER => {
                list.push_str(separator);
                list.push_str(&term);
            }
            _ => lists.push(term),
        }
    }
    lists
}

fn quote(value: &str) -> Result<String, InvalidValue> {
    if value.trim().is_empty() || value.contains(is_unquotable) {
        return Err(InvalidValue);
    }
    Ok(format!("\"{}\"", bracketed(value)))
}

/// The beginning of a text of which all can be asked for.
fn start_of(text: &str) -> &str {
    let is_end = |c: char| is_unquotable(c) || matches!(c, '%' | '*' | '_');
    let end = text.find(is_end).unwrap_or(text.len());
    text[..end].trim()
}

fn is_unquotable(c: char) -> bool {
    matches!(c, '"' | '\\') || c.is_control()
}

/// `[` begins a wildcard set in the PSA's strings, and stands for itself inside of one.
fn bracketed(value: &str) -> String {
    value.replace('[', "[[]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(conditions: &Conditions) -> &str {
        conditions.text().unwrap_or("nothing")
    }

    #[test]
    fn no_condition_is_no_parameter() {
        assert_eq!(Conditions::default().text(), None);
        assert_eq!(ChildConditions::default().text(), None);
        assert_eq!(Conditions::any([]), []);
    }

    #[test]
    fn conditions_read_as_documented() {
        let moment = "2026-03-04T15:20:11.9Z".parse().unwrap();
        let conditions = Conditions::company(CompanyId::new(812))
            .and(Conditions::active())
            .and(Conditions::updated_after(moment));
        assert_eq!(
            shown(&conditions),
            "company/id=812 and inactiveFlag=false and lastUpdated > [2026-03-04T15:20:11Z]"
        );
    }

    #[test]
    fn nothing_in_front_of_a_condition_leaves_it_as_it_is() {
        let active = Conditions::active();
        assert_eq!(Conditions::default().and(active.clone()), active);
        assert_eq!(active.clone().and(Conditions::default()), active);
    }

    #[test]
    fn alternatives_keep_to_themselves_beside_an_and() {
        let names = Conditions::any([
            Conditions::names_start("renée", "o").unwrap(),
            Conditions::names_start("", "renée").unwrap(),
        ]);
        assert_eq!(
            shown(&Conditions::company(CompanyId::new(8)).and(names[0].clone())),
            r#"company/id=8 and ((firstName like "renée%" and lastName like "o%") or lastName like "renée%")"#
        );
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn an_alternative_without_condition_lifts_the_others() {
        let any = Conditions::any([Conditions::active(), Conditions::default()]);
        assert_eq!(any, [Conditions::default()]);
    }

    #[test]
    fn child_conditions_ask_about_items_and_labels() {
        let email: Email = "Renee.Okafor@harborline.example".parse().unwrap();
        assert_eq!(
            ChildConditions::email(&email).unwrap().text().unwrap(),
            r#"communicationItems/value="renee.okafor@harborline.example""#
        );
        assert_eq!(
            ChildConditions::value_contains("0142")
                .unwrap()
                .text()
                .unwrap(),
            r#"communicationItems/value contains "0142""#
        );
        assert_eq!(
            ChildConditions::labeled(ContactTypeId::new(3))
                .text()
                .unwrap(),
            "types/id=3"
        );
    }

    #[test]
    fn a_bracket_is_escaped_and_what_cannot_be_escaped_is_refused() {
        assert_eq!(
            ChildConditions::value("O'Neil [Sr]")
                .unwrap()
                .text()
                .unwrap(),
            r#"communicationItems/value="O'Neil [[]Sr]""#
        );
        for value in ["a\"b", "a\\b", "a\nb", "", " "] {
            assert_eq!(ChildConditions::value(value), Err(InvalidValue), "{value}");
            assert_eq!(
                ChildConditions::value_contains(value),
                Err(InvalidValue),
                "{value}"
            );
        }
    }

    #[test]
    fn names_may_begin_in_either_field_but_not_with_nothing() {
        for (first, last, expected) in [
            (
                "rob",
                "m",
                r#"firstName like "rob%" and lastName like "m%""#,
            ),
            ("marsh, bob", "", r#"firstName like "marsh, bob%""#),
            ("", " o'neil ", r#"lastName like "o'neil%""#),
        ] {
            let starts = Conditions::names_start(first, last).unwrap();
            assert_eq!(shown(&starts), expected);
        }
        for (first, last) in [("", ""), (" ", "%"), ("*ob", "_"), ("\"bob\"", "")] {
            assert_eq!(Conditions::names_start(first, last), Err(InvalidValue));
        }
    }

    #[test]
    fn a_wildcard_or_a_quote_ends_the_beginning_of_a_name() {
        for (first, expected) in [
            ("ro%bert", "ro"),
            ("ro*bert", "ro"),
            ("ro_bert", "ro"),
            ("robert \"bob\"", "robert"),
            ("ro\\bert", "ro"),
            ("ro\tbert", "ro"),
            ("[ro]", "[[]ro]"),
        ] {
            let starts = Conditions::names_start(first, "").unwrap();
            assert_eq!(shown(&starts), format!("firstName like \"{expected}%\""));
        }
    }

    #[test]
    fn a_long_list_is_split_so_that_each_part_fits_and_nothing_is_lost() {
        let ids: Vec<u32> = (1_000_000..1_000_400).collect();
        let filters = Filter::ids(&ids);
        assert!(filters.len() > 1);
        let mut seen = Vec::new();
        for filter in &filters {
            let text = filter.reveal().unwrap();
            assert!(encode(text).len() <= LONGEST_FILTER + 20, "{}", text.len());
            let list = text
                .strip_prefix("id in (")
                .unwrap()
                .strip_suffix(')')
                .unwrap();
            seen.extend(list.split(',').map(|id| id.parse::<u32>().unwrap()));
        }
        assert_eq!(seen, ids);
        assert_eq!(Filter::ids(&[]), []);
    }

    #[test]
    fn debug_output_keeps_names() {
        let conditions = Conditions::names_start("", "Okafor").unwrap();
        assert!(!format!("{conditions:?}").contains("Okafor"));
    }
}
