//! What is written of a contact, and what stays.

use model::ContactTypeId;
use model::itglue::LocationId;
use policy::mirror::itglue::Need;
use policy::rules::Pairing;
use serde_json::json;

use super::world::{World, ada, email, named_type, phone, record};
use crate::world::inactive;

/// Ada's record, with something of its own in every field that can have it.
fn enriched() -> World {
    let mut world = World::new().mirrored(ada());
    let record = world.record(101);
    record.emails.push(email("own@x.example", "Home"));
    record.phones.push(phone("3125550198", "Cell"));
    record.contact_type = Some(model::itglue::ContactTypeId::new(1));
    record.location = Some(LocationId::new(1));
    record.important = Some(true);
    record.notes = Some("<b>Wants tea.</b>\nMirrored from ConnectWise contact 30".into());
    world
}

fn takes(world: &mut World, number: u32) {
    let contact = world.contact(30);
    contact
        .communications
        .retain(|item| item.id.get() != number);
}

#[test]
fn what_it_glue_alone_knows_stays() {
    let mut world = enriched();
    assert_eq!(world.visit(&[30]).writes, 0);
    world.contact(30).last_name = "King".into();
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set last-name of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 101, ours
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada King in 5
    title Owner, type Approver, location Main, important Some(true)
    emails ada@x.example* (Work), own@x.example (Home)
    phones 3125550142* (Work), 3125550198 (Cell)
    notes <b>Wants tea.</b>
    Mirrored from ConnectWise contact 30
    ");
}

#[test]
fn what_was_given_and_is_gone_from_the_psa_is_taken_away() {
    let mut world = enriched();
    takes(&mut world, 1);
    takes(&mut world, 2);
    let contact = world.contact(30);
    contact.fields.clear();
    contact.last_name = "".into();
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set last-name, title, contact-emails, contact-phones of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 101, ours
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada  in 5
    title -, type Approver, location Main, important Some(true)
    emails own@x.example* (Home)
    phones 3125550198* (Cell)
    notes <b>Wants tea.</b>
    Mirrored from ConnectWise contact 30
    ");
}

#[test]
fn a_blank_in_the_psa_takes_nothing_away_that_it_did_not_give() {
    let mut world = enriched();
    let record = world.record(101);
    record.title = Some("Chair".into());
    record.last_name = "Byron-King".into();
    let contact = world.contact(30);
    contact.fields.clear();
    contact.last_name = "".into();
    world.visit(&[30]);
    let record = world.record(101);
    assert_eq!(record.title, Some("Chair".into()));
    assert_eq!(record.last_name, "Byron-King".into());
}

#[test]
fn without_the_map_nothing_counts_as_given() {
    let mut world = enriched();
    world.forget();
    takes(&mut world, 1);
    world.contact(30).fields.clear();
    let before = world.shown(101);
    world.visit(&[30]);
    assert_eq!(world.shown(101), before);
}

#[test]
fn an_address_that_changed_in_the_psa_is_changed_and_its_default_is_the_only_primary_one() {
    let mut world = enriched();
    takes(&mut world, 1);
    let contact = world.contact(30).clone().with_email(3, "Augusta@X.example");
    let mut contact = contact
        .with_email(4, "second@x.example")
        .with_email(5, "call me");
    contact.communications.iter_mut().for_each(|item| {
        item.is_default = item.id.get() == 4;
    });
    let mut world = world.with(contact);
    world.visit(&[30]);
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type Approver, location Main, important Some(true)
    emails own@x.example (Home), second@x.example* (Work), augusta@x.example (Work)
    phones 3125550142* (Work), 3125550198 (Cell)
    notes <b>Wants tea.</b>
    Mirrored from ConnectWise contact 30
    ");
}

#[test]
fn the_label_of_addresses_is_that_of_the_rules() {
    let mut world = World::new();
    world.rules.itglue.email_label = "Email".to_owned();
    let mut world = world.mirrored(ada());
    assert_eq!(world.record(101).emails[0].label, "Email");
    // Another one is given to the addresses that have ours.
    world.rules.itglue.email_label = "Office".to_owned();
    assert_eq!(world.stale(&[]), [30]);
    world.visit(&[30]);
    assert_eq!(world.record(101).emails[0].label, "Office");
}

