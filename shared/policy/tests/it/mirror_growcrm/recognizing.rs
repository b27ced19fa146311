//! Whose a record is that the map does not know.

use model::ContactId;
use policy::mirror::growcrm::Need;

use super::crm::{BEN, CIA, CLIENT, Crm, ada, ben, cia};
use crate::world::{contact, id_of, inactive};

/// Ben and Cia share a mailbox, nobody of them is in the CRM, and Ben is older.
fn sharing() -> Crm {
    let mut crm = Crm::new([ada()]).mirrored().with(ben()).with(cia());
    crm.set_email(BEN, "office@x.example");
    crm.set_email(CIA, "office@x.example");
    crm
}

#[test]
fn of_several_with_one_address_the_one_whose_name_the_record_bears_gets_it() {
    let mut crm = sharing();
    crm.company.default_contact = Some(BEN);
    let record = crm.add_record(CLIENT, "Cia", "Sun", "office@x.example");
    insta::assert_snapshot!(crm.visit(&[BEN, CIA]), @"
    read the line of contact 21
    read the line of contact 22
    read who has an address
    read all lines
    read who has the name of contact 21
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the same address as contact 22, and no two portal users can have the same; it is not mirrored
    map: the record of 22 is 102
    ");
    assert_eq!(crm.record_of(CIA), record);
}

#[test]
fn whoever_has_name_and_address_is_looked_at_though_nobody_asked() {
    let mut crm = sharing();
    let record = crm.add_record(CLIENT, "Cia", "Sun", "office@x.example");
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read all lines
    read who has the name of contact 21
    read everybody in the PSA
    read the line of contact 22
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the same address as contact 22, and no two portal users can have the same; it is not mirrored
    map: the record of 22 is 102
    ");
    assert_eq!(crm.record_of(CIA), record);
    assert!(!crm.links.contains_key(&BEN));
}

#[test]
fn of_two_with_name_and_address_the_default_contact_gets_the_record_then_the_oldest() {
    for default in [BEN, CIA] {
        let mut crm = sharing();
        crm.edit(CIA, |cia| {
            (cia.first_name, cia.last_name) = ("Ben".into(), "Hall".into());
        });
        crm.company.default_contact = Some(default);
        let record = crm.add_record(CLIENT, "Ben", "Hall", "office@x.example");
        crm.visit(&[BEN, CIA]);
        assert_eq!(crm.record_of(default), record);
    }
}

#[test]
fn the_record_of_whoever_left_goes_to_the_one_with_its_name_too() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    let record = crm.record_of(BEN);
    crm.edit(BEN, |ben| ben.active = false);
    crm.set_email(CIA, "ben@x.example");
    crm.company.default_contact = Some(CIA);
    let again = id_of(40);
    let mut crm = crm.with(contact(40, "Ben", "Hall").with_email(1, "ben@x.example"));
    crm.visit(&[BEN, CIA, again]);
    assert_eq!(crm.record_of(again), record);
    assert!(!crm.links.contains_key(&CIA));
}

#[test]
fn a_record_of_a_name_that_nobody_has_goes_with_its_address_and_is_renamed() {
    let mut crm = Crm::new([ada(), ben()]).mirrored();
    crm.links.remove(&BEN);
    crm.edit(BEN, |ben| ben.last_name = "Hall-King".into());
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read all lines
    read who has the name of contact 21
    read everybody in the PSA
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because last name is not as contact 21 has it
    map after [1]: the record of 21 is 102
    ");
    assert_eq!(crm.record_mut(BEN).last_name, "Hall-King".into());
}

