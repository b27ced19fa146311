//! The writes of one merge.

use model::{
    Action, Change, Communication, Contact, ContactId, Details, Evidence, NewCommunication,
    Reference, Snapshot,
};

use crate::draft::Step;
use crate::fields::{conflicting, to_carry};
use crate::rules::MergeMethod;

/// All writes of one merge, the merge itself last: whatever must survive is copied before it.
pub(super) fn steps(
    now: &Snapshot,
    planned: &[Change],
    method: MergeMethod,
    survivor: ContactId,
    why: &str,
    loser: ContactId,
    evidence: Vec<Evidence>,
) -> Vec<Step> {
    let (Some(kept), Some(gone)) = (now.contacts.get(&survivor), now.contacts.get(&loser)) else {
        return Vec::new();
    };
    let none = Details::default();
    let details_of = |id| now.details.get(id).unwrap_or(&none);
    let (kept_details, gone_details) = (details_of(&survivor), details_of(&loser));
    let company = now.company.id;
    let before_merge = format!("contact {loser} is about to be merged into {survivor}");
    let mut steps = Vec::new();

    if now.company.default_contact == Some(loser) {
        steps.push(Step::new(
            Action::SetDefaultContact {
                company,
                before: Some(loser),
                after: Some(survivor),
            },
            &before_merge,
        ));
    }
    if now.company.billing_contact == Some(loser) {
        steps.push(Step::new(
            Action::SetBillingContact {
                company,
                before: Some(loser),
                after: Some(survivor),
            },
            &before_merge,
        ));
    }
    for item in missing_communications(kept, gone) {
        steps.push(Step::new(
            Action::AddCommunication {
                contact: survivor,
                item,
            },
            format!("contact {loser} has it and {survivor} does not"),
        ));
    }
    for label in &gone.types {
        // The Primary label follows the primary contact; the next policy sees to it.
        let follows = now.primary_label.as_ref().is_some_and(|p| p.id == label.id);
        if !kept.has_type(label.id) && !follows {
            steps.push(Step::new(
                Action::AddType {
                    contact: survivor,
                    label: label.clone(),
                },
                format!("contact {loser} carries it and {survivor} does not"),
            ));
        }
    }
    for membership in &gone_details.groups {
        if kept_details
            .groups
            .iter()
            .all(|m| m.group != membership.group)
        {
            steps.push(Step::new(
                Action::JoinGroup {
                    contact: survivor,
                    membership: membership.clone(),
                },
                format!("contact {loser} is in it and {survivor} is not"),
            ));
        }
    }
    let fields = to_carry(kept, gone);
    if !fields.is_empty() {
        steps.push(Step::new(
            Action::SetFields {
                contact: survivor,
                fields,
            },
            format!("{loser} says it and {survivor} does not"),
        ));
    }
    let marker = format!("Merged from contact {loser}.");
    let earlier: Vec<&str> = kept_details
        .notes
        .iter()
        .map(|note| note.text.reveal())
        .chain(planned_notes(planned, survivor))
        .filter(|text| text.contains(&marker))
        .collect();
    if let Some(text) = note(
        &marker,
        &earlier,
        (kept, kept_details),
        (gone, gone_details),
    ) {
        steps.push(Step::new(
            Action::AddNote {
                contact: survivor,
                text: text.into(),
                type_id: None,
                flagged: false,
            },
            format!("the notes of {loser}, or what it says otherwise, would be lost"),
        ));
    }
    let reason = format!("one person in two records; {survivor} survives because {why}");
    match method {
        MergeMethod::Merge => steps.push(Step {
            action: Action::Merge {
                loser,
                survivor,
                references: gone_details.references.clone(),
            },
            reason,
            evidence,
        }),
        MergeMethod::Retire => {
            // Nobody becomes their own manager or assistant.
            let own = |reference: &&Reference| reference.owner() == Some(survivor);
            for reference in gone_details.references.iter().filter(|r| !own(r)) {
                steps.push(Step::new(
                    Action::Repoint {
                        reference: reference.clone(),
                        before: loser,
                        after: survivor,
                    },
                    &before_merge,
                ));
            }
            let farewell = farewell(survivor);
            let noted = gone_details
                .notes
                .iter()
                .any(|note| note.text.reveal() == farewell);
            if !noted {
                steps.push(Step::new(
                    Action::AddNote {
                        contact: loser,
                        text: farewell.into(),
                        type_id: None,
                        flagged: false,
                    },
                    &before_merge,
                ));
            }
            steps.push(Step {
                action: Action::Retire { contact: loser },
                reason,
                evidence,
            });
        }
    }
    steps
}

/// The emails, phones and faxes of the loser that the survivor lacks. They do not become defaults,
/// except where the survivor has none of their kind.
fn missing_communications(kept: &Contact, gone: &Contact) -> Vec<NewCommunication> {
    let mut have: Vec<&Communication> = kept.communications.iter().collect();
    let mut missing = Vec::new();
    for item in &gone.communications {
        let known = matches!(item.kind, model::CommunicationKind::Other(_));
        if known || item.value.is_blank() || have.iter().any(|held| held.same_as(item)) {
            continue;
        }
        missing.push(NewCommunication {
            is_default: have.iter().all(|held| held.kind != item.kind),
            ..NewCommunication::like(item)
        });
        have.push(item);
    }
    missing
}

/// The note that keeps what would be lost, if there is anything to keep that an earlier one does not.
fn note(
    marker: &str,
    earlier: &[&str],
    (kept, kept_details): (&Contact, &Details),
    (gone, details): (&Contact, &Details),
) -> Option<String> {
    let mut lines = conflicting(kept, gone);
    let unsubscribed = details.groups.iter().filter(|membership| {
        let here = kept_details
            .groups
            .iter()
            .find(|held| held.group == membership.group);
        membership.unsubscribed && here.is_some_and(|held| !held.unsubscribed)
    });
    lines.extend(
        unsubscribed
            .map(|membership| format!("unsubscribed from marketing group {}", membership.group)),
    );
    let farewell = farewell(kept.id);
    let notes = details.notes.iter().filter(|note| !note.text.is_blank());
    let notes = notes.filter(|note| note.text.reveal() != farewell);
    lines.extend(notes.map(|note| format!("note: {}", note.text.reveal())));
    lines.retain(|line| !earlier.iter().any(|text| mentions(text, line)));
    (!lines.is_empty()).then(|| format!("{marker} Kept from it:\n{}", lines.join("\n")))
}

/// Whether a text says this, among other things, on lines of its own.
fn mentions(text: &str, lines: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    format!("\n{}\n", plain(text)).contains(&format!("\n{}\n", plain(lines)))
}

/// What is to be written on a contact already. When its records are several, what was kept of one may be among what
/// is kept of the next.
fn planned_notes(planned: &[Change], on: ContactId) -> impl Iterator<Item = &str> {
    planned
        .iter()
        .filter_map(move |change| match &change.action {
            Action::AddNote { contact, text, .. } if *contact == on => Some(text.reveal()),
            _ => None,
        })
}

/// What a careful merge writes on the contact that it retires.
fn farewell(survivor: ContactId) -> String {
    format!("Retired: this is the same person as contact {survivor}.")
}
