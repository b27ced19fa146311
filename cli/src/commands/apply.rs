//! `rollcall apply`: a saved plan, carried out.

use model::{CompanyPlan, Outcome};
use reconcile::{Applied, Error};
use serde_json::{Value, json};

use crate::args::{Apply, Profile};
use crate::exit::Exit;
use crate::local::{self, Local};
use crate::plan_file;
use crate::print::{self, Out, Progress};

/// What became of the plan of one company.
struct Company<'p> {
    saved: &'p CompanyPlan,
    result: Result<Applied, Error>,
}

pub(crate) async fn run(profile: &Profile, command: &Apply) -> anyhow::Result<Exit> {
    let rules = local::rules(profile.rules.as_deref())?;
    let plan = plan_file::read(&command.file)?;
    let local = Local::open(&profile.folder, rules).await?;
    plan_file::check_tenant(&command.file, &plan, &local.tenant())?;

    local.world().advance(1);
    let progress = Progress::new("applying the plans of companies", plan.companies.len());
    let mut companies = Vec::new();
    for saved in &plan.companies {
        let request = local.request("apply", saved.company.id, saved.around.clone());
        // One company's trouble is not the next one's.
        let result = local.reconciler().apply(saved, &request).await;
        local.save()?;
        companies.push(Company { saved, result });
        progress.step();
    }
    progress.end();

    let mut out = Out::new();
    if command.json {
        let data: Vec<Value> = companies.iter().map(data).collect();
        out.json(&data)?;
    } else {
        for Company { saved, result } in &companies {
            match result {
                Ok(applied) => print::apply::company(&mut out, saved, applied)?,
                Err(error) => print::apply::failed(&mut out, saved, error)?,
            }
        }
        print::apply::total(&mut out, counts(&companies))?;
    }
    Ok(match counts(&companies) {
        (_, 0, 0) => Exit::Done,
        (_, _, 0) => Exit::Found,
        _ => Exit::Failed,
    })
}

/// How many changes were made, how many decisions refused, and at how many companies it failed.
fn counts(companies: &[Company<'_>]) -> (usize, usize, usize) {
    let (mut made, mut refused, mut failed) = (0, 0, 0);
    for Company { result, .. } in companies {
        match result {
            Ok(applied) => {
                let entries = applied.visit.entries.iter();
                let outcomes = entries.filter_map(|entry| entry.outcome.as_ref());
                made += outcomes.filter(|o| Outcome::took_effect(o)).count();
                refused += applied.refused.len();
            }
            Err(_) => failed += 1,
        }
    }
    (made, refused, failed)
}

fn data(company: &Company<'_>) -> Value {
    let Company { saved, result } = company;
    let id = saved.company.id;
    let Applied { visit, refused } = match result {
        Ok(applied) => applied,
        Err(error) => return json!({ "company": id, "error": error.to_string() }),
    };
    let refused: Vec<Value> = refused
        .iter()
        .map(|refusal| {
            let differences = refusal.differences.iter().map(|(contact, difference)| {
                json!({
                    "contact": contact,
                    "field": difference.field,
                    "was": difference.was,
                    "is": difference.is,
                })
            });
            json!({
                "changes": refusal.changes,
                "words": refusal.words,
                "differences": differences.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "company": id,
        "run": visit.run,
        "changes": visit.entries,
        "findings": visit.findings,
        "refused": refused,
    })
}