#[test]
fn a_label_that_somebody_changed_in_it_glue_is_kept() {
    let mut world = World::new().mirrored(ada());
    world.record(101).phones[0].label = "Home".to_owned();
    assert_eq!(world.visit(&[30]).writes, 0);
    world.contact(30).communications[1].type_name = "Cell".to_owned();
    assert_eq!(world.visit(&[30]).writes, 0);
    assert_eq!(world.record(101).phones[0].label, "Home");
    // A label of ours follows the PSA.
    let mut world = World::new().mirrored(ada());
    world.contact(30).communications[1].type_name = "Cell".to_owned();
    world.visit(&[30]);
    assert_eq!(world.record(101).phones[0].label, "Cell");
}

#[test]
fn another_spelling_is_no_difference() {
    let mut world = World::new().mirrored(ada());
    let record = world.record(101);
    record.first_name = "Ada ".into();
    record.emails[0].value = "Ada@x.example".into();
    record.phones[0].value = "+1 312-555-0142".into();
    record.notes = Some("<div>Mirrored from&nbsp;ConnectWise contact 30</div>\n".into());
    let visit = world.visit(&[30]);
    assert_eq!((visit.writes, visit.map_changes), (0, 0));
}

#[test]
fn our_line_stands_once_at_the_end_and_other_notes_stay() {
    let mut world = World::new().mirrored(ada());
    world.record(101).notes =
        Some("<p>Mirrored from ConnectWise contact 30</p><p>Wants <i>tea</i>.</p>".into());
    assert_eq!(world.visit(&[30]).writes, 1);
    let notes = world.record(101).notes.clone().unwrap();
    assert_eq!(
        notes.reveal(),
        "<p>Wants <i>tea</i>.</p><p>Mirrored from ConnectWise contact 30</p>"
    );
    world.record(101).notes = None;
    assert_eq!(world.visit(&[30]).writes, 1);
    assert_eq!(
        world.record(101).notes.clone().unwrap().reveal(),
        "<p>Mirrored from ConnectWise contact 30</p>"
    );
}

#[test]
fn a_vip_is_important_and_the_mark_goes_only_if_we_set_it() {
    let mut world = World::new().mirrored(named_type(ada(), "vip"));
    assert_eq!(world.record(101).important, Some(true));
    world.contact(30).types.clear();
    world.visit(&[30]);
    assert_eq!(world.record(101).important, Some(false));
    // A person marks it, then the PSA does and no longer does.
    world.record(101).important = Some(true);
    world.contact(30).types = named_type(ada(), "VIP").types;
    world.visit(&[30]);
    world.contact(30).types.clear();
    world.visit(&[30]);
    assert_eq!(world.record(101).important, Some(true));
}

#[test]
fn a_record_that_nobody_ever_marked_is_left_without_a_mark() {
    let mut world = World::new()
        .with(ada())
        .with_record(record(72, "Ada", "Byron"));
    world.visit(&[30]);
    assert_eq!(world.record(72).important, None);
}

#[test]
fn the_type_is_that_of_the_first_setting_that_fits_and_is_left_alone_without_one() {
    let mut world = enriched();
    world.rules.itglue.types = vec![
        Pairing::new("Decision Maker", "manager"),
        Pairing::new("Approver", "Approver"),
        Pairing::new("Guest", "No Such Type"),
    ];
    let kind = |world: &mut World, label: &str| {
        world.contact(30).types = named_type(ada(), label).types;
        let visit = world.visit(&[30]);
        let kind = world
            .record(101)
            .contact_type
            .map(model::itglue::ContactTypeId::get);
        (visit.reads().contains(&Need::Types), kind)
    };
    assert_eq!(kind(&mut world, "Decision Maker"), (true, Some(2)));
    assert_eq!(kind(&mut world, "Nothing of that kind"), (false, Some(2)));
    assert_eq!(kind(&mut world, "Guest"), (true, Some(2)));
    assert_eq!(
        ContactTypeId::new(1),
        named_type(ada(), "Guest").types[0].id
    );
}

#[test]
fn the_site_becomes_the_location_of_its_name_if_the_rules_say_so() {
    let mut world = enriched();
    let site = json!({"id": 7, "name": "Pier"});
    world
        .contact(30)
        .fields
        .insert("site".to_owned(), site.into());
    assert!(!world.visit(&[30]).reads().contains(&Need::Locations));
    world.rules.itglue.locations = true;
    world.visit(&[30]);
    assert_eq!(world.record(101).location, Some(LocationId::new(2)));
    world.contact(30).fields.remove("site");
    world.visit(&[30]);
    assert_eq!(world.record(101).location, None);
}

