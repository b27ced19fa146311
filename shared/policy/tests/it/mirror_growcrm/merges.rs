//! Merged contacts, and those that came back.

use model::{Action, Outcome, Purpose, Rule};
use policy::rules::Deactivated;

use super::crm::{ADA, BEN, CIA, Crm, ada, ben, cia};
use crate::world::id_of;

#[test]
fn the_record_of_whoever_was_merged_is_removed_before_the_survivor_gets_its_address() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.merge(BEN, CIA);
    crm.set_email(CIA, "ben@x.example");
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read record 102
    read record 103
    change [1] mirror-growcrm: remove Grow CRM contact 102, for contact 21
          because contact 21 was merged into 22, which has a record of its own
    change [2] mirror-growcrm: set all fields of Grow CRM contact 103, for contact 22
          because email is not as contact 22 has it
    map after [1]: the record of 21 is gone
    map after [2]: the record of 22 is 103
    ");
    crm.visit(&[BEN, CIA]);
    assert_eq!(
        (crm.refused, crm.address_of(CIA).as_str()),
        (0, "ben@x.example")
    );
}

#[test]
fn the_survivor_of_an_account_owner_becomes_the_owner_first() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.merge(ADA, CIA);
    crm.company.default_contact = None;
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    read contact 22 in the PSA
    read the line of contact 22
    read record 103
    change [1] mirror-growcrm: make Grow CRM contact 103 the account owner of client 12, in place of 101, for contact 22
          because contact 20, whose record is the account owner, was merged into 22
    change [1] mirror-growcrm: remove Grow CRM contact 101, for contact 20
          because contact 20 was merged into 22, which has a record of its own
    map after [1]: the record of 20 is gone
    ");
    crm.visit(&[ADA]);
    assert!(crm.record_mut(CIA).account_owner);
}

#[test]
fn a_survivor_without_a_record_takes_over_that_of_the_loser() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.merge(BEN, CIA);
    let before = crm.record_of(BEN);
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    read contact 22 in the PSA
    read the line of contact 22
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 22
          because first name, last name and email are not as contact 22 has it
    map after [1]: the record of 22 is 102
    map after [1]: the record of 21 is gone
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.record_of(CIA), before);
    assert_eq!(crm.stale(), []);
}

#[test]
fn a_loser_that_stayed_as_an_inactive_record_is_merged_all_the_same() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.rules.growcrm.deactivated = Deactivated::Report;
    crm.edit(BEN, |ben| ben.active = false);
    let purpose = Purpose::Merge {
        loser: BEN,
        survivor: CIA,
    };
    crm.done(
        Rule::MergeDuplicates,
        purpose,
        Action::Retire { contact: BEN },
        Outcome::Done,
    );
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    read contact 22 in the PSA
    read the line of contact 22
    read record 103
    change [1] mirror-growcrm: remove Grow CRM contact 102, for contact 21
          because contact 21 was merged into 22, which has a record of its own
    map after [1]: the record of 21 is gone
    ");
}

#[test]
fn an_undone_merge_brings_the_loser_back() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.merge(BEN, CIA);
    crm.set_email(CIA, "ben@x.example");
    crm.visit(&[BEN, CIA]);
    let back = id_of(31);
    let mut returned = ben();
    returned.id = back;
    crm.undo_merge(BEN, CIA, returned);
    crm.set_email(CIA, "cia@x.example");
    crm.visit(&[back, CIA]);
    assert_eq!(
        (crm.refused, crm.address_of(back).as_str()),
        (0, "ben@x.example")
    );
    assert_eq!(crm.address_of(CIA), "cia@x.example");
}

#[test]
fn a_record_goes_with_a_contact_to_its_new_id() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.merge(BEN, CIA);
    let mut returned = ben();
    returned.id = id_of(31);
    crm.undo_merge(BEN, CIA, returned);
    let before = crm.record_of(BEN);
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    read contact 31 in the PSA
    read the line of contact 31
    nothing to do
    map: the record of 31 is 102
    map: the record of 21 is gone
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.record_of(id_of(31)), before);
}

