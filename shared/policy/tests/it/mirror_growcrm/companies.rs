//! Clients, and contacts that move between companies.

use model::growcrm::ClientId;
use policy::rules::Moved;

use super::crm::{ADA, BEN, CIA, CLIENT, Crm, ada, ben, cia};

#[test]
fn the_client_is_found_by_its_tag_and_kept() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    (crm.place, crm.clients[0].tags) = (None, vec!["vip".to_owned(), "CW-Company-1".to_owned()]);
    crm.forget_digests();
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read all clients
    read record 102
    nothing to do
    map: the record of 21 is 102
    ");
    crm.visit(&[BEN]);
    assert_eq!(crm.place, Some(CLIENT));
}

#[test]
fn a_company_without_a_client_is_one_finding() {
    let crm = Crm::new([ada(), ben()]);
    insta::assert_snapshot!(crm.told(&[ADA, BEN]), @"
    read the line of contact 20
    read the line of contact 21
    read all clients
    finding mirror-growcrm: no-mirror, company 1: no client in Grow CRM is tagged cw-company-1, so nobody of company 1 is mirrored; tag its client, or have clients created (create-clients)
    ");
}

#[test]
fn a_client_with_the_companys_name_is_not_taken_for_its_own_without_the_tag() {
    let mut crm = Crm::new([ada(), ben()]).with_client();
    crm.rules.growcrm.create_clients = true;
    (crm.place, crm.clients[0].tags) = (None, Vec::new());
    insta::assert_snapshot!(crm.told(&[ADA, BEN]), @"
    read the line of contact 20
    read the line of contact 21
    read all clients
    finding mirror-growcrm: no-mirror, company 1: no client in Grow CRM is tagged cw-company-1, but client 12 has the company's name; if it is the company's, tag it cw-company-1
    ");
}

#[test]
fn two_clients_with_the_tag_are_a_finding_and_so_is_one_with_the_tags_of_two() {
    let mut crm = Crm::new([ada()]).with_client();
    crm.place = None;
    crm.clients[0].tags.push("cw-company-2".to_owned());
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read the line of contact 20
    read all clients
    finding mirror-growcrm: no-mirror, company 1: Grow CRM client 12 is tagged for several companies, and the account owner follows one; leave it one tag that begins with cw-company-
    ");
    crm.clients[0].tags.pop();
    let mut other = crm.clients[0].clone();
    other.id = ClientId::new(13);
    crm.clients.push(other);
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read the line of contact 20
    read all clients
    finding mirror-growcrm: no-mirror, company 1: Grow CRM clients 12 and 13 are all tagged cw-company-1; leave the tag on the one that is the company's
    ");
}

#[test]
fn a_client_that_is_gone_is_looked_for_by_its_tag() {
    let mut crm = Crm::new([ada()]).with_client();
    crm.place = Some(ClientId::new(7));
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read the line of contact 20
    read who has an address
    read who has the name of contact 20
    read client 7
    read all clients
    read client 12
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 20
          because contact 20 is not in Grow CRM
    change [1] mirror-growcrm: make the new Grow CRM contact the account owner of client 12, which has none, for contact 20
          because contact 20 is the company's default contact
    map after [1]: the record of 20 is the one created
    ");
}

#[test]
fn the_rules_can_have_a_client_created_with_the_default_contact_as_its_owner() {
    let mut crm = Crm::new([ada(), ben()]);
    crm.rules.growcrm.create_clients = true;
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read all clients
    read contact 20 in the PSA
    read the line of contact 20
    read who has an address
    change [1] mirror-growcrm: create a client in Grow CRM, with its account owner, for contact 20
          because the company has no client in Grow CRM, and contact 20 is its default contact
    map after [1]: the record of 20 is the one created
    ");
    crm.visit(&[BEN]);
    assert!(crm.record_mut(ADA).account_owner);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
    assert_eq!(crm.mails, 0);
}

#[test]
fn the_owner_of_a_new_client_is_given_phone_and_position_once_it_is_there() {
    let ada = ada()
        .with_phone(2, "312 555 0101")
        .with_field("title", "Owner");
    let mut crm = Crm::new([ada, ben()]);
    crm.rules.growcrm.create_clients = true;
    crm.visit(&[BEN]);
    // Nobody asked about the owner, so the map says that it is not in line.
    assert_eq!(crm.record_mut(ADA).phone, None);
    assert_eq!(crm.stale(), [ADA]);
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read record 101
    change [1] mirror-growcrm: set all fields of Grow CRM contact 101, for contact 20
          because phone and position are not as contact 20 has it
    map after [1]: the record of 20 is 101
    ");

    crm.records.clear();
    crm.clients.clear();
    crm.links.clear();
    crm.place = None;
    crm.visit(&[ADA, BEN]);
    let record = crm.record_mut(ADA);
    let (phone, position) = (record.phone.clone(), record.position.clone());
    assert_eq!(phone.unwrap().reveal(), "312 555 0101");
    assert_eq!(position.unwrap().reveal(), "Owner");
    assert_eq!(crm.stale(), []);
}

#[test]
fn an_owner_without_phone_and_position_is_in_line_as_it_was_created() {
    let mut crm = Crm::new([ada(), ben()]);
    crm.rules.growcrm.create_clients = true;
    crm.visit(&[BEN]);
    assert_eq!(crm.stale(), []);
}

#[test]
fn a_list_of_clients_that_is_some_minutes_old_does_not_prove_that_one_is_missing() {
    let mut crm = Crm::new([ada()]).with_client();
    crm.rules.growcrm.create_clients = true;
    (crm.place, crm.old_clients) = (None, Some(Vec::new()));
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read the line of contact 20
    read all clients
    read all clients anew
    read who has an address
    read who has the name of contact 20
    read client 12
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 20
          because contact 20 is not in Grow CRM
    change [1] mirror-growcrm: make the new Grow CRM contact the account owner of client 12, which has none, for contact 20
          because contact 20 is the company's default contact
    map after [1]: the record of 20 is the one created
    ");
    // Where none is to be created, it is good enough.
    crm.rules.growcrm.create_clients = false;
    insta::assert_snapshot!(crm.told(&[ADA]), @"
    read the line of contact 20
    read all clients
    finding mirror-growcrm: no-mirror, company 1: no client in Grow CRM is tagged cw-company-1, so nobody of company 1 is mirrored; tag its client, or have clients created (create-clients)
    ");
}

#[test]
fn a_client_is_not_created_without_somebody_to_own_it() {
    let mut crm = Crm::new([ada(), ben()]);
    crm.rules.growcrm.create_clients = true;
    crm.edit(ADA, |ada| ada.communications.clear());
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read all clients
    read contact 20 in the PSA
    read the line of contact 20
    finding mirror-growcrm: not-mirrored, company 1, contact 20: contact 20 has no email address, which Grow CRM insists on; it is mirrored once somebody has completed it
    finding mirror-growcrm: no-mirror, company 1, contact 20: the company has no client in Grow CRM; one is created with its account owner, and the default contact 20 cannot be that
    ");
    crm.company.default_contact = None;
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read all clients
    finding mirror-growcrm: no-mirror, company 1: the company has no client in Grow CRM; one is created with its account owner, and the company has no default contact
    ");
}

#[test]
fn a_deleted_company_is_left_as_it_is() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.company.deleted = true;
    crm.edit(BEN, |ben| ben.active = false);
    assert_eq!(crm.stale(), [ADA, BEN]);
    insta::assert_snapshot!(crm.visit(&[ADA, BEN]), @"
    finding mirror-growcrm: no-mirror, company 1: the company was deleted in the PSA; its client in Grow CRM stays as it is, and a person should decide what becomes of it
    map: the record of 20 is 101
    map: the record of 21 is 102
    ");
    // That is told once, and should the company come back, everybody is looked at.
    assert_eq!(crm.stale(), []);
    crm.company.deleted = false;
    assert_eq!(crm.stale(), [ADA, BEN]);
}

#[test]
fn whoever_moved_is_reported_at_both_companies_and_stays() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.move_in(cia(), "cia@x.example");
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read record 103
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 is Grow CRM contact 103, which belongs to client 99 and cannot be moved; a person should remove it, and then it is created anew, or have that done (moved)
    ");
    crm.edit(BEN, |ben| ben.company = Some(model::CompanyId::new(2)));
    insta::assert_snapshot!(crm.told(&[BEN]), @"finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 is one of company 2 now, and Grow CRM contact 102 cannot be moved to another client; a person should remove it there");
}

#[test]
fn whoever_has_no_company_to_see_is_told_and_stays_as_it_is() {
    for moved in [Moved::Report, Moved::Recreate] {
        let mut crm = Crm::new([ada(), ben()]).mirrored();
        crm.rules.growcrm.moved = moved;
        crm.edit(BEN, |ben| {
            ben.company = None;
            ben.first_name = "Benjamin".into();
        });
        insta::allow_duplicates! {
            insta::assert_snapshot!(crm.visit(&[BEN]), @"finding mirror-growcrm: no-company, company 1, contact 21: contact 21 has no company, or the API member's role does not see it, so its record in Grow CRM is left as it is; a person should give it one or check the rights");
        }
        assert_eq!(crm.address_of(BEN), "ben@x.example");
    }
}

#[test]
fn the_rules_can_have_whoever_moved_created_anew() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.rules.growcrm.moved = Moved::Recreate;
    crm.move_in(cia(), "cia@x.example");
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read record 103
    read who has the name of contact 22
    change [1] mirror-growcrm: remove Grow CRM contact 103, for contact 22
          because contact 22 moved here, and a portal user cannot be moved from client 99
    change [1] mirror-growcrm: create a contact in Grow CRM, of client 12, for contact 22
          because contact 22 is not in Grow CRM
    map after [1]: the record of 22 is the one created
    ");
    crm.visit(&[CIA]);
    assert_eq!(crm.address_of(CIA), "cia@x.example");
    assert_eq!(crm.stale(), []);
    crm.edit(BEN, |ben| ben.company = Some(model::CompanyId::new(2)));
    insta::assert_snapshot!(crm.told(&[BEN]), @"nothing to do");
}

#[test]
fn an_account_owner_that_moved_stays_until_somebody_else_is_the_owner() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.rules.growcrm.moved = Moved::Recreate;
    let record = crm.move_in(cia(), "cia@x.example");
    crm.records.get_mut(&record).unwrap().account_owner = true;
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read record 103
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 is Grow CRM contact 103, which belongs to client 99 and cannot be moved, nor removed as long as it is the account owner there; make somebody else the owner
    ");
}

