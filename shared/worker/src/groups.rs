//! Working through message groups.

use std::time::Duration;

use model::CompanyId;
use queue::Delayer;
use reconcile::{Fate, backoff, fate};
use tracing::Instrument as _;

use crate::batch::Group;
use crate::{Handled, Item, Report, Work};

/// Messages that are worked on at once.
enum Piece {
    Visit(CompanyId),
    Single,
    Poison,
}

/// Works through a group in order, as far as nothing has to wait.
pub(crate) async fn work(worker: &impl Work, group: Group, report: &mut Report) {
    let piece = |item: &Item| match &item.message {
        Ok(message) => worker.company(message).map_or(Piece::Single, Piece::Visit),
        Err(_) => Piece::Poison,
    };
    let mut rest = group.items.as_slice();
    while let Some(first) = rest.first() {
        let kind = piece(first);
        let together = match kind {
            Piece::Visit(company) => rest
                .iter()
                .take_while(|item| matches!(piece(item), Piece::Visit(c) if c == company))
                .count(),
            Piece::Single | Piece::Poison => 1,
        };
        let (now, later) = rest.split_at(together);
        let first_report = report.messages.len();
        let span = tracing::info_span!("message", queue.message.id = %first.message_id);
        let worked = async {
            if matches!(kind, Piece::Poison) {
                bury(&group.name, now, report);
            } else {
                work_together(worker, &group.name, now, report).await;
            }
        };
        worked.instrument(span).await;
        let failed = report.messages[first_report..]
            .iter()
            .any(Handled::comes_back);
        let fate = report.messages[first_report].fate;
        if failed {
            put_off(worker, now, fate).await;
        }
        // What is given up is waited for in vain: the messages behind it are hints of their own, and must not die
        // with it.
        if failed && fate != Fate::Dead {
            for item in later {
                // Behind the failed message its group is blocked; nothing is gained by waiting.
                delay(worker, item, Duration::ZERO).await;
                let mut handled = handled(item, &group.name, Fate::Retry { after: None });
                handled.error = Some("an earlier message of the group failed".to_owned());
                report.messages.push(handled);
            }
            return;
        }
        rest = later;
    }
}

/// Reports messages that cannot be read.
fn bury(group: &str, items: &[Item], report: &mut Report) {
    let error = items[0].message.as_ref().err().map(ToString::to_string);
    tracing::error!(error, "a message cannot be read");
    report.messages.extend(items.iter().map(|item| Handled {
        error: error.clone(),
        ..handled(item, group, Fate::Dead)
    }));
}

/// Works on messages that are one piece of work, and reports each.
async fn work_together(worker: &impl Work, group: &str, items: &[Item], report: &mut Report) {
    let reported = match worker.work(items).await {
        Ok(done) => {
            let found = done.visit.as_ref().and_then(|visit| visit.findings.first());
            let finding = done.finding.or_else(|| found.cloned());
            let fate = match finding {
                Some(_) => Fate::Finding,
                None => Fate::Done,
            };
            report.visits.extend(done.visit);
            (fate, None, finding, done.sent)
        }
        Err(error) => {
            let fate = fate(&error);
            report.unauthorized |= error.is_unauthorized();
            tracing::warn!(error = %error, fate = %fate, "a message comes back");
            (fate, Some(error.to_string()), None, Vec::new())
        }
    };
    let (fate, error, finding, sent) = reported;
    report.messages.extend(items.iter().map(|item| Handled {
        error: error.clone(),
        finding: finding.clone(),
        sent: sent.clone(),
        ..handled(item, group, fate)
    }));
}

/// Gives failed messages back: the first when its fate says, the others of the same work with it.
async fn put_off(worker: &impl Work, items: &[Item], fate: Fate) {
    for (place, item) in items.iter().enumerate() {
        let wait = match fate {
            Fate::Retry { after } if place == 0 => {
                after.unwrap_or_else(|| backoff(item.receive_count))
            }
            _ => Duration::ZERO,
        };
        delay(worker, item, wait).await;
    }
}

/// Sets when a message is seen again. If that fails, the queue's own timeout brings it back.
async fn delay(worker: &impl Work, item: &Item, wait: Duration) {
    if let Err(error) = worker.queue().delay(&item.receipt, wait).await {
        tracing::warn!(queue.message.id = %item.message_id, error = %error, "a message keeps its timeout");
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
