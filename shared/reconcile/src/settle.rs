//! Settling what an earlier visit left open: by reading, never by guessing.

use connectwise::Writer;
use jiff::SignedDuration;
use journal::{Query, Store};
use model::{
    Action, Contact, ContactId, Entry, Finding, FindingKind, Login, Outcome, Private, PrivateValue,
};

use crate::error::Error;
use crate::record::Record;
use crate::visit::Reconciler;

/// So soon after an intent, nearly every write has arrived that arrives at all. One that was sent again may come
/// later, and is then taken for a person's: of the two mistakes, the one that a person can mend.
const WRITE_ARRIVES: SignedDuration = SignedDuration::from_secs(10);

impl<J: Store> Reconciler<J> {
    /// Gives every intent without an outcome the outcome that reading shows. Usually there is none,
    /// and nothing is read. Answers with those that took effect.
    pub(crate) async fn settle(
        &self,
        writer: Option<&Writer>,
        record: &mut Record<'_, J>,
    ) -> Result<Vec<Entry>, Error> {
        let mut settled = Vec::new();
        if !self.drill.settles() {
            return Ok(settled);
        }
        // The latest first: what mended a merge is settled before the merge is mended again.
        // What was written to a mirror is for whoever writes there.
        let open = self.journal.open_intents(record.request.company).await?;
        let ours = open.into_iter().filter(|entry| entry.rule.is_policy());
        for mut entry in ours.rev() {
            let outcome = self.find_out(&entry).await?;
            if outcome.took_effect() {
                // Without a writer a merge cannot be finished; it stays open for one that can.
                if writer.is_none() && matches!(entry.action, Action::Merge { .. }) {
                    continue;
                }
                let change = entry.change();
                self.complete(writer, record, &change, &outcome).await?;
            }
            if outcome == Outcome::Unknown
                && let Action::SetPortal { contact, .. } = entry.action
            {
                record.tell(doubtful_hold(&entry, contact)).await?;
            }
            tracing::info!(change.id = %entry.id, outcome = %outcome, "settled an open intent");
            let at = self.clock.now();
            self.journal.conclude(&entry.id, &outcome, None, at).await?;
            if outcome.took_effect() {
                entry.outcome = Some(outcome);
                settled.push(entry);
            }
        }
        Ok(settled)
    }

    /// How an intent ended, as far as the PSA can tell.
    pub(crate) async fn find_out(&self, entry: &Entry) -> Result<Outcome, Error> {
        let took_effect = match &entry.action {
            Action::SetDefaultContact { company, after, .. } => {
                let company = self.reader.company(*company).await?;
                company.is_some_and(|company| company.default_contact == *after)
            }
            Action::SetBillingContact { company, after, .. } => {
                let company = self.reader.company(*company).await?;
                company.is_some_and(|company| company.billing_contact == *after)
            }
            // The PSA can't tell about a mirror; nobody asks it to.
            Action::RequestPassword { .. } | Action::Mirror { .. } => return Ok(Outcome::Unknown),
            Action::Merge { loser, .. } => self.reader.contact(*loser).await?.is_none(),
            Action::Repoint {
                reference, after, ..
            } => {
                let there = self
                    .reader
                    .still_at(std::slice::from_ref(reference), *after)
                    .await?;
                !there.is_empty()
            }
            Action::JoinGroup {
                contact,
                membership,
            } => {
                let groups = of_gone(self.reader.groups(*contact).await)?;
                groups.iter().any(|held| held.group == membership.group)
            }
            Action::LeaveGroup {
                contact,
                membership,
            } => {
                let groups = of_gone(self.reader.groups(*contact).await)?;
                groups.iter().all(|held| held.group != membership.group)
            }
            Action::AddNote { contact, text, .. } => {
                let notes = of_gone(self.reader.notes(*contact).await)?;
                notes.iter().any(|note| note.says(text.reveal()))
            }
            Action::RemoveNote { contact, note } => {
                let notes = of_gone(self.reader.notes(*contact).await)?;
                notes.iter().all(|held| held.id != note.id)
            }
            Action::Restore {
                first_name,
                last_name,
                ..
            } => {
                // The image has whoever had the name before.
                let known = &entry.before.contacts;
                let is_new = |one: &Contact| known.iter().all(|namesake| namesake.id != one.id);
                // Ours has nothing but its names yet.
                let is_bare = |one: &Contact| one.communications.is_empty() && one.types.is_empty();
                let namesakes = self
                    .reader
                    .contacts_named(entry.company, first_name, last_name)
                    .await?;
                let mut new = namesakes.iter().filter(|one| is_new(one) && is_bare(one));
                return Ok(match (new.next(), new.next()) {
                    (Some(new), None) => Outcome::Returned { contact: new.id },
                    (None, _) => Outcome::FoundUndone,
                    (Some(_), Some(_)) => Outcome::Unknown,
                });
            }
            Action::SetPortal { contact, after, .. } if after.login == Login::Disabled => {
                return match self.reader.contact(*contact).await? {
                    Some(contact) if shows(&contact, &entry.action) => {
                        self.who_held(entry, &contact).await
                    }
                    _ => Ok(Outcome::FoundUndone),
                };
            }
            Action::SetFields { contact, .. }
            | Action::AddCommunication { contact, .. }
            | Action::RemoveCommunication { contact, .. }
            | Action::SetDefaultCommunication { contact, .. }
            | Action::AddType { contact, .. }
            | Action::RemoveType { contact, .. }
            | Action::SetPortal { contact, .. }
            | Action::Retire { contact }
            | Action::Reactivate { contact } => match self.reader.contact(*contact).await? {
                Some(contact) => shows(&contact, &entry.action),
                None => false,
            },
        };
        Ok(if took_effect {
            Outcome::FoundDone
        } else {
            Outcome::FoundUndone
        })
    }

