//! The register of the addresses that let somebody into the portal.

use std::collections::BTreeSet;

use model::{CompanyId, ContactId, Email};
use rusqlite::{Connection, params};

use super::failure::Failure;

/// The addresses that are not registered for the contact that carries them.
pub(super) fn fresh(
    tx: &Connection,
    current: &BTreeSet<(Email, ContactId)>,
) -> Result<BTreeSet<Email>, Failure> {
    let mut known = tx.prepare("SELECT 1 FROM portal_address WHERE email = ?1 AND contact = ?2")?;
    let mut fresh = BTreeSet::new();
    for (email, contact) in current {
        if !known.exists(params![email.reveal(), contact.get()])? {
            fresh.insert(email.clone());
        }
    }
    Ok(fresh)
}

/// Makes these the addresses of a company.
pub(super) fn replace(
    tx: &Connection,
    company: CompanyId,
    current: &BTreeSet<(Email, ContactId)>,
) -> Result<(), Failure> {
    let registered = tx
        .prepare("SELECT email, contact FROM portal_address WHERE company = ?1")?
        .query_and_then([company.get()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<BTreeSet<(String, u32)>, Failure>>()?;
    let current: BTreeSet<(String, u32)> = current
        .iter()
        .map(|(email, contact)| (email.reveal().to_owned(), contact.get()))
        .collect();

    let mut remove = tx.prepare("DELETE FROM portal_address WHERE email = ?1 AND contact = ?2")?;
    for (email, contact) in registered.difference(&current) {
        remove.execute(params![email, contact])?;
    }
    let mut add = tx.prepare(
        "INSERT INTO portal_address (email, contact, company) VALUES (?1, ?2, ?3) \
         ON CONFLICT (email, contact) DO UPDATE SET company = excluded.company",
    )?;
    // Only what is new is written: a visit that finds all in order leaves the disk alone.
    for (email, contact) in current.difference(&registered) {
        add.execute(params![email, contact, company.get()])?;
    }
    Ok(())
}

/// The addresses that another company has registered for somebody else.
pub(super) fn elsewhere(
    tx: &Connection,
    company: CompanyId,
    current: &BTreeSet<(Email, ContactId)>,
) -> Result<BTreeSet<Email>, Failure> {
    let mut carriers =
        tx.prepare("SELECT contact FROM portal_address WHERE email = ?1 AND company <> ?2")?;
    let mut elsewhere = BTreeSet::new();
    for email in current
        .iter()
        .map(|(email, _)| email)
        .collect::<BTreeSet<_>>()
    {
        let others = carriers
            .query_and_then(params![email.reveal(), company.get()], |row| {
                Ok(ContactId::new(row.get(0)?))
            })?
            .collect::<Result<Vec<_>, Failure>>()?;
        // A contact of this company that another one has registered has moved here since.
        if others
            .into_iter()
            .any(|contact| !current.contains(&(email.clone(), contact)))
        {
            elsewhere.insert(email.clone());
        }
    }
    Ok(elsewhere)
}
