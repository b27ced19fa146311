//! What a person must settle.

use model::{Rule, RunId};

use super::samples::{at, company, contact, finding, findings, long_text};
use crate::{Query, Store};

pub(crate) async fn a_finding_is_read_back_as_it_was_recorded(store: impl Store) {
    let known = finding("r", Some(19), &[41, 42], 0);
    let stray = finding("r", None, &[], 1);
    for entry in [&stray, &known] {
        store.note_finding(entry).await.unwrap();
    }
    let all = store.findings(&Query::default()).await.unwrap();
    assert_eq!(all, [known, stray]);
    for entry in findings() {
        store.note_finding(&entry).await.unwrap();
        let run = Query::of_run(entry.run.clone());
        let of_run = store.findings(&run).await.unwrap();
        assert!(of_run.contains(&entry), "{:?}", entry.finding.kind);
    }
    assert_eq!(store.entries(&Query::default()).await.unwrap(), []);
}

pub(crate) async fn the_same_finding_is_kept_once(store: impl Store) {
    let first = finding("r", Some(19), &[41, 41], 0);
    let later = finding("r", Some(19), &[41, 41], 1);
    for entry in [&first, &first, &later] {
        store.note_finding(entry).await.unwrap();
    }
    let all = store.findings(&Query::default()).await.unwrap();
    assert_eq!(all, [first, later]);
}

pub(crate) async fn findings_are_found_by_all_that_a_query_names(store: impl Store) {
    let mut held = finding("a", Some(19), &[41], 10);
    held.finding.rule = Rule::PortalInvite;
    let pair = finding("a", Some(19), &[41, 42], 20);
    let stray = finding("b", None, &[43], 30);
    for entry in [&held, &pair, &stray] {
        store.note_finding(entry).await.unwrap();
    }
    for (query, expected) in [
        (Query::of_contact(contact(41)), vec![&held, &pair]),
        (Query::of_contact(contact(42)), vec![&pair]),
        (Query::of_contact(contact(43)), vec![&stray]),
        (Query::of_company(company(19)), vec![&held, &pair]),
        (Query::of_company(company(20)), vec![]),
        (Query::of_run(RunId::new("b")), vec![&stray]),
        (
            Query {
                rule: Some(Rule::PortalInvite),
                ..Query::of_run(RunId::new("a"))
            },
            vec![&held],
        ),
        (
            Query {
                since: Some(at(20)),
                ..Query::default()
            },
            vec![&pair, &stray],
        ),
        (
            Query {
                since: Some(at(10)),
                until: Some(at(30)),
                ..Query::of_contact(contact(41))
            },
            vec![&held, &pair],
        ),
        (
            Query {
                until: Some(at(20)),
                ..Query::default()
            },
            vec![&held],
        ),
        (
            Query {
                company: Some(company(19)),
                ..Query::of_contact(contact(43))
            },
            vec![],
        ),
    ] {
        let found = store.findings(&query).await.unwrap();
        assert!(found.iter().eq(expected), "{query:?} found {found:?}");
    }
}

pub(crate) async fn a_limit_keeps_the_latest_findings(store: impl Store) {
    for seconds in [1, 3, 2] {
        let entry = finding("r", Some(19), &[41], seconds);
        store.note_finding(&entry).await.unwrap();
    }
    let latest = Query {
        limit: 2,
        ..Query::default()
    };
    let found = store.findings(&latest).await.unwrap();
    let times: Vec<_> = found.into_iter().map(|entry| entry.at).collect();
    assert_eq!(times, [at(2), at(3)]);
}

pub(crate) async fn a_finding_about_many_contacts_is_found_by_each(store: impl Store) {
    let about: Vec<u32> = (1..=250).collect();
    let entry = finding("r", Some(19), &about, 0);
    for _ in 0..2 {
        store.note_finding(&entry).await.unwrap();
    }
    let queries = [1, 100, 101, 250].map(|whom| Query::of_contact(contact(whom)));
    for query in [&queries[..], &[Query::of_company(company(19))]].concat() {
        let found = store.findings(&query).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&entry), "{query:?}");
    }
    let stranger = Query::of_contact(contact(251));
    assert_eq!(store.findings(&stranger).await.unwrap(), []);
}

pub(crate) async fn a_large_finding_is_kept_once(store: impl Store) {
    let mut entry = finding("r", Some(19), &[41], 0);
    entry.finding.words = long_text(1_000);
    for _ in 0..2 {
        store.note_finding(&entry).await.unwrap();
        let found = store.findings(&Query::default()).await.unwrap();
        assert!(found == std::slice::from_ref(&entry));
    }
}
