//! `rollcall plan`: what would be changed, and why.

use std::collections::BTreeSet;

use model::{BlastRadius, CompanyId, CompanyPlan, SavedPlan};
use policy::Rules;
use reconcile::Store;
use serde_json::{Value, json};

use crate::args::{Plan, Profile};
use crate::desk::Desk;
use crate::draft::PrivateFile;
use crate::exit::{Exit, UsageError};
use crate::print::{self, Out, Progress};
use crate::profile::Opened;
use crate::{plan_file, report};

/// What was planned, by company; nothing for a company that does not exist.
type Proposed = Vec<(CompanyId, Option<CompanyPlan>)>;

pub(crate) async fn run(profile: &Profile, command: &Plan) -> anyhow::Result<Exit> {
    let place = profile.place().await?;
    let files = Files::check(command)?;
    match place.open().await? {
        Opened::Local(local) => plan(&local.desk(), &files, command).await,
        Opened::Stack(stack) => plan(&stack.desk(), &files, command).await,
    }
}

async fn plan<J: Store>(desk: &Desk<'_, J>, files: &Files, command: &Plan) -> anyhow::Result<Exit> {
    let companies = match command.company {
        Some(company) => vec![company],
        None => desk.reader.company_ids().await?,
    };
    let made_at = desk.now();
    let proposed = propose(desk, companies).await?;
    if let (Some(company), [(_, None)]) = (command.company, proposed.as_slice()) {
        return Err(UsageError::raise(format!(
            "company {company} does not exist in the tenant {}; without --company, every one is planned",
            desk.tenant
        )));
    }

    let mut out = Out::new();
    let data = command.json.then(|| data(&proposed));
    let all = proposed.len();
    let mut gone = Vec::new();
    let mut to_do = Vec::new();
    let mut in_order = 0;
    for (company, plan) in proposed {
        match plan {
            None => gone.push(company),
            Some(plan) if is_quiet(&plan) => in_order += 1,
            Some(plan) => to_do.push(plan),
        }
    }
    let plan = SavedPlan {
        made_at,
        tenant: desk.tenant.clone(),
        companies: to_do,
    };
    match data {
        Some(data) => out.json(&data)?,
        None => {
            print::plan::all(&mut out, &plan, desk.rules)?;
            for company in gone {
                out.line(&format!("company {company} does not exist"))?;
            }
            out.line(&format!("{in_order} of {all} companies are in order"))?;
        }
    }
    out.flush()?;
    files.write(&plan, desk.rules)?;
    Ok(if plan.companies.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}

/// Plans each company with nothing that could write.
async fn propose<J: Store>(
    desk: &Desk<'_, J>,
    companies: Vec<CompanyId>,
) -> anyhow::Result<Proposed> {
    let observer = desk.observer();
    let progress = Progress::new("planning companies", companies.len());
    let mut proposed = Proposed::new();
    for company in companies {
        let request = desk.request("plan", company, BTreeSet::new());
        proposed.push((company, observer.propose(&request).await?));
        progress.step();
    }
    progress.end();
    Ok(proposed)
}

/// Whether there is nothing to tell about a company.
fn is_quiet(saved: &CompanyPlan) -> bool {
    let plan = &saved.plan;
    plan.changes.is_empty() && plan.findings.is_empty() && plan.withheld.is_empty()
}

fn data(proposed: &Proposed) -> Vec<Value> {
    let one = |(company, saved): &(CompanyId, Option<CompanyPlan>)| {
        let radius = |saved: &CompanyPlan| BlastRadius::of(&saved.plan.changes, &saved.contacts);
        json!({
            "company": company,
            "exists": saved.is_some(),
            "plan": saved.as_ref().map(|saved| &saved.plan),
            "blast_radius": saved.as_ref().map(radius),
        })
    };
    proposed.iter().map(one).collect()
}

/// Where the plan is to be saved.
struct Files {
    plan: Option<PrivateFile>,
    page: Option<PrivateFile>,
}

impl Files {
    /// Makes sure that they can be written before any work is done.
    fn check(command: &Plan) -> anyhow::Result<Self> {
        let file = |path: &Option<_>| -> anyhow::Result<_> {
            path.as_deref().map(PrivateFile::check).transpose()
        };
        let (plan, page) = (file(&command.out)?, file(&command.html)?);
        match (&plan, &page) {
            (Some(plan), Some(page)) if plan.is(page) => {
                Err(UsageError::raise("--out and --html name the same file"))
            }
            _ => Ok(Self { plan, page }),
        }
    }

    /// Writes them, and says so where it does not mix with what is printed.
    fn write(&self, plan: &SavedPlan, rules: &Rules) -> anyhow::Result<()> {
        if let Some(file) = &self.plan {
            plan_file::write(file, plan, rules)?;
            let shown = file.named().display();
            print::aside(&format!(
                "saved in {shown}; `rollcall apply {shown}` carries it out"
            ));
        }
        if let Some(file) = &self.page {
            file.write(&report::page(plan, rules))?;
            print::aside(&format!("written as a page: {}", file.named().display()));
        }
        Ok(())
    }
}
