//! What a query finds among the changes.

use model::{Action, Image, Outcome, Rule, RunId};

use super::changes::listed;
use super::samples::{at, company, contact, id, image, intent, intents};
use crate::{Query, Store};

pub(crate) async fn a_query_means_all_that_it_names(store: impl Store) {
    let mut other_rule = intent("a", 2, 19, 41, 20);
    other_rule.rule = Rule::PortalInvite;
    for entry in [
        intent("a", 1, 19, 41, 10),
        other_rule,
        intent("b", 1, 19, 42, 30),
        intent("c", 1, 20, 41, 40),
    ] {
        store.intend(&entry).await.unwrap();
    }
    let run = |run: &str| Query::of_run(RunId::new(run));
    let (a1, a2, b1, c1) = (id("a", 1), id("a", 2), id("b", 1), id("c", 1));
    for (query, expected) in [
        (Query::default(), vec![&a1, &a2, &b1, &c1]),
        (Query::of_contact(contact(41)), vec![&a1, &a2, &c1]),
        (Query::of_company(company(19)), vec![&a1, &a2, &b1]),
        (run("a"), vec![&a1, &a2]),
        (run("nobody's"), vec![]),
        (
            Query {
                rule: Some(Rule::PortalInvite),
                ..Query::default()
            },
            vec![&a2],
        ),
        (
            Query {
                since: Some(at(30)),
                ..Query::default()
            },
            vec![&b1, &c1],
        ),
        (
            Query {
                company: Some(company(19)),
                since: Some(at(20)),
                ..Query::of_contact(contact(41))
            },
            vec![&a2],
        ),
        (
            Query {
                contact: Some(contact(41)),
                company: Some(company(19)),
                rule: Some(Rule::MergeDuplicates),
                since: Some(at(0)),
                ..run("a")
            },
            vec![&a1],
        ),
        (
            Query {
                contact: Some(contact(42)),
                ..run("a")
            },
            vec![],
        ),
    ] {
        let found = listed(&store, &query).await;
        assert!(found.iter().eq(expected), "{query:?} found {found:?}");
    }
}

/// Each condition alone, all together and whatever is between, compared with what it says.
pub(crate) async fn every_combination_of_conditions_means_all_of_them(store: impl Store) {
    let mut entries = Vec::new();
    for (run, seconds) in [("a", 10), ("b", 20), ("c", 30)] {
        let places = [19, 20].into_iter().flat_map(|at| [(at, 41), (at, 42)]);
        for ((at_company, whom), number) in places.zip(1..) {
            let mut entry = intent(run, number, at_company, whom, seconds);
            entry.rule = Rule::ALL[(entry.id.number % 2) as usize];
            store.intend(&entry).await.unwrap();
            entries.push(entry);
        }
    }
    for conditions in 0..64_u32 {
        let asked = |place: u32| conditions & (1 << place) != 0;
        let query = Query {
            contact: asked(0).then(|| contact(41)),
            company: asked(1).then(|| company(19)),
            run: asked(2).then(|| RunId::new("b")),
            rule: asked(3).then_some(Rule::PrimaryContact),
            since: asked(4).then(|| at(20)),
            until: asked(5).then(|| at(30)),
            limit: usize::MAX,
        };
        let expected = entries.iter().filter(|entry| {
            query.contact.is_none_or(|c| entry.action.contacts() == [c])
                && query.company.is_none_or(|c| entry.company == c)
                && query.run.as_ref().is_none_or(|run| entry.id.run == *run)
                && query.rule.is_none_or(|rule| entry.rule == rule)
                && query.since.is_none_or(|since| entry.intended_at >= since)
                && query.until.is_none_or(|until| entry.intended_at < until)
        });
        let found = store.entries(&query).await.unwrap();
        assert!(found.iter().eq(expected), "{query:?}");
        assert!(!found.is_empty(), "{query:?}");
    }
}

pub(crate) async fn periods_that_meet_have_nothing_in_common(store: impl Store) {
    for number in 1..=3 {
        let entry = intent("r", number, 19, 41, number.into());
        store.intend(&entry).await.unwrap();
    }
    let since = Query {
        since: Some(at(2)),
        ..Query::default()
    };
    let until = Query {
        until: Some(at(2)),
        ..Query::default()
    };
    let nothing = Query {
        since: Some(at(3)),
        until: Some(at(2)),
        ..Query::default()
    };
    let of_company = Query {
        company: Some(company(19)),
        ..nothing.clone()
    };
    for nothing in [nothing, of_company] {
        assert_eq!(listed(&store, &nothing).await, []);
    }
    assert_eq!(listed(&store, &until).await, [id("r", 1)]);
    assert_eq!(listed(&store, &since).await, [id("r", 2), id("r", 3)]);
}

pub(crate) async fn a_limit_keeps_the_latest(store: impl Store) {
    for number in 1..=4 {
        let entry = intent("r", number, 19, 41, number.into());
        store.intend(&entry).await.unwrap();
    }
    let limited = |limit| Query {
        limit,
        ..Query::of_company(company(19))
    };
    assert_eq!(listed(&store, &limited(2)).await, [id("r", 3), id("r", 4)]);
    assert_eq!(listed(&store, &limited(0)).await, []);
    assert_eq!(listed(&store, &limited(usize::MAX)).await.len(), 4);
}

