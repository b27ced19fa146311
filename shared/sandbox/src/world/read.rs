//! Reading a world from outside of HTTP.

use serde_json::Value;

use super::World;
use crate::{
    connectwise::render,
    kind::Kind,
    record::{self, Record, Table},
};

static NO_RECORDS: Table = Table::new();

impl World {
    /// A contact, in the shape the API answers with.
    pub fn contact(&self, id: u32) -> Option<Value> {
        self.get(Kind::Contact, id)
    }

    /// A company, in the shape the API answers with.
    pub fn company(&self, id: u32) -> Option<Value> {
        self.get(Kind::Company, id)
    }

    /// A record, in the shape the API answers with.
    pub fn get(&self, kind: Kind, id: u32) -> Option<Value> {
        let record = self.record(kind, id)?;
        Some(Value::Object(render::whole(self, kind, id, record)))
    }

    /// The ids of all records of a kind, ascending.
    pub fn ids(&self, kind: Kind) -> Vec<u32> {
        self.table(kind).keys().copied().collect()
    }

    /// The records of `kind` whose `field` refers to `id`, ascending.
    pub fn referring(&self, kind: Kind, field: &str, id: u32) -> Vec<u32> {
        self.table(kind)
            .iter()
            .filter(|(_, record)| record::reference(record, field) == Some(id))
            .map(|(id, _)| *id)
            .collect()
    }

    /// The contacts of a company, ascending.
    pub fn contacts_of(&self, company: u32) -> Vec<u32> {
        self.referring(Kind::Contact, "company", company)
    }

    pub(crate) fn table(&self, kind: Kind) -> &Table {
        self.tables.get(&kind).unwrap_or(&NO_RECORDS)
    }

    pub(crate) fn record(&self, kind: Kind, id: u32) -> Option<&Record> {
        self.table(kind).get(&id)
    }

    pub(crate) fn custom_fields(&self, kind: Kind) -> &[Record] {
        self.custom_fields.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The name that references to a record show.
    pub(crate) fn name_of(&self, kind: Kind, id: u32) -> Option<String> {
        let record = self.record(kind, id)?;
        Some(match kind {
            Kind::Contact => {
                let name = [
                    record::text(record, "firstName"),
                    record::text(record, "lastName"),
                ];
                name.join(" ").trim().to_owned()
            }
            _ => record::text(record, kind.spec().label).to_owned(),
        })
    }
}