#[test]
fn the_record_of_whoever_moved_away_is_nobody_elses() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.edit(BEN, |ben| ben.company = Some(model::CompanyId::new(2)));
    crm.set_email(CIA, "ben@x.example");
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read who has an address
    read all lines
    read contact 21 in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 is one of company 2 now, and Grow CRM contact 102 cannot be moved to another client; a person should remove it there
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 has the address that Grow CRM contact 102 has, which is that of contact 21 and keeps it; it is not mirrored
    ");
}

#[test]
fn what_whoever_moved_has_elsewhere_goes_first_when_a_merge_left_it_a_record_here() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.rules.growcrm.moved = Moved::Recreate;
    crm.move_in(cia(), "cia@x.example");
    crm.merge(BEN, CIA);
    // Each is to have the address of the other, but what has that of Cia is not the record that becomes Cia's.
    crm.set_email(ADA, "cia@x.example");
    crm.set_email(CIA, "ada@x.example");
    let (of_ada, of_ben) = (crm.record_of(ADA), crm.record_of(BEN));
    insta::assert_snapshot!(crm.told(&[ADA, BEN, CIA]), @"
    read the line of contact 22
    read record 101
    read record 102
    read record 103
    change [1] mirror-growcrm: remove Grow CRM contact 103, for contact 22
          because contact 22 moved here, and a portal user cannot be moved from client 99
    change [2] mirror-growcrm: set all fields of Grow CRM contact 101, for contact 20
          because email is not as contact 20 has it
    change [3] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 22
          because first name, last name and email are not as contact 22 has it
    map after [2]: the record of 20 is 101
    map after [3]: the record of 22 is 102
    map after [3]: the record of 21 is gone
    ");
    crm.visit(&[ADA, BEN, CIA]);
    assert_eq!((crm.record_of(ADA), crm.record_of(CIA)), (of_ada, of_ben));
    assert_eq!(crm.address_of(ADA), "cia@x.example");
    assert_eq!(crm.address_of(CIA), "ada@x.example");
    assert_eq!(crm.refused, 0);
    assert_eq!(crm.stale(), []);
}

