//! What is read, and what a known contact costs.

use policy::mirror::growcrm::Need;

use super::crm::{ADA, BEN, Crm, ada, ben};

#[test]
fn nobody_asked_nothing_read_and_nothing_done() {
    let crm = Crm::new([ada(), ben()]).mirrored();
    insta::assert_snapshot!(crm.told(&[]), @"nothing to do");
    assert_eq!(crm.stale(), []);
}

#[test]
fn a_known_contact_that_changed_costs_one_read_and_one_write() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(ADA, |ada| ada.last_name = "King".into());
    assert_eq!(crm.stale(), [ADA]);
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    change [1] mirror-growcrm: set all fields of Grow CRM contact 101, for contact 20
          because last name is not as contact 20 has it
    map after [1]: the record of 20 is 101
    ");
    crm.visit(&[ADA]);
    assert_eq!(crm.stale(), []);
}

#[test]
fn a_changed_address_costs_one_read_and_one_write_too() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.set_email(ADA, "Ada.King@x.example");
    assert_eq!(crm.needs(&[ADA]), [Need::Record(crm.record_of(ADA))]);
    crm.visit(&[ADA]);
    assert_eq!(crm.address_of(ADA), "ada.king@x.example");
}

#[test]
fn a_known_contact_that_does_not_differ_costs_one_read_and_is_only_written_down() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.forget_digests();
    assert_eq!(crm.stale(), [ADA, BEN]);
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    nothing to do
    map: the record of 21 is 102
    ");
}

#[test]
fn whoever_becomes_the_default_contact_is_looked_at_though_it_has_no_record() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.records.remove(&crm.record_of(BEN));
    crm.links.remove(&BEN);
    assert_eq!(crm.stale(), []);
    crm.company.default_contact = Some(BEN);
    assert_eq!(crm.stale(), [ADA, BEN]);
    crm.visit(&[ADA, BEN]);
    assert!(crm.record_mut(BEN).account_owner);
    assert_eq!(crm.stale(), []);
}

#[test]
fn an_unknown_contact_costs_a_search_for_its_address_and_one_for_its_name() {
    let crm = Crm::new([ada()]).mirrored().with(ben());
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 21
          because contact 21 is not in Grow CRM
    map after [1]: the record of 21 is the one created
    ");
}

#[test]
fn a_phone_and_a_position_that_the_crm_alone_has_are_kept() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.record_mut(BEN).phone = Some("312 555 0199".into());
    crm.record_mut(BEN).position = Some("Owner".into());
    crm.edit(BEN, |ben| ben.last_name = "Hall-King".into());
    crm.visit(&[BEN]);
    crm.set_email(BEN, "ben.hall@x.example");
    crm.visit(&[BEN]);
    let record = crm.record_mut(BEN).clone();
    assert_eq!(record.phone, Some("312 555 0199".into()));
    assert_eq!(record.position, Some("Owner".into()));
}

#[test]
fn a_phone_that_the_psa_gave_goes_when_the_psa_no_longer_has_it() {
    let mut crm = Crm::new([ada(), ben().with_phone(2, "312 555 0101")]).mirrored();
    crm.edit(BEN, |ben| ben.communications.truncate(1));
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because phone is not as contact 21 has it
    map after [1]: the record of 21 is 102
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.record_mut(BEN).phone, None);
}
