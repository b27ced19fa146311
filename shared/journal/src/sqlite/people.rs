//! What is known about contacts: who was seen where, and who are two people.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{CompanyId, ContactId, Pair};
use rusqlite::{Connection, params};

use super::failure::Failure;
use crate::stored::instant;

/// The companies at which a contact was seen.
pub(super) fn companies_of(tx: &Connection, contact: ContactId) -> Result<Vec<CompanyId>, Failure> {
    tx.prepare(
        "SELECT company FROM ( \
           SELECT company, at FROM intent JOIN intent_contact ON owner = seq WHERE contact = ?1 \
           UNION ALL \
           SELECT company, at FROM finding JOIN finding_contact ON owner = seq \
           WHERE contact = ?1 AND company IS NOT NULL \
           UNION ALL \
           SELECT company, at FROM apart WHERE low = ?1 OR high = ?1 \
           UNION ALL \
           SELECT company, '' FROM portal_address WHERE contact = ?1 \
           UNION ALL \
           SELECT company, '' FROM default_contact WHERE contact = ?1 \
           UNION ALL \
           SELECT company, '' FROM link WHERE contact = ?1 \
         ) GROUP BY company ORDER BY max(at) DESC, company",
    )?
    .query_and_then([contact.get()], |row| Ok(CompanyId::new(row.get(0)?)))?
    .collect()
}

/// Remembers who a company's default contact is.
pub(super) fn remember_default(
    tx: &Connection,
    company: CompanyId,
    contact: Option<ContactId>,
) -> Result<(), Failure> {
    match contact {
        Some(contact) => tx.execute(
            "INSERT INTO default_contact (company, contact) VALUES (?1, ?2) \
             ON CONFLICT (company) DO UPDATE SET contact = ?2 WHERE contact <> ?2",
            [company.get(), contact.get()],
        )?,
        None => tx.execute(
            "DELETE FROM default_contact WHERE company = ?1",
            [company.get()],
        )?,
    };
    Ok(())
}

/// Records that two contacts are two people.
pub(super) fn keep_apart(
    tx: &Connection,
    pair: Pair,
    company: CompanyId,
    at: Timestamp,
    by: &str,
) -> Result<(), Failure> {
    tx.execute(
        "INSERT INTO apart (low, high, company, at, said_by) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (low, high) DO NOTHING",
        params![
            pair.low().get(),
            pair.high().get(),
            company.get(),
            instant(at),
            by,
        ],
    )?;
    Ok(())
}

/// All pairs that are two people.
pub(super) fn distinct(tx: &Connection) -> Result<BTreeSet<Pair>, Failure> {
    tx.prepare("SELECT low, high FROM apart")?
        .query_and_then([], |row| {
            let (low, high) = (row.get(0)?, row.get(1)?);
            Ok(Pair::new(ContactId::new(low), ContactId::new(high)))
        })?
        .collect()
}
