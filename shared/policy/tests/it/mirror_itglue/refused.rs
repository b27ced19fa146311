//! What IT Glue keeps from us: what the native sync owns, and addresses that something else owns.

use model::itglue::ContactId as RecordId;

use super::world::{ELSEWHERE, PLACE, World, ada, organization, record, synced};

#[test]
fn of_a_record_that_the_native_sync_owns_only_the_mark_and_the_notes_are_written() {
    let mut owned = synced(record(72, "Ada", "Lovelace"), 30);
    owned.notes = Some("Wants tea.".into());
    let mut world = World::new()
        .with(super::world::named_type(ada(), "VIP"))
        .with_record(owned);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set important, notes of IT Glue contact 72, for contact 30
          because the PSA leads, and has contact 30 otherwise
    finding mirror-itglue: native-sync, company 1, contact 30: the native sync owns IT Glue contact 72, and this is not as contact 30 has it in the PSA: last-name, title, contact-emails, contact-phones; see why the sync does not carry it over
    map after [1]: contact 30 is record 72
    ");
    insta::assert_snapshot!(world.shown(72), @"
    Ada Lovelace in 5
    title -, type -, location -, important Some(true)
    emails 
    phones 
    notes Wants tea.<p>Mirrored from ConnectWise contact 30</p>
    ");
    // The finding is told again, and nothing is written.
    let visit = world.visit(&[30]);
    assert_eq!((visit.writes, visit.map_changes), (0, 0));
    assert!(visit.words.contains("native-sync"));
}

#[test]
fn a_record_that_the_native_sync_owns_and_that_is_in_line_is_no_finding() {
    let mut world = World::new().mirrored(ada());
    world.record(101).link = model::itglue::Link::Synced;
    world.record(101).remote_ids = vec!["30".to_owned()];
    assert_eq!(world.visit(&[30]).words, "");
    world.forget();
    assert!(!world.visit(&[30]).words.contains("finding"));
}

#[test]
fn what_the_native_sync_owns_was_not_given_and_is_not_taken_away_later() {
    let mut owned = synced(record(72, "Ada", "Byron"), 30);
    owned.emails = vec![super::world::email("ada@x.example", "Work")];
    let mut world = World::new().with(ada()).with_record(owned);
    world.visit(&[30]);
    world.record(72).link = model::itglue::Link::Disabled;
    world.contact(30).communications.clear();
    world.visit(&[30]);
    assert_eq!(world.record(72).emails.len(), 1);
}

#[test]
fn where_the_addresses_are_locked_all_else_is_written() {
    let mut world = World::new().mirrored(ada());
    world.locked.insert(RecordId::new(101));
    let contact = world.contact(30);
    contact.last_name = "King".into();
    contact.communications.retain(|item| item.id.get() != 1);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set last-name, contact-emails of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [1] mirror-itglue: set last-name of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    finding mirror-itglue: native-sync, company 1, contact 30: something else owns the addresses of IT Glue contact 101, so this is not as contact 30 has it in the PSA: contact-emails; set it where it comes from
    map after [1]: contact 30 is record 101, ours
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada King in 5
    title Owner, type -, location -, important Some(false)
    emails ada@x.example* (Work)
    phones 3125550142* (Work)
    notes <p>Mirrored from ConnectWise contact 30</p>
    ");
    // They are taken away once that is possible: they were given.
    world.locked.clear();
    world.past.clear();
    world.visit(&[30]);
    assert!(world.record(101).emails.is_empty());
}

#[test]
fn a_retired_record_that_the_native_sync_owns_keeps_its_type() {
    let mut owned = synced(record(72, "Ada", "Byron"), 30);
    owned.title = Some("Owner".into());
    owned.emails = World::new().mirrored(ada()).record(101).emails.clone();
    owned.phones = World::new().mirrored(ada()).record(101).phones.clone();
    let mut world = World::new().with(ada()).with_record(owned);
    world.visit(&[30]);
    world.contact(30).active = false;
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set important, notes of IT Glue contact 72, for contact 30
          because contact 30 is inactive in the PSA
    map after [1]: contact 30 is record 72
    ");
    insta::assert_snapshot!(world.shown(72), @"
    Ada Byron in 5
    title Owner, type -, location -, important Some(false)
    emails ada@x.example* (Work)
    phones 3125550142* (Work)
    notes <p>Inactive in ConnectWise since 2026-11-21.</p><p>Mirrored from ConnectWise contact 30</p>
    ");
}

#[test]
fn what_is_locked_is_known_for_a_day() {
    let mut world = World::new().mirrored(ada());
    world.locked.insert(RecordId::new(101));
    let drop_address = |world: &mut World| {
        let contact = world.contact(30);
        contact.communications.retain(|item| item.id.get() != 1);
    };
    drop_address(&mut world);
    world.contact(30).last_name = "King".into();
    world.visit(&[30]);
    assert_eq!(world.refused, 1);
    world.contact(30).last_name = "Lovelace".into();
    assert!(world.visit(&[30]).words.contains("native-sync"));
    assert_eq!(world.refused, 1);
    for past in &mut world.past {
        past.at -= jiff::SignedDuration::from_hours(24);
    }
    world.contact(30).last_name = "Byron".into();
    world.visit(&[30]);
    assert_eq!(world.refused, 2);
}

#[test]
fn a_write_that_was_refused_is_told_and_not_tried_again_within_a_day_unless_it_is_another() {
    let mut world = World::new().mirrored(ada());
    world.invalid.insert("<Owner>".to_owned());
    let title = |world: &mut World, title: &str| {
        let contact = world.contact(30).clone();
        *world.contact(30) = contact.with_field("title", title);
    };
    title(&mut world, "<Owner>");
    world.visit_and_give_up(&[30]);
    assert_eq!(world.refused, 1);
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: not-mirrored, company 1, contact 30: this was refused on 2026-11-21T11:11:11Z (Validation), and would be again: set title of IT Glue contact 101, for contact 30; see what is wrong with it; it is tried again after a day, or once it is another write");
    assert_eq!((world.refused, world.line(30).is_some()), (1, true));
    title(&mut world, "Owner & Founder");
    assert_eq!(world.visit(&[30]).writes, 1);
}

#[test]
fn an_organization_that_is_gone_is_looked_for_anew_once_it_would_not_take_anybody() {
    let mut world = World::new().with(ada());
    world.gone.insert(PLACE);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 30
          because contact 30 has no record in organization 5
    the place is forgotten
    finding mirror-itglue: no-mirror, company 1: organization 5, which was the company's, is gone from IT Glue; company 1 has no organization in IT Glue, so its contacts are not mirrored; create or link it in IT Glue; it is looked for again at the next change
    ");
    assert_eq!((world.place, world.refused), (None, 1));
    world.place = Some(PLACE);
    world.organizations = vec![organization(6, "Harbor Line")];
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 30
          because contact 30 has no record in organization 5
    place 6
    change [1] mirror-itglue: create a contact in IT Glue, in organization 6, for contact 30
          because contact 30 has no record in organization 6
    map after [1]: contact 30 is record 101, ours
    ");
    assert_eq!((world.place, world.refused), (Some(ELSEWHERE), 2));
}
