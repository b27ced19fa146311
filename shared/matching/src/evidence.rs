//! What speaks for and against two records being one person, field by field.

use std::collections::BTreeSet;

use model::{Contact, Email, Evidence, Stance};
use strsim::jaro_winkler;

use crate::mailbox::is_shared_mailbox;
use crate::name::Name;
use crate::sharing::Sharing;

/// An address that only one name in the company carries.
const OWN_EMAIL: i32 = 60;
/// A number that only one name in the company carries.
const OWN_PHONE: i32 = 30;
/// An address or number of a job, an office or a family.
const SHARED: i32 = 5;
const SAME_NAME: i32 = 40;
/// The least that a name must say for two records to be one person.
pub(crate) const PART_OF_NAME: i32 = 25;
const NEAR_NAME: i32 = 15;
const OTHER_NAME: i32 = -70;
const CONTRADICTION: i32 = -100;
/// Two addresses of their own at one mail domain: offices give a person one.
const OTHER_EMAIL: i32 = -25;
const OTHER_DOMAIN: i32 = -5;
const OTHER_PHONE: i32 = -10;
const OTHER_TITLE: i32 = -5;
/// More names than this at one address make it a shared one. Two spellings of one name are common.
const NAMES_AT_OWN: usize = 2;

/// All evidence about a pair, in a fixed order. Symmetric in its arguments.
pub(crate) fn gather(a: &Contact, b: &Contact, sharing: &Sharing) -> Vec<Evidence> {
    [
        email(a, b, sharing),
        phone(a, b, sharing),
        name(a, b),
        generation(a, b),
        birth_date(a, b),
        title(a, b),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn email(a: &Contact, b: &Contact, sharing: &Sharing) -> Option<Evidence> {
    let mailboxes = |c: &Contact| -> BTreeSet<Email> {
        c.emails()
            .iter()
            .map(|(email, _)| email.mailbox())
            .collect()
    };
    let (of_a, of_b) = (mailboxes(a), mailboxes(b));
    let own = |email: &Email| !is_shared_mailbox(email) && sharing.names_at(email) <= NAMES_AT_OWN;
    let mut common = of_a.intersection(&of_b).peekable();
    if common.peek().is_some() {
        return Some(if common.any(own) {
            agrees("email", OWN_EMAIL, "same email address")
        } else {
            agrees("email", SHARED, "same email address, but a shared one")
        });
    }
    let own_a: Vec<&Email> = of_a.iter().filter(|e| own(e)).collect();
    let own_b: Vec<&Email> = of_b.iter().filter(|e| own(e)).collect();
    if own_a.is_empty() || own_b.is_empty() {
        return None;
    }
    let one_domain = own_a
        .iter()
        .any(|x| own_b.iter().any(|y| x.domain() == y.domain()));
    Some(if one_domain {
        conflicts(
            "email",
            OTHER_EMAIL,
            "each has an address of their own at one mail domain",
        )
    } else {
        conflicts("email", OTHER_DOMAIN, "different email addresses")
    })
}

fn phone(a: &Contact, b: &Contact, sharing: &Sharing) -> Option<Evidence> {
    let (of_a, of_b) = (a.phones(), b.phones());
    let mut common = of_a.iter().filter(|phone| of_b.contains(phone)).peekable();
    if common.peek().is_some() {
        return Some(
            if common.any(|phone| sharing.names_on(phone) <= NAMES_AT_OWN) {
                agrees("phone", OWN_PHONE, "same phone number")
            } else {
                agrees("phone", SHARED, "same phone number, but a shared one")
            },
        );
    }
    (!of_a.is_empty() && !of_b.is_empty())
        .then(|| conflicts("phone", OTHER_PHONE, "different phone numbers"))
}

fn name(a: &Contact, b: &Contact) -> Option<Evidence> {
    let (x, y) = (Name::of(a), Name::of(b));
    if x.is_empty() || y.is_empty() {
        return None;
    }
    let (of_x, of_y) = (x.key(), y.key());
    let text = |c: &Contact| format!("{} {}", c.first_name.reveal(), c.last_name.reveal());
    if of_x != of_y && (x.is_mixed(&text(a)) || y.is_mixed(&text(b))) {
        return Some(agrees(
            "name",
            NEAR_NAME,
            "one name may stand for several people",
        ));
    }
    if of_x == of_y {
        let same_order = x.given == y.given;
        return Some(agrees(
            "name",
            SAME_NAME,
            if same_order {
                "same name"
            } else {
                "same name in another order"
            },
        ));
    }
    if of_x.is_subset(&of_y) || of_y.is_subset(&of_x) {
        // "Smith" may be anybody of that family, and Ann is not Mary Ann; "John" of John Smith is John.
        return Some(if x.given.first() == y.given.first() {
            agrees("name", PART_OF_NAME, "one name is part of the other")
        } else {
            agrees(
                "name",
                NEAR_NAME,
                "one name is part of the other, but not its first name",
            )
        });
    }
    let initial = |name: &Name| name.given.first().and_then(|given| given.chars().next());
    if x.family == y.family && !x.family.is_empty() {
        let abbreviated = |name: &Name| name.given.iter().all(|given| given.chars().count() == 1);
        if initial(&x) == initial(&y) && (abbreviated(&x) || abbreviated(&y)) {
            return Some(agrees("name", NEAR_NAME, "same last name and initial"));
        }
    }
    let whole = |name: &Name| name.given.concat() + &name.family.concat();
    let (whole_x, whole_y) = (whole(&x), whole(&y));
    if initial(&x) == initial(&y) && jaro_winkler(&whole_x, &whole_y) >= 0.95 {
        return Some(agrees(
            "name",
            NEAR_NAME,
            "names differ by a slip of the pen",
        ));
    }
    Some(if x.family == y.family && !x.family.is_empty() {
        conflicts("name", OTHER_NAME, "same last name, different first names")
    } else {
        conflicts("name", OTHER_NAME, "different names")
    })
}

fn generation(a: &Contact, b: &Contact) -> Option<Evidence> {
    (Name::of(a).generation != Name::of(b).generation).then(|| {
        conflicts(
            "name",
            CONTRADICTION,
            "one is of another generation (Jr, Sr, II)",
        )
    })
}

fn birth_date(a: &Contact, b: &Contact) -> Option<Evidence> {
    let date = |c: &Contact| {
        let text = c
            .fields
            .get("birthDay")?
            .reveal()
            .as_str()?
            .get(..10)?
            .to_owned();
        (!text.starts_with("0001") && !text.starts_with("1900")).then_some(text)
    };
    let (x, y) = (date(a)?, date(b)?);
    Some(if x == y {
        agrees("birthDay", NEAR_NAME, "same date of birth")
    } else {
        conflicts("birthDay", CONTRADICTION, "different dates of birth")
    })
}

fn title(a: &Contact, b: &Contact) -> Option<Evidence> {
    let title = |c: &Contact| {
        let text = c
            .fields
            .get("title")?
            .reveal()
            .as_str()?
            .trim()
            .to_lowercase();
        (!text.is_empty()).then_some(text)
    };
    let (x, y) = (title(a)?, title(b)?);
    (x != y).then(|| conflicts("title", OTHER_TITLE, "different titles"))
}

fn agrees(field: &str, weight: i32, words: &str) -> Evidence {
    Evidence {
        field: field.to_owned(),
        stance: Stance::Agrees,
        weight,
        words: words.to_owned(),
        named: None,
    }
}

fn conflicts(field: &str, weight: i32, words: &str) -> Evidence {
    Evidence {
        field: field.to_owned(),
        stance: Stance::Conflicts,
        weight,
        words: words.to_owned(),
        named: None,
    }
}
