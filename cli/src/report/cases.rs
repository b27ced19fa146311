//! What belongs together on the page: contacts, what is decided about them, and what was found.

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, CompanyPlan, Contact, ContactId, Finding};

use crate::units::Unit;

/// A finding about more contacts than this is told without showing them side by side.
const COMPARED: usize = 6;

/// Contacts, and all that is said about them and nobody else.
pub(super) struct Case<'p> {
    /// Those who stay first, then by id.
    pub(super) contacts: Vec<&'p Contact>,
    pub(super) units: Vec<&'p Unit<'p>>,
    pub(super) findings: Vec<&'p Finding>,
}

/// All cases of a company, in the order of their decisions, then those with findings alone. What is about
/// nobody in particular comes last.
pub(super) fn cases<'p>(saved: &'p CompanyPlan, units: &'p [Unit<'p>]) -> Vec<Case<'p>> {
    let groups = groups(saved, units);
    let group_of = |contacts: &[ContactId]| {
        let first = contacts.first()?;
        groups.iter().position(|group| group.contains(first))
    };
    let case = |group: Option<usize>| {
        let members = group.and_then(|at| groups.get(at));
        let about: Vec<&Unit<'_>> = units
            .iter()
            .filter(|unit| group_of(&unit.contacts()) == group)
            .collect();
        let found = saved.plan.findings.iter();
        let findings: Vec<&Finding> = found
            .filter(|finding| group_of(compared(finding)) == group)
            .collect();
        Case {
            contacts: in_order(saved, members, &about),
            units: about,
            findings,
        }
    };
    let mut cases: Vec<Case<'_>> = (0..groups.len()).map(Some).map(case).collect();
    cases.push(case(None));
    cases.retain(|case| !case.units.is_empty() || !case.findings.is_empty());
    cases.sort_by_key(|case| {
        let first = case.units.iter().map(|unit| unit.number).min();
        (first.is_none(), first, case.contacts.is_empty())
    });
    cases
}

/// The contacts of a finding, where they are few enough to be compared.
fn compared(finding: &Finding) -> &[ContactId] {
    if finding.contacts.len() > COMPARED {
        &[]
    } else {
        &finding.contacts
    }
}

/// Contacts that a decision or finding speaks of together, directly or through others.
fn groups(saved: &CompanyPlan, units: &[Unit<'_>]) -> Vec<BTreeSet<ContactId>> {
    let of_findings = saved.plan.findings.iter();
    let together = units
        .iter()
        .map(Unit::contacts)
        .chain(of_findings.map(|finding| compared(finding).to_vec()));
    let mut groups: Vec<BTreeSet<ContactId>> = Vec::new();
    for contacts in together.filter(|contacts| !contacts.is_empty()) {
        let mut joined: BTreeSet<ContactId> = contacts.into_iter().collect();
        groups.retain(|group| {
            let apart = group.is_disjoint(&joined);
            if !apart {
                joined.extend(group);
            }
            apart
        });
        groups.push(joined);
    }
    groups.sort();
    groups
}

fn in_order<'p>(
    saved: &'p CompanyPlan,
    members: Option<&BTreeSet<ContactId>>,
    units: &[&Unit<'_>],
) -> Vec<&'p Contact> {
    let actions = units.iter().flat_map(|unit| &unit.changes);
    let survivors: BTreeSet<ContactId> = actions
        .filter_map(|change| match change.action {
            Action::Merge { survivor, .. } => Some(survivor),
            _ => None,
        })
        .collect();
    let known: &BTreeMap<ContactId, Contact> = &saved.contacts;
    let mut contacts: Vec<&Contact> = members
        .into_iter()
        .flatten()
        .filter_map(|id| known.get(id))
        .collect();
    contacts.sort_by_key(|contact| (!survivors.contains(&contact.id), contact.id));
    contacts
}
