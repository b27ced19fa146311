//! The workers: what they get, where they wait, and how they end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use contact_policy::Worker;
use http_client::ClientConfig;
use journal::Sqlite;
use model::mirror::System;
use queue::Received;
use reconcile::{Clock, GrowCrm, ItGlue, Mirror, Reconciler};
use sandbox::Effect;
use tokio::task::JoinHandle;
use worker::{MirrorWorker, Report};

use super::call::Call;
use super::drill::Drill;
use super::gate::{Gate, Lists};
use super::lab::{mirror_of, worker_of};
use super::queue::{Counted, event};
use super::run::Play;
use super::storm::{Outage, Spell, Strike};

/// Lambda ends what takes longer, in seconds; as in the template.
const LAMBDA_TIMEOUT: i64 = 120;
/// The most messages of one batch; as in the template.
const BATCH: usize = 10;
/// Reads in a row before a write that count as one look.
const LOOK: usize = 4;

/// One of the places where a worker can be.
#[derive(Default)]
pub(super) struct Hand {
    process: Option<Arc<Process>>,
    job: Option<Job>,
    spell: Spell,
    /// What was just read, up to the next write.
    look: Vec<Call>,
    /// Whether it has read anything of its mirror for what it does just now.
    knows_mirror: bool,
    /// Whether its mirror is out of reach.
    outage: Outage,
}

enum Process {
    Policy(Box<Worker<Arc<Sqlite>, Counted>>),
    ItGlue(Box<MirrorWorker<Arc<Sqlite>, ItGlue, Counted>>),
    GrowCrm(Box<MirrorWorker<Arc<Sqlite>, GrowCrm, Counted>>),
}

struct Job {
    batch: Vec<Received>,
    task: JoinHandle<()>,
    report: Arc<Mutex<Option<Report>>>,
    started: i64,
}

/// Rings when a worker has ended, however it did.
struct Bell(Gate);

impl Hand {
    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// What its worker read just now.
    pub(super) fn look(&self) -> &[Call] {
        &self.look
    }

    /// Whether it is about to write what it made of what it read in its mirror.
    pub(super) fn knows_mirror(&self) -> bool {
        self.is_busy() && self.knows_mirror
    }
}

impl Process {
    async fn handle(&self, batch: SqsEvent) -> Report {
        match self {
            Process::Policy(worker) => worker::handle(batch, &**worker).await,
            Process::ItGlue(worker) => worker::handle(batch, &**worker).await,
            Process::GrowCrm(worker) => worker::handle(batch, &**worker).await,
        }
    }
}

