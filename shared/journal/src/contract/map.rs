//! Which record of a mirror is whose.

use std::collections::BTreeSet;
use std::slice::from_ref;

use model::mirror::{Digest, Link, Mirrored, Place, System};
use model::{ContactId, growcrm, itglue};

use super::samples::{at, company, contact, large_links, line, links, places};
use crate::{Forgotten, Store};

const ITGLUE: System = System::ItGlue;
const GROWCRM: System = System::GrowCrm;

pub(crate) async fn on_an_empty_map_there_is_nothing(store: impl Store) {
    for _ in 0..2 {
        for system in System::ALL {
            assert_eq!(at_company(&store, 19, system).await, []);
            assert_eq!(of_contacts(&store, 19, system, &[]).await, []);
            assert_eq!(of_contacts(&store, 19, system, &[41, 42]).await, []);
            assert_eq!(of(&store, system, 41).await, None);
            assert_eq!(place(&store, 19, system).await, None);
            // There is nothing to take off and nothing to forget, and it is no mistake to do so.
            store.unlink(system, contact(41)).await.unwrap();
            store.set_place(company(19), system, None).await.unwrap();
        }
    }
}

pub(crate) async fn every_line_is_read_back_as_it_was_recorded(store: impl Store) {
    for link in links() {
        store.link(company(19), &link).await.unwrap();
        let (system, whom) = (link.system(), link.contact.get());
        assert_eq!(of(&store, system, whom).await, Some((19, link.clone())));
        assert_eq!(of_contacts(&store, 19, system, &[whom]).await, [link]);
    }
    for system in System::ALL {
        let mut expected = links();
        expected.retain(|link| link.system() == system);
        assert_eq!(at_company(&store, 19, system).await, expected);
    }
}

pub(crate) async fn a_line_takes_the_place_of_the_one_before(store: impl Store) {
    let first = links().remove(0);
    let second = Link {
        digest: Digest::new("another"),
        ..line(ITGLUE, 41, 7)
    };
    for link in [&first, &first, &second, &first] {
        record(&store, 19, link).await;
        assert_eq!(at_company(&store, 19, ITGLUE).await, from_ref(link));
        assert_eq!(of(&store, ITGLUE, 41).await, Some((19, link.clone())));
    }
}

pub(crate) async fn lines_are_ordered_by_contact_and_only_those_that_were_asked_for(
    store: impl Store,
) {
    let new = ContactId::provisional_for(contact(41)).get();
    let order = [9, 10, 41, 100, new];
    for whom in [100, 9, new, 41, 10] {
        record(&store, 19, &line(ITGLUE, whom, 1)).await;
    }
    // One digit more or less makes another company, and another contact.
    for (at_company, whom) in [(1, 4), (190, 410), (20, 42)] {
        record(&store, at_company, &line(ITGLUE, whom, 1)).await;
    }
    let of_19 = at_company(&store, 19, ITGLUE).await;
    assert_eq!(contacts(&of_19), order);
    let some = of_contacts(&store, 19, ITGLUE, &[100, 41, 9]).await;
    assert_eq!(contacts(&some), [9, 41, 100]);
    // Neither somebody else's, nor one that nobody has.
    let others = of_contacts(&store, 19, ITGLUE, &[4, 42, 43, 410]).await;
    assert_eq!(others, []);
    assert_eq!(contacts(&at_company(&store, 1, ITGLUE).await), [4]);
}

pub(crate) async fn a_line_that_moves_leaves_the_company_it_was_at(store: impl Store) {
    let [first, other] = [41, 42].map(|whom| line(ITGLUE, whom, u64::from(whom)));
    for link in [&first, &other] {
        record(&store, 19, link).await;
    }
    let moved = Link {
        digest: Digest::new("another"),
        ..first.clone()
    };
    record(&store, 20, &moved).await;
    assert_eq!(at_company(&store, 19, ITGLUE).await, from_ref(&other));
    assert_eq!(of_contacts(&store, 19, ITGLUE, &[41]).await, []);
    assert_eq!(at_company(&store, 20, ITGLUE).await, from_ref(&moved));
    assert_eq!(
        of_contacts(&store, 20, ITGLUE, &[41]).await,
        from_ref(&moved)
    );
    assert_eq!(of(&store, ITGLUE, 41).await, Some((20, moved)));
    // And back.
    record(&store, 19, &first).await;
    assert_eq!(at_company(&store, 19, ITGLUE).await, [first, other]);
    assert_eq!(at_company(&store, 20, ITGLUE).await, []);
}

