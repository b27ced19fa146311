//! The managed service provider whose PSA this is, and the members who work in it.

use serde::{Deserialize, Serialize};

/// The provider's instance of the PSA.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// The login company.
    pub login_company: String,
    /// Its name in words.
    pub company_name: String,
    /// The id that every integration must send.
    pub client_id: String,
    /// The codebase, with its final slash: `v2025_1/`.
    pub codebase: String,
    /// The origin that callbacks name: `https://na.myconnectwise.net`, or the server's own.
    pub site_origin: String,
    /// The origin that hrefs in records name. Nothing ever asks it.
    pub api_origin: String,
    /// The `ProductInstanceId` of callbacks.
    pub product_instance_id: String,
    /// The `PartnerId` of callbacks.
    pub partner_id: String,
}

/// Somebody who can change records: an API member, or a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member's id, as callbacks' `memberId` has it.
    pub id: u32,
    /// The member's identifier, as `_info.updatedBy` has it.
    pub identifier: String,
    /// The public half of the member's API key.
    pub public_key: String,
    /// The private half.
    pub private_key: String,
}

/// What a client needs to call the PSA.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The login company.
    pub company: String,
    /// The public half of the key.
    pub public_key: String,
    /// The private half.
    pub private_key: String,
    /// The integration's id.
    pub client_id: String,
    /// Whose key it is.
    pub member: String,
}

/// The identifier of the API member the product works as.
pub const API_MEMBER: &str = "rollcall-api";
/// The identifier of a person who works in the PSA.
pub const PERSON: &str = "jharper";

impl Default for Tenant {
    fn default() -> Self {
        Tenant {
            login_company: "northwindmsp".to_owned(),
            company_name: "Northwind MSP".to_owned(),
            client_id: "1d0a7c52-55f2-4f4e-9a43-6a0a3ce2b9f1".to_owned(),
            codebase: "v2025_1/".to_owned(),
            site_origin: "https://na.myconnectwise.net".to_owned(),
            api_origin: "https://api-na.myconnectwise.net".to_owned(),
            product_instance_id: "64b0c2d1e5f60700018a9b3c".to_owned(),
            partner_id: "64b0c2d1e5f60700018a9b00".to_owned(),
        }
    }
}

impl Member {
    /// The members every world starts with: the product's and a person's.
    pub(crate) fn usual() -> Vec<Member> {
        vec![
            Member {
                id: 243,
                identifier: API_MEMBER.to_owned(),
                public_key: "AbCdEf0123456789".to_owned(),
                private_key: "ZyXwVu9876543210".to_owned(),
            },
            Member {
                id: 101,
                identifier: PERSON.to_owned(),
                public_key: "JhArPe0123456789".to_owned(),
                private_key: "RePrAhJ987654321".to_owned(),
            },
        ]
    }
}
