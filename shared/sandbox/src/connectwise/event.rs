//! What happened to records, as callbacks will tell it.

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use super::render;
use crate::{
    kind::Kind,
    record::{self, Record},
    world::World,
};

/// Something that happened to a record.
///
/// It has no `Debug`: the summary is somebody's data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The `MessageId` of its callbacks.
    pub message_id: String,
    /// When it happened.
    pub at: Timestamp,
    /// The identifier of the member who did it.
    pub member: String,
    /// What was done.
    pub action: Action,
    /// The kind of record.
    pub kind: Kind,
    /// The record's id.
    pub id: u32,
    /// The record's summary as JSON; nothing for a record that was deleted.
    pub entity: Option<String>,
    /// What callback entries of narrow levels listen for.
    pub(crate) reach: Reach,
}

/// The records that an event concerns beside its own.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Reach {
    pub(crate) company: Option<u32>,
    pub(crate) territory: Option<u32>,
    pub(crate) status: Option<u32>,
    pub(crate) types: Vec<u32>,
}

/// What was done to a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was created.
    Added,
    /// It was changed.
    Updated,
    /// It was deleted.
    Deleted,
}

impl Action {
    /// The word in callbacks.
    pub fn word(self) -> &'static str {
        match self {
            Action::Added => "added",
            Action::Updated => "updated",
            Action::Deleted => "deleted",
        }
    }
}

impl World {
    /// Puts an event about a record that is there (or about to be deleted) into the outbox.
    pub(crate) fn announce(&mut self, kind: Kind, id: u32, action: Action, member: &str) {
        if kind.spec().callback.is_some() {
            let event = self.event(kind, id, action, member);
            self.outbox.push(event);
        }
    }

    /// The event that a record was added, changed or deleted just now.
    pub(crate) fn event(&mut self, kind: Kind, id: u32, action: Action, member: &str) -> Event {
        let serial = self.next_serial();
        let record = self.record(kind, id);
        Event {
            message_id: record::uuid(&format!("message {serial}")),
            at: self.now,
            member: member.to_owned(),
            action,
            kind,
            id,
            entity: record
                .filter(|_| action != Action::Deleted)
                .map(|record| render::summary(self, kind, id, record)),
            reach: record
                .map(|record| self.reach(kind, id, record))
                .unwrap_or_default(),
        }
    }

    fn reach(&self, kind: Kind, id: u32, record: &Record) -> Reach {
        let company = if kind == Kind::Company {
            Some(id)
        } else {
            record::reference(record, "company")
        };
        let owner = company.and_then(|id| self.record(Kind::Company, id));
        let types = match kind {
            Kind::Contact => {
                let associations = self.table(Kind::TypeAssociation).values();
                let mine =
                    associations.filter(|each| record::reference(each, "contact") == Some(id));
                mine.filter_map(|each| record::reference(each, "type"))
                    .collect()
            }
            _ => record::array(record, "types")
                .iter()
                .filter_map(|each| each.get("id").and_then(record::id_in))
                .collect(),
        };
        Reach {
            company,
            territory: owner.and_then(|owner| record::reference(owner, "territory")),
            status: owner.and_then(|owner| record::reference(owner, "status")),
            types,
        }
    }
}
