//! Whether the example account is what its table says.

use std::collections::BTreeSet;

use super::*;
use crate::kind::Kind;

fn name(contact: &Contact) -> (Option<&str>, Option<&str>) {
    (contact.first_name.as_deref(), contact.last_name.as_deref())
}

#[test]
fn the_account_is_always_the_same_and_survives_saving() {
    let account = itglue();
    let text = account.to_json().unwrap();
    assert!(account == build(&World::example()));
    assert!(Account::from_json(&text).unwrap() == account);
    assert!(account.faults.is_empty() && account.deleted.is_empty());
}

#[test]
fn every_company_but_two_has_an_organization_and_one_has_two() {
    let (world, account) = (World::example(), itglue());
    let without: Vec<u32> = world
        .ids(Kind::Company)
        .into_iter()
        .filter(|id| {
            !account
                .organizations
                .contains_key(&itglue_organization(*id))
        })
        .collect();
    assert_eq!(without, [CATCH_ALL, ORCHARD]);
    assert_eq!(
        account.organizations.len(),
        world.ids(Kind::Company).len() - 1
    );
    let first = &account.organizations[&itglue_organization(RIVERBEND)];
    assert!(first.name == account.organizations[&ITGLUE_SECOND_RIVERBEND].name);
}

#[test]
fn whatever_is_referred_to_is_there() {
    let account = itglue();
    for contact in account.contacts.values() {
        assert!(account.organizations.contains_key(&contact.organization));
        let types = &account.contact_types;
        assert!(
            contact
                .contact_type
                .is_none_or(|id| types.contains_key(&id))
        );
        if let Some(location) = contact.location {
            assert!(account.locations[&location].organization == contact.organization);
        }
        assert!(contact.emails.iter().filter(|email| email.primary).count() <= 1);
        assert!(contact.phones.iter().filter(|phone| phone.primary).count() <= 1);
    }
}

#[test]
fn contacts_of_the_company_that_is_in_line_are_as_the_psa_has_them() {
    let (world, account) = (World::example(), itglue());
    for id in world.contacts_of(HARBOR_LINE) {
        let contact = &account.contacts[&itglue_contact(id)];
        let known = Known::of(&world, id);
        assert!(
            name(contact) == (Some(&*known.first_name), Some(&*known.last_name)),
            "{id}"
        );
        assert!(contact.emails[0].value == known.emails[0].0, "{id}");
        assert!(contact.phones[0].value == known.phones[0].number, "{id}");
        assert!(
            contact.notes.as_ref().unwrap().ends_with(&marker(id)),
            "{id}"
        );
    }
    let renee = &account.contacts[&itglue_contact(RENEE_OKAFOR)];
    assert_eq!(
        (renee.important, renee.contact_type),
        (Some(true), Some(118_205))
    );
    assert_eq!(renee.phones[0].extension.as_deref(), Some("12"));
    let ilya = &account.contacts[&itglue_contact(ILYA_BRANDT)];
    assert_eq!(ilya.phones.len(), 2);
    assert!(ilya.phones[1].value == ITGLUE_ONLY_CELL && !ilya.phones[1].primary);
}

#[test]
fn who_came_by_native_sync_is_owned_by_the_psa() {
    let (world, account) = (World::example(), itglue());
    for id in world.contacts_of(KESTREL) {
        assert_eq!(account.contacts_linked_to(id), [itglue_contact(id)]);
        let shown = account.contact(itglue_contact(id)).unwrap();
        let wanted = if id == 82103 { "orphaned" } else { "enabled" };
        assert_eq!(shown["attributes"]["psa-integration"], wanted);
    }
}

#[test]
fn the_situations_are_there() {
    let account = itglue();
    let twins = [
        &account.contacts[&itglue_contact(UNCERTAIN)],
        &account.contacts[&ITGLUE_SECOND_UNCERTAIN],
    ];
    assert!(name(twins[0]) == name(twins[1]) && twins[0].emails == twins[1].emails);
    let loser = &account.contacts[&itglue_contact(JOHN_SMITH_DUPLICATE)];
    assert_eq!(loser.attached.passwords, 1);
    assert!(
        loser
            .phones
            .iter()
            .any(|phone| phone.value == ITGLUE_ONLY_PHONE_OF_LOSER)
    );
    assert!(account.contacts[&itglue_contact(82005)].email_lock);
    let ids: BTreeSet<u64> = account.contacts.keys().copied().collect();
    assert!(ids.iter().all(|id| *id > u64::from(u32::MAX)));
}
