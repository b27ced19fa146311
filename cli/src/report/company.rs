//! One company on the page.

use std::collections::BTreeMap;

use maud::{Markup, html};
use model::{Change, CompanyPlan, Contact, ContactId, Evidence, Finding, Scope, Stance};

use super::Chapter;
use super::cases::{Case, cases};
use super::summary::parts;
use crate::sheet::{Row, Sheet};
use crate::units::Unit;
use crate::values;

/// As many contacts stand side by side; of more, those who stay are repeated beside the next ones.
const COLUMNS: usize = 4;

pub(super) fn chapter(chapter: &Chapter<'_>) -> Markup {
    let Chapter { saved, units } = chapter;
    let id = saved.company.id;
    html! {
        section .company id={ "company-" (id) } aria-labelledby={ "company-" (id) "-name" } {
            h2 id={ "company-" (id) "-name" } {
                (saved.company.name.reveal()) " " span .quiet { "company " (id) }
            }
            @if saved.scope != Scope::Whole {
                p { "This company is too large to be read whole: this is about some of its contacts alone." }
            }
            @for case in &cases(saved, units) {
                (self::case(saved, case))
            }
        }
    }
}

fn case(saved: &CompanyPlan, case: &Case<'_>) -> Markup {
    let Case {
        contacts,
        units,
        findings,
    } = case;
    html! {
        section .case {
            h3 { (heading(contacts)) }
            @for some in &portions(contacts) {
                (sheet(&Sheet::of(some, &saved.details)))
            }
            @for unit in units {
                (decision(unit, &saved.contacts))
            }
            @for finding in findings {
                (self::finding(finding))
            }
        }
    }
}

fn heading(contacts: &[&Contact]) -> String {
    let names: Vec<String> = contacts
        .iter()
        .map(|contact| format!("{} ({})", values::name(contact), contact.id))
        .collect();
    match names.split_last() {
        None => "The company as a whole".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// The contacts in portions that fit side by side, the first one in each.
fn portions<'c>(contacts: &[&'c Contact]) -> Vec<Vec<&'c Contact>> {
    match contacts {
        [] => Vec::new(),
        [only] => vec![vec![*only]],
        [first, others @ ..] => others
            .chunks(COLUMNS - 1)
            .map(|some| [&[*first], some].concat())
            .collect(),
    }
}

fn sheet(sheet: &Sheet) -> Markup {
    let ids: Vec<String> = sheet.columns.iter().map(ToString::to_string).collect();
    let compares = ids.len() > 1;
    let label = if compares {
        format!("Contacts {} side by side", ids.join(", "))
    } else {
        format!("Contact {}", ids.concat())
    };
    html! {
        div .scroll role="region" aria-label=(label) tabindex="0" {
            table .sheet .{ "contacts-" (ids.len()) } role="table" {
                @if compares {
                    caption { (label) ". What differs is shaded and marked." }
                }
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "field" }
                        @for id in &ids {
                            th scope="col" role="columnheader" { "contact " (id) }
                        }
                    }
                }
                tbody role="rowgroup" {
                    @for row in &sheet.rows {
                        (self::row(row))
                    }
                }
            }
        }
    }
}

fn row(row: &Row) -> Markup {
    html! {
        tr role="row" .differs[row.differs] {
            th scope="row" role="rowheader" {
                (row.name)
                @if row.differs { " " span .mark { "differs" } }
            }
            @for cell in &row.cells {
                td role="cell" {
                    @match cell.as_deref() {
                        None => span .quiet { "not read" },
                        Some([]) => span .quiet { "–" },
                        Some(lines) => @for line in lines { span { (breakable(line)) } },
                    }
                }
            }
        }
    }
}

/// A line that is rather broken behind a dot or an `@` than anywhere.
pub(super) fn breakable(line: &str) -> Markup {
    html! {
        @for (place, part) in line.split_inclusive(['@', '.']).enumerate() {
            @if place > 0 { wbr; }
            (part)
        }
    }
}

fn decision(unit: &Unit<'_>, contacts: &BTreeMap<ContactId, Contact>) -> Markup {
    let Some(decisive) = unit.decisive() else {
        return html! {};
    };
    let steps: Vec<&Change> = unit.steps().collect();
    html! {
        article .decision .not-made[!unit.is_made()] {
            p .kicker { "Decision " (unit.number) ", " (unit.standing.words()) }
            h4 { (capital(&decisive.action.to_string())) }
            dl {
                dt { "Policy" }
                dd { (unit.rule) }
                dt { "Why" }
                dd { (decisive.reason) }
                (evidence(&decisive.evidence))
                dt { "Blast radius" }
                dd { (parts(&unit.radius(contacts))) }
                (values_of(decisive, contacts))
                @if !steps.is_empty() {
                    dt { "With it" }
                    dd {
                        ol {
                            @for step in steps {
                                li {
                                    (step.action) ", because " (step.reason)
                                    @for value in values::written(&step.action, contacts) {
                                        span .values { (value) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn values_of(change: &Change, contacts: &BTreeMap<ContactId, Contact>) -> Markup {
    let values = values::written(&change.action, contacts);
    let name = match change.action {
        model::Action::Merge { .. } => "Moves",
        _ => "Values",
    };
    html! {
        @if !values.is_empty() {
            dt { (name) }
            dd {
                ul {
                    @for value in values { li { (value) } }
                }
            }
        }
    }
}

fn evidence(evidence: &[Evidence]) -> Markup {
    html! {
        @if !evidence.is_empty() {
            dt { "Evidence" }
            dd {
                ul .evidence {
                    @for item in evidence {
                        li .(match item.stance {
                            Stance::Agrees => "agrees",
                            Stance::Conflicts => "conflicts",
                        }) {
                            span .weight { (format!("{:+}", item.weight)) }
                            span { (item.reveal()) }
                        }
                    }
                }
            }
        }
    }
}

fn finding(finding: &Finding) -> Markup {
    let ids: Vec<String> = finding.contacts.iter().map(ToString::to_string).collect();
    html! {
        article .finding {
            p .kicker { "Finding for a person" }
            h4 { (capital(&finding.kind.to_string().replace('-', " "))) }
            dl {
                dt { "Policy" }
                dd { (finding.rule) }
                @if !ids.is_empty() {
                    dt { "Contacts" }
                    dd { (ids.join(", ")) }
                }
                dt { "What" }
                dd { (finding.words) }
                (evidence(&finding.evidence))
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
