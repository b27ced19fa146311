//! A story from its first event to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use journal::{Sqlite, Store as _};
use model::mirror::System;
use model::{Action, Cause, CompanyId, Source};
use policy::Rules;
use queue::{DeduplicationId, Message, Sender as _};
use sandbox::Event;

use super::call::Call;
use super::drill::Drill;
use super::known::Known;
use super::lab::{HANDS, Lab, WORKERS, worker_of};
use super::ledger::Ledger;
use super::mirrors::{self, Mirrors};
use super::people::People;
use super::queue::Order;
use super::seed::Dice;
use super::storm::Storm;
use super::story::{Broken, Story, standing};
use super::tenant::Tenant;
use super::work::Hand;

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
    /// What people wrote down in IT Glue; none where the mirrors are off.
    pub(crate) known: Option<Known>,
    /// Whether the mirrors know everybody before anything happens.
    are_filled: bool,
    pub(super) drill: Option<Drill>,
    pub(super) dice: Dice,
    pub(super) storm: Storm,
    pub(super) callbacks: BTreeMap<&'static str, u32>,
    pub(super) hands: [Hand; HANDS],
    /// Callbacks on their way, with how often they were tried.
    pub(super) post: Vec<(Event, usize)>,
    pub(super) edits_left: usize,
    edits_by_hand_left: usize,
    number: usize,
}

/// Plays the story of a seed.
pub(crate) async fn play(lab: &Lab, seed: u64, drill: Option<Drill>) -> Result<Story, Broken> {
    let mut play = Play::open(lab, seed, drill);
    let result = play.run().await;
    play.close().await;
    match result {
        Ok(()) => Ok(play.story),
        Err(words) => {
            let mut standing = standing(&play.lab.world.lock(), &play.companies);
            if play.is_mirrored() {
                standing.extend(mirrors::standing(
                    &play.lab.itglue.lock(),
                    &play.lab.growcrm.lock(),
                ));
            }
            standing.into_iter().for_each(|line| play.story.tell(line));
            Err(play.story.broken(words))
        }
    }
}

