//! What more must be read.

use model::{ContactId, ContactTypeId, Email};

/// Something a plan depends on that the first reading of a company does not bring.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Whoever at a company that is not read whole may be the same person as a contact that would be
    /// merged.
    Surroundings(ContactId),
    /// All that hangs on a contact that a merge would delete.
    Details(ContactId),
    /// Notes and groups of a contact that a merge would keep.
    Belongings(ContactId),
    /// Who else in the tenant carries an address.
    Carriers(Email),
    /// The link between a contact and a label that is to be taken off it.
    LabelLink(ContactId, ContactTypeId),
    /// The contacts a large company could choose its primary contact from.
    Successors,
}
