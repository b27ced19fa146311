//! The gate between workers, the PSA and the mirrors: no call goes on before the story lets it.
//!
//! Each worker calls through a door of its own. A call that is alone in flight waits at the gate, until the story
//! decides what happens first, who goes on, and what strikes it. So which of two workers is faster, and what
//! happens between two calls, is in the seed. Lists that a client reads several at a time pass at once; what
//! strikes those is decided for all of them before, as nobody decides in which order they come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use model::mirror::System;
use sandbox::{Arrival, Effect, Fault, Held, Hook};
use tokio::sync::{Notify, oneshot};

use super::call::Call;
use super::seed::Dice;

/// How the lists that are read several at a time fare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lists {
    #[default]
    Fine,
    /// Some fail once, in ways that are tried again at once.
    Flaky(u64),
    /// The PSA has had enough of them.
    Refused,
}

/// A write that the PSA or a mirror dealt with.
pub(crate) struct Written {
    pub(crate) call: Call,
    /// Its own status; none if it was never carried out.
    pub(crate) status: Option<u16>,
}

#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Everything passes.
    open: bool,
    waiting: BTreeMap<usize, Waiting>,
    lists: BTreeMap<usize, Lists>,
    struck: BTreeSet<(usize, String)>,
    written: Vec<Written>,
    calls: usize,
    dealt_with: usize,
}

struct Waiting {
    call: Call,
    pass: oneshot::Sender<Option<Effect>>,
}

/// The gate as it is for one worker.
struct Door {
    gate: Gate,
    worker: usize,
    /// The mirror behind it; none for the PSA.
    to: Option<System>,
}

impl Gate {
    /// What the sandbox calls for this worker's calls to the PSA or to a mirror.
    pub(crate) fn door(&self, worker: usize, to: Option<System>) -> Arc<dyn Hook> {
        let gate = self.clone();
        Arc::new(Door { gate, worker, to })
    }

    /// Begins anew, with everybody waiting, or with everybody passing.
    pub(crate) fn reset(&self, open: bool) {
        *self.lock() = State {
            open,
            ..State::default()
        };
    }

    /// The call that waits.
    pub(crate) fn waiting(&self, worker: usize) -> Option<Call> {
        let state = self.lock();
        state
            .waiting
            .get(&worker)
            .map(|waiting| waiting.call.clone())
    }

    /// Lets the waiting call go on, struck or not.
    pub(crate) fn pass(&self, worker: usize, effect: Option<Effect>) {
        if let Some(waiting) = self.lock().waiting.remove(&worker) {
            // A client that has given up is not there to hear it.
            let _ = waiting.pass.send(effect);
        }
    }

    /// How the lists of a worker fare from now on.
    pub(crate) fn set_lists(&self, worker: usize, lists: Lists) {
        let mut state = self.lock();
        state.lists.insert(worker, lists);
        state.struck.retain(|(of, _)| *of != worker);
    }

    /// The writes since the last time.
    pub(crate) fn take_written(&self) -> Vec<Written> {
        std::mem::take(&mut self.lock().written)
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.lock().calls
    }

    /// How many calls the PSA has dealt with.
    pub(crate) fn dealt_with(&self) -> usize {
        self.lock().dealt_with
    }

    /// Somebody came, went, or ended.
    pub(crate) fn ring(&self) {
        self.0.changed.notify_one();
    }

    /// Waits until something may have changed.
    pub(crate) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }
}

impl Hook for Door {
    fn arrived<'h>(&'h self, arrival: Arrival<'h>) -> Held<'h> {
        let call = Call::of(self.to, arrival);
        Box::pin(async move {
            let waits = {
                let mut state = self.gate.lock();
                state.calls += 1;
                if state.open {
                    return None;
                }
                if call.is_beside_others() {
                    return state.list_struck(self.worker, &call);
                }
                let (pass, waits) = oneshot::channel();
                let before = state.waiting.insert(self.worker, Waiting { call, pass });
                assert!(
                    before.is_none(),
                    "two calls of one worker at a time, and no lists"
                );
                waits
            };
            self.gate.ring();
            // The story may be over.
            waits.await.unwrap_or_default()
        })
    }

    fn answered(&self, arrival: Arrival<'_>, status: Option<u16>) {
        let mut state = self.gate.lock();
        state.dealt_with += 1;
        if arrival.method != "GET" {
            let call = Call::of(self.to, arrival);
            state.written.push(Written { call, status });
        }
        drop(state);
        self.gate.ring();
    }
}

impl State {
    fn list_struck(&mut self, worker: usize, call: &Call) -> Option<Effect> {
        match self.lists.get(&worker).copied().unwrap_or_default() {
            Lists::Fine => None,
            Lists::Refused => Some(Fault::too_many_requests(120).effect),
            Lists::Flaky(seed) => {
                let words = format!("{} {}", call.path, call.query);
                let mut dice = Dice::of(seed, &words);
                if !dice.chance(30) || !self.struck.insert((worker, words)) {
                    return None;
                }
                // None of these makes anybody wait, so in which order they come does not tell.
                let faults = [
                    Fault::dropped(),
                    Fault::cut_body(),
                    Fault::html_error(),
                    Fault::json_error(),
                    Fault::bad_gateway(),
                ];
                Some(dice.pick(&faults).effect.clone())
            }
        }
    }
}
