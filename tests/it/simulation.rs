//! Whatever happens on the way, and in whatever order: the promises hold at rest.
//!
//! A seed makes a tenant and a story: callbacks that come twice, late or never, people who edit at the same time, a
//! queue that delivers again, a PSA that fails in every way it can, two workers at a time, and workers that die
//! between any two calls. In most stories both mirrors follow: each with a queue and a worker of its own, with outages
//! of its own, and with people who write down in IT Glue what nobody else knows. Then the storm ends, everything is
//! delivered and swept, and what was promised is looked at. The same seed tells the same story.
//!
//! The product is the real one over real HTTP. What is judged is judged from the raw world, by code that knows
//! nothing of plans (`ledger`, `rest`; for the mirrors `known`, `agreement`).
//!
//! `ROLLCALL_SEEDS` says how many seeds are played, and `ROLLCALL_SEED` plays one and tells its story.

mod agreement;
mod call;
mod drill;
mod facts;
mod gate;
mod known;
mod lab;
mod ledger;
mod mirrors;
mod people;
mod post;
mod queue;
mod rest;
mod run;
pub(crate) mod seed;
mod storm;
mod story;
pub(crate) mod tenant;
mod work;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::setting::setting;
use drill::Drill;
use lab::Lab;
use story::{Broken, Story, Told};

/// How many seeds are played when nobody says otherwise.
const SEEDS: u64 = 2_000;
/// How many at a time.
const THREADS: usize = 2;
/// After so many seeds the servers are made anew: they remember every request.
const LAB_LIFE: usize = 250;

/// Enough to see what is wrong.
const MOST_BROKEN: usize = 50;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Plays these seeds one after the other, until `end` says so.
fn play(
    seeds: impl IntoIterator<Item = u64>,
    drill: Option<Drill>,
    mut end: impl FnMut(Result<Story, Broken>) -> bool,
) {
    let mut seeds = seeds.into_iter().peekable();
    while seeds.peek().is_some() {
        let ended = runtime().block_on(async {
            let lab = Lab::open().await;
            for seed in seeds.by_ref().take(LAB_LIFE) {
                if end(run::play(&lab, seed, drill).await) {
                    return true;
                }
            }
            false
        });
        if ended {
            return;
        }
    }
}

/// Plays so many seeds on all threads: what was in them, and the broken ones in order.
fn play_all(count: u64) -> (Told, Vec<Broken>) {
    let (next, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    let result = Mutex::new((Told::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let seeds = std::iter::from_fn(|| {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    (seed < count).then_some(seed)
                });
                play(seeds, None, |story| {
                    let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
                    match story {
                        Ok(story) => result.0.add(story.told),
                        Err(broken) => {
                            result.1.push(broken);
                            enough.fetch_or(result.1.len() >= MOST_BROKEN, Ordering::Relaxed);
                        }
                    }
                    enough.load(Ordering::Relaxed)
                });
            });
        }
    });
    let (told, mut broken) = result.into_inner().unwrap_or_else(PoisonError::into_inner);
    broken.sort_by_key(|broken| broken.seed);
    (told, broken)
}

#[test]
fn whatever_happens_on_the_way_the_promises_hold_at_rest() {
    if let Some(seed) = setting("ROLLCALL_SEED") {
        return tell(seed);
    }
    let count = setting("ROLLCALL_SEEDS").unwrap_or(SEEDS);
    let (told, broken) = play_all(count);
    println!("{count} seeds: {told:?}");
    let lines: Vec<String> = broken
        .iter()
        .map(|Broken { seed, words, .. }| {
            format!("seed {seed}: {words}\n  again with: ROLLCALL_SEED={seed} cargo test -p tests --test it simulation")
        })
        .collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

/// Plays one seed and prints its story.
fn tell(seed: u64) {
    play([seed], None, |story| {
        match story {
            Ok(story) => println!(
                "{}\nseed {seed}: {:?}",
                story.lines().join("\n"),
                story.told
            ),
            Err(broken) => panic!(
                "\n{}\nseed {seed}: {}",
                broken.lines.join("\n"),
                broken.words
            ),
        }
        false
    });
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let hashes = || {
        let mut hashes = Vec::new();
        play(0..20, None, |story| {
            hashes.push(match story {
                Ok(story) => (story.hash(), String::new()),
                Err(broken) => (broken.hash, broken.words),
            });
            false
        });
        hashes
    };
    assert_eq!(hashes(), hashes());
}

/// Plays until a story breaks that holds with the safeguard, and says at which seed it did.
fn breaks_without(safeguard: Drill, within: u64) {
    let seen = runtime().block_on(async {
        let lab = Lab::open().await;
        for seed in 0..within {
            let Err(broken) = run::play(&lab, seed, Some(safeguard)).await else {
                continue;
            };
            if run::play(&lab, seed, None).await.is_ok() {
                return Some(broken);
            }
        }
        None
    });
    let broken = seen.unwrap_or_else(|| panic!("{within} seeds do not miss {safeguard:?}"));
    println!(
        "without {safeguard:?}, seed {}: {}",
        broken.seed, broken.words
    );
}

#[test]
fn without_a_second_look_before_a_merge_promises_break() {
    breaks_without(Drill::Precondition, 500);
}

#[test]
fn without_settling_what_was_left_open_promises_break() {
    breaks_without(Drill::Settling, 500);
}

#[test]
fn without_looking_for_what_was_created_promises_break() {
    breaks_without(Drill::Search, 500);
}

#[test]
fn without_settling_what_was_left_open_in_a_mirror_promises_break() {
    breaks_without(Drill::SettlingOfMirrors, 500);
}

#[test]
fn without_the_order_within_a_company_promises_break() {
    breaks_without(Drill::GroupOrder, 500);
}
