//! A change or a visit, whole.

use std::collections::BTreeMap;

use model::{Action, ChangeId, Contact, Details, Entry, FindingEntry, Image, Reversibility, RunId};

use super::history::ended;
use super::{Out, in_full, named, stacked, time, visit};
use crate::{mirrored, values};

/// Prints changes whole: cause, reason, evidence, and the records before and after.
pub(crate) fn whole(
    out: &mut Out,
    entries: &[Entry],
    findings: &[FindingEntry],
    undone_by: &BTreeMap<ChangeId, Vec<ChangeId>>,
) -> anyhow::Result<()> {
    for entry in entries {
        out.line(&format!("change {}", entry.id))?;
        named(out, "what", &entry.action.to_string())?;
        if let Some(undone) = entry.purpose.undone() {
            named(out, "takes back", &format!("change {undone}"))?;
        }
        named(out, "rule", &entry.rule.to_string())?;
        named(out, "why", &entry.reason)?;
        stacked(out, "evidence", entry.evidence.iter().map(in_full))?;
        let message = entry
            .cause
            .message
            .as_deref()
            .map(|id| format!(", message {id}"));
        let cause = format!("{}{}", entry.cause.source, message.unwrap_or_default());
        named(out, "cause", &cause)?;
        let began = time(entry.intended_at);
        named(out, "when", &format!("{began}, company {}", entry.company))?;
        named(out, "end", &ended(entry))?;
        for (run, numbers) in by_run(undone_by.get(&entry.id)) {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let text = match numbers.as_slice() {
                [number] => format!("by change {run}.{number}"),
                numbers => format!("by run {run}, changes {}", numbers.join(", ")),
            };
            named(out, "taken back", &text)?;
        }
        let reversibility = match (&entry.action, entry.action.reversibility()) {
            (Action::Mirror { .. }, _) => "with what was done in the PSA, which the mirror follows",
            (_, Reversibility::Reversible) => "yes",
            (_, Reversibility::Compensable) => "yes, but the contact would return under a new id",
            (_, Reversibility::Final) => "no",
        };
        named(out, "reversible", reversibility)?;
        image(out, "before", &entry.before)?;
        if let Some(after) = &entry.after {
            image(out, "after", after)?;
        }
        out.line("")?;
    }
    for noted in findings {
        visit::finding(out, &noted.finding)?;
    }
    Ok(())
}

fn by_run(changes: Option<&Vec<ChangeId>>) -> BTreeMap<&RunId, Vec<u32>> {
    let mut runs: BTreeMap<&RunId, Vec<u32>> = BTreeMap::new();
    for change in changes.into_iter().flatten() {
        runs.entry(&change.run).or_default().push(change.number);
    }
    runs
}

fn image(out: &mut Out, when: &str, image: &Image) -> anyhow::Result<()> {
    let Image {
        company,
        contacts,
        details,
        kept: _,
        mirrored,
    } = image;
    if let Some(company) = company {
        let person = |id: Option<model::ContactId>| {
            id.map_or_else(|| "nobody".to_owned(), |id| id.to_string())
        };
        let text = format!(
            "company {} {}: default contact {}, billing contact {}",
            company.id,
            company.name.reveal(),
            person(company.default_contact),
            person(company.billing_contact)
        );
        named(out, when, &text)?;
    }
    for contact in contacts {
        named(out, when, &describe(contact))?;
    }
    for record in mirrored {
        named(out, when, &mirrored::described(record))?;
    }
    if let Some(details) = details {
        self::details(out, details)?;
    }
    Ok(())
}

fn details(out: &mut Out, details: &Details) -> anyhow::Result<()> {
    let references: Vec<String> = details.references.iter().map(ToString::to_string).collect();
    let references = if references.is_empty() {
        values::NOTHING.to_owned()
    } else {
        references.join(", ")
    };
    named(out, "", &format!("pointed at by {references}"))?;
    let (notes, groups) = (details.notes.len(), details.groups.len());
    let text = format!("notes: {notes}, marketing groups: {groups}");
    named(out, "", &text)
}

fn describe(contact: &Contact) -> String {
    let login = if contact.is_invited() {
        "portal login on"
    } else {
        "portal login off"
    };
    let active = if contact.active { "active" } else { "inactive" };
    let items = contact.communications.iter().map(|item| {
        let star = values::star(item.is_default);
        format!("{}{star}", item.value.reveal())
    });
    let types = contact
        .types
        .iter()
        .map(|label| format!("\"{}\"", label.name));
    let parts = [values::name(contact), active.to_owned(), login.to_owned()];
    let parts: Vec<String> = parts.into_iter().chain(items).chain(types).collect();
    format!("contact {}: {}", contact.id, parts.join(", "))
}
