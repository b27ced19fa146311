//! Policy 3: nobody is let into the portal without a usable address of their own.

use jiff::SignedDuration;
use matching::{Company, Verdict, is_shared_mailbox, spells_name};
use model::{
    Action, Change, Communication, CommunicationKind, Contact, ContactId, Email, FindingKind,
    Login, Outcome, Past, Portal, Purpose, Rule, Snapshot,
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
        Ok((email, item)) if item.is_default => invite_released(draft, &contact, email),
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
                after: Some(item.id),
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
        steps.push(note(id, why));
    }
    let words = match draft.propose(RULE, steps) {
        Proposal::Made => {
            format!("{why}; the portal login is held until somebody adds a usable email of its own")
        }
        Proposal::Withheld => {
            format!("{why}; somebody should add a usable email of its own or switch the login off")
        }
        Proposal::Restrained => return,
    };
    draft.find(RULE, FindingKind::PortalHeld, vec![id], words, Vec::new());
}

fn note(contact: ContactId, why: &str) -> Step {
    Step::new(
        Action::AddNote {
            contact,
            text: format!(
                "Portal login switched off: {why}. It returns by itself once the contact has a usable \
                 email of its own."
            )
            .into(),
            type_id: None,
            flagged: false,
        },
        "the rules ask for a note",
    )
}

/// Makes up for the note of a hold that was cut short.
fn explain_hold(draft: &mut Draft<'_>, contact: &Contact, why: &str) {
    let Some(hold) = unfinished(&draft.now, contact.id, Login::Disabled) else {
        return;
    };
    let noted = draft.now.memory.past.iter().any(|past| {
        past.at >= hold.at
            && past.took_effect()
            && matches!(past.action, Action::AddNote { contact: whose, .. } if whose == contact.id)
    });
    if !noted && draft.rules.portal.note_on_hold {
        draft.propose(RULE, vec![note(contact.id, why)]);
    }
}

/// Makes up for the mail of a release that was cut short.
fn invite_released(draft: &mut Draft<'_>, contact: &Contact, email: Email) {
    let released = unfinished(&draft.now, contact.id, Login::Enabled).is_some();
    if released && draft.rules.portal.send_invites && !was_mailed(&draft.now, contact.id) {
        let id = contact.id;
        let action = Action::RequestPassword { contact: id, email };
        let reason =
            "the login was released, and the invitation that the rules ask for was not sent";
        draft.propose(RULE, vec![Step::new(action, reason)]);
    }
}

/// Lets a contact back in that we held and that has a usable address now.
fn release(draft: &mut Draft<'_>, id: ContactId, before_hold: Portal) {
    let contact = draft.now.contacts[&id].clone();
    let (email, item) = match usable_email(&draft.now, draft.rules, &contact) {
        Ok(usable) => usable,
        Err(why) => return explain_hold(draft, &contact, &why),
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
                after: Some(item.id),
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
    if !others.is_empty() {
        let company = Company::of(now.contacts.values());
        let is_own = spells_name(email, contact) && !others.iter().any(|c| spells_name(email, c));
        let stranger = others
            .iter()
            .find(|other| company.compare(contact, other).verdict == Verdict::Distinct);
        if let Some(other) = stranger
            && !is_own
        {
            return Some(format!(
                "the email of contact {id} is also that of contact {}, another person",
                other.id
            ));
        }
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

/// What somebody else did to a hold of ours: switched the login on again. It is theirs from then on,
/// also when it is switched off once more.
pub(crate) fn taken_over(now: &Snapshot) -> Vec<Change> {
    now.contacts
        .values()
        .filter(|contact| contact.portal.login == Login::Enabled)
        .filter_map(|contact| {
            let ours = last_access(now, contact.id)?;
            let Action::SetPortal { after: held, .. } = ours.action else {
                return None;
            };
            (ours.may_have_happened() && held.login == Login::Disabled).then(|| Change {
                unit: 0,
                rule: RULE,
                purpose: Purpose::Policy,
                action: Action::SetPortal {
                    contact: contact.id,
                    before: held,
                    after: contact.portal,
                },
                reason: format!("somebody switched on again what change {} held", ours.id),
                evidence: Vec::new(),
            })
        })
        .collect()
}

/// The last change of a contact's access, ours or somebody else's; a hold of which nobody can tell whether it was ours
/// is one, too.
fn last_access(now: &Snapshot, id: ContactId) -> Option<&Past> {
    now.memory.past.iter().rev().find(|past| {
        (past.counts() || past.may_have_happened())
            && matches!(past.action, Action::SetPortal { contact, .. } if contact == id)
    })
}

/// The access a contact had before we held it, if its login is off because of us and not of a person.
pub(crate) fn held(now: &Snapshot, contact: &Contact) -> Option<Portal> {
    let last = last_access(now, contact.id)?;
    match last.action {
        Action::SetPortal { before, after, .. }
            if last.took_effect()
                && after.login == Login::Disabled
                && contact.portal.login == Login::Disabled =>
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
            && past.outcome.as_ref().is_none_or(Outcome::may_have_happened)
    })
}

/// The change of access that a visit made and did not get to finish: what belongs to it is made up for
/// within a day. Later it would only surprise.
fn unfinished(now: &Snapshot, id: ContactId, login: Login) -> Option<&Past> {
    let day_ago = now
        .taken_at
        .checked_sub(SignedDuration::from_hours(24))
        .ok()?;
    let last = last_access(now, id)?;
    let made = matches!(last.action, Action::SetPortal { after, .. } if after.login == login);
    (made && last.took_effect() && last.at > day_ago).then_some(last)
}
