//! What waits for a person, and what the person said.

use std::collections::BTreeSet;

use model::{ContactId, Proposal, ProposalId, RunId, Verdict};

use super::samples::{at, company, contact, decision, decisions, long_text, proposal, proposals};
use crate::{Query, Store};

pub(crate) async fn nothing_waits_until_something_is_found(store: impl Store) {
    let about = contacts(&[41]);
    for about in [None, Some(&about)] {
        store.set_waiting(company(19), about, &[]).await.unwrap();
        assert_eq!(store.waiting(None).await.unwrap(), []);
        assert_eq!(store.waiting(Some(company(19))).await.unwrap(), []);
    }
    let id = proposal(19, 41, 42, 0).id;
    assert_eq!(store.proposal(&id).await.unwrap(), None);
}

pub(crate) async fn every_proposal_is_read_back_as_it_was_found(store: impl Store) {
    for proposal in proposals() {
        let found = std::slice::from_ref(&proposal);
        store.set_waiting(company(19), None, found).await.unwrap();
        assert_eq!(store.waiting(None).await.unwrap(), found);
        let one = store.proposal(&proposal.id).await.unwrap();
        assert_eq!(one.as_ref(), Some(&proposal));
    }
    assert_eq!(store.entries(&Query::default()).await.unwrap(), []);
    assert_eq!(store.findings(&Query::default()).await.unwrap(), []);
    assert_eq!(store.companies_of(contact(41)).await.unwrap(), []);
}

pub(crate) async fn what_waits_is_ordered_by_company_and_id(store: impl Store) {
    let here = [proposal(19, 41, 9, 0), proposal(19, 41, 42, 0)];
    let there = [proposal(7, 55, 56, 0)];
    for (at_company, found) in [(19, &here[..]), (7, &there[..])] {
        store
            .set_waiting(company(at_company), None, found)
            .await
            .unwrap();
    }
    let ids = async |at_company| waiting(&store, at_company).await;
    let text = ["pair-55-56", "pair-41-42", "pair-9-41"];
    assert_eq!(ids(None).await, text);
    assert_eq!(ids(Some(7)).await, text[..1]);
    assert_eq!(ids(Some(19)).await, text[1..]);
    assert_eq!(ids(Some(20)).await, [""; 0]);
}

pub(crate) async fn a_visit_replaces_what_waits_at_its_company_alone(store: impl Store) {
    let set = async |at_company, found: &[Proposal]| {
        let at_company = company(at_company);
        store.set_waiting(at_company, None, found).await.unwrap();
    };
    let (first, second) = (proposal(19, 41, 42, 0), proposal(19, 41, 43, 0));
    set(19, &[first, second.clone()]).await;
    set(20, &[proposal(20, 55, 56, 0)]).await;
    set(19, &[second, proposal(19, 43, 44, 0)]).await;
    assert_eq!(
        waiting(&store, None).await,
        ["pair-41-43", "pair-43-44", "pair-55-56"]
    );
    set(19, &[]).await;
    assert_eq!(waiting(&store, None).await, ["pair-55-56"]);
}

pub(crate) async fn what_concerns_nobody_who_was_looked_at_keeps_waiting(store: impl Store) {
    let mut by_picture = proposal(19, 1, 2, 0);
    by_picture.pair = None;
    let mut by_action = proposals().swap_remove(1);
    by_action.contacts.clear();
    let mut by_pair = proposal(19, 5, 6, 0);
    by_pair.contacts.clear();
    let all = [by_picture, by_action, by_pair];
    let ids: Vec<String> = all.iter().map(|found| found.id.to_string()).collect();
    for (about, gone) in [(2, 0), (41, 1), (5, 2)] {
        store.set_waiting(company(19), None, &all).await.unwrap();
        let about = contacts(&[about, 99]);
        for at_company in [20, 19] {
            assert_eq!(waiting(&store, Some(19)).await.len(), 3);
            store
                .set_waiting(company(at_company), Some(&about), &[])
                .await
                .unwrap();
        }
        let mut left = ids.clone();
        left.remove(gone);
        left.sort();
        assert_eq!(waiting(&store, Some(19)).await, left);
    }
}

