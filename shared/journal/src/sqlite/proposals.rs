//! What waits for a person, and what people decided.

use std::collections::{BTreeMap, BTreeSet};

use model::{CompanyId, ContactId, Decision, Image, Pair, Proposal, ProposalId, Verdict};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::failure::Failure;
use super::people;
use crate::stored::{apart, decode, encode, instant, renewed};

/// Makes these what waits at a company, as far as it was looked at.
pub(super) fn set_waiting(
    tx: &Connection,
    company: CompanyId,
    about: Option<&BTreeSet<ContactId>>,
    proposals: &[Proposal],
) -> Result<(), Failure> {
    let mut found: BTreeMap<&str, &Proposal> = BTreeMap::new();
    for proposal in proposals {
        if !is_decided_since(tx, proposal)? {
            found.entry(proposal.id.as_str()).or_insert(proposal);
        }
    }
    for id in looked_at(tx, company, about)? {
        if !found.contains_key(id.as_str()) {
            remove(tx, &id)?;
        }
    }
    for proposal in found.into_values() {
        put(tx, proposal)?;
    }
    Ok(())
}

/// What waits, at one company or everywhere.
pub(super) fn waiting(
    tx: &Connection,
    company: Option<CompanyId>,
) -> Result<Vec<Proposal>, Failure> {
    let filter = company.map_or("", |_| "WHERE company = ?");
    tx.prepare(&format!(
        "SELECT id, record FROM proposal {filter} ORDER BY company, id"
    ))?
    .query_and_then(params_from_iter(company.map(CompanyId::get)), |row| {
        let (id, record): (String, String) = (row.get(0)?, row.get(1)?);
        read(&id, &record)
    })?
    .collect()
}

/// One proposal that waits.
pub(super) fn find(tx: &Connection, id: &ProposalId) -> Result<Option<Proposal>, Failure> {
    let record: Option<String> = tx
        .query_row(
            "SELECT record FROM proposal WHERE id = ?1",
            [id.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    record.map(|text| read(id.as_str(), &text)).transpose()
}

/// Records a decision, and all that follows from it.
pub(super) fn decide(tx: &Connection, decision: &Decision) -> Result<(), Failure> {
    let Decision {
        proposal,
        company,
        verdict,
        pair,
        contacts: _,
        at,
        by,
    } = decision;
    let (record, image) = apart(decision);
    let image = image.map(|image| encode(&image)).transpose()?;
    let added = tx.execute(
        "INSERT INTO decision (proposal, company, at, record, image) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (proposal, at, record) DO NOTHING",
        params![
            proposal.as_str(),
            company.get(),
            instant(*at),
            encode(&record)?,
            image,
        ],
    )?;
    if added == 0 {
        return Ok(());
    }
    remove(tx, proposal.as_str())?;
    match (verdict, pair) {
        (Verdict::Rejected, Some(pair)) => {
            people::keep_apart(tx, *pair, *company, *at, by.reveal())
        }
        (Verdict::Rejected, None) | (Verdict::Approved, _) => Ok(()),
    }
}

/// What was decided at a company.
pub(super) fn decisions(tx: &Connection, company: CompanyId) -> Result<Vec<Decision>, Failure> {
    tx.prepare(
        "SELECT proposal, record, image FROM decision WHERE company = ?1 ORDER BY at, proposal, seq",
    )?
    .query_and_then([company.get()], decided)?
    .collect()
}

/// The last thing that was decided about a proposal.
pub(super) fn decision(tx: &Connection, id: &ProposalId) -> Result<Option<Decision>, Failure> {
    tx.prepare(
        "SELECT proposal, record, image FROM decision WHERE proposal = ?1 \
         ORDER BY at DESC, seq DESC LIMIT 1",
    )?
    .query_and_then([id.as_str()], decided)?
    .next()
    .transpose()
}

fn decided(row: &Row<'_>) -> Result<Decision, Failure> {
    let (proposal, record): (String, String) = (row.get(0)?, row.get(1)?);
    let owner = || format!("proposal {proposal}");
    let mut decision: Decision = decode(&record, owner)?;
    if let Some(image) = row.get::<_, Option<String>>(2)? {
        decision.contacts = decode::<Image>(&image, owner)?.contacts;
    }
    Ok(decision)
}

/// The pairs whose merge waits at a company, as it was found with more than a visit may make.
pub(super) fn over_limit(tx: &Connection, company: CompanyId) -> Result<BTreeSet<Pair>, Failure> {
    tx.prepare("SELECT id, record FROM proposal WHERE company = ?1 AND over_limit = 1")?
        .query_and_then([company.get()], |row| {
            let (id, record): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(read(&id, &record)?.pair)
        })?
        .filter_map(Result::transpose)
        .collect()
}

/// Whether a person answered while the visit that found it was still under way.
fn is_decided_since(tx: &Connection, proposal: &Proposal) -> Result<bool, Failure> {
    let seen_at = instant(proposal.seen_at);
    Ok(tx
        .prepare("SELECT 1 FROM decision WHERE proposal = ?1 AND at > ?2")?
        .exists(params![proposal.id.as_str(), seen_at])?)
}

/// What waits at a company and would have been found again.
fn looked_at(
    tx: &Connection,
    company: CompanyId,
    about: Option<&BTreeSet<ContactId>>,
) -> Result<BTreeSet<String>, Failure> {
    let Some(about) = about else {
        return tx
            .prepare("SELECT id FROM proposal WHERE company = ?1")?
            .query_and_then([company.get()], |row| Ok(row.get(0)?))?
            .collect();
    };
    let mut of_contact = tx.prepare(
        "SELECT id FROM proposal JOIN proposal_contact ON proposal = id \
         WHERE contact = ?1 AND company = ?2",
    )?;
    let mut ids = BTreeSet::new();
    for contact in about {
        for id in of_contact.query_map([contact.get(), company.get()], |row| row.get(0))? {
            ids.insert(id?);
        }
    }
    Ok(ids)
}

/// Has a proposal wait. What waits already, and says the same, is left alone.
fn put(tx: &Connection, found: &Proposal) -> Result<(), Failure> {
    let held = find(tx, &found.id)?;
    let Some((proposal, text)) = renewed(found, held.as_ref())? else {
        return Ok(());
    };
    let id = proposal.id.as_str();
    tx.execute(
        "INSERT INTO proposal (id, company, over_limit, record) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (id) DO UPDATE SET company = excluded.company, \
         over_limit = excluded.over_limit, record = excluded.record",
        params![id, proposal.company.get(), proposal.over_limit, text],
    )?;
    tx.execute("DELETE FROM proposal_contact WHERE proposal = ?1", [id])?;
    let mut link =
        tx.prepare("INSERT INTO proposal_contact (contact, proposal) VALUES (?1, ?2)")?;
    for contact in proposal.concerns() {
        link.execute(params![contact.get(), id])?;
    }
    Ok(())
}

fn remove(tx: &Connection, id: &str) -> Result<(), Failure> {
    tx.execute("DELETE FROM proposal WHERE id = ?1", [id])?;
    Ok(())
}

fn read(id: &str, record: &str) -> Result<Proposal, Failure> {
    Ok(decode(record, || format!("proposal {id}"))?)
}
