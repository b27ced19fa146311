//! What is sent about a contact, and whether the answer shows it.

use http_client::Stored;
use model::Private;
use model::itglue::{Change, Contact, Edit, Email, Phone, reads_alike};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::convert::kind_word;

/// What an item without a label is sent with, because IT Glue refuses it otherwise.
const DEFAULT_LABEL: &str = "Work";

/// What is said about the items of a list.
struct ItemNames {
    list: &'static str,
    primary: &'static str,
    label: &'static str,
}

const EMAILS: ItemNames = ItemNames {
    list: "contact-emails",
    primary: "contact-emails.primary",
    label: "contact-emails.label-name",
};

const PHONES: ItemNames = ItemNames {
    list: "contact-phones",
    primary: "contact-phones.primary",
    label: "contact-phones.label-name",
};

/// What an item shows beside its value.
struct Shown<'a> {
    primary: bool,
    label: &'a str,
}

/// The body that asks for a change of one contact.
pub(crate) fn contact_body(change: &Change) -> Value {
    json!({"data": {"type": "contacts", "attributes": attributes(change)}})
}

/// What was stored, compared with what was asked.
pub(crate) fn compared(change: &Change, record: Contact) -> Stored<Contact> {
    Stored {
        differences: differences(change, &record),
        record,
    }
}

/// The fields that a contact does not have as a change asks for, by their names on the wire.
///
/// Spelling does not count where IT Glue has its own, and what is there beside what was asked for does.
#[must_use]
pub fn differences(change: &Change, found: &Contact) -> Vec<&'static str> {
    let Change {
        organization,
        first_name,
        last_name,
        title,
        contact_type,
        location,
        important,
        notes,
        emails,
        phones,
    } = change;
    let names = |asked: &Edit<Private>, found: &Private| is_met_text(asked, Some(found), same);
    let is_met = [
        (
            "organization-id",
            organization.is_none_or(|asked| asked == found.organization),
        ),
        ("first-name", names(first_name, &found.first_name)),
        ("last-name", names(last_name, &found.last_name)),
        ("title", is_met_text(title, found.title.as_ref(), same)),
        (
            "contact-type-id",
            is_met_value(contact_type, found.contact_type.as_ref()),
        ),
        (
            "location-id",
            is_met_value(location, found.location.as_ref()),
        ),
        (
            "important",
            is_met_value(important, found.important.as_ref()),
        ),
        (
            "notes",
            is_met_text(notes, found.notes.as_ref(), reads_alike),
        ),
    ];
    let unmet = is_met.into_iter().filter(|(_, is_met)| !is_met);
    let unmet_items = [
        emails.as_ref().and_then(|asked| {
            unmet_items(asked, &found.emails, &EMAILS, Email::same_as, |email| {
                Shown {
                    primary: email.primary,
                    label: &email.label,
                }
            })
        }),
        phones.as_ref().and_then(|asked| {
            unmet_items(asked, &found.phones, &PHONES, Phone::same_as, |phone| {
                Shown {
                    primary: phone.primary,
                    label: &phone.label,
                }
            })
        }),
    ];
    unmet
        .map(|(field, _)| field)
        .chain(unmet_items.into_iter().flatten())
        .collect()
}

