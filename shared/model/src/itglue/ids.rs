//! Identifiers in IT Glue, in alphabetical order. They outgrow 32 bits.

use crate::ids::{ids, numbers};

ids! {
    u64:
    /// A contact in IT Glue.
    ContactId, "an IT Glue contact id";
    /// A type of contact as the account defines it ("Decision Maker"). A contact has one at most.
    ContactTypeId, "an IT Glue contact type id";
    /// A place of an organization.
    LocationId, "an IT Glue location id";
    /// An organization in IT Glue: what a company is in the PSA.
    OrganizationId, "an IT Glue organization id";
}

numbers! {
    ContactId ContactTypeId LocationId OrganizationId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_larger_than_32_bits_is_read_back_as_it_was_written() {
        let id = ContactId::new(4_503_599_627_370_497);
        assert_eq!(id.to_string().parse::<ContactId>(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), "4503599627370497");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let error = "seven".parse::<OrganizationId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "read an IT Glue organization id: expected a whole number"
        );
    }
}
