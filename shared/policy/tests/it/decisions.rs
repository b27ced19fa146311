//! What people decide about what waits.

use jiff::SignedDuration;
use model::{
    Action, Contact, Decision, FindingKind, Login, Mode, Outcome, Pair, Plan, Portal, Proposal,
    Purpose, Rule, RunId, Snapshot, Verdict,
};
use policy::Rules;
use policy::rules::MergeMethod;

use crate::world::{
    carried_out, company, contact, enforce, id_of, inactive, invited, past, plan_with,
};

fn review() -> Rules {
    Rules::default().in_mode(Mode::Review)
}

fn john() -> Contact {
    contact(10, "John", "Smith").with_email(1, "john.smith@x.example")
}

fn copy(id: u32) -> Contact {
    contact(id, "Smith, John", "").with_email(id * 10, "john.smith@x.example")
}

/// May be John, or not.
fn namesake(id: u32) -> Contact {
    contact(id, "John", "Smith")
}

fn ada() -> Contact {
    invited(contact(30, "Ada", "Byron"))
}

/// The plan, after the checker has agreed to it.
fn plan(now: &Snapshot, rules: &Rules) -> Plan {
    let plan = policy::plan(now, rules);
    assert_eq!(policy::check(now, rules, &plan), []);
    plan
}

fn proposals(now: &Snapshot, rules: &Rules) -> Vec<Proposal> {
    policy::proposals(now, rules, &plan(now, rules), &RunId::new("r"))
}

fn ids(proposals: &[Proposal]) -> Vec<String> {
    proposals.iter().map(|one| one.id.to_string()).collect()
}

/// Has a person decide about what waits under this name.
fn decide(now: &mut Snapshot, rules: &Rules, id: &str, verdict: Verdict) {
    let proposals = proposals(now, rules);
    let Some(proposal) = proposals.iter().find(|one| one.id.as_str() == id) else {
        panic!("{id} does not wait")
    };
    let said = Decision::on(proposal, verdict, now.taken_at, "jdoe");
    if let (Some(pair), Verdict::Rejected) = (said.pair, verdict) {
        now.memory.distinct.insert(pair);
    }
    now.memory.decisions.push(said);
}

fn approve(now: &mut Snapshot, rules: &Rules, id: &str) {
    decide(now, rules, id, Verdict::Approved);
}

fn reject(now: &mut Snapshot, rules: &Rules, id: &str) {
    decide(now, rules, id, Verdict::Rejected);
}

/// The next visit, when all of the plan was carried out, at the same moment.
fn after(now: &Snapshot, plan: &Plan) -> Snapshot {
    let mut after = carried_out(now, plan);
    for past in &mut after.memory.past[now.memory.past.len()..] {
        past.at = now.taken_at;
    }
    after
}

fn written(plan: &Plan) -> Vec<String> {
    let changes = plan.changes.iter();
    changes.map(|change| change.action.to_string()).collect()
}

fn found(plan: &Plan, kind: FindingKind) -> usize {
    plan.findings.iter().filter(|f| f.kind == kind).count()
}

#[test]
fn where_all_is_in_order_nothing_waits() {
    assert_eq!(proposals(&company([john()]), &review()), []);
}

#[test]
fn what_waits_is_told_with_all_that_it_is_about() {
    let now = company([john(), copy(11), ada(), contact(31, "Li", "Wei"), {
        contact(32, "Li", "Wei")
    }]);
    let waiting = proposals(&now, &review());
    assert_eq!(ids(&waiting), ["hold-30", "merge-11-10", "pair-31-32"]);
    let about: Vec<Vec<u32>> = waiting
        .iter()
        .map(|one| one.contacts.iter().map(|c| c.id.get()).collect())
        .collect();
    assert_eq!(about, [vec![30], vec![10, 11], vec![31, 32]]);
    let pairs: Vec<Option<Pair>> = waiting.iter().map(|one| one.pair).collect();
    let pair = |a, b| Some(Pair::new(id_of(a), id_of(b)));
    assert_eq!(pairs, [None, pair(10, 11), pair(31, 32)]);
    let changes: Vec<usize> = waiting.iter().map(|one| one.changes.len()).collect();
    assert_eq!(changes, [1, 1, 0]);
    assert!(waiting.iter().all(|one| !one.over_limit));
    assert_eq!(
        waiting[1].words,
        "merge contact 11 into 10; no reference moves with it, because one person in two records; \
         10 survives because it is the company's default contact"
    );
    assert!(!waiting[1].evidence.is_empty());
}

