//! The knobs of the mirrors.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// How contacts are carried to IT Glue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ItGlueRules {
    /// The PSA's labels and the types of contact that they become: the first pair that a contact has the label
    /// of decides. Without one, the type is left alone.
    pub types: Vec<Pairing>,
    /// The PSA's labels that make a contact important.
    pub vip_labels: BTreeSet<String>,
    /// The type of contacts that are inactive in the PSA. Empty: the type is left alone.
    pub inactive_type: String,
    /// Whether that type may be created where it is missing. No other ever is.
    pub create_types: bool,
    /// Whether the PSA's site becomes the location of the same name.
    pub locations: bool,
    /// The label of email addresses. IT Glue may know others than "Work".
    pub email_label: String,
    /// The PSA's types of phone and the labels that they become; "Work" for all others.
    pub phone_labels: Vec<Pairing>,
    /// What becomes of the record of a contact that was merged away.
    pub on_merge: OnMerge,
}

/// How contacts are carried to Grow CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GrowCrmRules {
    /// Whether a client is created for a company that has none.
    pub create_clients: bool,
    /// Whether a new contact is mailed a welcome.
    pub welcome_mails: bool,
    /// What becomes of the portal user of a contact that is inactive in the PSA.
    pub deactivated: Deactivated,
    /// What becomes of the portal user of a contact that moved to another company.
    pub moved: Moved,
    /// The last name of contacts without one, because the CRM insists on it. Empty: they are reported, and not
    /// mirrored.
    pub last_name: String,
}

/// A name in the PSA and what it is called in a mirror, written `PSA = mirror`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Pairing {
    /// What the PSA says.
    pub psa: String,
    /// What the mirror says.
    pub mirror: String,
}

/// What becomes of the record of a contact that was merged away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnMerge {
    /// It is removed, if we created it and nothing hangs on it; retired otherwise.
    Remove,
    /// It is retired, as that of an inactive contact.
    Retire,
}

/// What becomes of the portal user of a contact that is inactive in the PSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deactivated {
    /// It is removed, and can no longer log in.
    Remove,
    /// It is reported.
    Report,
}

/// What becomes of the portal user of a contact that moved to another company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moved {
    /// It is reported.
    Report,
    /// It is removed, and created anew where the contact is now.
    Recreate,
}

impl Default for ItGlueRules {
    fn default() -> Self {
        let labels = [
            ("Direct", "Work"),
            ("Cell", "Cell"),
            ("Mobile", "Cell"),
            ("Home", "Home"),
            ("Office", "Work"),
            ("Work", "Work"),
        ];
        Self {
            types: Vec::new(),
            vip_labels: BTreeSet::from(["VIP".to_owned()]),
            inactive_type: "Inactive (PSA)".to_owned(),
            create_types: true,
            locations: false,
            email_label: "Work".to_owned(),
            phone_labels: labels.map(|(psa, mirror)| Pairing::new(psa, mirror)).into(),
            on_merge: OnMerge::Remove,
        }
    }
}

impl Default for GrowCrmRules {
    fn default() -> Self {
        Self {
            create_clients: false,
            welcome_mails: false,
            deactivated: Deactivated::Remove,
            moved: Moved::Report,
            last_name: String::new(),
        }
    }
}

impl Pairing {
    /// A pairing of two names.
    #[must_use]
    pub fn new(psa: &str, mirror: &str) -> Self {
        Self {
            psa: psa.trim().to_owned(),
            mirror: mirror.trim().to_owned(),
        }
    }

    /// What is written `PSA = mirror`, if there are two names.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (psa, mirror) = text.split_once('=')?;
        let pairing = Self::new(psa, mirror);
        (!pairing.psa.is_empty() && !pairing.mirror.is_empty()).then_some(pairing)
    }
}

impl fmt::Display for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.psa, self.mirror)
    }
}

impl From<Pairing> for String {
    fn from(pairing: Pairing) -> Self {
        pairing.to_string()
    }
}