impl Play<'_> {
    /// Gives a worker what is next on the queue.
    pub(super) async fn start(&mut self, worker: usize, storms: bool) -> Result<(), String> {
        let most = if storms {
            self.dice.within(1, BATCH)
        } else {
            BATCH
        };
        let batch = self.lab.queue_of(worker).receive(most);
        if batch.is_empty() {
            return Ok(());
        }
        let names = batch.iter().map(|message| {
            let (id, group, count) = (&message.message_id, &message.group, message.receive_count);
            format!("{id} ({group}, {count})")
        });
        let names = names.collect::<Vec<_>>().join(", ");
        self.tell(format!("worker {worker} gets {names}"));
        let lists = if storms {
            let seed = self.dice.below(usize::MAX) as u64;
            self.storm.lists(&mut self.dice, seed)
        } else {
            Lists::Fine
        };
        self.lab.gate.set_lists(worker, lists);
        let process = match &self.hands[worker].process {
            Some(process) => process.clone(),
            None => Arc::new(self.process(worker)),
        };
        let report = Arc::new(Mutex::new(None));
        let task = tokio::spawn({
            let (batch, report, process) = (event(&batch), report.clone(), process.clone());
            let bell = Bell(self.lab.gate.clone());
            async move {
                let done = process.handle(batch).await;
                *report.lock().unwrap() = Some(done);
                drop(bell);
            }
        });
        let hand = &mut self.hands[worker];
        hand.process = Some(process);
        hand.look.clear();
        hand.knows_mirror = false;
        hand.job = Some(Job {
            batch,
            task,
            report,
            started: self.lab.now().as_second(),
        });
        self.until_it_waits(worker).await
    }

    /// Lets a worker make its next call, with whatever happens before and to it.
    pub(super) async fn go_on(&mut self, worker: usize, storms: bool) -> Result<(), String> {
        let Some(call) = self.lab.gate.waiting(worker) else {
            return Err(format!("worker {worker} neither calls nor ends"));
        };
        if storms && self.edits_left > 0 && self.storm.person_comes(&mut self.dice, &call) {
            self.person_edits().await;
        }
        let seconds = self.dice.seconds(2);
        self.lab.world.advance(seconds);
        let is_alone = self.hands.iter().filter(|hand| hand.is_busy()).count() == 1;
        let hand = &mut self.hands[worker];
        let started = hand.job.as_ref().map_or(0, |job| job.started);
        let strike = if self.lab.now().as_second() - started > LAMBDA_TIMEOUT {
            Strike::Death { applied: false }
        } else if storms {
            let Hand { spell, outage, .. } = hand;
            let of_mirror = call.to.is_some();
            let down = of_mirror.then(|| outage.strike(self.storm, &mut self.dice));
            match down.flatten() {
                Some(strike) => strike,
                None => self.storm.strike(&mut self.dice, spell, &call, is_alone),
            }
        } else {
            Strike::Nothing
        };
        if let Some(system) = call.to {
            hand.knows_mirror = true;
            self.lab.tell_time(system);
        }
        if call.is_read() {
            // Trying a read again is no further look.
            hand.look.retain(|read| *read != call);
            hand.look.push(call.clone());
            let old = hand.look.len().saturating_sub(LOOK);
            hand.look.drain(..old);
        } else if matches!(strike, Strike::Nothing) {
            hand.look.clear();
        }
        self.tell(format!("worker {worker}: {call}{}", strike.name()));
        match strike {
            Strike::Nothing => self.lab.gate.pass(worker, None),
            Strike::Fault(fault) => {
                self.story.told.faults += 1;
                self.lab.gate.pass(worker, Some(fault.effect));
            }
            Strike::Silence { applied } => {
                self.story.told.timeouts += 1;
                self.stall(worker, applied).await;
                self.give_up().await;
            }
            Strike::Death { applied } => {
                self.story.told.deaths += 1;
                self.stall(worker, applied).await;
                self.end(worker).await;
                return self.judge();
            }
        }
        self.until_it_waits(worker).await
    }

    /// Lets the waiting call go on to where no answer comes.
    async fn stall(&mut self, worker: usize, applied: bool) {
        let dealt_with = self.lab.gate.dealt_with();
        self.lab.gate.pass(worker, Some(Effect::Stall { applied }));
        while self.lab.gate.dealt_with() == dealt_with {
            self.lab.gate.changed().await;
        }
    }

    /// Lets pass the time after which a client no longer waits for an answer. Nobody else may be waiting.
    async fn give_up(&mut self) {
        let patience = ClientConfig::default().timeout + Duration::from_secs(1);
        self.lab
            .world
            .advance(u32::try_from(patience.as_secs()).unwrap());
        tokio::time::pause();
        tokio::time::advance(patience).await;
        tokio::time::resume();
    }

    /// Ends a worker in the middle of whatever it does. Its messages come back after their timeout.
    pub(super) async fn end(&mut self, worker: usize) {
        let hand = std::mem::take(&mut self.hands[worker]);
        if let Some(job) = hand.job {
            job.task.abort();
            // That it was ended is no news.
            let _ = job.task.await;
        }
    }

    /// Waits until a worker calls again, or has ended.
    async fn until_it_waits(&mut self, worker: usize) -> Result<(), String> {
        loop {
            if self.lab.gate.waiting(worker).is_some() {
                return self.judge();
            }
            let job = self.hands[worker].job.as_ref();
            if job.is_none_or(|job| job.task.is_finished()) {
                self.judge()?;
                return self.finish(worker).await;
            }
            self.lab.gate.changed().await;
        }
    }

    /// Deletes what a worker is done with, as Lambda does.
    async fn finish(&mut self, worker: usize) -> Result<(), String> {
        let Some(job) = self.hands[worker].job.take() else {
            return Ok(());
        };
        self.hands[worker].look.clear();
        if job.task.await.is_err() {
            return Err(format!("worker {worker} panicked"));
        }
        let report = job.report.lock().unwrap().take().expect("it has ended");
        for handled in &report.messages {
            let error = handled.error.as_deref().unwrap_or_default();
            if error.contains("carry out a plan") {
                return Err(format!("the checker objects: {error}"));
            }
            let of_it = |message: &&Received| message.message_id.as_str() == handled.message_id;
            let received = job.batch.iter().find(of_it).expect("it was in the batch");
            if !handled.comes_back() {
                self.lab.queue_of(worker).delete(received);
            }
            let told = format!("{} {}", handled.message_id, handled.fate);
            self.story.tell(told);
            if !error.is_empty() {
                self.story.remark(format!("  {error}"));
            }
        }
        Ok(())
    }

    /// A new process, which knows nothing yet.
    fn process(&self, worker: usize) -> Process {
        let (queue, clock) = (self.lab.queue_of(worker).clone(), self.clock());
        match mirror_of(worker) {
            None => {
                let systems = System::ALL.into_iter().filter(|_| self.is_mirrored());
                let policy = Worker::new(self.reconciler(worker), queue, clock);
                let policy = systems.fold(policy, |policy, system| {
                    policy.with_mirror(system, self.lab.queue_to(system).clone())
                });
                Process::Policy(Box::new(policy))
            }
            Some(System::ItGlue) => {
                Process::ItGlue(Box::new(MirrorWorker::new(self.to_itglue(), queue, clock)))
            }
            Some(System::GrowCrm) => {
                Process::GrowCrm(Box::new(MirrorWorker::new(self.to_growcrm(), queue, clock)))
            }
        }
    }

    pub(super) fn to_itglue(&self) -> Mirror<Arc<Sqlite>, ItGlue> {
        let reader = self.lab.to_itglue();
        let writer = itglue::Writer::new(reader.clone());
        let vendor = ItGlue::new(reader, Some(writer));
        let psa = self.lab.reader(worker_of(System::ItGlue));
        let (journal, rules) = (self.journal.clone(), self.rules.clone());
        let mirror = Mirror::new(psa, vendor, journal, rules, self.clock());
        Drill::mirror(self.drill, mirror)
    }

    pub(super) fn to_growcrm(&self) -> Mirror<Arc<Sqlite>, GrowCrm> {
        let reader = self.lab.to_growcrm();
        let writer = growcrm::Writer::new(reader.clone());
        let vendor = GrowCrm::new(reader, Some(writer));
        let psa = self.lab.reader(worker_of(System::GrowCrm));
        let (journal, rules) = (self.journal.clone(), self.rules.clone());
        let mirror = Mirror::new(psa, vendor, journal, rules, self.clock());
        Drill::mirror(self.drill, mirror)
    }

    pub(super) fn reconciler(&self, worker: usize) -> Reconciler<Arc<Sqlite>> {
        let reader = self.lab.reader(worker);
        let writer = Drill::writer(self.drill, &reader);
        let (journal, rules) = (self.journal.clone(), self.rules.clone());
        let reconciler = Reconciler::new(reader, Some(writer), journal, rules, self.clock());
        Drill::reconciler(self.drill, reconciler)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        let world = self.lab.world.clone();
        Arc::new(move || world.lock().now)
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.0.ring();
    }
}
