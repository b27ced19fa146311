//! Whether the example account is what its table says.

use std::collections::BTreeSet;

use super::*;
use crate::kind::Kind;

fn email(account: &Account, contact: u32) -> Option<&str> {
    account.users[&growcrm_contact(contact)].email.as_deref()
}

#[test]
fn the_account_is_always_the_same_and_survives_saving() {
    let account = growcrm();
    let text = account.to_json().unwrap();
    assert!(account == build(&World::example()));
    assert!(Account::from_json(&text).unwrap() == account);
    assert!(account.faults.is_empty() && account.outbox.is_empty());
}

#[test]
fn no_two_users_have_the_same_address() {
    let account = growcrm();
    let all = account.users.values();
    let emails: Vec<String> = all.filter_map(|user| user.email.clone()).collect();
    assert_eq!(emails.len(), account.users.len());
    let different: BTreeSet<String> = emails.iter().map(|email| email.to_lowercase()).collect();
    assert_eq!(different.len(), emails.len());
    assert!(emails.iter().all(|email| email.contains('@')));
}

#[test]
fn every_company_but_two_has_a_client_and_every_client_an_owner_of_its_own() {
    let (world, account) = (World::example(), growcrm());
    for id in world.ids(Kind::Company) {
        let client = account.clients.get(&growcrm_client(id));
        assert_eq!(client.is_none(), [CATCH_ALL, ORCHARD].contains(&id), "{id}");
        let Some(client) = client else { continue };
        let owner = account.users[&client.owner.unwrap()].client;
        assert_eq!(owner, Some(growcrm_client(id)), "{id}");
        let tag = format!("cw-company-{id}");
        assert_eq!(client.tags.contains(&tag), id != KESTREL, "{id}");
    }
    for user in account.users.values().filter(|user| user.client.is_some()) {
        assert!(!user.first_name.is_empty() && !user.last_name.is_empty());
    }
}

#[test]
fn contacts_of_the_company_that_is_in_line_are_as_the_psa_has_them() {
    let (world, account) = (World::example(), growcrm());
    for id in world.contacts_of(HARBOR_LINE) {
        let (user, known) = (&account.users[&growcrm_contact(id)], Known::of(&world, id));
        assert!(user.first_name == known.first_name && user.last_name == known.last_name);
        assert!(user.position == known.title && user.email.as_deref() == known.email());
    }
    let renee = &account.users[&growcrm_contact(RENEE_OKAFOR)];
    assert_eq!(renee.phone.as_deref(), Some("3125550142 x12"));
    let owner = account.clients[&growcrm_client(HARBOR_LINE)].owner;
    assert_eq!(owner, Some(growcrm_contact(RENEE_OKAFOR)));
}

#[test]
fn addresses_are_taken_swapped_and_elsewhere() {
    let (world, account) = (World::example(), growcrm());
    let known = |id: u32| Known::of(&world, id).email().map(str::to_owned);
    for taken in [GROWCRM_ADDRESS_OF_STAFF, MISLABELED] {
        let owner = account.user_by_email(&known(taken).unwrap()).unwrap();
        assert!(
            account.contact(owner).is_none(),
            "{taken} is nobody's contact"
        );
    }
    let (one, other) = GROWCRM_SWAPPED;
    assert_eq!(email(&account, one), known(other).as_deref());
    assert_eq!(email(&account, other), known(one).as_deref());
    let stranger = known(PORTAL_STRANGERS_EMAIL).unwrap();
    let owner = account.user_by_email(&stranger).unwrap();
    assert_eq!(account.users[&owner].client, Some(growcrm_client(KESTREL)));
}
