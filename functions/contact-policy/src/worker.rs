//! From message groups to fates.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use model::{Cause, CompanyId, ContactId, Finding, Outcome, RunId};
use queue::{DeduplicationId, Delayer, Message, MessageId, Sender};
use reconcile::{Clock, Error, Fate, Located, Reconciler, Request, Store, Visit, backoff, fate};
use tracing::Instrument as _;

use crate::batch::{Group, Item};

/// Visits companies for the messages of a queue.
pub struct Worker<J, Q> {
    reconciler: Reconciler<J>,
    queue: Q,
    clock: Arc<dyn Clock>,
}

/// What became of a batch.
#[derive(Debug, Default)]
#[must_use = "messages that are not reported as failed are deleted"]
pub struct Report {
    /// Each message, group by group.
    pub messages: Vec<Handled>,
    /// Each visit that was finished.
    pub visits: Vec<Visit>,
    /// Whether the PSA refused our keys. They may have been changed.
    pub unauthorized: bool,
}

/// What became of one message.
#[derive(Debug)]
pub struct Handled {
    /// The message.
    pub message_id: String,
    /// Its group.
    pub group: String,
    /// What becomes of it. A message behind a failed one of its group is to be retried.
    pub fate: Fate,
    /// What went wrong, if anything did.
    pub error: Option<String>,
    /// What a person should look at, found outside a visit.
    pub finding: Option<Finding>,
    /// The messages that were sent in its place.
    pub sent: Vec<MessageId>,
}

/// Messages that are worked on at once, and what they ask for.
enum Work {
    Visit(CompanyId),
    Locate,
    Poison,
}

impl Report {
    fn count(&self) {
        let returned = self.messages.iter().filter(|handled| handled.comes_back());
        metrics::counter!("MessagesReturned").increment(returned.count() as u64);
        metrics::counter!("VisitsDone").increment(self.visits.len() as u64);
        let entries = self.visits.iter().flat_map(|visit| &visit.entries);
        let made = entries.filter(|entry| entry.outcome.as_ref().is_some_and(Outcome::took_effect));
        metrics::counter!("ChangesMade").increment(made.count() as u64);
        let findings = self.visits.iter().map(|visit| visit.findings.len());
        metrics::counter!("FindingsNoted").increment(findings.sum::<usize>() as u64);
    }
}

impl Handled {
    /// Whether the message has to come back.
    #[must_use]
    pub fn comes_back(&self) -> bool {
        matches!(self.fate, Fate::Retry { .. } | Fate::Dead)
    }
}

impl<J: Store, Q: Sender + Delayer + Sync> Worker<J, Q> {
    /// A worker on this queue.
    pub fn new(reconciler: Reconciler<J>, queue: Q, clock: Arc<dyn Clock>) -> Self {
        Self {
            reconciler,
            queue,
            clock,
        }
    }

    /// What visits companies.
    pub fn reconciler(&self) -> &Reconciler<J> {
        &self.reconciler
    }

    pub(crate) async fn work(&self, groups: Vec<Group>) -> Report {
        let mut report = Report::default();
        for group in groups {
            self.work_group(group, &mut report).await;
        }
        report.count();
        report
    }

    /// Works through a group in order, as far as nothing fails.
    async fn work_group(&self, group: Group, report: &mut Report) {
        let mut rest = group.items.as_slice();
        while let Some(first) = rest.first() {
            let kind = kind(first);
            let together = match kind {
                Work::Visit(company) => rest
                    .iter()
                    .take_while(|item| matches!(self::kind(item), Work::Visit(c) if c == company))
                    .count(),
                Work::Locate | Work::Poison => 1,
            };
            let (now, later) = rest.split_at(together);
            let first_report = report.messages.len();
            let span = tracing::info_span!("message", queue.message.id = %first.message_id);
            self.work_together(&group.name, &kind, now, report)
                .instrument(span)
                .await;
            let failed = report.messages[first_report..]
                .iter()
                .any(Handled::comes_back);
            if failed && matches!(kind, Work::Poison) {
                // What cannot be read is no piece of work, so nothing waits for it: the messages
                // behind it are hints of their own, and must not die with it.
                self.put_off(now, Fate::Dead).await;
            } else if failed {
                self.put_off(now, report.messages[first_report].fate).await;
                for item in later {
                    // Behind the failed message its group is blocked; nothing is gained by waiting.
                    self.delay(item, Duration::ZERO).await;
                    let mut handled = handled(item, &group.name, Fate::Retry { after: None });
                    handled.error = Some("an earlier message of the group failed".to_owned());
                    report.messages.push(handled);
                }
                return;
            }
            rest = later;
        }
    }

