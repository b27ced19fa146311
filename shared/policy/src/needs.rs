//! What more must be read.

use model::{ContactId, ContactTypeId, Email};

/// Something a plan depends on that the first reading of a company does not bring.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Notes, groups and references of a contact that takes part in a merge.
    Details(ContactId),
    /// Who else in the tenant carries an address.
    Carriers(Email),
    /// The link between a contact and a label that is to be taken off it.
    LabelLink(ContactId, ContactTypeId),
    /// The contacts a large company could choose its primary contact from.
    Successors,
}
