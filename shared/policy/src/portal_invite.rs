//! Policy 3: nobody is let into the portal without a usable address of their own.

use matching::{Sharing, Verdict, compare, is_shared_mailbox, spells_name};
use model::{
    Action, Communication, CommunicationKind, Contact, ContactId, Email, FindingKind, Login, Mode,
    Portal, Rule, Snapshot,
};

use crate::draft::{Draft, Proposal, Step};
use crate::needs::Need;
use crate::rules::Rules;

const RULE: Rule = Rule::PortalInvite;

pub(crate) fn plan(draft: &mut Draft<'_>) {
    for id in invited_least_entitled_first(&draft.now) {
        invited(draft, id);
    }
    let held: Vec<(ContactId, Portal)> = draft
        .now
        .contacts
        .values()
        .filter(|contact| draft.now.scope.covers(contact.id) && contact.active)
        .filter_map(|contact| Some((contact.id, held(&draft.now, contact)?)))
        .collect();
    for (id, before) in held {
        release(draft, id, before);
    }
}

/// The address a contact can be reached at in the portal: valid, its own, and nobody else's login.
pub(crate) fn usable_email<'c>(
    now: &Snapshot,
    rules: &Rules,
    contact: &'c Contact,
) -> Result<(Email, &'c Communication), String> {
    let mut why = format!("contact {} has no valid email", contact.id);
    for (email, item) in contact.emails() {
        match unusable(now, rules, contact, &email) {
            None => return Ok((email, item)),
            Some(words) => why = words,
        }
    }
    Err(why)
}

/// The same question, where only yes or no counts.
pub(crate) fn has_usable_email(draft: &Draft<'_>, contact: &Contact) -> bool {
    usable_email(&draft.now, draft.rules, contact).is_ok()
}

/// Sees to a contact that has been let in: its usable address is the default one, or it is held.
fn invited(draft: &mut Draft<'_>, id: ContactId) {
    let Some(contact) = draft.now.contacts.get(&id).cloned() else {
        return;
    };
    match usable_email(&draft.now, draft.rules, &contact) {
        Ok((email, _))
            if draft.now.unverified.contains(&email)
                && !draft.now.carriers.contains_key(&email) =>
        {
            draft.needs.insert(Need::Carriers(email));
        }
        Ok((_, item)) if item.is_default => {}
        Ok((_, item)) => {
            let before = contact
                .communications
                .iter()
                .find(|other| other.kind == CommunicationKind::Email && other.is_default)
                .map(|other| other.id);
            let action = Action::SetDefaultCommunication {
                contact: id,
                kind: CommunicationKind::Email,
                before,
                after: item.id,
            };
            let reason = "portal login goes by the default email, and this one is usable";
            draft.propose(RULE, vec![Step::new(action, reason)]);
        }
        Err(why) => hold(draft, &contact, &why),
    }
}

fn hold(draft: &mut Draft<'_>, contact: &Contact, why: &str) {
    let id = contact.id;
    let mut steps = vec![Step::new(
        Action::SetPortal {
            contact: id,
            before: contact.portal,
            after: Portal {
                login: Login::Disabled,
                ..contact.portal
            },
        },
        format!("{why}, so a portal mail could not reach this person alone"),
    )];
    if draft.rules.portal.note_on_hold {
        steps.push(Step::new(
            Action::AddNote {
                contact: id,
                text: format!(
                    "Portal login switched off: {why}. It returns by itself once the contact has a \
                     usable email of its own."
                )
                .into(),
            },
            "the rules ask for a note",
        ));
    }
    if draft.propose(RULE, steps) == Proposal::Taken {
        let words = match draft.mode(RULE) {
            Mode::Enforce => format!(
                "{why}; the portal login is held until somebody adds a usable email of its own"
            ),
            Mode::Review | Mode::Observe => format!(
                "{why}; somebody should add a usable email of its own or switch the login off"
            ),
        };
        draft.find(RULE, FindingKind::PortalHeld, vec![id], words, Vec::new());
    }
}

