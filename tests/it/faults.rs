//! Whatever goes wrong on the way, and wherever, the end is the same.
//!
//! Each scenario is played once without trouble. Then it is played again for every call it makes and every way in
//! which that call can fail, and visited again as a queue would, until a visit succeeds. The PSA must end in the
//! same state, the journal must hold each effect exactly once and nothing open, and a further visit must write
//! nothing.
//!
//! Reads that fail in different ways end in the same code, so each of them fails in two ways only; and of those
//! before the first write, only a few are tried, as they leave nothing behind.

use model::{CompanyId, Entry, Outcome};
use policy::Rules;
use policy::rules::MergeMethod;
use reconcile::Reconciler;
use sandbox::{Fault, Kind, World};
use serde_json::{Value, json};

use crate::stack::flaky::{Flaky, Moment};
use crate::stack::worlds::{
    QUARRY_DEFAULT, QUARRY_LANE, QUARRY_LOGIN, everything_to_merge, office_to_succeed,
    office_with_login,
};
use crate::stack::{Stack, enforced, inviting, within_patience};

/// A state of the PSA, and a visit that has something to do there.
struct Scenario {
    name: &'static str,
    world: fn() -> World,
    rules: fn() -> Rules,
    contacts: &'static [u32],
    /// What happened before, beside the world.
    before: Before,
}

enum Before {
    Nothing,
    /// The login was held, and then somebody added an email.
    HeldThenMailed,
    /// Somebody deactivated the default contact.
    Deactivated,
}

const HOLD: Scenario = Scenario {
    name: "hold",
    world: office_with_login,
    rules: noting,
    contacts: &[QUARRY_LOGIN],
    before: Before::Nothing,
};

const RELEASE: Scenario = Scenario {
    name: "release and invite",
    world: office_with_login,
    rules: inviting,
    contacts: &[QUARRY_LOGIN],
    before: Before::HeldThenMailed,
};

const SUCCESSION: Scenario = Scenario {
    name: "succession with label",
    world: office_to_succeed,
    rules: enforced,
    contacts: &[QUARRY_DEFAULT],
    before: Before::Deactivated,
};

const MERGE: Scenario = Scenario {
    name: "merge with everything",
    world: everything_to_merge,
    rules: enforced,
    contacts: &[],
    before: Before::Nothing,
};

const RETIRE: Scenario = Scenario {
    name: "careful merge with everything",
    world: everything_to_merge,
    rules: careful,
    contacts: &[],
    before: Before::Nothing,
};

fn noting() -> Rules {
    let mut rules = enforced();
    rules.portal.note_on_hold = true;
    rules
}

fn careful() -> Rules {
    let mut rules = enforced();
    rules.merge.method = MergeMethod::Retire;
    rules
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// 429, for longer than a client waits.
    Busy,
    /// 500 with a page of HTML, as often as the client tries.
    Broken,
    /// The connection closes before anything was done, once.
    Dropped,
    /// The same, as often as the client tries.
    OutOfReach,
    /// It is carried out, and the answer is lost.
    LostAnswer,
    /// The same, with the answers to the next ones.
    LostAnswers,
    /// It is carried out, and the answer breaks off.
    CutBody,
    /// The same, with the answers to the next ones.
    CutBodies,
    /// The worker dies before anything was done.
    DeathBefore,
    /// The worker dies after it was carried out.
    DeathAfter,
}

impl Trouble {
    /// As often as the client tries one request.
    const TRIES: u32 = 4;

    const ALL: [Trouble; 10] = [
        Trouble::Busy,
        Trouble::Broken,
        Trouble::Dropped,
        Trouble::OutOfReach,
        Trouble::LostAnswer,
        Trouble::LostAnswers,
        Trouble::CutBody,
        Trouble::CutBodies,
        Trouble::DeathBefore,
        Trouble::DeathAfter,
    ];

    /// Those that also strike reads.
    const OF_READS: [Trouble; 2] = [Trouble::OutOfReach, Trouble::DeathBefore];

    fn fault(self) -> Fault {
        match self {
            Trouble::Busy => Fault::too_many_requests(120),
            Trouble::Broken => Fault::html_error().times(Trouble::TRIES),
            Trouble::Dropped => Fault::dropped(),
            Trouble::OutOfReach => Fault::dropped().times(Trouble::TRIES),
            Trouble::LostAnswer => Fault::lost_answer(),
            Trouble::LostAnswers => Fault::lost_answer().times(Trouble::TRIES),
            Trouble::CutBody => Fault::cut_body(),
            Trouble::CutBodies => Fault::cut_body().times(Trouble::TRIES),
            Trouble::DeathBefore => Fault::stall(),
            Trouble::DeathAfter => Fault::stall_after_write(),
        }
    }

