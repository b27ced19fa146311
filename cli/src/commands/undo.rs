//! `rollcall undo`: taking back what was done.

use model::RunId;
use policy::undo::Prospect;
use reconcile::{End, Error, Store, UndoPlan, Undone};
use serde_json::{Value, json};

use crate::args::{Profile, Undo};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::follow::Followed;
use crate::print::{self, Out, agreed};
use crate::profile::Opened;

pub(crate) async fn run(profile: &Profile, command: &Undo) -> anyhow::Result<Exit> {
    match profile.place().await?.open().await? {
        Opened::Local(local) => take_back(&local.desk(), command).await,
        Opened::Stack(stack) => take_back(&stack.desk(), command).await,
    }
}

async fn take_back<J: Store>(desk: &Desk<'_, J>, command: &Undo) -> anyhow::Result<Exit> {
    let plans = desk.observer().plan_undo(&command.target).await?;
    let nothing = plans.iter().all(|plan| plan.undo.changes.is_empty());
    let mut out = Out::new();
    if !command.json {
        print::undo::plans(&mut out, &plans)?;
    } else if nothing || !command.yes {
        out.json(&plans.iter().map(planned).collect::<Vec<_>>())?;
    }
    if nothing {
        return Ok(nothing_to_write(&plans));
    }
    if command.json && !command.yes {
        return Ok(Exit::Found);
    }
    if !command.yes && !agreed(&mut out, "Take this back?", "Nothing was changed.")? {
        return Ok(Exit::Found);
    }
    desk.look_out().await;
    let results = desk.write(undo(desk, &plans)).await?;
    if command.json {
        out.json(&results.iter().map(done).collect::<Vec<_>>())?;
    } else {
        print::undo::results(&mut out, &results)?;
    }
    Ok(exit(&results))
}

/// What came of one company's plan.
pub(crate) struct Company<'p> {
    pub(crate) plan: &'p UndoPlan,
    pub(crate) run: RunId,
    pub(crate) result: Result<Undone, Error>,
    /// What followed in the mirrors.
    pub(crate) followed: Followed,
}

async fn undo<'p, J: Store>(
    desk: &Desk<'_, J>,
    plans: &'p [UndoPlan],
) -> anyhow::Result<Vec<Company<'p>>> {
    let undoer = desk.undoer();
    let mut results = Vec::new();
    for plan in plans {
        let request = desk.request("undo", plan.company, [].into());
        // One company's trouble is not the next one's.
        let result = undoer.undo(plan, &request).await;
        let followed = match &result {
            Ok(undone) => Box::pin(desk.follow(&undone.visit, "undo")).await?,
            Err(_) => Followed::default(),
        };
        results.push(Company {
            plan,
            run: request.run,
            result,
            followed,
        });
    }
    Ok(results)
}

fn nothing_to_write(plans: &[UndoPlan]) -> Exit {
    let mut all = plans
        .iter()
        .flat_map(|plan| &plan.undo.reversals)
        .peekable();
    let is_known = all.peek().is_some();
    if is_known && all.all(|reversal| reversal.prospect == Prospect::Already) {
        Exit::Done
    } else {
        Exit::Found
    }
}

fn exit(results: &[Company<'_>]) -> Exit {
    let mut exit = Exit::Done;
    for Company {
        result, followed, ..
    } in results
    {
        let here = match result {
            _ if followed.is_untold() => Exit::Failed,
            Ok(undone) if undone.reversals.iter().all(|r| r.end == End::Reverted) => Exit::Done,
            Ok(_) | Err(Error::Outdated) => Exit::Found,
            Err(_) => Exit::Failed,
        };
        exit = exit.max(here);
    }
    exit
}

fn planned(plan: &UndoPlan) -> Value {
    let reversals = plan.undo.reversals.iter().map(|reversal| {
        json!({
            "change": reversal.change,
            "action": reversal.action,
            "prospect": print::undo::prospect(reversal.prospect),
            "words": reversal.words,
        })
    });
    json!({
        "company": plan.company,
        "reversals": reversals.collect::<Vec<_>>(),
        "writes": plan.undo.changes,
    })
}

fn done(company: &Company<'_>) -> Value {
    let id = company.plan.company;
    let Undone { visit, reversals } = match &company.result {
        Ok(undone) => undone,
        Err(error) => {
            return json!({ "company": id, "run": company.run, "error": error.to_string() });
        }
    };
    let reversals = reversals.iter().map(|reversed| {
        json!({
            "change": reversed.change,
            "action": reversed.action,
            "end": reversed.end.to_string(),
            "words": reversed.words,
        })
    });
    let returned = print::undo::returned(&visit.entries);
    let returned = returned.map(|(old, new)| json!({ "was": old, "is": new }));
    json!({
        "company": id,
        "run": visit.run,
        "reversals": reversals.collect::<Vec<_>>(),
        "returned": returned.collect::<Vec<_>>(),
        "changes": visit.entries,
        "findings": visit.findings,
        "mirrors": company.followed.data(),
    })
}
