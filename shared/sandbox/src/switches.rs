//! What is undocumented about the PSA, as switches, so that the product can be tried against each answer.

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// Answers to questions that the vendor's documentation leaves open, and modes seen in the field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct Switches {
    /// A merge moves the loser's notes, communications, groups, tracks, types and documents to the winner.
    /// Without it they are lost with the loser.
    pub merge_carries_children: bool,
    /// A merge points every field that names the loser at the winner. Without it only the fields called
    /// `contact`, and the default and billing contact of companies; `billToContact` and its like dangle.
    pub merge_carries_every_field: bool,
    /// Kinds of record that a merge leaves pointing at the loser.
    pub merge_leaves: Vec<Kind>,
    /// A PATCH into a reference (`company/identifier`) answers 200 and changes nothing, instead of a 400.
    pub false_success_into_references: bool,
    /// A PATCH of a contact without any `customFields` operation is a 400.
    pub custom_fields_required: bool,
    /// Text longer than the model's limit is a 400.
    pub checks_lengths: bool,
    /// All terms of `childConditions` must hold for one and the same item. Without it, each for some item.
    pub child_conditions_on_one_item: bool,
    /// When the default communication item is removed, the next of its kind becomes default.
    pub promotes_next_communication: bool,
    /// The default contact of a company can be neither deleted nor deactivated (400).
    pub protects_default_contact: bool,
    /// A change of a contact's communications or types stamps the contact and sends its callback.
    pub children_touch_contact: bool,
    /// A change of a company's default contact stamps both contacts and sends their callbacks.
    pub default_contact_touches_contacts: bool,
    /// `company` and `site` of contacts come back blank, as they do for a member with too few rights.
    pub blank_company_references: bool,
    /// What the last page of a forward-only listing links to.
    pub last_page_link: LastPageLink,
    /// A repeated delivery has the `MessageId` of the first.
    pub retries_keep_message_id: bool,
}

/// What the last page of a forward-only listing links to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastPageLink {
    /// There is no `Link` header.
    Missing,
    /// There is an empty one.
    Empty,
    /// It has a `next` all the same, which leads to an empty page.
    Present,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            merge_carries_children: false,
            merge_carries_every_field: false,
            merge_leaves: Vec::new(),
            false_success_into_references: false,
            custom_fields_required: false,
            checks_lengths: true,
            child_conditions_on_one_item: false,
            promotes_next_communication: false,
            protects_default_contact: false,
            children_touch_contact: true,
            default_contact_touches_contacts: false,
            blank_company_references: false,
            last_page_link: LastPageLink::Missing,
            retries_keep_message_id: true,
        }
    }
}
