//! The register of the addresses that let somebody into the portal.
//!
//! Who carries an address is in one item, which is written only if it is still as it was read. So of two
//! companies that record one address at once, the second reads what the first one wrote. What else is
//! written helps to find these items: it comes before what it points to, and goes after it.

use std::collections::{BTreeMap, BTreeSet};

use model::{CompanyId, ContactId, Email};

use super::failure::Failure;
use super::item::Item;
use super::table::{Commit, Condition, Range, TRANSACTION, Write};
use super::{Dynamo, TRIES, keys};
use crate::{Keep, Register};

/// Which contact of which company carries an address, as text: `41@19 42@19`.
const CARRIERS: &str = "carriers";
/// The hash of an address.
const ADDRESS: &str = "address";

/// Who carries some addresses: by the address's hash, contacts and their companies.
type Carriers = BTreeMap<String, BTreeMap<ContactId, CompanyId>>;

/// What is registered, by hash and contact.
type Registered = BTreeSet<(String, ContactId)>;

/// Compares a company's addresses with the register, and may record them.
pub(super) async fn compare(
    journal: &Dynamo,
    company: CompanyId,
    current: &BTreeSet<(Email, ContactId)>,
    keep: Keep,
) -> Result<Register, Failure> {
    let hashed: Registered = current
        .iter()
        .map(|(email, contact)| (keys::address(email), *contact))
        .collect();
    let mut fresh = None;
    for _ in 0..TRIES {
        let held = match keep {
            Keep::Record => registered(journal, company).await?,
            Keep::Peek => Registered::new(),
        };
        let addresses = hashed.union(&held).map(|(address, _)| address.as_str());
        let carriers = carriers(journal, addresses.collect()).await?;
        // What an earlier try wrote is no longer fresh, but it was.
        let fresh = fresh.get_or_insert_with(|| fresh_among(current, &carriers));
        if keep == Keep::Record && !record(journal, company, &hashed, &held, &carriers).await? {
            continue;
        }
        return Ok(Register {
            elsewhere: elsewhere(company, current, &carriers),
            fresh: std::mem::take(fresh),
        });
    }
    Err(Failure::contended())
}

/// The addresses that are not registered for the contact that carries them.
fn fresh_among(current: &BTreeSet<(Email, ContactId)>, carriers: &Carriers) -> BTreeSet<Email> {
    let is_fresh = |(email, contact): &&(Email, ContactId)| {
        let known = carriers.get(&keys::address(email));
        !known.is_some_and(|known| known.contains_key(contact))
    };
    let fresh = current.iter().filter(is_fresh);
    fresh.map(|(email, _)| email.clone()).collect()
}

/// The addresses that another company has registered for somebody else.
fn elsewhere(
    company: CompanyId,
    current: &BTreeSet<(Email, ContactId)>,
    carriers: &Carriers,
) -> BTreeSet<Email> {
    let is_elsewhere = |(email, _): &&(Email, ContactId)| {
        let known = carriers.get(&keys::address(email)).into_iter().flatten();
        // A contact of this company that another one has registered has moved here since.
        let mut others = known.filter(|(_, at)| **at != company);
        others.any(|(contact, _)| !current.contains(&(email.clone(), *contact)))
    };
    let elsewhere = current.iter().filter(is_elsewhere);
    elsewhere.map(|(email, _)| email.clone()).collect()
}

