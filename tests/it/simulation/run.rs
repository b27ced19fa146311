//! A story from its first event to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use contact_policy::{Report, Worker};
use journal::Sqlite;
use lambda_http::http::Request as HttpRequest;
use model::{Cause, CompanyId, Source};
use policy::Rules;
use queue::{DeduplicationId, Message, Received, Sender as _};
use reconcile::{Clock, Reconciler};
use sandbox::{Event, Kind};
use tokio::task::JoinHandle;

use super::call::Call;
use super::drill::Drill;
use super::facts::list;
use super::lab::{Lab, WORKERS};
use super::ledger::{Ledger, default_of};
use super::people::People;
use super::queue::{Counted, Order, event};
use super::seed::Dice;
use super::storm::{Spell, Storm, Strike};
use super::story::{Broken, Story};
use super::tenant::Tenant;

/// Lambda ends what takes longer, in seconds; as in the template.
const LAMBDA_TIMEOUT: i64 = 120;
/// The most messages of one batch; as in the template.
const BATCH: usize = 10;
/// The PSA tries a callback so often.
const DELIVERIES: usize = 3;
/// Reads in a row before a write that count as one look.
const LOOK: usize = 4;

type Process = Worker<Arc<Sqlite>, Counted>;

/// A story in the making.
pub(crate) struct Play<'l> {
    pub(crate) lab: &'l Lab,
    pub(crate) rules: Rules,
    pub(crate) companies: Vec<u32>,
    pub(crate) journal: Arc<Sqlite>,
    pub(crate) ledger: Ledger,
    pub(crate) story: Story,
    /// Our writes that took effect, in order, with how often people had edited by then.
    pub(crate) effects: Vec<(Call, usize)>,
    /// Our writes that did not, as far as the PSA is concerned.
    pub(crate) attempts: Vec<Call>,
    drill: Option<Drill>,
    dice: Dice,
    storm: Storm,
    callbacks: BTreeMap<&'static str, u32>,
    hands: [Hand; WORKERS],
    /// Callbacks on their way, with how often they were tried.
    post: Vec<(Event, usize)>,
    edits_left: usize,
    number: usize,
}

/// One of the places where a worker can be.
#[derive(Default)]
struct Hand {
    process: Option<Arc<Process>>,
    job: Option<Job>,
    spell: Spell,
    /// What was just read, up to the next write.
    look: Vec<Call>,
}

struct Job {
    batch: Vec<Received>,
    task: JoinHandle<()>,
    report: Arc<Mutex<Option<Report>>>,
    started: i64,
}

/// Plays the story of a seed.
pub(crate) async fn play(lab: &Lab, seed: u64, drill: Option<Drill>) -> Result<Story, Broken> {
    let mut play = Play::open(lab, seed, drill);
    let result = play.to_the_end().await;
    play.close().await;
    match result {
        Ok(()) => Ok(play.story),
        Err(words) => {
            play.describe();
            Err(play.story.broken(words))
        }
    }
}

