//! Plans as a person reads them.

use model::{CompanyId, Contact, Plan, Scope, Withheld};
use reconcile::Planned;

use super::{Out, in_full, replay, wrap};

/// Prints the plans of all companies that have one, and how many have none.
pub(crate) fn all(out: &mut Out, planned: &[(CompanyId, Option<Planned>)]) -> anyhow::Result<()> {
    let mut quiet = 0;
    for (company, planned) in planned {
        match planned {
            None => out.line(&format!("company {company} does not exist"))?,
            Some(Planned { snapshot, plan }) => {
                let Plan {
                    changes,
                    withheld,
                    findings,
                } = plan;
                let nothing = changes.is_empty() && withheld.is_empty() && findings.is_empty();
                if nothing && snapshot.scope == Scope::Whole {
                    quiet += 1;
                    continue;
                }
                out.line(&format!(
                    "company {company} {}",
                    snapshot.company.name.reveal()
                ))?;
                if snapshot.scope != Scope::Whole {
                    out.line("  too large to read whole: this is about its default contact alone")?;
                }
                for contact in mentioned(planned.as_ref()) {
                    out.line(&format!("  contact    {}", describe(contact)))?;
                }
                for change in changes {
                    print(out, "  would      ", change)?;
                }
                for Withheld { mode, change } in withheld {
                    print(out, &format!("  {:<10} ", mode.to_string()), change)?;
                }
                for finding in findings {
                    replay::finding(out, finding)?;
                }
                out.line("")?;
            }
        }
    }
    out.line(&format!(
        "{quiet} of {} companies are in order",
        planned.len()
    ))
}

fn print(out: &mut Out, first: &str, change: &model::Change) -> anyhow::Result<()> {
    let rest = " ".repeat(13);
    let mut lines = wrap(&change.action.to_string(), first, &rest);
    lines.extend(wrap(&change.reason, &format!("{rest}because "), &rest));
    let evidence: Vec<String> = change.evidence.iter().map(in_full).collect();
    if !evidence.is_empty() {
        lines.extend(wrap(
            &evidence.join("; "),
            &format!("{rest}evidence: "),
            &rest,
        ));
    }
    for line in lines {
        out.line(&line)?;
    }
    Ok(())
}

/// The contacts that a plan speaks about, in the order of their ids.
fn mentioned(planned: Option<&Planned>) -> Vec<&Contact> {
    let Some(Planned { snapshot, plan }) = planned else {
        return Vec::new();
    };
    let withheld = plan.withheld.iter().map(|withheld| &withheld.change);
    let mut ids: Vec<_> = plan
        .changes
        .iter()
        .chain(withheld)
        .flat_map(|change| change.action.contacts())
        .chain(
            plan.findings
                .iter()
                .flat_map(|finding| finding.contacts.clone()),
        )
        .collect();
    ids.sort();
    ids.dedup();
    ids.iter()
        .filter_map(|id| snapshot.contacts.get(id))
        .collect()
}

/// A contact in a line: an operator sees whose records are meant.
fn describe(contact: &Contact) -> String {
    let name = format!(
        "{} {}",
        contact.first_name.reveal(),
        contact.last_name.reveal()
    );
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
    format!("{} {}{items}{retired}{login}", contact.id, name.trim())
}
