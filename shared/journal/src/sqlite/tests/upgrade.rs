//! A file of an older release is brought up to date.

use model::{Decision, FindingEntry, Memory, Verdict};

use super::*;
use crate::contract::samples::{
    decision, decisions, finding, oldest_image, oldest_intents, oldest_outcomes, outcomes,
    second_findings, second_image, second_intents,
};
use crate::stored::instant;

#[tokio::test]
async fn a_file_of_the_first_schema_is_brought_up_to_date_and_read() {
    let noted = finding("r", Some(19), &[41, 42], 0);
    let expected = ended(oldest_intents(), oldest_outcomes(), &oldest_image());
    is_brought_up_to_date(1, &expected, &[noted], &Memory::default()).await;
}

#[tokio::test]
async fn a_file_of_the_second_schema_is_brought_up_to_date_and_read() {
    let expected = ended(second_intents(), outcomes(), &second_image());
    let waiting = proposals();
    let pairs = waiting.iter().filter(|one| one.over_limit);
    let memory = Memory {
        decisions: decisions().into_iter().map(without_contacts).collect(),
        over_limit: pairs.filter_map(|one| one.pair).collect(),
        ..Memory::default()
    };
    is_brought_up_to_date(2, &expected, &second_findings(), &memory).await;
}

#[test]
fn a_file_of_an_older_schema_may_be_opened_by_many_at_once() {
    for version in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        of_schema(version, &path);
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    Sqlite::open(&path).unwrap();
                });
            }
        });
    }
}

/// Opens a file of this version, which is to say all of this, and on which all is to work that came later.
async fn is_brought_up_to_date(
    version: u32,
    expected: &[Entry],
    noted: &[FindingEntry],
    settled: &Memory,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    of_schema(version, &path);
    let journal = Sqlite::open(&path).unwrap();

    let everything = Query::default();
    assert_eq!(journal.entries(&everything).await.unwrap(), expected);
    assert_eq!(journal.findings(&everything).await.unwrap(), noted);
    let memory = journal.memory(company(19)).await.unwrap();
    assert_eq!(memory.past.len(), expected.len());
    assert_eq!(memory.distinct.len(), 1);
    assert_eq!(memory.decisions, settled.decisions);
    assert_eq!(memory.over_limit, settled.over_limit);

    // What newer schemas brought works on the old data.
    let waiting = proposals();
    if version > 1 {
        assert_eq!(journal.waiting(None).await.unwrap().len(), waiting.len());
    }
    journal
        .set_waiting(company(19), None, &waiting[..1])
        .await
        .unwrap();
    let rejected = decision(&waiting[0], Verdict::Rejected, 9);
    journal.decide(&rejected).await.unwrap();
    assert_eq!(journal.waiting(None).await.unwrap(), []);
    for link in links() {
        let (system, whom) = (link.system(), link.contact);
        assert_eq!(journal.link_of(system, whom).await.unwrap(), None);
        journal.link(company(19), &link).await.unwrap();
        let held = journal.link_of(system, whom).await.unwrap();
        assert_eq!(held, Some((company(19), link)));
    }
    for place in places() {
        let (at, system) = (company(19), place.system());
        assert_eq!(journal.place(at, system).await.unwrap(), None);
        journal.set_place(at, system, Some(place)).await.unwrap();
        assert_eq!(journal.place(at, system).await.unwrap(), Some(place));
    }
    let forgotten = journal.forget(at(1_000)).await.unwrap();
    let have_ended = |entry: &&Entry| entry.outcome.is_some();
    let ended = expected.iter().filter(have_ended).count();
    assert_eq!(forgotten.images + forgotten.changes, ended);
    assert_eq!(forgotten.findings, noted.len());
    drop(journal);

    // The second time there is nothing to be done.
    let journal = Sqlite::open(&path).unwrap();
    let open = journal.open_intents(company(19)).await.unwrap();
    assert_eq!(open, expected[ended..]);
}

