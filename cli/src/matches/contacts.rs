//! All contacts of a file, packed, company by company.

use model::{CompanyId, Contact, ContactId};

use super::packed;

/// The packed contacts of a file.
#[derive(Default)]
pub(crate) struct Contacts {
    /// The records, in the pieces in which the file was read.
    pieces: Vec<Vec<u8>>,
    /// Where each is, ordered by company and id.
    slots: Vec<Slot>,
}

/// Where the record of a contact is.
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    pub(super) company: CompanyId,
    pub(super) id: ContactId,
    /// The piece, and the place in it. A piece is a few MiB long.
    pub(super) piece: u32,
    pub(super) start: u32,
}

impl Contacts {
    pub(super) fn new(pieces: Vec<Vec<u8>>, mut slots: Vec<Slot>) -> Self {
        slots.sort_unstable_by_key(|slot| (slot.company, slot.id));
        Self { pieces, slots }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The contacts of each company.
    pub(crate) fn companies(&self) -> Vec<&[Slot]> {
        self.slots.chunk_by(|a, b| a.company == b.company).collect()
    }

    /// A contact, ready to be compared.
    pub(crate) fn unpack(&self, slot: &Slot) -> Contact {
        packed::unpack(slot.id, slot.company, slot.record(&self.pieces))
    }
}

impl Slot {
    /// The record, and whatever stands behind it.
    pub(super) fn record<'a>(&self, pieces: &'a [Vec<u8>]) -> &'a [u8] {
        &pieces[self.piece as usize][self.start as usize..]
    }
}
