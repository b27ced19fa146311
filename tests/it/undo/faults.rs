//! Whatever goes wrong while something is taken back, taking it back again ends the same.

use reconcile::{Reconciler, Target};
use sandbox::Fault;

use super::{Trial, same};
use crate::stack::worlds::{LOSER, QUARRY_LANE, everything_to_merge};
use crate::stack::{Stack, within_patience};

/// How a call fails, and whether the worker dies of it.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Busy,
    OutOfReach,
    LostAnswer,
    LostAnswers,
    DeathBefore,
    DeathAfter,
}

impl Trouble {
    fn fault(self) -> Fault {
        match self {
            Trouble::Busy => Fault::too_many_requests(120),
            Trouble::OutOfReach => Fault::dropped().times(4),
            Trouble::LostAnswer => Fault::lost_answer(),
            Trouble::LostAnswers => Fault::lost_answer().times(4),
            Trouble::DeathBefore => Fault::stall(),
            Trouble::DeathAfter => Fault::stall_after_write(),
        }
    }

    fn is_death(self) -> bool {
        matches!(self, Trouble::DeathBefore | Trouble::DeathAfter)
    }
}

async fn merged() -> (Trial, Vec<String>, Target) {
    let stack = Stack::on(everything_to_merge()).await;
    let trial = Trial::on(stack, &[QUARRY_LANE]);
    let before = trial.likeness();
    let seen = trial.stack.visit(QUARRY_LANE, &[]).await;
    trial.stack.world.advance(60);
    (trial, before, Target::Run(seen.visit.run))
}

/// Takes the run back in one process, which may end early.
async fn take_back<J: journal::Store>(
    stack: &Stack,
    process: &Reconciler<J>,
    target: &Target,
) -> Result<(), reconcile::Error> {
    for plan in process.plan_undo(target).await? {
        let request = stack.request(QUARRY_LANE, &[]);
        let _ = process.undo(&plan, &request).await?;
    }
    Ok(())
}

/// How many calls it takes, and which of them write.
async fn calls() -> Vec<String> {
    let (trial, before, run) = merged().await;
    let mark = trial.stack.mark();
    take_back(&trial.stack, &trial.stack.reconciler, &run)
        .await
        .unwrap();
    let methods = trial.stack.methods_since(mark);
    let trial = found_again(trial);
    same(&before, &trial.likeness(), "without trouble");
    methods
}

/// The one contact that the world has now and had not at first is the one that came back.
fn found_again(mut trial: Trial) -> Trial {
    let known = everything_to_merge().contacts_of(QUARRY_LANE);
    let now = trial.stack.world.lock().contacts_of(QUARRY_LANE);
    let new: Vec<u32> = now.into_iter().filter(|id| !known.contains(id)).collect();
    assert_eq!(new.len(), 1, "it came back once: {new:?}");
    trial.known_as.insert(new[0], LOSER);
    trial
}

async fn survives(trouble: Trouble) {
    let methods = calls().await;
    for (at, method) in methods.iter().enumerate() {
        if method == "GET" && at > 1 {
            continue;
        }
        let story = format!("{trouble:?} at call {}, a {method}", at + 1);
        within_patience(play(trouble, u32::try_from(at + 1).unwrap(), &story)).await;
    }
}

async fn play(trouble: Trouble, call: u32, story: &str) {
    let (trial, before, run) = merged().await;
    let stack = &trial.stack;
    let calls = stack.calls();
    stack.world.lock().faults.push(trouble.fault().nth(call));
    let first = take_back(stack, &stack.reconciler, &run);
    let done = if trouble.is_death() {
        tokio::select! {
            biased;
            () = stack.reached(calls + call as usize) => false,
            result = first => result.is_ok(),
        }
    } else {
        first.await.is_ok()
    };
    stack.world.lock().faults.clear();
    let mut tries = 0;
    let mut done = done;
    while !done {
        tries += 1;
        assert!(tries < 4, "{story}: no end");
        stack.world.advance(600);
        done = take_back(stack, &stack.process(), &run).await.is_ok();
    }
    let trial = found_again(trial);
    same(&before, &trial.likeness(), story);
    trial.stack.visit_in_vain(QUARRY_LANE, &[]).await;
}

macro_rules! survives {
    ($($name:ident: $trouble:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            survives(Trouble::$trouble).await;
        }
    )*};
}

survives! {
    an_undo_survives_a_busy_psa: Busy;
    an_undo_survives_a_psa_out_of_reach: OutOfReach;
    an_undo_survives_a_lost_answer: LostAnswer;
    an_undo_survives_lost_answers: LostAnswers;
    an_undo_survives_the_death_of_the_process: DeathBefore;
    an_undo_survives_the_death_of_the_process_after_a_write: DeathAfter;
}
