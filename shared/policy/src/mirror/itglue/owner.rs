//! Whose record one is, as seen from the record: for people who look at IT Glue.
//!
//! Nothing is decided by it. A plan starts from the contact, and [`find`](super::find) knows more ways to its record.

use std::collections::BTreeSet;

use model::itglue::{self, Contact as Record};
use model::mirror::{Link, Mirrored};
use model::{Contact, ContactId};

use super::fields::Carried;
use super::notes::Notes;
use crate::rules::Rules;

/// The contacts of the PSA that a record is said to be that of. There should be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    /// What says so.
    pub known_by: KnownBy,
    /// Which.
    pub contacts: BTreeSet<ContactId>,
}

/// What says whose record one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownBy {
    /// The map.
    Map,
    /// The native sync.
    NativeSync,
    /// Our line in its notes.
    Notes,
}

/// Whose record this is, by these lines of the map, or else by the native sync, or else by our line in its notes.
#[must_use]
pub fn owners(record: &Record, lines: &[Link]) -> Option<Owners> {
    let is_its = |link: &&Link| match &link.record {
        Mirrored::ItGlue { id, .. } => *id == record.id,
        Mirrored::GrowCrm { .. } => false,
    };
    let by_map = lines.iter().filter(is_its).map(|link| link.contact);
    // What the native sync has nothing to do with may be tied to something else.
    let ties = record.remote_ids.iter();
    let ties = ties.filter(|_| record.link != itglue::Link::None);
    let by_sync = ties.filter_map(|id| id.trim().parse().ok().map(ContactId::new));
    let by_notes = Notes::read(record.notes.as_ref()).mirrored;
    [
        (KnownBy::Map, by_map.collect()),
        (KnownBy::NativeSync, by_sync.collect()),
        (KnownBy::Notes, by_notes.into_iter().collect()),
    ]
    .into_iter()
    .map(|(known_by, contacts): (_, BTreeSet<ContactId>)| Owners { known_by, contacts })
    .find(|owners| !owners.contacts.is_empty())
}

/// Whether the PSA says that a contact is important: it is active, and has one of the labels that mean it.
#[must_use]
pub fn is_vip(contact: &Contact, rules: &Rules) -> bool {
    contact.active && Carried::of(contact, &rules.itglue).is_vip
}

#[cfg(test)]
mod tests {
    use model::mirror::Digest;
    use model::{CompanyId, TypeLabel, growcrm};

    use super::*;

    fn record() -> Record {
        Record {
            id: itglue::ContactId::new(72),
            organization: itglue::OrganizationId::new(5),
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            title: None,
            contact_type: None,
            location: None,
            important: None,
            notes: None,
            emails: Vec::new(),
            phones: Vec::new(),
            link: itglue::Link::None,
            remote_ids: Vec::new(),
            resource_url: None,
            updated_at: None,
        }
    }

    fn line(contact: u32, record: Mirrored) -> Link {
        Link {
            contact: ContactId::new(contact),
            record,
            ours: true,
            digest: Digest::new("a1"),
        }
    }

    fn in_itglue(id: u64) -> Mirrored {
        Mirrored::ItGlue {
            id: itglue::ContactId::new(id),
            given: None,
        }
    }

    fn found(record: &Record, lines: &[Link]) -> Option<(KnownBy, Vec<u32>)> {
        let Owners { known_by, contacts } = owners(record, lines)?;
        Some((known_by, contacts.into_iter().map(ContactId::get).collect()))
    }

    #[test]
    fn a_record_that_nothing_is_said_about_is_nobodys() {
        let in_growcrm = Mirrored::GrowCrm {
            id: growcrm::ContactId::new(72),
            given: None,
        };
        let lines = [line(1, in_itglue(73)), line(2, in_growcrm)];
        assert_eq!(found(&record(), &lines), None);
    }

    #[test]
    fn the_map_comes_before_the_native_sync_and_that_before_the_notes() {
        let lines = [line(1, in_itglue(72))];
        let noted = Record {
            notes: Some("<p>Mirrored from ConnectWise contact 3</p>".into()),
            ..record()
        };
        let synced = Record {
            link: itglue::Link::Synced,
            remote_ids: vec!["2".to_owned()],
            ..noted.clone()
        };
        assert_eq!(found(&synced, &lines), Some((KnownBy::Map, vec![1])));
        assert_eq!(found(&synced, &[]), Some((KnownBy::NativeSync, vec![2])));
        assert_eq!(found(&noted, &[]), Some((KnownBy::Notes, vec![3])));
    }

    #[test]
    fn what_the_native_sync_has_no_part_in_may_be_tied_to_anything() {
        let tied = Record {
            remote_ids: vec!["2".to_owned()],
            ..record()
        };
        assert_eq!(found(&tied, &[]), None);
    }

    #[test]
    fn of_several_nobody_is_left_out() {
        let lines = [line(1, in_itglue(72)), line(4, in_itglue(72))];
        assert_eq!(found(&record(), &lines), Some((KnownBy::Map, vec![1, 4])));
    }

    #[test]
    fn who_has_left_is_important_no_more() {
        let rules = Rules::default();
        let mut contact = Contact::new(ContactId::new(1), CompanyId::new(2), "Priya", "Raman");
        assert!(!is_vip(&contact, &rules));
        contact.types.push(TypeLabel {
            id: model::ContactTypeId::new(7),
            name: "vip".to_owned(),
        });
        assert!(is_vip(&contact, &rules));
        contact.active = false;
        assert!(!is_vip(&contact, &rules));
    }
}