/// Whatever waited, was looked at and was found: the answer is what the words say.
pub(crate) async fn a_visit_means_exactly_what_it_looked_at(store: impl Store) {
    let all = [(1, 2), (2, 3), (3, 4), (1, 4)].map(|(a, b)| proposal(19, a, b, 0));
    let some = |bits: u32| -> Vec<Proposal> {
        let chosen = (0..)
            .zip(&all)
            .filter(|(place, _)| bits & (1 << place) != 0);
        chosen.map(|(_, proposal)| proposal.clone()).collect()
    };
    let abouts = [None, Some(contacts(&[])), Some(contacts(&[2]))];
    for about in abouts.iter().map(Option::as_ref) {
        for (held, found) in (0..16).flat_map(|held| (0..16).map(move |found| (held, found))) {
            let (held, found) = (some(held), some(found));
            store.set_waiting(company(19), None, &held).await.unwrap();
            store.set_waiting(company(19), about, &found).await.unwrap();
            let stays = |kept: &&Proposal| {
                let pair = kept.pair.unwrap();
                let looked_at = |contact| about.is_none_or(|about| about.contains(&contact));
                !looked_at(pair.low()) && !looked_at(pair.high())
            };
            let stay = held.iter().filter(stays);
            let expected: BTreeSet<String> =
                stay.chain(&found).map(|left| left.id.to_string()).collect();
            let left = waiting(&store, None).await;
            assert!(left.iter().eq(&expected), "{left:?}, not {expected:?}");
        }
    }
}

pub(crate) async fn what_is_found_again_waits_since_it_was_first_seen(store: impl Store) {
    let first = proposal(19, 41, 42, 0);
    let mut later = proposal(19, 41, 42, 10);
    assert_ne!((&first.run, first.seen_at), (&later.run, later.seen_at));
    for (found, words) in [(&first, None), (&later, None), (&later, Some("look again"))] {
        let mut found = found.clone();
        if let Some(words) = words {
            found.words = words.to_owned();
            found.contacts[0].active = false;
        }
        let found = std::slice::from_ref(&found);
        store.set_waiting(company(19), None, found).await.unwrap();
        let kept = store.proposal(&first.id).await.unwrap().unwrap();
        assert_eq!((kept.run, kept.seen_at), (first.run.clone(), at(0)));
        assert_eq!(kept.words, found[0].words);
        assert_eq!(kept.contacts, found[0].contacts);
    }
    // What was gone in between waits anew.
    store.set_waiting(company(19), None, &[]).await.unwrap();
    later.run = RunId::new("r-later");
    let found = [later];
    store.set_waiting(company(19), None, &found).await.unwrap();
    assert_eq!(store.waiting(None).await.unwrap(), found);
}

pub(crate) async fn of_two_by_one_name_the_first_waits(store: impl Store) {
    let first = proposal(19, 41, 42, 0);
    let mut second = first.clone();
    second.words = "the other one".to_owned();
    for _ in 0..2 {
        store
            .set_waiting(company(19), None, &[first.clone(), second.clone()])
            .await
            .unwrap();
        let waiting = store.waiting(None).await.unwrap();
        assert_eq!(waiting, std::slice::from_ref(&first));
    }
}

pub(crate) async fn a_proposal_waits_at_the_company_that_found_it_last(store: impl Store) {
    for at_company in [19, 20] {
        let found = [proposal(at_company, 41, 42, 0)];
        store
            .set_waiting(company(at_company), None, &found)
            .await
            .unwrap();
    }
    assert_eq!(waiting(&store, Some(19)).await, [""; 0]);
    assert_eq!(waiting(&store, Some(20)).await, ["pair-41-42"]);
    // The company that it left has nothing to take away.
    store.set_waiting(company(19), None, &[]).await.unwrap();
    assert_eq!(waiting(&store, None).await, ["pair-41-42"]);
}

