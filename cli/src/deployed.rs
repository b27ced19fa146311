//! The AWS profile: a deployed stack, and the PSA it works on.

use std::sync::Arc;

use connectwise::{Reader, Writer};
use model::mirror::System;
use policy::Rules;
use queue::SqsQueue;
use reconcile::{Reconciler, SystemClock};
use startup::{Problems, Stack, both};

use crate::desk::{Desk, Keeper};

/// The journal of a stack.
pub(crate) type Table = journal::Dynamo;

/// What a stack consists of, as far as visits are concerned. What this process writes is written as the workers
/// would, by the same rules and into the same journal.
pub(crate) struct Deployed {
    stack: Stack,
    reader: Reader,
    rules: Rules,
    journal: Arc<Table>,
    queue: SqsQueue,
    reconciler: Reconciler<Arc<Table>>,
}

impl Deployed {
    /// Reads what the stack goes by: its own rules, or others in their place.
    pub(crate) async fn open(stack: Stack, rules: Option<Rules>) -> Result<Self, Problems> {
        let in_force = async {
            match rules {
                Some(rules) => Ok(rules),
                None => stack.rules().await,
            }
        };
        let (reader, rules) = tokio::join!(stack.psa(), in_force);
        let parts = both(both(reader, rules), both(stack.journal(), stack.queue()));
        let ((reader, rules), (journal, queue)) = parts?;
        let journal = Arc::new(journal);
        let reconciler = Reconciler::new(
            reader.clone(),
            rules.may_write().then(|| Writer::new(reader.clone())),
            journal.clone(),
            rules.clone(),
            Arc::new(SystemClock),
        );
        // A mirror that is off has no queue.
        let mirrors = System::ALL.into_iter();
        let mirrors = mirrors.filter(|system| stack.mirror_queue(*system).is_some());
        let reconciler = reconciler.with_mirrors(mirrors);
        Ok(Self {
            stack,
            reader,
            rules,
            journal,
            queue,
            reconciler,
        })
    }

    /// The rules to go by.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The stack itself, for what only some commands need.
    pub(crate) fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The queue that the workers read.
    pub(crate) fn queue(&self) -> &SqsQueue {
        &self.queue
    }

    /// What commands work on.
    pub(crate) fn desk(&self) -> Desk<'_, Table> {
        Desk {
            reader: &self.reader,
            rules: &self.rules,
            journal: &self.journal,
            reconciler: &self.reconciler,
            tenant: self.reader.config().login_company().to_owned(),
            clock: Arc::new(SystemClock),
            keeper: Keeper::Workers(self),
        }
    }
}
