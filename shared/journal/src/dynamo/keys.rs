//! What the partitions and places are called.
//!
//! A company, a contact, a run and a proposal each have a partition, so nothing is written to by everybody:
//!
//! | partition      | place                            | what lies there                                     |
//! | -------------- | -------------------------------- | --------------------------------------------------- |
//! | `company#C`    | `change#TIME#RUN#NUMBER#whole`   | a change, without its images, until it is forgotten |
//! |                | `change#TIME#RUN#NUMBER#kept`    | what stays of it, once it has ended                 |
//! |                | `open#TIME#RUN#NUMBER`           | that nobody knows its end                           |
//! |                | `finding#TIME#RUN#HASH`          | a pointer to a finding                              |
//! |                | `decision#TIME#PROPOSAL#HASH`    | a decision; with `#shown`, the contacts shown for it |
//! |                | `waiting#PROPOSAL`               | that a proposal waits, whom it concerns, a pair      |
//! |                | `address#HASH#CONTACT`           | that it has registered a portal address             |
//! |                | `default`                        | its default contact                                 |
//! |                | `link#SYSTEM#CONTACT`            | which record of a mirror is a contact's             |
//! |                | `place#SYSTEM`                   | where it is mirrored to                             |
//! | `run#R`        | `change#NUMBER`                  | a pointer to a change                               |
//! |                | `image#NUMBER#before`, `#after`  | its images                                          |
//! |                | `finding#TIME#HASH`              | a finding                                           |
//! | `contact#X`    | `change#…`, `finding#…`          | pointers, as in its company                         |
//! |                | `apart#…`, `address#…`, `default#C` | where else it was seen                           |
//! |                | `link#SYSTEM`                    | at which company its line of the map is             |
//! | `proposal#P`   | `state`                          | the proposal while it waits, and when it was decided |
//! |                | `decision#TIME#HASH`             | a pointer to a decision                             |
//! | `address#HASH` | `carriers`                       | which contact of which company carries it           |
//! | `apart`        | `LOW#HIGH`                       | two contacts that are two people                    |
//! | `months`       | `LISTING`                        | which partitions the index has                      |
//! | `piece#…`      | `piece`                          | a piece of a large text                             |
//!
//! Two partitions are everybody's. What people tell apart is written when a person says so. A month is
//! written when a process first meets it. The index has a partition for each month and sort of record, and
//! all that is recorded goes through the present ones: a kilobyte or two for each record. They take 1,000
//! of these in a second. The PSA itself lets a tenant make about 1,000 requests in a minute, and a recorded
//! change costs several, so the index sees a few dozen writes in a second at the very most.
//!
//! No key holds a person's data. An address is there as its hash.

use jiff::Timestamp;
use model::mirror::System;
use model::{ChangeId, CompanyId, ContactId, Email, Pair, ProposalId, RunId};
use sha2::{Digest, Sha256};

use super::item::Key;
use crate::stored::{instant, system as called};

/// Where the pairs lie that are two people.
pub(super) const APART: &str = "apart";
/// Where it is known which partitions the index has.
pub(super) const MONTHS: &str = "months";

pub(super) fn company(company: CompanyId) -> String {
    format!("company#{}", company.get())
}

pub(super) fn contact(contact: ContactId) -> String {
    format!("contact#{}", contact.get())
}

pub(super) fn run(run: &RunId) -> String {
    format!("run#{run}")
}

/// The pointer to a change by its id.
pub(super) fn change(id: &ChangeId) -> Key {
    Key::new(run(&id.run), format!("change#{}", number(id.number)))
}

/// A number as text that sorts.
pub(super) fn number(number: u32) -> String {
    format!("{number:010}")
}

pub(super) fn proposal(id: &ProposalId) -> String {
    format!("proposal#{id}")
}

pub(super) fn state(id: &ProposalId) -> Key {
    Key::new(proposal(id), "state")
}

pub(super) fn waiting(at: CompanyId, id: &ProposalId) -> Key {
    Key::new(company(at), format!("waiting#{id}"))
}

pub(super) fn default(at: CompanyId) -> Key {
    Key::new(company(at), "default")
}

/// That a contact is a company's default contact.
pub(super) fn default_of(whom: ContactId, at: CompanyId) -> Key {
    Key::new(contact(whom), format!("default#{}", at.get()))
}

/// The word before the lines of the map at a company, of one system.
pub(super) fn links(system: System) -> String {
    format!("link#{}", called(system))
}

