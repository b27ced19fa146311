//! A small company to make situations from.

use jiff::Timestamp;
use model::{
    Action, ChangeId, Company, CompanyId, Contact, ContactId, ContactTypeId, Details, Login, Mode,
    Outcome, Past, Plan, Rule, RunId, Snapshot, TypeLabel,
};
use policy::Rules;

pub(crate) const COMPANY: CompanyId = CompanyId::new(1);

/// A company with these contacts, the first of them its default, everything in order but for what
/// the test adds.
pub(crate) fn company(contacts: impl IntoIterator<Item = Contact>) -> Snapshot {
    let mut snapshot = Snapshot::new(
        Timestamp::constant(1_772_637_611, 0),
        Company {
            id: COMPANY,
            name: "Harbor Line".into(),
            identifier: None,
            default_contact: None,
            billing_contact: None,
            deleted: false,
            updated_at: None,
        },
    );
    for mut contact in contacts {
        if snapshot.company.default_contact.is_none() {
            snapshot.company.default_contact = Some(contact.id);
            contact.is_default = true;
        }
        snapshot.details.insert(contact.id, Details::default());
        snapshot.contacts.insert(contact.id, contact);
    }
    snapshot
}

pub(crate) fn contact(id: u32, first: &str, last: &str) -> Contact {
    Contact::new(id_of(id), COMPANY, first, last)
}

pub(crate) fn id_of(id: u32) -> ContactId {
    ContactId::new(id)
}

pub(crate) fn invited(mut contact: Contact) -> Contact {
    contact.portal.login = Login::Enabled;
    contact.portal.level = Some(1);
    contact
}

pub(crate) fn inactive(mut contact: Contact) -> Contact {
    contact.active = false;
    contact
}

pub(crate) fn labeled(mut contact: Contact) -> Contact {
    contact.types.push(primary_label());
    contact
}

pub(crate) fn primary_label() -> TypeLabel {
    TypeLabel {
        id: ContactTypeId::new(9),
        name: "Primary".to_owned(),
    }
}

pub(crate) fn enforce() -> Rules {
    Rules::default().in_mode(Mode::Enforce)
}

/// The plan as a person reads it, after the checker has agreed to it.
pub(crate) fn plan(snapshot: &Snapshot) -> String {
    plan_with(snapshot, &enforce())
}

pub(crate) fn plan_with(snapshot: &Snapshot, rules: &Rules) -> String {
    let plan = policy::plan(snapshot, rules);
    assert_eq!(policy::check(snapshot, rules, &plan), []);
    plan.to_string()
}

/// A change of ours in the past, minutes before the snapshot.
pub(crate) fn past(snapshot: &mut Snapshot, rule: Rule, action: Action, outcome: Outcome) {
    let number = snapshot.memory.past.len() + 1;
    snapshot.memory.past.push(Past {
        id: ChangeId {
            run: RunId::new(format!("r{number}")),
            number: 1,
        },
        at: Timestamp::constant(1_772_636_400, 0),
        rule,
        purpose: model::Purpose::Policy,
        action,
        outcome: Some(outcome),
    });
}

/// The snapshot and the memory as they are once the plan has been carried out.
pub(crate) fn carried_out(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
    let mut after = snapshot.clone();
    for change in &plan.changes {
        after.project(&change.action);
        past(
            &mut after,
            change.rule,
            change.action.clone(),
            Outcome::Done,
        );
        if let Some(past) = after.memory.past.last_mut() {
            past.purpose = change.purpose.clone();
        }
    }
    after
}
