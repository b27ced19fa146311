//! What IT Glue keeps from us: what the native sync owns, and addresses that something else owns.

use model::itglue::ContactId as RecordId;

use super::world::{World, ada, record, synced};

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
