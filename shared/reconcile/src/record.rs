//! The journal around each write of a visit: the intent before it, the outcome after it.

use std::sync::Arc;

use journal::Store;
use model::{Change, ChangeId, Entry, Finding, FindingEntry, FindingKind, Image, Outcome};

use crate::clock::Clock;
use crate::error::Error;
use crate::visit::Request;

/// Writes one visit's part of the journal and keeps a copy of it for the report.
pub(crate) struct Record<'v, J> {
    pub(crate) journal: &'v J,
    pub(crate) clock: &'v Arc<dyn Clock>,
    pub(crate) request: &'v Request,
    pub(crate) entries: &'v mut Vec<Entry>,
    /// What a person should look at, seen while writing.
    pub(crate) findings: &'v mut Vec<Finding>,
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
            unit: change.unit,
            purpose: change.purpose.clone(),
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

    /// Tells a person of a change that was refused and that no later plan will find again.
    pub(crate) async fn leave_to_a_person(
        &mut self,
        change: &Change,
        outcome: &Outcome,
    ) -> Result<(), Error> {
        let finding = Finding {
            rule: change.rule,
            kind: FindingKind::Refused,
            company: Some(self.request.company),
            contacts: change.action.contacts(),
            words: format!(
                "{outcome}: {}; a person should do it by hand",
                change.action
            ),
            evidence: Vec::new(),
        };
        self.tell(finding).await
    }

    /// Tells a person what was seen while writing, and records it.
    pub(crate) async fn tell(&mut self, finding: Finding) -> Result<(), Error> {
        self.note(&finding).await?;
        self.findings.push(finding);
        Ok(())
    }

    /// Records what a person should look at.
    pub(crate) async fn note(&self, finding: &Finding) -> Result<(), Error> {
        tracing::info!(rule = %finding.rule, kind = %finding.kind, "{finding}");
        let entry = FindingEntry {
            run: self.request.run.clone(),
            cause: self.request.cause.clone(),
            finding: finding.clone(),
            at: self.clock.now(),
        };
        Ok(self.journal.note_finding(&entry).await?)
    }
}