#[test]
fn a_contact_that_is_to_be_retired_waits_with_whom_it_is_retired_for() {
    let mut rules = review();
    rules.merge.method = MergeMethod::Retire;
    let waiting = proposals(&company([john(), copy(11)]), &rules);
    assert_eq!(ids(&waiting), ["retire-11-10"]);
    assert_eq!(waiting[0].pair, Some(Pair::new(id_of(10), id_of(11))));
}

#[test]
fn what_a_person_approved_is_made_once_and_nothing_else_is() {
    let rules = review();
    let mut now = company([john(), copy(11), ada()]);
    assert_eq!(written(&plan(&now, &rules)), [""; 0]);
    approve(&mut now, &rules, "hold-30");
    let made = plan(&now, &rules);
    assert_eq!(
        written(&made),
        ["switch off the portal login of contact 30"]
    );
    insta::assert_snapshot!(made.findings.last().unwrap(), @"portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; the portal login is held until somebody adds a usable email of its own");
    let next = released_again(after(&now, &made));
    assert_eq!(written(&plan(&next, &rules)), [""; 0]);
    assert_eq!(ids(&proposals(&next, &rules)), ["hold-30", "merge-11-10"]);
}

/// We gave 30 its login back since, and nothing is otherwise than when it was shown.
fn released_again(mut now: Snapshot) -> Snapshot {
    let action = Action::SetPortal {
        contact: id_of(30),
        before: Portal {
            login: Login::Disabled,
            level: Some(1),
        },
        after: ada().portal,
    };
    past(&mut now, Rule::PortalInvite, action, Outcome::Done);
    if let Some(past) = now.memory.past.last_mut() {
        past.at = now.taken_at;
    }
    now.contacts.insert(id_of(30), ada());
    now
}

#[test]
fn a_hold_with_a_note_is_approved_and_used_up_by_the_hold() {
    let mut rules = review();
    rules.portal.note_on_hold = true;
    let mut now = company([john(), ada()]);
    approve(&mut now, &rules, "hold-30");
    let mut made = plan(&now, &rules);
    assert_eq!(made.changes.len(), 2);
    // The visit was cut short between the two.
    made.changes.truncate(1);
    let next = released_again(after(&now, &made));
    assert_eq!(written(&plan(&next, &rules)), [""; 0]);
    assert_eq!(ids(&proposals(&next, &rules)), ["hold-30"]);
}

