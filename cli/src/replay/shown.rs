//! The records of the mirrors as a person reads them.

use std::collections::BTreeMap;

use sandbox::growcrm::{self, Role, Status, User};
use sandbox::itglue::{self, Contact};

use super::Card;

/// All records of a mirror, by what they are called and by their ids.
pub(super) type Cards = BTreeMap<(&'static str, u64), Card>;

/// A fake vendor whose records can be shown.
pub(super) trait Shown: sandbox::Vendor {
    fn cards(&self) -> Cards;
}

impl Shown for itglue::Account {
    fn cards(&self) -> Cards {
        let contacts = self.contacts.iter();
        let contacts =
            contacts.map(|(id, contact)| (("contact", *id), contact_card(self, contact)));
        let types = self.contact_types.iter();
        let types = types.map(|(id, each)| (("type", *id), card([("name", each.name.clone())])));
        contacts.chain(types).collect()
    }
}

impl Shown for growcrm::Account {
    fn cards(&self) -> Cards {
        let is_there = |user: &User| user.role == Role::Contact && user.status != Status::Deleted;
        let contacts = self.users.iter().filter(|(_, user)| is_there(user));
        let contacts = contacts.map(|(id, user)| (("contact", *id), user_card(self, *id, user)));
        let clients = self.clients.iter().map(|(id, client)| {
            let name = client.company_name.clone();
            let card = card([("name", name), ("tags", client.tags.join(", "))]);
            (("client", *id), card)
        });
        contacts.chain(clients).collect()
    }
}

fn contact_card(account: &itglue::Account, contact: &Contact) -> Card {
    let organization = account.organizations.get(&contact.organization);
    let organization = named(contact.organization, organization.map(|each| &each.name));
    let kind = contact.contact_type.map(|id| {
        let kind = account.contact_types.get(&id);
        kind.map_or_else(|| id.to_string(), |kind| kind.name.clone())
    });
    let location = contact.location.map(|id| {
        let location = account.locations.get(&id);
        location.map_or_else(|| id.to_string(), |location| location.name.clone())
    });
    let emails = contact
        .emails
        .iter()
        .map(|email| item(&email.value, &email.label_name, email.primary));
    let phones = contact.phones.iter().map(|phone| {
        let extension = phone.extension.as_ref().map(|digits| format!(" x{digits}"));
        let number = format!("{}{}", phone.value, extension.unwrap_or_default());
        item(&number, &phone.label_name, phone.primary)
    });
    let link = contact.psa_link.as_ref().map(|link| {
        let state = match (link.orphaned, link.sync) {
            (true, _) => "orphaned",
            (false, true) => "synced",
            (false, false) => "not synced",
        };
        format!("{}, {state}", link.remote_id)
    });
    let important = contact.important.map(yes);
    let notes = contact.notes.as_deref().map(seen);
    card([
        ("organization", organization),
        (
            "name",
            full_name(contact.first_name.as_deref(), contact.last_name.as_deref()),
        ),
        ("title", contact.title.clone().unwrap_or_default()),
        ("type", kind.unwrap_or_default()),
        ("location", location.unwrap_or_default()),
        ("important", important.unwrap_or_default().to_owned()),
        ("emails", emails.collect::<Vec<_>>().join(", ")),
        ("phones", phones.collect::<Vec<_>>().join(", ")),
        ("notes", notes.unwrap_or_default()),
        ("link", link.unwrap_or_default()),
        ("passwords", count(contact.attached.passwords as usize)),
        ("files", count(contact.attached.attachments as usize)),
        (
            "related items",
            count(contact.attached.related_items as usize),
        ),
    ])
}

fn user_card(account: &growcrm::Account, id: u64, user: &User) -> Card {
    let client = user.client.map(|id| (id, account.clients.get(&id)));
    let owner = client.is_some_and(|(_, client)| {
        let owner = client.and_then(|client| client.owner);
        owner == Some(id)
    });
    let client = client.map(|(id, client)| named(id, client.map(|client| &client.company_name)));
    let status = match user.status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Deleted => "deleted",
    };
    let mails = account.outbox.iter().filter(|mail| mail.user == id);
    card([
        ("client", client.unwrap_or_default()),
        (
            "name",
            full_name(Some(&user.first_name), Some(&user.last_name)),
        ),
        ("email", user.email.clone().unwrap_or_default()),
        ("phone", user.phone.clone().unwrap_or_default()),
        ("position", user.position.clone().unwrap_or_default()),
        ("account owner", yes(owner).to_owned()),
        ("status", status.to_owned()),
        ("welcome mails", count(mails.count())),
    ])
}

