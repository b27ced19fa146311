//! Who is no more: merged away, deleted, and brought back.

use jiff::Timestamp;
use model::itglue::{Attached, ContactId as RecordId, ContactTypeId, Link, LocationId};
use model::{Action, ChangeId, Contact, ContactId, Outcome, Past, Purpose, Rule, RunId};
use policy::mirror::itglue::{Need, check, plan};
use policy::rules::OnMerge;

use super::world::{LINE, OTHER, World, ada, email, marked, phone, record, synced};
use crate::world::{COMPANY, contact, id_of};

fn twin() -> Contact {
    contact(31, "Ada", "Byron")
        .with_email(11, "a.byron@x.example")
        .with_field("title", "Chair")
}

/// Ada and her twin, both with a record, the twin's with things of its own.
fn two() -> World {
    let mut world = World::new().mirrored(ada()).mirrored(twin());
    let twins = world.record(102);
    twins.emails.push(email("own@x.example", "Home"));
    twins.phones.push(phone("3125550198", "Cell"));
    world
}

/// We merged somebody away.
pub(crate) fn merged(world: &mut World, loser: u32, survivor: u32, outcome: Outcome) {
    let action = Action::Merge {
        loser: id_of(loser),
        survivor: id_of(survivor),
        references: Vec::new(),
    };
    past(world, action, Purpose::Policy, outcome);
}

fn past(world: &mut World, action: Action, purpose: Purpose, outcome: Outcome) {
    world.past.push(Past {
        id: ChangeId {
            run: RunId::new("r"),
            number: u32::try_from(world.past.len()).unwrap_or(0) + 1,
        },
        at: Timestamp::UNIX_EPOCH,
        rule: Rule::MergeDuplicates,
        purpose,
        action,
        outcome: Some(outcome),
    });
}

/// What the PSA's own merge does: the survivor gets what the loser had.
fn merge(world: &mut World, loser: u32, survivor: u32) {
    let gone = world.contact(loser).clone();
    world.delete(loser);
    world.former.insert(gone.id, gone.clone());
    let kept = world.contact(survivor);
    for mut item in gone.communications {
        item.is_default = false;
        kept.communications.push(item);
    }
    merged(world, loser, survivor, Outcome::Done);
}

fn hung(world: &mut World, record: u64) {
    let attached = Attached {
        passwords: Some(1),
        attachments: Some(0),
        related_items: Some(0),
    };
    world.attached.insert(RecordId::new(record), attached);
}

