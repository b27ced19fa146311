//! Contacts side by side.

use std::collections::{BTreeMap, BTreeSet};

use model::{CommunicationKind, Contact, ContactId, Details};
use serde_json::Value;

use crate::values;

/// Contacts side by side: one column each.
pub(crate) struct Sheet {
    /// Who stands in which column.
    pub(crate) columns: Vec<ContactId>,
    /// What they say, line by line. What nobody says is left out.
    pub(crate) rows: Vec<Row>,
}

/// One property of all contacts.
pub(crate) struct Row {
    /// What it is called.
    pub(crate) name: String,
    /// What each contact says, as one or more lines; absent where nobody looked.
    pub(crate) cells: Vec<Option<Vec<String>>>,
    /// Whether they say different things.
    pub(crate) differs: bool,
}

/// Properties that say nothing to a person, follow from others, or are shown in another way.
const LEFT_OUT: [&str; 13] = [
    "childrenFlag",
    "companyLocation",
    "defaultPhoneExtension",
    "defaultPhoneNbr",
    "defaultPhoneType",
    "ignoreDuplicates",
    "inactiveFlag",
    "integratorTags",
    "marriedFlag",
    "mobileGuid",
    "photo",
    "presence",
    "site",
];

/// Properties that are shown first, in this order.
const FIRST: [&str; 2] = ["title", "department"];

impl Sheet {
    /// These contacts, in this order, with what is known to hang on them.
    pub(crate) fn of(contacts: &[&Contact], details: &BTreeMap<ContactId, Details>) -> Self {
        let mut sheet = Self {
            columns: contacts.iter().map(|contact| contact.id).collect(),
            rows: Vec::new(),
        };
        let one = |text: String| Some(Vec::from([text]));
        let mut row = |name: &str, say: &dyn Fn(&Contact) -> Option<Vec<String>>| {
            sheet.add(name, contacts.iter().map(|contact| say(contact)).collect());
        };
        row("name", &|c| one(values::name(c)));
        row("active", &|c| one(values::yes(c.active).to_owned()));
        row("portal", &|c| one(values::portal(c.portal)));
        row("role", &|c| Some(roles(c)));
        row("emails", &|c| Some(items(c, &CommunicationKind::Email)));
        row("phones", &|c| Some(items(c, &CommunicationKind::Phone)));
        row("faxes", &|c| Some(items(c, &CommunicationKind::Fax)));
        for field in fields(contacts) {
            row(field, &|c| {
                let value = c.fields.get(field).filter(|value| !says_nothing(value));
                Some(value.map(values::shown).into_iter().collect())
            });
        }
        for (id, caption) in custom_fields(contacts) {
            row(caption, &|c| {
                let value = c.custom_fields.iter().find(|field| field.id == id);
                Some(value.map(|f| values::shown(&f.value)).into_iter().collect())
            });
        }
        row("types", &|c| {
            let mut labels: Vec<String> = c.types.iter().map(|label| label.name.clone()).collect();
            labels.sort();
            Some(labels)
        });
        row("notes", &|c| {
            one(details.get(&c.id)?.notes.len().to_string())
        });
        row("groups", &|c| {
            let groups = details.get(&c.id)?.groups.iter();
            Some(groups.map(|m| format!("group {}", m.group)).collect())
        });
        row("pointed at by", &|c| {
            let mut counts: BTreeMap<_, usize> = BTreeMap::new();
            for reference in &details.get(&c.id)?.references {
                *counts.entry(reference.kind).or_default() += 1;
            }
            let word = |(kind, n): (model::RecordKind, usize)| match n {
                1 => format!("1 {kind}"),
                n => format!("{n} {}", kind.plural()),
            };
            Some(counts.into_iter().map(word).collect())
        });
        row("last changed", &|c| {
            let at = c.updated_at?.strftime("%Y-%m-%d %H:%M");
            let by = c
                .updated_by
                .as_ref()
                .map(|by| format!("by {}", by.reveal()));
            Some([at.to_string()].into_iter().chain(by).collect())
        });
        sheet
    }

