//! Which record of a mirror is whose.
//!
//! A line lies at its company. At which one that is, is in an item at the contact, which is written in the same
//! step as the line, and only if it is still as it was read. So a contact never has two lines of one system,
//! whoever else records one at that moment.

use std::collections::BTreeSet;

use model::mirror::{Link, Mirrored, Place, System};
use model::{CompanyId, ContactId};

use super::failure::Failure;
use super::item::Item;
use super::pieces::{LONGEST, TEXT};
use super::table::{CALL, Commit, Condition, Range, Write};
use super::{Dynamo, TRIES, keys};
use crate::Error;
use crate::stored::{decode, encode};

/// The company that a contact's line is at.
const COMPANY: &str = "company";
/// The contact of a line.
const CONTACT: &str = "contact";

/// The lines at a company, or those of these contacts.
pub(super) async fn links(
    journal: &Dynamo,
    company: CompanyId,
    system: System,
    contacts: Option<&BTreeSet<ContactId>>,
) -> Result<Vec<Link>, Failure> {
    // Either way they come in the order of their places, which is that of the contacts.
    let items = match contacts {
        Some(contacts) => {
            let wanted = contacts.iter().map(|id| keys::link(company, system, *id));
            let found = journal.table.get_all(wanted).await?;
            found.into_values().collect()
        }
        None => {
            let range = Range::of(keys::company(company), &keys::links(system));
            journal.table.all(range).await?
        }
    };
    Ok(items.iter().map(line).collect::<Result<_, _>>()?)
}

/// The line of a contact, and the company it is at.
pub(super) async fn link_of(
    journal: &Dynamo,
    system: System,
    contact: ContactId,
) -> Result<Option<(CompanyId, Link)>, Failure> {
    for _ in 0..TRIES {
        let pointer = journal.table.get(&keys::link_of(system, contact)).await?;
        let Some(company) = company_of(pointer.as_ref())? else {
            return Ok(None);
        };
        let key = keys::link(company, system, contact);
        if let Some(item) = journal.table.get(&key).await? {
            return Ok(Some((company, line(&item)?)));
        }
        // Between the two reads it went to another company, or off the map.
    }
    Err(Failure::contended())
}

/// Records a line.
pub(super) async fn link(journal: &Dynamo, company: CompanyId, link: &Link) -> Result<(), Failure> {
    let (system, contact) = (link.system(), link.contact);
    let line = Item::at(&keys::link(company, system, contact))
        .number(CONTACT, contact.get())
        .text(TEXT, fitting(link)?);
    set(journal, system, contact, Some((company, line))).await
}

/// Takes a line off the map.
pub(super) async fn unlink(
    journal: &Dynamo,
    system: System,
    contact: ContactId,
) -> Result<(), Failure> {
    set(journal, system, contact, None).await
}

/// Where a company is mirrored to.
pub(super) async fn place(
    journal: &Dynamo,
    company: CompanyId,
    system: System,
) -> Result<Option<Place>, Failure> {
    let Some(item) = journal.table.get(&keys::place(company, system)).await? else {
        return Ok(None);
    };
    let place = decode(item.needed(TEXT)?, || format!("company {company}"))?;
    Ok(Some(place))
}

/// Records where a company is mirrored to, or that nobody knows it.
pub(super) async fn set_place(
    journal: &Dynamo,
    company: CompanyId,
    system: System,
    place: Option<Place>,
) -> Result<(), Failure> {
    let write = match place {
        Some(place) => {
            let item = Item::at(&keys::place(company, place.system()));
            Write::put(item.text(TEXT, encode(&place)?))
        }
        None => Write::delete(keys::place(company, system)),
    };
    journal.table.write_all([write]).await
}

/// Makes this a contact's line in a system, at a company, or has it have none.
async fn set(
    journal: &Dynamo,
    system: System,
    contact: ContactId,
    line: Option<(CompanyId, Item)>,
) -> Result<(), Failure> {
    let key = keys::link_of(system, contact);
    for _ in 0..TRIES {
        let held = journal.table.get(&key).await?;
        let was = company_of(held.as_ref())?;
        let call = held.and_then(|item| item.text_of(CALL).map(str::to_owned));
        let unchanged = Some(Condition::Same(CALL, call));
        let mut writes = Vec::new();
        match &line {
            Some((company, line)) => {
                let pointer = Item::at(&key).number(COMPANY, company.get());
                writes.push(Write::Put(pointer, unchanged));
                writes.push(Write::put(line.clone()));
            }
            None if was.is_none() => return Ok(()),
            None => writes.push(Write::Delete(key.clone(), unchanged)),
        }
        let left = was.filter(|was| line.as_ref().is_none_or(|(company, _)| company != was));
        writes.extend(left.map(|was| Write::delete(keys::link(was, system, contact))));
        if journal.table.commit(writes).await? == Commit::Done {
            return Ok(());
        }
    }
    Err(Failure::contended())
}

/// The text of a line, which must fit into an item. A record was hardly ever given that much; where it was,
/// that is no longer known, and so nothing is taken from it.
fn fitting(link: &Link) -> Result<String, Error> {
    let text = encode(link)?;
    if text.len() <= LONGEST {
        return Ok(text);
    }
    let mut bare = link.clone();
    match &mut bare.record {
        Mirrored::ItGlue { given, .. } => *given = None,
        Mirrored::GrowCrm { given, .. } => *given = None,
    }
    encode(&bare)
}

fn company_of(pointer: Option<&Item>) -> Result<Option<CompanyId>, Error> {
    let company = pointer.map(|item| item.needed_number(COMPANY));
    Ok(company.transpose()?.map(CompanyId::new))
}

fn line(item: &Item) -> Result<Link, Error> {
    let contact = item.needed_number(CONTACT)?;
    decode(item.needed(TEXT)?, || format!("contact {contact}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::samples::{large_links, links};

    #[test]
    fn what_fits_is_whole_and_what_does_not_says_whose_it_is() {
        let read = |link: &Link| decode::<Link>(&fitting(link).unwrap(), String::new).unwrap();
        for link in links() {
            assert_eq!(read(&link), link);
        }
        for link in large_links() {
            let text = fitting(&link).unwrap();
            assert!(text.len() < 1024);
            let short = read(&link);
            assert_eq!(
                (short.contact, short.system(), short.ours, &short.digest),
                (link.contact, link.system(), link.ours, &link.digest)
            );
            assert_ne!(short, link);
        }
    }
}