#[test]
fn what_whoever_moved_has_elsewhere_goes_though_the_record_here_cannot_have_its_address() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.rules.growcrm.moved = Moved::Recreate;
    let elsewhere = crm.move_in(cia(), "cia@x.example");
    crm.merge(BEN, CIA);
    crm.set_email(CIA, "ada@x.example");
    crm.visit(&[ADA, BEN, CIA]);
    assert!(!crm.records.contains_key(&elsewhere));
    assert_eq!(crm.address_of(CIA), "ben@x.example");
    assert_eq!(crm.address_of(ADA), "ada@x.example");
}

#[test]
fn what_whoever_moved_has_elsewhere_stays_on_the_map_until_it_is_removed() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.rules.growcrm.moved = Moved::Recreate;
    crm.move_in(cia(), "cia@x.example");
    crm.merge(BEN, CIA);
    let mut record = crm.record_mut(BEN).clone();
    (record.first_name, record.last_name) = ("Cia".into(), "Sun".into());
    record.email = Some("cia.sun@x.example".into());
    *crm.record_mut(BEN) = record;
    crm.set_email(CIA, "cia.sun@x.example");
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read the line of contact 22
    read record 102
    read record 103
    change [1] mirror-growcrm: remove Grow CRM contact 103, for contact 22
          because contact 22 moved here, and a portal user cannot be moved from client 99
    map after [1]: the record of 22 is 102
    map after [1]: the record of 21 is gone
    ");
}