/// The lines of a card; what says nothing is left out.
fn card<const N: usize>(lines: [(&str, String); N]) -> Card {
    let lines = lines.into_iter().filter(|(_, text)| !text.is_empty());
    Card(lines.map(|(name, text)| (name.to_owned(), text)).collect())
}

fn full_name(first: Option<&str>, last: Option<&str>) -> String {
    let words = [first, last].into_iter().flatten();
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn named(id: u64, name: Option<&String>) -> String {
    format!("{id} {}", name.map_or("", String::as_str))
}

fn item(value: &str, label: &str, primary: bool) -> String {
    format!("{value} ({label}){}", if primary { " *" } else { "" })
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn count(number: usize) -> String {
    if number == 0 {
        String::new()
    } else {
        number.to_string()
    }
}

/// What a reader sees of notes, which are text or HTML, in one line.
fn seen(notes: &str) -> String {
    let mut text = String::new();
    for piece in notes.split_inclusive('>') {
        let (shown, mark) = piece.split_once('<').unwrap_or((piece, ""));
        text.push_str(shown);
        let name = mark.trim_matches(['/', '>', ' ']);
        if matches!(name, "p" | "div" | "br" | "li") {
            text.push('\n');
        }
    }
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" / ")
}

#[cfg(test)]
mod tests {
    use sandbox::seed;

    use super::*;

    #[test]
    fn an_empty_account_has_no_cards() {
        assert!(itglue::Account::empty().cards().is_empty());
        assert!(growcrm::Account::empty().cards().is_empty());
    }

    #[test]
    fn a_contact_of_it_glue_is_shown_with_what_it_alone_knows() {
        let cards = seed::itglue().cards();
        let ilya = &cards[&("contact", seed::itglue_contact(seed::ILYA_BRANDT))].0;
        let line = |name: &str| ilya.get(name).map(String::as_str);
        assert_eq!(line("name"), Some("Ilya Brandt"));
        assert_eq!(line("organization"), Some("1220812 Harbor Line Freight"));
        assert_eq!(
            line("phones"),
            Some("3125550143 (Work) *, 3125550198 (Cell)")
        );
        let notes = "Wants invoices as PDF. / Mirrored from ConnectWise contact 4802";
        assert_eq!(line("notes"), Some(notes));
        assert_eq!((line("link"), line("passwords")), (None, None));
        let synced = &cards[&("contact", seed::itglue_contact(82102))].0;
        assert_eq!(synced["link"], "82102, synced");
    }

    #[test]
    fn a_contact_of_grow_crm_is_shown_and_nobody_else() {
        let account = seed::growcrm();
        let cards = account.cards();
        let renee = &cards[&("contact", seed::growcrm_contact(seed::RENEE_OKAFOR))].0;
        assert_eq!(renee["account owner"], "yes");
        assert_eq!(renee["client"], "1812 Harbor Line Freight");
        let staff = account
            .users
            .iter()
            .filter(|(_, user)| user.client.is_none());
        let staff: Vec<u64> = staff.map(|(id, _)| *id).collect();
        assert!(!staff.is_empty());
        assert!(
            staff
                .iter()
                .all(|id| !cards.contains_key(&("contact", *id)))
        );
    }

    #[test]
    fn notes_are_read_without_their_marks() {
        assert_eq!(
            seen("<div>Call <b>first</b>.</div><p>Then mail</p>"),
            "Call first. / Then mail"
        );
        assert_eq!(seen("one\ntwo"), "one / two");
    }
}
