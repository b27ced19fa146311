//! Which record of a mirror is whose.

use std::collections::BTreeSet;

use model::mirror::{Link, Place, System};
use model::{CompanyId, ContactId};
use rusqlite::{Connection, OptionalExtension, Statement, params};

use super::failure::Failure;
use crate::stored::{self, decode, encode};

/// Finds the line of one contact.
const ONE: &str = "SELECT company, record FROM link WHERE contact = ?1 AND system = ?2";

/// The lines at a company, or those of these contacts.
pub(super) fn links(
    tx: &Connection,
    company: CompanyId,
    system: System,
    contacts: Option<&BTreeSet<ContactId>>,
) -> Result<Vec<Link>, Failure> {
    let Some(contacts) = contacts else {
        return tx
            .prepare(
                "SELECT contact, record FROM link \
                 WHERE company = ?1 AND system = ?2 ORDER BY contact",
            )?
            .query_and_then(params![company.get(), stored::system(system)], |row| {
                line(row.get(0)?, row.get(1)?)
            })?
            .collect();
    };
    let mut one = tx.prepare(ONE)?;
    let mut links = Vec::new();
    for contact in contacts {
        let found = find(&mut one, system, *contact)?;
        links.extend(found.filter(|(at, _)| *at == company).map(|(_, link)| link));
    }
    Ok(links)
}

/// The line of a contact, and the company it is at.
pub(super) fn link_of(
    tx: &Connection,
    system: System,
    contact: ContactId,
) -> Result<Option<(CompanyId, Link)>, Failure> {
    find(&mut tx.prepare(ONE)?, system, contact)
}

/// Records a line. What says the same leaves the disk alone.
pub(super) fn link(tx: &Connection, company: CompanyId, link: &Link) -> Result<(), Failure> {
    tx.execute(
        "INSERT INTO link (contact, system, company, record) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (contact, system) DO UPDATE SET company = ?3, record = ?4 \
         WHERE company <> ?3 OR record <> ?4",
        params![
            link.contact.get(),
            stored::system(link.system()),
            company.get(),
            encode(link)?,
        ],
    )?;
    Ok(())
}

/// Takes a line off the map.
pub(super) fn unlink(tx: &Connection, system: System, contact: ContactId) -> Result<(), Failure> {
    tx.execute(
        "DELETE FROM link WHERE contact = ?1 AND system = ?2",
        params![contact.get(), stored::system(system)],
    )?;
    Ok(())
}

/// Where a company is mirrored to.
pub(super) fn place(
    tx: &Connection,
    company: CompanyId,
    system: System,
) -> Result<Option<Place>, Failure> {
    let record: Option<String> = tx
        .prepare("SELECT record FROM place WHERE company = ?1 AND system = ?2")?
        .query_row(params![company.get(), stored::system(system)], |row| {
            row.get(0)
        })
        .optional()?;
    let place = record.map(|record| decode(&record, || format!("company {company}")));
    Ok(place.transpose()?)
}

/// Records where a company is mirrored to, or that nobody knows it.
pub(super) fn set_place(
    tx: &Connection,
    company: CompanyId,
    system: System,
    place: Option<Place>,
) -> Result<(), Failure> {
    match place {
        Some(place) => tx.execute(
            "INSERT INTO place (company, system, record) VALUES (?1, ?2, ?3) \
             ON CONFLICT (company, system) DO UPDATE SET record = ?3 WHERE record <> ?3",
            params![
                company.get(),
                stored::system(place.system()),
                encode(&place)?,
            ],
        )?,
        None => tx.execute(
            "DELETE FROM place WHERE company = ?1 AND system = ?2",
            params![company.get(), stored::system(system)],
        )?,
    };
    Ok(())
}

fn find(
    one: &mut Statement<'_>,
    system: System,
    contact: ContactId,
) -> Result<Option<(CompanyId, Link)>, Failure> {
    one.query_row(params![contact.get(), stored::system(system)], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
    .optional()?
    .map(|(company, record)| Ok((CompanyId::new(company), line(contact.get(), record)?)))
    .transpose()
}

fn line(contact: u32, record: String) -> Result<Link, Failure> {
    Ok(decode(&record, || format!("contact {contact}"))?)
}
