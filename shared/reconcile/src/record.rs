//! The journal around each write of a visit: the intent before it, the outcome after it.

use std::sync::Arc;

use journal::Store;
use model::{Change, ChangeId, Entry, Image, Outcome};

use crate::clock::Clock;
use crate::error::Error;
use crate::visit::Request;

/// Writes one visit's part of the journal and keeps a copy of it for the report.
pub(crate) struct Record<'v, J> {
    pub(crate) journal: &'v J,
    pub(crate) clock: &'v Arc<dyn Clock>,
    pub(crate) request: &'v Request,
    pub(crate) entries: &'v mut Vec<Entry>,
}

impl<J: Store> Record<'_, J> {
    /// Records that a change is about to be made, and the records it touches as they stand.
    pub(crate) async fn intend(
        &mut self,
        change: &Change,
        before: Image,
    ) -> Result<ChangeId, Error> {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let id = ChangeId {
            run: self.request.run.clone(),
            number: number.saturating_add(1),
        };
        let entry = Entry {
            id: id.clone(),
            company: self.request.company,
            cause: self.request.cause.clone(),
            rule: change.rule,
            action: change.action.clone(),
            reason: change.reason.clone(),
            evidence: change.evidence.clone(),
            intended_at: self.clock.now(),
            before,
            outcome: None,
            after: None,
            ended_at: None,
        };
        self.journal.intend(&entry).await?;
        self.entries.push(entry);
        Ok(id)
    }

    /// Records how a change ended.
    pub(crate) async fn conclude(
        &mut self,
        id: &ChangeId,
        outcome: Outcome,
        after: Option<Image>,
    ) -> Result<Outcome, Error> {
        let at = self.clock.now();
        self.journal
            .conclude(id, &outcome, after.as_ref(), at)
            .await?;
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == *id) {
            entry.outcome = Some(outcome.clone());
            entry.after = after;
            entry.ended_at = Some(at);
        }
        Ok(outcome)
    }
}
