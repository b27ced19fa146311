//! A file of an older release is brought up to date.

use model::Verdict;

use super::*;
use crate::contract::samples::{decision, finding, oldest_image, oldest_intents, oldest_outcomes};
use crate::stored::instant;

#[tokio::test]
async fn a_file_of_the_first_schema_is_brought_up_to_date_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    of_the_first_schema(&path);
    let journal = Sqlite::open(&path).unwrap();

    let outcomes = oldest_outcomes().into_iter().map(Some);
    let ends = outcomes.chain(std::iter::repeat(None));
    let expected: Vec<Entry> = oldest_intents()
        .into_iter()
        .zip(ends)
        .map(|(entry, outcome)| Entry {
            before: oldest_image(),
            after: outcome.as_ref().map(|_| Image::default()),
            ended_at: outcome.as_ref().map(|_| at(1)),
            outcome,
            ..entry
        })
        .collect();
    let everything = Query::default();
    assert_eq!(journal.entries(&everything).await.unwrap(), expected);
    let noted = finding("r", Some(19), &[41, 42], 0);
    assert_eq!(journal.findings(&everything).await.unwrap(), [noted]);
    let memory = journal.memory(company(19)).await.unwrap();
    assert_eq!(memory.past.len(), expected.len());
    assert_eq!(memory.distinct.len(), 1);

    // What the newer schema brought works on the old data.
    let waiting = proposals();
    journal
        .set_waiting(company(19), None, &waiting[..1])
        .await
        .unwrap();
    let rejected = decision(&waiting[0], Verdict::Rejected, 9);
    journal.decide(&rejected).await.unwrap();
    let forgotten = journal.forget(at(1_000)).await.unwrap();
    let ended = oldest_outcomes().len();
    assert_eq!(forgotten.images + forgotten.changes, ended);
    assert_eq!(forgotten.findings, 1);
    drop(journal);

    // The second time there is nothing to be done.
    let journal = Sqlite::open(&path).unwrap();
    let open = journal.open_intents(company(19)).await.unwrap();
    assert_eq!(open, expected[ended..]);
}

#[test]
fn a_file_of_the_first_schema_may_be_opened_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    of_the_first_schema(&path);
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

/// Makes a file as the first release left it, with records of all its sorts.
fn of_the_first_schema(path: &Path) {
    let stored: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../stored/1.json")).unwrap();
    let of_kind = |kind: &str| -> Vec<String> {
        let records = stored.iter().filter(|record| record["kind"] == kind);
        records.map(ToString::to_string).collect()
    };
    let (intents, conclusions) = (of_kind("intent"), of_kind("conclusion"));
    let (images, findings) = (of_kind("image"), of_kind("finding"));

    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(include_str!("../schema/1.sql"))
        .unwrap();
    for (intent, number) in intents.iter().zip(1..) {
        let add = "INSERT INTO intent (seq, run, number, company, rule, at, record, image) \
                   VALUES (?1, 'r-1.x', ?1, 19, 'merge-duplicates', ?2, ?3, ?4)";
        let values = rusqlite::params![number, instant(at(0)), intent, images[0]];
        connection.execute(add, values).unwrap();
        let link = "INSERT INTO intent_contact (contact, owner) VALUES (41, ?1)";
        connection.execute(link, [number]).unwrap();
    }
    for (conclusion, intent) in conclusions.iter().zip(1..) {
        let add = "INSERT INTO conclusion (intent, record, image) VALUES (?1, ?2, ?3)";
        let values = rusqlite::params![intent, conclusion, images[1]];
        connection.execute(add, values).unwrap();
    }
    let add = "INSERT INTO finding (seq, run, company, rule, at, record) \
               VALUES (1, 'r', 19, 'merge-duplicates', ?1, ?2)";
    let values = rusqlite::params![instant(at(0)), findings[0]];
    connection.execute(add, values).unwrap();
    connection
        .execute_batch(
            "INSERT INTO finding_contact (contact, owner) VALUES (41, 1), (42, 1); \
             INSERT INTO apart (low, high, company, at, said_by) VALUES (1, 2, 19, '', 'jdoe'); \
             PRAGMA journal_mode = WAL; \
             PRAGMA user_version = 1;",
        )
        .unwrap();
}
