//! Whether records are still as the plan expects them.

use model::{Contact, ContactId, Snapshot};

/// Why a merge must not be made now, although it was right when it was planned. The two records were
/// read again a moment ago.
pub(crate) fn merge_is_stale(
    expected: &Snapshot,
    loser: ContactId,
    survivor: ContactId,
    now: (Option<&Contact>, Option<&Contact>),
) -> bool {
    let (Some(loser_now), Some(survivor_now)) = now else {
        return true;
    };
    let same = |id: ContactId, now: &Contact| {
        expected
            .contacts
            .get(&id)
            .is_some_and(|expected| agree(expected, now))
    };
    !same(loser, loser_now) || !same(survivor, survivor_now) || !survivor_now.active
}

/// Whether two readings of a contact agree in everything that a person could have changed. Flags that
/// follow the company, and the stamps of our own writes, do not count.
fn agree(expected: &Contact, now: &Contact) -> bool {
    let items = |contact: &Contact| {
        let mut items: Vec<_> = contact
            .communications
            .iter()
            .map(|item| {
                let extension = item.extension.as_ref().map(|e| e.reveal().to_owned());
                (item.kind.clone(), item.value.reveal().to_owned(), extension)
            })
            .collect();
        items.sort();
        items
    };
    let labels = |contact: &Contact| {
        let mut labels: Vec<_> = contact.types.iter().map(|label| label.id).collect();
        labels.sort();
        labels
    };
    expected.company == now.company
        && expected.first_name == now.first_name
        && expected.last_name == now.last_name
        && expected.active == now.active
        && expected.portal == now.portal
        && items(expected) == items(now)
        && labels(expected) == labels(now)
        && ["title", "birthDay", "gender"]
            .iter()
            .all(|field| expected.fields.get(*field) == now.fields.get(*field))
}
