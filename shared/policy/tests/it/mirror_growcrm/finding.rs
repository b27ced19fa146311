//! Finding a contact's record, and creating it.

use model::growcrm::ClientId;

use super::crm::{ADA, BEN, CIA, Crm, ada, ben, cia};
use crate::world::{contact, id_of};

#[test]
fn a_record_with_the_address_is_taken_for_the_contacts() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(BEN, |ben| ben.last_name = "Hall-King".into());
    crm.links.clear();
    insta::assert_snapshot!(crm.told(&[ADA, BEN]), @"
    read the line of contact 20
    read the line of contact 21
    read who has an address
    read who has an address
    read all lines
    read who has the name of contact 21
    read everybody in the PSA
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because last name is not as contact 21 has it
    map: the record of 20 is 101
    map after [1]: the record of 21 is 102
    ");
}

#[test]
fn a_record_that_we_created_is_known_for_ours_when_the_map_is_lost() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.visit(&[BEN]);
    assert!(crm.link_of(BEN).ours && !crm.link_of(ADA).ours);
    crm.links.clear();
    crm.visit(&[ADA, BEN]);
    assert!(crm.link_of(BEN).ours && !crm.link_of(ADA).ours);
}

#[test]
fn a_record_that_is_gone_is_created_anew() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.forget_digests();
    crm.records.remove(&crm.record_of(BEN));
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    read who has an address
    read who has the name of contact 21
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 21
          because contact 21 is not in Grow CRM
    map: the record of 21 is gone
    map after [1]: the record of 21 is the one created
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
}

#[test]
fn a_welcome_is_mailed_only_when_the_rules_say_so() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben()).with(cia());
    crm.visit(&[BEN]);
    assert_eq!(crm.mails, 0);
    crm.rules.growcrm.welcome_mails = true;
    crm.visit(&[CIA]);
    assert_eq!(crm.mails, 1);
}

#[test]
fn an_address_of_another_clients_contact_is_a_finding() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.add_record(ClientId::new(99), "Ben", "Hall", "BEN@x.example");
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the address of Grow CRM contact 102, which belongs to another client (99); a portal user belongs to one only; it is not mirrored
    ");
}

#[test]
fn an_address_that_staff_has_is_a_finding_and_is_not_tried_again() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.staff.insert("ben@x.example".to_owned());
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read the line of contact 21
    read who has an address
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has an address that is taken outside contacts: Grow CRM refuses it, and no contact there has it, so a member of staff or a lead may; somebody should look there; it is not mirrored
    ");
    assert_eq!(crm.refused, 1);
    // Not by the next visit either, within a day.
    crm.visit(&[BEN]);
    assert_eq!(crm.refused, 1);
}

#[test]
fn an_address_that_was_refused_is_tried_again_after_a_day() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.staff.insert("ben@x.example".to_owned());
    crm.visit(&[BEN]);
    crm.staff.clear();
    for past in &mut crm.past {
        past.at -= jiff::SignedDuration::from_hours(24);
    }
    crm.visit(&[BEN]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
}

#[test]
fn a_known_contact_whose_new_address_staff_has_keeps_the_old_one_and_gets_the_rest() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.staff.insert("ben.hall@x.example".to_owned());
    crm.set_email(BEN, "ben.hall@x.example");
    crm.edit(BEN, |ben| ben.last_name = "Hall-King".into());
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read record 102
    read who has an address
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because last name is not as contact 21 has it
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has an address that is taken outside contacts: Grow CRM refuses it, and no contact there has it, so a member of staff or a lead may; somebody should look there; Grow CRM contact 102 keeps the address it has
    map after [1]: the record of 21 is 102
    ");
    assert_eq!(crm.address_of(BEN), "ben@x.example");
    // It is looked at again at the next visit.
    assert_eq!(crm.stale(), [BEN]);
}

#[test]
fn whoever_lacks_what_the_crm_insists_on_is_told_without_a_read() {
    let crm = Crm::new([ada()]).mirrored();
    let nameless = contact(40, "Prince", "").with_email(1, "prince@x.example");
    let two = contact(41, "Tom", "Hall")
        .with_email(1, "a@x.example")
        .with_email(2, "b@x.example");
    let crm = crm.with(nameless).with(two).with(contact(42, "Li", "Wei"));
    let mut crm = crm.edited(41, |tom| tom.communications[0].is_default = false);
    insta::assert_snapshot!(crm.told(&[id_of(40), id_of(41), id_of(42)]), @"
    finding mirror-growcrm: not-mirrored, company 1, contact 40: contact 40 has no last name, which Grow CRM insists on; it is mirrored once somebody has completed it
    finding mirror-growcrm: not-mirrored, company 1, contact 41: contact 41 has several email addresses, and none is the default, which Grow CRM insists on; it is mirrored once somebody has completed it
    finding mirror-growcrm: not-mirrored, company 1, contact 42: contact 42 has no email address, which Grow CRM insists on; it is mirrored once somebody has completed it
    ");
    crm.rules.growcrm.last_name = "-".to_owned();
    crm.visit(&[id_of(40)]);
    assert_eq!(crm.address_of(id_of(40)), "prince@x.example");
}

#[test]
fn an_address_that_vanished_is_kept_in_the_crm_and_told_once() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.edit(BEN, |ben| {
        ben.communications.clear();
        ben.last_name = "Hall-King".into();
    });
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read record 102
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because last name is not as contact 21 has it
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has no email address, which Grow CRM insists on; its record 102 keeps what it has, and a person should complete the contact
    map after [1]: the record of 21 is 102
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
    assert_eq!(crm.stale(), []);
}
