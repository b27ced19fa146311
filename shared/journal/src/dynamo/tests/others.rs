//! Several processes with one table.

use model::Verdict;

use super::emulator::{items, open, reopened};
use super::*;
use crate::contract::samples::{
    PRIVATE, at, company, contact, decision, finding, image, intent, intents, line, links,
    proposal, proposals,
};

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn two_journals_in_one_table_see_each_other() {
    let one = open().await;
    let other = reopened(&one);
    let entry = intent("r", 1, 19, 41, 0);
    one.intend(&entry).await.unwrap();
    let error = other.intend(&entry).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }));
    other
        .conclude(&entry.id, &Outcome::Done, None, at(1))
        .await
        .unwrap();
    assert_eq!(one.open_intents(company(19)).await.unwrap(), []);
    // A month that the other one registered is known to all.
    let later = intent("r", 2, 19, 41, 60 * 24 * 60 * 60);
    other.intend(&later).await.unwrap();
    assert_eq!(one.entries(&Query::default()).await.unwrap().len(), 2);
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn of_many_that_intend_or_conclude_one_change_at_once_one_does() {
    let journal = open().await;
    for number in 1..=10 {
        let entry = intent("r", number, 19, 41, 0);
        let intents = (0..4).map(|_| journal.intend(&entry));
        let done = futures_util::future::join_all(intents).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
        let conflict = |error: &Error| matches!(error, Error::Conflict { .. });
        assert!(
            done.iter()
                .filter_map(|done| done.as_ref().err())
                .all(conflict)
        );

        let ends = (0..4).map(|_| journal.conclude(&entry.id, &Outcome::Done, None, at(1)));
        let done = futures_util::future::join_all(ends).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
        let concluded = |error: &Error| matches!(error, Error::Concluded { .. });
        assert!(
            done.iter()
                .filter_map(|done| done.as_ref().err())
                .all(concluded)
        );
    }
    assert_eq!(journal.open_intents(company(19)).await.unwrap(), []);
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn of_two_companies_that_record_one_address_at_once_one_is_told() {
    let (one, other) = {
        let one = open().await;
        let other = reopened(&one);
        (one, other)
    };
    for round in 0..20 {
        let email: Email = format!("round{round}@example.com").parse().unwrap();
        let current = |own| BTreeSet::from([(email.clone(), contact(own))]);
        let (first, second) = (current(1), current(2));
        let both = futures_util::future::join(
            one.portal_addresses(company(1), &first, Keep::Record),
            other.portal_addresses(company(2), &second, Keep::Record),
        );
        let both = <[_; 2]>::from(both.await).map(Result::unwrap);
        assert!(both.iter().all(|register| register.fresh.contains(&email)));
        let told = both.iter().filter(|it| it.elsewhere.contains(&email));
        assert_eq!(told.count(), 1, "round {round}");
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn an_answer_at_the_moment_of_a_visit_is_neither_lost_nor_asked_again() {
    let journal = open().await;
    for low in 1..=10 {
        let found = [proposal(19, low, 500, 10)];
        journal
            .set_waiting(company(19), None, &found)
            .await
            .unwrap();
        let mut again = found.clone();
        again[0].words = "look again".to_owned();
        let rejected = decision(&found[0], Verdict::Rejected, 11);
        let (set, decided) = futures_util::future::join(
            journal.set_waiting(company(19), None, &again),
            journal.decide(&rejected),
        )
        .await;
        set.unwrap();
        decided.unwrap();
        assert_eq!(journal.waiting(None).await.unwrap(), []);
        let said = journal.decision(&found[0].id).await.unwrap();
        assert_eq!(said, Some(rejected));
    }
    let memory = journal.memory(company(19)).await.unwrap();
    assert_eq!((memory.decisions.len(), memory.distinct.len()), (10, 10));
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn of_many_that_record_a_contacts_line_at_once_one_is_on_the_map() {
    let one = open().await;
    let other = reopened(&one);
    let (system, whom) = (System::ItGlue, contact(41));
    let documented = |record| line(system, 41, record);
    for round in 0..20 {
        let [first, second, third] = [1, 2, 3].map(documented);
        let both = futures_util::future::join(
            one.link(company(19), &first),
            other.link(company(20), &second),
        );
        assert!(<[_; 2]>::from(both.await).iter().all(Result::is_ok));
        let (at, held) = one.link_of(system, whom).await.unwrap().unwrap();
        for (company, link) in [(company(19), &first), (company(20), &second)] {
            let lines = one.links(company, system, None).await.unwrap();
            let expected = (company == at).then_some(link.clone());
            assert_eq!(lines, Vec::from_iter(expected), "round {round}");
            assert!(company != at || held == *link);
        }
        let off =
            futures_util::future::join(one.unlink(system, whom), other.link(company(21), &third));
        assert!(<[_; 2]>::from(off.await).iter().all(Result::is_ok));
        let left = one.link_of(system, whom).await.unwrap();
        for at in [19, 20] {
            let lines = one.links(company(at), system, None).await.unwrap();
            assert_eq!(lines, [], "round {round}");
        }
        let lines = one.links(company(21), system, None).await.unwrap();
        assert_eq!(lines.len(), usize::from(left.is_some()), "round {round}");
    }
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn nothing_is_left_of_a_line_that_was_taken_off() {
    let journal = open().await;
    let line = line(System::GrowCrm, 41, 7);
    for at in [19, 20] {
        journal.link(company(at), &line).await.unwrap();
        assert_eq!(items(&journal).await.len(), 2);
    }
    let (system, whom) = (line.system(), line.contact);
    journal.unlink(system, whom).await.unwrap();
    assert_eq!(items(&journal).await.len(), 0);
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn no_key_holds_a_persons_data() {
    let journal = open().await;
    for entry in intents() {
        journal.intend(&entry).await.unwrap();
        journal
            .conclude(&entry.id, &Outcome::Done, Some(&image()), at(1))
            .await
            .unwrap();
    }
    let noted = finding("r", Some(19), &[41], 0);
    journal.note_finding(&noted).await.unwrap();
    journal
        .set_waiting(company(19), None, &proposals())
        .await
        .unwrap();
    let approved = decision(&proposals()[0], Verdict::Approved, 1);
    journal.decide(&approved).await.unwrap();
    let email: Email = "renee.okafor@harborline.example".parse().unwrap();
    let current = BTreeSet::from([(email, contact(41))]);
    let _ = journal
        .portal_addresses(company(19), &current, Keep::Record)
        .await
        .unwrap();
    for link in links() {
        journal.link(company(19), &link).await.unwrap();
    }
    let items = items(&journal).await;
    for item in &items {
        let listed = [item::LISTING, item::LISTED_AT].map(|name| item.text_of(name));
        let keys = format!("{:?} {listed:?}", item.key().unwrap());
        for private in PRIVATE.iter().chain(&["jdoe", "@", "harborline"]) {
            assert!(!keys.contains(private), "{private} in {keys}");
        }
    }
    // An address is in the register as its hash, and nowhere else.
    let register = items.iter().filter(|item| {
        let key = item.key().unwrap();
        key.partition.starts_with("address#") || key.place.starts_with("address#")
    });
    let texts: Vec<String> = register
        .map(|item| format!("{:?}", item.attributes().collect::<Vec<_>>()))
        .collect();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| !text.contains("okafor")));
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn finding_the_same_again_writes_nothing() {
    let journal = open().await;
    let mut found = proposals();
    let current = BTreeSet::from([("ada@example.com".parse().unwrap(), contact(41))]);
    let visit = async |found: &[Proposal]| {
        journal.set_waiting(company(19), None, found).await.unwrap();
        let kept = journal.portal_addresses(company(19), &current, Keep::Record);
        let _ = kept.await.unwrap();
        let whom = Some(contact(41));
        journal.remember_default(company(19), whom).await.unwrap();
    };
    // Each write of what is compared has the name of its call, so nothing is the same that was rewritten.
    let state = async || {
        let items = items(&journal).await;
        let mut texts: Vec<String> = items
            .iter()
            .map(|item| format!("{:?}", item.attributes().collect::<Vec<_>>()))
            .collect();
        texts.sort();
        texts
    };
    visit(&found).await;
    let before = state().await;
    for proposal in &mut found {
        proposal.seen_at = at(60);
    }
    visit(&found).await;
    assert!(state().await == before);
    found[0].words = "look again".to_owned();
    visit(&found).await;
    assert!(state().await != before);
}

#[tokio::test]
#[ignore = "needs an emulator of DynamoDB: tests/run journal"]
async fn a_table_that_is_missing_is_no_passing_trouble() {
    let journal = open().await;
    let elsewhere = Dynamo::new(journal.table.client().clone(), "no-such-table", None);
    let error = elsewhere.memory(company(19)).await.unwrap_err();
    assert!(!error.is_transient());
    assert_eq!(error.to_string(), "recall the past of a company");
    let below = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        below,
        "the table's answer was 400 ResourceNotFoundException"
    );
}
