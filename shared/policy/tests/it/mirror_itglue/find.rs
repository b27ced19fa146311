//! The organization and the record: found, or not guessed.

use model::itglue::{ContactId as RecordId, Organization};

use super::world::{
    ELSEWHERE, OTHER, PLACE, World, ada, email, marked, organization, record, synced,
};
use crate::world::{contact, inactive};

fn unplaced(organizations: impl IntoIterator<Item = Organization>) -> World {
    let mut world = World::new().mirrored(ada());
    world.place = None;
    world.organizations = organizations.into_iter().collect();
    world
}

fn tied(mut organization: Organization, company: u32) -> Organization {
    organization.psa_linked = true;
    organization.remote_ids = vec![company.to_string()];
    organization
}

#[test]
fn the_organization_that_the_native_sync_ties_to_the_company_is_its_own() {
    let mut world = unplaced([
        tied(organization(5, "Old Name"), 1),
        organization(7, "Harbor Line"),
    ]);
    insta::assert_snapshot!(world.visit(&[30]).words, @"place 5");
    assert_eq!(world.place, Some(PLACE));
}

#[test]
fn without_it_the_short_name_and_then_the_name_tell_the_organization() {
    let named = |short_name: Option<&str>, name| Organization {
        short_name: short_name.map(Into::into),
        ..organization(5, name)
    };
    for found in [
        named(Some("HARBOR"), "Old Name"),
        named(None, "Harbor Line"),
    ] {
        let mut world = unplaced([found, organization(7, "Harbor Lines")]);
        world.visit(&[30]);
        assert_eq!(world.place, Some(PLACE));
    }
}

#[test]
fn an_organization_that_is_tied_to_another_company_is_not_taken() {
    let mut world = unplaced([
        tied(organization(7, "Harbor Line"), 812),
        organization(5, "Harbor Line"),
    ]);
    world.visit(&[30]);
    assert_eq!(world.place, Some(PLACE));
}

#[test]
fn a_company_without_an_organization_is_told_once_and_nothing_is_written() {
    let mut world = unplaced([]).with(contact(31, "Ben", "Hall"));
    insta::assert_snapshot!(world.visit(&[30, 31]).words, @"finding mirror-itglue: no-mirror, company 1: company 1 has no organization in IT Glue, so its contacts are not mirrored; create or link it in IT Glue; it is looked for again at the next change");
}

#[test]
fn of_several_organizations_none_is_taken() {
    let mut world = unplaced([
        organization(5, "Harbor Line"),
        organization(7, "Harbor Line"),
    ]);
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: no-mirror, company 1: several organizations in IT Glue are that of company 1 by its name, so its contacts are not mirrored; make it one in IT Glue; it is looked for again at the next change");
}

#[test]
fn a_record_that_the_native_sync_ties_to_a_contact_is_its_own_whatever_its_name() {
    let other = record(72, "Somebody", "Else");
    let mut world = World::new().with(ada()).with_record(synced(other, 30));
    world.record(72).link = model::itglue::Link::Disabled;
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set first-name, last-name, title, notes, contact-emails, contact-phones of IT Glue contact 72, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 72
    ");
}

#[test]
fn of_several_records_that_the_native_sync_ties_to_a_contact_none_is_taken() {
    let mut world = World::new()
        .with(ada())
        .with_record(synced(record(72, "Ada", "Byron"), 30))
        .with_record(synced(record(73, "Ada", "Byron"), 30));
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: not-mirrored, company 1, contact 30: several records in IT Glue may be that of contact 30, as the native sync ties them to it: 72 and 73; keep one of them there, and the contact is mirrored at its next change");
}

#[test]
fn when_the_map_is_lost_our_line_in_the_notes_tells_whose_a_record_is() {
    let mut world = World::new().mirrored(ada());
    world.forget();
    world.contact(30).first_name = "Augusta".into();
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set first-name of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 101, ours
    ");
}

#[test]
fn a_record_with_our_line_in_which_somebody_wrote_may_not_be_ours() {
    let mut world = World::new().mirrored(ada());
    world.forget();
    world.record(101).notes = Some("Likes tea.\nMirrored from ConnectWise contact 30".into());
    insta::assert_snapshot!(world.visit(&[30]).words, @"map at once: contact 30 is record 101");
}

