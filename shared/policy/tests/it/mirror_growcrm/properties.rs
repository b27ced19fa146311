//! What holds for any company, whatever the map and the CRM are like.

use std::collections::BTreeSet;

use model::growcrm::ClientId;
use model::mirror::{Digest, Link, Mirrored};
use model::{CompanyId, Contact, ContactId};
use policy::rules::{Deactivated, Moved};
use proptest::prelude::*;

use super::crm::{CLIENT, Crm};
use crate::world::{COMPANY, contact};

const ADDRESSES: [&str; 5] = [
    "a@x.example",
    "b@x.example",
    "c@x.example",
    "d@x.example",
    "",
];

const NAMES: [(&str, &str); 3] = [("Ada", "Byron"), ("Ben", "Hall"), ("Cia", "Sun")];

fn arbitrary_contact() -> impl Strategy<Value = Contact> {
    let email = prop::sample::select(ADDRESSES.to_vec());
    let nameless = prop::option::weighted(0.8, prop::sample::select(NAMES.to_vec()));
    let name = nameless.prop_map(|name| name.unwrap_or(("Cia", "")));
    let phone = prop::sample::select(vec!["312 555 0101", ""]);
    (
        name,
        email,
        phone,
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.1),
    )
        .prop_map(|((first, last), email, phone, active, moved)| {
            let mut contact = contact(0, first, last);
            if !email.is_empty() {
                contact = contact.with_email(1, email);
            }
            if !phone.is_empty() {
                contact = contact.with_phone(2, phone);
            }
            contact.active = active;
            if moved {
                contact.company = Some(CompanyId::new(2));
            }
            contact
        })
}

/// A record for each address at most, of our client or another, and which contact it is mapped to.
fn arbitrary_record()
-> impl Strategy<Value = (bool, bool, Option<u32>, bool, (&'static str, &'static str))> {
    let line = prop::option::weighted(0.6, 1u32..8);
    (
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.85),
        line,
        prop::bool::weighted(0.9),
        prop::sample::select(NAMES.to_vec()),
    )
}

pub(super) fn arbitrary_crm() -> impl Strategy<Value = Crm> {
    let contacts = prop::collection::vec(arbitrary_contact(), 0..6);
    let records = prop::collection::vec(arbitrary_record(), 4);
    let knobs = any::<(bool, bool, bool)>();
    let merge = prop::option::of((1u32..8, 1u32..6));
    let place = (any::<bool>(), prop::bool::weighted(0.8));
    (contacts, records, 0u32..7, 0usize..4, knobs, merge, place).prop_map(
        |(
            contacts,
            records,
            default,
            owner,
            (report, recreate, create),
            merge,
            (placed, client),
        )| {
            let numbered = (1..).zip(contacts).map(|(number, mut contact)| {
                contact.id = ContactId::new(number);
                contact
            });
            let mut crm = Crm::new(numbered);
            if client {
                crm = crm.with_client();
            }
            if !placed {
                crm.place = None;
            }
            crm.company.default_contact = (default > 0).then(|| ContactId::new(default));
            if report {
                crm.rules.growcrm.deactivated = Deactivated::Report;
            }
            if recreate {
                crm.rules.growcrm.moved = Moved::Recreate;
            }
            crm.rules.growcrm.create_clients = create;
            let mut mapped = BTreeSet::new();
            for (number, (exists, ours, line, here, (first, last))) in
                records.into_iter().enumerate()
            {
                if !exists || !client {
                    continue;
                }
                let home = if ours { CLIENT } else { ClientId::new(99) };
                let id = crm.add_record(home, first, last, ADDRESSES[number]);
                if let Some(record) = crm.records.get_mut(&id) {
                    record.account_owner = number == owner && ours;
                }
                let Some(contact) = line.map(ContactId::new).filter(|c| mapped.insert(*c)) else {
                    continue;
                };
                let link = Link {
                    contact,
                    record: Mirrored::GrowCrm { id, given: None },
                    ours: true,
                    digest: Digest::new("old"),
                };
                let company = if here { COMPANY } else { CompanyId::new(9) };
                crm.links.insert(contact, (company, link));
            }
            if let Some((loser, survivor)) = merge
                && loser != survivor
            {
                crm.merge(ContactId::new(loser), ContactId::new(survivor));
            }
            crm
        },
    )
}

