//! What holds for any contacts: nothing depends on their order, groups never overlap nor hold a
//! contradiction, and nobody's verdict depends on strangers.

use std::collections::BTreeSet;

use matching::{Company, Matches};
use model::{CompanyId, Contact, ContactId, Stance};
use proptest::prelude::*;

/// A few people who are easily taken for each other, as their records really look.
fn contact() -> impl Strategy<Value = Contact> {
    let first = prop::sample::select(vec![
        "John",
        "Smith, John",
        "john.smith",
        "J.",
        "Jon",
        "Jonathan",
        "Mary",
        "Маша",
        "",
    ]);
    let last = prop::sample::select(vec!["Smith", "Smith Jr", "Smith III", "Smyth", "Hall", ""]);
    let email = prop::sample::select(vec![
        "js@x.example",
        "john.smith@x.example",
        "john.smith2@x.example",
        "info@x.example",
        "mh@x.example",
        "",
    ]);
    let phone = prop::sample::select(vec!["3125550101", "+1 (312) 555-0101", "3125550102", ""]);
    let birth = prop::sample::select(vec!["1961-03-04", "1988-07-09", "", "", ""]);
    (first, last, email, phone, birth).prop_map(|(first, last, email, phone, birth)| {
        let mut contact = Contact::new(ContactId::new(0), CompanyId::new(1), first, last);
        if !email.is_empty() {
            contact = contact.with_email(1, email);
        }
        if !phone.is_empty() {
            contact = contact.with_phone(2, phone);
        }
        if !birth.is_empty() {
            contact = contact.with_field("birthDay", birth);
        }
        contact
    })
}

fn numbered(mut contacts: Vec<Contact>) -> Vec<Contact> {
    for (number, contact) in (1..).zip(&mut contacts) {
        contact.id = ContactId::new(number);
    }
    contacts
}

fn company() -> impl Strategy<Value = Vec<Contact>> {
    prop::collection::vec(contact(), 0..12).prop_map(numbered)
}

/// Contacts of which nothing is known but that they are text.
fn anything() -> impl Strategy<Value = Vec<Contact>> {
    let contact = (
        any::<String>(),
        any::<String>(),
        any::<String>(),
        any::<String>(),
    )
        .prop_map(|(first, last, email, phone)| {
            Contact::new(ContactId::new(0), CompanyId::new(1), &first, &last)
                .with_email(1, &email)
                .with_phone(2, &phone)
                .with_field("nickName", &last)
                .with_field("birthDay", &phone)
        });
    prop::collection::vec(contact, 0..6).prop_map(numbered)
}

fn find(contacts: &[Contact]) -> Matches {
    matching::find(contacts, &BTreeSet::new())
}

proptest! {
    #[test]
    fn the_order_of_the_contacts_does_not_matter(contacts in company().prop_shuffle()) {
        let mut sorted = contacts.clone();
        sorted.sort_by_key(|contact| contact.id);
        prop_assert_eq!(find(&contacts), find(&sorted));
    }

    #[test]
    fn a_comparison_is_the_same_from_both_sides(contacts in company()) {
        let company = Company::of(&contacts);
        for a in &contacts {
            for b in contacts.iter().filter(|b| b.id != a.id) {
                prop_assert_eq!(company.compare(a, b), company.compare(b, a));
            }
        }
    }

    #[test]
    fn nobody_is_in_two_groups_nor_under_review_with_their_own_group(contacts in company()) {
        let matches = find(&contacts);
        let mut seen = BTreeSet::new();
        for group in &matches.groups {
            prop_assert!(group.members.len() >= 2);
            for member in &group.members {
                prop_assert!(seen.insert(*member));
            }
            for likely in &matches.reviews {
                prop_assert!(
                    !(group.members.contains(&likely.pair.low()) && group.members.contains(&likely.pair.high()))
                );
            }
        }
    }

    #[test]
    fn no_group_holds_two_birth_dates_or_two_generations(contacts in company()) {
        let company = Company::of(&contacts);
        for group in find(&contacts).groups {
            let members: Vec<&Contact> = contacts.iter().filter(|c| group.members.contains(&c.id)).collect();
            for a in &members {
                for b in members.iter().filter(|b| b.id != a.id) {
                    let conflict = company.compare(a, b).evidence.into_iter().find(|item| {
                        item.stance == Stance::Conflicts
                            && item.weight <= -60
                            && ["birthDay", "generation"].contains(&item.field.as_str())
                    });
                    prop_assert_eq!(conflict, None);
                }
            }
        }
    }

    #[test]
    fn a_stranger_changes_nobodys_verdict(contacts in company()) {
        let mut more = contacts.clone();
        let stranger = Contact::new(ContactId::new(900), CompanyId::new(1), "Zsuzsanna", "Quixwort")
            .with_email(900, "zs.quixwort@elsewhere.example")
            .with_phone(901, "+36 1 555 7788");
        more.push(stranger);
        prop_assert_eq!(find(&contacts), find(&more));
    }

    #[test]
    fn any_text_at_all_is_taken(contacts in anything()) {
        let company = Company::of(&contacts);
        prop_assert_eq!(company.matches(&BTreeSet::new()), find(&contacts));
        for a in &contacts {
            for b in &contacts {
                prop_assert_eq!(company.compare(a, b), company.compare(b, a));
            }
        }
    }
}
