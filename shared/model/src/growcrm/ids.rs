//! Identifiers in Grow CRM, in alphabetical order.

use crate::ids::{ids, numbers};

ids! {
    u64:
    /// A client in Grow CRM: a company.
    ClientId, "a Grow CRM client id";
    /// A contact in Grow CRM: a portal user of one client.
    ContactId, "a Grow CRM contact id";
}

numbers! {
    ClientId ContactId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_refused() {
        let error = "x".parse::<ClientId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "read a Grow CRM client id: expected a whole number"
        );
    }

    #[test]
    fn ids_are_read_back_as_they_were_written() {
        let id: ContactId = "6000000000".parse().unwrap();
        assert_eq!(
            (id.get(), id.to_string().as_str()),
            (6_000_000_000, "6000000000")
        );
    }
}