pub(super) fn asked(which: &[bool]) -> Vec<ContactId> {
    let numbered = (1..).zip(which).filter(|(_, is_asked)| **is_asked);
    numbered.map(|(number, _)| ContactId::new(number)).collect()
}

/// A visit, and where somebody was merged away a second one: what such a contact had beside the record that the map knew
/// is found by the next visit only.
pub(super) fn visit(crm: &mut Crm, asked: &[ContactId]) -> String {
    let has_merged = !crm.past.is_empty();
    let told = crm.visit(asked);
    if has_merged {
        format!("{told}then\n{}", crm.visit(asked))
    } else {
        told
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    // The CRM of the tests refuses an address twice and an owner's removal, and the checker is asked about every
    // plan, so that much is proved by a visit that comes to its end.
    #[test]
    fn a_visit_that_was_carried_out_leaves_nothing_to_write(mut crm in arbitrary_crm(), which in prop::collection::vec(prop::bool::weighted(0.7), 7)) {
        let asked = asked(&which);
        let told = visit(&mut crm, &asked);
        let again = crm.plan_of(&crm.read(&asked));
        prop_assert!(again.plan.changes.is_empty(), "{told}then\n{}", again.plan);
        prop_assert!(again.map.is_empty(), "{told}then\n{:?}", again.map);
        prop_assert_eq!(crm.mails, 0);
    }

    #[test]
    fn a_record_is_never_given_to_another_name_while_somebody_with_its_name_and_address_is_there(mut crm in arbitrary_crm(), which in prop::collection::vec(prop::bool::weighted(0.5), 7)) {
        let is_linked = |crm: &Crm, id| crm.links.keys().any(|contact| crm.record_of(*contact) == id);
        let before = crm.clone();
        let told = crm.visit(&asked(&which));
        for (id, record) in before.records.iter().filter(|(id, _)| !is_linked(&before, **id)) {
            let has_name = |contact: &Contact| contact.first_name == record.first_name && contact.last_name == record.last_name;
            let is_its = |contact: &&Contact| contact.company == Some(COMPANY) && has_name(contact)
                && contact.emails().iter().any(|(address, _)| record.has_address(address.reveal()));
            let Some(owner) = before.contacts.values().find(is_its) else { continue };
            for contact in crm.links.keys().filter(|contact| crm.record_of(**contact) == *id) {
                prop_assert!(has_name(&crm.contacts[contact]), "{id} is that of {} and not of {contact}\n{told}", owner.id);
            }
        }
    }

    #[test]
    fn a_record_is_one_contacts_afterwards(mut crm in arbitrary_crm()) {
        let asked = asked(&[true; 7]);
        let told = crm.visit(&asked);
        let mut records = BTreeSet::new();
        for (contact, (company, _)) in &crm.links {
            prop_assert!(*company != COMPANY || records.insert(crm.record_of(*contact)), "{told}");
        }
    }

    #[test]
    fn the_records_of_other_clients_stay_as_they_are_unless_somebody_moved(mut crm in arbitrary_crm()) {
        crm.rules.growcrm.moved = Moved::Report;
        let others = |crm: &Crm| crm.records.values().filter(|r| r.client == ClientId::new(99)).cloned().collect::<Vec<_>>();
        let before = others(&crm);
        crm.visit(&asked(&[true; 7]));
        prop_assert_eq!(others(&crm), before);
    }

    #[test]
    fn the_same_snapshot_gives_the_same_plan_and_asks_for_nothing_once_it_is_complete(crm in arbitrary_crm()) {
        let snapshot = crm.read(&asked(&[true; 7]));
        let again = crm.read(&asked(&[true; 7]));
        prop_assert_eq!(crm.plan_of(&snapshot), crm.plan_of(&again));
        prop_assert_eq!(policy::mirror::growcrm::needs(&snapshot, &crm.rules).len(), 0);
    }
}
