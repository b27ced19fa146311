//! What holds for any contacts: order does not matter, and groups never overlap.

use std::collections::BTreeSet;

use model::{CompanyId, Contact, ContactId};
use proptest::prelude::*;

fn contact() -> impl Strategy<Value = Contact> {
    let first = prop::sample::select(vec!["John", "Smith, John", "john.smith", "J", "Mary", ""]);
    let last = prop::sample::select(vec!["Smith", "Smith Jr", "Hall", ""]);
    let email = prop::sample::select(vec!["js@x.example", "info@x.example", "mh@x.example", ""]);
    let phone = prop::sample::select(vec!["3125550101", "3125550102", ""]);
    (first, last, email, phone).prop_map(|(first, last, email, phone)| {
        let mut contact = Contact::new(ContactId::new(0), CompanyId::new(1), first, last);
        if !email.is_empty() {
            contact = contact.with_email(1, email);
        }
        if !phone.is_empty() {
            contact = contact.with_phone(2, phone);
        }
        contact
    })
}

fn company() -> impl Strategy<Value = Vec<Contact>> {
    prop::collection::vec(contact(), 0..12).prop_map(|mut contacts| {
        for (number, contact) in (1..).zip(&mut contacts) {
            contact.id = ContactId::new(number);
        }
        contacts
    })
}

proptest! {
    #[test]
    fn the_order_of_the_contacts_does_not_matter(contacts in company().prop_shuffle()) {
        let mut sorted = contacts.clone();
        sorted.sort_by_key(|contact| contact.id);
        prop_assert_eq!(
            matching::find(&contacts, &BTreeSet::new()),
            matching::find(&sorted, &BTreeSet::new())
        );
    }

    #[test]
    fn nobody_is_in_two_groups_nor_in_a_group_and_under_review_with_its_members(contacts in company()) {
        let matches = matching::find(&contacts, &BTreeSet::new());
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
}