/// Makes these a company's part of the register. False if somebody else changed it meanwhile.
async fn record(
    journal: &Dynamo,
    company: CompanyId,
    current: &Registered,
    held: &Registered,
    carriers: &Carriers,
) -> Result<bool, Failure> {
    let carrier = |address: &str, contact| carriers.get(address)?.get(contact).copied();
    let mut changed = Carriers::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut change = |address: &String, contact: &ContactId, to: Option<CompanyId>| {
        let known = || carriers.get(address).cloned().unwrap_or_default();
        let now = changed.entry(address.clone()).or_insert_with(known);
        match to {
            Some(company) => now.insert(*contact, company),
            None => now.remove(contact),
        };
    };
    for (address, contact) in current {
        let was = carrier(address, contact);
        if was == Some(company) {
            continue;
        }
        change(address, contact, Some(company));
        let registered = Item::at(&keys::registered(company, address, *contact));
        let registered = registered.text(ADDRESS, address);
        before.push(Write::put(registered.number("contact", contact.get())));
        let carried = Item::at(&keys::carried(*contact, address));
        before.push(Write::put(carried.number("company", company.get())));
        after.extend(was.map(|was| Write::delete(keys::registered(was, address, *contact))));
    }
    for (address, contact) in held.difference(current) {
        after.push(Write::delete(keys::registered(company, address, *contact)));
        // If it is another company's by now, that one's pointer is in the place of ours.
        if carrier(address, contact) == Some(company) {
            change(address, contact, None);
            after.push(Write::delete(keys::carried(*contact, address)));
        }
    }
    journal.table.write_all(before).await?;
    let writes: Vec<Write> = changed
        .iter()
        .map(|(address, now)| {
            let key = keys::carriers(address);
            let was = carriers.get(address).map(written);
            let unchanged = Some(Condition::Same(CARRIERS, was));
            match now.is_empty() {
                true => Write::Delete(key, unchanged),
                false => Write::Put(Item::at(&key).text(CARRIERS, written(now)), unchanged),
            }
        })
        .collect();
    for some in writes.chunks(TRANSACTION) {
        match journal.table.commit(some.to_vec()).await? {
            Commit::Done => {}
            Commit::Unmet(_) => return Ok(false),
        }
    }
    journal.table.write_all(after).await?;
    Ok(true)
}

/// What a company has registered.
async fn registered(journal: &Dynamo, company: CompanyId) -> Result<Registered, Failure> {
    let range = Range::of(keys::company(company), ADDRESS);
    let mut registered = Registered::new();
    for item in journal.table.all(range).await? {
        let contact = ContactId::new(item.needed_number("contact")?);
        registered.insert((item.needed(ADDRESS)?.to_owned(), contact));
    }
    Ok(registered)
}

/// Who carries these addresses. What nobody carries is not there.
async fn carriers(journal: &Dynamo, addresses: BTreeSet<&str>) -> Result<Carriers, Failure> {
    let wanted = addresses.iter().map(|address| keys::carriers(address));
    let items = journal.table.get_all(wanted).await?;
    let mut carriers = Carriers::new();
    for address in addresses {
        if let Some(item) = items.get(&keys::carriers(address)) {
            let known = read(item.needed(CARRIERS)?);
            let known = known.ok_or_else(|| item.damaged(CARRIERS))?;
            carriers.insert(address.to_owned(), known);
        }
    }
    Ok(carriers)
}

fn written(carriers: &BTreeMap<ContactId, CompanyId>) -> String {
    let one = |(contact, company): (&ContactId, &CompanyId)| {
        format!("{}@{}", contact.get(), company.get())
    };
    carriers.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn read(text: &str) -> Option<BTreeMap<ContactId, CompanyId>> {
    let one = |text: &str| {
        let (contact, company) = text.split_once('@')?;
        let (contact, company) = (contact.parse().ok()?, company.parse().ok()?);
        Some((ContactId::new(contact), CompanyId::new(company)))
    };
    text.split(' ').map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::samples::{company, contact};

    #[test]
    fn carriers_are_read_back_as_they_were_written() {
        let carriers = [(9, 20), (41, 19), (u32::MAX, 19)]
            .map(|(whom, at)| (contact(whom), company(at)))
            .into();
        let text = written(&carriers);
        assert_eq!(text, "9@20 41@19 4294967295@19");
        assert_eq!(read(&text), Some(carriers));
        for damaged in ["", "41", "41@", "41@19 ", "ada@19"] {
            assert_eq!(read(damaged), None, "{damaged}");
        }
    }
}
