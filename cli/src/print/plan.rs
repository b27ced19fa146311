//! Plans as a person reads them.

use std::collections::BTreeMap;

use model::{BlastRadius, CompanyPlan, Contact, ContactId, SavedPlan, Scope};
use policy::Rules;

use super::{Out, because, in_full, lines, named, plural, stacked, visit};
use crate::units::{Standing, Unit, units};
use crate::values;

/// Prints the plans of all companies, and what they come to.
pub(crate) fn all(out: &mut Out, plan: &SavedPlan, rules: &Rules) -> anyhow::Result<()> {
    for saved in &plan.companies {
        company(out, saved, rules)?;
    }
    total(out, plan, rules)
}

fn company(out: &mut Out, saved: &CompanyPlan, rules: &Rules) -> anyhow::Result<()> {
    let CompanyPlan {
        company,
        scope,
        plan,
        contacts,
        ..
    } = saved;
    out.line(&format!("company {} {}", company.id, company.name.reveal()))?;
    if *scope != Scope::Whole {
        out.line("  too large to read whole: this is about its default contact alone")?;
    }
    for contact in contacts.values() {
        out.line(&format!("  contact    {}", describe(contact)))?;
    }
    for unit in &units(plan, company.id, rules) {
        self::unit(out, unit, contacts)?;
    }
    if !plan.findings.is_empty() {
        out.line("")?;
    }
    for finding in &plan.findings {
        visit::finding(out, finding)?;
    }
    out.line("")
}

fn total(out: &mut Out, plan: &SavedPlan, rules: &Rules) -> anyhow::Result<()> {
    let companies = &plan.companies;
    if companies.is_empty() {
        return Ok(());
    }
    let (mut written, mut waiting, mut observed, mut findings) = (0, 0, 0, 0);
    for saved in companies {
        for unit in units(&saved.plan, saved.company.id, rules) {
            match unit.standing {
                Standing::Enforced | Standing::InReview => written += 1,
                Standing::Waiting(_) => waiting += 1,
                Standing::Observed => observed += 1,
            }
        }
        findings += saved.plan.findings.len();
    }
    let mut parts = vec![
        match companies.len() {
            1 => "1 company".to_owned(),
            n => format!("{n} companies"),
        },
        format!("{} to be written", plural(written, "decision")),
    ];
    let more = [(waiting, "waiting for review"), (observed, "only observed")];
    let more = more.into_iter().filter(|(count, _)| *count > 0);
    parts.extend(more.map(|(count, words)| format!("{count} {words}")));
    parts.push(plural(findings, "finding"));
    named(out, "in all", &parts.join(", "))?;
    if written == 0 {
        return Ok(());
    }
    let contacts: BTreeMap<ContactId, Contact> = companies
        .iter()
        .flat_map(|saved| saved.contacts.clone())
        .collect();
    let changes = companies.iter().flat_map(|saved| &saved.plan.changes);
    let radius = BlastRadius::of(changes, &contacts);
    named(out, "reaches", &radius.to_string())
}

/// Prints what stands and falls together: what it is about, why, on what evidence, how far it reaches, and
/// what is written with it.
fn unit(
    out: &mut Out,
    unit: &Unit<'_>,
    contacts: &BTreeMap<ContactId, Contact>,
) -> anyhow::Result<()> {
    let Some(decisive) = unit.decisive() else {
        return Ok(());
    };
    out.line("")?;
    let heading = format!("  {:<10} ", format!("decision {}", unit.number));
    lines(out, &values::in_full(&decisive.action, contacts), &heading)?;
    let rule = format!("{}, {}", unit.rule, unit.standing.words());
    named(out, "rule", &rule)?;
    named(out, "why", &decisive.reason)?;
    stacked(out, "evidence", decisive.evidence.iter().map(in_full))?;
    named(out, "reaches", &unit.radius(contacts).to_string())?;
    for (place, step) in unit.steps().enumerate() {
        let name = if place == 0 { "with it" } else { "" };
        named(out, name, &values::in_full(&step.action, contacts))?;
        because(out, &step.reason)?;
    }
    Ok(())
}

/// A contact in a line: an operator sees whose records are meant.
fn describe(contact: &Contact) -> String {
    let name = values::name(contact);
    let items: Vec<&str> = contact
        .communications
        .iter()
        .map(|item| item.value.reveal())
        .collect();
    let retired = if contact.active { "" } else { ", inactive" };
    let login = if contact.is_invited() {
        ", portal login"
    } else {
        ""
    };
    let items = if items.is_empty() {
        String::new()
    } else {
        format!(" <{}>", items.join(", "))
    };
    format!("{} {name}{items}{retired}{login}", contact.id)
}