#[test]
fn a_record_with_the_address_of_one_and_the_name_of_another_is_left_to_a_person() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben()).with(cia());
    crm.set_email(CIA, "office@x.example");
    crm.add_record(CLIENT, "Ben", "Hall", "office@x.example");
    // Whoever of them is asked about, and both together.
    insta::assert_snapshot!(crm.told(&[CIA]), @"
    read the line of contact 22
    read who has an address
    read all lines
    read who has the name of contact 22
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 has the address of Grow CRM contact 102, which has the name of contact 21; a person should give it both name and address of whoever it is; it is not mirrored
    ");
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read all lines
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the name of Grow CRM contact 102, which has an address of contact 22; a person should give it both name and address of whoever it is; it is not mirrored
    ");
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read the line of contact 21
    read the line of contact 22
    read who has an address
    read who has an address
    read all lines
    read who has the name of contact 21
    read who has the name of contact 22
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the name of Grow CRM contact 102, which has an address of contact 22; a person should give it both name and address of whoever it is; it is not mirrored
    finding mirror-growcrm: not-mirrored, company 1, contact 22: contact 22 has the address of Grow CRM contact 102, which has the name of contact 21; a person should give it both name and address of whoever it is; it is not mirrored
    ");
    // It is no longer in question whose it is once one of them has another one.
    crm.add_record(CLIENT, "Ben", "Hall", "ben@x.example");
    crm.visit(&[BEN]);
    crm.visit(&[CIA]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
    assert_eq!(crm.address_of(CIA), "office@x.example");
}

#[test]
fn a_record_of_the_same_name_is_the_contacts_when_its_address_is_nobodys() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    let record = crm.add_record(CLIENT, "Ben", "Hall", "ben.old@x.example");
    insta::assert_snapshot!(crm.visit(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read all lines
    read everybody in the PSA
    change [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because email is not as contact 21 has it
    map after [1]: the record of 21 is 102
    ");
    assert_eq!(crm.record_of(BEN), record);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
}

#[test]
fn a_record_of_the_same_name_in_another_client_is_somebody_elses() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    let record = crm.add_record(
        model::growcrm::ClientId::new(99),
        "Ben",
        "Hall",
        "ben.old@x.example",
    );
    crm.visit(&[BEN]);
    assert_ne!(crm.record_of(BEN), record);
}

#[test]
fn several_records_of_the_same_name_are_left_to_a_person() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.add_record(CLIENT, "Ben", "Hall", "ben.old@x.example");
    crm.add_record(CLIENT, "Ben", "Hall", "ben.older@x.example");
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read all lines
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the name of Grow CRM contacts 102 and 103; a person should give its address to the one that it is; it is not mirrored
    ");
}

#[test]
fn a_record_whose_name_two_contacts_have_is_left_to_a_person() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm = crm.with(contact(40, "Ben", "Hall").with_email(1, "ben.hall@x.example"));
    crm.add_record(CLIENT, "Ben", "Hall", "ben.old@x.example");
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read all lines
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the name of Grow CRM contact 102, and so has contact 40; a person should give it both name and address of whoever it is; it is not mirrored
    ");
    // The other one has a record of its own.
    crm.add_record(CLIENT, "Ben", "Hall", "ben.hall@x.example");
    crm.visit(&[id_of(40)]);
    crm.visit(&[BEN]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
    assert_eq!(crm.records.len(), 3);
}

#[test]
fn a_record_of_the_same_name_with_the_address_of_somebody_who_left_is_left_to_a_person() {
    let gone = inactive(contact(40, "Ben", "Hall").with_email(1, "ben.old@x.example"));
    let mut crm = Crm::new([ada()]).mirrored().with(ben()).with(gone);
    crm.add_record(CLIENT, "Ben", "Hall", "ben.old@x.example");
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read all lines
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 has the name of Grow CRM contact 102, which has an address of contact 40; a person should give it both name and address of whoever it is; it is not mirrored
    ");
}

#[test]
fn nobody_is_recognized_by_half_in_a_company_too_large_to_be_looked_at() {
    let mut crm = Crm::new([ada()]).mirrored().with(ben());
    crm.is_large = true;
    crm.add_record(CLIENT, "Ben", "Hall", "ben.old@x.example");
    insta::assert_snapshot!(crm.told(&[BEN]), @"
    read the line of contact 21
    read who has an address
    read who has the name of contact 21
    read all lines
    read everybody in the PSA
    finding mirror-growcrm: not-mirrored, company 1, contact 21: contact 21 may be Grow CRM contact 102, which has either its name or its address, and the company has more contacts than are looked at for that; a person should give it both name and address of whoever it is; it is not mirrored
    ");
    crm.add_record(CLIENT, "Ben", "Hall", "ben@x.example");
    crm.visit(&[BEN]);
    assert_eq!(crm.address_of(BEN), "ben@x.example");
}

/// A company of so many in the CRM, whose map is lost for those of these numbers.
fn populated(count: u32, lost: impl Fn(u32) -> bool) -> (Crm, Vec<ContactId>) {
    let address = |number: u32| format!("p{number}@x.example");
    let person = |number| contact(1000 + number, "Pat", &format!("N{number}"));
    let contacts = (0..count).map(|number| person(number).with_email(1, &address(number)));
    let mut crm = Crm::new(contacts).mirrored();
    let lost = (0..count).filter(|number| lost(*number));
    let lost: Vec<ContactId> = lost.map(|number| id_of(1000 + number)).collect();
    for id in &lost {
        crm.links.remove(id);
    }
    (crm, lost)
}

/// What the CRM is asked, not the PSA and the journal.
fn requests(needs: &[Need]) -> Vec<&Need> {
    let is_request = |need: &&Need| {
        !matches!(
            need,
            Need::Line(_) | Need::Lines | Need::Contact(_) | Need::Company
        )
    };
    needs.iter().filter(is_request).collect()
}

#[test]
fn for_many_that_the_map_does_not_know_all_records_of_the_client_are_read_at_once() {
    let (crm, all) = populated(60, |_| true);
    let needs = crm.needs(&all);
    assert_eq!(requests(&needs), [&Need::Users(CLIENT)]);
    insta::assert_snapshot!(crm.told(&all).lines().last().unwrap(), @"map: the record of 1059 is 160");
}

#[test]
fn whoever_is_not_among_them_is_searched_for_in_the_whole_crm() {
    let (mut crm, mut all) = populated(60, |_| true);
    for number in 0..5 {
        let new = contact(2000 + number, "New", "Comer");
        let new = new.with_email(1, &format!("new{number}@x.example"));
        all.push(new.id);
        crm = crm.with(new);
    }
    let needs = crm.needs(&all);
    let searches = requests(&needs);
    assert_eq!(searches.len(), 1 + 5, "{searches:?}");
    assert_eq!(searches[0], &Need::Users(CLIENT));
}

#[test]
fn a_few_are_searched_for_one_by_one_and_so_are_those_of_a_client_with_very_many() {
    let (crm, few) = populated(60, |number| number < 3);
    assert_eq!(requests(&crm.needs(&few)).len(), 3);
    let (crm, some) = populated(640, |number| number < 5);
    assert_eq!(requests(&crm.needs(&some)).len(), 5);
    let (crm, many) = populated(640, |number| number < 10);
    assert_eq!(requests(&crm.needs(&many)), [&Need::Users(CLIENT)]);
}