    /// Whether a login is off because of our write, or may as well be off because of a person who was quicker to
    /// switch it off than we are to find out. A login that a person switched off is never switched on.
    async fn who_held(&self, entry: &Entry, contact: &Contact) -> Result<Outcome, Error> {
        let is_ours = match self.our_member().await? {
            Some(us) => contact.updated_by.as_ref() == Some(&us),
            None => {
                let arrived = entry.intended_at.checked_add(WRITE_ARRIVES);
                matches!((contact.updated_at, arrived), (Some(at), Ok(arrived)) if at <= arrived)
            }
        };
        Ok(if is_ours {
            Outcome::FoundDone
        } else {
            Outcome::Unknown
        })
    }

    /// Who we are in the PSA, as our latest writes to contacts were stamped.
    async fn our_member(&self) -> Result<Option<Private>, Error> {
        let query = Query {
            limit: 50,
            ..Query::default()
        };
        let latest = self.journal.entries(&query).await?;
        Ok(latest.into_iter().rev().find_map(|entry| {
            let (Action::SetPortal { contact, .. } | Action::SetFields { contact, .. }) =
                entry.action
            else {
                return None;
            };
            let mut written = entry.after?.contacts.into_iter();
            written.find(|one| one.id == contact)?.updated_by
        }))
    }
}

/// A login is off, and nobody can tell whether by our write or by a person.
fn doubtful_hold(entry: &Entry, contact: ContactId) -> Finding {
    Finding {
        rule: entry.rule,
        kind: FindingKind::PortalHeld,
        company: Some(entry.company),
        contacts: vec![contact],
        words: format!(
            "change {} was to hold this login and may have been lost; it came late, or somebody has changed the \
             contact since, and who switched the login off nobody can tell: switch it on unless it was a person",
            entry.id
        ),
        evidence: Vec::new(),
    }
}

/// What hangs on a contact; nothing when it is gone.
fn of_gone<T>(read: Result<Vec<T>, connectwise::Error>) -> Result<Vec<T>, connectwise::Error> {
    match read {
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        read => read,
    }
}

/// Whether a contact shows the effect of a write.
fn shows(contact: &Contact, action: &Action) -> bool {
    match action {
        Action::SetFields { fields, .. } => fields
            .iter()
            .all(|change| holds(contact.value(&change.field), &change.after)),
        Action::AddCommunication { item, .. } => contact.communications.iter().any(|held| {
            held.kind == item.kind && held.value == item.value && held.extension == item.extension
        }),
        Action::RemoveCommunication { item, .. } => {
            contact.communications.iter().all(|held| held.id != item.id)
        }
        Action::SetDefaultCommunication { kind, after, .. } => {
            let mut items = contact.communications.iter();
            let default = items.find(|held| held.kind == *kind && held.is_default);
            default.map(|held| held.id) == *after
        }
        Action::AddType { label, .. } => contact.has_type(label.id),
        Action::RemoveType { label, .. } => !contact.has_type(label.id),
        Action::SetPortal { after, .. } => contact.portal == *after,
        Action::Retire { .. } => !contact.active,
        Action::Reactivate { .. } => contact.active,
        Action::SetDefaultContact { .. }
        | Action::SetBillingContact { .. }
        | Action::JoinGroup { .. }
        | Action::LeaveGroup { .. }
        | Action::AddNote { .. }
        | Action::RemoveNote { .. }
        | Action::RequestPassword { .. }
        | Action::Restore { .. }
        | Action::Merge { .. }
        | Action::Repoint { .. }
        | Action::Mirror { .. } => false,
    }
}

/// Whether a field holds what was asked for. Of a reference its id counts, and what is blank is blank.
fn holds(held: Option<&PrivateValue>, asked: &PrivateValue) -> bool {
    let of = |value: &PrivateValue| {
        let value = value.reveal();
        value.get("id").unwrap_or(value).clone()
    };
    match held.filter(|held| !held.is_blank()) {
        Some(held) => of(held) == of(asked),
        None => asked.is_blank(),
    }
}
