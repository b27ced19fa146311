//! Policy 2: a company with an active contact has exactly one primary contact, and it is active.

use model::{Action, Contact, ContactId, FindingKind, Rule, Scope};

use crate::draft::{Draft, Step};
use crate::needs::Need;
use crate::portal_invite::has_usable_email;

const RULE: Rule = Rule::PrimaryContact;

pub(crate) fn plan(draft: &mut Draft<'_>) {
    if !draft
        .now
        .default_contact()
        .is_some_and(|contact| contact.active)
    {
        succeed(draft);
    }
    label(draft);
}

/// Finds a successor for a default contact that is missing, gone or inactive.
fn succeed(draft: &mut Draft<'_>) {
    if draft.now.scope != Scope::Whole {
        draft.needs.insert(Need::Successors);
    }
    let now = &draft.now;
    let mut ranked: Vec<&Contact> = now.contacts.values().filter(|c| c.active).collect();
    ranked.sort_by_cached_key(|contact| rank(draft, contact).map(|(has, _)| !has).to_vec());
    let Some(first) = ranked.first() else {
        return draft.find(
            RULE,
            FindingKind::NoActiveContact,
            Vec::new(),
            "the company has no active contact that could be its default contact; a person should \
             add one or mark the company inactive",
            Vec::new(),
        );
    };
    let vacancy = match now.company.default_contact {
        None => "the company has no default contact".to_owned(),
        Some(id) if now.contacts.contains_key(&id) => {
            format!("its default contact {id} is inactive")
        }
        Some(id) => format!("its default contact {id} is gone"),
    };
    let merits: Vec<&str> = rank(draft, first)
        .into_iter()
        .filter_map(|(has, words)| has.then_some(words))
        .collect();
    let reason = match ranked.get(1) {
        None => format!("{vacancy}; {} is its only active contact", first.id),
        Some(second) => {
            let difference = rank(draft, first)
                .into_iter()
                .zip(rank(draft, second))
                .find(|((mine, _), (theirs, _))| mine != theirs)
                .map_or("has the lower id", |((_, words), _)| words);
            format!(
                "{vacancy}; {} ranks first of {} active contacts ({}), before {} because it \
                 {difference}",
                first.id,
                ranked.len(),
                merits.join(", "),
                second.id,
            )
        }
    };
    let action = Action::SetDefaultContact {
        company: now.company.id,
        before: now.company.default_contact,
        after: Some(first.id),
    };
    draft.propose(RULE, vec![Step::new(action, reason)]);
}

/// What makes a contact a good primary contact, the weightiest first; ties go to the lower id, which
/// is the order the contacts come in.
fn rank(draft: &Draft<'_>, contact: &Contact) -> [(bool, &'static str); 5] {
    let emails = contact.emails();
    let role = matching::is_role_name(contact)
        || (!emails.is_empty() && emails.iter().all(|(e, _)| matching::is_shared_mailbox(e)));
    let label = draft.now.primary_label.as_ref();
    [
        (!role, "is a person and no shared mailbox"),
        (
            label.is_some_and(|label| contact.has_type(label.id)),
            "carries the primary label",
        ),
        (contact.is_invited(), "has a portal login"),
        (has_usable_email(draft, contact), "has a usable email"),
        (!contact.phones().is_empty(), "has a phone"),
    ]
}

/// Keeps the label that mirrors the primary contact on that contact, and only there.
fn label(draft: &mut Draft<'_>) {
    let Some(label) = draft.now.primary_label.clone() else {
        return;
    };
    let Some(primary) = draft
        .now
        .default_contact()
        .filter(|c| c.active)
        .map(|c| c.id)
    else {
        return;
    };
    let stray: Vec<ContactId> = draft
        .now
        .labeled(label.id)
        .map(|contact| contact.id)
        .filter(|id| *id != primary)
        .collect();
    if !draft.now.contacts[&primary].has_type(label.id) {
        let action = Action::AddType {
            contact: primary,
            label: label.clone(),
        };
        let reason = "the label belongs on the default contact";
        draft.propose(RULE, vec![Step::new(action, reason)]);
    }
    for contact in stray {
        match draft.now.label_links.get(&contact) {
            Some(&association) => {
                let action = Action::RemoveType {
                    contact,
                    label: label.clone(),
                    association,
                };
                let reason = format!("the label belongs on the default contact {primary} alone");
                draft.propose(RULE, vec![Step::new(action, reason)]);
            }
            None => {
                draft.needs.insert(Need::LabelLink(contact, label.id));
            }
        }
    }
}
