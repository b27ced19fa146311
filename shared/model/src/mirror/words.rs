//! Mirrors and writes to them in words: ids and fields, but nothing of a person.

use std::fmt;

use super::{Call, GrowCrmCall, ItGlueCall, System};

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ItGlue => "IT Glue",
            Self::GrowCrm => "Grow CRM",
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ItGlue(call) => call.fmt(f),
            Self::GrowCrm(call) => call.fmt(f),
        }
    }
}

impl fmt::Display for ItGlueCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { organization, .. } => {
                write!(
                    f,
                    "create a contact in IT Glue, in organization {organization}"
                )
            }
            Self::Update { record, change } => {
                let fields = change.fields().join(", ");
                write!(f, "set {fields} of IT Glue contact {record}")
            }
            Self::Remove { record } => write!(f, "remove IT Glue contact {record}"),
            Self::CreateType { name } => write!(f, "create the contact type \"{name}\" in IT Glue"),
        }
    }
}

impl fmt::Display for GrowCrmCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create {
                client, send_email, ..
            } => {
                write!(f, "create a contact in Grow CRM, of client {client}")?;
                if *send_email {
                    f.write_str(", and have it mailed a welcome")?;
                }
                Ok(())
            }
            Self::Update { record, .. } => write!(f, "set all fields of Grow CRM contact {record}"),
            Self::Remove { record } => write!(f, "remove Grow CRM contact {record}"),
            Self::MakeOwner {
                client,
                record,
                before,
            } => {
                f.write_str("make ")?;
                match record {
                    Some(record) => write!(f, "Grow CRM contact {record}")?,
                    None => f.write_str("the new Grow CRM contact")?,
                }
                write!(f, " the account owner of client {client}")?;
                match before {
                    Some(before) => write!(f, ", in place of {before}"),
                    None => f.write_str(", which has none"),
                }
            }
            Self::CreateClient { .. } => {
                f.write_str("create a client in Grow CRM, with its account owner")
            }
            Self::SetTags { client, after, .. } => {
                write!(f, "label Grow CRM client {client} as {}", after.join(", "))
            }
        }
    }
}