    fn is_death(self) -> bool {
        matches!(self, Trouble::DeathBefore | Trouble::DeathAfter)
    }
}

/// What is left when all is done.
struct End {
    /// Every record, without ids of items that were added on the way, and without stamps.
    records: Vec<String>,
    /// Every effect that the journal knows of, as often as it is there.
    effects: Vec<String>,
}

impl Scenario {
    async fn start(&self) -> Stack {
        let stack = Stack::with_rules((self.world)(), (self.rules)()).await;
        match self.before {
            Before::Nothing => {}
            Before::HeldThenMailed => {
                stack.visit(QUARRY_LANE, &[]).await;
                let address = "bruno.paz@quarrylane.example";
                stack.person_adds_email(QUARRY_LOGIN, address, false);
            }
            Before::Deactivated => {
                stack.person_sets(QUARRY_DEFAULT, &[("inactiveFlag", json!(true))]);
            }
        }
        stack
    }

    /// Plays it without trouble: the methods of its calls, and the end.
    async fn clean(&self) -> (Vec<String>, End) {
        let stack = self.start().await;
        let seen = stack.visit(QUARRY_LANE, self.contacts).await;
        assert!(
            !seen.visit.entries.is_empty(),
            "{}: nothing to do",
            self.name
        );
        stack.visit_in_vain(QUARRY_LANE, self.contacts).await;
        let methods = seen.requests.iter().map(|r| r.method.clone());
        (methods.collect(), end(&stack).await)
    }

    /// Plays it with trouble at one call after the other.
    async fn survives(&self, trouble: Trouble) {
        let (methods, clean) = self.clean().await;
        let first_write = methods.iter().position(|method| method != "GET");
        let first_write = first_write.unwrap_or(methods.len());
        for (at, method) in methods.iter().enumerate() {
            let struck = if method == "GET" {
                // Before the first write nothing is at stake, and a few reads stand for all.
                let stands_for_others = at < 2 || at + 1 >= first_write;
                stands_for_others && Trouble::OF_READS.contains(&trouble)
            } else {
                true
            };
            if struck {
                let call = u32::try_from(at + 1).unwrap();
                let story = format!("{}: {trouble:?} at call {call}, a {method}", self.name);
                within_patience(self.play(trouble, call, &clean, &story)).await;
            }
        }
    }

    async fn play(&self, trouble: Trouble, call: u32, clean: &End, story: &str) {
        let stack = self.start().await;
        let calls = stack.calls();
        stack.world.lock().faults.push(trouble.fault().nth(call));
        let request = stack.request(QUARRY_LANE, self.contacts);
        let result = if trouble.is_death() {
            tokio::select! {
                biased;
                () = stack.reached(calls + call as usize) => None,
                result = stack.reconciler.visit(&request) => Some(result.map(drop)),
            }
        } else {
            Some(stack.reconciler.visit(&request).await.map(drop))
        };
        assert!(!trouble.is_death() || result.is_none(), "{story}: it lives");
        stack.world.lock().faults.clear();
        self.recover(
            &stack,
            &stack.process(),
            matches!(result, Some(Ok(()))),
            story,
        )
        .await;
        self.judge(&stack, clean, story).await;
    }

    /// Plays it on a journal that fails at one call after the other.
    async fn survives_its_journal(&self) {
        let (_, clean) = self.clean().await;
        for moment in [Moment::Intend, Moment::Conclude, Moment::Other] {
            for nth in 1.. {
                let stack = self.start().await;
                let journal = Flaky::new(stack.journal.clone());
                journal.fail(moment, nth);
                let process = stack.process_on(journal.clone());
                let request = stack.request(QUARRY_LANE, self.contacts);
                let result = within_patience(process.visit(&request)).await;
                if !journal.has_failed() {
                    // There are fewer such calls.
                    assert!(result.is_ok());
                    break;
                }
                let story = format!("{}: the journal fails at {moment:?} {nth}", self.name);
                assert!(result.is_err(), "{story}: nobody noticed");
                self.recover(&stack, &process, false, &story).await;
                self.judge(&stack, &clean, &story).await;
            }
        }
    }

    /// Visits again, as a queue delivers again, until a visit succeeds.
    async fn recover<J: journal::Store>(
        &self,
        stack: &Stack,
        process: &Reconciler<J>,
        done: bool,
        story: &str,
    ) {
        let mut errors = Vec::new();
        let mut done = done;
        while !done {
            assert!(errors.len() < 3, "{story}: no end: {errors:?}");
            stack.world.advance(600);
            let request = stack.request(QUARRY_LANE, self.contacts);
            match process.visit(&request).await {
                Ok(_) => done = true,
                Err(error) => errors.push(error.to_string()),
            }
        }
    }

