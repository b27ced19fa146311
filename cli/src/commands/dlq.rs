//! `rollcall dlq`: what the workers gave up.

use std::collections::BTreeSet;

use model::mirror::System;
use model::{CompanyId, ContactId};
use queue::{DeadLetter, DeadLetters, Message, SqsQueue};
use reconcile::{Clock as _, SystemClock};
use serde_json::{Value, json};
use startup::{Problems, Stack};

use crate::args::{Dlq, Profile};
use crate::exit::Exit;
use crate::print::{self, Out};

pub(crate) async fn run(profile: &Profile, command: &Dlq) -> anyhow::Result<Exit> {
    let stack = profile.deployed_stack().await?;
    let shelves = shelves(&stack)?;
    let mut out = Out::new();
    match command {
        Dlq::List { json } => list(&mut out, &shelves, *json).await,
        Dlq::Show { id, json } => show(&mut out, &shelves, id, *json).await,
        Dlq::Redrive { ids, all, json } => {
            let wanted = (!all).then(|| ids.iter().map(String::as_str).collect());
            let mut redriven = Redriven::new(&mut out, *json, wanted);
            let result = redriven.work(&shelves).await;
            redriven.end(result)
        }
    }
}

/// Whose work it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Visits to the PSA.
    Visits,
    /// Carrying contacts to a mirror.
    Mirror(System),
}

/// What workers gave up, of one queue.
struct Shelf {
    of: Work,
    dead: DeadLetters,
    /// The queue that they come from.
    queue: SqsQueue,
}

/// A dead letter, and whose work it was.
pub(crate) struct Letter {
    pub(crate) of: Work,
    pub(crate) letter: DeadLetter,
}

impl Work {
    /// What works on it, and logs why it gave up.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::Visits => "contact-policy",
            Self::Mirror(System::ItGlue) => "mirror-itglue",
            Self::Mirror(System::GrowCrm) => "mirror-growcrm",
        }
    }
}

/// The dead letters of every queue that the stack has.
fn shelves(stack: &Stack) -> Result<Vec<Shelf>, Problems> {
    let visits = Shelf {
        of: Work::Visits,
        dead: stack.dead_letters()?,
        queue: stack.queue()?,
    };
    let mirrors = System::ALL.into_iter().filter_map(|system| {
        let dead = stack.mirror_dead_letters(system)?;
        let queue = stack.mirror_queue(system)?;
        let of = Work::Mirror(system);
        Some(Shelf { of, dead, queue })
    });
    Ok([visits].into_iter().chain(mirrors).collect())
}

impl Shelf {
    /// All letters that can be seen, which are given back at once.
    async fn look(&self) -> Result<Vec<Letter>, queue::Error> {
        let letters = self.dead.receive_all().await?;
        self.dead.give_back(&letters).await;
        let of = self.of;
        let letters = letters.into_iter();
        Ok(letters.map(|letter| Letter { of, letter }).collect())
    }
}

async fn list(out: &mut Out, shelves: &[Shelf], json: bool) -> anyhow::Result<Exit> {
    let mut letters = Vec::new();
    let mut behind = 0;
    for shelf in shelves {
        let seen = shelf.look().await?;
        let depth = shelf.dead.depth().await?;
        let all = usize::try_from(depth.waiting + depth.in_flight).unwrap_or(usize::MAX);
        behind += all.saturating_sub(seen.len());
        letters.extend(seen);
    }
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

async fn show(out: &mut Out, shelves: &[Shelf], id: &str, json: bool) -> anyhow::Result<Exit> {
    for shelf in shelves {
        let letters = shelf.look().await?;
        let mut letters = letters.iter();
        let Some(letter) = letters.find(|letter| letter.letter.id.as_str() == id) else {
            continue;
        };
        if json {
            out.json(&data(letter))?;
        } else {
            print::dlq::show(out, letter)?;
        }
        return Ok(Exit::Done);
    }
    print::dlq::not_found(out, id)?;
    Ok(Exit::Found)
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

    /// Sends what is wanted, queue by queue, each letter to the workers who gave it up.
    async fn work(&mut self, shelves: &[Shelf]) -> anyhow::Result<()> {
        for shelf in shelves {
            if self.is_complete() {
                break;
            }
            let mut held = Vec::new();
            let result = self.batches(shelf, &mut held).await;
            shelf.dead.give_back(&held).await;
            result?;
        }
        Ok(())
    }

    /// Whether all that is wanted was seen.
    fn is_complete(&self) -> bool {
        self.wanted.as_ref().is_some_and(BTreeSet::is_empty)
    }

    /// Batch by batch: what was sent makes room for what stood behind it.
    async fn batches(&mut self, shelf: &Shelf, held: &mut Vec<DeadLetter>) -> anyhow::Result<()> {
        while !self.is_complete() {
            let letters = shelf.dead.receive().await?;
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
                let of = shelf.of;
                let letter = Letter { of, letter };
                if let Err(error) = self.send(shelf, &letter).await {
                    held.push(letter.letter);
                    held.extend(letters);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self, shelf: &Shelf, letter: &Letter) -> anyhow::Result<()> {
        let id = letter.letter.id.as_str();
        let sent = shelf
            .dead
            .redrive(&letter.letter, &shelf.queue, SystemClock.now());
        let sent = sent.await?;
        if !self.json {
            print::dlq::redriven(self.out, letter, &sent)?;
        }
        self.sent
            .push(json!({ "worker": letter.of.function(), "was": id, "is": sent.as_str() }));
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

fn data(letter: &Letter) -> Value {
    let Letter { of, letter } = letter;
    let (company, contact) = about(letter);
    json!({
        "worker": of.function(),
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
