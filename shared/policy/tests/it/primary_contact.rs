//! Default primary contact.

use model::{Contact, TypeAssociationId};
use policy::Need;

use crate::world::{
    company, contact, enforce, id_of, inactive, invited, labeled, plan, primary_label,
};

fn ada() -> Contact {
    contact(20, "Ada", "Byron").with_email(1, "ada@x.example")
}

#[test]
fn an_active_default_stays_even_if_another_looks_better() {
    let better = invited(
        contact(21, "Li", "Wei")
            .with_email(2, "li@x.example")
            .with_phone(3, "312 555 0101"),
    );
    insta::assert_snapshot!(plan(&company([contact(20, "Ada", ""), better])), @"nothing to do");
}

#[test]
fn an_inactive_default_is_succeeded_by_the_best_ranked() {
    let now = company([
        inactive(ada()),
        contact(21, "Reception", "").with_email(2, "reception@x.example"),
        contact(22, "Li", "Wei").with_phone(3, "312 555 0101"),
        contact(23, "Ben", "Hall").with_email(4, "ben.hall@x.example"),
        invited(contact(24, "Mia", "Sun").with_email(5, "mia@x.example")),
    ]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] primary-contact: make 24 the default contact of company 1, in place of 20
          because its default contact 20 is inactive; 24 ranks first of 4 active contacts (is a person and no shared mailbox, has a portal login, has a usable email), before 23 because it has a portal login
    ");
}

#[test]
fn the_primary_label_outranks_a_portal_login() {
    let mut now = company([
        inactive(ada()),
        invited(contact(21, "Mia", "Sun").with_email(5, "mia@x.example")),
        labeled(contact(22, "Li", "Wei")),
    ]);
    now.primary_label = Some(primary_label());
    insta::assert_snapshot!(plan(&now), @"
    change [1] primary-contact: make 22 the default contact of company 1, in place of 20
          because its default contact 20 is inactive; 22 ranks first of 2 active contacts (is a person and no shared mailbox, carries the primary label), before 21 because it carries the primary label
    ");
}

#[test]
fn a_default_that_is_gone_is_succeeded() {
    let mut now = company([ada(), contact(21, "Li", "Wei")]);
    now.contacts.remove(&id_of(20));
    insta::assert_snapshot!(plan(&now), @"
    change [1] primary-contact: make 21 the default contact of company 1, in place of 20
          because its default contact 20 is gone; 21 is its only active contact
    ");
}

#[test]
fn a_company_without_default_gets_one_and_never_a_shared_mailbox_while_a_person_is_there() {
    let mut now = company([
        contact(19, "Reception", "")
            .with_email(2, "reception@x.example")
            .with_phone(3, "312 555 0101"),
        contact(20, "Ada", ""),
    ]);
    now.company.default_contact = None;
    insta::assert_snapshot!(plan(&now), @"
    change [1] primary-contact: make 20 the default contact of company 1, in place of nobody
          because the company has no default contact; 20 ranks first of 2 active contacts (is a person and no shared mailbox), before 19 because it is a person and no shared mailbox
    ");
}

#[test]
fn a_shared_mailbox_is_better_than_nobody() {
    let mut now = company([contact(19, "Reception", "").with_email(2, "reception@x.example")]);
    now.company.default_contact = None;
    insta::assert_snapshot!(plan(&now), @"
    change [1] primary-contact: make 19 the default contact of company 1, in place of nobody
          because the company has no default contact; 19 is its only active contact
    ");
}

#[test]
fn a_company_with_nobody_active_gets_a_finding_and_no_invention() {
    insta::assert_snapshot!(plan(&company([inactive(ada())])), @"finding primary-contact: no-active-contact, company 1: the company has no active contact that could be its default contact; a person should add one or mark the company inactive");
}

#[test]
fn a_deleted_company_is_left_alone() {
    let mut now = company([inactive(ada())]);
    now.company.deleted = true;
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn the_label_is_kept_on_the_default_contact_and_only_there() {
    let mut now = company([ada(), labeled(contact(21, "Li", "Wei"))]);
    now.primary_label = Some(primary_label());
    let needs = policy::needs(&now, &enforce());
    assert_eq!(
        needs.into_iter().collect::<Vec<_>>(),
        [Need::LabelLink(id_of(21), primary_label().id)]
    );
    now.label_links
        .insert(id_of(21), TypeAssociationId::new(77));
    insta::assert_snapshot!(plan(&now), @r#"
    change [1] primary-contact: label contact 20 "Primary"
          because the label belongs on the default contact
    change [2] primary-contact: take the label "Primary" off contact 21
          because the label belongs on the default contact 20 alone
    "#);
}

#[test]
fn a_label_the_instance_does_not_have_is_not_missed() {
    insta::assert_snapshot!(plan(&company([ada(), labeled(contact(21, "Li", "Wei"))])), @"nothing to do");
}
