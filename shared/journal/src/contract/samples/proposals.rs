//! What waits for a person, and what the person said.

use model::*;

use super::{actions, at, company, contact, evidence, named, person};

/// The pair of these two waits at a company, seen so many seconds into the tests' day.
pub(crate) fn proposal(at_company: u32, a: u32, b: u32, seconds: i64) -> Proposal {
    let pair = Pair::new(contact(a), contact(b));
    Proposal {
        id: ProposalId::of_pair(pair),
        company: company(at_company),
        rule: Rule::MergeDuplicates,
        pair: Some(pair),
        words: "a person should compare the two".to_owned(),
        evidence: vec![evidence(), named()],
        changes: Vec::new(),
        contacts: vec![person(a), person(b)],
        over_limit: false,
        run: RunId::new(format!("r-{seconds}")),
        seen_at: at(seconds),
    }
}

/// One of each sort at company 19: a pair, another default contact, and a merge.
pub(crate) fn proposals() -> Vec<Proposal> {
    let waits = |action: &Action| {
        matches!(
            action,
            Action::SetDefaultContact { .. } | Action::Merge { .. }
        )
    };
    let of_action = |action| {
        let changes = vec![Change {
            unit: 3,
            rule: Rule::PrimaryContact,
            purpose: Purpose::Merge {
                loser: contact(42),
                survivor: contact(41),
            },
            action,
            reason: "the company has no primary contact".to_owned(),
            evidence: vec![named()],
        }];
        let merge = changes[0].action.merges(&changes[0].purpose);
        let pair = merge.map(|(loser, survivor)| Pair::new(loser, survivor));
        Proposal {
            id: ProposalId::of_changes(&changes).unwrap(),
            rule: Rule::PrimaryContact,
            over_limit: pair.is_some(),
            pair,
            changes,
            contacts: vec![person(41)],
            ..proposal(19, 41, 42, 0)
        }
    };
    let pair = proposal(19, 41, 42, 0);
    let actions = actions::oldest().into_iter().filter(waits);
    std::iter::once(pair)
        .chain(actions.map(of_action))
        .collect()
}

/// What a person said about a proposal, so many seconds into the tests' day.
pub(crate) fn decision(proposal: &Proposal, verdict: Verdict, seconds: i64) -> Decision {
    Decision::on(proposal, verdict, at(seconds), "jdoe")
}

/// One of each sort.
pub(crate) fn decisions() -> Vec<Decision> {
    let proposals = proposals();
    vec![
        decision(&proposals[0], Verdict::Rejected, 1),
        decision(&proposals[1], Verdict::Approved, 2),
    ]
}