impl<'l> Play<'l> {
    fn open(lab: &'l Lab, seed: u64, drill: Option<Drill>) -> Play<'l> {
        let mut dice = Dice::new(seed);
        let Tenant {
            world,
            rules,
            companies,
            people,
            callbacks,
        } = Tenant::of(&mut dice);
        let ledger = Ledger::open(&world, &companies, &people);
        let order = match drill {
            Some(Drill::GroupOrder) => Order::Scattered,
            _ => Order::Grouped,
        };
        lab.world.replace(world);
        lab.queue.renew(&lab.world, order);
        lab.gate.reset(false);
        let storm = Storm::of(&mut dice);
        let edits_left = dice.within(2, 9);
        Play {
            lab,
            rules,
            companies,
            journal: Arc::new(Sqlite::in_memory().unwrap()),
            ledger,
            story: Story::of(seed),
            effects: Vec::new(),
            attempts: Vec::new(),
            drill,
            dice,
            storm,
            callbacks,
            hands: Default::default(),
            post: Vec::new(),
            edits_left,
            number: 0,
        }
    }

    async fn to_the_end(&mut self) -> Result<(), String> {
        self.sweep().await;
        let ticks = self.dice.within(30, 110);
        for _ in 0..ticks {
            self.tick().await?;
        }
        self.story.tell("the storm is over".to_owned());
        self.calm_down().await?;
        self.rest().await
    }

    /// Whatever comes next in the storm.
    async fn tick(&mut self) -> Result<(), String> {
        self.collect_post(true);
        let due = self.is_due();
        let mut weights = [0; 3 + 2 * WORKERS];
        weights[0] = if self.edits_left > 0 { 1 } else { 0 };
        weights[1] = if self.post.is_empty() { 0 } else { 3 };
        weights[2] = 1;
        for (worker, hand) in self.hands.iter().enumerate() {
            weights[3 + worker] = if hand.job.is_none() && due { 4 } else { 0 };
            weights[3 + WORKERS + worker] = if hand.job.is_some() { 9 } else { 0 };
        }
        match self.dice.weigh(&weights).unwrap() {
            0 => self.person_edits(),
            1 => self.deliver(true).await,
            2 => self.time_passes(),
            at if at < 3 + WORKERS => self.start(at - 3, true).await?,
            at => self.go_on(at - 3 - WORKERS, true).await?,
        }
        self.lab.queue.balance()
    }

    /// No more accidents: everything is delivered, and every company swept, until nothing moves any more.
    async fn calm_down(&mut self) -> Result<(), String> {
        for dead in self.lab.queue.memory().dead_letters() {
            self.story.told.dead_letters += 1;
            if self.dice.chance(50) {
                self.story
                    .tell(format!("{} is sent again", dead.message_id));
                self.lab.queue.redrive(&dead).await;
            }
        }
        // What was delivered too often in the storm dies now, when somebody asks for messages again.
        self.work_off().await?;
        let dead = self.lab.queue.memory().dead_letters().len();
        for _ in 0..8 {
            let effects = self.effects.len();
            // An hour later nothing is too much any more.
            self.lab.world.advance(3_700);
            self.sweep().await;
            self.work_off().await?;
            if self.lab.queue.memory().dead_letters().len() > dead {
                return Err("a message died although nothing was wrong any more".to_owned());
            }
            if self.effects.len() == effects {
                return Ok(());
            }
        }
        Err("there is no end of writing".to_owned())
    }

    /// Works until nothing is left to do.
    async fn work_off(&mut self) -> Result<(), String> {
        for _ in 0..4_000 {
            self.collect_post(false);
            let queue = self.lab.queue.memory();
            if let Some(worker) = self.hands.iter().position(|hand| hand.job.is_some()) {
                self.go_on(worker, false).await?;
            } else if !self.post.is_empty() {
                self.deliver(false).await;
            } else if self.is_due() {
                self.start(0, false).await?;
            } else if let Some(due) = queue.next_visible_at() {
                self.lab.world.set_now(due);
                if queue.next_visible_at().is_some_and(|next| next <= due) {
                    self.start(0, false).await?;
                }
            } else {
                return self.lab.queue.balance();
            }
            self.lab.queue.balance()?;
        }
        Err("there is no end of work".to_owned())
    }

    fn is_due(&self) -> bool {
        let next = self.lab.queue.memory().next_visible_at();
        next.is_some_and(|next| next <= self.lab.now())
    }

    /// Asks for a visit to every company.
    async fn sweep(&mut self) {
        for company in self.companies.clone() {
            self.number += 1;
            let message = Message::VisitCompanyV1 {
                company: CompanyId::new(company),
                contact: None,
                cause: sweeping(),
            };
            let id = DeduplicationId::of(&["sweep", &self.number.to_string()]);
            let id = self.lab.queue.send(&message, &id).await.unwrap();
            self.story.tell(format!("{id} sweeps company {company}"));
        }
    }

    /// Takes what happened in the PSA since; some callbacks are lost, and some come twice.
    fn collect_post(&mut self, storms: bool) {
        for event in self.lab.world.lock().take_outbox() {
            if !matches!(event.kind, Kind::Contact | Kind::Company) {
                continue;
            }
            let copies = match self.dice.below(100) {
                percent if storms && percent < 10 => 0,
                percent if storms && percent < 25 => 2,
                _ => 1,
            };
            self.post.extend(std::iter::repeat_n((event, 0), copies));
        }
    }

    /// Delivers one of the callbacks on their way.
    async fn deliver(&mut self, storms: bool) {
        let at = if storms {
            self.dice.below(self.post.len())
        } else {
            0
        };
        let (event, tries) = self.post.remove(at);
        let word = if event.kind == Kind::Company {
            "company"
        } else {
            "contact"
        };
        let delivery = self.lab.world.lock().delivery(&event, self.callbacks[word]);
        let delivery = delivery.expect("the entry is there");
        let mut request = HttpRequest::post(&delivery.url);
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        let busy = storms && self.dice.chance(3);
        if busy {
            let full = || queue::Error::Busy {
                operation: "send a message",
            };
            self.lab.queue.memory().refuse_sends(Some(full));
        }
        let request = request.body(delivery.body.into()).unwrap();
        let status = callback_receiver::handle(request, &self.lab.receiver)
            .await
            .status();
        self.lab.queue.memory().refuse_sends(None);
        self.story.tell(format!(
            "callback: {word} {} {} -> {status}",
            event.id,
            event.action.word()
        ));
        if !status.is_success() && tries + 1 < DELIVERIES {
            self.post.push((event, tries + 1));
        }
    }

    fn time_passes(&mut self) {
        let busy = self.hands.iter().any(|hand| hand.job.is_some());
        let seconds = match self.dice.below(10) {
            0 if !busy => 900,
            1 | 2 if !busy => 60,
            _ => self.dice.seconds(10),
        };
        self.lab.world.advance(seconds);
    }

    fn person_edits(&mut self) {
        let untouched = self.looked_at();
        self.number += 1;
        let mut people = People {
            dice: &mut self.dice,
            world: &self.lab.world,
            ledger: &mut self.ledger,
            companies: &self.companies,
            untouched: &untouched,
            number: self.number,
        };
        let Some(told) = people.edit() else { return };
        self.edits_left -= 1;
        self.story.told.edits += 1;
        if self.hands.iter().any(|hand| hand.job.is_some()) {
            self.story.told.edits_within_visits += 1;
        }
        self.tell(told);
    }

    /// Contacts and companies that a worker looked at just now, to write in the next moment. The PSA knows no
    /// condition on a write, so between a look and a write there always is such a moment.
    fn looked_at(&self) -> BTreeSet<u32> {
        let looks = self.hands.iter().flat_map(|hand| &hand.look);
        looks
            .filter_map(|call| call.reads_contact().or_else(|| call.company()))
            .collect()
    }

    /// Gives a worker what is next on the queue.
    async fn start(&mut self, worker: usize, storms: bool) -> Result<(), String> {
        let most = if storms {
            self.dice.within(1, BATCH)
        } else {
            BATCH
        };
        let batch = self.lab.queue.receive(most);
        if batch.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = batch
            .iter()
            .map(|message| {
                format!(
                    "{} ({}, {})",
                    message.message_id, message.group, message.receive_count
                )
            })
            .collect();
        self.tell(format!("worker {worker} gets {}", names.join(", ")));
        let lists = if storms {
            let seed = self.dice.below(usize::MAX) as u64;
            self.storm.lists(&mut self.dice, seed)
        } else {
            Default::default()
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
                let done = contact_policy::handle(batch, &process).await;
                *report.lock().unwrap() = Some(done);
                drop(bell);
            }
        });
        let hand = &mut self.hands[worker];
        hand.process = Some(process);
        hand.look.clear();
        hand.job = Some(Job {
            batch,
            task,
            report,
            started: self.lab.now().as_second(),
        });
        self.until_it_waits(worker).await
    }

    /// Lets a worker make its next call, with whatever happens before and to it.
    async fn go_on(&mut self, worker: usize, storms: bool) -> Result<(), String> {
        let Some(call) = self.lab.gate.waiting(worker) else {
            return Err(format!("worker {worker} neither calls nor ends"));
        };
        if storms && self.edits_left > 0 && self.storm.person_comes(&mut self.dice, &call) {
            self.person_edits();
        }
        let seconds = self.dice.seconds(2);
        self.lab.world.advance(seconds);
        let hand = &mut self.hands[worker];
        let started = hand.job.as_ref().map_or(0, |job| job.started);
        let strike = if self.lab.now().as_second() - started > LAMBDA_TIMEOUT {
            Strike::Death { applied: false }
        } else if storms {
            self.storm.strike(&mut self.dice, &mut hand.spell, &call)
        } else {
            Strike::Nothing
        };
        if call.is_read() {
            hand.look.push(call.clone());
            let old = hand.look.len().saturating_sub(LOOK);
            hand.look.drain(..old);
        } else if matches!(strike, Strike::Nothing) {
            hand.look.clear();
        }
        let line = format!("worker {worker}: {call}{}", strike.name());
        self.tell(line);
        match strike {
            Strike::Nothing => self.lab.gate.pass(worker, None),
            Strike::Fault(fault) => {
                self.story.told.faults += 1;
                self.lab.gate.pass(worker, Some(fault.effect));
            }
            Strike::Death { applied } => return self.dies(worker, applied).await,
        }
        self.until_it_waits(worker).await
    }

    async fn dies(&mut self, worker: usize, applied: bool) -> Result<(), String> {
        self.story.told.deaths += 1;
        let dealt_with = self.lab.gate.dealt_with();
        self.lab
            .gate
            .pass(worker, Some(sandbox::Effect::Stall { applied }));
        while self.lab.gate.dealt_with() == dealt_with {
            self.lab.gate.changed().await;
        }
        self.end(worker).await;
        self.judge()
    }

    /// Ends a worker in the middle of whatever it does. Its messages come back after their timeout.
    async fn end(&mut self, worker: usize) {
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
            let received = job
                .batch
                .iter()
                .find(|m| m.message_id.as_str() == handled.message_id);
            let received = received.expect("it was in the batch");
            if !handled.comes_back() {
                self.lab.queue.delete(received);
            }
            self.story
                .tell(format!("{} {}", handled.message_id, handled.fate));
            if !error.is_empty() {
                self.story.remark(format!("  {error}"));
            }
        }
        Ok(())
    }

    /// Judges the writes that took effect since the last time.
    fn judge(&mut self) -> Result<(), String> {
        for written in self.lab.gate.take_written() {
            if written.status.is_none_or(|status| status >= 300) {
                self.attempts.push(written.call);
                continue;
            }
            self.story.told.writes += 1;
            self.story.told.merges += usize::from(written.call.merge().is_some());
            let world = self.lab.world.lock();
            self.ledger
                .we_did(&world, &written.call)
                .map_err(|words| format!("{}: {words}", written.call))?;
            self.effects.push((written.call, self.story.told.edits));
        }
        Ok(())
    }

    /// A new process, which knows nothing yet.
    fn process(&self, worker: usize) -> Process {
        let reconciler = self.reconciler(worker);
        Worker::new(reconciler, self.lab.queue.clone(), self.clock())
    }

    pub(crate) fn reconciler(&self, worker: usize) -> Reconciler<Arc<Sqlite>> {
        let reader = self.lab.reader(worker);
        let writer = Drill::writer(self.drill, &reader);
        let reconciler = Reconciler::new(
            reader,
            Some(writer),
            self.journal.clone(),
            self.rules.clone(),
            self.clock(),
        );
        Drill::reconciler(self.drill, reconciler)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        let world = self.lab.world.clone();
        Arc::new(move || world.lock().now)
    }

    fn tell(&mut self, words: String) {
        let now = self.lab.now().strftime("%H:%M:%S").to_string();
        self.story.tell(format!("{now} {words}"));
    }

    /// Tells how the contacts stand.
    fn describe(&mut self) {
        let world = self.lab.world.snapshot();
        for company in &self.companies {
            self.story.tell(format!(
                "company {company}: default {:?}",
                default_of(&world, *company)
            ));
            for contact in world.contacts_of(*company) {
                let record = world.contact(contact).unwrap_or_default();
                let items: Vec<String> = list(&record["communicationItems"])
                    .map(|item| item["value"].as_str().unwrap_or_default().to_owned())
                    .collect();
                self.story.tell(format!(
                    "  {contact}: {} {} {}{} {}",
                    record["firstName"],
                    record["lastName"],
                    if record["inactiveFlag"] == true {
                        "inactive "
                    } else {
                        ""
                    },
                    if record["disablePortalLoginFlag"] == false {
                        "login "
                    } else {
                        ""
                    },
                    items.join(" "),
                ));
            }
        }
    }

    async fn close(&mut self) {
        for worker in 0..WORKERS {
            self.end(worker).await;
        }
        self.lab.gate.reset(true);
    }
}

/// Rings when a worker has ended, however it did.
struct Bell(super::gate::Gate);

impl Drop for Bell {
    fn drop(&mut self) {
        self.0.ring();
    }
}

pub(crate) fn sweeping() -> Cause {
    Cause {
        source: Source::Command {
            name: "sweep".to_owned(),
        },
        message: None,
    }
}
