//! Which record of a person stays.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use model::{Contact, ContactId, Snapshot};

use crate::rules::Preference;

/// The survivor among the members, and why, in words. The PSA merges only into an active contact, so
/// while one is active no other is considered.
pub(crate) fn choose(
    snapshot: &Snapshot,
    members: &BTreeSet<ContactId>,
    preferences: &[Preference],
) -> Option<(ContactId, String)> {
    let mut ranked: Vec<&Contact> = members
        .iter()
        .filter_map(|id| snapshot.contacts.get(id))
        .collect();
    if ranked.iter().any(|contact| contact.active) {
        ranked.retain(|contact| contact.active);
    }
    ranked.sort_by(|a, b| compare(snapshot, preferences, a, b).0);
    let first = ranked.first()?;
    let decided_by = ranked
        .get(1)
        .and_then(|second| compare(snapshot, preferences, first, second).1);
    let words = match decided_by {
        Some(Preference::Default) => "it is the company's default contact",
        Some(Preference::Active) => "it is active",
        Some(Preference::Portal) => "it has a portal login",
        Some(Preference::Complete) => "it is the most complete",
        Some(Preference::Oldest) | None => "it is the oldest",
    };
    Some((first.id, words.to_owned()))
}

/// Orders two contacts by the preferences and says which one told them apart. The id comes last in
/// any case, so that the order is total.
fn compare(
    snapshot: &Snapshot,
    preferences: &[Preference],
    a: &Contact,
    b: &Contact,
) -> (Ordering, Option<Preference>) {
    preferences
        .iter()
        .chain([&Preference::Oldest])
        .map(|preference| {
            let key = |c: &Contact| match preference {
                Preference::Default => {
                    Reverse(u32::from(snapshot.company.default_contact == Some(c.id)))
                }
                Preference::Active => Reverse(u32::from(c.active)),
                Preference::Portal => Reverse(u32::from(c.is_invited())),
                Preference::Complete => Reverse(completeness(c)),
                Preference::Oldest => Reverse(u32::MAX - c.id.get()),
            };
            (key(a).cmp(&key(b)), Some(*preference))
        })
        .find(|(order, _)| order.is_ne())
        .unwrap_or((Ordering::Equal, None))
}

fn completeness(contact: &Contact) -> u32 {
    let fields = contact.fields.values().filter(|v| !v.is_blank()).count();
    let custom = contact
        .custom_fields
        .iter()
        .filter(|f| !f.value.is_blank())
        .count();
    let names = [&contact.first_name, &contact.last_name]
        .into_iter()
        .filter(|name| !name.is_blank())
        .count();
    u32::try_from(fields + custom + names + contact.communications.len()).unwrap_or(u32::MAX)
}
