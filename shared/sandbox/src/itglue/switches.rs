//! What is undocumented about IT Glue, as switches, so that the product can be tried against each answer.

use serde::{Deserialize, Serialize};

/// Answers to questions that the vendor's documentation leaves open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct Switches {
    /// `organization-id` on a PATCH moves the contact. Without it the attribute is ignored.
    pub moves_contacts: bool,
    /// A contact that syncs with the PSA can be deleted. Without it that is a 422.
    pub deletes_synced: bool,
    /// HTML comments are taken out of notes.
    pub strips_comments: bool,
    /// Labels other than those of the documentation's examples are a 422. Without it any label will do.
    pub known_labels_only: bool,
    /// A create is answered with 200 instead of 201.
    pub creates_with_200: bool,
    /// Pages larger than this time out: 504 with a page of HTML.
    pub page_that_times_out: Option<usize>,
    /// What the PSA's adapter is called in included records.
    pub adapter_type_name: String,
    /// The `type` of included adapter records.
    pub adapter_record_type: String,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            moves_contacts: true,
            deletes_synced: false,
            strips_comments: true,
            known_labels_only: false,
            creates_with_200: false,
            page_that_times_out: None,
            adapter_type_name: "ConnectWise".to_owned(),
            adapter_record_type: "adapters-resources".to_owned(),
        }
    }
}

impl Switches {
    /// The status that a create is answered with.
    pub(crate) fn created(&self) -> u16 {
        if self.creates_with_200 { 200 } else { 201 }
    }
}
