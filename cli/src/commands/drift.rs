//! `rollcall drift`: where the mirrors are not as the PSA has it.

use std::collections::BTreeSet;

use model::mirror::System;
use model::{CompanyId, ContactId, Mode};
use queue::{DeduplicationId, Message, Sender as _};
use reconcile::{Error, Request, Roster, Store, Visit};
use serde_json::{Value, json};

use crate::args::{Drift, Profile};
use crate::desk::{Desk, Keeper, cause};
use crate::draft::PrivateFile;
use crate::drifts::{Compared, Mirrors};
use crate::exit::{Exit, UsageError};
use crate::print::{self, Out, Progress, agreed};
use crate::profile::Opened;
use crate::replay::VisitReport;
use crate::report;

pub(crate) async fn run(profile: &Profile, command: &Drift) -> anyhow::Result<Exit> {
    let place = profile.place().await?;
    let page = command.html.as_deref();
    let page = page.map(PrivateFile::check).transpose()?;
    match place.open().await? {
        Opened::Local(local) => drift(&local.desk(), page.as_ref(), command).await,
        Opened::Stack(stack) => drift(&stack.desk(), page.as_ref(), command).await,
    }
}

/// Companies, compared with their mirrors.
pub(crate) struct Comparison {
    /// Those that differ, or could not be compared, in the order of their ids.
    pub(crate) companies: Vec<Compared>,
    /// How many were compared in all.
    pub(crate) all: usize,
}

/// What one mirror is to do at one company.
struct Task {
    company: CompanyId,
    system: System,
    contacts: BTreeSet<ContactId>,
}

/// What became of a task.
pub(crate) enum Fixed {
    /// The mirror was visited.
    Visited(Request, Box<Result<Visit, Error>>),
    /// Its workers were told, or could not be.
    HandedOver(Result<(), queue::Error>),
}

async fn drift<J: Store>(
    desk: &Desk<'_, J>,
    page: Option<&PrivateFile>,
    command: &Drift,
) -> anyhow::Result<Exit> {
    let companies = match command.company {
        Some(company) => vec![company],
        None => desk.reader.company_ids().await?,
    };
    let mut mirrors = Mirrors::open(desk).await;
    for system in mirrors.off() {
        print::aside(&format!("{system} is off: it is not compared"));
    }
    let mut found = compare(desk, &mut mirrors, &companies).await?;
    if let (Some(company), 0) = (command.company, found.all) {
        return Err(UsageError::raise(format!(
            "company {company} does not exist in the tenant {}; without --company, every one is compared",
            desk.tenant
        )));
    }
    let mut out = Out::new();
    if !command.json {
        print::drift::all(&mut out, &found)?;
        out.flush()?;
    }
    if let Some(file) = page {
        file.write(&report::drift::page(&found, &desk.tenant, desk.now()))?;
        print::aside(&format!("written as a page: {}", file.named().display()));
    }
    let tasks = tasks(&found);
    let is_asked = command.fix && !tasks.is_empty();
    let question = "Have the mirrors brought in line?";
    let is_agreed = is_asked
        && (command.yes || (!command.json && agreed(&mut out, question, "Nothing was written.")?));
    if !is_agreed {
        if command.json {
            out.json(&data(&found, &Value::Null))?;
        } else if command.fix && !is_asked {
            out.line("there is nothing to write")?;
        }
        return Ok(exit(&found));
    }
    let before = command.json.then(|| data(&found, &Value::Null));
    let (fixed, mut worst) = fix(desk, &mirrors, tasks).await?;
    if let Keeper::Sandbox(_) = desk.keeper {
        let touched: BTreeSet<CompanyId> = fixed.iter().map(|(task, _)| task.company).collect();
        let touched: Vec<CompanyId> = touched.into_iter().collect();
        let anew = compare(desk, &mut mirrors, &touched).await?;
        found
            .companies
            .retain(|company| !touched.contains(&company.roster.company.id));
        found.companies.extend(anew.companies);
        found
            .companies
            .sort_by_key(|company| company.roster.company.id);
        worst = worst.max(exit(&found));
    } else {
        // What is told to the workers is theirs to settle.
        let person = print::drift::count(&found).person;
        worst = worst.max(if person > 0 { Exit::Found } else { Exit::Done });
    }
    if let Some(before) = before {
        let fixed: Vec<Value> = fixed.iter().map(done).collect();
        let left = match desk.keeper {
            Keeper::Sandbox(_) => data(&found, &Value::Null)["companies"].clone(),
            Keeper::Workers(_) => Value::Null,
        };
        let fix = json!({ "done": fixed, "left": left });
        out.json(&json!({ "fix": fix, "compared": before["compared"], "companies": before["companies"] }))?;
        return Ok(worst);
    }
    for (task, fixed) in &fixed {
        print::drift::fixed(&mut out, task.company, task.system, fixed)?;
    }
    if let Keeper::Sandbox(_) = desk.keeper {
        out.line("")?;
        out.line("what is left:")?;
        print::drift::all(&mut out, &found)?;
    }
    Ok(worst)
}

