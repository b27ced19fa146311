//! `rollcall directory`: whom IT Glue has of a company.

use std::collections::BTreeSet;

use journal::Store;
use model::itglue;
use serde_json::{Value, json};

use crate::args::{Directory, Profile};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::listed;
use crate::print::directory::Names;
use crate::print::{self, Out};
use crate::profile::Opened;

pub(crate) async fn run(profile: &Profile, command: &Directory) -> anyhow::Result<Exit> {
    match profile.place().await?.open().await? {
        Opened::Local(local) => directory(&local.desk(), command).await,
        Opened::Stack(stack) => directory(&stack.desk(), command).await,
    }
}

async fn directory<J: Store>(desk: &Desk<'_, J>, command: &Directory) -> anyhow::Result<Exit> {
    let company = command.company;
    let mirror = desk.itglue_itself().await?;
    let mut out = Out::new();
    let organization = match desk.organization(&mirror, company).await? {
        Ok(organization) => organization,
        Err(words) => {
            print::directory::nowhere(&mut out, &words, command.json)?;
            return Ok(Exit::Found);
        }
    };
    let reader = mirror.vendor().reader();
    let records = reader.contacts_of(organization.id).await?;
    let names = names(reader, &organization, &records).await?;
    let there = BTreeSet::from([organization.id]);
    let lines = mirror.lines(company, &there).await?;
    let mut all = mirror.listed(records, &lines).await?;
    all.sort_by_cached_key(|listed| listed::order(&listed.record));
    if command.json {
        let contacts: Vec<Value> = all
            .iter()
            .map(|each| {
                let mut data = listed::data(each, desk.rules)?;
                let kind = each.record.contact_type;
                data["contact_type_name"] = json!(kind.and_then(|id| names.types.get(&id)));
                let location = each.record.location;
                data["location_name"] = json!(location.and_then(|id| names.locations.get(&id)));
                Ok(data)
            })
            .collect::<anyhow::Result<_>>()?;
        out.json(
            &json!({ "company": company, "organization": organization, "contacts": contacts }),
        )?;
    } else {
        print::directory::list(&mut out, company, &organization, &all, &names)?;
    }
    Ok(Exit::Done)
}

/// What the ids in these records stand for. Lists that no record needs are not read; of those that the key must not
/// read, the ids are shown.
async fn names(
    reader: &::itglue::Reader,
    organization: &itglue::Organization,
    records: &[itglue::Contact],
) -> anyhow::Result<Names> {
    let mut names = Names::default();
    if records.iter().any(|record| record.contact_type.is_some()) {
        let types = unless_refused("contact types", reader.contact_types().await)?;
        names.types = types.into_iter().map(|kind| (kind.id, kind.name)).collect();
    }
    if records.iter().any(|record| record.location.is_some()) {
        let locations = reader.locations(organization.id).await;
        let locations = unless_refused("locations", locations)?.into_iter();
        names.locations = locations.map(|place| (place.id, place.name)).collect();
    }
    Ok(names)
}

fn unless_refused<T>(
    what: &str,
    list: Result<Vec<T>, ::itglue::Error>,
) -> Result<Vec<T>, ::itglue::Error> {
    match list {
        Err(error) if *error.kind() == ::itglue::ErrorKind::Forbidden => {
            print::aside(&format!(
                "the names of {what} are not shown, as they cannot be read ({error})"
            ));
            Ok(Vec::new())
        }
        list => list,
    }
}
