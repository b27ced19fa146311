//! What may be written of a contact, and what is wrong with what was sent.

use serde_json::{Map, Value};

use super::{
    account::Account,
    problem::{Flaw, Problem},
    records::{Contact, Email, LabelType, Phone, PsaLink, digits},
    switches::Switches,
};

/// Attributes of a request, in kebab-case whatever they were sent in.
pub(crate) type Attributes = Map<String, Value>;

/// What can be written. Everything else is ignored: read-only attributes, and those that don't exist.
const WRITABLE: [&str; 11] = [
    "organization-id",
    "first-name",
    "last-name",
    "title",
    "contact-type-id",
    "location-id",
    "important",
    "notes",
    "restricted",
    "contact-emails",
    "contact-phones",
];

/// What can be written of a contact that the PSA owns.
const NEVER_LOCKED: [&str; 2] = ["important", "notes"];

/// The labels of the documentation's examples.
const EMAIL_LABELS: [&str; 2] = ["Work", "Home"];
const PHONE_LABELS: [&str; 3] = ["Work", "Cell", "Home"];

/// The attributes of a resource of that type. Both spellings of both are taken.
pub(crate) fn of(resource: &Value, wanted: &str) -> Result<Attributes, Problem> {
    let given = resource["type"].as_str().unwrap_or_default();
    if given.replace('_', "-") != wanted {
        return Err(Problem::bad(format!("type is not {wanted}")));
    }
    match resource.get("attributes") {
        Some(Value::Object(attributes)) => Ok(kebab(attributes)),
        _ => Err(Problem::bad("there are no attributes")),
    }
}

/// The id inside attributes, as the bulk routes want it: a number.
pub(crate) fn id(attributes: &Attributes) -> Result<u64, Problem> {
    let id = attributes.get("id").and_then(Value::as_u64);
    id.ok_or_else(|| Problem::bad("there is no id in the attributes"))
}

/// The organization that the attributes name, if they name any.
pub(crate) fn organization(
    account: &Account,
    attributes: &Attributes,
) -> Result<Option<u64>, Problem> {
    let Some(given) = attributes.get("organization-id") else {
        return Ok(None);
    };
    let known = given
        .as_u64()
        .filter(|id| account.organizations.contains_key(id));
    known.map(Some).ok_or_else(Problem::no_organization)
}

/// Whether all of this may be written of the contact.
pub(crate) fn unlocked(contact: &Contact, attributes: &Attributes) -> Result<(), Problem> {
    let owned = |name: &&&str| !NEVER_LOCKED.contains(*name);
    let mut owned = WRITABLE.iter().filter(owned);
    let is_synced = contact.psa_link.as_ref().is_some_and(PsaLink::locks);
    if is_synced && owned.any(|name| attributes.contains_key(*name)) {
        return Err(Problem::Synced("/data/attributes/base"));
    }
    if contact.email_lock && attributes.contains_key("contact-emails") {
        return Err(Problem::Synced("/data/attributes/contact-emails.base"));
    }
    Ok(())
}

/// Writes the attributes into the contact, all but its organization. After an error the contact is of no use.
pub(crate) fn write(
    account: &Account,
    contact: &mut Contact,
    attributes: &Attributes,
) -> Result<(), Problem> {
    let mut flaws = Vec::new();
    for (name, value) in attributes {
        if let Err(found) = set(account, contact, name, value) {
            flaws.extend(found);
        }
    }
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(Problem::Invalid(flaws))
    }
}

fn set(
    account: &Account,
    contact: &mut Contact,
    name: &str,
    value: &Value,
) -> Result<(), Vec<Flaw>> {
    let switches = &account.switches;
    let flawed = |detail| vec![Flaw::new(name, detail)];
    // What refers to a record is blamed under the record's name.
    let unknown = |detail| vec![Flaw::new(name.trim_end_matches("-id"), detail)];
    match name {
        "first-name" => contact.first_name = text(value).map_err(flawed)?,
        "last-name" => contact.last_name = text(value).map_err(flawed)?,
        "title" => contact.title = text(value).map_err(flawed)?,
        "notes" => {
            let text = text(value).map_err(flawed)?;
            contact.notes = text.map(|text| notes(text, switches));
        }
        "important" => contact.important = flag(value).map_err(flawed)?,
        "restricted" => contact.restricted = flag(value).map_err(flawed)?,
        "contact-type-id" => {
            let is_there = |id| account.contact_types.contains_key(&id);
            contact.contact_type = known(value, is_there).map_err(unknown)?;
        }
        "location-id" => {
            let mine = contact.organization;
            let location = |id| account.locations.get(&id);
            let is_there = |id| location(id).is_some_and(|each| each.organization == mine);
            contact.location = known(value, is_there).map_err(unknown)?;
        }
        "contact-emails" => contact.emails = items(name, value, |item| email(item, switches))?,
        "contact-phones" => contact.phones = items(name, value, |item| phone(item, switches))?,
        _ => {}
    }
    Ok(())
}

