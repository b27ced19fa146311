//! What the past forbids.

use jiff::SignedDuration;
use model::{
    Action, CommunicationId, CommunicationKind, Contact, FindingKind, Login, Outcome, Portal, Rule,
    Snapshot,
};
use policy::Objection;

use crate::world::{COMPANY, company, contact, enforce, id_of, inactive, invited, past, plan};

const HELD: Portal = Portal {
    login: Login::Disabled,
    level: Some(1),
};
const OPEN: Portal = Portal {
    login: Login::Enabled,
    level: Some(1),
};

fn ada() -> Contact {
    invited(contact(30, "Ada", "Byron"))
}

fn set_portal(now: &mut Snapshot, before: Portal, after: Portal, outcome: Outcome) {
    let action = Action::SetPortal {
        contact: id_of(30),
        before,
        after,
    };
    past(now, Rule::PortalInvite, action, outcome);
}

#[test]
fn a_change_that_a_person_took_back_is_not_made_again() {
    let mut now = company([ada()]);
    set_portal(&mut now, OPEN, HELD, Outcome::Done);
    insta::assert_snapshot!(plan(&now), @"finding portal-invite: person-reverted, company 1, contact 30: somebody put back what we did (change r1.1), so it is not done again; a person should decide which is right (switch off the portal login of contact 30)");
}

