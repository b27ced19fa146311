//! What is special about a journal in a file, besides the contract.

mod past;
mod upgrade;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use model::RunId;

use super::*;
use crate::contract::contract;
use crate::contract::samples::{
    at, company, contact, image, intent, intents, links, places, proposals,
};

contract!(Sqlite::in_memory().unwrap());

#[tokio::test]
async fn what_was_recorded_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Sqlite::open(&path).unwrap();
    for entry in intents() {
        journal.intend(&entry).await.unwrap();
    }
    let ended = intents().remove(0).id;
    journal
        .conclude(&ended, &Outcome::Done, Some(&image()), at(1))
        .await
        .unwrap();
    let everything = Query::default();
    let before = journal.entries(&everything).await.unwrap();
    drop(journal);

    let journal = Sqlite::open(&path).unwrap();
    assert_eq!(journal.entries(&everything).await.unwrap(), before);
    let open = journal.open_intents(company(19)).await.unwrap();
    assert_eq!(open, intents()[1..]);
}

#[tokio::test]
async fn two_stores_on_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let (one, other) = (Sqlite::open(&path).unwrap(), Sqlite::open(&path).unwrap());
    let entry = intent("r", 1, 19, 41, 0);
    one.intend(&entry).await.unwrap();
    let error = other.intend(&entry).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }));
    other
        .conclude(&entry.id, &Outcome::Done, None, at(1))
        .await
        .unwrap();
    assert_eq!(one.open_intents(company(19)).await.unwrap(), []);
}

#[test]
fn many_may_make_the_same_new_file_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
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

#[test]
fn of_two_companies_that_record_one_address_at_once_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let start = Barrier::new(2);
    let told = |own: u32| {
        let journal = Sqlite::open(&path).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut told = Vec::new();
        for round in 0..50 {
            let email: Email = format!("round{round}@example.com").parse().unwrap();
            let current = BTreeSet::from([(email.clone(), contact(own))]);
            start.wait();
            let register = runtime
                .block_on(journal.portal_addresses(company(own), &current, Keep::Record))
                .unwrap();
            assert_eq!(register.fresh, BTreeSet::from([email.clone()]));
            told.push(register.elsewhere.contains(&email));
            // The next round must not begin before this one is over for both.
            start.wait();
        }
        told
    };
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| told(1));
        let other = scope.spawn(|| told(2));
        (one.join().unwrap(), other.join().unwrap())
    });
    for (round, (one, other)) in one.into_iter().zip(other).enumerate() {
        assert!(one != other, "round {round}: {one} and {other}");
    }
}

#[tokio::test]
async fn a_file_that_somebody_writes_to_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Sqlite::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let impatient = |connection: &Connection| connection.busy_timeout(Duration::ZERO);
    impatient(&journal.connection.lock().unwrap()).unwrap();

    let entry = intent("r", 1, 19, 41, 0);
    let error = journal.intend(&entry).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    // Reading goes on meanwhile.
    assert_eq!(journal.entry(&entry.id).await.unwrap(), None);
    other.execute_batch("ROLLBACK").unwrap();
    journal.intend(&entry).await.unwrap();
}

#[tokio::test]
async fn finding_the_same_proposals_again_leaves_the_disk_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Sqlite::open(&path).unwrap();
    let mut found = proposals();
    let about = BTreeSet::from([contact(41)]);
    journal
        .set_waiting(company(19), None, &found)
        .await
        .unwrap();
    let files = || {
        let names = ["journal.db", "journal.db-wal"].map(|name| folder.path().join(name));
        names.map(|path| std::fs::read(path).unwrap())
    };
    let before = files();
    for proposal in &mut found {
        proposal.run = RunId::new("r-later");
        proposal.seen_at = at(60);
    }
    for about in [None, Some(&about)] {
        journal
            .set_waiting(company(19), about, &found)
            .await
            .unwrap();
    }
    assert!(files() == before);
    found[0].words = "look again".to_owned();
    journal
        .set_waiting(company(19), None, &found)
        .await
        .unwrap();
    assert!(files() != before);
}

#[tokio::test]
async fn recording_the_same_of_the_map_again_leaves_the_disk_alone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Sqlite::open(folder.path().join("journal.db")).unwrap();
    let files = || {
        let names = ["journal.db", "journal.db-wal"].map(|name| folder.path().join(name));
        names.map(|path| std::fs::read(path).unwrap())
    };
    let record = async |at| {
        for link in links() {
            journal.link(company(at), &link).await.unwrap();
        }
        for place in places() {
            let done = journal.set_place(company(19), place.system(), Some(place));
            done.await.unwrap();
        }
    };
    record(19).await;
    let before = files();
    record(19).await;
    assert!(files() == before);
    record(20).await;
    assert!(files() != before);
}

#[test]
fn a_file_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    drop(Sqlite::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    drop(connection);
    assert_eq!(
        Sqlite::open(&path).unwrap_err().to_string(),
        "read the journal's file: it has version 9, and this program knows versions up to 3"
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_named_and_not_shown() {
    let journal = Sqlite::in_memory().unwrap();
    let at = "2026-02-03T04:05:06.000000000Z";
    for (number, record) in [
        (1, r#"{"version":9,"kind":"intent","ada@example.com":[]}"#),
        (
            2,
            r#"{"version":1,"kind":"intent","record":{"id":"ada@example.com"}}"#,
        ),
    ] {
        let connection = journal.connection.lock().unwrap();
        connection
            .execute(
                "INSERT INTO intent (run, number, company, rule, at, record, image) \
                 VALUES ('r', ?1, 19, 'merge-duplicates', ?2, ?3, '')",
                rusqlite::params![number, at, record],
            )
            .unwrap();
    }
    let error = async |number| {
        let id = crate::contract::samples::id("r", number);
        journal.entry(&id).await.unwrap_err().to_string()
    };
    assert_eq!(
        error(1).await,
        "read the intent of change r.1: it has version 9, and this program knows versions up to 3"
    );
    assert_eq!(
        error(2).await,
        "read the intent of change r.2: it is damaged at record.id"
    );
}

#[test]
fn a_file_that_is_no_journal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    std::fs::write(
        &path,
        "not a database, but longer than its header of 100 bytes. ".repeat(9),
    )
    .unwrap();
    for path in [path, folder.path().join("no/such/folder/journal.db")] {
        let error = Sqlite::open(&path).unwrap_err();
        assert_eq!(error.to_string(), "open the journal");
        assert!(!error.is_transient());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let journal = Sqlite::open(folder.path().join("journal.db")).unwrap();
    journal.intend(&intent("r", 1, 19, 41, 0)).await.unwrap();
    let modes: Vec<u32> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777)
        .collect();
    // The database, its write-ahead log and that log's index.
    assert_eq!(modes, [0o600; 3]);
    drop(journal);
}