#[test]
fn who_is_inactive_is_retired_with_the_day_and_comes_back_as_before() {
    let mut world = enriched();
    let before = world.shown(101);
    world.contact(30).active = false;
    assert_eq!(world.stale(&[]), [30]);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set contact-type-id, important, notes of IT Glue contact 101, for contact 30
          because contact 30 is inactive in the PSA
    map after [1]: contact 30 is record 101, ours
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 5
    title Owner, type Inactive (PSA), location Main, important Some(false)
    emails ada@x.example* (Work), own@x.example (Home)
    phones 3125550142* (Work), 3125550198 (Cell)
    notes <b>Wants tea.</b><p>Inactive in ConnectWise since 2026-11-21.</p><p>Until then in IT Glue: important, type Approver</p><p>Mirrored from ConnectWise contact 30</p>
    ");
    // The day is not written anew, and the map is not needed to come back.
    assert_eq!(world.visit(&[30]).writes, 0);
    world.forget();
    world.contact(30).active = true;
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set contact-type-id, important, notes of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 101
    ");
    let tidy = |shown: &str| {
        shown
            .replace(['\n', '<', '>'], " ")
            .replace(" p ", " ")
            .replace(" /p ", "")
    };
    let after = world.shown(101);
    assert_eq!(tidy(&after).trim(), tidy(&before).trim());
}

#[test]
fn who_was_a_vip_and_comes_back_without_the_label_is_none() {
    let mut world = World::new().mirrored(named_type(ada(), "VIP"));
    world.contact(30).active = false;
    world.visit(&[30]);
    assert_eq!(world.record(101).important, Some(false));
    world.contact(30).active = true;
    world.contact(30).types.clear();
    world.visit(&[30]);
    assert_eq!(world.record(101).important, Some(false));
    assert_eq!(world.record(101).contact_type, None);
}

#[test]
fn the_type_of_the_inactive_is_created_where_it_is_missing_and_may_be() {
    let mut world = World::new().mirrored(ada());
    world.types.retain(|each| each.name != "Inactive (PSA)");
    world.contact(30).active = false;
    insta::assert_snapshot!(world.clone().visit(&[30]).words, @r#"
    change [1] mirror-itglue: create the contact type "Inactive (PSA)" in IT Glue, for contact 30
          because the rules name this type for inactive contacts, and IT Glue has none of this name
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 101, for contact 30
          because contact 30 is inactive in the PSA
    map after [1]: contact 30 is record 101, ours
    "#);
    let mut observing = world.clone();
    observing.rules = policy::Rules::default();
    insta::assert_snapshot!(observing.visit(&[30]).words, @r#"
    withheld (observe) [1] mirror-itglue: create the contact type "Inactive (PSA)" in IT Glue, for contact 30
          because the rules name this type for inactive contacts, and IT Glue has none of this name
    withheld (observe) [2] mirror-itglue: set notes of IT Glue contact 101, for contact 30
          because contact 30 is inactive in the PSA
    finding mirror-itglue: proposed, company 1, contact 30: in observe mode, this is not done: create the contact type "Inactive (PSA)" in IT Glue, for contact 30, because the rules name this type for inactive contacts, and IT Glue has none of this name; set notes of IT Glue contact 101, for contact 30, because contact 30 is inactive in the PSA
    "#);
    world.rules.itglue.create_types = false;
    world.visit(&[30]);
    assert_eq!(world.record(101).contact_type, None);
    assert_eq!(world.types.len(), 2);
}

#[test]
fn the_rules_can_leave_the_type_of_the_inactive_alone() {
    let mut world = enriched();
    world.rules.itglue.inactive_type = String::new();
    world.contact(30).active = false;
    let visit = world.visit(&[30]);
    assert!(!visit.reads().contains(&Need::Types));
    assert_eq!(
        world.record(101).contact_type,
        Some(model::itglue::ContactTypeId::new(1))
    );
    assert!(
        world
            .shown(101)
            .contains("Inactive in ConnectWise since 2026-11-21.")
    );
}

#[test]
fn who_is_inactive_is_still_kept_in_line() {
    let mut world = World::new().mirrored(inactive(ada()));
    assert!(world.records.is_empty());
    world.contact(30).active = true;
    world.visit(&[30]);
    world.contact(30).active = false;
    world.visit(&[30]);
    world.contact(30).last_name = "King".into();
    let visit = world.visit(&[30]);
    assert_eq!(
        (visit.writes, world.record(101).last_name.reveal()),
        (1, "King")
    );
}