const BLANK: &str = "can't be blank";
const INVALID: &str = "is invalid";

fn text(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(INVALID),
    }
}

/// `true`, `false`, 1, 0 or nothing.
fn flag(value: &Value) -> Result<Option<bool>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        _ => match value.as_u64() {
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            _ => Err(INVALID),
        },
    }
}

/// The id of a record that is there, or nothing.
fn known(value: &Value, is_there: impl Fn(u64) -> bool) -> Result<Option<u64>, &'static str> {
    if value.is_null() {
        return Ok(None);
    }
    let id = value.as_u64().filter(|id| is_there(*id));
    id.map(Some).ok_or("must exist")
}

fn notes(text: String, switches: &Switches) -> String {
    if !switches.strips_comments {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, comment)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    kept + rest
}

/// A whole array: what is stored is replaced.
fn items<T>(
    name: &str,
    value: &Value,
    read: impl Fn(&Attributes) -> Result<T, (&'static str, &'static str)>,
) -> Result<Vec<T>, Vec<Flaw>> {
    let Value::Array(given) = value else {
        return Err(vec![Flaw::new(name, "must be an array")]);
    };
    let (mut items, mut flaws) = (Vec::new(), Vec::new());
    for item in given {
        let read = match item {
            Value::Object(item) => read(&kebab(item)),
            _ => Err(("value", BLANK)),
        };
        match read {
            Ok(item) => items.push(item),
            Err((field, detail)) => flaws.push(Flaw::new(&format!("{name}.{field}"), detail)),
        }
    }
    if flaws.is_empty() {
        Ok(items)
    } else {
        Err(flaws)
    }
}

fn email(item: &Attributes, switches: &Switches) -> Result<Email, (&'static str, &'static str)> {
    let value = filled(item, "value")?;
    let looks_like_one = value.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@')
    });
    if !looks_like_one || value.contains(char::is_whitespace) {
        return Err(("value", INVALID));
    }
    Ok(Email {
        label_name: label(item, &EMAIL_LABELS, switches)?,
        primary: primary(item)?,
        value,
    })
}

fn phone(item: &Attributes, switches: &Switches) -> Result<Phone, (&'static str, &'static str)> {
    let value = digits(&filled(item, "value")?);
    if value.is_empty() {
        return Err(("value", BLANK));
    }
    let extension = text(item.get("extension").unwrap_or(&Value::Null));
    let extension = extension.map_err(|detail| ("extension", detail))?;
    let label_type = match item.get("label-type").map(Value::as_str) {
        None | Some(Some("phone")) => LabelType::Phone,
        Some(Some("fax")) => LabelType::Fax,
        Some(_) => return Err(("label-type", INVALID)),
    };
    Ok(Phone {
        value,
        extension: extension
            .map(|extension| digits(&extension))
            .filter(|extension| !extension.is_empty()),
        label_name: label(item, &PHONE_LABELS, switches)?,
        label_type,
        primary: primary(item)?,
    })
}

fn filled(item: &Attributes, field: &'static str) -> Result<String, (&'static str, &'static str)> {
    let given = item.get(field).and_then(Value::as_str).unwrap_or_default();
    if given.trim().is_empty() {
        return Err((field, BLANK));
    }
    Ok(given.to_owned())
}

fn label(
    item: &Attributes,
    known: &[&str],
    switches: &Switches,
) -> Result<String, (&'static str, &'static str)> {
    let label = filled(item, "label-name")?;
    if switches.known_labels_only && !known.contains(&label.as_str()) {
        return Err(("label-name", INVALID));
    }
    Ok(label)
}

fn primary(item: &Attributes) -> Result<bool, (&'static str, &'static str)> {
    let given = flag(item.get("primary").unwrap_or(&Value::Null));
    let given = given.map_err(|detail| ("primary", detail))?;
    Ok(given.unwrap_or_default())
}

fn kebab(attributes: &Attributes) -> Attributes {
    let attributes = attributes.iter();
    attributes
        .map(|(name, value)| (name.replace('_', "-"), value.clone()))
        .collect()
}