#[test]
fn the_record_of_who_was_merged_away_is_folded_in_and_removed() {
    let mut world = two();
    merge(&mut world, 31, 30);
    assert_eq!(world.stale(&[]), [30, 31]);
    insta::assert_snapshot!(world.visit(&[30, 31]).words, @"
    change [1] mirror-itglue: set notes, contact-emails, contact-phones of IT Glue contact 101, for contact 30
          because contact 31 was merged into 30
    change [1] mirror-itglue: remove IT Glue contact 102, for contact 31
          because contact 31 was merged into 30, whose record has all of it; we created it, and nothing hangs on it
    map after [1]: contact 30 is record 101, ours
    map after [1]: contact 31 has none
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type -, location -, important Some(false)
    emails ada@x.example* (Work), a.byron@x.example (Work), own@x.example (Home)
    phones 3125550142* (Work), 3125550198 (Cell)
    notes <p>ConnectWise contact 31 had, before it became part of this one: title Chair</p><p>Mirrored from ConnectWise contact 30</p>
    ");
    assert_eq!(world.records.len(), 1);
    // Nothing is left to do, and what only IT Glue knew stays for good.
    assert_eq!(world.visit(&[30, 31]).writes, 0);
}

#[test]
fn the_survivor_is_seen_to_also_if_only_the_loser_is_named() {
    let mut world = two();
    merge(&mut world, 31, 30);
    let visit = world.visit(&[31]);
    let needs: Vec<Need> = visit.rounds[0].iter().copied().collect();
    assert_eq!(needs, [Need::Contact(id_of(30))]);
    assert_eq!(visit.writes, 2);
    assert_eq!(world.records.len(), 1);
}

#[test]
fn a_record_on_which_something_hangs_is_retired_instead() {
    let mut world = two();
    hung(&mut world, 102);
    merge(&mut world, 31, 30);
    insta::assert_snapshot!(world.visit(&[30, 31]).words, @"
    change [1] mirror-itglue: set notes, contact-emails, contact-phones of IT Glue contact 101, for contact 30
          because contact 31 was merged into 30
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 102, for contact 31
          because contact 31 was merged into 30
    finding mirror-itglue: orphan, company 1, contact 31 and 30: contact 31 was merged into 30, and its record in IT Glue, 102, is kept as an inactive one, as passwords, files or other records may hang on it; somebody should look at it and remove it there
    map after [1]: contact 30 is record 101, ours
    map after [1]: contact 31 has none
    ");
    insta::assert_snapshot!(world.shown(102), @"
    Ada Byron in 5
    title Chair, type Inactive (PSA), location -, important Some(false)
    emails a.byron@x.example* (Work), own@x.example (Home)
    phones 3125550198 (Cell)
    notes <p>Merged into ConnectWise contact 30: https://examplemsp.itglue.com/5/contacts/101</p><p>Mirrored from ConnectWise contact 31</p>
    ");
    assert_eq!(world.visit(&[30, 31]).writes, 0);
}

#[test]
fn a_record_that_we_did_not_create_or_that_the_rules_protect_is_not_removed() {
    let mut by_hand = World::new()
        .mirrored(ada())
        .with_record(record(72, "Ada", "Byron"));
    by_hand.record(72).emails = vec![email("a.byron@x.example", "Work")];
    let mut by_hand = by_hand.mirrored(twin());
    merge(&mut by_hand, 31, 30);
    let visit = by_hand.visit(&[30, 31]);
    assert!(
        visit.words.contains("as we did not create it"),
        "{}",
        visit.words
    );
    assert!(
        !visit
            .reads()
            .iter()
            .any(|need| matches!(need, Need::Attached(_)))
    );
    let mut world = two();
    world.rules.itglue.on_merge = OnMerge::Retire;
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(
        visit.words.contains("as the rules say so"),
        "{}",
        visit.words
    );
    assert_eq!((by_hand.records.len(), world.records.len()), (2, 2));
}

#[test]
fn what_the_native_sync_owns_is_neither_removed_nor_folded_into() {
    let mut world = two();
    let loser = synced(world.record(102).clone(), 31);
    world = world.with_record(loser);
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(
        visit.words.contains("as the native sync knows it"),
        "{}",
        visit.words
    );
    let mut world = two();
    let survivor = synced(world.record(101).clone(), 30);
    world = world.with_record(survivor);
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(
        visit.words.contains("as not all of it can be taken over"),
        "{}",
        visit.words
    );
    assert_eq!(world.records.len(), 2);
}

#[test]
fn what_the_native_sync_knows_in_whatever_way_is_not_removed() {
    let newer = Link::Other("paused".to_owned());
    for (link, remote) in [
        (Link::Disabled, None),
        (Link::Orphaned, None),
        (newer, None),
        (Link::None, Some("31")),
    ] {
        let mut world = two();
        world.record(102).link = link;
        world.record(102).remote_ids = remote.into_iter().map(str::to_owned).collect();
        merge(&mut world, 31, 30);
        let visit = world.visit(&[30, 31]);
        assert!(
            visit.words.contains("as the native sync knows it"),
            "{}",
            visit.words
        );
        assert_eq!(world.records.len(), 2);
    }
}

#[test]
fn a_record_that_it_glue_refuses_to_remove_is_retired() {
    let mut world = two();
    world.kept.insert(RecordId::new(102));
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(
        visit.words.contains("as IT Glue keeps it from us"),
        "{}",
        visit.words
    );
    assert!(
        world
            .shown(102)
            .contains("Merged into ConnectWise contact 30")
    );
    assert!(world.line(31).is_none());
    assert_eq!(world.visit(&[30, 31]).writes, 0);
}

#[test]
fn what_conflicts_is_noted_and_the_mark_of_a_vip_is_kept() {
    let mut world = two();
    let (one, other) = (Some(ContactTypeId::new(1)), Some(ContactTypeId::new(2)));
    (
        world.record(101).contact_type,
        world.record(102).contact_type,
    ) = (one, other);
    world.record(101).location = Some(LocationId::new(1));
    let twins = world.record(102);
    twins.location = Some(LocationId::new(2));
    twins.important = Some(true);
    twins.notes = Some("<p>Wants rum.</p><p>Mirrored from ConnectWise contact 31</p>".into());
    merge(&mut world, 31, 30);
    world.visit(&[30, 31]);
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type Approver, location Main, important Some(true)
    emails ada@x.example* (Work), a.byron@x.example (Work), own@x.example (Home)
    phones 3125550142* (Work), 3125550198 (Cell)
    notes <div><p>Wants rum.</p></div><p>ConnectWise contact 31 had, before it became part of this one: title Chair, type Manager, location Pier</p><p>Mirrored from ConnectWise contact 30</p>
    ");
}

#[test]
fn what_the_survivor_lacks_it_gets() {
    let mut world = two();
    world.contact(30).fields.clear();
    world.visit(&[30]);
    world.record(102).contact_type = Some(ContactTypeId::new(2));
    merge(&mut world, 31, 30);
    world.visit(&[30, 31]);
    let record = world.record(101);
    assert_eq!(record.title, Some("Chair".into()));
    assert_eq!(record.contact_type, Some(ContactTypeId::new(2)));
    // And it stays, though the PSA does not have it.
    assert_eq!(world.visit(&[30]).writes, 0);
}

#[test]
fn what_the_loser_lacks_is_not_taken_from_the_survivor() {
    let mut world = two();
    let twins = world.record(102);
    (twins.title, twins.phones) = (None, Vec::new());
    merge(&mut world, 31, 30);
    world.visit(&[30, 31]);
    assert_eq!(world.record(101).title, Some("Owner".into()));
}

/// Ada is known, and her twin was written down by hand, with a number that IT Glue alone knows.
fn by_hand() -> World {
    let mut twins = record(72, "Ada", "Byron");
    twins.emails = vec![email("a.byron@x.example", "Work")];
    twins.phones = vec![phone("3125550198", "Cell")];
    World::new().mirrored(ada()).with_record(twins).with(twin())
}

#[test]
fn whoever_was_merged_away_unknown_to_the_map_is_found_by_the_name_and_address_it_had() {
    let mut world = by_hand();
    merge(&mut world, 31, 30);
    let visit = world.visit(&[31]);
    let needs: Vec<Need> = visit.rounds.iter().flatten().copied().collect();
    assert!(needs.contains(&Need::Former(id_of(31))), "{needs:?}");
    insta::assert_snapshot!(visit.words, @"
    change [1] mirror-itglue: set contact-emails, contact-phones of IT Glue contact 101, for contact 30
          because contact 31 was merged into 30
    change [1] mirror-itglue: set contact-type-id, important, notes of IT Glue contact 72, for contact 31
          because contact 31 was merged into 30
    finding mirror-itglue: orphan, company 1, contact 31 and 30: contact 31 was merged into 30, and its record in IT Glue, 72, is kept as an inactive one, as we did not create it; somebody should look at it and remove it there
    map after [1]: contact 30 is record 101, ours
    ");
    insta::assert_snapshot!(world.shown(72), @"
    Ada Byron in 5
    title -, type Inactive (PSA), location -, important Some(false)
    emails a.byron@x.example (Work)
    phones 3125550198 (Cell)
    notes <p>Merged into ConnectWise contact 30: https://examplemsp.itglue.com/5/contacts/101</p><p>Mirrored from ConnectWise contact 31</p>
    ");
    assert!(world.shown(101).contains("3125550198 (Cell)"));
    assert_eq!(world.visit(&[30, 31]).writes, 0);
}

#[test]
fn whoever_was_merged_away_unknown_to_the_map_and_has_our_line_is_removed() {
    let mut world = World::new()
        .mirrored(ada())
        .with_record(marked(72, "A", "B", 31))
        .with(twin());
    merge(&mut world, 31, 30);
    let visit = world.visit(&[31]);
    assert!(
        visit.words.contains("remove IT Glue contact 72"),
        "{}",
        visit.words
    );
    assert_eq!(world.visit(&[30, 31]).writes, 0);
}

#[test]
fn what_may_be_somebody_elses_is_left_alone_when_a_contact_unknown_to_the_map_is_merged_away() {
    // Without an address nobody can say whose it is.
    let mut nameless = by_hand();
    nameless.record(72).emails.clear();
    merge(&mut nameless, 31, 30);
    let visit = nameless.visit(&[31]);
    assert_eq!(nameless.record(72).notes, None);
    assert!(
        visit.words.contains("orphan, company 1, contact 31"),
        "{}",
        visit.words
    );
    // Somebody else there has the name, too.
    let mut namesake = by_hand().with(contact(32, "Ada", "Byron"));
    merge(&mut namesake, 31, 30);
    let visit = namesake.visit(&[31, 32]);
    assert!(
        !visit.words.contains("IT Glue contact 72, for contact 31"),
        "{}",
        visit.words
    );
    // The survivor, whom the map does not know either, is looked for by the same name.
    let mut unknown = by_hand();
    unknown.forget();
    unknown.records.remove(&RecordId::new(101));
    merge(&mut unknown, 31, 30);
    let visit = unknown.visit(&[30, 31]);
    assert!(
        visit
            .words
            .contains("of IT Glue contact 72, for contact 30"),
        "{}",
        visit.words
    );
    assert_eq!(unknown.records.len(), 1);
    // Another contact's record stays with that one.
    let mut anothers = by_hand();
    anothers.record(72).notes = Some("<p>Mirrored from ConnectWise contact 33</p>".into());
    let mut anothers = anothers.with(contact(33, "Bea", "Fox"));
    merge(&mut anothers, 31, 30);
    let visit = anothers.visit(&[31]);
    assert!(!visit.words.contains("contact 72"), "{}", visit.words);
}

#[test]
fn what_the_journal_has_forgotten_is_not_guessed() {
    let mut world = by_hand();
    merge(&mut world, 31, 30);
    world.former.clear();
    world.visit(&[31]);
    assert_eq!(world.record(72).notes, None);
}

#[test]
fn whoever_was_deleted_unknown_to_the_map_is_found_by_our_line_or_the_native_sync() {
    for left in [
        marked(72, "Ada", "Byron", 31),
        synced(record(72, "Ada", "Byron"), 31),
    ] {
        let mut world = World::new().mirrored(ada()).with_record(left).with(twin());
        world.delete(31);
        let visit = world.visit(&[31]);
        assert!(
            visit.words.contains("orphan, company 1, contact 31"),
            "{}",
            visit.words
        );
        assert_eq!(visit.writes, 1, "{}", visit.words);
        let again = world.visit(&[31]);
        assert_eq!((again.writes, again.words.as_str()), (0, ""));
    }
    // By the name alone nobody is found: what the PSA had of it nobody knows.
    let mut world = by_hand();
    world.delete(31);
    assert_eq!(world.visit(&[31]).writes, 0);
}

#[test]
fn a_survivor_without_a_record_gets_that_of_the_loser() {
    let mut world = World::new().mirrored(twin());
    world
        .record(101)
        .emails
        .push(email("own@x.example", "Home"));
    let mut world = world.with(ada());
    merge(&mut world, 31, 30);
    insta::assert_snapshot!(world.visit(&[30, 31]).words, @"
    change [1] mirror-itglue: set title, notes, contact-emails, contact-phones of IT Glue contact 101, for contact 30
          because contact 31 was merged into 30
    map after [1]: contact 30 is record 101, ours
    map after [1]: contact 31 has none
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type -, location -, important Some(false)
    emails a.byron@x.example (Work), own@x.example (Home), ada@x.example* (Work)
    phones 3125550142* (Work)
    notes <p>Mirrored from ConnectWise contact 30</p>
    ");
}

#[test]
fn when_the_map_is_lost_a_survivor_is_found_by_the_line_of_who_was_merged_into_it() {
    let mut world = World::new().mirrored(twin()).with(ada());
    world.forget();
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30]);
    assert!(
        visit.words.contains("contact 30 is record 101"),
        "{}",
        visit.words
    );
}

#[test]
fn three_records_of_one_person_become_one_unit() {
    let third = contact(32, "Ada", "Byron").with_email(21, "third@x.example");
    let mut world = two().mirrored(third);
    merge(&mut world, 32, 31);
    merge(&mut world, 31, 30);
    insta::assert_snapshot!(world.visit(&[30, 31, 32]).words, @"
    change [1] mirror-itglue: set notes, contact-emails, contact-phones of IT Glue contact 101, for contact 30
          because contacts 31 and 32 were merged into 30
    change [1] mirror-itglue: remove IT Glue contact 102, for contact 31
          because contact 31 was merged into 30, whose record has all of it; we created it, and nothing hangs on it
    change [1] mirror-itglue: remove IT Glue contact 103, for contact 32
          because contact 32 was merged into 30, whose record has all of it; we created it, and nothing hangs on it
    map after [1]: contact 30 is record 101, ours
    map after [1]: contact 31 has none
    map after [1]: contact 32 has none
    ");
    assert_eq!(world.records.len(), 1);
}

#[test]
fn a_record_that_only_looks_like_the_losers_is_nobody_elses_to_fold_or_remove() {
    // Somebody copied notes: the line for 31 stands in the record of 32, whom nobody asks about.
    let mut world = World::new().mirrored(contact(32, "Li", "Wei"));
    world.record(101).notes = Some(format!("<p>{LINE}31</p>").into());
    let mut world = world.with(ada()).with(twin());
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(visit.words.contains("create a contact"), "{}", visit.words);
    assert_eq!(world.records.len(), 2);
    assert_eq!(world.record(101).first_name, "Li".into());
}

#[test]
fn a_record_that_the_map_has_for_somebody_else_as_well_is_not_the_losers() {
    let mut world = two().with(contact(32, "Li", "Wei"));
    let mut link = world.line(31).unwrap().clone();
    link.contact = id_of(32);
    world.map.insert(link.contact, (COMPANY, link));
    merge(&mut world, 31, 30);
    let theirs = world.shown(102);
    let visit = world.visit(&[30, 31]);
    assert!(
        !visit.words.contains("IT Glue contact 102"),
        "{}",
        visit.words
    );
    assert_eq!(world.shown(102), theirs);
    assert!(world.line(31).is_none());
    // Nor is it taken for the survivor's.
    let mut world = World::new()
        .mirrored(twin())
        .with(contact(32, "Li", "Wei"))
        .with(ada());
    let mut link = world.line(31).unwrap().clone();
    link.contact = id_of(32);
    world.map.insert(link.contact, (COMPANY, link));
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(visit.words.contains("create a contact"), "{}", visit.words);
    assert!(world.line(31).is_none());
}

#[test]
fn a_fold_that_was_cut_short_is_not_made_twice() {
    let mut world = two();
    world.record(102).notes = Some("<p>Wants rum.</p>Mirrored from ConnectWise contact 31".into());
    merge(&mut world, 31, 30);
    let done = {
        let mut world = world.clone();
        world.visit(&[30, 31]);
        world.shown(101)
    };
    // The survivor's record was written, and nothing else: not the removal, and not the map.
    let (loser, map) = (world.record(102).clone(), world.map.clone());
    world.visit(&[30, 31]);
    world = world.with_record(loser);
    world.map = map;
    let visit = world.visit(&[30, 31]);
    assert_eq!((visit.writes, world.shown(101)), (1, done));
}

#[test]
fn short_notes_of_who_was_merged_away_are_taken_over_though_their_letters_are_there() {
    for (theirs, ours) in [
        ("IT", "Please wait"),
        ("12", "Door code 4123"),
        ("!!!", "Tea"),
        ("\u{1f389}", "Tea"),
    ] {
        let mut world = two();
        world.record(101).notes = Some(format!("<p>{ours}</p><p>{LINE}30</p>").into());
        world.record(102).notes = Some(format!("<p>{theirs}</p><p>{LINE}31</p>").into());
        merge(&mut world, 31, 30);
        world.visit(&[30, 31]);
        assert_eq!(world.records.len(), 1);
        let notes = world.record(101).notes.clone().unwrap();
        let taken_over = format!("<p>{ours}</p><div><p>{theirs}</p></div>");
        assert!(
            notes.reveal().starts_with(&taken_over),
            "{}",
            notes.reveal()
        );
        assert_eq!(world.visit(&[30]).writes, 0);
    }
}

#[test]
fn a_record_whose_notes_show_a_picture_is_taken_over_and_retired() {
    let mut world = two();
    let picture = "<img src=\"https://x.example/door.png\">";
    world.record(102).notes = Some(format!("{picture}<p>{LINE}31</p>").into());
    merge(&mut world, 31, 30);
    let visit = world.visit(&[30, 31]);
    assert!(
        visit
            .words
            .contains("as its notes show a picture or another file"),
        "{}",
        visit.words
    );
    let notes = world.record(101).notes.clone().unwrap();
    assert!(notes.reveal().contains(picture), "{}", notes.reveal());
}

#[test]
fn a_fold_is_known_again_when_it_glue_has_spelled_it_anew() {
    let mut world = two();
    world.record(101).notes =
        Some("<p>Caf&#233; &amp; tea</p>Mirrored from ConnectWise contact 30".into());
    world.record(102).notes =
        Some("<p>Caf\u{e9} & tea</p>Mirrored from ConnectWise contact 31".into());
    merge(&mut world, 31, 30);
    world.visit(&[30, 31]);
    let notes = world.record(101).notes.clone().unwrap();
    assert!(!notes.reveal().contains("Caf\u{e9}"), "{}", notes.reveal());
}

#[test]
fn who_was_merged_into_somebody_at_another_company_is_retired() {
    let mut world = two();
    merge(&mut world, 31, 30);
    world.contact(30).company = Some(OTHER);
    insta::assert_snapshot!(world.visit(&[31]).words, @"
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 102, for contact 31
          because contact 31 was merged into 30
    finding mirror-itglue: orphan, company 1, contact 31: contact 31 was merged into 30, which is at another company, and its record in IT Glue, 102, is kept as an inactive one; somebody should look at it and remove it there
    map after [1]: contact 31 has none
    ");
}

#[test]
fn who_was_deleted_in_the_psa_is_retired_and_told() {
    let mut world = two();
    world.delete(31);
    assert_eq!(world.stale(&[]), [31]);
    insta::assert_snapshot!(world.visit(&[31]).words, @"
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 102, for contact 31
          because contact 31 was deleted in the PSA
    finding mirror-itglue: orphan, company 1, contact 31: contact 31 was deleted in the PSA, and its record in IT Glue, 102, is kept as an inactive one; somebody should look at it and remove it there
    map after [1]: contact 31 has none
    ");
    insta::assert_snapshot!(world.shown(102), @"
    Ada Byron in 5
    title Chair, type Inactive (PSA), location -, important Some(false)
    emails a.byron@x.example* (Work), own@x.example (Home)
    phones 3125550198 (Cell)
    notes <p>Deleted in ConnectWise</p><p>Mirrored from ConnectWise contact 31</p>
    ");
    assert_eq!(world.stale(&[]), [0; 0]);
    let again = world.visit(&[31]);
    assert_eq!((again.writes, again.words.as_str()), (0, ""));
    // A record that is not there any more needs nothing.
    let mut world = two();
    world.delete(31);
    world.records.clear();
    insta::assert_snapshot!(world.visit(&[31]).words, @"map at once: contact 31 has none");
}

#[test]
fn of_more_who_are_gone_than_the_rules_allow_nobody_is_retired() {
    let mut world = two();
    let before = [world.shown(101), world.shown(102)];
    world.rules.limits.removals_per_visit = 1;
    world.delete(30);
    world.delete(31);
    insta::assert_snapshot!(world.visit(&[30, 31]).words, @"finding mirror-itglue: blast-radius, company 1, contact 30 and 31: 2 contacts are gone from the PSA in one visit, and the rules allow 1 (limits.removals-per-visit), so the records of all of them stay as they are; see whether the API member still sees them, and if they are gone, raise the limit until the company was visited again");
    assert_eq!([world.shown(101), world.shown(102)], before);
    // They are told each time, until somebody has looked.
    assert_eq!(world.stale(&[]), [30, 31]);
    world.rules.limits.removals_per_visit = 2;
    assert_eq!(world.visit(&[30, 31]).writes, 2);
    assert_eq!(world.stale(&[]), [0; 0]);
}

#[test]
fn the_checker_objects_to_more_who_are_retired_than_the_rules_allow() {
    let mut world = two();
    world.delete(30);
    world.delete(31);
    let mut now = world.snapshot(&[30, 31]);
    world.gather(&mut now);
    let planned = plan(&now, &world.rules);
    assert_eq!(check(&now, &world.rules, &planned), [""; 0]);
    world.rules.limits.removals_per_visit = 1;
    assert_eq!(
        check(&now, &world.rules, &planned),
        ["more contacts that are gone would be retired than allowed"]
    );
}

#[test]
fn the_record_of_who_is_gone_and_that_a_successor_was_given_is_left_to_it() {
    let mut world = World::new().mirrored(ada());
    world.delete(30);
    let mut world = world.with(contact(33, "Ada", "Byron").with_email(5, "ada@x.example"));
    let visit = world.visit(&[33]);
    assert!(
        visit.words.contains("contact 33 is record 101"),
        "{}",
        visit.words
    );
    insta::assert_snapshot!(world.visit(&[30]).words, @"map at once: contact 30 has none");
}

/// What taking the merge back does: the loser is there again under a new id.
fn bring_back(world: &mut World) {
    let kept = world.contact(30);
    kept.communications.retain(|item| item.id.get() != 11);
    let action = Action::Restore {
        original: id_of(31),
        survivor: id_of(30),
        provisional: ContactId::provisional_for(id_of(31)),
        first_name: "Ada".into(),
        last_name: "Byron".into(),
        site: None,
    };
    let contact = id_of(41);
    past(
        world,
        action,
        Purpose::Policy,
        Outcome::Returned { contact },
    );
    let memory = model::Memory {
        past: world.past.clone(),
        ..model::Memory::default()
    };
    world.past = memory.in_present_ids().past;
    let mut back = twin();
    back.id = contact;
    world.psa.insert(contact, back);
}

#[test]
fn who_is_brought_back_gets_its_retired_record_again() {
    let mut world = two();
    world.record(102).contact_type = Some(ContactTypeId::new(2));
    hung(&mut world, 102);
    merge(&mut world, 31, 30);
    world.visit(&[30, 31]);
    bring_back(&mut world);
    insta::assert_snapshot!(world.visit(&[30, 41]).words, @"
    change [1] mirror-itglue: set contact-emails of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [2] mirror-itglue: set contact-type-id, notes of IT Glue contact 102, for contact 41
          because the PSA leads, and has contact 41 otherwise
    map after [1]: contact 30 is record 101, ours
    map after [2]: contact 41 is record 102, ours
    ");
    insta::assert_snapshot!(world.shown(102), @"
    Ada Byron in 5
    title Chair, type Manager, location -, important Some(false)
    emails a.byron@x.example* (Work), own@x.example (Home)
    phones 3125550198 (Cell)
    notes <p>Mirrored from ConnectWise contact 41</p>
    ");
    // The survivor no longer has what it got by way of the PSA.
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type Manager, location -, important Some(false)
    emails ada@x.example* (Work), own@x.example (Home)
    phones 3125550142* (Work), 3125550198 (Cell)
    notes <p>ConnectWise contact 31 had, before it became part of this one: title Chair</p><p>Mirrored from ConnectWise contact 30</p>
    ");
}

#[test]
fn who_is_brought_back_and_whose_record_was_removed_gets_a_new_one() {
    let mut world = two();
    merge(&mut world, 31, 30);
    world.visit(&[30, 31]);
    bring_back(&mut world);
    insta::assert_snapshot!(world.visit(&[30, 41]).words, @"
    change [1] mirror-itglue: set contact-emails of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [2] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 41
          because contact 41 has no record in organization 5
    map after [1]: contact 30 is record 101, ours
    map after [2]: contact 41 is record 103, ours
    ");
}

#[test]
fn who_was_retired_as_a_duplicate_and_is_active_again_gets_its_record_again() {
    let mut world = two();
    hung(&mut world, 102);
    world.contact(31).active = false;
    let purpose = Purpose::Merge {
        loser: id_of(31),
        survivor: id_of(30),
    };
    let retire = Action::Retire { contact: id_of(31) };
    past(&mut world, retire, purpose, Outcome::Done);
    world.visit(&[31]);
    assert!(
        world
            .shown(102)
            .contains("Merged into ConnectWise contact 30")
    );
    assert!(world.line(31).is_none());
    world.contact(31).active = true;
    let visit = world.visit(&[31]);
    assert!(
        visit.words.contains("contact 31 is record 102"),
        "{}",
        visit.words
    );
    assert!(!world.shown(102).contains("Merged"), "{}", world.shown(102));
}