/// Lets a contact back in that we held and that has a usable address now.
fn release(draft: &mut Draft<'_>, id: ContactId, before_hold: Portal) {
    let contact = draft.now.contacts[&id].clone();
    let Ok((email, item)) = usable_email(&draft.now, draft.rules, &contact) else {
        return;
    };
    // Before access is given, the whole tenant is asked who else carries the address.
    if !draft.now.carriers.contains_key(&email) {
        draft.needs.insert(Need::Carriers(email));
        return;
    }
    let mut steps = Vec::new();
    if !item.is_default {
        steps.push(Step::new(
            Action::SetDefaultCommunication {
                contact: id,
                kind: CommunicationKind::Email,
                before: contact
                    .communications
                    .iter()
                    .find(|other| other.kind == CommunicationKind::Email && other.is_default)
                    .map(|other| other.id),
                after: item.id,
            },
            "portal login goes by the default email, and this one is usable",
        ));
    }
    steps.push(Step::new(
        Action::SetPortal {
            contact: id,
            before: contact.portal,
            after: Portal {
                login: Login::Enabled,
                level: before_hold.level.or(contact.portal.level),
            },
        },
        "we held this login for want of a usable email, and now there is one",
    ));
    if draft.rules.portal.send_invites && !was_mailed(&draft.now, id) {
        steps.push(Step::new(
            Action::RequestPassword { contact: id, email },
            "the rules ask for an invitation, and this contact never had one",
        ));
    }
    draft.propose(RULE, steps);
}

/// Why an address cannot serve as a contact's portal login, in words without the address.
fn unusable(now: &Snapshot, rules: &Rules, contact: &Contact, email: &Email) -> Option<String> {
    let id = contact.id;
    let shared = is_shared_mailbox(email)
        || rules
            .portal
            .shared_mailboxes
            .contains(email.mailbox().local());
    if shared {
        return Some(format!("the email of contact {id} is a shared mailbox"));
    }
    let mailbox = email.mailbox();
    let others: Vec<&Contact> = now
        .contacts
        .values()
        .filter(|other| other.id != id && other.active)
        .filter(|other| other.emails().iter().any(|(e, _)| e.mailbox() == mailbox))
        .collect();
    if let Some(other) = others.iter().find(|other| other.is_invited()) {
        return Some(format!(
            "the email of contact {id} is the portal login of contact {}",
            other.id
        ));
    }
    let sharing = Sharing::of(now.contacts.values());
    let is_own = spells_name(email, contact) && !others.iter().any(|c| spells_name(email, c));
    let stranger = others
        .iter()
        .find(|other| compare(contact, other, &sharing).verdict == Verdict::Distinct);
    if let Some(other) = stranger
        && !is_own
    {
        return Some(format!(
            "the email of contact {id} is also that of contact {}, another person",
            other.id
        ));
    }
    let elsewhere = now
        .carriers
        .get(email)
        .into_iter()
        .flatten()
        .find(|carrier| {
            carrier.is_invited()
                && carrier.company != Some(now.company.id)
                && (!spells_name(email, contact) || spells_name(email, carrier))
        });
    elsewhere.map(|carrier| {
        format!(
            "the email of contact {id} is the portal login of contact {} at another company",
            carrier.id
        )
    })
}

/// Contacts that have been let in. Where two share an address, the one whose name it does not spell,
/// then the one that is not the primary contact, then the younger record is judged first, and so
/// loses it.
fn invited_least_entitled_first(now: &Snapshot) -> Vec<ContactId> {
    let mut invited: Vec<&Contact> = now
        .contacts
        .values()
        .filter(|contact| now.scope.covers(contact.id) && contact.is_invited())
        .collect();
    invited.sort_by_key(|contact| {
        let spells = contact
            .emails()
            .iter()
            .any(|(e, _)| spells_name(e, contact));
        let primary = now.company.default_contact == Some(contact.id);
        (spells, primary, std::cmp::Reverse(contact.id))
    });
    invited.into_iter().map(|contact| contact.id).collect()
}

/// The access a contact had before we held it, if its login is off because of us and not of a person.
pub(crate) fn held(now: &Snapshot, contact: &Contact) -> Option<Portal> {
    let last = now.memory.past.iter().rev().find(|past| {
        past.took_effect()
            && matches!(past.action, Action::SetPortal { contact: whose, .. } if whose == contact.id)
    })?;
    match last.action {
        Action::SetPortal { before, after, .. }
            if after.login == Login::Disabled && contact.portal.login == Login::Disabled =>
        {
            Some(before)
        }
        _ => None,
    }
}

/// Whether a mail was ever sent, or may have been: an intent without a known end counts.
fn was_mailed(now: &Snapshot, id: ContactId) -> bool {
    now.memory.past.iter().any(|past| {
        matches!(past.action, Action::RequestPassword { contact, .. } if contact == id)
            && past
                .outcome
                .as_ref()
                .is_none_or(model::Outcome::may_have_happened)
    })
}
