//! Several processes with one journal, and one that dies.
//!
//! The main function is the tests, and, started by them with a task and a file, the other process.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is a test, though without the harness by which that is seen"
)]

use std::path::Path;
use std::pin::pin;
use std::process::{Child, Command, ExitStatus};
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use journal::{Query, Sqlite, Store};
use model::{
    Action, Cause, ChangeId, CompanyId, ContactId, Entry, Image, Outcome, Purpose, Rule, RunId,
    Source,
};

const WRITERS: usize = 3;
const CHANGES: u32 = 25;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", run, path] => write(run, Path::new(path)),
        ["die", run, path] => die(run, Path::new(path)),
        // What lists tests finds none here.
        ["--list", ..] => {}
        _ => {
            processes_that_open_and_write_one_new_file_lose_nothing();
            an_intent_survives_a_process_that_dies();
        }
    }
}

fn processes_that_open_and_write_one_new_file_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let runs: Vec<String> = (0..WRITERS).map(|n| format!("r-{n}")).collect();
    let others: Vec<Child> = runs.iter().map(|run| start("write", run, &path)).collect();
    for mut other in others {
        assert!(other.wait().unwrap().success());
    }
    let journal = Sqlite::open(&path).unwrap();
    for run in runs {
        let entries = now(journal.entries(&Query::of_run(RunId::new(&run)))).unwrap();
        let expected = (1..=CHANGES).map(|number| Entry {
            outcome: Some(Outcome::Done),
            ended_at: Some(Timestamp::UNIX_EPOCH),
            ..intent(&run, number)
        });
        assert!(entries.into_iter().eq(expected), "{run}");
    }
}

fn an_intent_survives_a_process_that_dies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let status: ExitStatus = start("die", "r", &path).wait().unwrap();
    assert!(!status.success());

    let journal = Sqlite::open(&path).unwrap();
    let company = CompanyId::new(19);
    let open = now(journal.open_intents(company)).unwrap();
    assert_eq!(open, [intent("r", 2)]);
    let settled = now(journal.conclude(
        &open[0].id,
        &Outcome::FoundDone,
        None,
        Timestamp::UNIX_EPOCH,
    ));
    settled.unwrap();
    assert_eq!(now(journal.open_intents(company)).unwrap(), []);
}

fn write(run: &str, path: &Path) {
    let journal = Sqlite::open(path).unwrap();
    for number in 1..=CHANGES {
        let intent = intent(run, number);
        now(journal.intend(&intent)).unwrap();
        conclude(&journal, &intent);
    }
}

fn die(run: &str, path: &Path) {
    let journal = Sqlite::open(path).unwrap();
    now(journal.intend(&intent(run, 1))).unwrap();
    conclude(&journal, &intent(run, 1));
    now(journal.intend(&intent(run, 2))).unwrap();
    // Between the intent and the outcome: without closing or flushing anything.
    std::process::abort();
}

fn conclude(journal: &Sqlite, intent: &Entry) {
    now(journal.conclude(&intent.id, &Outcome::Done, None, Timestamp::UNIX_EPOCH)).unwrap();
}

fn start(task: &str, run: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([task, run])
        .arg(path)
        .spawn()
        .unwrap()
}

/// The answer of a store that never waits for anything but its own calls.
fn now<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the store put off its answer"),
    }
}

fn intent(run: &str, number: u32) -> Entry {
    Entry {
        id: ChangeId {
            run: RunId::new(run),
            number,
        },
        company: CompanyId::new(19),
        cause: Cause {
            source: Source::Command {
                name: "test".to_owned(),
            },
            message: None,
        },
        rule: Rule::MergeDuplicates,
        unit: 1,
        purpose: Purpose::Policy,
        action: Action::Retire {
            contact: ContactId::new(number),
        },
        reason: "it is a test".to_owned(),
        evidence: Vec::new(),
        intended_at: Timestamp::UNIX_EPOCH,
        before: Image::default(),
        outcome: None,
        after: None,
        ended_at: None,
    }
}
