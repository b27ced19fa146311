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

#[cfg(test)]
mod tests {
    use model::CompanyId;

    use super::*;
    use crate::name::Kind;

    fn contact(first: &str, last: &str) -> Contact {
        Contact::new(ContactId::new(1), CompanyId::new(1), first, last)
    }

    fn keys(profile: &Profile) -> Vec<&str> {
        let each = profile.mailboxes.iter();
        each.map(|(mailbox, _)| mailbox.key.as_str()).collect()
    }

    #[test]
    fn a_contact_that_says_nothing_is_an_empty_profile() {
        let nobody = Profile::of(&contact("", ""));
        assert_eq!(nobody.name, Name::default());
        assert!(nobody.mailboxes.is_empty() && nobody.numbers.is_empty());
        assert_eq!(
            (nobody.birth, nobody.gender, nobody.site),
            (None, None, None)
        );
        assert!(nobody.title.is_empty() && nobody.partner.is_empty() && nobody.street.is_empty());
    }

    #[test]
    fn addresses_are_found_wherever_and_however_they_were_typed() {
        for value in [
            "ada@x.example",
            "Ada Byron <ADA@x.example>",
            "mailto:ada@x.example",
            "SMTP:Ada@x.example",
            "ada@x.example;",
            "'ada@x.example'",
            "(ada+psa@x.example)",
        ] {
            let mail = Profile::of(&contact("Ada", "Byron").with_email(1, value));
            assert_eq!(keys(&mail), ["ada@x.example"], "{value}");
            let phone = Profile::of(&contact("Ada", "Byron").with_phone(1, value));
            assert_eq!(keys(&phone), ["ada@x.example"], "{value}");
            assert!(phone.numbers.is_empty(), "{value}");
        }
        for two in ["ada@x.example; ab@x.example", "ada@x.example,ab@x.example"] {
            let both = Profile::of(&contact("Ada", "Byron").with_email(1, two));
            assert_eq!(keys(&both), ["ada@x.example", "ab@x.example"], "{two}");
        }
        assert_eq!(
            keys(&Profile::of(&contact("ada@x.example", ""))),
            ["ada@x.example"]
        );
        for none in ["@", "ada@", "ada@localhost", "Ada at x.example"] {
            let profile = Profile::of(&contact("Ada", "Byron").with_email(1, none));
            assert!(profile.mailboxes.is_empty(), "{none}");
        }
    }

    #[test]
    fn one_mailbox_is_one_however_often_it_is_spelled() {
        let ada = contact("Ada", "Byron")
            .with_email(1, "ada@x.example")
            .with_email(2, "Ada+psa@X.example");
        assert_eq!(keys(&Profile::of(&ada)), ["ada@x.example"]);
    }

    #[test]
    fn each_mailbox_says_how_it_spells_the_name() {
        for (address, spells) in [
            ("ada.byron@x.example", Some(Spells::Whole)),
            ("abyron@x.example", Some(Spells::Initial)),
            ("ada@x.example", Some(Spells::Half)),
            ("ab@x.example", Some(Spells::Initials)),
            ("info@x.example", None),
        ] {
            let profile = Profile::of(&contact("Ada", "Byron").with_email(1, address));
            assert_eq!(profile.mailboxes[0].1, spells, "{address}");
        }
    }

    #[test]
    fn a_date_of_birth_is_one_unless_a_form_put_it_there() {
        for (text, date) in [
            ("1988-07-09", Some((1988, 7, 9))),
            ("1988-07-09T00:00:00Z", Some((1988, 7, 9))),
            ("1970-07-09", Some((1970, 7, 9))),
            ("1970-01-01", None),
            ("1900-01-01", None),
            ("0001-01-01T00:00:00Z", None),
            ("9 July 1988", None),
            ("1988", None),
            ("", None),
        ] {
            let born = Profile::of(&contact("Ada", "Byron").with_field("birthDay", text));
            assert_eq!(born.birth, date, "{text}");
        }
    }

    #[test]
    fn what_else_the_record_says_is_read_folded() {
        let ada = contact("Ada", "Byron")
            .with_field("gender", "FEMALE")
            .with_field("title", " Vice-President &amp; CFO ")
            .with_field("significantOther", "William")
            .with_field("addressLine1", "12 St. James's Sq.");
        let profile = Profile::of(&ada);
        assert_eq!(profile.gender, Some(Gender::Female));
        assert_eq!(profile.title, ["vice", "president", "cfo"]);
        assert_eq!(profile.partner, ["william"]);
        assert_eq!(profile.street, "12stjamesssq");
        let unsaid = Profile::of(&contact("Ada", "Byron").with_field("gender", "Unspecified"));
        assert_eq!(unsaid.gender, None);
    }

    #[test]
    fn a_site_is_known_by_its_id() {
        for (site, id) in [
            (serde_json::json!({ "id": 7, "name": "Main" }), Some(7)),
            (serde_json::json!(7), Some(7)),
            (serde_json::json!("Main"), None),
            (serde_json::Value::Null, None),
        ] {
            let mut ada = contact("Ada", "Byron");
            ada.fields.insert("site".to_owned(), site.clone().into());
            assert_eq!(Profile::of(&ada).site, id, "{site}");
        }
    }

    #[test]
    fn a_company_in_the_name_is_known_by_a_mailbox_of_work_only() {
        let read =
            |address| Profile::of(&contact("Ada Quist", "Yahoo").with_email(1, address)).name;
        let work = read("ab@yahoo.example");
        assert_eq!(
            (work.given.join(" "), work.family.join(" ")),
            ("ada".into(), "quist".into())
        );
        assert_eq!(work.kind, Kind::Person);
        assert_eq!(read("ab@yahoo.com").family, ["yahoo"]);
    }
}