    /// Works on messages that are one piece of work, and reports each.
    async fn work_together(&self, group: &str, work: &Work, items: &[Item], report: &mut Report) {
        let done = match work {
            Work::Visit(company) => self.visit(*company, items, report).await,
            Work::Locate => self.locate(&items[0]).await,
            Work::Poison => {
                let error = items[0].message.as_ref().err().map(ToString::to_string);
                tracing::error!(error, "a message cannot be read");
                report.messages.extend(items.iter().map(|item| Handled {
                    error: error.clone(),
                    ..handled(item, group, Fate::Dead)
                }));
                return;
            }
        };
        let (fate, error, finding, sent) = match done {
            Ok(Done { findings, sent }) => {
                let fate = if findings.is_empty() {
                    Fate::Done
                } else {
                    Fate::Finding
                };
                (fate, None, findings.into_iter().next(), sent)
            }
            Err(error) => {
                let fate = fate(&error);
                report.unauthorized |= error.is_unauthorized();
                tracing::warn!(error = %error, fate = %fate, "a message comes back");
                (fate, Some(error.to_string()), None, Vec::new())
            }
        };
        report.messages.extend(items.iter().map(|item| Handled {
            error: error.clone(),
            finding: finding.clone(),
            sent: sent.clone(),
            ..handled(item, group, fate)
        }));
    }

    /// One visit for all messages of a company that arrived together.
    async fn visit(
        &self,
        company: CompanyId,
        items: &[Item],
        report: &mut Report,
    ) -> Result<Done, Error> {
        let Ok(Message::VisitCompanyV1 { cause, .. }) = &items[0].message else {
            return Ok(Done::default());
        };
        let contacts = items.iter().filter_map(|item| match &item.message {
            Ok(Message::VisitCompanyV1 { contact, .. }) => *contact,
            _ => None,
        });
        let request = Request {
            company,
            contacts: contacts.collect(),
            run: self.run_id(&items[0]),
            cause: cause.clone(),
        };
        let span = tracing::info_span!("visit", run.id = %request.run, company.id = %company);
        let visit = self.reconciler.visit(&request).instrument(span).await?;
        let findings = visit.findings.first().cloned().into_iter().collect();
        report.visits.push(visit);
        Ok(Done {
            findings,
            sent: Vec::new(),
        })
    }

    /// Finds the company of a contact and has it visited under its own group.
    async fn locate(&self, item: &Item) -> Result<Done, Error> {
        let Ok(Message::LocateContactV1 { contact, cause }) = &item.message else {
            return Ok(Done::default());
        };
        let located = self
            .reconciler
            .locate(self.run_id(item), *contact, cause)
            .await?;
        let (companies, hint) = match located {
            Located::At(company) => (BTreeSet::from([company]), Some(*contact)),
            Located::Gone(companies) => (companies, None),
            Located::NoCompany(finding) => {
                return Ok(Done {
                    findings: vec![*finding],
                    sent: Vec::new(),
                });
            }
        };
        let mut sent = Vec::new();
        for company in companies {
            sent.push(self.send_visit(item, company, hint, cause).await?);
        }
        Ok(Done {
            findings: Vec::new(),
            sent,
        })
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

    fn run_id(&self, item: &Item) -> RunId {
        Request::run_id(self.clock.now(), &item.message_id, item.receive_count)
    }

    /// Gives failed messages back: the first when its fate says, the others of the same work with it.
    async fn put_off(&self, items: &[Item], fate: Fate) {
        for (place, item) in items.iter().enumerate() {
            let wait = match fate {
                Fate::Retry { after } if place == 0 => {
                    after.unwrap_or_else(|| backoff(item.receive_count))
                }
                _ => Duration::ZERO,
            };
            self.delay(item, wait).await;
        }
    }

    /// Sets when a message is seen again. If that fails, the queue's own timeout brings it back.
    async fn delay(&self, item: &Item, wait: Duration) {
        if let Err(error) = self.queue.delay(&item.receipt, wait).await {
            tracing::warn!(queue.message.id = %item.message_id, error = %error, "a message keeps its timeout");
        }
    }
}

#[derive(Default)]
struct Done {
    findings: Vec<Finding>,
    sent: Vec<MessageId>,
}

fn kind(item: &Item) -> Work {
    match &item.message {
        Ok(Message::VisitCompanyV1 { company, .. }) => Work::Visit(*company),
        Ok(Message::LocateContactV1 { .. }) => Work::Locate,
        Err(_) => Work::Poison,
    }
}

fn handled(item: &Item, group: &str, fate: Fate) -> Handled {
    Handled {
        message_id: item.message_id.clone(),
        group: group.to_owned(),
        fate,
        error: None,
        finding: None,
        sent: Vec::new(),
    }
}