pub(crate) async fn every_decision_is_remembered_at_its_company(store: impl Store) {
    let decided = decisions();
    for decision in decided.iter().rev() {
        store.decide(decision).await.unwrap();
    }
    let there = decision(&proposal(20, 55, 56, 0), Verdict::Approved, 0);
    store.decide(&there).await.unwrap();
    let remembered = async |at| store.memory(company(at)).await.unwrap().decisions;
    assert_eq!(remembered(19).await, decided);
    assert_eq!(remembered(20).await, [there]);
    assert_eq!(remembered(21).await, []);
}

pub(crate) async fn what_was_decided_waits_no_longer(store: impl Store) {
    let found = [proposal(19, 41, 42, 0), proposal(19, 41, 43, 0)];
    store.set_waiting(company(19), None, &found).await.unwrap();
    let approved = decision(&found[0], Verdict::Approved, 1);
    store.decide(&approved).await.unwrap();
    assert_eq!(store.waiting(None).await.unwrap(), found[1..]);
    assert_eq!(store.proposal(&found[0].id).await.unwrap(), None);
}

pub(crate) async fn an_answer_during_a_visit_is_not_asked_for_again(store: impl Store) {
    let found = [proposal(19, 41, 42, 10), proposal(19, 41, 43, 10)];
    store.set_waiting(company(19), None, &found).await.unwrap();
    for verdict in [Verdict::Approved, Verdict::Rejected] {
        let seconds = 11;
        let decision = decision(&found[0], verdict, seconds);
        store.decide(&decision).await.unwrap();
        store.set_waiting(company(19), None, &found).await.unwrap();
        assert_eq!(store.waiting(None).await.unwrap(), found[1..]);
    }
}

pub(crate) async fn what_is_found_after_a_decision_waits_again(store: impl Store) {
    let found = [proposal(19, 41, 42, 10)];
    for seconds in [9, 10] {
        let decision = decision(&found[0], Verdict::Approved, seconds);
        store.decide(&decision).await.unwrap();
        store.set_waiting(company(19), None, &found).await.unwrap();
        assert_eq!(store.waiting(None).await.unwrap(), found);
    }
}

pub(crate) async fn a_later_decision_is_recorded_beside_the_earlier_one(store: impl Store) {
    let one = proposal(19, 41, 42, 0);
    let approved = decision(&one, Verdict::Approved, 1);
    let rejected = decision(&one, Verdict::Rejected, 2);
    for decision in [&rejected, &approved] {
        store.decide(decision).await.unwrap();
    }
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.decisions, [approved, rejected.clone()]);
    assert_eq!(memory.decision(&one.id), Some(&rejected));
    assert_eq!(store.decision(&one.id).await.unwrap(), Some(rejected));
    let other = proposal(19, 43, 44, 0);
    assert_eq!(store.decision(&other.id).await.unwrap(), None);
}

pub(crate) async fn the_same_decision_is_recorded_once(store: impl Store) {
    let found = [proposal(19, 41, 42, 10)];
    let rejected = decision(&found[0], Verdict::Rejected, 5);
    store.decide(&rejected).await.unwrap();
    // It was found again since; saying the old thing once more does not answer that.
    store.set_waiting(company(19), None, &found).await.unwrap();
    store.decide(&rejected).await.unwrap();
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.decisions, [rejected]);
    assert_eq!(store.waiting(None).await.unwrap(), found);
}

pub(crate) async fn a_rejected_pair_is_kept_apart(store: impl Store) {
    let one = proposal(19, 41, 42, 0);
    let rejected = decision(&one, Verdict::Rejected, 1);
    store.decide(&rejected).await.unwrap();
    for at_company in [19, 20] {
        let memory = store.memory(company(at_company)).await.unwrap();
        assert_eq!(memory.distinct, BTreeSet::from([one.pair.unwrap()]));
    }
    assert_eq!(
        store.companies_of(contact(42)).await.unwrap(),
        [company(19)]
    );
}