    async fn judge(&self, stack: &Stack, clean: &End, story: &str) {
        let open = journal::Store::open_intents(&stack.journal, CompanyId::new(QUARRY_LANE)).await;
        assert!(open.unwrap().is_empty(), "{story}: an intent is open");
        let end = end(stack).await;
        for (clean, end) in [
            (&clean.records, &end.records),
            (&clean.effects, &end.effects),
        ] {
            let lost = difference(clean, end);
            let gained = difference(end, clean);
            assert!(
                lost.is_empty() && gained.is_empty(),
                "{story}: another end: lost {lost:#?}, gained {gained:#?}"
            );
        }
        assert!(stack.mails().len() <= 1, "{story}: two mails");
        let request = stack.request(QUARRY_LANE, self.contacts);
        let mark = stack.mark();
        let again = stack.process().visit(&request).await.unwrap();
        assert_eq!(again.entries, [], "{story}: a further visit writes");
        assert!(!stack.requests_since(mark).contains(','), "{story}");
    }
}

/// The end, as far as it must be the same.
async fn end(stack: &Stack) -> End {
    let world = stack.world.snapshot();
    let mut records = Vec::new();
    for kind in Kind::ALL {
        for id in world.ids(kind) {
            let mut record = world.get(kind, id).unwrap();
            record["number"] = json!(id);
            if matches!(
                kind,
                Kind::Note | Kind::GroupMembership | Kind::TypeAssociation
            ) {
                record["number"] = json!(null);
            }
            forget_stamps(&mut record);
            records.push(format!("{kind:?} {record}"));
        }
    }
    records.sort();
    let happened = |entry: &Entry| {
        let outcome = entry.outcome.as_ref();
        outcome.is_some_and(Outcome::may_have_happened)
    };
    let entries = stack.entries(QUARRY_LANE).await;
    let effects = entries.iter().filter(|entry| happened(entry));
    let effects = effects.map(|entry| entry.action.to_string()).collect();
    End { records, effects }
}

/// Takes out ids, stamps and the order of a contact's items.
fn forget_stamps(record: &mut Value) {
    match record {
        Value::Object(fields) => {
            fields.remove("_info");
            if fields.contains_key("value") || fields.contains_key("number") {
                fields.remove("id");
            }
            fields.values_mut().for_each(forget_stamps);
        }
        Value::Array(items) => {
            items.iter_mut().for_each(forget_stamps);
            items.sort_by_key(Value::to_string);
        }
        _ => {}
    }
}

/// What is in one list and not in the other, however often.
fn difference(of: &[String], from: &[String]) -> Vec<String> {
    let mut rest = from.to_vec();
    let mut missing = Vec::new();
    for record in of {
        match rest.iter().position(|other| other == record) {
            Some(at) => drop(rest.swap_remove(at)),
            None => missing.push(record.clone()),
        }
    }
    missing
}

macro_rules! survives {
    ($($name:ident: $scenario:ident $troubles:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            for trouble in $troubles {
                $scenario.survives(trouble).await;
            }
        }
    )*};
}

survives! {
    a_hold_survives_everything: HOLD Trouble::ALL;
    a_release_survives_everything: RELEASE Trouble::ALL;
    a_succession_survives_everything: SUCCESSION Trouble::ALL;
    a_merge_survives_a_busy_psa: MERGE [Trouble::Busy];
    a_merge_survives_a_broken_psa: MERGE [Trouble::Broken, Trouble::Dropped];
    a_merge_survives_a_psa_out_of_reach: MERGE [Trouble::OutOfReach];
    a_merge_survives_lost_answers: MERGE [Trouble::LostAnswer, Trouble::LostAnswers];
    a_merge_survives_answers_that_break_off: MERGE [Trouble::CutBody, Trouble::CutBodies];
    a_merge_survives_the_death_of_the_worker: MERGE [Trouble::DeathBefore];
    a_merge_survives_the_death_of_the_worker_after_a_write: MERGE [Trouble::DeathAfter];
    a_careful_merge_survives_lost_answers_and_death: RETIRE [Trouble::LostAnswers, Trouble::DeathAfter];
}

#[tokio::test]
async fn small_visits_survive_a_failing_journal() {
    for scenario in [HOLD, RELEASE, SUCCESSION] {
        scenario.survives_its_journal().await;
    }
}

#[tokio::test]
async fn a_merge_survives_a_failing_journal() {
    MERGE.survives_its_journal().await;
}
