//! The mirrors of the local profile.

use std::sync::Arc;

use anyhow::Context as _;
use connectwise::Reader;
use journal::Sqlite;
use model::mirror::System;
use policy::Rules;
use queue::{MemoryQueue, QueueRules};
use reconcile::{Clock, GrowCrm, ItGlue, Mirror, Vendor};
use sandbox::{Handle, RequestLog, Sandbox};
use worker::MirrorWorker;

use super::clock::Clocks;
use super::{client, now_of};

/// A mirror: its fake vendor, its queue, and the worker on it.
pub struct MirrorSide<A, V> {
    sandbox: Sandbox<A>,
    /// What is to be carried over.
    pub queue: MemoryQueue,
    /// Carries it over.
    pub worker: MirrorWorker<Arc<Sqlite>, V, MemoryQueue>,
}

impl<A: sandbox::Vendor, V> MirrorSide<A, V> {
    /// The fake vendor.
    #[must_use]
    pub fn account(&self) -> Handle<A> {
        self.sandbox.world()
    }

    /// Every request that the fake vendor saw.
    #[must_use]
    pub fn requests(&self) -> RequestLog {
        self.sandbox.requests()
    }
}

/// What the mirrors are made of, beside their vendors.
pub(super) struct Common<'l> {
    pub(super) reader: &'l Reader,
    pub(super) journal: &'l Arc<Sqlite>,
    pub(super) rules: &'l Rules,
    pub(super) clocks: &'l Clocks,
}

impl Common<'_> {
    /// The mirror in IT Glue, which is written to as far as the rules say.
    pub(super) fn itglue(
        &self,
        sandbox: Sandbox<sandbox::itglue::Account>,
    ) -> anyhow::Result<MirrorSide<sandbox::itglue::Account, ItGlue>> {
        let config = itglue::Config::new(&itglue::Settings {
            region: sandbox.base_url(),
            api_key: sandbox.world().lock().api_key.clone().into(),
        })
        .context("failed to configure the IT Glue client")?;
        let reader = itglue::Reader::new(config, client(self.clocks));
        let may_write = self.rules.may_mirror(System::ItGlue);
        let writer = may_write.then(|| itglue::Writer::new(reader.clone()));
        Ok(self.side(sandbox, ItGlue::new(reader, writer)))
    }

    /// The mirror in Grow CRM, which is written to as far as the rules say.
    pub(super) fn growcrm(
        &self,
        sandbox: Sandbox<sandbox::growcrm::Account>,
    ) -> anyhow::Result<MirrorSide<sandbox::growcrm::Account, GrowCrm>> {
        let config = growcrm::Config::new(&growcrm::Settings {
            base_url: sandbox.base_url(),
            api_key: sandbox.world().lock().api_key.clone().into(),
        })
        .context("failed to configure the Grow CRM client")?;
        let reader = growcrm::Reader::new(config, client(self.clocks));
        let may_write = self.rules.may_mirror(System::GrowCrm);
        let writer = may_write.then(|| growcrm::Writer::new(reader.clone()));
        Ok(self.side(sandbox, GrowCrm::new(reader, writer)))
    }

    fn side<A, V: Vendor>(&self, sandbox: Sandbox<A>, vendor: V) -> MirrorSide<A, V> {
        let now = now_of(self.clocks);
        let queue = MemoryQueue::new(QueueRules::default(), now.clone());
        let clock: Arc<dyn Clock> = Arc::new(now);
        let mirror = Mirror::new(
            self.reader.clone(),
            vendor,
            Arc::clone(self.journal),
            self.rules.clone(),
            Arc::clone(&clock),
        );
        MirrorSide {
            sandbox,
            worker: MirrorWorker::new(mirror, queue.clone(), clock),
            queue,
        }
    }
}
