//! `rollcall plan`: what would be changed, and why.

use std::collections::BTreeSet;

use model::{Cause, CompanyId, RunId, Source};
use reconcile::{Planned, Request};

use crate::args::{Plan, Profile};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::print::{self, Out, Progress};

pub(crate) async fn run(profile: &Profile, command: Plan) -> anyhow::Result<Exit> {
    let rules = local::rules(profile.rules.as_deref())?;
    let local = Local::open(&profile.folder, rules).await?;
    let companies = match command.company {
        Some(company) => vec![company],
        None => local.reader().company_ids().await?,
    };
    let observer = local.observer();
    let progress = Progress::new("planning companies", companies.len());
    let mut planned: Vec<(CompanyId, Option<Planned>)> = Vec::new();
    for company in companies {
        let request = Request {
            company,
            contacts: BTreeSet::new(),
            run: RunId::new("plan"),
            cause: Cause {
                source: Source::Command {
                    name: "plan".to_owned(),
                },
                message: None,
            },
        };
        planned.push((company, observer.plan(&request).await?));
        progress.step();
    }
    progress.end();

    let mut out = Out::new();
    if command.json {
        let plans: Vec<_> = planned
            .iter()
            .map(|(company, planned)| {
                serde_json::json!({
                    "company": company,
                    "exists": planned.is_some(),
                    "plan": planned.as_ref().map(|planned| &planned.plan),
                })
            })
            .collect();
        out.json(&plans)?;
    } else {
        print::plan::all(&mut out, &planned)?;
    }
    let quiet = planned.iter().all(|(_, planned)| {
        planned.as_ref().is_none_or(|Planned { plan, .. }| {
            plan.changes.is_empty() && plan.findings.is_empty() && plan.withheld.is_empty()
        })
    });
    Ok(if quiet { Exit::Done } else { Exit::Found })
}
