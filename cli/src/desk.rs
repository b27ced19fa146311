//! What a command works on, whatever the profile.

use std::collections::BTreeSet;
use std::sync::Arc;

use connectwise::{Reader, Writer};
use jiff::{SignedDuration, Timestamp};
use journal::{Query, Store};
use model::{Cause, CompanyId, ContactId, Entry, RunId, Source};
use policy::Rules;
use queue::SqsQueue;
use reconcile::{Clock, Reconciler, Request};

use crate::deployed::Deployed;
use crate::exit::unless_stopped;
use crate::local::Local;
use crate::print;

/// A PSA, the journal of what was done there, and the rules to go by.
pub(crate) struct Desk<'p, J> {
    /// Reads the PSA.
    pub(crate) reader: &'p Reader,
    /// The rules in force.
    pub(crate) rules: &'p Rules,
    /// What was done, and why.
    pub(crate) journal: &'p Arc<J>,
    /// What visits companies, and may write as far as the rules say.
    pub(crate) reconciler: &'p Reconciler<Arc<J>>,
    /// Whose PSA it is: the login company.
    pub(crate) tenant: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keeper: Keeper<'p>,
}

/// Who else has a part in the PSA.
pub(crate) enum Keeper<'p> {
    /// Nobody: it is a fake one, in this process. Its clock ticks when something is written, and it is saved after.
    Sandbox(&'p Local),
    /// The workers of this stack, who visit whatever comes through its queues.
    Workers(&'p Deployed),
}

impl<J: Store> Desk<'_, J> {
    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A reconciler that has no writer, and so cannot write.
    pub(crate) fn observer(&self) -> Reconciler<Arc<J>> {
        self.reconciler_with(None)
    }

    /// A reconciler that can write whatever the rules say: to take back what was done. Whoever sets every policy
    /// to observe after trouble must be able to.
    pub(crate) fn undoer(&self) -> Reconciler<Arc<J>> {
        self.reconciler_with(Some(Writer::new(self.reader.clone())))
    }

    fn reconciler_with(&self, writer: Option<Writer>) -> Reconciler<Arc<J>> {
        let (reader, rules) = (self.reader.clone(), self.rules.clone());
        let journal = Arc::clone(self.journal);
        Reconciler::new(reader, writer, journal, rules, self.clock.clone())
            .with_mirrors(self.reconciler.mirrors().iter().copied())
    }

    /// What a command asks for at a company. Its run has a name of its own as long as the clock moves from one
    /// command to the next.
    pub(crate) fn request(
        &self,
        command: &str,
        company: CompanyId,
        contacts: BTreeSet<ContactId>,
    ) -> Request {
        Request {
            company,
            contacts,
            run: Request::run_id(self.now(), &format!("{command} {company}"), 1),
            cause: cause(command),
        }
    }

    /// What a run wrote, as the journal tells it.
    pub(crate) async fn written(&self, run: &RunId) -> anyhow::Result<Vec<Entry>> {
        Ok(self.journal.entries(&Query::of_run(run.clone())).await?)
    }

    /// Does what may write, to the PSA or to the journal.
    pub(crate) async fn write<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        match self.keeper {
            Keeper::Sandbox(local) => {
                local.clocks().advance(SignedDuration::from_secs(1));
                local.keep(work).await
            }
            Keeper::Workers { .. } => unless_stopped(work).await,
        }
    }

    /// Who has to be told when something may be done. Nobody where this process does it by itself.
    ///
    /// The message group of a company is what keeps two visits of it apart, so what can be left to the workers is.
    pub(crate) fn workers(&self) -> Option<&SqsQueue> {
        match self.keeper {
            Keeper::Sandbox(_) => None,
            Keeper::Workers(deployed) => Some(deployed.queue()),
        }
    }

    /// Warns whoever is about to write beside workers that are at work.
    ///
    /// What is written then is protected by the second look before each write and by the conditions of the journal,
    /// not by the message group. Whether a worker is at the same company, SQS does not tell.
    pub(crate) async fn look_out(&self) {
        let Keeper::Workers(deployed) = self.keeper else {
            return;
        };
        // Whoever lacks the right to count is not kept from working.
        if let Ok(depth) = deployed.queue().depth().await
            && depth.in_flight > 0
        {
            print::aside(&format!(
                "the workers are at work on {} messages: if one is about the same company, both may write there",
                depth.in_flight
            ));
        }
    }

    /// How to name another tenant.
    pub(crate) fn how_to_name_another(&self) -> &'static str {
        match self.keeper {
            Keeper::Sandbox(_) => "the folder of that one's profile (--folder)",
            Keeper::Workers { .. } => "that one's stack (--stack)",
        }
    }
}

/// An operator's command as the cause of what is done.
pub(crate) fn cause(command: &str) -> Cause {
    Cause {
        source: Source::Command {
            name: command.to_owned(),
        },
        message: None,
    }
}