fn attributes(change: &Change) -> Map<String, Value> {
    let Change {
        organization,
        first_name,
        last_name,
        title,
        contact_type,
        location,
        important,
        notes,
        emails,
        phones,
    } = change;
    let list = |items: Vec<Value>| Value::from(items);
    [
        ("organization-id", organization.map(|id| json!(id))),
        ("first-name", text(first_name)),
        ("last-name", text(last_name)),
        ("title", text(title)),
        ("contact-type-id", value(contact_type)),
        ("location-id", value(location)),
        ("important", value(important)),
        ("notes", text(notes)),
        (
            "contact-emails",
            emails
                .as_ref()
                .map(|items| list(items.iter().map(email).collect())),
        ),
        (
            "contact-phones",
            phones
                .as_ref()
                .map(|items| list(items.iter().map(phone).collect())),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

fn value<T: Serialize>(edit: &Edit<T>) -> Option<Value> {
    edit.asked().map(|value| json!(value))
}

/// Blank text is sent as null, which is how IT Glue empties a field.
fn text(edit: &Edit<Private>) -> Option<Value> {
    let asked = edit.asked()?.filter(|text| !text.is_blank());
    Some(json!(asked))
}

fn email(email: &Email) -> Value {
    let Email {
        value,
        label,
        primary,
    } = email;
    json!({"value": value, "primary": primary, "label-name": label_name(label)})
}

fn phone(phone: &Phone) -> Value {
    let Phone {
        value,
        extension,
        label,
        primary,
        kind,
    } = phone;
    let mut item = json!({
        "value": value, "primary": primary, "label-name": label_name(label), "label-type": kind_word(kind),
    });
    if let Some(extension) = extension {
        item["extension"] = json!(extension);
    }
    item
}

fn label_name(label: &str) -> &str {
    let label = label.trim();
    if label.is_empty() {
        DEFAULT_LABEL
    } else {
        label
    }
}

fn is_met_value<T: PartialEq>(asked: &Edit<T>, found: Option<&T>) -> bool {
    asked.asked().is_none_or(|asked| asked == found)
}

/// Missing text is blank text.
fn is_met_text(
    asked: &Edit<Private>,
    found: Option<&Private>,
    same: fn(&str, &str) -> bool,
) -> bool {
    let reveal = |text: Option<&Private>| text.map_or("", Private::reveal).to_owned();
    asked
        .asked()
        .is_none_or(|asked| same(&reveal(asked), &reveal(found)))
}

fn same(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}

/// Finds for each item that was asked for one that is there: at first those that show the same in every respect,
/// because one value may be there under two labels.
fn unmet_items<T>(
    asked: &[T],
    found: &[T],
    names: &ItemNames,
    same: fn(&T, &T) -> bool,
    shown: fn(&T) -> Shown<'_>,
) -> Option<&'static str> {
    let is_labeled_alike = |a: &T, b: &T| {
        let [a, b] = [a, b].map(|item| label_name(shown(item).label).to_lowercase());
        a == b
    };
    let likeness =
        |a: &T, b: &T| match (is_labeled_alike(a, b), shown(a).primary == shown(b).primary) {
            _ if !same(a, b) => 0,
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 3,
        };
    let mut asked: Vec<&T> = asked.iter().collect();
    let mut found: Vec<&T> = found.iter().collect();
    let mut unmet = None;
    for least in [3, 2, 1] {
        asked.retain(|asked| {
            let at = found
                .iter()
                .position(|found| likeness(asked, found) >= least);
            let Some(at) = at else { return true };
            let found = found.remove(at);
            if shown(asked).primary && !shown(found).primary {
                // The other way round, IT Glue chose one by itself.
                unmet = unmet.or(Some(names.primary));
            } else if !is_labeled_alike(asked, found) {
                unmet = unmet.or(Some(names.label));
            }
            false
        });
    }
    let is_whole = asked.is_empty() && found.is_empty();
    if is_whole { unmet } else { Some(names.list) }
}

#[cfg(test)]
mod tests {
    use model::itglue::{ContactTypeId, LocationId, OrganizationId, PhoneKind};

    use super::*;
    use crate::convert;
    use crate::testing::example;

    /// The example of the documentation, with some attributes changed.
    fn found(attributes: Value) -> Contact {
        let mut record = example();
        for (name, value) in attributes.as_object().unwrap() {
            record["attributes"][name] = value.clone();
        }
        convert::contact(serde_json::from_value(record).unwrap(), &[]).unwrap()
    }

    fn number(value: &str, extension: Option<&str>, label: &str) -> Phone {
        Phone {
            value: value.into(),
            extension: extension.map(Private::from),
            label: label.to_owned(),
            primary: extension.is_some(),
            kind: PhoneKind::Phone,
        }
    }

    /// A change that asks for the example of the documentation, spelled in another way.
    fn whole() -> Change {
        Change {
            organization: Some(OrganizationId::new(1_220_417)),
            first_name: Edit::Set("Priya ".into()),
            last_name: Edit::Set("Raman".into()),
            title: Edit::Set("Practice Manager".into()),
            contact_type: Edit::Set(ContactTypeId::new(118_205)),
            location: Edit::Clear,
            important: Edit::Set(true),
            notes: Edit::Set("Mirrored from ConnectWise contact 4711\n".into()),
            emails: Some(vec![Email {
                value: "Priya@NorthwindDental.example".into(),
                label: "work".to_owned(),
                primary: true,
            }]),
            phones: Some(vec![
                number("+312 555-0177", None, "Cell"),
                number("312-555-0142", Some("x204"), ""),
            ]),
        }
    }

    #[test]
    fn nothing_asked_is_always_met_and_sends_nothing() {
        assert!(differences(&Change::default(), &found(json!({}))).is_empty());
        assert!(attributes(&Change::default()).is_empty());
    }

    #[test]
    fn everything_is_sent_under_its_documented_name() {
        assert_eq!(
            contact_body(&whole()),
            json!({"data": {"type": "contacts", "attributes": {
                "organization-id": 1_220_417,
                "first-name": "Priya ",
                "last-name": "Raman",
                "title": "Practice Manager",
                "contact-type-id": 118_205,
                "location-id": null,
                "important": true,
                "notes": "Mirrored from ConnectWise contact 4711\n",
                "contact-emails": [
                    {"value": "Priya@NorthwindDental.example", "primary": true, "label-name": "work"},
                ],
                "contact-phones": [
                    {"value": "+312 555-0177", "primary": false, "label-name": "Cell", "label-type": "phone"},
                    {"value": "312-555-0142", "extension": "x204", "primary": true, "label-name": "Work",
                     "label-type": "phone"},
                ],
            }}})
        );
    }

    #[test]
    fn what_is_emptied_is_sent_as_null_and_arrays_as_empty_ones() {
        let change = Change {
            first_name: Edit::Set(" ".into()),
            title: Edit::Clear,
            contact_type: Edit::Clear,
            emails: Some(Vec::new()),
            ..Change::default()
        };
        assert_eq!(
            Value::from(attributes(&change)),
            json!({"first-name": null, "title": null, "contact-type-id": null, "contact-emails": []})
        );
    }

    #[test]
    fn a_fax_and_what_is_newer_keep_their_kind() {
        for (kind, word) in [
            (PhoneKind::Fax, "fax"),
            (PhoneKind::Other("pager".to_owned()), "pager"),
        ] {
            let item = phone(&Phone {
                kind,
                ..number("3125550143", None, "Work")
            });
            assert_eq!(item["label-type"], word);
        }
    }

    #[test]
    fn spelling_is_no_difference() {
        assert!(differences(&whole(), &found(json!({}))).is_empty());
    }

    #[test]
    fn what_differs_in_the_answer_is_named() {
        let email = |value: &str, label: &str, primary: bool| json!({"value": value, "label-name": label, "primary": primary});
        let ours = "priya@northwinddental.example";
        for (field, attributes) in [
            ("organization-id", json!({"organization-id": 5})),
            ("first-name", json!({"first-name": "Prya"})),
            ("last-name", json!({"last-name": null})),
            ("title", json!({"title": "Manager"})),
            ("contact-type-id", json!({"contact-type-id": null})),
            ("location-id", json!({"location-id": 3})),
            ("important", json!({"important": null})),
            (
                "notes",
                json!({"notes": "<p>Mirrored from ConnectWise contact 4712</p>"}),
            ),
            ("contact-emails", json!({"contact-emails": []})),
            (
                "contact-emails",
                json!({"contact-emails": [email(ours, "Work", true), email("old@dental.example", "Work", false)]}),
            ),
            (
                "contact-emails.primary",
                json!({"contact-emails": [email(ours, "Work", false)]}),
            ),
            (
                "contact-emails.label-name",
                json!({"contact-emails": [email(ours, "Home", true)]}),
            ),
            ("contact-phones", json!({"contact-phones": null})),
            (
                "contact-phones",
                json!({"contact-phones": [
                    {"value": "3125550142", "extension": "205", "label-name": "Work", "primary": true},
                    {"value": "3125550177", "label-name": "Cell"}]}),
            ),
            (
                "contact-phones.label-name",
                json!({"contact-phones": [
                    {"value": "3125550142", "extension": "204", "label-name": "Work", "primary": true},
                    {"value": "3125550177", "label-name": "Work"}]}),
            ),
        ] {
            let differences = differences(&whole(), &found(attributes.clone()));
            assert_eq!(differences, [field], "{attributes}");
        }
    }

    #[test]
    fn a_primary_that_it_glue_chose_by_itself_is_no_difference() {
        let mut change = whole();
        for email in change.emails.iter_mut().flatten() {
            email.primary = false;
        }
        assert!(differences(&change, &found(json!({}))).is_empty());
    }

    #[test]
    fn a_place_that_is_not_taken_is_a_difference() {
        let change = Change {
            location: Edit::Set(LocationId::new(3)),
            ..Change::default()
        };
        assert_eq!(differences(&change, &found(json!({}))), ["location-id"]);
    }

    #[test]
    fn all_that_differs_is_named_in_order() {
        let found = found(json!({"title": null, "contact-emails": [], "contact-phones": []}));
        assert_eq!(
            differences(&whole(), &found),
            ["title", "contact-emails", "contact-phones"]
        );
    }

    #[test]
    fn one_number_may_be_there_under_two_labels() {
        let item = |label: &str, primary: bool| json!({"value": "3125550142", "label-name": label, "primary": primary});
        let asked = |label: &str, primary: bool| Phone {
            primary,
            ..number("312-555-0142", None, label)
        };
        let change = Change {
            phones: Some(vec![asked("Cell", false), asked("Work", true)]),
            ..Change::default()
        };
        for (stored, expected) in [
            (vec![item("Work", true), item("Cell", false)], None),
            (vec![item("Cell", false), item("Work", true)], None),
            (vec![item("Work", true)], Some("contact-phones")),
            (
                vec![item("Work", true), item("Cell", false), item("Home", false)],
                Some("contact-phones"),
            ),
            (
                vec![item("Work", true), item("Home", false)],
                Some("contact-phones.label-name"),
            ),
            (
                vec![item("Work", false), item("Cell", true)],
                Some("contact-phones.primary"),
            ),
        ] {
            let found = found(json!({"contact-phones": stored}));
            let expected: Vec<&str> = expected.into_iter().collect();
            assert_eq!(differences(&change, &found), expected, "{stored:?}");
        }
    }
}
