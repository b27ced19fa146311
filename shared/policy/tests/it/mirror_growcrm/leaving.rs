//! Who leaves, and who stays the account owner.

use policy::rules::Deactivated;

use super::crm::{ADA, BEN, CIA, Crm, ada, ben, cia};
use crate::world::inactive;

#[test]
fn whoever_leaves_is_removed() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(BEN, |ben| ben.active = false);
    assert_eq!(crm.stale(), [BEN]);
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    change [1] mirror-growcrm: remove Grow CRM contact 102, for contact 21
          because contact 21 is inactive in the PSA
    map after [1]: the record of 21 is gone
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.told(&[BEN]), "nothing to do\n");
}

#[test]
fn whoever_comes_back_is_created_anew() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(BEN, |ben| ben.active = false);
    let before = crm.record_of(BEN);
    crm.visit(&[BEN]);
    crm.edit(BEN, |ben| ben.active = true);
    crm.visit(&[BEN]);
    assert!(crm.record_of(BEN) != before && crm.link_of(BEN).ours);
}

#[test]
fn the_rules_can_have_whoever_leaves_reported_once() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.rules.growcrm.deactivated = Deactivated::Report;
    crm.edit(BEN, |ben| ben.active = false);
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read record 102
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 is inactive in the PSA, and Grow CRM contact 102 can still log in; a person should remove it there, or have that done (deactivated)
    map: the record of 21 is 102
    ");
    assert_eq!(crm.stale(), []);
    crm.rules.growcrm.deactivated = Deactivated::Remove;
    assert_eq!(crm.stale(), [BEN]);
}

#[test]
fn whoever_is_deleted_in_the_psa_leaves_too() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.contacts.remove(&BEN);
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read record 102
    change [1] mirror-growcrm: remove Grow CRM contact 102, for contact 21
          because contact 21 is gone from the PSA
    map after [1]: the record of 21 is gone
    ");
    crm.rules.growcrm.deactivated = Deactivated::Report;
    crm.contacts.remove(&CIA);
    insta::assert_snapshot!(crm.visit(&[CIA]), @"
    read record 103
    finding mirror-growcrm: orphan, company 1, contact 22: contact 22 is gone from the PSA, and Grow CRM contact 103 can still log in; a person should remove it there, or have that done (deactivated)
    map: the record of 22 is gone
    ");
    assert_eq!(crm.stale(), []);
}

#[test]
fn an_unknown_contact_that_is_inactive_is_nothing_to_the_crm() {
    let crm = Crm::new([ada()]).mirrored().with(inactive(ben()));
    insta::assert_snapshot!(crm.told(&[BEN]), @"nothing to do");
}

#[test]
fn an_account_owner_leaves_once_the_default_contact_has_succeeded() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(ADA, |ada| ada.active = false);
    crm.company.default_contact = Some(BEN);
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    read contact 21 in the PSA
    read the line of contact 21
    read record 102
    change [1] mirror-growcrm: make Grow CRM contact 102 the account owner of client 12, in place of 101, for contact 21
          because contact 21 is the company's default contact
    change [1] mirror-growcrm: remove Grow CRM contact 101, for contact 20
          because contact 20 is inactive in the PSA
    map after [1]: the record of 21 is 102
    map after [1]: the record of 20 is gone
    ");
    crm.visit(&[ADA]);
    assert!(crm.record_mut(BEN).account_owner);
}

#[test]
fn an_account_owner_leaves_once_the_default_contact_was_created_and_has_succeeded() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.edit(ADA, |ada| ada.active = false);
    crm.company.default_contact = Some(BEN);
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    read contact 21 in the PSA
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 21
          because contact 21 is not in Grow CRM
    change [1] mirror-growcrm: make the new Grow CRM contact the account owner of client 12, in place of 101, for contact 21
          because contact 21 is the company's default contact
    change [1] mirror-growcrm: remove Grow CRM contact 101, for contact 20
          because contact 20 is inactive in the PSA
    map after [1]: the record of 21 is the one created
    map after [1]: the record of 20 is gone
    ");
    crm.visit(&[ADA]);
    assert!(crm.record_mut(BEN).account_owner);
}

#[test]
fn an_account_owner_without_a_successor_stays() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(ADA, |ada| ada.active = false);
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    finding mirror-growcrm: not-mirrored, company 1, contact 20: contact 20 is inactive in the PSA, but Grow CRM contact 101 is the account owner, and the default contact cannot take its place; a person should make somebody else the owner, and then it is removed
    ");
    // A default contact without an address is never the account owner.
    crm.company.default_contact = Some(BEN);
    crm.edit(BEN, |ben| ben.communications.clear());
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    read contact 21 in the PSA
    read the line of contact 21
    read record 102
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has no email address, which Grow CRM insists on; its record 102 keeps what it has, and a person should complete the contact
    finding mirror-growcrm: not-mirrored, company 1, contact 20: contact 20 is inactive in the PSA, but Grow CRM contact 101 is the account owner, and the default contact cannot take its place; a person should make somebody else the owner, and then it is removed
    map: the record of 21 is 102
    ");
}

