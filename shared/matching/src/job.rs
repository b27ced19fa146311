//! Whether two records of jobs, teams, places or devices are one: by their names and their one mailbox.

use crate::compare::{Comparison, Verdict};
use crate::evidence::evidence;
use crate::mailbox::Mailbox;
use crate::profile::Profile;

/// Compares two records that are named for a job, a team, a place or a device.
pub(crate) fn judge_jobs(a: &Profile, b: &Profile) -> Comparison {
    let shared = a
        .mailboxes
        .iter()
        .find(|(x, _)| b.mailboxes.iter().any(|(y, _)| x.key == y.key));
    let two_mailboxes = shared.is_none() && !a.mailboxes.is_empty() && !b.mailboxes.is_empty();
    let same = a.name.bag() == b.name.bag();
    let fits = same || shared.is_some_and(|(mailbox, _)| is_one_job(a, b, mailbox));
    let (verdict, words) = match (same, fits, shared.is_some()) {
        (true, _, true) => (Verdict::Merge, "the same job or shared mailbox by name"),
        (false, true, true) => (Verdict::Merge, "two names of one shared mailbox"),
        (true, ..) if !two_mailboxes => (Verdict::Review, "the same job or shared mailbox by name"),
        (true, ..) => (Verdict::Distinct, "the same job or shared mailbox by name"),
        (false, _, true) if numbers(a) == numbers(b) => {
            (Verdict::Review, "two jobs or shared mailboxes by name")
        }
        _ => (Verdict::Distinct, "two jobs or shared mailboxes by name"),
    };
    let weight = match (fits, shared.is_some()) {
        (true, _) => 40,
        (false, true) => -20,
        (false, false) => -80,
    };
    let mut found = vec![evidence("name", weight, words)];
    if shared.is_some() {
        found.push(evidence("email", 60, "same email address"));
    } else if two_mailboxes {
        found.push(evidence("email", -80, "two shared mailboxes"));
    }
    Comparison {
        verdict,
        evidence: found,
    }
}

/// What makes another job of a job.
const RANKS: [&str; 14] = [
    "assistant",
    "associate",
    "chief",
    "deputy",
    "director",
    "general",
    "head",
    "junior",
    "lead",
    "manager",
    "regional",
    "secretary",
    "senior",
    "vice",
];

/// Whether two names of jobs are names of the one mailbox both carry: one name is within the other, is
/// what stands before the @, or is its short form ("AR", "Accounts Receivable"). Numbers count.
fn is_one_job(a: &Profile, b: &Profile, mailbox: &Mailbox) -> bool {
    let number = mailbox.number.map(|number| number.to_string());
    let told_apart = numbers(a) != numbers(b)
        && [a, b].into_iter().any(|profile| {
            numbers(profile)
                .iter()
                .any(|own| Some(own) != number.as_ref())
        });
    let words = |profile: &Profile| -> Vec<String> {
        let bare = profile.name.given.iter().chain(&profile.name.family);
        bare.map(|word| {
            word.trim_end_matches(|c: char| c.is_ascii_digit())
                .to_owned()
        })
        .filter(|word| !word.is_empty())
        .collect()
    };
    let (x, y) = (words(a), words(b));
    let is_rank = |word: &String| RANKS.contains(&word.as_str());
    let within = |few: &[String], many: &[String]| {
        few.iter().all(|word| many.contains(word))
            && !many.iter().any(|word| is_rank(word) && !few.contains(word))
    };
    let initials = |words: &[String]| {
        words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect::<String>()
    };
    let is_short = |short: &[String], long: &[String]| {
        short.len() == 1 && long.len() > 1 && short[0] == initials(long)
    };
    let local = mailbox.squash();
    let is_local = |words: &[String]| {
        words.concat() == local || initials(words) == local || is_contraction(words, &local)
    };
    !told_apart
        && (within(&x, &y)
            || within(&y, &x)
            || is_short(&x, &y)
            || is_short(&y, &x)
            || (is_local(&x) && is_local(&y)))
}

/// Whether a word is the beginnings of words, one after the other: `confroom` of Conference Room.
fn is_contraction(words: &[String], cut: &str) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return cut.is_empty();
    };
    let shared = first
        .bytes()
        .zip(cut.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    (2..=shared).any(|at| is_contraction(rest, &cut[at..]))
}

/// The numbers in a name.
fn numbers(profile: &Profile) -> Vec<String> {
    let words = profile.name.given.iter().chain(&profile.name.family);
    words
        .map(|word| {
            word.trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .to_owned()
        })
        .filter(|digits| !digits.is_empty())
        .collect()
}
