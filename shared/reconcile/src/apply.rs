//! The executor: one journal entry around each call.

mod call;
mod current;
mod look;
mod real;

use std::collections::{BTreeMap, BTreeSet};

use connectwise::Writer;
use journal::Store;
use model::{
    Action, Change, ChangeId, CommunicationId, ContactId, ContactTypeId, Outcome, Plan, Snapshot,
};

use crate::apply::call::Returned;
use crate::apply::look::Look;
use crate::error::Error;
use crate::record::Record;
use crate::visit::Reconciler;

/// How far a plan was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All of it.
    Complete,
    /// But for changes that the PSA refused, or whose records had changed, and what rests on them.
    Interrupted,
}

/// Carries out the plans of one visit.
pub(crate) struct Executor<'v, J> {
    reconciler: &'v Reconciler<J>,
    writer: &'v Writer,
    /// The records as they stand: as read, then as each write left them.
    current: Snapshot,
    /// The real ids of items that were added.
    added: BTreeMap<CommunicationId, CommunicationId>,
    /// The real ids of contacts that were brought back.
    returned: BTreeMap<ContactId, ContactId>,
    /// The labels of contacts that were merged away, by survivor: the PSA may have carried them over.
    carried: BTreeMap<ContactId, BTreeSet<ContactTypeId>>,
    record: Record<'v, J>,
}

impl<'v, J: Store> Executor<'v, J> {
    pub(crate) fn new(
        reconciler: &'v Reconciler<J>,
        writer: &'v Writer,
        current: Snapshot,
        record: Record<'v, J>,
    ) -> Self {
        Self {
            reconciler,
            writer,
            current,
            added: BTreeMap::new(),
            returned: BTreeMap::new(),
            carried: BTreeMap::new(),
            record,
        }
    }

    /// The records as the writes left them.
    pub(crate) fn into_current(self) -> Snapshot {
        self.current
    }

    /// Carries out a plan, in order. It decides nothing: a change that is refused, or whose record has
    /// changed, takes the rest of its unit with it, and whatever else touches the same contacts. What
    /// was left out is planned anew, from what is really there.
    pub(crate) async fn apply(&mut self, plan: &Plan) -> Result<Progress, Error> {
        let mut failed: BTreeSet<u32> = BTreeSet::new();
        let mut touched: BTreeSet<ContactId> = BTreeSet::new();
        for change in &plan.changes {
            let contacts = change.action.contacts();
            let rests_on_failed = contacts.iter().any(|contact| touched.contains(contact));
            if failed.contains(&change.unit) || rests_on_failed {
                failed.insert(change.unit);
                touched.extend(contacts);
                continue;
            }
            let outcome = self.make(change).await?;
            if !outcome.took_effect() && outcome != Outcome::Unknown {
                failed.insert(change.unit);
                touched.extend(contacts);
            }
        }
        Ok(if failed.is_empty() {
            Progress::Complete
        } else {
            Progress::Interrupted
        })
    }

    /// Makes one change, and journals it.
    pub(crate) async fn make(&mut self, change: &Change) -> Result<Outcome, Error> {
        let change = &self.real(change).await?;
        let Look { before, is_stale } = self.look_again(&change.action).await?;
        if is_stale {
            let id = self.record.intend(change, before).await?;
            return self.record.conclude(&id, Outcome::Stale, None).await;
        }
        let id = self.record.intend(change, before.clone()).await?;
        match self.call(&change.action, &before).await {
            Ok(returned) => {
                let outcome = match &returned {
                    Returned::New(contact) => Outcome::Returned {
                        contact: contact.id,
                    },
                    _ => Outcome::Done,
                };
                let after = self.take_over(&change.action, returned);
                // A merge is done when nothing points at the loser any more, and a return when nobody can
                // merge it again; until then the intent stays open.
                self.reconciler
                    .complete(Some(self.writer), &mut self.record, change, &outcome)
                    .await?;
                self.record.conclude(&id, outcome, Some(after)).await
            }
            Err(error) => failed(&mut self.record, &change.action, &id, error).await,
        }
    }
}

/// Records the end of a write that did not succeed, as far as it is known.
pub(crate) async fn failed<J: Store>(
    record: &mut Record<'_, J>,
    action: &Action,
    id: &ChangeId,
    error: connectwise::Error,
) -> Result<Outcome, Error> {
    if error.may_have_been_applied() {
        if matches!(action, Action::RequestPassword { .. }) {
            return record.conclude(id, Outcome::Unknown, None).await;
        }
        // The intent stays open; the next visit settles it by reading.
        return Err(error.into());
    }
    if error.is_transient() || matches!(error.kind(), connectwise::ErrorKind::Unauthorized) {
        record.conclude(id, Outcome::Deferred, None).await?;
        return Err(error.into());
    }
    tracing::warn!(change.id = %id, error = %error, "the PSA refused a write");
    let code = error.code().to_owned();
    record.conclude(id, Outcome::Refused { code }, None).await
}
