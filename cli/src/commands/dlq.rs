//! `rollcall dlq`: what the workers gave up.

use std::collections::BTreeSet;

use model::{CompanyId, ContactId};
use queue::{DeadLetter, DeadLetters, Message, SqsQueue};
use reconcile::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::args::{Dlq, Profile};
use crate::exit::Exit;
use crate::print::{self, Out};

pub(crate) async fn run(profile: &Profile, command: &Dlq) -> anyhow::Result<Exit> {
    let stack = profile.deployed_stack().await?;
    let dead = stack.dead_letters()?;
    let mut out = Out::new();
    match command {
        Dlq::List { json } => list(&mut out, &dead, *json).await,
        Dlq::Show { id, json } => show(&mut out, &dead, id, *json).await,
        Dlq::Redrive { ids, all, json } => {
            let wanted = (!all).then(|| ids.iter().map(String::as_str).collect());
            let work = stack.queue()?;
            let mut redriven = Redriven::new(&mut out, *json, wanted);
            let result = redriven.work(&dead, &work).await;
            redriven.end(result)
        }
    }
}

async fn list(out: &mut Out, dead: &DeadLetters, json: bool) -> anyhow::Result<Exit> {
    let letters = dead.receive_all().await?;
    dead.give_back(&letters).await;
    let depth = dead.depth().await?;
    let all = usize::try_from(depth.waiting + depth.in_flight).unwrap_or(usize::MAX);
    let behind = all.saturating_sub(letters.len());
    if json {
        let letters: Vec<Value> = letters.iter().map(data).collect();
        out.json(&json!({ "letters": letters, "behind": behind }))?;
    } else {
        print::dlq::list(out, &letters, behind, SystemClock.now())?;
    }
    Ok(if letters.is_empty() && behind == 0 {
        Exit::Done
    } else {
        Exit::Found
    })
}

async fn show(out: &mut Out, dead: &DeadLetters, id: &str, json: bool) -> anyhow::Result<Exit> {
    let letters = dead.receive_all().await?;
    dead.give_back(&letters).await;
    let Some(letter) = letters.iter().find(|letter| letter.id.as_str() == id) else {
        print::dlq::not_found(out, id)?;
        return Ok(Exit::Found);
    };
    if json {
        out.json(&data(letter))?;
    } else {
        print::dlq::show(out, letter)?;
    }
    Ok(Exit::Done)
}

/// Letters on their way back to the workers.
struct Redriven<'o> {
    out: &'o mut Out,
    json: bool,
    /// Which are wanted and were not seen yet; nothing when all are wanted.
    wanted: Option<BTreeSet<&'o str>>,
    sent: Vec<Value>,
}

impl<'o> Redriven<'o> {
    fn new(out: &'o mut Out, json: bool, wanted: Option<BTreeSet<&'o str>>) -> Self {
        Self {
            out,
            json,
            wanted,
            sent: Vec::new(),
        }
    }

    /// Sends what is wanted, batch by batch. What was sent makes room for what stood behind it.
    async fn work(&mut self, dead: &DeadLetters, work: &SqsQueue) -> anyhow::Result<()> {
        let mut held = Vec::new();
        let result = self.batches(dead, work, &mut held).await;
        dead.give_back(&held).await;
        result
    }

    async fn batches(
        &mut self,
        dead: &DeadLetters,
        work: &SqsQueue,
        held: &mut Vec<DeadLetter>,
    ) -> anyhow::Result<()> {
        while self.wanted.as_ref().is_none_or(|wanted| !wanted.is_empty()) {
            let letters = dead.receive().await?;
            let is_known = |new: &DeadLetter| held.iter().any(|known| known.id == new.id);
            if letters.iter().all(is_known) {
                break;
            }
            let mut letters = letters.into_iter();
            while let Some(letter) = letters.next() {
                let is_wanted = match &mut self.wanted {
                    Some(wanted) => wanted.remove(letter.id.as_str()),
                    None => true,
                };
                if !is_wanted {
                    held.push(letter);
                    continue;
                }
                if let Err(error) = self.send(dead, work, &letter).await {
                    held.push(letter);
                    held.extend(letters);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn send(
        &mut self,
        dead: &DeadLetters,
        work: &SqsQueue,
        letter: &DeadLetter,
    ) -> anyhow::Result<()> {
        let sent = dead.redrive(letter, work, SystemClock.now()).await?;
        if !self.json {
            print::dlq::redriven(self.out, letter, &sent)?;
        }
        self.sent
            .push(json!({ "was": letter.id.as_str(), "is": sent.as_str() }));
        Ok(())
    }

    /// Tells what came of it, however it ended.
    fn end(self, result: anyhow::Result<()>) -> anyhow::Result<Exit> {
        let missing: Vec<&str> = self.wanted.into_iter().flatten().collect();
        if self.json {
            let missing = result.is_ok().then_some(&missing);
            self.out
                .json(&json!({ "redriven": self.sent, "not_found": missing }))?;
        } else if result.is_ok() {
            for id in &missing {
                print::dlq::not_found(self.out, id)?;
            }
            print::dlq::total(self.out, self.sent.len())?;
        } else {
            print::dlq::total(self.out, self.sent.len())?;
        }
        self.out.flush()?;
        result?;
        Ok(if missing.is_empty() {
            Exit::Done
        } else {
            Exit::Found
        })
    }
}

/// What a letter is about.
pub(crate) fn about(letter: &DeadLetter) -> (Option<CompanyId>, Option<ContactId>) {
    match &letter.content {
        Ok(Message::VisitCompanyV1 {
            company, contact, ..
        }) => (Some(*company), *contact),
        Ok(Message::LocateContactV1 { contact, .. }) => (None, Some(*contact)),
        Ok(Message::MirrorContactsV1 {
            company, contacts, ..
        }) => (Some(*company), contacts.first().copied()),
        Err(_) => (None, None),
    }
}

fn data(letter: &DeadLetter) -> Value {
    let (company, contact) = about(letter);
    json!({
        "id": letter.id.as_str(),
        "group": letter.group,
        "company": company,
        "contact": contact,
        "receive_count": letter.receive_count,
        "sent_at": letter.sent_at,
        "message": letter.content.as_ref().ok(),
        "error": letter.content.as_ref().err().map(ToString::to_string),
    })
}