/// These entries, of which the first ones have ended like this, with the records as they stood.
fn ended(intents: Vec<Entry>, outcomes: Vec<Outcome>, before: &Image) -> Vec<Entry> {
    let ends = outcomes
        .into_iter()
        .map(Some)
        .chain(std::iter::repeat(None));
    let entry = |(entry, outcome): (Entry, Option<Outcome>)| Entry {
        before: before.clone(),
        after: outcome.as_ref().map(|_| Image::default()),
        ended_at: outcome.as_ref().map(|_| at(1)),
        outcome,
        ..entry
    };
    intents.into_iter().zip(ends).map(entry).collect()
}

fn without_contacts(decision: Decision) -> Decision {
    Decision {
        contacts: Vec::new(),
        ..decision
    }
}

/// Makes a file as the release of this version left it, with records of all its sorts.
fn of_schema(version: u32, path: &Path) {
    let samples = match version {
        1 => include_str!("../../stored/1.json"),
        _ => include_str!("../../stored/2.json"),
    };
    let stored: Vec<serde_json::Value> = serde_json::from_str(samples).unwrap();
    let records_of = |kind: &str| -> Vec<&serde_json::Value> {
        let records = stored.iter();
        records.filter(|record| record["kind"] == kind).collect()
    };
    let texts_of = |kind: &str| -> Vec<String> {
        let records = records_of(kind).into_iter();
        records.map(ToString::to_string).collect()
    };
    let images = texts_of("image");

    let connection = Connection::open(path).unwrap();
    for step in &schema::STEPS[..version as usize] {
        connection.execute_batch(step).unwrap();
    }
    let add = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        connection.execute(sql, values).unwrap();
    };
    for (intent, number) in texts_of("intent").iter().zip(1..) {
        add(
            "INSERT INTO intent (seq, run, number, company, rule, at, record, image) \
             VALUES (?1, 'r-1.x', ?1, 19, 'merge-duplicates', ?2, ?3, ?4)",
            &[&number, &instant(at(0)), intent, &images[0]],
        );
        add(
            "INSERT INTO intent_contact (contact, owner) VALUES (41, ?1)",
            &[&number],
        );
    }
    for (conclusion, intent) in texts_of("conclusion").iter().zip(1..) {
        add(
            "INSERT INTO conclusion (intent, record, image) VALUES (?1, ?2, ?3)",
            &[&intent, conclusion, &images[1]],
        );
    }
    for (finding, seq) in texts_of("finding").iter().zip(1..) {
        add(
            "INSERT INTO finding (seq, run, company, rule, at, record) \
             VALUES (?1, 'r', 19, 'merge-duplicates', ?2, ?3)",
            &[&seq, &instant(at(seq - 1)), finding],
        );
        add(
            "INSERT INTO finding_contact (contact, owner) VALUES (41, ?1), (42, ?1)",
            &[&seq],
        );
    }
    for proposal in records_of("proposal") {
        let record = &proposal["record"];
        let over_limit = record["over_limit"] == true;
        add(
            "INSERT INTO proposal (id, company, over_limit, record) VALUES (?1, 19, ?2, ?3)",
            &[&record["id"].as_str(), &over_limit, &proposal.to_string()],
        );
        add(
            "INSERT INTO proposal_contact (contact, proposal) VALUES (41, ?1)",
            &[&record["id"].as_str()],
        );
    }
    for (decision, seconds) in records_of("decision").iter().zip(1..) {
        let proposal = decision["record"]["proposal"].as_str();
        add(
            "INSERT INTO decision (proposal, company, at, record) VALUES (?1, 19, ?2, ?3)",
            &[&proposal, &instant(at(seconds)), &decision.to_string()],
        );
    }
    let apart = "INSERT INTO apart (low, high, company, at, said_by) VALUES (1, 2, 19, '', 'jdoe')";
    add(apart, &[]);
    connection
        .execute_batch("PRAGMA journal_mode = WAL")
        .unwrap();
    connection
        .pragma_update(None, "user_version", version)
        .unwrap();
}
