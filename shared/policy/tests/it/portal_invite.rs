//! Email before portal invite.

use model::{Action, CompanyId, Contact, Login, Outcome, Portal, Rule, Snapshot};
use policy::{Need, Rules};

use crate::world::{company, contact, enforce, id_of, inactive, invited, past, plan, plan_with};

fn ada() -> Contact {
    contact(30, "Ada", "Byron")
}

/// Ada as we left her: her login held because she had no email.
fn held(ada: Contact) -> Snapshot {
    let mut now = company([ada]);
    let action = Action::SetPortal {
        contact: id_of(30),
        before: Portal {
            login: Login::Enabled,
            level: Some(4),
        },
        after: Portal {
            login: Login::Disabled,
            level: Some(4),
        },
    };
    past(&mut now, Rule::PortalInvite, action, Outcome::Done);
    now
}

#[test]
fn an_invited_contact_with_a_usable_email_is_left_alone() {
    let now = company([invited(ada().with_email(1, "ada@x.example"))]);
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn an_invited_contact_without_an_email_is_held() {
    insta::assert_snapshot!(plan(&company([invited(ada())])), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because contact 30 has no valid email, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn a_broken_address_is_no_address() {
    insta::assert_snapshot!(plan(&company([invited(ada().with_email(1, "ada at x"))])), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because contact 30 has no valid email, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn the_rules_can_ask_for_a_note() {
    let mut rules = enforce();
    rules.portal.note_on_hold = true;
    insta::assert_snapshot!(plan_with(&company([invited(ada())]), &rules), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because contact 30 has no valid email, so a portal mail could not reach this person alone
    change [1] portal-invite: write a note on contact 30
          because the rules ask for a note
    finding portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn a_shared_mailbox_as_only_email_is_held() {
    let now = company([invited(ada().with_email(1, "info@x.example"))]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because the email of contact 30 is a shared mailbox, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: the email of contact 30 is a shared mailbox; the portal login is held until somebody adds a usable email of its own
    ");
    let mut rules = enforce();
    rules.portal.shared_mailboxes.insert("praxis".to_owned());
    let now = company([invited(ada().with_email(1, "praxis@x.example"))]);
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because the email of contact 30 is a shared mailbox, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: the email of contact 30 is a shared mailbox; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn an_address_that_several_people_carry_is_nobodys_own() {
    let other = contact(31, "Ben", "Hall").with_email(2, "harbor1@x.example");
    let now = company([invited(ada().with_email(1, "harbor1@x.example")), other]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because the email of contact 30 is also that of contact 31, another person, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: the email of contact 30 is also that of contact 31, another person; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn an_address_that_spells_its_owner_stays_hers_when_another_borrows_it() {
    let other = contact(31, "Ben", "Hall").with_email(2, "ada.byron@x.example");
    let now = company([invited(ada().with_email(1, "ada.byron@x.example")), other]);
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn of_two_logins_with_one_address_the_one_it_does_not_spell_is_held() {
    let other = contact(29, "Ben", "Hall").with_email(2, "ada.byron@x.example");
    let now = company([
        invited(other),
        invited(ada().with_email(1, "ada.byron@x.example")),
    ]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: switch off the portal login of contact 29
          because the email of contact 29 is the portal login of contact 30, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 29: the email of contact 29 is the portal login of contact 30; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn the_address_of_a_former_colleague_can_be_used_again() {
    let gone = inactive(contact(31, "Ben", "Hall").with_email(2, "wharf1@x.example"));
    let now = company([invited(ada().with_email(1, "wharf1@x.example")), gone]);
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn the_login_of_somebody_at_another_company_is_not_shared() {
    let mut now = company([invited(ada().with_email(1, "ada@x.example"))]);
    let mut carrier = invited(contact(99, "Ada", "Lovelace").with_email(9, "ada@x.example"));
    carrier.company = Some(CompanyId::new(2));
    now.carriers
        .insert("ada@x.example".parse().unwrap(), vec![carrier]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because the email of contact 30 is the portal login of contact 99 at another company, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: the email of contact 30 is the portal login of contact 99 at another company; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn an_address_that_a_stranger_elsewhere_borrowed_stays_its_owners_login() {
    let mut now = company([invited(ada().with_email(1, "ada.byron@x.example"))]);
    let mut carrier = invited(contact(99, "Li", "Wei").with_email(9, "ada.byron@x.example"));
    carrier.company = Some(CompanyId::new(2));
    let email = "ada.byron@x.example".parse().unwrap();
    now.carriers.insert(email, vec![carrier]);
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn an_address_that_nobody_vouches_for_is_asked_about() {
    let mut now = company([
        invited(ada().with_email(1, "ada@x.example")),
        invited(contact(31, "Li", "Wei").with_email(2, "info@x.example")),
    ]);
    let email: model::Email = "ada@x.example".parse().unwrap();
    now.unverified = [email.clone(), "info@x.example".parse().unwrap()].into();
    let needs = policy::needs(&now, &enforce());
    assert_eq!(
        needs.into_iter().collect::<Vec<_>>(),
        [Need::Carriers(email)]
    );
}

#[test]
fn a_usable_email_becomes_the_default_one() {
    let now = company([invited(
        ada()
            .with_email(1, "info@x.example")
            .with_email(2, "ada@x.example"),
    )]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: make email item 2 the default of contact 30, in place of 1
          because portal login goes by the default email, and this one is usable
    ");
}

#[test]
fn a_held_contact_with_an_email_again_is_released_with_the_level_it_had() {
    let mut now = held(ada().with_email(1, "ada@x.example"));
    insta::assert_snapshot!(plan(&now), @"nothing to do");
    let email: model::Email = "ada@x.example".parse().unwrap();
    assert_eq!(
        policy::needs(&now, &enforce())
            .into_iter()
            .collect::<Vec<_>>(),
        [Need::Carriers(email.clone())]
    );
    now.carriers.insert(email, Vec::new());
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: switch on the portal login of contact 30
          because we held this login for want of a usable email, and now there is one
    ");
}

#[test]
fn an_invitation_is_mailed_only_when_the_rules_say_so_and_once_in_a_life() {
    let mut rules = enforce();
    rules.portal.send_invites = true;
    let mut now = held(ada().with_email(1, "ada@x.example"));
    let email: model::Email = "ada@x.example".parse().unwrap();
    now.carriers.insert(email.clone(), Vec::new());
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] portal-invite: switch on the portal login of contact 30
          because we held this login for want of a usable email, and now there is one
    change [1] portal-invite: have the PSA mail contact 30 a password link
          because the rules ask for an invitation, and this contact never had one
    ");
    let mailed = Action::RequestPassword {
        contact: id_of(30),
        email,
    };
    now.memory.past.insert(0, now.memory.past[0].clone());
    now.memory.past[0].action = mailed;
    now.memory.past[0].outcome = None;
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] portal-invite: switch on the portal login of contact 30
          because we held this login for want of a usable email, and now there is one
    ");
}

#[test]
fn a_login_that_a_person_disabled_is_never_switched_on() {
    insta::assert_snapshot!(plan(&company([ada().with_email(1, "ada@x.example")])), @"nothing to do");
}

#[test]
fn a_hold_is_not_a_hold_while_observing() {
    insta::assert_snapshot!(plan_with(&company([invited(ada())]), &Rules::default()), @"
    withheld (observe) [1] portal-invite: switch off the portal login of contact 30
          because contact 30 has no valid email, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; somebody should add a usable email of its own or switch the login off
    ");
}

#[test]
fn a_hold_that_was_cut_short_gets_its_note_within_a_day() {
    let mut rules = enforce();
    rules.portal.note_on_hold = true;
    let mut now = held(ada());
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] portal-invite: write a note on contact 30
          because the rules ask for a note
    ");
    now.taken_at = "2026-03-06T15:00:00Z".parse().unwrap();
    insta::assert_snapshot!(plan_with(&now, &rules), @"nothing to do");
}

#[test]
fn a_release_that_was_cut_short_gets_its_invitation_within_a_day() {
    let mut rules = enforce();
    rules.portal.send_invites = true;
    let mut now = held(invited(ada().with_email(1, "ada@x.example")));
    let action = Action::SetPortal {
        contact: id_of(30),
        before: Portal {
            login: Login::Disabled,
            level: Some(4),
        },
        after: Portal {
            login: Login::Enabled,
            level: Some(4),
        },
    };
    past(&mut now, Rule::PortalInvite, action, Outcome::Done);
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] portal-invite: have the PSA mail contact 30 a password link
          because the login was released, and the invitation that the rules ask for was not sent
    ");
    now.taken_at = "2026-03-06T15:00:00Z".parse().unwrap();
    insta::assert_snapshot!(plan_with(&now, &rules), @"nothing to do");
}

#[test]
fn a_held_login_that_a_person_switched_on_is_theirs_from_then_on() {
    let mut now = held(invited(ada().with_email(1, "ada@x.example")));
    let taken_over = policy::taken_over(&now);
    assert_eq!(taken_over.len(), 1);
    let change = taken_over[0].clone();
    past(&mut now, change.rule, change.action, Outcome::ByPerson);
    assert_eq!(policy::taken_over(&now), []);
    // Later they switch it off again: it stays off.
    let contact = now.contacts.get_mut(&id_of(30)).unwrap();
    contact.portal.login = Login::Disabled;
    now.carriers
        .insert("ada@x.example".parse().unwrap(), Vec::new());
    insta::assert_snapshot!(plan(&now), @"nothing to do");
    // Or the email goes: it is told, and not held again.
    let contact = now.contacts.get_mut(&id_of(30)).unwrap();
    contact.portal.login = Login::Enabled;
    contact.communications.clear();
    insta::assert_snapshot!(plan(&now), @"finding portal-invite: person-reverted, company 1, contact 30: somebody put back what we did (change r2.1), so it is not done again; a person should decide which is right (switch off the portal login of contact 30)");
}