pub(crate) async fn the_systems_have_nothing_in_common(store: impl Store) {
    // The same contact, and the same number for its record.
    let (documented, served) = (line(ITGLUE, 41, 7), line(GROWCRM, 41, 7));
    record(&store, 19, &documented).await;
    assert_eq!(at_company(&store, 19, GROWCRM).await, []);
    assert_eq!(of(&store, GROWCRM, 41).await, None);
    record(&store, 20, &served).await;
    let in_it_glue = Some((19, documented.clone()));
    assert_eq!(of(&store, ITGLUE, 41).await, in_it_glue);
    assert_eq!(of(&store, GROWCRM, 41).await, Some((20, served.clone())));
    record(&store, 19, &served).await;
    assert_eq!(at_company(&store, 19, ITGLUE).await, [documented]);
    assert_eq!(at_company(&store, 19, GROWCRM).await, [served]);
    store.unlink(GROWCRM, contact(41)).await.unwrap();
    assert_eq!(of(&store, ITGLUE, 41).await, in_it_glue);
    assert_eq!(of(&store, GROWCRM, 41).await, None);
}

pub(crate) async fn a_line_that_was_taken_off_is_gone(store: impl Store) {
    let [gone, stays] = [41, 42].map(|whom| line(GROWCRM, whom, u64::from(whom)));
    for link in [&gone, &stays] {
        record(&store, 19, link).await;
    }
    for _ in 0..2 {
        store.unlink(GROWCRM, contact(41)).await.unwrap();
        assert_eq!(of(&store, GROWCRM, 41).await, None);
        let left = at_company(&store, 19, GROWCRM).await;
        assert_eq!(left, from_ref(&stays));
        assert_eq!(of_contacts(&store, 19, GROWCRM, &[41]).await, []);
    }
    record(&store, 20, &gone).await;
    assert_eq!(of(&store, GROWCRM, 41).await, Some((20, gone)));
}

pub(crate) async fn a_place_is_known_until_it_is_forgotten(store: impl Store) {
    let set = async |at_company, system, place| {
        let done = store.set_place(company(at_company), system, place);
        done.await.unwrap();
    };
    for known in places() {
        set(19, known.system(), Some(known)).await;
        assert_eq!(place(&store, 19, known.system()).await, Some(known));
    }
    let other = Place::ItGlue(itglue::OrganizationId::new(5));
    for _ in 0..2 {
        set(19, ITGLUE, Some(other)).await;
        assert_eq!(place(&store, 19, ITGLUE).await, Some(other));
    }
    // Two companies may be mirrored to one place.
    set(20, ITGLUE, Some(other)).await;
    set(19, ITGLUE, None).await;
    assert_eq!(place(&store, 19, ITGLUE).await, None);
    assert_eq!(place(&store, 19, GROWCRM).await, Some(places()[1]));
    assert_eq!(place(&store, 20, ITGLUE).await, Some(other));
    // Nobody is linked by that, and what is known about a company says nothing about its contacts.
    assert_eq!(at_company(&store, 20, ITGLUE).await, []);
    // A place is nowhere but in its own system.
    let elsewhere = Place::GrowCrm(growcrm::ClientId::new(13));
    set(20, ITGLUE, Some(elsewhere)).await;
    assert_eq!(place(&store, 20, ITGLUE).await, Some(other));
    assert_eq!(place(&store, 20, GROWCRM).await, Some(elsewhere));
}

