//! Which entries or findings are asked for.

use jiff::Timestamp;
use model::{CompanyId, ContactId, Rule, RunId};

/// A question to the journal. What is `None` is not asked about; what is given must all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// About this contact: it was written to, merged away, brought back, or part of an image. One that
    /// was brought back has two ids, and its return is found by both.
    pub contact: Option<ContactId>,
    /// At this company.
    pub company: Option<CompanyId>,
    /// In this run.
    pub run: Option<RunId>,
    /// By this policy.
    pub rule: Option<Rule>,
    /// Not older than this: recorded at this moment or later.
    pub since: Option<Timestamp>,
    /// Older than this. Since the moment itself is left out, two periods that meet have nothing in
    /// common. Of a change, it is the intent whose time counts.
    pub until: Option<Timestamp>,
    /// At most so many: the latest ones.
    pub limit: usize,
}

impl Default for Query {
    /// Everything, but no more than the latest 500: what a person can look through.
    fn default() -> Self {
        Self {
            contact: None,
            company: None,
            run: None,
            rule: None,
            since: None,
            until: None,
            limit: 500,
        }
    }
}

impl Query {
    /// What is about one contact.
    #[must_use]
    pub fn of_contact(contact: ContactId) -> Self {
        Self {
            contact: Some(contact),
            ..Self::default()
        }
    }

    /// What happened at one company.
    #[must_use]
    pub fn of_company(company: CompanyId) -> Self {
        Self {
            company: Some(company),
            ..Self::default()
        }
    }

    /// What one run did, without limit: whoever takes a run back must see all of it.
    #[must_use]
    pub fn of_run(run: RunId) -> Self {
        Self {
            run: Some(run),
            limit: usize::MAX,
            ..Self::default()
        }
    }
}
