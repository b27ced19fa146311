//! Addresses that change hands.

use super::crm::{ADA, BEN, CIA, CLIENT, Crm, ada, ben, cia};

#[test]
fn of_two_contacts_with_one_address_the_one_that_has_it_is_mirrored() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.set_email(CIA, "ben@x.example");
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read who has an address
    read all lines
    read contact 21 in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 has the same address as contact 21, and no two portal users can have the same; it is not mirrored
    ");
}

#[test]
fn of_two_new_contacts_with_one_address_the_default_contact_is_mirrored_then_the_oldest() {
    let mut crm = Crm::new([ada(), ben(), cia()]).with_client();
    crm.set_email(BEN, "office@x.example");
    crm.set_email(CIA, "office@x.example");
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read the line of contact 21
    read the line of contact 22
    read who has an address
    read who has the name of contact 21
    read who has the name of contact 22
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 21
          because contact 21 is not in Grow CRM
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 has the same address as contact 21, and no two portal users can have the same; it is not mirrored
    map after [1]: the record of 21 is the one created
    ");
    crm.company.default_contact = Some(CIA);
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read the line of contact 21
    read the line of contact 22
    read who has an address
    read who has the name of contact 21
    read who has the name of contact 22
    read client 12
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 22
          because contact 22 is not in Grow CRM
    change [1] mirror-growcrm: make the new Grow CRM contact the account owner of client 12, which has none, for contact 22
          because contact 22 is the company's default contact
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the same address as contact 22, and no two portal users can have the same; it is not mirrored
    map after [1]: the record of 22 is the one created
    ");
}

#[test]
fn an_address_that_somebody_gives_up_in_the_same_visit_is_given_up_first() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.set_email(ADA, "ben@x.example");
    crm.set_email(BEN, "cia@x.example");
    crm.set_email(CIA, "cia.new@x.example");
    insta::assert_snapshot!(crm.told(&[ADA, BEN, CIA]), @"
    read record 101
    read record 102
    read record 103
    change [1] mirror-growcrm: set all fields of Grow CRM contact 103, for contact 22
          because email is not as contact 22 has it
    change [2] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because email is not as contact 21 has it
    change [3] mirror-growcrm: set all fields of Grow CRM contact 101, for contact 20
          because email is not as contact 20 has it
    map after [1]: the record of 22 is 103
    map after [2]: the record of 21 is 102
    map after [3]: the record of 20 is 101
    ");
    crm.visit(&[ADA, BEN, CIA]);
    assert_eq!(crm.refused, 0);
}

#[test]
fn an_address_that_turns_out_to_be_taken_is_taken_over_in_a_second_try() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.set_email(ADA, "ben@x.example");
    crm.set_email(BEN, "ben.new@x.example");
    crm.visit(&[ADA]);
    assert_eq!(crm.refused, 1);
    assert_eq!(crm.address_of(ADA), "ben@x.example");
    assert_eq!(crm.address_of(BEN), "ben.new@x.example");
}

#[test]
fn of_two_contacts_that_have_each_others_address_each_gets_the_record_with_its_own() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.set_email(ADA, "ben@x.example");
    crm.set_email(BEN, "ada@x.example");
    let (of_ada, of_ben) = (crm.record_of(ADA), crm.record_of(BEN));
    insta::assert_snapshot!(crm.told(&[ADA, BEN]), @"
    read record 101
    read record 102
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 20
          because first name and last name are not as contact 20 has it
    change [1] mirror-growcrm: set all fields of Grow CRM contact 101, for contact 21
          because first name and last name are not as contact 21 has it
    change [2] mirror-growcrm: make Grow CRM contact 102 the account owner of client 12, in place of 101, for contact 20
          because contact 20 is the company's default contact
    map after [1]: the record of 20 is 102
    map after [1]: the record of 21 is 101
    map after [2]: the record of 20 is 102
    ");
    crm.visit(&[ADA, BEN]);
    assert_eq!((crm.record_of(ADA), crm.record_of(BEN)), (of_ben, of_ada));
    assert_eq!(crm.refused, 0);
}

#[test]
fn an_exchange_that_was_cut_short_is_finished() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.set_email(ADA, "ben@x.example");
    crm.set_email(BEN, "ada@x.example");
    let (of_ada, of_ben) = (crm.record_of(ADA), crm.record_of(BEN));
    crm.visit_and_die(&[ADA, BEN], 1);
    assert_eq!((crm.record_of(ADA), crm.record_of(BEN)), (of_ben, of_ben));
    crm.visit(&[ADA, BEN]);
    assert_eq!((crm.record_of(ADA), crm.record_of(BEN)), (of_ben, of_ada));
}

#[test]
fn the_address_of_a_record_that_nobody_here_is_known_to_be_is_a_finding_for_whoever_has_one() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.add_record(CLIENT, "B.", "Hall", "ben.hall@x.example");
    crm.set_email(BEN, "ben.hall@x.example");
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read record 102
    read who has an address
    read all lines
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the address of Grow CRM contact 103, and nobody here is known to be that; a person should remove one of the two; Grow CRM contact 102 keeps the address it has
    map: the record of 21 is 102
    ");
}

#[test]
fn three_contacts_in_a_ring_exchange_their_records_too() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.set_email(ADA, "ben@x.example");
    crm.set_email(BEN, "cia@x.example");
    crm.set_email(CIA, "ada@x.example");
    let records = [BEN, CIA, ADA].map(|id| crm.record_of(id));
    crm.visit(&[ADA, BEN, CIA]);
    assert_eq!([ADA, BEN, CIA].map(|id| crm.record_of(id)), records);
    assert_eq!(crm.refused, 0);
    assert_eq!(crm.stale(), []);
}

#[test]
fn whoever_cannot_have_an_address_makes_way_for_the_next() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.add_record(CLIENT, "Cia", "Sun", "office@x.example");
    crm.set_email(BEN, "office@x.example");
    crm.set_email(CIA, "office@x.example");
    crm.visit(&[BEN, CIA]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
    assert_eq!(crm.address_of(CIA), "office@x.example");
}