#[test]
fn the_survivor_is_the_owner_in_between_when_the_default_contact_waits_for_the_address() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.merge(ADA, BEN);
    crm.set_email(CIA, "ada@x.example");
    crm.company.default_contact = Some(CIA);
    insta::assert_snapshot!(crm.told(&[ADA, CIA]), @"
    read the line of contact 22
    read record 101
    read who has the name of contact 22
    read contact 21 in the PSA
    read the line of contact 21
    read record 102
    change [1] mirror-growcrm: make Grow CRM contact 102 the account owner of client 12, in place of 101, for contact 21
          because contact 20, whose record is the account owner, was merged into 21
    change [1] mirror-growcrm: remove Grow CRM contact 101, for contact 20
          because contact 20 was merged into 21, which has a record of its own
    change [2] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 22
          because contact 22 is not in Grow CRM
    change [2] mirror-growcrm: make the new Grow CRM contact the account owner of client 12, in place of 102, for contact 22
          because contact 22 is the company's default contact
    map after [1]: the record of 20 is gone
    map after [2]: the record of 22 is the one created
    ");
    crm.visit(&[ADA, CIA]);
    assert!(crm.record_mut(CIA).account_owner && crm.refused == 0);
}

/// Ben is in the CRM, and the map has lost him.
fn unknown_ben(crm: Crm) -> Crm {
    let mut crm = crm;
    crm.links.remove(&BEN);
    crm
}

#[test]
fn whoever_was_merged_away_unknown_to_the_map_loses_the_login() {
    let mut crm = unknown_ben(Crm::new([ada(), ben(), cia()]).mirrored());
    crm.merge(BEN, CIA);
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read contact 22 in the PSA
    read the line of contact 22
    read record 103
    read contact 21 as it was
    read who has an address
    read all lines
    read everybody in the PSA
    change [1] mirror-growcrm: remove Grow CRM contact 102, for contact 21
          because contact 21 was merged into 22, which has a record of its own
    map after [1]: the record of 21 is gone
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.records.len(), 2);
    assert!(crm.told(&[BEN]).ends_with("nothing to do\n"));
}

#[test]
fn a_login_under_the_survivors_name_is_the_losers_if_it_has_its_address() {
    let mut crm = unknown_ben(Crm::new([ada(), ben(), cia()]).mirrored());
    let record = crm
        .records
        .values_mut()
        .find(|record| record.has_address("ben@x.example"));
    let record = record.unwrap();
    (record.first_name, record.last_name) = ("Cia".into(), "Sun".into());
    crm.merge(BEN, CIA);
    crm.visit(&[BEN]);
    assert_eq!(crm.records.len(), 2);
}

#[test]
fn a_login_with_an_address_of_whoever_was_merged_away_and_another_name_is_told() {
    let mut crm = unknown_ben(Crm::new([ada(), ben(), cia()]).mirrored());
    let record = crm
        .records
        .values_mut()
        .find(|record| record.has_address("ben@x.example"));
    record.unwrap().first_name = "Office".into();
    crm.merge(BEN, CIA);
    let told = crm.visit(&[BEN]);
    assert!(told.contains("orphan, company 1, contact 21"), "{told}");
    assert_eq!(crm.records.len(), 3);
}

#[test]
fn a_survivor_whom_the_map_does_not_know_either_keeps_its_own_login() {
    let mut crm = unknown_ben(Crm::new([ada(), ben(), cia()]).mirrored());
    crm.links.remove(&CIA);
    crm.merge(BEN, CIA);
    crm.visit(&[BEN, CIA]);
    assert_eq!(crm.address_of(CIA), "cia@x.example");
    assert_eq!((crm.records.len(), crm.refused), (2, 0));
}

#[test]
fn an_address_that_the_survivor_took_over_keeps_its_login() {
    let mut crm = unknown_ben(Crm::new([ada(), ben()]).mirrored().with(cia()));
    crm.merge(BEN, CIA);
    crm.set_email(CIA, "ben@x.example");
    crm.visit(&[BEN, CIA]);
    assert_eq!(crm.address_of(CIA), "ben@x.example");
    assert_eq!((crm.records.len(), crm.refused), (2, 0));
}

#[test]
fn what_the_journal_has_forgotten_of_a_merge_closes_no_login() {
    let mut crm = unknown_ben(Crm::new([ada(), ben(), cia()]).mirrored());
    crm.merge(BEN, CIA);
    crm.former.clear();
    crm.visit(&[BEN]);
    assert_eq!(crm.records.len(), 3);
}