/// Which record is a contact's, at the company where it is.
pub(super) fn link(at: CompanyId, system: System, whom: ContactId) -> Key {
    let whom = number(whom.get());
    Key::new(company(at), format!("{}#{whom}", links(system)))
}

/// At which company a contact's line is.
pub(super) fn link_of(system: System, whom: ContactId) -> Key {
    Key::new(contact(whom), links(system))
}

/// Where a company is mirrored to.
pub(super) fn place(at: CompanyId, system: System) -> Key {
    Key::new(company(at), format!("place#{}", called(system)))
}

pub(super) fn apart(pair: Pair) -> Key {
    Key::new(APART, couple(pair))
}

/// That a contact is one of a pair that are two people.
pub(super) fn apart_of(whom: ContactId, pair: Pair) -> Key {
    Key::new(contact(whom), format!("apart#{}", couple(pair)))
}

fn couple(pair: Pair) -> String {
    format!("{}#{}", pair.low().get(), pair.high().get())
}

/// Who carries an address, by its hash.
pub(super) fn carriers(address: &str) -> Key {
    Key::new(format!("address#{address}"), "carriers")
}

/// That a company has registered an address for a contact.
pub(super) fn registered(at: CompanyId, address: &str, whom: ContactId) -> Key {
    Key::new(company(at), format!("address#{address}#{}", whom.get()))
}

/// That an address is registered for a contact.
pub(super) fn carried(whom: ContactId, address: &str) -> Key {
    Key::new(contact(whom), format!("address#{address}"))
}

/// What stands for an address.
pub(super) fn address(email: &Email) -> String {
    hash(email.reveal())
}

/// What stands for a text.
pub(super) fn hash(text: &str) -> String {
    let bytes = Sha256::digest(text);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The partition of the index for what was recorded then.
pub(super) fn listing(word: &str, at: Timestamp) -> String {
    format!("{word}#{}", month(&instant(at)))
}

/// The month of a time.
pub(super) fn month(instant: &str) -> &str {
    instant.get(..7).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::samples::{at, company as of, contact as whom, id};

    #[test]
    fn each_record_has_a_place_of_its_own() {
        let key = change(&id("r-1.x", 7));
        assert_eq!(key, Key::new("run#r-1.x", "change#0000000007"));
        let pair = Pair::new(whom(42), whom(41));
        assert_eq!(apart(pair), Key::new("apart", "41#42"));
        assert_eq!(
            apart_of(whom(42), pair),
            Key::new("contact#42", "apart#41#42")
        );
        assert_eq!(
            default_of(whom(41), of(19)),
            Key::new("contact#41", "default#19")
        );
        let proposal = ProposalId::of_pair(pair);
        assert_eq!(state(&proposal), Key::new("proposal#pair-41-42", "state"));
        let waits = waiting(of(19), &proposal);
        assert_eq!(waits, Key::new("company#19", "waiting#pair-41-42"));
        let line = link(of(19), System::ItGlue, whom(41));
        assert_eq!(line, Key::new("company#19", "link#it-glue#0000000041"));
        let whose = link_of(System::GrowCrm, whom(41));
        assert_eq!(whose, Key::new("contact#41", "link#grow-crm"));
        let mirrored = place(of(19), System::GrowCrm);
        assert_eq!(mirrored, Key::new("company#19", "place#grow-crm"));
    }

    #[test]
    fn a_contact_without_an_id_yet_is_a_number_all_the_same() {
        let provisional = ContactId::provisional_for(whom(41));
        assert_eq!(contact(provisional), format!("contact#{}", u32::MAX - 41));
    }

    #[test]
    fn numbers_sort_as_text() {
        let texts = [0, 9, 10, u32::MAX].map(number);
        assert!(texts.is_sorted(), "{texts:?}");
    }

    #[test]
    fn no_address_is_in_a_key() {
        let email: Email = "ada@example.com".parse().unwrap();
        let address = address(&email);
        // The known hash of this text.
        assert!(
            address.starts_with("b5fc85e55755f9e0d030a10ab4429b6b"),
            "{address}"
        );
        for key in [
            carriers(&address),
            registered(of(19), &address, whom(41)),
            carried(whom(41), &address),
        ] {
            assert!(!format!("{key:?}").contains("ada"), "{key:?}");
        }
    }

    #[test]
    fn the_index_has_a_partition_for_each_month() {
        assert_eq!(listing("change", at(0)), "change#2026-02");
        let last = "2025-12-31T23:59:59.999Z".parse().unwrap();
        assert_eq!(listing("change", last), "change#2025-12");
    }
}
