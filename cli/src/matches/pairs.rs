//! Comparing, company by company, and the lines that come of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use matching::{Group, Likely, Matches};
use model::{Contact, ContactId, Evidence, Pair, Stance};
use serde::Serialize;

use super::contacts::Contacts;
use crate::print::Progress;

/// In a group larger than this, which nothing but test data makes, only the pairs that hold it
/// together are written, and not all that follow from them.
const ALL_PAIRS_UP_TO: usize = 200;

/// Every pair that matching named, as lines of JSON.
#[derive(Default)]
pub(crate) struct Pairs {
    pages: Vec<Vec<u8>>,
    rows: Vec<Row>,
    /// How many there are of what.
    pub(crate) tally: Tally,
}

/// What was compared, and how many pairs came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    pub(crate) contacts: usize,
    pub(crate) companies: usize,
    pub(crate) merges: usize,
    pub(crate) reviews: usize,
    pub(crate) refused: usize,
    pub(crate) bad_lines: usize,
}

/// Where the line of a pair is.
struct Row {
    pair: Pair,
    page: usize,
    start: usize,
    length: u32,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Decision {
    Merge,
    Review,
    Distinct,
}

/// A line of output.
#[derive(Serialize)]
struct Verdict<'a> {
    a: ContactId,
    b: ContactId,
    score: f64,
    decision: Decision,
    why: &'a str,
}

/// What one thread found.
#[derive(Default)]
struct Page {
    text: Vec<u8>,
    rows: Vec<Row>,
    tally: Tally,
}

/// Compares the contacts within each company, on all cores.
pub(crate) fn find(contacts: &Contacts, progress: &Progress) -> anyhow::Result<Pairs> {
    let mut companies = contacts.companies();
    // The largest first, so that no core is left with one of them in the end.
    companies.sort_by_key(|company| std::cmp::Reverse(company.len()));
    let next = AtomicUsize::new(0);
    let work = |number: usize| {
        let mut page = Page::default();
        while let Some(company) = companies.get(next.fetch_add(1, Ordering::Relaxed)) {
            if company.len() > 1 {
                let records: Vec<Contact> =
                    company.iter().map(|slot| contacts.unpack(slot)).collect();
                let matches = matching::find(&records, &BTreeSet::new());
                drop(records);
                page.write(number, &matches)?;
            }
            progress.advance(company.len());
        }
        Ok::<_, serde_json::Error>(page)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let pages = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(companies.len()))
            .map(|number| scope.spawn(move || work(number)))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| match worker.join() {
            Ok(page) => page,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        workers.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;

    let mut pairs = Pairs::default();
    pairs.tally.contacts = contacts.len();
    pairs.tally.companies = companies.len();
    for Page { text, rows, tally } in pages {
        pairs.pages.push(text);
        pairs.rows.extend(rows);
        pairs.tally.merges += tally.merges;
        pairs.tally.reviews += tally.reviews;
        pairs.tally.refused += tally.refused;
    }
    pairs.rows.sort_unstable_by_key(|row| row.pair);
    Ok(pairs)
}

impl Pairs {
    /// The lines with their ends, ordered by their ids.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().map(|row| {
            let text = &self.pages[row.page][row.start..];
            &text[..row.length as usize]
        })
    }
}

impl Page {
    fn write(&mut self, number: usize, matches: &Matches) -> serde_json::Result<()> {
        let Matches {
            groups,
            reviews,
            refused,
        } = matches;
        for group in groups {
            self.group(number, group)?;
        }
        for Likely { pair, evidence } in reviews {
            let why = told(evidence).join("; ");
            self.row(number, *pair, points(evidence), Decision::Review, &why)?;
        }
        for Likely { pair, evidence } in refused {
            let why = told(evidence).join("; ");
            self.row(number, *pair, points(evidence), Decision::Distinct, &why)?;
        }
        Ok(())
    }

