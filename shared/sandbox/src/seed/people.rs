//! Reading the people of the example tenant back, so that the other vendors' examples fit it.

use serde_json::Value;

use super::*;
use crate::world::World;

/// The companies whose unremarkable people the mirrors have.
pub(super) const MIRRORED_COMPANIES: [u32; 7] = [
    GRANITE_PEAK,
    LAKESIDE,
    MERIDIAN,
    CEDAR_HOLLOW,
    TIDEWATER,
    COPPERFIELD,
    JUNIPER,
];

/// From here on within a company's hundred, the ids are those of people about whom nothing is remarkable.
const FIRST_COLLEAGUE: u32 = 30;

/// Somebody in the PSA.
pub(super) struct Known {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) title: Option<String>,
    /// The names of the type labels.
    pub(super) types: Vec<String>,
    /// Lower-case, and whether it is the default.
    pub(super) emails: Vec<(String, bool)>,
    pub(super) phones: Vec<KnownPhone>,
}

/// A number in the PSA.
pub(super) struct KnownPhone {
    pub(super) number: String,
    pub(super) extension: Option<String>,
    /// `Direct`, `Mobile` and so on.
    pub(super) kind: String,
    pub(super) is_default: bool,
}

impl Known {
    /// Whoever has that id.
    pub(super) fn of(world: &World, id: u32) -> Known {
        let contact = world.contact(id).unwrap_or_default();
        let items = |kind: &'static str| {
            let items = contact["communicationItems"].as_array().into_iter();
            items
                .flatten()
                .filter(move |item| item["communicationType"] == kind)
        };
        let emails = items("Email");
        let emails = emails.map(|item| (text(&item["value"]).to_lowercase(), is_default(item)));
        let phones = items("Phone").map(|item| KnownPhone {
            number: text(&item["value"]),
            extension: some(&item["extension"]),
            kind: text(&item["type"]["name"]),
            is_default: is_default(item),
        });
        let types = contact["types"].as_array().into_iter().flatten();
        Known {
            first_name: text(&contact["firstName"]),
            last_name: text(&contact["lastName"]),
            title: some(&contact["title"]),
            types: types.map(|each| text(&each["name"])).collect(),
            emails: emails.collect(),
            phones: phones.collect(),
        }
    }

    /// The default of the addresses, or else the first.
    pub(super) fn email(&self) -> Option<&str> {
        let default = self.emails.iter().find(|(_, is_default)| *is_default);
        let email = default.or_else(|| self.emails.first());
        email.map(|(email, _)| email.as_str())
    }
}

/// The people of a company about whom nothing is remarkable.
pub(super) fn colleagues(world: &World, company: u32) -> Vec<u32> {
    let mut contacts = world.contacts_of(company);
    contacts.retain(|id| id % 100 >= FIRST_COLLEAGUE);
    contacts
}

/// The name of a company.
pub(super) fn company_name(world: &World, id: u32) -> String {
    text(&world.company(id).unwrap_or_default()["name"])
}

/// The identifier of a company.
pub(super) fn company_identifier(world: &World, id: u32) -> String {
    text(&world.company(id).unwrap_or_default()["identifier"])
}

fn is_default(item: &Value) -> bool {
    item["defaultFlag"] == true
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn some(value: &Value) -> Option<String> {
    Some(text(value)).filter(|text| !text.is_empty())
}