    fn add(&mut self, name: &str, cells: Vec<Option<Vec<String>>>) {
        if cells.iter().flatten().all(Vec::is_empty) {
            return;
        }
        // That the latest change was another one says nothing about who somebody is.
        let compared = name != "last changed";
        let said: BTreeSet<&Vec<String>> = cells.iter().flatten().collect();
        self.rows.push(Row {
            name: name.to_owned(),
            differs: compared && said.len() > 1,
            cells,
        });
    }
}

fn roles(contact: &Contact) -> Vec<String> {
    let roles = [
        (contact.is_default, "default contact"),
        (contact.is_billing, "billing contact"),
    ];
    let held = roles.into_iter().filter(|(holds, _)| *holds);
    held.map(|(_, role)| role.to_owned()).collect()
}

fn items(contact: &Contact, kind: &CommunicationKind) -> Vec<String> {
    let mut items: Vec<_> = contact.communications.iter().collect();
    items.retain(|item| item.kind == *kind);
    items.sort_by_key(|item| (!item.is_default, item.value.clone()));
    let line = |item: &model::Communication| {
        let number = values::number(&item.value, item.extension.as_ref());
        format!("{number}{}", values::star(item.is_default))
    };
    items.into_iter().map(line).collect()
}

/// The plain fields that any of them fills.
fn fields<'c>(contacts: &[&'c Contact]) -> Vec<&'c str> {
    let all = contacts.iter().flat_map(|contact| &contact.fields);
    let filled: BTreeSet<&str> = all
        .filter(|(name, value)| !LEFT_OUT.contains(&name.as_str()) && !says_nothing(value))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut fields: Vec<&str> = filled.into_iter().collect();
    let place = |field: &&str| FIRST.iter().position(|first| first == field);
    fields.sort_by_key(|field| place(field).unwrap_or(FIRST.len()));
    fields
}

/// The custom fields that any of them fills, with their captions.
fn custom_fields<'c>(contacts: &[&'c Contact]) -> BTreeMap<u32, &'c str> {
    let all = contacts.iter().flat_map(|contact| &contact.custom_fields);
    all.filter(|field| !says_nothing(&field.value))
        .map(|field| (field.id, field.caption.as_str()))
        .collect()
}

fn says_nothing(value: &model::PrivateValue) -> bool {
    value.is_blank() || *value.reveal() == Value::Bool(false)
}

#[cfg(test)]
mod tests {
    use model::CompanyId;

    use super::*;

    fn contact(id: u32) -> Contact {
        Contact::new(ContactId::new(id), CompanyId::new(1), "Ada", "Byron")
    }

    fn row<'s>(sheet: &'s Sheet, name: &str) -> &'s Row {
        sheet.rows.iter().find(|row| row.name == name).unwrap()
    }

    #[test]
    fn nobody_has_no_column_and_no_row() {
        let sheet = Sheet::of(&[], &BTreeMap::new());
        assert!(sheet.columns.is_empty() && sheet.rows.is_empty());
    }

    #[test]
    fn what_differs_is_marked_and_what_nobody_says_is_left_out() {
        let (low, high) = (
            contact(1).with_email(5, "ada@x.example"),
            contact(2)
                .with_email(6, "ada@y.example")
                .with_field("title", "Owner")
                .with_field("mobileGuid", "7"),
        );
        let sheet = Sheet::of(&[&low, &high], &BTreeMap::new());
        let names: Vec<&str> = sheet.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["name", "active", "portal", "emails", "title"]);
        assert!(!row(&sheet, "name").differs);
        assert!(row(&sheet, "emails").differs && row(&sheet, "title").differs);
        assert_eq!(
            row(&sheet, "title").cells,
            [Some(vec![]), Some(vec!["Owner".to_owned()])]
        );
    }

    #[test]
    fn where_nobody_looked_nothing_differs() {
        let (low, high) = (contact(1), contact(2));
        let details = BTreeMap::from([(high.id, Details::default())]);
        let sheet = Sheet::of(&[&low, &high], &details);
        let notes = row(&sheet, "notes");
        assert_eq!(notes.cells, [None, Some(vec!["0".to_owned()])]);
        assert!(!notes.differs);
    }
}
