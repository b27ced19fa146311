//! The example tenant with both of its mirrors, and what follows a visit to the PSA there.

use std::collections::BTreeSet;
use std::sync::Arc;

use journal::Sqlite;
use model::ContactId;
use model::mirror::System;
use reconcile::{Error, GrowCrm, ItGlue, Mirror, Reconciler, Request, Vendor, Visit};
use sandbox::{Sandbox, World, growcrm, itglue, seed};

use super::{Stack, enforced, http, in_words, reader, within_patience};

/// A PSA and both mirrors, in which everything is enforced.
pub(crate) struct Mirrored {
    pub(crate) stack: Stack,
    pub(crate) itglue: Sandbox<itglue::Account>,
    pub(crate) growcrm: Sandbox<growcrm::Account>,
}

/// What a mirror was asked after a visit to the PSA, and what was written there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    /// The requests, by method and path.
    pub(crate) requests: Vec<String>,
    /// The writes with their outcomes.
    pub(crate) writes: Vec<String>,
    /// The findings: rule, kind and contacts.
    pub(crate) findings: Vec<String>,
}

impl Mirrored {
    /// The example tenant, and its accounts with both vendors.
    pub(crate) async fn example() -> Mirrored {
        Mirrored::with(World::example(), seed::itglue(), seed::growcrm()).await
    }

    pub(crate) async fn with(
        world: World,
        itglue: itglue::Account,
        growcrm: growcrm::Account,
    ) -> Mirrored {
        Mirrored {
            stack: Stack::with_rules(world, enforced()).await,
            itglue: Sandbox::start(itglue).await.unwrap(),
            growcrm: Sandbox::start(growcrm).await.unwrap(),
        }
    }

    /// A process that visits the PSA and tells what its mirrors have to look at.
    pub(crate) fn process(&self) -> Reconciler<Arc<Sqlite>> {
        self.stack.process().with_mirrors(System::ALL)
    }

    /// A process that mirrors to IT Glue.
    pub(crate) fn to_itglue(&self) -> Mirror<Arc<Sqlite>, ItGlue> {
        let key = self.itglue.world().lock().api_key.clone();
        let config = ::itglue::Config::new(&::itglue::Settings {
            region: self.itglue.base_url(),
            api_key: key.into(),
        });
        let reader = ::itglue::Reader::new(config.unwrap(), http(&self.stack.world));
        let writer = ::itglue::Writer::new(reader.clone());
        self.to(ItGlue::new(reader, Some(writer)))
    }

    /// A process that mirrors to Grow CRM.
    pub(crate) fn to_growcrm(&self) -> Mirror<Arc<Sqlite>, GrowCrm> {
        let key = self.growcrm.world().lock().api_key.clone();
        let config = ::growcrm::Config::new(&::growcrm::Settings {
            base_url: self.growcrm.base_url(),
            api_key: key.into(),
        });
        let reader = ::growcrm::Reader::new(config.unwrap(), http(&self.stack.world));
        let writer = ::growcrm::Writer::new(reader.clone());
        self.to(GrowCrm::new(reader, Some(writer)))
    }

    fn to<V: Vendor>(&self, vendor: V) -> Mirror<Arc<Sqlite>, V> {
        let Stack {
            sandbox,
            journal,
            rules,
            ..
        } = &self.stack;
        let clock = self.stack.clock();
        Mirror::new(
            reader(sandbox),
            vendor,
            journal.clone(),
            rules.clone(),
            clock,
        )
    }

    /// Visits a company in the PSA, and then in each mirror that has something to look at.
    pub(crate) async fn follow(&self, company: u32, contacts: &[u32]) -> (Visit, [Followed; 2]) {
        let request = self.stack.request(company, contacts);
        let visit = within_patience(self.process().visit(&request))
            .await
            .unwrap();
        let stale = |system| visit.mirrors.get(&system).cloned().unwrap_or_default();
        let itglue = self
            .at(
                &self.itglue,
                &self.to_itglue(),
                company,
                &stale(System::ItGlue),
            )
            .await
            .unwrap();
        let growcrm = self
            .at(
                &self.growcrm,
                &self.to_growcrm(),
                company,
                &stale(System::GrowCrm),
            )
            .await
            .unwrap();
        (visit, [itglue, growcrm])
    }

    /// Visits one mirror about these contacts; not at all, where there are none.
    pub(crate) async fn at<A: sandbox::Vendor, V: Vendor>(
        &self,
        server: &Sandbox<A>,
        mirror: &Mirror<Arc<Sqlite>, V>,
        company: u32,
        contacts: &BTreeSet<ContactId>,
    ) -> Result<Followed, Error> {
        let mark = server.requests().mark();
        let mut followed = Followed {
            requests: Vec::new(),
            writes: Vec::new(),
            findings: Vec::new(),
        };
        if !contacts.is_empty() {
            let request = Request {
                contacts: contacts.clone(),
                ..self.stack.request(company, &[])
            };
            let visit = within_patience(mirror.visit(&request)).await?;
            followed.writes = in_words(&visit.entries);
            followed.findings = visit.findings.iter().map(super::finding_in_words).collect();
        }
        let requests = server.requests().since(mark).into_iter();
        let requests = requests.map(|request| format!("{} {}", request.method, request.path));
        followed.requests = requests.collect();
        Ok(followed)
    }
}

impl Followed {
    /// Whether nothing was asked, and nothing told.
    pub(crate) fn is_nothing(&self) -> bool {
        self.requests.is_empty() && self.findings.is_empty()
    }
}
