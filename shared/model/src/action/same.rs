//! When two writes are the same, or go to the same place.

use crate::{Action, Private};

impl Action {
    /// Whether it would have the same effect on the same place as `other`, whatever stood there
    /// before: how a change that somebody reverted is recognized when it is planned again.
    #[must_use]
    pub fn same_effect(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::SetDefaultContact { company, after, .. },
                Self::SetDefaultContact {
                    company: there,
                    after: then,
                    ..
                },
            )
            | (
                Self::SetBillingContact { company, after, .. },
                Self::SetBillingContact {
                    company: there,
                    after: then,
                    ..
                },
            ) => company == there && after == then,
            (
                Self::SetPortal { contact, after, .. },
                Self::SetPortal {
                    contact: whose,
                    after: then,
                    ..
                },
            ) => contact == whose && after == then,
            (
                Self::SetFields { contact, fields },
                Self::SetFields {
                    contact: whose,
                    fields: then,
                },
            ) => {
                contact == whose
                    && fields.iter().any(|field| {
                        then.iter()
                            .any(|past| past.field == field.field && past.after == field.after)
                    })
            }
            (
                Self::AddCommunication { contact, item },
                Self::AddCommunication {
                    contact: whose,
                    item: then,
                },
            ) => {
                contact == whose
                    && item.kind == then.kind
                    && item.value == then.value
                    && same_extension(&item.extension, &then.extension)
            }
            (
                Self::Merge {
                    loser, survivor, ..
                },
                Self::Merge {
                    loser: gone,
                    survivor: kept,
                    ..
                },
            ) => loser == gone && survivor == kept,
            (
                Self::JoinGroup {
                    contact,
                    membership,
                },
                Self::JoinGroup {
                    contact: whose,
                    membership: then,
                },
            )
            | (
                Self::LeaveGroup {
                    contact,
                    membership,
                },
                Self::LeaveGroup {
                    contact: whose,
                    membership: then,
                },
            ) => {
                contact == whose
                    && membership.group == then.group
                    && membership.unsubscribed == then.unsubscribed
            }
            (Self::Restore { original, .. }, Self::Restore { original: whom, .. }) => {
                original == whom
            }
            _ => self == other,
        }
    }

    /// Whether it writes to the same place as `other`, so that the later one supersedes the earlier.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::SetDefaultContact { company, .. },
                Self::SetDefaultContact { company: b, .. },
            )
            | (
                Self::SetBillingContact { company, .. },
                Self::SetBillingContact { company: b, .. },
            ) => company == b,
            (Self::SetPortal { contact, .. }, Self::SetPortal { contact: b, .. }) => contact == b,
            (
                Self::SetDefaultCommunication { contact, kind, .. },
                Self::SetDefaultCommunication {
                    contact: b,
                    kind: of,
                    ..
                },
            ) => contact == b && kind == of,
            (
                Self::AddType { contact, label } | Self::RemoveType { contact, label, .. },
                Self::AddType {
                    contact: b,
                    label: l,
                }
                | Self::RemoveType {
                    contact: b,
                    label: l,
                    ..
                },
            ) => contact == b && label.id == l.id,
            (
                Self::AddCommunication { contact, item },
                Self::RemoveCommunication {
                    contact: b,
                    item: gone,
                },
            )
            | (
                Self::RemoveCommunication {
                    contact: b,
                    item: gone,
                },
                Self::AddCommunication { contact, item },
            ) => {
                contact == b
                    && item.kind == gone.kind
                    && item.value == gone.value
                    && same_extension(&item.extension, &gone.extension)
            }
            (
                Self::JoinGroup {
                    contact,
                    membership,
                }
                | Self::LeaveGroup {
                    contact,
                    membership,
                },
                Self::JoinGroup {
                    contact: b,
                    membership: there,
                }
                | Self::LeaveGroup {
                    contact: b,
                    membership: there,
                },
            ) => contact == b && membership.group == there.group,
            (
                Self::Retire { contact } | Self::Reactivate { contact },
                Self::Retire { contact: b } | Self::Reactivate { contact: b },
            ) => contact == b,
            (
                Self::SetFields { contact, fields },
                Self::SetFields {
                    contact: b,
                    fields: others,
                },
            ) => {
                contact == b
                    && fields
                        .iter()
                        .any(|field| others.iter().any(|other| other.field == field.field))
            }
            _ => self.same_effect(other),
        }
    }
}

/// Two extensions of one number are two items.
fn same_extension(one: &Option<Private>, other: &Option<Private>) -> bool {
    let told = |extension: &Option<Private>| extension.clone().filter(|text| !text.is_blank());
    told(one) == told(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Communication, CommunicationId, CommunicationKind, CommunicationTypeId, ContactId,
        NewCommunication,
    };

    fn item(extension: Option<&str>) -> Communication {
        Communication {
            id: CommunicationId::new(7),
            kind: CommunicationKind::Phone,
            type_id: CommunicationTypeId::new(2),
            type_name: "Direct".to_owned(),
            value: "312 555 0101".into(),
            extension: extension.map(Private::from),
            is_default: false,
        }
    }

    #[test]
    fn two_extensions_of_one_number_are_two_places() {
        let contact = ContactId::new(1);
        let add = |extension| Action::AddCommunication {
            contact,
            item: NewCommunication::like(&item(extension)),
        };
        let remove = |extension| Action::RemoveCommunication {
            contact,
            item: item(extension),
        };
        for (one, other, same) in [
            (Some("12"), Some("12"), true),
            (Some("12"), Some("13"), false),
            (Some("12"), None, false),
            (None, Some(" "), true),
        ] {
            assert_eq!(add(one).same_effect(&add(other)), same);
            assert_eq!(add(one).same_place(&add(other)), same);
            assert_eq!(add(one).same_place(&remove(other)), same);
            assert_eq!(remove(one).same_place(&add(other)), same);
        }
    }
}
