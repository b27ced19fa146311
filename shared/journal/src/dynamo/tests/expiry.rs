//! What the table forgets by itself.

use model::{Action, Verdict};

use super::emulator::{items, keeping, remove};
use super::*;
use crate::contract::samples::{
    PRIVATE, at, company, contact, decision, finding, image, intent, intents, large_image,
    large_merge, links, long_text, outcomes, places, proposal, proposals,
};
use crate::dynamo::item::EXPIRES_AT;

/// A day of the journal's, in seconds.
const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn what_has_not_ended_never_expires() {
    let journal = keeping(Some(30)).await;
    for entry in intents() {
        journal.intend(&entry).await.unwrap();
    }
    let mut large = large_merge(10_000);
    large.before = large_image(500);
    journal.intend(&large).await.unwrap();
    let mut waits = proposal(19, 41, 42, 0);
    waits.words = long_text(500);
    let waits = std::slice::from_ref(&waits);
    journal.set_waiting(company(19), None, waits).await.unwrap();
    let apart = Pair::new(contact(41), contact(43));
    journal
        .keep_apart(apart, company(19), at(0), "jdoe")
        .await
        .unwrap();
    journal
        .remember_default(company(19), Some(contact(41)))
        .await
        .unwrap();
    for link in links() {
        journal.link(company(19), &link).await.unwrap();
    }
    for place in places() {
        let done = journal.set_place(company(19), place.system(), Some(place));
        done.await.unwrap();
    }
    assert!(items(&journal).await.len() > 100);
    assert_eq!(expiring(&journal).await.len(), 0);
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn nothing_expires_that_is_kept() {
    for keep_days in [None, Some(0)] {
        let journal = keeping(keep_days).await;
        record(&journal).await;
        assert_eq!(expiring(&journal).await.len(), 0);
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn what_has_ended_expires_after_the_days_it_is_kept() {
    let journal = keeping(Some(30)).await;
    record(&journal).await;
    let days = expiring(&journal).await;
    assert!(days.len() > 100);
    for item in days {
        let expires = i64::from(item.needed_number(EXPIRES_AT).unwrap());
        let kept = expires - at(0).as_second();
        // Everything ended within the first minute.
        assert!((30 * DAY..30 * DAY + 60).contains(&kept), "{kept}");
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn what_expired_reads_like_what_was_forgotten() {
    let (expired, forgotten) = (keeping(Some(30)).await, keeping(None).await);
    for journal in [&expired, &forgotten] {
        record(journal).await;
    }
    assert_same(&expired, &forgotten).await;
    let whole = everything(&expired).await;
    for item in expiring(&expired).await {
        remove(&expired, &item).await;
    }
    let counted = forgotten.forget(at(60)).await.unwrap();
    assert!(counted.images > 1 && counted.changes > 1 && counted.findings == 2);
    assert_eq!(counted.decisions, 2);
    assert_same(&expired, &forgotten).await;
    assert!(everything(&expired).await != whole);
    // Of neither is anything left, be it in an item that nobody reads.
    for journal in [&expired, &forgotten] {
        assert_eq!(private(journal).await, [""; 0]);
        assert_eq!(journal.forget(at(60)).await.unwrap(), Forgotten::default());
    }
    let left = async |journal| items(journal).await.len();
    assert_eq!(left(&expired).await, left(&forgotten).await);
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn a_change_of_which_a_part_is_gone_is_forgotten_and_never_damaged() {
    let text = || Action::AddNote {
        contact: contact(41),
        text: "asked at the fair".into(),
        type_id: None,
        flagged: false,
    };
    let retire = || Action::Retire {
        contact: contact(41),
    };
    for action in [text(), retire()] {
        let journal = keeping(Some(30)).await;
        let mut entry = intent("r", 1, 19, 41, 0);
        entry.action = action.clone();
        entry.before = large_image(300);
        journal.intend(&entry).await.unwrap();
        journal
            .conclude(&entry.id, &Outcome::Done, Some(&image()), at(1))
            .await
            .unwrap();
        let whole = journal.entry(&entry.id).await.unwrap().unwrap();
        let mut only_pointers = true;
        for item in &expiring(&journal).await {
            remove(&journal, item).await;
            only_pointers &= !item.has("text") && !item.has("pieces");
            let read = journal.entry(&entry.id).await.unwrap();
            let listed = journal.entries(&Query::default()).await.unwrap();
            let past = journal.memory(company(19)).await.unwrap().past;
            match &read {
                Some(read) if *read == whole => assert!(only_pointers),
                Some(read) => {
                    assert_eq!((&read.before, &read.after), (&Image::default(), &None));
                    assert_eq!(read.action, retire());
                }
                None => assert_eq!(action, text()),
            }
            assert!(listed.iter().all(|listed| Some(listed) == read.as_ref()));
            assert!(past.len() <= 1);
            assert_eq!(journal.open_intents(company(19)).await.unwrap(), []);
        }
        let stays = usize::from(action == retire());
        assert_eq!(everything(&journal).await.0.len(), stays);
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn an_open_intent_of_which_a_part_is_gone_is_damaged() {
    let journal = keeping(Some(30)).await;
    let mut entry = intent("r", 1, 19, 41, 0);
    entry.before = large_image(500);
    journal.intend(&entry).await.unwrap();
    let items = items(&journal).await;
    let piece = |item: &&Item| item.key().unwrap().place == "piece";
    remove(&journal, items.iter().find(piece).unwrap()).await;
    for error in [
        journal.entry(&entry.id).await.unwrap_err(),
        journal.open_intents(company(19)).await.unwrap_err(),
    ] {
        let words = "read the items of change r.1: it is damaged at .";
        assert_eq!(error.to_string(), words);
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn a_draft_that_a_dead_process_left_expires() {
    let journal = keeping(None).await;
    let mut drafts = pieces::Drafts::new();
    let _ = drafts.hold(Item::at(&Key::new("p", "s")), long_text(500));
    drafts.write(&journal.table, at(0), None).await.unwrap();
    let left = expiring(&journal).await;
    assert_eq!(left.len(), 3);
    for item in left {
        let expires = i64::from(item.needed_number(EXPIRES_AT).unwrap());
        assert_eq!(expires, at(0).as_second() + 30 * DAY);
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn no_pieces_are_left_of_what_was_refused_replaced_or_removed() {
    let journal = keeping(None).await;
    let pieces = async || {
        let items = items(&journal).await;
        let of = |item: &Item| item.key().unwrap().place == "piece";
        items.iter().filter(|item| of(item)).count()
    };
    let mut waits = proposal(19, 41, 42, 0);
    for words in [300, 500] {
        waits.words = long_text(words);
        let found = std::slice::from_ref(&waits);
        for _ in 0..2 {
            journal.set_waiting(company(19), None, found).await.unwrap();
            assert_eq!(pieces().await, if words == 300 { 2 } else { 3 });
        }
    }
    journal.set_waiting(company(19), None, &[]).await.unwrap();
    assert_eq!(pieces().await, 0);

    let mut entry = intent("r", 1, 19, 41, 0);
    entry.before = large_image(300);
    journal.intend(&entry).await.unwrap();
    assert_eq!(pieces().await, 2);
    assert!(journal.intend(&entry).await.is_err());
    assert_eq!(pieces().await, 2);
}

/// Records one of everything and more, small and large, all of which has ended within a minute.
async fn record(journal: &Dynamo) {
    let mut all = intents();
    let mut large = large_merge(10_000);
    large.before.details.get_or_insert_default().notes[0].text = long_text(500).into();
    all.push(large);
    let mut text = intent("r", 2, 19, 41, 0);
    text.action = Action::AddNote {
        contact: contact(41),
        text: long_text(500).into(),
        type_id: None,
        flagged: false,
    };
    let many = |id| model::Contact::new(contact(id), company(19), "Nanette", "");
    text.before.contacts = (100..250).map(many).collect();
    all.push(text);
    for (entry, outcome) in all.iter().zip(outcomes().into_iter().cycle()) {
        journal.intend(entry).await.unwrap();
        let after = Some(image());
        journal
            .conclude(&entry.id, &outcome, after.as_ref(), at(10))
            .await
            .unwrap();
    }
    let mut noted = finding("r", Some(19), &(100..250).collect::<Vec<_>>(), 20);
    noted.finding.words = long_text(500);
    for noted in [noted, finding("q", None, &[], 30)] {
        journal.note_finding(&noted).await.unwrap();
    }
    let mut shown = proposals();
    shown[0].contacts[0].last_name = long_text(500).into();
    for shown in &shown[..2] {
        let approved = decision(shown, Verdict::Approved, 40);
        journal.decide(&approved).await.unwrap();
    }
}

async fn expiring(journal: &Dynamo) -> Vec<Item> {
    let items = items(journal).await.into_iter();
    items.filter(|item| item.has(EXPIRES_AT)).collect()
}

/// The private words that are anywhere in the table.
async fn private(journal: &Dynamo) -> Vec<&'static str> {
    let texts: Vec<String> = items(journal)
        .await
        .iter()
        .map(|item| format!("{:?}", item.attributes().collect::<Vec<_>>()))
        .collect();
    let held = |private: &&&str| texts.iter().any(|text| text.contains(**private));
    let long = &long_text(1)[3..];
    assert!(!texts.iter().any(|text| text.contains(long)));
    PRIVATE.iter().filter(held).copied().collect()
}

/// All that can be asked.
async fn everything(journal: &Dynamo) -> (Vec<Entry>, Vec<FindingEntry>, Memory, Vec<CompanyId>) {
    (
        journal.entries(&Query::default()).await.unwrap(),
        journal.findings(&Query::default()).await.unwrap(),
        journal.memory(company(19)).await.unwrap(),
        journal.companies_of(contact(100)).await.unwrap(),
    )
}

async fn assert_same(one: &Dynamo, other: &Dynamo) {
    assert!(everything(one).await == everything(other).await);
    for id in intents().into_iter().map(|entry| entry.id) {
        let both = (one.entry(&id).await.unwrap(), other.entry(&id).await);
        assert_eq!(both.0, both.1.unwrap());
    }
    for whom in [41, 42, 100, 249] {
        let query = Query::of_contact(contact(whom));
        let both = (one.entries(&query).await, other.entries(&query).await);
        assert!(both.0.unwrap() == both.1.unwrap(), "contact {whom}");
    }
}
