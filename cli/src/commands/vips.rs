//! `rollcall vips`: who is marked as important in IT Glue.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store;
use model::itglue::Organization;
use reconcile::Listed;
use serde_json::{Value, json};

use crate::args::{Profile, Vips};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::listed;
use crate::print::{self, Out, Progress};
use crate::profile::Opened;

pub(crate) async fn run(profile: &Profile, command: &Vips) -> anyhow::Result<Exit> {
    match profile.place().await?.open().await? {
        Opened::Local(local) => vips(&local.desk(), command).await,
        Opened::Stack(stack) => vips(&stack.desk(), command).await,
    }
}

async fn vips<J: Store>(desk: &Desk<'_, J>, command: &Vips) -> anyhow::Result<Exit> {
    let mirror = desk.itglue_itself().await?;
    let mut out = Out::new();
    let only = match command.company {
        Some(company) => match desk.organization(&mirror, company).await? {
            Ok(organization) => Some((company, organization)),
            Err(words) => {
                print::directory::nowhere(&mut out, &words, command.json)?;
                return Ok(Exit::Found);
            }
        },
        None => None,
    };
    let reader = mirror.vendor().reader();
    let of = only.as_ref().map(|(_, organization)| organization.id);
    let records = reader.important_contacts(of).await?;
    let (companies, organizations) = match only {
        Some((company, organization)) => (vec![company], vec![organization]),
        None if records.is_empty() => (Vec::new(), Vec::new()),
        None => (
            desk.reader.company_ids().await?,
            reader.organizations().await?,
        ),
    };
    // A record does not tell the company, so the map is looked through for those that are mirrored there.
    let there: BTreeSet<_> = records.iter().map(|record| record.organization).collect();
    let progress = Progress::new("looking through the map", companies.len());
    let mut lines = Vec::new();
    for company in companies {
        lines.extend(mirror.lines(company, &there).await?);
        progress.step();
    }
    progress.end();
    let all = mirror.listed(records, &lines).await?;

    let organizations: BTreeMap<_, _> = organizations
        .into_iter()
        .map(|organization| (organization.id, organization))
        .collect();
    let mut all: Vec<(Listed, String)> = all
        .into_iter()
        .map(|listed| {
            let id = listed.record.organization;
            let name = organizations.get(&id).map(called);
            (listed, name.unwrap_or_else(|| format!("organization {id}")))
        })
        .collect();
    all.sort_by_cached_key(|(listed, organization)| {
        (organization.to_lowercase(), listed::order(&listed.record))
    });
    if command.json {
        let data: Vec<Value> = all
            .iter()
            .map(|(listed, _)| {
                let mut data = listed::data(listed, desk.rules)?;
                let organization = organizations.get(&listed.record.organization);
                data["organization_name"] = json!(organization.map(|found| &found.name));
                data["agrees"] = json!(listed::agrees(listed, desk.rules));
                Ok(data)
            })
            .collect::<anyhow::Result<_>>()?;
        out.json(&data)?;
    } else {
        print::vips::list(&mut out, &all, desk.rules)?;
    }
    Ok(Exit::Done)
}

fn called(organization: &Organization) -> String {
    organization.name.reveal().trim().to_owned()
}
