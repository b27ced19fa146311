//! Whatever goes wrong between a mirror's worker, its mirror, the PSA and the journal, and wherever: the end is the
//! same.
//!
//! Each scenario is played once without trouble: what changed in the PSA is carried to one mirror. Then it is played
//! again for every request that this makes and every way in which that request can fail, and for every call of the
//! journal, and visited again as a queue would, until a visit succeeds. The mirror must end in the same state with
//! nobody there twice, the journal must hold each effect exactly once and nothing open, the map must say the same,
//! nobody may have been mailed, and a further visit must write nothing.

mod scenarios;
mod stage;

use model::mirror::System;
use sandbox::Fault;

use crate::stack::flaky::{Flaky, Moment};
use crate::stack::within_patience;
use scenarios::Scenario;
use stage::{End, Side, Stage};

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// 429, for as long as a client waits.
    Hasty,
    /// 429, for longer than a client waits.
    Busy,
    /// 500 with a page of HTML, once.
    Stumbling,
    /// The same, as often as the client tries.
    Broken,
    /// The connection closes before anything was done, as often as the client tries.
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

    const ALL: [Trouble; 11] = [
        Trouble::Hasty,
        Trouble::Busy,
        Trouble::Stumbling,
        Trouble::Broken,
        Trouble::OutOfReach,
        Trouble::LostAnswer,
        Trouble::LostAnswers,
        Trouble::CutBody,
        Trouble::CutBodies,
        Trouble::DeathBefore,
        Trouble::DeathAfter,
    ];

    /// Those that also strike reads: how they fail makes no difference once the client has given up.
    const OF_READS: [Trouble; 2] = [Trouble::Broken, Trouble::DeathBefore];

    fn fault(self) -> Fault {
        match self {
            Trouble::Hasty => Fault::too_many_requests(2),
            Trouble::Busy => Fault::too_many_requests(120),
            Trouble::Stumbling => Fault::html_error(),
            Trouble::Broken => Fault::html_error().times(Trouble::TRIES),
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

impl Scenario {
    /// Plays it without trouble: the methods of its requests to each side, and the end.
    async fn clean(&self, stage: &mut Stage) -> ([Vec<String>; 2], End) {
        stage.set(self).await;
        let marks = Side::BOTH.map(|side| (side, stage.mark(side)));
        let process = stage.process();
        let visit = within_patience(process.visit(&stage.request())).await;
        let visit = visit.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        assert!(!visit.entries.is_empty(), "{}: nothing to do", self.name);
        let methods = marks.map(|(side, mark)| stage.methods(side, mark));
        let end = stage.end().await;
        stage.visit_in_vain(self.name).await;
        (methods, end)
    }

    /// Plays it with every trouble at one request after the other.
    async fn survives(&self, system: System) {
        let mut stage = Stage::build(system).await;
        let (methods, clean) = self.clean(&mut stage).await;
        for (side, methods) in Side::BOTH.into_iter().zip(&methods) {
            for (at, method) in methods.iter().enumerate() {
                let troubles: &[Trouble] = if method == "GET" {
                    &Trouble::OF_READS
                } else {
                    &Trouble::ALL
                };
                for trouble in troubles {
                    let call = u32::try_from(at + 1).unwrap();
                    let name = self.name;
                    let story =
                        format!("{name}, {system}: {trouble:?} at {side:?} {call}, a {method}");
                    stage.set(self).await;
                    stage.strike(side, trouble.fault().nth(call));
                    within_patience(play(&stage, *trouble, side, &story)).await;
                    stage.judge(&clean, &story).await;
                }
            }
        }
    }

    /// Plays it on a journal that fails at one call after the other.
    async fn survives_its_journal(&self, system: System) {
        let mut stage = Stage::build(system).await;
        let (_, clean) = self.clean(&mut stage).await;
        for moment in [Moment::Intend, Moment::Conclude, Moment::Other] {
            for nth in 1.. {
                stage.set(self).await;
                let journal = Flaky::new(stage.journal());
                journal.fail(moment, nth);
                let process = stage.process_on(journal.clone());
                let result = within_patience(process.visit(&stage.request())).await;
                if !journal.has_failed() {
                    // There are fewer such calls.
                    assert!(result.is_ok());
                    break;
                }
                let name = self.name;
                let story = format!("{name}, {system}: the journal fails at {moment:?} {nth}");
                assert!(result.is_err(), "{story}: nobody noticed");
                stage.recover(&process, false, &story).await;
                stage.judge(&clean, &story).await;
            }
        }
    }
}

/// Plays a scenario with its trouble, and on until a visit succeeds.
async fn play(stage: &Stage, trouble: Trouble, side: Side, story: &str) {
    let (process, request) = (stage.process(), stage.request());
    let result = if trouble.is_death() {
        tokio::select! {
            biased;
            () = stage.struck(side) => None,
            result = process.visit(&request) => Some(result.map(drop)),
        }
    } else {
        Some(process.visit(&request).await.map(drop))
    };
    assert!(!trouble.is_death() || result.is_none(), "{story}: it lives");
    stage.calm();
    // Who died comes back as another process, which knows nothing yet.
    let process = match result {
        Some(_) => process,
        None => stage.process(),
    };
    let done = matches!(result, Some(Ok(())));
    stage.recover(&process, done, story).await;
}

macro_rules! survives {
    ($($name:ident: $scenario:ident in $system:ident;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn survives_every_fault() {
                scenarios::$scenario.survives(System::$system).await;
            }

            #[tokio::test]
            async fn survives_a_failing_journal() {
                scenarios::$scenario.survives_its_journal(System::$system).await;
            }
        }
    )*};
}

survives! {
    a_creation_in_it_glue: CREATION in ItGlue;
    a_creation_in_grow_crm: CREATION in GrowCrm;
    an_update_in_it_glue: UPDATE in ItGlue;
    an_update_in_grow_crm: UPDATE in GrowCrm;
    a_change_of_address_in_it_glue: ADDRESS in ItGlue;
    a_change_of_address_in_grow_crm: ADDRESS in GrowCrm;
    a_swap_of_addresses_in_it_glue: SWAP in ItGlue;
    a_swap_of_addresses_in_grow_crm: SWAP in GrowCrm;
    a_merge_in_it_glue: MERGE in ItGlue;
    a_merge_in_grow_crm: MERGE in GrowCrm;
    a_careful_merge_in_it_glue: CAREFUL_MERGE in ItGlue;
    a_careful_merge_in_grow_crm: CAREFUL_MERGE in GrowCrm;
    a_deactivation_in_it_glue: DEACTIVATION in ItGlue;
    a_deactivation_in_grow_crm: DEACTIVATION in GrowCrm;
    a_farewell_in_grow_crm: FAREWELL in GrowCrm;
    another_account_owner: OWNER in GrowCrm;
    an_account_owner_who_leaves: SUCCESSION in GrowCrm;
    a_first_population_in_it_glue: POPULATION in ItGlue;
    a_first_population_in_grow_crm: POPULATION in GrowCrm;
    a_record_that_the_native_sync_owns: SYNCED in ItGlue;
    a_record_whose_addresses_are_locked: LOCKED in ItGlue;
}
