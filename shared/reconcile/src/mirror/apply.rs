//! The executor of a mirror's plan: one journal entry around each call.

use std::collections::{BTreeMap, BTreeSet};

use journal::Store;
use model::mirror::{Call, Record as Mirrored};
use model::{Action, Change, ChangeId, ContactId, Finding, Image, Outcome};
use policy::mirror::Plan;

use super::vendor::{Failure as _, Learned, Made, Refusal, Vendor};
use super::{Mirror, note_about};
use crate::error::Error;
use crate::record::Record;
use crate::visit::Request;

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// There was nothing to write.
    Complete,
    /// Something was written or refused; what follows is planned from that.
    Changed,
}

/// A record that a unit created.
pub(super) struct Created {
    pub(super) record: Mirrored,
    pub(super) as_asked: AsAsked,
}

/// Whether a record is as it was asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsAsked {
    Yes,
    No,
}

/// What a visit has made of the mirror so far.
pub(super) struct Executor<'v, J, V: Vendor> {
    pub(super) mirror: &'v Mirror<J, V>,
    pub(super) request: &'v Request,
    pub(super) record: Record<'v, J>,
    pub(super) snapshot: &'v mut V::Snapshot,
    /// Contacts for whom a write was refused for good. It would be refused again.
    pub(super) refused: &'v mut BTreeSet<ContactId>,
    /// What the journal was told of.
    pub(super) noted: &'v mut Vec<Finding>,
}

