//! What is undocumented about Grow CRM, or set by its owner, so that the product can be tried against each
//! answer.

use serde::{Deserialize, Serialize};

/// Answers to questions that the vendor's documentation leaves open, and settings of the installation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct Switches {
    /// What an update does to fields that it leaves out.
    pub profile: Profile,
    /// Bodies may be JSON, too. Without it only the documented form is taken.
    pub accepts_json: bool,
    /// How many records a page has when the request doesn't say.
    pub page_size: usize,
    /// Mail is set up wrongly: whoever asks for a welcome mail gets a 500 after the record was made.
    pub mail_is_broken: bool,
    /// A new client is answered with its id and name only.
    pub short_client_answers: bool,
    /// A new client has no tags, whatever was sent.
    pub forgets_new_tags: bool,
    /// How many characters of a position are stored; what is longer is cut short without a word.
    pub longest_position: Option<usize>,
    /// Custom fields that a new client must have.
    pub required_client_fields: Vec<String>,
}

/// What an update does to fields that it leaves out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// It blanks them, social handles included.
    Strict,
    /// It keeps them.
    Lenient,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            profile: Profile::Strict,
            accepts_json: false,
            page_size: 25,
            mail_is_broken: false,
            short_client_answers: false,
            forgets_new_tags: false,
            longest_position: None,
            required_client_fields: Vec::new(),
        }
    }
}
