//! The local profile: everything that is deployed, put together in one process around sandboxes.
//!
//! The receiver, the workers, the API clients and the journal are the real ones, and they meet the
//! sandboxes over real HTTP. What stands in for AWS are the queues, which keep the rules of SQS FIFO in
//! memory. Time is the sandboxes': a wait moves their clocks instead of sitting it out.

mod clock;
mod folder;
mod mirror;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use callback_receiver::{Limits, Receiver, ReceiverConfig};
use connectwise::callback::{KeyFetcher, Tenant};
use connectwise::{Config, Reader, Settings, Writer};
use contact_policy::Worker;
use http_client::{Client, ClientConfig, Url};
use jiff::Timestamp;
use journal::Sqlite;
use model::mirror::System;
use policy::Rules;
use queue::{MemoryQueue, QueueRules};
use reconcile::{Clock, GrowCrm, ItGlue, Reconciler};
use sandbox::{RequestLog, Sandbox, WorldHandle};

use crate::desk::{Desk, Keeper};
use crate::exit::unless_stopped;
use folder::{Folder, Vendors};
use mirror::Common;

pub(crate) use clock::Clocks;
pub use mirror::MirrorSide;

/// The path token of the example tenant's callback URL, as in the sample events.
pub const PATH_TOKEN: &str = "t-7f3a";

/// The instance of the example tenant, as its callbacks name it.
const PRODUCT_INSTANCE: &str = "64b0c2d1e5f60700018a9b3c";

/// The host that the example tenant's callbacks come from.
const SITE: &str = "https://na.myconnectwise.net";

/// A running local profile.
pub struct Local {
    folder: Folder,
    sandbox: Sandbox,
    clocks: Clocks,
    reader: Reader,
    rules: Rules,
    /// Takes callbacks.
    pub receiver: Receiver<MemoryQueue>,
    /// The work queue.
    pub queue: MemoryQueue,
    /// Visits companies.
    pub worker: Worker<Arc<Sqlite>, MemoryQueue>,
    /// Mirrors contacts to IT Glue.
    pub itglue: MirrorSide<sandbox::itglue::Account, ItGlue>,
    /// Mirrors contacts to Grow CRM.
    pub growcrm: MirrorSide<sandbox::growcrm::Account, GrowCrm>,
    journal: Arc<Sqlite>,
}

impl Local {
    /// Opens the profile kept in a folder, or makes a new one with the example tenant.
    ///
    /// # Errors
    /// When the folder is in use by another process or cannot be used.
    pub async fn open(folder: &Path, rules: Rules) -> anyhow::Result<Self> {
        let (folder, vendors) = Folder::open(folder)?;
        let Vendors {
            psa,
            itglue,
            growcrm,
        } = vendors;
        let journal =
            Arc::new(Sqlite::open(folder.journal()).context("failed to open the journal")?);
        let sandbox = start(psa).await?;
        let (itglue, growcrm) = (start(itglue).await?, start(growcrm).await?);
        let world = sandbox.world();
        let base: Url = sandbox
            .base_url()
            .parse()
            .context("failed to read the sandbox's address")?;
        let clocks = Clocks {
            psa: world.clone(),
            itglue: itglue.world(),
            growcrm: growcrm.world(),
        };
        clocks.set(clocks.now());

        let credentials = world.lock().credentials();
        let config = Config::new(&Settings {
            site: base.to_string(),
            login_company: credentials.company.clone(),
            public_key: credentials.public_key.into(),
            private_key: credentials.private_key.into(),
            client_id: credentials.client_id.into(),
            api_version: None,
            codebase: None,
        })
        .context("failed to configure the PSA client")?;
        let reader = Reader::new(config, client(&clocks));
        let writer = rules.may_write().then(|| Writer::new(reader.clone()));

        let now = now_of(&clocks);
        let queue = MemoryQueue::new(QueueRules::default(), now.clone());
        let tenant = Tenant::new(credentials.company, SITE)
            .context("failed to describe the example tenant")?
            .with_product_instance(PRODUCT_INSTANCE);
        let config = ReceiverConfig {
            tenant_token: PATH_TOKEN.into(),
            tenant,
            limits: Limits::default(),
        };
        let receiver = Receiver::new(config, queue.clone(), KeyFetcher::at(base), now.clone());
        let common = Common {
            reader: &reader,
            journal: &journal,
            rules: &rules,
            clocks: &clocks,
        };
        let itglue = common.itglue(itglue)?;
        let growcrm = common.growcrm(growcrm)?;
        let clock: Arc<dyn Clock> = Arc::new(now);
        let reconciler = Reconciler::new(
            reader.clone(),
            writer,
            journal.clone(),
            rules.clone(),
            clock.clone(),
        );
        let worker = Worker::new(reconciler, queue.clone(), clock)
            .with_mirror(System::ItGlue, itglue.queue.clone())
            .with_mirror(System::GrowCrm, growcrm.queue.clone());
        let local = Self {
            folder,
            sandbox,
            clocks,
            reader,
            rules,
            receiver,
            queue,
            worker,
            itglue,
            growcrm,
            journal,
        };
        local
            .worker
            .reconciler()
            .warm_up()
            .await
            .context("failed to read the sandbox")?;
        Ok(local)
    }

    /// The fake PSA.
    #[must_use]
    pub fn world(&self) -> WorldHandle {
        self.sandbox.world()
    }

    /// Every request that the fake PSA saw.
    #[must_use]
    pub fn requests(&self) -> RequestLog {
        self.sandbox.requests()
    }

    /// The clocks of all fake vendors.
    pub(crate) fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// What commands work on.
    pub(crate) fn desk(&self) -> Desk<'_, Sqlite> {
        Desk {
            reader: &self.reader,
            rules: &self.rules,
            journal: &self.journal,
            reconciler: self.worker.reconciler(),
            tenant: self.world().lock().credentials().company,
            clock: Arc::new(now_of(&self.clocks)),
            keeper: Keeper::Sandbox(self),
        }
    }

    /// Does what may write, and saves the fake vendors however that ends: the next command must find what the journal
    /// tells of. Ctrl-C ends it between two steps, and not the process.
    pub(crate) async fn keep<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let result = unless_stopped(work).await;
        self.save()?;
        result
    }

    /// Saves the fake vendors, so that the next command finds them as this one leaves them.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self) -> anyhow::Result<()> {
        let (itglue, growcrm) = (self.itglue.account(), self.growcrm.account());
        let psa = self.world();
        self.folder
            .save(&psa.lock(), &itglue.lock(), &growcrm.lock())
    }
}

/// The journal kept in a folder, without starting anything. Where there is none yet, one with nothing in it.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn journal(folder: &Path) -> anyhow::Result<Sqlite> {
    let path = folder.join(folder::JOURNAL);
    let journal = if path.exists() {
        Sqlite::open(path)
    } else {
        Sqlite::in_memory()
    };
    journal.context("failed to open the journal")
}

async fn start<V: sandbox::Vendor>(vendor: V) -> anyhow::Result<Sandbox<V>> {
    let started = Sandbox::start(vendor).await;
    started.context("failed to start a sandbox")
}

fn client(clocks: &Clocks) -> Client {
    Client::new(ClientConfig::default(), Arc::new(clocks.clone()))
}

fn now_of(clocks: &Clocks) -> impl Fn() -> Timestamp + Clone + Send + Sync + 'static {
    let clocks = clocks.clone();
    move || clocks.now()
}
