//! After all samples: where the three systems still differ, and that the mirrors can be brought in line.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use model::{Cause, CompanyId, Mode, Source};
use policy::Rules;
use policy::mirror::drift::Fate;
use reconcile::{Drift, Request, Vendor};
use rollcall::local::{Local, MirrorSide};

use super::{RUNS, Run};

/// What differs after the samples, and what is left once the mirrors were visited.
pub(super) struct Settled {
    before: Vec<Drift>,
    after: Vec<Drift>,
}

/// Known once all samples were replayed.
pub(super) static SETTLED: OnceLock<Settled> = OnceLock::new();

/// Compares everything, has the mirrors fix it, and compares again.
pub(super) async fn settle(folder: &Path, run: &Run) -> Settled {
    let rules = Rules::default().in_mode(Mode::Enforce);
    let local = Local::open(folder, rules).await.unwrap();
    let visits = run.events.values().flat_map(|event| &event.visits);
    let companies: BTreeSet<CompanyId> = visits.map(|visit| visit.company).collect();
    let mut settled = Settled {
        before: Vec::new(),
        after: Vec::new(),
    };
    for company in companies {
        fix(&local.itglue, company, &mut settled).await;
        fix(&local.growcrm, company, &mut settled).await;
    }
    settled
}

async fn fix<A: sandbox::Vendor, V: Vendor>(
    side: &MirrorSide<A, V>,
    company: CompanyId,
    settled: &mut Settled,
) {
    let mirror = side.worker.mirror();
    let Some(roster) = mirror.roster(company).await.unwrap() else {
        return;
    };
    let before = mirror.drift(&roster).await.unwrap();
    let contacts = before.fixable();
    if !contacts.is_empty() {
        let name = format!("drift {}", V::SYSTEM);
        let request = Request {
            company,
            contacts,
            run: Request::run_id(jiff::Timestamp::UNIX_EPOCH, &name, company.get()),
            cause: Cause {
                source: Source::Command { name },
                message: None,
            },
        };
        let _ = mirror.visit(&request).await.unwrap();
    }
    settled.before.push(before);
    settled.after.push(mirror.drift(&roster).await.unwrap());
}

fn settled() -> &'static Settled {
    LazyLock::force(&RUNS);
    SETTLED.get().unwrap()
}

#[test]
fn after_all_samples_every_difference_is_explained() {
    let differences = settled().before.iter().flat_map(|drift| &drift.differences);
    assert!(differences.clone().count() > 10);
    for difference in differences {
        assert!(!difference.why.is_empty());
        let told = difference.psa.is_some() || difference.mirror.is_some();
        assert!(told || difference.fate != Fate::Kept, "{difference:?}");
    }
}

#[test]
fn once_the_mirrors_were_visited_only_what_is_kept_or_for_a_person_differs() {
    let left = settled().after.iter().flat_map(|drift| &drift.differences);
    let left: Vec<_> = left
        .filter(|difference| difference.fate.is_fixable())
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}
