//! What the CRM refused for good is told, and not tried again within a day.

use jiff::SignedDuration;
use model::growcrm::ClientId;

use super::crm::{ADA, BEN, CIA, CLIENT, Crm, ada, ben, cia};

fn refused(crm: &mut Crm) {
    crm.invalid.insert("Bén".to_owned());
    crm.edit(BEN, |ben| ben.first_name = "Bén".into());
}

#[test]
fn a_write_that_was_refused_is_told_and_not_tried_again_within_a_day() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    refused(&mut crm);
    crm.visit(&[BEN]);
    assert_eq!((crm.rejected, crm.stale()), (1, vec![BEN]));
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read record 102
    finding mirror-growcrm: not-mirrored, company 1, contact 21: this was refused on 1970-01-01T00:00:00Z (Validation), and would be again: set all fields of Grow CRM contact 102, for contact 21; see what is wrong with it; it is tried again after a day, or once it is another write
    ");
    assert_eq!((crm.rejected, crm.stale()), (1, vec![BEN]));
    for past in &mut crm.past {
        past.at -= SignedDuration::from_hours(24);
    }
    crm.visit(&[BEN]);
    assert_eq!(crm.rejected, 2);
}

#[test]
fn another_write_is_tried_at_once() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    refused(&mut crm);
    crm.visit(&[BEN]);
    crm.edit(BEN, |ben| ben.first_name = "Benedict".into());
    crm.visit(&[BEN]);
    assert_eq!((crm.rejected, crm.stale()), (1, vec![]));
    assert_eq!(crm.record_mut(BEN).first_name, "Benedict".into());
}

#[test]
fn a_creation_that_was_refused_is_not_tried_again_either() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben()).with(cia());
    refused(&mut crm);
    crm.visit(&[BEN, CIA]);
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read the line of contact 21
    read record 102
    read who has an address
    read who has the name of contact 21
    finding mirror-growcrm: not-mirrored, company 1, contact 21: this was refused on 1970-01-01T00:00:00Z (Validation), and would be again: create a contact in Grow CRM, of client 12, for contact 21; see what is wrong with it; it is tried again after a day, or once it is another write
    ");
    assert_eq!(crm.rejected, 1);
}

#[test]
fn whoever_waits_for_what_was_refused_waits_on() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    refused(&mut crm);
    crm.set_email(BEN, "ben.new@x.example");
    crm.set_email(ADA, "ben@x.example");
    crm.visit(&[ADA, BEN]);
    let (rejected, refused) = (crm.rejected, crm.refused);
    insta::assert_snapshot!(crm.visit(&[ADA, BEN]), @"
    read record 101
    read record 102
    finding mirror-growcrm: not-mirrored, company 1, contact 21: this was refused on 1970-01-01T00:00:00Z (Validation), and would be again: set all fields of Grow CRM contact 102, for contact 21; see what is wrong with it; it is tried again after a day, or once it is another write
    finding mirror-growcrm: not-mirrored, company 1, contact 20: contact 20 waits for what is to be done for contact 21, which was refused
    ");
    assert_eq!((crm.rejected, crm.refused), (rejected, refused));
    assert_eq!(crm.stale(), [ADA, BEN]);
}

#[test]
fn whoever_is_refused_as_it_should_be_may_still_become_the_account_owner() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    refused(&mut crm);
    crm.visit(&[BEN]);
    crm.company.default_contact = Some(BEN);
    insta::assert_snapshot!(crm.told(&[ADA, BEN]), @"
    read record 101
    read record 102
    change [2] mirror-growcrm: make Grow CRM contact 102 the account owner of client 12, in place of 101, for contact 21
          because contact 21 is the company's default contact
    finding mirror-growcrm: not-mirrored, company 1, contact 21: this was refused on 1970-01-01T00:00:00Z (Validation), and would be again: set all fields of Grow CRM contact 102, for contact 21; see what is wrong with it; it is tried again after a day, or once it is another write
    map: the record of 20 is 101
    ");
}

#[test]
fn a_client_in_which_nobody_can_be_created_is_forgotten_if_it_is_gone() {
    let mut crm = Crm::new([ada()]).with_client();
    crm.clients.clear();
    crm.company.default_contact = None;
    insta::assert_snapshot!(crm.visit(&[ADA]), @"
    read the line of contact 20
    read client 12
    read all clients
    finding mirror-growcrm: no-mirror, company 1: client 12, which was the company's, is gone from Grow CRM, and no client in Grow CRM is tagged cw-company-1, so nobody of company 1 is mirrored; tag its client, or have clients created (create-clients)
    ");
    assert_eq!((crm.place, crm.rejected), (None, 1));
    // There is nothing to be refused any more.
    crm.visit(&[ADA]);
    assert_eq!(crm.rejected, 1);
}

#[test]
fn a_client_that_is_gone_is_replaced_by_the_one_that_has_the_tag_or_is_created() {
    let mut crm = Crm::new([ada(), ben()]).with_client();
    crm.place = Some(ClientId::new(7));
    crm.visit(&[BEN]);
    assert_eq!((crm.place, crm.rejected), (Some(CLIENT), 1));
    assert_eq!(crm.address_of(BEN), "ben@x.example");

    let mut crm = Crm::new([ada(), ben()]).with_client();
    crm.rules.growcrm.create_clients = true;
    crm.clients.clear();
    crm.visit(&[ADA, BEN]);
    assert_ne!(crm.place, Some(CLIENT));
    assert_eq!(crm.clients.len(), 1);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
}