#[test]
fn a_record_of_the_same_name_with_an_address_in_common_is_the_contacts() {
    let mut made = record(72, " Ada", "Byron ");
    made.emails = vec![
        email("own@x.example", "Home"),
        email("ADA@x.example", "Home"),
    ];
    let mut world = World::new().with(ada()).with_record(made);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set title, notes, contact-emails, contact-phones of IT Glue contact 72, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 72
    ");
    insta::assert_snapshot!(world.shown(72), @"
     Ada Byron  in 5
    title Owner, type -, location -, important None
    emails own@x.example (Home), ADA@x.example* (Home)
    phones 3125550142* (Work)
    notes <p>Mirrored from ConnectWise contact 30</p>
    ");
}

#[test]
fn a_name_that_is_typed_in_another_way_is_the_same_name() {
    let mut made = record(72, "ADA ", "byron");
    made.emails = vec![email("ADA@x.example", "Home")];
    let mut world = World::new().with(ada()).with_record(made);
    let visit = world.visit(&[30]);
    assert!(
        visit.words.contains("contact 30 is record 72"),
        "{}",
        visit.words
    );
    assert_eq!(world.record(72).first_name, "Ada".into());
    // The judge sees a second record coming, too.
    let mut now = World::new().with(ada()).snapshot(&[30]);
    let world = World::new().with(ada());
    world.gather(&mut now);
    let plan = policy::mirror::itglue::plan(&now, &world.rules);
    let mut made = record(72, "ada", "BYRON");
    made.emails = vec![email("ada@x.example", "Work")];
    now.everybody = Some(vec![made]);
    let objections = policy::mirror::itglue::check(&now, &world.rules, &plan);
    assert_eq!(objections, ["record 72 may be that of contact 30"]);
}

#[test]
fn a_record_of_the_same_name_without_an_address_is_the_contacts_if_it_is_the_only_one() {
    let world = World::new()
        .with(ada())
        .with_record(record(72, "Ada", "Byron"));
    assert!(
        world
            .clone()
            .visit(&[30])
            .words
            .contains("contact 30 is record 72")
    );
    let mut two = world.with_record(record(73, "Ada", "Byron"));
    insta::assert_snapshot!(two.visit(&[30]).words, @"finding mirror-itglue: not-mirrored, company 1, contact 30: several records in IT Glue may be that of contact 30, as they have its name: 72 and 73; keep one of them there, and the contact is mirrored at its next change");
}

#[test]
fn a_namesake_with_another_address_is_somebody_else() {
    let mut namesake = record(72, "Ada", "Byron");
    namesake.emails = vec![email("other@x.example", "Work")];
    let mut world = World::new().with(ada()).with_record(namesake);
    assert!(world.visit(&[30]).words.contains("create a contact"));
}

#[test]
fn of_several_records_with_name_and_address_none_is_taken() {
    let twin = |id| {
        let mut twin = record(id, "Ada", "Byron");
        twin.emails = vec![email("ada@x.example", "Work")];
        twin
    };
    let mut world = World::new()
        .with(ada())
        .with_record(twin(72))
        .with_record(twin(73));
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: not-mirrored, company 1, contact 30: several records in IT Glue may be that of contact 30, as they have its name and address: 72 and 73; keep one of them there, and the contact is mirrored at its next change");
}

#[test]
fn the_record_of_another_contact_that_is_there_is_not_taken() {
    let mut theirs = marked(72, "Ada", "Byron", 31);
    theirs.emails = vec![email("ada@x.example", "Work")];
    let namesake = contact(31, "Ada", "Byron");
    let mut world = World::new().with(ada()).with(namesake).with_record(theirs);
    let visit = world.visit(&[30]);
    assert!(visit.words.contains("create a contact"), "{}", visit.words);
    // Without its line, the map tells.
    let mut world = World::new()
        .with(ada())
        .mirrored(contact(31, "Ada", "Byron"));
    world.record(101).notes = None;
    for asked in [&[30][..], &[30, 31]] {
        let visit = world.clone().visit(asked);
        assert!(visit.words.contains("create a contact"), "{}", visit.words);
    }
    // Once that one is gone, it is free.
    world.delete(31);
    let visit = world.visit(&[30]);
    assert!(
        visit.words.contains("contact 30 is record 101"),
        "{}",
        visit.words
    );
}

#[test]
fn what_the_native_sync_ties_to_a_contact_and_the_map_to_another_is_taken_from_neither() {
    let mut world = World::new()
        .with(ada())
        .mirrored(contact(31, "Ada", "Byron"));
    world.record(101).remote_ids = vec!["30".to_owned()];
    world.record(101).link = model::itglue::Link::Disabled;
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: not-mirrored, company 1, contact 30: the native sync ties IT Glue contact 101 to contact 30, and the map has it for another one that is there, too; see to it in IT Glue");
}

#[test]
fn a_visit_goes_on_where_the_map_has_one_record_for_two() {
    let mut world = World::new()
        .mirrored(ada())
        .with(contact(31, "Ada", "Byron"));
    let mut link = world.line(30).unwrap().clone();
    link.contact = crate::world::id_of(31);
    world
        .map
        .insert(link.contact, (crate::world::COMPANY, link));
    world.contact(30).first_name = "Augusta".into();
    let visit = world.visit(&[30, 31]);
    assert_eq!(visit.writes, 1, "{}", visit.words);
    assert!(
        visit.words.contains("for another one, too"),
        "{}",
        visit.words
    );
}

#[test]
fn the_record_of_a_contact_that_is_gone_is_free_for_its_successor() {
    let mut theirs = marked(72, "Ada", "Byron", 29);
    theirs.emails = vec![email("ada@x.example", "Work")];
    let mut world = World::new().with(ada()).with_record(theirs);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set title, notes, contact-emails, contact-phones of IT Glue contact 72, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 72
    ");
}

#[test]
fn what_the_native_sync_ties_to_another_contact_is_not_taken() {
    let mut theirs = synced(record(72, "Ada", "Byron"), 31);
    theirs.emails = vec![email("ada@x.example", "Work")];
    let mut world = World::new().with(ada()).with_record(theirs);
    assert!(world.visit(&[30]).words.contains("create a contact"));
}

#[test]
fn who_is_inactive_and_unknown_is_neither_created_nor_taken_for_a_namesake() {
    let mut namesake = record(72, "Ada", "Byron");
    namesake.emails = vec![email("ada@x.example", "Work")];
    let mut world = World::new().with(inactive(ada())).with_record(namesake);
    insta::assert_snapshot!(world.visit(&[30]).words, @"");
}

#[test]
fn a_record_that_somebody_deleted_in_it_glue_is_created_again() {
    let mut world = World::new().mirrored(ada());
    world.records.clear();
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 30
          because contact 30 has no record in organization 5
    map at once: contact 30 has none
    map after [1]: contact 30 is record 102, ours
    ");
}

#[test]
fn two_contacts_of_one_name_and_address_do_not_share_a_record() {
    let mut made = record(72, "Ada", "Byron");
    made.emails = vec![email("ada@x.example", "Work")];
    let again = contact(31, "Ada", "Byron").with_email(9, "ada@x.example");
    let mut world = World::new().with(ada()).with(again).with_record(made);
    insta::assert_snapshot!(world.visit(&[30, 31]).words, @"
    change [1] mirror-itglue: set title, notes, contact-emails, contact-phones of IT Glue contact 72, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [2] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 31
          because contact 31 has no record in organization 5
    map after [1]: contact 30 is record 72
    map after [2]: contact 31 is record 101, ours
    ");
}

#[test]
fn a_contact_without_a_name_is_not_mirrored() {
    let mut world = World::new().with(contact(30, " ", ""));
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: not-mirrored, company 1, contact 30: contact 30 has no name, and IT Glue wants one; give it a name in the PSA");
}

#[test]
fn who_moved_away_is_left_to_the_other_company() {
    let mut world = World::new().mirrored(ada());
    world.contact(30).company = Some(OTHER);
    assert_eq!(world.stale(&[]), [30]);
    assert_eq!(world.visit(&[30]).words, "");
}

#[test]
fn whoever_has_no_company_to_see_is_told_and_left_as_it_is() {
    let mut world = World::new().mirrored(ada());
    world.contact(30).company = None;
    world.contact(30).first_name = "Augusta".into();
    insta::assert_snapshot!(world.visit(&[30]).words, @"finding mirror-itglue: no-company, company 1, contact 30: contact 30 has no company, or the API member's role does not see it, so its record in IT Glue is left as it is; a person should give it one or check the rights");
}

fn moved_here() -> World {
    let mut world = World::new().mirrored(ada());
    let (_, link) = world.map[&crate::world::id_of(30)].clone();
    world.map.insert(link.contact, (OTHER, link));
    world.record(101).organization = ELSEWHERE;
    world
}

#[test]
fn the_record_of_who_moved_here_is_moved_along() {
    let mut world = moved_here();
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set organization-id of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    map after [1]: contact 30 is record 101, ours
    ");
    assert_eq!(world.record(101).organization, PLACE);
}

#[test]
fn where_a_record_is_not_moved_there_is_a_new_one_and_the_old_one_is_retired() {
    let mut world = moved_here();
    world.moves = false;
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set organization-id of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [1] mirror-itglue: create a contact in IT Glue, in organization 5, for contact 30
          because contact 30 has no record in organization 5
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 101, for contact 30
          because contact 30 has another record, where it is now
    finding mirror-itglue: orphan, company 1, contact 30: IT Glue did not move record 101 of contact 30 out of organization 6, so it is kept there as an inactive one; somebody should look at it and remove it there
    map after [1]: contact 30 is record 102, ours
    ");
    insta::assert_snapshot!(world.shown(101), @"
    Ada Byron in 6
    title Owner, type Inactive (PSA), location -, important Some(false)
    emails ada@x.example* (Work)
    phones 3125550142* (Work)
    notes <p>Moved to another company in ConnectWise</p><p>Mirrored from ConnectWise contact 30</p>
    ");
    // It moves back: the old record is its own again.
    let (_, link) = world.map[&crate::world::id_of(30)].clone();
    world.map.insert(link.contact, (OTHER, link));
    world.place = Some(ELSEWHERE);
    insta::assert_snapshot!(world.visit(&[30]).words, @"
    change [1] mirror-itglue: set organization-id of IT Glue contact 102, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 101, for contact 30
          because the PSA leads, and has contact 30 otherwise
    change [1] mirror-itglue: set contact-type-id, notes of IT Glue contact 102, for contact 30
          because contact 30 has another record, where it is now
    finding mirror-itglue: orphan, company 1, contact 30: IT Glue did not move record 102 of contact 30 out of organization 5, so it is kept there as an inactive one; somebody should look at it and remove it there
    map after [1]: contact 30 is record 101, ours
    ");
    assert!(world.records.contains_key(&RecordId::new(102)));
}