#[test]
fn a_change_that_we_took_back_ourselves_may_be_made_again() {
    let mut now = company([ada()]);
    set_portal(&mut now, OPEN, HELD, Outcome::Done);
    set_portal(&mut now, HELD, OPEN, Outcome::Done);
    insta::assert_snapshot!(plan(&now), @"
    change [1] portal-invite: switch off the portal login of contact 30
          because contact 30 has no valid email, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn a_default_contact_that_left_may_be_succeeded_by_the_same_as_before() {
    let mut now = company([
        inactive(contact(29, "Li", "Wei")),
        contact(30, "Ada", "Byron"),
    ]);
    let action = Action::SetDefaultContact {
        company: COMPANY,
        before: Some(id_of(28)),
        after: Some(id_of(30)),
    };
    past(&mut now, Rule::PrimaryContact, action, Outcome::Done);
    assert_eq!(policy::plan(&now, &enforce()).changes.len(), 1);
}

#[test]
fn what_the_psa_refused_is_tried_again_only_after_the_record_changed() {
    let mut now = company([ada()]);
    let code = "InvalidObject".to_owned();
    set_portal(&mut now, OPEN, HELD, Outcome::Refused { code });
    insta::assert_snapshot!(plan(&now), @"finding portal-invite: refused, company 1, contact 30: the PSA refused this in change r1.1 (InvalidObject) and the record is unchanged since; a person should look at what the PSA asks for (switch off the portal login of contact 30)");
    now.contacts.get_mut(&id_of(30)).unwrap().updated_at = Some(now.taken_at);
    assert_eq!(policy::plan(&now, &enforce()).changes.len(), 1);
}

#[test]
fn a_contact_that_visit_after_visit_writes_to_trips_the_breaker() {
    let mut now = company([ada()]);
    for _ in 0..5 {
        let action = Action::AddNote {
            contact: id_of(30),
            text: "x".into(),
            type_id: None,
            flagged: false,
        };
        past(&mut now, Rule::PortalInvite, action, Outcome::Done);
    }
    insta::assert_snapshot!(plan(&now), @"finding portal-invite: write-budget, company 1, contact 30: contact 30 was written to by 5 visits within an hour; something changes it as often as we do, so nothing more is written until a person has looked (switch off the portal login of contact 30)");
    now.taken_at = "2026-03-04T16:00:01Z".parse().unwrap();
    assert_eq!(policy::plan(&now, &enforce()).changes.len(), 1);
}

/// So often within a week we made 30's own address the default, and each time another tool added a new item in its
/// place; now it has done so again.
fn made_in_turn(times: u32) -> Snapshot {
    let mut contact = ada()
        .with_email(1, "info@x.example")
        .with_email(2, "ada@x.example");
    let mut now = company([]);
    contact.updated_at = Some(now.taken_at);
    contact.updated_by = Some("sync-tool".into());
    now.company.default_contact = Some(contact.id);
    now.contacts.insert(contact.id, contact);
    for number in 1..=times {
        let action = Action::SetDefaultCommunication {
            contact: id_of(30),
            kind: CommunicationKind::Email,
            before: Some(CommunicationId::new(10 + number)),
            after: Some(CommunicationId::new(2)),
        };
        past(&mut now, Rule::PortalInvite, action, Outcome::Done);
    }
    now
}

#[test]
fn what_is_undone_by_others_each_time_is_contested_from_the_third_time_on() {
    let plan_after = |times| policy::plan(&made_in_turn(times), &enforce());
    assert_eq!(plan_after(2).changes.len(), 1);
    let plan = plan_after(3);
    assert_eq!(plan.changes, []);
    let [finding] = &plan.findings[..] else {
        panic!("{:?}", plan.findings)
    };
    assert_eq!(finding.kind, FindingKind::Contested);
    insta::assert_snapshot!(finding, @"
    portal-invite: contested, company 1, contact 30: we made this change 3 times within a week, and each time it was undone; another tool or person keeps this place otherwise, so it is not made again: find out who it is and let one of the two do it (make email item 2 the default of contact 30, in place of 1)
          - contact 30 was last changed by another member, 2026-03-04T15:20:11Z (+0)
    ");
    let [evidence] = &finding.evidence[..] else {
        panic!("one is at work")
    };
    let named = evidence.named.as_ref().unwrap().reveal();
    assert_eq!(
        named,
        "contact 30 was last changed by sync-tool, 2026-03-04T15:20:11Z"
    );
    assert!(!format!("{plan} {plan:?}").contains("sync-tool"));
    // A week later it is tried again.
    let mut later = made_in_turn(3);
    later.taken_at += SignedDuration::from_hours(7 * 24);
    assert_eq!(policy::plan(&later, &enforce()).changes.len(), 1);
}

#[test]
fn our_own_stamp_is_nobody_elses() {
    let mut now = made_in_turn(3);
    let ours = now.memory.past.last().unwrap().at;
    let evidence = |now: &Snapshot| policy::plan(now, &enforce()).findings[0].evidence.len();
    for (seconds, others) in [(-60, 0), (0, 0), (5, 0), (60, 1)] {
        let contact = now.contacts.get_mut(&id_of(30)).unwrap();
        contact.updated_at = Some(ours + SignedDuration::from_secs(seconds));
        assert_eq!(evidence(&now), others, "{seconds}");
    }
}

#[test]
fn who_changed_a_contact_did_not_change_the_companys_roles_by_that() {
    let mut now = company([
        inactive(contact(29, "Li", "Wei")),
        contact(30, "Ada", "Byron"),
    ]);
    for contact in now.contacts.values_mut() {
        contact.updated_at = Some(now.taken_at);
        contact.updated_by = Some("sync-tool".into());
    }
    let action = Action::SetDefaultContact {
        company: COMPANY,
        before: Some(id_of(29)),
        after: Some(id_of(30)),
    };
    past(&mut now, Rule::PrimaryContact, action, Outcome::Done);
    let plan = policy::plan(&now, &enforce());
    assert_eq!(plan.findings[0].kind, FindingKind::PersonReverted);
    assert_eq!(plan.findings[0].evidence, []);
}

#[test]
fn the_checker_objects_to_what_must_never_happen() {
    let now = company([contact(29, "Li", "Wei"), contact(30, "Ada", "Byron")]);
    let objections = |actions: Vec<Action>| -> Vec<String> {
        let plan = model::Plan {
            changes: actions
                .into_iter()
                .map(|action| model::Change {
                    unit: 1,
                    rule: Rule::PrimaryContact,
                    purpose: model::Purpose::Policy,
                    action,
                    reason: String::new(),
                    evidence: Vec::new(),
                })
                .collect(),
            ..model::Plan::default()
        };
        policy::check(&now, &enforce(), &plan)
            .iter()
            .map(Objection::to_string)
            .collect()
    };
    assert_eq!(objections(Vec::new()), [""; 0]);
    let merge = |loser, survivor| Action::Merge {
        loser: id_of(loser),
        survivor: id_of(survivor),
        references: Vec::new(),
    };
    insta::assert_debug_snapshot!(objections(vec![merge(30, 29), merge(30, 29), merge(7, 29), merge(29, 29)]), @r#"
    [
        "change 1: 30 and 29 are not certainly one person",
        "change 2: contact 30 is gone by then",
        "change 2: 30 and 29 are not certainly one person",
        "change 3: contact 7 is not among the company's contacts",
        "change 3: what points at contact 7 was never listed",
        "change 4: contact 29 would be merged into itself",
        "change 4: 29 and 29 are not certainly one person",
        "change 4: contact 29 is still default or billing contact",
        "change 0: the company would lose its default contact",
    ]
    "#);
    insta::assert_debug_snapshot!(objections(vec![
        Action::SetPortal { contact: id_of(30), before: HELD, after: OPEN },
        Action::RequestPassword { contact: id_of(30), email: "ada@x.example".parse().unwrap() },
        Action::SetDefaultContact { company: COMPANY, before: Some(id_of(29)), after: Some(id_of(30)) },
        Action::Retire { contact: id_of(30) },
    ]), @r#"
    [
        "change 1: the login of contact 30 was not switched off by us",
        "change 1: contact 30 has no usable email",
        "change 2: contact 30 must not be mailed",
        "change 3: default contact 29 is active and stays",
        "change 4: contact 30 is nobody's certain duplicate",
        "change 0: the company would lose its default contact",
    ]
    "#);
}
