//! `rollcall history`: what was done.

use journal::{Query, Store};
use model::Decision;

use crate::args::{History, Profile};
use crate::exit::Exit;
use crate::print::{self, Out};
use crate::profile::Journal;

/// How many changes and findings are listed: the latest.
const LISTED: usize = 1000;

pub(crate) async fn run(profile: &Profile, command: &History) -> anyhow::Result<Exit> {
    match profile.journal().await? {
        Journal::Local(journal) => list(&journal, command).await,
        Journal::Stack(journal) => Box::pin(list(&journal, command)).await,
    }
}

async fn list<J: Store>(journal: &J, command: &History) -> anyhow::Result<Exit> {
    let query = Query {
        contact: command.contact,
        company: command.company,
        run: command.run.clone(),
        rule: command.rule,
        since: command.since,
        until: command.until,
        limit: LISTED,
    };
    let entries = journal.entries(&query).await?;
    let findings = journal.findings(&query).await?;
    let decisions = decisions(journal, &query).await?;
    let mut out = Out::new();
    if command.json {
        out.json(&serde_json::json!({ "changes": entries, "findings": findings, "decisions": decisions }))?;
    } else {
        print::history::list(&mut out, &entries, &findings, &decisions)?;
    }
    Ok(Exit::Done)
}

/// What people decided. The journal keeps that by company, and asks for no run, policy or contact.
async fn decisions<J: Store>(journal: &J, query: &Query) -> anyhow::Result<Vec<Decision>> {
    let Query {
        contact: None,
        company: Some(company),
        run: None,
        rule: None,
        since,
        until,
        ..
    } = query
    else {
        return Ok(Vec::new());
    };
    let mut decisions = journal.memory(*company).await?.decisions;
    decisions.retain(|decision| {
        since.is_none_or(|since| decision.at >= since)
            && until.is_none_or(|until| decision.at < until)
    });
    Ok(decisions)
}