pub(crate) async fn a_contact_is_seen_where_its_lines_are(store: impl Store) {
    let seen = async || store.companies_of(contact(41)).await.unwrap();
    record(&store, 21, &line(ITGLUE, 41, 7)).await;
    record(&store, 20, &line(GROWCRM, 41, 7)).await;
    assert_eq!(seen().await, [company(20), company(21)]);
    record(&store, 20, &line(ITGLUE, 41, 7)).await;
    assert_eq!(seen().await, [company(20)]);
    for system in System::ALL {
        store.unlink(system, contact(41)).await.unwrap();
    }
    assert_eq!(seen().await, []);
}

pub(crate) async fn what_is_older_is_forgotten_and_the_map_stays(store: impl Store) {
    for link in links() {
        record(&store, 19, &link).await;
    }
    for place in places() {
        let done = store.set_place(company(19), place.system(), Some(place));
        done.await.unwrap();
    }
    let forgotten = store.forget(at(1_000_000)).await.unwrap();
    assert_eq!(forgotten, Forgotten::default());
    for link in links() {
        let held = of(&store, link.system(), link.contact.get()).await;
        assert_eq!(held, Some((19, link)));
    }
    for known in places() {
        assert_eq!(place(&store, 19, known.system()).await, Some(known));
    }
}

pub(crate) async fn many_lines_are_read_whole_and_in_part(store: impl Store) {
    // Together they are more than a store may read in one go.
    let many: Vec<Link> = (1..=250)
        .map(|whom| {
            let mut link = links().remove(0);
            link.contact = contact(whom);
            if let Mirrored::ItGlue { given, .. } = &mut link.record {
                let given = given.get_or_insert_default();
                given.title = Some("x".repeat(6 * 1024).into());
            }
            link
        })
        .collect();
    for link in &many {
        record(&store, 19, link).await;
    }
    assert!(at_company(&store, 19, ITGLUE).await == many);
    let odd: Vec<u32> = (0..300).filter(|whom| whom % 2 == 1).collect();
    let some = of_contacts(&store, 19, ITGLUE, &odd).await;
    assert_eq!(contacts(&some), odd[..125]);
    assert!(some.iter().all(|link| many.contains(link)));
}

pub(crate) async fn a_large_line_says_whose_the_record_is(store: impl Store) {
    for link in large_links() {
        let mut bare = line(link.system(), 41, 0);
        bare.record = match link.record.clone() {
            Mirrored::ItGlue { id, .. } => Mirrored::ItGlue { id, given: None },
            Mirrored::GrowCrm { id, .. } => Mirrored::GrowCrm { id, given: None },
        };
        record(&store, 19, &link).await;
        let (at, held) = of(&store, link.system(), 41).await.unwrap();
        assert_eq!(at, 19);
        // Whatever it was given is known as a whole, or not at all.
        assert!(held == link || held == bare);
        record(&store, 19, &bare).await;
        assert_eq!(at_company(&store, 19, link.system()).await, [bare]);
    }
}

async fn record(store: &impl Store, at: u32, link: &Link) {
    store.link(company(at), link).await.unwrap();
}

async fn of(store: &impl Store, system: System, whom: u32) -> Option<(u32, Link)> {
    let found = store.link_of(system, contact(whom)).await.unwrap();
    found.map(|(company, link)| (company.get(), link))
}

async fn at_company(store: &impl Store, at: u32, system: System) -> Vec<Link> {
    store.links(company(at), system, None).await.unwrap()
}

async fn of_contacts(store: &impl Store, at: u32, system: System, whom: &[u32]) -> Vec<Link> {
    let contacts: BTreeSet<ContactId> = whom.iter().copied().map(contact).collect();
    let some = Some(&contacts);
    store.links(company(at), system, some).await.unwrap()
}

async fn place(store: &impl Store, at: u32, system: System) -> Option<Place> {
    store.place(company(at), system).await.unwrap()
}

fn contacts(links: &[Link]) -> Vec<u32> {
    links.iter().map(|link| link.contact.get()).collect()
}
