//! What happened, line by line.

use sandbox::World;

use super::facts::list;
use super::ledger::default_of;
use super::seed::hash;

/// The story of one seed.
pub(crate) struct Story {
    seed: u64,
    lines: Vec<String>,
    /// A number for all of it so far, but for remarks.
    hash: u64,
    pub(crate) told: Told,
}

/// What a story had in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) calls: usize,
    pub(crate) writes: usize,
    pub(crate) merges: usize,
    pub(crate) faults: usize,
    pub(crate) timeouts: usize,
    pub(crate) deaths: usize,
    pub(crate) edits: usize,
    pub(crate) edits_within_visits: usize,
    pub(crate) dead_letters: usize,
    pub(crate) findings: usize,
    /// Stories with mirrors, writes to them, and edits there by hand.
    pub(crate) mirrored: usize,
    pub(crate) mirror_writes: usize,
    pub(crate) mirror_edits: usize,
    /// Contacts that are in a mirror as the PSA has them.
    pub(crate) in_mirrors: usize,
}

/// A story in which something is not as promised.
pub(crate) struct Broken {
    pub(crate) seed: u64,
    pub(crate) words: String,
    pub(crate) hash: u64,
    pub(crate) lines: Vec<String>,
}

impl Story {
    pub(crate) fn of(seed: u64) -> Story {
        Story {
            seed,
            lines: Vec::new(),
            hash: seed,
            told: Told::default(),
        }
    }

    pub(crate) fn tell(&mut self, line: String) {
        self.hash = hash(self.hash, &line);
        self.lines.push(line);
    }

    /// Tells what depends on which of several lists failed first, and is no part of the story.
    pub(crate) fn remark(&mut self, line: String) {
        self.lines.push(line);
    }

    /// A number for all of it.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    pub(crate) fn broken(self, words: String) -> Broken {
        Broken {
            seed: self.seed,
            words,
            hash: self.hash,
            lines: self.lines,
        }
    }
}

impl Told {
    pub(crate) fn add(&mut self, other: Told) {
        let Told {
            calls,
            writes,
            merges,
            faults,
            timeouts,
            deaths,
            edits,
            edits_within_visits,
            dead_letters,
            findings,
            mirrored,
            mirror_writes,
            mirror_edits,
            in_mirrors,
        } = other;
        self.calls += calls;
        self.writes += writes;
        self.merges += merges;
        self.faults += faults;
        self.timeouts += timeouts;
        self.deaths += deaths;
        self.edits += edits;
        self.edits_within_visits += edits_within_visits;
        self.dead_letters += dead_letters;
        self.findings += findings;
        self.mirrored += mirrored;
        self.mirror_writes += mirror_writes;
        self.mirror_edits += mirror_edits;
        self.in_mirrors += in_mirrors;
    }
}

/// How the contacts of these companies stand, line by line.
pub(crate) fn standing(world: &World, companies: &[u32]) -> Vec<String> {
    let mut lines = Vec::new();
    for company in companies {
        let default = default_of(world, *company);
        lines.push(format!("company {company}: default {default:?}"));
        for contact in world.contacts_of(*company) {
            let record = world.contact(contact).unwrap_or_default();
            let items: Vec<&str> = list(&record["communicationItems"])
                .filter_map(|item| item["value"].as_str())
                .collect();
            let flag = |is: bool, word| if is { word } else { "" };
            lines.push(format!(
                "  {contact}: {} {} {}{}{}",
                record["firstName"],
                record["lastName"],
                flag(record["inactiveFlag"] == true, "inactive "),
                flag(record["disablePortalLoginFlag"] == false, "login "),
                items.join(" "),
            ));
        }
    }
    lines
}
