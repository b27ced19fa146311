//! The fields of a request, and what is wrong with them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{account::Account, problem::Problem};
use crate::exchange;

/// The fields of a request, trimmed; what was sent empty is nothing.
#[derive(Clone, Default)]
pub(crate) struct Form {
    fields: BTreeMap<String, Option<String>>,
    arrays: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// Reads the documented form: `a=1&tags[]=x&tags[]=y`.
    pub(crate) fn of_body(body: &[u8]) -> Form {
        Form::of_fields(exchange::parameters(body))
    }

    pub(crate) fn of_fields(fields: impl IntoIterator<Item = (String, String)>) -> Form {
        let mut form = Form::default();
        for (name, value) in fields {
            match name.split_once('[') {
                Some((array, _)) => form.push(array, value),
                None => form.set(name, value),
            }
        }
        form
    }

    /// Reads a JSON object of texts, numbers and arrays of texts. What isn't one has no fields.
    pub(crate) fn of_json(body: &[u8]) -> Form {
        let mut form = Form::default();
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return form;
        };
        for (name, value) in object {
            match value {
                Value::String(text) => form.set(name, text),
                Value::Number(number) => form.set(name, number.to_string()),
                Value::Null => form.set(name, String::new()),
                Value::Array(items) => {
                    for item in items.iter().filter_map(Value::as_str) {
                        form.push(&name, item.to_owned());
                    }
                }
                _ => {}
            }
        }
        form
    }

    pub(crate) fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_deref()
    }

    /// Whether the field was sent at all, even empty.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The items of an array; none when nothing was sent.
    pub(crate) fn array(&self, field: &str) -> &[String] {
        self.arrays.get(field).map_or(&[], Vec::as_slice)
    }

    fn set(&mut self, field: String, value: String) {
        let value = Some(value.trim()).filter(|value| !value.is_empty());
        self.fields.insert(field, value.map(str::to_owned));
    }

    fn push(&mut self, array: &str, item: String) {
        let items = self.arrays.entry(array.to_owned()).or_default();
        items.extend(Some(item.trim().to_owned()).filter(|item| !item.is_empty()));
    }
}

/// Looks at the fields one by one and remembers all that is wrong.
pub(crate) struct Check<'f> {
    form: &'f Form,
    errors: BTreeMap<String, Vec<String>>,
}

/// Whose address may be taken over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Free {
    /// Nobody's.
    Nobodys,
    /// That user's own.
    Own(u64),
    /// A lead's.
    Leads,
}

impl<'f> Check<'f> {
    pub(crate) fn new(form: &'f Form) -> Check<'f> {
        Check {
            form,
            errors: BTreeMap::new(),
        }
    }

    /// A field that must be there.
    pub(crate) fn required(&mut self, field: &str) -> String {
        let value = self.form.get(field);
        if value.is_none() {
            self.blame(field, format!("The {} field is required.", words(field)));
        }
        value.unwrap_or_default().to_owned()
    }

    /// A field that may be there.
    pub(crate) fn optional(&self, field: &str) -> Option<String> {
        self.form.get(field).map(str::to_owned)
    }

    /// The address, which must be there, be one, and be nobody else's: contact, staff or lead.
    pub(crate) fn email(&mut self, account: &Account, free: Free) -> String {
        let email = self.required("email");
        if email.is_empty() {
            return email;
        }
        let is_one = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        if !is_one || email.contains(char::is_whitespace) {
            self.blame(
                "email",
                "The email must be a valid email address.".to_owned(),
            );
        }
        let taken = account
            .user_by_email(&email)
            .is_some_and(|user| match free {
                Free::Nobodys => true,
                Free::Own(own) => user != own,
                Free::Leads => account.lead_by_email(&email) != Some(user),
            });
        if taken {
            self.blame("email", "The email has already been taken.".to_owned());
        }
        email
    }

    /// An id that must be there and lead somewhere.
    pub(crate) fn id(&mut self, field: &str, is_there: impl Fn(u64) -> bool) -> u64 {
        let given = self.required(field);
        if given.is_empty() {
            return 0;
        }
        let id = given.parse().ok().filter(|id| is_there(*id));
        if id.is_none() {
            self.invalid(field);
        }
        id.unwrap_or_default()
    }

    /// One of some words, or nothing.
    pub(crate) fn one_of(&mut self, field: &str, choices: &[&str]) -> Option<String> {
        let value = self.optional(field)?;
        if !choices.contains(&value.as_str()) {
            self.invalid(field);
        }
        Some(value)
    }

    /// Refuses a field that must be an array and was sent as a text.
    pub(crate) fn not_a_text(&mut self, field: &str) {
        if self.form.get(field).is_some() {
            self.blame(field, format!("The {} must be an array.", words(field)));
        }
    }

    /// All that was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::Invalid(self.errors))
        }
    }

    fn invalid(&mut self, field: &str) {
        self.blame(field, format!("The selected {} is invalid.", words(field)));
    }

    fn blame(&mut self, field: &str, words: String) {
        self.errors.entry(field.to_owned()).or_default().push(words);
    }
}

fn words(field: &str) -> String {
    field.replace('_', " ")
}
