//! Mailboxes that belong to a job, and addresses that spell a name.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Contact, Email};

use crate::name::{Name, fold};

/// The vocabulary of roles, one word a line: see the file for what it holds.
pub(crate) static ROLES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/roles.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// Whether an address belongs to a job or a team and not to a person (`info@`, `accounts-payable@`).
#[must_use]
pub fn is_shared_mailbox(email: &Email) -> bool {
    let mailbox = email.mailbox();
    let parts = fold(mailbox.local());
    let words: Vec<&str> = parts
        .iter()
        .map(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()))
        .filter(|part| !part.is_empty())
        .collect();
    !words.is_empty() && words.iter().all(|word| ROLES.contains(word))
}

/// Whether an address spells the name of a contact: `j.smith@`, `john@`, `smithj@` for John Smith.
#[must_use]
pub fn spells_name(email: &Email, contact: &Contact) -> bool {
    let name = Name::of(contact);
    let local: String = fold(email.mailbox().local()).concat();
    let local = local.trim_end_matches(|c: char| c.is_ascii_digit());
    let given = name.given.concat();
    let family = name.family.concat();
    if local.is_empty() || (given.is_empty() && family.is_empty()) {
        return false;
    }
    let initial: String = given.chars().take(1).collect();
    let family_initial: String = family.chars().take(1).collect();
    [
        format!("{given}{family}"),
        format!("{family}{given}"),
        format!("{initial}{family}"),
        format!("{family}{initial}"),
        format!("{given}{family_initial}"),
        given,
        family,
    ]
    .iter()
    .any(|spelling| spelling.chars().count() > 1 && spelling == local)
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    fn email(text: &str) -> Email {
        text.parse().unwrap()
    }

    #[test]
    fn a_mailbox_of_a_job_is_recognized_in_all_its_spellings() {
        for text in [
            "info",
            "INFO",
            "accounts-payable",
            "it.support",
            "office2",
            "no-reply",
            "buchhaltung",
        ] {
            assert!(
                is_shared_mailbox(&email(&format!("{text}@x.example"))),
                "{text}"
            );
        }
        for text in ["renee.okafor", "infante", "r.sales.jones", "2024"] {
            assert!(
                !is_shared_mailbox(&email(&format!("{text}@x.example"))),
                "{text}"
            );
        }
    }

    #[test]
    fn an_address_spells_the_name_of_its_owner_only() {
        let john = Contact::new(ContactId::new(1), CompanyId::new(1), "John", "Smith");
        let mary = Contact::new(ContactId::new(2), CompanyId::new(1), "Mary", "Smith");
        for text in [
            "john.smith",
            "jsmith",
            "smithj",
            "john",
            "johns",
            "john.smith2",
        ] {
            let email = email(&format!("{text}@x.example"));
            assert!(spells_name(&email, &john), "{text}");
            assert!(!spells_name(&email, &mary), "{text}");
        }
    }
}
