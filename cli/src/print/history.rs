//! The journal as a person reads it.

use model::{Contact, Entry, FindingEntry, Image};

use super::{Out, in_full, replay, wrap};

/// Prints changes and findings, a line or two each, oldest first.
pub(crate) fn list(
    out: &mut Out,
    entries: &[Entry],
    findings: &[FindingEntry],
) -> anyhow::Result<()> {
    if entries.is_empty() && findings.is_empty() {
        return out.line("nothing was done yet");
    }
    for entry in entries {
        let when = entry.intended_at.strftime("%Y-%m-%d %H:%M:%S");
        out.line(&format!(
            "{when}  {}  {}  company {}",
            entry.id, entry.rule, entry.company
        ))?;
        for line in wrap(
            &format!("{} [{}]", entry.action, ended(entry)),
            "    ",
            "    ",
        ) {
            out.line(&line)?;
        }
    }
    for noted in findings {
        let when = noted.at.strftime("%Y-%m-%d %H:%M:%S");
        out.line(&format!("{when}  {}  {}", noted.run, noted.finding.rule))?;
        replay::finding(out, &noted.finding)?;
    }
    Ok(())
}

/// Prints changes whole: cause, reason, evidence, and the records before and after.
pub(crate) fn explain(
    out: &mut Out,
    entries: &[Entry],
    findings: &[FindingEntry],
) -> anyhow::Result<()> {
    for entry in entries {
        out.line(&format!("change {}", entry.id))?;
        line(out, "what", &entry.action.to_string())?;
        line(out, "rule", &entry.rule.to_string())?;
        line(out, "why", &entry.reason)?;
        for evidence in &entry.evidence {
            line(out, "evidence", &in_full(evidence))?;
        }
        let message = entry
            .cause
            .message
            .as_deref()
            .map(|id| format!(", message {id}"));
        let cause = format!("{}{}", entry.cause.source, message.unwrap_or_default());
        line(out, "cause", &cause)?;
        let began = entry.intended_at.strftime("%Y-%m-%d %H:%M:%S");
        line(out, "when", &format!("{began}, company {}", entry.company))?;
        line(out, "end", &ended(entry))?;
        let reversibility = match entry.action.reversibility() {
            model::Reversibility::Reversible => "yes",
            model::Reversibility::Compensable => "yes, but the contact would return under a new id",
            model::Reversibility::Final => "no",
        };
        line(out, "reversible", reversibility)?;
        image(out, "before", &entry.before)?;
        if let Some(after) = &entry.after {
            image(out, "after", after)?;
        }
        out.line("")?;
    }
    for noted in findings {
        replay::finding(out, &noted.finding)?;
    }
    Ok(())
}

fn ended(entry: &Entry) -> String {
    entry.outcome.as_ref().map_or_else(
        || "nobody knows yet how it ended; the next visit will look".to_owned(),
        ToString::to_string,
    )
}

fn image(out: &mut Out, when: &str, image: &Image) -> anyhow::Result<()> {
    let Image {
        company,
        contacts,
        details,
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
        line(out, when, &text)?;
    }
    for contact in contacts {
        line(out, when, &describe(contact))?;
    }
    if let Some(details) = details {
        let references: Vec<String> = details.references.iter().map(ToString::to_string).collect();
        let references = if references.is_empty() {
            "nothing".to_owned()
        } else {
            references.join(", ")
        };
        line(out, "", &format!("pointed at by {references}"))?;
        let (notes, groups) = (details.notes.len(), details.groups.len());
        line(
            out,
            "",
            &format!("notes: {notes}, marketing groups: {groups}"),
        )?;
    }
    Ok(())
}

fn describe(contact: &Contact) -> String {
    let name = format!(
        "{} {}",
        contact.first_name.reveal(),
        contact.last_name.reveal()
    );
    let login = if contact.is_invited() {
        "portal login on"
    } else {
        "portal login off"
    };
    let active = if contact.active { "active" } else { "inactive" };
    let items: Vec<String> = contact
        .communications
        .iter()
        .map(|item| {
            let star = if item.is_default { " *" } else { "" };
            format!("{}{star}", item.value.reveal())
        })
        .collect();
    let types: Vec<&str> = contact
        .types
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    let mut parts = vec![name.trim().to_owned(), active.to_owned(), login.to_owned()];
    parts.extend(items);
    parts.extend(types.into_iter().map(|label| format!("\"{label}\"")));
    format!("contact {}: {}", contact.id, parts.join(", "))
}

fn line(out: &mut Out, name: &str, text: &str) -> anyhow::Result<()> {
    for line in wrap(text, &format!("  {name:<10} "), &" ".repeat(13)) {
        out.line(&line)?;
    }
    Ok(())
}