impl<J: Store, V: Vendor> Executor<'_, J, V> {
    /// Carries out a plan, in order. It decides nothing: a change that is refused takes the rest of its unit with it.
    pub(super) async fn apply(&mut self, plan: &Plan) -> Result<Progress, Error> {
        if !self.mirror.vendor.may_write() {
            return Ok(Progress::Complete);
        }
        let mut failed: BTreeSet<u32> = BTreeSet::new();
        let mut created: BTreeMap<ContactId, Created> = BTreeMap::new();
        let mut progress = Progress::Complete;
        let changes = &plan.plan.changes;
        for (place, change) in changes.iter().enumerate() {
            let of_refused = |contact: &ContactId| self.refused.contains(contact);
            if failed.contains(&change.unit) || change.action.contacts().iter().any(of_refused) {
                failed.insert(change.unit);
                continue;
            }
            progress = Progress::Changed;
            if !self.make(&mut created, change).await? {
                failed.insert(change.unit);
                continue;
            }
            // Only a unit that is complete is on the map.
            if changes[place + 1..].iter().any(|c| c.unit == change.unit) {
                continue;
            }
            let lines = plan.map.iter();
            for line in lines.filter(|line| line.after == Some(change.unit)) {
                let created = created.get(&line.contact);
                let (mirror, request) = (self.mirror, self.request);
                note_about(&self.record, self.noted, &plan.plan, line.contact).await?;
                mirror
                    .remember(request, self.snapshot, line, created)
                    .await?;
            }
        }
        Ok(progress)
    }

    /// Makes one change, and journals it. Tells whether it did what was asked.
    async fn make(
        &mut self,
        created: &mut BTreeMap<ContactId, Created>,
        change: &Change,
    ) -> Result<bool, Error> {
        let Action::Mirror { contact, call } = &change.action else {
            return Ok(false);
        };
        let vendor = &self.mirror.vendor;
        let before = Image {
            mirrored: V::before(self.snapshot, call),
            ..Image::default()
        };
        let id = self.record.intend(change, before).await?;
        let record = created.get(contact).map(|created| &created.record);
        let refusal = match vendor.call(call, record).await {
            Ok(made) => {
                self.done(created, change, &id, &made, &[]).await?;
                return Ok(true);
            }
            // It is there, and it is on the map: what is otherwise in it is for the next plan to change.
            Err(Refusal::Otherwise { made, fields }) if call.creates() => {
                warn_of(&id, &fields);
                self.done(created, change, &id, &made, &fields).await?;
                return Ok(true);
            }
            Err(refusal) => refusal,
        };
        let outcome = match &refusal {
            Refusal::Otherwise { made, fields } => {
                warn_of(&id, fields);
                self.notice(change, made, fields).await?;
                let code = format!("unchanged: {}", fields.join(", "));
                let outcome = Outcome::Refused { code };
                self.record
                    .conclude(&id, outcome, Some(image(made)))
                    .await?
            }
            // The intent stays open; the next visit settles it by reading.
            Refusal::Error(error) if error.may_have_been_applied() => return Err(into(refusal)),
            // The next visit reads what is there then.
            Refusal::Error(error) if error.is_not_found() => {
                self.record.conclude(&id, Outcome::Stale, None).await?;
                return Err(into(refusal));
            }
            Refusal::Error(error)
                if error.is_transient()
                    || error.is_unauthorized()
                    || error.is_endpoint_missing() =>
            {
                self.record.conclude(&id, Outcome::Deferred, None).await?;
                return Err(into(refusal));
            }
            Refusal::Error(error) => {
                tracing::warn!(change.id = %id, error = %error, "a mirror refused a write");
                let code = error.code().to_owned();
                self.record
                    .conclude(&id, Outcome::Refused { code }, None)
                    .await?
            }
        };
        if !V::refused(self.snapshot, call, &refusal) {
            self.record.leave_to_a_person(change, &outcome).await?;
            self.refused.insert(*contact);
        }
        Ok(false)
    }

    /// Records that a change was made, and what it created. `otherwise` are the fields that are not as they were asked
    /// to be.
    async fn done(
        &mut self,
        created: &mut BTreeMap<ContactId, Created>,
        change: &Change,
        id: &ChangeId,
        made: &Made,
        otherwise: &[&'static str],
    ) -> Result<(), Error> {
        let Action::Mirror { contact, call } = &change.action else {
            return Ok(());
        };
        self.notice(change, made, otherwise).await?;
        let after = Some(image(made));
        self.record.conclude(id, Outcome::Done, after).await?;
        self.take_over(call, made);
        // Other changes of the unit may be about other records of the same contact.
        let record = made.record.clone().filter(|_| call.creates());
        let as_asked = if otherwise.is_empty() {
            AsAsked::Yes
        } else {
            AsAsked::No
        };
        created.extend(record.map(|record| (*contact, Created { record, as_asked })));
        Ok(())
    }

    /// Tells a person what no later plan will find. That is in the journal before the outcome is: a visit that finds the
    /// outcome does not look at what was there before.
    async fn notice(
        &mut self,
        change: &Change,
        made: &Made,
        otherwise: &[&'static str],
    ) -> Result<(), Error> {
        let Action::Mirror { contact, call } = &change.action else {
            return Ok(());
        };
        match V::noticed(self.snapshot, *contact, call, made, otherwise) {
            Some(finding) => self.record.tell(finding).await,
            None => Ok(()),
        }
    }

    /// Plans on with what a write made.
    fn take_over(&mut self, call: &Call, made: &Made) {
        V::made(self.snapshot, call, made);
        if let Some(place) = made.place {
            V::learn(self.snapshot, Learned::Place(Some(place)));
        }
    }
}

fn warn_of(id: &ChangeId, fields: &[&'static str]) {
    let fields = fields.join(", ");
    tracing::warn!(change.id = %id, fields = %fields, "a mirror answered that all is well, and it is not");
}

fn image(made: &Made) -> Image {
    Image {
        mirrored: made.record.iter().cloned().collect(),
        ..Image::default()
    }
}

fn into<E: Into<Error>>(refusal: Refusal<E>) -> Error {
    match refusal {
        Refusal::Error(error) => error.into(),
        Refusal::Otherwise { .. } => Error::Unsettled,
    }
}