/// Compares companies one after the other. Those that agree are only counted.
async fn compare<J: Store>(
    desk: &Desk<'_, J>,
    mirrors: &mut Mirrors<J>,
    companies: &[CompanyId],
) -> anyhow::Result<Comparison> {
    let progress = Progress::new("comparing companies", companies.len());
    let mut found = Comparison {
        companies: Vec::new(),
        all: 0,
    };
    for company in companies {
        if let Some(roster) = Roster::read(desk.reader, *company).await? {
            found.all += 1;
            let compared = mirrors.compare(roster).await;
            if !compared.is_quiet() || compared.failures().next().is_some() {
                found.companies.push(compared);
            }
        }
        progress.step();
    }
    progress.end();
    Ok(found)
}

/// What the mirrors have to do, where they may be written to.
fn tasks(found: &Comparison) -> Vec<Task> {
    let mut tasks = Vec::new();
    for compared in &found.companies {
        let enforced = compared
            .drifts()
            .filter(|drift| drift.mode == Mode::Enforce);
        tasks.extend(enforced.map(|drift| Task {
            company: compared.roster.company.id,
            system: drift.system,
            contacts: drift.fixable(),
        }));
    }
    tasks.retain(|task| !task.contacts.is_empty());
    tasks
}

/// Carries out what is to be done: here, or by the workers, who alone know who else is at a company.
async fn fix<J: Store>(
    desk: &Desk<'_, J>,
    mirrors: &Mirrors<J>,
    tasks: Vec<Task>,
) -> anyhow::Result<(Vec<(Task, Fixed)>, Exit)> {
    let work = async {
        let mut fixed = Vec::new();
        let mut worst = Exit::Done;
        for task in tasks {
            let request = request(desk, &task);
            let one = match desk.keeper {
                Keeper::Sandbox(_) => {
                    let Some(visit) = mirrors.visit(task.system, &request).await else {
                        continue;
                    };
                    Fixed::Visited(request, Box::new(visit))
                }
                Keeper::Workers(deployed) => {
                    let Some(queue) = deployed.stack().mirror_queue(task.system) else {
                        continue;
                    };
                    let message = Message::MirrorContactsV1 {
                        company: task.company,
                        contacts: task.contacts.clone(),
                        cause: cause("drift"),
                    };
                    let id = DeduplicationId::of_mirrored(&request.run);
                    let sent = Box::pin(queue.send(&message, &id)).await;
                    Fixed::HandedOver(sent.map(|_| ()))
                }
            };
            // One company's trouble is not the next one's.
            let failed = match &one {
                Fixed::Visited(_, visit) => visit.is_err(),
                Fixed::HandedOver(sent) => sent.is_err(),
            };
            if failed {
                worst = Exit::Failed;
            }
            fixed.push((task, one));
        }
        Ok((fixed, worst))
    };
    Box::pin(desk.write(work)).await
}

/// Both mirrors may have something to do at one company, and each visit has a name of its own.
fn request<J: Store>(desk: &Desk<'_, J>, task: &Task) -> Request {
    let name = format!("drift {} {}", task.company, task.system.rule());
    Request {
        company: task.company,
        contacts: task.contacts.clone(),
        run: Request::run_id(desk.now(), &name, 1),
        cause: cause("drift"),
    }
}

fn exit(found: &Comparison) -> Exit {
    let mut exit = Exit::Done;
    for compared in &found.companies {
        if compared.differences().any(|d| !d.fate.is_settled()) {
            exit = exit.max(Exit::Found);
        }
        if compared.failures().next().is_some() {
            exit = exit.max(Exit::Failed);
        }
    }
    exit
}

fn data(found: &Comparison, fix: &Value) -> Value {
    let companies: Vec<Value> = found.companies.iter().map(Compared::data).collect();
    json!({ "compared": found.all, "companies": companies, "fix": fix })
}

fn done((task, fixed): &(Task, Fixed)) -> Value {
    let (company, system) = (task.company, task.system);
    let mut data = json!({ "company": company, "mirror": system, "contacts": task.contacts });
    match fixed {
        Fixed::Visited(request, visit) => {
            data["run"] = json!(request.run);
            match visit.as_ref() {
                Ok(visit) => {
                    data["changes"] = json!(visit.entries);
                    data["findings"] = json!(visit.findings);
                }
                Err(error) => data["error"] = json!(error.to_string()),
            }
        }
        Fixed::HandedOver(Ok(())) => data["handed_over"] = json!(true),
        Fixed::HandedOver(Err(error)) => data["error"] = json!(error.to_string()),
    }
    data
}

impl Fixed {
    /// The visit as it is printed, if it came to its end.
    pub(crate) fn report(&self) -> Option<VisitReport> {
        match self {
            Self::Visited(_, visit) => visit.as_ref().as_ref().ok().cloned().map(VisitReport::from),
            Self::HandedOver(_) => None,
        }
    }
}