#[test]
fn the_address_of_whoever_leaves_is_free_for_the_next() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.edit(BEN, |ben| ben.active = false);
    crm.set_email(CIA, "ben@x.example");
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read who has an address
    read all lines
    read contact 21 in the PSA
    read who has the name of contact 22
    change [1] mirror-growcrm: remove Grow CRM contact 102, for contact 21
          because contact 21 is inactive in the PSA
    change [2] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 22
          because contact 22 is not in Grow CRM
    map after [1]: the record of 21 is gone
    map after [2]: the record of 22 is the one created
    ");
    crm.visit(&[CIA]);
    assert_eq!(crm.address_of(CIA), "ben@x.example");
}

#[test]
fn whoever_has_a_new_record_in_the_psa_keeps_the_login() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(BEN, |ben| ben.active = false);
    let mut again = ben();
    again.id = CIA;
    let mut crm = crm.with(again);
    let before = crm.record_of(BEN);
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read the line of contact 22
    read record 102
    nothing to do
    map: the record of 22 is 102
    map: the record of 21 is gone
    ");
    crm.visit(&[BEN, CIA]);
    assert_eq!(crm.record_of(CIA), before);
}

#[test]
fn the_account_owner_follows_the_default_contact() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.company.default_contact = Some(BEN);
    assert_eq!(crm.stale(), [ADA, BEN]);
    insta::assert_snapshot!(crm.told(&[ADA, BEN]), @"
    read record 101
    read record 102
    change [1] mirror-growcrm: make Grow CRM contact 102 the account owner of client 12, in place of 101, for contact 21
          because contact 21 is the company's default contact
    map: the record of 20 is 101
    map after [1]: the record of 21 is 102
    ");
    crm.visit(&[ADA, BEN]);
    assert!(crm.record_mut(BEN).account_owner && !crm.record_mut(ADA).account_owner);
}

#[test]
fn a_new_default_contact_is_created_and_made_the_owner_in_one_go() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.company.default_contact = Some(BEN);
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read client 12
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 21
          because contact 21 is not in Grow CRM
    change [1] mirror-growcrm: make the new Grow CRM contact the account owner of client 12, in place of 101, for contact 21
          because contact 21 is the company's default contact
    map after [1]: the record of 21 is the one created
    ");
}

#[test]
fn a_company_without_a_default_contact_leaves_the_owner_alone() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.company.default_contact = None;
    crm.visit(&[ADA]);
    assert!(crm.record_mut(ADA).account_owner);
}

#[test]
fn of_more_who_are_gone_than_the_rules_allow_nobody_is_removed() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.rules.limits.removals_per_visit = 1;
    crm.contacts.remove(&BEN);
    crm.contacts.remove(&CIA);
    let told = crm.visit(&[BEN, CIA]);
    insta::assert_snapshot!(told, @"
    read record 102
    read record 103
    finding mirror-growcrm: blast-radius, company 1, contact 21 and 22: 2 contacts are gone from the PSA in one visit, and the rules allow 1 (limits.removals-per-visit), so the records of all of them stay as they are; see whether the API member still sees them, and if they are gone, raise the limit until the company was visited again
    ");
    // They are told each time, until somebody has looked.
    assert_eq!(crm.stale(), [BEN, CIA]);
    crm.rules.limits.removals_per_visit = 2;
    crm.visit(&[BEN, CIA]);
    assert_eq!(crm.records.len(), 1);
}

#[test]
fn those_who_were_merged_and_those_who_are_inactive_do_not_count_as_gone() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.rules.limits.removals_per_visit = 0;
    crm.merge(BEN, ADA);
    crm.edit(CIA, |cia| cia.active = false);
    crm.visit(&[ADA, BEN, CIA]);
    assert_eq!(crm.records.len(), 1);
}

#[test]
fn the_checker_objects_to_more_removals_than_the_rules_allow() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.contacts.remove(&BEN);
    crm.contacts.remove(&CIA);
    let snapshot = crm.read(&[BEN, CIA]);
    let plan = policy::mirror::growcrm::plan(&snapshot, &crm.rules);
    let objections =
        |rules: &policy::Rules| policy::mirror::growcrm::check(&snapshot, rules, &plan);
    assert_eq!(objections(&crm.rules), [] as [&str; 0]);
    crm.rules.limits.removals_per_visit = 1;
    assert_eq!(
        objections(&crm.rules),
        ["more contacts that are gone would be removed than allowed"]
    );
}
