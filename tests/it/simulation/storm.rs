//! What strikes the calls of a story.

use sandbox::{Effect, Fault};

use super::call::Call;
use super::gate::Lists;
use super::seed::Dice;

/// As often as a client tries one request.
const TRIES: usize = 4;

/// How rough a story is.
#[derive(Clone, Copy)]
pub(crate) struct Storm {
    /// How many calls of a hundred are struck.
    faults: usize,
    /// In how many of a thousand the worker dies.
    deaths: usize,
    /// How many of a hundred calls are preceded by a person.
    edits: usize,
}

/// A time in which a mirror is out of reach.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outage {
    /// How many calls it still lasts.
    left: usize,
}

/// What becomes of one call.
#[derive(Clone)]
pub(crate) enum Strike {
    Nothing,
    Fault(Fault),
    /// No answer comes until the client gives up, whether or not the call was carried out.
    Silence {
        applied: bool,
    },
    /// The worker dies, before or after the call was carried out.
    Death {
        applied: bool,
    },
}

/// A fault that strikes the same call as often as it is tried.
#[derive(Clone, Default)]
pub(crate) struct Spell(Option<(String, Fault, usize)>);

impl Storm {
    pub(crate) fn of(dice: &mut Dice) -> Storm {
        *dice.pick(&[
            Storm {
                faults: 0,
                deaths: 0,
                edits: 12,
            },
            Storm {
                faults: 3,
                deaths: 15,
                edits: 12,
            },
            Storm {
                faults: 8,
                deaths: 30,
                edits: 8,
            },
            Storm {
                faults: 15,
                deaths: 60,
                edits: 4,
            },
        ])
    }

    /// Whether a person does something just before this call.
    pub(crate) fn person_comes(self, dice: &mut Dice, call: &Call) -> bool {
        // Before a write there is the most to be spoilt.
        dice.chance(if call.is_read() {
            self.edits
        } else {
            2 * self.edits
        })
    }

    pub(crate) fn lists(self, dice: &mut Dice, seed: u64) -> Lists {
        match dice.below(100) {
            percent if percent < self.faults / 2 => Lists::Refused,
            percent if percent < 2 * self.faults => Lists::Flaky(seed),
            _ => Lists::Fine,
        }
    }

    /// Decides about a call. Of two workers who wait, the one that is not struck would give up as well, so only
    /// who is alone gets no answer.
    pub(crate) fn strike(
        self,
        dice: &mut Dice,
        spell: &mut Spell,
        call: &Call,
        is_alone: bool,
    ) -> Strike {
        let words = format!("{} {}", call.method, call.path);
        if let Spell(Some((of, fault, left))) = spell
            && *of == words
            && *left > 0
        {
            *left -= 1;
            return Strike::Fault(fault.clone());
        }
        *spell = Spell::default();
        // Writes are few, and there is the most to go wrong.
        let more = if call.is_read() { 1 } else { 2 };
        if dice.below(1000) < self.deaths * more {
            return Strike::Death {
                applied: dice.chance(60),
            };
        }
        if !dice.chance(self.faults * more) {
            return Strike::Nothing;
        }
        let fault = match dice.below(12) {
            0 => Fault::too_many_requests(1),
            1 => Fault::too_many_requests(120),
            2 => Fault::json_error(),
            3 => Fault::html_error(),
            4 => Fault::bad_gateway(),
            5 => Fault::dropped(),
            6 | 7 => Fault::cut_body(),
            8 if !call.is_read() && call.to.is_none() => conflict(),
            9 | 10 if is_alone => {
                return Strike::Silence {
                    applied: dice.chance(50),
                };
            }
            _ => Fault::lost_answer(),
        };
        if dice.chance(35) {
            *spell = Spell(Some((words, fault.clone(), dice.within(1, TRIES))));
        }
        Strike::Fault(fault)
    }
}

impl Outage {
    /// Decides whether a call meets one: now and then one begins, and lasts longer than any client tries.
    pub(crate) fn strike(&mut self, storm: Storm, dice: &mut Dice) -> Option<Strike> {
        if self.left == 0 {
            if !dice.chance(storm.faults.div_ceil(4)) {
                return None;
            }
            self.left = dice.within(2 * TRIES, 6 * TRIES);
        }
        self.left -= 1;
        let down = [
            Fault::dropped(),
            Fault::html_bad_gateway(),
            Fault::gateway_timeout(),
        ];
        Some(Strike::Fault(dice.pick(&down).clone()))
    }
}

/// Somebody else has the record open.
fn conflict() -> Fault {
    let body = r#"{"code":"ConflictError","message":"The record is being changed.","errors":null}"#;
    Fault::answer(409, "application/json", body)
}

impl Strike {
    /// In words.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Strike::Nothing => "",
            Strike::Silence { applied: true } => " - carried out, no answer",
            Strike::Silence { applied: false } => " - no answer",
            Strike::Death { applied: true } => " - carried out, and the worker dies",
            Strike::Death { applied: false } => " - the worker dies before it",
            Strike::Fault(fault) => match &fault.effect {
                Effect::TooManyRequests { retry_after: 1 } => " - 429 for a second",
                Effect::TooManyRequests { .. } => " - 429 for long",
                Effect::Answer { status: 502, .. } => " - 502",
                Effect::Answer { status: 504, .. } => " - 504",
                Effect::Answer { status: 409, .. } => " - 409",
                Effect::Answer { content_type, .. } if content_type == "text/html" => " - 500 HTML",
                Effect::Answer { .. } => " - 500",
                Effect::Drop => " - dropped",
                Effect::LostAnswer => " - carried out, answer lost",
                Effect::CutBody => " - carried out, answer cut",
                Effect::Stall { .. } => " - stalls",
            },
        }
    }
}