pub(crate) async fn an_approved_pair_and_rejected_changes_keep_nobody_apart(store: impl Store) {
    let pair = proposal(19, 41, 42, 0);
    let changes = proposals().swap_remove(1);
    assert_eq!(changes.pair, None);
    for decision in [
        decision(&pair, Verdict::Approved, 1),
        decision(&changes, Verdict::Rejected, 1),
    ] {
        store.decide(&decision).await.unwrap();
    }
    let memory = store.memory(company(19)).await.unwrap();
    assert_eq!(memory.distinct, BTreeSet::new());
    assert_eq!(memory.decisions.len(), 2);
}

pub(crate) async fn more_than_a_visit_may_make_is_remembered_while_it_waits(store: impl Store) {
    let mut over = [proposal(19, 41, 42, 0), proposal(19, 43, 44, 0)];
    over[0].over_limit = true;
    let remembered = async |at| store.memory(company(at)).await.unwrap().over_limit;
    store.set_waiting(company(19), None, &over).await.unwrap();
    let pair = over[0].pair.unwrap();
    assert_eq!(remembered(19).await, BTreeSet::from([pair]));
    assert_eq!(remembered(20).await, BTreeSet::new());
    // Found again for another reason, it waits for that.
    let mut again = over.clone();
    again[0].over_limit = false;
    again[1].over_limit = true;
    store.set_waiting(company(19), None, &again).await.unwrap();
    let other = over[1].pair.unwrap();
    assert_eq!(remembered(19).await, BTreeSet::from([other]));
    let rejected = decision(&over[1], Verdict::Rejected, 1);
    store.decide(&rejected).await.unwrap();
    assert_eq!(remembered(19).await, BTreeSet::new());
}

pub(crate) async fn a_large_proposal_waits_until_it_is_decided(store: impl Store) {
    let mut large = proposal(19, 41, 42, 0);
    large.contacts[0].first_name = long_text(1_000).into();
    let mut other = large.clone();
    other.words = long_text(1_000);
    for found in [&large, &large, &other, &large] {
        let found = std::slice::from_ref(found);
        store.set_waiting(company(19), None, found).await.unwrap();
        assert!(store.waiting(None).await.unwrap() == found);
        assert!(store.proposal(&large.id).await.unwrap().as_ref() == found.first());
    }
    let approved = decision(&large, Verdict::Approved, 1);
    for _ in 0..2 {
        store.decide(&approved).await.unwrap();
        assert_eq!(store.waiting(None).await.unwrap(), []);
        let decided = store.decision(&large.id).await.unwrap();
        assert!(decided.as_ref() == Some(&approved));
        let memory = store.memory(company(19)).await.unwrap();
        assert!(memory.decisions == std::slice::from_ref(&approved));
    }
    // It is found again, and then no longer.
    large.seen_at = at(2);
    let found = std::slice::from_ref(&large);
    store.set_waiting(company(19), None, found).await.unwrap();
    assert!(store.waiting(None).await.unwrap() == found);
    store.set_waiting(company(19), None, &[]).await.unwrap();
    assert_eq!(store.waiting(None).await.unwrap(), []);
}

pub(crate) async fn many_proposals_wait_at_once(store: impl Store) {
    let mut all: Vec<Proposal> = (1..=120).map(|low| proposal(19, low, 500, 0)).collect();
    for found in [&all[..], &all[..119], &all[..]] {
        store.set_waiting(company(19), None, found).await.unwrap();
        assert_eq!(waiting(&store, None).await.len(), found.len());
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    assert!(store.waiting(Some(company(19))).await.unwrap() == all);
}

async fn waiting(store: &impl Store, at_company: Option<u32>) -> Vec<String> {
    let waiting = store.waiting(at_company.map(company)).await.unwrap();
    let ids = waiting.iter().map(|proposal| &proposal.id);
    ids.map(ProposalId::to_string).collect()
}

fn contacts(ids: &[u32]) -> BTreeSet<ContactId> {
    ids.iter().copied().map(contact).collect()
}
