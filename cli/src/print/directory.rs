//! A contact directory as a person reads it.

use std::collections::BTreeMap;

use model::itglue::{ContactTypeId, LocationId, Organization, PhoneKind};
use model::{CompanyId, Private};
use reconcile::Listed;

use super::table::{self, Column, Row};
use super::{Out, plural, wrap};
use crate::listed;
use crate::values::{number, star};

const COLUMNS: [Column; 5] = [
    ("VIP", 3),
    ("Name", 18),
    ("Title, type, location", 21),
    ("Phones, emails", 36),
    ("In the PSA", 14),
];

/// What the ids in records stand for, as far as IT Glue told.
#[derive(Default)]
pub(crate) struct Names {
    /// Types of contact.
    pub(crate) types: BTreeMap<ContactTypeId, String>,
    /// Places of the organization.
    pub(crate) locations: BTreeMap<LocationId, Private>,
}

/// Prints whom IT Glue has of a company.
pub(crate) fn list(
    out: &mut Out,
    company: CompanyId,
    organization: &Organization,
    all: &[Listed],
    names: &Names,
) -> anyhow::Result<()> {
    let (id, called) = (organization.id, organization.name.reveal().trim());
    out.line(&format!(
        "company {company} is organization {id} in IT Glue: {called}"
    ))?;
    if all.is_empty() {
        return out.line("it has no contacts there");
    }
    out.line("")?;
    let rows: Vec<Row> = all.iter().map(|each| row(each, company, names)).collect();
    table::print(out, &COLUMNS, &rows)?;
    out.line("")?;
    let important = all.iter().filter(|each| listed::is_important(&each.record));
    let important = important.count();
    let unknown = all.iter().filter(|each| each.owners.is_empty()).count();
    out.line(&format!(
        "{}, {important} of them important; {}",
        plural(all.len(), "contact"),
        match unknown {
            0 => "each is known to be somebody in the PSA".to_owned(),
            unknown => format!("{unknown} not known to be anybody in the PSA"),
        }
    ))
}

/// Says why there is no organization to look at.
pub(crate) fn nowhere(out: &mut Out, words: &str, json: bool) -> anyhow::Result<()> {
    if json {
        return out.json(&serde_json::json!({ "found": false, "why": words }));
    }
    wrap(words, "", "  ")
        .iter()
        .try_for_each(|line| out.line(line))
}

fn row(listed: &Listed, company: CompanyId, names: &Names) -> Row {
    let record = &listed.record;
    let mark = listed::is_important(record).then(|| "VIP".to_owned());
    let title = record.title.as_ref().map(|title| title.reveal().to_owned());
    let kind = record.contact_type.map(|id| {
        let name = names.types.get(&id).cloned();
        name.unwrap_or_else(|| format!("type {id}"))
    });
    let location = record.location.map(|id| {
        let name = names.locations.get(&id);
        name.map_or_else(|| format!("location {id}"), |name| name.reveal().to_owned())
    });
    // The first among several is marked. Who has one has no other.
    let (many_phones, many_emails) = (record.phones.len() > 1, record.emails.len() > 1);
    let phones = record.phones.iter().map(|phone| {
        let number = number(&phone.value, phone.extension.as_ref());
        let what = match &phone.kind {
            PhoneKind::Phone => &phone.label,
            PhoneKind::Fax => "fax",
            PhoneKind::Other(kind) => kind,
        };
        format!("{number} ({what}){}", star(phone.primary && many_phones))
    });
    let emails = record.emails.iter().map(|email| {
        let address = email.value.reveal().trim();
        format!("{address}{}", star(email.primary && many_emails))
    });
    let owners = listed.owners.iter();
    let owners: Vec<String> = owners
        .flat_map(|owner| [listed::owner(owner), listed::remarks(owner, company)].concat())
        .collect();
    vec![
        mark.into_iter().collect(),
        vec![listed::name(record)],
        title.into_iter().chain(kind).chain(location).collect(),
        phones.chain(emails).collect(),
        if owners.is_empty() {
            vec![listed::nobody(record)]
        } else {
            owners
        },
    ]
}