    /// Every pair of a group is one person, whether or not the two were compared.
    fn group(&mut self, number: usize, group: &Group) -> serde_json::Result<()> {
        let mut lowest = 100;
        for (pair, evidence) in &group.evidence {
            let points = points(evidence);
            lowest = lowest.min(points);
            let mut why = told(evidence);
            if evidence.iter().all(|item| item.stance == Stance::Agrees) {
                why.push("nothing conflicts");
            }
            self.row(number, *pair, points, Decision::Merge, &why.join("; "))?;
        }
        let size = group.members.len();
        if group.evidence.len() == size * (size - 1) / 2 || size > ALL_PAIRS_UP_TO {
            return Ok(());
        }
        for &from in &group.members {
            let before = paths(from, &group.evidence);
            for &to in group.members.range(from..).skip(1) {
                let pair = Pair::new(from, to);
                if !group.evidence.contains_key(&pair) {
                    let why = through(from, to, &before);
                    self.row(number, pair, lowest, Decision::Merge, &why)?;
                }
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        page: usize,
        pair: Pair,
        points: i32,
        decision: Decision,
        why: &str,
    ) -> serde_json::Result<()> {
        let start = self.text.len();
        let verdict = Verdict {
            a: pair.low(),
            b: pair.high(),
            score: f64::from(points) / 100.0,
            decision,
            why,
        };
        serde_json::to_writer(&mut self.text, &verdict)?;
        self.text.push(b'\n');
        self.rows.push(Row {
            pair,
            page,
            start,
            length: (self.text.len() - start) as u32,
        });
        match decision {
            Decision::Merge => self.tally.merges += 1,
            Decision::Review => self.tally.reviews += 1,
            Decision::Distinct => self.tally.refused += 1,
        }
        Ok(())
    }
}

/// The points of all evidence, between nothing and certainty.
fn points(evidence: &[Evidence]) -> i32 {
    let sum: i32 = evidence.iter().map(|item| item.weight).sum();
    sum.clamp(0, 100)
}

fn told(evidence: &[Evidence]) -> Vec<&str> {
    evidence.iter().map(Evidence::reveal).collect()
}

/// From one member of a group to each other one on the shortest way: the member before it.
fn paths(from: ContactId, held: &BTreeMap<Pair, Vec<Evidence>>) -> BTreeMap<ContactId, ContactId> {
    let mut links: BTreeMap<ContactId, Vec<ContactId>> = BTreeMap::new();
    for pair in held.keys() {
        links.entry(pair.low()).or_default().push(pair.high());
        links.entry(pair.high()).or_default().push(pair.low());
    }
    let mut before = BTreeMap::from([(from, from)]);
    let mut ahead = VecDeque::from([from]);
    while let Some(here) = ahead.pop_front() {
        for &next in links.get(&here).into_iter().flatten() {
            before.entry(next).or_insert_with(|| {
                ahead.push_back(next);
                here
            });
        }
    }
    before
}

/// By way of whom two members of a group are one person.
fn through(from: ContactId, to: ContactId, before: &BTreeMap<ContactId, ContactId>) -> String {
    let mut between = Vec::new();
    let mut here = to;
    while let Some(&previous) = before.get(&here).filter(|&&previous| previous != from) {
        between.push(previous.to_string());
        here = previous;
    }
    between.reverse();
    match between.as_slice() {
        [] => "in one group".to_owned(),
        [one] => format!("through contact {one}"),
        several => format!("through contacts {}", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn pair(a: u32, b: u32) -> Pair {
        Pair::new(ContactId::new(a), ContactId::new(b))
    }

    fn evidence(weight: i32, words: &str) -> Vec<Evidence> {
        vec![Evidence {
            field: "email".to_owned(),
            stance: if weight < 0 {
                Stance::Conflicts
            } else {
                Stance::Agrees
            },
            weight,
            words: words.to_owned(),
            named: None,
        }]
    }

    fn lines(matches: &Matches) -> Vec<String> {
        let mut page = Page::default();
        page.write(0, matches).unwrap();
        let text = String::from_utf8(page.text).unwrap();
        assert_eq!(page.rows.len(), text.lines().count());
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_found_is_nothing_written() {
        assert!(lines(&Matches::default()).is_empty());
    }

    #[test]
    fn a_line_tells_the_pair_the_decision_and_why() {
        let mut near = evidence(60, "same address");
        near.extend(evidence(-100, "another generation"));
        let matches = Matches {
            groups: vec![Group {
                members: [1, 2].map(ContactId::new).into(),
                evidence: BTreeMap::from([(pair(1, 2), evidence(120, "the \"same\" address"))]),
            }],
            reviews: vec![Likely {
                pair: pair(3, 4),
                evidence: evidence(45, "same name"),
            }],
            refused: vec![Likely {
                pair: pair(5, 6),
                evidence: near,
            }],
        };
        assert_eq!(
            lines(&matches),
            [
                r#"{"a":1,"b":2,"score":1.0,"decision":"merge","why":"the \"same\" address; nothing conflicts"}"#,
                r#"{"a":3,"b":4,"score":0.45,"decision":"review","why":"same name"}"#,
                r#"{"a":5,"b":6,"score":0.0,"decision":"distinct","why":"same address; another generation"}"#,
            ]
        );
    }

    #[test]
    fn pairs_that_were_not_compared_are_one_person_through_the_others() {
        let matches = Matches {
            groups: vec![Group {
                members: [1, 2, 3, 4].map(ContactId::new).into(),
                evidence: BTreeMap::from([
                    (pair(1, 3), evidence(90, "same address")),
                    (pair(3, 4), evidence(85, "same number")),
                    (pair(2, 4), evidence(95, "same address")),
                ]),
            }],
            ..Matches::default()
        };
        let told: Vec<(u64, u64, f64, String)> = lines(&matches)
            .iter()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["decision"], "merge");
                let number = |name: &str| line[name].as_u64().unwrap();
                (
                    number("a"),
                    number("b"),
                    line["score"].as_f64().unwrap(),
                    line["why"].as_str().unwrap().to_owned(),
                )
            })
            .filter(|(.., why)| why.starts_with("through"))
            .collect();
        assert_eq!(
            told,
            [
                (1, 2, 0.85, "through contacts 3, 4".to_owned()),
                (1, 4, 0.85, "through contact 3".to_owned()),
                (2, 3, 0.85, "through contact 4".to_owned()),
            ]
        );
    }

    #[test]
    fn a_huge_group_is_held_together_without_all_its_pairs() {
        let members: BTreeSet<ContactId> = (1..=300).map(ContactId::new).collect();
        let evidence: BTreeMap<Pair, Vec<Evidence>> = (1..300)
            .map(|id| (pair(id, id + 1), evidence(90, "same address")))
            .collect();
        let matches = Matches {
            groups: vec![Group { members, evidence }],
            ..Matches::default()
        };
        assert_eq!(lines(&matches).len(), 299);
    }
}
