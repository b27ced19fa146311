//! Who is important, as a person reads it.

use policy::Rules;
use reconcile::Listed;

use super::table::{self, Column, Row};
use super::{Out, lines};
use crate::listed;

const COLUMNS: [Column; 4] = [
    ("Name", 22),
    ("Organization", 30),
    ("In the PSA", 16),
    ("Important there", 26),
];

/// Prints everybody who is marked as important, each with the name of the organization.
pub(crate) fn list(out: &mut Out, all: &[(Listed, String)], rules: &Rules) -> anyhow::Result<()> {
    if all.is_empty() {
        return out.line("nobody is marked as important in IT Glue");
    }
    let rows: Vec<Row> = all
        .iter()
        .map(|(listed, organization)| row(listed, organization, rules))
        .collect();
    table::print(out, &COLUMNS, &rows)?;
    out.line("")?;
    let agreed = all.iter();
    let agreed = agreed.filter(|(listed, _)| listed::agrees(listed, rules) == Some(true));
    let labels: Vec<&str> = rules.itglue.vip_labels.iter().map(String::as_str).collect();
    let labels = match labels.as_slice() {
        [] => "where no label means it (itglue.vip-labels)".to_owned(),
        labels => format!("by itglue.vip-labels: {}", labels.join(", ")),
    };
    let (all, agreed) = (all.len(), agreed.count());
    let verb = if all == 1 { "is" } else { "are" };
    lines(
        out,
        &format!("{all} {verb} important in IT Glue; {agreed} of them in the PSA, too, {labels}"),
        "",
    )
}

fn row(listed: &Listed, organization: &str, rules: &Rules) -> Row {
    let owners = listed.owners.iter();
    let owners: Vec<String> = owners.flat_map(listed::owner).collect();
    let (owners, says) = match listed::agrees(listed, rules) {
        None => (vec![listed::nobody(&listed.record)], "–"),
        Some(true) => (owners, "yes"),
        Some(false) if listed.owners.iter().all(|owner| owner.psa.is_none()) => {
            (owners, "no: it is gone")
        }
        Some(false) => {
            let mut found = listed.owners.iter().filter_map(|owner| owner.psa.as_ref());
            let says = if found.any(|contact| contact.active) {
                "no: it has no such label"
            } else {
                "no: it is inactive"
            };
            (owners, says)
        }
    };
    vec![
        vec![listed::name(&listed.record)],
        vec![organization.to_owned()],
        owners,
        vec![says.to_owned()],
    ]
}
