//! A contact as the comparison sees it: everything read and normalized once.

use model::{Contact, ContactId, Email, PrivateValue};

use crate::mailbox::{Mailbox, Spells, spelling};
use crate::name::Name;
use crate::number::Number;
use crate::text::{clean, fold};

/// A contact, read.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) id: ContactId,
    pub(crate) name: Name,
    /// Its mailboxes, each with how it spells the contact's own name.
    pub(crate) mailboxes: Vec<(Mailbox, Option<Spells>)>,
    pub(crate) numbers: Vec<Number>,
    /// Year, month and day.
    pub(crate) birth: Option<(u16, u8, u8)>,
    pub(crate) gender: Option<Gender>,
    pub(crate) title: Vec<String>,
    /// The first names of whoever the record says is the partner.
    pub(crate) partner: Vec<String>,
    /// Street and house number.
    pub(crate) street: String,
    pub(crate) site: Option<u64>,
}

/// What the record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Female,
    Male,
}

impl Profile {
    pub(crate) fn of(contact: &Contact) -> Self {
        let mut name = Name::of(contact);
        let mut mailboxes: Vec<Mailbox> = Vec::new();
        let mut numbers: Vec<Number> = Vec::new();
        let mut note = |text: &str| {
            for email in addresses(text) {
                let mailbox = Mailbox::of(&email);
                if mailboxes.iter().all(|known| known.key != mailbox.key) {
                    mailboxes.push(mailbox);
                }
            }
        };
        // And into the name.
        for field in [&contact.first_name, &contact.last_name] {
            if field.reveal().contains('@') {
                note(field.reveal());
            }
        }
        for item in &contact.communications {
            // Imports put addresses into items of another kind, and two into one.
            if item.value.reveal().contains('@') {
                note(item.value.reveal());
            } else {
                numbers.extend(Number::all(item));
            }
        }
        if name.may_hold_company() {
            for mailbox in mailboxes.iter().filter(|mailbox| !mailbox.is_private) {
                name.drop_company(mailbox.organization());
            }
        }
        let mailboxes = mailboxes
            .into_iter()
            .map(|mailbox| {
                let spells = spelling(&mailbox.squash(), &name);
                (mailbox, spells)
            })
            .collect();
        let text = |field: &str| match contact.fields.get(field).map(PrivateValue::reveal) {
            Some(serde_json::Value::String(text)) => clean(text).into_owned(),
            _ => String::new(),
        };
        Self {
            id: contact.id,
            mailboxes,
            numbers,
            birth: birth(&text("birthDay")),
            gender: gender(&text("gender")),
            title: fold(&text("title")),
            partner: fold(&text("significantOther")),
            street: fold(&text("addressLine1")).concat(),
            site: contact.fields.get("site").and_then(|site| {
                let site = site.reveal();
                site.get("id").unwrap_or(site).as_u64()
            }),
            name,
        }
    }
}

/// The addresses in a text: one, several with anything between, or `Ada Byron <ada@x.example>`.
fn addresses(text: &str) -> impl Iterator<Item = Email> {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, ';' | ',' | '<' | '>' | '(' | ')' | '"' | '|')
    })
    .filter(|part| part.contains('@'))
    .filter_map(|part| {
        let part = part.trim_matches(['.', '\'', ':', '/', '[', ']']);
        let bare = part
            .get(..7)
            .filter(|head| head.eq_ignore_ascii_case("mailto:"))
            .map_or(part, |_| &part[7..]);
        let bare = bare
            .get(..5)
            .filter(|head| head.eq_ignore_ascii_case("smtp:"))
            .map_or(bare, |_| &bare[5..]);
        bare.parse().ok()
    })
}

/// A date of birth. Dates that forms and imports put where none is known are none.
fn birth(text: &str) -> Option<(u16, u8, u8)> {
    let mut parts = text.get(..10)?.split('-');
    let year: u16 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day: u8 = parts.next()?.parse().ok()?;
    let placeholder = year < 1905
        || (month, day) == (1, 1) && matches!(year, 1970 | 1980 | 1990 | 2000 | 1950 | 1960);
    (!placeholder).then_some((year, month, day))
}

fn gender(text: &str) -> Option<Gender> {
    match text.to_lowercase().as_str() {
        "female" => Some(Gender::Female),
        "male" => Some(Gender::Male),
        _ => None,
    }
}