#[test]
fn a_hold_that_waits_is_not_told_as_if_it_were_made() {
    let now = company([john(), ada()]);
    insta::assert_snapshot!(plan_with(&now, &review()), @"
    withheld (review) [1] portal-invite: switch off the portal login of contact 30
          because contact 30 has no valid email, so a portal mail could not reach this person alone
    finding portal-invite: portal-held, company 1, contact 30: contact 30 has no valid email; somebody should add a usable email of its own or switch the login off
    ");
}

#[test]
fn what_a_person_rejected_is_told_and_never_made() {
    let mut now = company([john(), ada()]);
    reject(&mut now, &review(), "hold-30");
    // Rejections hold whatever becomes of the contact.
    now.contacts.get_mut(&id_of(30)).unwrap().last_name = "King".into();
    assert_eq!(plan_with(&now, &review()), plan_with(&now, &enforce()));
    insta::assert_snapshot!(plan_with(&now, &enforce()), @"finding portal-invite: rejected, company 1, contact 30: a person rejected this (hold-30), so it is not done; approve it to have it done: switch off the portal login of contact 30");
}

#[test]
fn an_approval_is_for_what_was_shown() {
    type Edit = fn(&mut Contact);
    let edits: [Edit; 4] = [
        |contact| contact.first_name = "Jane".into(),
        |contact| contact.active = false,
        |contact| contact.communications.clear(),
        |contact| contact.portal.level = Some(2),
    ];
    let rules = review();
    for id in ["merge-11-10", "pair-10-11"] {
        let other = if id == "pair-10-11" {
            namesake(11)
        } else {
            copy(11)
        };
        let mut now = company([john(), other]);
        approve(&mut now, &rules, id);
        assert_eq!(plan(&now, &rules).changes.len(), 1, "{id}");
        for edit in edits {
            for whom in [10, 11] {
                let mut next = now.clone();
                let contact = next.contacts.get_mut(&id_of(whom)).unwrap();
                let was = contact.clone();
                edit(contact);
                if *contact != was {
                    assert_eq!(written(&plan(&next, &rules)), [""; 0]);
                }
            }
        }
        now.contacts.remove(&id_of(11));
        assert_eq!(written(&plan(&now, &rules)), [""; 0]);
    }
}

#[test]
fn an_approval_of_which_nothing_is_left_to_be_seen_approves_nothing() {
    let mut now = company([john(), namesake(11)]);
    approve(&mut now, &review(), "pair-10-11");
    now.memory.decisions[0].contacts.clear();
    assert_eq!(ids(&proposals(&now, &review())), ["pair-10-11"]);
    assert_eq!(written(&plan(&now, &review())), [""; 0]);
}

#[test]
fn an_approval_outlasts_what_we_write_meanwhile() {
    let rules = review();
    let mut now = company([
        john(),
        copy(11).with_phone(5, "312 555 0101"),
        copy(12).with_phone(6, "312 555 0102"),
    ]);
    approve(&mut now, &rules, "merge-11-10");
    approve(&mut now, &rules, "merge-12-10");
    let made = plan(&now, &rules);
    assert_eq!(made.changes.len(), 4);
    // The visit was cut short between the two.
    let first = Plan {
        changes: made.changes[..2].to_vec(),
        ..Plan::default()
    };
    assert_eq!(
        plan(&after(&now, &first), &rules).changes,
        made.changes[2..]
            .iter()
            .map(|change| {
                let mut change = change.clone();
                change.unit = 1;
                change
            })
            .collect::<Vec<_>>()
    );
}

#[test]
fn an_approved_pair_is_merged_once() {
    let rules = review();
    let mut now = company([john(), namesake(11)]);
    now.taken_at += SignedDuration::from_secs(1);
    approve(&mut now, &rules, "pair-10-11");
    let made = plan(&now, &rules);
    assert_eq!(
        written(&made),
        ["merge contact 11 into 10; no reference moves with it"]
    );
    // Whatever there is under that id again, it was not approved.
    let mut next = after(&now, &made);
    next.contacts.insert(id_of(11), namesake(11));
    assert_eq!(ids(&proposals(&next, &rules)), ["pair-10-11"]);
}

#[test]
fn an_approval_that_was_used_up_does_not_bring_back_the_rejection_before_it() {
    let mut now = company([john(), ada()]);
    approve(&mut now, &review(), "hold-30");
    let mut rejection = now.memory.decisions[0].clone();
    rejection.verdict = Verdict::Rejected;
    now.memory.decisions.insert(0, rejection);
    assert_eq!(plan(&now, &review()).changes.len(), 1);
    now.contacts.get_mut(&id_of(30)).unwrap().last_name = "King".into();
    assert_eq!(ids(&proposals(&now, &review())), ["hold-30"]);
}

#[test]
fn whom_a_person_told_apart_no_third_record_brings_together() {
    for method in [MergeMethod::Merge, MergeMethod::Retire] {
        let mut rules = enforce();
        rules.merge.method = method;
        let mut now = company([john(), namesake(11)]);
        reject(&mut now, &rules, "pair-10-11");
        let third = copy(12).with_phone(9, "312 555 0101");
        now.details.insert(third.id, model::Details::default());
        now.contacts.insert(third.id, third);
        let made = plan(&now, &rules);
        let next = after(&now, &made);
        let later = plan(&next, &rules);
        for change in made.changes.iter().chain(&later.changes) {
            if let Some((loser, _)) = change.action.merges(&change.purpose) {
                assert_eq!(loser, id_of(12));
            }
        }
        // One of them was merged into the third: it is told apart from that, too.
        let mut now = company([copy(12), namesake(11)]);
        now.memory.distinct.insert(Pair::new(id_of(10), id_of(11)));
        let merge = Action::Merge {
            loser: id_of(10),
            survivor: id_of(12),
            references: Vec::new(),
        };
        past(&mut now, Rule::MergeDuplicates, merge, Outcome::Done);
        assert_eq!(plan(&now, &rules), Plan::default());
    }
}

#[test]
fn a_rejection_follows_a_contact_that_came_back_under_a_new_id() {
    let mut now = company([john(), ada()]);
    reject(&mut now, &review(), "hold-30");
    let mut back = ada();
    back.id = id_of(40);
    now.contacts.remove(&id_of(30));
    now.contacts.insert(back.id, back);
    assert_eq!(ids(&proposals(&now, &review())), ["hold-40"]);
    let action = Action::Restore {
        original: id_of(30),
        survivor: id_of(10),
        provisional: model::ContactId::provisional_for(id_of(30)),
        first_name: "Ada".into(),
        last_name: "Byron".into(),
        site: None,
    };
    let outcome = Outcome::Returned { contact: id_of(40) };
    past(&mut now, Rule::MergeDuplicates, action, outcome);
    now.memory = now.memory.in_present_ids();
    let rejected = plan(&now, &enforce());
    assert_eq!(rejected.changes, []);
    assert_eq!(found(&rejected, FindingKind::Rejected), 1);
}

#[test]
fn what_an_approved_pair_shares_with_a_certain_one_is_not_proposed_twice() {
    for (rules, method) in [
        (Rules::default(), MergeMethod::Merge),
        (review(), MergeMethod::Merge),
        (enforce(), MergeMethod::Retire),
    ] {
        let mut rules = rules;
        rules.merge.method = method;
        // It was uncertain when it was approved.
        let mut now = company([john(), copy(11)]);
        let mut waiting = proposals(&now, &review());
        waiting[0].id = model::ProposalId::of_pair(waiting[0].pair.unwrap());
        let said = Decision::on(&waiting[0], Verdict::Approved, now.taken_at, "jdoe");
        now.memory.decisions.push(said);
        let made = plan(&now, &rules);
        let withheld = made.withheld.iter().map(|withheld| &withheld.change);
        let all = made.changes.iter().chain(withheld);
        let merges = all.filter_map(|change| change.action.merges(&change.purpose));
        assert_eq!(merges.count(), 1, "{made}");
    }
}

#[test]
fn of_two_approved_pairs_with_one_in_common_both_are_made() {
    for method in [MergeMethod::Merge, MergeMethod::Retire] {
        let mut rules = review();
        rules.merge.method = method;
        let mut now = company([john(), namesake(11), contact(12, "John", "Smith")]);
        approve(&mut now, &rules, "pair-10-11");
        // What else was found is with the oldest; a person also says that the other two are one.
        let pair = Pair::new(id_of(11), id_of(12));
        let mut other = proposals(&now, &Rules::default()).pop().unwrap();
        other.id = model::ProposalId::of_pair(pair);
        other.pair = Some(pair);
        other.contacts = vec![namesake(11), namesake(12)];
        let said = Decision::on(&other, Verdict::Approved, now.taken_at, "jdoe");
        now.memory.decisions.push(said);
        let made = plan(&now, &rules);
        let merges: Vec<_> = made
            .changes
            .iter()
            .filter_map(|c| c.action.merges(&c.purpose))
            .map(|(loser, survivor)| (loser.get(), survivor.get()))
            .collect();
        assert_eq!(merges, [(11, 10), (12, 10)], "{made}");
    }
}

/// Seven people at once are found twice.
fn many() -> Snapshot {
    let names = ["Ada", "Bea", "Cyd", "Dan", "Eve", "Fay", "Gus"];
    let twice = (1..).zip(names).flat_map(|(number, first)| {
        [0, 100].map(|more| {
            contact(number + more, first, "Quill")
                .with_email((number + more) * 10, &format!("{first}.quill@x.example"))
        })
    });
    company(twice)
}

/// The same, after a visit had them wait.
fn many_waiting() -> Snapshot {
    let mut now = many();
    let waiting = proposals(&now, &enforce());
    assert_eq!(waiting.len(), 7);
    assert!(waiting.iter().all(|one| one.over_limit));
    now.memory.over_limit = waiting.iter().filter_map(|one| one.pair).collect();
    now
}

#[test]
fn what_was_more_than_a_visit_may_make_waits_until_it_is_decided() {
    let rules = enforce();
    let mut now = many_waiting();
    for (id, made, left) in [
        ("merge-101-1", 0, 6),
        ("merge-102-2", 0, 5),
        ("merge-103-3", 0, 4),
    ] {
        let proposal = proposals(&now, &rules);
        let pair = proposal
            .iter()
            .find(|one| one.id.as_str() == id)
            .unwrap()
            .pair;
        reject(&mut now, &rules, id);
        now.memory.over_limit.remove(&pair.unwrap());
        let next = plan(&now, &rules);
        assert_eq!(next.changes.len(), made);
        assert_eq!(found(&next, FindingKind::BlastRadius), 1);
        let waiting = proposals(&now, &rules);
        assert_eq!(waiting.len(), left);
        assert!(waiting.iter().all(|one| one.over_limit));
    }
    insta::assert_snapshot!(plan(&now, &rules).findings[0], @"merge-duplicates: blast-radius, company 1: 4 of the merges that were more than a visit may make (limits.merges-per-visit) still wait; none is made until a person has looked");
    // What is approved is made, and that alone.
    approve(&mut now, &rules, "merge-104-4");
    now.memory.over_limit.pop_first();
    assert_eq!(
        written(&plan(&now, &rules)),
        ["merge contact 104 into 4; no reference moves with it"]
    );
    // What is found by another way round, or by another way to merge, still waits.
    let mut other = rules.clone();
    other.merge.method = MergeMethod::Retire;
    now.company.default_contact = Some(id_of(105));
    assert_eq!(ids(&proposals(&now, &other)).len(), 3);
    // What no visit finds to wait any more is free.
    now.memory.over_limit.clear();
    assert_eq!(plan(&now, &rules).changes.len(), 4);
}

#[test]
fn what_waited_in_review_mode_is_made_once_the_policy_enforces() {
    let waiting = proposals(&company([john(), copy(11)]), &review());
    assert!(!waiting[0].over_limit);
}

/// 11 was retired into 10, and a person has made it active again.
fn taken_back_by_hand() -> Snapshot {
    let mut rules = enforce();
    rules.merge.method = MergeMethod::Retire;
    let now = company([john(), copy(11)]);
    let made = plan(&now, &rules);
    let mut next = after(&now, &made);
    assert!(policy::taken_over(&next).is_empty());
    next.project(&Action::Reactivate { contact: id_of(11) });
    next
}

#[test]
fn a_merge_that_a_person_took_back_by_hand_is_theirs() {
    let mut now = taken_back_by_hand();
    let [change] = &policy::taken_over(&now)[..] else {
        panic!("one was taken over")
    };
    assert_eq!(change.action, Action::Reactivate { contact: id_of(11) });
    assert_eq!(change.rule, Rule::MergeDuplicates);
    past(
        &mut now,
        change.rule,
        change.action.clone(),
        Outcome::ByPerson,
    );
    assert_eq!(policy::taken_over(&now), []);
}

#[test]
fn a_merge_that_a_person_took_back_is_made_again_in_no_form() {
    let recorded = |now: &Snapshot| {
        let mut now = now.clone();
        let action = Action::Reactivate { contact: id_of(11) };
        past(&mut now, Rule::MergeDuplicates, action, Outcome::ByPerson);
        now
    };
    let now = taken_back_by_hand();
    for now in [now.clone(), recorded(&now)] {
        for method in [MergeMethod::Merge, MergeMethod::Retire] {
            let mut rules = enforce();
            rules.merge.method = method;
            assert_eq!(written(&plan(&now, &rules)), [""; 0]);
            // The other one would survive.
            let mut other = now.clone();
            other.company.default_contact = Some(id_of(11));
            assert_eq!(written(&plan(&other, &rules)), [""; 0]);
            // A third record is the same as both.
            let mut third = now.clone();
            third.details.insert(id_of(12), model::Details::default());
            third.contacts.insert(id_of(12), copy(12));
            let made = plan(&third, &rules);
            let next = plan(&after(&third, &made), &rules);
            for change in made.changes.iter().chain(&next.changes) {
                if let Some((loser, _)) = change.action.merges(&change.purpose) {
                    assert_eq!(loser, id_of(12), "{made}{next}");
                }
            }
            // They make it inactive again: it stays two people.
            let mut inactive_again = recorded(&now);
            let contact = inactive_again.contacts.get_mut(&id_of(11)).unwrap();
            *contact = inactive(contact.clone());
            assert_eq!(written(&plan(&inactive_again, &rules)), [""; 0]);
        }
    }
}

#[test]
fn a_careful_merge_goes_into_the_one_that_it_is_for() {
    let mut rules = enforce();
    rules.merge.method = MergeMethod::Retire;
    let mut now = company([john(), copy(11), contact(12, "Ada", "Byron")]);
    now.details.get_mut(&id_of(11)).unwrap().references = vec![model::Reference {
        kind: model::RecordKind::Agreement,
        record: model::RecordId::new(31),
        field: "billToContact".to_owned(),
    }];
    let made = plan(&now, &rules);
    let objections = |edit: &dyn Fn(&mut model::Change)| -> Vec<String> {
        let mut plan = made.clone();
        plan.changes.iter_mut().for_each(edit);
        let objections = policy::check(&now, &rules, &plan);
        objections.iter().map(ToString::to_string).collect()
    };
    let into_another = objections(&|change| {
        change.purpose = Purpose::Merge {
            loser: id_of(11),
            survivor: id_of(12),
        };
    });
    assert_eq!(
        into_another,
        [
            "change 1: 11 is not merged into 10, to which this is to be pointed",
            "change 3: 11 and 12 are not certainly one person",
        ]
    );
    let astray = objections(&|change| {
        if let Action::Repoint { after, .. } = &mut change.action {
            *after = id_of(12);
        }
    });
    assert_eq!(
        astray,
        ["change 1: 11 is not merged into 12, to which this is to be pointed"]
    );
    let nobodys = objections(&|change| change.purpose = Purpose::Policy);
    assert_eq!(
        nobodys[1..],
        ["change 3: contact 11 is nobody's certain duplicate"]
    );
}

#[test]
fn an_approval_keeps_what_was_shown_and_a_rejection_does_not() {
    let now = company([john(), namesake(11)]);
    let proposal = &proposals(&now, &review())[0];
    let say = |verdict| Decision::on(proposal, verdict, now.taken_at, "jdoe");
    assert_eq!(say(Verdict::Approved).contacts, proposal.contacts);
    assert_eq!(say(Verdict::Rejected).contacts, []);
    assert_eq!(say(Verdict::Rejected).pair, proposal.pair);
    assert_eq!(say(Verdict::Rejected).by.reveal(), "jdoe");
}
