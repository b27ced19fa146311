//! Differences between the PSA and its mirrors, as a person reads them.

use model::mirror::System;
use model::{CompanyId, Private};

use super::table::{self, Column};
use super::{INDENT, Out, lines, more, named, plural, visit};
use crate::commands::drift::{Comparison, Fixed};
use crate::drifts::{Compared, Count, Row, standing};

/// The first one is empty: it sets the others off from the left.
const COLUMNS: [Column; 6] = [
    ("", 0),
    ("", INDENT),
    ("PSA", 21),
    ("IT Glue", 21),
    ("Grow CRM", 21),
    ("becomes", 13),
];

/// Prints all companies that differ, and what it comes to.
pub(crate) fn all(out: &mut Out, found: &Comparison) -> anyhow::Result<()> {
    for compared in &found.companies {
        company(out, compared)?;
    }
    total(out, found)
}

/// How many differences there are.
pub(crate) fn count(found: &Comparison) -> Count {
    Count::of(&found.companies)
}

fn company(out: &mut Out, compared: &Compared) -> anyhow::Result<()> {
    let company = &compared.roster.company;
    out.line(&format!("company {} {}", company.id, company.name.reveal()))?;
    for (system, side) in &compared.sides {
        named(out, &system.to_string(), &standing(side))?;
    }
    for subject in compared.subjects() {
        out.line("")?;
        lines(out, &compared.named(&subject), "  ")?;
        table::print(out, &COLUMNS, &[])?;
        let mut rows = subject.rows.iter().peekable();
        while let Some(row) = rows.next() {
            self::row(out, row)?;
            // Rows with the same reason share it.
            let reason = row.reason();
            if rows.peek().is_none_or(|next| next.reason() != reason) {
                more(out, &reason)?;
            }
        }
    }
    out.line("")
}

fn row(out: &mut Out, row: &Row<'_>) -> anyhow::Result<()> {
    let shown = |text: Option<&Private>| vec![text.map_or("–", Private::reveal).to_owned()];
    let of = |system| {
        row.has
            .get(&system)
            .map_or_else(Vec::new, |has| shown(*has))
    };
    let cells = vec![
        Vec::new(),
        vec![row.field().to_string()],
        shown(row.difference.psa.as_ref()),
        of(System::ItGlue),
        of(System::GrowCrm),
        vec![row.verdict().to_owned()],
    ];
    table::print_row(out, &COLUMNS, &cells)
}

fn total(out: &mut Out, found: &Comparison) -> anyhow::Result<()> {
    let Comparison { companies, all } = found;
    if !companies.is_empty() {
        let count = count(found);
        let Count {
            written,
            observed,
            person,
            kept,
        } = count;
        let parts = [
            (written, "to be written"),
            (observed, "only observed"),
            (person, "for a person"),
            (kept, "kept"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(n, words)| format!("{n} {words}")).collect();
        let sum = plural(written + observed + person + kept, "difference");
        let words = [&[sum][..], &parts[..]].concat().join(", ");
        named(out, "in all", &words)?;
    }
    let agree = all - companies.len();
    out.line(&format!("{agree} of {all} companies agree"))
}

/// Prints what became of what a mirror had to do.
pub(crate) fn fixed(
    out: &mut Out,
    company: CompanyId,
    system: System,
    fixed: &Fixed,
) -> anyhow::Result<()> {
    out.line("")?;
    out.line(&format!("{system}, company {company}"))?;
    if let Some(report) = fixed.report() {
        visit::to_mirror(out, &report)?;
        let findings = report.findings.iter();
        return findings
            .clone()
            .try_for_each(|finding| visit::finding(out, finding));
    }
    match fixed {
        Fixed::Visited(request, visit) => match visit.as_ref() {
            Ok(_) => Ok(()),
            Err(error) => visit::failed(
                out,
                &request.run,
                error,
                "the same command goes on from there",
            ),
        },
        Fixed::HandedOver(Ok(())) => {
            let words = format!(
                "its workers look at these contacts next; `rollcall history --company {company}` tells what they did"
            );
            named(out, "told", &words)
        }
        Fixed::HandedOver(Err(error)) => named(
            out,
            "failed",
            &format!("the workers could not be told: {error}"),
        ),
    }
}
