//! Visiting companies, telling the mirrors of it, and finding the company of a contact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::mirror::System;
use model::{Cause, CompanyId, ContactId};
use queue::{DeduplicationId, Delayer, Message, MessageId, Sender};
use reconcile::{Clock, Error, Located, Reconciler, Request, Store, Visit};
use tracing::Instrument as _;
use worker::{Done, Item, Work};

/// Visits companies for the messages of a queue.
pub struct Worker<J, Q> {
    reconciler: Reconciler<J>,
    queue: Q,
    mirrors: BTreeMap<System, Q>,
    clock: Arc<dyn Clock>,
}

impl<J: Store, Q: Sender + Delayer + Sync> Worker<J, Q> {
    /// A worker on this queue, without mirrors.
    pub fn new(reconciler: Reconciler<J>, queue: Q, clock: Arc<dyn Clock>) -> Self {
        Self {
            reconciler,
            queue,
            mirrors: BTreeMap::new(),
            clock,
        }
    }

    /// The same with a mirror, which is told on this queue what to look at after a visit.
    #[must_use]
    pub fn with_mirror(mut self, system: System, queue: Q) -> Self {
        self.mirrors.insert(system, queue);
        Self {
            reconciler: self.reconciler.with_mirrors(self.mirrors.keys().copied()),
            ..self
        }
    }

    /// What visits companies.
    pub fn reconciler(&self) -> &Reconciler<J> {
        &self.reconciler
    }

    /// One visit for all messages of a company that arrived together.
    async fn visit(
        &self,
        company: CompanyId,
        cause: &Cause,
        items: &[Item],
    ) -> Result<Done, Error> {
        let contacts = items.iter().filter_map(|item| match &item.message {
            Ok(Message::VisitCompanyV1 { contact, .. }) => *contact,
            _ => None,
        });
        let request = Request {
            company,
            contacts: contacts.collect(),
            run: items[0].run_id(self.clock.now()),
            cause: cause.clone(),
        };
        let span = tracing::info_span!("visit", run.id = %request.run, company.id = %company);
        let visit = self.reconciler.visit(&request).instrument(span).await?;
        let sent = self.tell_mirrors(&visit, cause).await?;
        Ok(Done {
            visit: Some(visit),
            sent,
            ..Done::default()
        })
    }

    /// Has the mirrors look at what the visit found to differ from what they have. Nothing is lost when this fails: the
    /// message comes back, and its next visit finds the same.
    async fn tell_mirrors(&self, visit: &Visit, cause: &Cause) -> Result<Vec<MessageId>, Error> {
        let mut sent = Vec::new();
        for (system, contacts) in &visit.mirrors {
            let queue = self.mirrors.get(system);
            let Some(queue) = queue.filter(|_| !contacts.is_empty()) else {
                continue;
            };
            let message = Message::MirrorContactsV1 {
                company: visit.company,
                contacts: contacts.clone(),
                cause: cause.clone(),
            };
            let deduplication = DeduplicationId::of_mirrored(&visit.run);
            sent.push(queue.send(&message, &deduplication).await?);
        }
        Ok(sent)
    }

    /// Finds the company of a contact and has it visited under its own group.
    async fn locate(&self, contact: ContactId, cause: &Cause, item: &Item) -> Result<Done, Error> {
        let run = item.run_id(self.clock.now());
        let mut done = Done::default();
        let (companies, hint) = match self.reconciler.locate(run, contact, cause).await? {
            Located::At(company) => (BTreeSet::from([company]), Some(contact)),
            Located::Gone { companies, mirrors } => {
                done.sent = self.tell_of_gone(contact, &mirrors, cause, item).await?;
                (companies, None)
            }
            Located::NoCompany(finding) => {
                done.finding = Some(*finding);
                return Ok(done);
            }
        };
        for company in companies {
            let sent = self.send_visit(item, company, hint, cause).await?;
            done.sent.push(sent);
        }
        Ok(done)
    }

    /// Has the mirrors look at what they have of a contact that is gone. A visit finds that out where it reads a company
    /// whole; where it does not, nobody else would tell them.
    async fn tell_of_gone(
        &self,
        contact: ContactId,
        mirrors: &BTreeMap<System, CompanyId>,
        cause: &Cause,
        item: &Item,
    ) -> Result<Vec<MessageId>, Error> {
        let mut sent = Vec::new();
        for (system, company) in mirrors {
            let Some(queue) = self.mirrors.get(system) else {
                continue;
            };
            let message = Message::MirrorContactsV1 {
                company: *company,
                contacts: BTreeSet::from([contact]),
                cause: cause.clone(),
            };
            let located = MessageId::new(item.message_id.as_str());
            let deduplication = DeduplicationId::of_gone(&located);
            sent.push(queue.send(&message, &deduplication).await?);
        }
        Ok(sent)
    }

    async fn send_visit(
        &self,
        item: &Item,
        company: CompanyId,
        contact: Option<ContactId>,
        cause: &Cause,
    ) -> Result<MessageId, Error> {
        let message = Message::VisitCompanyV1 {
            company,
            contact,
            cause: cause.clone(),
        };
        let located = MessageId::new(item.message_id.as_str());
        let deduplication = DeduplicationId::of_located(&located, company);
        Ok(self.queue.send(&message, &deduplication).await?)
    }
}

impl<J: Store, Q: Sender + Delayer + Sync> Work for Worker<J, Q> {
    type Queue = Q;

    fn queue(&self) -> &Q {
        &self.queue
    }

    fn company(&self, message: &Message) -> Option<CompanyId> {
        match message {
            Message::VisitCompanyV1 { company, .. } => Some(*company),
            Message::LocateContactV1 { .. } | Message::MirrorContactsV1 { .. } => None,
        }
    }

    async fn work(&self, items: &[Item]) -> Result<Done, Error> {
        match items.first().map(|item| &item.message) {
            Some(Ok(Message::VisitCompanyV1 { company, cause, .. })) => {
                self.visit(*company, cause, items).await
            }
            Some(Ok(Message::LocateContactV1 { contact, cause })) => {
                self.locate(*contact, cause, &items[0]).await
            }
            Some(Ok(Message::MirrorContactsV1 { .. })) => Err(Error::Misdirected),
            Some(Err(_)) | None => Ok(Done::default()),
        }
    }
}
