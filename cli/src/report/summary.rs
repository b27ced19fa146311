//! The start of the page: what it comes to, and where to find what.

use std::collections::BTreeMap;

use maud::{Markup, html};
use model::{BlastRadius, Change, Contact, ContactId, Rule};

use super::Chapter;
use crate::units::Standing;

/// What one policy asks for, by what becomes of it.
#[derive(Default)]
struct Count {
    written: usize,
    waiting: usize,
    observed: usize,
    findings: usize,
}

/// What the whole plan comes to.
pub(super) fn summary(chapters: &[Chapter<'_>]) -> Markup {
    let counts = Rule::POLICIES.map(|rule| (rule, count(chapters, rule)));
    let all = |of: fn(&Count) -> usize| counts.iter().map(|(_, count)| of(count)).sum::<usize>();
    let contacts: BTreeMap<ContactId, Contact> = chapters
        .iter()
        .flat_map(|chapter| chapter.saved.contacts.clone())
        .collect();
    let radius = BlastRadius::of(chapters.iter().flat_map(written), &contacts);
    html! {
        section .summary aria-labelledby="summary" {
            h2 id="summary" { "Summary" }
            ul .figures {
                li { strong { (chapters.len()) } "companies to look at" }
                li { strong { (radius.merged.len()) } "contacts merged away" }
                li { strong { (all(|count| count.written)) } "decisions to be written" }
                li { strong { (all(|count| count.waiting + count.observed)) } "decisions not written" }
                li { strong { (all(|count| count.findings)) } "findings for a person" }
            }
            h3 { "Blast radius of all that is written" }
            (parts(&radius))
            table .counts {
                caption { "Decisions by policy" }
                thead {
                    tr {
                        th scope="col" { "policy" }
                        th scope="col" { "written" }
                        th scope="col" { "waits" }
                        th scope="col" { "observed" }
                        th scope="col" { "findings" }
                    }
                }
                tbody {
                    @for (rule, count) in &counts {
                        tr {
                            th scope="row" { (rule) }
                            td { (count.written) }
                            td { (count.waiting) }
                            td { (count.observed) }
                            td { (count.findings) }
                        }
                    }
                }
            }
        }
    }
}

/// Where to find which company.
pub(super) fn contents(chapters: &[Chapter<'_>]) -> Markup {
    html! {
        nav aria-labelledby="contents" {
            h2 id="contents" { "Companies" }
            @if chapters.is_empty() {
                p { "All companies are in order. There is nothing to write and nothing to look at." }
            } @else {
                ol {
                    @for Chapter { saved, units } in chapters {
                        li {
                            a href={ "#company-" (saved.company.id) } {
                                (saved.company.name.reveal()) " (" (saved.company.id) ")"
                            }
                            span .quiet { " " (tally(units.len(), saved.plan.findings.len())) }
                        }
                    }
                }
            }
        }
    }
}

/// A blast radius as a list.
pub(super) fn parts(radius: &BlastRadius) -> Markup {
    html! {
        ul {
            @for part in radius.to_string().split(", ") {
                li { (part) }
            }
        }
    }
}

/// How many decisions and findings there are, in words.
fn tally(decisions: usize, findings: usize) -> String {
    let count = |n: usize, thing: &str| match n {
        0 => None,
        1 => Some(format!("1 {thing}")),
        n => Some(format!("{n} {thing}s")),
    };
    let parts = [count(decisions, "decision"), count(findings, "finding")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn count(chapters: &[Chapter<'_>], rule: Rule) -> Count {
    let mut count = Count::default();
    for Chapter { saved, units } in chapters {
        for unit in units.iter().filter(|unit| unit.rule == rule) {
            match unit.standing {
                Standing::Enforced | Standing::InReview => count.written += 1,
                Standing::Waiting(_) => count.waiting += 1,
                Standing::Observed => count.observed += 1,
            }
        }
        let findings = saved.plan.findings.iter();
        count.findings += findings.filter(|finding| finding.rule == rule).count();
    }
    count
}

fn written<'c>(chapter: &'c Chapter<'_>) -> impl Iterator<Item = &'c Change> {
    chapter.saved.plan.changes.iter()
}