impl<'l> Play<'l> {
    fn open(lab: &'l Lab, seed: u64, drill: Option<Drill>) -> Play<'l> {
        let mut dice = Dice::new(seed);
        let Tenant {
            world,
            mut rules,
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
        lab.queue().renew(&lab.world, order);
        for system in System::ALL {
            lab.queue_to(system).renew(&lab.world, Order::Grouped);
        }
        let mirrors = Mirrors::of(seed, &companies, &mut rules);
        let known = mirrors.as_ref().map(|_| Known::default());
        let are_filled = mirrors.as_ref().is_some_and(|mirrors| mirrors.are_filled);
        if let Some(mirrors) = mirrors {
            lab.itglue.replace(mirrors.itglue);
            lab.growcrm.replace(mirrors.growcrm);
        }
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
            edits_by_hand_left: known.as_ref().map_or(0, |_| edits_left),
            known,
            are_filled,
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

    async fn run(&mut self) -> Result<(), String> {
        let mut ticks = 0;
        if self.is_mirrored() {
            self.story.told.mirrored = 1;
            if self.are_filled {
                self.populate().await?;
            }
            // There is more to do.
            ticks = 60;
        }
        self.sweep().await;
        ticks += self.dice.within(30, 110);
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
        let mut weights = [0; 3 + 2 * HANDS];
        weights[0] = if self.edits_left > 0 { 1 } else { 0 };
        weights[1] = if self.post.is_empty() { 0 } else { 3 };
        weights[2] = 1;
        for (worker, hand) in self.hands.iter().enumerate() {
            let due = !hand.is_busy() && self.is_due(worker);
            weights[3 + worker] = if due { 4 } else { 0 };
            weights[3 + HANDS + worker] = if hand.is_busy() { 9 } else { 0 };
        }
        match self.dice.weigh(&weights).unwrap() {
            0 => self.person_edits().await,
            1 => self.deliver(true).await,
            2 => self.time_passes(),
            at if at < 3 + HANDS => self.start(at - 3, true).await?,
            at => self.go_on(at - 3 - HANDS, true).await?,
        }
        self.balance()
    }

    /// No more accidents: everything is delivered, and every company swept, until nothing moves any more.
    async fn calm_down(&mut self) -> Result<(), String> {
        for queue in self.lab.queues() {
            for dead in queue.memory().dead_letters() {
                self.story.told.dead_letters += 1;
                if self.dice.chance(50) {
                    let told = format!("{} is sent again", dead.message_id);
                    self.story.tell(told);
                    queue.redrive(&dead).await;
                }
            }
        }
        // What was delivered too often in the storm dies now, when somebody asks for messages again.
        self.work_off().await?;
        let dead = self.dead_letters();
        for _ in 0..8 {
            let effects = self.effects.len();
            // An hour later nothing is too much any more.
            self.lab.world.advance(3_700);
            self.sweep().await;
            self.work_off().await?;
            if self.dead_letters() > dead {
                return Err("a message died although nothing was wrong any more".to_owned());
            }
            if self.effects.len() == effects {
                return self.look_at_everybody().await;
            }
        }
        Err("there is no end of writing".to_owned())
    }

    /// Works until nothing is left to do.
    pub(super) async fn work_off(&mut self) -> Result<(), String> {
        for _ in 0..4_000 {
            self.collect_post(false);
            if let Some(worker) = self.hands.iter().position(Hand::is_busy) {
                self.go_on(worker, false).await?;
            } else if !self.post.is_empty() {
                self.deliver(false).await;
            } else if let Some(worker) = Self::one_of_each().find(|worker| self.is_due(*worker)) {
                self.start(worker, false).await?;
            } else if let Some((due, worker)) = self.next_due() {
                self.lab.world.set_now(due);
                if self.is_due(worker) {
                    self.start(worker, false).await?;
                }
            } else {
                return self.balance();
            }
            self.balance()?;
        }
        Err("there is no end of work".to_owned())
    }

    /// One worker of each queue: when all is calm, one is enough.
    fn one_of_each() -> impl Iterator<Item = usize> {
        std::iter::once(0).chain(System::ALL.map(worker_of))
    }

    /// When the next message is due, and a worker for it.
    fn next_due(&self) -> Option<(Timestamp, usize)> {
        let next = |worker: usize| {
            let queue = self.lab.queue_of(worker).memory();
            Some((queue.next_visible_at()?, worker))
        };
        Self::one_of_each().filter_map(next).min()
    }

    fn is_due(&self, worker: usize) -> bool {
        let next = self.lab.queue_of(worker).memory().next_visible_at();
        next.is_some_and(|next| next <= self.lab.now())
    }

    fn dead_letters(&self) -> usize {
        let queues = self.lab.queues().iter();
        queues
            .map(|queue| queue.memory().dead_letters().len())
            .sum()
    }

    fn balance(&self) -> Result<(), String> {
        let queues = self.lab.queues();
        queues.iter().try_for_each(super::queue::Counted::balance)
    }

    /// Whether the mirrors are on.
    pub(crate) fn is_mirrored(&self) -> bool {
        self.known.is_some()
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
            let id = self.lab.queue().send(&message, &id).await.unwrap();
            self.story.tell(format!("{id} sweeps company {company}"));
        }
    }

    fn time_passes(&mut self) {
        let busy = self.hands.iter().any(Hand::is_busy);
        let seconds = match self.dice.below(10) {
            0 if !busy => 900,
            1 | 2 if !busy => 60,
            _ => self.dice.seconds(10),
        };
        self.lab.world.advance(seconds);
    }

    pub(super) async fn person_edits(&mut self) {
        if self.edits_by_hand_left > 0 && self.dice.chance(35) {
            return self.person_edits_by_hand();
        }
        let (untouched, in_work) = (self.looked_at(), self.in_work());
        let unseen = self.unseen_logins().await;
        self.number += 1;
        let mut people = People {
            dice: &mut self.dice,
            world: &self.lab.world,
            ledger: &mut self.ledger,
            companies: &self.companies,
            untouched: &untouched,
            in_work: &in_work,
            unseen: &unseen,
            number: self.number,
        };
        let Some(told) = people.edit() else { return };
        self.edits_left -= 1;
        self.story.told.edits += 1;
        if self.hands.iter().any(Hand::is_busy) {
            self.story.told.edits_within_visits += 1;
        }
        self.tell(told);
    }

    /// Somebody writes down in IT Glue what they know. Nobody does between a look of ours and what we write after it:
    /// IT Glue knows no condition on a write, either.
    fn person_edits_by_hand(&mut self) {
        if self.hands[worker_of(System::ItGlue)].knows_mirror() {
            return;
        }
        let Some(known) = &mut self.known else { return };
        self.number += 1;
        let told = mirrors::edit_by_hand(&mut self.dice, &self.lab.itglue, known, self.number);
        let Some(told) = told else { return };
        self.edits_by_hand_left -= 1;
        self.story.told.mirror_edits += 1;
        self.tell(told);
    }

    /// Contacts and companies that a worker looked at just now, to write in the next moment. The PSA knows no
    /// condition on a write, so between a look and a write there always is such a moment.
    fn looked_at(&self) -> BTreeSet<u32> {
        let looks = self.hands[..WORKERS].iter().flat_map(Hand::look);
        looks
            .filter_map(|call| call.reads_contact().or_else(|| call.company()))
            .collect()
    }

    /// What the workers wait to write. The lists that are read before a reference is pointed elsewhere pass at once,
    /// so a worker that waits to do so has just looked.
    fn in_work(&self) -> BTreeSet<String> {
        let calls = (0..WORKERS).filter_map(|worker| self.lab.gate.waiting(worker));
        calls.map(|call| format!("/{}", call.path)).collect()
    }

    /// Contacts whose login we were about to switch when we were interrupted.
    async fn unseen_logins(&self) -> BTreeSet<u32> {
        let mut unseen = BTreeSet::new();
        for company in &self.companies {
            let open = self.journal.open_intents(CompanyId::new(*company)).await;
            unseen.extend(open.unwrap().iter().filter_map(|entry| match entry.action {
                Action::SetPortal { contact, .. } => Some(contact.get()),
                _ => None,
            }));
        }
        unseen
    }

    /// Judges the writes that took effect since the last time.
    pub(super) fn judge(&mut self) -> Result<(), String> {
        for written in self.lab.gate.take_written() {
            if written.status.is_none_or(|status| status >= 300) {
                self.attempts.push(written.call);
                continue;
            }
            if written.call.to.is_some() {
                self.judge_mirror(&written.call)?;
                self.effects.push((written.call, self.story.told.edits));
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

    /// Judges a write to a mirror that took effect just now.
    fn judge_mirror(&mut self, call: &Call) -> Result<(), String> {
        self.story.told.mirror_writes += 1;
        let Some(known) = &mut self.known else {
            return Err(format!("{call}: the mirrors are off"));
        };
        let judged = match call.to {
            Some(System::ItGlue) => {
                let world = self.lab.world.lock();
                known.we_did(&self.lab.itglue.lock(), &world, &self.ledger)
            }
            _ => mirrors::judge(&self.lab.growcrm.lock()),
        };
        judged.map_err(|words| format!("{call}: {words}"))
    }

    pub(super) fn tell(&mut self, words: String) {
        let now = self.lab.now().strftime("%H:%M:%S").to_string();
        self.story.tell(format!("{now} {words}"));
    }

    async fn close(&mut self) {
        for worker in 0..HANDS {
            self.end(worker).await;
        }
        self.lab.gate.reset(true);
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