pub(crate) async fn a_run_is_listed_whole(store: impl Store) {
    let more = u32::try_from(Query::default().limit).unwrap() + 1;
    for number in 1..=more {
        store.intend(&intent("r", number, 19, 41, 0)).await.unwrap();
    }
    let run = listed(&store, &Query::of_run(RunId::new("r"))).await;
    assert!(run.into_iter().eq((1..=more).map(|number| id("r", number))));
    assert_eq!(
        listed(&store, &Query::default()).await.first(),
        Some(&id("r", 2))
    );
}

pub(crate) async fn the_latest_of_a_run_are_those_of_the_latest_time(store: impl Store) {
    for (number, seconds) in [(1, 30), (2, 10), (3, 20)] {
        let entry = intent("r", number, 19, 41, seconds);
        store.intend(&entry).await.unwrap();
    }
    let run = Query {
        limit: 2,
        ..Query::of_run(RunId::new("r"))
    };
    assert_eq!(listed(&store, &run).await, [id("r", 3), id("r", 1)]);
}

pub(crate) async fn a_query_finds_what_is_years_apart(store: impl Store) {
    const YEAR: i64 = 365 * 24 * 60 * 60;
    let years = [-3, -1, 0, 2];
    for (number, year) in (1..).zip(years) {
        let entry = intent("r", number, 19, 41, year * YEAR);
        store.intend(&entry).await.unwrap();
    }
    let ids = |numbers: &[u32]| -> Vec<model::ChangeId> {
        numbers.iter().map(|number| id("r", *number)).collect()
    };
    let between = |since: Option<i64>, until: Option<i64>, limit| Query {
        since: since.map(|year| at(year * YEAR)),
        until: until.map(|year| at(year * YEAR)),
        limit,
        ..Query::default()
    };
    for (query, expected) in [
        (between(None, None, 500), ids(&[1, 2, 3, 4])),
        (between(None, None, 2), ids(&[3, 4])),
        (between(Some(-1), None, 500), ids(&[2, 3, 4])),
        (between(None, Some(0), 1), ids(&[2])),
        (between(Some(-2), Some(2), 500), ids(&[2, 3])),
        (between(Some(3), None, 500), ids(&[])),
    ] {
        assert_eq!(listed(&store, &query).await, expected, "{query:?}");
    }
}

pub(crate) async fn a_merge_is_found_from_both_sides(store: impl Store) {
    let mut merge = intents()
        .into_iter()
        .find(|entry| matches!(entry.action, Action::Merge { .. }))
        .unwrap();
    merge.before = Image::default();
    store.intend(&merge).await.unwrap();
    for side in [41, 42] {
        assert_eq!(
            listed(&store, &Query::of_contact(contact(side))).await,
            [merge.id.clone()]
        );
    }
    assert_eq!(listed(&store, &Query::of_contact(contact(43))).await, []);
}

pub(crate) async fn a_contact_is_found_by_the_images_it_is_in(store: impl Store) {
    let mut entry = intent("r", 1, 19, 7, 0);
    entry.before.contacts = image().contacts.drain(..1).collect();
    store.intend(&entry).await.unwrap();
    let ids = [entry.id.clone()];
    assert_eq!(listed(&store, &Query::of_contact(contact(7))).await, ids);
    assert_eq!(listed(&store, &Query::of_contact(contact(41))).await, ids);
    assert_eq!(listed(&store, &Query::of_contact(contact(42))).await, []);

    store
        .conclude(&entry.id, &Outcome::Done, Some(&image()), at(1))
        .await
        .unwrap();
    assert_eq!(listed(&store, &Query::of_contact(contact(41))).await, ids);
    assert_eq!(listed(&store, &Query::of_contact(contact(42))).await, ids);
}

pub(crate) async fn a_contact_that_was_brought_back_is_found_by_both_ids(store: impl Store) {
    let mut restore = intents()
        .into_iter()
        .find(|entry| matches!(entry.action, Action::Restore { .. }))
        .unwrap();
    restore.before = Image::default();
    store.intend(&restore).await.unwrap();
    let outcome = Outcome::Returned {
        contact: contact(77),
    };
    store
        .conclude(&restore.id, &outcome, None, at(1))
        .await
        .unwrap();
    for whom in [41, 42, 77] {
        let found = listed(&store, &Query::of_contact(contact(whom))).await;
        assert_eq!(found, [restore.id.clone()], "contact {whom}");
    }
    assert_eq!(
        store.companies_of(contact(77)).await.unwrap(),
        [company(19)]
    );
}

pub(crate) async fn a_change_of_many_contacts_is_found_by_each(store: impl Store) {
    let pictured = |ids: std::ops::RangeInclusive<u32>| Image {
        contacts: ids
            .map(|id| model::Contact::new(contact(id), company(19), "", ""))
            .collect(),
        ..Image::default()
    };
    let mut entry = intent("r", 1, 19, 7, 0);
    entry.before = pictured(1..=250);
    store.intend(&entry).await.unwrap();
    store
        .conclude(&entry.id, &Outcome::Done, Some(&pictured(200..=500)), at(1))
        .await
        .unwrap();
    for whom in [1, 7, 99, 100, 101, 199, 200, 250, 251, 400, 500] {
        let found = listed(&store, &Query::of_contact(contact(whom))).await;
        assert_eq!(found, std::slice::from_ref(&entry.id), "contact {whom}");
        let companies = store.companies_of(contact(whom)).await.unwrap();
        assert_eq!(companies, [company(19)]);
    }
    let stranger = Query::of_contact(contact(501));
    assert_eq!(listed(&store, &stranger).await, []);
}
