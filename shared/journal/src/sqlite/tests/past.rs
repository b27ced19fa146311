//! The past is closed, and what is forgotten is gone.

use model::Verdict;

use super::*;
use crate::contract::samples::{PRIVATE, decision, finding, findings};
use crate::stored::instant;

#[tokio::test]
async fn nothing_that_was_recorded_can_be_changed_or_removed() {
    let journal = Sqlite::in_memory().unwrap();
    record_one_of_each(&journal).await;
    the_past_is_closed(&journal);
}

#[tokio::test]
async fn forgetting_can_change_nothing_that_is_younger_or_binds_for_ever() {
    let journal = Sqlite::in_memory().unwrap();
    record_one_of_each(&journal).await;
    let permit = "INSERT INTO forgetting (older_than) VALUES (?1)";
    let until = [instant(at(0))];
    journal
        .connection
        .lock()
        .unwrap()
        .execute(permit, until)
        .unwrap();
    the_past_is_closed(&journal);
}

#[tokio::test]
async fn after_forgetting_the_past_is_closed_again() {
    let journal = Sqlite::in_memory().unwrap();
    record_one_of_each(&journal).await;
    let forgotten = journal.forget(at(1_000)).await.unwrap();
    let Forgotten {
        images,
        findings,
        decisions,
        ..
    } = forgotten;
    assert_eq!((images, findings, decisions), (1, 1, 1));
    journal
        .note_finding(&finding("r", Some(19), &[41], 0))
        .await
        .unwrap();
    the_past_is_closed(&journal);
}

#[tokio::test]
async fn what_was_forgotten_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Sqlite::open(&path).unwrap();
    // Another one has the file open, so that the log isn't taken away by closing the first.
    let other = Sqlite::open(&path).unwrap();
    for entry in intents() {
        journal.intend(&entry).await.unwrap();
        journal
            .conclude(&entry.id, &Outcome::Done, Some(&image()), at(1))
            .await
            .unwrap();
    }
    for noted in findings() {
        other.note_finding(&noted).await.unwrap();
    }
    let approved = decision(&proposals()[0], Verdict::Approved, 1);
    other.decide(&approved).await.unwrap();
    let held = |private: &str| {
        let files = std::fs::read_dir(folder.path()).unwrap();
        let mut texts = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let holds = |text: Vec<u8>| {
            text.windows(private.len())
                .any(|at| at == private.as_bytes())
        };
        texts.any(holds)
    };
    for private in PRIVATE {
        assert!(held(private), "{private} was never there");
    }
    let _ = journal.forget(at(1_000)).await.unwrap();
    for private in PRIVATE {
        assert!(!held(private), "{private} is there");
    }
    assert_eq!(other.open_intents(company(19)).await.unwrap(), []);
}

#[tokio::test]
async fn who_reads_an_older_state_is_in_the_way_of_forgetting_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Sqlite::open(&path).unwrap();
    let entry = intent("r", 1, 19, 41, 0);
    journal.intend(&entry).await.unwrap();
    journal
        .conclude(&entry.id, &Outcome::Done, Some(&image()), at(1))
        .await
        .unwrap();
    let reader = Connection::open(&path).unwrap();
    let read = "BEGIN; SELECT count(*) FROM intent";
    reader.execute_batch(read).unwrap();
    let impatient = |connection: &Connection| connection.busy_timeout(Duration::ZERO);
    impatient(&journal.connection.lock().unwrap()).unwrap();

    let error = journal.forget(at(1_000)).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    reader.execute_batch("COMMIT").unwrap();
    // The rest is done by the next call.
    let rest = journal.forget(at(1_000)).await.unwrap();
    assert_eq!(rest, Forgotten::default());
}

async fn record_one_of_each(journal: &Sqlite) {
    let entry = intent("r", 1, 19, 41, 0);
    journal.intend(&entry).await.unwrap();
    journal
        .conclude(&entry.id, &Outcome::Done, None, at(1))
        .await
        .unwrap();
    let noted = finding("r", Some(19), &[41], 0);
    journal.note_finding(&noted).await.unwrap();
    let approved = decision(&proposals()[0], Verdict::Approved, 0);
    journal.decide(&approved).await.unwrap();
    let apart = Pair::new(contact(41), contact(42));
    journal
        .keep_apart(apart, company(19), at(0), "jdoe")
        .await
        .unwrap();
}

fn the_past_is_closed(journal: &Sqlite) {
    let connection = journal.connection.lock().unwrap();
    for statement in [
        "UPDATE intent SET rule = 'other'",
        "DELETE FROM intent",
        "UPDATE conclusion SET record = ''",
        "DELETE FROM conclusion",
        "UPDATE finding SET record = ''",
        "DELETE FROM finding",
        "UPDATE apart SET company = 1",
        "DELETE FROM apart",
        "UPDATE decision SET company = 1",
        "UPDATE decision SET image = NULL",
        "DELETE FROM decision",
    ] {
        let error = connection.execute(statement, []).unwrap_err().to_string();
        assert_eq!(error, "the journal is append-only", "{statement}");
    }
}
