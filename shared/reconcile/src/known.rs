//! What a process remembers between visits, so that a visit in order stays at two reads.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::{CompanyId, TypeLabel};

/// Settings of the instance are looked up again after this long.
const LABEL_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Facts about the instance that change rarely, and companies known to be large.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Facts>);

#[derive(Debug, Default)]
struct Facts {
    label: Option<(Timestamp, Option<TypeLabel>)>,
    large: BTreeSet<CompanyId>,
}

impl Known {
    /// The label, if it was looked up within the hour.
    pub(crate) fn label(&self, now: Timestamp) -> Option<Option<TypeLabel>> {
        let facts = self.facts();
        let (at, label) = facts.label.as_ref()?;
        (now.duration_since(*at) < LABEL_LIFETIME).then(|| label.clone())
    }

    pub(crate) fn learn_label(&self, now: Timestamp, label: Option<TypeLabel>) {
        self.facts().label = Some((now, label));
    }

    pub(crate) fn is_large(&self, company: CompanyId) -> bool {
        self.facts().large.contains(&company)
    }

    pub(crate) fn learn_large(&self, company: CompanyId) {
        self.facts().large.insert(company);
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        // Nothing is left half-changed under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
